import { createHash, type KeyObject } from 'node:crypto'
import { thumbprintOf } from '../base/thumbprint.js'
import { TokenValidationError } from '../errors.js'
import { keyFits } from './algorithms.js'
import { checkIssuedAt, requireMoment, type Payload } from './claim-rules.js'
import { parsePayload, splitCompactJws } from './compact.js'
import { importProofJwk } from './jwk-set.js'
import { checkHeader } from './jws.js'
import { refuseToken } from './refuse-token.js'
import { verifySignature } from './signature.js'

export interface DpopProofExpectations {
  method: string
  /** The request's URL, built from configuration rather than from its headers. */
  url: string
  /** The access token beside the proof. */
  accessToken?: string | undefined
  /** `cnf.jkt` of that token. */
  thumbprint?: string | undefined
  /** The nonces the proof may carry, when the server asks for them. */
  nonce?: string | readonly string[] | undefined
  now: number
  /** Seconds a proof is good for. Default 300. */
  iatWindow?: number | undefined
  /** Remembers a proof's `jti` and says whether it was known; gets the proof's `iat`, too. */
  seen: (jti: string, iat: number) => boolean | Promise<boolean>
}

export interface VerifiedDpopProof {
  thumbprint: string
  jti: string
  iat: number
}

/** Seconds a proof may be ahead of our clock. */
const clockTolerance = 30

/**
 * Verifies a DPoP proof for an API; the error's code is `invalid_dpop_proof` or `use_dpop_nonce`. @see RFC 9449 section
 * 4.3
 */
export async function verifyDpopProof (proof: string, expected: DpopProofExpectations): Promise<VerifiedDpopProof> {
  try {
    return await verify(proof, expected)
  } catch (error) {
    if (!(error instanceof TokenValidationError)) throw error
    const code = error.reason === 'nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof'
    throw new TokenValidationError(error.reason, `The DPoP proof was refused. ${error.message}`, {
      code,
      cause: error,
      ...error.claim !== undefined && { claim: error.claim }
    })
  }
}

async function verify (proof: string, expected: DpopProofExpectations): Promise<VerifiedDpopProof> {
  const jws = splitCompactJws(proof, 8192)
  const { alg } = checkHeader(jws.header, ['ES256'], ['dpop+jwt'])
  const { key, thumbprint } = readKey(jws.header['jwk'])
  verifySignature(jws, key, alg)
  const payload = parsePayload(jws.payload)
  // Clients of any make sign proofs, and some write fractions of a second. @see RFC 7519 section 2 (NumericDate)
  if (typeof payload['iat'] === 'number') payload['iat'] = Math.floor(payload['iat'])
  const { htm, htu, jti, iat, nonce, ath } = payload as Payload & { iat: number }
  if (htm !== expected.method) refuseToken('proof_method', 'It is for another method.', { claim: 'htm' })
  if (!isSameUrl(htu, expected.url)) refuseToken('proof_url', 'It is for another URL.', { claim: 'htu' })
  requireMoment(payload, 'iat')
  checkIssuedAt(payload, { now: expected.now, clockTolerance }, (expected.iatWindow ?? 300) - clockTolerance)
  if (expected.nonce !== undefined && (typeof nonce !== 'string' || ![expected.nonce].flat().includes(nonce))) {
    refuseToken('nonce', 'It does not carry the nonce the server asks for.', { claim: 'nonce' })
  }
  if (expected.accessToken !== undefined && ath !== accessTokenHash(expected.accessToken)) {
    refuseToken('proof_token', 'It is for another access token.', { claim: 'ath' })
  }
  if (expected.thumbprint !== undefined && thumbprint !== expected.thumbprint) {
    refuseToken('proof_binding', 'The access token is bound to another key.')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) {
    refuseToken('claim_invalid', 'Its "jti" claim must be a string of 1 to 256 characters.', { claim: 'jti' })
  }
  if (await expected.seen(jti, iat)) refuseToken('replay', 'It was used before.', { claim: 'jti' })
  return { thumbprint, jti, iat }
}

function readKey (jwk: unknown): { key: KeyObject, thumbprint: string } {
  const key = importProofJwk(jwk)
  if (key === undefined || !keyFits('ES256', key)) {
    refuseToken('proof_key', 'Its header does not hold a public key on the curve P-256.')
  }
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return { key, thumbprint: thumbprintOf({ crv: 'P-256', kty: 'EC', x, y }) }
}

/** `ath`. @see RFC 9449 section 4.2 */
export function accessTokenHash (accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url')
}

/** Query and fragment are not compared. @see RFC 9449 section 4.3 */
function isSameUrl (htu: unknown, url: string): boolean {
  return typeof htu === 'string' && URL.canParse(htu) && normalizeUrl(htu) === normalizeUrl(url)
}

/** One spelling for equal URLs. @see RFC 3986 section 6.2 */
function normalizeUrl (url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, normalizeEscape)
}

function normalizeEscape (escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase()
}
