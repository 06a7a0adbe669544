import { createHash } from 'node:crypto'
import { withLease } from '../stateful/lease.js'
import { KnownEntries, type KnownEntry } from './known-entries.js'
import { FIELDS, LISTED_FIELDS, stampBegin, STATE_FIELDS, toFields, toListed, type Listed } from './redis-fields.js'
import { redisSpace, texts, type RedisSpace, type RedisStoreOptions } from './redis-client.js'
import {
  CREATE, DELETE_IF, INDEX_ADD, INDEX_LIST, INDEX_REMOVE, LOCK, READ, TOUCH, UNLOCK, UPDATE
} from './redis-scripts.js'
import { byAge, filterPairs, INDEXED_FIELDS, ownerMatches, toListing } from '../session-filter.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionOwner, SessionStore } from '../../../types/stores.js'

/** How many sessions of an index are looked at together. */
const BATCH = 100

/**
 * Keeps sessions in Redis or Valkey: a hash per session, which alone is changed atomically, and sorted sets of session
 * keys by user, Auth0 session and organization. The sets are written first and only point out candidates:
 * whose session it is, the session itself says.
 */
export class RedisSessionStore implements SessionStore {
  readonly #space: RedisSpace
  readonly #known = new KnownEntries()

  constructor (options: RedisStoreOptions) {
    this.#space = redisSpace(options, 'auth0:session:')
  }

  async create (key: string, entry: SessionEntry): Promise<void> {
    this.#known.delete(key)
    await this.#index(key, entry.owner, entry.expiresAt)
    await this.#space.redis.run(CREATE, this.#entryKey(key), this.#timeToLive(entry.expiresAt), ...toFields(entry))
  }

  /**
   * Of an entry that this process has read before, only what may have changed is asked for.
   * @param how `fresh`: from the primary; a client may send what else `get` asks to a replica, which lags
   */
  get (key: string, how?: { fresh: boolean }): Promise<SessionEntry | undefined> {
    const read = how?.fresh === true ? this.#readPrimary : this.#read
    const known = this.#known.get(key)
    return known === undefined ? this.#getAll(key, read) : this.#getAgain(key, known, read)
  }

  readonly #read: Read = (name, fields) => this.#space.redis.hashFields(name, fields)

  readonly #readPrimary: Read = async (name, fields) => texts(await this.#space.redis.run(READ, name, ...fields))

  async #getAll (key: string, read: Read): Promise<SessionEntry | undefined> {
    const name = this.#entryKey(key)
    const fields = await read(name, FIELDS)
    const [value, version, ...listed] = fields
    const live = toListed(listed)
    if (value === undefined || version === undefined || live === undefined) return undefined
    const entry: SessionEntry = { value, version: Number(version), ...live }
    const [end, stamp] = fields.slice(-2)
    // What an earlier version of this package wrote last has no stamp, or that of a version before.
    if (stamp?.startsWith(stampBegin(version)) === true) {
      this.#known.set(key, { stamp, version, name, end: end!, entry })
    }
    return this.#unlessOver(entry)
  }

  #getAgain (key: string, known: KnownEntry, read: Read): Promise<SessionEntry | undefined> {
    return read(known.name, STATE_FIELDS).then(([stamp, version, end]) => {
      // Earlier versions of this package write no stamp, but they count.
      if (stamp !== known.stamp || version !== known.version) {
        this.#known.delete(key)
        return end === undefined ? undefined : this.#getAll(key, read)
      }
      if (end !== known.end) {
        known.end = end!
        known.entry.expiresAt = Number(end)
      }
      return this.#unlessOver(known.entry)
    })
  }

  /** A copy: a store that wraps this one may change what it gets, and what is known stays as it is. */
  #unlessOver ({ value, version, owner, createdAt, expiresAt }: SessionEntry): SessionEntry | undefined {
    return expiresAt > this.#space.now()
      ? { value, version, owner: Object.assign({}, owner), createdAt, expiresAt }
      : undefined
  }

  async update (key: string, entry: SessionEntry): Promise<boolean> {
    this.#known.delete(key)
    await this.#index(key, entry.owner, entry.expiresAt)
    return isDone(
      await this.#space.redis.run(UPDATE, this.#entryKey(key), entry.version - 1, this.#space.now(),
        this.#timeToLive(entry.expiresAt), ...toFields(entry))
    )
  }

  async touch (key: string, expiresAt: number): Promise<boolean> {
    const entry = await this.#listed(key)
    if (entry === undefined) return false
    await this.#index(key, entry.owner, expiresAt)
    return isDone(
      await this.#space.redis.run(TOUCH, this.#entryKey(key), this.#space.now(), this.#timeToLive(expiresAt), expiresAt)
    )
  }

  async delete (key: string): Promise<void> {
    await this.#remove(key, [])
  }

  async deleteWhere (filter: SessionFilter): Promise<number> {
    const pairs = filterPairs(filter)
    let deleted = 0
    await this.#eachCandidate(pairs, async key => {
      if (await this.#remove(key, pairs)) deleted++
    })
    return deleted
  }

  async list (filter: SessionFilter): Promise<SessionListing[]> {
    const pairs = filterPairs(filter)
    const found: SessionListing[] = []
    await this.#eachCandidate(pairs, async key => {
      const entry = await this.#listed(key)
      if (entry !== undefined && ownerMatches(entry.owner, pairs)) found.push(toListing(key, entry))
    })
    return found.sort(byAge)
  }

  async lock<T> (key: string, how: { leaseSeconds: number, waitSeconds: number },
    work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const lockKey = `${this.#space.prefix}lock:${key}`
    return await withLease({
      acquire: async (token, leaseSeconds) =>
        isDone(await this.#space.redis.run(LOCK, lockKey, token, Math.ceil(leaseSeconds * 1000))),
      release: async token => {
        await this.#space.redis.run(UNLOCK, lockKey, token)
      }
    }, how, work)
  }

  /** Makes the session findable until `expiresAt`. Never takes it out: another request may be about to write it. */
  async #index (key: string, owner: SessionOwner, expiresAt: number): Promise<void> {
    if (expiresAt <= this.#space.now()) return
    await Promise.all(
      this.#indexKeys(owner).map(async index =>
        await this.#space.redis.run(INDEX_ADD, index, this.#space.now(), key, expiresAt)
      )
    )
  }

  /** Deletes an entry that matches, then its traces in the indexes; says whether a live one was there. */
  async #remove (key: string, pairs: readonly [string, string][]): Promise<boolean> {
    this.#known.delete(key)
    const entry = this.#live(
      await this.#space.redis.run(DELETE_IF, this.#entryKey(key), LISTED_FIELDS.join(' '), ...pairs.flat())
    )
    if (entry === undefined) return false
    await Promise.all(
      this.#indexKeys(entry.owner).map(async index =>
        await this.#space.redis.run(INDEX_REMOVE, index, key, this.#space.now())
      )
    )
    return true
  }

  async #eachCandidate (pairs: [keyof SessionFilter, string][], visit: (key: string) => Promise<void>): Promise<void> {
    const [field, value] = pairs[0]!
    const listed = await this.#space.redis.run(INDEX_LIST, this.#indexKey(field, value), this.#space.now())
    const keys = listed === null ? await this.#allKeys() : texts(listed).filter(key => key !== '')
    for (let start = 0; start < keys.length; start += BATCH) {
      await Promise.all(keys.slice(start, start + BATCH).map(visit))
    }
  }

  /** Every session: what an index may have pointed out that is not there any more. */
  async #allKeys (): Promise<string[]> {
    const prefix = this.#entryKey('')
    return (await this.#space.redis.keysFrom(prefix)).map(key => key.slice(prefix.length))
  }

  async #listed (key: string): Promise<Listed | undefined> {
    return this.#live(await this.#readPrimary(this.#entryKey(key), LISTED_FIELDS))
  }

  #live (reply: unknown): Listed | undefined {
    const entry = toListed(texts(reply))
    return entry !== undefined && entry.expiresAt > this.#space.now() ? entry : undefined
  }

  #entryKey (key: string): string {
    return `${this.#space.prefix}entry:${key}`
  }

  /** Hashed: a list of Redis' keys names nobody. */
  #indexKey (field: string, value: string): string {
    return `${this.#space.prefix}${field}:${createHash('sha256').update(value).digest('base64url')}`
  }

  #indexKeys (owner: SessionOwner): string[] {
    return INDEXED_FIELDS.flatMap(field => owner[field] === undefined ? [] : [this.#indexKey(field, owner[field])])
  }

  #timeToLive (expiresAt: number): number {
    return Math.ceil((expiresAt - this.#space.now()) * 1000)
  }
}

/** Reads fields of a hash. */
type Read = (name: string, fields: readonly string[]) => Promise<(string | undefined)[]>

/** Scripts answer 1 for done and 0 for not; as a string or number by the client's settings. */
function isDone (reply: unknown): boolean {
  return Number(reply) === 1
}
