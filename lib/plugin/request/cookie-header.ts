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
  for (let at = pairAt(header, 0, prefix); at !== -1; at = nextPair(header, at, prefix)) {
    const equals = nameEnd(header, at + prefix.length)
    if (equals !== -1) pairs.push([header.slice(at, equals).trimEnd(), valueAt(header, equals + 1)])
  }
  return pairs
}

/** The cookie of this name and those whose names go on with a dot, as its chunks do. */
export function cookieFamily (header: string, name: string): CookiePair[] {
  const pairs: CookiePair[] = []
  for (let at = pairAt(header, 0, name); at !== -1; at = nextPair(header, at, name)) {
    const end = at + name.length
    const code = header.charCodeAt(end)
    if (code === EQUALS) {
      pairs.push([name, valueAt(header, end + 1)])
    } else if (code === DOT) {
      const equals = nameEnd(header, end)
      if (equals !== -1) pairs.push([header.slice(at, equals).trimEnd(), valueAt(header, equals + 1)])
    }
  }
  return pairs
}

/** The value of the first cookie with this name. */
export function readCookie (header: string, name: string): string | undefined {
  for (let at = pairAt(header, 0, name); at !== -1; at = nextPair(header, at, name)) {
    if (header.charCodeAt(at + name.length) === EQUALS) return valueAt(header, at + name.length + 1)
  }
  return undefined
}

/**
 * Where the first pair begins, from `from` on, whose name begins with `prefix`; -1 without one. From one semicolon to
 * the next: that is three times as fast as a search for the name, most of whose characters values hold as well.
 */
function pairAt (header: string, from: number, prefix: string): number {
  const first = prefix.charCodeAt(0)
  for (let at = from; at < header.length;) {
    let code = header.charCodeAt(at)
    while (code === SPACE || code === TAB) code = header.charCodeAt(++at)
    if (code === first && header.startsWith(prefix, at)) return at
    const semicolon = header.indexOf(';', at)
    if (semicolon === -1) return -1
    at = semicolon + 1
  }
  return -1
}

/** The same behind the pair at `at`. */
function nextPair (header: string, at: number, prefix: string): number {
  const semicolon = header.indexOf(';', at)
  return semicolon === -1 ? -1 : pairAt(header, semicolon + 1, prefix)
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

function valueAt (header: string, start: number): string {
  const semicolon = header.indexOf(';', start)
  const end = semicolon === -1 ? header.length : semicolon
  if (isPlain(header.charCodeAt(start)) && isPlain(header.charCodeAt(end - 1))) return header.slice(start, end)
  const value = header.slice(start, end).trim()
  return value.length > 1 && value.charCodeAt(0) === QUOTE && value.endsWith('"') ? value.slice(1, -1) : value
}

/** Whether a value may begin or end with this character as it stands: it is no blank and no quotation mark. */
function isPlain (code: number): boolean {
  return code > SPACE && code <= TILDE && code !== QUOTE
}
