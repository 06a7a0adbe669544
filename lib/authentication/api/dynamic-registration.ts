import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { callJson } from '../server/api-call.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { toSnakeCase } from '../server/naming.js'
import type { RequestOptions } from '../server/request-options.js'

/** Metadata of the application to register. @see RFC 7591 */
export interface RegisterClientParams {
  redirectUris: readonly string[]
  clientName?: string | undefined
  grantTypes?: readonly string[] | undefined
  tokenEndpointAuthMethod?: 'none' | 'client_secret_post' | 'client_secret_basic' | (string & {}) | undefined
  /** Further metadata, in camel case. */
  [member: string]: unknown
}

/** A client that was registered. */
export interface RegisteredClient {
  client_id: string
  client_secret?: string
  client_secret_expires_at?: number
  client_name?: string
  redirect_uris?: string[]
  [member: string]: unknown
}

/** Registers a new application; only where the tenant allows it to anyone. @see RFC 7591 section 3 */
export async function registerClient (server: AuthorizationServer, params: RegisterClientParams,
  options?: RequestOptions): Promise<RegisteredClient> {
  const uris = params?.redirectUris
  if (uris === undefined) throw new MissingRequiredArgumentError('redirectUris')
  if (!Array.isArray(uris) || !uris.every(uri => URL.canParse(uri as string))) {
    throw new InvalidArgumentError('redirectUris', 'The argument "redirectUris" must be a list of absolute URLs.')
  }
  const what = 'The registration'
  const answer =
    await callJson(server, { method: 'POST', path: 'oidc/register', what, json: toSnakeCase(params) }, options)
  if (typeof answer.client_id !== 'string') throw invalid(`${what}: "client_id" in the answer cannot be used.`)
  return answer as RegisteredClient
}
