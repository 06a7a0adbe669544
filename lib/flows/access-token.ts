import { refreshTokenGrant } from '../authentication/grants.js'
import type { AuthorizationServer } from '../authentication/authorization-server.js'
import { AccessTokenError, ApiError, MfaRequiredError } from '../errors.js'
import type { SessionRecord, StoredSession } from '../../types/stores.js'
import type { AccessToken, IdTokenClaims, TokenResponse, TokenSet } from '../../types/tokens.js'
import { beforeSaved } from './before-saved.js'
import type { Context, Visit } from './context.js'
import { abortable } from './abortable.js'
import { blameOf, reasonOf, userMark } from './events.js'
import { userOf, verifyIdToken } from './id-token.js'
import { sealMfaToken } from './mfa-token.js'
import { configuredScope, includesScopes } from './scopes.js'
import { currentSession } from './session.js'
import { adoptNewest, spendRefreshToken } from './spend-refresh-token.js'
import { accessTokenOf, audiencesOf, findTokenSet, mergeTokens, tokenSetOf } from './token-sets.js'

/** Options of `getAccessToken()`. */
export interface GetAccessTokenOptions {
  /** Identifier of the API; the configured `audience` unless given. */
  audience?: string
  /** Scopes the token must have; the configured ones unless given. */
  scope?: string
  /** `true` gets a new token even if a kept one is still good. */
  refresh?: boolean
  signal?: AbortSignal
}

interface Wanted { audience: string | undefined, scope: string }

/**
 * An access token for an API: a kept one while it is good for 30 seconds more, else a new one by the refresh token.
 * @throws AccessTokenError when the user has to log in again, MfaRequiredError when a second factor is asked for
 * @see RFC 6749 section 6
 */
export async function getAccessToken (context: Context, visit: Visit, options: GetAccessTokenOptions = {}): Promise<AccessToken> {
  const read = await currentSession(context, visit)
  if (read === undefined) throw new AccessTokenError('missing_session', 'There is no session to get an access token for.')
  const { config } = context
  const audience = options.audience ?? config.audience
  const wanted = { audience, scope: options.scope ?? configuredScope(config.scope, audience, config.audience) }

  const kept = await adoptNewest(context, visit, read.record)
  const good = options.refresh === true ? undefined : findTokenSet(kept.tokens.tokenSets, wanted, context.now(), config.refreshLeeway)
  if (good !== undefined) return accessTokenOf(good)

  if (kept.tokens.refreshToken === undefined || (context.sessions.kind === 'cookie' && !visit.jar.writable)) {
    const last = options.refresh === true ? undefined : lastResort(kept.tokens.tokenSets, wanted, context.now())
    if (last !== undefined) return accessTokenOf(last)
    throw kept.tokens.refreshToken === undefined
      ? new AccessTokenError('missing_refresh_token', 'The access token has expired and the session has no refresh token. Ask for the scope "offline_access", and allow offline access for the API.')
      : new AccessTokenError('session_not_writable', 'The access token has to be renewed, but this response can no longer set the cookies that keep the new one. Call getAccessToken() before the response begins, or use a sessionStore.')
  }
  const server = await visit.server()
  const before = kept.tokens.version
  const key = JSON.stringify([read.record.id, wanted.audience, wanted.scope, options.refresh === true])
  const shared = context.flights(key, async () => await spendRefreshToken(context, visit, read.record, async (current, signal) => {
    const renewed = options.refresh === true && current.tokens.version === before
      ? undefined
      : findTokenSet(current.tokens.tokenSets, wanted, context.now(), config.refreshLeeway)
    if (renewed !== undefined) return { result: accessTokenOf(renewed) }
    return await refresh(context, visit, server, current, wanted, signal)
  }))
  const token = await abortable(shared, options.signal)
  // Whoever shared the call has a response of his own to write the new tokens to.
  await adoptNewest(context, visit, read.record)
  return token
}

/** Spends the refresh token and says what the session becomes. */
async function refresh (context: Context, visit: Visit, server: AuthorizationServer, current: StoredSession, wanted: Wanted, signal: AbortSignal | undefined): Promise<{ result: AccessToken, next: (saved: StoredSession) => StoredSession }> {
  const { record, tokens } = current
  const user = userMark(record.issuer, record.user.sub)
  let response: TokenResponse
  try {
    response = await refreshTokenGrant(server, {
      refreshToken: tokens.refreshToken!,
      ...(wanted.audience !== undefined && { audience: wanted.audience }),
      ...(wanted.scope !== '' && { scope: wanted.scope })
    }, signal === undefined ? {} : { signal })
  } catch (error) {
    const typed = refreshFailure(context, error, wanted)
    context.emit({ type: 'refresh', outcome: 'failure', reason: reasonOf(typed), blame: blameOf(typed), domain: server.domain, user }, visit.log, typed)
    throw typed
  }
  const claims = response.id_token === undefined ? undefined : await verifyRefreshed(context, server, response, record)
  const draft = claims === undefined ? undefined : await refreshedUser(context, record, claims)
  const now = context.now()
  const asked = { audience: wanted.audience, scope: wanted.scope !== '' ? wanted.scope : response.scope ?? '', now }
  const set = granted(tokenSetOf(response, asked))
  context.emit({ type: 'refresh', outcome: 'success', reason: 'refresh', blame: 'none', domain: server.domain, user }, visit.log)

  const next = (saved: StoredSession): StoredSession => {
    const merged = mergeTokens(saved.tokens, set, response, now, context.config.storeIdToken)
    return {
      tokens: merged,
      record: draft === undefined || sameUser(draft.user, saved.record.user) ? saved.record : { ...saved.record, user: draft.user, version: merged.version, updatedAt: now }
    }
  }
  if (wanted.audience !== set.audience) {
    throw new RefreshedForAnother(next, new AccessTokenError('incorrect_audience', `The server gave a token for another API than "${wanted.audience}". Allow that API in the application's refresh-token policy (multi-resource refresh tokens).`))
  }
  return { result: accessTokenOf(set), next }
}

/** The refresh worked, so its tokens must be kept, but it is not what was asked for. */
export class RefreshedForAnother extends Error {
  readonly next: (saved: StoredSession) => StoredSession
  readonly error: AccessTokenError

  constructor (next: (saved: StoredSession) => StoredSession, error: AccessTokenError) {
    super(error.message)
    this.next = next
    this.error = error
  }
}

/** The token under the audience it is really for: a server may ignore an audience it does not know. */
function granted (set: TokenSet): TokenSet {
  const audiences = audiencesOf(set.accessToken)
  if (audiences === undefined || set.audience === undefined || audiences.includes(set.audience)) return set
  const { audience: _, ...rest } = set
  return audiences[0] === undefined ? rest : { ...rest, audience: audiences[0] }
}

/** @see OpenID Connect Core section 12.2 */
async function verifyRefreshed (context: Context, server: AuthorizationServer, response: TokenResponse, record: SessionRecord): Promise<IdTokenClaims> {
  const claims = await verifyIdToken(context, server, response.id_token, { accessToken: response.access_token })
  if (claims.sub !== record.user.sub || claims.iss !== record.issuer) {
    throw new AccessTokenError('failed_to_refresh_token', 'The refreshed ID token is of another user.')
  }
  if (record.user.org_id !== undefined && claims.org_id !== record.user.org_id) {
    throw new AccessTokenError('failed_to_refresh_token', 'The refreshed ID token is of another organization.')
  }
  if (record.user.auth_time !== undefined && claims.auth_time !== undefined && claims.auth_time !== record.user.auth_time) {
    throw new AccessTokenError('failed_to_refresh_token', 'The refreshed ID token is of another login.')
  }
  return claims
}

async function refreshedUser (context: Context, record: SessionRecord, claims: IdTokenClaims): Promise<{ user: SessionRecord['user'] }> {
  return await beforeSaved(context, { user: { ...record.user, ...userOf(claims) }, custom: record.custom ?? {} }, 'refresh', claims, record)
}

function sameUser (a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A refusal means a new login; what says "later" (timeouts, 5xx, rate limits) stays what it is. */
function refreshFailure (context: Context, error: unknown, wanted: Wanted): unknown {
  if (error instanceof MfaRequiredError) return sealMfaToken(context, error, wanted)
  if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
    return new AccessTokenError('failed_to_refresh_token', 'Auth0 refused the refresh token; the user has to log in again.', error)
  }
  return error
}

/** A kept token that is still good, if not for long, or whose end is not known. */
function lastResort (sets: readonly TokenSet[], wanted: Wanted, now: number): TokenSet | undefined {
  return findTokenSet(sets, wanted, now, 0) ??
    sets.find(set => set.expiresAt === 0 && set.audience === wanted.audience && includesScopes(set.requestedScope, wanted.scope))
}
