import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { AuthenticationClient } from '../authentication/client.js'
import { lazyMethods } from '../base/lazily.js'
import type { ServerClient } from '../flows/client.js'
import type { BackchannelOptions } from '../flows/login/backchannel-login.js'
import type { RevokeSessionsFilter } from '../flows/logout/backchannel-logout.js'
import { requireOptions, type CallOptions } from '../flows/call-options.js'
import { createCheck } from '../flows/check.js'
import type { PluginContext } from '../flows/context.js'
import * as lazy from '../flows/lazy-flows.js'
import type { CustomTokenExchangeOptions, TokenExchangeResult } from '../flows/tokens/token-exchange.js'
import type { TokenByRefreshTokenOptions, TokenForConnectionOptions } from '../flows/tokens/application-tokens.js'
import type { BackchannelAuthentication } from '../authentication/api/backchannel.js'
import { tokenResult, type TokenResult } from '../flows/tokens/token-result.js'
import type { CheckResult } from '../../types/checks.js'
import type { AnonymousSessions } from '../flows/login/anonymous-sessions.js'
import { parseDomain, type AuthorizationServer } from '../authentication/server/authorization-server.js'
import type { HttpProxyOptions, ProxyOptions } from '../../types/proxy.js'
import type { SessionListing } from '../../types/stores.js'
import type { Guard } from './guards/guard/guard.js'
import { attemptSilentLogin } from './guards/attempt-silent-login.js'
import { Guards } from './guards/guards.js'
import type { ManagementClient } from '../management/client.js'
import { federatedDomainCheck, type FederatedDomainCheck } from './federated-domain.js'
import { clientOptions } from './options/client-options.js'
import { severalDomains } from './options/several-domains.js'
import { createProxy } from './proxy/proxy.js'
import type { Registration } from './request/registration.js'
import { isRaw, upgradeRequest } from './request/upgrade-request.js'

/** What `fastify.auth0.for()` binds a client to: Fastify's request, or Node's own. */
export interface BoundTo {
  request: FastifyRequest | IncomingMessage
  reply?: FastifyReply
}

/** Which domain is meant, where the plugin serves several. */
export interface DomainOption {
  domain?: string
}

/** `fastify.auth0`: guards, clients, and what needs no session. */
export class Auth0Instance extends Guards {
  readonly #registration: Registration
  readonly #context: PluginContext
  readonly #log: FastifyBaseLogger
  #authentication: AuthenticationClient | undefined
  #management: ManagementClient | undefined
  readonly #closing: (() => Promise<void>)[] = []
  readonly #ManagementClient: typeof ManagementClient

  constructor (registration: Registration, Management: typeof ManagementClient, log: FastifyBaseLogger) {
    super(() => registration.started)
    this.#registration = registration
    this.#log = log
    this.#ManagementClient = Management
    this.#context = registration.context
    this.check = createCheck(registration.context)
    this.anonymous = lazyMethods({ createSession: true, getAccessToken: true, mintTransferToken: true }, async () =>
      (await lazy.anonymousApi()).anonymousSessions(domain => this.#server(domain)))
    this.isFederatedDomain = federatedDomainCheck(this.#context, domain => this.#server(domain))
  }

  /** Sessions of visitors who have not logged in (beta: Auth0 may change it). */
  readonly anonymous: AnonymousSessions

  /** Whether users of an e-mail domain log in at a customer's own identity provider (Enterprise Connect). */
  readonly isFederatedDomain: FederatedDomainCheck

  /**
   * Hook for public pages, at `onRequest` or `preHandler`: logs a visitor in who is logged in at Auth0, and lets
   * everybody else see the page. One try for each browser session, off after a logout. Not a guard.
   * @see OpenID Connect Core section 3.1.2.1 (`prompt=none`)
   */
  readonly attemptSilentLogin: Guard = attemptSilentLogin

  /** A client bound to a request and its reply, for hand-written code. Without a reply, nothing can be written. */
  for ({ request, reply }: BoundTo): ServerClient {
    return this.#registration.bind(isRaw(request) ? upgradeRequest(request, this.#log) : request, reply)
  }

  /**
   * Verifies a logout token and ends the sessions it names.
   * @throws BackchannelLogoutError when the token is refused
   * @see OpenID Connect Back-Channel Logout section 2.6
   */
  async handleBackchannelLogout (logoutToken: string, options: { domain?: string } = {}): Promise<void> {
    const { handleBackchannelLogout } = await lazy.backchannelLogout()
    await handleBackchannelLogout(this.#context, this.#server(options.domain), logoutToken)
  }

  /**
   * Ends sessions of any browser: of a user (`sub`), an Auth0 session (`sid`) or an `organization` by its `org_` id.
   */
  async revokeSessions (filter: RevokeSessionsFilter, options: { domain?: string } = {}): Promise<number> {
    const { revokeSessions } = await lazy.backchannelLogout()
    return await revokeSessions(this.#context, this.#server(options.domain), filter)
  }

  /** A user's live sessions, newest first; needs a `sessionStore`. */
  async listSessions (filter: { sub: string }, options: { domain?: string } = {}): Promise<SessionListing[]> {
    const { listSessions } = await lazy.backchannelLogout()
    return await listSessions(this.#context, this.#server(options.domain), filter)
  }

  /** Tokens for a refresh token the application keeps itself. */
  async getTokenByRefreshToken (options: TokenByRefreshTokenOptions & DomainOption): Promise<TokenResult> {
    const { domain, ...rest } = requireOptions(options)
    const { getTokenByRefreshToken } = await lazy.applicationTokens()
    return this.#result(await getTokenByRefreshToken(this.#context, this.#server(domain), rest))
  }

  /** A provider's access token for a refresh or access token the application holds. */
  async getTokenForConnection (options: TokenForConnectionOptions & DomainOption): Promise<TokenResult> {
    const { domain, ...rest } = requireOptions(options)
    const { getTokenForConnection } = await lazy.applicationTokens()
    return this.#result(await getTokenForConnection(this.#server(domain), rest as TokenForConnectionOptions))
  }

  /** Exchanges a token of another system for Auth0's, without a session. @see RFC 8693 */
  async customTokenExchange (options: CustomTokenExchangeOptions & DomainOption): Promise<TokenExchangeResult> {
    const { domain, ...rest } = requireOptions(options)
    const { customTokenExchange } = await lazy.tokenExchange()
    return await customTokenExchange(this.#context, this.#server(domain), rest)
  }

  /** Asks a user on another device and waits for the tokens. @see OpenID CIBA Core */
  async backchannelAuthentication (options: BackchannelOptions & DomainOption): Promise<TokenResult> {
    const { domain, ...rest } = requireOptions(options)
    const { backchannelAuthentication } = await lazy.backchannelLogin()
    return this.#result(await backchannelAuthentication(this.#context, this.#server(domain), rest))
  }

  /** Asks a user on another device; poll with `backchannelAuthenticationGrant()`. */
  async initiateBackchannelAuthentication (
    options: BackchannelOptions & DomainOption
  ): Promise<BackchannelAuthentication> {
    const { domain, ...rest } = requireOptions(options)
    const { initiateBackchannelAuthentication } = await lazy.backchannelLogin()
    return await initiateBackchannelAuthentication(this.#context, this.#server(domain), rest)
  }

  /** Polls once. @throws PollingApiError while the user has not answered */
  async backchannelAuthenticationGrant (
    options: { authReqId: string } & CallOptions & DomainOption
  ): Promise<TokenResult> {
    const { domain, ...rest } = requireOptions(options)
    const { backchannelAuthenticationGrant } = await lazy.backchannelLogin()
    return this.#result(await backchannelAuthenticationGrant(this.#server(domain), rest))
  }

  /**
   * Where the application's forms lead: for `form-action` of a content security policy.
   * Chrome applies it to the redirects that follow a form post, too.
   * @param options `domain`: the tenants to name, where the plugin serves several
   */
  cspFormAction ({ domain }: { domain?: string | readonly string[] } = {}): string[] {
    const { issuer, appBases } = this.#context.config
    const tenants = domain === undefined
      ? [issuer ?? severalDomains()]
      : [domain].flat().map(one => parseDomain(one, 'domain').issuer)
    return ["'self'", ...tenants.map(tenant => new URL(tenant).origin), ...appBases.map(base => base.origin)]
  }

  /**
   * Options for `@fastify/http-proxy`, with which it passes requests of users on to an API, with their access tokens.
   * `fastify.register(httpProxy, fastify.auth0.proxy({ upstream: 'https://api.example.com', prefix: '/api' }))`
   * @throws ConfigurationError naming the option and what is accepted
   */
  proxy (options: ProxyOptions): HttpProxyOptions {
    const proxy = createProxy(this.#registration, options, this.#log)
    this.#closing.push(proxy.close)
    return proxy.options
  }

  /** The Authentication API with the plugin's credentials, connections, metadata and keys. */
  get authentication (): AuthenticationClient {
    const { config } = this.#context
    return (this.#authentication ??= new AuthenticationClient({
      ...clientOptions(config, config.issuer),
      clockTolerance: config.clockTolerance,
      idTokenSigningAlg: config.idTokenSigningAlg
    }, this.#server()))
  }

  /** The Management API with the plugin's credentials; built on first use. */
  get management (): ManagementClient {
    const { config } = this.#context
    return (this.#management ??= new this.#ManagementClient(
      clientOptions(config, config.managementDomain ?? config.issuer)
    ))
  }

  /** Tries metadata, keys and stores, for readiness probes: within five seconds; never throws. */
  readonly check: () => Promise<CheckResult>

  /** Closes what the clients keep open. */
  async close (): Promise<void> {
    const clients = [this.#authentication?.close(), this.#management?.close()]
    await Promise.all([...clients, ...this.#closing.map(close => close())])
  }

  readonly #result = (tokens: Parameters<typeof tokenResult>[0]): TokenResult =>
    tokenResult(tokens, this.#context.now())

  /** The plugin's one domain, or the one named where there are several. */
  #server (domain = this.#context.config.issuer ?? severalDomains()): AuthorizationServer {
    return this.#context.servers.get(parseDomain(domain, 'domain').issuer)
  }
}
