import type { SessionEntry } from '../../../types/stores.js'

/** An entry as it was read last. No other one of the same key has this stamp and this version. */
export interface KnownEntry {
  readonly stamp: string
  readonly version: string
  /** The name of the entry in Redis. */
  readonly name: string
  /** `entry.expiresAt` as Redis has it. */
  end: string
  readonly entry: SessionEntry
}

/** What an entry weighs beside its value. */
const ENTRY_BYTES = 500
const MAX_BYTES = 32 * 1024 * 1024

/**
 * Entries that were read before. Has two generations: a hit in the old one moves the entry, and when the young one
 * takes half of the room, the old one is dropped. What is kept must be compared with the server every time.
 */
export class KnownEntries {
  #young = new Map<string, KnownEntry>()
  #old = new Map<string, KnownEntry>()
  #youngBytes = 0

  get (key: string): KnownEntry | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set (key: string, known: KnownEntry): void {
    const bytes = known.entry.value.length + ENTRY_BYTES
    if (this.#youngBytes + bytes > MAX_BYTES / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, known)
    this.#youngBytes += bytes
  }

  delete (key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
