import { ApiError, NetworkError, RateLimitError, TimeoutError } from '../errors.js'

const WHAT = 'The token request for the Management API'

/** A failure on the way to a token, saying that it was no failure of the call itself. */
export function tokenRequestFailure (error: unknown): unknown {
  if (error instanceof ApiError) {
    const { code, status, statusCode, description, body, headers, call } = error
    const details = {
      code,
      call,
      message: `${WHAT} was refused: ${error.message}`,
      status,
      statusCode,
      description,
      body,
      headers,
      cause: error
    }
    return error instanceof RateLimitError
      ? new RateLimitError({ ...details, resetAt: error.resetAt, retryAfter: error.retryAfter })
      : new ApiError(details)
  }
  if (error instanceof TimeoutError) return new TimeoutError(`${WHAT} failed: ${error.message}`, error)
  return error instanceof NetworkError ? new NetworkError(`${WHAT} failed: ${error.message}`, error, error.code) : error
}
