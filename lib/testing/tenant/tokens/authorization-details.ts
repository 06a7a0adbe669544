import type { AuthorizationDetail, Configuration } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { refusal } from '../engine/refusal.js'

function requested (params: Record<string, unknown> | undefined): AuthorizationDetail[] | undefined {
  return typeof params?.authorization_details === 'string'
    ? JSON.parse(params.authorization_details) as AuthorizationDetail[]
    : undefined
}

function types (
  tenant: TenantContext
): Record<string, { validate: (ctx: { oidc: { route: string, entities: Record<string, unknown> } }) => void }> {
  const names = tenant.resourceServers.flatMap(api => api.authorizationDetailsTypes ?? [])
  return Object.fromEntries(names.map(name => [name, {
    validate ({ oidc }) {
      if (oidc.route === 'authorization' && oidc.entities.PushedAuthorizationRequest === undefined) {
        throw refusal(tenant, 'invalid_request', 'authorization_details have to be pushed')
      }
    }
  }]))
}

/** Rich authorization requests, pushed and consented to. @see RFC 9396 */
export const authorizationDetails: Feature = {
  configure: tenant =>
    ({
      features: {
        richAuthorizationRequests: {
          enabled: true,
          types: types(tenant),
          authorizationDetailsForGrantSource: ctx => requested(ctx.oidc.params),
          authorizationDetailsForAccessToken: (ctx, _token, source) => source?.rar ?? requested(ctx.oidc.params),
          authorizationDetailsForIntrospection: (_ctx, token) => token.rar
        }
      }
    }) as Configuration
}
