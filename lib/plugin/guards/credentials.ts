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

function schemeOf (name: string): Scheme | undefined {
  const lower = name.toLowerCase()
  return lower === 'bearer' ? 'Bearer' : lower === 'dpop' ? 'DPoP' : undefined
}
