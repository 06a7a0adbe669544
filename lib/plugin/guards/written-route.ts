import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Declaration, RouteConfig } from './route-config.js'
import { hooksAt, STAGES } from './stages.js'

type Method = (this: FastifyInstance, ...args: unknown[]) => unknown

/** Where a route's options keep what the application wrote. */
const kWritten = Symbol('auth0.written')

/** What an application wrote of a route. Copies: other plugins may change the originals. */
interface Written {
  /** By identity the declaration in the route's `config`. */
  original: Declaration
  declared: Declaration
  hooks: readonly unknown[]
}

/**
 * From now on the routes of this scope and its children keep their options as the application wrote them, next to what
 * the `onRoute` hooks of other plugins, also of earlier ones, make of them.
 */
export function watchRoutes (fastify: FastifyInstance): void {
  const methods = fastify as unknown as Record<string, Method | undefined>
  const shorthands = fastify.supportedMethods.map(method => method.toLowerCase())
  for (const name of ['route', 'all', ...shorthands]) {
    const method = methods[name]
    if (typeof method !== 'function') continue
    const at = name === 'route' ? 0 : 1
    methods[name] = function (...args) {
      const options = args[at]
      if (isPlainObject(options)) {
        args[at] = { ...options, [kWritten]: written(options as RouteOptions) }
      }
      return method.apply(this, args)
    }
  }
}

function written (route: RouteOptions): Written {
  const original = (route.config as RouteConfig | undefined)?.auth0
  return {
    original,
    declared: copyOf(original),
    hooks: STAGES.flatMap(stage => hooksAt(route, stage))
  }
}

/** The hooks of a route: those that the application wrote, and those that it has now. */
export function hooksOf (route: RouteOptions): unknown[] {
  const { [kWritten]: before } = route as { [kWritten]?: Written }
  return [...new Set([...before?.hooks ?? [], ...STAGES.flatMap(stage => hooksAt(route, stage))])]
}

/** What a route declares: an earlier plugin may put another declaration in its place, but not lose or edit it. */
export function declarationOf (route: RouteOptions): Declaration {
  const now = (route.config as RouteConfig | undefined)?.auth0
  const { [kWritten]: before } = route as { [kWritten]?: Written }
  return copyOf(now === undefined || now === before?.original ? before?.declared : now)
}

function copyOf (declared: Declaration): Declaration {
  return isPlainObject(declared) ? { ...declared } : declared
}

function isPlainObject (value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]'
}
