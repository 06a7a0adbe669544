import { toApiError } from '../http/api-error.js'
import { requireText } from './arguments.js'
import type { AuthorizationServer } from './authorization-server.js'
import type { RequestOptions } from './request-options.js'

export interface RevokeTokenParams {
  token: string
  /** Default `refresh_token`: Auth0 revokes no others. */
  tokenTypeHint?: string | undefined
}

/** Revokes a refresh token. A token that is unknown already is no error. @see RFC 7009 section 2 */
export async function revokeToken (server: AuthorizationServer, params: RevokeTokenParams, options: RequestOptions = {}): Promise<void> {
  requireText(params, 'token')
  const url = await server.endpoint('revocation_endpoint')
  const { headers, params: credentials } = await server.clientAuthentication()
  const response = await server.http.send({
    method: 'POST',
    url,
    headers: { ...options.headers, ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token: params.token, token_type_hint: params.tokenTypeHint ?? 'refresh_token', ...credentials }).toString(),
    signal: options.signal,
    timeout: options.timeout
  })
  if (response.status !== 200) throw toApiError(response, { what: 'The revocation', now: server.now(), secrets: [params.token] })
}
