import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../../authentication/server/domain.js'
import { routePath } from '../../flows/app-path.js'
import type { Config } from '../../flows/config.js'

/** In the query of the login route: the browser was sent here from another name of this host. */
const MOVED = 'moved'

/**
 * The login route at the application's own address, for a browser that uses another name of the same host: 127.0.0.1
 * for localhost, www.example.com for example.com. The login's cookie would not reach the callback otherwise.
 * Done once: behind a proxy, the name the application sees may not be the browser's.
 */
export function loginAtOwnAddress (config: Config):
  ((request: FastifyRequest, query: URLSearchParams) => string | undefined) | undefined {
  const [base, ...others] = config.appBases
  if (base === undefined || others.length > 0) return undefined
  const own = new URL(base.origin).hostname
  const route = base.origin + routePath(base, config, 'login')!
  return (request, query) => {
    if (!isNeighbour(request.hostname.toLowerCase(), own) || query.has(MOVED)) return undefined
    const moved = new URLSearchParams(query)
    moved.set(MOVED, '1')
    return `${route}?${moved.toString()}`
  }
}

/** Whether two different names are most likely the same host. */
function isNeighbour (host: string, own: string): boolean {
  if (host === own || host === '') return false
  return (isLoopback(own) && isLoopback(host)) || host === `www.${own}` || own === `www.${host}`
}
