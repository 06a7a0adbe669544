import { ConfigurationError, type InvalidArgumentError } from '../../errors.js'
import { isLanding } from '../../flows/logout/landing.js'
import { checkLogoutParams } from '../../flows/logout/logout-params.js'
import { refuseOption, type Rule } from './rules.js'

/** `logoutUrl`: a path of the application, or an absolute URL. */
export const logoutUrl: Rule<string> = (value, option) =>
  typeof value === 'string' && (/^\/(?![/\\])/.test(value) || isLanding(value))
    ? value
    : refuseOption(option, value, 'a path that begins with "/", or an absolute https URL without credentials')

/** `logoutParams`: further parameters, each a string. */
export const logoutParams: Rule<Readonly<Record<string, string>>> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object of strings')
  }
  try {
    return Object.freeze({ ...checkLogoutParams(value as Record<string, string>) })
  } catch (error) {
    const { argument, message } = error as InvalidArgumentError
    throw new ConfigurationError(argument, `Option "${option}" must hold only what can be sent. ${message}`)
  }
}
