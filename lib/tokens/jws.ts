import type { KeyObject } from 'node:crypto'
import { andThen, isPromiseLike } from '../base/awaitable.js'
import { parsePayload, splitCompactJws, type CompactJws } from './compact.js'
import type { JwsHeader } from './jws-header.js'
import type { KeySource } from './keys.js'
import { refuseToken, shown } from './refuse-token.js'
import { verifySignature } from './signature.js'

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

const JWT = ['jwt']

/** Tokens are a few KiB; longer ones are refused before any work. */
export const defaultMaxLength = 65_536

/**
 * Verifies a signed token and returns what it says: at once where the key is at hand. Keys and addresses inside the
 * token are never looked at.
 * @throws TokenValidationError, at once or by the promise
 * @see RFC 7515, RFC 8725
 */
export function verifyJws (token: string, options: VerifyJwsOptions): VerifiedJws | Promise<VerifiedJws> {
  const { keys, algorithms, types = JWT, maxLength = defaultMaxLength } = options
  const jws = splitCompactJws(token, maxLength)
  const header = checkedHeader(jws.header, algorithms, types)
  const key = keys.get(header) as KeyObject | undefined | Promise<KeyObject | undefined>
  return isPromiseLike(key) ? andThen(key, found => verified(jws, header, found)) : verified(jws, header, key)
}

function verified (jws: CompactJws, header: JwsHeader, key: KeyObject | undefined): VerifiedJws {
  // A source of the application's own may have none.
  if (key === undefined) return refuseToken('key_not_found', 'No signing key fits the token.')
  verifySignature(jws, key, header.alg)
  return { header, payload: parsePayload(jws.payload), key }
}

/** The last header that was checked, and by what: tokens that one key signs have the same. */
let last: CheckedHeader | undefined

interface CheckedHeader {
  header: CompactJws['header']
  algorithms: readonly string[]
  types: readonly string[]
  checked: JwsHeader
}

function checkedHeader (header: CompactJws['header'], algorithms: readonly string[],
  types: readonly string[]): JwsHeader {
  if (last?.header === header && last.algorithms === algorithms && last.types === types) return last.checked
  const checked = Object.freeze(checkHeader(header, algorithms, types))
  last = { header, algorithms, types, checked }
  return checked
}

/** The rules for the protected header. */
export function checkHeader (header: Readonly<Record<string, unknown>>, algorithms: readonly string[],
  types: readonly string[]): JwsHeader {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || alg === 'none' || !algorithms.includes(alg)) {
    refuseToken('algorithm', `The token is signed with ${shown(alg)}, expected ${shown(algorithms)}.`)
  }
  // `b64` changes what is signed (RFC 7797 section 6).
  if ('crit' in header || 'b64' in header) {
    refuseToken('critical_header', 'The token demands header extensions that are not supported.')
  }
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
