import { ConfigurationError } from '../../errors.js'
import type { SessionStore } from '../../../types/stores.js'
import { withMethods, type Rule } from './rules.js'

const sessionStoreMethods = withMethods<SessionStore>(
  ['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'], 'a SessionStore')

/** Stores of other libraries, by a method that only they have. */
const BRIDGES = [
  ['deleteByLogoutToken', 'fromAuth0Store', 'made for @auth0/auth0-fastify or nextjs-auth0'],
  ['destroy', 'fromSessionStore', 'made for @fastify/session or express-session']
] as const

/** `sessionStore`: one of this package, or an application's own. */
export const sessionStore: Rule<SessionStore> = (value, option) => {
  for (const [method, bridge, what] of BRIDGES) {
    const store = value as Record<string, unknown> | null | undefined
    if (typeof store?.[method] === 'function' && typeof store.create !== 'function') {
      throw new ConfigurationError(option,
        `Option "${option}" must be a SessionStore; got a store ${what}. Give ${bridge}(store), from ` +
          'fastify-auth0/stores.')
    }
  }
  return sessionStoreMethods(value, option)
}
