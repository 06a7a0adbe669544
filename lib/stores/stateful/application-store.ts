import { parseSafely } from '../../base/json.js'
import { byAge, INDEXED_FIELDS } from '../session-filter.js'
import { saidWhether } from '../store-answers.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionStore } from '../../../types/stores.js'

/** Whose sessions a store is to show. */
interface Application {
  clientId: string
  /** Whether a value was written by this application: entries of versions before 1.0 do not say. */
  wrote: (value: string) => boolean
}

/**
 * A store that other applications may share, as one application sees it: it lists and ends its own sessions only. The
 * client id is kept with the issuer of an entry's owner, which every store can look for.
 */
export function applicationStore (store: SessionStore, { clientId, wrote }: Application): SessionStore {
  const suffix = `|${clientId}`
  const owned = (entry: SessionEntry): SessionEntry => ({
    ...entry,
    owner: changed(entry.owner, { iss: iss => iss + suffix, id: encode })
  })
  const ownedFilter = (filter: SessionFilter): SessionFilter =>
    changed(filter, { iss: iss => iss + suffix, id: encode })
  const withoutSuffix = (iss: string): string => iss.endsWith(suffix) ? iss.slice(0, -suffix.length) : iss

  /** Our entries of versions before 1.0, whose owner names no client. */
  async function former (filter: SessionFilter): Promise<SessionListing[]> {
    // What cannot list has no such entries: stores could before 1.0.
    if (filter.iss === undefined || store.lists === false) return []
    const found: SessionListing[] = []
    for (const listing of await store.list(filter)) {
      const entry = await store.get(listing.key)
      if (entry !== undefined && wrote(entry.value)) found.push(listing)
    }
    return found
  }

  return {
    create: (key, entry) => store.create(key, owned(entry)),
    get: (key, how) => store.get(key, how),
    update: async (key, entry) => saidWhether('update', await store.update(key, owned(entry))),
    touch: async (key, expiresAt) => saidWhether('touch', await store.touch(key, expiresAt)),
    delete: key => store.delete(key),
    async deleteWhere (filter) {
      const deleted = await store.deleteWhere(ownedFilter(filter))
      const before = await former(filter)
      for (const { key } of before) await store.delete(key)
      // A store that does not say how many has ended them all the same.
      return (typeof deleted === 'number' ? deleted : 0) + before.length
    },
    async list (filter) {
      const own = await store.list(ownedFilter(filter))
      return [
        ...own.map(listing => changed(listing, { iss: withoutSuffix, id: decode })),
        ...await former(filter)
      ].sort(byAge)
    },
    // What is `null` or no function is not there.
    ...(store.lists !== undefined && { lists: store.lists }),
    ...(typeof store.lock === 'function' && { lock: (key, how, work) => store.lock!(key, how, work) })
  }
}

/** The fields of an owner, each changed. */
function changed<T extends SessionFilter> (owner: T,
  { iss, id }: { iss: (iss: string) => string, id: (id: string) => string }): T {
  const fields = { ...owner }
  if (typeof owner.iss === 'string') fields.iss = iss(owner.iss)
  for (const field of INDEXED_FIELDS) if (typeof owner[field] === 'string') fields[field] = id(owner[field])
  return fields
}

const MARK = 'json:'

/**
 * An id as every store can keep it. Stores speak UTF-8, which takes lone surrogates for one another, and PostgreSQL
 * refuses NUL.
 */
function encode (id: string): string {
  return id.startsWith(MARK) || id.includes('\0') || /\p{Cs}/u.test(id) ? MARK + JSON.stringify(id) : id
}

function decode (id: string): string {
  if (!id.startsWith(MARK)) return id
  const decoded = parseSafely(id.slice(MARK.length))
  return typeof decoded === 'string' ? decoded : id
}
