import type { FastifySchema, RouteOptions } from 'fastify'
import type { PluginContext } from '../flows/context.js'
import type { Security } from './guards/guard/traits.js'

/** The part of an OpenAPI document that is written here. @see OpenAPI 3.1 section 4.8.27 */
interface OpenApiDocument {
  components: { securitySchemes?: Record<string, unknown> }
}

/** What `@fastify/swagger` hands to a route's `config.swaggerTransform`. */
interface Described {
  schema: FastifySchema
  url: string
  openapiObject?: OpenApiDocument
}

/** Says in an OpenAPI document that a route is guarded, and by what; what the route says itself stands. */
export function describeSecurity (route: RouteOptions, security: readonly Security[] | undefined): void {
  const schema = route.schema as (FastifySchema & { security?: readonly Security[] }) | undefined
  if (security !== undefined && schema?.security === undefined) route.schema = { ...schema, security } as FastifySchema
}

/** Writes the security schemes into the document, on the way past one of the plugin's own routes, which stay hidden. */
export function describeSchemes (
  { config, cookieNames }: PluginContext
): (described: Described) => { schema: FastifySchema, url: string } {
  const { issuer, appBases } = config
  const base = appBases[0]
  const place = { secure: base?.secure ?? false, host: base === undefined ? '' : new URL(base.origin).host }
  const schemes = {
    session: { type: 'apiKey', in: 'cookie', name: cookieNames.session(place).session },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    ...(issuer !== undefined &&
      { openIdConnect: { type: 'openIdConnect', openIdConnectUrl: `${issuer}.well-known/openid-configuration` } })
  }
  return ({ schema, url, openapiObject }) => {
    if (openapiObject !== undefined) {
      openapiObject.components.securitySchemes = { ...schemes, ...openapiObject.components.securitySchemes }
    }
    return { schema, url }
  }
}
