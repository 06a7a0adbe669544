/** Where a request goes, in the parts in which it is sent. */
export interface Target {
  origin: string
  host: string
  /** With the query. */
  path: string
}

/**
 * Paths and queries that a URL parser leaves as they are. Dot segments, which it resolves, are not among them.
 * @see WHATWG URL standard, section 4.4
 */
const PLAIN = /^(?:\/(?!\.)|[\w\-.~!$&()*+,;=:@?]|%(?!2e))*$/i
/** Longer ones are given to the parser at once. */
const LONGEST = 2048

/**
 * Reads URLs. The parts of the origin that was asked last are kept: nearly every client asks one alone.
 * @throws TypeError for what is no URL
 */
export function targetReader (): (url: string) => Target {
  let last: Target | undefined
  return url => {
    if (last !== undefined && url.length <= LONGEST && url.startsWith(last.origin)) {
      const { origin, host } = last
      const path = url.slice(origin.length)
      if (path.startsWith('/') && PLAIN.test(path)) return { origin, host, path }
    }
    const { origin, host, pathname, search } = new URL(url)
    last = { origin, host, path: pathname + search }
    return last
  }
}
