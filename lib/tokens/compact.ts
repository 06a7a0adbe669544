import { isUtf8 } from 'node:buffer'
import { decodeBase64url } from '../base/base64url.js'
import { canSpellProto, deepFreeze, isObject } from '../base/json.js'
import { refuseToken } from './refuse-token.js'

/** A token in compact serialization, taken apart and not verified yet. */
export interface CompactJws {
  header: Readonly<Record<string, unknown>>
  payload: Buffer
  /** What the signature is over: header and payload as they were received. */
  signed: string
  signature: Buffer
}

/** Claims nest a few levels; what nests deeper is made to overflow somebody's stack. */
const maxDepth = 64

/** Characters of a header that is kept for the next token. */
const maxKeptHeader = 1024

/** Where the part of a compact JWS ends that is signed: at the second of two dots. -1 for what has not three parts. */
export function endOfSigned (token: string): number {
  const second = token.indexOf('.', token.indexOf('.') + 1)
  return token.includes('.', second + 1) ? -1 : second
}

/** Takes a compact JWS apart. @see RFC 7515 section 3.1 */
export function splitCompactJws (token: unknown, maxLength: number): CompactJws {
  if (typeof token !== 'string' || token === '') refuseToken('missing', 'A token is required.')
  if (token.length > maxLength) refuseToken('too_long', `The token is longer than ${maxLength} characters.`)
  const first = token.indexOf('.')
  const second = endOfSigned(token)
  if (second === -1) {
    refuseToken('malformed', 'The token is not a signed JWT of three parts.')
  }
  const header = readHeader(token, first)
  const payload = decodePart(token.slice(first + 1, second))
  const signature = decodePart(token.slice(second + 1))
  return { header, payload, signed: token.slice(0, second), signature }
}

/** The last header that was read: tokens that one key signs have the same. */
let last: { encoded: string, header: Readonly<Record<string, unknown>> } | undefined

function readHeader (token: string, end: number): Readonly<Record<string, unknown>> {
  if (last !== undefined && last.encoded.length === end && token.startsWith(last.encoded)) return last.header
  const encoded = token.slice(0, end)
  const header = deepFreeze(parseObject(decodePart(encoded), 'header'))
  if (encoded.length <= maxKeptHeader) last = { encoded, header }
  return header
}

/** Parses the verified payload. Repeated member names: the last one counts, as for every reader of `JSON.parse`. */
export function parsePayload (payload: Buffer): Record<string, unknown> {
  return parseObject(payload, 'payload')
}

/** What a token says, unverified: good for choosing keys, and for tokens that the tenant itself handed over. */
export function peekClaims (token: string, maxLength: number): Record<string, unknown> {
  return parsePayload(splitCompactJws(token, maxLength).payload)
}

function decodePart (part: string): Buffer {
  return decodeBase64url(part) ?? refuseToken('malformed', 'The token is not encoded as base64url.')
}

function parseObject (bytes: Buffer, part: string): Record<string, unknown> {
  let text = bytes.toString()
  // What is not UTF-8 is decoded as this character.
  if (text.includes('\ufffd') && !isUtf8(bytes)) text = ''
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's message quotes the token, so it is not kept.
    refuseToken('malformed', `The token's ${part} is not JSON in UTF-8.`)
  }
  if (!isObject(value)) refuseToken('malformed', `The token's ${part} is not a JSON object.`)
  if (mayNeedHardening(text)) harden(value, part, 1)
  return value
}

/** Whether text can spell `__proto__` or nest too deep. Most cannot, and need not be walked through. */
function mayNeedHardening (text: string): boolean {
  return canSpellProto(text) || count(text, '{') + count(text, '[') > maxDepth
}

function count (text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++
  return found
}

/** Bounds the depth and drops `__proto__` members, so that later copies and merges are harmless. */
function harden (value: unknown, part: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > maxDepth) refuseToken('malformed', `The token's ${part} is nested too deeply.`)
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const member of Object.values(value)) harden(member, part, depth + 1)
}
