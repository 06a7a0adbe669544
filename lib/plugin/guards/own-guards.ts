import type { FastifyRequest, RouteOptions } from 'fastify'
import { requestState } from '../request/request-state.js'
import { PASS } from './guard.js'

/** The stages at which guards may stand. Fastify runs the hooks of the scopes first, then the route's own. */
export const STAGES = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

/**
 * Who opts out does so of the guards around the route: its own, in its hooks or called by its handler, go on deciding.
 */
export function keepOwnGuards (route: RouteOptions): void {
  const stages = route as unknown as Record<string, unknown>
  for (const stage of STAGES) {
    const own = [stages[stage] ?? []].flat()
    // Nothing of the scopes comes between the last stage and the handler.
    if (stage === 'preHandler') stages[stage] = [enter, ...own]
    else if (own.length > 0) stages[stage] = [enter, ...own, leave]
  }
}

function enter (request: FastifyRequest): Promise<void> {
  requestState(request).within = true
  return PASS
}

function leave (request: FastifyRequest): Promise<void> {
  requestState(request).within = false
  return PASS
}
