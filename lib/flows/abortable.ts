import { NetworkError } from '../errors.js'

/**
 * Waits for shared work, but no longer than the caller's signal allows; the work itself goes on for the others.
 * Whoever has given up already starts none.
 */
export async function abortable<T> (signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return await work()
  const aborted = (): NetworkError => new NetworkError('The caller gave up waiting.', signal.reason, 'aborted')
  if (signal.aborted) throw aborted()
  let stop: (() => void) | undefined
  try {
    return await Promise.race([work(), new Promise<never>((_resolve, reject) => {
      stop = () => {
        reject(aborted())
      }
      signal.addEventListener('abort', stop, { once: true })
    })])
  } finally {
    signal.removeEventListener('abort', stop!)
  }
}
