import { InvalidArgumentError } from '../../errors.js'

/** What of an upstream may be reached. */
interface Reach {
  origin: string
  /** No slash at its end; empty for all paths. */
  rewritePrefix: string
}

/** Servers that take a path apart once more after it was decoded would climb by these. */
const CLIMBS = /(?:^|[/\\])\.\.(?:[/\\;]|$)|\0/
const DECODED_AT_MOST = 3

/**
 * The address at the upstream, in the form it is sent in.
 * @param destination path, with the upstream's prefix in the place of ours
 * @param url the request's, for its query
 * @throws InvalidArgumentError for an address that is not below the upstream's prefix
 */
export function targetOf ({ origin, rewritePrefix }: Reach, destination: string, url: string): URL {
  const at = url.indexOf('?')
  const query = at === -1 ? '' : url.slice(at)
  if (!destination.startsWith('/') || climbs(destination)) return refusePath()
  const target = new URL(origin + destination + query)
  const within = target.pathname === rewritePrefix || target.pathname.startsWith(`${rewritePrefix}/`)
  return target.origin === origin && within ? target : refusePath()
}

function climbs (path: string): boolean {
  let decoded = path
  for (let times = 0; times < DECODED_AT_MOST; times++) {
    if (CLIMBS.test(decoded)) return true
    if (!decoded.includes('%')) return false
    decoded = decoded.replace(ESCAPES, character)
  }
  return CLIMBS.test(decoded)
}

/** Each on its own: many servers leave what encodes nothing, or is not UTF-8, as it is, and decode the rest. */
const ESCAPES = /%[\da-f]{2}/gi

function character (escape: string): string {
  return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
}

function refusePath (): never {
  throw new InvalidArgumentError('path', 'This path cannot be passed on.')
}

/**
 * Where the browser finds what an upstream's `Location` names: under the proxy's prefix what the proxy reaches, and
 * anything else where it is.
 * @param target the address that was asked
 * @param mount path of the proxy on the application's origin, no slash at its end
 */
export function locationOf ({ origin, rewritePrefix }: Reach, target: URL, mount: string,
  location: string): string {
  if (!URL.canParse(location, target.href)) return location
  const url = new URL(location, target)
  if (url.origin !== origin) return location
  const within = url.pathname === rewritePrefix || url.pathname.startsWith(`${rewritePrefix}/`)
  if (!within) return url.href
  // Two slashes at the beginning would name a host.
  const path = url.pathname.slice(rewritePrefix.length).replace(/^\/+/, '/')
  return (mount + path || '/') + url.search + url.hash
}
