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

/** A cookie that opened, and the device it was found to be a proof of. */
interface OpenedProof {
  readonly proved: Proved
  device: DeviceBinding | undefined
}

const VERSION = 1
/** Values of the cookie that are tried. */
const MOST_VALUES = 10

/** The short-lived cookie that a device gets for a proof. */
export class BoundCookie {
  readonly #sealer: Sealer
  readonly #cache: OpenedCache<OpenedProof>

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /** Whether a request's cookies hold a proof of this session's device that is still good. */
  proves (jar: CookieJar, name: string, id: string, device: DeviceBinding, now: number): boolean {
    const first = jar.get(name)
    if (first === undefined) return false
    return this.#isProof(first, id, device, now) || this.#othersProve(jar, name, id, device, now)
  }

  /** The browser may hold the name several times. */
  #othersProve (jar: CookieJar, name: string, id: string, device: DeviceBinding, now: number): boolean {
    const values = jar.family(name).filter(([cookie]) => cookie === name).slice(1, MOST_VALUES)
    return values.some(([, value]) => this.#isProof(value, id, device, now))
  }

  #isProof (value: string, id: string, device: DeviceBinding, now: number): boolean {
    const opened = this.#open(value)
    if (opened === undefined || opened.proved.until <= now || opened.proved.id !== id) return false
    if (opened.device !== device) {
      if (opened.proved.thumbprint !== device.thumbprint) return false
      // One cookie serves many requests of one session.
      opened.device = device
    }
    return true
  }

  write (jar: CookieJar, name: string, { id, thumbprint, until }: Proved, attributes: CookieAttributes): void {
    jar.set(name, this.#sealer.seal(JSON.stringify([VERSION, id, thumbprint, until])), attributes)
  }

  #open (value: string): OpenedProof | undefined {
    const known = this.#cache.get(value)
    if (known !== undefined) return known
    const plaintext = this.#sealer.open(value)
    const proved = plaintext && decode(parseSafely(plaintext.toString('utf8')))
    if (!proved) return undefined
    const opened = { proved, device: undefined }
    this.#cache.set(value, opened)
    return opened
  }
}

function decode (parsed: unknown): Proved | undefined {
  if (!Array.isArray(parsed) || parsed.length !== 4 || parsed[0] !== VERSION) return undefined
  const [, id, thumbprint, until] = parsed as unknown[]
  return typeof id === 'string' && typeof thumbprint === 'string' && typeof until === 'number'
    ? { id, thumbprint, until }
    : undefined
}
