import { ConfigurationError } from '../../errors.js'
import type { ClaimDemands, PlainClaim, RuleRequest } from '../../../types/guards.js'
import type { UserClaims } from '../../../types/session.js'
import { principalGuard } from './principal.js'
import { forbid } from './denial.js'
import { factory } from './factory.js'
import { PASS, type Guard } from './guard/guard.js'

/**
 * Guard of what is in the user's claims: `requireClaims({ 'https://example.com/roles': 'admin' })`.
 * Behind `requireToken` the access token's claims are asked. 403 `insufficient_claims` otherwise.
 * @throws ConfigurationError when the demands ask for nothing
 */
export const requireClaims = factory('requireClaims', (demands: ClaimDemands): Guard => {
  const holds = predicateOf(demands)
  const message = typeof demands === 'function'
    ? 'This account is not allowed to do this.'
    : `This account is not allowed to do this. It depends on: ${Object.keys(demands).join(', ')}.`
  return principalGuard(({ claims, request, reply }) => {
    const settle = (verdict: unknown): Promise<void> =>
      verdict === true
        ? PASS
        : forbid(request, reply, 'insufficient_claims', message)
    const verdict = holds(claims as Readonly<UserClaims>, request as RuleRequest)
    return verdict instanceof Promise ? verdict.then(settle) : settle(verdict)
  })
})

type Predicate = Extract<ClaimDemands, (...args: never[]) => unknown>

function predicateOf (demands: ClaimDemands): Predicate {
  if (typeof demands === 'function') return demands
  if (typeof demands !== 'object' || demands === null || Array.isArray(demands) || Object.keys(demands).length === 0) {
    throw new ConfigurationError('requireClaims',
      '"requireClaims" takes an object of claims and their values, or a function of the claims; an empty one would ' +
        'ask for nothing.')
  }
  const wanted = Object.entries(demands as Readonly<Record<string, PlainClaim | readonly PlainClaim[]>>)
  for (const [claim, value] of wanted) {
    const values = [value].flat()
    if (values.length === 0 || !values.every(isPlain)) {
      throw new ConfigurationError('requireClaims',
        `"requireClaims" must compare "${claim}" with a string, a number, a boolean, null, or a list of these. For ` +
          'anything else give a function of the claims.')
    }
  }
  return claims => wanted.every(([claim, value]) => Object.hasOwn(claims, claim) && fits(claims[claim], value))
}

function isPlain (value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
}

function fits (claim: unknown, wanted: PlainClaim | readonly PlainClaim[]): boolean {
  if (Array.isArray(wanted)) return Array.isArray(claim) && wanted.every(value => claim.includes(value))
  return Array.isArray(claim) ? claim.includes(wanted) : claim === wanted
}
