import { AccessTokenError, SessionStoreError } from '../../errors.js'
import { sleep } from '../../base/sleep.js'
import type { SessionRecord, SessionData } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { setCurrentSession } from '../session/session.js'
import { FailedAfterSpending, refusalOf, type Next, type Spender, type Spent } from './spent.js'
import { withoutRefreshToken } from './token-sets.js'

/** Seconds until a store that could not save is asked once more: as long as a lost connection takes to come back. */
const SAVE_AGAIN_AFTER = 0.1

/**
 * The one door to a session's refresh token: calls run one after another, each with the newest token,
 * in this process by a queue and across processes by the store's lock; what they bring is saved before the next begins.
 * @param work gets the session as it is when its turn has come
 * @throws AccessTokenError when the session has ended in the meantime
 */
export async function spendRefreshToken<T> (context: PluginContext, request: RequestContext, record: SessionRecord,
  work: (current: SessionData, signal: AbortSignal | undefined) => Promise<Spent<T>>): Promise<T> {
  return await context.refreshMutex(record.id, async () =>
    await context.sessions.lock(record.id, async signal => {
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
    }))
}

/**
 * The same for a call that spends the refresh token: where the session has the result by now no call is made, and with
 * a `refreshStore` all processes together make one.
 */
export async function spendOnce<T extends { expiresAt: number }> (context: PluginContext, request: RequestContext,
  record: SessionRecord, spender: Spender<T>): Promise<T> {
  return await spendRefreshToken(context, request, record, async (current, signal) => {
    const result = spender.kept(current)
    if (result !== undefined) return { result }
    const { refreshSharing } = context
    return refreshSharing === undefined || current.tokens.refreshToken === undefined
      ? await spender.call(current, signal)
      : await refreshSharing.spend(spender, current, signal)
  })
}

async function reload (context: PluginContext, request: RequestContext, record: SessionRecord): Promise<SessionData> {
  let current: SessionData | undefined
  await context.sessions.update(request.jar, record.id, saved => {
    current = saved
    return undefined
  })
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
  const write = async (): Promise<SessionData | undefined> =>
    await context.sessions.update(request.jar, before.record.id, found => overtaken(found) ? found : next(found))
  const saved = await write().catch(async (error: unknown) => {
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
async function end (context: PluginContext, request: RequestContext, { id }: SessionRecord): Promise<void> {
  await context.sessions.destroy(request.jar)
  context.connectionTokens.forget(id)
  request.session = undefined
}

function ended (): AccessTokenError {
  return new AccessTokenError('missing_session', 'The session ended while a token was being fetched for it.')
}
