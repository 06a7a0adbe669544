import type { ConnectionTokenSet, TokenSet } from '../../../types/tokens.js'

/** What a session of another library holds, in this package's words. */
export interface ImportedSession {
  /** Claims of the ID token, as they were verified at the login. */
  claims: Record<string, unknown>
  /** Epoch seconds. */
  createdAt: number
  sid: string | undefined
  /** Host of the tenant, where the library keeps it. */
  domain?: string | undefined
  /** Epoch seconds the session may not outlive (IPSIE `session_expiry`). */
  ceiling: number | undefined
  refreshToken: string | undefined
  idToken: string | undefined
  tokenSets: TokenSet[]
  connectionTokenSets: ConnectionTokenSet[]
  /** Fields that the application had added. */
  custom: Record<string, unknown>
}

/** What the library seals with: text or bytes. */
export type ImportedSecret = string | Uint8Array

/** One library's session cookie. */
export interface SessionFormat {
  /** The library's default cookie name. */
  readonly cookie: string
  /** Opens a cookie's value; `undefined` for anything but a live session. */
  open(value: string,
    about: {
      name: string
      secrets: readonly ImportedSecret[]
      now: number
      audience: string | undefined
      scope: string
    }
  ): ImportedSession | undefined
}

/** A member that is a text with something in it. */
export function textOf (value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A member that is a number. */
export function numberOf (value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The members of a session that are neither the library's nor named like ours. */
export function customFields (payload: Record<string, unknown>, own: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !own.includes(name) && !OURS.includes(name)))
}

const OURS = ['id', 'sid', 'user', 'domain', 'createdAt', 'expiresAt', 'authorizationDetails', '__proto__']
