import { InvalidArgumentError } from '../../errors.js'
import { isObject, parseSafely } from '../../base/json.js'
import { decodeDevice, encodeDevice } from '../device/binding-format.js'
import type { CustomSession, UserClaims } from '../../../types/session.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { AuthorizationDetail } from '../../../types/tokens.js'

const VERSION = 1

/** When a session was last used; bound to it by its id. */
export interface LastSeen {
  id: string
  at: number
}

/**
 * The claims cookie's plaintext: a JSON array, as member names would make up a tenth of it.
 * @throws InvalidArgumentError for what JSON cannot hold
 */
export function encodeRecord (record: SessionRecord): string {
  const { id, version, createdAt, updatedAt, domain, issuer, sid, ceiling, user, custom, authorizationDetails } = record
  const device = encodeDevice(record)
  try {
    // In a list JSON writes `null` for what is undefined.
    return JSON.stringify([
      VERSION,
      id,
      version,
      createdAt,
      updatedAt,
      domain,
      issuer === issuerOf(domain) ? null : issuer,
      sid,
      ceiling,
      user,
      custom,
      authorizationDetails,
      ...(device === undefined ? [] : [device])
    ])
  } catch (error) {
    throw new InvalidArgumentError('session', 'The session holds a value that JSON cannot express.', error)
  }
}

/** The record, or `undefined` for any other version or shape. */
export function decodeRecord (plaintext: Buffer): SessionRecord | undefined {
  const parsed = parseSafely(plaintext.toString('utf8'))
  if (!Array.isArray(parsed) || parsed[0] !== VERSION || parsed.length < 12 || parsed.length > 13) return undefined
  const device = parsed.length === 12 ? {} : decodeDevice(parsed[12])
  const [, id, version, createdAt, updatedAt, domain, issuer, sid, ceiling, user, custom, authorizationDetails] =
    parsed as unknown[]
  const well = typeof id === 'string' && typeof version === 'number' && typeof createdAt === 'number' &&
    typeof updatedAt === 'number' &&
    typeof domain === 'string' && (issuer === null || typeof issuer === 'string') &&
    (sid === null || typeof sid === 'string') &&
    (ceiling === null || typeof ceiling === 'number') && isUser(user) && (custom === null || isObject(custom)) &&
    (authorizationDetails === null || Array.isArray(authorizationDetails)) && device !== undefined
  if (!well) return undefined
  return {
    id,
    version,
    user,
    domain,
    issuer: issuer ?? issuerOf(domain),
    createdAt,
    updatedAt,
    ...(sid !== null && { sid }),
    ...(ceiling !== null && { ceiling }),
    ...(custom !== null && { custom: custom as CustomSession }),
    ...(authorizationDetails !== null && { authorizationDetails: authorizationDetails as AuthorizationDetail[] }),
    ...device
  }
}

export function encodeLastSeen ({ id, at }: LastSeen): string {
  return JSON.stringify([VERSION, id, at])
}

export function decodeLastSeen (plaintext: Buffer): LastSeen | undefined {
  const parsed = parseSafely(plaintext.toString('utf8'))
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== VERSION) return undefined
  const [, id, at] = parsed as unknown[]
  return typeof id === 'string' && typeof at === 'number' ? { id, at } : undefined
}

function issuerOf (domain: string): string {
  return `https://${domain}/`
}

function isUser (value: unknown): value is UserClaims {
  return isObject(value) && typeof value['sub'] === 'string'
}
