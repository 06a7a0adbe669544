import type { TokenResponse } from '../../../types/tokens.js'
import { InvalidArgumentError } from '../../errors.js'
import { callApi, callJson } from '../server/api-call.js'
import { pathSegment, requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'

/** Parameters of the legacy `/oauth/ro` login. */
export interface LegacyLoginParams {
  /** Required with `password`, unless there is an `idToken`. */
  username?: string | undefined
  password?: string | undefined
  connection: string
  /** An ID token of the user instead of the password, e.g. on a `device` that is known. */
  idToken?: string | undefined
  /** Default `openid`. */
  scope?: string | undefined
  device?: string | undefined
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * Logs in with the resource owner endpoint of old, `/oauth/ro`: with a password, or with an ID token.
 * @throws MissingRequiredArgumentError
 */
export async function login (server: AuthorizationServer, params: LegacyLoginParams,
  options?: RequestOptions): Promise<TokenResponse> {
  const { username, password, connection, idToken, device, scope = 'openid' } = params
  requireText(params, 'connection')
  if (idToken === undefined || username !== undefined || password !== undefined) {
    requireText(params, 'username', 'password')
  } else requireText(params, 'idToken')
  const grant = username === undefined ? JWT_BEARER : 'password'
  return await callJson(server, {
    method: 'POST',
    path: 'oauth/ro',
    what: 'The login',
    json: {
      client_id: server.clientId,
      grant_type: grant,
      username,
      password,
      connection,
      id_token: idToken,
      scope,
      device
    },
    secrets: [password, idToken]
  }, options) as TokenResponse
}

/** Parameters of the legacy login with a text message. */
export interface LegacySmsLoginParams {
  phoneNumber: string
  code: string
  scope?: string | undefined
}

/** Logs in with a code by the resource owner endpoint of old. */
export async function smsLogin (server: AuthorizationServer, params: LegacySmsLoginParams,
  options?: RequestOptions): Promise<TokenResponse> {
  requireText(params, 'phoneNumber', 'code')
  return login(server, {
    username: params.phoneNumber,
    password: params.code,
    connection: 'sms',
    scope: params.scope
  }, options)
}

/** Parameters of the legacy `/passwordless/verify`. */
export type LegacyVerifyParams =
  & { verificationCode: string }
  & ({ connection: 'email', email: string } | { connection: 'sms', phoneNumber: string })

/** Checks a code and nothing else, at an endpoint that tenants since June 2017 do not have. */
export async function verify (server: AuthorizationServer, params: LegacyVerifyParams,
  options?: RequestOptions): Promise<void> {
  requireText(params, 'verificationCode')
  const whom = params.connection === 'email' ? { email: params.email } : { phone_number: params.phoneNumber }
  await callApi(server, {
    method: 'POST',
    path: 'passwordless/verify',
    what: 'The verification',
    json: { connection: params.connection, ...whom, verification_code: params.verificationCode },
    secrets: [params.verificationCode]
  }, options)
}

/** Parameters of the legacy login with a provider's access token. */
export interface LegacySocialLoginParams {
  /** The provider's access token. */
  accessToken: string
  /** `facebook`, `google-oauth2`, `twitter`, `weibo`. */
  connection: string
  /** Default `openid`. */
  scope?: string | undefined
}

/** Trades a provider's access token at the endpoint of old, `/oauth/access_token`. */
export async function socialLogin (server: AuthorizationServer, params: LegacySocialLoginParams,
  options?: RequestOptions): Promise<TokenResponse> {
  requireText(params, 'accessToken', 'connection')
  const { accessToken, connection, scope = 'openid' } = params
  return await callJson(server, {
    method: 'POST',
    path: 'oauth/access_token',
    what: 'The social login',
    json: { client_id: server.clientId, access_token: accessToken, connection, scope },
    secrets: [accessToken]
  }, options) as TokenResponse
}

/** Parameters of the legacy `/delegation`. */
export interface DelegationParams {
  /** Exactly one of the two tokens. */
  idToken?: string | undefined
  refreshToken?: string | undefined
  /** The client or the add-on the token is for. */
  target?: string | undefined
  /** Default `openid`. */
  scope?: string | undefined
  /** `app`, `aws`, `azure_sb`, `firebase`, … */
  apiType?: string | undefined
}

/** Trades a token for one of another application, at the endpoint of old, `/delegation`. */
export async function delegation (server: AuthorizationServer, params: DelegationParams,
  options?: RequestOptions): Promise<Record<string, unknown>> {
  const { idToken, refreshToken, target, scope = 'openid', apiType } = params
  if ((idToken === undefined) === (refreshToken === undefined)) {
    throw new InvalidArgumentError('idToken',
      'Exactly one of the arguments "idToken" and "refreshToken" must be given.')
  }
  return callJson(server, {
    method: 'POST',
    path: 'delegation',
    what: 'The delegation',
    json: {
      client_id: server.clientId,
      grant_type: JWT_BEARER,
      id_token: idToken,
      refresh_token: refreshToken,
      target,
      scope,
      api_type: apiType
    },
    secrets: [idToken, refreshToken]
  }, options)
}

/** The profile behind an ID token, from the endpoint of old, `/tokeninfo`. */
export async function tokenInfo (server: AuthorizationServer, params: { idToken: string },
  options?: RequestOptions): Promise<Record<string, unknown>> {
  requireText(params, 'idToken')
  return callJson(server, {
    method: 'POST',
    path: 'tokeninfo',
    what: 'The token info',
    json: { id_token: params.idToken },
    secrets: [params.idToken]
  }, options)
}

/** Parameters of the legacy impersonation of a user. */
export interface LegacyImpersonateParams {
  userId: string
  /** A Management API token. */
  accessToken: string
  impersonatorId: string
  /** Default `oauth2`. */
  protocol?: string | undefined
  additionalParameters?: Record<string, unknown> | undefined
}

/** The URL that logs in as another user, from the endpoint of old, `/users/{id}/impersonate`. */
export async function impersonate (server: AuthorizationServer, params: LegacyImpersonateParams,
  options?: RequestOptions): Promise<string> {
  requireText(params, 'userId', 'accessToken', 'impersonatorId')
  const { userId, accessToken, impersonatorId, protocol = 'oauth2', additionalParameters } = params
  const response = await callApi(server, {
    method: 'POST',
    path: `users/${pathSegment('userId', userId)}/impersonate`,
    what: 'The impersonation',
    json: { protocol, impersonator_id: impersonatorId, client_id: server.clientId, additionalParameters },
    bearer: accessToken
  }, options)
  return response.body
}

/** Parameters that unlink an account by the legacy `/login/unlink`. */
export interface LegacyUnlinkParams {
  /** The primary user's access token. */
  accessToken: string
  /** The identity to unlink. */
  userId: string
}

/** Unlinks an identity, at the endpoint of old, `/login/unlink`. */
export async function unlink (server: AuthorizationServer, params: LegacyUnlinkParams,
  options?: RequestOptions): Promise<void> {
  requireText(params, 'accessToken', 'userId')
  const { accessToken, userId } = params
  await callApi(server, {
    method: 'POST',
    path: 'login/unlink',
    what: 'The unlinking',
    json: { access_token: accessToken, user_id: userId },
    secrets: [accessToken]
  }, options)
}
