import type { TenantEvent } from '../../types/management.js'
import { ApiError, NetworkError, TimeoutError } from '../errors.js'
import { parseText } from '../base/json.js'
import type { Call } from './call.js'
import type { Caller } from './caller.js'
import type { Row } from './endpoint.js'
import { serverSentEvents, type ServerSentEvent } from './server-sent-events.js'

interface Message extends Partial<TenantEvent> { error?: { code: string, message: string, offset?: string } }

const PAUSE = 1
const LONGEST_PAUSE = 30
const PASSING = new Set(['timeout', 'connection_timeout'])

/** The tenant's events. When the connection ends, another one goes on after the last event; what Auth0 refuses ends the iteration. */
export async function * subscribe (caller: Caller, row: Row<unknown>, call: Call): AsyncGenerator<TenantEvent> {
  let place = call
  let pause = PAUSE
  for (;;) {
    const { body } = await caller.open(row, { ...place, headers: { ...call.headers, accept: 'text/event-stream' } })
    let asked: number | undefined
    try {
      for await (const sent of serverSentEvents(body)) {
        pause = PAUSE
        asked = sent.retry ?? asked
        const message = readMessage(sent, call.what)
        if (message.error !== undefined && !PASSING.has(message.error.code)) throw refusal(message.error)
        const offset = message.offset ?? message.error?.offset ?? sent.id
        if (offset !== undefined) place = { ...call, target: readOnAfter(call.target, offset) }
        if (message.event !== undefined) yield message as TenantEvent
      }
    } catch (error) {
      // A connection that breaks or falls silent is the end of a connection, not of the subscription.
      if (!isDropped(error)) throw error
    } finally {
      body.destroy()
    }
    await caller.sleep(asked ?? pause, call.options.signal)
    pause = Math.min(LONGEST_PAUSE, pause * 2)
  }
}

function readMessage ({ data }: ServerSentEvent, what: string): Message {
  try {
    return parseText(data) as Message
  } catch {
    // The parser's own message quotes the text.
    throw new NetworkError(`${what}: an event is not valid JSON.`, undefined, 'invalid_response')
  }
}

function refusal ({ code, message }: { code: string, message: string }): ApiError {
  return new ApiError({ code, message, status: 200 })
}

function readOnAfter (target: string, offset: string): string {
  const [path, query] = target.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.delete('from_timestamp')
  parameters.set('from', offset)
  return `${path}?${parameters.toString()}`
}

function isDropped (error: unknown): boolean {
  return error instanceof TimeoutError || (error instanceof NetworkError && error.code === 'network_error')
}
