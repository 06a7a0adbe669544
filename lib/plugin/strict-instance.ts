import { ConfigurationError } from '../errors.js'
import { Auth0Instance } from './instance.js'
import { unknownName } from '../base/nearest-name.js'
import { ServerClient } from '../flows/client.js'
import { FORMER_CLIENT_NAMES } from '../flows/former-names.js'

/** Names that the language and its tools look for on any object. */
const PASSED_ON = new Set<string>(['then', 'getter', 'setter', 'toJSON', 'constructor', 'inspect', 'asymmetricMatch',
  'nodeType', 'tagName', '$$typeof', '@@__IMMUTABLE_ITERABLE__@@', '@@__IMMUTABLE_RECORD__@@'])

/**
 * The instance, but an unknown name throws: a misspelt guard would be `undefined`, and Fastify takes
 * `preHandler: undefined` for no guard at all. Only a proxy sees a name that does not exist. A check of the route's
 * options would refuse a guard that is left out on purpose, too (`preHandler: isPublic ? undefined : guard`).
 * Methods are bound because a proxy has no private members; they also work when they are taken off the instance.
 */
export function strictInstance (instance: Auth0Instance): Auth0Instance {
  const bound = new Map<string | symbol, unknown>()
  return new Proxy(instance, {
    get (target, name) {
      const value = Reflect.get(target, name, target) as unknown
      if (value === undefined && typeof name === 'string' && !PASSED_ON.has(name) && !(name in target)) {
        throw new ConfigurationError(name, `"fastify.auth0.${name}" does not exist. ${whereIs(name, target)}`)
      }
      if (typeof value !== 'function' || Object.hasOwn(target, name)) return value
      let method = bound.get(name)
      if (method === undefined) bound.set(name, method = (value as (...args: unknown[]) => unknown).bind(target))
      return method
    }
  })
}

/** Names of guards, spelt right or nearly so. */
const GUARD = /^(?:require.|attemptSilentLogin$|handleStepUp$|toolScopes$)/

/**
 * The plugin, but a name of a guard throws: `preHandler: auth0.requireSession`, with the plugin in place of its
 * instance, would be `undefined`, and the route would be open.
 */
export function strictPlugin<T extends object> (plugin: T): T {
  return new Proxy(plugin, {
    get (target, name, receiver) {
      if (typeof name === 'string' && GUARD.test(name) && !(name in target)) {
        throw new ConfigurationError(name, `"${name}" is not a member of the plugin. Guards belong to its instance: ` +
          `register the plugin, then write fastify.auth0.${name}.`)
      }
      return Reflect.get(target, name, receiver) as unknown
    }
  })
}

function whereIs (name: string, instance: Auth0Instance): string {
  const former: Readonly<Record<string, string>> = FORMER_CLIENT_NAMES
  if (Object.hasOwn(former, name)) return `Use ${former[name]}.`
  if (name in ServerClient.prototype) return `It belongs to a request. Use request.auth0.${name}.`
  const known = [...Object.keys(instance), ...Object.getOwnPropertyNames(Auth0Instance.prototype)]
  return unknownName(name, known.filter(key => key !== 'constructor'))
}
