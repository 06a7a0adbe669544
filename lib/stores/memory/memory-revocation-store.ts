import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { ForbiddenMemory, type Forbidden } from '../../base/forbidden-memory.js'
import { MemoryRefreshStore } from './memory-refresh-store.js'
import { revocationTarget, sidAndSub, type RevocationKind } from '../revocation/revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

interface Entry extends Forbidden {
  iss: string | undefined
  table: Map<string, Entry>
  key: string
}

/** Options of `MemoryRevocationStore`. */
export interface MemoryRevocationStoreOptions {
  /**
   * Revocations that are kept. Beyond it the oldest goes, and every session that was created before it counts as
   * revoked. Default 100 000.
   */
  maxEntries?: number
  /** The clock, epoch seconds. */
  now?: () => number
  /** Told once, when the first revocation is dropped that still matters. Default: a process warning. */
  onFull?: () => void
}

/** What is revoked of one issuer. */
type IssuerTables = Record<Exclude<RevocationKind, 'id'>, Map<string, Entry>>

/** Expired entries are looked for only when there are at least so many. */
const SWEEP_AT_LEAST = 1024

/**
 * Remembers revocations in this process: it knows nothing of other processes and forgets at a restart.
 * Answers synchronously. Serves as a `refreshStore`, too.
 */
export class MemoryRevocationStore extends MemoryRefreshStore implements RevocationStore {
  readonly #now: () => number
  readonly #ids = new Map<string, Entry>()
  /** Names that are no session's: they hold a blank. Most lists hold nothing else, and then no session is looked up. */
  readonly #marks = new Map<string, Entry>()
  readonly #issuers = new Map<string, IssuerTables>()
  readonly #memory: ForbiddenMemory<Entry>
  #sweepAt = SWEEP_AT_LEAST

  constructor (options: MemoryRevocationStoreOptions = {}) {
    checkOptionNames(options, ['maxEntries', 'now', 'onFull'], 'a revocation store in memory')
    const { maxEntries = 100_000, now = systemClock, onFull = warnOfFullList } = options
    super({ now })
    this.#now = now
    this.#memory = new ForbiddenMemory({
      maxEntries,
      onFull,
      forget: entry => this.#forget(entry)
    })
  }

  /** Entries that are kept. */
  get size (): number {
    return this.#memory.size
  }

  revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): void {
    const { iss, table, key } = this.#place(filter)
    const before = table.get(key)
    if (before) this.#memory.remove(before)
    const entry = {
      iss,
      table,
      key,
      at: Math.max(revokedAt, before?.at ?? 0),
      until: Math.max(expiresAt, before?.until ?? 0)
    }
    table.set(key, entry)
    this.#memory.add(entry, this.#now())
    if (this.#memory.size < this.#sweepAt) return
    this.#memory.sweep(this.#now())
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, this.#memory.size * 2)
  }

  revokedAt (owner: RevocationOwner): number | undefined {
    const latest = this.known(owner)
    // A name that is no session's was put on the list, or it was not; the session it is about counts as revoked itself.
    if (!this.#memory.isFloored || owner.iss === '') return latest
    const floor = this.#memory.floor(this.#now())
    return floor === -Infinity ? latest : Math.max(floor, latest ?? floor)
  }

  /** The latest revocation that is kept. Unlike `revokedAt` it does not count those that were dropped. */
  known (owner: RevocationOwner): number | undefined {
    // Where there are none, the name need not be hashed.
    if (owner.iss === '') return this.#marks.size === 0 ? undefined : this.#marks.get(owner.id)?.at
    if (this.#memory.size === this.#marks.size) return undefined
    const latest = latestIn(this.#issuers.get(owner.iss), owner, this.#ids.get(owner.id)?.at)
    const { clientId } = owner
    return clientId === undefined ? latest : latestIn(this.#issuers.get(ofClient(owner.iss, clientId)), owner, latest)
  }

  #place (filter: RevocationFilter): Pick<Entry, 'iss' | 'table' | 'key'> {
    const { kind, value: key } = revocationTarget(filter)
    if (kind === 'id') return { iss: undefined, table: key.includes(' ') ? this.#marks : this.#ids, key }
    const iss = filter.clientId === undefined ? filter.iss! : ofClient(filter.iss!, filter.clientId)
    let tables = this.#issuers.get(iss)
    if (!tables) {
      this.#issuers.set(iss, tables = { sid: new Map(), sub: new Map(), organization: new Map(), 'sid+sub': new Map() })
    }
    return { iss, table: tables[kind], key }
  }

  #forget ({ iss, table, key }: Entry): void {
    table.delete(key)
    const tables = iss === undefined ? undefined : this.#issuers.get(iss)
    if (tables !== undefined && Object.values(tables).every(({ size }) => size === 0)) this.#issuers.delete(iss!)
  }
}

/** What is revoked of one application at an issuer; an issuer is a URL and holds no blank. */
function ofClient (iss: string, clientId: string): string {
  return `${iss} ${clientId}`
}

function latestIn (tables: IssuerTables | undefined, owner: RevocationOwner,
  before: number | undefined): number | undefined {
  if (!tables) return before
  let latest = later(before, tables.sub.get(owner.sub))
  if (owner.sid !== undefined) {
    latest = later(latest, tables.sid.get(owner.sid))
    if (tables['sid+sub'].size > 0) latest = later(latest, tables['sid+sub'].get(sidAndSub(owner.sid, owner.sub)))
  }
  return owner.organization === undefined ? latest : later(latest, tables.organization.get(owner.organization))
}

function warnOfFullList (): void {
  process.emitWarning('The list of revoked sessions is full. The oldest revocations were dropped, and sessions that ' +
    'are older than these are refused. Use a revocation store in Redis or PostgreSQL, or raise "maxEntries".', {
    code: 'AUTH0_REVOCATIONS_FULL'
  })
}

function later (latest: number | undefined, entry: Entry | undefined): number | undefined {
  if (!entry) return latest
  return latest === undefined ? entry.at : Math.max(latest, entry.at)
}
