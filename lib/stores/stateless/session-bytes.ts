import type { SessionCookieNames } from '../sessions.js'
import type { CookieJar } from '../../../types/stores.js'
import { headerBytes } from './chunks.js'

/** Bytes that the cookies of a session take in a request's Cookie header. */
export function sessionBytes (jar: CookieJar, names: SessionCookieNames): number {
  const own = Object.values(names) as string[]
  return headerBytes(jar.entries(names.session).filter(([cookie]) =>
    own.some(name => cookie === name || cookie.startsWith(`${name}.`))
  ))
}
