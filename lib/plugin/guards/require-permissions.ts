import type { FastifyReply, FastifyRequest } from 'fastify'
import { AccessTokenError, ConfigurationError } from '../../errors.js'
import { permissionsOf, sessionPermissions } from '../../flows/api/permissions.js'
import { principalGuard } from './principal.js'
import { forbid } from './denial.js'
import { factory } from './factory.js'
import { PASS, type Guard } from './guard/guard.js'
import { denied } from './require-session.js'

/**
 * Guard of permissions (RBAC), all of them: `requirePermissions('read:orders', 'write:orders')`.
 * They are the `permissions` of the user's claims, else of the session's access token for the configured `audience`;
 * behind `requireToken` those of the caller's access token. 403 `insufficient_permissions` otherwise.
 */
export const requirePermissions = factory('requirePermissions', (...names: string[]): Guard => {
  if (names.length === 0 || names.some(name => typeof name !== 'string' || name === '')) {
    throw new ConfigurationError('requirePermissions',
      '"requirePermissions" takes the names of one or more permissions.')
  }
  return principalGuard(({ claims, session, request, reply, registration, requestContext }) => {
    const held = session === undefined
      ? permissionsOf(claims)
      : sessionPermissions(registration.context, requestContext, session.record)
    return held instanceof Promise
      ? held.then(found => decide(names, found, request, reply), error => withoutToken(error, request, reply))
      : decide(names, held, request, reply)
  })
})

function decide (names: readonly string[], held: readonly string[], request: FastifyRequest,
  reply: FastifyReply): Promise<void> {
  const missing = names.filter(name => !held.includes(name))
  return missing.length === 0
    ? PASS
    : forbid(request, reply, 'insufficient_permissions',
      `The user lacks a permission this needs: ${missing.join(', ')}.`)
}

/** The session can no longer get an access token: a new login can. */
function withoutToken (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof AccessTokenError && error.statusCode === 401) return denied(request, reply)
  throw error
}
