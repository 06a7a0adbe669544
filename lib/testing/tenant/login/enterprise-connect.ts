import type { Feature, TenantContext } from '../engine/context.js'
import { json, oauthError } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import type { TenantConnection } from '../options.js'
import { findOrganization, organizationClaims } from './organizations.js'

const resourcePrefix = 'urn:auth0:discovery:domain:'
const issuerRelation = 'http://openid.net/specs/connect/1.0/issuer'

/** The connection that the users of an e-mail domain come by. */
function connectionOf (tenant: TenantContext, domain: string): TenantConnection | undefined {
  return tenant.connections.find(({ domains }) => domains?.some(one => one.toLowerCase() === domain.toLowerCase()))
}

/** Which e-mail domains belong to a customer's own identity provider, and the organization that such a login is in. */
export const enterpriseConnect: Feature = {
  install (tenant) {
    tenant.rules.push(({ user, params, facts }) => {
      const { organization: id } = tenant.connections.find(({ name }) => name === user.connection) ?? {}
      const organization = id === undefined ? undefined : findOrganization(tenant, id)
      if (params.organization !== undefined || organization === undefined) return
      facts.organization = organization.id
      Object.assign(facts.idTokenClaims, organizationClaims(organization))
      Object.assign(facts.accessTokenClaims, organizationClaims(organization))
    })
  },
  routes: tenant => [
    route('GET', '/.well-known/webfinger', ({ query: { resource = '', rel } }) => {
      if (tenant.options.federatedDiscovery === false) {
        throw oauthError(403, 'access_denied', 'Discovery of federated domains is not enabled for this tenant.')
      }
      const domain = resource.slice(resourcePrefix.length)
      if (!resource.startsWith(resourcePrefix) || domain === '' || (rel !== undefined && rel !== issuerRelation)) {
        throw oauthError(400, 'invalid_request', `resource must be ${resourcePrefix}{domain}`)
      }
      if (connectionOf(tenant, domain) === undefined) throw oauthError(404, 'not_found', 'The domain is not federated.')
      const body = { subject: resource, links: [{ rel: issuerRelation, href: tenant.issuer }] }
      return json(200, body, { 'content-type': 'application/jrd+json; charset=utf-8' })
    })
  ]
}
