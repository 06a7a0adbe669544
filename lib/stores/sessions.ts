import type {
  Awaitable, CookieAttributes, CookieJar, DeviceBinding, RevocationFilter, SessionFilter, SessionListing, SessionRecord,
  SessionTokens, SessionData
} from '../../types/stores.js'

/** A session as a request finds it. */
export interface LiveSession {
  /** Deep-frozen: one record may serve many requests. */
  record: SessionRecord
  /** Epoch seconds of the last activity that was written down. */
  lastActivity: number
  /** Epoch seconds at which the session ends if it is not used again. */
  expiresAt: number
}

/** What is known of a session at its birth. */
export type BornSession = Pick<SessionRecord, 'id' | 'issuer' | 'user' | 'sid' | 'createdAt'>

/** Names of the session's cookies: claims, tokens, last seen; bound, where sessions are bound to devices. */
export interface SessionCookieNames {
  session: string
  tokens: string
  seen: string
  bound?: string
}

/** Sessions that can be bound to devices. */
export interface DeviceSessions {
  /** Why the session of a request was not opened, if a device was the cause. */
  refused(jar: CookieJar): { readonly reason: 'unbound_copy' | 'not_bound', readonly record: SessionRecord } | undefined
  /**
   * The session of a request, whether or not the device's proof came with it. @throws SessionStoreError whatever
   * `onStoreError` says: who cannot ask does not know that a session is over
   */
  held(jar: CookieJar): Awaitable<SessionRecord | undefined>
  /**
   * Lets a request go on with a session that it has opened, however long it takes. Only where sessions are kept in
   * cookies, which are opened again.
   */
  admit?(jar: CookieJar, id: string): void
  /**
   * Puts a session that is bound to the device in the place of the session `id`, which ends a minute later.
   * `undefined`: the session is over, or was bound to another key before.
   */
  bind(jar: CookieJar, id: string,
    device: Pick<DeviceBinding, 'key' | 'thumbprint'>): Promise<SessionRecord | undefined>
  /**
   * Gives the browser the bound cookie for a proof of this session's device. Where a store keeps the session, every
   * round counts once. `undefined`: the session is over, or the round was spent.
   */
  prove(jar: CookieJar, record: SessionRecord, round: number): Awaitable<SessionRecord | undefined>
  /** Of the bound cookie; without `maxAge`. */
  attributes(jar: CookieJar): CookieAttributes
}

/** What calls that spend one refresh token have in common: a session keeps it when it is bound and gets a new id. */
export function laneOf ({ id, device }: SessionRecord): string {
  return device?.from ?? id
}

/** What the flows use to keep sessions, be it in cookies or in a `SessionStore`. */
export interface Sessions {
  readonly kind: 'cookie' | 'store'

  /** Only where sessions are bound to devices. */
  readonly device?: DeviceSessions | undefined

  /**
   * The session of this request, or `undefined`. Lifetime and revocation are checked, unreadable cookies are cleared
   * and activity is written down when due, unless `touch` is `false`. Never fails because of what a cookie holds.
   */
  read(jar: CookieJar, touch?: boolean): Awaitable<LiveSession | undefined>

  /**
   * The newest tokens of a session; an empty set when they are absent or belong to another session, `undefined` when
   * the session is over.
   */
  tokens(jar: CookieJar, record: SessionRecord): Awaitable<SessionTokens | undefined>

  /**
   * When a session that is born now counts as created. Asked at its birth, so that a revocation from before does not
   * end it, and one that comes while it is on its way does, also where the clocks of two servers differ.
   */
  begin(born: BornSession): Awaitable<number>

  /** Begins a session. Whatever session the jar held before is over. */
  create(jar: CookieJar, session: SessionData): Awaitable<void>

  /** The newest state of the session `id`, without prolonging it; `undefined` when it is over. */
  load(jar: CookieJar, id: string): Awaitable<SessionData | undefined>

  /**
   * Reads, changes and writes the session `id`; only what `change` replaced (by identity) is written.
   * `undefined`: the session is over (it is never re-created), or `change` returned `undefined`.
   */
  update(jar: CookieJar, id: string,
    change: (current: SessionData) => SessionData | undefined): Awaitable<SessionData | undefined>

  /**
   * Asked when a response is about to be sent: writes what other requests of the session have written in the meantime,
   * so that no answer, however late, takes a browser back to an older state. Only where sessions are kept in cookies.
   */
  catchUp?(jar: CookieJar, id: string): void

  /** Runs `work` while no other process works on this session, as far as the implementation can tell. */
  lock<T>(id: string, work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T>

  /** Logout: clears every cookie and ends the session. Returns the record if there was a readable one. */
  destroy(jar: CookieJar): Awaitable<SessionRecord | undefined>

  /** Ends the sessions that match, of whatever browser; says how many (0 where that cannot be known). */
  revoke(filter: RevocationFilter): Promise<number>

  /** The live sessions that match; only where sessions are kept on the server. */
  list?(filter: SessionFilter): Promise<SessionListing[]>
}

/** The tokens of a session that has none. */
export function noTokens (id: string): SessionTokens {
  return { id, version: 0, tokenSets: [], connectionTokenSets: [] }
}
