import type { RequestLog } from './engine/request-log.js'
import type {
  AnonymousSession, BackchannelRequest, ConnectedAccount, Interceptor, RegisteredClient, SentLogoutToken
} from './engine/records.js'
import type { LoginOptions, TenantBrowser } from './login/browser.js'
import type { Message } from './login/messages.js'
import type { StoredUser } from './login/users.js'
import type { TenantClient, TenantOrganization, TenantUser } from './options.js'

/** An offline stand-in for an Auth0 tenant. */
export interface Tenant {
  /** Host and port, what an application takes for its `domain`. */
  readonly domain: string
  /** With a trailing slash. */
  readonly issuer: string
  /** The issuer without the trailing slash. */
  readonly url: string
  readonly users: readonly StoredUser[]
  readonly clients: readonly RegisteredClient[]
  readonly organizations: readonly TenantOrganization[]
  /** The requests received, with their parameters. */
  readonly requests: RequestLog
  /** The logout tokens sent to applications. */
  readonly logoutTokens: readonly SentLogoutToken[]
  /** What went wrong inside the tenant itself; empty unless the tenant has a bug. */
  readonly errors: readonly Error[]
  /** The tenant's clock, epoch seconds. */
  readonly now: () => number
  /** `fetch` that the tenant answers without a socket: an application's `customFetch`. Redirects are not followed. */
  readonly fetch: typeof fetch
  addUser: (user: TenantUser) => StoredUser
  addClient: (client: TenantClient) => RegisteredClient
  /** Invites to an organization; returns what the invitation link carries. */
  invite: (organization: string,
    email?: string) => { invitation: string, organization: string, organization_name: string }
  /** E-mails the tenant sent: codes, magic links, links to set a new password. */
  readonly mailbox: Message[]
  /** Text messages the tenant sent. */
  readonly sms: Message[]
  readonly connectedAccounts: ConnectedAccount[]
  /** Sessions of visitors who had not logged in. */
  readonly anonymousSessions: readonly AnonymousSession[]
  /** Backchannel logins (CIBA) that were started. */
  readonly backchannelRequests: readonly BackchannelRequest[]
  /** The user says yes to a backchannel login. */
  approve: (authReqId: string) => Promise<void>
  /** The user says no to a backchannel login. */
  deny: (authReqId: string) => Promise<void>
  /** The user says yes to a push notification. */
  approvePush: (user: string) => void
  denyPush: (user: string) => void
  /** The code that the user's authenticator app shows now. */
  totp: (user: string) => Promise<string>
  /** Logs a user in, in a browser of its own, and returns the callback URL. */
  login: (options: LoginOptions) => Promise<string>
  /** The same for `response_mode=form_post`. */
  loginFormPost: (options: LoginOptions) => Promise<{ url: string, body: string }>
  /** A browser that keeps its session at the tenant from login to login. */
  browser: () => TenantBrowser
  /** Signs with another key from now on. The old one stays published unless `revoke` is given. */
  rotateKeys: (options?: { revoke?: boolean }) => Promise<void>
  /** Ends a user's sessions, grants, refresh tokens and consents, and sends logout tokens. */
  revoke: (sub: string) => Promise<void>
  /**
   * Answers requests in the tenant's place; what it throws breaks the connection off. Returns the way to take it back.
   */
  intercept: (interceptor: Interceptor) => () => void
  close: () => Promise<void>
}
