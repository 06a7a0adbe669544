import { createPublicKey, type KeyObject } from 'node:crypto'
import { isObject } from '../base/json.js'
import { algorithmNames, keyFits } from './algorithms.js'
import type { JwsHeader } from './jws-header.js'
import { refuseToken } from './refuse-token.js'

/** A public key of a set, imported. */
export interface SetKey {
  kid: string | undefined
  alg: string | undefined
  key: KeyObject
  /** The algorithms whose demands it meets. */
  fits: ReadonlySet<string>
}

/** Imports the keys that can verify signatures; all others are passed over, as the RFC asks. @see RFC 7517 section 5 */
export function importKeySet (keys: readonly unknown[]): SetKey[] {
  return keys.flatMap(jwk => importSetKey(jwk) ?? [])
}

function importSetKey (jwk: unknown): SetKey | undefined {
  if (!isObject(jwk) || !isForVerifying(jwk)) return undefined
  const { kid, alg } = jwk
  if (!isStringOrAbsent(kid) || !isStringOrAbsent(alg)) return undefined
  const key = importPublicJwk(jwk)
  return key && { kid, alg, key, fits: new Set(algorithmNames.filter(name => keyFits(name, key))) }
}

/** `use` and `key_ops` of a JWK. @see RFC 7517 sections 4.2 and 4.3 */
function isForVerifying ({ use, key_ops: operations }: Record<string, unknown>): boolean {
  return (use === undefined || use === 'sig') &&
    (operations === undefined || isForVerifyingOnce(operations))
}

/** A list of operations holds none of them twice. */
function isForVerifyingOnce (operations: unknown): boolean {
  return Array.isArray(operations) && operations.includes('verify') && new Set(operations).size === operations.length
}

/** Imports a public key; `undefined` for a secret and for what is broken or unknown. Private members are left out. */
export function importPublicJwk ({ kty, n, e, crv, x, y }: Record<string, unknown>): KeyObject | undefined {
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return undefined
  try {
    return createPublicKey({ key: { kty, n, e, crv, x, y } as Record<string, string>, format: 'jwk' })
  } catch {
    // A key that cannot be imported verifies nothing: to the caller it is not there.
    return undefined
  }
}

/** Private members of any key type. @see RFC 7518 section 6 */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** Imports the public key in a proof's header; who sends private members has given the key away. */
export function importProofJwk (jwk: unknown): KeyObject | undefined {
  return isObject(jwk) && !PRIVATE.some(member => member in jwk) ? importPublicJwk(jwk) : undefined
}

/**
 * The one key that fits a header; `undefined` when none does. Several are refused: none is tried at random. One that a
 * set lists twice is one.
 */
export function selectKey (keys: readonly SetKey[], header: JwsHeader): KeyObject | undefined {
  let found: KeyObject | undefined
  for (const { kid, alg, key, fits } of keys) {
    if ((header.kid !== undefined && kid !== header.kid) || (alg !== undefined && alg !== header.alg) ||
      !fits.has(header.alg)) continue
    if (found?.equals(key) === false) refuseToken('key_ambiguous', 'Several signing keys fit the token.')
    found ??= key
  }
  return found
}

function isStringOrAbsent (value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
