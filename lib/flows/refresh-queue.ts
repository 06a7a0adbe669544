import type { StoredSession } from '../../types/stores.js'

/** Seconds a settled refresh serves requests that still carry the cookies from before it. */
const GRACE = 60
const MAX_SESSIONS = 10_000

interface Lane {
  tail: Promise<unknown>
  waiting: number
  newest: StoredSession | undefined
  /** Epoch seconds until which `newest` is kept. */
  until: number
}

/**
 * Runs everything that spends one session's refresh token one after another, and remembers each outcome
 * for late siblings: under rotation a token that is sent twice revokes the whole family.
 */
export interface RefreshQueue {
  /** The newest state of a session this process knows of, if it is newer than what the cookies say. */
  newest (id: string): StoredSession | undefined
  remember (session: StoredSession): void
  /** Runs `work` when everything queued before it for the same session has settled. */
  run<T> (id: string, work: () => Promise<T>): Promise<T>
  /** Forgets a session that was ended. */
  forget (id: string): void
}

export function createRefreshQueue (now: () => number): RefreshQueue {
  const lanes = new Map<string, Lane>()

  function prune (): void {
    for (const [id, lane] of lanes) {
      if (lane.waiting === 0 && (lane.until <= now() || lanes.size > MAX_SESSIONS)) lanes.delete(id)
      else if (lanes.size <= MAX_SESSIONS) break
    }
  }

  function lane (id: string): Lane {
    let found = lanes.get(id)
    if (found === undefined) {
      prune()
      lanes.set(id, found = { tail: Promise.resolve(), waiting: 0, newest: undefined, until: 0 })
    }
    return found
  }

  return {
    newest (id) {
      const found = lanes.get(id)
      return found !== undefined && found.until > now() ? found.newest : undefined
    },
    remember (session) {
      const at = lane(session.record.id)
      at.newest = session
      at.until = now() + GRACE
    },
    async run (id, work) {
      const at = lane(id)
      at.waiting++
      const turn = at.tail.then(work)
      // The next in line must run whatever became of this one; the caller gets the rejection.
      at.tail = turn.then(() => undefined, () => undefined)
      try {
        return await turn
      } finally {
        at.waiting--
        if (at.waiting === 0 && at.newest === undefined) lanes.delete(id)
      }
    },
    forget (id) {
      lanes.delete(id)
    }
  }
}
