import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

/** The most a browser keeps of one cookie: name, value and attributes. @see RFC 6265 section 6.1 */
export const COOKIE_LIMIT = 4096

/** A session's budget needs three; a chunk's number is one digit. */
const MOST_CHUNKS = 9
const COUNT = /^([2-9])\./
/** What somebody may have put beside our chunks; cleared with them, within reason. */
const ODD_NUMBER = /^[\w.-]{1,16}$/
const MOST_ODD = 16

/** What a cookie takes of `COOKIE_LIMIT`. */
export function cookieSize (name: string, value: string,
  { path, httpOnly, secure, sameSite, domain, partitioned, maxAge }: CookieAttributes): number {
  const attributes = `; Path=${path}; SameSite=${sameSite}${httpOnly ? '; HttpOnly' : ''}${secure ? '; Secure' : ''}` +
    (domain === undefined ? '' : `; Domain=${domain}`) + (partitioned ? '; Partitioned' : '') +
    (maxAge === undefined ? '' : `; Max-Age=${maxAge}`)
  return name.length + 1 + value.length + attributes.length
}

/**
 * The values a cookie and its chunks may stand for; more than one when a change between the two forms met another one.
 */
export function readChunked (jar: CookieJar, name: string): string[] {
  return [jar.get(name), joinChunks(jar, name)].filter(value => value !== undefined)
}

/** Writes a value as one cookie where it fits, else as chunks, and clears what an earlier form left. */
export function writeChunked (jar: CookieJar, name: string, value: string, attributes: CookieAttributes,
  stillWanted?: () => boolean): void {
  const chunks = split(name, value, attributes)
  const written = new Set(chunks.map(([chunk]) => chunk))
  for (const stale of presentNames(jar, name)) if (!written.has(stale)) jar.clear(stale, attributes)
  for (const [chunk, part] of chunks) jar.set(chunk, part, attributes, stillWanted)
}

/** Clears a cookie in either form. */
export function clearChunked (jar: CookieJar, name: string, attributes: CookieAttributes): void {
  for (const present of presentNames(jar, name)) jar.clear(present, attributes)
}

function joinChunks (jar: CookieJar, name: string): string | undefined {
  const first = jar.get(`${name}.0`)
  const count = Number(COUNT.exec(first ?? '')?.[1] ?? 0)
  if (first === undefined || count === 0) return undefined
  let joined = first.slice(2)
  for (let index = 1; index < count; index++) {
    const part = jar.get(`${name}.${index}`)
    if (part === undefined) return undefined
    joined += part
  }
  return joined
}

function split (name: string, value: string, attributes: CookieAttributes): [name: string, value: string][] {
  if (cookieSize(name, value, attributes) <= COOKIE_LIMIT) return [[name, value]]
  const room = COOKIE_LIMIT - cookieSize(`${name}.0`, '', attributes)
  const count = Math.ceil((value.length + 2) / room)
  const text = `${count}.${value}`
  return Array.from({ length: count }, (_, index) => [`${name}.${index}`, text.slice(index * room, (index + 1) * room)])
}

/** The names of both forms that the browser holds or this response has written, odd numbers included. */
function presentNames (jar: CookieJar, name: string): Set<string> {
  const numbered = Array.from({ length: MOST_CHUNKS }, (_, index) => `${name}.${index}`)
  const odd = jar.names(`${name}.`).filter(candidate => ODD_NUMBER.test(candidate.slice(name.length + 1))).slice(0,
    MOST_ODD)
  return new Set([name, ...numbered, ...odd].filter(candidate => jar.get(candidate) !== undefined))
}
