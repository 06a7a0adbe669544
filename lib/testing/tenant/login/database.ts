import { randomBytes } from 'node:crypto'
import { namedClient } from '../tokens/client-authentication.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import { html, json, oauthError, TenantError, text, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { issueLogin, loginParams } from '../tokens/issue-login.js'
import { errorPage, page, problem } from './page.js'
import { blockedMessage, checkPassword, unblock } from './passwords.js'
import { refusal } from '../engine/refusal.js'
import { profileFields, readProfile, type StoredUser } from './users.js'

const connection = 'Username-Password-Authentication'
const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
const minLength = 8
const resetLifetime = 432_000

function databaseError (code: string, description: string, name = 'BadRequestError'): TenantError {
  return new TenantError(400, { name, code, description, statusCode: 400 })
}

function weakPassword (): TenantError {
  const rules = [{
    message: 'At least %d characters in length',
    format: [minLength],
    code: 'lengthAtLeast',
    verified: false
  }]
  return new TenantError(400, {
    name: 'PasswordStrengthError',
    code: 'invalid_password',
    message: 'Password is too weak',
    policy: `* At least ${minLength} characters in length`,
    description: { rules, verified: false },
    statusCode: 400
  })
}

type Form = Readonly<Record<string, unknown>>

const weak = `Password is too weak: it needs at least ${minLength} characters.`

/** Why nobody can sign up with this address and password; `undefined` when it is possible. */
export function signUpProblem (tenant: TenantContext, { email, password }: Form): string | undefined {
  if (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/u.test(email)) return 'The email address is not valid.'
  if (typeof password !== 'string' || password.length < minLength) return weak
  return tenant.users.find(email) === undefined ? undefined : 'The user already exists.'
}

function signUp (tenant: TenantContext, form: Form): StoredUser {
  const { email, password } = form as { email: string, password: string }
  const wrong = signUpProblem(tenant, form)
  if (wrong === weak && typeof password === 'string') throw weakPassword()
  if (wrong !== undefined) throw databaseError('invalid_signup', 'Invalid sign up')
  const metadata = typeof form.user_metadata === 'object' && form.user_metadata !== null
    ? { userMetadata: { ...form.user_metadata } }
    : {}
  return tenant.users.add({
    ...readProfile(form),
    ...metadata,
    email,
    password,
    emailVerified: false,
    connection
  })
}

/** Signs up on the login page, where the address is the user name. */
export function signUpByForm (tenant: TenantContext, { username, ...form }: Form): StoredUser {
  return signUp(tenant, { ...form, email: username })
}

function checkConnection (request: TenantRequest): void {
  if (request.body.connection !== connection) {
    throw oauthError(404, 'not_found', `The connection does not exist: ${String(request.body.connection)}`)
  }
}

interface Reset {
  sub: string
  expiresAt: number
}

const resetsOf = perTenant(() => new Map<string, Reset>())

/** A link to a page where the user chooses a new password. */
export function passwordResetLink (tenant: TenantContext, sub: string, lifetime = resetLifetime): string {
  const ticket = randomBytes(16).toString('base64url')
  resetsOf(tenant).set(ticket, { sub, expiresAt: tenant.now() + lifetime })
  return `${tenant.issuer}u/reset-password?ticket=${ticket}`
}

function resetPage (message?: string): string {
  return page('reset-password', 'Change your password',
    `${problem(message)}<form method="post"><label for="password">New password</label><input id="password" ` +
      'name="password" type="password" autocomplete="new-password" required><button class="primary" type="submit" ' +
      'id="continue" name="action" value="continue">Reset password</button></form>')
}

/** Users with passwords: sign-up, forgotten passwords, and the password grants. */
export const database: Feature = {
  install (tenant) {
    for (const grantType of ['password', realmGrant]) {
      const needsRealm = grantType === realmGrant
      tenant.provider.registerGrantType<Record<string, string | undefined>>(grantType, async ctx => {
        const { username, password, realm } = ctx.oidc.params
        if (username === undefined || password === undefined || (needsRealm && realm === undefined)) {
          throw refusal(tenant, 'invalid_request',
            `Missing required parameter: ${needsRealm ? 'username, password or realm' : 'username or password'}`)
        }
        const user = checkPassword(tenant, username, password, realm)
        if (user === 'blocked') throw refusal(tenant, 'too_many_attempts', blockedMessage, 429)
        if (user === 'wrong') throw refusal(tenant, 'invalid_grant', 'Wrong email or password.', 403)
        await issueLogin(tenant, ctx, { user, gty: grantType })
      }, [...loginParams, 'username', 'password', 'realm'])
    }
  },
  routes (tenant) {
    const resets = resetsOf(tenant)
    const find = ({ query }: TenantRequest): Reset | undefined => {
      const reset = resets.get(String(query.ticket))
      return reset !== undefined && reset.expiresAt > tenant.now() ? reset : undefined
    }
    const over = (): TenantAnswer => html(400, errorPage('The link is used or expired.'))

    return [
      route('POST', '/dbconnections/signup', request => {
        namedClient(tenant, request)
        checkConnection(request)
        const user = signUp(tenant, request.body)
        return json(200, {
          _id: user.sub.replace(/^auth0\|/u, ''),
          email_verified: false,
          ...Object.fromEntries(Object.entries(profileFields).map(([name, property]) => [name, user[property]])),
          user_metadata: user.userMetadata
        })
      }),
      route('POST', '/dbconnections/change_password', request => {
        namedClient(tenant, request)
        checkConnection(request)
        const { email } = request.body
        if (typeof email !== 'string') throw oauthError(400, 'invalid_request', 'email is required')
        const user = tenant.users.find(email)
        if (user !== undefined) {
          const link = passwordResetLink(tenant, user.sub)
          tenant.messages.mailbox.push({ to: email, link, text: `Change your password: ${link}` })
        }
        return text(200, "We've just sent you an email to reset your password.")
      }),
      route('GET', '/u/reset-password', request => find(request) === undefined ? over() : html(200, resetPage())),
      route('POST', '/u/reset-password', request => {
        const reset = find(request)
        if (reset === undefined) return over()
        const { password } = request.body
        if (typeof password !== 'string' || password.length < minLength) {
          return html(400, resetPage(weak))
        }
        resets.delete(String(request.query.ticket))
        const user = tenant.users.bySub(reset.sub)!
        user.password = password
        unblock(tenant, user)
        return html(200, page('password-changed', 'Password changed', '<p>Your password has been changed.</p>'))
      })
    ]
  }
}
