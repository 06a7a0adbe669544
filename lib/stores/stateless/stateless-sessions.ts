import { andThen } from '../../base/awaitable.js'
import type { DeviceGate } from '../device/device-gate.js'
import { absoluteEnd, sessionEnd, touchDue } from '../lifetime.js'
import type { LiveSession, Sessions } from '../sessions.js'
import { bindableSessions } from './bindable-sessions.js'
import { toOpened, type OpenedSession } from './opened-claims.js'
import { SessionCookies, type SessionCookiesOptions } from './session-cookies.js'
import { watchRevocations } from '../revocation/revocation-watch.js'
import type { Awaitable, CookieJar, RevocationStore, SessionData } from '../../../types/stores.js'

export interface StatelessSessionsOptions extends SessionCookiesOptions {
  revocations: RevocationStore
  /** Seconds to wait for the revocation list. */
  storeTimeout: number
  /** Seconds that the clocks of two servers may differ. */
  clockTolerance: number
  /** What a failing revocation list means for a request. */
  onStoreError: 'fail' | 'anonymous'
  /** Where sessions are bound to devices. */
  gate?: DeviceGate | undefined
}

/** Keeps sessions in the browser's cookies alone. Answers synchronously unless the revocation list does not. */
export function createStatelessSessions (options: StatelessSessionsOptions): Sessions {
  const { lifetime, now, warn, onStoreError, clockTolerance } = options
  const cookies = new SessionCookies(options)
  const revocations = watchRevocations({
    store: options.revocations,
    now,
    timeout: options.storeTimeout,
    tolerance: clockTolerance,
    warn
  })

  /** Asked when headers are sent: whether a write for this session still makes sense. */
  const stillWanted = (session: OpenedSession) => () =>
    !revocations.endedHere(session) && cookies.successor(session.record.id) === undefined

  const devices = options.gate && bindableSessions({
    gate: options.gate, cookies, revocations, lifetime, now, lastActivity, stillWanted
  })

  /** Writes use down where it is due. */
  function seen (jar: CookieJar, opened: OpenedSession, lastActivity: number, time: number,
    mayTouch: boolean): LiveSession {
    const { record } = opened
    if (!mayTouch || !touchDue(lastActivity, time, lifetime) || !jar.writable) {
      return { record, lastActivity, expiresAt: sessionEnd(record, lastActivity, lifetime) }
    }
    cookies.see(jar, record, time, stillWanted(opened))
    return { record, lastActivity: time, expiresAt: sessionEnd(record, time, lifetime) }
  }

  /** When a session was last used, unless it has expired. */
  function lastActivity (jar: CookieJar, { record }: OpenedSession, time = now()): number | undefined {
    let latest = record.updatedAt
    if (touchDue(latest, time, lifetime)) latest = Math.max(latest, cookies.lastSeen(jar, record.id))
    return sessionEnd(record, latest, lifetime) <= time ? undefined : latest
  }

  /** The session, unless it has expired, was ended, or is another device's. */
  function living (jar: CookieJar, opened: OpenedSession, mayTouch: boolean): Awaitable<LiveSession | undefined> {
    const time = now()
    const latest = lastActivity(jar, opened, time)
    if (latest === undefined) return undefined
    const over = devices === undefined ? revocations.ended(opened) : devices.isOver(jar, opened, time)
    if (typeof over === 'boolean') return over ? undefined : seen(jar, opened, latest, time, mayTouch)
    return over.then(over => over ? undefined : seen(jar, opened, latest, now(), mayTouch))
  }

  /** The newest session of the cookies that is alive. Nothing is cleared: an answer under way may have set it anew. */
  function read (jar: CookieJar, mayTouch = true): Awaitable<LiveSession | undefined> {
    const found = firstLiving(jar, cookies.sessions(jar), 0, mayTouch)
    // By the application's choice a list that cannot be asked means "nobody is logged in"; the cookies stay.
    if (onStoreError === 'fail' || !(found instanceof Promise)) return found
    return found.catch((error: unknown) => {
      warn('revocation_failed', { error })
      return undefined
    })
  }

  function firstLiving (jar: CookieJar, sessions: readonly OpenedSession[],
    from: number, mayTouch: boolean): Awaitable<LiveSession | undefined> {
    for (let at = from; at < sessions.length; at++) {
      const found = living(jar, sessions[at]!, mayTouch)
      if (found instanceof Promise) {
        return found.then(live => live ?? firstLiving(jar, sessions, at + 1, mayTouch))
      }
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Ends one session for good. A list that fails is reported and does not keep the browser logged in. */
  function end (jar: CookieJar, opened: OpenedSession): Awaitable<void> {
    const { record } = opened
    const until = absoluteEnd(record, lifetime)
    if (until <= now()) return
    const failed = (error: unknown): void => {
      warn('revocation_failed', { error })
    }
    // Not before its own birth, should another process's clock be ahead.
    const endId = (id: string) => revocations.end({ id }, Math.max(now(), record.createdAt), until)
    if (devices === undefined) return endId(record.id)?.catch(failed)
    const ending = andThen(devices.idsOf(jar, opened), async ids =>
      await Promise.all(ids.map(async id => {
        await endId(id)
      })))
    return ending.then(() => undefined, failed)
  }

  /**
   * Runs `work` with the session of this request, where it is `id` and alive. Whatever `onStoreError` says, it fails
   * with the list: a session that nobody can ask about is not over, and what is to be written must not be lost.
   */
  function withOpened (jar: CookieJar, id: string, work: (opened: OpenedSession, current: SessionData) =>
    SessionData | undefined): Awaitable<SessionData | undefined> {
    // Whoever asks has read the session before, and has prolonged it if he may.
    devices?.admit(jar, id)
    const found = firstLiving(jar, cookies.sessions(jar), 0, false)
    const proceed = (session: LiveSession | undefined): Awaitable<SessionData | undefined> => {
      if (session?.record.id !== (cookies.successor(id) ?? id)) return undefined
      // Another process has put a bound session in its place, which a write would take the browser back from.
      return devices === undefined
        ? go()
        : andThen(devices.isReplaced(session.record), replaced => replaced ? undefined : go())
    }
    const go = (): SessionData | undefined => {
      const opened = cookies.find(jar, id)
      if (opened === undefined || revocations.endedHere(opened)) return undefined
      return work(opened, { record: opened.record, tokens: cookies.tokens(jar, id) })
    }
    return found instanceof Promise ? found.then(proceed) : proceed(found)
  }

  function change (jar: CookieJar, opened: OpenedSession, current: SessionData,
    wanted: SessionData | undefined): SessionData | undefined {
    if (wanted === undefined) return undefined
    const changed = { record: wanted.record !== current.record, tokens: wanted.tokens !== current.tokens }
    if (!changed.record && !changed.tokens) return current
    const { id } = current.record
    const version = Math.max(current.record.version, current.tokens.version) + 1
    // Not before the write it follows, should another process's clock be ahead.
    const record = changed.record
      ? { ...wanted.record, id, version, updatedAt: Math.max(now(), current.record.updatedAt) }
      : current.record
    const tokens = changed.tokens ? { ...wanted.tokens, id, version } : current.tokens
    cookies.remember(id, cookies.write(jar, { record, tokens }, changed, stillWanted(opened)))
    return { record, tokens }
  }

  /** Writes a new session; `before` is over. */
  function replace (jar: CookieJar, { record, tokens }: SessionData, before: OpenedSession | undefined):
  Awaitable<void> {
    const write = () => {
      const { id, version } = record
      cookies.write(jar, { record, tokens: Object.assign({}, tokens, { id, version }) }, { record: true, tokens: true },
        stillWanted(toOpened(record)))
      cookies.forgetSeen(jar)
    }
    const ending = before && before.record.id !== record.id ? end(jar, before) : undefined
    return ending === undefined ? write() : ending.then(write)
  }

  return {
    kind: 'cookie',
    device: devices,
    read,

    tokens (jar, record) {
      // The cookies know best when the session counts as created.
      const opened = cookies.find(jar, record.id) ?? toOpened(record)
      return revocations.endedHere(opened) ? undefined : cookies.tokens(jar, record.id)
    },

    catchUp (jar, id) {
      cookies.catchUp(jar, id, revocations.endedHere)
    },

    begin: born => revocations.begin(toOpened(born)),

    create (jar, session) {
      const before = cookies.sessions(jar).find(session => !revocations.endedHere(session))
      // A copy of another device's session stays what it is: the owner's session goes on.
      return before === undefined || devices === undefined
        ? replace(jar, session, before)
        : andThen(devices.own(jar, before), own => replace(jar, session, own))
    },

    load: (jar, id) => withOpened(jar, id, (_opened, current) => current),

    update: (jar, id, next) =>
      withOpened(jar, id, (opened, current) => change(jar, opened, current, next(current))),

    lock: async (_id, work) => await work(undefined),

    destroy (jar) {
      const all = cookies.sessions(jar)
      const endings = all.map(session => end(jar, session)).filter(ending => ending !== undefined)
      if (jar.writable) cookies.clear(jar)
      const record = all[0]?.record
      return endings.length === 0 ? record : Promise.all(endings).then(() => record)
    },

    async revoke (filter) {
      // Sessions that began at a server whose clock is ahead are meant, too.
      const at = now() + clockTolerance
      await revocations.end(filter, at, at + lifetime.absoluteDuration)
      return 0
    }
  }
}
