import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { kRegistration, type Scoped } from '../request/registration.js'
import { requestState } from '../request/request-state.js'
import { configGuards } from './config-guards.js'
import { refuseUncalled } from './factory.js'
import type { Guard } from './guard/guard.js'
import { checkSetup, isGuard } from './guard/traits.js'
import { checkBeforeHandler } from './last-check.js'
import type { RouteConfig } from './route-config.js'
import { isExempt } from './route-record.js'
import { refuseLate, refuseLateGuards, STAGES } from './stages.js'

type Method = (this: FastifyInstance, ...args: unknown[]) => unknown

interface Added {
  stage: string
  hook: unknown
}

/** The hooks that each scope has added; its children's routes have them as well. */
const added = new WeakMap<object, Added[]>()

/**
 * From now on notes what this scope and its children add for all of their routes, as the application wrote it:
 * Fastify tells of the hooks of a route and of no others, and other plugins put wrappers in the place of hooks.
 * @throws ConfigurationError in `addHook` and `setNotFoundHandler`, for a factory that was not called, or for
 * a guard where it would protect nothing
 */
export function watchScopes (fastify: FastifyInstance): void {
  const addHook = fastify.addHook as Method
  outermost(fastify, 'addHook', function (stage, hook) {
    refuseUncalled(hook)
    refuseLate(stage, hook)
    added.set(this, [...added.get(this) ?? [], { stage: stage as string, hook }])
  }, function (stage, hook, ...rest) {
    return addHook.call(this, stage, isStage(stage) && isHook(stage, hook) ? markedHook(stage, hook) : hook, ...rest)
  })
  const setNotFoundHandler = fastify.setNotFoundHandler as Method
  outermost(fastify, 'setNotFoundHandler', hooks => {
    for (const hook of hooksOf(hooks)) refuseUncalled(hook)
    refuseLateGuards(hooks ?? {})
  }, function (hooks, handler, ...rest) {
    const all = [...declaredBy(hooks), ...hooksOf(hooks)]
    for (const hook of all) checkSetup(hook, (this as FastifyInstance & Scoped)[kRegistration].context.config)
    const guards = all.filter(isGuard)
    return setNotFoundHandler.call(this, hooks, askedFirst(guards, handler), ...rest)
  })
}

/** What messages call a 404 handler. */
const NOT_FOUND = { method: 'GET', url: '(not found)' }

function hooksOf (hooks: unknown): unknown[] {
  return STAGES.flatMap(stage => (hooks as Record<string, unknown> | undefined)?.[stage] ?? [])
}

function declaredBy (options: unknown): Guard[] {
  const { auth0 = false } = (options as { config?: RouteConfig } | undefined)?.config ?? {}
  return configGuards(auth0, NOT_FOUND.url)
}

/** `reply.callNotFound()` runs no hooks of a 404 handler but those at `preHandler`: its other guards are asked then. */
function askedFirst (guards: readonly Guard[], handler: unknown): unknown {
  if (guards.length === 0) return handler
  const route = { ...NOT_FOUND, handler: handler as RouteHandlerMethod }
  checkBeforeHandler(route, guards)
  return route.handler
}

/**
 * Looks at the arguments of a method before anybody else: who puts another function in its place, here or in a child,
 * is called after the look.
 */
function outermost (owner: object, name: string, look: (this: FastifyInstance, ...args: unknown[]) => void,
  method: Method): void {
  const looked: Method = function (...args) {
    look.apply(this, args)
    return method.apply(this, args)
  }
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => looked,
    set (this: object, replacement: Method) {
      outermost(this, name, look, replacement)
    }
  })
}

/** The hooks of the scopes around a route at one stage, the outermost first. A scope's prototype is its parent. */
export function scopeHooks (scope: object | null, stage: string): unknown[] {
  if (scope === null) return []
  return [...scopeHooks(Object.getPrototypeOf(scope) as object | null, stage),
    ...(added.get(scope) ?? []).filter(one => one.stage === stage).map(({ hook }) => hook)]
}

type Hook = (this: unknown, ...args: unknown[]) => unknown
type Done = (...args: unknown[]) => void

/**
 * The same hook; while it runs for a request whose route opts out of the guards around it, guards let the request pass.
 * A guard called from anywhere else asks, whoever wraps or moves it.
 */
function markedHook (stage: string, hook: Hook): Hook {
  const marked = stage === 'preParsing'
    ? function (this: unknown, request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): unknown {
      return isExempt(request)
        ? marking(request, done, next => hook.call(this, request, reply, payload, next))
        : hook.call(this, request, reply, payload, done)
    }
    : function (this: unknown, request: FastifyRequest, reply: FastifyReply, done: Done): unknown {
      return isExempt(request)
        ? marking(request, done, next => hook.call(this, request, reply, next))
        : hook.call(this, request, reply, done)
    }
  // Names of hooks appear in traces and error messages.
  return Object.defineProperty(marked, 'name', { value: hook.name }) as Hook
}

function marking (request: FastifyRequest, done: Done, run: (next: Done) => unknown): unknown {
  const state = requestState(request)
  state.inExemptHook = true
  const leave = (): void => {
    state.inExemptHook = false
  }
  let result: unknown
  try {
    result = run((...args) => {
      leave()
      done(...args)
    })
  } catch (error) {
    leave()
    throw error
  }
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return result
  return Promise.resolve(result).finally(leave)
}

function isStage (stage: unknown): stage is string {
  return (STAGES as readonly unknown[]).includes(stage)
}

/** What Fastify refuses stays as it is, so that Fastify's own message names it. */
function isHook (stage: string, hook: unknown): hook is Hook {
  const most = stage === 'preParsing' ? 3 : 2
  return typeof hook === 'function' && !(hook.constructor.name === 'AsyncFunction' && hook.length > most)
}
