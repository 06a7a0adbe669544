/** As many as `fetch` follows. */
const MOST_REDIRECTS = 20

/** What a request to an API becomes after a redirect. */
export interface Redirected {
  url: URL
  init: RequestInit
}

/**
 * Where a response sends a request, by the rules of `fetch`; `undefined` for a response that is no redirect.
 * @see Fetch standard, HTTP-redirect fetch
 */
export function redirected (response: Response, url: URL, init: RequestInit): Redirected | undefined {
  const location = response.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined
  if (target === undefined || (target.protocol !== 'https:' && target.protocol !== 'http:')) return undefined
  if (target.hash === '') target.hash = url.hash
  const method = (init.method ?? 'GET').toUpperCase()
  const toGet = response.status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : response.status <= 302 && method === 'POST'
  if (!toGet) return { url: target, init }
  const { body: _, ...rest } = init
  const headers = new Headers(init.headers)
  for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type']) headers.delete(name)
  return { url: target, init: { ...rest, method: 'GET', headers } }
}

/**
 * Sends a request, and follows redirects within its origin: each gets what `send` adds for its own URL. One that leads
 * elsewhere is made by `leave`, which adds nothing, and without the headers that identify somebody.
 */
export async function followAtHome (url: URL, init: RequestInit, send: (at: Redirected) => Promise<Response>,
  leave: (at: Redirected) => Promise<Response>): Promise<Response> {
  let at: Redirected = { url, init }
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    const response = await send(at)
    const next = redirected(response, at.url, at.init)
    if (next === undefined) return response
    await response.body?.cancel()
    if (next.url.origin !== url.origin) return await leave(anonymous(next))
    at = next
  }
  throw new TypeError('The API redirects too often.')
}

function anonymous ({ url, init }: Redirected): Redirected {
  const headers = new Headers(init.headers)
  for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host', 'dpop']) headers.delete(name)
  return { url, init: { ...init, headers } }
}
