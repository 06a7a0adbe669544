import { ForbiddenError, InvalidArgumentError } from '../errors.js'
import type { AccessTokenClaims, IdTokenClaims } from '../../types/tokens.js'
import {
  assertOrganization, checkAccessTokenHash, checkActor, checkAudience, checkAuthenticationClass, checkAuthTime,
  checkAuthorizedParty, checkExpiry, checkIssuedAt, checkIssuer, checkNonce, checkNotBefore, checkOrganization,
  checkSubject, isStringList, requireMoment, type Clock, type Payload
} from './claim-rules.js'
import { unknownName } from '../base/nearest-name.js'
import { refuseToken } from './refuse-token.js'

export { checkOrganization, isInOrganization } from './claim-rules.js'

/** What a caller of `verify()` may demand of an ID token. */
export interface IdTokenDemands {
  /** The nonce that was sent. */
  nonce?: string | undefined
  /** Seconds since the login at most. */
  maxAge?: number | undefined
  /** Id (`org_…`) or name of the organization. */
  organization?: string | undefined
  /** Seconds since the token was issued at most. */
  maxTokenAge?: number | undefined
  /** The authentication classes that were asked for, separated by blanks. */
  acrValues?: string | undefined
  /** The access token that came with it, for `at_hash`. */
  accessToken?: string | undefined
}

export interface IdTokenExpectations extends IdTokenDemands, Clock {
  issuer: string | readonly string[]
  clientId: string | readonly string[]
  /** The algorithm the token was signed with. */
  alg: string
}

/** What a caller of `verifyAccessToken()` may demand. */
export interface AccessTokenDemands {
  /** All of these. */
  scopes?: readonly string[] | undefined
  /** At least one of these. */
  anyScope?: readonly string[] | undefined
  /** All of these. */
  permissions?: readonly string[] | undefined
  organization?: string | undefined
}

export interface AccessTokenExpectations extends AccessTokenDemands, Clock {
  issuers: readonly string[]
  audience: string | readonly string[]
  /** Whether `scope` may be a list of strings as well. */
  scopeLists?: boolean | undefined
  /** Whether the claims that RFC 9068 requires must be there. */
  strict?: boolean | undefined
  /** The token's `typ`: one that says `at+jwt` is an access token beyond doubt. */
  typ?: string | undefined
}

const ID_TOKEN_DEMANDS = ['nonce', 'maxAge', 'organization', 'maxTokenAge', 'acrValues', 'accessToken']
const ACCESS_TOKEN_DEMANDS = ['scopes', 'anyScope', 'permissions', 'organization', 'audience', 'strictType']
const LISTS = ['scopes', 'anyScope', 'permissions'] as const

/**
 * Refuses demands that a verifier does not know, and those of another form: they would silently mean nothing.
 * @throws InvalidArgumentError
 */
function checkDemands (demands: object, known: readonly string[]): void {
  if (typeof demands !== 'object' || demands === null) {
    throw new InvalidArgumentError('options', 'The options must be an object.')
  }
  const stray = Object.keys(demands).find(name => !known.includes(name))
  if (stray !== undefined) {
    throw new InvalidArgumentError('options', `The options have no "${stray}". ${unknownName(stray, known)}`)
  }
}

/** The demands of `verify()`. @throws InvalidArgumentError */
export function checkIdTokenDemands (demands: IdTokenDemands): void {
  checkDemands(demands, ID_TOKEN_DEMANDS)
  assertIdTokenDemands(demands)
}

/** The demands of `verifyAccessToken()`. @throws InvalidArgumentError */
export function checkAccessTokenDemands (demands: AccessTokenDemands & { audience?: unknown }): void {
  checkDemands(demands, ACCESS_TOKEN_DEMANDS)
  for (const name of LISTS) {
    if (demands[name] !== undefined && !isStringList(demands[name])) {
      throw new InvalidArgumentError(name, `The argument "${name}" must be a list of strings.`)
    }
  }
  const audiences = [demands.audience].flat()
  if (demands.audience !== undefined && (audiences.length === 0 || !audiences.every(one => isFilled(one)))) {
    throw new InvalidArgumentError('audience',
      'The argument "audience" must be a string that is not empty, or a list of such strings.')
  }
  if (demands.organization !== undefined) assertOrganization(demands.organization)
}

function isFilled (value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** The rules for an ID token's claims. @see OpenID Connect Core section 3.1.3.7 */
export function checkIdTokenClaims (payload: Payload, expected: IdTokenExpectations): IdTokenClaims {
  assertIdTokenDemands(expected)
  const clientIds = list(expected.clientId)
  checkIssuer(payload, list(expected.issuer))
  checkSubject(payload)
  const audiences = checkAudience(payload, clientIds)
  checkExpiry(payload, expected)
  checkNotBefore(payload, expected)
  requireMoment(payload, 'iat')
  checkIssuedAt(payload, expected, expected.maxTokenAge)
  checkNonce(payload, expected.nonce)
  if (expected.organization !== undefined) checkOrganization(payload, expected.organization)
  checkAuthorizedParty(payload, audiences, clientIds)
  checkAuthTime(payload, expected, expected.maxAge)
  checkAuthenticationClass(payload, expected.acrValues)
  checkActor(payload)
  checkAccessTokenHash(payload, expected.accessToken, expected.alg)
  return payload as IdTokenClaims
}

/** The rules for an access token's claims. @see RFC 9068 section 4 */
export function checkAccessTokenClaims (payload: Payload, expected: AccessTokenExpectations): AccessTokenClaims {
  if (expected.organization !== undefined) assertOrganization(expected.organization)
  checkIssuer(payload, expected.issuers)
  if (payload['sub'] !== undefined || expected.strict === true) checkSubject(payload)
  const audiences = checkAudience(payload, list(expected.audience))
  if (expected.strict === true) checkProfileClaims(payload)
  checkIsAccessToken(payload, audiences, expected.typ)
  checkActor(payload)
  checkExpiry(payload, expected)
  checkNotBefore(payload, expected)
  checkIssuedAt(payload, expected)
  if (expected.organization !== undefined) checkOrganization(payload, expected.organization)
  const scopes = scopesOf(payload['scope'], expected.scopeLists === true)
  checkGranted('scope', scopes, expected.scopes)
  if (expected.anyScope?.some(name => scopes.includes(name)) === false) {
    throw new ForbiddenError('insufficient_scope',
      `The token's "scope" claim holds none of: ${expected.anyScope.join(' ')}.`)
  }
  checkGranted('permissions', isStringList(payload['permissions']) ? payload['permissions'] : [], expected.permissions)
  return payload as AccessTokenClaims
}

/** Refuses demands that would silently mean nothing. */
export function assertIdTokenDemands ({ nonce, maxAge, maxTokenAge, organization }: IdTokenDemands): void {
  if (nonce !== undefined && (typeof nonce !== 'string' || nonce === '')) {
    throw new InvalidArgumentError('nonce', 'The argument "nonce" must be a string that is not empty.')
  }
  if (maxAge !== undefined && !isDuration(maxAge)) {
    throw new InvalidArgumentError('maxAge', 'The argument "maxAge" must be a number of seconds, 0 or more.')
  }
  if (maxTokenAge !== undefined && !isDuration(maxTokenAge)) {
    throw new InvalidArgumentError('maxTokenAge', 'The argument "maxTokenAge" must be a number of seconds, 0 or more.')
  }
  if (organization !== undefined) assertOrganization(organization)
}

const idTokenMarks = ['nonce', 'at_hash', 'c_hash', 's_hash']
const accessTokenMarks = ['azp', 'client_id', 'scope', 'permissions', 'gty']

/**
 * An ID token must not open an API, even where the API is named like the client. ID tokens hold a nonce or hashes and
 * are for the client they were issued to; Auth0's access tokens name the client beside an audience that is a URI.
 */
function checkIsAccessToken (payload: Payload, audiences: readonly string[], typ = ''): void {
  // @see RFC 8417 section 2.2: logout tokens are among them
  if ('events' in payload) refuseToken('security_event', 'The token is a security event token, not an access token.')
  const isTyped = /^(application\/)?at\+jwt$/i.test(typ)
  const isForItsClient = [payload['azp'], payload['client_id']].some(client =>
    typeof client === 'string' && audiences.includes(client)
  )
  const isBare = !audiences.some(audience => audience.includes(':')) &&
    !accessTokenMarks.some(claim => claim in payload)
  if (idTokenMarks.some(claim => claim in payload) || (!isTyped && isForItsClient)) {
    refuseToken('id_token', 'The token is an ID token, not an access token.')
  }
  if (!isTyped && isBare) {
    refuseToken('id_token',
      'The token may be an ID token: its audience is not a URI, and it has none of the claims ' +
        `${accessTokenMarks.map(claim => `"${claim}"`).join(', ')}. Give a token made for tests one of them, or the ` +
        'header "typ": "at+jwt".')
  }
}

/**
 * What every access token of the profile has, beside issuer, subject, audience and expiry. @see RFC 9068 section 2.2
 */
function checkProfileClaims (payload: Payload): void {
  requireMoment(payload, 'iat')
  for (const claim of ['client_id', 'jti']) {
    if (payload[claim] === undefined) refuseToken('claim_missing', `The token has no "${claim}" claim.`, { claim })
    if (typeof payload[claim] !== 'string' || payload[claim] === '') {
      refuseToken('claim_invalid', `The "${claim}" claim of the token must be a string that is not empty.`, { claim })
    }
  }
}

/**
 * The scopes that a `scope` claim grants. They are separated by one space each; any other spelling grants nothing.
 * @param lists whether a list of strings counts, too
 * @see RFC 6749 section 3.3
 */
export function scopesOf (claim: unknown, lists: boolean): readonly string[] {
  if (typeof claim === 'string') return /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(claim) ? claim.split(' ') : []
  return lists && isStringList(claim) ? claim : []
}

function checkGranted (claim: 'scope' | 'permissions', granted: readonly string[],
  demanded: readonly string[] = []): void {
  if (!demanded.every(name => granted.includes(name))) {
    throw new ForbiddenError(claim === 'scope' ? 'insufficient_scope' : 'insufficient_permissions',
      `The token's "${claim}" claim does not hold all of: ${demanded.join(' ')}.`)
  }
}

function isDuration (value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function list (value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
