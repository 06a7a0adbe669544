import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

/** A browser as the conformance suites need it: keeps cookies from one request to the next. */
export interface SuiteBrowser {
  /** What it holds: name, value, attributes. */
  readonly cookies: ReadonlyMap<string, { value: string, attributes: CookieAttributes }>
  /** The jar of one request; what is written is in the browser at once. */
  request(): CookieJar
}

export function createSuiteBrowser ({ secure = true }: { secure?: boolean } = {}): SuiteBrowser {
  const cookies = new Map<string, { value: string, attributes: CookieAttributes }>()
  return {
    cookies,
    request () {
      const sent = [...cookies.keys()]
      return {
        writable: true,
        secure,
        get: name => cookies.get(name)?.value,
        names: prefix => sent.filter(name => name.startsWith(prefix)),
        set: (name, value, attributes) => {
          cookies.set(name, { value, attributes })
        },
        clear: name => {
          cookies.delete(name)
        }
      }
    }
  }
}
