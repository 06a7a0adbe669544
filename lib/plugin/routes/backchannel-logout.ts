import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Auth0Error } from '../../errors.js'
import type { Route, RouteSetup } from './route.js'
import { reportFailure } from './report.js'

/** `POST /auth/backchannel-logout`: Auth0 tells that a session is over. Takes the form Auth0 sends, and JSON. */
export function backchannelLogoutRoute ({ registration, instance }: RouteSetup): Route[] {
  const { context } = registration
  return [{
    method: 'POST',
    path: context.config.routes.backchannelLogout,
    accepts: 'form+json',
    async handler (request, reply) {
      try {
        const server = await registration.requestContext(request).server()
        await instance.handleBackchannelLogout(tokenOf(request), { domain: server.issuer })
        return reply.code(200).send()
      } catch (error) {
        reportFailure(context, request, error, 'backchannel_logout')
        return answer(error, reply)
      }
    }
  }]
}

function tokenOf (request: FastifyRequest): string {
  const { body } = request
  if (body instanceof URLSearchParams) {
    const tokens = body.getAll('logout_token')
    return tokens.length === 1 ? tokens[0]! : ''
  }
  const token = (body as { logout_token?: unknown } | null | undefined)?.logout_token
  return typeof token === 'string' ? token : ''
}

/** @see OpenID Connect Back-Channel Logout section 2.8 */
function answer (error: unknown, reply: FastifyReply): FastifyReply {
  const { statusCode = 500 } = error as Partial<Auth0Error>
  return statusCode < 500
    ? reply.code(400).send({ error: 'invalid_request', error_description: 'The logout token was refused.' })
    : reply.code(statusCode).send({
      error: 'temporarily_unavailable',
      error_description: 'The logout could not be carried out. Please send it again.'
    })
}
