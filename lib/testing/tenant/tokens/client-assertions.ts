import type { Feature } from '../engine/context.js'
import { refusal } from '../engine/refusal.js'

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'] as const
const maxLifetime = 300

/** `private_key_jwt` as Auth0 takes it, and signed requests. @see RFC 7523, RFC 9101 */
export const clientAssertions: Feature = {
  configure: tenant => ({
    enabledJWA: { clientAuthSigningAlgValues: algorithms, requestObjectSigningAlgValues: algorithms },
    features: { requestObjects: { enabled: true } },
    assertJwtClientAuthClaimsAndHeader (_ctx, claims) {
      if (claims.aud !== tenant.issuer) {
        throw refusal(tenant, 'invalid_client', 'The audience of the client assertion must be the issuer.', 401)
      }
      if (typeof claims.iat !== 'number' || Number(claims.exp) - claims.iat > maxLifetime) {
        throw refusal(tenant, 'invalid_client', 'The client assertion lives too long.', 401)
      }
    }
  })
}
