import { createHash, randomBytes } from 'node:crypto'
import type { Feature, TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import { oauthError, type TenantRequest } from '../engine/exchange.js'

const maxAge = 300
const seenBy = perTenant(() => new Set<string>())

function refuseProof (description: string): never {
  throw oauthError(401, 'invalid_dpop_proof', description)
}

/** Checks the proof of a request to one of the tenant's own APIs. */
export async function checkProof (tenant: TenantContext, request: TenantRequest, accessToken: string,
  thumbprint: string): Promise<void> {
  const { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } = await import('jose')
  const proof = await jwtVerify(request.headers.dpop ?? '', EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
    currentDate: new Date(tenant.now() * 1000)
  }).catch(() => refuseProof('The proof is not valid.'))
  const { htm, htu, ath, jti, iat = 0 } = proof.payload
  if (await calculateJwkThumbprint(proof.protectedHeader.jwk!) !== thumbprint) {
    refuseProof('The proof has another key than the token.')
  }
  if (htm !== request.method || htu !== `${tenant.issuer}${request.path.slice(1)}`) {
    refuseProof('The proof is for another request.')
  }
  if (ath !== createHash('sha256').update(accessToken).digest('base64url')) {
    refuseProof('The proof is for another token.')
  }
  if (Math.abs(iat - tenant.now()) > maxAge) refuseProof('The proof is too old.')
  const used = seenBy(tenant)
  if (jti === undefined || used.has(jti)) refuseProof('The proof was used before.')
  used.add(jti)
}

/** DPoP on the tenant's OAuth endpoints. @see RFC 9449 */
export const proofOfPossession: Feature = {
  configure: ({ options }) => ({
    enabledJWA: { dPoPSigningAlgValues: ['ES256'] },
    features: { dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => options.dpopNonce ?? false } }
  })
}
