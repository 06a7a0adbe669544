/** A cookie's name and value, as the browser sent them. */
export type CookiePair = [name: string, value: string]

const EQUALS = 61
const DOT = 46
const SEMICOLON = 59
const QUOTE = 34

/**
 * The cookies whose names begin with `prefix`, in the order they came, several of one name included.
 * One pass over the header: nothing is parsed that nobody asks for.
 * @see RFC 6265 section 4.2.1
 */
export function cookiesNamed (header: string, prefix: string): CookiePair[] {
  const pairs: CookiePair[] = []
  for (let at = header.indexOf(prefix); at !== -1; at = header.indexOf(prefix, at + prefix.length)) {
    if (!startsPair(header, at)) continue
    const equals = nameEnd(header, at + prefix.length)
    if (equals !== -1) pairs.push([header.slice(at, equals).trimEnd(), valueAt(header, equals + 1)])
  }
  return pairs
}

/** The cookie of this name and those whose names go on with a dot, as its chunks do; cheaper than by a prefix. */
export function cookieFamily (header: string, name: string): CookiePair[] {
  const pairs: CookiePair[] = []
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + name.length)) {
    const next = header.charCodeAt(at + name.length)
    if ((next !== EQUALS && next !== DOT) || !startsPair(header, at)) continue
    const equals = next === EQUALS ? at + name.length : nameEnd(header, at + name.length)
    if (equals === -1) continue
    pairs.push([next === EQUALS ? name : header.slice(at, equals).trimEnd(), valueAt(header, equals + 1)])
  }
  return pairs
}

/** The value of the first cookie with this name. */
export function readCookie (header: string, name: string): string | undefined {
  // As browsers write it: ten times as fast to find, since values hold no semicolon but many of a name's characters.
  const usual = header.indexOf(`; ${name}=`)
  if (usual !== -1 && !header.startsWith(name)) return valueAt(header, usual + name.length + 3)
  let at = header.indexOf(name)
  while (at !== -1 && (header.charCodeAt(at + name.length) !== EQUALS || !startsPair(header, at))) {
    at = header.indexOf(name, at + name.length)
  }
  return at === -1 ? undefined : valueAt(header, at + name.length + 1)
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
  const value = header.slice(start, semicolon === -1 ? undefined : semicolon).trim()
  return value.length > 1 && value.charCodeAt(0) === QUOTE && value.endsWith('"') ? value.slice(1, -1) : value
}

/** Whether only blanks stand between `at` and the start of its pair. */
function startsPair (header: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && (header.charCodeAt(before) === 32 || header.charCodeAt(before) === 9)) before--
  return before < 0 || header.charCodeAt(before) === SEMICOLON
}
