import { isSecureUrl } from '../../authentication/server/domain.js'
import { InvalidArgumentError, StepUpRequiredError } from '../../errors.js'
import type { AccessToken } from '../../../types/tokens.js'
import { getAccessToken } from '../tokens/access-token.js'
import type { PluginContext, RequestContext } from '../context.js'
import { demandedAuthentication } from './step-up-challenge.js'
import { asksForNonce, tokenHeaders } from './token-headers.js'

/** Which token `fetch()` adds. */
export interface ApiFetchOptions {
  audience?: string
  scope?: string
}

/**
 * Calls an API as the user: adds the access token (with a proof where it is bound to a key),
 * renews it once when the API answers 401, and repeats the proof once when the API asks for its nonce.
 * @throws InvalidArgumentError for a URL that is not https (http on loopback), AccessTokenError, StepUpRequiredError
 * where the API demands a newer or stronger login, which no renewal of the token brings
 * @see RFC 6750 section 2.1, RFC 9449 section 7, RFC 9470 section 4
 */
export async function apiFetch (context: PluginContext, request: RequestContext, url: string | URL,
  init: RequestInit = {}, options: ApiFetchOptions = {}): Promise<Response> {
  const target = checkTarget(url)
  const wanted = { ...options, signal: init.signal ?? undefined }
  let token = await getAccessToken(context, request, wanted)
  const remedies = new Set(['nonce', 'renewal'])
  while (true) {
    const { response, own } = await send(context, request, target, init, token)
    // Who has seen no token cannot say that it is bad.
    if (response.status !== 401 || !own || !repeatable(init.body)) return response
    const { headers } = response
    const remedy = asksForNonce(token, headers.get('dpop-nonce'), headers.get('www-authenticate')) ? 'nonce' : 'renewal'
    if (!remedies.delete(remedy)) return response
    await response.body?.cancel()
    if (remedy === 'renewal') token = await getAccessToken(context, request, { ...wanted, refresh: true })
  }
}

/** A token must not travel in the clear. */
function checkTarget (url: string | URL): URL {
  if (!URL.canParse(String(url))) throw new InvalidArgumentError('url', 'The URL of the API must be absolute.')
  const target = new URL(url)
  if (!isSecureUrl(target)) {
    throw new InvalidArgumentError('url', 'An access token is sent by https only (http on loopback).')
  }
  if (hasCredentials(target)) {
    throw new InvalidArgumentError('url', 'The URL of the API must hold no user name and no password: the access ' +
      'token says who calls.')
  }
  return target
}

function hasCredentials ({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

/** Redirects that are followed at most, as by `fetch`. */
const MAX_REDIRECTS = 20
/** Headers that identify somebody. */
const NOT_ELSEWHERE = ['authorization', 'proxy-authorization', 'cookie', 'host', 'dpop']
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** An answer, and whether the API itself gave it. */
interface Answered {
  response: Response
  own: boolean
}

/** Sends the request and follows redirects; the token goes to the API's own origin only. */
async function send (context: PluginContext, request: RequestContext, target: URL, given: RequestInit,
  token: AccessToken): Promise<Answered> {
  let url = target
  let init = given
  for (let redirects = 0; ; redirects++) {
    const own = url.origin === target.origin
    const response = own
      ? await sendWithToken(context, request, url, init, token)
      : await context.http.fetch(url, init)
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null
    if (location === null || given.redirect === 'manual' || !URL.canParse(location, url.href)) return { response, own }
    if (given.redirect === 'error' || redirects === MAX_REDIRECTS) {
      await response.body?.cancel()
      throw new TypeError('fetch failed: redirect')
    }
    const next = new URL(location, url)
    if (!isSecureUrl(next) || hasCredentials(next) || !repeatable(init.body)) return { response, own }
    await response.body?.cancel()
    init = redirected(init, response.status, next.origin === url.origin)
    url = next
  }
}

/** @see Fetch standard, "HTTP-redirect fetch" */
function redirected (init: RequestInit, status: number, sameOrigin: boolean): RequestInit {
  const headers = new Headers(init.headers)
  if (!sameOrigin) for (const name of NOT_ELSEWHERE) headers.delete(name)
  const method = (init.method ?? 'GET').toUpperCase()
  const asGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST'
  if (!asGet) return { ...init, headers }
  for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language']) headers.delete(name)
  return { ...init, method: 'GET', body: null, headers }
}

async function sendWithToken (context: PluginContext, request: RequestContext, url: URL, init: RequestInit,
  token: AccessToken): Promise<Response> {
  const headers = new Headers(init.headers)
  const { accessToken, tokenType } = token
  const presented = await tokenHeaders(context, request, {
    accessToken, tokenType, method: (init.method ?? 'GET').toUpperCase(), url
  })
  headers.set('authorization', presented.authorization)
  if (presented.dpop !== undefined) headers.set('dpop', presented.dpop)
  const response = await context.http.fetch(url, { ...init, headers })
  presented.learn(response.headers.get('dpop-nonce') ?? undefined)
  const demand = response.status === 401
    ? demandedAuthentication(response.headers.get('www-authenticate'))
    : undefined
  if (demand !== undefined) {
    await response.body?.cancel()
    throw new StepUpRequiredError(`The API at ${url.host} demands a newer or stronger login.`, demand)
  }
  return response
}

/** A stream is gone once it was sent. */
function repeatable (body: unknown): boolean {
  return body === undefined || body === null || typeof body === 'string' || body instanceof URLSearchParams ||
    body instanceof FormData || body instanceof Blob || ArrayBuffer.isView(body) || body instanceof ArrayBuffer
}
