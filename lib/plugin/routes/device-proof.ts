import type { PluginContext, RequestContext } from '../../flows/context.js'
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
    return await isRefused(context, requestContext) && comesWithoutProof(context, request, requestContext.jar)
      ? comeAgain(context, request, reply, requestContext.jar)
      : await handler(request, reply)
  }
}

/**
 * Whether the request opens no session. A store that cannot be asked refuses none: the route asks it, too, and fails as
 * it would where sessions are not bound to devices.
 */
async function isRefused (context: PluginContext, request: RequestContext): Promise<boolean> {
  try {
    return await currentSession(context, request) === undefined
  } catch {
    return false
  }
}
