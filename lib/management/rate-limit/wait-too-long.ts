import { RateLimitError } from '../../errors.js'
import { redactHeaders } from '../../http/redact.js'

/**
 * The error of a call that would wait longer for the rate limit than it may. Times in epoch seconds, durations in
 * seconds.
 */
export function waitTooLong (
  { call, opensAt, seconds, maxWait, headers }: {
    call: string,
    opensAt: number,
    seconds: number,
    maxWait: number,
    headers: Readonly<Record<string, string>>
  }
): RateLimitError {
  const resetAt = Math.ceil(opensAt)
  const wait = Math.ceil(seconds)
  return new RateLimitError({
    code: 'too_many_requests',
    message: `${call}: the rate limit resets at ${new Date(resetAt * 1000).toISOString()}, in ${wait} s. ` +
      `Option "maxWait" (${maxWait} s) is shorter.`,
    status: 429,
    call,
    headers: redactHeaders(headers),
    resetAt,
    retryAfter: wait
  })
}
