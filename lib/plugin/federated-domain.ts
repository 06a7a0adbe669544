import type { AuthorizationServer } from '../authentication/server/authorization-server.js'
import type { PluginContext } from '../flows/context.js'
import { blameOf } from '../flows/events.js'

/**
 * Whether users of an e-mail domain log in at a customer's own identity provider. `false` also when nobody knows, which
 * is logged; never rejects.
 * @param domain what follows the `@`
 * @param options `domain`: the tenant's, where the plugin serves several
 */
export type FederatedDomainCheck = (domain: string, options?: { domain?: string | undefined }) => Promise<boolean>

export function federatedDomainCheck (context: PluginContext,
  serverOf: (domain: string | undefined) => AuthorizationServer): FederatedDomainCheck {
  return async (domain, options) => {
    let server
    try {
      server = serverOf(options?.domain)
    } catch (error) {
      context.emit({
        type: 'warning',
        outcome: 'failure',
        reason: 'federated_domain_unknown',
        blame: blameOf(error)
      }, undefined, error)
      return false
    }
    return await context.federatedDomains.has(server, domain)
  }
}
