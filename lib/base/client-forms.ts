import { ConfigurationError } from '../errors.js'

/** What an option must be, in words, and whether a value is. */
type Form = readonly [what: string, fits: (value: unknown) => boolean]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isAtLeast = (least: number) => (value: unknown): boolean => Number.isFinite(value) && value as number >= least

const TEXT: Form = ['a string that is not empty', isText]
const FLAG: Form = ['true or false', value => typeof value === 'boolean']
const FUNCTION: Form = ['a function', value => typeof value === 'function']
const OBJECT: Form = ['an object', isObject]
const SECONDS: Form = ['a number of seconds, 0 or more', isAtLeast(0)]
const POSITIVE_SECONDS: Form = ['a number of seconds above 0', value => Number.isFinite(value) && value as number > 0]

/** A clock of milliseconds would be noticed by tokens that are all expired. */
function isClock (value: unknown): boolean {
  if (typeof value !== 'function') return false
  const time: unknown = (value as () => unknown)()
  return Number.isFinite(time) && time as number < 1e11
}

function isTelemetry (value: unknown): boolean {
  return typeof value === 'boolean' || (isObject(value) && isText(value.name) && isText(value.version))
}

/** Options of the four clients. Those that are not here are checked where they are read. */
const FORMS: Readonly<Record<string, Form>> = {
  clientAssertionSigningKeyId: TEXT,
  clientId: TEXT,
  clientSecret: TEXT,
  clientSecretMethod: ['"post" or "basic"', value => value === 'post' || value === 'basic'],
  clockTolerance: SECONDS,
  customDomain: ['a host name', value => isText(value) && /^[\w.:-]+$/.test(value as string)],
  customFetch: FUNCTION,
  discoveryTtl: SECONDS,
  dispatcher: ['an undici Dispatcher', value => isObject(value) && typeof value.dispatch === 'function'],
  dpop: ['true, false or { key }', value => typeof value === 'boolean' || isObject(value)],
  jwksMaxAge: POSITIVE_SECONDS,
  jwksUri: ['an absolute URL', value => isText(value) && /^https?:$/.test(protocolOf(value as string))],
  keys: ['an object with a method "get"', value => isObject(value) && typeof value.get === 'function'],
  now: ['a function that returns epoch seconds, such as () => Date.now() / 1000', isClock],
  organization: TEXT,
  retry: ['{ retries, maxDelay }, or false', value => value === false || isObject(value)],
  'retry.retries': ['a whole number, 0 or more', value => Number.isInteger(value) && value as number >= 0],
  'retry.maxDelay': SECONDS,
  'retry.sleep': FUNCTION,
  secret: TEXT,
  telemetry: ['true, false or { name, version }', isTelemetry],
  throttle: OBJECT,
  tls: OBJECT,
  token: ['an access token, or a function that returns one', value => isText(value) || typeof value === 'function'],
  useMtls: FLAG
}

function protocolOf (url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}

/** @throws ConfigurationError that says what the option must be, and not what it is: that may be a secret */
export function refuseOtherForms (option: string, value: unknown): void {
  const form = Object.hasOwn(FORMS, option) ? FORMS[option] : undefined
  if (form !== undefined && !form[1](value)) {
    throw new ConfigurationError(option, `Option "${option}" must be ${form[0]}.`)
  }
}
