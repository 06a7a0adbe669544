import type { FastifyRequest } from 'fastify'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/** Whether a request's method changes nothing. @see RFC 9110 section 9.2.1; QUERY is one, too */
export function isSafe ({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return SAFE.has(method)
}

/** Whether a person waits for a page, rather than a script for data. */
export function isNavigation (request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const mode = request.headers['sec-fetch-mode']
  return mode === undefined ? asksForPage(request) : mode === 'navigate'
}

/** By browsers without Fetch Metadata, whose scripts may ask for HTML and say so as jQuery does. */
function asksForPage ({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true && headers['x-requested-with'] !== 'XMLHttpRequest'
}

/**
 * Whether a navigation fills the window, rather than a frame in a page. Chromium says `empty` when a service worker
 * passes it on, and for a download; a fetch by a script does not say that it navigates.
 */
export function fillsWindow ({ headers }: FastifyRequest): boolean {
  const dest = headers['sec-fetch-dest']
  return dest === undefined || dest === 'document' || dest === 'empty'
}

const FORM = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i

/** Whether a person has sent a form, and waits for a page. */
export function isFormPost (request: FastifyRequest): boolean {
  if (isSafe(request)) return false
  const { headers } = request
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  return asksForPage(request) && FORM.test(headers['content-type'] ?? '')
}
