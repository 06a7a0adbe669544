import type { Dispatcher } from 'undici'
import { aborted, watch } from '../base/deadline.js'
import { asBuffer, joined, tooLarge } from './body.js'
import { fromRaw, type WholeAnswer, type WholeLimits } from './wire.js'

/**
 * Sends a request and reads its whole answer, all in one promise: a stream, a signal and their events would cost more
 * than the exchange itself.
 * @throws what undici or the deadline tells
 */
export function dispatchWhole (dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, limits: WholeLimits,
  ended: () => void): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    if (limits.signal?.aborted === true) {
      ended()
      reject(aborted(limits.signal))
      return
    }
    dispatcher.dispatch(request, new WholeAnswerHandler(limits, { resolve, reject, ended }))
  })
}

interface Outcome {
  resolve: (answer: WholeAnswer) => void
  reject: (error: unknown) => void
  /** Called when nothing more comes, also after the outcome. */
  ended: () => void
}

/**
 * undici calls these methods as they are. Those that have taken their place since would be called by way of a second
 * object, and another one for each answer.
 */
class WholeAnswerHandler implements Dispatcher.DispatchHandler {
  readonly #outcome: Outcome
  readonly #maxBytes: number
  readonly #unwatch: () => void
  #abort: ((error: Error) => void) | undefined
  #stopped: Error | undefined
  #status = 0
  #headers: Record<string, string> = {}
  readonly #parts: Buffer[] = []
  #length = 0

  constructor (limits: WholeLimits, outcome: Outcome) {
    this.#outcome = outcome
    this.#maxBytes = limits.maxBytes
    this.#unwatch = watch(limits, error => this.#stop(error))
  }

  onConnect (abort: (error: Error) => void): void {
    this.#abort = abort
    if (this.#stopped !== undefined) abort(this.#stopped)
  }

  onHeaders (status: number, headers: Buffer[]): boolean {
    this.#status = status
    this.#headers = fromRaw(headers)
    return true
  }

  onData (chunk: Buffer): boolean {
    this.#length += chunk.byteLength
    if (this.#length <= this.#maxBytes) this.#parts.push(asBuffer(chunk))
    else this.#stop(tooLarge(this.#maxBytes))
    return true
  }

  onComplete (): void {
    this.#unwatch()
    this.#outcome.resolve({
      status: this.#status,
      headers: this.#headers,
      body: joined(this.#parts, this.#length),
      decoded: false
    })
    this.#outcome.ended()
  }

  onError (error: Error): void {
    this.#unwatch()
    this.#outcome.reject(error)
    this.#outcome.ended()
  }

  /** The caller has the error at once; the exchange may still have to begin before it can end. */
  #stop (error: Error): void {
    this.#stopped = error
    this.#outcome.reject(error)
    this.#abort?.(error)
  }
}
