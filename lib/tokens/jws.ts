import type { KeyObject } from 'node:crypto'
import { parsePayload, splitCompactJws } from './compact.js'
import { jose } from './jose.js'
import type { JwsHeader, KeySource } from './keys.js'
import { refuseToken, shown } from './refuse-token.js'

export interface VerifiedJws {
  header: JwsHeader
  payload: Record<string, unknown>
  /** The key it was verified with. */
  key: KeyObject
}

export interface VerifyJwsOptions {
  keys: KeySource
  /** The only algorithms that are accepted. */
  algorithms: readonly string[]
  /** Accepted `typ` values, lower-case and without `application/`; `jwt` also stands for none. Default `['jwt']`. */
  types?: readonly string[]
  /** Default 65 536. */
  maxLength?: number
}

/** Tokens are a few KiB; longer ones are refused before any work. */
export const defaultMaxLength = 65_536

/**
 * Verifies a signed token and returns what it says. Keys and addresses inside the token are never looked at. @see RFC
 * 7515, RFC 8725
 */
export async function verifyJws (token: string, options: VerifyJwsOptions): Promise<VerifiedJws> {
  const { keys, algorithms, types = ['jwt'], maxLength = defaultMaxLength } = options
  const { header: rawHeader, payload } = splitCompactJws(token, maxLength)
  const header = checkHeader(rawHeader, algorithms, types)
  const key = await keys.get(header)
  await verifySignature(token, key, header.alg)
  return { header, payload: parsePayload(payload), key }
}

/** The rules for the protected header. */
export function checkHeader (header: Record<string, unknown>, algorithms: readonly string[],
  types: readonly string[]): JwsHeader {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || alg === 'none' || !algorithms.includes(alg)) {
    refuseToken('algorithm', `The token is signed with ${shown(alg)}, expected ${shown(algorithms)}.`)
  }
  if ('crit' in header) refuseToken('critical_header', 'The token demands header extensions that are not supported.')
  if (!isAcceptedType(typ, types)) refuseToken('type', `The token is of type ${shown(typ)}, expected ${shown(types)}.`)
  if (kid !== undefined && typeof kid !== 'string') refuseToken('malformed', 'The key id of the token is not a string.')
  return { alg, ...kid !== undefined && { kid }, ...typ !== undefined && { typ } }
}

/**
 * Explicit typing keeps tokens of one kind from passing as another. @see RFC 8725 section 3.11, RFC 7515 section 4.1.9
 */
function isAcceptedType (typ: unknown, types: readonly string[]): typ is string | undefined {
  if (typ === undefined) return types.includes('jwt')
  return typeof typ === 'string' && types.includes(typ.toLowerCase().replace(/^application\//, ''))
}

/** Verifies the signature of a compact JWS. */
export async function verifySignature (token: string, key: KeyObject, alg: string): Promise<void> {
  const { compactVerify } = await jose()
  try {
    await compactVerify(token, key, { algorithms: [alg] })
  } catch (cause) {
    refuseToken('signature', 'The signature of the token is not valid.', { cause })
  }
}
