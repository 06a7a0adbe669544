import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import { candidatesOf } from './chunks.js'
import { decodeLastSeen, encodeLastSeen, type LastSeen } from './claims-cookie.js'

/** The small cookie that says when a session was last used. */
export class LastSeenCookie {
  readonly #sealer: Sealer
  readonly #cache: OpenedCache<LastSeen>

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /** Epoch seconds at which the session `id` was last used, as far as a cookie says so; else 0. */
  at (jar: CookieJar, name: string, id: string): number {
    let latest = 0
    for (const value of candidatesOf(jar.family(name), name)) {
      const seen = this.open(value)
      if (seen?.id === id) latest = Math.max(latest, seen.at)
    }
    return latest
  }

  write (jar: CookieJar, name: string, seen: LastSeen, attributes: CookieAttributes,
    stillWanted: () => boolean): void {
    jar.set(name, this.#sealer.seal(encodeLastSeen(seen)), attributes, stillWanted)
  }

  open (value: string): LastSeen | undefined {
    const known = this.#cache.get(value)
    if (known !== undefined) return known
    const plaintext = this.#sealer.open(value)
    const seen = plaintext && decodeLastSeen(plaintext)
    if (seen !== undefined) this.#cache.set(value, seen)
    return seen
  }
}
