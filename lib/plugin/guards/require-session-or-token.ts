import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseSessions } from '../../flows/session/no-sessions.js'
import type { AccessTokenDemands } from '../../../types/guards.js'
import { factory } from './factory.js'
import { PASS, type Guard } from './guard/guard.js'
import { guard } from './guard/make-guard.js'
import { requireSession } from './require-session.js'
import { isOfBrowser } from './token/credentials.js'
import { anonymous, requireToken } from './token/require-token.js'
import { checkAudience, isForeign, refuseForeign, resourceOf } from './token/resource.js'
import { registrationOf } from '../request/registration.js'
import { checkTokenDemands } from './token/token-demands.js'

/**
 * Guard of what pages and API clients share: an `Authorization` header must hold a good access token, unless a browser
 * sent it for a server in front. Without one the session counts, if there is one where the token is `optional`. Behind
 * it, `requireClaims` and its like ask whichever of the two it was.
 */
export const requireSessionOrToken = factory('requireSessionOrToken', (given: AccessTokenDemands = {}): Guard => {
  const demands = checkTokenDemands(given)
  const withToken = requireToken(demands)
  return guard({
    security: [...anonymous(demands), { session: [] }, { bearer: [] }, { openIdConnect: demands.scopes ?? [] }],
    checkSetup: config => {
      if (config.apiOnly) refuseSessions()
      checkAudience(config, demands)
    }
  }, (guardRequest, reply) => {
    const request = guardRequest as FastifyRequest
    const { authorization } = request.headers
    if (authorization === undefined ? demands.optional === true : !isOfBrowser(authorization)) {
      return withToken(request, reply)
    }
    const resource = resourceOf(registrationOf(request).context.config, demands)
    if (resource !== undefined && isForeign(resource, request)) return refuseForeign(request, reply as FastifyReply)
    return demands.optional === true ? PASS : requireSession(request, reply)
  })
})
