import { principalGuard } from './principal.js'
import { forbid } from './denial.js'
import { PASS, type Guard } from './guard/guard.js'
import { nameGuard } from './guard/make-guard.js'

/**
 * Guard of what only the user may do, such as changing a password or paying: a session in which somebody else acts for
 * the user (`session.actor`) gets 403 `insufficient_actor`. Behind `requireToken` the access token's `act` is asked.
 * @see RFC 8693 section 4.1
 */
export const requireOwnSession: Guard = nameGuard(principalGuard(({ claims, request, reply }) =>
  claims.act === undefined
    ? PASS
    : forbid(request, reply, 'insufficient_actor', 'Only the user can do this, not somebody who acts for the user.')
), 'requireOwnSession')
