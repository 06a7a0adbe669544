import { absoluteEnd, type Lifetime } from '../lifetime.js'
import { noTokens, type SessionCookieNames } from '../sessions.js'
import type { Sealer } from '../sealing/seal.js'
import type {
  CookieAttributes, CookieJar, SessionData, SessionRecord, SessionTokens
} from '../../../types/stores.js'
import { clearChunked, writeChunked } from './chunks.js'
import { encodeRecord } from './claims-cookie.js'
import { COOKIE_BUDGET } from './cookie-budget.js'
import { ForeignCookies, uselessNames, type Warn } from './foreign-cookies.js'
import { LastSeenCookie } from './last-seen-cookie.js'
import { OpenedClaims, type HeldSessions, type OpenedSession } from './opened-claims.js'
import { OpenedTokens } from './opened-tokens.js'
import { createRecentWrites, type RecentWrite, type Written } from './recent-writes.js'
import { SessionFit } from './session-fit.js'

export interface SessionCookiesOptions {
  names: (jar: CookieJar) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  /** Whether the cookies end with the browser. */
  transient?: boolean
  sealers: { session: Sealer, tokens: Sealer, seen: Sealer }
  lifetime: Lifetime
  now: () => number
  /** Entries the cache of opened cookies may hold; 0 switches it off. */
  cacheEntries: number
  /** The audience a login asks for; its access token is the last to be left out when space is short. */
  audience?: string | undefined
  /** Takes cookies of logins under way away until they need at most `bytes`, the oldest first. */
  makeRoom?: (jar: CookieJar, bytes: number) => void
  /**
   * Called with `session_cookie_large` when a session nears, and when one exceeds, what cookies can hold; once each.
   */
  warn: Warn
}

/** The three cookies of a session: claims, tokens, last seen. Knows their form, not whether a session is alive. */
export class SessionCookies {
  readonly #options: SessionCookiesOptions
  readonly #claims
  readonly #tokens
  readonly #seen
  readonly #recent
  readonly #foreign
  readonly #fit
  /** The exchanges that found or wrote something newer than the cookies they came with. */
  readonly #ahead = new WeakSet<CookieJar>()

  constructor (options: SessionCookiesOptions) {
    this.#options = options
    this.#claims = new OpenedClaims(options.sealers.session, options.cacheEntries)
    this.#tokens = new OpenedTokens(options.sealers.tokens, options.cacheEntries)
    this.#seen = new LastSeenCookie(options.sealers.seen, options.cacheEntries)
    this.#recent = createRecentWrites(options.now)
    this.#foreign = new ForeignCookies(options.warn)
    this.#fit = new SessionFit({ ...options, seal: tokens => this.#tokens.seal(tokens) })
  }

  /** The sessions a request came with, as they were written last; the newest first. */
  sessions (jar: CookieJar): readonly OpenedSession[] {
    const { opened, count } = this.#held(jar)
    if (count > 1 || opened.length < count || jar.bytes > COOKIE_BUDGET) this.#noticeForeign(jar, count, opened.length)
    return opened.length === 1 ? this.#newest(jar, opened[0]!, opened) : opened.flatMap(held => this.#newest(jar, held))
  }

  /** The session `id` or its successor, as it was written last. */
  find (jar: CookieJar, id: string): OpenedSession | undefined {
    const current = this.successor(id) ?? id
    return this.sessions(jar).find(({ record }) => record.id === current)
  }

  /** The id of the session that took the place of the session `id` lately, as far as this process knows. */
  successor (id: string): string | undefined {
    return this.#recent.successor(id)
  }

  /** Whether a request holds this bound session by its former id only. */
  cameBefore (jar: CookieJar, { id, device }: SessionRecord): boolean {
    return device !== undefined && this.successor(device.from) === id &&
      this.#held(jar).opened.some(({ record }) => record.id === device.from)
  }

  /** The tokens of the session `of` or its successor; of two the newer ones. */
  tokens (jar: CookieJar, of: string): SessionTokens {
    const id = this.successor(of) ?? of
    const held = this.#heldTokens(jar, id)
    const written = this.#recent.get(id)?.tokens
    if (written === undefined || written.version <= held.version) return held
    return this.#tokens.open(written.value, id) ?? { ...noTokens(id), version: written.version }
  }

  /** When the session `id` was last seen, as far as its cookie says so. */
  lastSeen (jar: CookieJar, id: string): number {
    return this.#seen.at(jar, this.#options.names(jar).seen, id)
  }

  /** Writes down that a session was seen. Touches nothing else. */
  see (jar: CookieJar, record: SessionRecord, at: number, stillWanted: () => boolean): void {
    const { seen } = this.#options.names(jar)
    this.#seen.write(jar, seen, { id: record.id, at }, this.#attributes(jar, record), stillWanted)
  }

  /**
   * Writes the parts of a session that changed, and returns them.
   * @throws SessionTooLargeError before anything is written
   */
  write (jar: CookieJar, session: SessionData, changed: { record: boolean, tokens: boolean },
    stillWanted: () => boolean): RecentWrite {
    const { record, tokens } = session
    const attributes = this.#attributes(jar, record)
    const claims = changed.record
      ? this.#options.sealers.session.seal(encodeRecord(record))
      : this.#written(jar, record)
    const fitted = this.#fit.fit(this.#options.names(jar), session, claims, attributes)
    this.#ahead.add(jar)
    const written: RecentWrite = {}
    if (changed.record) written.claims = { value: claims, version: record.version, at: record.updatedAt }
    if (changed.tokens || fitted.dropped.length > 0) {
      written.tokens = { value: fitted.sealed, version: tokens.version }
    }
    this.#put(jar, written, attributes, stillWanted)
    this.#options.makeRoom?.(jar, COOKIE_BUDGET - fitted.bytes)
    return written
  }

  /** Remembers for a while what was written of a session, for requests that began before. */
  remember (id: string, write: RecentWrite): void {
    this.#recent.add(id, write)
  }

  /** From now on requests that hold the session `id` get its successor, which was just written. */
  replace (id: string, successor: string, write: RecentWrite): void {
    this.remember(successor, write)
    this.#recent.follow(id, successor)
  }

  /**
   * Gives a browser that is behind what other requests of its session have written, unless that has `ended`.
   * An answer that knows of nothing newer leaves the browser as it is: that may be logged out by now, or somebody
   * else's.
   */
  catchUp (jar: CookieJar, id: string, ended: (session: OpenedSession) => boolean): void {
    // Of a session that has just begun there is nothing the browser could have missed.
    if (!this.#ahead.has(jar) || this.#recent.get(id) === undefined) return
    const held = this.#held(jar).opened.find(({ record }) => record.id === id)
    if (held === undefined || ended(held)) return
    const missed = this.#missed(jar, held)
    if (missed !== undefined) this.#put(jar, missed, this.#attributes(jar, held.record))
  }

  /**
   * Clears whatever there is of a session, readable or not.
   * Where all of it is this application's, also what an earlier configuration may have put elsewhere.
   */
  clear (jar: CookieJar): void {
    const names = this.#options.names(jar)
    const { opened, count } = this.#held(jar)
    const everywhere = count > 0 && opened.length === count
    this.#claims.forget(jar, names.session)
    this.#tokens.forget(jar, names.tokens)
    for (const name of Object.values(names) as string[]) {
      clearChunked(jar, name, this.#options.attributes(jar.secure), everywhere)
    }
  }

  /** Forgets the last-seen cookie, which may belong to the session before. */
  forgetSeen (jar: CookieJar): void {
    const { seen } = this.#options.names(jar)
    if (jar.get(seen) !== undefined) jar.clear(seen, this.#options.attributes(jar.secure))
  }

  #heldTokens (jar: CookieJar, id: string, known?: Written): SessionTokens {
    return this.#tokens.held(jar, this.#options.names(jar).tokens, id, known)
  }

  #held (jar: CookieJar): HeldSessions {
    return this.#claims.held(jar, this.#options.names(jar).session)
  }

  /** A session of a request, or what this process has written of it since. */
  #newest (jar: CookieJar, held: OpenedSession, alone: readonly OpenedSession[] = [held]): readonly OpenedSession[] {
    const missed = this.#missed(jar, held)
    if (missed === undefined) return alone
    this.#ahead.add(jar)
    return missed.claims === undefined ? alone : [this.#claims.open(missed.claims.value) ?? held]
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

  /** The claims cookie's value for a record that does not change. */
  #written (jar: CookieJar, record: SessionRecord): string {
    return this.#recent.get(record.id)?.claims?.value ??
      this.#claims.valueOf(jar, this.#options.names(jar).session, record)!
  }

  /** Sets the cookies of what was written. */
  #put (jar: CookieJar, { claims, tokens }: RecentWrite, attributes: CookieAttributes,
    stillWanted?: () => boolean): void {
    const names = this.#options.names(jar)
    if (claims !== undefined) writeChunked(jar, names.session, claims.value, attributes, stillWanted)
    if (tokens === undefined) return
    if (tokens.value === '') clearChunked(jar, names.tokens, attributes)
    else writeChunked(jar, names.tokens, tokens.value, attributes, stillWanted)
  }

  #noticeForeign (jar: CookieJar, count: number, opened: number): void {
    const { session, tokens, seen } = this.#options.names(jar)
    this.#foreign.notice(jar, { cookie: session, count, opened }, () => [
      ...uselessNames(jar, session, value => this.#claims.open(value) !== undefined),
      ...uselessNames(jar, tokens, value => this.#tokens.open(value) !== undefined),
      ...uselessNames(jar, seen, value => this.#seen.open(value) !== undefined)
    ], () => this.#options.attributes(jar.secure))
  }

  #attributes (jar: CookieJar, record: SessionRecord): CookieAttributes {
    const { attributes, lifetime, now, transient = false } = this.#options
    const maxAge = Math.max(0, Math.ceil(absoluteEnd(record, lifetime) - now()))
    return Object.assign({}, attributes(jar.secure), transient ? undefined : { maxAge })
  }
}
