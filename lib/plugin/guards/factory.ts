import { ConfigurationError } from '../../errors.js'
import type { Guard } from './guard/guard.js'
import { nameGuard } from './guard/make-guard.js'

/** The names of the functions that make guards. */
const factories = new WeakMap<object, string>()

/** Names a function that makes guards, and refuses a call that Fastify makes, as if the function were the guard. */
export function factory<Args extends unknown[]> (name: string,
  make: (...args: Args) => Guard): (...args: Args) => Guard {
  const named = (...args: Args): Guard => {
    const first = args[0] as { raw?: unknown, server?: unknown } | undefined
    if (typeof first === 'object' && first !== null && 'raw' in first && 'server' in first) throw uncalled(name)
    return nameGuard(make(...args), name)
  }
  factories.set(named, name)
  return named
}

/**
 * The same factory for one application: once that has started, a call throws. A guard that is made for each request is
 * easily never asked, and then the route is open without a word.
 */
export function beforeStart<Args extends unknown[]> (make: (...args: Args) => Guard,
  hasStarted: () => boolean): (...args: Args) => Guard {
  const name = factories.get(make)!
  return factory(name, (...args: Args) => {
    const guard = make(...args)
    if (hasStarted()) {
      throw new ConfigurationError(name,
        `"fastify.auth0.${name}" must be called before the application is ready, not for each request. Call it where ` +
          'the route or the hook is registered, keep the guard, and give that to Fastify.')
    }
    return guard
  })
}

/** @throws ConfigurationError where a hook is a factory that was not called */
export function refuseUncalled (hook: unknown): void {
  const name = factories.get(hook as object)
  if (name !== undefined) throw uncalled(name)
}

function uncalled (name: string): ConfigurationError {
  return new ConfigurationError(name,
    `"fastify.auth0.${name}" makes a guard and must be called, e.g. preHandler: fastify.auth0.${name}(…).`)
}
