import type { Payload } from './claim-rules.js'

/** What a guard asks of an ordinary access token. */
export interface OrdinaryDemands {
  issuer: string
  audiences: readonly string[]
  /** All of these. */
  scopes: readonly string[]
  /** At least one of these; `undefined` where none is asked for. */
  anyScope: readonly string[] | undefined
  /** All of these. */
  permissions: readonly string[]
  /** Seconds. */
  clockTolerance: number
}

/**
 * Whether claims meet the demands beyond doubt, found out in one pass. Most tokens are such; all others, good ones
 * among them, are for `checkAccessTokenClaims`, which says what is wrong. No name that is asked for may hold a blank.
 * @param now epoch seconds
 */
export function areOrdinary (payload: Payload, demands: OrdinaryDemands, now: number): boolean {
  const { iss, sub, aud, exp, iat, azp, client_id: clientId, scope, permissions } = payload
  const latest = now + demands.clockTolerance
  return iss === demands.issuer && isOfUser(sub) && isForAudience(aud, demands.audiences, azp, clientId) &&
    isMoment(exp) && now < exp + demands.clockTolerance && (iat === undefined || (isMoment(iat) && iat <= latest)) &&
    // The marks of other tokens, and of what few tokens have.
    payload['events'] === undefined && payload['nonce'] === undefined && payload['at_hash'] === undefined &&
    payload['c_hash'] === undefined && payload['s_hash'] === undefined && payload['nbf'] === undefined &&
    payload['act'] === undefined && payload['cnf'] === undefined &&
    hasScopes(scope, demands) && hasPermissions(permissions, demands.permissions)
}

/** A later moment is milliseconds or nonsense. */
function isMoment (value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e10
}

/** Printable ASCII, and none of Auth0's `anon@…`, the visitors who have not logged in. */
function isOfUser (sub: unknown): boolean {
  if (sub === undefined) return true
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > 255 || sub.charCodeAt(4) === 0x40) return false
  for (let i = 0; i < sub.length; i++) {
    const code = sub.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** One of the audiences is among ours, none of them is the client's own, and a client is named. */
function isForAudience (aud: unknown, accepted: readonly string[], azp: unknown, clientId: unknown): boolean {
  if (azp === undefined && clientId === undefined) return false
  if (typeof aud === 'string') return aud !== azp && aud !== clientId && accepted.includes(aud)
  if (!Array.isArray(aud)) return false
  let isHeard = false
  for (const audience of aud as unknown[]) {
    if (typeof audience !== 'string' || audience === azp || audience === clientId) return false
    isHeard ||= accepted.includes(audience)
  }
  return isHeard
}

function hasScopes (scope: unknown, { scopes, anyScope }: OrdinaryDemands): boolean {
  if (scopes.length === 0 && anyScope === undefined) return true
  if (typeof scope !== 'string' || !isScope(scope)) return false
  for (const name of scopes) if (!hasWord(scope, name)) return false
  if (anyScope === undefined) return true
  for (const name of anyScope) if (hasWord(scope, name)) return true
  return false
}

/** Whether scopes are separated by one space each. @see RFC 6749 section 3.3 */
function isScope (text: string): boolean {
  let before = 0x20
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || (code === 0x20 && before === 0x20)) return false
    before = code
  }
  return before !== 0x20
}

/** Whether a word stands in a text between blanks. */
function hasWord (text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    if ((at === 0 || text.charCodeAt(at - 1) === 0x20) && (end === text.length || text.charCodeAt(end) === 0x20)) {
      return true
    }
  }
  return false
}

function hasPermissions (permissions: unknown, demanded: readonly string[]): boolean {
  if (demanded.length === 0) return true
  if (!Array.isArray(permissions)) return false
  for (const permission of permissions as unknown[]) if (typeof permission !== 'string') return false
  for (const name of demanded) if (!permissions.includes(name)) return false
  return true
}
