import type { ImportedCookie } from '../../../types/options.js'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

const MAX_CHUNKS = 20

/**
 * The value of another library's cookie, whole or in the numbered parts both libraries write; `undefined` without one.
 */
export function readPeerCookie (jar: CookieJar, name: string): string | undefined {
  const parts: string[] = []
  for (let index = 0; index < MAX_CHUNKS; index++) {
    const part = jar.get(`${name}.${index}`)
    if (part === undefined) break
    parts.push(part)
  }
  return parts.length > 0 ? parts.join('') : jar.get(name)
}

/** Clears it, so that the session does not come back after its logout. */
export function clearPeerCookie (jar: CookieJar, name: string,
  { path = '/', domain }: Pick<ImportedCookie, 'path' | 'domain'>): void {
  const attributes: CookieAttributes = {
    path,
    httpOnly: true,
    secure: jar.secure,
    sameSite: 'lax',
    ...(domain !== undefined && { domain })
  }
  for (let index = 0; index < MAX_CHUNKS; index++) {
    if (jar.get(`${name}.${index}`) !== undefined) jar.clear(`${name}.${index}`, attributes)
  }
  if (jar.get(name) !== undefined) jar.clear(name, attributes)
}
