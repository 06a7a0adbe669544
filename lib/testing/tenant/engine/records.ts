import type { TenantRequest } from './exchange.js'
import type { TenantClient } from '../options.js'

/** An application with its defaults. */
export interface RegisteredClient extends TenantClient {
  tokenEndpointAuthMethod: NonNullable<TenantClient['tokenEndpointAuthMethod']>
}

/** A logout token the tenant sent. */
export interface SentLogoutToken {
  clientId: string
  url: string
  token: string
  /** What the application answered; missing when it could not be reached. */
  status?: number
}

/** A login that waits for the user's answer on another device. */
export interface BackchannelRequest {
  authReqId: string
  clientId: string
  sub: string
  bindingMessage: string
  scope: string
  params: Readonly<Record<string, unknown>>
  status: 'pending' | 'approved' | 'denied'
}

/** An account of a user at another provider, whose tokens the tenant keeps. */
export interface ConnectedAccount {
  id: string
  sub: string
  connection: string
  scopes: string[]
  createdAt: string
  orgId?: string | undefined
}

/** A session of a visitor who has not logged in. */
export interface AnonymousSession {
  /** `anon@…`, the `sub` of its access tokens. */
  userId: string
  sessionId: string
  clientId: string
  /** Epoch seconds. */
  createdAt: number
  /** Epoch seconds. */
  expiresAt: number
  metadata: Readonly<Record<string, string>>
  /** The user whose login took it over. */
  linkedTo?: string
}

/** Answers a request in the tenant's place, or lets it pass. May throw, which breaks the connection off. */
export type Interceptor = (request: TenantRequest) => Response | undefined | Promise<Response | undefined>

/** What is known of a grant beside what the engine keeps: claims that stay through refreshes. */
export interface LoginFacts {
  idTokenClaims: Record<string, unknown>
  accessTokenClaims: Record<string, unknown>
  /** Whether ID tokens tell when the user logged in: it was asked for, and stays so through refreshes. */
  showsAuthTime?: boolean
  /** Whether somebody acts for the user in a session of two hours at most, without refresh tokens. */
  delegated?: boolean
  /** The organization logged in to. */
  organization?: string
}
