import { ConfigurationError } from '../../errors.js'
import { isInOrganization } from '../../tokens/claims.js'
import type { OrganizationDemand, RuleRequest } from '../../../types/guards.js'
import { principalGuard } from './principal.js'
import { forbid } from './denial.js'
import { factory } from './factory.js'
import { PASS, type Guard } from './guard/guard.js'

/**
 * Guard of an organization: `requireOrganization(request => request.params.organization)`.
 * 403 `wrong_organization` for users who logged in to another one, or to none.
 * @see https://auth0.com/docs/manage-users/organizations/using-tokens
 */
export const requireOrganization = factory('requireOrganization', (demand: OrganizationDemand): Guard => {
  if (typeof demand !== 'function' && (typeof demand !== 'string' || demand.trim() === '')) {
    throw new ConfigurationError('requireOrganization',
      '"requireOrganization" takes an organization\'s id or name, or a function of the request.')
  }
  return principalGuard(({ claims, request, reply }) => {
    const settle = (organization: string | undefined): Promise<void> =>
      organization !== undefined && isInOrganization(claims, organization)
        ? PASS
        : forbid(request, reply, 'wrong_organization', 'This is for members of another organization, logged in to it.')
    const organization = typeof demand === 'function' ? demand(request as RuleRequest) : demand
    return organization instanceof Promise ? organization.then(settle) : settle(organization)
  })
})
