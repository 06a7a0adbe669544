import type { FastifyReply, FastifyRequest } from 'fastify'
import { isSafe } from '../request/navigation.js'
import { registrationOf } from '../request/registration.js'
import { isSameOrigin } from '../routes/same-origin.js'
import { forbid } from './denial.js'
import { PASS, type Guard } from './guard/guard.js'
import { guard, nameGuard } from './guard/make-guard.js'

/** Whether a request opens a WebSocket; other upgrades, such as to HTTP/2, are ordinary requests. */
export function isWebSocketHandshake ({ headers }: FastifyRequest): boolean {
  return headers.upgrade !== undefined && /\bwebsocket\b/i.test(headers.upgrade)
}

/**
 * Lets a request that changes something pass only if the application's own pages made it (`Sec-Fetch-Site`, else
 * `Origin`).
 * For routes that act on the session's cookie; what came with a verified access token passes. WebSocket handshakes are
 * asked too.
 */
export const requireSameOrigin: Guard = nameGuard(guard({}, (guardRequest, guardReply) => {
  const request = guardRequest as FastifyRequest
  if (isSafe(request) && !isWebSocketHandshake(request)) return PASS
  const registration = registrationOf(request)
  if (registration.requestContext(request).bearerToken !== undefined ||
    isSameOrigin(registration.context.config.appBases, request)) return PASS
  return forbid(request, guardReply as FastifyReply, 'cross_site_request', 'Another site cannot do this for the user.')
}), 'requireSameOrigin')
