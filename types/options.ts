import type { X509Certificate } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type {
  AssertionAlgorithm, ClientAuthenticationOptions, DpopKeyInput, HttpClientOptions, SigningKey
} from './outbound.js'
import type { Session, SessionDraft, SessionSaveReason } from './session.js'
import type { RefreshStore, RevocationStore, SessionStore, TransactionStore } from './stores.js'
import type { PagesOption } from './pages.js'
import type { IdTokenClaims } from './tokens.js'

export type {
  AssertionAlgorithm, ClientAuthenticationOptions, DpopKeyInput, HttpClientOptions, Jwk, SigningKey,
  StandaloneHttpOptions, TelemetryOption, TlsCredentials
} from './outbound.js'

/** Algorithms an ID token may be signed with. */
export type IdTokenAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'EdDSA'
  | 'HS256'

/** A cookie's name and attributes. */
export interface CookieOptions {
  name?: string | undefined
  /**
   * Default `'lax'`. With `'strict'` the session stays away from every request that begins elsewhere, so also from the
   * first
   * page after the login, which Auth0 sends the user to: let that page be a public one. Refused for transactions.
   */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  secure?: boolean | undefined
  domain?: string | undefined
  path?: string | undefined
  partitioned?: boolean | undefined
}

/** The session cookie's name and attributes. */
export interface SessionCookieOptions extends CookieOptions {
  /** The session ends with the browser: its cookies have no `Max-Age`. Default `false`. */
  transient?: boolean | undefined
}

/**
 * How sessions are bound to devices.
 * @experimental The specification and the browsers may still change.
 */
export interface DeviceBoundOptions {
  /**
   * Seconds for which a proof of the device's key is good: as long stolen cookies can be used. At least 180, and
   * 150 more than `clockTolerance`, since browsers refresh two minutes early. Default 600.
   */
  refreshAfter?: number | undefined
  /**
   * Whether a session that the browser does not bind ends 60 seconds after its login; with a `clockTolerance` of
   * more than 30, 30 seconds later than that. Default `false`: browsers that cannot bind sessions go on as before.
   */
  required?: boolean | undefined
}

/** How long a session lives, and its cookie. All durations in seconds. */
export interface SessionConfiguration {
  /** Whether use prolongs the session. Default `true`. */
  rolling?: boolean | undefined
  /** The session ends this long after it was last used. Default 86 400 (a day). */
  inactivityDuration?: number | undefined
  /** The session ends this long after the login. Default 259 200 (three days). */
  absoluteDuration?: number | undefined
  /** Use is written down at most this often. Default a tenth of `inactivityDuration`. */
  touchAfter?: number | undefined
  cookie?: SessionCookieOptions | undefined
  /** Entries the cache of opened cookies may hold; 0 switches it off. Default 5000. */
  cacheEntries?: number | undefined
  /** Seal what a `sessionStore` keeps. Default `true`. */
  encryptAtRest?: boolean | undefined
  /** What a failing store means for a request: 503, or no session. Default `'fail'`. */
  onStoreError?: 'fail' | 'anonymous' | undefined
  /** Seconds to wait for the store. Default 2. */
  storeTimeout?: number | undefined
  /**
   * Bind sessions to the browser's device, so that stolen cookies can be used for minutes only. Needs https. Default
   * `false`.
   * @experimental The specification and the browsers may still change.
   * @see https://w3c.github.io/webappsec-dbsc/
   */
  deviceBound?: boolean | DeviceBoundOptions | undefined
}

/** The login transaction's cookie and lifetime. */
export interface TransactionConfiguration {
  /** Seconds a login may take. Default 3600. */
  duration?: number | undefined
  /** `sameSite` follows a session cookie's `'none'` unless given. */
  cookie?: CookieOptions | undefined
}

/** Paths of the plugin's routes; `false` leaves one out. */
export interface RoutesOptions {
  login?: string | false | undefined
  callback?: string | false | undefined
  logout?: string | false | undefined
  backchannelLogout?: string | false | undefined
  connect?: string | false | undefined
  connectCallback?: string | false | undefined
  unconnect?: string | false | undefined
  unconnectCallback?: string | false | undefined
  /** Opt-in: `true` mounts `/auth/profile`, which answers with the claims of the user, without `act`. */
  profile?: string | boolean | undefined
  /** Opt-in: `true` mounts `/auth/session`, which tells a browser application who is logged in and for how long. */
  session?: string | boolean | undefined
  /** Opt-in: `true` mounts `/.well-known/oauth-protected-resource`. @see RFC 9728 */
  protectedResource?: string | boolean | undefined
  /** Where a browser registers the key of its device. Default `/auth/dbsc/register`; there with `deviceBound` only. */
  deviceRegistration?: string | undefined
  /** Where a browser proves that it holds that key. Default `/auth/dbsc/refresh`; there with `deviceBound` only. */
  deviceRefresh?: string | undefined
}

/**
 * Parameters of `/authorize`. The protocol's own (`state`, `nonce`, PKCE, `client_id`, `response_type`) are refused.
 */
export interface AuthorizationParams {
  audience?: string | undefined
  /** Scopes, or scopes per audience. */
  scope?: string | Record<string, string> | undefined
  /** An absolute URL; only in code, never from a query. */
  redirect_uri?: string | undefined
  response_mode?: 'query' | 'form_post' | undefined
  connection?: string | undefined
  connection_scope?: string | undefined
  login_hint?: string | undefined
  screen_hint?: string | undefined
  prompt?: string | undefined
  max_age?: number | string | undefined
  acr_values?: string | undefined
  ui_locales?: string | undefined
  display?: string | undefined
  authorization_details?: string | readonly Record<string, unknown>[] | undefined
  session_transfer_token?: string | undefined
  /** As the option of that name: checked against the ID token. */
  organization?: string | undefined
  /** A ticket of the organization. */
  invitation?: string | undefined
  /**
   * Experiment Center (early access): show this variation of the login, for tests of its pages. Set it in code; a link
   * cannot. No standard claim says which one a user saw: an Action can set a namespaced one, to be declared in
   * `UserClaims`.
   */
  experiment_id?: string | undefined
  variation_id?: string | undefined
  segment_id?: string | undefined
  /**
   * A token of `fastify.auth0.anonymous.mintTransferToken()` (beta); a login takes over the visitor's own anonymous
   * session without it.
   */
  anon_transfer_token?: string | undefined
  [parameter: string]: unknown
}

/** A login at a customer's identity provider that keeps no session of this plugin: the application keeps its own. */
export interface EnterpriseLogin<TAppState = unknown> {
  /** The verified ID token's claims. Go by `org_id`, not by the e-mail address that was typed in. */
  claims: IdTokenClaims
  accessToken: string
  /** Epoch seconds at which the access token expires. There is no refresh token. */
  expiresAt?: number
  /** What was given to `startEnterpriseLogin()`. */
  appState: TAppState | undefined
  /** The checked path to go to, when one was given. */
  returnTo: string | undefined
}

/** What to do with a request that has no session. */
export type OnUnauthenticated = 'auto' | 'login' | '401' | `/${string}`
  | ((request: FastifyRequest, reply: FastifyReply) => unknown)

/** The blame of an event: the visitor, Auth0, or the application. */
export type EventBlame = 'none' | 'user' | 'upstream' | 'application'

/** Something worth counting. Holds no personal data and no secret. */
export interface Auth0Event {
  type: 'login' | 'refresh' | 'logout' | 'denied' | 'backchannel_logout' | 'session' | 'warning'
  outcome: 'success' | 'failure'
  /** Stable reason code; an error's `code` when there is one. */
  reason: string
  blame: EventBlame
  /** SHA-256 (first 16 hex digits) of issuer and subject, where the user is known. */
  user?: string
  /** The same of who acts for the user, at a delegated login. */
  actor?: string
  domain?: string
  /** Fastify's request id, where there is a request. */
  requestId?: string
}

/** Beside the session: what `beforeSessionSaved` is told. */
export interface SessionSaveContext {
  reason: SessionSaveReason
  /** The verified ID token's claims, when the write follows from one. */
  idTokenClaims?: IdTokenClaims
  /** The session before this write. */
  previous?: Session
  /** The access token that came with the ID token: to ask an API about the user. Do not keep it. */
  accessToken?: string
  /** The request that caused the write. */
  request: FastifyRequest
}

/** Another library's session cookie: its secrets, and its name and place where they are not the library's defaults. */
export interface ImportedCookie {
  secret: string | Uint8Array | readonly (string | Uint8Array)[]
  name?: string | undefined
  path?: string | undefined
  domain?: string | undefined
}

/** Libraries whose sessions are taken over; both keep them in cookies. */
export interface ImportSessionsOptions {
  /** `@auth0/auth0-fastify` and others on `@auth0/auth0-server-js`. Default name `__a0_session`. */
  auth0Fastify?: ImportedCookie | undefined
  /** Default name `appSession`. */
  expressOpenidConnect?: ImportedCookie | undefined
}

/** What a `domain` function is called with. */
export type DomainRequest = FastifyRequest & {
  /** @deprecated The argument is the request. This member is for functions made for `@auth0/auth0-fastify`. */
  readonly request: FastifyRequest
  /** @deprecated For functions made for `@auth0/auth0-fastify`. */
  readonly reply: FastifyReply
}

/** Options of the plugin. Durations are in seconds. */
export interface Auth0Options extends ClientAuthenticationOptions, HttpClientOptions {
  /** Auth0 domain or custom domain: host or URL, or a function of the request. `http:` only for loopback. */
  domain: string | ((request: DomainRequest) => string | Promise<string>)
  /**
   * Domains that this application used before, e.g. before it got a custom domain: their sessions stay valid. Without
   * it, sessions of another issuer are refused.
   */
  formerDomains?: readonly string[] | undefined
  /**
   * Auth0's own domain of the tenant, for `fastify.auth0.management`: its API is not called by a custom domain's name.
   * Default: `domain`.
   */
  managementDomain?: string | undefined
  /** Connect to a domain that the function gave also where its name stands for a private address. Default `false`. */
  allowPrivateDomains?: boolean | undefined
  /**
   * May be left out for an API alone: `mountRoutes: false`, `api.audience` or `api.resources`, and no option of
   * sessions.
   */
  clientId?: string | undefined
  /** Where the application is reached; may hold a path. A list allows several hosts. */
  appBaseUrl?: string | readonly string[] | undefined
  /** 32 characters or more; of several the first seals, all open. */
  sessionSecret?: string | readonly string[] | undefined
  audience?: string | undefined
  /** Scopes, or scopes per audience. Default `openid profile email offline_access`. */
  scope?: string | Record<string, string> | undefined
  authorizationParams?:
    | AuthorizationParams
    | ((request: FastifyRequest) => AuthorizationParams | Promise<AuthorizationParams>) | undefined
  /** Send the authorization request through the back channel. @see RFC 9126 */
  pushedAuthorizationRequests?: boolean | undefined
  /** Sign the authorization request with `requestObjectSigningKey` or `clientAssertionSigningKey`. @see RFC 9101 */
  signedAuthorizationRequests?: boolean | undefined
  /** The key for signed authorization requests, where it is another one than `clientAssertionSigningKey`. */
  requestObjectSigningKey?: SigningKey | undefined
  /** Default `RS256`. */
  requestObjectSigningAlg?: AssertionAlgorithm | undefined
  requestObjectSigningKeyId?: string | undefined
  /** Enforced on every login. */
  organization?: string | ((request: FastifyRequest) => string | undefined | Promise<string | undefined>) | undefined
  /** Without `organization`: whether the query may name this one. */
  allowOrganization?: ((request: FastifyRequest, organization: string) => boolean | Promise<boolean>) | undefined
  /** Whether the login route passes on a `session_transfer_token` from a link. Default `false`. */
  allowSessionTransfer?: boolean | undefined
  /** Whether the connect route's query may name this connection, and these scopes at its provider. Default: any. */
  allowConnect?: ((request: FastifyRequest, asked: { connection: string, scopes: readonly string[] }) =>
    | boolean
    | Promise<boolean>) | undefined
  onUnauthenticated?: OnUnauthenticated | undefined
  sessionStore?: SessionStore | undefined
  sessionConfiguration?: SessionConfiguration | undefined
  transactionConfiguration?: TransactionConfiguration | undefined
  transactionStore?: TransactionStore | undefined
  revocationStore?: RevocationStore | undefined
  /**
   * With sessions in cookies: where all processes share one refresh. A `revocationStore` of this package serves as one,
   * unless this is given.
   */
  refreshStore?: RefreshStore | undefined
  /**
   * What a `refreshStore` that cannot be reached means for a refresh: `'fail'` answers 503 (default), `'alone'`
   * refreshes as without one (default where the `revocationStore` serves).
   */
  onRefreshStoreError?: 'fail' | 'alone' | undefined
  mountRoutes?: boolean | undefined
  mountConnectRoutes?: boolean | undefined
  mountConnectedAccountRoutes?: boolean | undefined
  routes?: RoutesOptions | undefined
  /** Merge `/userinfo` into the user at login. */
  fetchUserInfo?: boolean | undefined
  /** Keep the ID token in the session. On by itself with `mountConnectRoutes`. */
  storeIdToken?: boolean | undefined
  /**
   * Keep the tokens of `getAccessTokenForConnection()` in the session's cookies. Default `false`: in this process's
   * memory. A `sessionStore` keeps them in any case.
   */
  storeConnectionTokens?: boolean | undefined
  discoveryCache?: { ttl?: number | undefined, maxEntries?: number | undefined } | undefined
  /** Seconds of clock difference that are forgiven. Default 30. */
  clockTolerance?: number | undefined
  idTokenSigningAlg?: IdTokenAlgorithm | undefined
  /** Bind tokens to a key. `true` makes a key pair per process. @see RFC 9449 */
  dpop?: boolean | { key: DpopKeyInput } | undefined
  /** Seconds a sealed MFA token can be used. Default 300. */
  mfaTokenTtl?: number | undefined
  /** Access tokens are renewed this many seconds early. Default 30. */
  refreshLeeway?: number | undefined
  /** Changes or refuses (by throwing) what is about to be written. May be async. */
  beforeSessionSaved?: ((session: SessionDraft, context: SessionSaveContext) => SessionDraft | undefined | Promise<
    SessionDraft | undefined
  > | void) | undefined
  /**
   * Answers for any failure of the plugin's own routes instead of the built-in page. Send with `reply`, or return a
   * payload; return `undefined` and send nothing to get the page.
   */
  onError?: ((error: Error, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined
  /** The old name of `onError`, for the callback route only. There it is asked instead of `onError`. */
  onCallbackError?: ((error: Error, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined
  /**
   * Takes what a login of `startEnterpriseLogin()` brings; such logins keep no session of this plugin then. Set the
   * application's own cookie, and send with `reply`, or return a payload; return `undefined` and send nothing to go to
   * `returnTo`.
   */
  onEnterpriseLogin?: ((login: EnterpriseLogin, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined
  /** Take over the sessions of another library at first use: switching logs nobody out. */
  importSessions?: ImportSessionsOptions | undefined
  onEvent?: ((event: Auth0Event) => void | Promise<void>) | undefined
  /** Defaults of `requireToken`. */
  api?: ApiOptions | undefined
  /**
   * Where a logout lands by default: a path, or an absolute URL that is among the application's Allowed Logout URLs.
   * Default: the address of the application.
   */
  logoutUrl?: string | undefined
  /** Auth0's logout endpoint: `'oidc'` (the default) where the tenant offers it, or always `/v2/logout`. */
  logoutStrategy?: 'oidc' | 'v2' | undefined
  /** Further parameters of every logout, such as `ui_locales`. */
  logoutParams?: Readonly<Record<string, string>> | undefined
  /** The sentences of the built-in pages, for everybody or for a request. */
  pages?: PagesOption | undefined
  /** The clock, epoch seconds. For tests. */
  now?: (() => number) | undefined
}

/** Defaults for guarding an API with access tokens. */
export interface ApiOptions {
  /** Take a `scope` claim that is a list of strings, too, as some other issuers write it. Default `false`. */
  scopeLists?: boolean | undefined
  /** Identifier of the API, or several. */
  audience?: string | readonly string[] | undefined
  /**
   * Issuers beside the plugin's own domain (custom domains): a list, or a function of the request, which is asked for
   * each request with a token.
   */
  issuers?:
    | readonly string[]
    | ((request: FastifyRequest) => readonly string[] | Promise<readonly string[]>)
    | undefined
  /**
   * The API's signing secret, for tokens that are signed with HS256 (32 characters or more). Tokens of any other
   * algorithm are refused then.
   */
  secret?: string | undefined
  /**
   * The client's certificate, where a proxy ends TLS and hands it on in a header: PEM (also in one line or
   * URL-encoded), DER as a `Buffer`, base64 or `:base64:` (RFC 9440), or `undefined`. Default: that of the TLS
   * connection. The proxy must remove the header from what clients send. The API's metadata says that certificates are
   * read. @see RFC 8705 section 3
   */
  mtls?: ((request: FastifyRequest) => string | Uint8Array | X509Certificate | undefined) | undefined
  /**
   * Claims that say when and how the user logged in, for `maxAge` and `acr`. Default `auth_time` and `acr`; Auth0 lets
   * Actions set namespaced names only, such as `https://example.com/auth_time`.
   */
  claims?: { authTime?: string | undefined, acr?: string | undefined } | undefined
  signingAlgs?: readonly Exclude<IdTokenAlgorithm, 'HS256'>[] | undefined
  /** Verified tokens that are remembered until they expire. Default 1000; 0 for none. */
  cacheEntries?: number | undefined
  /**
   * Demand the header `typ: at+jwt` and the claims `sub`, `client_id`, `iat` and `jti`. Auth0 sends them for APIs with
   * the RFC 9068 profile only. @see RFC 9068 section 2.2
   */
  strictType?: boolean | undefined
  /** Tokens bound to a key: beside bearer tokens (the default), alone, or not at all. @see RFC 9449 */
  dpop?: 'allowed' | 'required' | 'disabled' | undefined
  /** Seconds a DPoP proof is good for. Default 300. */
  dpopProofAge?: number | undefined
  /** Ask DPoP proofs for a nonce of this server. */
  dpopNonce?: boolean | undefined
  /** Scopes of the API, for its metadata. @see RFC 9728 */
  scopes?: readonly string[] | undefined
  /**
   * Resources with an audience and a metadata document of their own, such as MCP servers. The key is the path of the
   * resource on its origin, with the base path of `appBaseUrl`: `'/mcp'`. @see RFC 9728 section 3
   */
  resources?: Readonly<Record<string, ResourceOptions>> | undefined
}

/** A protected resource: what its guard accepts, and what its metadata says. @see RFC 9728 section 2 */
export interface ResourceOptions {
  /** Identifier of the resource, or several. Default: its URL, of `appBaseUrl` and the path. */
  audience?: string | readonly string[] | undefined
  /** Scopes that clients may ask for: `scopes_supported`. */
  scopes?: readonly string[] | undefined
  /** For people: `resource_name`. */
  name?: string | undefined
  /** URL of a page for developers: `resource_documentation`. */
  documentation?: string | undefined
  /** URL of a page about the use of the data: `resource_policy_uri`. */
  policy?: string | undefined
  /** URL of the terms of service: `resource_tos_uri`. */
  termsOfService?: string | undefined
  /** Tokens bound to a key; default `api.dpop`. @see RFC 9449 */
  dpop?: 'allowed' | 'required' | 'disabled' | undefined
  /**
   * Origins whose pages may call the resource, beside the application's own; a request with another `Origin` gets 403.
   * Without it nobody looks at `Origin`.
   */
  allowedOrigins?: readonly string[] | undefined
  /** Further members of the document, with the names of the RFC. */
  metadata?: Readonly<Record<string, unknown>> | undefined
}
