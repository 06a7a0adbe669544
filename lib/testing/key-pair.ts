import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A private key and its public key. */
export interface KeyPair {
  privateKey: KeyObject
  publicKey: KeyObject
}

const publicKeyEncoding = { type: 'spki', format: 'der' } as const
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const

/**
 * Makes a key pair for ES256 or RS256, out of encoded keys.
 * The `KeyObject`s of `generateKeyPairSync` share a lock with the job that made them. A garbage collection that ends
 * the job while such a key is being exported waits for that lock, and the process stands still.
 */
export function makeKeyPair (algorithm: 'ES256' | 'RS256'): KeyPair {
  const made = algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding })
    : generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding })
  return {
    privateKey: createPrivateKey({ key: made.privateKey, ...privateKeyEncoding }),
    publicKey: createPublicKey({ key: made.publicKey, ...publicKeyEncoding })
  }
}
