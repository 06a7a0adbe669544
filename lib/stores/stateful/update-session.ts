import { SessionStoreError } from '../../errors.js'
import { createKeyedMutex } from '../../base/keyed-mutex.js'
import { sleep } from '../../base/sleep.js'
import { sessionEnd, type Lifetime } from '../lifetime.js'
import { bounded } from '../store-deadline.js'
import type { CookieJar, SessionData, SessionEntry, SessionStore } from '../../../types/stores.js'
import { identityOf } from './identity-cookies.js'
import type { SessionCodec } from './session-codec.js'
import { ownerOf, stamp, type Found, type StoredSessions } from './stored-sessions.js'

interface UpdatingOptions {
  store: SessionStore
  stored: StoredSessions
  codec: SessionCodec
  lifetime: Lifetime
  now: () => number
  /** Seconds one call to the store may take. */
  timeout: number
  /** Told what a request has found, or written. */
  onFound: (jar: CookieJar, found: Found) => void
}

type Update = (jar: CookieJar, id: string,
  change: (current: SessionData) => SessionData | undefined) => Promise<SessionData | undefined>

const UPDATE_ATTEMPTS = 5

/** Changes sessions in a store, one write of a session after another; one that others have overtaken is repeated. */
export function updating ({ store, stored, codec, lifetime, now, timeout, onFound }: UpdatingOptions): Update {
  const inTurn = createKeyedMutex()

  return async (jar, id, change) => {
    const since = performance.now()
    const identity = identityOf(id)
    return await inTurn(id, async () => {
      // Whoever waits behind a store that does not answer shall not wait for every one before.
      if (performance.now() - since > timeout * 1000) {
        throw new SessionStoreError('The session store was too slow for this many writes of one session.')
      }
      for (let attempt = 0; attempt < UPDATE_ATTEMPTS; attempt++) {
        if (attempt > 0) await sleep(0.02 * attempt * Math.random())
        const found = await stored.find(identity)
        if (found === undefined) return undefined
        const current = stored.dataOf(found)
        const wanted = change(current)
        if (wanted === undefined || (wanted.record === current.record && wanted.tokens === current.tokens)) {
          return wanted
        }
        const changed = stamp(current, wanted, now())
        const entry: SessionEntry = {
          value: codec.pack(changed),
          version: found.entry.version + 1,
          owner: ownerOf(changed.record),
          createdAt: changed.record.createdAt,
          // A write may shorten the session's life; only use prolongs it.
          expiresAt: Math.min(found.entry.expiresAt, sessionEnd(changed.record, now(), lifetime))
        }
        if (await bounded('update', timeout, () => store.update(found.key, entry))) {
          onFound(jar, { ...found, entry, record: changed.record })
          return changed
        }
      }
      throw new SessionStoreError('The session was changed by others at every attempt to write it.')
    })
  }
}
