import type { TenantClient } from '../options.js'
import type { RegisteredClient } from '../engine/records.js'

/** The application of a tenant that was given none. */
export const demoClient: TenantClient = {
  clientId: 'demo-client',
  clientSecret: 'demo-client-secret-for-local-use-only',
  name: 'Demo application'
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL's host is this computer. */
export function isLoopback (url: string): boolean {
  return URL.canParse(url) && loopbackHosts.has(new URL(url).hostname)
}

function authMethod (client: TenantClient): RegisteredClient['tokenEndpointAuthMethod'] {
  if (client.tokenEndpointAuthMethod !== undefined) return client.tokenEndpointAuthMethod
  if (client.certificate !== undefined) return 'self_signed_tls_client_auth'
  if (client.clientSecret !== undefined) return 'client_secret_post'
  return client.jwks === undefined ? 'none' : 'private_key_jwt'
}

/** The applications of a tenant. */
export class Clients {
  readonly list: RegisteredClient[] = []

  constructor (clients: readonly TenantClient[]) {
    for (const client of clients) this.add(client)
  }

  /** Registers an application. */
  add (client: TenantClient): RegisteredClient {
    const registered = { ...client, tokenEndpointAuthMethod: authMethod(client) }
    this.list.push(registered)
    return registered
  }

  /** The application with this id. */
  get (clientId: unknown): RegisteredClient | undefined {
    return this.list.find(client => client.clientId === clientId)
  }
}

/** Says which URL came and which are registered, so that the difference can be seen. */
export function mismatch (what: string, given: unknown, list: string, allowed: readonly string[] | undefined): string {
  const registered = allowed === undefined
    ? 'any URL on localhost, 127.0.0.1 or [::1]'
    : allowed.length === 0 ? 'none' : allowed.map(url => `"${url}"`).join(', ')
  return `${what} "${String(given)}" is not in the list of ${list}, which holds ${registered}.`
}

/** Whether pages of an origin may get answers by web message and by CORS. */
export function allowedOrigin ({ webOrigins }: RegisteredClient, origin: string): boolean {
  return webOrigins === undefined ? isLoopback(origin) : webOrigins.includes(origin)
}

/** Grant types of the tenant's own. */
export const internalGrantPrefix = 'urn:tenant:'
