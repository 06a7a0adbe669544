import { laneOf } from '../../stores/sessions.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { AccessToken, TokenSet } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { usableWith } from './dpop-key.js'
import { refresh, refusedRefresh } from './refresh.js'
import { adoptNewest } from '../session/session.js'
import { spendOnce } from './spend-refresh-token.js'
import { isOutage, noRefreshToken, sharingKey } from './spent.js'
import { accessTokenOf, findTokenSet, type Wanted } from './token-sets.js'

/** What is there already when a token is renewed. */
interface Before {
  record: SessionRecord
  /** The session's tokens that can be used with today's key. */
  kept: readonly TokenSet[]
  /** The one among them that would have been the answer. */
  good: TokenSet | undefined
  /** Thumbprint of today's key. */
  jkt: string | undefined
}

/** A new access token by the session's refresh token; calls for the same one share it. */
export async function renewAccessToken (context: PluginContext, request: RequestContext,
  { record, kept, good, jkt }: Before, wanted: Wanted,
  options: { refresh?: boolean | undefined, signal?: AbortSignal | undefined }): Promise<AccessToken> {
  const { config } = context
  const server = await request.server()
  const key = sharingKey([laneOf(record), wanted.audience, wanted.scope], options.refresh, good?.accessToken)
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
      : findTokenSet(kept, wanted, context.now(), 0)
    if (last === undefined) throw error
    return accessTokenOf(last)
  })
  await adoptNewest(context, request)
  // Each caller that shared the call gets an object of its own.
  return { ...token }
}
