import { systemClock } from '../../base/clock.js'
import { createKeyedMutex } from '../../base/keyed-mutex.js'
import { isObject } from '../../base/json.js'
import { ConfigurationError } from '../../errors.js'
import { filterPairs, ownerMatches } from '../session-filter.js'
import { readEntry, requireMethods } from './bridged-entry.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionStore } from '../../../types/stores.js'

/** Whose sessions a logout token ends, as `@auth0/auth0-fastify` tells its stores. */
export interface Auth0LogoutClaims {
  iss?: string
  sub?: string
  sid?: string
}

/** A store made for the option `sessionStore` of `@auth0/auth0-fastify` (`@auth0/auth0-server-js`). */
export interface Auth0SessionStore {
  get(identifier: string): unknown
  set(identifier: string, stateData: never): unknown
  delete(identifier: string): unknown
  deleteByLogoutToken(claims: Auth0LogoutClaims, options?: never): unknown
}

type Pairs = ReturnType<typeof filterPairs>

/** A session in the shape that such a store expects; ours is the member `auth0`. */
interface BridgedState {
  user: { sub: string, iss: string, org_id?: string }
  idToken: undefined
  refreshToken: undefined
  tokenSets: []
  connectionTokenSets: []
  domain: string
  /** Epoch seconds. */
  sessionExpiresAt: number
  internal: { sid: string, createdAt: number }
  auth0: SessionEntry & { key: string }
}

/**
 * Lets a store made for `@auth0/auth0-fastify` keep the sessions, with what such a store cannot promise:
 * - It has no compare-and-set. Writes are put in order within this process only: with several processes, one may
 *   overwrite another's write, and a write that a logout overtakes elsewhere may bring the session back.
 * - It has no lock: several processes may use one refresh token at the same time.
 * - It cannot list: `listSessions()` and sessions of an organization need another store, and how many sessions
 *   `revokeSessions()` ended is not known (0 is returned). Which sessions a `sid` or `sub` ends is decided by its
 *   `deleteByLogoutToken()`.
 * - It is told no lifetime. An entry past its end is deleted when it is read; the store must clear away the others,
 *   by `sessionExpiresAt` (epoch seconds).
 * @throws ConfigurationError for a store without one of the four methods
 */
export function fromAuth0Store (store: Auth0SessionStore, options: { now?: () => number } = {}): SessionStore {
  requireMethods(store, ['get', 'set', 'delete', 'deleteByLogoutToken'])
  const now = options.now ?? systemClock
  const inTurn = createKeyedMutex()

  async function get (key: string): Promise<SessionEntry | undefined> {
    const state = await store.get(key)
    if (state === undefined || state === null) return undefined
    const entry = entryIn(state, key)
    if (entry.expiresAt > now()) return entry
    await store.delete(key)
    return undefined
  }

  /** Logouts under way, and those that each write under way has met. */
  const endings = new Set<Pairs>()
  const writes = new Set<Pairs[]>()

  /** A write of a session. One that a logout meets must not bring the session back. */
  async function write (key: string, next: () => Promise<SessionEntry | undefined>): Promise<boolean> {
    return await inTurn(key, async () => {
      const met = [...endings]
      writes.add(met)
      try {
        const entry = await next()
        if (entry === undefined) return false
        await set(key, entry)
        if (!met.some(pairs => ownerMatches(entry.owner, pairs))) return true
        await store.delete(key)
        return false
      } finally {
        writes.delete(met)
      }
    })
  }

  async function set (key: string, entry: SessionEntry): Promise<void> {
    if (entry.expiresAt <= now()) await store.delete(key)
    else await store.set(key, toState(key, entry) as never)
  }

  return {
    lists: false,
    get,
    create: async (key, entry) => await inTurn(key, async () => await set(key, entry)),
    update: async (key, entry) =>
      await write(key, async () => (await get(key))?.version === entry.version - 1 ? entry : undefined),
    touch: async (key, expiresAt) =>
      await write(key, async () => {
        const entry = await get(key)
        return entry && { ...entry, expiresAt }
      }),
    delete: async key => await inTurn(key, async () => {
      await store.delete(key)
    }),
    async deleteWhere (filter) {
      const claims = logoutClaims(filter)
      const pairs = filterPairs(filter)
      endings.add(pairs)
      for (const met of writes) met.push(pairs)
      try {
        await store.deleteByLogoutToken(claims)
      } finally {
        endings.delete(pairs)
      }
      return 0
    },
    async list (filter): Promise<SessionListing[]> {
      filterPairs(filter)
      throw cannot('list sessions')
    }
  }
}

function logoutClaims (filter: SessionFilter): Auth0LogoutClaims {
  filterPairs(filter)
  const { organization, iss, sub, sid } = filter
  if (organization !== undefined) throw cannot('find the sessions of an organization')
  return { ...(iss !== undefined && { iss }), ...(sub !== undefined && { sub }), ...(sid !== undefined && { sid }) }
}

function cannot (what: string): ConfigurationError {
  return new ConfigurationError('sessionStore',
    `A store made for @auth0/auth0-fastify cannot ${what}. Use a session store of fastify-auth0/stores.`)
}

function toState (key: string, entry: SessionEntry): BridgedState {
  const { iss, sub, sid = '', organization } = entry.owner
  return {
    user: { sub, iss, ...(organization !== undefined && { org_id: organization }) },
    idToken: undefined,
    refreshToken: undefined,
    tokenSets: [],
    connectionTokenSets: [],
    domain: URL.canParse(iss) ? new URL(iss).host : iss,
    sessionExpiresAt: Math.ceil(entry.expiresAt),
    internal: { sid, createdAt: Math.floor(entry.createdAt) },
    auth0: { ...entry, key }
  }
}

/** @throws ConfigurationError where the store did not give back all that it was given */
function entryIn (state: unknown, key: string): SessionEntry {
  const kept = isObject(state) ? readEntry(state.auth0) : undefined
  if (kept?.key === key) return kept.entry
  throw new ConfigurationError('sessionStore',
    'The bridged session store did not give back the member "auth0" of a session. It must keep every member of what ' +
      'set() is given.')
}
