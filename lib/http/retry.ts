import { systemClock } from '../base/clock.js'
import type { Sleep } from '../base/sleep.js'

/** How often and how long a request is repeated. */
export interface RetryPolicy {
  /** Attempts after the first. */
  retries: number
  /** Seconds; when the server asks for a longer wait, its answer is final. Default 10. */
  maxDelay?: number | undefined
  sleep?: Sleep
  /** The clock, epoch seconds. */
  now?: () => number
  random?: () => number
}

/** What became of an attempt: an answer, or a failure by its code. */
export interface Attempt {
  method: string
  /** 0 for the first. */
  number: number
  status?: number
  headers?: Readonly<Record<string, string>>
  failure?: string
}

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const PASSING = new Set([500, 502, 503, 504])

/** Whether repeating cannot do harm: 429 was not processed, all else only for methods that may run twice. */
export function isSafeToRepeat ({ method, status, failure }: Attempt): boolean {
  if (status === 429) return true
  if (!REPEATABLE.has(method)) return false
  return failure === 'network_error' || (status !== undefined && PASSING.has(status))
}

/** Seconds until the server wants to be asked again, from `Retry-After` or, for 429, `x-ratelimit-reset`. */
export function askedDelay (headers: Readonly<Record<string, string>>, now: number): number | undefined {
  return retryAfter(headers, now) ?? untilReset(headers, now)
}

/** `Retry-After` in seconds, from either of its forms. @see RFC 9110 section 10.2.3 */
export function retryAfter (headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? ''
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const date = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1000 - now))
}

/** `x-ratelimit-reset`, epoch seconds; -1 where the header is missing or makes no sense. */
export function resetAt (headers: Readonly<Record<string, string>>): number {
  const value = headers['x-ratelimit-reset']?.trim() ?? ''
  return /^\d{1,12}$/.test(value) ? Number(value) : -1
}

function untilReset (headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const reset = resetAt(headers)
  return reset === -1 ? undefined : Math.max(0, reset - now)
}

/** Seconds to wait before the next attempt; `undefined` when there is to be none. */
export function retryDelay (attempt: Attempt, policy: RetryPolicy): number | undefined {
  if (!(attempt.number < policy.retries) || !isSafeToRepeat(attempt)) return undefined
  const { maxDelay = 10, random = Math.random, now = systemClock } = policy
  const headers = attempt.headers ?? {}
  const asked = attempt.status === 429 ? askedDelay(headers, now()) : retryAfter(headers, now())
  if (asked === undefined) return Math.min(maxDelay, 0.5 * 2 ** attempt.number) * (0.75 + random() / 4)
  return asked > maxDelay ? undefined : asked + random() / 4
}
