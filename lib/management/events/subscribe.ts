import type { SubscribeOptions, TenantChange, TenantEvent } from '../../../types/management.js'
import { ApiError, InvalidArgumentError, NetworkError, RateLimitError, TimeoutError } from '../../errors.js'
import { parseText } from '../../base/json.js'
import type { HttpStream } from '../../http/send.js'
import type { ApiRequest } from '../call.js'
import type { ApiSender } from '../api-sender.js'
import type { Row } from '../endpoint.js'
import { EventStreamParser, type ServerSentEvent } from './event-stream.js'

interface Payload extends Partial<TenantChange> {
  error?: { code: string, message: string, offset?: string }
}

/** Seconds before the second connection, and the longest wait that the client chooses by itself. */
const PAUSE = 1
const LONGEST_PAUSE = 30
/** The shortest and the longest wait that the server may ask for. */
const SHORTEST_ASKED = 0.25
const LONGEST_ASKED = 300
const MAX_RECONNECTS = 10
/** Seconds after which a connection that ends in order is a good one, even without a message. */
const STEADY = 60
const PASSING = new Set(['timeout', 'connection_timeout'])

/**
 * The tenant's events. When a connection ends, the next one resumes after the last offset; what Auth0 refuses ends
 * the iteration.
 * @throws NetworkError `event_stream_lost` when `maxReconnects` reconnects in a row brought no message
 */
export async function * subscribe (sender: ApiSender, row: Row<unknown>,
  call: ApiRequest): AsyncGenerator<TenantEvent> {
  const { maxReconnects = MAX_RECONNECTS } = call.options as SubscribeOptions
  if (!(typeof maxReconnects === 'number' && maxReconnects >= 0)) {
    throw new InvalidArgumentError('maxReconnects', 'The argument "maxReconnects" must be a number, 0 or more.')
  }
  let place = call
  let asked: number | undefined
  // Reconnects in a row that brought no message.
  let fruitless = 0
  let lost: unknown
  for (;;) {
    const opened = sender.now()
    const connection = await connect(sender, row, place, fruitless > 0)
    if ('body' in connection) {
      const parser = new EventStreamParser()
      try {
        for await (const chunk of connection.body as AsyncIterable<Uint8Array>) {
          for (const sent of parser.push(chunk)) {
            const message = readMessage(sent, call.what)
            if (message === undefined) continue
            if (message.offset !== undefined) place = { ...call, target: resumeAfter(call.target, message.offset) }
            if (message.type === 'error') continue
            fruitless = 0
            yield message as TenantEvent
          }
        }
        lost = undefined
        if (sender.now() - opened >= STEADY) fruitless = 0
      } catch (error) {
        // A connection that breaks or falls silent is the end of a connection, not of the subscription.
        if (!isDropped(error)) throw error
        lost = error
      } finally {
        connection.body.destroy()
        asked = parser.retry ?? asked
      }
    } else {
      lost = connection.failure
    }
    if (fruitless >= maxReconnects) throw streamLost(call.what, maxReconnects, lost)
    await sender.sleep(pauseBefore(asked, fruitless, sender.random), call.options.signal)
    fruitless++
  }
}

/** Opens a connection. A later one that fails for a passing reason counts as one that brought nothing. */
async function connect (sender: ApiSender, row: Row<unknown>, call: ApiRequest,
  isLater: boolean): Promise<HttpStream | { failure: unknown }> {
  try {
    return await sender.open(row, {
      ...call,
      headers: { ...call.headers, accept: 'text/event-stream', 'accept-encoding': 'identity' }
    })
  } catch (error) {
    if (isLater && isPassing(error)) return { failure: error }
    throw error
  }
}

/**
 * What the server asks for, or a second, doubled with each connection that brought nothing; a quarter more at random.
 */
function pauseBefore (asked: number | undefined, fruitless: number, random: () => number): number {
  const first = asked === undefined ? PAUSE : Math.min(LONGEST_ASKED, Math.max(SHORTEST_ASKED, asked))
  return Math.max(first, Math.min(LONGEST_PAUSE, first * 2 ** fruitless)) * (1 + random() / 4)
}

/** An event, an offset, or a passing fault; nothing where a message holds none of them. */
function readMessage (
  { event: type, data, id }: ServerSentEvent,
  what: string
): { type: string, offset: string | undefined, event?: unknown } | undefined {
  const payload = data === undefined ? {} : readPayload(data, what)
  if (type === 'error' || payload.error !== undefined) {
    const { code = 'event_stream_error', message = 'Auth0 did not say what went wrong.', offset } = payload.error ?? {}
    if (!PASSING.has(code)) throw new ApiError({ code, message: `${what}: ${message}`, status: 200, call: what })
    return { type: 'error', offset: id || offset }
  }
  const offset = id || payload.offset
  if (payload.event === undefined) return offset === undefined ? undefined : { type: 'offset-only', offset }
  return { type: type || payload.type || payload.event.type, offset, event: payload.event }
}

/** The JSON object of a message; anything else holds no event. */
function readPayload (data: string, what: string): Payload {
  try {
    const value = data === '' ? undefined : parseText(data)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // The parser's own message quotes the text.
    throw new NetworkError(`${what}: an event is not valid JSON.`, undefined, 'invalid_response')
  }
}

function resumeAfter (target: string, offset: string): string {
  const [path, query] = target.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.delete('from_timestamp')
  parameters.set('from', offset)
  return `${path}?${parameters.toString()}`
}

function streamLost (what: string, reconnects: number, cause: unknown): NetworkError {
  return new NetworkError(`${what}: the connection ended, and ${reconnects} reconnects in a row brought no message. ` +
    'Subscribe again with "from" and the last offset.', cause, 'event_stream_lost')
}

function isDropped (error: unknown): boolean {
  return error instanceof TimeoutError || (error instanceof NetworkError && error.code === 'network_error')
}

function isPassing (error: unknown): boolean {
  return isDropped(error) || error instanceof RateLimitError || (error instanceof ApiError && error.status >= 500)
}
