import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Deadline } from '../base/deadline.js'

/** A request as it goes out. */
export interface WireRequest {
  method: string
  origin: string
  /** With the query. */
  path: string
  headers: Record<string, string | string[]>
  body: string | Uint8Array | Readable | undefined
}

/** An answer whose body is still to come. */
export interface WireResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Readable
  /** Whether `body` is already free of its `Content-Encoding`. */
  decoded: boolean
}

/** Whether a body is gone once it was sent. */
export function isStream (body: WireRequest['body']): body is Readable {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

/** An answer with its whole body, as it came. */
export interface WholeAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
  decoded: boolean
}

/** What bounds an exchange whose answer is read as a whole. */
export interface WholeLimits extends Deadline {
  maxBytes: number
}

/** What differs for an exchange that a caller of `fetch` makes. */
interface ExchangeOptions {
  /** Whether undici's own timers run: the exchange has no deadline. */
  timers?: boolean
  /** A dispatcher for this exchange alone. */
  dispatcher?: Dispatcher | undefined
}

/** Carries one request out and its answer back. */
export interface Transport {
  /** Loads what it needs, before any deadline runs. */
  ready(): Promise<unknown> | undefined
  /** A shorter way to a whole answer, where there is one. @throws what the transport or the deadline tells */
  whole?(request: WireRequest, limits: WholeLimits): Promise<WholeAnswer> | undefined
  exchange(request: WireRequest, signal: AbortSignal | undefined, options?: ExchangeOptions): Promise<WireResponse>
  /** Ends the connections of its own, after what is under way, but not later than `seconds`. */
  close(seconds: number): Promise<void>
}

/** Headers as a record with lower-case names. Cookies are of no use to a client and are left behind. */
export function flattened (answered: WireResponse['headers']): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(answered)) {
    const value = answered[name]
    if (value === undefined || name === 'set-cookie') continue
    headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

/** The same of names and values in turn, as they came. */
export function fromRaw (fields: readonly Buffer[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!.toString('latin1').toLowerCase()
    if (name === 'set-cookie') continue
    const known: unknown = headers[name]
    const value = fields[i + 1]!.toString('latin1')
    headers[name] = typeof known === 'string' ? `${known}, ${value}` : value
  }
  return headers
}
