import { ConfigurationError } from '../errors.js'
import type { Tenant } from './tenant/tenant.js'

/**
 * The headers a browser sends with a request of the application's own pages: for an injected POST behind
 * `requireSameOrigin`, or to the plugin's logout route.
 */
export function sameOriginHeaders (): { 'sec-fetch-site': string, 'sec-fetch-mode': string } {
  return { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
}

/** What an access token of a test is for. */
export interface AccessTokenFor {
  /** Identifier of the API. */
  audience: string
  /** Scopes, with a space between them; all that the client was granted unless given. */
  scope?: string | undefined
  organization?: string | undefined
  /** The client that asks for it; the tenant's first client with a secret unless given. */
  clientId?: string | undefined
}

/**
 * An access token of the tenant for an API, by client credentials:
 * `app.inject({ url, headers: { authorization: `Bearer ${await accessToken(tenant, { audience })}` } })`.
 * @throws ConfigurationError when no client has a secret, or the tenant refuses it
 * @see RFC 6749 section 4.4
 */
export async function accessToken (tenant: Tenant, asked: AccessTokenFor): Promise<string> {
  const { clientId, ...rest } = asked
  const client = tenant.clients.find(one => one.clientSecret !== undefined &&
    (clientId === undefined || one.clientId === clientId))
  if (client === undefined) {
    throw new ConfigurationError('clientId', 'The tenant has no such client with a secret: give one to "clients".')
  }
  const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret }
  const body = Object.fromEntries(Object.entries({ ...form, ...rest }).filter(([, value]) => value !== undefined))
  const response = await tenant.fetch(`${tenant.issuer}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  const answer = await response.json() as { access_token?: string, error_description?: string }
  if (answer.access_token === undefined) {
    throw new ConfigurationError('audience', `The tenant gives no access token: ${answer.error_description ?? ''}`)
  }
  return answer.access_token
}
