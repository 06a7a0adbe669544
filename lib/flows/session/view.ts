import type { LiveSession } from '../../stores/sessions.js'
import type { Session, UserClaims } from '../../../types/session.js'

/** A session as the application sees it. */
export function sessionView<TUser extends UserClaims = UserClaims> (
  { record, expiresAt }: LiveSession
): Session<TUser> {
  const own = {
    id: record.id,
    ...(record.sid !== undefined && { sid: record.sid }),
    user: record.user as TUser,
    ...(record.user.act !== undefined && { actor: record.user.act }),
    domain: record.domain,
    createdAt: Math.floor(record.createdAt),
    expiresAt: Math.floor(expiresAt),
    ...(record.authorizationDetails !== undefined && { authorizationDetails: record.authorizationDetails })
  }
  // A literal that begins with the custom fields would take 6 µs.
  return Object.freeze(record.custom === undefined ? own : Object.assign({}, record.custom, own))
}

/** The user as pages of the application see them. Only the application learns who acts for the user. */
export function publicUser ({ user: { act: _, ...user } }: LiveSession['record']): UserClaims {
  return user
}
