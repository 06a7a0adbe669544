/**
 * The path and query of a request, also of one whose request line holds an absolute URL.
 * @see RFC 9112 section 3.2.2
 */
export function requestTarget (url: string): string {
  if (url.startsWith('/')) return url
  const target = url.replace(/^[a-z][a-z0-9+.-]{0,30}:\/\/[^/?#]*/i, '')
  return target.startsWith('/') ? target : `/${target}`
}
