import type { Feature } from '../engine/context.js'
import { isMetadata } from '../engine/discovery.js'
import { currentRequest } from '../engine/engine.js'

const aliased = ['token_endpoint', 'revocation_endpoint', 'pushed_authorization_request_endpoint',
  'backchannel_authentication_endpoint', 'userinfo_endpoint']

const alias = '/mtls'

/** Client authentication by certificate, at addresses of its own. @see RFC 8705 */
export const mutualTls: Feature = {
  configure: ({ options }) => ({
    features: {
      mTLS: {
        enabled: options.tls !== undefined,
        selfSignedTlsClientAuth: true,
        getCertificate: () => currentRequest()?.certificate
      }
    },
    ...(options.tls && { clientAuthMethods: ['self_signed_tls_client_auth'] })
  }),
  before: request =>
    request.path.startsWith(`${alias}/`)
      ? { ...request, path: request.path.slice(alias.length), url: request.url.replace(`${alias}/`, '/') }
      : request,
  after (answer, request, tenant) {
    if (tenant.options.tls === undefined || !isMetadata(request.path) || answer.status !== 200) return answer
    const document = JSON.parse(answer.body) as Record<string, string>
    const aliases = aliased.filter(name => name in document).map(
      name => [name, document[name]!.replace(tenant.issuer, `${tenant.issuer}${alias.slice(1)}/`)]
    )
    return { ...answer, body: JSON.stringify({ ...document, mtls_endpoint_aliases: Object.fromEntries(aliases) }) }
  }
}
