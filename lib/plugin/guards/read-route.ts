import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { describeSecurity } from '../open-api.js'
import type { Registration } from '../request/registration.js'
import { mayTouch } from '../request/request-context.js'
import { requestState } from '../request/request-state.js'
import { refuseUncalled } from './factory.js'
import { handleStepUp } from './handle-step-up.js'
import { verdictOf } from './guard/asked.js'
import { PASS, type Guard } from './guard/guard.js'
import { acceptedBy, checkSetup, isGuard } from './guard/traits.js'
import { checkBeforeHandler } from './last-check.js'
import { kOwnErrors } from './route-config.js'
import { keepRecord, recordOf, type RouteRecord } from './route-record.js'
import { scopeHooks } from './scope-hooks.js'
import { refuseLateGuards, STAGES } from './stages.js'
import { declarationOf, hooksOf } from './written-route.js'

/**
 * Reads what a route says of its guards, when it is registered.
 * @throws ConfigurationError for a declaration or a guard that cannot be meant
 */
export function readRoute ({ context }: Registration, scope: FastifyInstance, route: RouteOptions): RouteRecord {
  const hooks = hooksOf(route)
  for (const hook of hooks) refuseUncalled(hook)
  refuseLateGuards(route)
  const record = keepRecord(scope, route, declarationOf(route))
  for (const hook of [...record.guards, ...hooks]) checkSetup(hook, context.config)
  if (record.guards.length > 0) route.onRequest = [...record.guards as never[], ...[route.onRequest ?? []].flat()]
  if (route.errorHandler !== undefined && route.errorHandler !== handleStepUp) {
    route.config = { ...route.config, [kOwnErrors]: true } as object
  }
  const own = hooks.filter(isGuard)
  if (own.length > 0) checkBeforeHandler(route, own)
  return record
}

/**
 * Reads what a route's scopes say of it, when all of them have been made.
 * @throws ConfigurationError for a guard that cannot work here
 */
export function readScopes ({ context, describes }: Registration, scope: FastifyInstance, route: RouteOptions,
  { guards, exempt, own }: RouteRecord): void {
  if (own) return
  const around = exempt ? [] : STAGES.flatMap(stage => scopeHooks(scope, stage))
  const hooks = [...around, ...guards, ...hooksOf(route)]
  for (const hook of hooks) checkSetup(hook, context.config)
  if (describes) describeSecurity(route, acceptedBy(hooks) ?? (exempt ? [] : undefined))
}

/** Begins a request, before any guard is asked. Guards of a route that was not there to be read are asked here. */
export function beginRequest (request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
  const state = requestState(request)
  const { declared, guards, late, exempt } = recordOf(request)
  state.reply = reply
  state.exempt = exempt
  state.touches = mayTouch(declared)
  return late && guards.length > 0 ? askAll(guards, request, reply) : undefined
}

/** Sees to it that the declared guards were asked, and waited for, before the body is read. */
export function checkDeclared (request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
  // Read again: a hook may have changed what the route declares.
  const { guards } = recordOf(request)
  if (guards.length === 0) return undefined
  const state = requestState(request)
  return guards.every(guard => verdictOf(state, guard) === PASS) ? undefined : askAll(guards, request, reply)
}

async function askAll (guards: readonly Guard[], request: FastifyRequest, reply: FastifyReply): Promise<void> {
  for (const guard of guards) {
    await (verdictOf(requestState(request), guard) ?? guard(request, reply))
    if (reply.sent) return
  }
}
