import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { noteInMemory } from '../../base/in-memory.js'
import { ConfigurationError } from '../../errors.js'
import { byAge, filterPairs, ownerMatches, toListing } from '../session-filter.js'
import { withLease } from '../stateful/lease.js'
import { fullNotice } from './full-notice.js'
import type { Awaitable, SessionEntry, SessionFilter, SessionListing, SessionStore } from '../../../types/stores.js'

/** Options of `MemorySessionStore`. */
export interface MemorySessionStoreOptions {
  /** Sessions that are kept; beyond it the one that was written or prolonged longest ago is dropped. Default 10 000. */
  maxEntries?: number
  /** The clock, epoch seconds. */
  now?: () => number
  /** Told once, when the first session is dropped that still lives. Default: a process warning. */
  onFull?: () => void
}

/**
 * Keeps sessions in this process: for development, tests, and applications of one process that may forget on restart.
 */
export class MemorySessionStore implements SessionStore {
  /** In the order they were written or prolonged. */
  readonly #entries = new Map<string, SessionEntry>()
  readonly #locks = new Map<string, { token: string, until: number }>()
  readonly #maxEntries: number
  readonly #now: () => number
  readonly #full: () => void

  constructor (options: MemorySessionStoreOptions = {}) {
    checkOptionNames(options, ['maxEntries', 'now', 'onFull'], 'a session store in memory')
    noteInMemory(this)
    this.#maxEntries = options.maxEntries ?? 10_000
    if (!Number.isSafeInteger(this.#maxEntries) || this.#maxEntries < 1) {
      throw new ConfigurationError('maxEntries', 'Option "maxEntries" must be a positive integer.')
    }
    this.#now = options.now ?? systemClock
    this.#full = fullNotice('AUTH0_SESSIONS_FULL', 'The memory for sessions is full. The sessions that were used ' +
      'longest ago are dropped, and their users must log in again. Use a session store in Redis or PostgreSQL, or ' +
      'raise "maxEntries".', options.onFull)
  }

  /** How many entries are kept, expired ones included. */
  get size (): number {
    return this.#entries.size
  }

  async create (key: string, entry: SessionEntry): Promise<void> {
    this.#put(key, entry)
    const now = this.#now()
    for (const [oldest, { expiresAt }] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && expiresAt > now) break
      if (expiresAt > now) this.#full()
      this.#entries.delete(oldest)
    }
  }

  /** Answers at once. */
  get (key: string): Awaitable<SessionEntry | undefined> {
    return this.#live(key)
  }

  async update (key: string, entry: SessionEntry): Promise<boolean> {
    if (this.#live(key)?.version !== entry.version - 1) return false
    this.#put(key, entry)
    return true
  }

  async touch (key: string, expiresAt: number): Promise<boolean> {
    const entry = this.#live(key)
    if (entry === undefined) return false
    this.#put(key, { ...entry, expiresAt })
    return true
  }

  async delete (key: string): Promise<void> {
    this.#entries.delete(key)
  }

  async deleteWhere (filter: SessionFilter): Promise<number> {
    const found = await this.list(filter)
    for (const { key } of found) this.#entries.delete(key)
    return found.length
  }

  async list (filter: SessionFilter): Promise<SessionListing[]> {
    const pairs = filterPairs(filter)
    const now = this.#now()
    const found: SessionListing[] = []
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt > now && ownerMatches(entry.owner, pairs)) found.push(toListing(key, entry))
    }
    return found.sort(byAge)
  }

  async lock<T> (key: string, how: { leaseSeconds: number, waitSeconds: number },
    work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await withLease({
      acquire: async (token, leaseSeconds) => {
        const held = this.#locks.get(key)
        if (held !== undefined && held.until > performance.now()) return false
        this.#locks.set(key, { token, until: performance.now() + leaseSeconds * 1000 })
        return true
      },
      release: async token => {
        if (this.#locks.get(key)?.token === token) this.#locks.delete(key)
      }
    }, how, work)
  }

  /** Kept as a frozen copy: what the caller still holds cannot change it. */
  #put (key: string, entry: SessionEntry): void {
    this.#entries.delete(key)
    this.#entries.set(key, Object.freeze({ ...entry, owner: Object.freeze({ ...entry.owner }) }))
  }

  #live (key: string): SessionEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expiresAt > this.#now()) return entry
    this.#entries.delete(key)
    return undefined
  }
}
