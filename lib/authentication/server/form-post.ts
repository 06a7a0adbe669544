import { InvalidArgumentError } from '../../errors.js'
import { toApiError } from '../../http/api-error.js'
import type { HttpResponse } from '../../http/send.js'
import type { AuthorizationServer } from './authorization-server.js'
import { credentialSecrets } from './client-auth.js'
import { camelCase } from './naming.js'
import { callerHeaders, type RequestOptions } from './request-options.js'

/** A form to one of the tenant's endpoints, sent with the client's credentials. */
interface FormPost {
  url: string
  /** Members that are undefined are not sent. */
  form: Record<string, string | undefined>
  /** What it is, for messages. */
  what: string
  /** The one status that is a success. Default 200. */
  status?: number
  maxBytes?: number
  /** Values beside the credentials that no error may repeat. */
  secrets?: readonly (string | undefined)[]
}

/** Sends the form; any other status becomes an error that repeats nothing secret. @see RFC 6749 section 2.3 */
export async function postForm (server: AuthorizationServer,
  { url, form, what, status = 200, maxBytes, secrets = [] }: FormPost, options: RequestOptions): Promise<HttpResponse> {
  for (const [name, value] of Object.entries(form)) {
    if (value === undefined || typeof value === 'string') continue
    throw new InvalidArgumentError(camelCase(name), `The argument "${camelCase(name)}" must be a string.`)
  }
  const credentials = await server.clientAuthentication()
  const given = Object.entries({ ...form, ...credentials.params }).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  )
  const response = await server.http.send({
    method: 'POST',
    url,
    headers: {
      ...callerHeaders(options),
      ...credentials.headers,
      'content-type': 'application/x-www-form-urlencoded'
    },
    body: new URLSearchParams(given).toString(),
    signal: options.signal,
    timeout: options.timeout,
    maxBytes
  })
  if (response.status === status) return response
  throw toApiError(response, {
    what,
    now: server.now(),
    secrets: [...secrets, ...credentialSecrets(credentials)].filter(secret => secret !== undefined),
    call: `POST ${new URL(url).pathname}`
  })
}
