import type { AdapterPayload } from 'oidc-provider'
import type { Feature } from '../engine/context.js'
import { certificateKey } from './mutual-tls.js'
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

/** Only for the engine's own check that there is a redirect URI: `redirectUriAllowed` decides. */
const anyRedirectUri = 'https://registered.invalid/'

/** An application as the engine registers it. */
export function clientMetadata (client: RegisteredClient): AdapterPayload {
  const keys = [...client.jwks?.keys.map(key => ({ ...key })) ?? [],
    ...client.certificate === undefined ? [] : [certificateKey(client.certificate)]]
  return {
    client_id: client.clientId,
    ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
    client_name: client.name ?? client.clientId,
    redirect_uris: [anyRedirectUri],
    post_logout_redirect_uris: [],
    grant_types: ['authorization_code', 'refresh_token', 'urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    id_token_signed_response_alg: client.idTokenSigningAlg ?? 'RS256',
    ...(keys.length > 0 && { jwks: { keys } }),
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests ?? false,
    require_signed_request_object: client.requireSignedRequestObject ?? false,
    ...(client.backchannelLogoutUrl === undefined
      ? {}
      : { backchannel_logout_uri: client.backchannelLogoutUrl, backchannel_logout_session_required: true }),
    dpop_bound_access_tokens: client.requireProofOfPossession ?? false
  }
}

/** Grant types of the tenant's own. */
export const internalGrantPrefix = 'urn:tenant:'

/** What applications may do: Auth0's rules instead of the engine's. */
export const clientRules: Feature = {
  configure: tenant => ({
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: {
      required: (_ctx, client) =>
        client.clientAuthMethod === 'none' || (tenant.clients.get(client.clientId)?.requirePkce ?? false)
    }
  }),
  install (tenant) {
    const of = (clientId: string): RegisteredClient => tenant.clients.get(clientId)!
    const allowed = (list: readonly string[] | undefined, url: string): boolean =>
      list === undefined ? isLoopback(url) : list.includes(url)
    Object.assign(tenant.provider.Client.prototype, {
      redirectUriAllowed (this: { clientId: string }, url: string) {
        return allowed(of(this.clientId).callbacks, url)
      },
      postLogoutRedirectUriAllowed (this: { clientId: string }, url: string) {
        return allowed(of(this.clientId).logoutUrls, url)
      },
      grantTypeAllowed (this: { clientId: string }, type: string) {
        return type.startsWith(internalGrantPrefix) || (of(this.clientId).grantTypes?.includes(type) ?? true)
      },
      includeSid: () => true
    })
  }
}
