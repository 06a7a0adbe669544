import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteHandlerMethod } from 'fastify'
import { describeSchemes } from '../open-api.js'
import { kOwnRoute } from '../request/request-state.js'
import { requestTarget } from '../request/request-target.js'
import { keepOutOfCaches, ReplyHeaders } from '../request/response-headers.js'
import { answerFailure } from './answer-error.js'
import { addBodyParsers } from './bodies.js'
import { backchannelLogoutRoute } from './backchannel-logout.js'
import { callbackRoutes } from './callback.js'
import { loginRoute } from './login.js'
import { logoutRoutes } from './logout.js'
import { profileRoute } from './profile.js'
import { withDeviceProof } from './device-proof.js'
import { apiMetadataRoutes, mountResources } from './resource-metadata.js'
import type { Route, RouteSetup } from './route.js'
import { sessionRoute } from './session.js'

/** What every answer of the plugin's own routes says. */
const HEADERS = {
  'cache-control': 'private, no-store',
  pragma: 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff'
}

/** An encapsulated child that holds the plugin's own routes, with their own parsers, error answers and log lines. */
export async function routes (fastify: FastifyInstance, setup: RouteSetup): Promise<void> {
  // Loads the serializer the cookie jar uses; in this scope only, so that the application is free to register its own.
  if (!fastify.hasRequestDecorator('cookies')) await fastify.register(fastifyCookie, { hook: false })
  fastify.setErrorHandler(async (error, request, reply) =>
    await answerFailure(setup.registration.context, error, request, reply))
  fastify.removeAllContentTypeParsers()
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS)
    done()
  })
  const list: Route[] = [loginRoute, callbackRoutes, logoutRoutes, backchannelLogoutRoute, profileRoute, sessionRoute,
    apiMetadataRoutes, ...await optionalRoutes(setup)].flatMap(make => make(setup))
  const describe = describeSchemes(setup.registration.context)
  setup.registration.describes = fastify.hasDecorator('swagger') && list.some(({ path }) => path !== undefined)
  const { callback, connectCallback, unconnectCallback } = setup.registration.context.config.routes
  const answers = [callback, connectCallback, unconnectCallback].filter(path => path !== undefined)
  const proving = (route: Route) => withDeviceProof(setup.registration, route)
  for (const accepts of [undefined, 'form', 'form+json', 'any'] as const) {
    await fastify.register(named('fastify-auth0 routes by body', async (scope: FastifyInstance) => {
      addBodyParsers(scope, accepts)
      for (const route of list) {
        if (route.path === undefined || route.accepts !== accepts) continue
        const handler = answers.includes(route.path) ? proving(route) : route.handler
        mount(scope, route.method, route.path, handler, describe, route.ownCors)
        if (route.method === 'GET' && !answers.includes(route.path)) {
          mount(scope, 'HEAD', route.path, route.safe ? route.handler : answerHead, describe, route.ownCors)
        }
      }
    }))
  }
  for (const path of answers) {
    refuseOtherMethods(fastify, path, list.filter(route => route.path === path).map(route => route.method), describe)
  }
  mountResources(fastify, setup)
}

/** A plugin with a name: for one without, Fastify looks through all modules that Node has loaded. */
export function named<Plugin extends object> (name: string, plugin: Plugin): Plugin {
  return Object.assign(plugin, { [Symbol.for('fastify.display-name')]: name })
}

/** Routes that few applications have are loaded only there. */
async function optionalRoutes ({ registration }: RouteSetup): Promise<((setup: RouteSetup) => Route[])[]> {
  const { connectMode, deviceBound } = registration.context.config
  return [
    ...(connectMode === undefined ? [] : [(await import('./connect.js')).connectRoutes]),
    ...(deviceBound === undefined ? [] : [(await import('./device.js')).deviceRoutes])
  ]
}

function mount (scope: FastifyInstance, method: HTTPMethods | HTTPMethods[], url: string, handler: Route['handler'],
  swaggerTransform: ReturnType<typeof describeSchemes>, ownCors?: true): void {
  scope.route({
    method,
    url,
    exposeHeadRoute: false,
    schema: { hide: true } as object,
    // @fastify/otel records whole URLs, and a callback's holds the code.
    config: { [kOwnRoute]: true, otel: false, swaggerTransform, ...(ownCors && { cors: false }) } as object,
    logSerializers: { req: requestLine },
    // After the hooks of the scopes around.
    onSend: keepPrivate,
    handler: handler as RouteHandlerMethod
  })
}

/** No cache keeps an answer, whatever the application's own hooks say of all its answers. */
function keepPrivate (_request: FastifyRequest, reply: FastifyReply, payload: unknown,
  done: (error: null, payload: unknown) => void): void {
  keepOutOfCaches(new ReplyHeaders(reply))
  done(null, payload)
}

/** Monitors and link checkers ask whether a page is there: it is, and asking starts nothing. */
function answerHead (_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(200).send()
}

/**
 * Fastify logs the whole URL of a route it does not know, and a callback's holds the code: other methods get their 404
 * here.
 */
function refuseOtherMethods (scope: FastifyInstance, url: string, mounted: HTTPMethods[],
  describe: ReturnType<typeof describeSchemes>): void {
  const others = (scope.supportedMethods as HTTPMethods[]).filter(method => !mounted.includes(method))
  mount(scope, others, url, (_request, reply) => reply.code(404).send(), describe)
}

/** A request for the log without its query: a callback's holds the code. */
function requestLine (request: FastifyRequest): object {
  return {
    method: request.method,
    url: requestTarget(request.url).split('?', 1)[0],
    host: request.host,
    remoteAddress: request.ip
  }
}
