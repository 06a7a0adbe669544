import { ConfigurationError } from '../../errors.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { sessionWithTokens } from '../session/session.js'
import { getAccessToken } from './access-token.js'

/** The ID token the session keeps, in its newest form. */
export async function sessionIdToken (context: PluginContext, request: RequestContext): Promise<string | undefined> {
  return (await sessionWithTokens(context, request))?.tokens.idToken
}

/** Seconds an ID token must be good for to serve as a proof. */
const LEEWAY = 60

/**
 * The ID token the session keeps, renewed where it is stale or missing; `undefined` where no good one can be had.
 * @param isGood whether a token is good for so many seconds
 */
export async function freshIdToken (context: PluginContext, request: RequestContext, signal: AbortSignal | undefined,
  isGood: (idToken: string, seconds: number) => Awaitable<boolean>): Promise<string | undefined> {
  const kept = await sessionIdToken(context, request)
  if (kept !== undefined && await isGood(kept, LEEWAY)) return kept
  await getAccessToken(context, request, { refresh: true, signal })
  const renewed = await sessionIdToken(context, request)
  return renewed !== undefined && await isGood(renewed, 0) ? renewed : undefined
}

/** `request.auth0.getIdToken()`. @throws ConfigurationError where the options keep no ID token */
export async function getIdToken (context: PluginContext, request: RequestContext): Promise<string | undefined> {
  if (!context.config.storeIdToken) {
    throw new ConfigurationError('storeIdToken',
      'Option "storeIdToken" must be true for getIdToken(): without it the session keeps no ID token.')
  }
  return await sessionIdToken(context, request)
}
