import { lazyMethods } from '../base/lazily.js'
import { LoginRequiredError } from '../errors.js'
import type { EnterpriseLogin } from '../../types/options.js'
import type { Session, UserClaims } from '../../types/session.js'
import type { AccessToken, AccessTokenClaims, AuthInfo } from '../../types/tokens.js'
import { requireOptions } from './call-options.js'
import { getAccessToken, type GetAccessTokenOptions } from './tokens/access-token.js'
import { authInfo } from './api/auth-info.js'
import type { ApiFetchOptions } from './api/api-fetch.js'
import type { BackchannelOptions, CompletedBackchannelLogin } from './login/backchannel-login.js'
import type { CompletedLogin, CompleteInteractiveLoginOptions } from './login/complete-login.js'
import type { ConnectionAccessToken, GetAccessTokenForConnectionOptions } from './tokens/connection-token.js'
import { AccountsClient } from './accounts-client.js'
import type { PluginContext, RequestContext } from './context.js'
import * as lazy from './lazy-flows.js'
import type { AnonymousVisitor } from './login/anonymous.js'
import { forgetVisitor } from './login/anonymous-cookie.js'
import type { StartEnterpriseLoginOptions } from './login/enterprise-login.js'
import { mfa } from './login/mfa.js'
import type { passkeys } from './login/passkeys.js'
import type { passwordless } from './login/passwordless.js'
import type { StartInteractiveLoginOptions, SwitchOrganizationOptions } from './login/login.js'
import type { LogoutOptions } from './logout/logout.js'
import type { OnBehalfOfOptions } from './api/on-behalf-of.js'
import { currentSession, type GetSessionOptions } from './session/session.js'
import { updateSession, type SessionPatch } from './session/update-session.js'
import { sessionView } from './session/view.js'
import { getIdToken } from './tokens/session-id-token.js'
import { buildSessionTransferRedirect } from './tokens/session-transfer-redirect.js'
import type { SessionTransferOptions, SessionTransferToken } from './tokens/session-transfer.js'
import type { EmbeddedLogin } from './login/embedded-login.js'
import type { CustomTokenExchangeOptions } from './tokens/token-exchange.js'

/** Everything a request can do with its user: `request.auth0`. One delegating line per method. */
export class ServerClient extends AccountsClient {
  readonly #context: PluginContext
  readonly #request: RequestContext

  constructor (context: PluginContext, request: RequestContext) {
    super(context, request)
    this.#context = context
    this.#request = request
  }

  /** Starts a login and returns the URL to send the user to. */
  async startInteractiveLogin (options: StartInteractiveLoginOptions = {}): Promise<URL> {
    return await (await lazy.logins()).startInteractiveLogin(this.#context, this.#request, options)
  }

  /** Finishes a login with the callback's URL; the current request's unless given. */
  async completeInteractiveLogin<TAppState = unknown> (url?: string | URL,
    options?: CompleteInteractiveLoginOptions): Promise<CompletedLogin<TAppState>> {
    const { completeInteractiveLogin } = await lazy.loginCallbacks()
    return await completeInteractiveLogin<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts a login at a customer's own identity provider; `undefined` where the e-mail domain has none. */
  async startEnterpriseLogin (options: StartEnterpriseLoginOptions): Promise<URL | undefined> {
    return await (await lazy.enterpriseLogin()).startEnterpriseLogin(this.#context, this.#request, options)
  }

  /** Finishes an enterprise login that keeps no session, in a callback route of your own. */
  async completeEnterpriseLogin<TAppState = unknown> (url?: string | URL,
    options?: CompleteInteractiveLoginOptions): Promise<EnterpriseLogin<TAppState>> {
    const { completeEnterpriseLogin } = await lazy.enterpriseLogin()
    return await completeEnterpriseLogin<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts a login to another organization. */
  async switchOrganization (organization: string, options: SwitchOrganizationOptions = {}): Promise<URL> {
    return await (await lazy.logins()).switchOrganization(this.#context, this.#request, organization, options)
  }

  /**
   * The session, or `undefined`.
   * @param options `touch: false` does not prolong the session: for what happens without the user, such as polling
   */
  async getSession<TUser extends UserClaims = UserClaims> (
    options: GetSessionOptions = {}
  ): Promise<Session<TUser> | undefined> {
    const read = await currentSession(this.#context, this.#request, requireOptions(options))
    return read === undefined ? undefined : sessionView<TUser>(read)
  }

  /** The user's claims, or `undefined` without a session. */
  getUser<TUser extends UserClaims = UserClaims> (): Promise<Readonly<TUser> | undefined> {
    const { session, untouched } = this.#request
    // Behind a guard the session is there: nothing is awaited.
    return session === null || session instanceof Promise || untouched === true
      ? this.#readUser<TUser>()
      : Promise.resolve(session?.record.user as TUser | undefined)
  }

  async #readUser<TUser extends UserClaims> (): Promise<Readonly<TUser> | undefined> {
    return (await currentSession(this.#context, this.#request))?.record.user as TUser | undefined
  }

  /**
   * The user's claims in a handler behind a guard: there without a question mark.
   * @throws LoginRequiredError when no guard has found a session
   */
  get user (): Readonly<UserClaims> {
    const { session } = this.#request
    const read = session === null ? currentSession(this.#context, this.#request) : session
    // What becomes of the read, getUser() tells whoever asks.
    if (read instanceof Promise) read.catch(() => {})
    if (read === undefined || read instanceof Promise) {
      throw new LoginRequiredError(
        'There is no session yet: put a guard such as requireSession in front of this handler, or use getUser().'
      )
    }
    return read.record.user
  }

  /** The claims of the caller's access token, behind `requireToken`. */
  get token (): AccessTokenClaims | undefined {
    return this.#request.bearerToken?.claims
  }

  /** The caller as the MCP SDK's `AuthInfo`, behind `requireToken`; `undefined` without an access token. */
  get authInfo (): AuthInfo | undefined {
    return authInfo(this.#context, this.#request)
  }

  /** Merges fields into the session; `undefined` removes one. */
  async updateSession (patch: SessionPatch): Promise<Session> {
    return await updateSession(this.#context, this.#request, patch)
  }

  /** Brings the user's claims up to date from Auth0. */
  async refreshUser (options: { signal?: AbortSignal } = {}): Promise<UserClaims> {
    return await (await lazy.userRefresh()).refreshUser(this.#context, this.#request, options)
  }

  /** Ends the session here and returns the URL that ends it at Auth0. */
  async logout (options: LogoutOptions = {}): Promise<URL> {
    return await (await lazy.logouts()).logout(this.#context, this.#request, options)
  }

  /** An access token for an API, renewed when needed. */
  async getAccessToken (options: GetAccessTokenOptions = {}): Promise<AccessToken> {
    return await getAccessToken(this.#context, this.#request, options)
  }

  /**
   * The ID token of the session, in its newest form: `undefined` without a session. Needs `storeIdToken`.
   * @throws ConfigurationError without the option `storeIdToken`
   */
  async getIdToken (): Promise<string | undefined> {
    return await getIdToken(this.#context, this.#request)
  }

  /** A provider's access token for a connected account, from Token Vault; behind `requireToken` for the caller's. */
  async getAccessTokenForConnection (options: GetAccessTokenForConnectionOptions): Promise<ConnectionAccessToken> {
    return await (await lazy.connectionTokens()).getAccessTokenForConnection(this.#context, this.#request, options)
  }

  /** An access token for another API, for the token this request came with: behind `requireToken`. @see RFC 8693 */
  async getTokenOnBehalfOf (options: OnBehalfOfOptions): Promise<AccessToken> {
    return await (await lazy.onBehalfOf()).getTokenOnBehalfOf(this.#context, this.#request, options)
  }

  /**
   * Calls an API as the user. One that demands another login (RFC 9470) throws a `StepUpRequiredError`, which
   * `fastify.setErrorHandler(fastify.auth0.handleStepUp)` answers: it takes the user to that login and back here.
   */
  async fetch (url: string | URL, init?: RequestInit, options?: ApiFetchOptions): Promise<Response> {
    return await (await lazy.apiCalls()).apiFetch(this.#context, this.#request, url, init, options)
  }

  /** Lets the user confirm a login on another device, and begins a session. @see OpenID CIBA Core */
  async loginBackchannel (options: BackchannelOptions): Promise<CompletedBackchannelLogin> {
    return await (await lazy.backchannelLogin()).loginBackchannel(this.#context, this.#request, options)
  }

  /** Exchanges a token of another system for a session. @see RFC 8693 */
  async loginWithCustomTokenExchange (options: CustomTokenExchangeOptions): Promise<EmbeddedLogin> {
    return await (await lazy.exchangeLogin()).loginWithCustomTokenExchange(this.#context, this.#request, options)
  }

  /** A token that lets a browser take over a session in another application. */
  async requestSessionTransferToken (options: SessionTransferOptions): Promise<SessionTransferToken> {
    return await (await lazy.sessionTransfer()).requestSessionTransferToken(this.#context, this.#request, options)
  }

  /** The URL that hands such a token to the other application's login. */
  buildSessionTransferRedirect (targetLoginUrl: string | URL, token: Pick<SessionTransferToken, 'sessionTransferToken'>,
    options?: { organization?: string }): URL {
    return buildSessionTransferRedirect(targetLoginUrl, token, options)
  }

  /** Logins by a code or a link. */
  get passwordless (): ReturnType<typeof passwordless> {
    return lazyMethods({ start: true, challenge: true, verify: true }, async () =>
      (await lazy.passwordlessLogin()).passwordless(this.#context, this.#request))
  }

  /** Second factors. */
  get mfa (): ReturnType<typeof mfa> {
    return mfa(this.#context, this.#request, lazy.mfaCalls)
  }

  /** Logins with a passkey. */
  get passkeys (): ReturnType<typeof passkeys> {
    return lazyMethods({ signupChallenge: true, loginChallenge: true, signIn: true }, async () =>
      (await lazy.passkeyLogin()).passkeys(this.#context, this.#request))
  }

  /** The session of a visitor who has not logged in (beta: Auth0 may change it). */
  get anonymous (): AnonymousVisitor {
    return {
      ...lazyMethods<Omit<AnonymousVisitor, 'forget'>>({ exists: true, getAccessToken: true }, async () =>
        (await lazy.visitorSessions()).anonymous(this.#context, this.#request)),
      forget: () => {
        forgetVisitor(this.#context, this.#request)
      }
    }
  }
}
