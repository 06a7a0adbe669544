import type { Feature } from '../engine/context.js'
import { organizationClaims, findOrganization } from '../login/organizations.js'
import { refusal } from '../engine/refusal.js'
import { audienceOf, findResourceServer, resourceServerInfo } from './resource-servers.js'
import type { ResourceServerModel } from './issue-tokens.js'

/** Access tokens for applications themselves. */
export const clientCredentials: Feature = {
  install (tenant) {
    const { provider, helpers, engine } = tenant
    provider.registerGrantType<Record<string, string | undefined>>('client_credentials', async ctx => {
      const { scope, organization } = ctx.oidc.params
      const [resource] = [ctx.oidc.params.resource].flat()
      const client = tenant.clients.get(ctx.oidc.client.clientId)!
      if (client.tokenEndpointAuthMethod === 'none') {
        throw refusal(tenant, 'unauthorized_client', "Grant type 'client_credentials' not allowed for the client.", 403)
      }
      if (resource === undefined) {
        throw refusal(tenant, 'access_denied',
          'No audience parameter was provided, and no default audience has been configured', 403)
      }
      const audience = audienceOf(resource)
      const info = resourceServerInfo(tenant, audience)
      const granted = client.clientGrants === undefined
        ? findResourceServer(tenant, audience)?.scopes ?? []
        : client.clientGrants[audience]
      if (granted === undefined) {
        throw refusal(tenant, 'access_denied',
          `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this ` +
            'API.', 403)
      }
      const found = organization === undefined ? undefined : findOrganization(tenant, organization)
      if (organization !== undefined && found === undefined) {
        throw refusal(tenant, 'invalid_request', 'The specified organization does not exist.')
      }
      const proof = await helpers.validateDpop(provider, ctx)
      helpers.checkDpopRequired(provider, ctx, proof)
      const Model = (provider as unknown as { ResourceServer: ResourceServerModel }).ResourceServer
      const token = new provider.ClientCredentials({
        client: ctx.oidc.client,
        resourceServer: new Model(resource, info),
        scope: granted.filter(name => scope === undefined || scope.split(' ').includes(name)).join(' ')
      })
      if (proof !== undefined) {
        await helpers.checkDpopReplay(provider, ctx, proof, client.clientId, engine.errors.InvalidGrant)
        token.setThumbprint('jkt', proof.thumbprint)
      }
      if (found !== undefined) machineClaims.set(token, organizationClaims(found))
      ctx.body = {
        access_token: await token.save(),
        scope: token.scope,
        expires_in: token.expiration,
        token_type: token.tokenType
      }
    }, ['scope', 'audience', 'resource', 'organization'])
  }
}

/** Further claims of tokens without a user. */
export const machineClaims = new WeakMap<object, Record<string, unknown>>()
