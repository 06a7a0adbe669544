import type { Feature } from '../engine/context.js'
import { onParameters } from '../engine/parameters.js'
import { audienceOf, findResourceServer } from './resource-servers.js'

const asked = new WeakSet<object>()

/** `offline_access` without `prompt=consent`, which the engine wants by the letter of OpenID Connect. */
export const offlineAccess: Feature = {
  configure: tenant => ({
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client, source) =>
      source.scopes.has('offline_access') && client.grantTypeAllowed('refresh_token') &&
      !tenant.logins.get(source.grantId ?? '')?.delegated,
    extraParams: {
      audience (ctx) {
        const params = ctx.oidc.params!
        if (!asked.has(ctx.oidc) || ctx.oidc.requestParamScopes.has('offline_access')) return
        if (!String(params.response_type).split(' ').includes('code')) return
        const [resource] = [params.resource].flat()
        const api = typeof resource === 'string' ? findResourceServer(tenant, audienceOf(resource)) : undefined
        if (api?.allowOfflineAccess === false || !ctx.oidc.client!.grantTypeAllowed('refresh_token')) return
        params.scope = [params.scope, 'offline_access'].filter(Boolean).join(' ')
      }
    }
  }),
  install (tenant) {
    onParameters(tenant, oidc => {
      if (oidc.requestParamScopes.has('offline_access')) asked.add(oidc)
    })
  }
}
