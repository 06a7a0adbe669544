import { noTokens } from '../sessions.js'
import { deepFreeze } from '../../base/json.js'
import { createOpenedCache, type OpenedCache } from '../sealing/opened-cache.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieJar, SessionTokens } from '../../../types/stores.js'
import { candidatesOf } from './chunks.js'
import { decodeTokens, encodeTokens } from './tokens-cookie.js'
import type { Written } from './recent-writes.js'

/** Opens and seals tokens cookies, and remembers what it opened. */
export class OpenedTokens {
  readonly #sealer: Sealer
  readonly #cache: OpenedCache<SessionTokens>

  constructor (sealer: Sealer, maxEntries: number) {
    this.#sealer = sealer
    this.#cache = createOpenedCache({ maxEntries })
  }

  /**
   * The tokens of the session `id` as they came, of several the newest.
   * A cookie that is `known` need not be opened to tell its version.
   */
  held (jar: CookieJar, name: string, id: string, known?: Written): SessionTokens {
    let newest = noTokens(id)
    for (const value of candidatesOf(jar.family(name), name)) {
      const tokens = value === known?.value ? { ...newest, version: known.version } : this.open(value, id)
      if (tokens !== undefined && tokens.version >= newest.version) newest = tokens
    }
    return newest
  }

  /** The tokens in a sealed value, where they belong to the session `id`. */
  open (value: string, id?: string): SessionTokens | undefined {
    const tokens = this.#cache.get(value) ?? this.#decrypt(value)
    return id === undefined || tokens?.id === id ? tokens : undefined
  }

  #decrypt (value: string): SessionTokens | undefined {
    const plaintext = this.#sealer.open(value)
    const tokens = plaintext && decodeTokens(plaintext)
    if (tokens !== undefined) this.#cache.set(value, deepFreeze(tokens))
    return tokens
  }

  /** Forgets what the cookie `name` holds. */
  forget (jar: CookieJar, name: string): void {
    for (const value of candidatesOf(jar.family(name), name)) this.#cache.delete(value)
  }

  /** Sealed tokens; an empty text for none. */
  seal (tokens: SessionTokens): string {
    const { refreshToken, idToken, tokenSets, connectionTokenSets, jkt } = tokens
    const empty = refreshToken === undefined && idToken === undefined && jkt === undefined &&
      tokenSets.length + connectionTokenSets.length === 0
    return empty ? '' : this.#sealer.seal(encodeTokens(tokens))
  }
}
