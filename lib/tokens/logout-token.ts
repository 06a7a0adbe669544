import { BackchannelLogoutError, TokenValidationError } from '../errors.js'
import type { LogoutTokenClaims } from '../../types/tokens.js'
import { isObject } from '../base/json.js'
import {
  checkAudience, checkExpiry, checkIssuedAt, checkIssuer, checkNotBefore, requireMoment, type Clock, type Payload
} from './claim-rules.js'
import { verifyJws } from './jws.js'
import type { KeySource } from './keys.js'
import { refuseToken } from './refuse-token.js'

export interface LogoutTokenOptions extends Clock {
  keys: KeySource
  algorithms: readonly string[]
  issuer: string
  clientId: string
  /** Seconds since it was issued at most. Default 300. */
  maxAge?: number | undefined
}

/** Auth0 does not always send `logout+jwt`. */
const TYPES = ['jwt', 'logout+jwt']
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** Logout tokens are meant to live for minutes; one that lives for days could be stored and sent later. */
const maxLifetime = 86_400

/**
 * Verifies a logout token; whether its `jti` was seen before is for the caller. @see OpenID Connect Back-Channel Logout
 * section 2.6
 */
export async function verifyLogoutToken (token: string, options: LogoutTokenOptions): Promise<LogoutTokenClaims> {
  try {
    const { payload } = await verifyJws(token, { keys: options.keys, algorithms: options.algorithms, types: TYPES })
    return checkLogoutTokenClaims(payload, options)
  } catch (error) {
    if (error instanceof TokenValidationError) {
      throw new BackchannelLogoutError(`The logout token was refused. ${error.message}`, error)
    }
    throw error
  }
}

function checkLogoutTokenClaims (payload: Payload, options: LogoutTokenOptions): LogoutTokenClaims {
  checkIssuer(payload, [options.issuer])
  checkAudience(payload, [options.clientId])
  requireMoment(payload, 'iat')
  checkIssuedAt(payload, options, options.maxAge ?? 300)
  checkExpiry(payload, options)
  checkNotBefore(payload, options)
  const { iat, exp, events, jti } = payload as LogoutTokenClaims & { exp: number }
  if (exp - iat > maxLifetime) refuseToken('claim_invalid', 'The logout token lives too long.', { claim: 'exp' })
  if (!isIdentifier(jti)) {
    refuseToken(jti === undefined ? 'claim_missing' : 'claim_invalid',
      'The logout token must have a "jti" claim, a string.', { claim: 'jti' })
  }
  if (!isObject(events) || !isObject(events[logoutEvent])) {
    refuseToken('claim_invalid', 'The "events" claim of the logout token does not hold the logout event.', {
      claim: 'events'
    })
  }
  checkTarget(payload)
  if ('nonce' in payload) refuseToken('claim_invalid', 'A logout token must not have a nonce.', { claim: 'nonce' })
  return payload as LogoutTokenClaims
}

/** Whose session ends: `sid`, `sub`, or both. */
function checkTarget ({ sid, sub }: Payload): void {
  if (sid === undefined && sub === undefined) {
    refuseToken('claim_missing', 'The logout token must have a "sid" or a "sub" claim.', { claim: 'sid' })
  }
  if (sid !== undefined && !isIdentifier(sid)) {
    refuseToken('claim_invalid', 'The "sid" claim of the logout token must be a string that is not empty.', {
      claim: 'sid'
    })
  }
  if (sub !== undefined && !isIdentifier(sub)) {
    refuseToken('claim_invalid', 'The "sub" claim of the logout token must be a string that is not empty.', {
      claim: 'sub'
    })
  }
}

function isIdentifier (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
