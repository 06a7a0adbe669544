import { SessionNotKeptError, type SessionNotKeptReason } from '../../errors.js'
import { appPath } from '../app-path.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { covers } from '../cookie-warnings.js'
import { helperCookie } from '../helper-cookie.js'
import { currentSession } from '../session/session.js'

/** Seconds. A browser that needs a login again so soon after one goes in circles. */
const JUST_FINISHED = 30
/** Most logins in a row where the browser keeps the cookie, but each session ends at once. */
const MOST_IN_A_ROW = 3

/** The end of the `state` of a login that began again because its callback had no transaction. */
const RESTARTED = '-restarted'

/** Marks a `state`, so that its callback shows the likely cause and does not start again. Needs no cookie. */
export function restartedState (state: string): string {
  return state + RESTARTED
}

export function isRestarted (state: string | null): boolean {
  return state?.endsWith(RESTARTED) === true
}

/** Marks a `state`, so that its callback still ends as a popup's when its transaction is gone. */
export function popupState (state: string): string {
  return `${state}-popup`
}

export function isPopup (state: string | null): boolean {
  return state !== null && /-popup(?:-restarted)?$/.test(state)
}

/** Notes in the browser that a login has just finished. `SameSite=Lax` comes back where `Strict` does not. */
export function noteFinished (context: PluginContext, request: RequestContext): void {
  const { name, attributes } = marker(context, request)
  const count = Math.min(9, Number(request.jar.get(name) ?? 0) + 1)
  const maxAge = Math.min(JUST_FINISHED, Math.floor(context.config.lifetime.absoluteDuration))
  request.jar.set(name, String(Number.isInteger(count) ? count : 1),
    Object.assign({}, attributes, { maxAge }))
}

/** After a logout, people may log in as often as they like. */
export function forgetFinished (context: PluginContext, request: RequestContext): void {
  const { name, attributes } = marker(context, request)
  if (request.jar.get(name) !== undefined) request.jar.clear(name, attributes)
}

/**
 * Stops a browser that asks for a login although it has just finished one and has no session.
 * The next attempt passes, because a person makes it.
 * @throws SessionNotKeptError
 */
export function refuseLoop (context: PluginContext, request: RequestContext,
  returnTo: string | undefined): Awaitable<void> {
  const finished = request.jar.get(marker(context, request).name)
  return finished === undefined ? undefined : refuse(context, request, returnTo, finished)
}

async function refuse (context: PluginContext, request: RequestContext, returnTo: string | undefined,
  finished: string): Promise<void> {
  if (await currentSession(context, request) !== undefined) return
  const cookie = context.cookieNames.session(request.jar).session
  const kept = request.jar.family(cookie).some(([sent]) => sent === cookie || sent === `${cookie}.0`)
  if (kept && Number(finished) < MOST_IN_A_ROW) return
  forgetFinished(context, request)
  throw new SessionNotKeptError(kept ? 'ended' : reasonOf(context, request, returnTo), returnTo)
}

function reasonOf ({ config: { sessionCookie } }: PluginContext, request: RequestContext,
  returnTo: string | undefined): SessionNotKeptReason {
  const { sameSite, path, domain } = sessionCookie
  const hostname = request.jar.host.replace(/:\d+$/, '').toLowerCase()
  const wanted = domain?.replace(/^\./, '').toLowerCase()
  if (wanted !== undefined && hostname !== wanted && !hostname.endsWith(`.${wanted}`)) return 'domain'
  const base = request.appBase()
  const places = [appPath(base, request.url), returnTo ?? appPath(base, '/')]
  if (!places.every(place => covers(path, place.replace(/[?#].*$/s, '')))) return 'path'
  return sameSite === 'strict' ? 'strict' : 'unknown'
}

function marker (context: PluginContext, { jar }: RequestContext) {
  return helperCookie(context, jar, 'auth0_done')
}
