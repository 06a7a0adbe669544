import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'
import { isObject } from '../../base/json.js'
import { mediaType, parseJsonObject } from '../../http/json.js'
import { invalid } from '../../http/body.js'
import type { HttpResponse } from '../../http/send.js'

/** What an answer of the token endpoint must be. */
interface TokenExpectations {
  /** Whether the token was to be bound to a key: then a bearer token is a downgrade. */
  dpop: boolean
  /** Token types beside the usual, e.g. `N_A`. */
  allowedTokenTypes?: readonly string[] | undefined
}

const WHAT = 'The token endpoint'
const JSON_TYPE = 'application/json'
const MAX_EXPIRES_IN = 30 * 86_400
const MAX_DETAILS_LENGTH = 64 * 1024
const MAX_DETAILS_DEPTH = 16

const TOKENS = ['id_token', 'refresh_token', 'recovery_code', 'issued_token_type'] as const

/** Checks the answer member by member; what it does not know it leaves as it is. @see RFC 6749 section 5.1 */
export function readTokenResponse (response: HttpResponse, expected: TokenExpectations): TokenResponse {
  if (response.headers['content-type'] !== JSON_TYPE && mediaType(response) !== JSON_TYPE) {
    throw invalid(`${WHAT}: the answer is not JSON.`)
  }
  const body = parseJsonObject(response, WHAT)
  // A member that is null counts as not there.
  for (const name of Object.keys(body)) if (body[name] === null) delete body[name]
  for (const name of TOKENS) {
    if (body[name] !== undefined && !isToken(body[name])) throw unusable(name)
  }
  if (!isToken(body.access_token)) throw unusable('access_token')
  if (body.scope !== undefined && !isScope(body.scope)) throw unusable('scope')
  // Nobody else has the object that was parsed: it is changed where it is.
  body.token_type = tokenTypeOf(body.token_type, expected)
  if (body.expires_in !== undefined) body.expires_in = lifetimeOf(body.expires_in)
  if (body.authorization_details !== undefined) body.authorization_details = detailsOf(body.authorization_details)
  return body as TokenResponse
}

/** `Bearer` or `DPoP` in their usual spelling, whichever the server used. */
function tokenTypeOf (value: unknown, { dpop, allowedTokenTypes = [] }: TokenExpectations): string {
  if (typeof value !== 'string') throw unusable('token_type')
  const type = value.toLowerCase()
  const extra = allowedTokenTypes.find(allowed => allowed.toLowerCase() === type)
  if (extra !== undefined) return extra
  if (type === 'dpop' && dpop) return 'DPoP'
  if (type === 'bearer' && !dpop) return 'Bearer'
  throw unusable('token_type')
}

/** Seconds, kept between 0 and 30 days. */
function lifetimeOf (value: unknown): number {
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number') throw unusable('expires_in')
  return Math.floor(Math.min(Math.max(seconds, 0), MAX_EXPIRES_IN))
}

/** @see RFC 9396 section 7 */
function detailsOf (value: unknown): AuthorizationDetail[] {
  if (!Array.isArray(value) || !value.every(detail => isObject(detail) && typeof detail.type === 'string')) {
    throw unusable('authorization_details')
  }
  if (!isShallow(value, MAX_DETAILS_DEPTH) || JSON.stringify(value).length > MAX_DETAILS_LENGTH) {
    throw unusable('authorization_details')
  }
  return value as AuthorizationDetail[]
}

function isShallow (value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every(member => isShallow(member, depth - 1))
}

/** A text that can go into a header. */
function isToken (value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

function isScope (value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]*$/.test(value)
}

function unusable (name: string): Error {
  return invalid(`${WHAT}: "${name}" in the answer cannot be used.`)
}
