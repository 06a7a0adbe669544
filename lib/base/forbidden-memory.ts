/** What is forbidden: since when, and until when that matters. Epoch seconds. */
export interface Forbidden {
  /** When it was made: the floor is compared with it. */
  readonly at: number
  readonly until: number
}

interface ForbiddenMemoryOptions<Entry> {
  maxEntries: number
  /** Told of every entry that the memory drops. */
  forget?: (entry: Entry) => void
  /** Told once, when the first entry is dropped that still matters. */
  onFull?: (() => void) | undefined
}

/** A large memory looks for expired entries at most this often, in seconds. */
export const SWEEP_PAUSE = 1
export const SMALL = 1024

/**
 * A bounded memory of what is forbidden. When it is full, expired entries go first. Then the oldest goes, and leaves a
 * floor behind: everything made at or before it is refused until the dropped entry would have expired.
 */
export class ForbiddenMemory<Entry extends Forbidden> {
  /** The oldest first. */
  readonly #entries = new Set<Entry>()
  readonly #options: ForbiddenMemoryOptions<Entry>
  #floor = -Infinity
  #floorUntil = -Infinity
  /** No entry expires before. */
  #firstEnd = Infinity
  #sweptAt = -Infinity
  #reported = false

  constructor (options: ForbiddenMemoryOptions<Entry>) {
    this.#options = options
  }

  get size (): number {
    return this.#entries.size
  }

  /** Whether there was ever a floor: spares the question for the time. */
  get isFloored (): boolean {
    return this.#floorUntil !== -Infinity
  }

  /** Everything made at or before this time is refused; `-Infinity` for no floor. */
  floor (now: number): number {
    return now < this.#floorUntil ? this.#floor : -Infinity
  }

  add (entry: Entry, now: number): void {
    if (this.#entries.size >= this.#options.maxEntries) {
      this.sweep(now)
      if (this.#entries.size >= this.#options.maxEntries) this.dropOldest()
    }
    this.#entries.add(entry)
    this.#firstEnd = Math.min(this.#firstEnd, entry.until)
  }

  remove (entry: Entry): void {
    this.#entries.delete(entry)
  }

  /** Drops what has expired. */
  sweep (now: number): void {
    if (now < this.#firstEnd || (this.#entries.size > SMALL && Math.abs(now - this.#sweptAt) < SWEEP_PAUSE)) return
    this.#sweptAt = now
    this.#firstEnd = Infinity
    for (const entry of this.#entries) {
      if (entry.until <= now) this.#drop(entry)
      else this.#firstEnd = Math.min(this.#firstEnd, entry.until)
    }
  }

  /** Makes room for one entry, and raises the floor to what goes. */
  dropOldest (): void {
    const [oldest] = this.#entries
    if (oldest === undefined) return
    this.#drop(oldest)
    this.#raise(oldest.at, oldest.until)
    if (this.#reported) return
    this.#reported = true
    this.#options.onFull?.()
  }

  /** Takes over the floor of another memory. */
  inherit (other: ForbiddenMemory<Entry>): void {
    this.#raise(other.#floor, other.#floorUntil)
  }

  #raise (floor: number, until: number): void {
    this.#floor = Math.max(this.#floor, floor)
    this.#floorUntil = Math.max(this.#floorUntil, until)
  }

  #drop (entry: Entry): void {
    this.#entries.delete(entry)
    this.#options.forget?.(entry)
  }
}
