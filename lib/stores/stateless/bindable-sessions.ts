import { andThen } from '../../base/awaitable.js'
import { createKeyedMutex } from '../../base/keyed-mutex.js'
import { NEVER_BOUND_AFTER, type DeviceGate, type DeviceRefusal } from '../device/device-gate.js'
import { absoluteEnd, type Lifetime } from '../lifetime.js'
import type { RevocationWatch } from '../revocation/revocation-watch.js'
import type { DeviceSessions } from '../sessions.js'
import { mapJar } from '../map-jar.js'
import type { BoundRecord } from '../device/bound-cookie.js'
import type { Awaitable, CookieJar, DeviceBinding, SessionData, SessionRecord } from '../../../types/stores.js'
import { toOpened, type OpenedSession } from './opened-claims.js'
import type { SessionCookies } from './session-cookies.js'

interface BindableSessionsOptions {
  gate: DeviceGate
  cookies: SessionCookies
  revocations: RevocationWatch
  lifetime: Lifetime
  now: () => number
  /** When a session was last used; `undefined` where that is too long ago. */
  lastActivity: (jar: CookieJar, opened: OpenedSession) => number | undefined
  stillWanted: (session: OpenedSession) => () => boolean
}

/** What is asked about devices, beside what the device routes do. */
interface BindableSessions extends DeviceSessions {
  admit(jar: CookieJar, id: string): void
  /** Whether a session was ended, or may not be opened by this request. */
  isOver(jar: CookieJar, opened: OpenedSession, time: number): Awaitable<boolean>
  /** The session, unless a device is the cause that this request may not open it. */
  own(jar: CookieJar, opened: OpenedSession): Awaitable<OpenedSession | undefined>
  /** Whether another session, bound to a device, has taken the place of this one. */
  isReplaced(record: SessionRecord): Awaitable<boolean>
  /** The ids of one session before and after it is bound: all of them end together. */
  idsOf(jar: CookieJar, opened: OpenedSession): Awaitable<readonly string[]>
}

/** A device by its key. */
type Key = Pick<DeviceBinding, 'key' | 'thumbprint'>

const BOTH = { record: true, tokens: true } as const

/**
 * Sessions in cookies that can be bound to devices. That a session was bound, and to which key, is put on the
 * revocation list: all processes that share it learn that copies of the cookies from before are over.
 */
export function bindableSessions (options: BindableSessionsOptions): BindableSessions {
  const { gate, cookies, revocations, lifetime, now } = options
  const inTurn = createKeyedMutex()

  function refusal (jar: CookieJar, opened: OpenedSession, time?: number): Awaitable<DeviceRefusal | undefined> {
    const { record } = opened
    if (record.device !== undefined) {
      if (gate.proves(jar, record, time, opened)) return undefined
      if (!cookies.cameBefore(jar, record)) return 'unbound_copy'
      gate.admit(jar, record.id)
      return undefined
    }
    if (gate.isOverdue(record)) return 'not_bound'
    if (opened.neverBound) return undefined
    return andThen(revocations.marked(markOf(record.id)), (at): DeviceRefusal | undefined => {
      if (at !== undefined) return now() >= at + gate.grace ? 'unbound_copy' : undefined
      if (now() > record.createdAt + NEVER_BOUND_AFTER) opened.neverBound = true
      return undefined
    })
  }

  function refuses (jar: CookieJar, { record }: OpenedSession, reason: DeviceRefusal | undefined): boolean {
    if (reason !== undefined) gate.refuse(jar, record, reason)
    return reason !== undefined
  }

  /** Puts on the list which key a session is bound to; `false` where it is another one, or too late. */
  async function mark ({ id, ...record }: SessionRecord, thumbprint: string): Promise<boolean> {
    const name = markOf(id)
    const before = await revocations.marked(name)
    if (before !== undefined) {
      return now() < before + gate.grace && await revocations.marked(markOf(id, thumbprint)) !== undefined
    }
    // Which key it was only matters as long as it may be bound again.
    await revocations.mark(markOf(id, thumbprint), now(), now() + 2 * gate.grace)
    await revocations.mark(name, now(), absoluteEnd(record, lifetime))
    return true
  }

  /** A session bound to a device; the same again where it was bound before. */
  function bound (jar: CookieJar, { record }: OpenedSession, device: Key): SessionData & { record: BoundRecord } {
    const tokens = cookies.tokens(jar, record.id)
    const version = Math.max(record.version, tokens.version) + 1
    const binding = record.device ?? { ...device, since: Math.floor(now()), from: record.id, round: 0 }
    const id = record.device === undefined ? gate.boundIds(record.id)[0]! : record.id
    const next = { ...record, id, version, updatedAt: Math.max(now(), record.updatedAt), device: binding }
    return { record: next, tokens: { ...tokens, id, version } }
  }

  /** A session's id, the one it had before it was bound, and all that it may have got then. */
  const allIds = (id: string, from: string): readonly string[] => [...new Set([id, from, ...gate.boundIds(from)])]

  function write (jar: CookieJar, session: SessionData & { record: BoundRecord }): void {
    const { record } = session
    const written = cookies.write(jar, session, BOTH, options.stillWanted(toOpened(record)))
    cookies.replace(record.device.from, record.id, written)
    cookies.forgetSeen(jar)
    gate.write(jar, record)
  }

  return {
    isOver (jar, opened, time) {
      const ended = revocations.ended(opened)
      if (ended === true) return true
      const reason = refusal(jar, opened, time)
      // Every request comes by here: no function is made for it.
      if (ended === false && reason === undefined) return false
      return ended === false
        ? andThen(reason, one => refuses(jar, opened, one))
        : Promise.all([ended, reason]).then(([isEnded, one]) => isEnded || refuses(jar, opened, one))
    },

    own: (jar, opened) => andThen(refusal(jar, opened), reason => reason === undefined ? opened : undefined),

    isReplaced: ({ id, device }) =>
      device === undefined && andThen(revocations.marked(markOf(id)), at => at !== undefined),

    idsOf (jar, opened) {
      const { id, device } = opened.record
      if (device !== undefined) return now() < device.since + 2 * gate.grace ? allIds(id, device.from) : [id]
      return andThen(refusal(jar, opened), reason =>
        reason === undefined && !opened.neverBound ? allIds(id, id) : [id])
    },

    refused: jar => gate.refused(jar),
    admit: (jar, id) => gate.admit(jar, id),
    attributes: jar => gate.attributes(jar),

    async held (jar) {
      for (const opened of cookies.sessions(jar)) {
        if (options.lastActivity(jar, opened) === undefined || gate.isOverdue(opened.record)) continue
        if (!await revocations.ended(opened)) return opened.record
      }
      return undefined
    },

    bind: async (jar, id, device) =>
      await inTurn(id, async () => {
        const first = cookies.find(jar, id)
        if (first === undefined) return undefined
        // Once it is on the list it must be bound: it is written into the void before.
        cookies.write(mapJar(new Map(), jar), bound(jar, first, device), BOTH, () => false)
        // Whoever ends it from now on ends the bound session, too.
        if (await revocations.ended(first)) return undefined
        const { record } = first
        const from = record.device?.from ?? record.id
        if (!await mark({ ...record, id: from }, device.thumbprint)) return undefined
        // What was written meanwhile belongs to the session, too.
        const opened = cookies.find(jar, id)
        if (opened === undefined) return undefined
        const next = bound(jar, opened, device)
        write(jar, next)
        return next.record
      }),

    prove (jar, record) {
      gate.write(jar, record)
      return record
    }
  }
}

/** No session's id holds a blank. */
function markOf (id: string, thumbprint?: string): string {
  return thumbprint === undefined ? `bound ${id}` : `bound ${id} ${thumbprint}`
}
