import { AccessTokenError, ApiError, NetworkError, TimeoutError } from '../../errors.js'
import { laneOf } from '../../stores/sessions.js'
import type { AccessToken, TokenSet } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { keyInUse, usableWith } from './dpop-key.js'
import { refresh, refusedRefresh } from './refresh.js'
import { configuredScope } from './scopes.js'
import { adoptNewest, isWritable, sessionWithTokens } from '../session/session.js'
import { spendOnce } from './spend-refresh-token.js'
import { accessTokenOf, findTokenSet, hasScopes, type Wanted } from './token-sets.js'

/** Options of `getAccessToken()`. */
export interface GetAccessTokenOptions {
  /** Identifier of the API; the configured `audience` unless given. */
  audience?: string | undefined
  /**
   * Scopes the token must have. Without it any kept token of the audience serves, best one with the configured scopes.
   */
  scope?: string | undefined
  /** `true` gets a new token even if a kept one is still good. */
  refresh?: boolean | undefined
  signal?: AbortSignal | undefined
}

/**
 * An access token for an API: a kept one while it is good for 30 seconds more, else a new one by the refresh token.
 * @throws AccessTokenError when the user must log in again, MfaRequiredError when a second factor is asked for
 * @see RFC 6749 section 6
 */
export async function getAccessToken (context: PluginContext, request: RequestContext,
  options: GetAccessTokenOptions = {}): Promise<AccessToken> {
  const session = await sessionWithTokens(context, request)
  if (session === undefined) {
    throw new AccessTokenError('missing_session', 'There is no session to get an access token for.')
  }
  const { record, tokens } = session
  const { config } = context
  const audience = options.audience ?? config.audience
  const wanted: Wanted = {
    audience,
    scope: options.scope,
    preferredScope: configuredScope(config.scope, audience, config.audience)
  }

  const jkt = config.dpop === undefined ? undefined : await keyInUse(await request.server())
  const kept = usableWith(tokens, jkt)
  const good = findTokenSet(kept.tokenSets, wanted, context.now(), config.refreshLeeway)
  if (good !== undefined && options.refresh !== true) return accessTokenOf(good)

  if (kept.refreshToken === undefined || !isWritable(context, request)) {
    const last = options.refresh === true ? undefined : lastResort(kept.tokenSets, wanted, context.now())
    if (last !== undefined) return accessTokenOf(last)
    throw kept.refreshToken === undefined
      ? kept.tokenSets.length < tokens.tokenSets.length ? otherKey() : noRefreshToken()
      : new AccessTokenError('session_not_writable',
        'The access token must be renewed, but this response can no longer set the cookies that keep the new one. ' +
          'Call getAccessToken() before the response begins, or use a sessionStore.')
  }
  const server = await request.server()
  const key = JSON.stringify([laneOf(record), wanted.audience, wanted.scope, options.refresh === true])
  const renewed = spendOnce(context, request, record, {
    kept (current) {
      const { tokenSets } = usableWith(current.tokens, jkt)
      const newest = findTokenSet(tokenSets, wanted, context.now(), config.refreshLeeway)
      // Other tokens of the session may have been renewed in the meantime: only another one than ours is an answer.
      return newest === undefined || (options.refresh === true && newest.accessToken === good?.accessToken)
        ? undefined
        : accessTokenOf(newest)
    },
    async call (current, signal) {
      // Whoever had the turn before may have found it refused.
      if (current.tokens.refreshToken === undefined) throw noRefreshToken()
      return await refresh(context, request, server, current, wanted, signal)
    },
    refused: refusedRefresh
  }, { key, signal: options.signal })
  const token = await renewed.catch((error: unknown) => {
    // Renewed early: an outage costs nothing as long as the kept token holds.
    const last = options.refresh === true || !isOutage(error)
      ? undefined
      : findTokenSet(kept.tokenSets, wanted, context.now(), 0)
    if (last === undefined) throw error
    return accessTokenOf(last)
  })
  await adoptNewest(context, request)
  // Each caller that shared the call gets an object of its own.
  return { ...token }
}

/** Whether Auth0 could not be asked, rather than that it refused. */
function isOutage (error: unknown): boolean {
  return error instanceof NetworkError || error instanceof TimeoutError ||
    (error instanceof ApiError && (error.status >= 500 || error.status === 429))
}

function noRefreshToken (): AccessTokenError {
  return new AccessTokenError('missing_refresh_token',
    'The access token has expired and the session has no refresh token (any more): the user must log in again. To ' +
      'renew tokens without a login, ask for the scope "offline_access" and allow offline access for the API.')
}

function otherKey (): AccessTokenError {
  return new AccessTokenError('dpop_key_mismatch',
    "The session's access tokens are bound to a key that is no longer in use, and there is no refresh token to " +
      'renew them with: the user must log in again. Give the key with the option "dpop.key" to keep it over ' +
      'restarts and processes.')
}

/** A kept token that is still good, if not for long, or whose end is not known. */
function lastResort (sets: readonly TokenSet[], wanted: Wanted, now: number): TokenSet | undefined {
  return findTokenSet(sets, wanted, now, 0) ??
    sets.find(set => set.expiresAt === 0 && set.audience === wanted.audience && hasScopes(set, wanted.scope))
}
