import type { TokenResponse } from '../../../types/tokens.js'
import { ApiError, NetworkError, PollingApiError, RateLimitError, TimeoutError } from '../../errors.js'
import { sleep as realSleep, type Sleep } from '../../base/sleep.js'
import { retryAfter } from '../../http/retry.js'

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
 * Asks until the user has finished on the other device: slower when told so, not before the time that an answer names,
 * and no longer than the request lives.
 * Ends with a `PollingApiError` of code `expired_token` when nobody answered.
 * @see RFC 8628 section 3.5, OpenID CIBA Core section 11
 */
export async function poll ({ interval, expiresIn, now, signal, sleep = realSleep }: PollTiming,
  attempt: () => Promise<TokenResponse>): Promise<TokenResponse> {
  const end = now() + expiresIn
  for (let pace = interval, wait = pace; now() + wait < end;) {
    await sleep(wait, signal)
    try {
      return await attempt()
    } catch (error) {
      pace = nextPace(pace, error)
      wait = Math.max(pace, askedWait(error, now()))
    }
  }
  throw new PollingApiError({
    code: 'expired_token',
    message: 'The request expired before it was answered.',
    statusCode: 400,
    interval
  })
}

/** Seconds between the next attempts; an error that ends the polling is thrown on. */
function nextPace (pace: number, error: unknown): number {
  if (error instanceof PollingApiError) return error.code === 'slow_down' ? Math.max(pace + 5, error.interval) : pace
  if (error instanceof RateLimitError) return Math.max(pace + 5, error.retryAfter ?? 0)
  if (error instanceof TimeoutError || (error instanceof NetworkError && error.code === 'network_error')) {
    return pace * 2
  }
  // The server has answered nothing yet: the user may still do.
  if (error instanceof ApiError && error.status >= 500) return pace + 5
  throw error
}

/** Seconds that an answer asks to wait before the next attempt, whichever error it holds. */
function askedWait (error: unknown, now: number): number {
  return error instanceof ApiError ? retryAfter(error.headers, now) ?? 0 : 0
}
