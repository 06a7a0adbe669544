import type { TokenEndpointGrantContext } from 'oidc-provider'
import { addRecoveryCode, checkOutOfBand, verifyOtp } from './authenticators.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { TenantError } from '../engine/exchange.js'
import { issueLogin } from '../tokens/issue-login.js'
import { mfaAcr, openMfaToken } from './mfa-state.js'
import type { PendingMfa } from '../engine/login-records.js'
import { refusal } from '../engine/refusal.js'
import type { Awaitable } from '../../../../types/stores.js'

type Params = Record<string, string | undefined>
/** Gives what the answer has beside the tokens, or refuses. */
type Check = (tenant: TenantContext, pending: PendingMfa,
  params: Params) => Awaitable<Record<string, unknown> | undefined>

const prefix = 'http://auth0.com/oauth/grant-type/'

function refuseGrant (tenant: TenantContext, description: string): never {
  throw refusal(tenant, 'invalid_grant', description, 403)
}

const checks: Record<string, { params: string[], check: Check }> = {
  'mfa-otp': {
    params: ['otp'],
    async check (tenant, { user }, { otp }) {
      return await verifyOtp(tenant, user, otp) ? undefined : refuseGrant(tenant, 'Invalid otp_code.')
    }
  },
  'mfa-oob': {
    params: ['oob_code', 'binding_code'],
    check (tenant, { user }, { oob_code: handle, binding_code: code }) {
      const result = checkOutOfBand(tenant, user, handle, code)
      if (result === 'pending') {
        throw refusal(tenant, 'authorization_pending',
          'Authorization pending: please repeat the request in a few seconds.')
      }
      if (result === 'wrong') refuseGrant(tenant, 'Invalid binding_code.')
      return result === 'denied' ? refuseGrant(tenant, 'MFA Authorization rejected.') : undefined
    }
  },
  'mfa-recovery-code': {
    params: ['recovery_code'],
    check (tenant, { user }, { recovery_code: code }) {
      const known = user.authenticators.some(({ type, recoveryCode }) =>
        type === 'recovery-code' && recoveryCode === code
      )
      return known ? { recovery_code: addRecoveryCode(user) } : refuseGrant(tenant, 'MFA Authorization rejected.')
    }
  }
}

function pendingOf (tenant: TenantContext, ctx: TokenEndpointGrantContext<Params>): PendingMfa {
  try {
    const pending = openMfaToken(tenant, ctx.oidc.params.mfa_token)
    if (pending.clientId === ctx.oidc.client.clientId) return pending
  } catch (error) {
    const { status, body } = error as TenantError
    throw refusal(tenant, String(body.error), String(body.error_description), status)
  }
  return refuseGrant(tenant, 'Malformed mfa_token')
}

/** The grants that finish a login with its second factor. */
export const mfaGrants: Feature = {
  configure: () => ({ acrValues: [mfaAcr], claims: { acr: null } }),
  install (tenant) {
    for (const [name, { params, check }] of Object.entries(checks)) {
      tenant.provider.registerGrantType<Params>(`${prefix}${name}`, async ctx => {
        const pending = pendingOf(tenant, ctx)
        const extra = await check(tenant, pending, ctx.oidc.params)
        tenant.mfa.tokens.delete(ctx.oidc.params.mfa_token!)
        const { user, grantType, facts, more } = pending
        await issueLogin(tenant, ctx, {
          user,
          gty: grantType,
          mfa: false,
          amr: ['mfa'],
          acr: mfaAcr,
          params: { ...pending.params, ...ctx.oidc.params.scope && { scope: ctx.oidc.params.scope } },
          more: { ...more, ...extra },
          facts
        })
      }, ['mfa_token', 'scope', 'audience', 'resource', ...params])
    }
  }
}
