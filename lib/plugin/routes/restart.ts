import type { FastifyReply, FastifyRequest } from 'fastify'
import { helperCookie } from '../../flows/helper-cookie.js'
import { isPopup, isRestarted } from '../../flows/login/login-loop.js'
import { isNavigation } from '../request/navigation.js'
import { loginAgain, loginPath } from '../request/ways-on.js'
import type { Registration } from '../request/registration.js'
import { protocolOf } from '../request/request-context.js'

/** In the query of the login route: this login begins anew, and does so only once. */
export const RESTARTED = 'restarted'

/** Seconds in which a second missing transaction is told instead of tried again. */
const RESTART_ONCE = 120

/**
 * Starts the login again whose callback came without a transaction; `undefined` where that was done already.
 * The `state` of the new login says so, as a browser that keeps no cookies forgets everything else.
 */
export function restartLogin (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  { state, returnTo }: { state: string | null, returnTo: string | undefined }): FastifyReply | undefined {
  const { jar } = registration.requestContext(request)
  const { name, attributes } = helperCookie(registration.context, jar, 'a0_restart')
  const before = isRestarted(state) || jar.get(name) !== undefined
  const { context } = registration
  const login = returnTo === undefined ? loginPath(context, request) : loginAgain(context, request, returnTo)
  if (before || login === undefined || !isNavigation(request)) {
    forgetRestart(registration, request)
    return undefined
  }
  jar.set(name, '1', { ...attributes, maxAge: RESTART_ONCE })
  request.log.info({ auth0: { type: 'login', reason: 'restarted' } },
    'auth0 login: the transaction is missing, the login starts again')
  const marks = isPopup(state) ? `display=popup&${RESTARTED}=1` : `${RESTARTED}=1`
  return reply.redirect(`${login}${returnTo === undefined ? '?' : '&'}${marks}`, 302)
}

/** A finished login forgets what was tried before. */
export function forgetRestart (registration: Registration, request: FastifyRequest): void {
  const { jar } = registration.requestContext(request)
  const { name, attributes } = helperCookie(registration.context, jar, 'a0_restart')
  if (jar.get(name) !== undefined) jar.clear(name, attributes)
}

/** What a developer or a user can do about a missing transaction. */
export function likelyCause (registration: Registration, request: FastifyRequest): string {
  const base = registration.requestContext(request).appBase()
  const origin = `${protocolOf(request)}://${request.host}`
  if (request.raw.headers.cookie === undefined) {
    return 'The browser sent no cookies, so this login cannot be matched with its start. Please allow cookies for ' +
      'this site and try again.'
  }
  if (origin !== base.origin) {
    return `The login came back to "${origin}", but the application says it is at "${base.origin}". If the ` +
      'application is behind a proxy, set Fastify\'s "trustProxy"; else start at the right address.'
  }
  return 'This login was not started in this browser, was finished already, or took too long. Please try again.'
}
