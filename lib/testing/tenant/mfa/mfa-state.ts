import { randomBytes } from 'node:crypto'
import type { TenantContext } from '../engine/context.js'
import { oauthError } from '../engine/exchange.js'
import type { PendingMfa } from '../engine/login-records.js'
import type { Authenticator, StoredUser } from '../login/users.js'

/** The authentication context that stands for a second factor. */
export const mfaAcr = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

const tokenLifetime = 600

/** Whether an authorization request asks for a second factor. */
export function asksForMfa (tenant: TenantContext, params: Record<string, unknown>): boolean {
  return !tenant.options.ignoresAcrValues && String(params.acr_values ?? '').split(' ').includes(mfaAcr)
}

/** Whether a login needs a second factor. */
export function needsMfa (tenant: TenantContext, { user, clientId, grantType, scopes }: PendingMfa): boolean {
  return tenant.options.requireMfa?.({ user, clientId, grantType, scopes }) ?? user.mfa ?? false
}

/** Auth0's API name of a kind of factor. */
export function kindOf ({ type }: Pick<Authenticator, 'type'>): 'otp' | 'oob' | 'recovery-code' {
  return type === 'otp' || type === 'recovery-code' ? type : 'oob'
}

/** The factors a user can be asked for. */
export function activeAuthenticators (user: StoredUser): Authenticator[] {
  return user.authenticators.filter(({ active }) => active)
}

/** What the token endpoint answers when a second factor is needed. */
export function challenge (tenant: TenantContext, pending: PendingMfa): Record<string, unknown> | undefined {
  if (!needsMfa(tenant, pending)) return undefined
  const token = `Fe26.2*${randomBytes(32).toString('base64url')}`
  tenant.mfa.tokens.set(token, { ...pending, expiresAt: tenant.now() + tokenLifetime })
  const kinds = [...new Set(activeAuthenticators(pending.user).map(kindOf))]
  const requirements = kinds.length > 0
    ? { challenge: kinds.map(type => ({ type })) }
    : { enroll: ['otp', 'phone', 'email', 'push-notification'].map(type => ({ type })) }
  return {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: token,
    mfa_requirements: requirements
  }
}

/** The login that an MFA token stands for. */
export function openMfaToken (tenant: TenantContext, token: unknown): PendingMfa {
  const pending = typeof token === 'string' ? tenant.mfa.tokens.get(token) : undefined
  if (pending === undefined) throw oauthError(403, 'invalid_grant', 'Malformed mfa_token')
  if (pending.expiresAt <= tenant.now()) throw oauthError(401, 'expired_token', 'mfa_token is expired')
  return pending
}
