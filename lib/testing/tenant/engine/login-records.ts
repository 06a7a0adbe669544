import type { Interaction } from 'oidc-provider'
import type { StoredUser } from '../login/users.js'
import type { TenantAnswer } from './exchange.js'
import type { LoginFacts } from './records.js'

/** How a user logged in. */
export interface Authentication {
  user: StoredUser
  amr?: string[]
  acr?: string
  /** Whether somebody acts for the user, who is shown no page. */
  delegated?: boolean
}

/** A further page between password and application: returns an answer as long as it is not passed. */
export type LoginStep = (
  login: { interaction: Interaction, authentication: Authentication, form: Readonly<Record<string, unknown>> }
) => Promise<TenantAnswer | undefined> | TenantAnswer | undefined

/** A login that waits for its second factor. */
export interface PendingMfa {
  user: StoredUser
  clientId: string
  grantType: string
  scopes: readonly string[]
  params: Record<string, unknown>
  facts?: Partial<LoginFacts> | undefined
  more?: Record<string, unknown> | undefined
}

/** A code or a push notification that was sent. */
interface OutOfBand {
  sub: string
  authenticatorId: string
  code?: string | undefined
  verdict?: 'approved' | 'denied'
  expiresAt: number
}

/** What the tenant remembers of second factors. */
export interface MfaState {
  tokens: Map<string, PendingMfa & { expiresAt: number }>
  outOfBand: Map<string, OutOfBand>
}
