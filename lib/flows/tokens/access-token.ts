import { lazily } from '../../base/lazily.js'
import { AccessTokenError } from '../../errors.js'
import type { AccessToken, TokenSet } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { keyInUse, usableWith } from './dpop-key.js'
import { noRefreshToken } from './spent.js'
import { configuredScope } from './scopes.js'
import { isWritable, sessionWithTokens } from '../session/session.js'
import { accessTokenOf, findTokenSet, hasScopes, type Wanted } from './token-sets.js'

const renewals = lazily('renewing access tokens', () => import('./renew-access-token.js'))

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
  const { renewAccessToken } = await renewals()
  return await renewAccessToken(context, request, { record, kept: kept.tokenSets, good, jkt }, wanted, options)
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
