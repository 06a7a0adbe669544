import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { postForm } from '../server/form-post.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'

/** Parameters of `/oauth/revoke`. @see RFC 7009 */
export interface RevokeTokenParams {
  token: string
  /** Default `refresh_token`: Auth0 revokes no others. */
  tokenTypeHint?: string | undefined
}

/** Revokes a refresh token. A token that is unknown already is no error. @see RFC 7009 section 2 */
export async function revokeToken (server: AuthorizationServer, params: RevokeTokenParams,
  options: RequestOptions = {}): Promise<void> {
  requireText(params, 'token')
  checkRequestOptions(options)
  const url = await server.endpoint('revocation_endpoint', options.signal)
  const form = { token: params.token, token_type_hint: params.tokenTypeHint ?? 'refresh_token' }
  await postForm(server, { url, form, what: 'The revocation', secrets: [params.token] }, options)
}
