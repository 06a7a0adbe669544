import { principalGuard } from './principal.js'
import { factory } from './factory.js'
import type { Guard } from './guard.js'
import { satisfied, stepUp } from './step-up.js'

/** Asks Auth0 for a second factor. @see OpenID Provider Authentication Policy Extension 1.0 */
export const MFA_ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

/**
 * Guard of a second factor: who logged in without one is sent to add it, once; scripts get 401 `mfa_required`.
 * @see RFC 8176 section 2 (amr), RFC 9470
 */
export const requireMfa = factory('requireMfa', (): Guard =>
  principalGuard(caller =>
    hasMfa(caller.claims)
      ? satisfied(caller, 'mfa_required')
      : stepUp(caller, {
        code: 'mfa_required',
        message: 'This needs a second factor.',
        params: { acr_values: MFA_ACR }
      })
  ))

/** Whether the login included a second factor. */
export function hasMfa ({ amr, acr }: Readonly<Record<string, unknown>>): boolean {
  return (Array.isArray(amr) && amr.includes('mfa')) || acr === MFA_ACR
}
