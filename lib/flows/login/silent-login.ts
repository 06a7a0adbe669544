import { MAX_STATE } from '../../stores/transactions/transaction-states.js'
import type { CookieJar } from '../../../types/stores.js'
import type { Config } from '../config.js'
import type { PluginContext, RequestContext } from '../context.js'
import { helperCookie } from '../helper-cookie.js'
import { home, pathAfterLogin } from './return-to.js'

/** The end of the `state` of a login that the application tries by itself. */
const SILENT = /^[\w-]{32}-([\w-]*)-silent$/
/** In the query of a page: the browser comes from a silent login, and has lost the cookie that says so. */
const RETURNED = 'silent_login=tried'
/** What the cookie says: this browser keeps cookies; or it needs no silent login (any more). */
const KEEPS_COOKIES = '0'
const OVER = '1'

/** The applications that try silent logins. */
const users = new WeakSet<Config>()

/** Notes that an application tries silent logins: its logouts turn them off. */
export function useSilentLogin (config: Config): void {
  users.add(config)
}

/** What may be done for a browser that asks for a page. */
type SilentLoginTurn = 'try' | 'offer-cookie' | 'pass'

/**
 * A browser is sent to the tenant once in its session, and only if it has cookies: what keeps none would be sent again
 * and again. One that sends no cookie yet is offered one.
 * @param page path and query of the page that it asks for
 */
export function silentLoginTurn (context: PluginContext, jar: CookieJar, page: string): SilentLoginTurn {
  const said = jar.get(cookieOf(context, jar).name)
  if (said === OVER || page.includes(RETURNED)) return 'pass'
  return jar.bytes > 0 ? 'try' : 'offer-cookie'
}

/** Gives a browser a cookie, so that its next page may try a silent login. */
export function offerCookie (context: PluginContext, jar: CookieJar): void {
  const { name, attributes } = cookieOf(context, jar)
  jar.set(name, KEEPS_COOKIES, attributes)
}

/** Notes that this browser was sent to the tenant. */
export function noteSilentLogin (context: PluginContext, jar: CookieJar): void {
  const { name, attributes } = cookieOf(context, jar)
  jar.set(name, OVER, attributes)
}

/** Who has logged out is not logged in again unasked. */
export function endSilentLogins (context: PluginContext, jar: CookieJar): void {
  if (users.has(context.config) && jar.writable) noteSilentLogin(context, jar)
}

/**
 * Marks a `state`, so that its callback ends quietly without any cookie, too: at the page it holds, where that is short
 * enough.
 */
export function silentState (state: string, returnTo: string | undefined): string {
  const [path = ''] = returnTo?.split(/[?#]/) ?? []
  const page = Buffer.from(path).toString('base64url')
  const marked = `${state}-${page}-silent`
  return marked.length > MAX_STATE ? `${state}--silent` : marked
}

export function isSilent (state: string | null): state is string {
  return state !== null && SILENT.test(state)
}

/**
 * Where a silent login ends whose transaction is missing. A browser that has lost its cookies is told by the address,
 * so that it is not sent away again.
 */
export function placeOfSilent (context: PluginContext, request: RequestContext, state: string): string {
  const base = request.appBase()
  const page = Buffer.from(SILENT.exec(state)?.[1] ?? '', 'base64url').toString()
  const place = (page === '' ? undefined : pathAfterLogin(base.origin + page, base, context.config)) ?? home(request)
  return request.jar.get(cookieOf(context, request.jar).name) === undefined ? `${place}?${RETURNED}` : place
}

function cookieOf (context: PluginContext, jar: CookieJar) {
  return helperCookie(context, jar, 'a0_silent')
}
