import { InvalidArgumentError } from '../../errors.js'
import { toApiError } from '../../http/api-error.js'
import { parseJsonObject } from '../../http/json.js'
import type { HttpRequest, HttpResponse } from '../../http/send.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { requireToken } from '../server/arguments.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'
import { sendAuthorized } from '../server/resource.js'

/** What the My Account API needs to know of a tenant. */
export type MyAccountServer = Pick<AuthorizationServer, 'issuer' | 'http' | 'now' | 'dpop'>

/** Options of a call with the user's access token. */
export interface MyAccountOptions extends RequestOptions {
  /** How the token is presented. Default: `DPoP` when the client has a key, else `Bearer`. */
  tokenType?: string | undefined
}

/** A call to the My Account API. */
interface MyAccountCall {
  method: HttpRequest['method']
  /** Below `/me/v1/`. */
  path: string
  query?: Record<string, string | number | undefined>
  json?: Record<string, unknown>
  what: string
  secrets?: (string | undefined)[]
}

/** Makes the call and returns the JSON object it answers with. */
export async function askMyAccount (server: MyAccountServer, accessToken: string, call: MyAccountCall,
  options?: MyAccountOptions): Promise<Record<string, unknown>> {
  return parseJsonObject(await callMyAccount(server, accessToken, call, options), call.what)
}

/** The identifier of the My Account API, with its slash. */
export function myAccountAudience (server: Pick<AuthorizationServer, 'issuer'>): string {
  return `${server.issuer}me/`
}

/** Makes the call; an answer that is not a success becomes an error. */
export async function callMyAccount (server: MyAccountServer, accessToken: string, call: MyAccountCall,
  options: MyAccountOptions = {}): Promise<HttpResponse> {
  requireToken(accessToken)
  checkRequestOptions(options)
  const url = new URL(`${server.issuer}me/v1/${call.path}`)
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue
    if (typeof value === 'object') throw new InvalidArgumentError(name, `The argument "${name}" must be a string.`)
    url.searchParams.set(name, String(value))
  }
  const tokenType = options.tokenType ?? (server.dpop === undefined ? 'Bearer' : 'DPoP')
  const response = await sendAuthorized(server, {
    method: call.method,
    url: url.href,
    accessToken,
    tokenType,
    json: call.json,
    options
  })
  if (response.status < 200 || response.status > 299) {
    const secrets = [accessToken, ...call.secrets ?? []].filter(secret => secret !== undefined)
    throw toApiError(response, {
      what: call.what,
      now: server.now(),
      secrets,
      call: `${call.method} /me/v1/${call.path}`,
      api: 'my-account'
    })
  }
  return response
}
