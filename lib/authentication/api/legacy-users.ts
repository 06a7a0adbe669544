import { callApi, callJson } from '../server/api-call.js'
import { pathSegment, requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'

/** The profile behind an ID token, from the endpoint of old, `/tokeninfo`. */
export async function legacyTokenInfo (server: AuthorizationServer, params: { idToken: string },
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
export async function legacyImpersonate (server: AuthorizationServer, params: LegacyImpersonateParams,
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
export async function legacyUnlink (server: AuthorizationServer, params: LegacyUnlinkParams,
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
