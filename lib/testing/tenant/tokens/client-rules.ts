import type { Feature } from '../engine/context.js'
import { internalGrantPrefix, isLoopback } from './clients.js'
import type { RegisteredClient } from '../engine/records.js'

/** What applications may do: Auth0's rules instead of the engine's. */
export const clientRules: Feature = {
  configure: tenant => ({
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: {
      required: (_ctx, client) =>
        client.clientAuthMethod === 'none' || (tenant.clients.get(client.clientId)?.requirePkce ?? false)
    }
  }),
  install (tenant) {
    const of = (clientId: string): RegisteredClient => tenant.clients.get(clientId)!
    const allowed = (list: readonly string[] | undefined, url: string): boolean =>
      list === undefined ? isLoopback(url) : list.includes(url)
    Object.assign(tenant.provider.Client.prototype, {
      redirectUriAllowed (this: { clientId: string }, url: string) {
        return allowed(of(this.clientId).callbacks, url)
      },
      postLogoutRedirectUriAllowed (this: { clientId: string }, url: string) {
        return allowed(of(this.clientId).logoutUrls, url)
      },
      grantTypeAllowed (this: { clientId: string }, type: string) {
        return type.startsWith(internalGrantPrefix) || (of(this.clientId).grantTypes?.includes(type) ?? true)
      },
      includeSid: () => true
    })
  }
}
