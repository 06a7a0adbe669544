import type { FastifyReply, FastifyRequest } from 'fastify'
import { currentSession } from '../../flows/session/session.js'
import { publicUser } from '../../flows/session/view.js'
import { absoluteEnd } from '../../stores/lifetime.js'
import type { Registration } from '../request/registration.js'
import { waysOn } from '../request/ways-on.js'
import { answerPrefetch, isPrefetch } from './prefetch.js'
import { queryOf, single } from './query.js'
import type { Route, RouteSetup } from './route.js'
import { isForeignRead } from './same-origin.js'

/**
 * `GET /auth/session` (opt-in): who is logged in and for how many seconds more, for a browser application.
 * With `touch=false` it prolongs nothing, so that polling keeps nobody logged in.
 */
export function sessionRoute ({ registration }: RouteSetup): Route[] {
  return [{
    method: 'GET',
    path: registration.context.config.routes.session,
    async handler (request, reply) {
      if (isPrefetch(request)) return answerPrefetch(reply)
      if (isForeignRead(registration.context.config.appBases, request)) return refuseForeign(reply)
      return await describeSession(registration, request)
    }
  }]
}

async function describeSession (registration: Registration, request: FastifyRequest): Promise<object> {
  const { context } = registration
  const { login, logout } = waysOn(context, request)
  const touch = single(queryOf(request), 'touch') !== 'false'
  const read = await currentSession(context, registration.requestContext(request), { touch })
  if (read === undefined) return { authenticated: false, ...(login !== undefined && { loginUrl: login }) }
  const now = context.now()
  return {
    authenticated: true,
    user: publicUser(read.record),
    expiresIn: Math.max(0, Math.floor(read.expiresAt - now)),
    absoluteExpiresIn: Math.max(0, Math.floor(absoluteEnd(read.record, context.config.lifetime) - now)),
    ...(logout !== undefined && { logoutUrl: logout })
  }
}

/** JSON also for a navigation: nobody looks at this address. */
function refuseForeign (reply: FastifyReply): FastifyReply {
  return reply.code(403).send({
    statusCode: 403,
    code: 'cross_site_request',
    error: 'Forbidden',
    message: 'Only pages of this application can read the session.'
  })
}
