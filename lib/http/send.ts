import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { TelemetryOption, TlsCredentials } from '../../types/options.js'
import { Auth0Error, ConfigurationError } from '../errors.js'
import { collect, decodeText, decompress } from './body.js'
import { withinDeadline } from '../base/deadline.js'
import { retryDelay, type RetryPolicy } from './retry.js'
import { sleep } from '../base/sleep.js'
import { openStream } from './stream.js'
import { telemetryHeader } from './telemetry.js'
import { fetchTransport, transportFailure, undiciTransport, type WireRequest, type WireResponse } from './transport.js'

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
  body?: string | Uint8Array | Readable | FormData
  signal?: AbortSignal | undefined
  /** Seconds; for `stream` the longest silence. */
  timeout?: number | undefined
  /** Default 1 MiB, counted after decoding. */
  maxBytes?: number
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
  /** Ends the connections of its own; what is under way fails. */
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
      'The option "tls" cannot be used together with "customFetch" or "dispatcher": they make the connections.')
  }
  const transport = options.customFetch === undefined ? undiciTransport(options) : fetchTransport(options.customFetch)
  const telemetry = telemetryHeader(options.telemetry)
  const defaults = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    ...(telemetry !== undefined && { 'auth0-client': telemetry })
  }
  const timeout = options.timeout ?? DEFAULT_TIMEOUT

  async function prepare (request: HttpRequest): Promise<WireRequest> {
    await transport.ready()
    return toWire(request, defaults)
  }

  function exchange (wire: WireRequest, signal: AbortSignal): Promise<WireResponse> {
    return transport.exchange(wire, signal).catch((error: unknown) => {
      throw transportFailure(error, wire.url.host)
    })
  }

  function attempt (request: HttpRequest, wire: WireRequest): Promise<HttpResponse> {
    const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES
    const { host } = wire.url
    return withinDeadline({ seconds: request.timeout ?? timeout, signal: request.signal, host }, async signal => {
      const { status, headers, body, decoded } = await exchange(wire, signal)
      const raw = await collect(body, maxBytes).catch((error: unknown) => { throw transportFailure(error, host) })
      const encoding = encodingOf(headers)
      const plain =
        encoding === '' || (decoded && !isStillGzip(raw, encoding)) ? raw : await decompress(raw, encoding, maxBytes)
      return { status, headers, body: decodeText(plain, status) }
    })
  }

  return {
    async send (request) {
      const wire = await prepare(request)
      const policy = request.retry
      if (policy === undefined || request.body instanceof Readable) return attempt(request, wire)
      for (let number = 0; ; number++) {
        const outcome = await attempt(request, wire).catch((error: Auth0Error) => error)
        const failed = outcome instanceof Auth0Error
        const facts = failed ? { failure: outcome.code } : { status: outcome.status, headers: outcome.headers }
        const delay = retryDelay({ method: request.method, number, ...facts }, policy)
        if (delay !== undefined) await (policy.sleep ?? sleep)(delay, request.signal)
        else if (failed) throw outcome
        else return outcome
      }
    },

    async stream (request) {
      const wire = await prepare(request)
      const { host } = wire.url
      const { status, headers, body, decoded } = await withinDeadline({
        seconds: timeout,
        signal: request.signal,
        host
      }, signal => exchange(wire, signal))
      const limits = {
        idle: request.timeout ?? DEFAULT_IDLE,
        signal: request.signal,
        host,
        encoding: decoded ? '' : encodingOf(headers)
      }
      return { status, headers, body: openStream(body, limits) }
    },

    close: () => transport.close()
  }
}

/**
 * Whether a `customFetch` left the body as it came: neither JSON nor other text begins with these bytes. @see RFC
 * 1952 section 2.3.1
 */
function isStillGzip (body: Buffer, encoding: string): boolean {
  return encoding === 'gzip' && body[0] === 0x1f && body[1] === 0x8b
}

function encodingOf (headers: Record<string, string>): string {
  return headers['content-encoding']?.trim().toLowerCase() ?? ''
}

async function toWire (request: HttpRequest, defaults: Record<string, string>): Promise<WireRequest> {
  const headers = { ...defaults, ...request.headers }
  const wire = { method: request.method, url: new URL(request.url), headers }
  if (!(request.body instanceof FormData)) return { ...wire, body: request.body }
  const multipart = new Response(request.body)
  headers['content-type'] = multipart.headers.get('content-type')!
  return { ...wire, body: new Uint8Array(await multipart.arrayBuffer()) }
}
