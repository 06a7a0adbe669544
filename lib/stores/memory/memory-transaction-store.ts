import { randomBytes } from 'node:crypto'
import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { noteInMemory } from '../../base/in-memory.js'
import { fullNotice } from './full-notice.js'
import { decodeTransaction, encodeTransaction } from '../transactions/transaction-format.js'
import type { CookieAttributes, CookieJar, Transaction, TransactionStore } from '../../../types/stores.js'

/** Options of `MemoryTransactionStore`. */
export interface MemoryTransactionStoreOptions {
  /**
   * Name of the cookie that binds a login to its browser. Default `auth0_login` and a suffix of the plugin's
   * registration; on https `__Host-` comes before it.
   */
  cookieName?: string
  /** Browsers that may have a login under way; beyond it the one that began first is forgotten. Default 10 000. */
  maxBrowsers?: number
  /** The clock, epoch seconds. */
  now?: () => number
  /** Told once, when the first login is forgotten that is still under way. Default: a process warning. */
  onFull?: () => void
}

interface Kept {
  /** Serialised: what `take` returns shares nothing with what was given. */
  plaintext: Buffer
  formPost: boolean
  expiresAt: number
}

const MOST_PER_BROWSER = 8
const DEFAULT_NAME = 'auth0_login'

/**
 * Keeps transactions in this process; the browser holds only a random id that binds them to it, without which a
 * stranger's callback URL would log the browser in as the stranger.
 */
export class MemoryTransactionStore implements TransactionStore {
  readonly #browsers = new Map<string, Map<string, Kept>>()
  readonly #cookieName: string
  readonly #maxBrowsers: number
  readonly #now: () => number
  readonly #full: () => void

  constructor (options: MemoryTransactionStoreOptions = {}) {
    checkOptionNames(options, ['cookieName', 'maxBrowsers', 'now', 'onFull'], 'a transaction store in memory')
    const { cookieName = DEFAULT_NAME, maxBrowsers = 10_000, now = systemClock, onFull } = options
    noteInMemory(this)
    this.#cookieName = cookieName
    this.#maxBrowsers = maxBrowsers
    this.#now = now
    this.#full = fullNotice('AUTH0_LOGINS_FULL', 'The memory for logins under way is full. The logins that began ' +
      'first are forgotten, and start again when they come back. Keep them in cookies, which is the default, or ' +
      'raise "maxBrowsers".', onFull)
  }

  set (jar: CookieJar, state: string, transaction: Transaction, ttl: number): void {
    const expiresAt = this.#now() + ttl
    const plaintext = Buffer.from(encodeTransaction({ transaction: { ...transaction, state }, expiresAt }))
    const known = this.#browser(jar)
    const browser = known?.id ?? randomBytes(24).toString('base64url')
    const pending = known?.pending ?? new Map<string, Kept>()
    pending.delete(state)
    pending.set(state, { plaintext, formPost: transaction.responseMode === 'form_post', expiresAt })
    for (const oldest of pending.keys()) {
      if (pending.size <= MOST_PER_BROWSER) break
      pending.delete(oldest)
    }
    this.#browsers.delete(browser)
    this.#browsers.set(browser, pending)
    this.#sweep()
    const kept = [...pending.values()]
    const until = Math.max(...kept.map(one => one.expiresAt))
    jar.set(this.#name(jar), browser, {
      ...this.#attributes(jar, kept.some(({ formPost }) => formPost)),
      maxAge: Math.ceil(until - this.#now())
    })
  }

  take (jar: CookieJar, state: string): Transaction | undefined {
    const browser = this.#browser(jar)
    const kept = browser?.pending.get(state)
    if (!browser || !kept) return undefined
    browser.pending.delete(state)
    this.#leave(jar, browser)
    return kept.expiresAt > this.#now() ? decodeTransaction(kept.plaintext)?.transaction : undefined
  }

  delete (jar: CookieJar, state?: string): void {
    const browser = this.#browser(jar)
    if (!browser) return
    if (state === undefined) browser.pending.clear()
    else browser.pending.delete(state)
    this.#leave(jar, browser)
  }

  /** Cookies of their own for each registration; a name that was given is used as it is. */
  forRegistration (suffix: string): TransactionStore {
    if (this.#cookieName !== DEFAULT_NAME) return this
    return {
      set: (jar, state, transaction, ttl) => this.set(withSuffix(jar, suffix), state, transaction, ttl),
      take: (jar, state) => this.take(withSuffix(jar, suffix), state),
      delete: (jar, state) => this.delete(withSuffix(jar, suffix), state)
    }
  }

  #browser (jar: CookieJar): { id: string, pending: Map<string, Kept> } | undefined {
    const id = jar.get(this.#name(jar))
    const pending = id === undefined ? undefined : this.#browsers.get(id)
    return id === undefined || !pending ? undefined : { id, pending }
  }

  /** Forgets a browser that has no login under way. */
  #leave (jar: CookieJar, { id, pending }: { id: string, pending: Map<string, Kept> }): void {
    if (pending.size > 0) return
    this.#browsers.delete(id)
    jar.clear(this.#name(jar), this.#attributes(jar, false))
  }

  #sweep (): void {
    const now = this.#now()
    for (const [id, pending] of this.#browsers) {
      const over = [...pending.values()].every(({ expiresAt }) => expiresAt <= now)
      if (this.#browsers.size <= this.#maxBrowsers && !over) break
      if (!over) this.#full()
      this.#browsers.delete(id)
    }
  }

  #name ({ secure }: CookieJar): string {
    return secure ? `__Host-${this.#cookieName}` : this.#cookieName
  }

  #attributes ({ secure }: CookieJar, formPost: boolean): CookieAttributes {
    return { path: '/', httpOnly: true, secure, sameSite: formPost ? 'none' : 'lax' }
  }
}

/** Names that are written end in the suffix. Logins that began with an older version come back without it. */
function withSuffix (jar: CookieJar, suffix: string): CookieJar {
  return {
    writable: jar.writable,
    secure: jar.secure,
    host: jar.host,
    bytes: jar.bytes,
    entries: prefix => jar.entries(prefix),
    family: name => jar.family(name),
    get: name => jar.get(`${name}_${suffix}`) ?? jar.get(name),
    names: prefix => jar.names(prefix),
    set: (name, value, attributes) => jar.set(`${name}_${suffix}`, value, attributes),
    clear: (name, attributes) => jar.clear(`${name}_${suffix}`, attributes)
  }
}
