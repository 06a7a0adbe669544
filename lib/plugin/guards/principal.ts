import type { FastifyReply, FastifyRequest } from 'fastify'
import { currentSession } from '../../flows/session/session.js'
import type { LiveSession } from '../../stores/sessions.js'
import { registrationOf, type Registration } from '../request/registration.js'
import type { FastifyRequestContext } from '../request/request-context.js'
import type { Guard } from './guard/guard.js'
import { guard } from './guard/make-guard.js'
import { denied } from './require-session.js'

/**
 * Whom a request speaks for: the user of its session, or the owner of the access token that a guard before has
 * verified.
 */
export interface Principal {
  readonly claims: Readonly<Record<string, unknown>>
  /** Absent where an access token speaks. */
  readonly session: LiveSession | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly registration: Registration
  readonly requestContext: FastifyRequestContext
}

/** A guard that asks something of the caller. Who has no session is answered as by `requireSession`. */
export function principalGuard (check: (caller: Principal) => Promise<void>): Guard {
  return guard({ security: [{ session: [] }] }, (guardRequest, guardReply) => {
    const request = guardRequest as FastifyRequest
    const reply = guardReply as FastifyReply
    const registration = registrationOf(request)
    const requestContext = registration.requestContext(request)
    if (requestContext.bearerToken !== undefined) {
      return check({
        claims: requestContext.bearerToken.claims,
        session: undefined,
        request,
        reply,
        registration,
        requestContext
      })
    }
    const decide = (session: LiveSession | undefined): Promise<void> =>
      session === undefined
        ? denied(request, reply)
        : check({ claims: session.record.user, session, request, reply, registration, requestContext })
    const read = currentSession(registration.context, requestContext)
    return read instanceof Promise ? read.then(decide) : decide(read)
  })
}
