import { isObject } from '../../base/json.js'
import { TokenValidationError } from '../../errors.js'
import { verifyDpopProof } from '../../tokens/dpop-proof.js'
import type { PluginContext } from '../context.js'
import type { VerifiedToken } from './verified-tokens.js'

/** Seconds a proof is good for unless told otherwise. */
const PROOF_AGE = 300

/** How a request presents an access token that is bound to a key. */
interface PresentedProof {
  /** The `DPoP` header. */
  proof: string | string[] | undefined
  method: string
  /** The request's URL as the configuration says it, not its headers. */
  url: string
}

/**
 * Checks that the sender of a bound access token holds its key. A proof counts once.
 * @throws TokenValidationError with the code `invalid_token`, `invalid_dpop_proof` or `use_dpop_nonce`
 * @see RFC 9449 sections 4.3 and 7.1
 */
export async function verifyTokenProof (context: PluginContext, { token, claims }: VerifiedToken,
  { proof, method, url }: PresentedProof): Promise<void> {
  const thumbprint = (claims.cnf as { jkt?: unknown } | undefined)?.jkt
  if (typeof thumbprint !== 'string') {
    throw new TokenValidationError('unbound', 'The token is not bound to a key and cannot be presented with DPoP.', {
      claim: 'cnf'
    })
  }
  if (typeof proof !== 'string') {
    throw new TokenValidationError('missing', 'The request holds no DPoP proof.', { code: 'invalid_dpop_proof' })
  }
  const now = context.now()
  const proofAge = context.config.api.dpopProofAge ?? PROOF_AGE
  await verifyDpopProof(proof, {
    method,
    url,
    accessToken: token,
    thumbprint,
    nonce: context.dpopNonces?.accepted(now),
    now,
    iatWindow: proofAge,
    seen (jti, iat) {
      if (context.dpopProofs.has(jti, iat, now, thumbprint)) return true
      // It is good through that second, and remembered for one more.
      context.dpopProofs.add(jti, { at: iat, until: iat + proofAge + 1 }, now, thumbprint)
      return false
    }
  })
}

/**
 * A token that is bound to a key is worth nothing to a thief, as long as nobody takes it without the key. One that is
 * bound to a certificate has its proof in the connection. @see RFC 9449 section 7.2, RFC 8705 section 3
 */
export function refuseBound ({ claims: { cnf } }: VerifiedToken): void {
  const isCertificate = isObject(cnf) && Object.keys(cnf).join() === 'x5t#S256'
  if (cnf !== undefined && !isCertificate) {
    throw new TokenValidationError('bound', 'The token is bound to a key and cannot be presented as a bearer token.', {
      claim: 'cnf'
    })
  }
}
