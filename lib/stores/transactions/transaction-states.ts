/** Whether a `state` may become part of a cookie's name or a key. It comes from the query of a callback. */
export function isState (value: string): boolean {
  return /^[\w-]{1,128}$/.test(value)
}

/** Remembers states that were used, so that two equal callbacks at the same time give one login. Bounded. */
export class TakenStates {
  readonly #states = new Map<string, number>()
  readonly #now: () => number
  readonly #maxEntries: number

  constructor ({ now, maxEntries = 10_000 }: { now: () => number, maxEntries?: number }) {
    this.#now = now
    this.#maxEntries = maxEntries
  }

  /** `true` the first time only; forgotten after `expiresAt` (epoch seconds), when the transaction is over anyway. */
  take (state: string, expiresAt: number): boolean {
    if (this.#states.has(state)) return false
    this.#states.set(state, expiresAt)
    const now = this.#now()
    for (const [oldest, expiry] of this.#states) {
      if (this.#states.size <= this.#maxEntries && expiry > now) break
      this.#states.delete(oldest)
    }
    return true
  }
}
