import { ConfigurationError } from '../../errors.js'
import { authTimeOf, isRecent } from '../../flows/api/authentication-demand.js'
import { MFA_ACR } from '../../tokens/claim-rules.js'
import { principalGuard, type Principal } from './principal.js'
import { factory } from './factory.js'
import type { Guard } from './guard/guard.js'
import { didMfa } from './require-mfa.js'
import { satisfied, stepUp } from './step-up.js'

/**
 * Guard of a recent login: `requireFreshLogin({ maxAge: 300 })`. Who logged in longer ago is sent to log in again,
 * once;
 * scripts get 401 `fresh_login_required`.
 * @param options.maxAge seconds since the user last proved who they are (`auth_time`)
 * @see OpenID Connect Core section 3.1.2.1 (max_age), RFC 9470
 */
export const requireFreshLogin = factory('requireFreshLogin', (options: { maxAge: number }): Guard => {
  const maxAge = options?.maxAge
  if (typeof maxAge !== 'number' || !Number.isInteger(maxAge) || maxAge < 0) {
    throw new ConfigurationError('requireFreshLogin',
      '"requireFreshLogin" takes { maxAge }, a whole number of seconds.')
  }
  return principalGuard(caller =>
    isFresh(caller, maxAge)
      ? satisfied(caller, 'fresh_login_required')
      : stepUp(caller, {
        code: 'fresh_login_required',
        message: 'Please log in again to go on.',
        // A second factor that the session has is not to be lost by it.
        params: { max_age: maxAge, ...(didMfa(caller) && { acr_values: MFA_ACR }) }
      })
  )
})

/** Without `auth_time` nobody knows when the user logged in: Auth0 says so where it was asked for with `max_age`. */
function isFresh ({ claims, session, registration: { context } }: Principal, maxAge: number): boolean {
  const { api, clockTolerance } = context.config
  const authTime = session === undefined ? authTimeOf(claims, api.claims) : claims.auth_time
  return isRecent(authTime, maxAge, { now: context.now(), clockTolerance })
}
