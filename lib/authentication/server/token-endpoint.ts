import type { TokenResponse } from '../../../types/tokens.js'
import { InvalidArgumentError } from '../../errors.js'
import { toApiError } from '../../http/api-error.js'
import { SMALL_ANSWER, type HttpRequest } from '../../http/send.js'
import { toJson } from './arguments.js'
import type { AuthorizationServer } from './authorization-server.js'
import { credentialSecrets } from './client-auth.js'
import { sendWithProof } from './dpop-exchange.js'
import { formPair } from './form.js'
import { camelCase } from './naming.js'
import { callerHeaders, checkRequestOptions, type RequestOptions } from './request-options.js'
import { readTokenResponse } from './token-response.js'

/** What `requestToken` takes beside the grant's parameters. */
export interface TokenRequestOptions extends RequestOptions {
  /** Sent as JSON together with the parameters, for grants that hold objects. */
  json?: Record<string, unknown> | undefined
  /** Whether the token is to be bound to the client's key. Default: when there is one. */
  dpop?: boolean | undefined
  /** Token types beside `Bearer` and `DPoP` that may come back. */
  allowedTokenTypes?: string[] | undefined
  /** Names of parameters that may be lists. */
  repeated?: readonly string[] | undefined
}

/** Parameters of one grant, wire names; one that is a list is sent once for each value. */
export type TokenParams = Record<string, string | readonly string[] | undefined>

/**
 * Asks for a token: the one place that speaks to the token endpoint. A request is never repeated, except when
 * the server refused it for want of a DPoP nonce only.
 * @see RFC 6749 section 4
 */
export async function requestToken (server: AuthorizationServer, params: TokenParams,
  options: TokenRequestOptions = {}): Promise<TokenResponse> {
  checkRequestOptions(options)
  const url = await server.endpoint('token_endpoint', options.signal)
  const dpop = options.dpop === false ? undefined : server.dpop
  const key = dpop instanceof Promise ? await dpop : dpop
  const sent = new Set<string | undefined>()

  const prepare = async (): Promise<HttpRequest> => {
    const credentials = await server.clientAuthentication(options.json === undefined ? 'any' : 'body')
    for (const secret of credentialSecrets(credentials)) sent.add(secret)
    const body: Record<string, unknown> = Object.assign({}, params, options.json, credentials.params)
    return {
      method: 'POST',
      url,
      headers: Object.assign({}, callerHeaders(options), credentials.headers,
        { 'content-type': contentType(options) }),
      body: options.json === undefined ? formOf(body, options.repeated) : toJson(body),
      signal: options.signal,
      timeout: options.timeout,
      maxBytes: SMALL_ANSWER
    }
  }

  const { http, now } = server
  const response = key === undefined
    ? await http.send(await prepare())
    : await sendWithProof({ http, now, key, prepare })
  if (response.status !== 200) {
    throw toApiError(response, {
      what: 'The token endpoint',
      now: now(),
      secrets: secretsOf(params, sent),
      call: `POST ${new URL(url).pathname}`
    })
  }
  return readTokenResponse(response, { dpop: key !== undefined, allowedTokenTypes: options.allowedTokenTypes })
}

function formOf (body: Record<string, unknown>, repeated: readonly string[] = []): string {
  let form = ''
  for (const name of Object.keys(body)) {
    const value = body[name]
    if (value === undefined) continue
    for (const one of Array.isArray(value) && repeated.includes(name) ? value : [value]) {
      if (typeof one !== 'string') {
        throw new InvalidArgumentError(camelCase(name), `The argument "${camelCase(name)}" must be a string.`)
      }
      form += `${form === '' ? '' : '&'}${formPair(name, one)}`
    }
  }
  return form
}

function contentType ({ json }: TokenRequestOptions): string {
  return json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
}

const SECRET_PARAMS = [
  'code',
  'code_verifier',
  'refresh_token',
  'password',
  'otp',
  'oob_code',
  'binding_code',
  'recovery_code',
  'mfa_token',
  'device_code',
  'auth_req_id',
  'auth_session',
  'subject_token',
  'actor_token',
  'assertion'
]

/** Values of this request that no error may repeat: of the grant, and of the credentials. */
function secretsOf (params: TokenParams, sent: ReadonlySet<string | undefined>): string[] {
  const all = [...SECRET_PARAMS.flatMap(name => params[name]), ...sent]
  return all.filter(secret => secret !== undefined)
}
