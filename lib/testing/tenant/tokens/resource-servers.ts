import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantResourceServer } from '../options.js'
import { refusal } from '../engine/refusal.js'
import type { StoredUser } from '../login/users.js'

/** The API of a tenant that was given none. */
export const demoResourceServer: TenantResourceServer = {
  identifier: 'https://api.example.com',
  name: 'Demo API',
  scopes: ['read:items', 'write:items']
}

/** Scopes that are not an API's. */
export const standardScopes = ['openid', 'profile', 'email', 'phone', 'offline_access']

const prefix = 'audience:'

/** The engine wants URIs; Auth0 takes any string as an API identifier. */
export function resourceOf (audience: string): string {
  return `${prefix}${encodeURIComponent(audience)}`
}

/** The API identifier behind the engine's name of an API. */
export function audienceOf (resource: string): string {
  return resource.startsWith(prefix) ? decodeURIComponent(resource.slice(prefix.length)) : resource
}

/** The API with this identifier. */
export function findResourceServer (tenant: TenantContext, audience: string): TenantResourceServer | undefined {
  return tenant.resourceServers.find(api => api.identifier === audience)
}

/** Which of the scopes a user gets for an API: all that it has, with RBAC those the user's permissions hold. */
export function grantedApiScopes (tenant: TenantContext, user: StoredUser, resource: string,
  scopes: readonly string[]): string[] {
  const audience = audienceOf(resource)
  const api = findResourceServer(tenant, audience)
  const permissions = user.permissions?.[audience] ?? []
  return scopes.filter(scope =>
    standardScopes.includes(scope) || (api?.scopes?.includes(scope) && (!api.rbac || permissions.includes(scope)))
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

function withResource (params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { audience, resource = audience } = params
  return typeof resource === 'string' && resource !== ''
    ? { ...params, resource: resourceOf(audienceOf(resource)) }
    : { ...params }
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
          if (oneOf !== undefined) return oneOf
          const audience = ctx.oidc.params?.audience
          return typeof audience === 'string' && audience !== '' ? resourceOf(audience) : []
        },
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => resourceServerInfo(tenant, audienceOf(resource))
      }
    },
    ttl: {
      AccessToken: (_ctx, token) =>
        token.resourceServer?.accessTokenTTL ?? tenant.options.lifetimes?.accessToken ?? 86_400,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 86_400,
      AuthorizationCode: tenant.options.lifetimes?.code ?? 600
    }
  }),
  before: request =>
    request.path === '/oauth/token' && (request.body.audience ?? request.body.resource) !== undefined
      ? { ...request, body: withResource(request.body) }
      : request
}
