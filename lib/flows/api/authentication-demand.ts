import { StepUpRequiredError } from '../../errors.js'
import { MFA_ACR } from '../../tokens/claim-rules.js'
import type { ApiOptions } from '../../../types/options.js'

type Claims = Readonly<Record<string, unknown>>

/** What a moment is compared with: epoch seconds, and the seconds clocks may differ by. */
interface Clock {
  now: number
  clockTolerance: number
}

/** What is asked of the login that a token is of. */
interface LoginDemands {
  /** Seconds. */
  maxAge?: number | undefined
  /** One of these classes, the preferred one first. */
  acr?: readonly string[] | undefined
}

/** When the user of an access token logged in, as the token says: epoch seconds, or anything else. */
export function authTimeOf (claims: Claims, names: ApiOptions['claims']): unknown {
  return claims[names?.authTime ?? 'auth_time']
}

/** Whether a login is at most `maxAge` seconds ago. A time in the future tells nothing, nor does none. */
export function isRecent (authTime: unknown, maxAge: number, { now, clockTolerance }: Clock): boolean {
  return typeof authTime === 'number' && authTime <= now + clockTolerance && now - authTime <= maxAge + clockTolerance
}

/** Whether claims tell of a second factor. */
export function hasMfa ({ amr }: Claims, acr: unknown): boolean {
  return (Array.isArray(amr) && amr.includes('mfa')) || acr === MFA_ACR
}

/** The authentication class of an access token's login. */
export function acrOf (claims: Claims, names: ApiOptions['claims']): unknown {
  return claims[names?.acr ?? 'acr']
}

/**
 * The login of an access token must be recent enough, and of one of the classes.
 * @throws StepUpRequiredError that names all demands, since the next token must meet all of them
 * @see RFC 9470 section 5
 */
export function checkAuthentication (claims: Claims, { maxAge, acr }: LoginDemands,
  { names, ...clock }: Clock & { names: ApiOptions['claims'] }): void {
  const isOld = maxAge !== undefined && !isRecent(authTimeOf(claims, names), maxAge, clock)
  if (!isOld && (acr === undefined || isOfClass(claims, acr, names))) return
  throw new StepUpRequiredError(
    isOld ? 'More recent authentication is required.' : 'A different authentication level is required.',
    { maxAge, acrValues: acr?.join(' ') }
  )
}

function isOfClass (claims: Claims, accepted: readonly string[], names: ApiOptions['claims']): boolean {
  const acr = acrOf(claims, names)
  return accepted.includes(acr as string) || (accepted.includes(MFA_ACR) && hasMfa(claims, acr))
}

/** Epoch seconds until which a token that meets the demands goes on meeting them. */
export function metUntil (claims: Claims, { maxAge }: LoginDemands, names: ApiOptions['claims'],
  clockTolerance: number): number {
  return maxAge === undefined ? Infinity : Number(authTimeOf(claims, names)) + maxAge + clockTolerance
}
