import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerClient } from '../../flows/client.js'
import type { RequestCookieJar } from './cookie-jar.js'
import type { FastifyRequestContext } from './request-context.js'

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
export function requestState (request: FastifyRequest): RequestState {
  const stateful = request as FastifyRequest & WithRequestState
  return (stateful[kRequestState] ??= {
    exempt: false,
    within: false,
    reply: undefined,
    jar: undefined,
    requestContext: undefined,
    client: undefined
  })
}
