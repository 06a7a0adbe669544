import { aborted } from '../../base/deadline.js'

const nothing = (): void => {}

/** One call on its way through the limit. */
export class Turn {
  /** What is called, for messages. */
  readonly call: string
  readonly signal: AbortSignal | undefined
  /** Its place among all calls; 0 before it asked. */
  order = 0
  /** Seconds it has waited, the wait under way included. */
  waited = 0
  /** How many 429 had been seen when it started. */
  started = 0
  isProbe = false
  /** Its wait, when it waits again after it was refused. */
  again: Promise<void> | undefined
  /** Ends its wait. */
  resume: () => void = nothing
  /** Ends its wait with an error. */
  fail: (error: unknown) => void = nothing

  constructor (call: string, signal: AbortSignal | undefined) {
    this.call = call
    this.signal = signal
  }
}

/** Calls that wait, in the order in which they first asked: one that was refused goes before those that came later. */
export class Queue {
  #turns: Turn[] = []
  readonly #onEmpty: () => void

  /** @param onEmpty called when the last call has given up */
  constructor (onEmpty: () => void) {
    this.#onEmpty = onEmpty
  }

  get length (): number {
    return this.#turns.length
  }

  get first (): Turn | undefined {
    return this.#turns[0]
  }

  /** A copy, for changes while it is gone through. */
  all (): Turn[] {
    return [...this.#turns]
  }

  /** Waits until somebody resumes or fails the turn, or its signal is aborted. */
  wait (turn: Turn): Promise<void> {
    const { signal } = turn
    if (signal?.aborted === true) return Promise.reject(aborted(signal))
    return new Promise((resolve, reject) => {
      const settle = <T>(end: (value: T) => void) => (value: T): void => {
        const at = this.#turns.indexOf(turn)
        if (at === -1) return
        this.#turns.splice(at, 1)
        signal?.removeEventListener('abort', giveUp)
        end(value)
      }
      const giveUp = (): void => {
        turn.fail(aborted(signal))
        if (this.#turns.length === 0) this.#onEmpty()
      }
      turn.resume = settle<void>(resolve)
      turn.fail = settle(reject)
      signal?.addEventListener('abort', giveUp, { once: true })
      let at = this.#turns.length
      while (at > 0 && this.#turns[at - 1]!.order > turn.order) at--
      this.#turns.splice(at, 0, turn)
    })
  }
}
