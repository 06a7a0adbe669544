import type { ClientAuthenticationOptions, StandaloneHttpOptions } from '../../types/outbound.js'
import type { Awaitable } from '../../types/stores.js'
import { systemClock } from '../base/clock.js'
import { readHttpTimeout, checkClientOptions, usesMutualTls } from '../base/client-options.js'
import { ConfigurationError } from '../errors.js'
import { parseDomain } from '../authentication/server/domain.js'
import { sleep } from '../base/sleep.js'
import { createHttp } from '../http/send.js'
import type { RetryPolicy } from '../http/retry.js'
import type { ApiSenderOptions } from './api-sender.js'
import { SharedLimit, type RateLimitWait } from './rate-limit/shared-limit.js'
import { createThrottle, type ThrottleOptions } from './rate-limit/throttle.js'
import { credentialsToken, givenToken, type TokenSource } from './token.js'

/**
 * How often calls are repeated: GET, PUT and DELETE after 429, 5xx and broken connections, POST and PATCH after 429
 * only.
 */
export type RetryOptions = Pick<RetryPolicy, 'retries' | 'maxDelay' | 'sleep'>

/** Options of the `ManagementClient`. Give a `token`, or credentials to get tokens with. Durations are in seconds. */
export interface ManagementClientOptions extends ClientAuthenticationOptions, StandaloneHttpOptions {
  /** The tenant's domain. `http:` only for loopback. */
  domain: string
  /**
   * An access token, or a function that returns one. The function is asked for each call; where Auth0 refused a
   * token, it is told which.
   */
  token?: string | ((refused?: string) => Awaitable<string>) | undefined
  clientId?: string | undefined
  /**
   * Identifier of the Management API. Default `https://{domain}/api/v2/`; with a custom domain, give that of the
   * tenant's own domain.
   */
  audience?: string | undefined
  /** The organization tokens are asked for. */
  organization?: string | undefined
  /** Seconds for a call, body included. Default 10. */
  httpTimeout?: number | undefined
  /**
   * Default three times, after waits of at most 30 seconds; for a shared rate limit, `maxWait` counts. `false` for
   * never.
   */
  retry?: false | Partial<RetryOptions> | undefined
  /**
   * How calls keep Auth0's rate limit. Default `share`: no more calls start than the answers of all say are left, the
   * others wait in order. With `each` every call starts at once, and waits for itself when it is refused.
   */
  rateLimit?: 'share' | 'each' | undefined
  /** Seconds a call waits for a shared rate limit in all, then it fails. Default 60. */
  maxWait?: number | undefined
  /** Told when calls begin to wait for a shared rate limit. */
  onWait?: ((wait: RateLimitWait) => void) | undefined
  /** Keeps the client below a rate. Default: as fast as it is asked. */
  throttle?: ThrottleOptions | undefined
  /** The custom domain that links in e-mails and tickets point to. */
  customDomain?: string | undefined
  /** The clock, epoch seconds. For tests. */
  now?: (() => number) | undefined
}

const MAX_WAIT = 60

/** What follows from the options. */
export function senderOptions (options: ManagementClientOptions): ApiSenderOptions {
  checkClientOptions(options)
  const { retry = {}, throttle, customDomain, now = systemClock } = options
  const timeout = readHttpTimeout(options) ?? 10
  const { issuer } = parseDomain(options.domain)
  if (throttle !== undefined) positive('throttle.perSecond', throttle.perSecond)
  if (throttle?.burst !== undefined) positive('throttle.burst', throttle.burst)
  const http = createHttp({
    dispatcher: options.dispatcher,
    customFetch: options.customFetch,
    telemetry: options.telemetry,
    tls: options.tls,
    timeout
  })
  const policy: RetryPolicy = retry === false
    ? { retries: 0, now }
    : { ...retry, retries: retry.retries ?? 3, maxDelay: retry.maxDelay ?? 30, now }
  return {
    http,
    baseUrl: `${issuer}api/v2`,
    tokens: tokenSource(options, { issuer, http, retry: policy, now }),
    retry: policy,
    limit: sharedLimit(options, policy),
    throttle: throttle === undefined ? undefined : createThrottle(throttle, now, policy.sleep),
    customDomain,
    now
  }
}

function sharedLimit (
  { rateLimit = 'share', maxWait, onWait }: ManagementClientOptions,
  { sleep: wait = sleep, random = Math.random, maxDelay = MAX_WAIT, now = systemClock }: RetryPolicy
): SharedLimit | undefined {
  if (rateLimit !== 'share' && rateLimit !== 'each') {
    throw new ConfigurationError('rateLimit', 'Option "rateLimit" must be "share" or "each".')
  }
  if (maxWait !== undefined && !(typeof maxWait === 'number' && maxWait >= 0)) {
    throw new ConfigurationError('maxWait', 'Option "maxWait" must be a number of seconds, 0 or more.')
  }
  if (onWait !== undefined && typeof onWait !== 'function') {
    throw new ConfigurationError('onWait', 'Option "onWait" must be a function.')
  }
  if (rateLimit === 'each') return undefined
  return new SharedLimit({ maxWait: maxWait ?? Math.max(MAX_WAIT, maxDelay), onWait, now, sleep: wait, random })
}

function tokenSource (
  options: ManagementClientOptions,
  { issuer, http, retry, now }: Pick<ApiSenderOptions, 'http' | 'retry' | 'now'> & { issuer: string }
): TokenSource {
  const {
    domain,
    token,
    clientId,
    clientSecret,
    clientSecretMethod,
    clientAssertionSigningKey: key,
    audience = `${issuer}api/v2/`,
    organization
  } = options
  if (token !== undefined) {
    if (clientSecret !== undefined || key !== undefined) {
      throw new ConfigurationError(
        'token',
        'Option "token" must not be given beside "clientSecret" or "clientAssertionSigningKey".'
      )
    }
    return givenToken(token)
  }
  if (clientId === undefined) {
    throw new ConfigurationError(
      'token',
      'Option "token" must be given, or "clientId" with "clientSecret" or "clientAssertionSigningKey".'
    )
  }
  if (typeof (audience as unknown) !== 'string' || audience === '') {
    throw new ConfigurationError('audience', 'Option "audience" must be a string that is not empty.')
  }
  const tls = usesMutualTls(options)
  if (clientSecret === undefined && key === undefined && !tls) {
    throw new ConfigurationError(
      'clientSecret',
      'Option "clientSecret" must be given with "clientId", or "clientAssertionSigningKey", "tls" or "useMtls".'
    )
  }
  const signing = key === undefined
    ? undefined
    : { key, alg: options.clientAssertionSigningAlg, keyId: options.clientAssertionSigningKeyId }
  return credentialsToken({
    domain,
    clientId,
    clientSecret,
    clientSecretMethod,
    signing,
    tls,
    audience,
    organization,
    http,
    retry,
    now
  })
}

function positive (option: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) {
    throw new ConfigurationError(option, `Option "${option}" must ` +
      'be a number above 0.')
  }
}
