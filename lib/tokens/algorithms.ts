import type { AsymmetricKeyDetails, KeyObject, webcrypto } from 'node:crypto'
import type { AssertionAlgorithm, IdTokenAlgorithm } from '../../types/options.js'

/** What an algorithm demands of its key. @see RFC 7518 section 3.1, RFC 8037 */
export interface Algorithm {
  keyType: 'rsa' | 'ec' | 'ed25519' | 'secret'
  /** OpenSSL's name of the curve. */
  curve?: string
  /** Its hash, which `at_hash` uses too. */
  hash: 'sha256' | 'sha384' | 'sha512'
  webCrypto: { name: string, hash?: string, namedCurve?: string }
}

const rsa = (name: string, hash: Algorithm['hash']): Algorithm => ({
  keyType: 'rsa',
  hash,
  webCrypto: { name, hash: hash.replace('sha', 'SHA-') }
})

const algorithms: ReadonlyMap<string, Algorithm> = new Map(Object.entries({
  RS256: rsa('RSASSA-PKCS1-v1_5', 'sha256'),
  RS384: rsa('RSASSA-PKCS1-v1_5', 'sha384'),
  RS512: rsa('RSASSA-PKCS1-v1_5', 'sha512'),
  PS256: rsa('RSA-PSS', 'sha256'),
  PS384: rsa('RSA-PSS', 'sha384'),
  PS512: rsa('RSA-PSS', 'sha512'),
  ES256: { keyType: 'ec', curve: 'prime256v1', hash: 'sha256', webCrypto: { name: 'ECDSA', namedCurve: 'P-256' } },
  ES384: { keyType: 'ec', curve: 'secp384r1', hash: 'sha384', webCrypto: { name: 'ECDSA', namedCurve: 'P-384' } },
  EdDSA: { keyType: 'ed25519', hash: 'sha512', webCrypto: { name: 'Ed25519' } },
  HS256: { keyType: 'secret', hash: 'sha256', webCrypto: { name: 'HMAC', hash: 'SHA-256' } }
} satisfies Record<IdTokenAlgorithm | AssertionAlgorithm, Algorithm>))

/** Bits of an RSA key: shorter ones are refused, and longer ones cost too much. @see RFC 7518 section 3.3 */
const minimumModulus = 2048
const maximumModulus = 16_384

/** All algorithms that are known here. */
export const algorithmNames: readonly string[] = [...algorithms.keys()]

export function isKnownAlgorithm (alg: unknown): alg is IdTokenAlgorithm {
  return typeof alg === 'string' && algorithms.has(alg)
}

/** What an algorithm demands; `undefined` for one that is not known. */
export function algorithmOf (alg: string): Algorithm | undefined {
  return algorithms.get(alg)
}

/** The hash that belongs to an algorithm, for `at_hash`. @see OpenID Connect Core section 3.1.3.6 */
export function hashOf (alg: string): string | undefined {
  return algorithms.get(alg)?.hash
}

/** Whether a key is of the kind, curve and size that an algorithm with a key pair demands. */
export function keyFits (alg: string, key: KeyObject): boolean {
  const algorithm = algorithms.get(alg)
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.keyType) return false
  const { modulusLength, namedCurve, publicExponent } = key.asymmetricKeyDetails as AsymmetricKeyDetails
  return namedCurve === algorithm.curve && isUsableLength(modulusLength) && isUsableExponent(publicExponent)
}

/** `keyFits` for a `CryptoKey`, which is bound to its algorithm and uses when it is made. */
export function cryptoKeyFits (alg: string, key: webcrypto.CryptoKey): boolean {
  const wanted = algorithms.get(alg)?.webCrypto
  const { name, hash, namedCurve, modulusLength } = key.algorithm as webcrypto.KeyAlgorithm & {
    hash?: { name: string },
    namedCurve?: string,
    modulusLength?: number
  }
  return wanted !== undefined && name === wanted.name && namedCurve === wanted.namedCurve &&
    hash?.name === wanted.hash &&
    isUsableLength(modulusLength)
}

/** Only RSA keys have a modulus. */
function isUsableLength (modulusLength: number | undefined): boolean {
  return modulusLength === undefined || (modulusLength >= minimumModulus && modulusLength <= maximumModulus)
}

/** With an exponent of 1 every text is its own signature; an even one belongs to no key. */
function isUsableExponent (publicExponent: bigint | undefined): boolean {
  return publicExponent === undefined || (publicExponent > 1n && (publicExponent & 1n) === 1n)
}
