import { randomBytes } from 'node:crypto'
import type { TOTP } from 'otpauth'
import type { TenantContext } from '../engine/context.js'
import { makeCode } from '../login/messages.js'
import { optionalPackage } from '../engine/optional-package.js'
import type { Authenticator, StoredUser } from '../login/users.js'

const codeLifetime = 300

/** Adds a factor that is active once it was used. */
export function addAuthenticator (user: StoredUser,
  authenticator: Omit<Authenticator, 'id' | 'active'>): Authenticator {
  const added = { ...authenticator, id: `${authenticator.type}|dev_${randomBytes(8).toString('hex')}`, active: false }
  user.authenticators.push(added)
  return added
}

/** A recovery code for a user who has none; 24 characters, as Auth0's. */
export function addRecoveryCode (user: StoredUser): string {
  user.authenticators = user.authenticators.filter(({ type }) => type !== 'recovery-code')
  const recoveryCode = randomBytes(15).toString('hex').toUpperCase().slice(0, 24)
  Object.assign(addAuthenticator(user, { type: 'recovery-code', recoveryCode }), { active: true })
  return recoveryCode
}

async function totpOf (tenant: TenantContext, user: StoredUser, secret: string): Promise<TOTP> {
  const { TOTP } = await optionalPackage('otpauth', 'One-time passwords', () => import('otpauth'))
  return new TOTP({ issuer: tenant.domain, label: user.email ?? user.sub, secret })
}

/** Enrolls an authenticator app: the secret, and the URI for its QR code. */
export async function enrollOtp (tenant: TenantContext,
  user: StoredUser): Promise<{ authenticator: Authenticator, uri: string }> {
  const { Secret } = await optionalPackage('otpauth', 'One-time passwords', () => import('otpauth'))
  const authenticator = addAuthenticator(user, { type: 'otp', secret: new Secret({ size: 20 }).base32 })
  const totp = await totpOf(tenant, user, authenticator.secret!)
  return { authenticator, uri: totp.toString() }
}

/** The code an authenticator app shows now. */
export async function currentOtp (tenant: TenantContext, user: StoredUser): Promise<string> {
  const authenticator = user.authenticators.find(({ type }) => type === 'otp')
  if (authenticator?.secret === undefined) throw new Error(`${user.sub} has no authenticator app.`)
  return (await totpOf(tenant, user, authenticator.secret)).generate({ timestamp: tenant.now() * 1000 })
}

/** Whether a code is one of the user's authenticator app, which is enrolled thereby. */
export async function verifyOtp (tenant: TenantContext, user: StoredUser, code: unknown): Promise<boolean> {
  for (const authenticator of user.authenticators) {
    if (authenticator.type !== 'otp' || authenticator.secret === undefined) continue
    const totp = await totpOf(tenant, user, authenticator.secret)
    if (totp.validate({ token: String(code), timestamp: tenant.now() * 1000, window: 1 }) !== null) {
      authenticator.active = true
      return true
    }
  }
  return false
}

/** Sends a code, or a push notification, and returns the handle of it. */
export function sendOutOfBand (tenant: TenantContext, user: StoredUser, authenticator: Authenticator): string {
  const handle = randomBytes(24).toString('base64url')
  const isPush = authenticator.type === 'push'
  const code = makeCode()
  tenant.mfa.outOfBand.set(handle, {
    sub: user.sub,
    authenticatorId: authenticator.id,
    expiresAt: tenant.now() + codeLifetime,
    code: isPush ? undefined : code
  })
  if (!isPush) {
    const box = authenticator.type === 'email' ? tenant.messages.mailbox : tenant.messages.sms
    box.push({ to: authenticator.target!, code, text: `${code} is your verification code` })
  }
  return handle
}

/** The state of what was sent under a handle, given the code that was typed in. */
export function checkOutOfBand (tenant: TenantContext, user: StoredUser, handle: unknown,
  code: unknown): 'ok' | 'pending' | 'wrong' | 'denied' {
  const sent = tenant.mfa.outOfBand.get(String(handle))
  if (sent === undefined || sent.sub !== user.sub || sent.expiresAt <= tenant.now() || sent.verdict === 'denied') {
    return 'denied'
  }
  if (sent.code === undefined && sent.verdict === undefined) return 'pending'
  if (sent.code !== undefined && sent.code !== code) return 'wrong'
  tenant.mfa.outOfBand.delete(String(handle))
  Object.assign(user.authenticators.find(({ id }) => id === sent.authenticatorId) ?? {}, { active: true })
  return 'ok'
}
