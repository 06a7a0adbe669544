import type { Awaitable } from '../../types/stores.js'

/** How long sessions live. All in seconds. */
export interface Lifetime {
  /** Whether use prolongs the session. Without it only the absolute bound counts. */
  rolling: boolean
  inactivityDuration: number
  absoluteDuration: number
  /** Use is written down at most this often. */
  touchAfter: number
}

/** Seconds a session ends before the ceiling the identity provider set. */
export const CEILING_MARGIN = 30

/** Epoch seconds no use can prolong a session beyond. */
export function absoluteEnd ({ createdAt, ceiling = Infinity }: { createdAt: number, ceiling?: number },
  lifetime: Lifetime): number {
  return Math.min(createdAt + lifetime.absoluteDuration, ceiling - CEILING_MARGIN)
}

/** Epoch seconds at which a session ends if it is not used again. */
export function sessionEnd (record: { createdAt: number, ceiling?: number }, lastActivity: number,
  lifetime: Lifetime): number {
  const end = absoluteEnd(record, lifetime)
  return lifetime.rolling ? Math.min(end, lastActivity + lifetime.inactivityDuration) : end
}

/** Whether use must be written down again. */
export function touchDue (lastActivity: number, now: number, lifetime: Lifetime): boolean {
  return lifetime.rolling && now - lastActivity >= lifetime.touchAfter
}

/** Seconds that tell a session from a revocation before it, and let the next revocation end it. */
const INSTANT = 0.001

/** Seconds that Auth0 lets somebody act for a user. */
const DELEGATED_DURATION = 7200

/** The ceiling of a session in which somebody acts for the user: it ends two hours after the login. */
export function delegatedCeiling (createdAt: number): number {
  return createdAt + DELEGATED_DURATION + CEILING_MARGIN
}

/**
 * When a session that is born now counts as created. A revocation reaches `tolerance` seconds beyond its time; a login
 * that came after it is not ended by it. A list that cannot be asked changes nothing.
 */
export function bornAfter (latest: Awaitable<number | undefined>, createdAt: number,
  { tolerance, warn }: { tolerance: number, warn: (code: string, detail: object) => void }): Awaitable<number> {
  if (!(latest instanceof Promise)) return beyond(latest, createdAt, tolerance)
  return latest.then(revokedAt => beyond(revokedAt, createdAt, tolerance), (error: unknown) => {
    warn('revocation_failed', { error })
    return createdAt
  })
}

function beyond (revokedAt: number | undefined, createdAt: number, tolerance: number): number {
  const isLater = revokedAt !== undefined && createdAt <= revokedAt && createdAt > revokedAt - tolerance
  return isLater ? revokedAt + INSTANT : createdAt
}
