import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../errors.js'
import { appPath, routePath } from '../../flows/app-path.js'
import { landingOfLink } from '../../flows/logout/landing.js'
import type { Registration } from '../request/registration.js'
import { isNavigation } from '../request/navigation.js'
import { answerPage, confirmLogoutPage } from './error-page.js'
import { textsFor } from './page-texts.js'
import { confirmation, isConfirmed } from './logout-confirmation.js'
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
        return isNavigation(request)
          ? await askFirst(registration, request, reply, queryOf(request))
          : refuseLogout(registration, request)
      }
    },
    {
      method: 'POST',
      path,
      accepts: 'any',
      async handler (request, reply) {
        const form = request.body instanceof URLSearchParams ? request.body : queryOf(request)
        if (isSameOrigin(appBases, request) || await isConfirmed(registration, request, form)) {
          return await logOut(registration, request, reply, form)
        }
        return isOfUnknownOrigin(request)
          ? await askFirst(registration, request, reply, form)
          : refuseLogout(registration, request)
      }
    }
  ]
}

/**
 * Whether a browser says neither by `Sec-Fetch-Site` nor by `Origin` which site a form is from: an old one, or one on
 * plain http, from a page that sends no referrer, as the plugin's own pages do.
 */
function isOfUnknownOrigin ({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === undefined && headers.origin === 'null'
}

async function logOut (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  params: URLSearchParams): Promise<FastifyReply> {
  try {
    const returnTo = placeOf(registration, request, params)
    const url = await registration.client(request).logout({ returnTo, federated: params.has('federated') })
    if (!isNavigation(request) && request.headers.accept?.includes('application/json') === true) {
      return reply.send({ logoutUrl: url.href })
    }
    return reply.redirect(url.href, request.method === 'POST' ? 303 : 302)
  } catch (error) {
    reportFailure(registration.context, request, error, 'logout')
    throw error
  }
}

/** A link may name a place of the application only; another one is logged and left. */
function placeOf (registration: Registration, request: FastifyRequest, params: URLSearchParams): string | undefined {
  const asked = single(params, 'returnTo')
  if (asked === undefined) return undefined
  const place = landingOfLink(asked, registration.requestContext(request).appBase())
  if (place === undefined) {
    request.log.info({ auth0: { type: 'logout', reason: 'return_to' } },
      'auth0 logout: the place to return to is no place of this application')
  }
  return place
}

async function askFirst (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  params: URLSearchParams): Promise<FastifyReply> {
  const { config } = registration.context
  const base = registration.requestContext(request).appBase()
  const fields: Record<string, string> = {}
  const returnTo = single(params, 'returnTo')
  const token = await confirmation(registration, request)
  if (returnTo !== undefined) fields.returnTo = returnTo
  if (params.has('federated')) fields.federated = ''
  if (token !== undefined) fields.confirmation = token
  const action = routePath(base, config, 'logout')!
  // The form must name its origin: without a session there is no other sign that it comes from this page.
  reply.header('referrer-policy', 'same-origin')
  return answerPage(reply, 403, confirmLogoutPage(textsFor(config, request), action, appPath(base, '/'), fields))
}

function refuseLogout (registration: Registration, request: FastifyRequest): never {
  const error = new ForbiddenError('cross_site_request', 'Another site cannot log the user out.')
  reportFailure(registration.context, request, error, 'logout')
  throw error
}
