/** Seconds that calls wait at most for a limit to fill again, beyond what was asked for. */
const LONGEST = 5

/** How fast a limit fills that tells nothing but "too many", as seen from the calls it let through. */
export class Refill {
  #emptyAt = NaN
  /** Calls it let through since it was empty. */
  #passed = 0
  /** The most calls it let through before it was empty. */
  #size = 0

  /** The limit let a call through. */
  pass (): void {
    this.#passed++
  }

  /**
   * The limit is empty.
   * @param now epoch seconds
   * @param waiting calls that wait, besides the one that was refused
   * @returns seconds until all of them can pass, or as many as ever passed in a row; 0 where the rate is not known
   */
  empty (now: number, waiting: number): number {
    const perSecond = this.#passed / (now - this.#emptyAt)
    this.#size = Math.max(this.#size, this.#passed)
    this.#emptyAt = now
    this.#passed = 0
    return perSecond > 0 ? Math.min(LONGEST, Math.min(waiting, this.#size) / perSecond) : 0
  }
}
