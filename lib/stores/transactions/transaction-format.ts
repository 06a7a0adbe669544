import { InvalidArgumentError } from '../../errors.js'
import { isObject, parseSafely } from '../../base/json.js'
import type { Transaction } from '../../../types/stores.js'

/** What 0.1 wrote: the transaction as it is. */
const WHOLE = 1
/** What is in every transaction comes without its name: a long place to return to needs the room in the cookie. */
const PACKED = 2
const KINDS: readonly unknown[] = [
  'login', 'link', 'unlink', 'connect', 'magic-link', 'enterprise'
] satisfies Transaction['kind'][]
const TEXTS = ['state', 'nonce', 'codeVerifier', 'redirectUri', 'domain', 'issuer'] as const
const PACKED_MEMBERS = ['kind', ...TEXTS, 'createdAt'] as const

/** A transaction and the epoch seconds of its end. */
export interface KeptTransaction {
  transaction: Transaction
  expiresAt: number
}

/** @throws InvalidArgumentError for an `appState` that JSON cannot hold */
export function encodeTransaction ({ transaction, expiresAt }: KeptTransaction): string {
  const { kind, state, nonce, codeVerifier, redirectUri, domain, issuer, createdAt, ...rest } = transaction
  try {
    return JSON.stringify([
      PACKED, expiresAt, kind, state, nonce, codeVerifier, redirectUri, domain,
      issuer === issuerOf(domain) ? null : issuer, createdAt, rest
    ])
  } catch (error) {
    throw new InvalidArgumentError('appState', '"appState" holds a value that JSON cannot express.', error)
  }
}

/** The transaction, or `undefined` for any other version or shape. */
export function decodeTransaction (plaintext: Buffer): KeptTransaction | undefined {
  const parsed = parseSafely(plaintext.toString('utf8'))
  if (!Array.isArray(parsed)) return undefined
  const [version, expiresAt, ...members] = parsed as unknown[]
  const transaction = version === WHOLE && members.length === 1
    ? members[0]
    : version === PACKED && members.length === PACKED_MEMBERS.length + 1 ? unpack(members) : undefined
  return typeof expiresAt === 'number' && isTransaction(transaction) ? { transaction, expiresAt } : undefined
}

function unpack (members: unknown[]): unknown {
  const named = Object.fromEntries(PACKED_MEMBERS.map((name, index) => [name, members[index]]))
  const rest = members[PACKED_MEMBERS.length]
  if (!isObject(rest)) return undefined
  return { ...rest, ...named, issuer: named.issuer ?? issuerOf(String(named.domain)) }
}

function issuerOf (domain: string): string {
  return `https://${domain}/`
}

function isTransaction (value: unknown): value is Transaction {
  return isObject(value) && KINDS.includes(value['kind']) && typeof value['createdAt'] === 'number' &&
    TEXTS.every(member => typeof value[member] === 'string')
}
