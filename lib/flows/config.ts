import type { Lifetime } from '../stores/lifetime.js'
import type {
  ApiOptions, AssertionAlgorithm, Auth0Event, Auth0Options, AuthorizationParams, DpopKeyInput, IdTokenAlgorithm,
  OnUnauthenticated, SigningKey, TelemetryOption, TlsCredentials
} from '../../types/options.js'
import type { PagesOption } from '../../types/pages.js'
import type { RefreshStore, RevocationStore, SessionStore, TransactionStore } from '../../types/stores.js'

/** One address the application answers at. */
export interface AppBase {
  /** `https://app.example.com` */
  origin: string
  /** Path in front of the application that Fastify does not see; no slash at its end. */
  basePath: string
  secure: boolean
}

/** One of `api.resources`, checked. */
export interface ApiResource {
  /** Its path on the origin; no slash at its end, unless it is the root. */
  path: string
  /** Its origin; `undefined` where each request says which of the application's addresses it is. */
  origin: string | undefined
  /** Whose tokens it takes; `undefined` where that is its URL at each of the addresses. */
  audience: readonly string[] | undefined
  dpop: ApiOptions['dpop']
  /** Lower case; `undefined` where every origin may call. */
  allowedOrigins: ReadonlySet<string> | undefined
  /** What its metadata says, without `resource` and the authorization servers. */
  facts: Readonly<Record<string, unknown>>
}

/** A cookie's checked options. */
export interface CookieConfig {
  name: string | undefined
  sameSite: 'lax' | 'strict' | 'none'
  secure: boolean | undefined
  domain: string | undefined
  path: string
  partitioned: boolean
  /** Whether the cookie ends with the browser. */
  transient: boolean
}

/** Paths of the mounted routes below the application; `undefined` where one is left out. */
export interface RoutePaths {
  login: string | undefined
  callback: string | undefined
  logout: string | undefined
  backchannelLogout: string | undefined
  connect: string | undefined
  connectCallback: string | undefined
  unconnect: string | undefined
  unconnectCallback: string | undefined
  profile: string | undefined
  session: string | undefined
  protectedResource: string | undefined
  deviceRegistration: string | undefined
  deviceRefresh: string | undefined
}

/** How sessions are bound to devices. */
export interface DeviceBoundConfig {
  /** Seconds for which a proof is good. */
  refreshAfter: number
  /** Whether every session must be bound; nowhere where the application is reached over plain http only. */
  required: boolean
}

/** The options after every check, with every default applied. */
export interface Config {
  /** Host of the tenant, or `undefined` when `resolveDomain` decides per request. */
  domain: string | undefined
  /** Issuer URL of that host. */
  issuer: string | undefined
  /** Issuer URL of the domain that the Management API is asked at, when it is another. */
  managementDomain: string | undefined
  /** Issuers whose sessions stay valid after the domain was changed. */
  formerIssuers: readonly string[]
  resolveDomain: Extract<Auth0Options['domain'], (...args: never[]) => unknown> | undefined
  allowPrivateDomains: boolean
  /** Whether the application guards an API and has no sessions. */
  apiOnly: boolean
  /** Empty where no client is needed. */
  clientId: string
  clientSecret: string | undefined
  clientSecretMethod: 'post' | 'basic'
  assertion: { key: SigningKey, alg: AssertionAlgorithm, keyId: string | undefined } | undefined
  tls: TlsCredentials | undefined
  /** Whether the client presents a certificate, of `tls` or of the application's own connections. */
  mutualTls: boolean
  /** The key for signed authorization requests, where it is one of its own. */
  requestObject: { key: SigningKey, alg: AssertionAlgorithm, keyId: string | undefined } | undefined
  dispatcher: Auth0Options['dispatcher']
  customFetch: Auth0Options['customFetch']
  httpTimeout: number
  telemetry: TelemetryOption
  /** Empty when taken from the request (development only). */
  appBases: readonly AppBase[]
  /** The plugin's full prefix as Fastify sees it. */
  prefix: string
  sessionSecrets: readonly string[]
  audience: string | undefined
  scope: string | Readonly<Record<string, string>>
  authorizationParams: Readonly<AuthorizationParams> | Extract<Auth0Options['authorizationParams'],
    (...args: never[]) => unknown>
  pushedAuthorizationRequests: boolean
  signedAuthorizationRequests: boolean
  organization: Auth0Options['organization']
  allowOrganization: Auth0Options['allowOrganization']
  allowConnect: Auth0Options['allowConnect']
  allowSessionTransfer: boolean
  onUnauthenticated: OnUnauthenticated
  sessionStore: SessionStore | undefined
  transactionStore: TransactionStore | undefined
  revocationStore: RevocationStore | undefined
  refreshStore: RefreshStore | undefined
  onRefreshStoreError: 'fail' | 'alone'
  lifetime: Lifetime
  sessionCookie: CookieConfig
  deviceBound: DeviceBoundConfig | undefined
  cacheEntries: number
  encryptAtRest: boolean
  onStoreError: 'fail' | 'anonymous'
  storeTimeout: number
  transactionCookie: CookieConfig
  transactionDuration: number
  routes: RoutePaths
  connectMode: 'link' | 'accounts' | undefined
  fetchUserInfo: boolean
  storeIdToken: boolean
  storeConnectionTokens: boolean
  discoveryTtl: number
  maxDomains: number
  clockTolerance: number
  idTokenSigningAlg: IdTokenAlgorithm
  dpop: { key: DpopKeyInput | true } | undefined
  mfaTokenTtl: number
  refreshLeeway: number
  beforeSessionSaved: Auth0Options['beforeSessionSaved']
  onError: Auth0Options['onError']
  onCallbackError: Auth0Options['onCallbackError']
  onEnterpriseLogin: Auth0Options['onEnterpriseLogin']
  logoutUrl: string | undefined
  logoutStrategy: 'oidc' | 'v2'
  logoutParams: Readonly<Record<string, string>>
  importSessions: Auth0Options['importSessions']
  onEvent: ((event: Auth0Event) => void | Promise<void>) | undefined
  api: ApiOptions
  /** By path. */
  resources: ReadonlyMap<string, ApiResource>
  pages: PagesOption | undefined
  now: () => number
}
