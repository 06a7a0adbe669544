import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'
import type { Awaitable } from '../../types/stores.js'
import { InvalidArgumentError, NetworkError, TimeoutError } from '../errors.js'

/** The error of a request its caller gave up. */
export function aborted (signal: AbortSignal | undefined): NetworkError {
  return new NetworkError('The request was aborted.', signal?.reason, 'aborted')
}

/** Listeners of one signal above which Node.js warns of a leak. One signal may end many calls. */
const MAX_LISTENERS = 1500

/**
 * Checks a signal that a caller gave, and lets it end many calls.
 * @throws InvalidArgumentError for what cannot be listened to
 */
export function checkSignal (signal: unknown): void {
  if (signal instanceof AbortSignal) {
    if (listenersAllowed(signal) === defaultMaxListeners) setMaxListeners(MAX_LISTENERS, signal)
    return
  }
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function') {
    throw new InvalidArgumentError('signal', 'The argument "signal" must be an AbortSignal.')
  }
}

/** Node.js throws for a signal without a limit, which is 0. */
function listenersAllowed (signal: AbortSignal): number {
  try {
    return getMaxListeners(signal)
  } catch {
    return 0
  }
}

/** What bounds a piece of work. */
export interface Deadline {
  seconds: number
  signal?: AbortSignal | undefined
  /** The host asked, for the message. */
  host: string
}

/**
 * Runs `work` for at most `seconds`. `work` gets a signal; it is left alone when it does not listen,
 * and what it still answers then is dropped.
 */
export function withinDeadline<T> (deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (deadline.signal?.aborted === true) {
      reject(aborted(deadline.signal))
      return
    }
    const controller = new AbortController()
    const done = watch(deadline, error => {
      reject(error)
      controller.abort(error)
    })
    work(controller.signal).then(resolve, reject).finally(done)
  })
}

/** Calls `stop` once when the time is over or the signal is aborted; what it returns ends the watch. */
export function watch (deadline: Deadline, stop: (error: Error) => void): () => void {
  const { seconds, signal } = deadline
  if (signal === undefined) {
    const timer = setTimeout(() => stop(overdue(deadline)), seconds * 1000)
    return () => clearTimeout(timer)
  }
  const done = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
  const end = (error: Error): void => {
    done()
    stop(error)
  }
  const onAbort = (): void => end(aborted(signal))
  const timer = setTimeout(() => end(overdue(deadline)), seconds * 1000)
  signal.addEventListener('abort', onAbort)
  return done
}

function overdue ({ host, seconds }: Deadline): TimeoutError {
  return new TimeoutError(`${host} did not answer within ${seconds} s.`)
}

/** Waits for work that others wait for as well: one caller's abort ends that caller's wait only. */
export function unlessAborted<T> (work: Awaitable<T>, signal: AbortSignal | undefined): Awaitable<T> {
  if (!(work instanceof Promise) || signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    // This comes first, so that a failure of the work is handled whatever the signal is.
    work.then(resolve, reject)
    checkSignal(signal)
    const stop = (): void => reject(aborted(signal))
    const done = (): void => signal.removeEventListener('abort', stop)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(done, done)
  })
}
