import { toApiError } from '../../http/api-error.js'
import { parseJsonObject } from '../../http/json.js'
import type { HttpResponse } from '../../http/send.js'
import type { AuthorizationServer } from './authorization-server.js'
import { requireToken } from './arguments.js'
import { checkRequestOptions, type RequestOptions } from './request-options.js'
import { sendAuthorized } from './resource.js'

/** A call to one of Auth0's JSON endpoints. */
interface ApiCall {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the issuer. */
  path: string
  /** What it is, for messages. */
  what: string
  /** The body; members that are undefined are not sent. */
  json?: Record<string, unknown>
  /** Adds the client's credentials to the body. */
  authenticate?: boolean
  /** Sent as `Authorization: Bearer`. */
  bearer?: string
  /** The argument that holds it. Default `accessToken`. */
  bearerName?: 'mfaToken'
  headers?: Record<string, string> | undefined
  /** Values that no error may repeat. */
  secrets?: (string | undefined)[]
}

/** Makes the call; an answer that is not a success becomes an error. */
export async function callApi (server: AuthorizationServer, call: ApiCall,
  options: RequestOptions = {}): Promise<HttpResponse> {
  checkRequestOptions(options)
  if (call.bearer !== undefined) requireToken(call.bearer, call.bearerName)
  const credentials = call.authenticate === true ? (await server.clientAuthentication('body')).params : {}
  const json = call.json === undefined ? undefined : { ...call.json, ...credentials }
  const response = await sendAuthorized(server, {
    method: call.method,
    url: await server.url(call.path, options.signal),
    accessToken: call.bearer,
    json,
    headers: call.headers,
    options
  })
  if (response.status < 200 || response.status > 299) {
    const secrets = [...(call.secrets ?? []), call.bearer, credentials.client_secret].filter(
      secret => secret !== undefined
    )
    throw toApiError(response, { what: call.what, now: server.now(), secrets, call: `${call.method} /${call.path}` })
  }
  return response
}

/** Makes the call and returns the JSON object it answers with. */
export async function callJson (server: AuthorizationServer, call: ApiCall,
  options?: RequestOptions): Promise<Record<string, unknown>> {
  return parseJsonObject(await callApi(server, call, options), call.what)
}
