/** How a request presents an access token. */
export type Scheme = 'Bearer' | 'DPoP'

/** What an `Authorization` header holds: nothing for us, nothing usable, or a token. */
export type Credentials = { token: string, scheme: Scheme } | 'none' | 'malformed'

/**
 * Reads an `Authorization` header. Schemes are compared without case. @see RFC 6750 section 2.1, RFC 9449 section 7.1,
 * RFC 9110 section 11.4
 */
export function readCredentials (header: string | undefined): Credentials {
  if (header === undefined) return 'none'
  const space = header.indexOf(' ')
  const scheme = schemeOf(space === -1 ? header : header.slice(0, space))
  if (scheme === undefined) return 'none'
  const token = space === -1 ? '' : header.slice(space).trim()
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(token) ? { token, scheme } : 'malformed'
}

/** Whether a browser has sent an `Authorization` header by itself, for the password of a server in front. */
export function isOfBrowser (header: string): boolean {
  return /^(?:basic|digest|negotiate|ntlm) /i.test(header)
}

/**
 * Whether a request presents its token in one way only: in one `Authorization` header, of which Node hides a second,
 * and not in the query as well. @see RFC 6750 section 2
 */
export function presentsOnce (
  // Injected WebSocket upgrades have no raw headers, and no second one to hide.
  { rawHeaders = [], url = '' }: { rawHeaders?: readonly string[], url?: string | undefined }
): boolean {
  let headers = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 13 && name.toLowerCase() === 'authorization') headers++
  }
  if (headers > 1) return false
  const query = url.indexOf('?')
  return query === -1 || !new URLSearchParams(url.slice(query + 1)).has('access_token')
}

function schemeOf (name: string): Scheme | undefined {
  const lower = name.toLowerCase()
  return lower === 'bearer' ? 'Bearer' : lower === 'dpop' ? 'DPoP' : undefined
}
