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
      const entries = (prefix: string): [name: string, value: string][] =>
        [...cookies].filter(([name]) => name.startsWith(prefix)).map(([name, { value }]) => [name, value])
      return {
        writable: true,
        secure,
        host: '',
        bytes: 0,
        get: name => cookies.get(name)?.value,
        entries,
        family: name => entries(name).filter(([cookie]) => cookie === name || cookie.startsWith(`${name}.`)),
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
