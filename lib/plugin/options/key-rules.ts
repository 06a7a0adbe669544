import { createSecureContext } from 'node:tls'
import { ConfigurationError } from '../../errors.js'
import { importDpopKeyPair } from '../../tokens/dpop.js'
import type { DpopKeyInput, SigningKey, TlsCredentials } from '../../../types/options.js'
import { refuseOption, type Rule } from './rules.js'

/** Whether the key fits its algorithm, the signer says when it is made: at registration as well. */
export const signingKey: Rule<SigningKey> = (value, option) =>
  (typeof value === 'string' && value.includes('-----BEGIN')) || (typeof value === 'object' && value !== null)
    ? value as SigningKey
    : refuseOption(option, value, 'a PKCS #8 PEM, a JWK, a KeyObject or a CryptoKey')

/** A certificate and its key, which have to belong together. */
export const tlsCredentials: Rule<TlsCredentials> = (value, option) => {
  const tls = value as TlsCredentials | null
  if (tls?.cert == null || tls.key == null) return refuseOption(option, value, 'an object with "cert" and "key" in PEM')
  try {
    createSecureContext(tls)
  } catch {
    // What OpenSSL says of a key is not shown.
    throw new ConfigurationError(option,
      `Option "${option}" must hold a "cert" and a "key" that are PEM and belong together, with "passphrase" if the ` +
        'key is encrypted.')
  }
  return tls
}

/** A key of this process's own making, or a given one. */
export const dpopKey: Rule<boolean | { key: DpopKeyInput }> = (value, option) => {
  if (typeof value === 'boolean') return value
  const dpop = value as { key: DpopKeyInput } | null
  if (dpop?.key == null) {
    return refuseOption(option, value, 'true or { key }; whether an API takes tokens bound to a key is "api.dpop"')
  }
  importDpopKeyPair(dpop.key)
  return dpop
}
