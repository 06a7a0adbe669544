import { InvalidArgumentError } from '../../errors.js'
import { COOKIE_LIMIT, cookieSize } from '../stateless/chunks.js'
import { decodeTransaction, encodeTransaction } from './transaction-format.js'
import { createUsedIds } from '../../base/use-once.js'
import { isState } from './transaction-states.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar, TransactionStore } from '../../../types/stores.js'

export interface CookieTransactionsOptions {
  /** Prefix of the cookies' names; `_<state>` follows. */
  name: (secure: boolean) => string
  attributes: (secure: boolean, formPost: boolean) => CookieAttributes
  sealer: Sealer
  now: () => number
  /** Logins that may be under way in one browser. Default 8. */
  maxCount?: number
  /** Bytes their cookies may take together. Default 4096. */
  maxBytes?: number
  /** Logins that are remembered as taken. Default 100 000. */
  maxTaken?: number
  /** Told once, when a login had to be forgotten that could still be taken again. */
  onFull?: () => void
}

interface Pending {
  name: string
  bytes: number
  /** Epoch seconds; 0 for what cannot be used any more. */
  createdAt: number
}

/** Unreadable leftovers that one response clears at most. */
const MOST_CLEARED = 32
/** Cookies of logins that are looked at: a header may hold thousands. */
const MOST_SEEN = 128

/** Keeps each transaction in a cookie of its own, so that logins in several tabs do not disturb each other. */
export function createCookieTransactions (options: CookieTransactionsOptions): TransactionStore {
  const { attributes, sealer, now, maxCount = 8, maxBytes = 4096, maxTaken = 100_000, onFull } = options
  /** Two equal callbacks at the same time give one login. */
  const taken = createUsedIds({ maxEntries: maxTaken, onFull })
  const nameOf = (jar: CookieJar, state: string) => `${options.name(jar.secure)}_${state}`

  function open (value: string, state: string) {
    const plaintext = sealer.open(value)
    const kept = plaintext && decodeTransaction(plaintext)
    return kept?.transaction.state === state ? kept : undefined
  }

  /** The cookies of other logins, the oldest first; unreadable and expired ones come before all. */
  function pending (jar: CookieJar, except?: string): Pending[] {
    const prefix = nameOf(jar, '')
    return jar.names(prefix)
      .filter(name => isState(name.slice(prefix.length)) && name !== except)
      .slice(0, MOST_SEEN)
      .map(name => {
        const value = jar.get(name)!
        const kept = open(value, name.slice(prefix.length))
        const usable = kept !== undefined && kept.expiresAt > now()
        return { name, bytes: name.length + 1 + value.length, createdAt: usable ? kept.transaction.createdAt : 0 }
      })
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  return {
    set (jar, state, transaction, ttl) {
      if (!isState(state)) {
        throw new InvalidArgumentError('state', 'A state consists of 1 to 128 letters, digits, "-" and "_".')
      }
      const name = nameOf(jar, state)
      const value = sealer.seal(encodeTransaction({ transaction: { ...transaction, state }, expiresAt: now() + ttl }))
      const how = { ...attributes(jar.secure, transaction.responseMode === 'form_post'), maxAge: Math.ceil(ttl) }
      const size = cookieSize(name, value, how)
      if (size > COOKIE_LIMIT) {
        throw new InvalidArgumentError('appState',
          `What this login has to remember needs ${size} bytes and a cookie holds ${COOKIE_LIMIT}. Keep "appState" ` +
            'and "returnTo" small, or set "transactionStore".')
      }
      const others = pending(jar, name)
      let count = 1 + others.length
      let bytes = name.length + 1 + value.length + others.reduce((sum, other) => sum + other.bytes, 0)
      for (const other of others.slice(0, MOST_CLEARED)) {
        if (other.createdAt > 0 && count <= maxCount && bytes <= maxBytes) break
        jar.clear(other.name, attributes(jar.secure, false))
        count -= 1
        bytes -= other.bytes
      }
      jar.set(name, value, how)
    },

    take (jar, state) {
      if (!isState(state)) return undefined
      const name = nameOf(jar, state)
      const value = jar.get(name)
      if (value === undefined) return undefined
      const kept = open(value, state)
      jar.clear(name, attributes(jar.secure, kept?.transaction.responseMode === 'form_post'))
      if (kept === undefined || kept.expiresAt <= now()) return undefined
      const { transaction, expiresAt } = kept
      if (taken.has(state, transaction.createdAt, now())) return undefined
      taken.add(state, { at: transaction.createdAt, until: expiresAt }, now())
      return transaction
    },

    delete (jar, state) {
      const prefix = nameOf(jar, '')
      const names = jar.names(prefix).filter(name => {
        const own = name.slice(prefix.length)
        return isState(own) && (state === undefined || own === state)
      }).slice(0, MOST_SEEN)
      for (const name of names) jar.clear(name, attributes(jar.secure, false))
    }
  }
}
