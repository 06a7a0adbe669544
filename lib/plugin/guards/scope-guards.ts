import type { FastifyInstance, RouteOptions } from 'fastify'
import { STAGES } from './own-guards.js'

type Stage = typeof STAGES[number]
type AddHook = (this: FastifyInstance, stage: string, hook: unknown) => FastifyInstance

/** The hooks that each scope has added; its children's routes have them as well. */
const added = new WeakMap<object, { stage: string, hook: unknown }[]>()

/**
 * From now on notes what this scope and its children add for all of their routes:
 * Fastify tells of the hooks of a route, and of no others.
 * @param check is asked about every hook before it is added
 */
export function watchScopes (fastify: FastifyInstance, check: (scope: FastifyInstance, hook: unknown) => void): void {
  const addHook = fastify.addHook as AddHook
  const noted: AddHook = function (stage, hook) {
    check(this, hook)
    const hooks = added.get(this) ?? []
    added.set(this, [...hooks, { stage, hook }])
    return addHook.call(this, stage, hook)
  }
  fastify.addHook = noted as typeof fastify.addHook
}

/** The hooks around a route's handler in the order in which they run: at each stage those of the scopes, the outermost first, then its own. */
export function hooksAround (scope: FastifyInstance, route: RouteOptions): unknown[] {
  return STAGES.flatMap(stage => [...scopeHooks(scope, stage), ...ownHooks(route, stage)])
}

/** The hooks of the route alone. */
export function ownHooks (route: RouteOptions, stage: Stage): unknown[] {
  return [route[stage] ?? []].flat()
}

/** A scope's prototype is the scope around it. */
function scopeHooks (scope: object | null, stage: Stage): unknown[] {
  if (scope === null) return []
  const own = (added.get(scope) ?? []).filter(one => one.stage === stage).map(({ hook }) => hook)
  return [...scopeHooks(Object.getPrototypeOf(scope) as object | null, stage), ...own]
}
