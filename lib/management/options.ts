import type { ClientAuthenticationOptions, HttpClientOptions } from '../../types/outbound.js'
import type { Awaitable } from '../../types/stores.js'
import { ConfigurationError } from '../errors.js'
import { parseDomain } from '../authentication/server/domain.js'
import { createHttp } from '../http/send.js'
import type { RetryPolicy } from '../http/retry.js'
import type { CallerOptions } from './caller.js'
import { createThrottle, type ThrottleOptions } from './throttle.js'
import { credentialsToken, givenToken, type TokenSource } from './token.js'

/** How often calls are repeated: GET, PUT and DELETE after 429, 5xx and broken connections, POST and PATCH after 429 only. */
export type RetryOptions = Pick<RetryPolicy, 'retries' | 'maxDelay' | 'sleep'>

/** Options of the `ManagementClient`. Give a `token`, or credentials to get tokens with. Durations are in seconds. */
export interface ManagementClientOptions extends ClientAuthenticationOptions, Omit<HttpClientOptions, 'httpTimeout'> {
  /** The tenant's domain. `http:` only for loopback. */
  domain: string
  /** An access token, or a function that returns one. The function is asked for each call; where Auth0 refused a token, it is told which. */
  token?: string | ((refused?: string) => Awaitable<string>)
  clientId?: string
  /** Identifier of the Management API. Default `https://{domain}/api/v2/`; with a custom domain, give that of the tenant's own domain. */
  audience?: string
  /** The organization tokens are asked for. */
  organization?: string
  /** Seconds for a call, body included. Default 10. */
  timeout?: number
  /** Default three times, as long as Auth0 asks for no more than 30 seconds. `false` for never. */
  retry?: false | Partial<RetryOptions>
  /** Keeps the client below a rate. Default: as fast as it is asked. */
  throttle?: ThrottleOptions
  /** The custom domain that links in e-mails and tickets point to. */
  customDomain?: string
  /** The clock, epoch seconds. For tests. */
  now?: () => number
}

/** What follows from the options. */
export function readOptions (options: ManagementClientOptions): CallerOptions {
  const { retry = {}, throttle, customDomain, timeout = 10, now = () => Date.now() / 1000 } = options
  const { issuer } = parseDomain(options.domain)
  positive('timeout', timeout)
  if (throttle !== undefined) positive('throttle.perSecond', throttle.perSecond)
  if (throttle?.burst !== undefined) positive('throttle.burst', throttle.burst)
  const http = createHttp({ dispatcher: options.dispatcher, customFetch: options.customFetch, telemetry: options.telemetry, tls: options.tls, timeout })
  const policy: RetryOptions = retry === false ? { retries: 0 } : { retries: 3, maxDelay: 30, ...retry }
  return {
    http,
    baseUrl: `${issuer}api/v2`,
    tokens: tokenSource(options, { issuer, http, now }),
    retry: { ...policy, now },
    throttle: throttle === undefined ? undefined : createThrottle(throttle, now, policy.sleep),
    customDomain,
    now
  }
}

function tokenSource (options: ManagementClientOptions, { issuer, http, now }: { issuer: string, http: CallerOptions['http'], now: () => number }): TokenSource {
  const { domain, token, clientId, clientSecret, clientSecretMethod, clientAssertionSigningKey: key, tls, audience = `${issuer}api/v2/`, organization } = options
  if (token !== undefined) {
    if (clientSecret !== undefined || key !== undefined) throw new ConfigurationError('token', 'The option "token" cannot be used together with "clientSecret" or "clientAssertionSigningKey".')
    return givenToken(token)
  }
  if (clientId === undefined) throw new ConfigurationError('token', 'Give a "token", or a "clientId" with "clientSecret" or "clientAssertionSigningKey".')
  if (clientSecret === undefined && key === undefined && tls === undefined) {
    throw new ConfigurationError('clientSecret', 'With "clientId" goes "clientSecret", "clientAssertionSigningKey" or "tls".')
  }
  const signing = key === undefined ? undefined : { key, alg: options.clientAssertionSigningAlg, keyId: options.clientAssertionSigningKeyId }
  return credentialsToken({ domain, clientId, clientSecret, clientSecretMethod, signing, tls: tls !== undefined, audience, organization, http, now })
}

function positive (option: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new ConfigurationError(option, `The option "${option}" has to be a positive number.`)
}
