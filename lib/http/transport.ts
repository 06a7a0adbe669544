import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Dispatcher } from 'undici'
import type { TlsCredentials } from '../../types/options.js'
import { Auth0Error, NetworkError } from '../errors.js'
import { invalid } from './body.js'
import { publicLookup } from './public-address.js'

/** A request as it goes out. */
export interface WireRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: URL
  headers: Record<string, string>
  body: string | Uint8Array | Readable | undefined
}

/** An answer whose body is still to come. */
export interface WireResponse {
  status: number
  headers: Record<string, string>
  body: Readable
  /** Whether `body` is already free of its `Content-Encoding`. */
  decoded: boolean
}

/** Carries one request out and its answer back. */
export interface Transport {
  /** Loads what it needs, before any deadline runs. */
  ready(): Promise<unknown> | undefined
  exchange(request: WireRequest, signal: AbortSignal): Promise<WireResponse>
  /** Ends the connections of its own; what is under way fails. */
  close(): Promise<void>
}

/** undici with keep-alive connections; the module is loaded with the first request. */
export function undiciTransport (
  options: { dispatcher?: Dispatcher | undefined, tls?: TlsCredentials | undefined, publicOnly?: boolean | undefined }
): Transport {
  let own: Promise<Dispatcher> | undefined
  let dispatcher = options.dispatcher
  const open = async (): Promise<Dispatcher> => {
    const { Agent } = await import('undici')
    dispatcher = new Agent({
      connections: 128,
      connect: { ...options.tls, ...(options.publicOnly === true && { lookup: publicLookup }) }
    })
    return dispatcher
  }
  return {
    ready: () => dispatcher === undefined ? (own ??= open()) : undefined,
    async exchange ({ url, method, headers, body }, signal) {
      // The whole exchange has a deadline already: undici's own timers are switched off.
      const response = await dispatcher!.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        body: body ?? null,
        signal,
        headersTimeout: 0,
        bodyTimeout: 0
      })
      return {
        status: response.statusCode,
        headers: flatten(Object.entries(response.headers)),
        body: response.body,
        decoded: false
      }
    },
    async close () {
      const agent = await own
      own = undefined
      dispatcher = options.dispatcher
      await agent?.destroy()
    }
  }
}

/** A `fetch` of the application's choice. */
export function fetchTransport (customFetch: typeof fetch): Transport {
  return {
    ready: () => undefined,
    async exchange ({ url, method, headers, body }, signal) {
      const init = { method, headers, signal, redirect: 'manual', ...(body !== undefined && { body, duplex: 'half' }) }
      const response = await customFetch(url.href, init as RequestInit)
      if (response.redirected) throw invalid('customFetch followed a redirect.')
      return {
        status: response.status,
        headers: flatten(response.headers),
        body: toReadable(response.body),
        decoded: true
      }
    },
    async close () {}
  }
}

/** An error of the transport as one of ours. Only text and code survive: what else it holds might be the request. */
export function transportFailure (error: unknown, host: string): Error {
  if (error instanceof Auth0Error) return error
  const { code, message } = innermost(error)
  const reason = code ?? message
  return new NetworkError(`The request to ${host} failed: ${reason}`,
    Object.assign(new Error(message), code !== undefined && { code }))
}

function innermost (error: unknown): { code: string | undefined, message: string } {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(inner instanceof Error)) return { code: undefined, message: 'unknown failure' }
  const { code } = inner as NodeJS.ErrnoException
  return { code: typeof code === 'string' ? code : undefined, message: inner.message }
}

/** Headers as a record with lower-case names. Cookies are of no use to a client and are left behind. */
function flatten (entries: Iterable<[string, string | string[] | undefined]>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of entries) {
    if (name !== 'set-cookie' && value !== undefined) {
      headers[name] = typeof value === 'string' ? value : value.join(', ')
    }
  }
  return headers
}

function toReadable (body: Response['body']): Readable {
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream)
}
