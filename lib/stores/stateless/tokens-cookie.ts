import { decodeBase64url } from '../../base/base64url.js'
import { isObject, parseSafely } from '../../base/json.js'
import type { SessionTokens } from '../../../types/stores.js'
import type { ConnectionTokenSet, TokenSet } from '../../../types/tokens.js'

const VERSION = 1
/** Version byte and the length of the JSON part. */
const PREFIX = 5
/** A shorter string costs more packed than written out. */
const WORTH_PACKING = 32
const MOST_SEGMENTS = 8

/** A string as it stands, or the byte lengths of the base64url segments that follow as raw bytes. */
type Packed = string | number[]

/**
 * The tokens cookie's plaintext: version, length of the JSON part, the JSON part, then the bytes of every JWT segment.
 * A sealed value is base64url itself; raw bytes keep it from being encoded twice, which saves a quarter.
 */
export function encodeTokens (
  { id, version, refreshToken, idToken, tokenSets, connectionTokenSets, jkt, nonce, extraClaims }: SessionTokens
): Buffer {
  const raw: Buffer[] = []
  const pack = (token: string) => packInto(raw, token)
  // In a list JSON writes `null` for what is undefined.
  const json = Buffer.from(JSON.stringify([
    id,
    version,
    refreshToken === undefined ? null : pack(refreshToken),
    idToken === undefined ? null : pack(idToken),
    tokenSets.map(({ accessToken, tokenType, scope, expiresAt, audience, requestedScope }) =>
      [pack(accessToken), tokenType, scope, expiresAt, audience,
        requestedScope === scope ? null : requestedScope]),
    connectionTokenSets.map(({ accessToken, scope, expiresAt, connection, loginHint }) =>
      [pack(accessToken), scope, expiresAt, connection, loginHint]),
    jkt,
    nonce === undefined ? null : pack(nonce),
    ...(extraClaims === undefined ? [] : [extraClaims])
  ]))
  const prefix = Buffer.alloc(PREFIX)
  prefix.writeUInt8(VERSION, 0)
  prefix.writeUInt32BE(json.length, 1)
  return Buffer.concat([prefix, json, ...raw])
}

/** The tokens, or `undefined` for any other version or shape. */
export function decodeTokens (plaintext: Buffer): SessionTokens | undefined {
  if (plaintext.length < PREFIX || plaintext.readUInt8(0) !== VERSION) return undefined
  const jsonEnd = PREFIX + plaintext.readUInt32BE(1)
  const parsed = parseSafely(plaintext.toString('utf8', PREFIX, jsonEnd))
  if (!Array.isArray(parsed) || (parsed.length !== 8 && parsed.length !== 9)) return undefined
  const reader = new SegmentReader(plaintext, jsonEnd)
  const [id, version, refreshToken, idToken, tokenSets, connectionTokenSets, jkt, nonce, extraClaims] =
    parsed as unknown[]
  if (typeof id !== 'string' || typeof version !== 'number' || !Array.isArray(tokenSets) ||
    !Array.isArray(connectionTokenSets)) return undefined
  const tokens = {
    id,
    version,
    ...(refreshToken !== null && { refreshToken: reader.token(refreshToken) }),
    ...(idToken !== null && { idToken: reader.token(idToken) }),
    tokenSets: tokenSets.map((row: unknown) => toTokenSet(row, reader)),
    connectionTokenSets: connectionTokenSets.map((row: unknown) => toConnectionTokenSet(row, reader)),
    ...(jkt !== null && { jkt }),
    ...(nonce !== null && { nonce: reader.token(nonce) }),
    ...(extraClaims !== undefined && { extraClaims })
  }
  return reader.exhausted && isTokens(tokens) ? tokens : undefined
}

function packInto (raw: Buffer[], token: string): Packed {
  if (token.length < WORTH_PACKING) return token
  const segments = token.split('.', MOST_SEGMENTS + 1)
  if (segments.length > MOST_SEGMENTS) return token
  const bytes = segments.map(decodeBase64url)
  if (!bytes.every(segment => segment !== undefined)) return token
  raw.push(...bytes)
  return bytes.map(segment => segment.length)
}

/** Hands out packed tokens in the order in which they were packed. */
class SegmentReader {
  readonly #bytes: Buffer
  #position: number

  constructor (bytes: Buffer, position: number) {
    this.#bytes = bytes
    this.#position = position
  }

  /** Whether exactly everything was read. */
  get exhausted (): boolean {
    return this.#position === this.#bytes.length
  }

  token (packed: unknown): unknown {
    if (!Array.isArray(packed) || !packed.every(length => Number.isInteger(length) && length >= 0)) return packed
    return packed.map((length: number) => {
      const start = this.#position
      this.#position += length
      return this.#bytes.toString('base64url', start, this.#position)
    }).join('.')
  }
}

function toTokenSet (row: unknown, reader: SegmentReader): unknown {
  if (!Array.isArray(row)) return undefined
  const [accessToken, tokenType, scope, expiresAt, audience, requestedScope] = row as unknown[]
  return {
    accessToken: reader.token(accessToken),
    tokenType,
    scope,
    expiresAt,
    ...(audience !== null && { audience }),
    requestedScope: requestedScope ?? scope
  }
}

function toConnectionTokenSet (row: unknown, reader: SegmentReader): unknown {
  if (!Array.isArray(row)) return undefined
  const [accessToken, scope, expiresAt, connection, loginHint] = row as unknown[]
  return {
    accessToken: reader.token(accessToken),
    scope,
    expiresAt,
    connection,
    ...(loginHint !== null && { loginHint })
  }
}

function isTokens (
  value: { id: string, version: number, tokenSets: unknown[], connectionTokenSets: unknown[] }
): value is SessionTokens {
  const { refreshToken, idToken, jkt, nonce } = value as Record<string, unknown>
  return isStringOrAbsent(refreshToken) && isStringOrAbsent(idToken) && isStringOrAbsent(jkt) &&
    isStringOrAbsent(nonce) &&
    value.tokenSets.every(isTokenSet) && value.connectionTokenSets.every(isConnectionTokenSet)
}

function isTokenSet (value: unknown): value is TokenSet {
  return isObject(value) && typeof value['accessToken'] === 'string' &&
    (value['tokenType'] === 'Bearer' || value['tokenType'] === 'DPoP') &&
    typeof value['scope'] === 'string' && typeof value['expiresAt'] === 'number' &&
    isStringOrAbsent(value['audience']) &&
    typeof value['requestedScope'] === 'string'
}

function isConnectionTokenSet (value: unknown): value is ConnectionTokenSet {
  return isObject(value) && typeof value['accessToken'] === 'string' && typeof value['scope'] === 'string' &&
    typeof value['expiresAt'] === 'number' && typeof value['connection'] === 'string' &&
    isStringOrAbsent(value['loginHint'])
}

function isStringOrAbsent (value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
