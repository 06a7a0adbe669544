import { InvalidArgumentError } from '../../errors.js'
import { isObject, parseSafely } from '../../base/json.js'
import type { Transaction } from '../../../types/stores.js'

const VERSION = 1
const KINDS: readonly unknown[] = ['login', 'link', 'unlink', 'connect', 'magic-link'] satisfies Transaction['kind'][]
const REQUIRED = ['state', 'nonce', 'codeVerifier', 'redirectUri', 'domain', 'issuer'] as const

/** A transaction and the epoch seconds of its end. */
export interface KeptTransaction {
  transaction: Transaction
  expiresAt: number
}

/** @throws InvalidArgumentError for an `appState` that JSON cannot hold */
export function encodeTransaction ({ transaction, expiresAt }: KeptTransaction): string {
  try {
    return JSON.stringify([VERSION, expiresAt, transaction])
  } catch (error) {
    throw new InvalidArgumentError('appState', '"appState" holds a value that JSON cannot express.', error)
  }
}

/** The transaction, or `undefined` for any other version or shape. */
export function decodeTransaction (plaintext: Buffer): KeptTransaction | undefined {
  const parsed = parseSafely(plaintext.toString('utf8'))
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== VERSION) return undefined
  const [, expiresAt, transaction] = parsed as unknown[]
  return typeof expiresAt === 'number' && isTransaction(transaction) ? { transaction, expiresAt } : undefined
}

function isTransaction (value: unknown): value is Transaction {
  return isObject(value) && KINDS.includes(value['kind']) && typeof value['createdAt'] === 'number' &&
    REQUIRED.every(member => typeof value[member] === 'string')
}
