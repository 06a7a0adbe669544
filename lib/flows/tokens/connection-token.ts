import { tokenForConnectionGrant } from '../../authentication/api/grants.js'
import { laneOf } from '../../stores/sessions.js'
import {
  AccessTokenForConnectionError, ApiError, InvalidArgumentError, MissingRequiredArgumentError
} from '../../errors.js'
import type { ConnectionTokenSet, TokenResponse } from '../../../types/tokens.js'
import type { SessionData } from '../../../types/stores.js'
import { callOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { adoptNewest, isWritable, sessionWithTokens } from '../session/session.js'
import { spendOnce } from './spend-refresh-token.js'
import { isOutage, isRefusal, joined, sharingKey, type Next, type Spent } from './spent.js'
import { withRefreshToken } from './token-sets.js'

const MAX_CONNECTION_TOKENS = 10

/** Options of `getAccessTokenForConnection()`. */
export interface GetAccessTokenForConnectionOptions extends CallOptions {
  connection: string
  /** The user's id at the provider, where several accounts are connected. */
  loginHint?: string | undefined
  /** `true` gets a new token even if a kept one is still good. */
  refresh?: boolean | undefined
}

/** A provider's own access token. */
export type ConnectionAccessToken = ConnectionTokenSet

/**
 * The provider's access token for the user's connected account, from Token Vault; kept per connection and login hint.
 * @throws AccessTokenForConnectionError
 */
export async function getAccessTokenForConnection (context: PluginContext, request: RequestContext,
  options: GetAccessTokenForConnectionOptions): Promise<ConnectionAccessToken> {
  const { connection, loginHint } = options ?? {}
  if (typeof connection !== 'string' || connection === '') throw new MissingRequiredArgumentError('connection')
  if (loginHint !== undefined && (typeof loginHint !== 'string' || loginHint === '')) {
    throw new InvalidArgumentError('loginHint', 'The login hint must be a non-empty string.')
  }
  if (request.bearerToken !== undefined) {
    return await ofCaller(context, request, request.bearerToken.token, options)
  }
  const kept = await sessionWithTokens(context, request)
  if (kept === undefined) {
    throw new AccessTokenForConnectionError('missing_session', "There is no session to get a connection's token for.")
  }
  const found = find(context, kept, connection, loginHint)
  // Renewed early: an outage, or an answer on its way, costs nothing as long as the kept token holds.
  const last = options.refresh === true ? undefined : find(context, kept, connection, loginHint, 0)
  if (found !== undefined && options.refresh !== true) return { ...found }
  const { refreshToken } = kept.tokens
  const writable = isWritable(context, request)
  if (last !== undefined && (refreshToken === undefined || !writable)) return { ...last }
  if (refreshToken === undefined) throw noRefreshToken()
  if (!writable) {
    throw new AccessTokenForConnectionError('session_not_writable',
      "The connection's token must be fetched, but this response can no longer set the cookies that keep it.")
  }

  const server = await request.server()
  const key = sharingKey(['connection', laneOf(kept.record), connection, loginHint], options.refresh,
    found?.accessToken)
  const token = await spendOnce(context, request, kept.record, {
    kept (current) {
      const newest = find(context, current, connection, loginHint)
      return options.refresh === true && newest?.accessToken === found?.accessToken ? undefined : newest
    },
    async call (current, signal) {
      const { refreshToken } = current.tokens
      if (refreshToken === undefined) throw noRefreshToken()
      const response = await exchange(async () =>
        await tokenForConnectionGrant(server, { connection, refreshToken, loginHint },
          callOptions({ signal, forwardedFor: options.forwardedFor }, request)))
      return keep(context, laneOf(kept.record), response, tokenSet(context, response, connection, loginHint))
    },
    refused: refusedExchange
  }, { key, signal: options.signal }).catch((error: unknown) => {
    if (last === undefined || !isOutage(error)) throw error
    return last
  })
  await adoptNewest(context, request)
  return { ...token }
}

/** What the session becomes by a new token set and, where it came with one, a new refresh token. */
function keep (context: PluginContext, id: string, { refresh_token: refreshToken }: TokenResponse,
  set: ConnectionTokenSet): Spent<ConnectionTokenSet> {
  const rotated: Next | undefined = refreshToken === undefined
    ? undefined
    : saved => withRefreshToken(saved, refreshToken)
  if (!inSession(context)) {
    context.connectionTokens.set(id, withSet(context.connectionTokens.get(id), set))
    return { result: set, ...joined(rotated, undefined) }
  }
  return {
    result: set,
    ...joined(rotated, ({ record, tokens }) => ({
      record,
      tokens: { ...tokens, connectionTokenSets: withSet(tokens.connectionTokenSets, set) }
    }))
  }
}

function noRefreshToken (): AccessTokenForConnectionError {
  return new AccessTokenForConnectionError('missing_refresh_token',
    'The session has no refresh token. Ask for the scope "offline_access".')
}

/** For an API whose caller presented an access token: nothing is kept, and no session is touched. */
async function ofCaller (context: PluginContext, request: RequestContext, accessToken: string,
  options: GetAccessTokenForConnectionOptions): Promise<ConnectionAccessToken> {
  const { connection, loginHint } = options
  const server = await request.server()
  const response = await exchange(async () =>
    await tokenForConnectionGrant(server, { connection, accessToken, loginHint }, callOptions(options, request)))
  return tokenSet(context, response, connection, loginHint)
}

function tokenSet (context: PluginContext, response: TokenResponse, connection: string,
  loginHint: string | undefined): ConnectionTokenSet {
  return {
    accessToken: response.access_token,
    scope: response.scope ?? '',
    expiresAt: response.expires_in === undefined ? 0 : Math.floor(context.now() + response.expires_in),
    connection,
    ...(loginHint !== undefined && { loginHint })
  }
}

/** A server-side store keeps providers' tokens; cookies do so only when that is asked for. */
function inSession (context: PluginContext): boolean {
  return context.sessions.kind === 'store' || context.config.storeConnectionTokens
}

function find (context: PluginContext, { record, tokens }: SessionData, connection: string,
  loginHint: string | undefined, leeway = context.config.refreshLeeway): ConnectionTokenSet | undefined {
  const sets = inSession(context) ? tokens.connectionTokenSets : context.connectionTokens.get(laneOf(record))
  return sets.find(set =>
    same(set, connection, loginHint) && set.expiresAt - leeway > context.now()
  )
}

/** The newest first, in place of the one before it. */
function withSet (sets: readonly ConnectionTokenSet[], set: ConnectionTokenSet): ConnectionTokenSet[] {
  return [set, ...sets.filter(other => !same(other, set.connection, set.loginHint))].slice(0, MAX_CONNECTION_TOKENS)
}

/** No login hint is a key of its own: it means the one account there is. */
function same (set: ConnectionTokenSet, connection: string, loginHint: string | undefined): boolean {
  return set.connection === connection && set.loginHint === loginHint
}

async function exchange<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isRefusal(error) ? refusedExchange(error) : error
  }
}

function refusedExchange (error: ApiError): AccessTokenForConnectionError {
  return new AccessTokenForConnectionError('failed_to_retrieve',
    'Auth0 gave no token for this connection. The user must probably connect the account first.', error)
}
