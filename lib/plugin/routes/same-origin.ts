import type { FastifyRequest } from 'fastify'
import { fillsWindow } from '../request/navigation.js'
import { appBaseOf } from '../request/request-context.js'
import type { AppBase } from '../../flows/config.js'

/**
 * Whether the application itself made this request: by `Sec-Fetch-Site`, else by `Origin`. What says neither is
 * refused.
 */
export function isSameOrigin (bases: readonly AppBase[], request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = request.headers
  if (origin === undefined) return false
  return origin === appBaseOf(bases, request).origin
}

/**
 * Whether a page of another origin asks for data: by `Sec-Fetch-Site`, else by `Origin`. What says neither is no such
 * page, or one that cannot read the answer.
 */
export function isForeignRead (bases: readonly AppBase[], request: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, origin } = request.headers
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin !== appBaseOf(bases, request).origin
}

/**
 * Whether another site's image, script, frame or fetch made this request, rather than a navigation of the whole window.
 */
export function isEmbedded (request: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
  if (site !== 'cross-site' && site !== 'same-site') return false
  return mode !== 'navigate' || !fillsWindow(request)
}

/**
 * Whether a person's own click on this site, a typed address or a script of the application brought the request here.
 * An image does not count, as users may put some into pages; nor does a frame in another site's page. A browser without
 * Fetch Metadata (an old one, or over plain http) names the page it comes from, or says nothing, which does not count.
 */
export function isOwnNavigation (bases: readonly AppBase[], request: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest, referer } = request.headers
  if (site === undefined) {
    return referer !== undefined && URL.canParse(referer) &&
      new URL(referer).origin === appBaseOf(bases, request).origin
  }
  if (mode !== undefined && mode !== 'navigate') {
    return site === 'same-origin' && (dest === undefined || dest === 'empty')
  }
  return site === 'same-origin' || site === 'none' || (site === 'same-site' && fillsWindow(request))
}
