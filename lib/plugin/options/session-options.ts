import { isLoopback } from '../../authentication/server/domain.js'
import { ConfigurationError } from '../../errors.js'
import { LEAST_MAX_AGE } from '../../stores/device/device-gate.js'
import type { Config, DeviceBoundConfig } from '../../flows/config.js'
import type { ImportedCookie } from '../../../types/options.js'
import { count, flag, members, oneOf, refuseOption, seconds, type Rule } from './rules.js'

const YEAR = 31_536_000
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/

const cookieName: Rule<string> = (value, option) =>
  typeof value === 'string' && COOKIE_NAME.test(value)
    ? value
    : refuseOption(option, value, "a cookie name: 1 to 64 letters, digits or !#$%&'*+-.^_`|~")

const cookiePath: Rule<string> = (value, option) =>
  // eslint-disable-next-line no-control-regex -- control characters are what must not get into a header
  typeof value === 'string' && value.startsWith('/') && !/[;\x00-\x20\x7f]/.test(value)
    ? value
    : refuseOption(option, value, 'a path that begins with "/"')

const cookieDomain: Rule<string> = (value, option) =>
  typeof value === 'string' && /^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(value)
    ? value
    : refuseOption(option, value, 'a host name')

const cookieMembers = {
  name: cookieName,
  sameSite: oneOf('lax', 'strict', 'none'),
  secure: flag,
  domain: cookieDomain,
  path: cookiePath,
  partitioned: flag
}
const cookie = members(cookieMembers)
const sessionCookie = members({ ...cookieMembers, transient: flag })

/** Browsers refresh two minutes before the end of a bound cookie: a shorter one would be refreshed at every request. */
const LEAST_REFRESH_AFTER = 180

const boundOptions = members({ refreshAfter: seconds(LEAST_REFRESH_AFTER, 86_400), required: flag })

const deviceBound: Rule<DeviceBoundConfig | undefined> = (value, option) => {
  if (value === false) return undefined
  if (value !== true && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    return refuseOption(option, value, 'true, false or { refreshAfter, required }')
  }
  const { refreshAfter = 600, required = false } = value === true ? {} : boundOptions(value, option)
  return { refreshAfter, required }
}

/** `sessionConfiguration`: lifetimes in seconds, cookie and store. */
export const sessionConfiguration = members({
  rolling: flag,
  inactivityDuration: seconds(1, YEAR),
  absoluteDuration: seconds(1, YEAR),
  touchAfter: seconds(0, YEAR),
  cookie: sessionCookie,
  cacheEntries: count(0, 1_000_000),
  encryptAtRest: flag,
  onStoreError: oneOf('fail', 'anonymous'),
  storeTimeout: seconds(0.05, 60),
  deviceBound
})

/** `transactionConfiguration`: how long a login may take, and its cookie. */
export const transactionConfiguration = members({ duration: seconds(30, 86_400), cookie })

const secretOrSecrets: Rule<ImportedCookie['secret']> = (value, option) =>
  [value].flat().every(secret => (typeof secret === 'string' || secret instanceof Uint8Array) && secret.length > 0) &&
    [value].flat().length > 0
    ? value as ImportedCookie['secret']
    : refuseOption(option, value, "the other library's secret, or a list of them")

const importedCookie: Rule<ImportedCookie> = (value, option) => {
  const cookie = members({ secret: secretOrSecrets, name: cookieName, path: cookiePath, domain: cookieDomain })(value,
    option)
  return cookie.secret === undefined
    ? refuseOption(`${option}.secret`, undefined, "the other library's secret")
    : cookie as ImportedCookie
}

/** `importSessions`: the cookies of other libraries, with their secrets. */
export const importSessions = members({ auth0Fastify: importedCookie, expressOpenidConnect: importedCookie })

/**
 * Name prefixes and plain http, decided for the addresses the application is known to have. @see RFC 6265bis section
 * 4.1.3
 */
export function cookieConfig (given: ReturnType<typeof sessionCookie> | undefined,
  bases: readonly { origin: string, secure: boolean }[], option: string): Config['sessionCookie'] {
  const { name, secure, domain, path = '/', sameSite = 'lax', partitioned = false, transient = false } = given ?? {}
  const insecure = bases.find(base => !base.secure)
  if (insecure !== undefined && secure === undefined && !isLoopback(new URL(insecure.origin).hostname)) {
    throw new ConfigurationError('appBaseUrl',
      `Option "appBaseUrl" must not be plain http ("${new URL(insecure.origin).host}"): cookies would travel ` +
        'unencrypted. Use https. If you mean it, set "sessionConfiguration.cookie.secure" and ' +
        '"transactionConfiguration.cookie.secure" to false.')
  }
  if (secure === false && bases.some(base => base.secure)) {
    throw new ConfigurationError(`${option}.secure`,
      `Option "${option}.secure" must not be false for an application on https.`)
  }
  if ((sameSite === 'none' || partitioned) && secure === false) {
    throw new ConfigurationError(`${option}.sameSite`,
      `Option "${option}.sameSite" must not be 'none', nor "partitioned" true, without "secure": browsers refuse it.`)
  }
  const isPlain = secure === false ||
    (secure === undefined && bases.length > 0 && bases.every(base => !base.secure))
  // Browsers read these prefixes in any case.
  if (name !== undefined && /^__Host-/i.test(name) && (domain !== undefined || path !== '/' || isPlain)) {
    throw new ConfigurationError(`${option}.name`,
      `Option "${option}.name" must not begin with "__Host-" unless the cookie is secure, without a domain, and has ` +
        'the path "/".')
  }
  if (name !== undefined && /^__Secure-/i.test(name) && isPlain) {
    throw new ConfigurationError(`${option}.name`,
      `Option "${option}.name" must not begin with "__Secure-" unless the cookie is secure.`)
  }
  return { name, sameSite, secure, domain, path, partitioned, transient }
}

/**
 * `deviceBound`, for the addresses the application is known to have: over plain http, as in development, no browser
 * binds a session, so none is required there.
 */
export function deviceBoundConfig (given: DeviceBoundConfig | undefined, cookie: Config['sessionCookie'],
  bases: readonly { secure: boolean }[], clockTolerance: number): DeviceBoundConfig | undefined {
  if (given === undefined) return undefined
  const least = LEAST_MAX_AGE + clockTolerance
  if (given.refreshAfter < least) {
    throw new ConfigurationError('sessionConfiguration.deviceBound.refreshAfter',
      `Option "sessionConfiguration.deviceBound.refreshAfter" must be at least ${least} with a "clockTolerance" of ` +
        `${clockTolerance}: browsers forget the bound cookie that much earlier, and must keep it for a while.`)
  }
  if (cookie.partitioned) {
    throw new ConfigurationError('sessionConfiguration.deviceBound',
      'Option "sessionConfiguration.deviceBound" must not be combined with "cookie.partitioned": browsers bind no ' +
        'partitioned cookies.')
  }
  return { ...given, required: given.required && bases.some(({ secure }) => secure) }
}
