import type { RateLimit } from '../../../types/management.js'

type Headers = Readonly<Record<string, string>>

const NAMES = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
const headersOf = new WeakMap<object, Headers>()

/** Remembers the headers an answer came with. */
export function remember (result: unknown, headers: Headers): void {
  if (typeof result === 'object' && result !== null) headersOf.set(result, headers)
}

/**
 * Auth0's rate limit as it stood when this object was fetched; `undefined` for other objects and where Auth0 did not
 * say.
 */
export function rateLimitOf (result: object): RateLimit | undefined {
  const headers = headersOf.get(result) ?? (result as { headers?: Headers }).headers
  return headers === undefined ? undefined : readRateLimit(headers)
}

/** The `x-ratelimit-*` headers. */
export function readRateLimit (headers: Headers): RateLimit | undefined {
  const numbers = NAMES.map(name => Number.parseInt(headers[name] ?? '', 10))
  const [limit, remaining, resetAt] = numbers as [number, number, number]
  return numbers.some(Number.isNaN) ? undefined : { limit, remaining, resetAt }
}
