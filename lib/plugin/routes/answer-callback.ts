import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, MissingTransactionError } from '../../errors.js'
import { noteFailure, trace } from '../../base/trace.js'
import {
  callbackMessage, callbacks, postpone, receiveCallback, receivePosted, type Callback
} from '../../flows/login/callback.js'
import { routePath } from '../../flows/app-path.js'
import { finishLogin } from '../../flows/login/complete-login.js'
import { isPopup } from '../../flows/login/login-loop.js'
import { home } from '../../flows/login/return-to.js'
import { connectedAccounts, enterpriseLogin } from '../../flows/lazy-flows.js'
import { isSilent, placeOfSilent } from '../../flows/login/silent-login.js'
import { isState } from '../../stores/transactions/transaction-states.js'
import { currentSession } from '../../flows/session/session.js'
import type { Auth0Options } from '../../../types/options.js'
import { hookAnswer } from '../request/hook-answer.js'
import { loginAgain } from '../request/ways-on.js'
import type { Registration } from '../request/registration.js'
import type { CallbackTrace } from '../../../types/telemetry.js'
import { answerFailure } from './answer-error.js'
import { answerPopup, loggedInPage } from './popup-page.js'
import { textsFor } from './page-texts.js'
import { reportFailure } from './report.js'
import { forgetRestart, likelyCause, restartLogin } from './restart.js'

/** Answers that a login without a page (`prompt=none`) expects. */
const QUIET = new Set(['login_required', 'interaction_required', 'consent_required', 'account_selection_required'])
/** How a callback comes; `resumed` is the GET that follows a form post. */
type Mode = 'query' | 'form_post' | 'resumed'
/** Marks the GET that follows a form post, where the session's cookie is sent again. */
const RESUMED = 'resumed'

/** Answers a callback by query, or the GET that follows one by form. */
export async function answerQuery (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  query: URLSearchParams): Promise<FastifyReply> {
  return query.get(RESUMED) === '1' && !query.has('code') && !query.has('error')
    ? await complete(registration, request, reply, query, 'resumed')
    : await complete(registration, request, reply, query, 'query')
}

/** A failure is answered here, so it must be noted in the message of the trace. */
export async function complete (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  params: URLSearchParams, mode: Mode, message?: CallbackTrace): Promise<FastifyReply> {
  const { context } = registration
  if (message === undefined && callbacks.hasSubscribers) {
    const told = callbackMessage(context)
    return await trace(callbacks, told, () => complete(registration, request, reply, params, mode, told))
  }
  const requestContext = registration.requestContext(request)
  let callback: Callback | undefined
  try {
    callback = mode === 'resumed'
      ? await receivePosted(context, requestContext, params.get('state'))
      : await receiveCallback(context, requestContext, params, mode)
    const { refusal, transaction: { silent, popup, returnTo } } = callback
    if (refusal !== undefined && silent === true && popup !== true && QUIET.has(refusal.code)) {
      noteFailure(message, refusal)
      reportFailure(context, request, refusal)
      return go(reply, mode, returnTo ?? home(requestContext))
    }
    const later = mode === 'form_post' ? await postpone(context, requestContext, callback) : undefined
    if (later !== undefined) return go(reply, mode, resumedPath(registration, request, later))
    if (callback.transaction.kind === 'enterprise' && context.config.onEnterpriseLogin !== undefined) {
      return await handOver(context.config.onEnterpriseLogin, registration, request, reply, callback, mode)
    }
    const done = callback.transaction.kind === 'connect'
      ? await (await connectedAccounts()).finishConnectAccount(context, requestContext, callback)
      : await finishLogin(context, requestContext, callback)
    forgetRestart(registration, request)
    const place = done.returnTo ?? home(requestContext)
    return popup === true ? closePopup(registration, request, reply, place) : go(reply, mode, place)
  } catch (error) {
    noteFailure(message, error)
    const state = params.get('state')
    if (isSilent(state)) {
      reportFailure(context, request, error)
      return go(reply, mode, callback?.transaction.returnTo ?? placeOfSilent(context, requestContext, state))
    }
    if (error instanceof MissingTransactionError) {
      return mode !== 'form_post'
        ? await withoutTransaction(registration, request, reply, params.get('state'))
        : go(reply, mode, resumedPath(registration, request, params.get('state')))
    }
    reportFailure(context, request, error)
    return await fail(registration, request, reply, error, callback?.transaction)
  }
}

/** A login that keeps no session is the application's from here on. */
async function handOver (receive: NonNullable<Auth0Options['onEnterpriseLogin']>, registration: Registration,
  request: FastifyRequest, reply: FastifyReply, callback: Callback,
  mode: Mode): Promise<FastifyReply> {
  const requestContext = registration.requestContext(request)
  const { finishEnterpriseLogin } = await enterpriseLogin()
  const login = await finishEnterpriseLogin(registration.context, requestContext, callback)
  forgetRestart(registration, request)
  const { answered, payload } = await hookAnswer(reply, () => receive(login, request, reply))
  if (answered) return reply
  return payload === undefined ? go(reply, mode, login.returnTo ?? home(requestContext)) : reply.send(payload)
}

/** The last page of a login in a popup. */
function closePopup (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  next: string): FastifyReply {
  if (reply.sent) return reply
  const { origin } = registration.requestContext(request).appBase()
  return answerPopup(reply, 200, loggedInPage(textsFor(registration.context.config, request), origin, next))
}

/** Only with 303 does a browser not repeat a form post for a redirect. */
function go (reply: FastifyReply, mode: Mode, to: string): FastifyReply {
  // A handler that was too slow has been answered already; Fastify would log the callback's URL, code and all.
  return reply.sent ? reply : reply.redirect(to, mode === 'form_post' ? 303 : 302)
}

/**
 * The transaction is gone: by a reload, the back button, a parked page, or a callback that came twice. With a session,
 * the user goes on. Without one, the login starts again by itself, once; after that, a page tells the likely cause.
 */
async function withoutTransaction (registration: Registration, request: FastifyRequest, reply: FastifyReply,
  state: string | null): Promise<FastifyReply> {
  const { context } = registration
  const requestContext = registration.requestContext(request)
  const returnTo = context.takenLogins.returnTo(state)
  let isLoggedIn: boolean
  try {
    isLoggedIn = await currentSession(context, requestContext) !== undefined
  } catch (error) {
    reportFailure(context, request, error)
    return await fail(registration, request, reply, error, { popup: isPopup(state), returnTo })
  }
  if (isLoggedIn) {
    const place = returnTo ?? home(requestContext)
    return isPopup(state) ? closePopup(registration, request, reply, place) : go(reply, 'query', place)
  }
  // The application may keep a session of its own: its page knows.
  if (context.takenLogins.has(state) && context.config.onEnterpriseLogin !== undefined) {
    return go(reply, 'query', returnTo ?? home(requestContext))
  }
  const restarted = restartLogin(registration, request, reply, { state, returnTo })
  if (restarted !== undefined) return restarted
  const error = new MissingTransactionError(likelyCause(registration, request))
  reportFailure(context, request, error)
  return await fail(registration, request, reply, error, { popup: isPopup(state), returnTo })
}

/** What is known of a login that failed. */
interface Begun {
  kind?: string
  returnTo?: string | undefined
  organization?: string | undefined
  popup?: boolean
}

async function fail (registration: Registration, request: FastifyRequest, reply: FastifyReply, error: unknown,
  begun: Begun = {}): Promise<FastifyReply> {
  const { context } = registration
  const { onCallbackError } = context.config
  const { kind, returnTo, organization, popup = false } = begun
  const login = loginAgain(context, request, returnTo)
  const same = (organization === undefined ? '' : `&organization=${encodeURIComponent(organization)}`) +
    (popup ? '&display=popup' : '')
  return await answerFailure(context, error, request, reply, {
    popup,
    // Who connects an account is logged in.
    retry: kind === 'connect' ? returnTo ?? home(registration.requestContext(request)) : login && login + same,
    hook: onCallbackError,
    status: onCallbackError === undefined ? undefined : error instanceof ApiError ? error.statusCode : 400
  })
}

/** What follows a form post tells only which login it was. */
function resumedPath (registration: Registration, request: FastifyRequest, state: string | null): string {
  const path = routePath(registration.requestContext(request).appBase(), registration.context.config, 'callback')!
  return `${path}?${RESUMED}=1${state !== null && isState(state) ? `&state=${state}` : ''}`
}
