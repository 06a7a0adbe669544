import { createHmac, createPublicKey, generateKeyPairSync, sign, constants, type KeyObject } from 'node:crypto'

/** A key pair of the hostile provider, with its entry in the JWKS. */
export interface TestKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: Record<string, unknown>
}

const rsaPairs = new Map<string, TestKey>()

/** An RSA key; the same `kid` gives the same key within a process, because making one is slow. */
export function rsaKey (kid: string, alg = 'RS256'): TestKey {
  const known = rsaPairs.get(`${kid} ${alg}`)
  if (known) return known
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
  rsaPairs.set(`${kid} ${alg}`, key)
  return key
}

export function ecKey (kid: string): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } }
}

export function base64url (value: string | Uint8Array): string {
  return Buffer.from(value as string).toString('base64url')
}

/** Signs with what `alg` says; an `alg` that is none of these gets the RS256 signature of its input. */
export function signature (alg: unknown, input: string, key: KeyObject): Buffer {
  const data = Buffer.from(input)
  switch (alg) {
    case 'HS256':
      return createHmac('sha256', key).update(data).digest()
    case 'ES256':
      return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    case 'PS256':
      return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
    case 'RS384':
      return sign('sha384', data, key)
    case 'RS512':
      return sign('sha512', data, key)
    default:
      return sign('sha256', data, key)
  }
}

/** What a compact JWS is made of. Strings and bytes are taken as they stand, everything else becomes JSON. */
export interface JwsParts {
  header: unknown
  payload: unknown
  key?: KeyObject
  /** Replaces the signature. */
  sign?: (input: string) => Uint8Array
}

export function jws ({ header, payload, key, sign: replacement }: JwsParts): string {
  const input = `${base64url(raw(header))}.${base64url(raw(payload))}`
  const alg = typeof header === 'object' && header !== null ? (header as { alg?: unknown }).alg : undefined
  const bytes = replacement ? replacement(input) : key ? signature(alg, input, key) : new Uint8Array()
  return `${input}.${base64url(bytes)}`
}

function raw (value: unknown): string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)
}

/** The forms in which an RSA public key has been mistaken for an HMAC secret. */
export function publicKeyAsSecret (key: TestKey): Record<string, Buffer> {
  const publicKey = createPublicKey(key.publicKey.export({ type: 'spki', format: 'pem' }))
  const spki = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'pem' }) as string
  return {
    'SPKI PEM': Buffer.from(spki),
    'SPKI PEM without final newline': Buffer.from(spki.trimEnd()),
    'PKCS #1 PEM': Buffer.from(pkcs1),
    'PKCS #1 PEM without final newline': Buffer.from(pkcs1.trimEnd()),
    DER: publicKey.export({ type: 'spki', format: 'der' }),
    'JWK n': Buffer.from(key.jwk.n as string, 'base64url')
  }
}
