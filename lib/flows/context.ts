import type { AuthorizationServer } from '../authentication/server/authorization-server.js'
import type { Http } from '../http/send.js'
import type { Sealer } from '../stores/sealing/seal.js'
import type { KeyedMutex } from '../base/keyed-mutex.js'
import type { LiveSession, Sessions } from '../stores/sessions.js'
import type { AuthorizationParams, SessionSaveContext } from '../../types/options.js'
import type { Awaitable, CookieJar, RevocationStore, TransactionStore } from '../../types/stores.js'
import { routePath } from './app-path.js'
import type { ApiResource, AppBase, Config } from './config.js'
import type { AssertionSigner } from '../tokens/assertion.js'
import type { DpopNonces } from '../tokens/dpop-nonces.js'
import type { KeySource } from '../tokens/keys.js'
import type { UsedIds } from '../base/use-once.js'
import type { VerifiedToken, VerifiedTokens } from './api/verified-tokens.js'
import type { CookieNames } from './cookie-names.js'
import type { TakenLogins } from './login/taken-logins.js'
import type { ConnectionTokens } from './tokens/connection-tokens.js'
import type { RefreshSharing } from './tokens/refresh-sharing.js'
import type { EventSink, Log } from './events.js'
import type { FederatedDomains } from './login/federated-domains.js'

/** What one registration of the plugin keeps; the same for all its requests. */
export interface PluginContext {
  readonly config: Config
  readonly now: () => number
  /** The one door for outbound HTTP. */
  readonly http: Http
  /** Signs authorization requests, where the options give a key for that alone. */
  readonly requestObjectSigner: AssertionSigner | undefined
  readonly servers: { get(issuer: string): AuthorizationServer }
  readonly sessions: Sessions
  readonly cookieNames: CookieNames
  readonly revocations: RevocationStore
  readonly transactions: TransactionStore
  readonly takenLogins: TakenLogins
  /** One session's refresh token is spent by one call after another: sent twice, it would end the whole family. */
  readonly refreshMutex: KeyedMutex
  readonly connectionTokens: ConnectionTokens
  /** Shares refreshes among all processes, with a `refreshStore`. */
  readonly refreshSharing: RefreshSharing | undefined
  /** Callers who want the same of the same session share one call. */
  readonly flights: <T>(key: string, work: () => Promise<T>) => Promise<T>
  /** Access tokens of callers whose signature was checked. */
  readonly verifiedTokens: VerifiedTokens
  /** The key of callers' tokens that are signed with HS256, where the options give a secret. */
  readonly apiSecret: KeySource | undefined
  /** DPoP proofs that callers have used. */
  readonly dpopProofs: UsedIds
  /** Logout tokens that were carried out. */
  readonly logoutTokens: UsedIds
  /** The nonces callers' DPoP proofs have to carry, where the options ask for them. */
  readonly dpopNonces: DpopNonces | undefined
  /** Seals MFA tokens, so that what reaches a browser is of no use elsewhere. */
  readonly mfaSealer: Sealer
  /** Seals the cookie that remembers a step-up login under way. */
  readonly stepUpSealer: Sealer
  /** Seals the challenges that devices answer, where sessions are bound to devices. */
  readonly deviceSealer: Sealer | undefined
  /** Seals the cookie of a visitor who has not logged in. */
  readonly anonymousSealer: Sealer
  /** Which e-mail domains belong to customers' own identity providers. */
  readonly federatedDomains: FederatedDomains
  readonly emit: EventSink
}

/** One request as the flows see it. */
export interface RequestContext {
  readonly jar: CookieJar
  readonly requestId: string | undefined
  readonly log: Log | undefined
  /** The request as Fastify has it, for hooks of the options. */
  readonly original: SessionSaveContext['request']
  /** Path and query of the request. */
  readonly url: string
  /** The authorization server of this request's domain. */
  server(): Awaitable<AuthorizationServer>
  /**
   * The address this request reached the application at. @throws InvalidArgumentError for a host that is not allowed
   */
  appBase(): AppBase
  /** The organization the options demand of this request. */
  organization(): Awaitable<string | undefined>
  /** The authorization parameters the options give for this request. */
  authorizationParams(): Awaitable<AuthorizationParams>
  /** Aborted when the caller has gone away, or was answered. */
  gone(): AbortSignal
  /** The IP address of whoever sent the request, as far as trusted proxies tell; `undefined` where nobody knows. */
  readonly address: string | undefined
  /** Whether another site has sent a person here: then browsers do not prove their device first. */
  readonly isSentByOtherSite?: boolean
  /** Sets a header of the response, while there is one. */
  setHeader?(name: string, value: string): void
  /** Whether the request prolongs the session; `true` unless its route says no. */
  readonly touches?: boolean
  /** Whether the session was read without prolonging it. */
  untouched?: boolean
  /** The session once read; `null` before. One request opens its session once. */
  session: Awaitable<LiveSession | undefined> | null
  /** The caller's verified access token, behind `requireToken`. */
  bearerToken: VerifiedToken | undefined
  /** The resource that the token was taken for, where the guard names one. */
  resource: ApiResource | undefined
}

/** The registered callback URL a request uses: base address, prefix and route. */
export function callbackUrl (context: PluginContext, request: RequestContext,
  route: 'callback' | 'connectCallback' | 'unconnectCallback' = 'callback'): string | undefined {
  const base = request.appBase()
  const path = routePath(base, context.config, route)
  return path === undefined ? undefined : base.origin + path
}
