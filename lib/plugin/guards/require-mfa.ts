import { acrOf, hasMfa } from '../../flows/api/authentication-demand.js'
import { MFA_ACR } from '../../tokens/claim-rules.js'
import { principalGuard, type Principal } from './principal.js'
import { factory } from './factory.js'
import type { Guard } from './guard/guard.js'
import { satisfied, stepUp } from './step-up.js'

/**
 * Guard of a second factor: who logged in without one is sent to add it, once; scripts get 401 `mfa_required`.
 * @see RFC 8176 section 2 (amr), RFC 9470
 */
export const requireMfa = factory('requireMfa', (): Guard =>
  principalGuard(caller =>
    didMfa(caller)
      ? satisfied(caller, 'mfa_required')
      : stepUp(caller, {
        code: 'mfa_required',
        message: 'This needs a second factor.',
        params: { acr_values: MFA_ACR }
      })
  ))

/** Whether the login included a second factor. */
export function didMfa ({ claims, session, registration }: Principal): boolean {
  const { api } = registration.context.config
  return hasMfa(claims, session === undefined ? acrOf(claims, api.claims) : claims.acr)
}
