import { AccessTokenError, ApiError, NetworkError, SessionStoreError, TimeoutError } from '../../errors.js'
import type { SessionData } from '../../../types/stores.js'

/** What a call that spent the refresh token gives back: its result, and what the session becomes. */
export interface Spent<T> {
  result: T
  next?: Next
}

/** What a session becomes. */
export type Next = (saved: SessionData) => SessionData

/** How a result is had that may cost the session's refresh token. */
export interface Spender<T> {
  /** The result where the session has it already. */
  kept(current: SessionData): T | undefined
  /** The call that spends the token. */
  call(current: SessionData, signal: AbortSignal | undefined): Promise<Spent<T>>
  /** What the caller gets when Auth0 has refused the token to another process. */
  refused(error: ApiError): Error
}

/** A call that was made, though its caller gets an error: what it brought is kept, or the session is over. */
export class FailedAfterSpending extends Error {
  readonly error: unknown
  readonly next: Next | 'end'

  constructor (error: unknown, next: Next | 'end') {
    super('The refresh token was spent.')
    this.error = error
    this.next = next
  }
}

/** One change after the other, where both are there. */
export function joined (first: Next | undefined, second: Next | undefined): { next?: Next } {
  if (first === undefined || second === undefined) {
    const only = first ?? second
    return only === undefined ? {} : { next: only }
  }
  return { next: saved => second(first(saved)) }
}

/** Whether Auth0 refused what was asked, rather than that it could not answer now. */
export function isRefusal (error: unknown): error is ApiError {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429
}

/** Whether Auth0 could not be asked, rather than that it refused; also where another process has been asking it. */
export function isOutage (error: unknown): boolean {
  return error instanceof NetworkError || error instanceof TimeoutError ||
    (error instanceof SessionStoreError && error.cause instanceof TimeoutError) ||
    (error instanceof ApiError && (error.status >= 500 || error.status === 429))
}

/** Auth0's refusal of a refresh token, behind what a caller is told of it. */
export function refusalOf (error: unknown): ApiError | undefined {
  const refusal = error instanceof AccessTokenError ? error.cause : error
  return refusal instanceof ApiError && refusal.code === 'invalid_grant' ? refusal : undefined
}

/** Nothing that could be spent is left. */
export function noRefreshToken (): AccessTokenError {
  return new AccessTokenError('missing_refresh_token',
    'The session has no valid access token of the kind that was asked for, and no refresh token (any more): the user ' +
      'must log in again. To get tokens without a login, ask for the scope "offline_access" and allow offline access ' +
      'for the API.')
}

/**
 * The key of calls that may share one answer. Whoever asks for another token shares the call only with those that have
 * the same one.
 * @param wanted what is asked for
 * @param refresh whether another token than the kept one is asked for
 * @param kept the token that is there already
 */
export function sharingKey (wanted: readonly unknown[], refresh: boolean | undefined,
  kept: string | undefined): string {
  return JSON.stringify(refresh === true ? [...wanted, true, kept] : [...wanted, false])
}
