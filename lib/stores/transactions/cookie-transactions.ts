import { InvalidArgumentError } from '../../errors.js'
import { COOKIE_LIMIT, cookieSize, headerBytes, MOST_CANDIDATES } from '../stateless/chunks.js'
import { COOKIE_BUDGET } from '../stateless/cookie-budget.js'
import { decodeTransaction, encodeTransaction } from './transaction-format.js'
import { createUsedIds } from '../../base/use-once.js'
import { isState } from './transaction-states.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar, TransactionStore } from '../../../types/stores.js'

interface CookieTransactionsOptions {
  /** Prefix of the cookies' names; `_<state>` follows. */
  name: (jar: CookieJar) => string
  attributes: (secure: boolean, formPost: boolean) => CookieAttributes
  sealer: Sealer
  now: () => number
  /** Bytes that the session's cookies take in this request; the logins have the rest of the budget. */
  sessionBytes?: (jar: CookieJar) => number
  /** Logins that may be under way in one browser. */
  maxCount: number
  /** Logins that are remembered as taken. */
  maxTaken: number
  /** Told once, when a login had to be forgotten that could still be taken again. */
  onFull?: () => void
}

/** Transactions in cookies, which share the room for cookies with the session. */
interface CookieTransactions extends TransactionStore {
  /** Clears cookies of logins until they take at most `bytes`: what cannot be opened first, then the oldest login. */
  makeRoom(jar: CookieJar, bytes: number): void
}

interface Pending {
  name: string
  bytes: number
  /** Epoch seconds; 0 for what cannot be opened. */
  createdAt: number
  expired: boolean
}

/** Cookies that one response clears at most. */
const MOST_CLEARED = 32
/** Cookies of logins that are looked at: a header may hold thousands. */
const MOST_SEEN = 128

/** Keeps each transaction in a cookie of its own, so that logins in several tabs do not disturb each other. */
export function createCookieTransactions (options: CookieTransactionsOptions): CookieTransactions {
  const { attributes, sealer, now, maxCount, sessionBytes = () => 0, maxTaken, onFull } = options
  /** Two equal callbacks at the same time give one login. */
  const taken = createUsedIds({ maxEntries: maxTaken, onFull })
  const nameOf = (jar: CookieJar, state: string) => `${options.name(jar)}_${state}`

  function open (value: string, state: string) {
    const plaintext = sealer.open(value)
    const kept = plaintext && decodeTransaction(plaintext)
    return kept?.transaction.state === state ? kept : undefined
  }

  /** Of several cookies of one name, the first that can be opened. */
  function find (jar: CookieJar, name: string, state: string) {
    let tried = 0
    for (const [cookie, value] of jar.family(name)) {
      if (cookie !== name) continue
      if (tried++ === MOST_CANDIDATES) return undefined
      const kept = open(value, state)
      if (kept !== undefined) return kept
    }
    return undefined
  }

  /** The cookies of other logins, the oldest first; those that cannot be opened come before all. */
  function pending (jar: CookieJar, except?: string): Pending[] {
    const prefix = nameOf(jar, '')
    const sent = jar.entries(prefix)
    if (sent.length === 0) return []
    return sent
      .filter(([name]) => isState(name.slice(prefix.length)) && name !== except)
      .slice(0, MOST_SEEN)
      .map(([name, value]) => {
        const kept = open(value, name.slice(prefix.length))
        return {
          name,
          bytes: headerBytes([[name, value]]),
          createdAt: kept?.transaction.createdAt ?? 0,
          expired: kept !== undefined && kept.expiresAt <= now()
        }
      })
      .sort((a, b) => Number(b.expired) - Number(a.expired) || a.createdAt - b.createdAt)
  }

  /** What cannot be opened may be another process's: it stays as long as there is room. */
  function clearOldest (jar: CookieJar, logins: Pending[], room: { count: number, bytes: number }): void {
    let count = logins.length
    let bytes = logins.reduce((sum, login) => sum + login.bytes, 0)
    for (const login of logins.slice(0, MOST_CLEARED)) {
      if (!login.expired && count <= room.count && bytes <= room.bytes) break
      jar.clear(login.name, attributes(jar.secure, false))
      count -= 1
      bytes -= login.bytes
    }
  }

  return {
    set (jar, state, transaction, ttl) {
      if (!isState(state)) {
        throw new InvalidArgumentError('state', 'A state consists of 1 to 128 letters, digits, "-" and "_".')
      }
      const name = nameOf(jar, state)
      const value = sealer.seal(encodeTransaction({ transaction: { ...transaction, state }, expiresAt: now() + ttl }))
      const how = Object.assign({}, attributes(jar.secure, transaction.responseMode === 'form_post'),
        { maxAge: Math.ceil(ttl) })
      const size = cookieSize(name, value, how)
      if (size > COOKIE_LIMIT) {
        throw new InvalidArgumentError('appState',
          `What this login must remember needs ${size} bytes and a cookie holds ${COOKIE_LIMIT}. Keep "appState" ` +
            'and "returnTo" small, or set "transactionStore".')
      }
      const others = pending(jar, name)
      if (others.length > 0) {
        const bytes = COOKIE_BUDGET - sessionBytes(jar) - headerBytes([[name, value]])
        clearOldest(jar, others, { count: maxCount - 1, bytes })
      }
      jar.set(name, value, how)
    },

    take (jar, state) {
      if (!isState(state)) return undefined
      const name = nameOf(jar, state)
      const kept = find(jar, name, state)
      // Another process, with a newer secret, may be able to open it.
      if (kept === undefined) return undefined
      const { transaction, expiresAt } = kept
      jar.clear(name, attributes(jar.secure, transaction.responseMode === 'form_post'))
      if (expiresAt <= now() || taken.has(state, transaction.createdAt, now())) return undefined
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
    },

    makeRoom (jar, bytes) {
      clearOldest(jar, pending(jar), { count: maxCount, bytes })
    }
  }
}
