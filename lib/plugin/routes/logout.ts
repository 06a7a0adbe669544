import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../errors.js'
import type { Registration } from '../request/registration.js'
import { isNavigation } from '../guards/unauthenticated.js'
import { confirmLogoutPage } from './error-page.js'
import type { Route, RouteSetup } from './route.js'
import { answerPrefetch, isPrefetch } from './prefetch.js'
import { queryOf, single } from './query.js'
import { reportFailure } from './report.js'
import { isOwnNavigation, isSameOrigin } from './same-origin.js'

/** `GET` and `POST /auth/logout`: neither can be set off by another site. */
export function logoutRoutes ({ registration }: RouteSetup): Route[] {
  const path = registration.context.config.routes.logout
  const { appBases } = registration.context.config
  return [
    {
      method: 'GET',
      path,
      async handler (request, reply) {
        if (isPrefetch(request)) return answerPrefetch(reply)
        if (isOwnNavigation(appBases, request)) return await logOut(registration, request, reply, queryOf(request))
        return isNavigation(request) ? askFirst(registration, request, reply) : refuseLogout(registration, request)
      }
    },
    {
      method: 'POST',
      path,
      accepts: 'form',
      async handler (request, reply) {
        if (!isSameOrigin(appBases, request)) return refuseLogout(registration, request)
        const form = request.body instanceof URLSearchParams ? request.body : queryOf(request)
        return await logOut(registration, request, reply, form)
      }
    }
  ]
}

async function logOut (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  params: URLSearchParams): Promise<FastifyReply> {
  const returnTo = single(params, 'returnTo')
  try {
    const url = await registration.client(request).logout({
      ...(returnTo !== undefined && { returnTo }),
      federated: params.has('federated')
    })
    if (!isNavigation(request) && request.headers.accept?.includes('application/json') === true) {
      return reply.send({ logoutUrl: url.href })
    }
    return reply.redirect(url.href, request.method === 'POST' ? 303 : 302)
  } catch (error) {
    reportFailure(registration.context, request, error, 'logout')
    throw error
  }
}

function askFirst (registration: Registration, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { config } = registration.context
  const { basePath } = registration.requestContext(request).appBase()
  const { page, policy } = confirmLogoutPage(basePath + config.prefix + config.routes.logout!, `${basePath}/`)
  return reply.code(403).header('content-security-policy', policy).type('text/html; charset=utf-8').send(page)
}

function refuseLogout (registration: Registration, request: FastifyRequest): never {
  const error = new ForbiddenError('cross_site_request', 'Another site cannot log the user out.')
  reportFailure(registration.context, request, error, 'logout')
  throw error
}
