import { TextDecoder } from 'node:util'
import { isObject } from '../base/json.js'
import { refuseToken } from './refuse-token.js'

/** A token in compact serialization, taken apart and not verified yet. */
export interface CompactJws {
  header: Record<string, unknown>
  payload: Buffer
}

/** Claims nest a few levels; what nests deeper is made to overflow somebody's stack. */
const maxDepth = 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Takes a compact JWS apart. @see RFC 7515 section 3.1 */
export function splitCompactJws (token: unknown, maxLength: number): CompactJws {
  if (typeof token !== 'string' || token === '') refuseToken('missing', 'A token is required.')
  if (token.length > maxLength) refuseToken('too_long', `The token is longer than ${maxLength} characters.`)
  const parts = token.split('.', 4)
  if (parts.length !== 3) refuseToken('malformed', 'The token is not a signed JWT of three parts.')
  const [header, payload] = parts.map(decodeBase64url) as [Buffer, Buffer, Buffer]
  return { header: parseObject(header, 'header'), payload }
}

/** Parses the verified payload. Repeated member names: the last one counts, as for every reader of `JSON.parse`. */
export function parsePayload (payload: Buffer): Record<string, unknown> {
  return parseObject(payload, 'payload')
}

/** What a token says, unverified: good for choosing keys, and for tokens that the tenant itself handed over. */
export function peekClaims (token: string, maxLength: number): Record<string, unknown> {
  return parsePayload(splitCompactJws(token, maxLength).payload)
}

/** Node's decoder forgives foreign letters, padding and loose bits; only what it would write itself is accepted. */
function decodeBase64url (part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) refuseToken('malformed', 'The token is not encoded as base64url.')
  return bytes
}

function parseObject (bytes: Buffer, part: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    // The parser's message quotes the token, so it is not kept.
    refuseToken('malformed', `The token's ${part} is not JSON in UTF-8.`)
  }
  if (!isObject(value)) refuseToken('malformed', `The token's ${part} is not a JSON object.`)
  harden(value, part, 1)
  return value
}

/** Bounds the depth and drops `__proto__` members, so that later copies and merges are harmless. */
function harden (value: unknown, part: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > maxDepth) refuseToken('malformed', `The token's ${part} nests too deep.`)
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const member of Object.values(value)) harden(member, part, depth + 1)
}
