import type { Sleep } from '../../base/sleep.js'
import type { HttpResponse } from '../../http/send.js'
import { askedDelay } from '../../http/retry.js'
import { readRateLimit } from './rate-limit.js'
import { Refill } from './refill.js'
import { Queue, type Turn } from './turn.js'
import { waitTooLong } from './wait-too-long.js'

/** What `onWait` is told when calls begin to wait for the rate limit. */
export interface RateLimitWait {
  /** When the next call is tried, epoch seconds. */
  until: number
  /** Calls that wait. */
  waiting: number
}

interface SharedLimitOptions {
  /** Seconds a call waits in all. */
  maxWait: number
  onWait: ((wait: RateLimitWait) => void) | undefined
  now: () => number
  sleep: Sleep
  random: () => number
}

type Headers = Readonly<Record<string, string>>
type Answer = Pick<HttpResponse, 'status' | 'headers'>

/** Calls under way before a first answer. */
const FIRST = 2
/** By how much more calls may be under way after an answer that tells no limit. */
const GROWTH = 1 / 8
/** Seconds to wait where an answer does not say for how long: doubled with each 429 in a row. */
const BACK_OFF = 0.5
const LONGEST_BACK_OFF = 30

/**
 * Auth0's rate limit as all calls of a client share it. Calls start in order, and no more of them than answers say
 * are left. When none is left, one call finds out after the reset how many there are now.
 */
export class SharedLimit {
  readonly #options: SharedLimitOptions
  readonly #queue = new Queue(() => {
    this.#cancelAlarm()
  })

  #order = 0
  #underWay = 0
  /** Calls that may be under way where no answer tells a limit. */
  #concurrency = FIRST
  /** Those that may be under way when a call got through after a 429. */
  #resumed = 0
  readonly #refill = new Refill()
  /** Whether an answer told a limit. */
  #isLimited = false
  /** What is left as the last answer told, calls under way included. */
  #remaining = 0
  /** The reset that answers told, epoch seconds. */
  #resetAt = -Infinity
  /** When calls are tried again, epoch seconds. */
  #opensAt = -Infinity
  #isProbing = false
  #refusals = 0
  #refusalsInARow = 0
  #headers: Headers = {}
  #alarm: { controller: AbortController, at: number } | undefined

  constructor (options: SharedLimitOptions) {
    this.#options = options
  }

  /** Nothing where the call may start at once; else what to wait for. */
  enter (turn: Turn): Promise<void> | undefined {
    const { again } = turn
    if (again !== undefined) {
      turn.again = undefined
      return again
    }
    if (turn.order === 0) turn.order = ++this.#order
    if (this.#queue.length === 0 && this.#start(turn)) return undefined
    return this.#wait(turn)
  }

  /**
   * A call has its answer, or failed without one.
   * @param entersAgain whether the call waits in its old place, before those that came later
   */
  leave (turn: Turn, answer: Answer | undefined, entersAgain = false): void {
    const wasProbe = this.#end(turn)
    if (answer === undefined) this.#remaining = Math.max(0, this.#remaining - 1)
    else if (answer.status === 429) this.#refused(turn, answer.headers)
    else this.#answered(turn, answer.headers, wasProbe)
    if (entersAgain) turn.again = this.#wait(turn)
    else this.#drain()
  }

  /** A call that had its turn was not sent. */
  cancel (turn: Turn): void {
    this.#end(turn)
    this.#drain()
  }

  #wait (turn: Turn): Promise<void> {
    const waiting = this.#queue.wait(turn)
    if (this.#alarm === undefined) this.#drain()
    else this.#count([turn], this.#alarm.at - this.#options.now())
    return waiting
  }

  #end (turn: Turn): boolean {
    const wasProbe = turn.isProbe
    if (wasProbe) this.#isProbing = turn.isProbe = false
    this.#underWay--
    return wasProbe
  }

  #start (turn: Turn): boolean {
    if (!this.#isLimited) {
      if (this.#underWay + 1 > this.#concurrency || this.#isClosed()) return false
    } else if (this.#remaining <= this.#underWay) {
      if (this.#remaining > 0 || this.#isProbing || this.#isClosed()) return false
      this.#isProbing = turn.isProbe = true
    }
    this.#underWay++
    turn.started = this.#refusals
    return true
  }

  #isClosed (): boolean {
    return this.#opensAt !== -Infinity && this.#options.now() <= this.#opensAt
  }

  #answered (turn: Turn, headers: Headers, wasProbe: boolean): void {
    // An answer to a call that began before the last 429 knows nothing of it.
    const isLate = turn.started !== this.#refusals
    if (!isLate) this.#refusalsInARow = 0
    const limit = readRateLimit(headers)
    if (limit === undefined) {
      // Where answers tell a limit, one that tells none has used it all the same.
      this.#remaining = Math.max(0, this.#remaining - 1)
      if (isLate) return
      this.#concurrency = Math.max(this.#concurrency + GROWTH, this.#resumed)
      this.#refill.pass()
      return
    }
    const isOlder = limit.resetAt <= this.#resetAt && !wasProbe
    this.#remaining = isLate || isOlder ? Math.min(this.#remaining, limit.remaining) : limit.remaining
    this.#isLimited = true
    this.#headers = headers
    if (isLate) return
    this.#resetAt = Math.max(this.#resetAt, limit.resetAt)
    // A reset that is over while nothing is left: the clocks differ.
    this.#opensAt = limit.remaining === 0 ? Math.max(this.#resetAt, this.#options.now() + BACK_OFF) : this.#resetAt
  }

  #refused (turn: Turn, headers: Headers): void {
    const now = this.#options.now()
    const isFirst = turn.started === this.#refusals
    if (isFirst) {
      this.#refusals++
      this.#refusalsInARow++
      this.#resumed = this.#concurrency / 2
    }
    const asked = askedDelay(headers, now)
    const backOff = Math.min(LONGEST_BACK_OFF, BACK_OFF * 2 ** (this.#refusalsInARow - 1))
    // A second refusal in a row says that the reset told was not the truth.
    const pause = asked === undefined || this.#refusalsInARow > 1 ? Math.max(asked ?? 0, backOff) : asked
    const limit = readRateLimit(headers)
    // Where no limit is told, calls wait until several can pass, but one that is alone only as long as asked.
    const refilled = isFirst && limit === undefined ? this.#refill.empty(now, this.#queue.length) : 0
    const opensAt = now + Math.max(pause, refilled)
    this.#opensAt = isFirst ? opensAt : Math.max(this.#opensAt, opensAt)
    this.#concurrency = 1
    this.#remaining = 0
    this.#headers = headers
    if (limit !== undefined) {
      this.#isLimited = true
      this.#resetAt = limit.resetAt
    }
    if (this.#alarm !== undefined && this.#alarm.at < this.#opensAt) this.#cancelAlarm()
  }

  #drain (): void {
    for (let turn = this.#queue.first; turn !== undefined && this.#start(turn); turn = this.#queue.first) turn.resume()
    if (this.#queue.length === 0) this.#cancelAlarm()
    else if (
      this.#alarm === undefined &&
      (this.#isLimited ? this.#remaining <= 0 && !this.#isProbing : this.#isClosed())
    ) this.#setAlarm()
  }

  #setAlarm (): void {
    const { now, sleep, random, onWait } = this.#options
    const seconds = Math.max(0, this.#opensAt - now())
    this.#count(this.#queue.all(), seconds)
    if (this.#queue.length === 0) return
    const alarm = { controller: new AbortController(), at: this.#opensAt }
    this.#alarm = alarm
    const wait = { until: this.#opensAt, waiting: this.#queue.length }
    if (onWait !== undefined) {
      queueMicrotask(() => {
        onWait(wait)
      })
    }
    const ring = (): void => {
      if (this.#alarm !== alarm) return
      this.#alarm = undefined
      // The time was waited: a clock that stands still must not make calls wait for ever.
      this.#opensAt = -Infinity
      this.#drain()
    }
    sleep(seconds + random() / 4, alarm.controller.signal).then(ring, (error: unknown) => {
      if (this.#alarm !== alarm) return
      this.#alarm = undefined
      for (const turn of this.#queue.all()) turn.fail(error)
    })
  }

  #cancelAlarm (): void {
    const alarm = this.#alarm
    if (alarm === undefined) return
    this.#alarm = undefined
    const left = Math.max(0, alarm.at - this.#options.now())
    for (const turn of this.#queue.all()) turn.waited -= left
    alarm.controller.abort()
  }

  /** Counts a wait; calls for which it is too long fail at once. */
  #count (turns: readonly Turn[], seconds: number): void {
    const { maxWait } = this.#options
    for (const turn of turns) {
      turn.waited += seconds
      if (turn.waited <= maxWait) continue
      turn.fail(waitTooLong({ call: turn.call, opensAt: this.#opensAt, seconds, maxWait, headers: this.#headers }))
    }
  }
}
