import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

/** A request as it goes out. */
export interface WireRequest {
  method: string
  url: URL
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

/** What differs for an exchange that a caller of `fetch` makes. */
export interface ExchangeOptions {
  /** Whether undici's own timers run: the exchange has no deadline. */
  timers?: boolean
  /** A dispatcher for this exchange alone. */
  dispatcher?: Dispatcher | undefined
}

/** Carries one request out and its answer back. */
export interface Transport {
  /** Loads what it needs, before any deadline runs. */
  ready(): Promise<unknown> | undefined
  exchange(request: WireRequest, signal: AbortSignal | undefined, options?: ExchangeOptions): Promise<WireResponse>
  /** Ends the connections of its own, after what is under way, but not later than `seconds`. */
  close(seconds: number): Promise<void>
}
