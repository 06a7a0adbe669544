import type { Readable } from 'node:stream'
import type { Awaitable } from '../../types/stores.js'
import type { RateLimit } from '../../types/management.js'
import { Auth0Error, type ApiError } from '../errors.js'
import { toApiError } from '../http/api-error.js'
import { unlessAborted } from '../base/deadline.js'
import { trace, traceChannel } from '../base/trace.js'
import { parseJson } from '../http/json.js'
import { askedDelay, retryDelay, type RetryPolicy } from '../http/retry.js'
import type { Http, HttpRequest, HttpResponse, HttpStream } from '../http/send.js'
import { sleep, type Sleep } from '../base/sleep.js'
import type { ApiRequest } from './call.js'
import type { Row } from './endpoint.js'
import { readRateLimit, remember } from './rate-limit/rate-limit.js'
import type { SharedLimit } from './rate-limit/shared-limit.js'
import { Turn } from './rate-limit/turn.js'
import type { TokenSource } from './token.js'

/** What calls share. */
export interface ApiSenderOptions {
  http: Http
  /** Without a slash at the end. */
  baseUrl: string
  tokens: TokenSource
  retry: RetryPolicy
  /** The rate limit, where calls share it. */
  limit: SharedLimit | undefined
  throttle: ((signal?: AbortSignal) => Promise<void>) | undefined
  customDomain: string | undefined
  now: () => number
}

const calls = traceChannel('management')

const MAX_BYTES = 16 * 1024 * 1024

/** Sends calls: gets the token, waits where it must, repeats what may be repeated. */
export class ApiSender {
  readonly #options: ApiSenderOptions
  readonly sleep: Sleep
  /** The clock, epoch seconds. */
  readonly now: () => number
  readonly random: () => number
  #headers: Readonly<Record<string, string>> = {}

  constructor (options: ApiSenderOptions) {
    this.#options = options
    this.sleep = options.retry.sleep ?? sleep
    this.now = options.now
    this.random = options.retry.random ?? Math.random
  }

  /** Auth0's rate limit as the latest answer told it. */
  get rateLimit (): RateLimit | undefined {
    return readRateLimit(this.#headers)
  }

  /** Sends a call and reads its answer. */
  call (row: Row<unknown>, call: ApiRequest): Promise<unknown> {
    if (!calls.hasSubscribers) return this.#call(row, call)
    const message = { domain: new URL(this.#options.baseUrl).host, method: row.verb, path: row.path }
    return trace(calls, message, () => this.#call(row, call))
  }

  async #call (row: Row<unknown>, call: ApiRequest): Promise<unknown> {
    const response = await this.#exchange(row, call, request => this.#options.http.send(request))
    if (row.returns === undefined || isEmpty(response)) return undefined
    const result = parseJson(response, call.what)
    remember(result, response.headers)
    return result
  }

  /** Sends a call whose answer is read as it comes. */
  open (row: Row<unknown>, call: ApiRequest): Promise<HttpStream> {
    return this.#exchange(row, call, async request => {
      const { status, headers, body } = await this.#options.http.stream(request)
      if (status < 300) return { status, headers, body }
      return { status, headers, body: await textOf(body) }
    })
  }

  /** A file that Auth0 told the address of, as it comes. The address is the key to it: no token is sent. */
  async download (url: string, what: string, signal: AbortSignal | undefined): Promise<Readable> {
    const { status, headers, body } = await this.#options.http.stream({
      method: 'GET',
      url,
      signal,
      headers: { accept: '*/*' }
    })
    if (status < 300) return body
    throw toApiError({ status, headers, body: await textOf(body) }, { what, now: this.now(), secrets: [url] })
  }

  async #exchange<T extends HttpResponse | HttpStream> (
    row: Row<unknown>,
    call: ApiRequest,
    send: (request: HttpRequest) => Promise<T | HttpResponse>
  ): Promise<T> {
    const { retry, tokens, throttle, limit } = this.#options
    const { signal } = call.options
    const turn = new Turn(call.what, signal)
    let renewed = false
    let number = 0
    for (;;) {
      if (throttle !== undefined && turn.again === undefined) await throttle(signal)
      const waiting = limit?.enter(turn)
      if (waiting !== undefined) await waiting
      const given = this.#token(turn)
      const token = typeof given === 'string' ? given : await given
      const outcome = await send(this.#request(row, call, token)).catch((error: Auth0Error) => error)
      if (limit !== undefined) leave(limit, turn, outcome, call.repeatable && number < retry.retries)
      const failed = outcome instanceof Auth0Error
      if (!failed) {
        this.#headers = outcome.headers
        if (outcome.status < 300) return outcome as T
        if (outcome.status === 401 && call.repeatable && !renewed && (await tokens.renew(token))) {
          renewed = true
          continue
        }
        if (turn.again !== undefined) {
          // As long as Auth0 tells for how long, waits are limited by their length only.
          if (askedDelay(outcome.headers, this.now()) === undefined) number++
          continue
        }
      }
      const facts = failed ? { failure: outcome.code } : { status: outcome.status, headers: outcome.headers }
      const delay = call.repeatable && !isBusy(outcome)
        ? retryDelay({ method: call.verb, number, ...facts }, retry)
        : undefined
      if (delay === undefined) throw failed ? outcome : this.#refusal(call, outcome as HttpResponse, token)
      await this.sleep(delay, signal)
      number++
    }
  }

  /** The token for an attempt; one that cannot be had ends its turn. */
  #token (turn: Turn): Awaitable<string> {
    const given = unlessAborted(this.#options.tokens.get(), turn.signal)
    return typeof given === 'string'
      ? given
      : given.catch((error: unknown) => {
        this.#options.limit?.cancel(turn)
        throw error
      })
  }

  #refusal (call: ApiRequest, answer: HttpResponse, token: string): ApiError {
    return toApiError(answer, {
      what: call.what,
      now: this.now(),
      secrets: [token],
      call: call.what,
      api: 'management',
      advice: this.#advice(answer)
    })
  }

  /** Which option would have waited longer. */
  #advice ({ status, headers }: HttpResponse): string | undefined {
    const {
      limit,
      retry: { retries, maxDelay = 0 }
    } = this.#options
    const asked = status === 429 && limit === undefined && retries > 0 ? askedDelay(headers, this.now()) : undefined
    if (asked === undefined || asked <= maxDelay) return undefined
    return `The limit resets in ${Math.ceil(asked)} s. Option "retry.maxDelay" (${maxDelay} s) is shorter.`
  }

  #request (row: Row<unknown>, call: ApiRequest, token: string): HttpRequest {
    const { baseUrl, customDomain } = this.#options
    const { signal, timeout } = call.options
    const headers: Record<string, string> = { ...call.headers, authorization: `Bearer ${token}` }
    if (row.customDomain === true && customDomain !== undefined) headers['auth0-custom-domain'] ??= customDomain
    return {
      method: call.verb,
      url: baseUrl + call.target,
      headers,
      signal,
      timeout,
      maxBytes: MAX_BYTES,
      body: call.body?.()
    }
  }
}

/** Tells the rate limit how an attempt ended. */
function leave (limit: SharedLimit, turn: Turn, outcome: HttpResponse | HttpStream | Auth0Error,
  isRepeatable: boolean): void {
  if (isBusy(outcome)) limit.cancel(turn)
  else if (outcome instanceof Auth0Error) limit.leave(turn, undefined)
  else limit.leave(turn, outcome, outcome.status === 429 && isRepeatable)
}

/** Two jobs run already: that is no rate limit, and takes longer than calls wait. */
function isBusy (outcome: HttpResponse | HttpStream | Auth0Error): boolean {
  return (
    'body' in outcome &&
    outcome.status === 429 &&
    typeof outcome.body === 'string' &&
    outcome.body.includes('"too_many_active_jobs"')
  )
}

/** 204, or accepted for later without a word. */
function isEmpty ({ status, body }: HttpResponse): boolean {
  return status === 204 || (status === 202 && body === '')
}

const MAX_ERROR_BYTES = 64 * 1024

async function textOf (body: HttpStream['body']): Promise<string> {
  let text = ''
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8')
    if (text.length > MAX_ERROR_BYTES) break
  }
  return text
}
