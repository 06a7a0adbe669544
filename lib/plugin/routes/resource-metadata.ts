import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { apiIssuers } from '../../flows/api/api-issuers.js'
import { metadataPath, resourceIdentifier } from '../../flows/api/resource.js'
import { factsOf } from '../options/resources.js'
import { appBaseOf } from '../request/request-context.js'
import { kOwnRoute } from '../request/request-state.js'
import type { Registration } from '../request/registration.js'
import { answerFailure } from './answer-error.js'
import type { Route, RouteSetup } from './route.js'

type Handler = Route['handler']

/**
 * `GET /.well-known/oauth-protected-resource` (opt-in): what a client must know to get a token for this API. @see RFC
 * 9728 section 2
 */
export function apiMetadataRoutes ({ registration }: RouteSetup): Route[] {
  const { config } = registration.context
  const path = config.routes.protectedResource
  if (path === undefined) return []
  const { api, api: { audience = config.audience, scopes } } = config
  if (audience === undefined) {
    throw new ConfigurationError('api.audience',
      'Option "api.audience" must be given with "routes.protectedResource": the identifier of the API.')
  }
  const facts = factsOf(scopes === undefined ? {} : { scopes }, api)
  return [
    {
      method: 'GET',
      path,
      safe: true,
      ownCors: true,
      handler: metadata(registration, () => [audience].flat()[0]!, facts)
    },
    { method: 'OPTIONS', path, ownCors: true, handler: preflight }
  ]
}

/**
 * Mounts the metadata of each resource at its place on the origin: on the root instance, since no prefix moves it.
 * @throws ConfigurationError where another route is there already
 * @see RFC 9728 section 3.1
 */
export function mountResources (fastify: FastifyInstance, { registration }: RouteSetup): void {
  const root = rootOf(fastify)
  for (const resource of registration.context.config.resources.values()) {
    const url = metadataPath(resource)
    if (root.hasRoute({ method: 'GET', url })) {
      throw new ConfigurationError('api.resources',
        `The metadata of the resource "${resource.path}" cannot be served: there is a route ${url} already, of ` +
          'another registration of this plugin or of the application.')
    }
    const identifier = (request: FastifyRequest): string =>
      resourceIdentifier(resource, () => appBaseOf(registration.context.config.appBases, request))
    mount(root, registration, ['GET', 'HEAD'], url, metadata(registration, identifier, resource.facts))
    mount(root, registration, ['OPTIONS'], url, preflight)
  }
}

/** The outermost instance. A child's prototype is its parent. */
function rootOf (fastify: FastifyInstance): FastifyInstance {
  const parent = Object.getPrototypeOf(fastify) as FastifyInstance | null
  return parent === null || typeof parent.route !== 'function' ? fastify : rootOf(parent)
}

function mount (root: FastifyInstance, { context }: Registration, method: string[], url: string,
  handler: Handler): void {
  root.route({
    method,
    url,
    exposeHeadRoute: false,
    schema: { hide: true } as object,
    // `@fastify/cors` of the application would let its own pages in only.
    config: { [kOwnRoute]: true, cors: false } as object,
    errorHandler: (async (error, request, reply) =>
      await answerFailure(context, error, request, reply)) as NonNullable<RouteOptions['errorHandler']>,
    handler: handler as RouteHandlerMethod
  })
}

function metadata (registration: Registration, identifier: (request: FastifyRequest) => string,
  facts: Readonly<Record<string, unknown>>): Handler {
  return async (request, reply) =>
    share(reply).send({
      resource: identifier(request),
      ...facts,
      authorization_servers: await apiIssuers(registration.context, registration.requestContext(request))
    })
}

/** The document is public, for programs in browsers as well. */
function share (reply: FastifyReply): FastifyReply {
  return reply.headers({
    'access-control-allow-origin': '*',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff'
  })
}

const HEADER_NAMES = /^[\w!#$%&'*+\-.^`|~]+(?:,[\w!#$%&'*+\-.^`|~]+)*$/

/**
 * Lets any page ask with whatever headers; clients of MCP send the version of the protocol. @see Fetch, "CORS protocol"
 */
const preflight: Handler = (request, reply) => {
  const asked = request.headers['access-control-request-headers']?.replaceAll(' ', '') ?? ''
  return share(reply).code(204).headers({
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    ...(HEADER_NAMES.test(asked) && { 'access-control-allow-headers': asked }),
    vary: 'Access-Control-Request-Headers'
  }).send()
}
