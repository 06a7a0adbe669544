import { createPublicKey, randomUUID, type KeyObject, type webcrypto } from 'node:crypto'
import { types } from 'node:util'
import type { DpopKeyInput } from '../../types/options.js'
import { ConfigurationError, InvalidArgumentError } from '../errors.js'
import { cryptoKeyFits, keyFits } from './algorithms.js'
import { splitCompactJws } from './compact.js'
import { accessTokenHash } from './dpop-proof.js'
import { jose } from './jose.js'
import { importPublicJwk } from './jwk-set.js'
import { verifySignature } from './signature.js'
import { importSigningKey } from './signing-key.js'

export { verifyDpopProof, type DpopProofExpectations, type VerifiedDpopProof } from './dpop-proof.js'

/** What a proof is for. */
interface DpopRequest {
  method: string
  url: string
  /** The nonce the server asked for. */
  nonce?: string | undefined
  /** The access token sent beside the proof. */
  accessToken?: string | undefined
  now: number
}

/** A key that tokens are bound to. @see RFC 9449 */
export interface DpopKey {
  /** For `dpop_jkt`. @see RFC 7638 */
  readonly thumbprint: Promise<string> | string
  proof(request: DpopRequest): Promise<string>
}

interface KeyPair {
  privateKey: KeyObject | webcrypto.CryptoKey
  publicKey: KeyObject | webcrypto.CryptoKey
}

/** Takes over a P-256 key pair, or with `true` makes one whose private half cannot be read out. */
export async function createDpopKey (input: true | DpopKeyInput): Promise<DpopKey> {
  const { exportJWK, calculateJwkThumbprint, generateKeyPair, CompactSign } = await jose()
  const { privateKey, publicKey } = input === true ? await generateKeyPair('ES256') : importDpopKeyPair(input)
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const jwk = { kty, crv, x, y } as { kty: string, crv: string, x: string, y: string }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk }
  const sign = (payload: object) =>
    new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader(header).sign(privateKey)
  await assertPair(sign, jwk)

  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    proof: async ({ method, url, nonce, accessToken, now }) =>
      await sign({
        jti: randomUUID(),
        htm: method,
        htu: proofUrl(url),
        iat: Math.floor(now),
        ...nonce !== undefined && { nonce },
        ...accessToken !== undefined && { ath: accessTokenHash(accessToken) }
      })
  }
}

/** A URL without query and fragment. */
function proofUrl (url: string): string {
  if (!URL.canParse(url)) throw new InvalidArgumentError('url', 'The argument "url" must be an absolute URL.')
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** Both halves of the key. @throws ConfigurationError */
export function importDpopKeyPair (input: DpopKeyInput): KeyPair {
  return isCryptoKeyPair(input) ? checkPair(input) : derivePair(input)
}

function derivePair (input: string | webcrypto.JsonWebKey): KeyPair {
  const privateKey = importSigningKey(input, 'dpop.key') as KeyObject
  if (!keyFits('ES256', privateKey)) throw unusable()
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

function checkPair ({ privateKey, publicKey }: webcrypto.CryptoKeyPair): KeyPair {
  const isKeyPair = privateKey.type === 'private' && publicKey.type === 'public' && publicKey.extractable
  if (!isKeyPair || !cryptoKeyFits('ES256', privateKey) || !cryptoKeyFits('ES256', publicKey)) throw unusable()
  return { privateKey, publicKey }
}

/** Halves that do not belong together would make proofs that no server accepts. */
async function assertPair (sign: (payload: object) => Promise<string>, jwk: Record<string, string>): Promise<void> {
  try {
    verifySignature(splitCompactJws(await sign({}), 8192), importPublicJwk(jwk) as KeyObject, 'ES256')
  } catch {
    // The only question was whether it signs and verifies.
    throw unusable()
  }
}

function isCryptoKeyPair (input: DpopKeyInput): input is webcrypto.CryptoKeyPair {
  const { privateKey, publicKey } = Object(input) as Record<string, unknown>
  return types.isCryptoKey(privateKey) && types.isCryptoKey(publicKey)
}

function unusable (): ConfigurationError {
  return new ConfigurationError('dpop.key',
    'Option "dpop.key" must be a private key on the curve P-256: PKCS #8 PEM, a private JWK, or a CryptoKeyPair ' +
      'that can sign and whose public key can be exported.')
}
