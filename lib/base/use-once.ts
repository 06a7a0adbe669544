import { ForbiddenMemory, SMALL, SWEEP_PAUSE, type Forbidden } from './forbidden-memory.js'

/** Ids that count once: of logout tokens, of DPoP proofs, of logins. */
export interface UsedIds {
  /**
   * Whether an id was used, or may have been.
   * @param at epoch seconds at which it was made
   * @param owner whose id it is; a full memory of one owner refuses nothing to others
   */
  has(id: string, at: number, now: number, owner?: string): boolean
  /** @param times epoch seconds: when the id was made, and up to when it must be remembered */
  add(id: string, times: Forbidden, now: number, owner?: string): void
}

interface UsedIdsOptions {
  maxEntries: number
  /** Ids of one owner. Default `maxEntries`. */
  maxEach?: number
  onFull?: (() => void) | undefined
}

interface Used extends Forbidden {
  readonly id: string
}

interface Owned {
  ids: Map<string, Used>
  memory: ForbiddenMemory<Used>
}

/** Kept in memory. What it cannot remember any more it takes for used. */
export function createUsedIds ({ maxEntries, maxEach = maxEntries, onFull }: UsedIdsOptions): UsedIds {
  const owners = new Map<string, Owned>()
  /** Holds no entry: only the floor of owners that had to go as a whole. */
  const rest = new ForbiddenMemory<Used>({ maxEntries: 0 })
  let size = 0
  let sweptAt = -Infinity
  let reported = false
  const report = (): void => {
    if (!reported) onFull?.()
    reported = true
  }

  function newOwner (): Owned {
    const ids = new Map<string, Used>()
    const forget = ({ id }: Used): void => {
      ids.delete(id)
      size -= 1
    }
    return { ids, memory: new ForbiddenMemory({ maxEntries: maxEach, forget, onFull: report }) }
  }

  function makeRoom (now: number, owner: string): void {
    if (Math.abs(now - sweptAt) >= SWEEP_PAUSE || size <= SMALL) {
      sweptAt = now
      for (const [name, { memory }] of owners) {
        memory.sweep(now)
        if (memory.size === 0 && memory.floor(now) === -Infinity) owners.delete(name)
      }
    }
    if (size < maxEntries) return
    // Who fills the memory pays first. A newcomer takes the place of whoever came first.
    const own = owners.get(owner)?.memory
    if (own !== undefined && own.size > 0) return own.dropOldest()
    for (const [name, { memory }] of owners) {
      if (memory.size === 0) continue
      memory.dropOldest()
      if (memory.size > 0) return
      rest.inherit(memory)
      owners.delete(name)
      return
    }
  }

  return {
    has (id, at, now, owner = '') {
      if (at <= rest.floor(now)) return true
      const known = owners.get(owner)
      return known !== undefined && (at <= known.memory.floor(now) || (known.ids.get(id)?.until ?? 0) > now)
    },
    add (id, { at, until }, now, owner = '') {
      if (size >= maxEntries) makeRoom(now, owner)
      let known = owners.get(owner)
      if (known === undefined) owners.set(owner, known = newOwner())
      const before = known.ids.get(id)
      if (before !== undefined) {
        known.memory.remove(before)
        size -= 1
      }
      const used = { id, at: Math.max(at, before?.at ?? at), until: Math.max(until, before?.until ?? 0) }
      known.ids.set(id, used)
      known.memory.add(used, now)
      size += 1
    }
  }
}
