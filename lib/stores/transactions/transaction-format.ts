import { InvalidArgumentError } from '../../errors.js'
import { isObject, parseSafely } from '../../base/json.js'
import type { Transaction } from '../../../types/stores.js'

/** What 0.1 wrote: the transaction as it is. */
const WHOLE = 1
/** What is in every transaction comes without its name: a long place to return to needs the room in the cookie. */
const PACKED = 2
const TEXTS = ['state', 'redirectUri', 'domain', 'issuer']
const OF_SESSION = ['sessionId', 'sub']
/** What a transaction of each kind has beside `TEXTS`. */
const TEXTS_OF_KIND: Readonly<Record<Transaction['kind'], readonly string[]>> = {
  login: ['nonce', 'codeVerifier'],
  enterprise: ['nonce', 'codeVerifier'],
  'magic-link': ['nonce'],
  link: ['nonce', 'codeVerifier', ...OF_SESSION],
  unlink: ['nonce', 'codeVerifier', ...OF_SESSION],
  connect: ['codeVerifier', 'authSession', ...OF_SESSION]
}
/** Members of the packed form beside version and end. */
const PACKED_MEMBERS = 9

/** A transaction and the epoch seconds of its end. */
interface KeptTransaction {
  transaction: Transaction
  expiresAt: number
}

/** @throws InvalidArgumentError for an `appState` that JSON cannot hold */
export function encodeTransaction ({ transaction, expiresAt }: KeptTransaction): string {
  // Written as before 1.0, so that older processes can read it.
  const { kind, state, nonce = '', codeVerifier = '', redirectUri, domain, issuer, createdAt, ...others } =
    transaction as Transaction & { nonce?: string, codeVerifier?: string }
  const rest = 'sessionId' in transaction ? { connection: '', ...others } : others
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
  const [version, expiresAt] = parsed as unknown[]
  const transaction = version === WHOLE && parsed.length === 3
    ? parsed[2] as unknown
    : version === PACKED && parsed.length === 2 + PACKED_MEMBERS ? unpack(parsed) : undefined
  if (typeof expiresAt !== 'number' || !isTransaction(transaction)) return undefined
  // What a transaction does not have is kept as an empty text.
  Reflect.deleteProperty(transaction, 'connection')
  if (transaction.kind === 'connect') Reflect.deleteProperty(transaction, 'nonce')
  if (transaction.kind === 'magic-link') Reflect.deleteProperty(transaction, 'codeVerifier')
  return { transaction, expiresAt }
}

function unpack (members: unknown[]): unknown {
  const [, , kind, state, nonce, codeVerifier, redirectUri, domain, issuer, createdAt, rest] = members
  if (!isObject(rest)) return undefined
  // A literal that begins with a spread takes half a microsecond for each member that follows.
  return Object.assign(rest, {
    kind, state, nonce, codeVerifier, redirectUri, domain, issuer: issuer ?? issuerOf(String(domain)), createdAt
  })
}

function issuerOf (domain: string): string {
  return `https://${domain}/`
}

function isTransaction (value: unknown): value is Transaction {
  if (!isObject(value) || typeof value['createdAt'] !== 'number' || typeof value['kind'] !== 'string' ||
    !Object.hasOwn(TEXTS_OF_KIND, value['kind'])) return false
  const isText = (member: string): boolean => typeof value[member] === 'string'
  return TEXTS.every(isText) && TEXTS_OF_KIND[value['kind'] as Transaction['kind']].every(isText)
}
