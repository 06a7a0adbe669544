import { createPublicKey, generateKeyPair, randomBytes, sign, verify, constants, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** One of the tenant's signing keys. */
interface SigningKeyPair {
  kid: string
  privateKey: KeyObject
}

/** A token the tenant signed. */
export interface OpenedToken {
  header: Record<string, unknown>
  payload: Record<string, unknown>
}

export type TenantAlgorithm = 'RS256' | 'PS256'

const makeKeyPair = promisify(generateKeyPair)
/** Making an RSA key takes long, so the tenants of one process share key pairs under key ids of their own. */
const pool: Promise<KeyObject>[] = []

function pooledKey (index: number): Promise<KeyObject> {
  pool[index] ??= makeKeyPair('rsa', { modulusLength: 2048 }).then(pair => pair.privateKey)
  return pool[index]
}

function signingInput (algorithm: string, key: KeyObject): { key: KeyObject, padding?: number, saltLength?: number } {
  return algorithm === 'PS256' ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { key }
}

function decode (segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, 'base64url').toString())
}

/** Signs a JWT. @see RFC 7515 */
export function encodeJwt (header: Record<string, unknown>, payload: Record<string, unknown>,
  signature: (data: Buffer) => Buffer): string {
  const data = [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${data}.${signature(Buffer.from(data)).toString('base64url')}`
}

/** The tenant's RSA keys: the one in use, the next one, and those before. */
export class SigningKeys {
  #keys: Promise<SigningKeyPair>[] = []
  #used = 0

  constructor () {
    this.#keys = [this.#make(), this.#make()]
  }

  async #make (): Promise<SigningKeyPair> {
    const privateKey = await pooledKey(this.#used++)
    return { kid: randomBytes(12).toString('base64url'), privateKey }
  }

  /** Signs with the next key from now on. With `revoke`, the old keys are no longer published. */
  async rotate (options: { revoke?: boolean } = {}): Promise<void> {
    const [current, next, ...previous] = this.#keys as [Promise<SigningKeyPair>, Promise<SigningKeyPair>]
    this.#keys = options.revoke ? [next, this.#make()] : [next, this.#make(), current, ...previous]
    await Promise.all(this.#keys)
  }

  /** The published key set. @see RFC 7517 */
  async jwks (): Promise<{ keys: Record<string, unknown>[] }> {
    const keys = await Promise.all(this.#keys)
    return {
      keys: keys.map(({ kid, privateKey }) => ({
        ...createPublicKey(privateKey).export({ format: 'jwk' }),
        use: 'sig',
        alg: 'RS256',
        kid
      }))
    }
  }

  /** Signs claims with the key in use. */
  async sign (payload: Record<string, unknown>,
    options: { alg?: TenantAlgorithm, typ?: string } = {}): Promise<string> {
    const { kid, privateKey } = await this.#keys[0]!
    const alg = options.alg ?? 'RS256'
    return encodeJwt({ alg, typ: options.typ ?? 'JWT', kid }, payload,
      data => sign('sha256', data, signingInput(alg, privateKey)))
  }

  /** Returns header and claims of a token signed by one of the keys, whatever its times say. */
  async open (token: unknown): Promise<OpenedToken | undefined> {
    const [header, payload, signature, ...rest] = String(token).split('.')
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined
    try {
      const opened = { header: decode(header), payload: decode(payload) }
      for (const { kid, privateKey } of await Promise.all(this.#keys)) {
        if (kid !== opened.header.kid) continue
        const key = signingInput(String(opened.header.alg), createPublicKey(privateKey))
        return verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
          ? opened
          : undefined
      }
    } catch {
      // not JSON: not one of our tokens
    }
    return undefined
  }
}
