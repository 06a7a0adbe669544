import { parseSafely } from '../../base/json.js'
import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar, DeviceBinding, SessionRecord } from '../../../types/stores.js'

/** What the bound cookie says: until when this device has proved itself for a session. */
interface Proved {
  id: string
  thumbprint: string
  /** Epoch seconds. */
  until: number
}

/** A cookie that opened, and the session it was found to be a proof for. */
interface OpenedProof extends Proved {
  of: SessionRecord | undefined
}

/** A session that is bound to a device. */
export type BoundRecord = SessionRecord & { device: DeviceBinding }

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
  proves (jar: CookieJar, name: string, record: BoundRecord, now: number): boolean {
    const first = jar.get(name)
    if (first === undefined) return false
    return this.#isProof(first, record, now) || this.#othersProve(jar, name, record, now)
  }

  /** The browser may hold the name several times. */
  #othersProve (jar: CookieJar, name: string, record: BoundRecord, now: number): boolean {
    const values = jar.family(name).filter(([cookie]) => cookie === name).slice(1, MOST_VALUES)
    return values.some(([, value]) => this.#isProof(value, record, now))
  }

  #isProof (value: string, record: BoundRecord, now: number): boolean {
    const opened = this.#open(value)
    if (opened === undefined || opened.until <= now) return false
    // One cookie serves many requests of one session.
    if (opened.of === record) return true
    if (opened.id !== record.id || opened.thumbprint !== record.device.thumbprint) return false
    opened.of = record
    return true
  }

  write (jar: CookieJar, name: string, { id, thumbprint, until }: Proved, attributes: CookieAttributes): void {
    jar.set(name, this.#sealer.seal(JSON.stringify([VERSION, id, thumbprint, until])), attributes)
  }

  #open (value: string): OpenedProof | undefined {
    const known = this.#cache.get(value)
    if (known !== undefined) return known
    const plaintext = this.#sealer.open(value)
    const opened = plaintext && decode(parseSafely(plaintext.toString('utf8')))
    if (opened !== undefined) this.#cache.set(value, opened)
    return opened
  }
}

function decode (parsed: unknown): OpenedProof | undefined {
  if (!Array.isArray(parsed) || parsed.length !== 4 || parsed[0] !== VERSION) return undefined
  const [, id, thumbprint, until] = parsed as unknown[]
  return typeof id === 'string' && typeof thumbprint === 'string' && typeof until === 'number'
    ? { id, thumbprint, until, of: undefined }
    : undefined
}
