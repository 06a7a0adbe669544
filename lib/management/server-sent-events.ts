import { NetworkError } from '../errors.js'

/** One message of an event stream. */
export interface ServerSentEvent {
  event: string
  data: string
  id: string | undefined
  /** Seconds to wait before connecting again. */
  retry: number | undefined
}

const MAX_LENGTH = 16 * 1024 * 1024

/** The messages of an event stream. @see WHATWG HTML section 9.2 */
export async function * serverSentEvents (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let fields = new Map<string, string[]>()
  for await (const line of lines(chunks)) {
    if (line !== '') {
      const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line)!
      fields.set(name!, [...fields.get(name!) ?? [], value!])
      continue
    }
    const message = toMessage(fields)
    fields = new Map()
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
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    // A carriage return at the end may be half of a line end.
    const held = rest.endsWith('\r') ? '\r' : ''
    const parts = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/)
    rest = parts.pop()! + held
    if (rest.length > MAX_LENGTH) throw new NetworkError('A message of the event stream is too large.', undefined, 'response_too_large')
    yield * parts
  }
}
