import {
  constants, createHmac, createVerify, KeyObject, timingSafeEqual, verify, type VerifyKeyObjectInput, type webcrypto
} from 'node:crypto'
import { types } from 'node:util'
import { algorithmOf, keyFits } from './algorithms.js'
import type { CompactJws } from './compact.js'
import { refuseToken } from './refuse-token.js'

/** Whether a signature is that of some text, of which every character is one byte. */
type Check = (signed: string, signature: Buffer) => boolean

/** What was found out about a key once: one key serves many tokens. */
const checks = new WeakMap<KeyObject, Map<string, Check>>()
/** What was used last: most tokens are signed with the same key. */
let last: { key: KeyObject, alg: string, check: Check } | undefined

/**
 * Verifies the signature of a compact JWS, synchronously.
 * @throws TokenValidationError `signature`, also for a key that is not one of the algorithm
 * @see RFC 7515 section 5.2, RFC 7518 section 3
 */
export function verifySignature ({ signed, signature }: CompactJws, key: KeyObject, alg: string): void {
  let cause: unknown
  try {
    if (last === undefined || last.key !== key || last.alg !== alg) last = { key, alg, check: checkOf(key, alg) }
    if (last.check(signed, signature)) return
  } catch (error) {
    // OpenSSL refuses some malformed signatures with an error instead of `false`.
    cause = error
  }
  refuseToken('signature', 'The signature of the token is not valid.', { cause })
}

function checkOf (key: KeyObject | webcrypto.CryptoKey, alg: string): Check {
  const keyObject = types.isCryptoKey(key) ? KeyObject.from(key) : key as KeyObject
  let known = checks.get(keyObject)
  if (known === undefined) checks.set(keyObject, known = new Map())
  let check = known.get(alg)
  if (check === undefined) known.set(alg, check = makeCheck(keyObject, alg))
  return check
}

function makeCheck (key: KeyObject, alg: string): Check {
  const algorithm = algorithmOf(alg)
  if (algorithm?.keyType === 'secret') return hmacCheck(key, algorithm.hash)
  if (algorithm === undefined || key.type !== 'public' || !keyFits(alg, key)) {
    throw new TypeError(`The key cannot verify ${alg}.`)
  }
  const { hash, keyType } = algorithm
  const length = signatureLength(key)
  const input: VerifyKeyObjectInput = {
    key,
    ...keyType === 'rsa' && paddingOf(alg, hash),
    ...keyType === 'ec' && ecdsa
  }
  // EdDSA hashes by itself; for all others `createVerify()` does less work than `verify()`.
  return keyType === 'ed25519'
    ? (signed, signature) =>
        signature.length === length && verify(null, Buffer.from(signed, 'latin1'), input, signature)
    : (signed, signature) =>
        signature.length === length && createVerify(hash).update(signed, 'latin1').verify(input, signature)
}

/** JWS signs with the two numbers side by side, not in DER. @see RFC 7518 section 3.4 */
const ecdsa = { dsaEncoding: 'ieee-p1363' } as const

/** The salt must be as long as the hash: OpenSSL by itself takes any. @see RFC 7518 section 3.5 */
function paddingOf (alg: string, hash: string): Partial<VerifyKeyObjectInput> {
  if (alg.startsWith('RS')) return { padding: constants.RSA_PKCS1_PADDING }
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(hash.slice(3)) / 8 }
}

/** Bytes of every signature that a key makes. */
function signatureLength ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): number {
  if (asymmetricKeyType === 'rsa') return Math.ceil(asymmetricKeyDetails!.modulusLength! / 8)
  return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 96 : 64
}

/** A public key must never serve as a secret. */
function hmacCheck (key: KeyObject, hash: string): Check {
  if (key.type !== 'secret') throw new TypeError('The key is not a secret.')
  return (signed, signature) => {
    const expected = createHmac(hash, key).update(signed, 'latin1').digest()
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  }
}
