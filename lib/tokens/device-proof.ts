import type { KeyObject } from 'node:crypto'
import { thumbprintOf } from '../base/thumbprint.js'
import type { DeviceKey } from '../../types/stores.js'
import { keyFits } from './algorithms.js'
import { parsePayload, splitCompactJws, type CompactJws } from './compact.js'
import { importProofJwk, importPublicJwk } from './jwk-set.js'
import { checkHeader } from './jws.js'
import { refuseToken } from './refuse-token.js'
import { verifySignature } from './signature.js'

/** Algorithms of device keys, in the order of preference. `none` is never offered and never accepted. */
export const DEVICE_ALGORITHMS = ['ES256', 'RS256'] as const

/** Characters of the longest proof: one with an RSA key of 4096 bits takes half of it. */
export const MAX_PROOF = 4096

/** Bits of the longest RSA key: it is kept in the session. */
const MAX_MODULUS = 4096

/** What a proof answers, and which key made it. */
interface DeviceProof {
  /** The challenge it answers: its `jti`. */
  challenge: string
  key: DeviceKey
  /** @see RFC 7638 */
  thumbprint: string
}

/**
 * Verifies the proof that registers a key: it is signed by the key in its own header.
 * @param endpoint the absolute URL the proof was sent to
 * @throws TokenValidationError
 * @see https://w3c.github.io/webappsec-dbsc/ section 9
 */
export function verifyRegistrationProof (proof: string, endpoint: string): DeviceProof {
  const jws = splitCompactJws(proof, MAX_PROOF)
  const { alg } = checkHeader(jws.header, DEVICE_ALGORITHMS, ['dbsc+jwt'])
  const key = importProofJwk(jws.header['jwk'])
  if (key === undefined || !keyFits(alg, key) || (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_MODULUS) {
    refuseToken('proof_key', `The proof's header does not hold a public key for ${alg}.`)
  }
  return verified(jws, key, alg, endpoint)
}

/**
 * Verifies a proof of the key that a session is bound to. A key in the proof's header is not looked at.
 * @throws TokenValidationError
 */
export function verifyRefreshProof (proof: string, key: DeviceKey, endpoint: string): DeviceProof {
  const jws = splitCompactJws(proof, MAX_PROOF)
  const alg = key.kty === 'EC' ? 'ES256' : 'RS256'
  checkHeader(jws.header, [alg], ['dbsc+jwt'])
  return verified(jws, importPublicJwk(key)!, alg, endpoint)
}

function verified (jws: CompactJws, key: KeyObject, alg: string, endpoint: string): DeviceProof {
  verifySignature(jws, key, alg)
  const { jti, aud } = parsePayload(jws.payload)
  if (typeof jti !== 'string' || jti === '') {
    refuseToken('claim_missing', 'The proof has no "jti", which must be the challenge.', { claim: 'jti' })
  }
  if (aud !== undefined && aud !== endpoint) {
    refuseToken('proof_url', 'The proof is for another URL.', { claim: 'aud' })
  }
  return { challenge: jti, ...deviceOf(key) }
}

/** A public key as sessions keep it, and its thumbprint. */
export function deviceOf (publicKey: KeyObject): Pick<DeviceProof, 'key' | 'thumbprint'> {
  const { kty, x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const key: DeviceKey = kty === 'EC' ? { crv: 'P-256', kty, x, y } : { e, kty: 'RSA', n }
  return { key, thumbprint: thumbprintOf(key) }
}
