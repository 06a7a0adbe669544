import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import { candidatesOf, presentNames } from './chunks.js'

/** Bytes of Cookie header from which cookies that cannot be opened are in the way: servers commonly take 16 KiB. */
const TOO_MUCH = 12_288

export type Warn = (code: string, detail: object) => void

/** What came under the names of a session. */
interface Came {
  /** The name of the session's cookie. */
  cookie: string
  /** Values of that name. */
  count: number
  /** Those of them that open. */
  opened: number
}

/**
 * Tells, once each, of cookies that carry our names and are not ours. They may belong to another process, path or host,
 * so they stay, unless the Cookie header is so long that the browser would soon be refused everywhere.
 */
export class ForeignCookies {
  readonly #warn: Warn
  readonly #told = new Set<string>()

  constructor (warn: Warn) {
    this.#warn = warn
  }

  /**
   * @param unreadable the names of the cookies that cannot be opened; asked only when the header is too long
   */
  notice (jar: CookieJar, { cookie, count, opened }: Came, unreadable: () => Iterable<string>,
    attributes: () => CookieAttributes): void {
    if (count > 1) this.#tell('session_cookie_tossed', { cookie, count })
    if (count > 0 && opened === 0) {
      this.#tell('session_cookie_unreadable', {
        cookie,
        hint: 'A session cookie cannot be opened, so the request counts as logged out; the cookie stays. It was ' +
          'sealed with another "sessionSecret" or by another application, or was changed on its way.'
      })
    }
    if (jar.bytes <= TOO_MUCH || !jar.writable) return
    const names = [...unreadable()]
    for (const name of names) jar.clear(name, attributes())
    if (names.length > 0) this.#tell('unreadable_cookies_cleared', { cookies: names, bytes: jar.bytes })
  }

  #tell (code: string, detail: object): void {
    if (this.#told.has(code)) return
    this.#told.add(code)
    this.#warn(code, detail)
  }
}

/** The names of a cookie and its chunks without which no value less could be opened. */
export function uselessNames (jar: CookieJar, name: string, opens: (value: string) => boolean): string[] {
  const pairs = jar.family(name)
  const readable = (some: typeof pairs) => candidatesOf(some, name).filter(opens).length
  const all = readable(pairs)
  return [...presentNames(jar, name)].filter(one => readable(pairs.filter(([cookie]) => cookie !== one)) === all)
}
