import { MemoryRevocationStore } from '../memory/memory-revocation-store.js'
import { bounded } from '../store-deadline.js'
import type { Awaitable, RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/** What is asked about a session. */
export interface WatchedSession {
  owner: RevocationOwner
  createdAt: number
}

/** The revocation list as cookie sessions use it. */
export interface RevocationWatch {
  /** Whether this process ended the session. */
  endedHere(session: WatchedSession): boolean
  /** Whether anybody ended the session; at once where the list answers at once. */
  ended(session: WatchedSession): Awaitable<boolean>
  /** Ends sessions that exist at `at`; remembered until `until`. */
  end(filter: RevocationFilter, at: number, until: number): Awaitable<void>
}

/**
 * Keeps what this process revoked at hand beside a remote list: a write that logout has overtaken
 * is dropped when the headers are sent, where there is no time to ask.
 */
export function watchRevocations (
  { store, now, timeout }: { store: RevocationStore, now: () => number, timeout: number }
): RevocationWatch {
  const here = store instanceof MemoryRevocationStore ? store : new MemoryRevocationStore({ now })

  function endedHere ({ owner, createdAt }: WatchedSession): boolean {
    return covers(here.revokedAt(owner), createdAt)
  }

  return {
    endedHere,

    ended (session) {
      if (endedHere(session)) return true
      if (here === store) return false
      let answer: Awaitable<number | undefined>
      try {
        answer = store.revokedAt(session.owner)
      } catch (error) {
        return bounded('revokedAt', timeout, async () => {
          throw error
        })
      }
      if (answer === undefined || typeof answer === 'number') return covers(answer, session.createdAt)
      return bounded('revokedAt', timeout, async () => covers(await answer, session.createdAt))
    },

    end (filter, at, until) {
      here.revoke(filter, at, until)
      if (here !== store) return bounded('revoke', timeout, async () => await store.revoke(filter, at, until))
    }
  }
}

function covers (revokedAt: number | undefined, createdAt: number): boolean {
  return revokedAt !== undefined && createdAt <= revokedAt
}
