import { hash } from 'node:crypto'
import { randomText } from '../../base/random-text.js'
import { invalid } from '../../http/body.js'
import { parseJsonObject } from '../../http/json.js'
import type { AuthorizationServer, Metadata } from '../server/authorization-server.js'
import { formPair } from '../server/form.js'
import { postForm } from '../server/form-post.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'

/** A fresh verifier and its challenge. @see RFC 7636 section 4 */
export function createPkce (): { codeVerifier: string, codeChallenge: string } {
  const codeVerifier = randomText(32)
  return { codeVerifier, codeChallenge: hash('sha256', codeVerifier, 'base64url') }
}

/** The URL that sends a browser to log in. `client_id` is the client's own, whatever the parameters say. */
export function buildAuthorizationUrl (
  server: Pick<AuthorizationServer, 'clientId'>,
  metadata: Pick<Metadata, 'authorization_endpoint'>,
  params: Record<string, string | undefined>
): string {
  const given: Record<string, string> = {}
  for (const name of Object.keys(params)) if (params[name] !== undefined) given[name] = params[name]
  given.client_id = server.clientId
  const endpoint = metadata.authorization_endpoint
  if (parsed?.endpoint !== endpoint) parsed = parseEndpoint(endpoint)
  // Every change of a URL's `searchParams` writes the URL anew: where it has no query there is nothing to change.
  if (!parsed.hasQuery) {
    return `${parsed.href}?${Object.keys(given).map(name => formPair(name, given[name]!)).join('&')}`
  }
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(given)) url.searchParams.set(name, value)
  return url.href
}

/** The endpoint that was asked for last: nearly every client has one alone. */
let parsed: ReturnType<typeof parseEndpoint> | undefined

function parseEndpoint (endpoint: string): { endpoint: string, href: string, hasQuery: boolean } {
  return { endpoint, href: new URL(endpoint).href, hasQuery: /[?#]/.test(endpoint) }
}

/** Deposits an authorization request; the browser then carries only its name. @see RFC 9126 */
export async function pushAuthorizationRequest (
  server: AuthorizationServer,
  params: Record<string, string | undefined>,
  options: RequestOptions = {}
): Promise<{ requestUri: string, expiresIn: number }> {
  checkRequestOptions(options)
  const url = await server.endpoint('pushed_authorization_request_endpoint', options.signal)
  const what = 'The pushed authorization request'
  const secrets = [params.state, params.nonce, params.request, params.id_token_hint, params.session_transfer_token]
  const response = await postForm(server, { url, form: params, what, status: 201, maxBytes: 64 * 1024, secrets },
    options)
  const { request_uri: requestUri, expires_in: expiresIn } = parseJsonObject(response, what)
  if (typeof requestUri !== 'string' || !/^urn:[\x21-\x7e]{1,500}$/.test(requestUri)) {
    throw invalid(`${what}: "request_uri" in the answer cannot be used.`)
  }
  return { requestUri, expiresIn: typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : 60 }
}
