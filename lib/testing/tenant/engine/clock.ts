import { AsyncLocalStorage } from 'node:async_hooks'

const clocks = new AsyncLocalStorage<(() => number) | undefined>()
let users = 0
let systemNow: (() => number) | undefined

/**
 * Lets work run by another clock. The engine reads `Date.now()` and nothing else, so for as long as a tenant with a
 * clock of its own is open, `Date.now` asks whether the caller works for such a tenant; everybody else gets the real
 * time.
 */
export class Clock {
  readonly now: () => number
  readonly #own: boolean
  #closed = false

  constructor (now: (() => number) | undefined) {
    // Asked as nobody's clock: what is given may go by the real time itself.
    this.now = now === undefined ? () => Date.now() / 1000 : () => clocks.run(undefined, now)
    this.#own = now !== undefined
    if (!this.#own) return
    if (users++ === 0) {
      const original = systemNow = Date.now
      Date.now = () => {
        const clock = clocks.getStore()
        return clock === undefined ? original() : Math.floor(clock() * 1000)
      }
    }
  }

  /** Runs work by this clock. */
  run<T> (work: () => T): T {
    return this.#own ? clocks.run(this.now, work) : work()
  }

  /** Gives the real time back when no other clock is open. A second call does nothing. */
  close (): void {
    if (!this.#own || this.#closed) return
    this.#closed = true
    if (--users === 0) Date.now = systemNow!
  }
}
