import type { AppBase, RoutePaths } from '../config.js'

const MAX_LENGTH = 2048
// Characters that browsers drop, fold or reorder, and so can turn a path into something else.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are among them
  /[\x00-\x20\x7f-\xa0\\\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]/
const LEADING_ENCODED_SLASH = /^\/(?:%2f|%5c|%09|%0a|%0d)/i

/**
 * The path (with query and fragment) a user may be sent to after login, or `undefined`.
 * Only the application's own origin is ever the answer; the result is rebuilt from what was parsed.
 */
export function safeReturnTo (value: unknown, base: AppBase): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH || UNSAFE.test(value) ||
    !decodable(value)) return undefined
  const relative = value.startsWith('/')
  if (relative
    ? value.startsWith('//') || LEADING_ENCODED_SLASH.test(value)
    : !value.startsWith(`${base.origin}/`) && value !== base.origin) return undefined
  const url = new URL(value, base.origin)
  if (url.origin !== base.origin || url.username !== '' || url.password !== '') return undefined
  if (/^\/[/\\]/.test(url.pathname) || LEADING_ENCODED_SLASH.test(url.pathname)) return undefined
  return (relative ? base.basePath : '') + url.pathname + url.search + url.hash
}

/** The safe path a user goes to after a login, unless it is one of the plugin's own routes. */
export function pathAfterLogin (value: unknown, base: AppBase,
  { prefix, routes }: { prefix: string, routes: RoutePaths }): string | undefined {
  const path = safeReturnTo(value, base)
  return path === undefined || isOwnRoute(path, base, prefix, routes) ? undefined : path
}

/** Whether the path is one of the plugin's own routes, where a user must not be sent back to. */
export function isOwnRoute (path: string, base: AppBase, prefix: string, routes: RoutePaths): boolean {
  const end = path.search(/[?#]/)
  const pathname = routed(decodeURIComponent(end === -1 ? path : path.slice(0, end)))
  return Object.values(routes).some(route => route !== undefined && pathname === routed(base.basePath + prefix + route))
}

/**
 * A path as the most lenient router reads it: Fastify may be told to ignore case, slashes that are doubled or at the
 * end, and what follows a semicolon.
 */
function routed (path: string): string {
  return path.split(';', 1)[0]!.replace(/(?<!\/)\/{2,}/g, '/').replace(/\/$/, '').toLowerCase()
}

/** Percent encoding that does not decode to UTF-8 is read differently by different servers. */
function decodable (value: string): boolean {
  try {
    decodeURIComponent(value)
    return true
  } catch {
    // Malformed: the answer is no.
    return false
  }
}
