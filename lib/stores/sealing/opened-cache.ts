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

/** What an entry weighs per character of its cookie: the string and the object made of it. */
const BYTES_PER_CHAR = 3
const MAX_BYTES = 16 * 1024 * 1024

/**
 * The last characters of a cookie belong to its authentication tag: they are as good as random. Five of them make 30
 * bits. A number is found in half the time that it takes to cut a string out and to hash it.
 */
function keyOf (value: string): number {
  const end = value.length - 1
  return (value.charCodeAt(end - 1) << 24) ^ (value.charCodeAt(end - 2) << 18) ^ (value.charCodeAt(end - 3) << 12) ^
    (value.charCodeAt(end - 4) << 6) ^ value.charCodeAt(end - 5) ^ value.charCodeAt(end)
}

/**
 * Has two generations. A hit in the young one writes nothing; a hit in the old one moves the entry. When the young one
 * takes half of the room, the old one is dropped. The caller must check expiry and revocation at every hit.
 */
export function createOpenedCache<T> ({ maxEntries }: { maxEntries: number }): OpenedCache<T> {
  let young = new Map<number, Entry<T>>()
  let old = new Map<number, Entry<T>>()
  let youngBytes = 0

  function keep (key: number, entry: Entry<T>): void {
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
      const key = keyOf(value)
      let entry = young.get(key)
      if (entry === undefined) {
        entry = old.get(key)
        if (entry === undefined || entry.value !== value) return undefined
        keep(key, entry)
        return entry.opened
      }
      // The whole value must be equal: a tag that somebody has seen in a log must not work like the cookie.
      return entry.value === value ? entry.opened : undefined
    },

    set (value, opened) {
      // A copy: a slice would keep the whole Cookie header of that request alive.
      keep(keyOf(value), { value: Buffer.from(value, 'latin1').toString('latin1'), opened })
    },

    delete (value) {
      const key = keyOf(value)
      young.delete(key)
      old.delete(key)
    }
  }
}
