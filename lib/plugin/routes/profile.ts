import { currentSession } from '../../flows/session/session.js'
import { publicUser } from '../../flows/session/view.js'
import type { Route, RouteSetup } from './route.js'

/** `GET /auth/profile` (opt-in): the user's claims as JSON without `act`, or 401. */
export function profileRoute ({ registration }: RouteSetup): Route[] {
  const { context } = registration
  return [{
    method: 'GET',
    path: context.config.routes.profile,
    safe: true,
    async handler (request, reply) {
      const read = await currentSession(context, registration.requestContext(request))
      return read === undefined
        ? reply.code(401).send({
          statusCode: 401,
          code: 'login_required',
          error: 'Unauthorized',
          message: 'Please log in.'
        })
        : reply.send(publicUser(read.record))
    }
  }]
}
