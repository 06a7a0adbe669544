import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { Context } from '../flows/context.js'
import { acceptedBy, type Security } from './guards/guard.js'
import { STAGES } from './guards/own-guards.js'
import { optsOut, type RouteConfig } from './guards/route-config.js'
import { hooksAround, ownHooks } from './guards/scope-guards.js'

/** The part of an OpenAPI document that is written here. @see OpenAPI 3.1 section 4.8.27 */
interface OpenApiDocument { components: { securitySchemes?: Record<string, unknown> } }

/** What `@fastify/swagger` hands to a route's `config.swaggerTransform`. */
interface Described { schema: FastifySchema, url: string, openapiObject?: OpenApiDocument }

/**
 * Says in an OpenAPI document that a route is guarded, and by what, or that it opts out of what the document says of all;
 * what the route says itself stands. To be called when every scope has its hooks.
 */
export function markGuarded (scope: FastifyInstance, route: RouteOptions): void {
  const schema = route.schema as (FastifySchema & { security?: readonly Security[] }) | undefined
  if (schema?.security !== undefined) return
  const security = optsOut((route.config as RouteConfig | undefined)?.auth0)
    ? acceptedBy(STAGES.flatMap(stage => ownHooks(route, stage))) ?? []
    : acceptedBy(hooksAround(scope, route))
  if (security !== undefined) route.schema = { ...schema, security } as FastifySchema
}

/** Writes the security schemes into the document, on the way past one of the plugin's own routes, which stay hidden. */
export function describeSchemes ({ config, sessionCookieName }: Context): (described: Described) => { schema: FastifySchema, url: string } {
  const { issuer, appBases } = config
  const schemes = {
    session: { type: 'apiKey', in: 'cookie', name: sessionCookieName(appBases[0]?.secure ?? false) },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    ...(issuer !== undefined && { openIdConnect: { type: 'openIdConnect', openIdConnectUrl: `${issuer}.well-known/openid-configuration` } })
  }
  return ({ schema, url, openapiObject }) => {
    if (openapiObject !== undefined) openapiObject.components.securitySchemes = { ...schemes, ...openapiObject.components.securitySchemes }
    return { schema, url }
  }
}
