import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { ConfigurationError } from '../errors.js'
import type { GetSessionOptions } from '../flows/session/session.js'
import type { ManagementClient } from '../management/client.js'
import { Auth0Instance } from './instance.js'
import { beginRequest, checkDeclared, readRoute, readScopes } from './guards/read-route.js'
import type { RouteRecord } from './guards/route-record.js'
import { watchScopes } from './guards/scope-hooks.js'
import { watchRoutes } from './guards/written-route.js'
import { keepBodiesRaw } from './proxy/raw-bodies.js'
import { kRegistration, registrationOf, type Registration, type Scoped } from './request/registration.js'
import { kRequestState, type WithRequestState } from './request/request-state.js'
import { strictInstance } from './strict-instance.js'

/** Puts `auth0` on the instance and on its requests. The request's is one lazy getter that asks its own scope. */
export function decorate (fastify: FastifyInstance, registration: Registration,
  Management: typeof ManagementClient): Auth0Instance {
  if (Object.hasOwn(fastify, kRegistration)) {
    throw new ConfigurationError('options',
      'The plugin is registered twice in one scope. Give each tenant a scope of its own.')
  }
  if (Object.hasOwn(fastify, 'auth0')) throw nameTaken('fastify.auth0')
  const instance = new Auth0Instance(registration, Management, fastify.log)
  fastify.decorate(kRegistration as unknown as string, registration)
  fastify.decorate('auth0', strictInstance(instance))
  if (!fastify.hasRequestDecorator(kRequestState as unknown as string)) {
    for (const name of ['auth0', 'getSession']) {
      if (fastify.hasRequestDecorator(name)) throw nameTaken(`request.${name}`)
    }
    fastify.decorateRequest(kRequestState as unknown as string, null)
    fastify.decorateRequest('auth0', {
      getter (this: FastifyRequest) {
        const own = registrationOf(this) as Registration | undefined
        // At reply.callNotFound() the 404 handler may be one of a scope around, which has no plugin.
        return (own ?? registration).client(this)
      }
    } as never)
    fastify.decorateRequest('getSession', function (this: FastifyRequest, options?: GetSessionOptions) {
      return this.auth0.getSession(options)
    } as never)
    fastify.addHook('onRequest', begin)
    fastify.addHook('preParsing', check as never)
    fastify.addHook('onSend', writeCookies)
    watchScopes(fastify)
    watchRoutes(fastify)
  }
  const routes: { scope: FastifyInstance, route: RouteOptions, record: RouteRecord }[] = []
  fastify.addHook('onRoute', function (route) {
    // A child with a tenant of its own guards its routes itself.
    if ((this as FastifyInstance & Scoped)[kRegistration] !== registration) return
    keepBodiesRaw(this, route)
    routes.push({ scope: this, route, record: readRoute(registration, this, route) })
  })
  fastify.addHook('onReady', async () => {
    for (const { scope, route, record } of routes) readScopes(registration, scope, route, record)
    routes.length = 0
    registration.started = true
    explainFormerName(fastify)
  })
  return instance
}

/** Not before the start: until then another plugin may want the name. */
function explainFormerName (fastify: FastifyInstance): void {
  if ('auth0Client' in fastify) return
  Object.defineProperty(fastify, 'auth0Client', {
    configurable: true,
    get () {
      throw new ConfigurationError('auth0Client', '"fastify.auth0Client" does not exist. Use request.auth0 for what ' +
        'belongs to a session, such as request.auth0.getUser(), and fastify.auth0 for the rest.')
    }
  })
}

function nameTaken (name: string): ConfigurationError {
  return new ConfigurationError('options',
    `"${name}" exists already: another plugin or the application has decorated Fastify with it. Remove it, or ` +
      'register this plugin in a scope without it.')
}

/** Only a request that must wait makes Fastify wait. */
function begin (request: FastifyRequest, reply: FastifyReply, done: () => void): Promise<void> | undefined {
  const asked = beginRequest(request, reply)
  if (asked === undefined) done()
  return asked
}

/** The same for the guards that the route declares, once the hooks at `onRequest` are done. */
function check (request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): Promise<void>
  | undefined {
  const asked = checkDeclared(request, reply)
  if (asked === undefined) done()
  return asked
}

/** Writes what the request's jar has collected, when the headers are about to be sent. */
function writeCookies (request: FastifyRequest, reply: FastifyReply, payload: unknown,
  done: (error: null, payload: unknown) => void): void {
  (request as FastifyRequest & WithRequestState)[kRequestState]?.jar?.flush(reply)
  done(null, payload)
}
