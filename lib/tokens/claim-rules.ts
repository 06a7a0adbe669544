import { createHash } from 'node:crypto'
import { InvalidArgumentError, IssuerValidationError, OrganizationTokenValidationError } from '../errors.js'
import type { JwtClaims } from '../../types/tokens.js'
import { hashOf } from './algorithms.js'
import { refuseToken, shown } from './refuse-token.js'

/** A chain of delegations that is longer is nonsense. */
const MOST_ACTORS = 16

/** A payload whose claims have not been looked at. */
export type Payload = Record<string, unknown>

/** What a moment is compared with: epoch seconds, and the seconds clocks may differ by. */
export interface Clock {
  now: number
  clockTolerance: number
}

/** A later moment is milliseconds or nonsense: this is the year 2286. */
const maxEpochSeconds = 1e10

/** `iss`: the exact string. */
export function checkIssuer ({ iss }: Payload, issuers: readonly string[]): void {
  if (typeof iss !== 'string' || !issuers.includes(iss)) {
    throw new IssuerValidationError(`The issuer of the token is ${shown(iss)}, expected ${expectation(issuers)}.`)
  }
}

/** `sub`: 1 to 255 printable characters. */
export function checkSubject ({ sub }: Payload): void {
  if (sub === undefined) refuseToken('claim_missing', 'The token has no "sub" claim.', { claim: 'sub' })
  // Most are ASCII, which is looked through in a fraction of the time.
  if (typeof sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(sub)) return
  if (typeof sub !== 'string' || !/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,255}$/u.test(sub)) {
    refuseToken('claim_invalid', 'The "sub" claim of the token must be a string of 1 to 255 printable characters.', {
      claim: 'sub'
    })
  }
}

/** `aud`: a string or a list of strings that holds one of ours. Returns the list. */
export function checkAudience ({ aud }: Payload, accepted: readonly string[]): readonly string[] {
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (!isStringList(audiences) || audiences.length === 0) {
    refuseToken(aud === undefined ? 'claim_missing' : 'claim_invalid',
      'The token must have an "aud" claim, a string or a list of strings.', { claim: 'aud' })
  }
  if (!audiences.some(audience => accepted.includes(audience))) {
    refuseToken('audience', `The audience of the token is ${shown(aud)}, expected ${expectation(accepted)}.`, {
      claim: 'aud'
    })
  }
  return audiences
}

/**
 * `azp`: needed beside several audiences; wherever present it must be us. @see OpenID Connect Core section 3.1.3.7
 */
export function checkAuthorizedParty ({ azp }: Payload, audiences: readonly string[],
  accepted: readonly string[]): void {
  if (azp === undefined && audiences.length === 1) return
  if (typeof azp !== 'string' || !accepted.includes(azp)) {
    refuseToken('authorized_party',
      `The authorized party of the token is ${shown(azp)}, expected ${expectation(accepted)}.`, { claim: 'azp' })
  }
}

/** `exp`: over at that second, give or take the tolerance. */
export function checkExpiry (payload: Payload, { now, clockTolerance }: Clock): void {
  const exp = requiredMoment(payload, 'exp')
  if (now >= exp + clockTolerance) {
    refuseToken('expired', `The token expired at ${exp}; it is ${Math.floor(now)}.`, { claim: 'exp' })
  }
}

/** `nbf`, when present. */
export function checkNotBefore (payload: Payload, { now, clockTolerance }: Clock): void {
  const nbf = moment(payload, 'nbf')
  if (nbf !== undefined && nbf > now + clockTolerance) {
    refuseToken('not_yet_valid', `The token is valid from ${nbf} on; it is ${Math.floor(now)}.`, { claim: 'nbf' })
  }
}

/** `iat`, when present: not ahead, and not older than `maxTokenAge`. */
export function checkIssuedAt (payload: Payload, { now, clockTolerance }: Clock, maxTokenAge = Infinity): void {
  const iat = moment(payload, 'iat')
  if (iat === undefined) return
  if (iat > now + clockTolerance) {
    refuseToken('issued_in_future', `The token was issued at ${iat}; it is ${Math.floor(now)}.`, { claim: 'iat' })
  }
  if (now - iat > maxTokenAge + clockTolerance) {
    refuseToken('too_old', `The token was issued at ${iat}, more than ${maxTokenAge} seconds ago.`, { claim: 'iat' })
  }
}

/** `nonce`: the exact string, when one was sent. */
export function checkNonce ({ nonce }: Payload, expected: string | undefined): void {
  if (expected !== undefined && nonce !== expected) {
    refuseToken('nonce',
      nonce === undefined ? 'The token has no "nonce" claim.' : 'The nonce of the token is not the one that was sent.',
      { claim: 'nonce' })
  }
}

/** `auth_time`: the login is not ahead, and with `maxAge` known to be recent. */
export function checkAuthTime (payload: Payload, { now, clockTolerance }: Clock, maxAge: number | undefined): void {
  const authTime = maxAge === undefined ? moment(payload, 'auth_time') : requiredMoment(payload, 'auth_time')
  if (authTime === undefined) return
  if (authTime > now + clockTolerance) {
    refuseToken('auth_in_future', `The user logged in at ${authTime}; it is ${Math.floor(now)}.`, {
      claim: 'auth_time'
    })
  }
  if (maxAge !== undefined && now - authTime > maxAge + clockTolerance) {
    refuseToken('auth_too_old', `The user logged in at ${authTime}, more than ${maxAge} seconds ago.`, {
      claim: 'auth_time'
    })
  }
}

/** The value of `acr_values` by which Auth0 is asked for a second factor, which `amr` tells of. */
export const MFA_ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

/** One of the authentication classes that were asked for. @see OpenID Connect Core section 3.1.2.1 (acr_values) */
export function checkAuthenticationClass ({ acr, amr }: Payload, acrValues: string | undefined): void {
  const asked = acrValues?.split(' ').filter(Boolean) ?? []
  if (asked.length === 0 || asked.includes(acr as string)) return
  if (asked.includes(MFA_ACR) && Array.isArray(amr) && amr.includes('mfa')) return
  refuseToken('acr', `The login is of the class ${shown(acr)}, not of one that was asked for.`, { claim: 'acr' })
}

/** Who acts for the subject: an object, and so on for who acts for that one. @see RFC 8693 section 4.1 */
export function checkActor (payload: Payload): void {
  let { act } = payload
  for (let depth = 0; act !== undefined; depth++) {
    const isActor = typeof act === 'object' && act !== null && !Array.isArray(act) && depth < MOST_ACTORS
    const { sub, act: next } = (isActor ? act : {}) as Payload
    if (!isActor || (sub !== undefined && typeof sub !== 'string')) {
      refuseToken('claim_invalid', 'The "act" claim of the token must be an object that names who acts.', {
        claim: 'act'
      })
    }
    act = next
  }
}

/**
 * `at_hash`, when present: the ID token belongs to the access token beside it. @see OpenID Connect Core section 3.1.3.8
 */
export function checkAccessTokenHash (payload: Payload, accessToken: string | undefined, alg: string): void {
  if (payload['at_hash'] === undefined || accessToken === undefined) return
  const hash = hashOf(alg)
  const digest = hash && createHash(hash).update(accessToken).digest()
  if (!digest || payload['at_hash'] !== digest.subarray(0, digest.length / 2).toString('base64url')) {
    refuseToken('at_hash', 'The ID token does not belong to the access token.', { claim: 'at_hash' })
  }
}

/** `org_id` or `org_name`: ids are compared exactly, names without case. Auth0 keeps names in lower case. */
export function checkOrganization (claims: JwtClaims, organization: string): void {
  assertOrganization(organization)
  const claim = organizationClaim(organization)
  if (typeof claims[claim] !== 'string') {
    throw new OrganizationTokenValidationError(claim,
      `The token must have a string "${claim}" claim for the organization that was asked for.`)
  }
  if (!isInOrganization(claims, organization)) {
    throw new OrganizationTokenValidationError(claim,
      `The "${claim}" claim of the token is not the organization that was asked for.`)
  }
}

/** Whether claims are of this organization, given by id or by name. */
export function isInOrganization (claims: Readonly<Record<string, unknown>>, organization: string): boolean {
  const claim = organizationClaim(organization)
  const fold = claim === 'org_id' ? (value: string) => value : (value: string) => value.normalize('NFC').toLowerCase()
  const actual = claims[claim]
  return typeof actual === 'string' && fold(actual) === fold(organization)
}

function organizationClaim (organization: string): 'org_id' | 'org_name' {
  return organization.startsWith('org_') ? 'org_id' : 'org_name'
}

export function assertOrganization (organization: unknown): void {
  if (typeof organization !== 'string' || organization.trim() === '') {
    throw new InvalidArgumentError('organization', 'The argument "organization" must be a string that is not blank.')
  }
}

/** A claim in epoch seconds; `undefined` when absent. */
function moment (payload: Payload, claim: string): number | undefined {
  const value = payload[claim]
  if (value === undefined) return undefined
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= maxEpochSeconds) {
    refuseToken('claim_invalid', `The "${claim}" claim of the token must be a time in whole epoch seconds.`, { claim })
  }
  return value as number
}

function requiredMoment (payload: Payload, claim: string): number {
  return moment(payload, claim) ?? refuseToken('claim_missing', `The token has no "${claim}" claim.`, { claim })
}

/** A required claim in epoch seconds. */
export function requireMoment (payload: Payload, claim: string): void {
  requiredMoment(payload, claim)
}

export function isStringList (value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

function expectation (values: readonly string[]): string {
  return shown(values.length === 1 ? values[0] : values)
}
