import { parseSafely } from '../../base/json.js'
import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar, DeviceBinding } from '../../../types/stores.js'

/** What the bound cookie says: until when this device has proved itself for a session. */
interface Proved {
  id: string
  thumbprint: string
  /** Epoch seconds. */
  until: number
}

const VERSION = 1
/** Values of the cookie that are tried. */
const MOST_VALUES = 10

/** The short-lived cookie that a device gets for a proof. */
export class BoundCookie {
  readonly #sealer: Sealer
  readonly #cache: OpenedCache<Proved>

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /** Whether a request's cookies hold a proof of this session's device that is still good. */
  proves (jar: CookieJar, name: string, id: string, { thumbprint }: DeviceBinding, now: number): boolean {
    let tried = 0
    for (const [cookie, value] of jar.family(name)) {
      if (cookie.length !== name.length || tried++ === MOST_VALUES) continue
      const proved = this.open(value)
      if (proved?.id === id && proved.thumbprint === thumbprint && proved.until > now) return true
    }
    return false
  }

  write (jar: CookieJar, name: string, { id, thumbprint, until }: Proved, attributes: CookieAttributes): void {
    jar.set(name, this.#sealer.seal(JSON.stringify([VERSION, id, thumbprint, until])), attributes)
  }

  open (value: string): Proved | undefined {
    const known = this.#cache.get(value)
    if (known !== undefined) return known
    const plaintext = this.#sealer.open(value)
    const proved = plaintext && decode(parseSafely(plaintext.toString('utf8')))
    if (proved !== undefined) this.#cache.set(value, proved)
    return proved
  }
}

function decode (parsed: unknown): Proved | undefined {
  if (!Array.isArray(parsed) || parsed.length !== 4 || parsed[0] !== VERSION) return undefined
  const [, id, thumbprint, until] = parsed as unknown[]
  return typeof id === 'string' && typeof thumbprint === 'string' && typeof until === 'number'
    ? Object.freeze({ id, thumbprint, until })
    : undefined
}
