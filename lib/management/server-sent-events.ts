import { NetworkError } from '../errors.js'

/** One message of an event stream. */
export interface ServerSentEvent {
  event: string
  data: string
  id: string | undefined
  /** Seconds to wait before connecting again. */
  retry: number | undefined
}

const MAX_LENGTH = 2 * 1024 * 1024

/** The messages of an event stream. @see WHATWG HTML section 9.2 */
export async function * serverSentEvents (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let fields = new Map<string, string[]>()
  let length = 0
  for await (const line of lines(chunks)) {
    if (line !== '') {
      length += line.length
      if (length > MAX_LENGTH) throw tooLarge()
      const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line)!
      const values = fields.get(name!)
      if (values === undefined) fields.set(name!, [value!])
      else values.push(value!)
      continue
    }
    const message = toMessage(fields)
    fields = new Map()
    length = 0
    if (message !== undefined) yield message
  }
}

function toMessage (fields: Map<string, string[]>): ServerSentEvent | undefined {
  const data = fields.get('data')
  const retry = fields.get('retry')?.at(-1) ?? ''
  if (data === undefined) return undefined
  return { event: fields.get('event')?.at(-1) || 'message', data: data.join('\n'), id: fields.get('id')?.at(-1), retry: /^\d{1,9}$/.test(retry) ? Number(retry) / 1000 : undefined }
}

async function * lines (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let begun = ''
  let held = ''
  for await (const chunk of chunks) {
    const text = held + decoder.decode(chunk, { stream: true })
    // A carriage return at the end may be half of a line end.
    held = text.endsWith('\r') ? '\r' : ''
    const parts = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/)
    parts[0] = begun + parts[0]!
    begun = parts.pop()!
    if (begun.length > MAX_LENGTH) throw tooLarge()
    yield * parts
  }
}

function tooLarge (): NetworkError {
  return new NetworkError('A message of the event stream is too large.', undefined, 'response_too_large')
}
