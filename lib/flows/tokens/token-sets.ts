import type { AccessToken, TokenResponse, TokenSet } from '../../../types/tokens.js'
import type { SessionTokens, SessionData } from '../../../types/stores.js'
import { includesScopes, joinScopes } from './scopes.js'

/** Token sets a session keeps at most; the one used longest ago is dropped first. */
const MAX_TOKEN_SETS = 10

/** The token set of a token response, for what was asked. */
export function tokenSetOf (response: TokenResponse,
  asked: { audience: string | undefined, scope: string, now: number }): TokenSet {
  return {
    accessToken: response.access_token,
    tokenType: response.token_type === 'DPoP' ? 'DPoP' : 'Bearer',
    scope: response.scope ?? asked.scope,
    requestedScope: asked.scope,
    expiresAt: response.expires_in === undefined ? 0 : Math.floor(asked.now + response.expires_in),
    ...(asked.audience !== undefined && { audience: asked.audience })
  }
}

/**
 * The narrowest kept token for an audience that was asked with at least these scopes and is good for `leeway` seconds
 * more.
 * What was asked is compared, not what was granted: a server that grants less is not asked again on every call.
 */
export function findTokenSet (tokenSets: readonly TokenSet[], wanted: { audience: string | undefined, scope: string },
  now: number, leeway: number): TokenSet | undefined {
  let best: TokenSet | undefined
  for (const set of tokenSets) {
    if (set.audience !== wanted.audience || set.expiresAt - leeway <= now) continue
    if (!includesScopes(joinScopes(set.requestedScope, set.scope), wanted.scope)) continue
    if (best === undefined || set.requestedScope.length < best.requestedScope.length) best = set
  }
  return best
}

/**
 * The tokens after a grant: the newest set first, those it replaces gone, a rotated refresh token in place of the old.
 */
export function mergeTokens (tokens: SessionTokens, set: TokenSet, response: TokenResponse, now: number,
  storeIdToken: boolean): SessionTokens {
  const others = tokens.tokenSets.filter(other =>
    (other.expiresAt > now || other.expiresAt === 0) &&
    !(other.audience === set.audience && includesScopes(set.requestedScope, other.requestedScope))
  )
  return {
    ...tokens,
    tokenSets: [set, ...others].slice(0, MAX_TOKEN_SETS),
    ...(response.refresh_token !== undefined && { refreshToken: response.refresh_token }),
    ...(storeIdToken && response.id_token !== undefined && { idToken: response.id_token })
  }
}

/** The session with a rotated refresh token, and nothing else of the grant it came with. */
export function withRefreshToken ({ record, tokens }: SessionData, refreshToken: string): SessionData {
  return { record, tokens: { ...tokens, refreshToken } }
}

/** A kept token as `getAccessToken()` returns it. */
export function accessTokenOf (set: TokenSet): AccessToken {
  const { accessToken, tokenType, scope, expiresAt, audience } = set
  return { accessToken, tokenType, scope, expiresAt, ...(audience !== undefined && { audience }) }
}

/**
 * The audiences a JWT access token names; `undefined` for an opaque one. Not verified: only compared with what was
 * asked.
 */
export function audiencesOf (accessToken: string): string[] | undefined {
  const payload = accessToken.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: unknown }
    if (typeof aud === 'string') return [aud]
    return Array.isArray(aud) ? aud.filter(entry => typeof entry === 'string') : undefined
  } catch {
    // Not a JWT: an opaque token says nothing about its audience.
    return undefined
  }
}
