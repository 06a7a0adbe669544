import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import { mapJar, type KeptCookies } from '../map-jar.js'

/** A browser as the conformance suites need it: keeps cookies from one request to the next. */
export interface SuiteBrowser {
  /** What it holds: name, value, attributes. */
  readonly cookies: ReadonlyMap<string, { value: string, attributes: CookieAttributes }>
  /** The jar of one request; what is written is in the browser at once. */
  request(): CookieJar
}

export function createSuiteBrowser ({ secure = true }: { secure?: boolean } = {}): SuiteBrowser {
  const cookies: KeptCookies = new Map()
  return { cookies, request: () => mapJar(cookies, { secure, host: '' }) }
}
