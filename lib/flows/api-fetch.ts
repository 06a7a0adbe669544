import { isLoopback } from '../authentication/domain.js'
import { InvalidArgumentError } from '../errors.js'
import type { AccessToken } from '../../types/tokens.js'
import { getAccessToken } from './access-token.js'
import type { Context, Visit } from './context.js'

/** Which token `fetch()` adds. */
export interface ApiFetchOptions { audience?: string, scope?: string }

/**
 * Calls an API as the user: adds the access token (with a proof where it is bound to a key),
 * and renews it once when the API answers 401.
 * @throws InvalidArgumentError for a URL that is not https (http on loopback), AccessTokenError
 * @see RFC 6750 section 2.1, RFC 9449 section 7
 */
export async function apiFetch (context: Context, visit: Visit, url: string | URL, init: RequestInit = {}, options: ApiFetchOptions = {}): Promise<Response> {
  const target = checkTarget(url)
  const signal = init.signal ?? undefined
  const wanted = { ...options, ...(signal !== undefined && { signal }) }
  const first = await send(context, visit, target, init, await getAccessToken(context, visit, wanted))
  if (first.response.status !== 401 || !repeatable(init.body)) return first.response
  await first.response.body?.cancel()
  const token = first.nonce === undefined ? await getAccessToken(context, visit, { ...wanted, refresh: true }) : await getAccessToken(context, visit, wanted)
  return (await send(context, visit, target, init, token, first.nonce)).response
}

/** A token must not travel in the clear. */
function checkTarget (url: string | URL): URL {
  if (!URL.canParse(String(url))) throw new InvalidArgumentError('url', 'The URL of the API must be absolute.')
  const target = new URL(url)
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && isLoopback(target.hostname))) throw new InvalidArgumentError('url', 'An access token is sent by https only (http on loopback).')
  return target
}

async function send (context: Context, visit: Visit, url: URL, init: RequestInit, token: AccessToken, nonce?: string): Promise<{ response: Response, nonce: string | undefined }> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `${token.tokenType} ${token.accessToken}`)
  const key = token.tokenType === 'DPoP' ? await (await visit.server()).dpop : undefined
  if (key !== undefined) {
    headers.set('dpop', await key.proof({ method: (init.method ?? 'GET').toUpperCase(), url: url.href, accessToken: token.accessToken, now: context.now(), ...(nonce !== undefined && { nonce }) }))
  }
  const { customFetch = fetch, dispatcher } = context.config
  const response = await customFetch(url, { ...init, headers, ...(dispatcher !== undefined && { dispatcher }) } as RequestInit)
  return { response, nonce: key === undefined ? undefined : response.headers.get('dpop-nonce') ?? undefined }
}

/** A stream is gone once it was sent. */
function repeatable (body: unknown): boolean {
  return body === undefined || body === null || typeof body === 'string' || body instanceof URLSearchParams || body instanceof FormData || body instanceof Blob || ArrayBuffer.isView(body) || body instanceof ArrayBuffer
}
