import { randomBytes } from 'node:crypto'
import { NEVER_BOUND_AFTER, type DeviceGate } from '../device/device-gate.js'
import { absoluteEnd, type Lifetime } from '../lifetime.js'
import { noTokens, type DeviceSessions, type Sessions } from '../sessions.js'
import { bounded } from '../store-deadline.js'
import type { CookieJar, SessionEntry, SessionRecord, SessionStore } from '../../../types/stores.js'
import { identityOf, type Identity, type IdentityCookies } from './identity-cookies.js'
import type { SessionCodec } from './session-codec.js'
import { ownerOf, type Found, type StoredSessions } from './stored-sessions.js'

interface BindableStoredSessionsOptions {
  gate: DeviceGate
  store: SessionStore
  stored: StoredSessions
  cookies: IdentityCookies
  codec: SessionCodec
  lifetime: Lifetime
  now: () => number
  /** Seconds one call to the store may take. */
  timeout: number
  update: Sessions['update']
  /** Told what a request is to find from now on. */
  onBound: (jar: CookieJar, found: Found) => void
}

/** What is asked about devices, beside what the device routes do. */
interface BindableStoredSessions extends DeviceSessions {
  /** Whether this request may open a session. */
  admits(jar: CookieJar, found: Found): boolean
  /** Told of a session whose place a bound one has taken. */
  refuseReplaced(jar: CookieJar): (record: SessionRecord) => void
  /** Keeps a session that is about to end from being bound; returns the bound one where that came first. */
  close(found: Found): Promise<Found>
}

const ATTEMPTS = 5

/**
 * Sessions in a store that can be bound to devices. What was there under the former id names the successor: for a
 * minute it leads there, in all processes, and after that it tells copies of the former cookie.
 */
export function bindableStoredSessions (options: BindableStoredSessionsOptions): BindableStoredSessions {
  const { gate, store, stored, cookies, codec, lifetime, now, timeout, update } = options
  const call = async <T>(what: string, work: () => Promise<T>): Promise<T> => await bounded(what, timeout, work)

  /** What stands for a session under its former id: nobody's, so that nobody lists it. */
  function forwarding ({ key, entry, record }: Found, to: string): SessionEntry {
    const { id, user: { sub }, domain, issuer, createdAt } = record
    const version = entry.version + 1
    const former: SessionRecord = {
      id,
      version,
      user: { sub },
      domain,
      issuer,
      createdAt,
      updatedAt: now(),
      successor: { id: to, at: now() },
      ...(record.ceiling !== undefined && { ceiling: record.ceiling })
    }
    return {
      value: codec.pack({ record: former, tokens: noTokens(id) }),
      version,
      owner: { iss: 'bound', sub: key },
      createdAt,
      expiresAt: entry.expiresAt
    }
  }

  /** The new session first: whoever holds the former id finds one of the two at any moment. */
  async function replace (found: Found, next: SessionRecord, to: Identity): Promise<SessionEntry | undefined> {
    const { id, version } = next
    const entry: SessionEntry = {
      value: codec.pack({ record: next, tokens: { ...stored.tokensOf(found), id, version } }),
      version: 1,
      owner: ownerOf(next),
      createdAt: next.createdAt,
      expiresAt: found.entry.expiresAt
    }
    await call('create', async () => await store.create(to.key, entry))
    // A store that fails here may have written: the new session stays then, as the former id may lead to it.
    if (await call('update', async () => await store.update(found.key, forwarding(found, id)))) return entry
    await call('delete', async () => await store.delete(to.key))
    return undefined
  }

  /** An id that no session has. */
  const newId = (): string => randomBytes(18).toString('base64url')

  return {
    async close (found) {
      let last = found
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { id, key, record } = last
        if (record.device !== undefined || now() > record.createdAt + NEVER_BOUND_AFTER) break
        const nowhere = forwarding(last, newId())
        if (await call('update', async () => await store.update(key, nowhere))) break
        const next = await stored.find(identityOf(id))
        if (next === undefined) break
        last = next
      }
      return last
    },

    admits (jar, { record, byFormerId }) {
      const overdue = gate.isOverdue(record)
      if (!overdue && (byFormerId === true || gate.proves(jar, record))) {
        if (byFormerId === true) gate.admit(jar, record.id)
        return true
      }
      gate.refuse(jar, record, overdue ? 'not_bound' : 'unbound_copy')
      return false
    },

    refuseReplaced: jar => record => {
      gate.refuse(jar, record, 'unbound_copy')
    },

    refused: jar => gate.refused(jar),
    attributes: jar => gate.attributes(jar),

    async held (jar) {
      const found = await stored.newest(cookies.held(jar) ?? [])
      return found === undefined || gate.isOverdue(found.record) ? undefined : found.record
    },

    async bind (jar, id, device) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await stored.find(identityOf(id))
        if (found === undefined || found.record.device !== undefined) return undefined
        const { record } = found
        const to = identityOf(newId())
        const next: SessionRecord = {
          ...record,
          id: to.id,
          version: record.version + 1,
          updatedAt: Math.max(now(), record.updatedAt),
          device: { ...device, since: Math.floor(now()), from: id, round: 0 }
        }
        const entry = await replace(found, next, to)
        if (entry === undefined) continue
        if (await stored.overtaken(next, to.key)) return undefined
        cookies.write(jar, to.id, Math.max(0, Math.floor(absoluteEnd(next, lifetime) - now())))
        gate.write(jar, next)
        options.onBound(jar, { ...to, entry, record: next })
        return next
      }
      return undefined
    },

    async prove (jar, { id }, round) {
      const saved = await update(jar, id, ({ record, tokens }) =>
        record.device?.round === round
          ? { record: { ...record, device: { ...record.device, round: round + 1 } }, tokens }
          : undefined)
      if (saved !== undefined) gate.write(jar, saved.record)
      return saved?.record
    }
  }
}
