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
export interface RecentWrites {
  get(id: string): RecentWrite | undefined
  add(id: string, write: RecentWrite): void
  forget(id: string): void
}

export function createRecentWrites (now: () => number): RecentWrites {
  /** In the order of their ends. */
  const sessions = new Map<string, { write: RecentWrite, until: number }>()

  function prune (): void {
    for (const [id, { until }] of sessions) {
      if (until > now() && sessions.size <= MAX_SESSIONS) break
      sessions.delete(id)
    }
  }

  return {
    get (id) {
      const found = sessions.get(id)
      return found !== undefined && found.until > now() ? found.write : undefined
    },
    add (id, write) {
      const before = this.get(id)
      sessions.delete(id)
      sessions.set(id, { write: { ...before, ...write }, until: now() + GRACE })
      prune()
    },
    forget (id) {
      sessions.delete(id)
    }
  }
}
