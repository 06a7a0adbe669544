import { createHash, randomBytes } from 'node:crypto'
import { parseSafely } from '../../base/json.js'
import { StepUpRequiredError } from '../../errors.js'
import { helperCookie } from '../../flows/helper-cookie.js'
import { logins } from '../../flows/lazy-flows.js'
import type { LiveSession } from '../../stores/sessions.js'
import { targetInApp } from '../request/request-target.js'
import { closeToCaches } from '../request/response-headers.js'
import { isPrefetch } from '../routes/prefetch.js'
import type { Principal } from './principal.js'
import { answerDenied, ended, forbid, reportDenied } from './denial.js'
import { PASS } from './guard/guard.js'
import { answerOf } from './route-config.js'
import { isFormPost, isNavigation } from '../request/navigation.js'
import { insufficientAuthentication } from './token/challenge.js'
import { refusePassed } from './token/require-token.js'
import { answerForm } from './unauthenticated.js'
import { loginForForm, loginPath } from '../request/ways-on.js'

/** What a login would have to add. */
interface StepUp {
  code: 'mfa_required' | 'fresh_login_required' | 'insufficient_user_authentication'
  message: string
  params: { max_age?: number, acr_values?: string }
  /** Whether the session's login has become too old since, so that another one helps whatever the last one was for. */
  outdated?: boolean
}

/** Seconds a browser remembers that it was sent to log in again. */
const REMEMBERED = 600
/** A tenant that gives one thing and takes another could send a browser round in circles. */
const MOST_STARTS = 8

/** What the cookie says: how often this user's browser was sent, at last for what, and to which login. */
interface Attempts {
  count: number
  code: string
  login: string
}

const NO_ATTEMPTS: Attempts = { count: 0, code: '', login: '' }

/** Sends a person to log in again for more, and back; who comes back without it gets 403, not another round. */
export async function stepUp (caller: Principal, demand: StepUp): Promise<void> {
  const { request, reply, registration } = caller
  if (caller.session === undefined) return await challenge(caller, demand)
  const how = answerOf(request) ?? registration.context.config.onUnauthenticated
  if (how === '401' || !isNavigation(request) || isPrefetch(request)) return await answerScript(caller, demand)

  const before = readAttempts(caller)
  if (before.count >= MOST_STARTS ||
    (before.code === markOfDemand(demand) && demand.outdated !== true &&
      await cameOf(caller.session, caller, before.login))) {
    forgetAttempts(caller)
    return await forbid(request, reply, demand.code, `${demand.message} The login did not bring it.`)
  }
  reportDenied(request, demand.code)
  const nonce = randomBytes(24).toString('base64url')
  const url = await startLogin(caller, demand, nonce)
  writeAttempts(caller, { count: before.count + 1, code: markOfDemand(demand), login: markOf(nonce) })
  closeToCaches(reply)
  await ended(reply.redirect(url.href, 302))
}

/** Notes that what was asked for is there, so that a later session is asked afresh. */
export function satisfied (caller: Principal, code: StepUp['code']): Promise<void> {
  const attempts = readAttempts(caller)
  if (attempts.code === code) writeAttempts(caller, { count: attempts.count, code: '', login: '' })
  return PASS
}

/** Whether the session came of the login this browser was sent to, rather than of one before, after or beside it. */
async function cameOf ({ record }: LiveSession, { registration: { context }, requestContext }: Principal,
  login: string): Promise<boolean> {
  const nonce = (await context.sessions.tokens(requestContext.jar, record))?.nonce
  return nonce !== undefined && markOf(nonce) === login
}

/** Straight to the tenant: a link to the login route could ask for no more than links may. */
async function startLogin ({ registration: { context }, requestContext, request, claims }: Principal,
  { params }: StepUp, nonce: string): Promise<URL> {
  const configured = await requestContext.authorizationParams()
  const organization = await requestContext.organization() ?? claims.org_id
  const { startInteractiveLogin } = await logins()
  return await startInteractiveLogin(context, requestContext, {
    returnTo: targetInApp(request, requestContext.appBase()),
    authorizationParams: {
      ...params,
      ...(params.max_age !== undefined && { max_age: Math.min(params.max_age, Number(configured.max_age ?? Infinity)) })
    },
    organization: typeof organization === 'string' ? organization : undefined
  }, { nonce, isStepUp: true })
}

function answerScript ({ request, reply, registration }: Principal, { code, message, params }: StepUp): Promise<void> {
  reportDenied(request, code)
  const login = loginPath(registration.context, request)
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)])
  )
  closeToCaches(reply)
  if (isFormPost(request) && (answerOf(request) ?? registration.context.config.onUnauthenticated) !== '401') {
    const again = loginForForm(registration.context, request)
    return answerForm(registration.context, request, reply, again && `${again}&${query.toString()}`, {
      code,
      reason: message
    })
  }
  return answerDenied(reply, 401, code, message,
    login === undefined ? {} : { loginUrl: `${login}?${query.toString()}` })
}

/** @see RFC 9470 section 3 */
function challenge ({ request, reply, registration, requestContext }: Principal,
  { message, params }: StepUp): Promise<void> {
  const { max_age: maxAge, acr_values: acrValues } = params
  return refusePassed(registration, requestContext, request, reply,
    insufficientAuthentication(new StepUpRequiredError(message, { maxAge, acrValues })))
}

/** A guard has one demand; APIs have many. */
function markOfDemand ({ code, params }: StepUp): string {
  return code === 'insufficient_user_authentication' ? `${code} ${params.acr_values ?? ''}` : code
}

function markOf (nonce: string): string {
  return createHash('sha256').update(nonce).digest('base64url').slice(0, 16)
}

function cookieOf ({ registration: { context }, requestContext }: Principal) {
  const { name, attributes } = helperCookie(context, requestContext.jar, 'a0_restart')
  return { name: `${name}_step`, attributes: { ...attributes, path: context.config.sessionCookie.path } }
}

function readAttempts (caller: Principal): Attempts {
  const value = caller.requestContext.jar.get(cookieOf(caller).name)
  if (value === undefined) return NO_ATTEMPTS
  const opened = caller.registration.context.stepUpSealer.open(value)
  if (opened === undefined) return unsealed(value)
  const [sub, count, code, login] = parseSafely(opened.toString()) as [unknown, number, string, string]
  // One that was made for another user may have been put into this browser by that user.
  return sub === caller.claims.sub ? { count, code, login } : NO_ATTEMPTS
}

/** A cookie of version 0.1: anybody can write one, but nobody else knows the nonce that its mark of the login is of. */
function unsealed (value: string): Attempts {
  const [, code = '', login = ''] = /^\d\.(\w{1,64})\.([\w-]{16})$/.exec(value) ?? []
  return { count: 0, code, login }
}

function writeAttempts (caller: Principal, { count, code, login }: Attempts): void {
  const { name, attributes } = cookieOf(caller)
  const value = caller.registration.context.stepUpSealer.seal(JSON.stringify([caller.claims.sub, count, code, login]))
  caller.requestContext.jar.set(name, value, { ...attributes, maxAge: REMEMBERED })
}

function forgetAttempts (caller: Principal): void {
  const { name, attributes } = cookieOf(caller)
  caller.requestContext.jar.clear(name, attributes)
}
