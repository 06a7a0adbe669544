import type { RouteOptions } from 'fastify'

/** The stages at which guards may stand. Fastify runs the hooks of the scopes first, then the route's own. */
export const STAGES = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

/** The hooks that a route has at one stage. */
export function hooksAt (route: Partial<RouteOptions>, stage: typeof STAGES[number]): unknown[] {
  return [route[stage] ?? []].flat()
}
