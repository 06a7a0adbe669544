import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { isLoopback } from '../../authentication/server/domain.js'
import {
  refreshTokenGrant, tokenExchangeGrant, tokenForConnectionGrant, type TokenExchangeParams
} from '../../authentication/api/grants.js'
import {
  ApiError, CustomTokenExchangeError, InvalidArgumentError, MfaRequiredError, type CustomTokenExchangeErrorCode
} from '../../errors.js'
import type { Session } from '../../../types/session.js'
import type { Actor, TokenResponse } from '../../../types/tokens.js'
import { getAccessToken } from './access-token.js'
import type { PluginContext, RequestContext } from '../context.js'
import { establishSession } from '../login/establish-session.js'
import { sessionIdToken } from './session-id-token.js'
import { verifyIdToken } from './id-token.js'
import { loginOrganization } from '../login/organization.js'
import { joinScopes } from './scopes.js'
import { sealMfaToken } from './mfa-token.js'

/** Options of the token exchange methods. */
export interface CustomTokenExchangeOptions extends TokenExchangeParams {
  signal?: AbortSignal
}

/** The result of a token exchange. */
export interface TokenExchangeResult {
  accessToken: string
  tokenType: string
  /** Seconds. */
  expiresIn: number | undefined
  scope: string | undefined
  issuedTokenType: string | undefined
  idToken: string | undefined
  refreshToken: string | undefined
  /** Who acts, from the verified ID token. */
  act: Actor | undefined
}

/** Exchanges a token of another system for Auth0's, without touching a session. @see RFC 8693 */
export async function customTokenExchange (context: PluginContext, server: AuthorizationServer,
  options: CustomTokenExchangeOptions): Promise<TokenExchangeResult> {
  const tokens = await exchange(context, server, options)
  const claims = tokens.id_token === undefined
    ? undefined
    : await verifyIdToken(context, server, tokens.id_token, organizationOf(options))
  return {
    accessToken: tokens.access_token,
    tokenType: tokens.token_type,
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    issuedTokenType: tokens.issued_token_type,
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
    act: claims?.act as Actor | undefined
  }
}

/** The same, and begins a session with the user the ID token names. */
export async function loginWithCustomTokenExchange (context: PluginContext, request: RequestContext,
  options: CustomTokenExchangeOptions): Promise<{ session: Session }> {
  const server = await request.server()
  const organization = await loginOrganization(request, options.organization)
  const audience = options.audience ?? context.config.audience
  const scope = joinScopes('openid', options.scope)
  const asked: CustomTokenExchangeOptions = {
    ...options,
    scope,
    ...(audience !== undefined && { audience }),
    ...(organization !== undefined && { organization })
  }
  const tokens = await exchange(context, server, asked)
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    accessToken: tokens.access_token,
    ...organizationOf(asked)
  })
  return { session: await establishSession(context, request, { server, tokens, claims, audience, scope }) }
}

const KNOWN: readonly CustomTokenExchangeErrorCode[] = ['setactor_required', 'session_transfer_disabled']

async function exchange (context: PluginContext, server: AuthorizationServer,
  { signal, ...params }: CustomTokenExchangeOptions, allowedTokenTypes?: string[]): Promise<TokenResponse> {
  try {
    return await tokenExchangeGrant(server, params, {
      ...(signal !== undefined && { signal }),
      ...(allowedTokenTypes !== undefined && { allowedTokenTypes, dpop: false })
    })
  } catch (error) {
    if (error instanceof MfaRequiredError) throw sealMfaToken(context, server, error, params)
    if (!(error instanceof ApiError) || error.status === 429 || error.status >= 500) throw error
    const code = KNOWN.find(known => known === error.code) ?? 'token_exchange_failed'
    throw new CustomTokenExchangeError(code, `Auth0 refused the token exchange (${error.code}).`, error)
  }
}

function organizationOf (options: { organization?: string | undefined }): { organization?: string } {
  return options.organization === undefined ? {} : { organization: options.organization }
}

const SESSION_TRANSFER = 'urn:auth0:params:oauth:token-type:session_transfer_token'

/** Options of `requestSessionTransferToken()`. */
export interface SessionTransferOptions {
  subjectToken: string
  subjectTokenType: string
  /** The acting user's ID token; the session's own unless given. */
  actorToken?: string
  actorTokenType?: string
  scope?: string
  organization?: string
  reason?: string
  signal?: AbortSignal
}

/** A token that lets a browser take over a session in another application; good once, for a minute. */
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
  const server = await request.server()
  const { reason, actorToken, actorTokenType, ...rest } = options
  const actor = actorToken ?? await sessionActor(context, request, options.signal)
  const tokens = await exchange(context, server, {
    ...rest,
    audience: `urn:${server.domain}:session_transfer`,
    actorToken: actor,
    actorTokenType: actorTokenType ?? 'urn:ietf:params:oauth:token-type:id_token',
    ...(reason !== undefined && { extra: { reason } })
  }, ['n_a', 'N_A', 'bearer'])
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
  const missing = (): CustomTokenExchangeError =>
    new CustomTokenExchangeError('actor_unavailable',
      'There is no usable ID token of the acting user: set "storeIdToken", let the user log in, or give "actorToken".')
  const server = await request.server()
  let idToken = await sessionIdToken(context, request)
  if (idToken === undefined) throw missing()
  if (await isStale(context, server, idToken)) {
    await getAccessToken(context, request, { refresh: true, ...(signal !== undefined && { signal }) })
    idToken = await sessionIdToken(context, request)
    if (idToken === undefined || await isStale(context, server, idToken)) throw missing()
  }
  return idToken
}

async function isStale (context: PluginContext, server: AuthorizationServer, idToken: string): Promise<boolean> {
  try {
    const claims = await verifyIdToken(context, server, idToken, {})
    return claims.exp - 60 <= context.now()
  } catch {
    // A token that does not verify any more is stale whatever the reason.
    return true
  }
}

/**
 * The URL that hands a session transfer token to another application's login.
 * @throws InvalidArgumentError unless the target is https (http on loopback) without a fragment
 */
export function buildSessionTransferRedirect (targetLoginUrl: string | URL,
  token: Pick<SessionTransferToken, 'sessionTransferToken'>, options: { organization?: string } = {}): URL {
  if (!URL.canParse(String(targetLoginUrl))) {
    throw new InvalidArgumentError('targetLoginUrl', 'The target must be an absolute URL.')
  }
  const url = new URL(targetLoginUrl)
  if ((url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) || url.hash !== '' ||
    url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('targetLoginUrl',
      'The target must be an https URL (http on loopback only) without user and fragment.')
  }
  url.searchParams.set('session_transfer_token', token.sessionTransferToken)
  if (options.organization !== undefined) url.searchParams.set('organization', options.organization)
  return url
}

/** Options of `getTokenByRefreshToken()`. */
export interface TokenByRefreshTokenOptions {
  refreshToken: string
  audience?: string
  scope?: string
  signal?: AbortSignal
}

/** Tokens for a refresh token the application keeps itself; no session is touched. */
export async function getTokenByRefreshToken (context: PluginContext, server: AuthorizationServer,
  { signal, ...params }: TokenByRefreshTokenOptions): Promise<TokenResponse> {
  try {
    return await refreshTokenGrant(server, params, signal === undefined ? {} : { signal })
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, params) : error
  }
}

/** Options of `getTokenForConnection()`. */
export type TokenForConnectionOptions =
  & { connection: string, loginHint?: string, signal?: AbortSignal }
  & ({ refreshToken: string } | { accessToken: string })

/** A provider's access token for a refresh or access token the caller holds; no session is touched. */
export async function getTokenForConnection (server: AuthorizationServer,
  { signal, ...params }: TokenForConnectionOptions): Promise<TokenResponse> {
  return await tokenForConnectionGrant(server, params, signal === undefined ? {} : { signal })
}
