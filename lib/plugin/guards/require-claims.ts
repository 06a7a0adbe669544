import { ConfigurationError } from '../../errors.js'
import type { ClaimDemands, PlainClaim } from '../../../types/guards.js'
import type { UserClaims } from '../../../types/session.js'
import { principalGuard } from './principal.js'
import { forbid } from './denial.js'
import { factory } from './factory.js'
import { PASS, type Guard } from './guard.js'

/**
 * Guard of what is in the user's claims: `requireClaims({ 'https://example.com/roles': 'admin' })`.
 * Behind `requireToken` the access token's claims are asked. 403 `insufficient_claims` otherwise.
 * @throws ConfigurationError when the demands ask for nothing
 */
export const requireClaims = factory('requireClaims', (demands: ClaimDemands): Guard => {
  const holds = predicateOf(demands)
  return principalGuard(({ claims, request, reply }) => {
    const settle = (verdict: unknown): Promise<void> =>
      verdict === true
        ? PASS
        : forbid(request, reply, 'insufficient_claims', "The user's claims do not allow this.")
    const verdict = holds(claims as Readonly<UserClaims>)
    return verdict instanceof Promise ? verdict.then(settle) : settle(verdict)
  })
})

function predicateOf (demands: ClaimDemands): (claims: Readonly<UserClaims>) => boolean | Promise<boolean> {
  if (typeof demands === 'function') return demands
  if (typeof demands !== 'object' || demands === null || Array.isArray(demands) || Object.keys(demands).length === 0) {
    throw new ConfigurationError('requireClaims',
      '"requireClaims" takes an object of claims and their values, or a function of the claims; an empty one would ' +
        'ask for nothing.')
  }
  const wanted = Object.entries(demands as Readonly<Record<string, PlainClaim | readonly PlainClaim[]>>)
  for (const [claim, value] of wanted) {
    if (value === undefined) {
      throw new ConfigurationError('requireClaims',
        `"requireClaims" asks that "${claim}" be undefined; give a value, or a function.`)
    }
  }
  return claims => wanted.every(([claim, value]) => Object.hasOwn(claims, claim) && fits(claims[claim], value))
}

function fits (claim: unknown, wanted: PlainClaim | readonly PlainClaim[]): boolean {
  if (Array.isArray(wanted)) return Array.isArray(claim) && wanted.every(value => claim.includes(value))
  return Array.isArray(claim) ? claim.includes(wanted) : claim === wanted
}
