import type { RouteOptions } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { isGuard } from './guard/traits.js'

/** The stages at which guards may stand. Fastify runs the hooks of the scopes first, then the route's own. */
export const STAGES = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

/** The hooks that a route has at one stage. */
export function hooksAt (route: Partial<RouteOptions>, stage: typeof STAGES[number]): unknown[] {
  return [route[stage] ?? []].flat()
}

const LATE = ['preSerialization', 'onSend', 'onResponse', 'onError', 'onTimeout', 'onRequestAbort'] as const

/** @throws ConfigurationError for a guard that would ask when the handler has run */
export function refuseLateGuards (route: Partial<RouteOptions>): void {
  for (const stage of LATE) for (const hook of [route[stage] ?? []].flat()) refuseLate(stage, hook)
}

/** @throws ConfigurationError for a guard at a stage where it protects nothing */
export function refuseLate (stage: unknown, hook: unknown): void {
  if ((STAGES as readonly unknown[]).includes(stage) || !isGuard(hook)) return
  throw new ConfigurationError('hooks',
    `A guard must stand at one of the stages ${STAGES.join(', ')}: at "${String(stage)}" it would protect nothing.`)
}
