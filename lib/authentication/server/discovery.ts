import { NetworkError } from '../../errors.js'
import { isObject } from '../../base/json.js'
import { trace, traceChannel } from '../../base/trace.js'
import { parseJsonObject } from '../../http/json.js'
import { toApiError } from '../../http/api-error.js'
import { SMALL_ANSWER, type Http } from '../../http/send.js'
import { isLoopback } from './domain.js'

/** What the tenant says of itself. @see OpenID Connect Discovery section 3 */
export interface Metadata {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  jwks_uri: string
  userinfo_endpoint?: string
  end_session_endpoint?: string
  pushed_authorization_request_endpoint?: string
  backchannel_authentication_endpoint?: string
  revocation_endpoint?: string
  device_authorization_endpoint?: string
  registration_endpoint?: string
  mtls_endpoint_aliases?: Record<string, string>
  authorization_response_iss_parameter_supported?: boolean
  code_challenge_methods_supported?: string[]
  backchannel_logout_supported?: boolean
  [member: string]: unknown
}

const REQUIRED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const
const OPTIONAL = [
  'userinfo_endpoint',
  'end_session_endpoint',
  'pushed_authorization_request_endpoint',
  'backchannel_authentication_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'registration_endpoint'
] as const

/** What `fetchMetadata` needs. */
export interface MetadataSource {
  http: Http
  now: () => number
  /** Told by how many seconds this server's clock is ahead of the tenant's; negative when it is behind. */
  onClock?: ((seconds: number) => void) | undefined
}

const fetches = traceChannel('discovery')

/** Fetches and checks the tenant's metadata. @see OpenID Connect Discovery section 4 */
export async function fetchMetadata (issuer: string, source: MetadataSource): Promise<Metadata> {
  return await (fetches.hasSubscribers
    ? trace(fetches, { domain: new URL(issuer).host }, () => fetchAndCheck(issuer, source))
    : fetchAndCheck(issuer, source))
}

async function fetchAndCheck (issuer: string, { http, now, onClock }: MetadataSource): Promise<Metadata> {
  const asked = now()
  const response = await http.send({
    method: 'GET',
    url: `${issuer}.well-known/openid-configuration`,
    maxBytes: SMALL_ANSWER,
    retry: { retries: 1, maxDelay: 1, now }
  })
  if (response.status !== 200) {
    throw toApiError(response, { what: 'Discovery', now: now(), call: 'GET /.well-known/openid-configuration' })
  }
  const ahead = onClock && clockDifference(response.headers, asked, now())
  if (ahead !== undefined) onClock!(ahead)
  return checkMetadata(parseJsonObject(response, 'Discovery'), issuer)
}

/**
 * Seconds that this clock is ahead of the one that wrote the answer, as far as whole seconds and the time of the call
 * tell; `undefined` where the answer does not say. @see RFC 9110 section 6.6.1, RFC 9111 section 5.1
 */
function clockDifference ({ date = '', age = '0' }: Record<string, string>, asked: number,
  answered: number): number | undefined {
  const theirs = Date.parse(date) / 1000 + Number(age)
  if (Number.isNaN(theirs)) return undefined
  if (asked > theirs + 1) return asked - theirs
  return Math.min(0, answered - theirs)
}

/** Refuses a document that is another issuer's, lacks something, or points anywhere but at the issuer. */
export function checkMetadata (document: Record<string, unknown>, issuer: string): Metadata {
  if (document.issuer !== issuer) throw refused(`the issuer must be "${issuer}"`)
  for (const name of REQUIRED) {
    if (document[name] === undefined) throw refused(`"${name}" is missing`)
    checkEndpoint(name, document[name], issuer)
  }
  for (const name of OPTIONAL) if (document[name] !== undefined) checkEndpoint(name, document[name], issuer)
  const aliases = document.mtls_endpoint_aliases
  if (aliases !== undefined) {
    if (!isObject(aliases)) throw refused('"mtls_endpoint_aliases" is not an object')
    for (const [name, url] of Object.entries(aliases)) checkEndpoint(`mtls_endpoint_aliases.${name}`, url, issuer)
  }
  return document as Metadata
}

/** An endpoint is a plain URL of the issuer's scheme on the issuer's host or below it. */
function checkEndpoint (name: string, value: unknown, issuer: string): void {
  // Only printable ASCII, no backslash: what a URL parser would mend is refused.
  if (typeof value !== 'string' || !/^https?:\/\/[\x21-\x7e]+$/.test(value) || value.includes('\\') ||
    !URL.canParse(value)) {
    throw refused(`"${name}" is not an absolute https URL`)
  }
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || value.includes('#')) {
    throw refused(`"${name}" holds credentials or a fragment`)
  }
  if (!isAtIssuer(url, new URL(issuer))) throw refused(`"${name}" is not at the issuer's host`)
}

/** The issuer's origin or a host below it; a tenant on loopback (development) may use any loopback port. */
function isAtIssuer (url: URL, issuer: URL): boolean {
  if (issuer.protocol === 'http:') return isLoopback(url.hostname)
  return url.protocol === 'https:' && url.port === issuer.port &&
    (url.hostname === issuer.hostname || url.hostname.endsWith(`.${issuer.hostname}`))
}

function refused (reason: string): NetworkError {
  return new NetworkError(`The tenant's metadata cannot be used: ${reason}.`, undefined, 'invalid_metadata')
}
