import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { ConfigurationError } from '../errors.js'
import type { RouteAuth0Config } from '../../types/fastify.js'
import type { ManagementClient } from '../management/client.js'
import { Auth0Instance, strictInstance } from './instance.js'
import { declaredGuards } from './guards/declared.js'
import { isFactory, uncalled } from './guards/guard.js'
import { markGuarded } from './open-api.js'
import type { Registration } from './registration.js'
import { kRegistration, kSlot, registrationOf, slotOf, type Scoped, type Slotted } from './slots.js'

/** Puts `auth0` on the instance and on its requests. The request's is one lazy getter that asks its own scope. */
export function decorate (fastify: FastifyInstance, registration: Registration, Management: typeof ManagementClient): Auth0Instance {
  if (Object.hasOwn(fastify, kRegistration)) {
    throw new ConfigurationError('options', 'The plugin is registered twice in one scope. Give each tenant a scope of its own.')
  }
  const instance = new Auth0Instance(registration, Management, fastify.log)
  fastify.decorate(kRegistration as unknown as string, registration)
  fastify.decorate('auth0', strictInstance(instance))
  if (!fastify.hasRequestDecorator('auth0')) {
    fastify.decorateRequest(kSlot as unknown as string, null)
    fastify.decorateRequest('auth0', { getter (this: FastifyRequest) { return registrationOf(this).client(this) } } as never)
    fastify.decorateRequest('getSession', function (this: FastifyRequest) { return this.auth0.getSession() } as never)
    fastify.addHook('onRequest', rememberReply)
    fastify.addHook('onSend', writeCookies)
  }
  fastify.addHook('onRoute', function (route) {
    // A child with a tenant of its own guards its routes itself.
    if ((this as FastifyInstance & Scoped)[kRegistration] !== registration) return
    const declared = (route.config as { auth0?: RouteAuth0Config | false } | undefined)?.auth0
    if (declared !== undefined) route.onRequest = [...declaredGuards(declared) as onRequestHookHandler[], ...[route.onRequest ?? []].flat()]
    markGuarded(registration, route)
    for (const stage of ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const) {
      for (const hook of [route[stage]].flat()) {
        if (isFactory(hook)) throw uncalled(nameOf(instance, hook))
      }
    }
  })
  return instance
}

/** A request does not know its reply; what may set cookies has to. */
function rememberReply (request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  slotOf(request).reply = reply
  done()
}

/** Writes what the request's jar has collected, when the headers are about to be sent. */
function writeCookies (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (error: null, payload: unknown) => void): void {
  if ((request as FastifyRequest & Slotted)[kSlot]?.jar?.flush(reply) === true) registrationOf(request).warnOfPublicResponse(request)
  done(null, payload)
}

function nameOf (instance: Auth0Instance, hook: unknown): string {
  return Object.entries(instance).find(([, value]) => value === hook)?.[0] ?? 'guard'
}
