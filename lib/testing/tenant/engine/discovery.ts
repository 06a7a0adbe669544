import { internalGrantPrefix } from '../tokens/clients.js'
import type { Feature } from './context.js'
import { json } from './exchange.js'
import { route } from './route.js'

const metadata = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])

/** Whether a document about the tenant is there. @see OpenID Connect Discovery 1.0, RFC 8414 */
export function isMetadata (path: string): boolean {
  return metadata.has(path)
}

/** Auth0's paths, and the documents that publish them. */
export const discovery: Feature = {
  configure: () => ({
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      pushed_authorization_request: '/oauth/par',
      revocation: '/oauth/revoke',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
      device_authorization: '/oauth/device/code',
      code_verification: '/activate',
      backchannel_authentication: '/bc-authorize'
    }
  }),
  routes: tenant => [
    route('GET', '/.well-known/jwks.json', async () =>
      json(200, await tenant.keys.jwks(), {
        'cache-control': 'public, max-age=15, stale-while-revalidate=15, stale-if-error=86400',
        pragma: ''
      }))
  ],
  after (answer, request, tenant) {
    if (!isMetadata(request.path) || answer.status !== 200) return answer
    const given = JSON.parse(answer.body) as { grant_types_supported: string[] }
    const document = {
      ...given,
      grant_types_supported: given.grant_types_supported.filter(type => !type.startsWith(internalGrantPrefix)),
      registration_endpoint: `${tenant.issuer}oidc/register`,
      client_id_metadata_document_supported: tenant.settings.clientIdMetadata,
      mfa_challenge_endpoint: `${tenant.issuer}mfa/challenge`,
      scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'given_name', 'family_name', 'nickname',
        'email', 'email_verified', 'picture', 'created_at', 'identities', 'phone', 'address']
    }
    return { ...answer, body: JSON.stringify(document) }
  }
}
