/** A cookie's name and value, as the browser sent them. */
export type CookiePair = [name: string, value: string]

const TAB = 9
const SPACE = 32
const QUOTE = 34
const DOT = 46
const SEMICOLON = 59
const EQUALS = 61
const TILDE = 126

/**
 * The cookies whose names begin with `prefix`, in the order they came, several of one name included. Nothing is parsed
 * that nobody asks for.
 * @see RFC 6265 section 4.2.1
 */
export function cookiesNamed (header: string, prefix: string): CookiePair[] {
  const pairs: CookiePair[] = []
  for (let at = 0, end = 0; at < header.length; at = end + 1) {
    at = nameStart(header, at)
    end = endOfPair(header, at)
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
export function cookieFamily (header: string, name: string): CookiePair[] {
  const pairs: CookiePair[] = []
  for (let at = 0, end = 0; at < header.length; at = end + 1) {
    at = nameStart(header, at)
    end = endOfPair(header, at)
    const behind = header.charCodeAt(at + name.length)
    if ((behind !== EQUALS && behind !== DOT) || !isAt(header, name, at)) continue
    const equals = nameEnd(header, at + name.length)
    if (equals !== -1) pairs.push(pairOf(header, at, equals, end))
  }
  return pairs
}

/** The value of the first cookie with this name. */
export function readCookie (header: string, name: string): string | undefined {
  for (let at = 0; at < header.length; at = endOfPair(header, at) + 1) {
    at = nameStart(header, at)
    const behind = at + name.length
    if (header.charCodeAt(behind) !== EQUALS || !isAt(header, name, at)) continue
    return valueOf(header, behind + 1, endOfPair(header, behind))
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

/** Where the pair at `at` ends: at its semicolon, or with the header. */
function endOfPair (header: string, at: number): number {
  const semicolon = header.indexOf(';', at)
  return semicolon === -1 ? header.length : semicolon
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
