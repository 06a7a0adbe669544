import type { FastifyRequest } from 'fastify'
import type { AppBase } from '../../flows/config.js'

/**
 * The path and query of a request, also of one whose request line holds an absolute URL.
 * @see RFC 9112 section 3.2.2
 */
export function requestTarget (url: string): string {
  if (url.startsWith('/')) return url
  const target = url.replace(/^[a-z][a-z0-9+.-]{0,30}:\/\/[^/?#]*/i, '')
  return target.startsWith('/') ? target : `/${target}`
}

/**
 * Path and query that the browser has asked for, from the application's root: before `rewriteUrl` changed them, and
 * without a base path that it took away.
 */
export function targetInApp ({ url, originalUrl }: Pick<FastifyRequest, 'url' | 'originalUrl'>,
  { basePath }: Pick<AppBase, 'basePath'>): string {
  const asked = requestTarget(originalUrl)
  if (url === originalUrl || basePath === '' || !asked.startsWith(basePath)) return asked
  const rest = asked.slice(basePath.length)
  if (rest.startsWith('/')) return rest
  return rest === '' || rest.startsWith('?') ? `/${rest}` : asked
}
