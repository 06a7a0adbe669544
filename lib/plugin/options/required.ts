import { ConfigurationError } from '../../errors.js'
import type { GivenOptions } from './options-rules.js'

/** Options of logins and sessions: with none of them and no routes, the plugin guards an API only. */
const OF_SESSIONS = ['clientId', 'clientSecret', 'clientAssertionSigningKey', 'tls', 'useMtls', 'sessionSecret',
  'sessionStore', 'sessionConfiguration', 'transactionStore', 'transactionConfiguration', 'importSessions'] as const

/** Whether the application guards an API and does nothing else: no routes, no sessions, no client to authenticate. */
export function guardsApiOnly (given: GivenOptions): boolean {
  return given.mountRoutes === false && (given.api?.audience ?? given.api?.resources) !== undefined &&
    OF_SESSIONS.every(name => given[name] === undefined)
}

/** Options that applications read from the environment: where it is not set, they are often empty. */
const OF_ENVIRONMENT = ['domain', 'clientId', 'clientSecret', 'appBaseUrl', 'sessionSecret']

/** Takes options out that are empty strings, and returns their names: they are reported with what is missing. */
export function withoutEmpty (own: Record<string, unknown>): string[] {
  const empty = OF_ENVIRONMENT.filter(name => own[name] === '')
  for (const name of empty) delete own[name]
  return empty
}

/**
 * @param empty names of options that are empty strings
 * @throws ConfigurationError that names every option that is missing or empty
 */
export function checkRequired (given: GivenOptions, production: boolean, empty: readonly string[]): void {
  const names = guardsApiOnly(given)
    ? ['domain'] as const
    : ['domain', 'clientId', 'sessionSecret', ...production ? ['appBaseUrl'] as const : []] as const
  const missing: string[] = names.filter(name => given[name] === undefined)
  missing.push(...empty.filter(name => !missing.includes(name)))
  const reasons: string[] = []
  const authenticates = given.useMtls === true ||
    [given.clientSecret, given.clientAssertionSigningKey, given.tls].some(way => way !== undefined)
  if (!authenticates && !guardsApiOnly(given)) {
    if (!missing.includes('clientSecret')) missing.push('clientSecret')
    reasons.push('The client must authenticate: give one of "clientSecret", "clientAssertionSigningKey" or "tls".')
  }
  if (missing.includes('appBaseUrl')) {
    reasons.push('In production any Host header would be believed without "appBaseUrl": give the address of the ' +
      'application, or a list of addresses.')
  }
  if (missing.length === 0) return
  if (empty.length > 0) {
    const names = empty.map(name => `"${name}"`).join(', ')
    reasons.push(`Each must be a non-empty string, and ${names} ${empty.length === 1 ? 'is' : 'are'} empty. Is the ` +
      'environment variable set, and is the file with it loaded (node --env-file=.env)?')
  }
  if (missing.includes('clientId') && (given.api !== undefined || given.audience !== undefined)) {
    reasons.push('An API alone needs "domain" and "api.audience" only, with "mountRoutes: false". Instead of ' +
      '"api.audience" it may have "api.resources".')
  }
  const [first, ...others] = missing
  const what = others.length === 0
    ? `Option "${first}" must be given.`
    : `Options ${missing.map(name => `"${name}"`).join(', ')} must be given.`
  throw new ConfigurationError(first!, [what, ...reasons].join(' '))
}
