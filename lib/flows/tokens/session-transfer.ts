import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { CustomTokenExchangeError } from '../../errors.js'
import { requireOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { verifyIdToken } from './id-token.js'
import { freshIdToken, sessionIdToken } from './session-id-token.js'
import { exchange } from './token-exchange.js'

const SESSION_TRANSFER = 'urn:auth0:params:oauth:token-type:session_transfer_token'

/** Options of `requestSessionTransferToken()`. */
export interface SessionTransferOptions extends CallOptions {
  subjectToken: string
  subjectTokenType: string
  /** The acting user's ID token; the session's own unless given. */
  actorToken?: string | undefined
  actorTokenType?: string | undefined
  scope?: string | undefined
  organization?: string | undefined
  reason?: string | undefined
  /** Parameters of the tenant's own. */
  extra?: Readonly<Record<string, string | readonly string[]>> | undefined
}

/**
 * A token that lets a browser take over a session in another application; good once, for a minute, and only from the
 * address that it was asked for (`forwardedFor`).
 */
export interface SessionTransferToken {
  sessionTransferToken: string
  issuedTokenType: string
  /** Seconds. */
  expiresIn: number | undefined
  tokenType: string
  scope: string | undefined
}

/** Asks for a session transfer token. */
export async function requestSessionTransferToken (context: PluginContext, request: RequestContext,
  options: SessionTransferOptions): Promise<SessionTransferToken> {
  const { reason, extra, actorToken, actorTokenType, ...rest } = requireOptions(options)
  const server = await request.server()
  const actor = actorToken ?? await sessionActor(context, request, options.signal)
  const tokens = await exchange(context, server, {
    ...rest,
    forwardedFor: options.forwardedFor ?? request.address,
    audience: `urn:${server.domain}:session_transfer`,
    actorToken: actor,
    actorTokenType: actorTokenType ?? 'urn:ietf:params:oauth:token-type:id_token',
    extra: { ...extra, ...(reason !== undefined && { reason }) }
  }, ['n_a', 'bearer'])
  if (tokens.issued_token_type !== SESSION_TRANSFER) {
    throw new CustomTokenExchangeError('invalid_response',
      'Auth0 issued something other than a session transfer token.')
  }
  return {
    sessionTransferToken: tokens.access_token,
    issuedTokenType: SESSION_TRANSFER,
    expiresIn: tokens.expires_in,
    tokenType: tokens.token_type,
    scope: tokens.scope
  }
}

/** The logged-in user's ID token as the actor, renewed when it is stale. */
async function sessionActor (context: PluginContext, request: RequestContext,
  signal: AbortSignal | undefined): Promise<string> {
  const server = await request.server()
  const idToken = await sessionIdToken(context, request) === undefined
    ? undefined
    : await freshIdToken(context, request, signal, async (idToken, seconds) =>
      await isGood(context, server, idToken, seconds))
  if (idToken === undefined) {
    throw new CustomTokenExchangeError('actor_unavailable',
      'There is no usable ID token of the acting user: set "storeIdToken", let the user log in, or give "actorToken".')
  }
  return idToken
}

async function isGood (context: PluginContext, server: AuthorizationServer, idToken: string,
  seconds: number): Promise<boolean> {
  try {
    const claims = await verifyIdToken(context, server, idToken, {})
    return claims.exp - seconds > context.now()
  } catch {
    // A token that does not verify any more is stale whatever the reason.
    return false
  }
}
