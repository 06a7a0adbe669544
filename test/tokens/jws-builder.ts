import {
  constants, createHmac, generateKeyPairSync, randomUUID, sign, type JsonWebKey, type KeyObject
} from 'node:crypto'
import { makeKeyPair } from '../../lib/testing/key-pair.js'

/** A signing key of a test's identity provider. */
export interface TestKey {
  kid: string
  alg: string
  privateKey: KeyObject
  publicKey: KeyObject
  /** The public key as a JWKS lists it. */
  jwk: JsonWebKey & { kid: string, alg: string, use: string }
}

/** A part of a token: an object to be serialized, or raw text or bytes that go in as they are. */
export type RawPart = object | string | Buffer

const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Makes a key for `RS*`, `PS*`, `ES*` or `EdDSA`. */
export function createTestKey (alg = 'RS256', options: { kid?: string, modulusLength?: number } = {}): TestKey {
  const { privateKey, publicKey } = generatePair(alg, options.modulusLength ?? 2048)
  const kid = options.kid ?? randomUUID()
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

function generatePair (alg: string, modulusLength: number): { privateKey: KeyObject, publicKey: KeyObject } {
  if (alg === 'ES256') return makeKeyPair(alg)
  if (/^[RP]S/.test(alg) && modulusLength === 2048) return makeKeyPair('RS256')
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  const namedCurve = curves[alg]
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength })
    : generateKeyPairSync('ec', { namedCurve })
}

/** A correct token; `header` adds to the usual one or, with `undefined`, takes from it. */
export function signJwt (payload: RawPart, key: TestKey, header: Record<string, unknown> = {}): string {
  return rawJws({ alg: key.alg, typ: 'JWT', kid: key.kid, ...header }, payload,
    input => signature(key.alg, input, key.privateKey))
}

/** A token of any header, payload and signature, however broken. */
export function rawJws (header: RawPart, payload: RawPart, signer: (input: Buffer) => Buffer | string): string {
  const input = `${encodePart(header)}.${encodePart(payload)}`
  const signed = signer(Buffer.from(input))
  return `${input}.${typeof signed === 'string' ? signed : signed.toString('base64url')}`
}

/** A token with `alg: none` and no signature. */
export function unsignedJwt (payload: RawPart, header: Record<string, unknown> = {}): string {
  return rawJws({ alg: 'none', typ: 'JWT', ...header }, payload, () => '')
}

/** A token signed with `HS256`; with a public key's bytes as the secret it is the classic confusion attack. */
export function hmacJwt (payload: RawPart, secret: string | Buffer, header: Record<string, unknown> = {}): string {
  return rawJws({ alg: 'HS256', typ: 'JWT', ...header }, payload,
    input => createHmac('sha256', secret).update(input).digest())
}

/** Every form of a public RSA key that an attacker may take for the HMAC secret. */
export function publicKeyForms (publicKey: KeyObject): Record<string, string | Buffer> {
  const spki = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'pem' }) as string
  return {
    'SPKI PEM': spki,
    'SPKI PEM without final newline': spki.trimEnd(),
    'PKCS1 PEM': pkcs1,
    'PKCS1 PEM without final newline': pkcs1.trimEnd(),
    DER: publicKey.export({ type: 'spki', format: 'der' }),
    'JWK n': publicKey.export({ format: 'jwk' }).n as string
  }
}

/** Signs bytes as an algorithm demands. */
export function signature (alg: string, input: Buffer, key: KeyObject): Buffer {
  if (alg === 'EdDSA') return sign(null, input, key)
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('RS')) return sign(hash, input, key)
  return sign(hash, input, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST
  })
}

/** A token of so many characters. Its payload is filled up and, as base64url skips some lengths, its header. */
export function ofLength (length: number, make: (payload: object, header: object) => string): string {
  for (let fill = 0; fill < 4; fill++) {
    const header = { x: 'x'.repeat(fill) }
    const space = Math.floor((length - make({ x: '' }, header).length) * 3 / 4)
    for (const x of [space - 1, space, space + 1]) {
      const made = make({ x: 'x'.repeat(x) }, header)
      if (made.length === length) return made
    }
  }
  throw new Error(`Nothing has ${length} characters.`)
}

/** Flips the lowest bit of one byte of a part of a token: 0 header, 1 payload, 2 signature. */
export function flipBit (token: string, part: 0 | 1 | 2, position = 0): string {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[part] as string, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position)
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}

export function encodePart (part: RawPart): string {
  if (typeof part === 'string' || Buffer.isBuffer(part)) return Buffer.from(part).toString('base64url')
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
