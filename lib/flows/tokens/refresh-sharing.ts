import { ApiError, SessionStoreError, TimeoutError } from '../../errors.js'
import { laneOf } from '../../stores/sessions.js'
import { withLease } from '../../stores/stateful/lease.js'
import { wrong } from '../../stores/store-answers.js'
import { bounded, busy } from '../../stores/store-deadline.js'
import type { Awaitable, RefreshStore, SessionData } from '../../../types/stores.js'
import { adopt, refused, renewed, sharedEntry, type SharedEntry, type SharedRefresh } from './shared-refresh.js'
import { FailedAfterSpending, joined, refusalOf, type Next, type Spender, type Spent } from './spent.js'
import { withoutRefreshToken } from './token-sets.js'

/** Refresh tokens that are followed, each to the one that came of it, before a request gives up. */
const MAX_LINKS = 16
/** Seconds for which others learn that a refresh token was refused. */
const REFUSAL_TTL = 10
/** Seconds a result is kept whose access token has no known end. */
const UNKNOWN_TTL = 60
const MAX_TTL = 30 * 86_400

/** What sharing needs. */
export interface RefreshSharingOptions {
  store: RefreshStore
  onError: 'fail' | 'alone'
  secrets: readonly string[]
  clientId: string
  /** Seconds one call to the store may take. */
  timeout: number
  /** Seconds the lock lasts, longer than the whole deadline of a call, and seconds it is waited for. */
  lease: { leaseSeconds: number, waitSeconds: number }
  now: () => number
  warn: (code: string, detail: object) => void
}

/** A result with an end, in epoch seconds; 0 where it is not known. */
interface Ending {
  expiresAt: number
}

/**
 * Spends a refresh token once for all processes: what came of it is in the store, for whoever still has the old token.
 */
export interface RefreshSharing {
  /** @throws SessionStoreError (503) while the store is away, or another process holds the token for too long */
  spend<T extends Ending>(spender: Spender<T>, session: SessionData, signal: AbortSignal | undefined): Promise<Spent<T>>
}

export function createRefreshSharing (options: RefreshSharingOptions): RefreshSharing {
  const { store, timeout, lease, now, warn } = options

  async function ask<T> (what: string, work: () => Awaitable<T>): Promise<T> {
    return await bounded(what, timeout, work, 'refresh').catch((error: unknown) => {
      throw new SessionStoreError(`The refresh store failed at "${what}", or did not answer in time.`, error)
    })
  }

  /** A store of the application's may say `null` where it has nothing. */
  async function read ({ name }: SharedEntry): Promise<string | undefined> {
    const value = await ask('get', () => store.get(name)) ?? undefined
    if (value === undefined || typeof value === 'string') return value
    throw wrong('get', 'something that is not a string')
  }

  async function lock ({ name }: SharedEntry, seconds: number): Promise<(() => Awaitable<void>) | undefined> {
    const release = await ask('lock', () => store.lock(name, seconds)) ?? undefined
    if (release === undefined || typeof release === 'function') return release
    throw wrong('lock', 'something that is not a function')
  }

  /** Whatever becomes of it, this process has the new tokens: others are told if they can be. */
  async function write (entry: SharedEntry, shared: SharedRefresh, ttl: number): Promise<void> {
    const value = entry.seal(shared)
    const attempt = async (): Promise<void> => await ask('set', () => store.set(entry.name, value, ttl))
    await attempt().catch(attempt).catch((error: unknown) => {
      warn('refresh_not_shared', { error })
    })
  }

  /** Makes the call that spends the token, and shares what came of it before anything else. */
  async function call<T extends Ending> (spender: Spender<T>, session: SessionData, entry: SharedEntry,
    signal: AbortSignal): Promise<Spent<T>> {
    try {
      const spent = await spender.call(session, signal)
      if (spent.next !== undefined) {
        await write(entry, renewed(session, spent.next(session)), timeToLive(spent.result, now()))
      }
      return spent
    } catch (error) {
      const shared = failureOf(error, session)
      if (shared !== undefined) await write(entry, shared, shared.kind === 'refused' ? REFUSAL_TTL : UNKNOWN_TTL)
      throw error
    }
  }

  /** Makes the call under the token's lock; `undefined` when the entry is no longer the one that was seen. */
  async function lockAndCall<T extends Ending> (spender: Spender<T>, session: SessionData, entry: SharedEntry,
    seen: string | undefined, signal: AbortSignal | undefined): Promise<Spent<T> | undefined> {
    let release: (() => Awaitable<void>) | undefined
    let waits = false
    const isOvertaken = async (): Promise<boolean> => await read(entry) !== seen
    async function acquire (_: string, leaseSeconds: number): Promise<boolean> {
      if (waits && await isOvertaken()) return true
      waits = true
      release = await lock(entry, leaseSeconds)
      return release !== undefined
    }
    // Not waited for: a store that hangs now must not take away what the call has brought. The lease ends the lock.
    const giveBack = async (): Promise<void> => {
      Promise.resolve(release?.()).catch(() => undefined)
    }
    return await withLease({ acquire, release: giveBack }, lease, async leaseEnds => {
      // Again under the lock: the holder before may have written in the meantime.
      if (release === undefined || await isOvertaken()) return undefined
      const either = signal === undefined ? leaseEnds : AbortSignal.any([signal, leaseEnds])
      return await call(spender, session, entry, either)
    })
  }

  /**
   * Follows what others have made of the session's refresh token, and spends the last one where that is needed;
   * `undefined` where the chain has no end.
   */
  async function spend<T extends Ending> (spender: Spender<T>, heir: Heir, signal: AbortSignal | undefined):
  Promise<Spent<T> | undefined> {
    for (let link = 0; link < MAX_LINKS; link++) {
      const { refreshToken } = heir.session.tokens
      // Without a refresh token the call says so.
      if (refreshToken === undefined) return await spender.call(heir.session, signal)
      const entry = sharedEntry(options, refreshToken)
      const seen = await read(entry)
      const shared = seen === undefined ? undefined : entry.open(seen)
      const isOurs = shared?.id === laneOf(heir.session.record)
      if (isOurs && shared.kind === 'renewed') heir.take(shared)
      // To the end of the chain: a refresh token in the middle of it was spent, too.
      const newest = heir.session.tokens.refreshToken
      if (newest !== undefined && newest !== refreshToken) continue
      const result = heir.taken && spender.kept(heir.session)
      if (result !== undefined) return { result, next: heir.taken! }
      if (isOurs && shared.kind === 'refused') throw spender.refused(apiErrorOf(shared))
      const spent = await lockAndCall(spender, heir.session, entry, seen, signal)
      if (spent !== undefined) return { result: spent.result, ...joined(heir.taken, spent.next) }
    }
    return undefined
  }

  return {
    async spend (spender, session, signal) {
      const heir = new Heir(session)
      let called = false
      const counted: typeof spender = {
        ...spender,
        call (...args) {
          called = true
          return spender.call(...args)
        }
      }
      try {
        const spent = await spend(counted, heir, signal).catch(async (error: unknown) => {
          if (called) throw error
          if (error instanceof TimeoutError) throw busy(error)
          if (options.onError === 'fail' || !(error instanceof SessionStoreError)) throw error
          warn('refresh_store_failed', { error })
          const { result, next } = await spender.call(heir.session, signal)
          return { result, ...joined(heir.taken, next) }
        })
        if (spent === undefined) throw busy()
        return spent
      } catch (error) {
        throw heir.taken === undefined ? error : keeping(heir.taken, error)
      }
    }
  }
}

/** A session that takes over what other processes have made of it. */
class Heir {
  session: SessionData
  /** All that was taken over, as a change of whatever is kept by then. */
  taken: Next | undefined

  constructor (session: SessionData) {
    this.session = session
  }

  take (shared: Extract<SharedRefresh, { kind: 'renewed' }>): void {
    const next = adopt(shared)
    this.session = next(this.session)
    this.taken = joined(this.taken, next).next!
  }
}

/** What others are told of a call that failed; nothing of one that may succeed the next time. */
function failureOf (error: unknown, current: SessionData): SharedRefresh | undefined {
  if (error instanceof FailedAfterSpending) {
    return error.next === 'end'
      ? refused(current, 'The answer was for another user.')
      : renewed(current, error.next(current))
  }
  const refusal = refusalOf(error)
  return refusal && refused(current, refusal.message, refusal.status)
}

function apiErrorOf ({ status, message }: Extract<SharedRefresh, { kind: 'refused' }>): ApiError {
  return new ApiError({ code: 'invalid_grant', message, status })
}

/** An error after which the session keeps what was taken over before it. */
function keeping (adopted: Next, error: unknown): FailedAfterSpending {
  if (error instanceof FailedAfterSpending) {
    return error.next === 'end' ? error : new FailedAfterSpending(error.error, joined(adopted, error.next).next!)
  }
  const next = refusalOf(error) === undefined ? adopted : joined(adopted, withoutRefreshToken).next!
  return new FailedAfterSpending(error, next)
}

function timeToLive ({ expiresAt }: Ending, now: number): number {
  return expiresAt === 0 ? UNKNOWN_TTL : Math.min(MAX_TTL, Math.max(1, Math.floor(expiresAt - now)))
}
