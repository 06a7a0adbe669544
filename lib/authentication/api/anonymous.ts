import { InvalidArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import type { HttpResponse } from '../../http/send.js'
import { parseJsonObject } from '../../http/json.js'
import { callApi } from '../server/api-call.js'
import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'
import { readTokenResponse } from '../server/token-response.js'

/** The API that an anonymous access token is for, and its scopes. */
export interface AnonymousTokenParams {
  /** Identifier of an API with "allow anonymous access". */
  audience?: string | undefined
  /** Scopes, separated by spaces. */
  scope?: string | undefined
}

/** Parameters of `anonymous.createSession()`. */
export interface AnonymousSessionParams extends AnonymousTokenParams {
  /** What Actions find in `event.anonymous_session.metadata` at the login: at most 1,024 bytes as JSON, set once. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** An access token of a visitor who has not logged in (beta). */
export interface AnonymousToken {
  accessToken: string
  /** Epoch seconds. */
  expiresAt: number
  scope?: string
  /** Epoch seconds at which the visitor's session ends; nothing prolongs it. */
  sessionExpiresAt?: number
}

/** A visitor's new session (beta). */
export interface AnonymousSession extends AnonymousToken {
  /** What renews access tokens and is handed over at a login. A secret: it must not reach the browser unsealed. */
  sessionToken: string
}

const PATH = 'anonymous/token'
const WHAT = 'The anonymous session'
const TRANSFER = 'urn:auth0:anon_transfer'
const MAX_METADATA = 1024

/**
 * Begins a session of a visitor who has not logged in (beta). Its `sub` is `anon@…`.
 * @throws ApiError `invalid_target` (the API does not allow it), `unauthorized_client`, `feature_not_enabled`
 */
export async function createAnonymousSession (server: AuthorizationServer, params: AnonymousSessionParams = {},
  options?: RequestOptions): Promise<AnonymousSession> {
  checkMetadata(params.metadata)
  const { audience, scope, metadata } = params
  const response = await post(server, { audience, scope, metadata }, [], options)
  const { session_token: sessionToken } = parseJsonObject(response, WHAT)
  if (typeof sessionToken !== 'string' || !/^[\x21-\x7e]+$/.test(sessionToken)) {
    throw invalid(`${WHAT}: the answer has no usable "session_token".`)
  }
  return { ...tokenIn(response, server), sessionToken }
}

/**
 * A new access token for a visitor's session (beta).
 * @throws ApiError `session_expired`, `invalid_session_token`: the session is over, begin another
 */
export async function anonymousAccessToken (server: AuthorizationServer,
  params: AnonymousTokenParams & { sessionToken: string }, options?: RequestOptions): Promise<AnonymousToken> {
  requireText(params, 'sessionToken')
  const { sessionToken, audience, scope } = params
  return tokenIn(await post(server, { session_token: sessionToken, audience, scope }, [sessionToken], options), server)
}

/**
 * A token that hands a visitor's session over to a login, as the parameter `anon_transfer_token` of `/authorize`
 * (beta). Good once, for 30 seconds.
 */
export async function anonymousTransferToken (server: AuthorizationServer, params: { sessionToken: string },
  options?: RequestOptions): Promise<string> {
  requireText(params, 'sessionToken')
  const { sessionToken } = params
  const response = await post(server, { session_token: sessionToken, audience: TRANSFER }, [sessionToken], options)
  const { anon_transfer_token: token } = parseJsonObject(response, WHAT)
  if (typeof token !== 'string' || token === '') throw invalid(`${WHAT}: the answer has no "anon_transfer_token".`)
  return token
}

async function post (server: AuthorizationServer, json: Record<string, unknown>, secrets: string[],
  options: RequestOptions | undefined): Promise<HttpResponse> {
  return await callApi(server, { method: 'POST', path: PATH, what: WHAT, json, authenticate: true, secrets }, options)
}

function tokenIn (response: HttpResponse, server: AuthorizationServer): AnonymousToken {
  const { access_token: accessToken, expires_in: expiresIn, scope, ...rest } =
    readTokenResponse(response, { dpop: false })
  const left = rest.session_expires_in
  const now = Math.floor(server.now())
  return {
    accessToken,
    expiresAt: now + (expiresIn ?? 0),
    ...(scope !== undefined && { scope }),
    ...(typeof left === 'number' && Number.isFinite(left) && { sessionExpiresAt: now + Math.floor(left) })
  }
}

function checkMetadata (metadata: unknown): void {
  if (metadata === undefined) return
  const texts = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) &&
    Object.values(metadata).every(value => typeof value === 'string')
  if (!texts || Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA) {
    throw new InvalidArgumentError('metadata',
      `The argument "metadata" must be an object of strings, of at most ${MAX_METADATA} bytes as JSON.`)
  }
}
