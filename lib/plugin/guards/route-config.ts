import type { FastifyRequest } from 'fastify'
import type { RouteAuth0Config } from '../../../types/guards.js'
import type { kOwnRoute } from '../request/request-state.js'

/** What a route says about itself: `false` is short for `{ public: true }`. */
export type Declaration = RouteAuth0Config | false | undefined

/** Marks a route with an error handler of its own. */
export const kOwnErrors = Symbol('auth0.ownErrors')
/** Where a route keeps what was read of it at registration. */
export const kRecord = Symbol('auth0.record')

/** The members of a route's `config` that count here. */
export interface RouteConfig {
  auth0?: Declaration
  [kOwnRoute]?: true
  [kRecord]?: object
  [kOwnErrors]?: true
}

/** What the route of a request does with one that has no session; `undefined` where it does not say. */
export function answerOf (request: FastifyRequest): RouteAuth0Config['onUnauthenticated'] {
  const { auth0 } = request.routeOptions.config as RouteConfig
  return auth0 === false ? undefined : auth0?.onUnauthenticated
}

/** Whether a route opts out of the guards around it. */
export function optedOut (declared: Declaration): boolean {
  return declared === false || declared?.public === true
}

/** A route as messages call it. */
export function nameOfRoute (
  { method, url }: { method?: string | string[] | undefined, url?: string | undefined }
): string {
  return `${[method].flat().join(', ')} ${url}`
}
