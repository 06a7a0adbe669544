import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import '../self-reference.js'
import { createTenant, type Tenant } from '../../lib/testing/index.js'
import type { Settings } from '../../examples/start.js'
import type { Address } from '../fixtures/loopback.js'

const [mcp, orders] = await Promise.all([import('../../examples/mcp/server.js'),
  import('../../examples/api/server.js')]) as [typeof import('../../examples/mcp/server.js'),
  typeof import('../../examples/api/server.js')]
// Compiled now, the plugin's last part does not count against the time Fastify gives a plugin to start.
await import('../../lib/management/index.js')

export const origin = 'https://mcp.example.com'
export const serverUrl = new URL('/mcp', origin)
const redirectUri = 'http://localhost:8765/callback'

/** Where a client may publish what it is. */
export const clientMetadataUrl = 'https://agent.example.com/client.json'
const clientMetadata = {
  client_name: 'An agent',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none'
}

/** The MCP server of the examples with the API behind it and a tenant, none of them on the network. */
export interface World {
  app: FastifyInstance
  api: FastifyInstance
  tenant: Tenant
  clock: { ahead: number }
  now: () => number
  /** Reaches all of them by their public names. */
  fetch: typeof fetch
}

/**
 * Starts one.
 * @param reached where it is reached by its own address, and the pages that may call it
 */
export async function mcpWorld (t: Test, reached?: { address: Address, allowedOrigins: string[] }): Promise<World> {
  const clock = { ahead: 0 }
  // Not Date.now(): the tenant makes that its own.
  const now = (): number => (performance.timeOrigin + performance.now()) / 1000 + clock.ahead
  const base = reached === undefined ? origin : `http://localhost:${reached.address.port}`
  const clientSecret = 'the secret of the examples'
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    authorizationResponseIss: true,
    clients: [{ clientId: 'example', clientSecret }],
    resourceServers: [
      { identifier: `${base}/mcp`, scopes: mcp.scopes, linkedClientId: 'example', tokenLifetime: 3600 },
      { identifier: orders.audience, scopes: ['read:orders', 'write:orders'] }
    ],
    users: [{ sub: 'auth0|ada', email: 'ada@example.com' }, { sub: 'auth0|bea', email: 'bea@example.com' }],
    fetch: async url =>
      String(url) === clientMetadataUrl
        ? Response.json({ client_id: clientMetadataUrl, ...clientMetadata })
        : new Response('', { status: 404 }),
    now
  })
  const settings: Settings = {
    domain: tenant.domain,
    clientId: 'example',
    clientSecret,
    appBaseUrl: base,
    sessionSecret: 'of forty characters, as it should be made',
    customFetch: tenant.fetch,
    httpTimeout: 60,
    now
  }
  const api = await orders.build(settings)
  const ordersApi = await api.listen({ port: 0, host: '127.0.0.1' })
  const app = await mcp.build(settings, ordersApi, reached?.allowedOrigins ?? ['https://inspector.example.com'])
  if (reached === undefined) await app.listen({ port: 0, host: '127.0.0.1' })
  else await reached.address.serve(app)
  t.teardown(async () => {
    app.server.closeAllConnections()
    await Promise.all([app.close(), api.close(), tenant.close()])
  })
  return {
    app,
    api,
    tenant,
    clock,
    now,
    fetch: async (input, init) => {
      const { href } = new URL(input instanceof Request ? input.url : input)
      return href.startsWith(tenant.issuer)
        ? await tenant.fetch(href, init)
        : await fetch(href.replace(origin, app.listeningOrigin), init)
    }
  }
}

interface Tokens {
  access_token: string
  token_type: string
  refresh_token?: string
  scope?: string
}

/** A client's memory, and the user in front of it: fits the `OAuthClientProvider` of both versions of the SDK. */
export class Agent {
  readonly redirectUrl = redirectUri
  readonly clientMetadata = clientMetadata

  /** Where it sent the browser. */
  readonly asked: URL[] = []
  readonly #user: string
  readonly #browser: ReturnType<Tenant['browser']>
  #client: never | undefined
  #tokens: Tokens | undefined
  #verifier = ''

  constructor (tenant: Tenant, user = 'auth0|ada') {
    this.#browser = tenant.browser()
    this.#user = user
  }

  clientInformation = (): never | undefined => this.#client
  saveClientInformation = (client: unknown): void => {
    this.#client = client as never
  }

  tokens = (): never | undefined => this.#tokens as never
  saveTokens = (tokens: unknown): void => {
    this.#tokens = tokens as Tokens
  }

  codeVerifier = (): string => this.#verifier
  saveCodeVerifier = (verifier: string): void => {
    this.#verifier = verifier
  }

  redirectToAuthorization = (url: URL): void => {
    this.asked.push(url)
  }

  state = (): string => 'the state'

  invalidateCredentials = (which: string): void => {
    if (which === 'all' || which === 'tokens') this.#tokens = undefined
    if (which === 'all' || which === 'client') this.#client = undefined
  }

  get accessToken (): string {
    return this.#tokens?.access_token ?? ''
  }

  /** Epoch seconds. */
  get expiresAt (): number {
    return (JSON.parse(Buffer.from(this.accessToken.split('.')[1]!, 'base64url').toString()) as { exp: number }).exp
  }

  /** The scopes it asked for last. */
  get scopes (): string[] {
    return (this.asked.at(-1)?.searchParams.get('scope') ?? '').split(' ').sort()
  }

  /** The user logs in where the client last sent the browser; returns what the callback says. */
  async logIn (): Promise<URLSearchParams> {
    const authorizationUrl = this.asked.at(-1)!
    return new URL(await this.#browser.login({ authorizationUrl, user: this.#user })).searchParams
  }
}
