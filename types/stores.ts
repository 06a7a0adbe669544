import type { UserClaims, CustomSession } from './session.js'
import type { AuthorizationDetail, ConnectionTokenSet, TokenSet } from './tokens.js'

/** Attributes of a cookie, as RFC 6265bis names them. */
export interface CookieAttributes {
  path: string
  httpOnly: boolean
  secure: boolean
  sameSite: 'lax' | 'strict' | 'none'
  domain?: string
  partitioned?: boolean
  /** Seconds; without it the cookie lives as long as the browser. */
  maxAge?: number
}

/** Where a request's cookies are read and its response's cookies are written. A read after a write sees the write. */
export interface CookieJar {
  /** The value of a cookie, or `undefined`. Of two cookies with one name the first counts. */
  get(name: string): string | undefined
  /**
   * Name and value of the request's cookies whose names begin with `prefix`. Several may have one name: a sibling host,
   * or an earlier configuration, may have set the same name.
   */
  entries(prefix: string): [name: string, value: string][]
  /** The same of the cookie `name` and of those whose names go on with a dot: its chunks. */
  family(name: string): [name: string, value: string][]
  /** The names of the request's cookies that begin with `prefix`. */
  names(prefix: string): string[]
  /**
   * Writes a cookie with the response. `stillWanted` is asked when the headers are sent:
   * a write that logout has overtaken in the meantime is dropped.
   */
  set(name: string, value: string, attributes: CookieAttributes, stillWanted?: () => boolean): void
  /** Clears a cookie; `everywhere` also where the same name may have been set with another domain or path. */
  clear(name: string, attributes: CookieAttributes, everywhere?: boolean): void
  /** `false` once the response's headers are sent, or on a connection that has no response (WebSocket). */
  readonly writable: boolean
  /** Whether this exchange is over https (decides `Secure` and the name prefix). */
  readonly secure: boolean
  /** Host, and port where it is not the scheme's own, that the request was sent to; empty where nobody knows. */
  readonly host: string
  /** Characters of the request's Cookie header. */
  readonly bytes: number
  /**
   * What `maker` has kept with a Cookie header like this one; nothing once the response writes cookies. It was made of
   * the header alone.
   */
  recall?(maker: object): unknown
  /** Keeps what `maker` has made of the Cookie header, for requests that come with the same one. */
  keep?(maker: object, made: unknown): void
}

/** What every request to the tenant is remembered by between its start and its callback. */
interface TransactionFacts {
  state: string
  redirectUri: string
  /** The Auth0 domain the login was sent to, and its issuer. */
  domain: string
  issuer: string
  /** Epoch seconds. */
  createdAt: number
  responseMode?: string
  scope?: string
  audience?: string
  organization?: string
  maxAge?: number
  /** Authentication context asked for by a step-up guard. */
  acrValues?: string
  /** Where to go afterwards: a path of the application, already checked. */
  returnTo?: string
  appState?: unknown
  /** Whether the authorization details come back in the session. */
  keepAuthorizationDetails?: boolean
  /** `prompt=none`: a refusal ends quietly. */
  silent?: boolean
  /** Whether the login ends in a page that tells the application's own pages, and closes. */
  popup?: boolean
  /** Whether an e-mail domain has led to a customer's identity provider. */
  enterprise?: boolean
  /** Whether the login takes over a visitor's anonymous session. */
  anonymous?: boolean
  /** Whether the browser had a session when it began; its cookie does not come with a form post of another site. */
  withSession?: boolean
  /** What came by form post, for the GET that the browser makes next; `receivedAt` in epoch seconds. */
  posted?: { code: string, receivedAt: number }
}

/** A request that is bound to the session (`id`) and user (`sub`) that began it. */
interface OfSession {
  sessionId: string
  sub: string
}

/** What is remembered of a login between its start and its callback; `kind` says what the callback completes. */
export type Transaction = TransactionFacts & (
  | { kind: 'login', nonce: string, codeVerifier: string }
  | { kind: 'enterprise', nonce: string, codeVerifier: string }
  /** May be opened where nothing was started, so it has no PKCE. */
  | { kind: 'magic-link', nonce: string }
  | { kind: 'link' | 'unlink', nonce: string, codeVerifier: string } & OfSession
  /** `authSession` is the My Account API's handle for the request. */
  | { kind: 'connect', codeVerifier: string, authSession: string } & OfSession
)

/** Keeps transactions, one per `state`. */
export interface TransactionStore {
  /**
   * Keeps a transaction for at most `ttl` seconds.
   */
  set(jar: CookieJar, state: string, transaction: Transaction, ttl: number): Promise<void> | void
  /** Returns the transaction and forgets it in one atomic step; `undefined` if there is none or it was taken before. */
  take(jar: CookieJar, state: string): Promise<Transaction | undefined> | Transaction | undefined
  /** Forgets one transaction, or all of this browser's. */
  delete(jar: CookieJar, state?: string): Promise<void> | void
  /**
   * The store for one registration of the plugin. A store with cookies of its own makes their names end in `suffix`
   * (letters and digits), so that registrations on one host do not overwrite each other's.
   */
  forRegistration?(suffix: string): TransactionStore
}

/** A value now or later: what is at hand is not waited for. */
export type Awaitable<T> = T | Promise<T>

/** The public key of a device, as a JWK. @see RFC 7517 */
export type DeviceKey =
  | { kty: 'EC', crv: 'P-256', x: string, y: string }
  | { kty: 'RSA', n: string, e: string }

/** The device a session is bound to. */
export interface DeviceBinding {
  key: DeviceKey
  /** @see RFC 7638 */
  thumbprint: string
  /** Epoch seconds at which the session was bound. */
  since: number
  /** The id the session had before. */
  from: string
  /** How many refreshes were proved, where a store keeps the session: every challenge is for the next one. */
  round: number
}

/** A session's claims: all that a guard needs. Kept apart from the tokens so that a guard opens only this. */
export interface SessionRecord {
  /** 128 random bits or more, base64url; new at every login. */
  id: string
  /** Grows with every write; tells the newer of two copies. */
  version: number
  user: UserClaims
  /** Auth0's session id. */
  sid?: string
  domain: string
  issuer: string
  /** Epoch seconds. */
  createdAt: number
  /** Epoch seconds of the last write; activity in between is kept by `touch`. */
  updatedAt: number
  /** Epoch seconds the session may not outlive, when the identity provider gave a ceiling (IPSIE `session_expiry`). */
  ceiling?: number
  custom?: CustomSession
  authorizationDetails?: AuthorizationDetail[]
  /** Present in a session that is bound to a device. */
  device?: DeviceBinding
  /** In a store: the session that took this one's place when it was bound to a device, and when (epoch seconds). */
  successor?: { id: string, at: number }
}

/** A session's tokens. */
export interface SessionTokens {
  /** The session these tokens belong to. */
  id: string
  version: number
  refreshToken?: string
  idToken?: string
  tokenSets: TokenSet[]
  connectionTokenSets: ConnectionTokenSet[]
  /** Thumbprint of the DPoP key the tokens are bound to. */
  jkt?: string
  /** Of the login: an ID token that a refresh brings may carry no other. */
  nonce?: string
  /** Names of the user's claims that no ID token brought; absent where nobody knows, as in sessions of before 1.0. */
  extraClaims?: string[]
}

/** What is kept of a session, in either mode: the record with the user, and the tokens. */
export interface SessionData {
  record: SessionRecord
  tokens: SessionTokens
}

/** @deprecated The name of `SessionData` before 1.0. */
export type StoredSession = SessionData

/** Who a session belongs to: what stores index. */
export interface SessionOwner {
  /**
   * The issuer. The plugin adds `|` and the client id, so that applications which share a store do not list or end each
   * other's sessions.
   */
  iss: string
  sub: string
  sid?: string
  organization?: string
}

/** What `write` methods tell the store beside the value. */
export interface SessionEntry {
  /** The session, serialised (and sealed, unless switched off). Opaque to the store. */
  value: string
  /** Grows by one with every update; `update` succeeds only if the kept version is the one before. */
  version: number
  owner: SessionOwner
  /** Epoch seconds of the login. */
  createdAt: number
  /** Epoch seconds at which the store may forget the entry. */
  expiresAt: number
}

/** Which sessions `deleteWhere` and `list` mean. Every given field must match. */
export interface SessionFilter {
  iss?: string
  sub?: string
  sid?: string
  organization?: string
}

/** One row of `list`. */
export interface SessionListing extends SessionOwner {
  /** The key under which the store keeps the session: the hash of the cookie's id. */
  key: string
  createdAt: number
  expiresAt: number
}

/**
 * Keeps sessions on the server. It never sees a request, gets only hashed ids, and answers with promises; `get` may
 * answer at once.
 * `sessionStoreSuite` in `fastify-auth0/stores` checks an implementation.
 */
export interface SessionStore {
  /** Keeps a new session. */
  create(key: string, entry: SessionEntry): Promise<void>
  /**
   * The entry, or `undefined` when there is none or it is past `expiresAt`.
   * @param how `fresh`: a write or a refresh depends on it, so a store that reads from replicas must ask its primary
   */
  get(key: string, how?: { fresh: boolean }): Awaitable<SessionEntry | undefined>
  /** Replaces an entry only if it still exists with version `entry.version - 1`; says whether it did. Never creates. */
  update(key: string, entry: SessionEntry): Promise<boolean>
  /** Moves `expiresAt` (epoch seconds) of an existing entry and nothing else; says whether there was one. */
  touch(key: string, expiresAt: number): Promise<boolean>
  /** Forgets an entry. Not an error when there is none. */
  delete(key: string): Promise<void>
  /** Forgets every entry that matches the filter; says how many. An empty filter is an error. */
  deleteWhere(filter: SessionFilter): Promise<number>
  /** `false`: this store cannot list, only end, sessions by their owner. Default `true`. */
  readonly lists?: boolean
  /** The entries that match the filter, newest first. An empty filter is an error. */
  list(filter: SessionFilter): Promise<SessionListing[]>
  /**
   * Holds a lock named `key` for at most `leaseSeconds` while `work` runs, waiting at most `waitSeconds` for it.
   * `work` gets a signal that aborts before the lease ends. Rejects with `TimeoutError` when the lock was not free in
   * time.
   */
  lock?<T>(key: string, how: { leaseSeconds: number, waitSeconds: number },
    work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** Remembers, in stateless mode, which sessions were ended from outside (back-channel logout, revocation, logout). */
export interface RevocationStore {
  /**
   * Sessions that match and were created at or before `revokedAt` (epoch seconds) are over.
   * The entry may be forgotten after `expiresAt` (epoch seconds).
   */
  revoke(filter: RevocationFilter, revokedAt: number, expiresAt: number): Promise<void> | void
  /**
   * Epoch seconds of the latest revocation that matches any of these keys, or `undefined`. May answer synchronously.
   */
  revokedAt(owner: RevocationOwner): Promise<number | undefined> | number | undefined
}

/**
 * What a revocation names: exactly one of `id` (this session), `sid`, `sub` or `organization`, or `sid` and `sub`,
 * which then must both match; `iss`, and the client id of the application whose sessions are meant, beside all but
 * `id`. Without a client id the sessions of every application are over.
 */
export interface RevocationFilter {
  id?: string
  iss?: string
  clientId?: string
  sid?: string
  sub?: string
  organization?: string
}

/** The session a revocation list is asked about. */
export interface RevocationOwner extends SessionOwner {
  id: string
  /** The application the session belongs to. Revocations that name no client, or this one, end it. */
  clientId?: string
}

/**
 * Where processes that keep sessions in cookies share one refresh. It gets hashed names and sealed values only.
 * `refreshStoreSuite` in `fastify-auth0/stores` checks an implementation.
 */
export interface RefreshStore {
  /** The value under a key, or `undefined` when there is none or its time is over. Must see every earlier `set`. */
  get(key: string): Awaitable<string | undefined>
  /** Keeps a value for at most `ttlSeconds`, in place of an earlier one. */
  set(key: string, value: string, ttlSeconds: number): Awaitable<void>
  /**
   * Takes a lock for at most `leaseSeconds` if it is free, without waiting. The function gives it back, unless somebody
   * else has it by then. `undefined`: somebody has it.
   */
  lock(key: string, leaseSeconds: number): Awaitable<(() => Awaitable<void>) | undefined>
}
