import { currentSession } from '../../flows/session/session.js'
import { comeAgain, comesWithoutProof } from '../request/come-again.js'
import type { Registration } from '../request/registration.js'
import type { Route } from './route.js'

/**
 * A route that a tenant sends people to, and that is about the session they have: the device proves itself first.
 */
export function withDeviceProof (registration: Registration, { method, handler }: Route): Route['handler'] {
  const { context } = registration
  if (context.sessions.device === undefined || method !== 'GET') return handler
  return async (request, reply) => {
    const requestContext = registration.requestContext(request)
    const session = await currentSession(context, requestContext)
    return session === undefined && comesWithoutProof(context, request, requestContext.jar)
      ? comeAgain(context, request, reply, requestContext.jar)
      : await handler(request, reply)
  }
}
