import type * as OidcProvider from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { SentLogoutToken } from './backchannel-logout.js'
import type { TenantAnswer, TenantRequest } from './exchange.js'
import type { SigningKeys } from './keys.js'
import type { LoginFacts } from './logins.js'
import type { LoginStep } from './login-page.js'
import type { TenantOptions, TenantOrganization, TenantResourceServer } from './options.js'
import type { EngineHelpers } from './engine.js'
import type { Clients, RegisteredClient } from './clients.js'
import type { StoredUser, Users } from './users.js'
import type { Storage } from './storage.js'

/** The module `oidc-provider`. */
export type Engine = typeof OidcProvider

/** What a feature may check when a user is about to get tokens for an application. It throws one of the engine's errors to refuse. */
export type LoginRule = (login: { ctx: KoaContextWithOIDC, client: RegisteredClient, user: StoredUser, params: Record<string, unknown>, facts: LoginFacts }) => void | Promise<void>

/** An answer to one kind of request. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:name` matches one segment. */
  path: string
  handle: (request: TenantRequest, params: Record<string, string>) => Promise<TenantAnswer> | TenantAnswer
}

/** What all features share. */
export interface TenantContext {
  readonly options: TenantOptions
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
  /** Pages between the password and the application. */
  readonly loginSteps: LoginStep[]
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
