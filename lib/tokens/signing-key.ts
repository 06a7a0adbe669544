import { createPrivateKey, type JsonWebKeyInput, type KeyObject, type webcrypto } from 'node:crypto'
import { types } from 'node:util'
import type { SigningKey } from '../../types/options.js'
import { ConfigurationError } from '../errors.js'

/** Imports a private key; what cannot be one is a `ConfigurationError` that shows nothing of it. */
export function importSigningKey (input: SigningKey, option: string): KeyObject | webcrypto.CryptoKey {
  const key = types.isCryptoKey(input) || types.isKeyObject(input)
    ? input as KeyObject | webcrypto.CryptoKey
    : importEncoded(input, option)
  if (key.type !== 'private') throw notPrivate(option)
  return key
}

function importEncoded (input: unknown, option: string): KeyObject {
  try {
    return typeof input === 'string'
      ? createPrivateKey(input)
      : createPrivateKey({ key: input as JsonWebKeyInput['key'], format: 'jwk' })
  } catch {
    // Node's message may quote members of the key, so it is not kept.
    throw notPrivate(option)
  }
}

function notPrivate (option: string): ConfigurationError {
  return new ConfigurationError(option,
    `Option "${option}" must be a usable private key: PKCS #8 PEM without a passphrase, a private JWK, a ` +
      'KeyObject or a CryptoKey.')
}
