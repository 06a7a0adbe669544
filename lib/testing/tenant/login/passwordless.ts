import { randomBytes } from 'node:crypto'
import { authenticateClient } from '../tokens/client-authentication.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import { html, json, oauthError, redirect, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { issueLogin, loginParams } from '../tokens/issue-login.js'
import { makeCode } from './messages.js'
import { errorPage } from './page.js'
import { refusal } from '../engine/refusal.js'
import type { StoredUser } from './users.js'

const grantType = 'http://auth0.com/oauth/grant-type/passwordless/otp'
const lifetime = 300
const maxAttempts = 3
const phoneNumber = /^\+[1-9]\d{1,14}$/u
const address = /^[^@\s]+@[^@\s]+$/u

interface Code {
  clientId: string
  realm: string
  name: string
  code: string
  attempts: number
  expiresAt: number
  signUp: boolean
}

const codesOf = perTenant(() => new Map<string, Code>())

interface Target {
  realm: 'email' | 'sms'
  name: string
}

/** Who a code is for. */
function targetOf (request: TenantRequest, realm: unknown): Target {
  const { email, phone_number: phone } = request.body
  if (realm === 'email') {
    if (typeof email !== 'string' || !address.test(email)) {
      throw oauthError(400, 'bad.email', 'error in email - email format validation failed')
    }
    return { realm, name: email.toLowerCase() }
  }
  if (realm === 'sms') {
    if (typeof phone !== 'string' || !phoneNumber.test(phone)) {
      throw oauthError(400, 'bad.phone_number', 'Invalid phone number')
    }
    return { realm, name: phone }
  }
  throw oauthError(400, 'bad.connection', 'Connection does not exist')
}

/** Makes a code, and keeps it under a name. */
function newCode (tenant: TenantContext, name: string,
  of: Omit<Code, 'code' | 'attempts' | 'expiresAt'>): string {
  const code = makeCode()
  codesOf(tenant).set(name, { ...of, code, attempts: 0, expiresAt: tenant.now() + lifetime })
  return code
}

function userFor (tenant: TenantContext, { realm, name, signUp }: Code): StoredUser | undefined {
  const known = tenant.users.account(name)
  if (known !== undefined) return tenant.users.owner(known)
  if (!signUp) return undefined
  return tenant.users.add(
    realm === 'email'
      ? { sub: `email|${randomBytes(12).toString('hex')}`, email: name, connection: 'email' }
      : { sub: `sms|${randomBytes(12).toString('hex')}`, phoneNumber: name, connection: 'sms' }
  )
}

function send (tenant: TenantContext, { realm, name }: Target, code: string, link?: string): void {
  const box = realm === 'email' ? tenant.messages.mailbox : tenant.messages.sms
  box.push(
    link === undefined
      ? { to: name, code, text: `Your verification code is: ${code}` }
      : { to: name, link, text: `Click to log in: ${link}` }
  )
}

/** Codes and links by e-mail and text message. */
export const passwordless: Feature = {
  install (tenant) {
    tenant.provider.registerGrantType<Record<string, string | undefined>>(grantType, async ctx => {
      const { realm, username, otp, auth_session: authSession } = ctx.oidc.params
      const key = authSession ?? `${ctx.oidc.client.clientId} ${String(realm)} ${String(username).toLowerCase()}`
      const code = codesOf(tenant).get(key)
      if (code === undefined || code.clientId !== ctx.oidc.client.clientId || code.expiresAt <= tenant.now()) {
        throw refusal(tenant, 'invalid_grant', 'The verification code has expired. Please try to login again.', 403)
      }
      if (code.code !== otp) {
        if (++code.attempts >= maxAttempts) codesOf(tenant).delete(key)
        throw refusal(tenant, 'invalid_grant',
          `Wrong ${code.realm === 'email' ? 'email' : 'phone number'} or verification code.`, 403)
      }
      codesOf(tenant).delete(key)
      const user = userFor(tenant, code)
      if (user === undefined) throw refusal(tenant, 'invalid_grant', 'Wrong email or verification code.', 403)
      await issueLogin(tenant, ctx, { user, gty: grantType })
    }, [...loginParams, 'realm', 'username', 'otp', 'auth_session'])
  },
  routes: tenant => [
    route('POST', '/passwordless/start', async request => {
      const { clientId } = await authenticateClient(tenant, request)
      const target = targetOf(request, request.body.connection)
      const { send: way = 'link', authParams = {} } = request.body
      const code = newCode(tenant, `${clientId} ${target.realm} ${target.name}`, { clientId, ...target, signUp: true })
      if (target.realm === 'email' && way === 'link') {
        const params = new URLSearchParams({
          ...authParams as Record<string, string>,
          client_id: clientId,
          verification_code: code,
          connection: 'email',
          email: target.name
        })
        send(tenant, target, code, `${tenant.issuer}passwordless/verify_redirect?${params}`)
      } else {
        send(tenant, target, code)
      }
      return json(200, {
        _id: randomBytes(12).toString('hex'),
        ...(target.realm === 'email'
          ? { email: target.name, email_verified: false }
          : { phone_number: target.name, phone_verified: false })
      })
    }),
    route('GET', '/passwordless/verify_redirect', request => {
      const { verification_code: code, email = '', connection, client_id: clientId, ...params } = request.query
      const key = `${String(clientId)} email ${email}`
      const entry = codesOf(tenant).get(key)
      if (entry === undefined || entry.code !== code || entry.expiresAt <= tenant.now()) {
        return html(400, errorPage('Wrong email or verification code.'))
      }
      codesOf(tenant).delete(key)
      const ticket = tenant.oneTimeLogins.add('link_', {
        sub: userFor(tenant, entry)!.sub,
        expiresAt: tenant.now() + 60
      })
      return redirect(
        `${tenant.issuer}authorize?${new URLSearchParams({
          ...params,
          client_id: String(clientId),
          login_ticket: ticket
        })}`
      )
    }),
    route('POST', '/otp/challenge', async request => {
      const { clientId } = await authenticateClient(tenant, request)
      const target = targetOf(request, request.body.email === undefined ? 'sms' : 'email')
      const authSession = randomBytes(32).toString('base64url')
      const signUp = request.body.allow_signup === true
      const code = newCode(tenant, authSession, { clientId, ...target, signUp })
      // the answer does not tell whether there is such a user
      if (signUp || tenant.users.account(target.name) !== undefined) send(tenant, target, code)
      return json(200, { auth_session: authSession })
    })
  ]
}
