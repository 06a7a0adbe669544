import { LoginRequiredError } from '../errors.js'
import type { Session, UserClaims } from '../../types/session.js'
import type { AccessToken } from '../../types/tokens.js'
import { getAccessToken, type GetAccessTokenOptions } from './access-token.js'
import { completeInteractiveLogin, type CompletedLogin, type CompleteInteractiveLoginOptions } from './complete-login.js'
import type { Context, Visit } from './context.js'
import { startInteractiveLogin, switchOrganization, type StartInteractiveLoginOptions, type SwitchOrganizationOptions } from './login.js'
import { logout, type LogoutOptions } from './logout.js'
import { refreshUser } from './refresh-user.js'
import { currentSession, updateSession, type SessionPatch } from './session.js'
import { sessionView } from './session-view.js'

/** Everything a request can do with its user: `request.auth0`. One delegating line per method. */
export class ServerClient {
  readonly #context: Context
  readonly #visit: Visit

  constructor (context: Context, visit: Visit) {
    this.#context = context
    this.#visit = visit
  }

  /** Starts a login and returns the URL to send the user to. */
  async startInteractiveLogin (options: StartInteractiveLoginOptions = {}): Promise<URL> {
    return await startInteractiveLogin(this.#context, this.#visit, options)
  }

  /** Finishes a login with the callback's URL; the current request's unless given. */
  async completeInteractiveLogin<TAppState = unknown> (url?: string | URL, options?: CompleteInteractiveLoginOptions): Promise<CompletedLogin<TAppState>> {
    return await completeInteractiveLogin<TAppState>(this.#context, this.#visit, url, options)
  }

  /** Starts a login to another organization. */
  async switchOrganization (organization: string, options: SwitchOrganizationOptions = {}): Promise<URL> {
    return await switchOrganization(this.#context, this.#visit, organization, options)
  }

  /** The session, or `undefined`. */
  async getSession<TUser extends UserClaims = UserClaims> (): Promise<Session<TUser> | undefined> {
    const read = await currentSession(this.#context, this.#visit)
    return read === undefined ? undefined : sessionView<TUser>(read)
  }

  /** The user's claims, or `undefined` without a session. */
  async getUser<TUser extends UserClaims = UserClaims> (): Promise<Readonly<TUser> | undefined> {
    return (await currentSession(this.#context, this.#visit))?.record.user as TUser | undefined
  }

  /**
   * The user's claims in a handler behind a guard: there without a question mark.
   * @throws LoginRequiredError when no guard has found a session
   */
  get user (): Readonly<UserClaims> {
    const { session } = this.#visit
    const read = session === null ? currentSession(this.#context, this.#visit) : session
    if (read === undefined || read instanceof Promise) throw new LoginRequiredError('There is no session yet: put a guard such as requireSession in front of this handler, or use getUser().')
    return read.record.user
  }

  /** Merges fields into the session; `undefined` removes one. */
  async updateSession (patch: SessionPatch): Promise<Session> {
    return await updateSession(this.#context, this.#visit, patch)
  }

  /** Brings the user's claims up to date from Auth0. */
  async refreshUser (options: { signal?: AbortSignal } = {}): Promise<UserClaims> {
    return await refreshUser(this.#context, this.#visit, options)
  }

  /** Ends the session here and returns the URL that ends it at Auth0. */
  async logout (options: LogoutOptions = {}): Promise<URL> {
    return await logout(this.#context, this.#visit, options)
  }

  /** An access token for an API, renewed when needed. */
  async getAccessToken (options: GetAccessTokenOptions = {}): Promise<AccessToken> {
    return await getAccessToken(this.#context, this.#visit, options)
  }
}
