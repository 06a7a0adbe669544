import type { TokenResponse } from '../../../types/tokens.js'
import { ApiError, NetworkError, PollingApiError, RateLimitError, TimeoutError } from '../../errors.js'
import { sleep as realSleep, type Sleep } from '../../base/sleep.js'

/** How long and how often is asked. */
export interface PollTiming {
  /** Seconds between two attempts, and before the first. */
  interval: number
  /** Seconds until the request is void. */
  expiresIn: number
  now: () => number
  signal?: AbortSignal | undefined
  sleep?: Sleep | undefined
}

/**
 * Asks until the user has finished on the other device: slower when told so, and no longer than the request lives.
 * Ends with a `PollingApiError` of code `expired_token` when nobody answered.
 * @see RFC 8628 section 3.5, OpenID CIBA Core section 11
 */
export async function poll ({ interval, expiresIn, now, signal, sleep = realSleep }: PollTiming,
  attempt: () => Promise<TokenResponse>): Promise<TokenResponse> {
  const end = now() + expiresIn
  for (let wait = interval; now() + wait < end;) {
    await sleep(wait, signal)
    try {
      return await attempt()
    } catch (error) {
      wait = nextWait(wait, error)
    }
  }
  throw new PollingApiError({
    code: 'expired_token',
    message: 'The request expired before it was answered.',
    statusCode: 400,
    interval
  })
}

/** Seconds until the next attempt; an error that ends the polling is thrown on. */
function nextWait (wait: number, error: unknown): number {
  if (error instanceof PollingApiError) return error.code === 'slow_down' ? Math.max(wait + 5, error.interval) : wait
  if (error instanceof RateLimitError) return Math.max(wait + 5, error.retryAfter ?? 0)
  if (error instanceof TimeoutError || (error instanceof NetworkError && error.code === 'network_error')) {
    return wait * 2
  }
  // The server has answered nothing yet: the user may still do.
  if (error instanceof ApiError && error.status >= 500) return wait + 5
  throw error
}
