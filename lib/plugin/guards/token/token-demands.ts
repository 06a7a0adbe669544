import { ConfigurationError } from '../../../errors.js'
import type { TokenDemands } from '../../../flows/api/access-token-check.js'
import { splitScope } from '../../../flows/tokens/scopes.js'
import type { AccessTokenDemands } from '../../../../types/guards.js'
import { checkMembers, flag, refuseOption, refuseUndefined, seconds, text, type Rule } from '../../options/rules.js'

/** One or more names: a list, or a text with a space between them. */
const names: Rule<readonly string[]> = (value, option) => {
  const list: unknown = typeof value === 'string' ? splitScope(value) : value
  return Array.isArray(list) && list.length > 0 && list.every(name => typeof name === 'string' && name !== '')
    ? list as string[]
    : refuseOption(option, value, 'one or more names: a list, or a text with a space between them')
}

const rules = {
  scopes: names,
  anyScope: names,
  permissions: names,
  organization: text,
  audience: (value: unknown, option: string) => Array.isArray(value) ? names(value, option) : text(value, option),
  maxAge: seconds(0, 315_360_000),
  acr: names,
  actor: (value: unknown, option: string) =>
    value === 'none' || value === 'required' || typeof value === 'function'
      ? value
      : refuseOption(option, value, "'none', 'required' or a function of the actor"),
  subjectProfile: names,
  anonymous: flag,
  optional: flag,
  resource: text
} satisfies Record<keyof AccessTokenDemands, Rule<unknown>>

/**
 * The demands with their names as lists.
 * @throws ConfigurationError for demands that are not known, or would mean nothing
 */
export function checkTokenDemands (demands: AccessTokenDemands): TokenDemands {
  if (typeof demands !== 'object' || demands === null) {
    throw new ConfigurationError('requireToken',
      `"requireToken" takes { ${Object.keys(rules).join(', ')} }.`)
  }
  refuseUndefined(demands, name => `requireToken.${name}`)
  const checked = checkMembers(demands as Record<string, unknown>, rules, name => `requireToken.${name}`)
  if (checked.resource !== undefined && checked.audience !== undefined) {
    throw new ConfigurationError('requireToken.audience',
      'Option "requireToken.audience" must not be given beside "requireToken.resource": a resource has its own ' +
      'audience.')
  }
  return checked as TokenDemands
}
