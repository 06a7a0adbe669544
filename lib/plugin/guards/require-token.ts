import type { FastifyReply, FastifyRequest } from 'fastify'
import { Auth0Error, ConfigurationError, ForbiddenError, TokenValidationError } from '../../errors.js'
import { verifyAccessToken, type AccessTokenDemands } from '../../flows/access-token-check.js'
import { registrationOf } from '../slots.js'
import { ended, factory, refuseRequest, type Guard } from './guard.js'
import { passesAnyway } from './route-config.js'

const REALM = 'Bearer realm="api"'

/**
 * Guard of an API: an access token in the `Authorization` header, for this API, with these scopes and permissions.
 * `request.auth0.token` then holds its claims.
 * @see RFC 6750 section 3, RFC 9068 section 4
 */
export const requireToken = factory((demands: AccessTokenDemands = {}): Guard => {
  refuseRequest('requireToken', [demands])
  return async (guardRequest, guardReply) => {
    const request = guardRequest as FastifyRequest
    const { context, visit } = bound(request)
    const audience = demands.audience ?? context.config.api.audience ?? context.config.audience
    if (audience === undefined) throw new ConfigurationError('api.audience', 'A guard for access tokens needs the API\'s identifier: set "api.audience", or give the guard an "audience".')
    const credentials = bearer(request.headers.authorization)
    if (credentials === undefined) return await refuse(request, guardReply as FastifyReply, 401, 'missing_token', 'This API wants an access token.', REALM)
    try {
      visit.token = await verifyAccessToken(context, visit, credentials, { ...demands, audience })
    } catch (error) {
      return await answer(error, request, guardReply as FastifyReply, demands)
    }
  }
})

function bound (request: FastifyRequest) {
  const registration = registrationOf(request)
  return { context: registration.context, visit: registration.visit(request) }
}

/** The token of an `Authorization` header; `undefined` when there is none that says `Bearer`. @see RFC 6750 section 2.1 */
function bearer (header: string | undefined): string | undefined {
  if (header === undefined || header.length < 8 || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
  return header.slice(7).trim()
}

async function answer (error: unknown, request: FastifyRequest, reply: FastifyReply, demands: AccessTokenDemands): Promise<void> {
  if (error instanceof ForbiddenError) {
    const scope = demands.scopes === undefined || demands.scopes.length === 0 ? '' : `, scope="${demands.scopes.join(' ')}"`
    return await refuse(request, reply, 403, error.code, error.message, `${REALM}, error="insufficient_scope", error_description="The token does not allow this"${scope}`)
  }
  if (!(error instanceof TokenValidationError)) throw error
  const description = error.message.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ').slice(0, 200)
  await refuse(request, reply, 401, 'invalid_token', error.message, `${REALM}, error="invalid_token", error_description="${description}"`, error)
}

async function refuse (request: FastifyRequest, reply: FastifyReply, statusCode: 401 | 403, code: string, message: string, challenge: string, error?: Auth0Error): Promise<void> {
  if (passesAnyway(request)) return
  const { context } = registrationOf(request)
  context.emit({ type: 'denied', outcome: 'failure', reason: code, blame: 'user', requestId: request.id }, request.log, error)
  reply.headers({ 'cache-control': 'no-store', 'www-authenticate': challenge })
  await ended(reply.code(statusCode).type('application/json; charset=utf-8').send({ statusCode, code, error: statusCode === 401 ? 'Unauthorized' : 'Forbidden', message }))
}
