import { aborted } from './deadline.js'

/** Waits; an abort ends the wait at once with a `NetworkError` of code `aborted`. */
export type Sleep = (seconds: number, signal?: AbortSignal) => Promise<void>

/** Milliseconds: a timer that is set to more rings at once. */
const LONGEST = 2 ** 31 - 1

/** Waits on the process's own timers, for 24 days at most. */
export const sleep: Sleep = (seconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal))
      return
    }
    const wake = (): void => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    const timer = setTimeout(wake, Math.min(seconds * 1000, LONGEST))
    const stop = (): void => {
      clearTimeout(timer)
      reject(aborted(signal))
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
