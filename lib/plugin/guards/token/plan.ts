import type { TokenDemands } from '../../../flows/api/access-token-check.js'
import { ordinaryTokens, type OrdinaryTokens } from '../../../flows/api/ordinary-tokens.js'
import type { ApiResource } from '../../../flows/config.js'
import type { PluginContext } from '../../../flows/context.js'
import { resourceOf } from './resource.js'

/** What a guard makes of its demands and of the options: the same for every request of a registration. */
export interface Plan {
  context: PluginContext
  /** The resource the guard is for. */
  resource: ApiResource | undefined
  /** The tokens that are decided about without more ado; `undefined` where none is. */
  ordinary: OrdinaryTokens | undefined
}

/** @throws ConfigurationError for a resource that `api.resources` does not have */
export function planOf (context: PluginContext, demands: TokenDemands): Plan {
  const resource = resourceOf(context.config, demands)
  return { context, resource, ordinary: ordinaryTokens(context, demands, resource) }
}
