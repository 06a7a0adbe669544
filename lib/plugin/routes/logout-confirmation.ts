import { createHmac, timingSafeEqual } from 'node:crypto'
import { laneOf } from '../../stores/sessions.js'
import type { FastifyRequest } from 'fastify'
import { currentSession } from '../../flows/session/session.js'
import type { Registration } from '../request/registration.js'
import { single } from './query.js'

/**
 * What the form of the confirmation page carries, so that the next request is known to be from that page: another site
 * cannot read it, and it is good for this session only. `undefined` without a session.
 */
export async function confirmation (registration: Registration, request: FastifyRequest): Promise<string | undefined> {
  const session = await currentSession(registration.context, registration.requestContext(request))
  const [secret] = registration.context.config.sessionSecrets
  return session === undefined ? undefined : sign(secret!, laneOf(session.record)).toString('base64url')
}

/** Whether a form comes from the confirmation page of this session. */
export async function isConfirmed (registration: Registration, request: FastifyRequest,
  form: URLSearchParams): Promise<boolean> {
  const confirmation = single(form, 'confirmation')
  if (confirmation === undefined) return false
  const given = Buffer.from(confirmation, 'base64url')
  const session = await currentSession(registration.context, registration.requestContext(request))
  return session !== undefined && registration.context.config.sessionSecrets.some(secret => {
    const expected = sign(secret, laneOf(session.record))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

function sign (secret: string, sessionId: string): Buffer {
  return createHmac('sha256', secret).update(`logout confirmation|${sessionId}`).digest()
}
