import { revocationTarget, sidAndSub, type RevocationKind } from '../revocation/revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

interface Entry {
  table: Map<string, Entry>
  key: string
  revokedAt: number
  expiresAt: number
}

/** What is revoked of one issuer. */
type IssuerTables = Record<Exclude<RevocationKind, 'id'>, Map<string, Entry>>

/** How many entries pile up at least before expired ones are looked for. */
const SWEEP_AT_LEAST = 1024

/**
 * Remembers revocations in this process: it knows nothing of other processes and forgets at a restart.
 * Answers synchronously.
 */
export class MemoryRevocationStore implements RevocationStore {
  readonly #now: () => number
  readonly #maxEntries: number
  readonly #ids = new Map<string, Entry>()
  readonly #issuers = new Map<string, IssuerTables>()
  /** All entries, oldest first. */
  readonly #entries = new Set<Entry>()
  #sweepAt = SWEEP_AT_LEAST

  constructor (
    { maxEntries = 100_000, now = () => Date.now() / 1000 }: { maxEntries?: number, now?: () => number } = {}
  ) {
    this.#maxEntries = maxEntries
    this.#now = now
  }

  /** Entries that are kept. */
  get size (): number {
    return this.#entries.size
  }

  revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): void {
    const { table, key } = this.#place(filter)
    const before = table.get(key)
    if (before) this.#entries.delete(before)
    const entry = {
      table,
      key,
      revokedAt: Math.max(revokedAt, before?.revokedAt ?? 0),
      expiresAt: Math.max(expiresAt, before?.expiresAt ?? 0)
    }
    table.set(key, entry)
    this.#entries.add(entry)
    if (this.#entries.size >= Math.min(this.#sweepAt, this.#maxEntries + 1)) this.#sweep()
  }

  revokedAt (owner: RevocationOwner): number | undefined {
    if (this.#entries.size === 0) return undefined
    let latest = this.#ids.get(owner.id)?.revokedAt
    const tables = this.#issuers.get(owner.iss)
    if (!tables) return latest
    latest = later(latest, tables.sub.get(owner.sub))
    if (owner.sid !== undefined) {
      latest = later(latest, tables.sid.get(owner.sid))
      if (tables['sid+sub'].size > 0) latest = later(latest, tables['sid+sub'].get(sidAndSub(owner.sid, owner.sub)))
    }
    if (owner.organization !== undefined) latest = later(latest, tables.organization.get(owner.organization))
    return latest
  }

  #place (filter: RevocationFilter): { table: Map<string, Entry>, key: string } {
    const { kind, value: key } = revocationTarget(filter)
    if (kind === 'id') return { table: this.#ids, key }
    const iss = filter.iss!
    let tables = this.#issuers.get(iss)
    if (!tables) {
      this.#issuers.set(iss, tables = { sid: new Map(), sub: new Map(), organization: new Map(), 'sid+sub': new Map() })
    }
    return { table: tables[kind], key }
  }

  #sweep (): void {
    const now = this.#now()
    for (const entry of this.#entries) {
      if (entry.expiresAt <= now) this.#forget(entry)
    }
    for (const entry of this.#entries) {
      if (this.#entries.size <= this.#maxEntries) break
      this.#forget(entry)
    }
    for (const [iss, tables] of this.#issuers) {
      if (Object.values(tables).every(({ size }) => size === 0)) this.#issuers.delete(iss)
    }
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, this.#entries.size * 2)
  }

  #forget (entry: Entry): void {
    this.#entries.delete(entry)
    entry.table.delete(entry.key)
  }
}

function later (latest: number | undefined, entry: Entry | undefined): number | undefined {
  if (!entry) return latest
  return latest === undefined ? entry.revokedAt : Math.max(latest, entry.revokedAt)
}
