import { currentOtp, enrollOtp, sendOutOfBand, checkOutOfBand, verifyOtp } from './authenticators.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { html } from '../engine/exchange.js'
import type { Authentication } from '../engine/login-records.js'
import { activeAuthenticators, asksForMfa, mfaAcr, needsMfa } from './mfa-state.js'
import { buttons, escape, page, problem } from '../login/page.js'
import type { Authenticator, StoredUser } from '../login/users.js'

const withCodes = new Set(['otp', 'sms', 'voice', 'email'])

function codePage (text: string, message: string | undefined): string {
  return page('mfa', 'Verify your identity',
    `<p>${text}</p>${problem(message)}<form method="post"><label for="code">One-time code</label><input id="code" ` +
      `name="code" inputmode="numeric" autocomplete="one-time-code" required>${buttons()}</form>`)
}

/** What is asked of a user, and how the answer is checked. */
interface Question {
  text: string
  check: (code: unknown) => Promise<boolean> | boolean
}

async function ask (tenant: TenantContext, user: StoredUser,
  authenticator: Authenticator | undefined): Promise<Question> {
  if (authenticator === undefined) {
    const secret = user.authenticators.find(({ type }) => type === 'otp')?.secret ??
      (await enrollOtp(tenant, user)).authenticator.secret
    return {
      text: `Add this secret to your authenticator app: <code id="secret">${escape(secret)}</code>`,
      check: code => verifyOtp(tenant, user, code)
    }
  }
  if (authenticator.type === 'otp') {
    return { text: 'Check your authenticator app for a one-time code.', check: code => verifyOtp(tenant, user, code) }
  }
  const handle = sendOutOfBand(tenant, user, authenticator)
  return {
    text: `We have sent a code to ${escape(authenticator.target)}.`,
    check: code => checkOutOfBand(tenant, user, handle, code) === 'ok'
  }
}

/** The code for a user's second factor: of the authenticator app, or the last one sent. */
export async function codeFor (tenant: TenantContext, user: StoredUser): Promise<string> {
  if (user.authenticators.some(({ type }) => type === 'otp')) return currentOtp(tenant, user)
  const targets = user.authenticators.map(({ target }) => target)
  const sent = [...tenant.messages.mailbox, ...tenant.messages.sms].findLast(({ to }) => targets.includes(to))
  return sent?.code ?? ''
}

/** The second factor on the way from the password to the application. */
export const mfaLogin: Feature = {
  install (tenant) {
    const questions = new WeakMap<Authentication, Question>()
    tenant.loginSteps.push(async ({ interaction, authentication, form }) => {
      const { user } = authentication
      const { params } = interaction
      const scopes = String(params.scope ?? '').split(' ')
      const login = { user, clientId: String(params.client_id), grantType: 'authorization_code', scopes, params }
      if (authentication.acr === mfaAcr || !(asksForMfa(tenant, params) || needsMfa(tenant, login))) return undefined
      const asked = questions.get(authentication)
      const question = asked ??
        await ask(tenant, user, activeAuthenticators(user).find(({ type }) => withCodes.has(type)))
      questions.set(authentication, question)
      if (asked === undefined) return html(200, codePage(question.text, undefined))
      if (!await question.check(form.code)) return html(400, codePage(question.text, 'Invalid code'))
      Object.assign(authentication, { amr: ['mfa'], acr: mfaAcr })
      return undefined
    })
  }
}
