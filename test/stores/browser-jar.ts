import type { CookieAttributes, CookieJar } from '../../types/stores.js'

/** A browser's cookies, and the jar of each request it sends. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** What responses wrote, in order. */
  readonly written: { name: string, value: string, attributes: CookieAttributes }[] = []

  request ({ writable = true, secure = true } = {}): CookieJar {
    const { cookies, written } = this
    return {
      get: name => cookies.get(name),
      names: prefix => [...cookies.keys()].filter(name => name.startsWith(prefix)),
      set: (name, value, attributes) => {
        cookies.set(name, value)
        written.push({ name, value, attributes })
      },
      clear: (name, attributes) => {
        cookies.delete(name)
        written.push({ name, value: '', attributes })
      },
      writable,
      secure
    }
  }
}
