import type { Configuration, Provider } from 'oidc-provider'
import type { Messages } from '../login/messages.js'
import type { OneTimeLogins } from '../login/one-time-logins.js'
import type { TenantAnswer, TenantRequest } from './exchange.js'
import type { SigningKeys } from './keys.js'
import type { TenantConnection, TenantOptions, TenantOrganization, TenantResourceServer } from '../options.js'
import type { Engine, EngineHelpers } from './engine.js'
import type { Clients } from '../tokens/clients.js'
import type { StoredUser, Users } from '../login/users.js'
import type { Route } from './route.js'
import type { Storage } from './storage.js'
import type { LoginStep, MfaState } from './login-records.js'
import type {
  AnonymousSession, BackchannelRequest, ConnectedAccount, LoginFacts, RegisteredClient, SentLogoutToken
} from './records.js'

/** A login that is about to give tokens to an application. */
interface AllowedLogin {
  client: RegisteredClient
  user: StoredUser
  params: Record<string, unknown>
  facts: LoginFacts
  idTokenHint: Record<string, unknown> | undefined
}

/** What a feature checks or adds when a user is about to get tokens. It throws to refuse. */
type LoginRule = (login: AllowedLogin) => void | Promise<void>

/** Where permissions come from beside those of the user: the names for one API. */
export type PermissionSource = (user: StoredUser, audience: string, organization: string | undefined) => string[]

/** What the dashboard and the Management API can change while the tenant runs. */
export interface TenantSettings {
  authorizationResponseIss: boolean
  dynamicRegistration: boolean
  clientIdMetadata: boolean
}

/** What all features share. */
export interface TenantContext {
  readonly options: TenantOptions
  readonly settings: TenantSettings
  readonly engine: Engine
  /** With a trailing slash. */
  readonly issuer: string
  /** Host and port. */
  readonly domain: string
  readonly now: () => number
  readonly keys: SigningKeys
  readonly storage: Storage
  readonly users: Users
  readonly clients: Clients
  readonly organizations: TenantOrganization[]
  readonly resourceServers: TenantResourceServer[]
  /** What is known of each grant beside what the engine keeps. */
  readonly logins: Map<string, LoginFacts>
  readonly rules: LoginRule[]
  readonly permissionSources: PermissionSource[]
  /** Pages between the password and the application. */
  readonly loginSteps: LoginStep[]
  readonly oneTimeLogins: OneTimeLogins
  readonly messages: Messages
  readonly connections: TenantConnection[]
  readonly connectedAccounts: ConnectedAccount[]
  readonly backchannelRequests: BackchannelRequest[]
  readonly anonymousSessions: AnonymousSession[]
  readonly mfa: MfaState
  /** Logout tokens sent so far. */
  readonly logoutTokens: SentLogoutToken[]
  /** What went wrong inside the tenant itself. */
  readonly errors: Error[]
  /** The engine's instance. */
  readonly provider: Provider
  /** The engine's own checks, for grants it does not have. */
  readonly helpers: EngineHelpers
  /** Sends a request to the tenant itself. */
  readonly send: (request: TenantRequest) => Promise<TenantAnswer>
}

/** One ability of the tenant. */
export interface Feature {
  /** Options for the engine; merged with those of the other features. */
  configure?: (tenant: TenantContext) => Configuration
  /** Work on the engine once it is there. */
  install?: (tenant: TenantContext) => void
  routes?: (tenant: TenantContext) => Route[]
  /** May change a request on its way to the engine. */
  before?: (request: TenantRequest, tenant: TenantContext) => TenantRequest | Promise<TenantRequest>
  /** May change the engine's answer. */
  after?: (answer: TenantAnswer, request: TenantRequest, tenant: TenantContext) => TenantAnswer | Promise<TenantAnswer>
}
