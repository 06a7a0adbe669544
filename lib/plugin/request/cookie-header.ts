/** A cookie's name and value, as the browser sent them. */
export type CookiePair = [name: string, value: string]

const TAB = 9
const SPACE = 32
const QUOTE = 34
const DOT = 46
const SEMICOLON = 59
const EQUALS = 61
const TILDE = 126

/** Where the pairs of a Cookie header end: at its semicolons, and with it. */
export function pairEnds (header: string): number[] {
  const ends: number[] = []
  for (let at = header.indexOf(';'); at !== -1; at = header.indexOf(';', at + 1)) ends.push(at)
  ends.push(header.length)
  return ends
}

/**
 * The cookies whose names begin with `prefix`, in the order they came, several of one name included. Nothing is parsed
 * that nobody asks for.
 * @param ends of the pairs, for who asks several times
 * @see RFC 6265 section 4.2.1
 */
export function cookiesNamed (header: string, prefix: string, ends = pairEnds(header)): CookiePair[] {
  const pairs: CookiePair[] = []
  let from = 0
  for (const end of ends) {
    const at = nameStart(header, from)
    from = end + 1
    if (!isAt(header, prefix, at)) continue
    const equals = nameEnd(header, at + prefix.length)
    if (equals !== -1) pairs.push(pairOf(header, at, equals, end))
  }
  return pairs
}

/**
 * The cookie of this name and those whose names go on with a dot, as its chunks do. Most others are ruled out by the
 * character behind the name, which costs less than to compare it.
 */
export function cookieFamily (header: string, name: string, ends = pairEnds(header)): CookiePair[] {
  const pairs: CookiePair[] = []
  let from = 0
  for (const end of ends) {
    const at = nameStart(header, from)
    const behind = at + name.length
    const code = header.charCodeAt(behind)
    from = end + 1
    if ((code !== EQUALS && code !== DOT) || !isAt(header, name, at)) continue
    if (code === EQUALS) {
      pairs.push([name, valueOf(header, behind + 1, end)])
      continue
    }
    const equals = nameEnd(header, behind)
    if (equals !== -1) pairs.push(pairOf(header, at, equals, end))
  }
  return pairs
}

/** The value of the first cookie with this name. */
export function readCookie (header: string, name: string, ends = pairEnds(header)): string | undefined {
  let from = 0
  for (const end of ends) {
    const at = nameStart(header, from)
    const behind = at + name.length
    if (header.charCodeAt(behind) === EQUALS && isAt(header, name, at)) return valueOf(header, behind + 1, end)
    from = end + 1
  }
  return undefined
}

/** Where the name of a pair begins, from `at` on: behind the blanks. */
function nameStart (header: string, at: number): number {
  let code = header.charCodeAt(at)
  while (code === SPACE || code === TAB) code = header.charCodeAt(++at)
  return at
}

/** The names of a session's cookies differ in their last character: it is looked at first. */
function isAt (header: string, text: string, at: number): boolean {
  const last = text.length - 1
  return header.charCodeAt(at + last) === text.charCodeAt(last) && header.startsWith(text, at)
}

/** Where the `=` of a pair is, from `from` on; -1 for a pair without one. */
function nameEnd (header: string, from: number): number {
  for (let at = from; at < header.length; at++) {
    const code = header.charCodeAt(at)
    if (code === EQUALS) return at
    if (code === SEMICOLON) return -1
  }
  return -1
}

function pairOf (header: string, start: number, equals: number, end: number): CookiePair {
  return [header.slice(start, equals).trimEnd(), valueOf(header, equals + 1, end)]
}

function valueOf (header: string, start: number, end: number): string {
  if (isPlain(header.charCodeAt(start)) && isPlain(header.charCodeAt(end - 1))) return header.slice(start, end)
  const value = header.slice(start, end).trim()
  return value.length > 1 && value.charCodeAt(0) === QUOTE && value.endsWith('"') ? value.slice(1, -1) : value
}

/** Whether a value may begin or end with this character as it stands: it is no blank and no quotation mark. */
function isPlain (code: number): boolean {
  return code > SPACE && code <= TILDE && code !== QUOTE
}
