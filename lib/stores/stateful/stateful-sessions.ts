import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SessionStoreError } from '../../errors.js'
import { createKeyedMutex } from '../../base/keyed-mutex.js'
import { absoluteEnd, sessionEnd, touchDue, type Lifetime } from '../lifetime.js'
import { createOpenedCache } from '../sealing/opened-cache.js'
import { deepFreeze } from '../../base/json.js'
import { noTokens, type SessionCookieNames, type Sessions } from '../sessions.js'
import { bounded, boundedLock } from '../store-deadline.js'
import { createSessionCodec } from './session-codec.js'
import { openTossed } from '../stateless/tossed-cookies.js'
import type { Sealer } from '../sealing/seal.js'
import type {
  Awaitable, CookieAttributes, CookieJar, RevocationStore, SessionEntry, SessionOwner, SessionRecord, SessionStore,
  SessionTokens, SessionData
} from '../../../types/stores.js'

/** What `createStatefulSessions` needs. */
export interface StatefulSessionsOptions {
  store: SessionStore
  names: (secure: boolean) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  /** Seals what the store keeps; without it the store keeps it in the clear. */
  sealer?: Sealer | undefined
  /** Seals the id in the cookie, so that a session's id alone opens nothing and no made-up cookie reaches the store. */
  idSealer?: Sealer | undefined
  lifetime: Lifetime
  /** Epoch seconds. */
  now: () => number
  /** Seconds one call to the store may take; calls about many sessions may take ten times as long. */
  timeout: number
  onStoreError: 'fail' | 'anonymous'
  warn: (code: string, detail: object) => void
  /** Asked when a session was written: a logout from outside may have overtaken the login. */
  revocations?: RevocationStore | undefined
  /**
   * Seconds for which revocations are remembered: as long as what they end can come back. Default 600, for logins on
   * their way; imported sessions live on in cookies of other libraries.
   */
  revocationDuration?: number
  /** Opened claims that are remembered. Default 5000; 0 for none. */
  cacheEntries?: number
  /** Seconds the lock on a session lasts, and seconds it is waited for. */
  lease: { leaseSeconds: number, waitSeconds: number }
}

const ID_SHAPE = /^[\w-]{22,128}$/
const SEALED_ID_SHAPE = /^[\w.-]{22,512}$/
const UPDATE_ATTEMPTS = 5
const BULK = 10
/** Seconds a login may need from the birth of its session to its entry in the store, with a wide margin. */
export const LOGIN_IN_FLIGHT = 600

/** A session by its id, and by the name the store has for it. */
interface Identity {
  readonly id: string
  readonly key: string
}

/** A session as the store holds it. */
interface Found extends Identity {
  entry: SessionEntry
  record: SessionRecord
}

/** The name under which a store keeps a session: whoever steals the store learns no id. */
export function storeKey (id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

function identityOf (id: string): Identity {
  return { id, key: storeKey(id) }
}

function toIdentity (id: string | undefined): Identity | undefined {
  return id !== undefined && ID_SHAPE.test(id) ? identityOf(id) : undefined
}

/** Sessions kept in a `SessionStore`; the cookie holds only their id. */
export function createStatefulSessions (options: StatefulSessionsOptions): Sessions {
  const { store, idSealer, lifetime, now, timeout, lease, revocations, warn } = options
  const revocationDuration = options.revocationDuration ?? LOGIN_IN_FLIGHT
  const cacheEntries = options.cacheEntries ?? 5000
  const codec = createSessionCodec(options.sealer, cacheEntries)
  /** What sealed cookies name; whether the session still lives the store is asked every time. */
  const identities = createOpenedCache<Identity>({ maxEntries: cacheEntries })
  const inTurn = createKeyedMutex()
  /** What each request last saw: its tokens come from the same read as its claims. */
  const lastSeen = new WeakMap<CookieJar, Found>()
  /**
   * Ids a request came with although no session was found: they are ended all the same when the request ends its
   * session.
   */
  const lost = new WeakMap<CookieJar, Identity>()
  /** Sessions whose lock this process holds. */
  const locked = new Set<string>()
  const touching = new Map<string, Promise<boolean>>()

  const call = <T>(what: string, work: () => Awaitable<T>): Promise<T> => bounded(what, timeout, work)
  const bulk = <T>(what: string, work: () => Awaitable<T>): Promise<T> => bounded(what, timeout * BULK, work)

  function identityIn (jar: CookieJar): Identity | undefined {
    const name = options.names(jar.secure).session
    const value = jar.get(name)
    return value === undefined ? undefined : open(value) ?? openTossed(jar, name, open, warn)
  }

  function open (value: string): Identity | undefined {
    if (idSealer === undefined) return toIdentity(value)
    const known = identities.get(value)
    if (known !== undefined || !SEALED_ID_SHAPE.test(value)) return known
    const opened = toIdentity(idSealer.open(value)?.toString())
    if (opened !== undefined) identities.set(value, opened)
    return opened
  }

  function clearCookies (jar: CookieJar): void {
    if (!jar.writable) return
    for (const name of Object.values(options.names(jar.secure))) {
      if (jar.get(name) !== undefined) jar.clear(name, options.attributes(jar.secure))
    }
  }

  /** The session under an id, and whether the store has anything there: it may be unreadable, or over. */
  async function lookUp ({ id, key }: Identity): Promise<{ found: Found | undefined, missing: boolean }> {
    const entry = await call('get', () => store.get(key))
    const record = entry && codec.openRecord(id, entry.value)
    if (entry === undefined || record === undefined) return { found: undefined, missing: entry === undefined }
    const alive = Math.min(entry.expiresAt, sessionEnd(record, now(), lifetime)) > now()
    return { found: alive ? { id, key, entry, record } : undefined, missing: false }
  }

  async function find (identity: Identity): Promise<Found | undefined> {
    return (await lookUp(identity)).found
  }

  function tokensOf ({ id, entry }: Found): SessionTokens {
    return codec.openTokens(id, entry.value) ?? noTokens(id)
  }

  /** Says whether the session is still there; requests that come together touch once. */
  async function touch (key: string, expiresAt: number): Promise<boolean> {
    let touched = touching.get(key)
    if (touched === undefined) {
      touched = call('touch', () => store.touch(key, expiresAt)).catch((error: unknown) => {
        // Costs some of the session's life, not the request.
        warn('session_touch_failed', { error })
        return true
      }).finally(() => touching.delete(key))
      touching.set(key, touched)
    }
    return await touched
  }

  /** Ends a session again that was born before a revocation and written after it. */
  async function overtaken (record: SessionRecord, key: string): Promise<boolean> {
    if (revocations === undefined) return false
    const revokedAt = await call('revokedAt', () => revocations.revokedAt({ id: record.id, ...ownerOf(record) }))
    if (revokedAt === undefined || revokedAt < record.createdAt) return false
    await call('delete', () => store.delete(key))
    return true
  }

  return {
    kind: 'store',

    async read (jar, mayTouch = true) {
      if (jar.get(options.names(jar.secure).session) === undefined) return undefined
      lastSeen.delete(jar)
      const identity = identityIn(jar)
      let found: Found | undefined
      let missing = false
      try {
        if (identity !== undefined) ({ found, missing } = await lookUp(identity))
      } catch (error) {
        if (options.onStoreError === 'fail') throw error
        warn('session_store_failed', { error })
        return undefined
      }
      if (found === undefined) {
        if (identity !== undefined) lost.set(jar, identity)
        // A store may miss once, as a replica that lags behind: the cookie stays, and the next request asks again.
        if (!missing) clearCookies(jar)
        return undefined
      }
      const { key, entry, record } = found
      const renewed = sessionEnd(record, now(), lifetime)
      const lastActivity = lifetime.rolling
        ? Math.min(now(), entry.expiresAt - lifetime.inactivityDuration)
        : record.updatedAt
      const due = renewed < entry.expiresAt ||
        (mayTouch && renewed > entry.expiresAt && touchDue(lastActivity, now(), lifetime))
      if (due && !await touch(key, renewed)) {
        clearCookies(jar)
        return undefined
      }
      lastSeen.set(jar, found)
      return due
        ? { record, lastActivity: now(), expiresAt: renewed }
        : { record, lastActivity, expiresAt: entry.expiresAt }
    },

    async tokens (jar, record) {
      let found = lastSeen.get(jar)
      // Under the session's lock only the store's word counts: another process may just have written.
      if (found?.id !== record.id || locked.has(record.id)) found = await find(identityOf(record.id))
      if (found === undefined) return undefined
      lastSeen.set(jar, found)
      return tokensOf(found)
    },

    async create (jar, session) {
      const { record } = session
      const previous = identityIn(jar) ?? lost.get(jar)
      lastSeen.delete(jar)
      // The old session first: when this fails nothing has changed, and when what follows fails there is no session at
      // all.
      if (previous !== undefined) await call('delete', () => store.delete(previous.key))
      clearCookies(jar)
      const identity = identityOf(record.id)
      const entry: SessionEntry = {
        value: codec.pack({ record, tokens: { ...session.tokens, id: record.id, version: record.version } }),
        version: 1,
        owner: ownerOf(record),
        createdAt: record.createdAt,
        expiresAt: sessionEnd(record, now(), lifetime)
      }
      await call('create', () => store.create(identity.key, entry))
      if (await overtaken(record, identity.key)) return
      lastSeen.set(jar, { ...identity, entry, record })
      jar.set(options.names(jar.secure).session, idSealer === undefined ? record.id : idSealer.seal(record.id), {
        ...options.attributes(jar.secure),
        // The browser keeps the id as long as use could prolong the session; when it ends earlier is the store's
        // business.
        maxAge: Math.max(0, Math.floor(absoluteEnd(record, lifetime) - now()))
      })
    },

    async update (jar, id, change) {
      const since = performance.now()
      const identity = identityOf(id)
      return await inTurn(id, async () => {
        // Whoever waits behind a store that does not answer shall not wait for every one before.
        if (performance.now() - since > timeout * 1000) {
          throw new SessionStoreError('The session store was too slow for this many writes of one session.')
        }
        for (let attempt = 0; attempt < UPDATE_ATTEMPTS; attempt++) {
          if (attempt > 0) await sleep(20 * attempt * Math.random())
          const found = await find(identity)
          if (found === undefined) return undefined
          const current = { record: found.record, tokens: tokensOf(found) }
          const wanted = change(current)
          if (wanted === undefined || (wanted.record === current.record && wanted.tokens === current.tokens)) {
            return wanted
          }
          const changed = stamp(current, wanted, now())
          const entry: SessionEntry = {
            value: codec.pack(changed),
            version: found.entry.version + 1,
            owner: ownerOf(changed.record),
            createdAt: changed.record.createdAt,
            // A write may shorten the session's life; only use prolongs it.
            expiresAt: Math.min(found.entry.expiresAt, sessionEnd(changed.record, now(), lifetime))
          }
          if (await call('update', () => store.update(found.key, entry))) {
            lastSeen.set(jar, { ...found, entry, record: changed.record })
            return changed
          }
        }
        throw new SessionStoreError('The session was changed by others at every attempt to write it.')
      })
    },

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
      const identity = identityIn(jar) ?? lost.get(jar)
      const seen = lastSeen.get(jar)
      lastSeen.delete(jar)
      clearCookies(jar)
      if (identity === undefined) return undefined
      // Deleting decides whether the session is over; who it belonged to is only good to know.
      const found = seen ?? await find(identity).catch(() => undefined)
      await call('delete', () => store.delete(identity.key))
      return found?.record
    },

    async revoke ({ id, ...filter }) {
      if (id === undefined) {
        // Before the entries: a login that is written in between finds this when it looks back.
        if (revocations !== undefined) {
          await call('revoke', () => revocations.revoke(filter, now(), now() + revocationDuration))
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

/** Gives what was replaced its place in time: the id stays, the version grows. */
function stamp (current: SessionData, { record, tokens }: SessionData, time: number): SessionData {
  const { id } = current.record
  const version = Math.max(current.record.version, current.tokens.version) + 1
  return {
    record: record === current.record ? record : deepFreeze({ ...record, id, version, updatedAt: time }),
    tokens: tokens === current.tokens ? tokens : { ...tokens, id, version }
  }
}

function ownerOf ({ issuer, user, sid }: SessionRecord): SessionOwner {
  return {
    iss: issuer,
    sub: user.sub,
    ...(typeof sid === 'string' && { sid }),
    ...(typeof user.org_id === 'string' && { organization: user.org_id })
  }
}
