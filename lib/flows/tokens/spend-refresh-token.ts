import { AccessTokenError, SessionStoreError, SessionTooLargeError } from '../../errors.js'
import { aborted, checkSignal, unlessAborted } from '../../base/deadline.js'
import { sleep } from '../../base/sleep.js'
import { trace, traceChannel } from '../../base/trace.js'
import { laneOf } from '../../stores/sessions.js'
import type { SessionRecord, SessionData } from '../../../types/stores.js'
import type { RefreshTrace } from '../../../types/telemetry.js'
import type { PluginContext, RequestContext } from '../context.js'
import { setCurrentSession } from '../session/session.js'
import { FailedAfterSpending, refusalOf, type Next, type Spender, type Spent } from './spent.js'
import { withoutRefreshToken, withRefreshToken } from './token-sets.js'

/** Seconds until a store that could not save is asked once more: as long as a lost connection takes to come back. */
const SAVE_AGAIN_AFTER = 0.1

const refreshes = traceChannel('refresh')

/**
 * The one door to a session's refresh token: calls run one after another, each with the newest token,
 * in this process by a queue and across processes by the store's lock; what they bring is saved before the next begins.
 * @param work gets the session as it is when its turn has come
 * @throws AccessTokenError when the session has ended in the meantime
 */
export async function spendRefreshToken<T> (context: PluginContext, request: RequestContext, record: SessionRecord,
  work: (current: SessionData, signal: AbortSignal | undefined) => Promise<Spent<T>>,
  message?: RefreshTrace): Promise<T> {
  const lane = laneOf(record)
  let since = message === undefined ? 0 : performance.now()
  return await context.refreshMutex(lane, async () => {
    if (message !== undefined) since = note(message, 'queueWait', since)
    return await context.sessions.lock(lane, async signal => {
      if (message !== undefined) note(message, 'lockWait', since)
      let current = await reload(context, request, record)
      for (let again = false; ; again = true) {
        try {
          const { result, next } = await work(current, signal)
          if (next !== undefined) await save(context, request, current, next)
          return result
        } catch (error) {
          if (error instanceof FailedAfterSpending) {
            if (error.next === 'end') await end(context, request, record)
            else await save(context, request, current, error.next)
            throw error.error
          }
          if (refusalOf(error) === undefined) throw error
          const newest = again ? current : await reload(context, request, record)
          if (newest.tokens.refreshToken === current.tokens.refreshToken) {
            await save(context, request, current, withoutRefreshToken)
            throw error
          }
          // Another process rotated the token between our read and our call: once more, with its token.
          current = newest
        }
      }
    })
  })
}

/** Adds the time since `since` to a part of the message; returns the time. */
function note (message: RefreshTrace, part: 'queueWait' | 'lockWait' | 'call', since: number): number {
  const now = performance.now()
  message[part] = (message[part] ?? 0) + now - since
  return now
}

/**
 * The same for a call that spends the refresh token: where the session has the result by now no call is made, and with
 * a `refreshStore` all processes together make one. Callers with the same key share it; each waits no longer than its
 * own signal allows.
 */
export async function spendOnce<T extends { expiresAt: number }> (context: PluginContext, request: RequestContext,
  record: SessionRecord, spender: Spender<T>,
  { key, signal }: { key: string, signal: AbortSignal | undefined }): Promise<T> {
  checkSignal(signal)
  if (signal?.aborted === true) throw aborted(signal)
  return await unlessAborted(context.flights(key, async () => await traced(context, request, record, spender)), signal)
}

async function traced<T extends { expiresAt: number }> (context: PluginContext, request: RequestContext,
  record: SessionRecord, spender: Spender<T>): Promise<T> {
  if (!refreshes.hasSubscribers) return await spend(context, request, record, spender)
  const message: RefreshTrace = { domain: record.domain }
  return await trace(refreshes, message, () => spend(context, request, record, timed(spender, message), message))
}

async function spend<T extends { expiresAt: number }> (context: PluginContext, request: RequestContext,
  record: SessionRecord, spender: Spender<T>, message?: RefreshTrace): Promise<T> {
  return await spendRefreshToken(context, request, record, async (current, signal) => {
    const result = spender.kept(current)
    if (result !== undefined) return { result }
    const { refreshSharing } = context
    return refreshSharing === undefined
      ? await spender.call(current, signal)
      : await waitingFor(refreshSharing.spend(spender, current, signal), message)
  }, message)
}

/** What a refresh through the `refreshStore` takes beyond the call is the wait for its lock. */
async function waitingFor<T> (work: Promise<T>, message: RefreshTrace | undefined): Promise<T> {
  if (message === undefined) return await work
  const since = performance.now() - (message.call ?? 0)
  return await work.finally(() => note(message, 'lockWait', since + (message.call ?? 0)))
}

/** The same call, whose time is noted. */
function timed<T> (spender: Spender<T>, message: RefreshTrace): Spender<T> {
  return {
    ...spender,
    async call (current, signal) {
      const since = performance.now()
      return await spender.call(current, signal).finally(() => note(message, 'call', since))
    }
  }
}

async function reload (context: PluginContext, request: RequestContext, record: SessionRecord): Promise<SessionData> {
  const current = await context.sessions.load(request.jar, record.id)
  if (current === undefined) throw ended()
  return current
}

/**
 * Writes what became of the call that began with `before`. In a store, whoever was slower than the lock lasts
 * does not put his refresh token in the place of a newer one: the session stays as it is.
 */
async function save (context: PluginContext, request: RequestContext, before: SessionData, next: Next): Promise<void> {
  const overtaken = ({ tokens }: SessionData): boolean =>
    context.sessions.kind === 'store' && tokens.refreshToken !== before.tokens.refreshToken
  const write = async (change = next): Promise<SessionData | undefined> =>
    await context.sessions.update(request.jar, before.record.id, found => overtaken(found) ? found : change(found))
  const saved = await write().catch(async (error: unknown) => {
    if (error instanceof SessionTooLargeError) {
      // The old refresh token is spent: without the new one the next call would end the session at Auth0.
      await write(found => withRefreshToken(found, next(found).tokens.refreshToken))
      throw error
    }
    if (!(error instanceof SessionStoreError)) throw error
    // What the call brought cannot be had again: it is worth a second attempt. Had the first one been written, this one
    // finds it.
    await sleep(SAVE_AGAIN_AFTER)
    return await write()
  })
  if (saved === undefined) {
    request.session = undefined
    throw ended()
  }
  setCurrentSession(context, request, saved.record)
}

/** The session answered for somebody else: nothing of it can be trusted. */
async function end (context: PluginContext, request: RequestContext, record: SessionRecord): Promise<void> {
  await context.sessions.destroy(request.jar)
  context.connectionTokens.forget(laneOf(record))
  request.session = undefined
}

function ended (): AccessTokenError {
  return new AccessTokenError('missing_session', 'The session ended while a token was being fetched for it.')
}
