import { randomUUID, type KeyObject, type webcrypto } from 'node:crypto'
import { types } from 'node:util'
import type { AssertionAlgorithm, SigningKey } from '../../types/options.js'
import { ConfigurationError } from '../errors.js'
import { cryptoKeyFits, keyFits } from './algorithms.js'
import { jose } from './jose.js'
import { importSigningKey } from './signing-key.js'

/** Who signs for whom, and when. */
interface AssertionClaims {
  clientId: string
  /** The issuer of the tenant. */
  audience: string
  now: number
}

/** Signs with the application's private key. */
export interface AssertionSigner {
  /** A client assertion. @see RFC 7523 section 3 */
  sign(claims: AssertionClaims): Promise<string>
  /** An authorization request as a JWT. @see RFC 9101 section 4 */
  signRequestObject(parameters: Record<string, unknown>, claims: AssertionClaims): Promise<string>
}

export interface AssertionSignerOptions {
  key: SigningKey
  /** Default `RS256`. */
  alg?: AssertionAlgorithm | undefined
  /** Sent as `kid`. */
  keyId?: string | undefined
  /** Name of the option that holds the key, for messages. */
  option?: 'clientAssertionSigningKey' | 'requestObjectSigningKey'
}

/** Seconds an assertion lives. */
const lifetime = 60

export function createAssertionSigner (options: AssertionSignerOptions): AssertionSigner {
  const { alg = 'RS256', keyId, option = 'clientAssertionSigningKey' } = options
  const key = importSigningKey(options.key, option)
  assertFits(alg, key, option.replace('Key', 'Alg'))
  const header = { alg, ...(keyId !== undefined && { kid: keyId }) }

  const signClaims = async (typ: string | undefined, payload: Record<string, unknown>,
    now: number): Promise<string> => {
    const { SignJWT } = await jose()
    const iat = Math.floor(now)
    return await new SignJWT({ ...payload, jti: randomUUID(), iat, nbf: iat, exp: iat + lifetime })
      .setProtectedHeader({ ...header, ...typ !== undefined && { typ } })
      .sign(key)
  }

  return {
    sign: ({ clientId, audience, now }) => signClaims(undefined, { iss: clientId, sub: clientId, aud: audience }, now),
    signRequestObject: (parameters, { clientId, audience, now }) =>
      signClaims('oauth-authz-req+jwt', { ...parameters, client_id: clientId, iss: clientId, aud: audience }, now)
  }
}

function assertFits (alg: AssertionAlgorithm, key: KeyObject | webcrypto.CryptoKey, option: string): void {
  const fits = types.isCryptoKey(key) ? cryptoKeyFits(alg, key as webcrypto.CryptoKey) : keyFits(alg, key as KeyObject)
  if (!fits) {
    throw new ConfigurationError(option,
      `Option "${option}" must fit the key: RS256, RS384, RS512, PS256, PS384 and PS512 need ` +
        'an RSA key of 2048 bits or more, ES256 and ES384 an EC key on P-256 and P-384, EdDSA an Ed25519 key.')
  }
}
