import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

/** The most a browser keeps of one cookie: name, value and attributes. @see RFC 6265 section 6.1 */
export const COOKIE_LIMIT = 4096

/** Values of one cookie that are tried: what more there is was not set by this application. */
export const MOST_CANDIDATES = 10

/** A session's budget needs three; a chunk's number is one digit. */
const MOST_CHUNKS = 9
/** Count, and a tag that only chunks of one value share; then the part. No sealed value holds a `~`. */
const TAGGED = /^([2-9])~([\w-]{6})~/
const TAG_LENGTH = 6
const TAG_CHARS = '2~'.length + TAG_LENGTH + '~'.length
/** The count before the first part, as 0.1 wrote it; its other chunks begin with the part. */
const UNTAGGED = /^([2-9])\./
const NUMBER = /^\d$/
/** What somebody may have put beside our chunks; cleared with them, within reason. */
const ODD_NUMBER = /^[\w.-]{1,16}$/
const MOST_ODD = 16

/** A cookie as the browser sent it. */
type Pair = readonly [name: string, value: string]

/** What a cookie takes of `COOKIE_LIMIT`. */
export function cookieSize (name: string, value: string,
  { path, httpOnly, secure, sameSite, domain, partitioned, maxAge }: CookieAttributes): number {
  const attributes = `; Path=${path}; SameSite=${sameSite}${httpOnly ? '; HttpOnly' : ''}${secure ? '; Secure' : ''}` +
    (domain === undefined ? '' : `; Domain=${domain}`) + (partitioned ? '; Partitioned' : '') +
    (maxAge === undefined ? '' : `; Max-Age=${maxAge}`)
  return name.length + 1 + value.length + attributes.length
}

/** What cookies take of a Cookie header. */
export function headerBytes (pairs: readonly Pair[]): number {
  return pairs.reduce((sum, [name, value]) => sum + name.length + 1 + value.length + 2, 0)
}

/** A value as one cookie where it fits, else as chunks. */
export function chunked (name: string, value: string, attributes: CookieAttributes): Pair[] {
  if (cookieSize(name, value, attributes) <= COOKIE_LIMIT) return [[name, value]]
  const room = COOKIE_LIMIT - cookieSize(`${name}.0`, '', attributes) - TAG_CHARS
  const count = Math.ceil(value.length / room)
  // The end of a sealed value is as good as random.
  const head = `${count}~${value.slice(-TAG_LENGTH)}~`
  return Array.from({ length: count }, (_, index) => [`${name}.${index}`,
    head + value.slice(index * room, (index + 1) * room)])
}

/**
 * The values that a request's cookies may stand for, as they stand or joined: several where the browser holds the name
 * several times, or where a change between the two forms met another one.
 * @param pairs the cookies of this name and its chunks
 */
export function candidatesOf (pairs: readonly Pair[], name: string): string[] {
  if (pairs.length === 1 && pairs[0]![0] === name) return [pairs[0]![1]]
  const values: string[] = []
  let chunks: [index: number, value: string][] | undefined
  for (const [cookie, value] of pairs) {
    if (cookie.length === name.length) values.push(value)
    else if (NUMBER.test(cookie.slice(name.length + 1))) {
      (chunks ??= []).push([Number(cookie.slice(name.length + 1)), value])
    }
  }
  if (chunks !== undefined) values.push(...joined(chunks))
  return values.slice(0, MOST_CANDIDATES)
}

function joined (chunks: readonly [index: number, value: string][]): string[] {
  const groups = new Map<string, { count: number, parts: string[] }>()
  const group = (key: string, count: number) => {
    let found = groups.get(key)
    if (found === undefined) groups.set(key, found = { count, parts: [] })
    return found
  }
  for (const [index, value] of chunks) {
    const [head, count, tag] = TAGGED.exec(value) ?? []
    if (head !== undefined) group(`${count}${tag}`, Number(count)).parts[index] ??= value.slice(head.length)
  }
  const untagged = chunks.filter(([, value]) => !TAGGED.test(value))
  const first = untagged.find(([index, value]) => index === 0 && UNTAGGED.test(value))?.[1]
  if (first !== undefined) {
    const { parts } = group('', Number(first[0]))
    parts[0] = first.slice(2)
    for (const [index, value] of untagged) parts[index] ??= value
  }
  return [...groups.values()]
    .map(({ count, parts }) => Array.from({ length: count }, (_, index) => parts[index]))
    .filter(parts => parts.every(part => part !== undefined))
    .map(parts => parts.join(''))
}

/** Writes a value, and clears what an earlier form left. */
export function writeChunked (jar: CookieJar, name: string, value: string, attributes: CookieAttributes,
  stillWanted?: () => boolean): void {
  const chunks = chunked(name, value, attributes)
  for (const present of presentNames(jar, name)) {
    if (!chunks.some(([chunk]) => chunk === present)) jar.clear(present, attributes)
  }
  for (const [chunk, part] of chunks) jar.set(chunk, part, attributes, stillWanted)
}

/** Clears a cookie in either form. */
export function clearChunked (jar: CookieJar, name: string, attributes: CookieAttributes, everywhere = false): void {
  for (const present of presentNames(jar, name)) jar.clear(present, attributes, everywhere)
}

const NONE: ReadonlySet<string> = new Set()

/** The names of both forms that the browser holds or this response has written, odd numbers included. */
export function presentNames (jar: CookieJar, name: string): ReadonlySet<string> {
  const held = jar.family(name)
  if (held.length === 0) return NONE
  const present = new Set(held.map(([cookie]) => cookie))
  const numbered = Array.from({ length: MOST_CHUNKS }, (_, index) => `${name}.${index}`)
  const odd = [...present].filter(cookie =>
    ODD_NUMBER.test(cookie.slice(name.length + 1)) && !numbered.includes(cookie)
  )
  return new Set([name, ...numbered, ...odd.slice(0, MOST_ODD)].filter(cookie => present.has(cookie)))
}
