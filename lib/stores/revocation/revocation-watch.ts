import { andThen, isPromiseLike } from '../../base/awaitable.js'
import { MemoryRevocationStore } from '../memory/memory-revocation-store.js'
import { bornAfter } from '../lifetime.js'
import { checkedMoment } from '../store-answers.js'
import { bounded } from '../store-deadline.js'
import type { Awaitable, RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/** What is asked about a session. */
interface WatchedSession {
  owner: RevocationOwner
  createdAt: number
}

/** The revocation list as cookie sessions use it. */
export interface RevocationWatch {
  /** Whether this process ended the session. */
  endedHere(session: WatchedSession): boolean
  /** Whether anybody ended the session; at once where the list answers at once. */
  ended(session: WatchedSession): Awaitable<boolean>
  /** When a session that is born now counts as created. */
  begin(session: WatchedSession): Awaitable<number>
  /** Ends sessions that were created at or before `at`; remembered until `until`. */
  end(filter: RevocationFilter, at: number, until: number): Awaitable<void>
  /** When a name that is no session's was put on the list; `undefined` where it was not. */
  marked(name: string): Awaitable<number | undefined>
  /** Puts a name on the list that is no session's. */
  mark(name: string, at: number, until: number): Awaitable<void>
}

/**
 * Keeps what this process revoked at hand beside a remote list: a write that logout has overtaken
 * is dropped when the headers are sent, where there is no time to ask.
 */
export function watchRevocations (
  { store, now, timeout, tolerance, warn }: {
    store: RevocationStore,
    now: () => number,
    timeout: number,
    tolerance: number,
    warn: (code: string, detail: object) => void
  }
): RevocationWatch {
  // Beside another list this one may forget: the other one is asked, too.
  const here = store instanceof MemoryRevocationStore ? store : new MemoryRevocationStore({ now, onFull: () => {} })
  const knownHere = (owner: RevocationOwner): number | undefined =>
    here === store ? here.revokedAt(owner) : here.known(owner)

  function endedHere ({ owner, createdAt }: WatchedSession): boolean {
    return isRevoked(knownHere(owner), createdAt)
  }

  /** Asks the list; at once where it answers at once. */
  function asked (owner: RevocationOwner): Awaitable<number | undefined> {
    try {
      const answer = store.revokedAt(owner)
      return isPromiseLike(answer)
        ? bounded('revokedAt', timeout, async () => checkedMoment(await answer), 'revocation')
        : checkedMoment(answer)
    } catch (error) {
      return bounded('revokedAt', timeout, async () => {
        throw error
      }, 'revocation')
    }
  }

  return {
    endedHere,

    ended (session) {
      if (endedHere(session)) return true
      if (here === store) return false
      const answer = asked(session.owner)
      return answer instanceof Promise
        ? answer.then(revokedAt => isRevoked(revokedAt, session.createdAt))
        : isRevoked(answer, session.createdAt)
    },

    // What this process has ended counts at once, whatever the other list says, or does not say: so it does on reads.
    begin ({ owner, createdAt }) {
      const how = { tolerance, warn }
      const born = bornAfter(knownHere(owner), createdAt, how)
      return here === store ? born : andThen(born, at => bornAfter(asked(owner), at, how))
    },

    end (filter, at, until) {
      here.revoke(filter, at, until)
      if (here !== store) {
        return bounded('revoke', timeout, async () => await store.revoke(filter, at, until),
          'revocation')
      }
    },

    marked (name) {
      const owner = { id: name, iss: '', sub: '' }
      const known = here.known(owner)
      return known !== undefined || here === store ? known : asked(owner)
    },

    mark (name, at, until) {
      const remember = (): void => here.revoke({ id: name }, at, until)
      if (here === store) return remember()
      return bounded('revoke', timeout, async () => await store.revoke({ id: name }, at, until), 'revocation')
        .then(remember)
    }
  }
}

export function isRevoked (revokedAt: number | undefined, createdAt: number): boolean {
  return revokedAt !== undefined && createdAt <= revokedAt
}
