import { keepNonce, knownNonce } from '../../authentication/server/dpop-exchange.js'
import { isLoopback } from '../../authentication/server/domain.js'
import { InvalidArgumentError } from '../../errors.js'
import type { AccessToken } from '../../../types/tokens.js'
import { getAccessToken } from '../tokens/access-token.js'
import { followAtHome, type Redirected } from './redirects.js'
import type { PluginContext, RequestContext } from '../context.js'

/** Which token `fetch()` adds. */
export interface ApiFetchOptions {
  audience?: string
  scope?: string
}

/**
 * Calls an API as the user: adds the access token (with a proof where it is bound to a key),
 * renews it once when the API answers 401, and repeats the proof once when the API asks for its nonce.
 * @throws InvalidArgumentError for a URL that is not https (http on loopback), AccessTokenError
 * @see RFC 6750 section 2.1, RFC 9449 section 7
 */
export async function apiFetch (context: PluginContext, request: RequestContext, url: string | URL,
  init: RequestInit = {}, options: ApiFetchOptions = {}): Promise<Response> {
  const target = checkTarget(url)
  const signal = init.signal ?? undefined
  const wanted = { ...options, ...(signal !== undefined && { signal }) }
  let token = await getAccessToken(context, request, wanted)
  const remedies = new Set(['nonce', 'renewal'])
  while (true) {
    const response = await send(context, request, target, init, token)
    if (response.status !== 401 || !repeatable(init.body)) return response
    const remedy = asksForNonce(response) ? 'nonce' : 'renewal'
    if (!remedies.delete(remedy)) return response
    await response.body?.cancel()
    if (remedy === 'renewal') token = await getAccessToken(context, request, { ...wanted, refresh: true })
  }
}

/** A token must not travel in the clear. */
function checkTarget (url: string | URL): URL {
  if (!URL.canParse(String(url))) throw new InvalidArgumentError('url', 'The URL of the API must be absolute.')
  const target = new URL(url)
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && isLoopback(target.hostname))) {
    throw new InvalidArgumentError('url', 'An access token is sent by https only (http on loopback).')
  }
  return target
}

async function send (context: PluginContext, request: RequestContext, url: URL, init: RequestInit,
  token: AccessToken): Promise<Response> {
  const { customFetch = fetch, dispatcher } = context.config
  const call = async (to: URL, init: RequestInit): Promise<Response> =>
    await customFetch(to, { ...init, ...(dispatcher !== undefined && { dispatcher }) } as RequestInit)
  const authorized = (init: RequestInit): Headers => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `${token.tokenType} ${token.accessToken}`)
    return headers
  }
  const key = token.tokenType === 'DPoP' ? await (await request.server()).dpop : undefined
  if (key === undefined) return await call(url, { ...init, headers: authorized(init) })

  const follows = init.redirect === undefined || init.redirect === 'follow'
  const prove = async ({ url, init }: Redirected): Promise<Response> => {
    const headers = authorized(init)
    const nonce = knownNonce(key, url.origin)
    headers.set('dpop', await key.proof({
      method: (init.method ?? 'GET').toUpperCase(),
      url: url.href,
      accessToken: token.accessToken,
      now: context.now(),
      ...(nonce !== undefined && { nonce })
    }))
    const response = await call(url, { ...init, headers, ...(follows && { redirect: 'manual' as const }) })
    keepNonce(key, url.origin, response.headers.get('dpop-nonce') ?? undefined)
    return response
  }
  // A proof is for one URL: fetch would repeat it elsewhere, as it keeps to itself only the headers it knows.
  return follows
    ? await followAtHome(url, init, prove, async ({ url, init }) => await call(url, init))
    : await prove({ url, init })
}

/** Whether only the proof lacked the API's nonce; the token is good. @see RFC 9449 section 9 */
function asksForNonce ({ headers }: Response): boolean {
  return headers.has('dpop-nonce') && headers.get('www-authenticate')?.includes('use_dpop_nonce') === true
}

/** A stream is gone once it was sent. */
function repeatable (body: unknown): boolean {
  return body === undefined || body === null || typeof body === 'string' || body instanceof URLSearchParams ||
    body instanceof FormData || body instanceof Blob || ArrayBuffer.isView(body) || body instanceof ArrayBuffer
}
