import { ConfigurationError } from '../../errors.js'
import type { AccessTokenDemands, RouteAuth0Config } from '../../../types/guards.js'
import { checkMembers, flag, refuseOption, refuseUndefined, unauthenticated, type Rule } from '../options/rules.js'
import type { Guard } from './guard/guard.js'
import { requireClaims } from './require-claims.js'
import { requireFreshLogin } from './require-fresh-login.js'
import { requireMfa } from './require-mfa.js'
import { requireOrganization } from './require-organization.js'
import { requireOwnSession } from './require-own-session.js'
import { requirePermissions } from './require-permissions.js'
import { requireSameOrigin } from './require-same-origin.js'
import { requireSession } from './require-session.js'
import { requireSessionOrToken } from './require-session-or-token.js'
import { requireToken } from './token/require-token.js'

const asIs = (value: unknown): unknown => value
const rules = {
  session: flag,
  claims: asIs,
  organization: asIs,
  permissions: asIs,
  freshLogin: asIs,
  mfa: flag,
  ownSession: flag,
  token: asIs,
  sessionOrToken: asIs,
  sameOrigin: flag,
  public: flag,
  touch: flag,
  onUnauthenticated: unauthenticated
} satisfies Record<keyof RouteAuth0Config, Rule<unknown>>

/**
 * The guards that a route declares in `config.auth0`, in the order they ask: who it is, then what they may.
 * @param route the route as messages call it
 * @throws ConfigurationError for a rule that is not known or contradicts another
 */
export function configGuards (declared: RouteAuth0Config | false, route: string): Guard[] {
  if (declared === false) return []
  try {
    return guardsOf(declared)
  } catch (error) {
    const { option, message } = error as ConfigurationError
    throw new ConfigurationError(option, `${message} The route ${route} declares it.`, error)
  }
}

function guardsOf (declared: RouteAuth0Config): Guard[] {
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    return refuseOption('config.auth0', declared, 'false or an object of guards')
  }
  const path = (name: string) => `config.auth0.${name}`
  const { touch, onUnauthenticated, ...demands } = declared
  refuseUndefined(demands, path)
  checkMembers(declared as Record<string, unknown>, rules, path)
  const guards: Guard[] = []
  if (declared.token !== undefined && declared.token !== false) guards.push(requireToken(demandsOf(declared.token)))
  if (declared.sessionOrToken !== undefined && declared.sessionOrToken !== false) {
    guards.push(requireSessionOrToken(demandsOf(declared.sessionOrToken)))
  }
  if (declared.session === true) guards.push(requireSession)
  if (guards.length > 1) {
    throw new ConfigurationError('config.auth0',
      'Only one of "session", "token" and "sessionOrToken" can be declared for a route.')
  }
  if (declared.ownSession === true) guards.push(requireOwnSession)
  if (declared.sameOrigin === true) guards.push(requireSameOrigin)
  if (declared.organization !== undefined) guards.push(requireOrganization(declared.organization))
  if (declared.claims !== undefined) guards.push(requireClaims(declared.claims))
  if (declared.permissions !== undefined) guards.push(requirePermissions(...[declared.permissions].flat()))
  if (declared.freshLogin !== undefined) guards.push(requireFreshLogin(declared.freshLogin))
  if (declared.mfa === true) guards.push(requireMfa())
  if (declared.public === true && guards.length > 0) {
    throw new ConfigurationError('config.auth0.public',
      'A route is either public or guarded; "config.auth0" says both.')
  }
  return guards
}

function demandsOf (declared: true | AccessTokenDemands): AccessTokenDemands {
  return declared === true ? {} : declared
}
