import { setNewest } from './set-newest.js'

/** Values that are good up to a time. The oldest entry goes first when there is no room. */
export interface ExpiringMap<T> {
  get(key: string): T | undefined
  /** @param until epoch seconds */
  set(key: string, value: T, until: number): void
}

export function createExpiringMap<T> (
  { maxEntries, now }: { maxEntries: number, now: () => number }
): ExpiringMap<T> {
  const entries = new Map<string, { value: T, until: number }>()
  return {
    get (key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (entry.until > now()) return entry.value
      entries.delete(key)
      return undefined
    },
    set: (key, value, until) => setNewest(entries, key, { value, until }, maxEntries)
  }
}
