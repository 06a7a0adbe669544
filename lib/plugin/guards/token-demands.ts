import { ConfigurationError } from '../../errors.js'
import type { AccessTokenDemands } from '../../../types/guards.js'
import { checkMembers, refuseOption, text, type Rule } from '../options/rules.js'

const names: Rule<readonly string[]> = (value, option) =>
  Array.isArray(value) && value.length > 0 && value.every(name => typeof name === 'string' && name !== '')
    ? value as string[]
    : refuseOption(option, value, 'a list of one or more names')

const rules = {
  scopes: names,
  anyScope: names,
  permissions: names,
  organization: text,
  audience: (value: unknown, option: string) => Array.isArray(value) ? names(value, option) : text(value, option)
} satisfies Record<keyof AccessTokenDemands, Rule<unknown>>

/** @throws ConfigurationError for demands that are not known, or would mean nothing */
export function checkTokenDemands (demands: AccessTokenDemands): void {
  if (typeof demands !== 'object' || demands === null) {
    throw new ConfigurationError('requireToken',
      '"requireToken" takes { scopes, anyScope, permissions, organization, audience }.')
  }
  checkMembers(demands as Record<string, unknown>, rules, name => `requireToken.${name}`)
}
