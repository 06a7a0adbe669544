import { setNewest } from '../../base/set-newest.js'
import type { Http, HttpRequest, HttpResponse } from '../../http/send.js'
import type { DpopKey } from '../../tokens/dpop.js'

/** A request that carries a proof. `prepare` makes it anew for each attempt: assertions may be used once. */
interface DpopExchange {
  http: Http
  key: DpopKey
  now: () => number
  /** The access token, when a resource is asked for. */
  accessToken?: string | undefined
  prepare: () => Promise<HttpRequest> | HttpRequest
}

const nonces = new WeakMap<DpopKey, Map<string, string>>()
const MAX_ORIGINS = 100

/** Sends a request with a DPoP proof, and once more when the server asks for a nonce. @see RFC 9449 sections 8 and 9 */
export async function sendWithProof (exchange: DpopExchange): Promise<HttpResponse> {
  const first = await attempt(exchange)
  return wantsNonce(first) ? attempt(exchange) : first
}

async function attempt ({ http, key, now, accessToken, prepare }: DpopExchange): Promise<HttpResponse> {
  const request = await prepare()
  const { origin } = new URL(request.url)
  const nonce = knownNonce(key, origin)
  const proof = await key.proof({ method: request.method, url: request.url, now: now(), nonce, accessToken })
  const response = await http.send({ ...request, headers: { ...request.headers, dpop: proof } })
  keepNonce(key, origin, response.headers['dpop-nonce'])
  return response
}

/** Whether the server refused for want of its nonce only: nothing was processed, so the request may be made again. */
function wantsNonce ({ status, headers, body }: HttpResponse): boolean {
  if (headers['dpop-nonce'] === undefined) return false
  return (status === 400 && body.includes('use_dpop_nonce')) ||
    (status === 401 && `${body}${headers['www-authenticate']}`.includes('use_dpop_nonce'))
}

/** The nonce that a server gave last. */
export function knownNonce (key: DpopKey, origin: string): string | undefined {
  return noncesOf(key).get(origin)
}

/** Keeps a server's nonce for the next proof. @see RFC 9449 section 8.2 */
export function keepNonce (key: DpopKey, origin: string, fresh: string | undefined): void {
  if (fresh !== undefined) setNewest(noncesOf(key), origin, fresh, MAX_ORIGINS)
}

function noncesOf (key: DpopKey): Map<string, string> {
  let known = nonces.get(key)
  if (known === undefined) nonces.set(key, known = new Map())
  return known
}
