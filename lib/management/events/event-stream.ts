import { NetworkError } from '../../errors.js'

/** One message of an event stream. */
export interface ServerSentEvent {
  /** The `event:` line; empty where there is none. */
  event: string
  /** `undefined` where the message has an id only. */
  data: string | undefined
  /** The last event ID; empty where there is none. */
  id: string
}

const MAX_LENGTH = 2 * 1024 * 1024

/**
 * Parses one event stream as its bytes arrive. Unlike a browser it also gives messages that hold an id and no data.
 * @see WHATWG HTML section 9.2.6
 */
export class EventStreamParser {
  /** Seconds to wait before the next connection, when the server said so. */
  retry: number | undefined
  readonly #decoder = new TextDecoder()
  #rest = ''
  #afterCarriageReturn = false
  #event = ''
  #data: string[] = []
  #id = ''
  #hasId = false
  #length = 0

  /**
   * Takes the next bytes and gives the messages they complete.
   * @throws NetworkError `response_too_large` when a message is longer than 2 MiB
   */
  push (chunk: Uint8Array): ServerSentEvent[] {
    let text = this.#decoder.decode(chunk, { stream: true })
    if (text === '') return []
    const messages: ServerSentEvent[] = []
    // A CR ends its line at once; a LF that follows it belongs to the same line end.
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1)
    this.#afterCarriageReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    lines[0] = this.#rest + lines[0]!
    this.#rest = lines.pop()!
    for (const line of lines) {
      if (line === '') this.#dispatch(messages)
      else this.#field(line)
    }
    if (this.#length + this.#rest.length > MAX_LENGTH) throw tooLarge()
    return messages
  }

  #field (line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    this.#length += line.length
    if (this.#length > MAX_LENGTH) throw tooLarge()
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    else if (name === 'id') this.#setId(value)
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value) / 1000
  }

  #setId (value: string): void {
    if (value.includes('\0')) return
    this.#id = value
    this.#hasId = true
  }

  #dispatch (messages: ServerSentEvent[]): void {
    const data = this.#data.length === 0 ? undefined : this.#data.join('\n')
    if (data !== undefined || this.#hasId) messages.push({ event: this.#event, data, id: this.#id })
    this.#event = ''
    this.#data = []
    this.#hasId = false
    this.#length = 0
  }
}

function tooLarge (): NetworkError {
  return new NetworkError('A message of the event stream is too large.', undefined, 'response_too_large')
}
