import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseSessions } from '../../flows/session/no-sessions.js'
import { currentSession } from '../../flows/session/session.js'
import { registrationOf } from '../request/registration.js'
import { reportDenied } from './denial.js'
import { PASS, type Guard } from './guard/guard.js'
import { guard, nameGuard } from './guard/make-guard.js'
import { answerOf } from './route-config.js'
import { answerUnauthenticated } from './unauthenticated.js'

/** Lets a request with a session pass. The tenant asked is that of the scope the route is in. */
export const requireSession: Guard = nameGuard(guard({
  security: [{ session: [] }],
  checkSetup: config => {
    if (config.apiOnly) refuseSessions()
  }
}, (guardRequest, guardReply) => {
  const request = guardRequest as FastifyRequest
  const registration = registrationOf(request)
  const read = currentSession(registration.context, registration.requestContext(request))
  if (!(read instanceof Promise)) return read === undefined ? denied(request, guardReply as FastifyReply) : PASS
  // Who must wait passes without `PASS`: a promise that settles with another one takes longer.
  return read.then(found => found === undefined ? denied(request, guardReply as FastifyReply) : undefined)
}), 'requireSession')

/** What becomes of a request without a session. */
export function denied (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { context } = registrationOf(request)
  reportDenied(request, 'login_required')
  return answerUnauthenticated(context, request, reply, answerOf(request) ?? context.config.onUnauthenticated)
}
