import type { FastifyInstance, RouteOptions } from 'fastify'
import { refuseUncalled } from './guard.js'
import { STAGES } from './own-guards.js'

type Stage = typeof STAGES[number]
type AddHook = (this: FastifyInstance, stage: string, hook: unknown) => FastifyInstance

interface Added {
  stage: string
  hook: unknown
}

/** The hooks that each scope has added; its children's routes have them as well. */
const added = new WeakMap<object, Added[]>()

/**
 * From now on notes what this scope and its children add for all of their routes:
 * Fastify tells of the hooks of a route, and of no others.
 * @throws ConfigurationError in `addHook`, for a guard that wants to be called and was not
 */
export function watchScopes (fastify: FastifyInstance): void {
  const addHook = fastify.addHook as AddHook
  const noted: AddHook = function (stage, hook) {
    refuseUncalled(hook)
    added.set(this, [...added.get(this) ?? [], { stage, hook }])
    return addHook.call(this, stage, hook)
  }
  fastify.addHook = noted as typeof fastify.addHook
}

/** The hooks that a route's requests meet: at each stage those of the scopes, the outermost first, then its own. */
export function hooksAround (scope: FastifyInstance, route: RouteOptions): unknown[] {
  const around = hooksOfScopes(scope)
  return STAGES.flatMap(
    stage => [...around.filter(one => one.stage === stage).map(({ hook }) => hook), ...hooksAt(route, stage)]
  )
}

/** The hooks of the route alone. */
export function ownHooks (route: RouteOptions): unknown[] {
  return STAGES.flatMap(stage => hooksAt(route, stage))
}

function hooksAt (route: RouteOptions, stage: Stage): unknown[] {
  return [route[stage] ?? []].flat()
}

/** A scope's prototype is the scope around it. */
function hooksOfScopes (scope: object | null): Added[] {
  return scope === null
    ? []
    : [...hooksOfScopes(Object.getPrototypeOf(scope) as object | null), ...added.get(scope) ?? []]
}
