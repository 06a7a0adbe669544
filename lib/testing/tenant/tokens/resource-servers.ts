import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantRequest } from '../engine/exchange.js'
import { onParameters } from '../engine/parameters.js'
import type { TenantResourceServer } from '../options.js'
import { refusal } from '../engine/refusal.js'
import { permissionsFor } from './permissions.js'
import type { StoredUser } from '../login/users.js'

/** The API of a tenant that was given none. */
export const demoResourceServer: TenantResourceServer = {
  identifier: 'https://api.example.com',
  name: 'Demo API',
  scopes: ['read:items', 'write:items']
}

/** Scopes that are not an API's. */
export const standardScopes = ['openid', 'profile', 'email', 'phone', 'offline_access']

/** Seconds that somebody may act for a user. */
export const delegatedLifetime = 7200

const prefix = 'audience:'

/** The engine wants URIs without a fragment; Auth0 takes any string as an API identifier. */
export function resourceOf (audience: string): string {
  const isUri = URL.canParse(audience) && !audience.includes('#') && !audience.startsWith(prefix)
  return isUri ? audience : `${prefix}${encodeURIComponent(audience)}`
}

/** The API identifier behind the engine's name of an API. */
export function audienceOf (resource: string): string {
  return resource.startsWith(prefix) ? decodeURIComponent(resource.slice(prefix.length)) : resource
}

/** The API with this identifier. */
export function findResourceServer (tenant: TenantContext, audience: string): TenantResourceServer | undefined {
  return tenant.resourceServers.find(api => api.identifier === audience)
}

/** Who asks for scopes of an API. */
interface ScopeRequest {
  user: StoredUser
  clientId: string
  /** The engine's name of the API. */
  resource: string
  scopes: readonly string[]
  organization: string | undefined
}

/**
 * Which of the scopes a user gets for an API: all that it has, with RBAC those the user's permissions hold, in a
 * third-party application those it was granted.
 */
export function grantedApiScopes (tenant: TenantContext,
  { user, clientId, resource, scopes, organization }: ScopeRequest): string[] {
  const audience = audienceOf(resource)
  const { thirdParty, clientGrants } = tenant.clients.get(clientId) ?? {}
  const granted = thirdParty && clientGrants !== undefined ? clientGrants[audience] ?? [] : undefined
  const api = findResourceServer(tenant, audience)
  const permissions = permissionsFor(tenant, user, audience, organization)
  return scopes.filter(scope =>
    standardScopes.includes(scope) || (api?.scopes?.includes(scope) && (!api.rbac || permissions.includes(scope)) &&
      (granted === undefined || granted.includes(scope)))
  )
}

/** What the engine wants to know of an API. */
export function resourceServerInfo (tenant: TenantContext,
  audience: string): { audience: string, scope: string, accessTokenTTL: number, accessTokenFormat: 'opaque' } {
  const api = findResourceServer(tenant, audience)
  if (api === undefined) throw refusal(tenant, 'access_denied', `Service not found: ${audience}`, 403)
  return {
    audience,
    scope: [...standardScopes, ...api.scopes ?? []].join(' '),
    accessTokenTTL: api.tokenLifetime ?? 86_400,
    accessTokenFormat: 'opaque'
  }
}

/**
 * Auth0's compatibility profile: `resource` names the API where `audience` does not. The API of the tenant's own
 * `/userinfo` is none: its tokens are opaque. @see RFC 8707
 */
function withResource ({ issuer }: TenantContext,
  params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { audience, resource, ...rest } = params
  const named = [audience, resource].find(value => typeof value === 'string' && value !== '') as string | undefined
  if (named === undefined || named === `${issuer}userinfo`) return rest
  return { ...rest, ...(audience !== undefined && { audience }), resource: resourceOf(audienceOf(named)) }
}

const byForm = new Set(['/oauth/token', '/oauth/par', '/bc-authorize', '/oauth/device/code'])

function changed (tenant: TenantContext, request: TenantRequest): TenantRequest {
  if (byForm.has(request.path) || request.method === 'POST') {
    return { ...request, body: withResource(tenant, request.body) }
  }
  const url = new URL(request.url)
  const { audience, resource } = withResource(tenant, request.query)
  for (const [name, value] of Object.entries({ audience, resource })) {
    url.searchParams.delete(name)
    if (typeof value === 'string') url.searchParams.set(name, value)
  }
  return { ...request, url: url.href }
}

/** APIs: `audience`, scopes and lifetimes of their tokens. */
export const resourceServers: Feature = {
  configure: tenant => ({
    scopes: standardScopes,
    extraParams: { audience: null },
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource (ctx, _client, oneOf) {
          // Of several the engine is to refuse; of none there is nothing to choose.
          if (oneOf !== undefined) return oneOf.length > 0 ? oneOf : undefined as unknown as string[]
          return withResource(tenant, { audience: ctx.oidc.params?.audience }).resource as string | undefined ?? []
        },
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => resourceServerInfo(tenant, audienceOf(resource))
      }
    },
    ttl: {
      AccessToken (_ctx, token) {
        const usual = token.resourceServer?.accessTokenTTL ?? tenant.options.lifetimes?.accessToken ?? 86_400
        return tenant.logins.get(token.grantId ?? '')?.delegated ? Math.min(usual, delegatedLifetime) : usual
      },
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 86_400,
      AuthorizationCode: tenant.options.lifetimes?.code ?? 600
    }
  }),
  /** A signed request cannot be changed before the engine has read it, so its parameters are. @see RFC 9101 */
  install (tenant) {
    onParameters(tenant, ({ params }) => {
      if (typeof params!.audience === 'string' || typeof params!.resource === 'string') {
        params!.resource = withResource(tenant, params!).resource
      }
    })
  },
  before: (request, tenant) =>
    (byForm.has(request.path) || request.path === '/authorize') &&
    (request.params.audience ?? request.params.resource) !== undefined
      ? changed(tenant, request)
      : request
}
