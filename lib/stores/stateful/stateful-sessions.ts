import { absoluteEnd, bornAfter, sessionEnd, touchDue, type Lifetime } from '../lifetime.js'
import { laneOf, type LiveSession, type SessionCookieNames, type Sessions } from '../sessions.js'
import { bounded, boundedLock } from '../store-deadline.js'
import type { DeviceGate } from '../device/device-gate.js'
import { bindableStoredSessions } from './bindable-stored-sessions.js'
import { createSessionCodec } from './session-codec.js'
import { createStoredSessions, ownerOf, type Found } from './stored-sessions.js'
import { updating } from './update-session.js'
import { createIdentityCookies, identityOf, storeKey, type Identity } from './identity-cookies.js'
import type { Sealer } from '../sealing/seal.js'
import type {
  Awaitable, CookieAttributes, CookieJar, RevocationStore, SessionEntry, SessionStore
} from '../../../types/stores.js'

/** What `createStatefulSessions` needs. */
export interface StatefulSessionsOptions {
  store: SessionStore
  names: (jar: CookieJar) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  /** Whether the cookie ends with the browser. */
  transient?: boolean
  /** Seals what the store keeps; without it the store keeps it in the clear. */
  sealer?: Sealer | undefined
  /** Seals the id in the cookie, so that a session's id alone opens nothing and no made-up cookie reaches the store. */
  idSealer: Sealer
  lifetime: Lifetime
  /** Epoch seconds. */
  now: () => number
  /** Seconds one call to the store may take; calls about many sessions may take ten times as long. */
  timeout: number
  onStoreError: 'fail' | 'anonymous'
  warn: (code: string, detail: object) => void
  /** Asked when a session was written: a logout from outside may have overtaken the login. */
  revocations?: RevocationStore | undefined
  /** Seconds that the clocks of two servers may differ. */
  clockTolerance: number
  /**
   * Seconds for which revocations are remembered: as long as what they end can come back. Default 600, for logins on
   * their way; imported sessions live on in cookies of other libraries.
   */
  revocationDuration?: number | undefined
  /** Opened claims that are remembered; 0 for none. */
  cacheEntries: number
  /** Where sessions are bound to devices. */
  gate?: DeviceGate | undefined
  /** Seconds the lock on a session lasts, and seconds it is waited for. */
  lease: { leaseSeconds: number, waitSeconds: number }
}

const BULK = 10
/** Seconds a login may need from the birth of its session to its entry in the store, with a wide margin. */
export const LOGIN_IN_FLIGHT = 600

/** Sessions kept in a `SessionStore`; the cookie holds only their id. */
export function createStatefulSessions (options: StatefulSessionsOptions): Sessions {
  const { store, lifetime, now, timeout, lease, revocations, warn, clockTolerance } = options
  const revocationDuration = options.revocationDuration ?? LOGIN_IN_FLIGHT
  const codec = createSessionCodec(options.sealer)
  const cookies = createIdentityCookies(options)
  const stored = createStoredSessions({ ...options, codec })
  /** Where each request's jar has what was seen last: its tokens come from the same read as its claims. */
  const lastSeen = Symbol('last seen')
  type Seeing = CookieJar & { [lastSeen]?: Found | undefined }
  const seen = (jar: CookieJar): Found | undefined => (jar as Seeing)[lastSeen]
  const see = (jar: CookieJar, found: Found | undefined): void => {
    (jar as Seeing)[lastSeen] = found
  }
  /** Sessions whose lock this process holds. */
  const locked = new Set<string>()

  const call = <T>(what: string, work: () => Awaitable<T>): Promise<T> => bounded(what, timeout, work)
  const bulk = <T>(what: string, work: () => Awaitable<T>): Promise<T> => bounded(what, timeout * BULK, work)

  /** By the application's choice a store that fails means "nobody is logged in". */
  function storeFailed (error: unknown): undefined {
    if (options.onStoreError === 'fail') throw error
    warn('session_store_failed', { error })
    return undefined
  }

  /**
   * What a request finds; writes its activity down when that is due. Where nothing is found, the cookie stays: a
   * replica may be behind, and an answer under way may have set it anew.
   */
  function settle (jar: CookieJar, found: Found | undefined,
    mayTouch: boolean): Awaitable<LiveSession | undefined> {
    if (found === undefined || devices?.admits(jar, found) === false) return undefined
    const { key, entry, record } = found
    const time = now()
    const renewed = sessionEnd(record, time, lifetime)
    const lastActivity = lifetime.rolling
      ? Math.min(time, entry.expiresAt - lifetime.inactivityDuration)
      : record.updatedAt
    const due = renewed < entry.expiresAt ||
      (mayTouch && renewed > entry.expiresAt && touchDue(lastActivity, time, lifetime))
    if (!due) {
      see(jar, found)
      return { record, lastActivity, expiresAt: entry.expiresAt }
    }
    return stored.touch(key, renewed).then(isThere => {
      if (!isThere) return undefined
      see(jar, found)
      return { record, lastActivity: now(), expiresAt: renewed }
    })
  }

  const update = updating({ ...options, stored, codec, onFound: see })

  const devices = options.gate && bindableStoredSessions({
    ...options,
    gate: options.gate,
    stored,
    cookies,
    codec,
    update,
    onBound: see
  })

  /** What a new login ends; a copy of another device's session stays, and the owner's goes on. */
  async function previousOf (jar: CookieJar): Promise<Identity | undefined> {
    const held = cookies.held(jar) ?? []
    if (devices === undefined && held.length <= 1) return held[0]
    const found = await stored.newest(held)
    if (found === undefined || devices === undefined) return found
    return devices.admits(jar, found) ? await devices.close(found) : undefined
  }

  return {
    kind: 'store',
    device: devices,

    read (jar, mayTouch = true) {
      const identities = cookies.held(jar)
      if (identities === undefined) return undefined
      see(jar, undefined)
      try {
        const found = stored.newest(identities, devices?.refuseReplaced(jar))
        return found instanceof Promise
          ? found.then(newest => settle(jar, newest, mayTouch), storeFailed)
          : settle(jar, found, mayTouch)
      } catch (error) {
        return storeFailed(error)
      }
    },

    async tokens (jar, record) {
      let found = seen(jar)
      // Under the session's lock only the store's word counts: another process may just have written.
      if (found?.id !== record.id || locked.has(laneOf(record))) found = await stored.find(identityOf(record.id))
      if (found === undefined) return undefined
      see(jar, found)
      return stored.tokensOf(found)
    },

    begin: born => bornAfter(stored.revokedAt(born), born.createdAt, { tolerance: clockTolerance, warn }),

    async create (jar, session) {
      const { record } = session
      const previous = await previousOf(jar)
      see(jar, undefined)
      // The old session first: when this fails nothing has changed, and when what follows fails there is no session at
      // all.
      if (previous !== undefined) await call('delete', () => store.delete(previous.key))
      cookies.clear(jar)
      const identity = identityOf(record.id)
      const entry: SessionEntry = {
        value: codec.pack({ record, tokens: { ...session.tokens, id: record.id, version: record.version } }),
        version: 1,
        owner: ownerOf(record),
        createdAt: record.createdAt,
        expiresAt: sessionEnd(record, now(), lifetime)
      }
      await call('create', () => store.create(identity.key, entry))
      if (await stored.overtaken(record, identity.key)) return
      see(jar, { ...identity, entry, record })
      // The browser keeps the id as long as use could prolong the session; when it ends before is the store's matter.
      cookies.write(jar, record.id, Math.max(0, Math.floor(absoluteEnd(record, lifetime) - now())))
    },

    async load (_jar, id) {
      const found = await stored.find(identityOf(id))
      return found && stored.dataOf(found)
    },

    update,

    async lock (id, work) {
      if (store.lock === undefined) return await work(undefined)
      return await boundedLock(
        lease.waitSeconds + timeout,
        async locked => await store.lock!(storeKey(id), lease, locked),
        async signal => {
          locked.add(id)
          return await work(signal).finally(() => locked.delete(id))
        }
      )
    },

    async destroy (jar) {
      const all = cookies.held(jar) ?? []
      // Under a former id there may be a bound session by now.
      const before = devices === undefined ? seen(jar) : undefined
      see(jar, undefined)
      cookies.clear(jar, true)
      if (all.length === 0) return undefined
      // Deleting decides whether the session is over; who it belonged to is only good to know.
      const found = before ?? await Promise.resolve(all).then(stored.newest)
        .then(async one => one && devices !== undefined ? await devices.close(one) : one).catch(() => undefined)
      const keys = new Set([...all, ...(found === undefined ? [] : [found])].map(({ key }) => key))
      await Promise.all([...keys].map(async key => {
        await call('delete', () => store.delete(key))
      }))
      return found?.record
    },

    async revoke ({ id, ...filter }) {
      if (id === undefined) {
        // Before the entries: a login that is written in between finds this when it looks back.
        if (revocations !== undefined) {
          // A login on its way at a server whose clock is ahead is meant, too.
          const at = now() + clockTolerance
          await bounded('revoke', timeout, () => revocations.revoke(filter, at, at + revocationDuration), 'revocation')
        }
        return await bulk('deleteWhere', () => store.deleteWhere(filter))
      }
      const key = storeKey(id)
      const existed = await call('get', () => store.get(key))
      await call('delete', () => store.delete(key))
      return existed === undefined ? 0 : 1
    },

    async list (filter) {
      return await bulk('list', () => store.list(filter))
    }
  }
}
