import type { HttpRequest, HttpResponse } from '../../http/send.js'
import { toJson } from './arguments.js'
import type { AuthorizationServer } from './authorization-server.js'
import { sendWithProof } from './dpop-exchange.js'
import { callerHeaders, type RequestOptions } from './request-options.js'

/** A request to an endpoint of Auth0 that takes an access token, or none. */
interface AuthorizedRequest {
  method: HttpRequest['method']
  url: string
  accessToken?: string | undefined
  /** `DPoP` presents the token with a proof. Default `Bearer`. */
  tokenType?: string | undefined
  json?: Record<string, unknown> | undefined
  /** They win over those of the options. */
  headers?: Record<string, string> | undefined
  options: RequestOptions
}

/** Sends a request with an access token, always in the header. @see RFC 6750 section 2.1, RFC 9449 section 7 */
export async function sendAuthorized (server: Pick<AuthorizationServer, 'http' | 'now' | 'dpop'>,
  request: AuthorizedRequest): Promise<HttpResponse> {
  const { method, url, accessToken, json, options } = request
  const key = request.tokenType?.toLowerCase() === 'dpop' ? await server.dpop : undefined
  const prepared: HttpRequest = {
    method,
    url,
    headers: {
      ...callerHeaders(options),
      ...request.headers,
      ...(accessToken !== undefined && { authorization: `${key === undefined ? 'Bearer' : 'DPoP'} ${accessToken}` }),
      ...(json !== undefined && { 'content-type': 'application/json' })
    },
    body: json && toJson(json),
    signal: options.signal,
    timeout: options.timeout
  }
  const { http, now } = server
  return key === undefined
    ? http.send(prepared)
    : sendWithProof({ http, now, key, accessToken, prepare: () => prepared })
}
