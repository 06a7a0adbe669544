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
  /** The cookie that proved a session's device last. */
  readonly #last = new WeakMap<DeviceBinding, { value: string, until: number }>()

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /** Whether a request's cookies hold a proof of this session's device that is still good. */
  proves (jar: CookieJar, name: string, id: string, device: DeviceBinding, now: number): boolean {
    const first = jar.get(name)
    if (first === undefined) return false
    // One cookie serves many requests of one session.
    const last = this.#last.get(device)
    if (last?.value === first && last.until > now) return true
    const proved = this.#proof(first, id, device)
    if (proved !== undefined) {
      this.#last.set(device, { value: first, until: proved.until })
      if (proved.until > now) return true
    }
    return this.#othersProve(jar, name, id, device, now)
  }

  /** The browser may hold the name several times. */
  #othersProve (jar: CookieJar, name: string, id: string, device: DeviceBinding, now: number): boolean {
    const values = jar.family(name).filter(([cookie]) => cookie === name).slice(1, MOST_VALUES)
    return values.some(([, value]) => (this.#proof(value, id, device)?.until ?? 0) > now)
  }

  #proof (value: string, id: string, { thumbprint }: DeviceBinding): Proved | undefined {
    const proved = this.open(value)
    return proved?.id === id && proved.thumbprint === thumbprint ? proved : undefined
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
