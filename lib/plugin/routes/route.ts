import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Auth0Instance } from '../instance.js'
import type { Registration } from '../request/registration.js'

/** What a route module is given. */
export interface RouteSetup {
  registration: Registration
  instance: Auth0Instance
}

/** One route: nothing but what differs from its neighbours. */
export interface Route {
  method: 'GET' | 'POST' | 'OPTIONS'
  path: string | undefined
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown
  /** Bodies that are read; none unless given. With `'any'` a form is read and any other body is ignored. */
  accepts?: 'form' | 'form+json' | 'any'
  /** Whether `HEAD` runs the handler; else it is answered without any effect. */
  safe?: true
  /** Whether it answers pages of other origins itself, and `@fastify/cors` does not. */
  ownCors?: true
}
