import { callApi } from '../server/api-call.js'
import { pathSegment } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'

/** The SAML metadata of an application as an identity provider, XML. */
export async function samlMetadata (server: AuthorizationServer, params: { clientId?: string | undefined } = {},
  options?: RequestOptions): Promise<string> {
  return xml(server, `samlp/metadata/${pathSegment('clientId', params.clientId ?? server.clientId)}`,
    'The SAML metadata', options)
}

/** The WS-Federation metadata of the tenant, XML. */
export async function wsfedMetadata (server: AuthorizationServer, options?: RequestOptions): Promise<string> {
  return xml(server, 'wsfed/FederationMetadata/2007-06/FederationMetadata.xml', 'The WS-Federation metadata', options)
}

async function xml (server: AuthorizationServer, path: string, what: string,
  options?: RequestOptions): Promise<string> {
  const response = await callApi(server, {
    method: 'GET',
    path,
    what,
    headers: { accept: 'application/xml, text/xml' }
  }, options)
  return response.body
}
