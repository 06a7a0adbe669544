import { keepMade, recalled } from '../kept-by-header.js'
import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Mac } from '../sealing/mac.js'
import type { CookieAttributes, CookieJar, DeviceBinding, SessionRecord } from '../../../types/stores.js'

/** A proof of a session's device: until when it is good, epoch seconds. */
interface Proof {
  readonly id: string
  readonly thumbprint: string
  readonly until: number
  /** The cookie that says so. */
  readonly value: string
}

/** Where the proof that a session came with last is kept, so that a request with the same one looks nowhere else. */
export interface KeptProof {
  provedBy: string | undefined
  /** Epoch seconds. */
  provedUntil: number
}

/** A session that is bound to a device. */
export type BoundRecord = SessionRecord & { device: DeviceBinding }

/** When the proof ends, and a code that says it is ours. */
const FORM = /^(\d{1,12})\.([\w-]{22})$/
/** Values of the cookie that are tried. */
const MOST_VALUES = 10

/**
 * The short-lived cookie that a device gets for a proof. It comes with every request, so it is short: what it is about
 * is known from the session.
 */
export class BoundCookie {
  readonly #mac: Mac
  readonly #cache: OpenedCache<Proof>

  constructor (mac: Mac, maxEntries: number) {
    this.#mac = mac
    this.#cache = createOpenedCache({ maxEntries })
  }

  /**
   * Whether a request's cookies hold a proof of this session's device that is still good.
   * @param kept belongs to this session alone
   */
  proves (jar: CookieJar, name: string, record: BoundRecord, now: number, kept?: KeptProof): boolean {
    const shown = recalled<string>(jar, this, name)
    const first = shown ?? jar.get(name)
    if (first === undefined) return false
    if (first === kept?.provedBy && now < kept.provedUntil) {
      if (shown === undefined) keepMade(jar, this, name, kept.provedBy)
      return true
    }
    return this.#isProof(first, record, now, kept) || this.#othersProve(jar, name, record, now)
  }

  /** The browser may hold the name several times. */
  #othersProve (jar: CookieJar, name: string, record: BoundRecord, now: number): boolean {
    const values = jar.family(name).filter(([cookie]) => cookie === name).slice(1, MOST_VALUES)
    return values.some(([, value]) => this.#isProof(value, record, now))
  }

  #isProof (value: string, { id, device }: BoundRecord, now: number, kept?: KeptProof): boolean {
    const proof = this.#cache.get(value) ?? this.#checked(value, id, device.thumbprint)
    if (proof === undefined || proof.until <= now) return false
    if (proof.id !== id || proof.thumbprint !== device.thumbprint) return false
    if (kept !== undefined) Object.assign(kept, { provedBy: proof.value, provedUntil: proof.until })
    return true
  }

  #checked (value: string, id: string, thumbprint: string): Proof | undefined {
    const [, until, code] = FORM.exec(value) ?? []
    if (code === undefined || !this.#mac.fits(textOf(id, thumbprint, until!), code)) return undefined
    // A copy: a slice would keep the whole Cookie header of that request alive.
    const proof = { id, thumbprint, until: Number(until), value: Buffer.from(value, 'latin1').toString('latin1') }
    this.#cache.set(value, proof)
    return proof
  }

  /** @param until epoch seconds, whole ones */
  write (jar: CookieJar, name: string, { id, device: { thumbprint } }: BoundRecord, until: number,
    attributes: CookieAttributes): void {
    const code = this.#mac.of(textOf(id, thumbprint, String(until)))
    jar.set(name, `${until}.${code}`, attributes)
  }
}

function textOf (id: string, thumbprint: string, until: string): string {
  return `${id} ${thumbprint} ${until}`
}
