import { ConfigurationError } from '../errors.js'
import { refuseOtherForms } from './client-forms.js'
import { refuseUnless } from './option-names.js'

/**
 * Options of `ManagementClient`, `AuthenticationClient`, `MyAccountClient` and `TokenVerifier`: one object may serve
 * them all.
 */
export const CLIENT_OPTIONS = [
  'algorithm',
  'audience',
  'clientAssertionSigningAlg',
  'clientAssertionSigningKey',
  'clientAssertionSigningKeyId',
  'clientId',
  'clientSecret',
  'clientSecretMethod',
  'clockTolerance',
  'customDomain',
  'customFetch',
  'discoveryTtl',
  'dispatcher',
  'domain',
  'dpop',
  'httpTimeout',
  'idTokenSigningAlg',
  'issuer',
  'jwks',
  'jwksMaxAge',
  'jwksUri',
  'keys',
  'maxWait',
  'now',
  'onWait',
  'organization',
  'rateLimit',
  'retry',
  'secret',
  'telemetry',
  'throttle',
  'timeout',
  'tls',
  'token',
  'useMtls'
] as const

/** Options that are objects, and their members. */
const MEMBERS: Record<string, readonly string[]> = {
  dpop: ['key'],
  retry: ['retries', 'maxDelay', 'sleep', 'now', 'random'],
  telemetry: ['name', 'version', 'env'],
  throttle: ['perSecond', 'burst'],
  tls: ['cert', 'key', 'passphrase', 'ca']
}

/**
 * Refuses an option that no client has, and one that is of another form. What is `undefined`, and what another client
 * takes, passes.
 * @throws ConfigurationError that names the option, and the nearest known one or what it must be
 */
export function checkClientOptions (options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', 'The options of a client must be an object.')
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    refuseUnless(CLIENT_OPTIONS, name, '')
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    refuseOtherForms(name, value)
    const members = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined
    if (members === undefined || typeof value !== 'object' || value === null) continue
    for (const [member, given] of Object.entries(value)) {
      if (given === undefined) continue
      refuseUnless(members, member, `${name}.`)
      refuseOtherForms(`${name}.${member}`, given)
    }
  }
}

/**
 * Seconds for a whole exchange: `httpTimeout`, or `timeout`, its other name.
 * @throws ConfigurationError unless it is a number above 0 and at most 3600
 */
export function readHttpTimeout (
  { httpTimeout, timeout }: { httpTimeout?: number | undefined, timeout?: number | undefined }
): number | undefined {
  if (httpTimeout !== undefined && timeout !== undefined && httpTimeout !== timeout) {
    throw new ConfigurationError('timeout', 'Option "timeout" must not differ from "httpTimeout".')
  }
  const [option, seconds] =
    httpTimeout === undefined ? (['timeout', timeout] as const) : (['httpTimeout', httpTimeout] as const)
  if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0 && seconds <= 3600)) {
    throw new ConfigurationError(option, `Option "${option}" must be a number of seconds above 0, and at most 3600.`)
  }
  return seconds
}

/**
 * Whether a client authenticates by mutual TLS, with `tls` or a certificate that its transport presents.
 * @throws ConfigurationError for `useMtls` without a transport of the application's, or beside `tls`
 */
export function usesMutualTls ({ tls, useMtls, customFetch, dispatcher }: {
  tls?: unknown, useMtls?: boolean | undefined, customFetch?: unknown, dispatcher?: unknown
}): boolean {
  if (useMtls !== true) return tls !== undefined
  if (tls !== undefined) throw new ConfigurationError('useMtls', 'Option "useMtls" must not be given beside "tls".')
  if (customFetch === undefined && dispatcher === undefined) {
    throw new ConfigurationError('useMtls',
      'Option "useMtls" must not be given without "customFetch" or "dispatcher". These present the certificate.')
  }
  return true
}
