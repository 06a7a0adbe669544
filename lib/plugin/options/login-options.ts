import { ConfigurationError, type InvalidArgumentError } from '../../errors.js'
import { readParams } from '../../flows/login/authorization-params.js'
import type { Auth0Options, AuthorizationParams } from '../../../types/options.js'
import { refuseOption, text, type Rule } from './rules.js'

/** `scope`: a string, or scopes by audience. */
export const scope: Rule<string | Readonly<Record<string, string>>> = (value, option) => {
  if (typeof value === 'string' && value.trim() !== '') return value
  if (typeof value === 'object' && value !== null && !Array.isArray(value) &&
    Object.values(value).every(v => typeof v === 'string')) return value as Record<string, string>
  return refuseOption(option, value, 'a string of scopes, or an object of scopes per audience')
}

/** `authorizationParams`: an object, or a function of the request. */
export const authorizationParams: Rule<NonNullable<Auth0Options['authorizationParams']>> = (value, option) => {
  if (typeof value === 'function') return value as NonNullable<Auth0Options['authorizationParams']>
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object or a function of the request')
  }
  const params = value as AuthorizationParams
  if (params.scope !== undefined) scope(params.scope, `${option}.scope`)
  for (const name of ['audience', 'organization', 'invitation'] as const) {
    if (params[name] !== undefined) text(params[name], `${option}.${name}`)
  }
  try {
    readParams(params, { audience: undefined, scope: 'openid' })
  } catch (error) {
    // What would be refused at every login is refused at the start; what cannot be written as JSON has no name.
    const { argument = option, message } = error as Partial<InvalidArgumentError> & Error
    throw new ConfigurationError(argument, `Option "${option}" must hold only what can be sent. ${message}`)
  }
  return params
}
