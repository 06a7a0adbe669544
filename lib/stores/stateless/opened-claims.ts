import { deepFreeze } from '../../base/json.js'
import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieJar, RevocationOwner, SessionRecord } from '../../../types/stores.js'
import type { BornSession } from '../sessions.js'
import type { KeptProof } from '../device/bound-cookie.js'
import { keepMade, recalled } from '../kept-by-header.js'
import { candidatesOf } from './chunks.js'
import { decodeRecord } from './claims-cookie.js'

/** What the claims cookie opens to. One object may serve many requests. */
export interface OpenedSession extends KeptProof {
  readonly record: SessionRecord
  readonly owner: RevocationOwner
  readonly createdAt: number
  /** Whether it is known that no device will ever be bound to it. */
  neverBound: boolean
}

/** The sessions of a request's claims cookies: one as a rule. */
export interface HeldSessions {
  /** Those that open, the newest first. */
  readonly opened: readonly OpenedSession[]
  /** How many values came, readable or not. */
  readonly count: number
}

const NONE: HeldSessions = { opened: [], count: 0 }
const UNREADABLE: HeldSessions = { opened: [], count: 1 }

/** Opens claims cookies, and remembers what it opened. */
export class OpenedClaims {
  readonly #sealer: Sealer
  /** Each as a request holds it that holds no other. */
  readonly #cache: OpenedCache<HeldSessions>

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /** Every candidate of the cookie `name`. */
  held (jar: CookieJar, name: string): HeldSessions {
    const kept = recalled<HeldSessions>(jar, this, name)
    if (kept !== undefined) return kept
    const held = this.#open(jar, name)
    if (held.count > 0 && held.opened.length === held.count) keepMade(jar, this, name, held)
    return held
  }

  #open (jar: CookieJar, name: string): HeldSessions {
    const pairs = jar.family(name)
    if (pairs.length === 0) return NONE
    if (pairs.length === 1 && pairs[0]![0] === name) return this.#alone(pairs[0]![1]) ?? UNREADABLE
    const values = candidatesOf(pairs, name)
    const opened = values.map(value => this.open(value)).filter(session => session !== undefined)
    return { opened: opened.sort(byAge), count: values.length }
  }

  open (value: string): OpenedSession | undefined {
    return this.#alone(value)?.opened[0]
  }

  #alone (value: string): HeldSessions | undefined {
    const known = this.#cache.get(value)
    if (known !== undefined) return known
    const plaintext = this.#sealer.open(value)
    const record = plaintext && decodeRecord(plaintext)
    if (!record) return undefined
    const held: HeldSessions = { opened: [toOpened(deepFreeze(record))], count: 1 }
    this.#cache.set(value, held)
    return held
  }

  /** The sealed value that holds this version of a session. */
  valueOf (jar: CookieJar, name: string, { id, version }: SessionRecord): string | undefined {
    return candidatesOf(jar.family(name), name).find(value => {
      const record = this.open(value)?.record
      return record?.id === id && record.version === version
    })
  }

  /** Forgets what the cookie `name` holds. */
  forget (jar: CookieJar, name: string): void {
    if (jar.recall?.(this) !== undefined) jar.keep?.(this, undefined)
    for (const value of candidatesOf(jar.family(name), name)) this.#cache.delete(value)
  }
}

/** The newest login first; of one session the newest write. */
function byAge (a: OpenedSession, b: OpenedSession): number {
  return b.createdAt - a.createdAt || b.record.version - a.record.version
}

/** A record with what revocations are asked about. */
export function toOpened<T extends BornSession> (record: T): Omit<OpenedSession, 'record'> & { record: T } {
  const { id, user, issuer: iss, sid, createdAt } = record
  const { sub, org_id: organization } = user
  const owner = {
    id,
    iss,
    sub,
    ...(sid !== undefined && { sid }),
    ...(typeof organization === 'string' && { organization })
  }
  return { record, owner, createdAt, neverBound: false, provedBy: undefined, provedUntil: 0 }
}
