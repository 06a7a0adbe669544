import type { FastifyRequest } from 'fastify'
import type { RouteAuth0Config } from '../../../types/fastify.js'
import { kOwnRoute } from '../slots.js'

/** What a route says about itself in `config.auth0`. */
export function routeGuarding (request: FastifyRequest): RouteAuth0Config | undefined {
  const config = request.routeOptions.config as { auth0?: RouteAuth0Config | false } | undefined
  return config?.auth0 === false ? { public: true } : config?.auth0
}

/** Whether a guard of a whole scope lets this route be: the plugin's own routes, and those that say they are public. */
export function passesAnyway (request: FastifyRequest): boolean {
  const config = request.routeOptions.config as { [kOwnRoute]?: boolean } | undefined
  return config?.[kOwnRoute] === true || routeGuarding(request)?.public === true
}
