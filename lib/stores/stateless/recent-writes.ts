/** Seconds for which requests that still carry the cookies from before a write get what was written. */
const GRACE = 60
const MAX_SESSIONS = 10_000

/**
 * A sealed cookie as it was written, and its version; of claims also when (epoch seconds). An empty value where the
 * cookie was taken away.
 */
export interface Written {
  value: string
  version: number
}

/** What this process wrote last of a session that was there before. */
export interface RecentWrite {
  claims?: Written & { at: number }
  tokens?: Written
}

/**
 * What this process wrote of sessions lately. Browsers send requests side by side, and answers overtake each other:
 * a request, or a browser, may be behind what another request of the same session has written.
 */
interface RecentWrites {
  get(id: string): RecentWrite | undefined
  add(id: string, write: RecentWrite): void
  /** From now on the session `id` is the one that took its place. */
  follow(id: string, successor: string): void
  successor(id: string): string | undefined
}

interface Entry {
  write: RecentWrite
  until: number
  successor?: string
}

export function createRecentWrites (now: () => number): RecentWrites {
  /** In the order of their ends. */
  const sessions = new Map<string, Entry>()
  /** When the last of them ends. */
  let end = 0

  function prune (): void {
    for (const [id, { until }] of sessions) {
      if (until > now() && sessions.size <= MAX_SESSIONS) break
      sessions.delete(id)
    }
  }

  /** Every request asks, and most find that nothing was written lately: then nothing is looked for. */
  function living (id: string): Entry | undefined {
    if (sessions.size === 0) return undefined
    const time = now()
    if (end <= time) {
      sessions.clear()
      return undefined
    }
    const found = sessions.get(id)
    return found !== undefined && found.until > time ? found : undefined
  }

  function put (id: string, entry: Omit<Entry, 'until'>): void {
    sessions.delete(id)
    const until = now() + GRACE
    sessions.set(id, { ...entry, until })
    end = Math.max(end, until)
    prune()
  }

  return {
    get (id) {
      const found = living(id)
      return found?.successor === undefined ? found?.write : living(found.successor)?.write
    },
    add (id, write) {
      const target = this.successor(id) ?? id
      put(target, { write: { ...living(target)?.write, ...write } })
    },
    follow (id, successor) {
      put(id, { write: {}, successor })
    },
    successor: id => living(id)?.successor
  }
}
