import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { TelemetryOption, TlsCredentials } from '../../types/options.js'
import type { Awaitable } from '../../types/stores.js'
import { Auth0Error, ConfigurationError, NetworkError } from '../errors.js'
import { rejected } from '../base/awaitable.js'
import { checkCallLimits } from './call-limits.js'
import { collect, decodeText, decompress } from './body.js'
import { withinDeadline } from '../base/deadline.js'
import { retryDelay, type RetryPolicy } from './retry.js'
import { sleep } from '../base/sleep.js'
import { openStream } from './stream.js'
import { telemetryHeader } from './telemetry.js'
import { fetchOver } from './fetch.js'
import { fetchTransport } from './fetch-transport.js'
import { fetchDouble } from './global-transport.js'
import { transportFailure } from './transport-failure.js'
import { targetReader } from './target.js'
import { undiciTransport } from './undici-transport.js'
import { flattened, isStream, type Transport, type WholeAnswer, type WholeLimits, type WireRequest } from './wire.js'

/** How outbound requests are made. */
export interface HttpOptions {
  dispatcher?: Dispatcher | undefined
  customFetch?: typeof fetch | undefined
  /** Seconds for a whole exchange, body included. Default 5. */
  timeout?: number | undefined
  telemetry?: TelemetryOption | undefined
  tls?: TlsCredentials | undefined
  /**
   * Refuse to connect to names of private addresses; not with `dispatcher` and `customFetch`, which make the
   * connections.
   */
  publicOnly?: boolean | undefined
}

/** One request. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array | Readable | FormData | undefined
  signal?: AbortSignal | undefined
  /** Seconds; for `stream` the longest silence. */
  timeout?: number | undefined
  /** Default 1 MiB, counted after decoding. */
  maxBytes?: number | undefined
  retry?: RetryPolicy | undefined
}

/** A whole answer. Header names are lower-case. */
export interface HttpResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** An answer whose body is read as it comes. */
export interface HttpStream {
  status: number
  headers: Record<string, string>
  body: Readable
}

/** The one door for outbound HTTP. Redirects are never followed. */
export interface Http {
  send(request: HttpRequest): Promise<HttpResponse>
  stream(request: HttpRequest): Promise<HttpStream>
  /** `fetch` with the same connections. Redirects are answers, and there is no deadline. */
  fetch(url: URL, init: RequestInit): Promise<Response>
  /** Ends the connections of its own, after what is under way; streams end at once. */
  close(): Promise<void>
}

const DEFAULT_TIMEOUT = 5
const DEFAULT_MAX_BYTES = 1024 * 1024
const DEFAULT_IDLE = 60
/** Bytes an answer may have that is never large: metadata, keys, tokens. */
export const SMALL_ANSWER = 256 * 1024

/** Opens the door. Nothing is loaded or connected before the first request. */
export function createHttp (options: HttpOptions): Http {
  if (options.tls !== undefined && (options.customFetch !== undefined || options.dispatcher !== undefined)) {
    throw new ConfigurationError('tls',
      'Option "tls" must not be given beside "customFetch" or "dispatcher": they make the connections.')
  }
  const transport = options.customFetch === undefined ? undiciTransport(options) : fetchTransport(options.customFetch)
  const telemetry = telemetryHeader(options.telemetry)
  const defaults = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    ...(telemetry !== undefined && { 'auth0-client': telemetry })
  }
  const timeout = options.timeout ?? DEFAULT_TIMEOUT
  const streams = new Set<Readable>()
  const targetOf = targetReader()

  /** At once, except for a form and for the first request. */
  function prepare (request: HttpRequest): Awaitable<Prepared> {
    checkCallLimits(request)
    const loading = transport.ready()
    const { headers, body } = request
    if (loading !== undefined || (typeof body === 'object' && body instanceof FormData)) {
      return prepareSlowly(request, loading)
    }
    return prepared(request, Object.assign({}, defaults, headers), body)
  }

  async function prepareSlowly (request: HttpRequest, loading: Promise<unknown> | undefined): Promise<Prepared> {
    await loading
    const headers = { ...defaults, ...request.headers }
    const { body } = request
    return prepared(request, headers, body instanceof FormData ? await multipartBody(body, headers) : body)
  }

  function prepared ({ method, url }: HttpRequest, headers: Record<string, string>,
    body: WireRequest['body']): Prepared {
    const { origin, host, path } = targetOf(url)
    return { host, wire: { method, origin, path, headers, body } }
  }

  async function attempt ({ timeout: seconds = timeout, signal, maxBytes = DEFAULT_MAX_BYTES }: HttpRequest,
    { wire, host }: Prepared): Promise<HttpResponse> {
    const limits = { seconds, signal, host, maxBytes }
    let answer: WholeAnswer
    try {
      answer = await (transport.whole?.(wire, limits) ?? readWhole(transport, wire, limits))
    } catch (error) {
      throw transportFailure(error, host)
    }
    const { status, headers, body, decoded } = answer
    const encoding = encodingOf(headers)
    const plain = encoding === '' || (decoded && !isStillGzip(body, encoding))
      ? body
      : await decompress(body, encoding, maxBytes).catch((error: unknown) => withoutBody(error, status))
    return { status, headers, body: decodeText(plain, status) }
  }

  async function sendSlowly (request: HttpRequest, preparing: Awaitable<Prepared>): Promise<HttpResponse> {
    const ready = await preparing
    const policy = request.retry
    if (policy === undefined || isStream(ready.wire.body)) return await attempt(request, ready)
    for (let number = 0; ; number++) {
      const outcome = await attempt(request, ready).catch((error: Auth0Error) => error)
      const failed = outcome instanceof Auth0Error
      const facts = failed ? { failure: outcome.code } : { status: outcome.status, headers: outcome.headers }
      const delay = retryDelay({ method: request.method, number, ...facts }, policy)
      if (delay !== undefined) await (policy.sleep ?? sleep)(delay, request.signal)
      else if (failed) throw outcome
      else return outcome
    }
  }

  return {
    send (request) {
      try {
        const ready = prepare(request)
        const isPlain = request.retry === undefined && !(ready instanceof Promise)
        return isPlain ? attempt(request, ready) : sendSlowly(request, ready)
      } catch (error) {
        return rejected(error)
      }
    },

    async stream (request) {
      const { wire, host } = await prepare(request)
      const { status, headers, body, decoded } = await withinDeadline({
        seconds: timeout,
        signal: request.signal,
        host
      }, signal => transport.exchange(wire, signal)).catch((error: unknown) => { throw transportFailure(error, host) })
      const flat = flattened(headers)
      const limits = {
        idle: request.timeout ?? DEFAULT_IDLE,
        signal: request.signal,
        host,
        encoding: decoded ? '' : encodingOf(flat)
      }
      const stream = openStream(body, limits)
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
      return { status, headers: flat, body: stream }
    },

    async fetch (url, init) {
      const customFetch = options.customFetch ?? (options.dispatcher === undefined ? fetchDouble() : undefined)
      return customFetch === undefined
        ? await fetchOver(transport, url, init)
        : await customFetch(url, { ...init, redirect: 'manual' })
    },

    async close () {
      for (const stream of streams) stream.destroy(new NetworkError('The client was closed.', undefined, 'aborted'))
      await transport.close(timeout)
    }
  }
}

/**
 * Whether a `customFetch` left the body as it came: neither JSON nor other text begins with these bytes. @see RFC
 * 1952 section 2.3.1
 */
function isStillGzip (body: Buffer, encoding: string): boolean {
  return encoding === 'gzip' && body[0] === 0x1f && body[1] === 0x8b
}

/** The status of a failure is worth more than its body: one that cannot be decompressed counts as empty. */
function withoutBody (error: unknown, status: number): Buffer {
  if (status < 400) throw error
  return Buffer.alloc(0)
}

function encodingOf (headers: Record<string, string>): string {
  return headers['content-encoding']?.trim().toLowerCase() ?? ''
}

interface Prepared {
  wire: WireRequest
  host: string
}

/** Over a transport that answers with a stream. */
function readWhole (transport: Transport, wire: WireRequest, limits: WholeLimits): Promise<WholeAnswer> {
  return withinDeadline(limits, async signal => {
    const { status, headers, body, decoded } = await transport.exchange(wire, signal)
    return { status, headers: flattened(headers), body: await collect(body, limits.maxBytes), decoded }
  })
}

async function multipartBody (form: FormData, headers: Record<string, string>): Promise<Uint8Array> {
  const multipart = new Response(form)
  headers['content-type'] = multipart.headers.get('content-type')!
  return new Uint8Array(await multipart.arrayBuffer())
}
