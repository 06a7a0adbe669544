import { ConfigurationError } from '../../errors.js'
import { systemClock } from '../../base/clock.js'
import { createKeyedMutex } from '../../base/keyed-mutex.js'
import { isObject, parseSafely } from '../../base/json.js'
import { byAge, filterPairs, ownerMatches, toListing } from '../session-filter.js'
import { isOurs, readEntry, requireMethods } from './bridged-entry.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionStore } from '../../../types/stores.js'

type Callback = (error?: unknown, result?: unknown) => void

/** A store made for `@fastify/session` or `express-session`. */
export interface CallbackSessionStore {
  get(id: string, callback: Callback): unknown
  set(id: string, session: never, callback: Callback): unknown
  destroy(id: string, callback: Callback): unknown
  /** All sessions, as a list or by id. Without it sessions cannot be found by user. */
  all?(callback: Callback): unknown
}

/** An entry as those stores expect a session: they take the end of its life from its `cookie`. */
interface BridgedSession {
  cookie: { path: '/', httpOnly: true, originalMaxAge: number, maxAge: number, expires: Date }
  auth0: SessionEntry & { key: string }
}

/**
 * Lets a store made for `@fastify/session` or `express-session` keep the sessions, with what such a store cannot
 * promise:
 * - It has no compare-and-set. Writes are put in order within this process only: with several processes, one may
 *   overwrite another's write, and a write that a logout overtakes elsewhere may bring the session back.
 * - It has no lock: several processes may use one refresh token at the same time.
 * - It has no index. `deleteWhere` and `list`, and so back-channel logout, look through all sessions with the store's
 *   `all`, and fail with a `ConfigurationError` where the store has none, or answers with what is no session.
 * - Its `touch` may prolong a session in a way that cannot be read back, so touching writes the session again.
 */
export function fromSessionStore (store: CallbackSessionStore, options: { now?: () => number } = {}): SessionStore {
  requireMethods(store, ['get', 'set', 'destroy'])
  const now = options.now ?? systemClock
  const inTurn = createKeyedMutex()

  /** A method that declares no callback, or an optional one, has said all when its promise is settled. */
  async function read (method: 'get' | 'all', ...args: string[]): Promise<unknown> {
    const call = store[method]!.bind(store) as (...args: unknown[]) => unknown
    const declared = store[method]!.length
    return await result(callback => call(...args, callback), declared === 0 || declared > args.length)
  }

  async function get (key: string): Promise<SessionEntry | undefined> {
    const kept = toEntry(parsed(await read('get', key)))
    return kept?.key === key && kept.entry.expiresAt > now() ? kept.entry : undefined
  }

  async function set (key: string, entry: SessionEntry): Promise<void> {
    const left = (entry.expiresAt - now()) * 1000
    if (left <= 0) return await destroy(key)
    const session: BridgedSession = {
      cookie: { path: '/', httpOnly: true, originalMaxAge: left, maxAge: left, expires: new Date(Date.now() + left) },
      auth0: { ...entry, key }
    }
    await result(callback => store.set(key, session as never, callback))
  }

  async function destroy (key: string): Promise<void> {
    await result(callback => store.destroy(key, callback))
  }

  async function list (filter: SessionFilter): Promise<SessionListing[]> {
    const pairs = filterPairs(filter)
    if (typeof store.all !== 'function') {
      throw new ConfigurationError('sessionStore',
        'The bridged session store has no "all", so no session can be found by its user: back-channel logout, ' +
          'revokeSessions() and listSessions() need a store that has it.')
    }
    return sessionsOf(await read('all'))
      .map(session => toEntry(session) ?? refuseUnreadable('a session that is not whole'))
      .filter(({ entry }) => entry.expiresAt > now() && ownerMatches(entry.owner, pairs))
      .map(({ key, entry }) => toListing(key, entry))
      .sort(byAge)
  }

  return {
    get,
    list,
    create: async (key, entry) => await inTurn(key, async () => await set(key, entry)),
    update: async (key, entry) =>
      await inTurn(key, async () => {
        if ((await get(key))?.version !== entry.version - 1) return false
        await set(key, entry)
        return true
      }),
    touch: async (key, expiresAt) =>
      await inTurn(key, async () => {
        const entry = await get(key)
        if (entry === undefined) return false
        await set(key, { ...entry, expiresAt })
        return true
      }),
    delete: async key => await inTurn(key, async () => await destroy(key)),
    async deleteWhere (filter) {
      const found = await list(filter)
      await Promise.all(found.map(async ({ key }) => await inTurn(key, async () => await destroy(key))))
      return found.length
    }
  }
}

/**
 * The result of a method that calls back, that returns a promise, or both. Where the method `awaitsCallback`, a promise
 * of nothing is no result: the method may call back later.
 */
async function result (call: (callback: Callback) => unknown, awaitsCallback = false): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const returned = call((error, value) => {
      // Stores of express-session report an unknown session like a file that is not there.
      if (error === undefined || error === null || (isObject(error) && error.code === 'ENOENT')) resolve(value)
      else reject(error instanceof Error ? error : new Error('the store failed'))
    })
    if (isThenable(returned)) {
      returned.then(value => {
        if (value !== undefined || !awaitsCallback) resolve(value)
      }, reject)
    }
  })
}

/** The sessions of an answer of `all`. What cannot be read may be the one that must end, so that it is an error. */
function sessionsOf (answer: unknown): Record<string, unknown>[] {
  const list = parsed(answer)
  if (!Array.isArray(list) && !isObject(list)) return refuseUnreadable('no list of sessions')
  return Object.values(list)
    .map(item => sessionIn(parsed(item)) ?? refuseUnreadable('an item that is no session'))
    .filter(session => isOurs(session.auth0))
}

/** A session, as it is or in the column of a row: stores over tables answer with rows. */
function sessionIn (item: unknown): Record<string, unknown> | undefined {
  if (!isObject(item)) return undefined
  return isSession(item) ? item : Object.values(item).map(parsed).find(isSession)
}

function isSession (value: unknown): value is Record<string, unknown> {
  return isObject(value) && (isObject(value.cookie) || isOurs(value.auth0))
}

/** A value, or what its JSON says. */
function parsed (value: unknown): unknown {
  return typeof value === 'string' ? parseSafely(value) : value
}

function refuseUnreadable (what: string): never {
  throw new ConfigurationError('sessionStore',
    `The bridged session store answered "all" with ${what}, so it is not known which sessions match. Use a store ` +
      'whose "all" gives the sessions themselves, in a list or by id, or a session store of fastify-auth0/stores.')
}

function isThenable (value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value.then === 'function'
}

/** Our part of a session of such a store; `undefined` for anybody else's. */
function toEntry (session: unknown): { key: string, entry: SessionEntry } | undefined {
  return isObject(session) ? readEntry(session.auth0) : undefined
}
