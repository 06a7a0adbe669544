import { createHash, X509Certificate } from 'node:crypto'
import { TokenValidationError } from '../../errors.js'
import type { ApiOptions } from '../../../types/options.js'
import type { VerifiedToken } from './verified-tokens.js'

/** A certificate in any spelling that proxies use. */
export type ClientCertificate = ReturnType<NonNullable<ApiOptions['mtls']>>

/** Whether a token is bound to the certificate of its client. */
export function isBoundToCertificate ({ claims: { cnf } }: VerifiedToken): boolean {
  return cnf?.['x5t#S256'] !== undefined
}

/**
 * A token that names a certificate counts only on a connection that was made with it.
 * @throws TokenValidationError
 * @see RFC 8705 section 3
 */
export function checkCertificate ({ claims: { cnf } }: VerifiedToken, given: ClientCertificate): void {
  const certificate = derOf(given)
  if (certificate === undefined) {
    throw refused('The token is bound to a client certificate, and the request came without a usable one.')
  }
  if (createHash('sha256').update(certificate).digest('base64url') !== cnf?.['x5t#S256']) {
    throw refused('The token is bound to another client certificate than the one the request came with.')
  }
}

function refused (message: string): TokenValidationError {
  return new TokenValidationError('certificate', message, { claim: 'cnf' })
}

/** The certificate's own bytes; `undefined` for what is no certificate, which only a client can have caused. */
function derOf (given: ClientCertificate): Buffer | undefined {
  if (given === undefined) return undefined
  try {
    return given instanceof X509Certificate ? given.raw : new X509Certificate(bytesOf(given)).raw
  } catch {
    // Said to the client: its request has no usable certificate.
    return undefined
  }
}

/**
 * PEM, of which the first certificate counts. In a header its lines stand side by side: Apache puts blanks between
 * them, others tabs or nothing. @see RFC 7468 section 3
 */
const PEM = /^-----BEGIN[ +](?:[A-Z0-9]+[ +])?CERTIFICATE-----([^-]*)-----END/

/** PEM, or base64 of the bytes, bare or between colons; both may be URL-encoded. @see RFC 9440 section 2.1 */
function bytesOf (given: string | Uint8Array): Uint8Array {
  if (typeof given !== 'string') return given
  const text = decodeURIComponent(given.trim())
  return Buffer.from(PEM.exec(text)?.[1] ?? text.replace(/^:(.*):$/s, '$1'), 'base64')
}
