import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { logins } from '../../flows/lazy-flows.js'
import { safeReturnTo } from '../../flows/login/return-to.js'
import { noteSilentLogin, offerCookie, silentLoginTurn, useSilentLogin } from '../../flows/login/silent-login.js'
import { refuseSessions } from '../../flows/session/no-sessions.js'
import { currentSession } from '../../flows/session/session.js'
import { fillsWindow, isNavigation } from '../request/navigation.js'
import { registrationOf, type Registration } from '../request/registration.js'
import { targetInApp } from '../request/request-target.js'
import { ReplyHeaders, targetedCaching } from '../request/response-headers.js'
import { isPrefetch } from '../routes/prefetch.js'
import { reportFailure } from '../routes/report.js'
import { ended } from './denial.js'
import { PASS, type Guard } from './guard/guard.js'
import { hook } from './guard/make-guard.js'
import { recordOf } from './route-record.js'

/** A hook for public pages. The tenant asked is that of the scope the route is in. */
export const attemptSilentLogin: Guard = hook(config => {
  if (config.apiOnly) refuseSessions()
  if (config.routes.callback === undefined) {
    throw new ConfigurationError('routes.callback',
      '"fastify.auth0.attemptSilentLogin" needs the callback route, where a failed login ends quietly. Set ' +
        '"routes.callback", or leave "mountRoutes" on.')
  }
  useSilentLogin(config)
}, (guardRequest, guardReply) => {
  const [request, reply] = [guardRequest as FastifyRequest, guardReply as FastifyReply]
  if (!isPage(request) || recordOf(request).own) return PASS
  const registration = registrationOf(request)
  const { context } = registration
  const { jar } = registration.requestContext(request)
  switch (silentLoginTurn(context, jar, request.url)) {
    case 'pass':
      return PASS
    case 'offer-cookie':
      jar.beforeSend(() => {
        if (isShared(reply)) return
        reply.header('cache-control', 'private, no-store')
        offerCookie(context, jar)
      })
      return PASS
    case 'try':
      return attempt(registration, request, reply)
  }
})

/** Whether a person's browser asks for a page that is there, to show it in its window. */
function isPage (request: FastifyRequest): boolean {
  return request.method === 'GET' && isNavigation(request) && fillsWindow(request) &&
    !request.is404 && !isPrefetch(request)
}

/** A page that shared caches may give to anybody sets no cookie. */
function isShared (reply: FastifyReply): boolean {
  const headers = new ReplyHeaders(reply)
  const declared = String(headers.get('cache-control') ?? '')
  return targetedCaching(headers).length > 0 || /\bs-maxage=[1-9]/i.test(declared) ||
    (/\bpublic\b/i.test(declared) && !/\bmax-age=0\b/i.test(declared))
}

/** A page that is public is shown whatever goes wrong here; that is reported. */
async function attempt (registration: Registration, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { context } = registration
  const requestContext = registration.requestContext(request)
  if (!requestContext.jar.writable) return
  try {
    if (await currentSession(context, requestContext) !== undefined) return
    const base = requestContext.appBase()
    const page = targetInApp(request, base)
    // The user must come back to this very page.
    if ((safeReturnTo(page, base)?.length ?? 0) < page.length) return
    const { startInteractiveLogin } = await logins()
    noteSilentLogin(context, requestContext.jar)
    const url = await startInteractiveLogin(context, requestContext, {
      returnTo: page,
      authorizationParams: { prompt: 'none' }
    }, { silent: true })
    reply.header('cache-control', 'no-store')
    await ended(reply.redirect(url.href, 302))
  } catch (error) {
    reportFailure(context, request, error)
  }
}
