import { InvalidArgumentError } from '../../errors.js'
import type { Awaitable, Transaction } from '../../../types/stores.js'
import { appPath, routePath, type AppPath } from '../app-path.js'
import type { AppBase, Config } from '../config.js'
import type { PluginContext, RequestContext } from '../context.js'
import { plain, type Log } from '../events.js'

/** Characters that a place to return to may have; a longer one loses its query and fragment. */
const MAX_LENGTH = 2400
/** A URL parser trims or drops these. Encoded they stay what they are. */
// eslint-disable-next-line no-control-regex -- control characters are what must be encoded
const DROPPED = /[\x00-\x20\x7f]/g
/** What browsers drop, fold or reorder. */
const ODD = '\\x00-\\x20\\x7f-\\xa0\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f' +
  '\\u3000\\ufeff\\ufff9-\\uffff'
/** Behind the first slash these can make a browser or a proxy read a host. */
const LEADING = new RegExp(`^/(?:[/\\\\${ODD}]|%2f|%5c|%09|%0a|%0d)`, 'i')
const ABSOLUTE = /^(https?:\/\/[^/\\?#\s]+)(.*)$/is

/**
 * The path (with query and fragment) a user may be sent to after login, or `undefined`.
 * Only the application's own origin is ever the answer: what would lead elsewhere is refused, anything else is written
 * as a URL parser writes it. A place that is too long loses its query and fragment.
 */
export function safeReturnTo (value: unknown, base: AppBase): AppPath | undefined {
  const place = normalized(value, base)
  if (place === undefined || place.length <= MAX_LENGTH) return place
  const path = pathOf(place)
  return path.length > MAX_LENGTH ? undefined : path as AppPath
}

function normalized (value: unknown, base: AppBase): AppPath | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const relative = value.startsWith('/')
  const local = relative ? value : localPart(value, base)
  if (local === undefined || LEADING.test(local)) return undefined
  const { pathname, search, hash, origin } = new URL(local.replace(DROPPED, encodeURIComponent), base.origin)
  if (origin !== base.origin || LEADING.test(pathname) || !decodable(pathname)) return undefined
  return appPath(relative ? base : { basePath: '' }, pathname + (search + hash).replaceAll('\\', '%5C'))
}

/** What follows the origin in an absolute URL of the application; `undefined` for any other URL. */
function localPart (value: string, base: AppBase): string | undefined {
  const [, start = '', rest = ''] = ABSOLUTE.exec(value) ?? []
  if (!URL.canParse(start)) return undefined
  const { origin, username, password } = new URL(start)
  if (origin !== base.origin || username !== '' || password !== '') return undefined
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * The safe path a user goes to after a login, unless it is one of the plugin's own routes.
 * What is refused or shortened is logged, without its query.
 */
export function pathAfterLogin (value: unknown, base: AppBase, config: Pick<Config, 'prefix' | 'routes'>,
  log?: Log): AppPath | undefined {
  if (value === undefined) return undefined
  const path = safeReturnTo(value, base)
  const own = path !== undefined && isOwnRoute(path, base, config)
  if (path === undefined || own) {
    tell(log, value, own ? 'a route of the plugin' : 'no place of this application')
    return undefined
  }
  if (typeof value === 'string' && value.length > MAX_LENGTH && path.length < value.length) {
    tell(log, value, `longer than ${MAX_LENGTH} characters, so it loses its query`)
  }
  return path
}

/** Keeps a transaction until its callback; its place to return to is shortened where it does not fit. */
export async function keepTransaction ({ transactions, config }: PluginContext, { jar, log }: RequestContext,
  transaction: Transaction): Promise<void> {
  await keepWithPlace(transaction, log, kept => transactions.set(jar, kept.state, kept, config.transactionDuration))
}

/**
 * Keeps what a login must remember. Where that does not fit into a cookie, the place to return to loses its query, then
 * the login its place. The loss is logged once.
 * @param wanted the place that the login began with
 */
export async function keepWithPlace<T extends { returnTo?: string | undefined }> (kept: T, log: Log | undefined,
  keep: (kept: T) => Awaitable<void>, wanted = kept.returnTo): Promise<void> {
  const { returnTo } = kept
  try {
    await keep(kept)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError) || returnTo === undefined) throw error
    const path = pathOf(returnTo)
    return await keepWithPlace({ ...kept, returnTo: path.length < returnTo.length ? path : undefined }, log, keep,
      wanted)
  }
  if (returnTo === wanted) return
  const loss = returnTo === undefined ? 'it is left out' : 'it loses its query'
  tell(log, wanted, `too long beside what else the login's cookie must hold, so ${loss}`)
}

/** Where a finished login goes when nothing else was asked: the application's own address. */
export function home (request: { appBase(): AppBase }): AppPath {
  const base = request.appBase()
  if (lastHome?.base !== base) {
    lastHome = { base, path: new URL(base.origin + appPath(base, '/')).pathname as AppPath }
  }
  return lastHome.path
}

/** The address that was asked for last: nearly every application has one alone. */
let lastHome: { base: AppBase, path: AppPath } | undefined

function tell (log: Log | undefined, value: unknown, reason: string): void {
  const shown = typeof value === 'string' && value.startsWith('/') ? plain(pathOf(value), 128) : undefined
  log?.info({ auth0: { type: 'login', reason: 'return_to' }, ...(shown !== undefined && { path: shown }) },
    `auth0 login: the place to return to is ${reason}`)
}

function pathOf (place: string): string {
  const end = place.search(/[?#]/)
  return end === -1 ? place : place.slice(0, end)
}

/**
 * Whether the path is one of the plugin's own routes, where a user must not be sent back to; however Fastify's router
 * is told to read paths.
 */
export function isOwnRoute (path: string, base: AppBase, config: Pick<Config, 'prefix' | 'routes'>): boolean {
  const pathname = routed(decodeURIComponent(pathOf(path)))
  return (Object.keys(config.routes) as (keyof typeof config.routes)[]).some(route => {
    const own = routePath(base, config, route)
    return own !== undefined && pathname === routed(own)
  })
}

/**
 * A path as the most lenient router reads it: Fastify may be told to ignore case, slashes that are doubled or at the
 * end, and what follows a semicolon.
 */
function routed (path: string): string {
  return path.split(';', 1)[0]!.replace(/(?<!\/)\/{2,}/g, '/').replace(/\/$/, '').toLowerCase()
}

/** No route can have a path that is not UTF-8: Fastify refuses it, and servers read it differently. */
function decodable (path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    // Malformed: the answer is no.
    return false
  }
}
