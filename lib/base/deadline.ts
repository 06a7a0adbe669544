import { NetworkError, TimeoutError } from '../errors.js'

/** The error of a request its caller gave up. */
export function aborted (signal: AbortSignal | undefined): NetworkError {
  return new NetworkError('The request was aborted.', signal?.reason, 'aborted')
}

/** What bounds a piece of work. */
interface Deadline {
  seconds: number
  signal?: AbortSignal | undefined
  /** The host asked, for the message. */
  host: string
}

/**
 * Runs `work` for at most `seconds`. `work` gets a signal; it is left alone when it does not listen,
 * and what it still answers then is dropped.
 */
export function withinDeadline<T> ({ seconds, signal, host }: Deadline,
  work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal))
      return
    }
    const controller = new AbortController()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const stop = (error: Error): void => {
      done()
      reject(error)
      controller.abort(error)
    }
    const onAbort = (): void => stop(aborted(signal))
    const timer = setTimeout(() => stop(new TimeoutError(`${host} did not answer within ${seconds} s.`)),
      seconds * 1000)
    signal?.addEventListener('abort', onAbort, { once: true })
    work(controller.signal).then(resolve, reject).finally(done)
  })
}
