import { absoluteEnd, type Lifetime } from '../lifetime.js'
import { clearChunked, COOKIE_LIMIT, cookieSize, readChunked, writeChunked } from './chunks.js'
import { COOKIE_BUDGET, COOKIE_BUDGET_WARNING, slimmed, tooLarge, weigh } from './cookie-budget.js'
import { createOpenedCache } from '../sealing/opened-cache.js'
import { createRecentWrites, type RecentWrite, type Written } from './recent-writes.js'
import { decodeLastSeen, decodeRecord, encodeLastSeen, encodeRecord, type LastSeen } from './claims-cookie.js'
import { noTokens, type SessionCookieNames } from '../sessions.js'
import { decodeTokens, encodeTokens } from './tokens-cookie.js'
import { deepFreeze } from '../../base/json.js'
import { openTossed } from './tossed-cookies.js'
import type { Sealer } from '../sealing/seal.js'
import type {
  CookieAttributes, CookieJar, RevocationOwner, SessionRecord, SessionTokens, SessionData
} from '../../../types/stores.js'

/** What the claims cookie opens to. One object may serve many requests. */
export interface OpenedSession {
  readonly record: SessionRecord
  readonly owner: RevocationOwner
  readonly createdAt: number
}

export interface SessionCookiesOptions {
  names: (secure: boolean) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  sealers: { session: Sealer, tokens: Sealer, seen: Sealer }
  lifetime: Lifetime
  now: () => number
  /** Entries the cache of opened cookies may hold; 0 switches it off. */
  cacheEntries: number
  /** The audience a login asks for; its access token is the last to be left out when space is short. */
  audience?: string
  /**
   * Called with `session_cookie_large` when a session nears, and when one exceeds, what cookies can hold; once each.
   */
  warn: (code: string, detail: object) => void
}

/** What the last-seen cookie takes at most; it comes later, but its room is kept. */
const SEEN_RESERVE = 256

/** The three cookies of a session: claims, tokens, last seen. Knows their form, not whether a session is alive. */
export class SessionCookies {
  readonly #options: SessionCookiesOptions
  readonly #names: [SessionCookieNames | undefined, SessionCookieNames | undefined] = [undefined, undefined]
  readonly #opened
  readonly #seen
  readonly #recent
  /** The exchanges that found or wrote something newer than the cookies they came with. */
  readonly #ahead = new WeakSet<CookieJar>()
  /** What was told already: near the budget, over it. Each is told once, not at every write. */
  readonly #warned = new Set<'near' | 'over'>()

  constructor (options: SessionCookiesOptions) {
    this.#options = options
    this.#opened = createOpenedCache<OpenedSession>({ maxEntries: options.cacheEntries })
    this.#seen = createOpenedCache<LastSeen>({ maxEntries: options.cacheEntries })
    this.#recent = createRecentWrites(options.now)
  }

  /** The claims cookie as it came. */
  raw (jar: CookieJar): string | undefined {
    return jar.get(this.#namesFor(jar).session)
  }

  /** The session of the cookies, as it was written last. */
  current (jar: CookieJar, value: string | undefined = this.raw(jar)): OpenedSession | undefined {
    const held = this.#held(jar, value)
    const missed = held && this.#missed(jar, held)
    if (missed === undefined) return held
    this.#ahead.add(jar)
    return missed.claims === undefined ? held : this.#open(missed.claims.value)
  }

  /** The tokens of the session `id`; of two the newer ones. */
  tokens (jar: CookieJar, id: string): SessionTokens {
    const held = this.#heldTokens(jar, id)
    const written = this.#recent.get(id)?.tokens
    if (written === undefined || written.version <= held.version) return held
    this.#ahead.add(jar)
    return this.#openTokens(written.value, id) ?? { ...noTokens(id), version: written.version }
  }

  /** When the session `id` was last seen, as far as its cookie says so. */
  lastSeen (jar: CookieJar, id: string): number {
    const value = jar.get(this.#namesFor(jar).seen)
    if (value === undefined) return 0
    let seen = this.#seen.get(value)
    if (seen === undefined) {
      const plaintext = this.#options.sealers.seen.open(value)
      seen = plaintext && decodeLastSeen(plaintext)
      if (seen === undefined) return 0
      this.#seen.set(value, seen)
    }
    return seen.id === id ? seen.at : 0
  }

  /** Writes down that a session was seen. Touches nothing else. */
  see (jar: CookieJar, record: SessionRecord, at: number, stillWanted: () => boolean): void {
    const value = this.#options.sealers.seen.seal(encodeLastSeen({ id: record.id, at }))
    jar.set(this.#namesFor(jar).seen, value, this.#attributes(jar, record), stillWanted)
  }

  /**
   * Writes the parts of a session that changed, and returns them.
   * @throws SessionTooLargeError before anything is written
   */
  write (jar: CookieJar, { record, tokens }: SessionData, changed: { record: boolean, tokens: boolean },
    stillWanted: () => boolean): RecentWrite {
    const { sealers, now, audience, warn } = this.#options
    const names = this.#namesFor(jar)
    const attributes = this.#attributes(jar, record)
    const sealTokens = (tokens: SessionTokens) => isEmpty(tokens) ? '' : sealers.tokens.seal(encodeTokens(tokens))

    const claims = changed.record
      ? sealers.session.seal(encodeRecord(record))
      : this.#recent.get(record.id)?.claims?.value ?? jar.get(names.session)!
    const claimsSize = cookieSize(names.session, claims, attributes)
    if (claimsSize > COOKIE_LIMIT) {
      throw tooLarge("The cookie of the user and the session's own fields", claimsSize, COOKIE_LIMIT, {
        record,
        tokens
      })
    }

    let sealed = sealTokens(tokens)
    let tokensChanged = changed.tokens
    const dropped: string[] = []
    const bytes = () => SEEN_RESERVE + names.session.length + claims.length + names.tokens.length + sealed.length
    const before = bytes()
    for (const smaller of slimmed(tokens, { audience, now: now() })) {
      if (bytes() <= COOKIE_BUDGET) break
      sealed = sealTokens(smaller.tokens)
      tokensChanged = true
      dropped.push(smaller.dropped)
    }
    if (bytes() > COOKIE_BUDGET) throw tooLarge('The session', before, COOKIE_BUDGET, { record, tokens })
    const heaviness = before > COOKIE_BUDGET ? 'over' : before > COOKIE_BUDGET_WARNING ? 'near' : undefined
    if (heaviness !== undefined && !this.#warned.has(heaviness)) {
      this.#warned.add(heaviness)
      warn('session_cookie_large', { bytes: before, limit: COOKIE_BUDGET, dropped, sizes: weigh({ record, tokens }) })
    }

    this.#ahead.add(jar)
    const written: RecentWrite = {
      ...(changed.record && { claims: { value: claims, version: record.version, at: record.updatedAt } }),
      ...(tokensChanged && { tokens: { value: sealed, version: tokens.version } })
    }
    this.#put(jar, written, attributes, stillWanted)
    return written
  }

  /** Remembers for a while what was written of a session, for requests that began before. */
  remember (id: string, write: RecentWrite): void {
    this.#recent.add(id, write)
  }

  /**
   * Gives a browser that is behind what other requests of its session have written, unless that has `ended`.
   * An answer that knows of nothing newer leaves the browser as it is: that may be logged out by now, or somebody
   * else's.
   */
  catchUp (jar: CookieJar, id: string, ended: (session: OpenedSession) => boolean): void {
    const held = this.#ahead.has(jar) ? this.#held(jar) : undefined
    if (held?.record.id !== id || ended(held)) return
    const missed = this.#missed(jar, held)
    if (missed !== undefined) this.#put(jar, missed, this.#attributes(jar, held.record))
  }

  /** Forgets what was written of a session that is over. */
  forget (id: string): void {
    this.#recent.forget(id)
  }

  /** Forgets the last-seen cookie, which may belong to the session before. */
  forgetSeen (jar: CookieJar): void {
    const { seen } = this.#namesFor(jar)
    if (jar.get(seen) !== undefined) jar.clear(seen, this.#options.attributes(jar.secure))
  }

  /** Clears whatever there is of a session, readable or not. */
  clear (jar: CookieJar): void {
    const { session, tokens } = this.#namesFor(jar)
    const attributes = this.#options.attributes(jar.secure)
    const value = jar.get(session)
    if (value !== undefined) {
      this.#opened.delete(value)
      jar.clear(session, attributes)
    }
    clearChunked(jar, tokens, attributes)
    this.forgetSeen(jar)
  }

  /** The session of the claims cookie as it came. */
  #held (jar: CookieJar, value: string | undefined = this.raw(jar)): OpenedSession | undefined {
    return value === undefined
      ? undefined
      : this.#open(value) ??
        openTossed(jar, this.#namesFor(jar).session, value => this.#open(value), this.#options.warn)
  }

  /**
   * What this process has written and the cookies do not say; where another process was the last to write claims, its
   * stand.
   */
  #missed (jar: CookieJar, { record }: OpenedSession): RecentWrite | undefined {
    const recent = this.#recent.get(record.id)
    if (recent === undefined) return undefined
    const { claims, tokens } = recent
    const newerClaims = claims !== undefined && claims.version > record.version && claims.at >= record.updatedAt
    const newerTokens = tokens !== undefined && tokens.version > this.#heldTokens(jar, record.id, tokens).version
    return newerClaims || newerTokens ? { ...(newerClaims && { claims }), ...(newerTokens && { tokens }) } : undefined
  }

  #open (value: string): OpenedSession | undefined {
    const known = this.#opened.get(value)
    if (known !== undefined) return known
    const plaintext = this.#options.sealers.session.open(value)
    const record = plaintext && decodeRecord(plaintext)
    if (!record) return undefined
    const opened = deepFreeze(toOpened(record))
    this.#opened.set(value, opened)
    return opened
  }

  /** The tokens of the tokens cookie as it came; a cookie that is `known` need not be opened to tell its version. */
  #heldTokens (jar: CookieJar, id: string, known?: Written): SessionTokens {
    let newest = noTokens(id)
    for (const value of readChunked(jar, this.#namesFor(jar).tokens)) {
      const tokens = value === known?.value ? { ...newest, version: known.version } : this.#openTokens(value, id)
      if (tokens !== undefined && tokens.version >= newest.version) newest = tokens
    }
    return newest
  }

  #openTokens (value: string, id: string): SessionTokens | undefined {
    const plaintext = this.#options.sealers.tokens.open(value)
    const tokens = plaintext && decodeTokens(plaintext)
    return tokens?.id === id ? tokens : undefined
  }

  /** Sets the cookies of what was written. */
  #put (jar: CookieJar, { claims, tokens }: RecentWrite, attributes: CookieAttributes,
    stillWanted?: () => boolean): void {
    const names = this.#namesFor(jar)
    if (claims !== undefined) jar.set(names.session, claims.value, attributes, stillWanted)
    if (tokens === undefined) return
    if (tokens.value === '') clearChunked(jar, names.tokens, attributes)
    else writeChunked(jar, names.tokens, tokens.value, attributes, stillWanted)
  }

  #namesFor ({ secure }: CookieJar): SessionCookieNames {
    return (this.#names[secure ? 1 : 0] ??= this.#options.names(secure))
  }

  #attributes (jar: CookieJar, record: SessionRecord): CookieAttributes {
    const { attributes, lifetime, now } = this.#options
    return { ...attributes(jar.secure), maxAge: Math.max(0, Math.ceil(absoluteEnd(record, lifetime) - now())) }
  }
}

/** A record with what revocations are asked about. */
export function toOpened (record: SessionRecord): OpenedSession {
  const { id, user, issuer: iss, sid, createdAt } = record
  const { sub, org_id: organization } = user
  const owner = {
    id,
    iss,
    sub,
    ...(sid !== undefined && { sid }),
    ...(typeof organization === 'string' && { organization })
  }
  return { record, owner, createdAt }
}

function isEmpty ({ refreshToken, idToken, tokenSets, connectionTokenSets, jkt }: SessionTokens): boolean {
  return refreshToken === undefined && idToken === undefined && jkt === undefined &&
    tokenSets.length + connectionTokenSets.length === 0
}
