import type { FastifyReply, FastifyRequest } from 'fastify'
import { currentSession } from '../../flows/session/session.js'
import type { ReadSession } from '../../stores/sessions.js'
import { registrationOf } from '../request/request-state.js'
import type { Registration } from '../request/registration.js'
import type { RequestVisit } from '../request/request-context.js'
import { guard, type Guard } from './guard.js'
import { denied } from './require-session.js'

/** Whom a request speaks for: the user of its session, or the owner of the access token that a guard before has verified. */
export interface Caller {
  readonly claims: Readonly<Record<string, unknown>>
  /** Absent where an access token speaks. */
  readonly session: ReadSession | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly registration: Registration
  readonly visit: RequestVisit
}

/** A guard that asks something of the caller. Who has no session is answered as by `requireSession`. */
export function callerGuard (check: (caller: Caller) => Promise<void>): Guard {
  return guard({ security: [{ session: [] }] }, (guardRequest, guardReply) => {
    const request = guardRequest as FastifyRequest
    const reply = guardReply as FastifyReply
    const registration = registrationOf(request)
    const visit = registration.visit(request)
    if (visit.presented !== undefined) return check({ claims: visit.presented.claims, session: undefined, request, reply, registration, visit })
    const decide = (session: ReadSession | undefined): Promise<void> => session === undefined
      ? denied(request, reply)
      : check({ claims: session.record.user, session, request, reply, registration, visit })
    const read = currentSession(registration.context, visit)
    return read instanceof Promise ? read.then(decide) : decide(read)
  })
}
