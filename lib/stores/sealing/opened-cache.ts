/** Remembers what opened cookies hold, so that the common request needs no decryption. */
export interface OpenedCache<T> {
  get(value: string): T | undefined
  /** The value must be authenticated, and its contents deep-frozen. */
  set(value: string, opened: T): void
  delete(value: string): void
}

interface Entry<T> {
  value: string
  opened: T
}

/** The last characters of a cookie belong to its authentication tag: they are as good as random, and cheap to hash. */
const KEY_CHARS = 12
/** What an entry weighs per character of its cookie: the string and the object made of it. */
const BYTES_PER_CHAR = 3
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Has two generations. A hit in the young one writes nothing; a hit in the old one moves the entry. When the young one
 * takes half of the room, the old one is dropped. The caller must check expiry and revocation at every hit.
 */
export function createOpenedCache<T> ({ maxEntries }: { maxEntries: number }): OpenedCache<T> {
  let young = new Map<string, Entry<T>>()
  let old = new Map<string, Entry<T>>()
  let youngBytes = 0

  function keep (key: string, entry: Entry<T>): void {
    const bytes = entry.value.length * BYTES_PER_CHAR
    if (young.size >= maxEntries / 2 || youngBytes + bytes > MAX_BYTES / 2) {
      old = young
      young = new Map()
      youngBytes = 0
    }
    young.set(key, entry)
    youngBytes += bytes
  }

  if (maxEntries === 0) return { get: () => undefined, set () {}, delete () {} }
  return {
    get (value) {
      const key = value.slice(-KEY_CHARS)
      let entry = young.get(key)
      if (entry === undefined) {
        entry = old.get(key)
        if (entry === undefined || entry.value !== value) return undefined
        old.delete(key)
        keep(key, entry)
        return entry.opened
      }
      // The whole value must be equal: a tag that somebody has seen in a log must not work like the cookie.
      return entry.value === value ? entry.opened : undefined
    },

    set (value, opened) {
      // A copy: a slice would keep the whole Cookie header of that request alive.
      const copy = Buffer.from(value, 'latin1').toString('latin1')
      keep(copy.slice(-KEY_CHARS), { value: copy, opened })
    },

    delete (value) {
      const key = value.slice(-KEY_CHARS)
      young.delete(key)
      old.delete(key)
    }
  }
}
