import type { FastifyReply, FastifyRequest } from 'fastify'
import { appPath, type AppPath } from '../../flows/app-path.js'
import type { Config } from '../../flows/config.js'
import type { PluginContext } from '../../flows/context.js'
import type { OnUnauthenticated } from '../../../types/options.js'
import { hookAnswer } from '../request/hook-answer.js'
import { targetInApp } from '../request/request-target.js'
import { closeToCaches } from '../request/response-headers.js'
import { appBaseOf } from '../request/request-context.js'
import { answerPage, formNotSavedPage, notBoundPage } from '../routes/error-page.js'
import { textsFor } from '../routes/page-texts.js'
import { answerDenied, ended } from './denial.js'
import { comeAgain, comesWithoutProof } from '../request/come-again.js'
import { requestState } from '../request/request-state.js'
import { isFormPost, isNavigation } from '../request/navigation.js'
import { loginBack, loginForForm, loginPath, waysOn } from '../request/ways-on.js'

/**
 * Answers a request that has no session. A person goes to the login, a person who has sent a form gets a page, a script
 * gets 401, unless the options say otherwise.
 */
export function answerUnauthenticated (context: PluginContext, request: FastifyRequest, reply: FastifyReply,
  how: OnUnauthenticated): Promise<void> {
  if (typeof how === 'function') return custom(how, request, reply)
  // A cached redirect to the login would be there after the login as well.
  closeToCaches(reply)
  const forDevice = how === '401' ? undefined : answerForDevice(context, request, reply)
  if (forDevice !== undefined) return forDevice
  const navigation = isNavigation(request)
  const place = how.startsWith('/') ? loginPage(context, request, how) : undefined
  if (how !== '401' && isFormPost(request)) {
    const login = place ?? loginForForm(context, request)
    return answerForm(context, request, reply, login, { code: 'login_required', reason: 'Your session has ended.' })
  }
  if (place !== undefined && navigation) return ended(reply.redirect(place, 302))
  if (how === 'login' ? request.method === 'GET' || request.method === 'HEAD' : how !== '401' && navigation) {
    const login = loginBack(context, request)
    if (login !== undefined) return ended(reply.redirect(login, 302))
  }
  return answerDenied(reply, 401, 'login_required', 'Please log in.', { loginUrl: loginPath(context, request) })
}

/** Registrations whose guarded login page was reported. */
const told = new WeakSet<Config>()

/**
 * The page where the visitor is asked to log in, with what headers cannot hold encoded; `undefined` when it is what the
 * visitor asks for: then it has a guard itself, and would never be shown.
 */
function loginPage ({ config }: PluginContext, request: FastifyRequest, path: string): AppPath | undefined {
  const base = appBaseOf(config.appBases, request)
  const { pathname, search, hash } = new URL(base.origin + appPath(base, path))
  if (new URL(base.origin + appPath(base, targetInApp(request, base))).pathname !== pathname) {
    return pathname + search + hash as AppPath
  }
  if (isNavigation(request) && !told.has(config)) {
    told.add(config)
    request.log.warn({ auth0: { type: 'warning', reason: 'login_page_guarded' } }, 'auth0 warning: the page of ' +
      '"onUnauthenticated" has a guard, so the visitor goes straight to the login. Let that page be a public one.')
  }
  return undefined
}

/** A form cannot be taken to the login and back: a page says that it was not saved. */
export function answerForm (context: PluginContext, request: FastifyRequest, reply: FastifyReply,
  login: string | undefined, why: { code: string, reason: string }): Promise<void> {
  const { home } = waysOn(context, request)
  const page = formNotSavedPage(textsFor(context.config, request), { ...why, login, home })
  return ended(answerPage(reply, 401, page))
}

/**
 * The application's own answer. If it sends nothing, its return value is the payload, so that no request passes.
 */
async function custom (how: Extract<OnUnauthenticated, (...args: never[]) => unknown>, request: FastifyRequest,
  reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store')
  const { answered, payload } = await hookAnswer(reply, () => how(request, reply))
  if (!answered) {
    if (reply.statusCode === 200) reply.code(401)
    reply.send(payload)
  }
  await ended(reply)
}

/**
 * The answer to a person whose session was refused because of a device; `undefined` where the usual answer is right:
 * for scripts, and for copies of a session that is bound to another device.
 */
function answerForDevice (context: PluginContext, request: FastifyRequest,
  reply: FastifyReply): Promise<void> | undefined {
  const { jar } = requestState(request)
  const refused = jar && context.sessions.device?.refused(jar)
  if (jar === undefined || refused === undefined) return undefined
  if (refused.reason === 'not_bound') {
    if (!isNavigation(request) && !isFormPost(request)) return undefined
    const login = loginPath(context, request)
    const { home } = waysOn(context, request)
    return ended(answerPage(reply, 401, notBoundPage(textsFor(context.config, request), { login, home })))
  }
  return comesWithoutProof(context, request, jar) ? ended(comeAgain(context, request, reply, jar)) : undefined
}
