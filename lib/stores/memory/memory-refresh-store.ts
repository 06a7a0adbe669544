import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { noteInMemory } from '../../base/in-memory.js'
import { fullNotice } from './full-notice.js'
import type { RefreshStore } from '../../../types/stores.js'

interface Entry {
  value: string
  /** Epoch seconds. */
  until: number
}

/** Keeps shared refreshes in this process: for tests, and where one process runs several registrations. */
export class MemoryRefreshStore implements RefreshStore {
  readonly #now: () => number
  readonly #maxEntries: number
  readonly #full: () => void
  readonly #values = new Map<string, Entry>()
  readonly #locks = new Map<string, { until: number }>()

  /**
   * @param options `maxEntries` (10,000): the oldest are dropped first; `now`: the clock, epoch seconds; `onFull`: told
   * once, when the first result is dropped that is still good, by default by a process warning
   */
  constructor (options: { maxEntries?: number, now?: () => number, onFull?: () => void } = {}) {
    checkOptionNames(options, ['maxEntries', 'now', 'onFull'], 'a refresh store in memory')
    const { maxEntries = 10_000, now = systemClock, onFull } = options
    noteInMemory(this)
    this.#maxEntries = maxEntries
    this.#now = now
    this.#full = fullNotice('AUTH0_REFRESHES_FULL', 'The memory for results of refreshes is full. The oldest are ' +
      'dropped, and a request that still needs one spends its refresh token again. Use a refresh store in Redis or ' +
      'PostgreSQL, or raise "maxEntries".', onFull)
  }

  get (key: string): string | undefined {
    const entry = this.#values.get(key)
    return entry !== undefined && entry.until > this.#now() ? entry.value : undefined
  }

  set (key: string, value: string, ttlSeconds: number): void {
    this.#values.delete(key)
    this.#values.set(key, { value, until: this.#now() + ttlSeconds })
    for (const [oldest, { until }] of this.#values) {
      const isGood = until > this.#now()
      if (this.#values.size <= this.#maxEntries && isGood) break
      if (isGood) this.#full()
      this.#values.delete(oldest)
    }
  }

  /** Takes the lock if it is free; the function gives it back. */
  lock (key: string, leaseSeconds: number): (() => void) | undefined {
    const held = this.#locks.get(key)
    if (held !== undefined && held.until > this.#now()) return undefined
    const mine = { until: this.#now() + leaseSeconds }
    this.#locks.set(key, mine)
    return () => {
      if (this.#locks.get(key) === mine) this.#locks.delete(key)
    }
  }
}
