import type { AccessToken, TokenResponse, TokenSet } from '../../../types/tokens.js'
import type { SessionTokens, SessionData } from '../../../types/stores.js'
import { includesScopes, joinScopes, splitScope } from './scopes.js'

/** Token sets a session keeps at most; the one used longest ago is dropped first. */
const MAX_TOKEN_SETS = 10

/** The access token that is wanted. */
export interface Wanted {
  audience: string | undefined
  /** Scopes the token must have; `undefined` where the caller names none. */
  scope: string | undefined
  /** Scopes it should have then, and that are asked for in a renewal. */
  preferredScope: string
}

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
 * The kept token that serves, good for `leeway` seconds more: the narrowest with the scopes that are demanded or, where
 * none are, with those that are preferred, or else any of that audience.
 * What was asked is compared, not what was granted: a server that grants less is not asked again on every call.
 */
export function findTokenSet (tokenSets: readonly TokenSet[], wanted: Wanted, now: number, leeway: number): TokenSet
  | undefined {
  const good = tokenSets.filter(set => set.audience === wanted.audience && set.expiresAt - leeway > now)
  return narrowest(good.filter(set => hasScopes(set, wanted.scope ?? wanted.preferredScope))) ??
    (wanted.scope === undefined ? good[0] : undefined)
}

/** Whether a token was asked for, or granted, with all of these scopes. `offline_access` is none of an access token. */
export function hasScopes (set: TokenSet, scope: string | undefined): boolean {
  if (set.requestedScope === scope) return true
  const demanded = splitScope(scope).filter(one => one !== 'offline_access').join(' ')
  return includesScopes(joinScopes(set.requestedScope, set.scope), demanded)
}

function narrowest (sets: readonly TokenSet[]): TokenSet | undefined {
  return sets.reduce<TokenSet | undefined>(
    (best, set) => best === undefined || set.requestedScope.length < best.requestedScope.length ? set : best,
    undefined
  )
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
export function withRefreshToken (session: SessionData, refreshToken: string | undefined): SessionData {
  if (refreshToken === undefined) return withoutRefreshToken(session)
  return { record: session.record, tokens: { ...session.tokens, refreshToken } }
}

/** A token that was refused, or spent for an answer that cannot be trusted, is not sent again. */
export function withoutRefreshToken ({ record, tokens: { refreshToken: _, ...tokens } }: SessionData): SessionData {
  return { record, tokens }
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
  const [, payload = ''] = accessToken.split('.')
  try {
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: unknown }
    if (typeof aud === 'string') return [aud]
    return Array.isArray(aud) ? aud.filter(entry => typeof entry === 'string') : undefined
  } catch {
    // Not a JWT: an opaque token says nothing about its audience.
    return undefined
  }
}
