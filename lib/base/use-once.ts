/** Ids that count once: of logout tokens, of DPoP proofs. */
export interface UsedIds {
  has(id: string, now: number): boolean
  /** @param until epoch seconds up to which the id is remembered */
  add(id: string, until: number, now: number): void
}

/** Kept in memory; when there is no more room the oldest go first. */
export function createUsedIds (maxEntries: number): UsedIds {
  const used = new Map<string, number>()
  return {
    has: (id, now) => (used.get(id) ?? 0) > now,
    add (id, until, now) {
      for (const [old, end] of used) {
        if (end > now && used.size < maxEntries) break
        used.delete(old)
      }
      used.set(id, until)
    }
  }
}
