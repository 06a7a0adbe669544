import type { CookieJar } from '../../../types/stores.js'

/** Cookies of one name that are looked at. */
const MAX_TOSSED = 10

/**
 * Of several cookies of our name the first that opens: the others were set by somebody else, such as a sibling host.
 */
export function openTossed<T> (jar: CookieJar, cookie: string, open: (value: string) => T | undefined,
  warn: (code: string, detail: object) => void): T | undefined {
  const values = jar.all?.(cookie) ?? []
  if (values.length < 2) return undefined
  warn('session_cookie_tossed', { cookie, count: values.length })
  for (const value of values.slice(0, MAX_TOSSED)) {
    const opened = open(value)
    if (opened !== undefined) return opened
  }
  return undefined
}
