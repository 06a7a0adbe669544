import { ConfigurationError } from '../../errors.js'
import { principalGuard, type Principal } from './principal.js'
import { factory } from './factory.js'
import type { Guard } from './guard.js'
import { hasMfa, MFA_ACR } from './require-mfa.js'
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
        params: { max_age: maxAge, ...(hasMfa(caller.claims) && { acr_values: MFA_ACR }) }
      })
  )
})

/** Without `auth_time` nobody knows when the user logged in: Auth0 says so where it was asked for with `max_age`. */
function isFresh ({ claims, registration: { context } }: Principal, maxAge: number): boolean {
  const { auth_time: authTime } = claims
  return typeof authTime === 'number' && context.now() - authTime <= maxAge + context.config.clockTolerance
}
