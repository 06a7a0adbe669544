import { ForbiddenError } from '../../errors.js'
import type { ActorDemand } from '../../../types/guards.js'
import type { AccessTokenClaims } from '../../../types/tokens.js'
import type { Log } from '../events.js'

/** What is asked of who acts, and for whom. */
interface ActorDemands {
  actor?: ActorDemand | undefined
  subjectProfile?: readonly string[] | undefined
  anonymous?: boolean | undefined
}

/** Auth0's `sub` of a visitor who has not logged in. */
const ANONYMOUS = /^anon@[\da-f-]{36}$/i

/**
 * Who acts for the subject, and what the subject is. Only the current actor counts: those inside `act` are history.
 * @throws ForbiddenError `insufficient_actor`
 * @see RFC 8693 section 4.1
 */
export function checkActorDemands (claims: Readonly<AccessTokenClaims>,
  { actor, subjectProfile, anonymous }: ActorDemands, log: Log | undefined): void {
  if (anonymous !== true && ANONYMOUS.test(String(claims.sub))) {
    throw new ForbiddenError('insufficient_actor', 'This API takes no tokens of visitors who have not logged in.')
  }
  if (actor !== undefined) {
    const problem = problemOf(claims, actor, log)
    if (problem !== undefined) throw new ForbiddenError('insufficient_actor', problem)
  }
  if (subjectProfile !== undefined && !subjectProfile.includes(claims.sub_profile as string)) {
    throw new ForbiddenError('insufficient_actor',
      `The token's "sub_profile" claim must be one of: ${subjectProfile.join(', ')}.`)
  }
}

const NOT_ALLOWED = 'The actor may not use this API.'

function problemOf ({ act }: Readonly<AccessTokenClaims>, actor: ActorDemand,
  log: Log | undefined): string | undefined {
  if (actor === 'none') return act === undefined ? undefined : NOT_ALLOWED
  if (actor === 'required') {
    return act === undefined ? 'The token must name an actor, who acts for its subject.' : undefined
  }
  return isAllowed(act, actor, log) ? undefined : NOT_ALLOWED
}

/** A rule that fails allows nothing. */
function isAllowed (act: AccessTokenClaims['act'], rule: Exclude<ActorDemand, string>,
  log: Log | undefined): boolean {
  try {
    return rule(act) === true
  } catch (error) {
    log?.error({ err: error }, 'auth0: the "actor" function of requireToken failed, so the token is refused')
    return false
  }
}
