import { isPromiseLike } from '../base/awaitable.js'
import { trace, traceChannel } from '../base/trace.js'
import { Auth0Error, SessionStoreError, TimeoutError } from '../errors.js'
import type { Awaitable } from '../../types/stores.js'
import type { StoreTrace } from '../../types/telemetry.js'

type StoreName = StoreTrace['store']

const calls = traceChannel('store')

/** Seconds after which a request that did not get its turn may be sent again. */
const RETRY_AFTER = 2

/** Milliseconds within which calls share a timer: timers are no more exact than that. */
const TOGETHER = 1

/** When some calls that began together are given up. */
class Deadline {
  readonly seconds: number
  readonly since = performance.now()
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined

  constructor (seconds: number) {
    this.seconds = seconds
  }

  add (giveUp: () => void): void {
    this.#timer ??= setTimeout(() =>
      setImmediate(() => {
        for (const giveUpOne of this.#waiting) giveUpOne()
        this.#waiting.clear()
        this.#timer = undefined
      }), this.seconds * 1000)
    this.#waiting.add(giveUp)
  }

  /** For a call that was answered; the last one stops the timer. */
  delete (giveUp: () => void): void {
    this.#waiting.delete(giveUp)
    if (this.#waiting.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

let newest: Deadline | undefined

/** A timer costs more than all else of a call: those of one millisecond share one. */
function deadlineIn (seconds: number): Deadline {
  // Tests set clocks back, too.
  if (newest?.seconds !== seconds || Math.abs(performance.now() - newest.since) >= TOGETHER) {
    newest = new Deadline(seconds)
  }
  return newest
}

/**
 * Waits for the store at most `seconds`, and turns whatever goes wrong into a `SessionStoreError`.
 * An answer that comes too late is dropped, be it a value or an error. One that had come while this process was busy
 * with something else counts: before giving up, what is waiting to be read is read.
 */
export function bounded<T> (what: string, seconds: number, work: () => Awaitable<T>,
  store: StoreName = 'session'): Promise<T> {
  return calls.hasSubscribers
    ? trace(calls, { store, operation: what }, () => within(what, seconds, work, store))
    : within(what, seconds, work, store)
}

function within<T> (what: string, seconds: number, work: () => Awaitable<T>, store: StoreName): Promise<T> {
  return new Promise((resolve, reject) => {
    let answer: Awaitable<T>
    try {
      answer = work()
    } catch (error) {
      return reject(failure(what, error, store))
    }
    // An answer that is there at once, as that of a store in memory, needs no clock.
    if (!isPromiseLike(answer)) return resolve(answer)
    const deadline = deadlineIn(seconds)
    const giveUp = (): void => {
      reject(late(what, store))
    }
    deadline.add(giveUp)
    Promise.resolve(answer).then(value => {
      deadline.delete(giveUp)
      resolve(value)
    }, (error: unknown) => {
      deadline.delete(giveUp)
      reject(failure(what, error, store))
    })
  })
}

/** The same for a store that may answer at once: then no promise is made, and what it throws is thrown at once. */
export function boundedSoon<T> (what: string, seconds: number, work: () => Awaitable<T>,
  store: StoreName = 'session'): Awaitable<T> {
  return calls.hasSubscribers
    ? trace(calls, { store, operation: what }, () => soonWithin(what, seconds, work, store))
    : soonWithin(what, seconds, work, store)
}

function soonWithin<T> (what: string, seconds: number, work: () => Awaitable<T>, store: StoreName): Awaitable<T> {
  let answer: Awaitable<T>
  try {
    answer = work()
  } catch (error) {
    throw failure(what, error, store)
  }
  return isPromiseLike(answer) ? within(what, seconds, () => answer, store) : answer
}

/**
 * Bounds the way to a lock, not the work under it. What the work came to is the answer,
 * whether or not the lock could be given back afterwards.
 */
export function boundedLock<T> (seconds: number, lock: Lock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (!calls.hasSubscribers) return lockWithin(seconds, lock, work)
  let done: Promise<T>
  const held = new Promise<void>(resolve => {
    done = lockWithin(seconds, lock, signal => {
      resolve()
      return work(signal)
    })
  })
  const told = (): void => {
    // A failure is told to whoever waits for `done`.
  }
  trace(calls, { store: 'session', operation: 'lock' }, () => Promise.race([held, done])).then(told, told)
  return done!
}

type Lock = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>

function lockWithin<T> (seconds: number, lock: Lock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let givenUp = false
    const timer = setTimeout(() => {
      givenUp = true
      reject(late('lock'))
    }, seconds * 1000)
    const locked = async (signal: AbortSignal): Promise<void> => {
      if (givenUp) throw late('lock')
      clearTimeout(timer)
      await work(signal).then(resolve, reject)
    }
    Promise.resolve().then(async () => await lock(locked)).then(
      () => {
        clearTimeout(timer)
        reject(failure('lock', new Error('The store never ran the work.')))
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error instanceof TimeoutError ? busy(error) : failure('lock', error))
      }
    )
  })
}

/** The error of a session that somebody else works on. @param cause what says that its lock was not free in time */
export function busy (cause?: TimeoutError): SessionStoreError {
  return new SessionStoreError(
    'Another request or process has been renewing the tokens of this session for too long. Please try again.',
    cause, RETRY_AFTER
  )
}

function late (what: string, store: StoreName = 'session'): SessionStoreError {
  return new SessionStoreError(`The ${store} store did not answer "${what}" in time.`)
}

/**
 * Errors of this package pass; of others only message and code are kept: a client's error may hold what was written.
 */
function failure (what: string, error: unknown, store: StoreName = 'session'): Auth0Error {
  if (error instanceof Auth0Error) return error
  const { message, code }: { message: string, code?: unknown } = error instanceof Error
    ? error
    : new Error('No error object was given.')
  const cause = Object.assign(new Error(message), typeof code === 'string' && { code })
  return new SessionStoreError(`The ${store} store failed at "${what}".`, cause)
}
