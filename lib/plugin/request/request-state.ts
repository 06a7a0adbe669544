import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ServerClient } from '../../flows/client.js'
import type { RequestCookieJar } from './cookie-jar.js'
import type { Registration } from './registration.js'
import type { FastifyRequestContext } from './request-context.js'

/** Where a scope keeps its own registration of the plugin. */
export const kRegistration = Symbol('auth0.registration')
/** Where a request keeps its reply, its cookies and its client. Declared once, whatever number of registrations. */
export const kRequestState = Symbol('auth0.request')
/** Marks the plugin's own routes, which guards let pass. */
export const kOwnRoute = Symbol('auth0.ownRoute')

/** What belongs to one request. */
export interface RequestState {
  /**
   * Whether its route opts out of the guards around it; `'unread'` where nobody knows which guards are the route's own.
   */
  exempt: boolean | 'unread'
  /** Whether the hooks that run are the route's own. */
  within: boolean
  reply: FastifyReply | undefined
  jar: RequestCookieJar | undefined
  requestContext: FastifyRequestContext | undefined
  client: ServerClient | undefined
}

export interface WithRequestState {
  [kRequestState]: RequestState | null
}
export interface Scoped {
  [kRegistration]: Registration
}

/** The registration whose tenant a request belongs to: that of the scope its route is in. */
export function registrationOf (request: FastifyRequest): Registration {
  return (request.server as FastifyInstance & Scoped)[kRegistration]
}

export function requestState (request: FastifyRequest): RequestState {
  const slotted = request as FastifyRequest & WithRequestState
  return (slotted[kRequestState] ??= {
    exempt: false,
    within: false,
    reply: undefined,
    jar: undefined,
    requestContext: undefined,
    client: undefined
  })
}
