import type { CookieAttributes, CookieJar } from '../../types/stores.js'

/** Cookies as a browser keeps them: by name, with value and attributes. */
export type KeptCookies = Map<string, { value: string, attributes: CookieAttributes }>

/** The jar of one request of a browser that holds its cookies in a map; what is written is in the browser at once. */
export function mapJar (cookies: KeptCookies, { secure, host }: Pick<CookieJar, 'secure' | 'host'>): CookieJar {
  const sent = [...cookies.keys()]
  const entries = (prefix: string): [name: string, value: string][] =>
    [...cookies].filter(([name]) => name.startsWith(prefix)).map(([name, { value }]) => [name, value])
  return {
    writable: true,
    secure,
    host,
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
