import type { Actor, AuthorizationDetail } from './tokens.js'

/**
 * The user's claims. Open for merging by the application:
 * `declare module 'fastify-auth0' { interface UserClaims { 'https://example.com/roles': string[] } }`
 */
export interface UserClaims {
  sub: string
  name?: string
  given_name?: string
  family_name?: string
  nickname?: string
  picture?: string
  email?: string
  email_verified?: boolean
  org_id?: string
  org_name?: string
  updated_at?: string | number
  acr?: string
  amr?: string[]
  auth_time?: number
  /** The user's permissions for the My Organization API, in the organization of the login. */
  'urn:auth0:my_org_current_user_permissions'?: string[]
  /** Who acts for the user, in a delegated session. */
  act?: Actor
  [claim: string]: unknown
}

/**
 * Fields an application adds to its sessions with `updateSession()`. Open for merging:
 * `declare module 'fastify-auth0' { interface CustomSession { theme?: 'dark' | 'light' } }`
 */
export interface CustomSession {
  [field: string]: unknown
}

/** A logged-in user's session, as the application sees it. It is read-only; `updateSession()` changes it. */
export interface Session<TUser extends UserClaims = UserClaims> extends CustomSession {
  /** This session's own id; a new one at every login. */
  readonly id: string
  /** Auth0's session id, when the ID token carried one. */
  readonly sid?: string
  readonly user: Readonly<TUser>
  /** Who acts for the user, such as a support agent; absent in the user's own session. @see RFC 8693 section 4.1 */
  readonly actor?: Readonly<Actor>
  /** The Auth0 domain the user logged in at. */
  readonly domain: string
  /** Epoch seconds of the login. */
  readonly createdAt: number
  /** Epoch seconds at which the session ends if it is not used again. */
  readonly expiresAt: number
  /** What the user authorized when `authorization_details` were asked for. @see RFC 9396 */
  readonly authorizationDetails?: readonly AuthorizationDetail[]
}

/** What `beforeSessionSaved` may change before a session is written. */
export interface SessionDraft {
  user: UserClaims
  /** Fields of the application, see `CustomSession`. */
  custom: CustomSession
}

/** Why a session is being written. */
export type SessionSaveReason = 'login' | 'refresh' | 'update'
