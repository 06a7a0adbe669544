import { andThen } from '../../base/awaitable.js'
import { deepFreeze } from '../../base/json.js'
import { sessionEnd, type Lifetime } from '../lifetime.js'
import { noTokens, type BornSession } from '../sessions.js'
import { checkedEntry, checkedMoment } from '../store-answers.js'
import { bounded, boundedSoon } from '../store-deadline.js'
import { bindingGrace } from '../device/device-gate.js'
import { identityOf, type HeldIdentity, type Identity } from './identity-cookies.js'
import { openedValues } from './opened-values.js'
import type { SessionCodec } from './session-codec.js'
import type {
  Awaitable, RevocationStore, SessionData, SessionEntry, SessionOwner, SessionRecord, SessionStore, SessionTokens
} from '../../../types/stores.js'

/** A session as the store holds it. */
export interface Found extends Identity {
  entry: SessionEntry
  record: SessionRecord
  /** Whether it was asked for by the id it had before it was bound to a device. */
  byFormerId?: true
}

/** Told of a session whose place a bound one has taken, and whose id is not followed any more. */
type OnReplaced = (record: SessionRecord) => void

interface StoredSessionsOptions {
  store: SessionStore
  codec: SessionCodec
  lifetime: Lifetime
  /** Epoch seconds. */
  now: () => number
  /** Seconds one call to the store may take. */
  timeout: number
  /** Seconds that the clocks of two servers may differ. */
  clockTolerance: number
  warn: (code: string, detail: object) => void
  revocations?: RevocationStore | undefined
  /** Opened claims that are remembered; 0 for none. */
  cacheEntries: number
}

/** The entries of a store, read as sessions. */
export interface StoredSessions {
  /** The session under an id as it is now; `undefined` when it is absent, unreadable or over by today's settings. */
  find(identity: Identity): Awaitable<Found | undefined>
  /** Of several sessions that a browser holds the newest living one. */
  newest(identities: readonly HeldIdentity[], onReplaced?: OnReplaced): Awaitable<Found | undefined>
  tokensOf(found: Found): SessionTokens
  dataOf(found: Found): SessionData
  /** Prolongs a session, and says whether it is still there; requests that come together touch once. */
  touch(key: string, expiresAt: number): Promise<boolean>
  /** The latest revocation that would end a session. */
  revokedAt(session: BornSession): Awaitable<number | undefined>
  /** Ends a session again that was born before a revocation and written after it. */
  overtaken(record: SessionRecord, key: string): Promise<boolean>
}

export function createStoredSessions (options: StoredSessionsOptions): StoredSessions {
  const { store, codec, lifetime, now, timeout, warn, revocations } = options
  const grace = bindingGrace(options.clockTolerance)
  const openHeld = openedValues(codec, options.cacheEntries)
  const touching = new Map<string, Promise<boolean>>()
  const call = <T>(what: string, work: () => Awaitable<T>): Promise<T> => bounded(what, timeout, work)

  /** At once where the store answers at once. */
  const get = (key: string): Awaitable<SessionEntry | undefined> =>
    boundedSoon('get', timeout, () => store.get(key))

  /** What is written next, or spent, depends on it: a replica that lags will not do. */
  const getFresh = (key: string): Awaitable<SessionEntry | undefined> =>
    boundedSoon('get', timeout, () => store.get(key, { fresh: true }))

  function living ({ id, key }: Identity, entry: SessionEntry, record: SessionRecord | undefined,
    onReplaced?: OnReplaced): Awaitable<Found | undefined> {
    if (record === undefined) return undefined
    const time = now()
    if (entry.expiresAt <= time || sessionEnd(record, time, lifetime) <= time) return undefined
    const { successor } = record
    if (successor === undefined) return { id, key, entry, record }
    if (time < successor.at + grace) {
      return andThen(find(identityOf(successor.id)), found => found && { ...found, byFormerId: true })
    }
    onReplaced?.(record)
    return undefined
  }

  function find (identity: Identity): Awaitable<Found | undefined> {
    return andThen(getFresh(identity.key), entry =>
      entry ? living(identity, checkedEntry(entry), codec.openRecord(identity.id, entry.value)) : undefined)
  }

  function findHeld (identity: HeldIdentity, onReplaced?: OnReplaced): Awaitable<Found | undefined> {
    return andThen(get(identity.key), entry =>
      entry ? living(identity, checkedEntry(entry), openHeld(identity, entry.value), onReplaced) : undefined)
  }

  function tokensOf ({ id, entry }: Found): SessionTokens {
    return codec.openTokens(id, entry.value) ?? noTokens(id)
  }

  function latest (session: BornSession): Awaitable<number | undefined> {
    if (revocations === undefined) return undefined
    const owner = { id: session.id, ...ownerOf(session) }
    return andThen(boundedSoon('revokedAt', timeout, () => revocations.revokedAt(owner), 'revocation'), checkedMoment)
  }

  async function newestOf (identities: readonly HeldIdentity[], onReplaced?: OnReplaced): Promise<Found | undefined> {
    const found = await Promise.all(identities.map(async one => await findHeld(one, onReplaced)))
    return found.filter(one => one !== undefined).sort((a, b) =>
      b.record.createdAt - a.record.createdAt || b.entry.version - a.entry.version
    )[0]
  }

  return {
    find,

    newest (identities, onReplaced) {
      const [only] = identities
      return identities.length > 1 ? newestOf(identities, onReplaced) : only && findHeld(only, onReplaced)
    },

    tokensOf,

    dataOf: found => ({ record: found.record, tokens: tokensOf(found) }),

    async touch (key, expiresAt) {
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
    },

    revokedAt: latest,

    async overtaken (record, key) {
      if (revocations === undefined) return false
      const revokedAt = await latest(record)
      if (revokedAt === undefined || revokedAt < record.createdAt) return false
      await call('delete', () => store.delete(key))
      return true
    }
  }
}

/** Gives what was replaced its place in time: the id stays, the version grows. */
export function stamp (current: SessionData, { record, tokens }: SessionData, time: number): SessionData {
  const { id } = current.record
  const version = Math.max(current.record.version, current.tokens.version) + 1
  return {
    record: record === current.record ? record : deepFreeze({ ...record, id, version, updatedAt: time }),
    tokens: tokens === current.tokens ? tokens : { ...tokens, id, version }
  }
}

export function ownerOf ({ issuer, user, sid }: Omit<BornSession, 'id'>): SessionOwner {
  return {
    iss: issuer,
    sub: user.sub,
    ...(typeof sid === 'string' && { sid }),
    ...(typeof user.org_id === 'string' && { organization: user.org_id })
  }
}
