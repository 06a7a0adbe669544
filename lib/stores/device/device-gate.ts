import type { SessionCookieNames } from '../sessions.js'
import type { Mac } from '../sealing/mac.js'
import type { CookieAttributes, CookieJar, SessionRecord } from '../../../types/stores.js'
import { BoundCookie, type BoundRecord, type KeptProof } from './bound-cookie.js'

/**
 * Seconds for which a session lives on under its former id, and for which one that must be bound may be unbound. A
 * server whose clock is ahead leaves half a minute of it.
 * @param clockTolerance seconds that the clocks of two servers may differ
 */
export function bindingGrace (clockTolerance: number): number {
  return Math.max(60, clockTolerance + 30)
}

/** Seconds after its login from which a session cannot be bound any more, with a wide margin for clocks. */
export const NEVER_BOUND_AFTER = 900

/**
 * Seconds that a bound cookie must last in the browser: with under 120 left it refreshes at every request, and after
 * some such refreshes it gives up for a while.
 */
export const LEAST_MAX_AGE = 150

/** Why a session was not opened: it is a copy without the device's proof, or it had to be bound and was not. */
export type DeviceRefusal = 'unbound_copy' | 'not_bound'

/** A session that was refused to a request. */
interface RefusedSession {
  readonly reason: DeviceRefusal
  readonly record: SessionRecord
}

interface DeviceGateOptions {
  names: (jar: CookieJar) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  mac: Mac
  /** Seconds for which one proof is good. */
  refreshAfter: number
  /** Whether every session must be bound. */
  required: boolean
  /** Seconds that the clocks of two servers may differ. */
  clockTolerance: number
  /** Epoch seconds. */
  now: () => number
  /** Opened cookies that are remembered. */
  cacheEntries: number
  /** The id of a session kept in cookies once it is bound; of other secrets the ids that other processes may make. */
  boundIds: (id: string) => readonly string[]
}

/** Decides by the bound cookie whether a session may be opened. */
export class DeviceGate {
  /** See `bindingGrace`. */
  readonly grace: number
  readonly #options: DeviceGateOptions
  readonly #cookie: BoundCookie
  /** The sessions that came under their former id, or were bound by this very request. */
  readonly #admitted = new WeakMap<CookieJar, string>()
  readonly #refused = new WeakMap<CookieJar, RefusedSession>()

  constructor (options: DeviceGateOptions) {
    this.#options = options
    this.grace = bindingGrace(options.clockTolerance)
    this.#cookie = new BoundCookie(options.mac, options.cacheEntries)
  }

  /** Whether the request proves the device of a bound session, or need not. */
  proves (jar: CookieJar, record: SessionRecord, time = this.#options.now(), kept?: KeptProof): boolean {
    if (record.device === undefined) return true
    const { bound } = this.#options.names(jar)
    return this.#cookie.proves(jar, bound!, record as BoundRecord, time, kept) || this.#admitted.get(jar) === record.id
  }

  /** Whether a session without a device has outlived the time it had to be bound in. */
  isOverdue ({ device, createdAt }: SessionRecord): boolean {
    return this.#options.required && device === undefined && this.#options.now() >= createdAt + this.grace
  }

  /** Lets this request open the session without a proof of its own. */
  admit (jar: CookieJar, id: string): void {
    this.#admitted.set(jar, id)
  }

  /** Remembers why the session of a request was not opened. */
  refuse (jar: CookieJar, record: SessionRecord, reason: DeviceRefusal): void {
    this.#refused.set(jar, { reason, record })
  }

  refused (jar: CookieJar): RefusedSession | undefined {
    return this.#refused.get(jar)
  }

  boundIds (id: string): readonly string[] {
    return this.#options.boundIds(id)
  }

  /**
   * Gives the browser the cookie for a proof. The browser forgets it a little before it ends, so that a server whose
   * clock is ahead does not refuse what the browser takes for good.
   */
  write (jar: CookieJar, record: SessionRecord): void {
    const { names, refreshAfter, clockTolerance, now } = this.#options
    const maxAge = Math.min(refreshAfter, Math.max(LEAST_MAX_AGE, refreshAfter - clockTolerance))
    const until = Math.floor(now() + refreshAfter)
    this.#cookie.write(jar, names(jar).bound!, record as BoundRecord, until, { ...this.attributes(jar), maxAge })
    this.admit(jar, record.id)
  }

  /** Attributes of the bound cookie. */
  attributes (jar: CookieJar): CookieAttributes {
    return this.#options.attributes(jar.secure)
  }
}
