import { ConfigurationError } from '../../errors.js'
import { apiIssuers } from '../../flows/api/api-issuers.js'
import { offered } from '../guards/token/challenge.js'
import type { Route, RouteSetup } from './route.js'

/**
 * `GET /.well-known/oauth-protected-resource` (opt-in): what a client has to know to get a token for this API. @see RFC
 * 9728 section 2
 */
export function protectedResourceRoute ({ registration }: RouteSetup): Route[] {
  const { config } = registration.context
  if (config.routes.protectedResource === undefined) return []
  const { api: { audience = config.audience, scopes, dpop } } = config
  if (audience === undefined) {
    throw new ConfigurationError('api.audience',
      'Option "routes.protectedResource" describes the API, and needs its identifier: set "api.audience".')
  }
  const schemes = offered(dpop)
  const facts = {
    resource: [audience].flat()[0],
    ...(scopes !== undefined && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(schemes.includes('DPoP') && { dpop_signing_alg_values_supported: ['ES256'] }),
    ...(!schemes.includes('Bearer') && { dpop_bound_access_tokens_required: true })
  }
  return [{
    method: 'GET',
    path: config.routes.protectedResource,
    safe: true,
    async handler (request, reply) {
      return reply.header('access-control-allow-origin', '*').send({
        ...facts,
        authorization_servers: await apiIssuers(registration.context, registration.requestContext(request))
      })
    }
  }]
}
