import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PluginContext } from '../../flows/context.js'
import { pathAfterLogin } from '../../flows/login/return-to.js'
import type { OnUnauthenticated } from '../../../types/options.js'
import { requestTarget } from '../request/request-target.js'
import { appBaseOf } from '../request/request-context.js'
import { answerDenied, ended } from './denial.js'

/** Whether a person waits for a page, rather than a script for data. */
export function isNavigation (request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const mode = request.headers['sec-fetch-mode']
  return mode === undefined ? request.headers.accept?.includes('text/html') === true : mode === 'navigate'
}

/** The path of the login route that leads back to `returnTo`; `undefined` without a login route. */
export function loginPath (context: PluginContext, request: FastifyRequest, returnTo?: string): string | undefined {
  const { config } = context
  if (config.routes.login === undefined) return undefined
  const base = appBaseOf(config.appBases, request)
  const login = base.basePath + config.prefix + config.routes.login
  const path = returnTo === undefined ? undefined : pathAfterLogin(`/${returnTo.replace(/^[/\\]+/, '')}`, base, config)
  return path === undefined ? login : `${login}?returnTo=${encodeURIComponent(path.slice(base.basePath.length))}`
}

/** Answers a request that has no session: to the login for a person, 401 for a script, or as the options say. */
export function answerUnauthenticated (context: PluginContext, request: FastifyRequest, reply: FastifyReply,
  how: OnUnauthenticated): Promise<void> {
  reply.header('cache-control', 'no-store')
  if (typeof how === 'function') return custom(how, request, reply)
  const navigation = isNavigation(request)
  if (how.startsWith('/')) {
    if (navigation) return ended(reply.redirect(appBaseOf(context.config.appBases, request).basePath + how, 302))
  } else if (how === 'login' ? request.method === 'GET' || request.method === 'HEAD' : how === 'auto' && navigation) {
    const login = loginPath(context, request, requestTarget(request.url))
    if (login !== undefined) return ended(reply.redirect(login, 302))
  }
  const loginUrl = loginPath(context, request)
  return answerDenied(reply, 401, 'login_required', 'Please log in.', loginUrl === undefined ? {} : { loginUrl })
}

/**
 * The application's own answer; if it sends nothing, its return value is the payload, so that nothing slips through.
 */
async function custom (how: Extract<OnUnauthenticated, (...args: never[]) => unknown>, request: FastifyRequest,
  reply: FastifyReply): Promise<void> {
  const payload = await how(request, reply)
  if (!reply.sent && payload !== reply) {
    if (reply.statusCode === 200) reply.code(401)
    reply.send(payload)
  }
  await ended(reply)
}
