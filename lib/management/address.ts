import { InvalidArgumentError } from '../errors.js'

/** The writer of a path: takes the path parameters in order and encodes each. */
export function pathWriter (path: string, names: readonly string[]): (ids: readonly unknown[]) => string {
  const texts = path.split(/\{\w+\}/)
  return ids => {
    let written = texts[0]!
    for (let i = 0; i < names.length; i++) written += segment(names[i]!, ids[i]) + texts[i + 1]!
    return written
  }
}

/** One path segment. Empty ones and `.` and `..` would name another endpoint, `DELETE /users/` for one. */
function segment (name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new InvalidArgumentError(name, `The argument "${name}" must be a text that is not empty, "." or "..".`)
  }
  return encode(name, value)
}

/** The query with its question mark, or nothing. An array repeats its key, `undefined` is left out. */
export function queryString (query: unknown): string {
  if (query === undefined) return ''
  if (typeof query !== 'object' || query === null || Symbol.iterator in query) {
    throw new InvalidArgumentError('query', 'The argument "query" must be an object.')
  }
  let written = ''
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) {
        written += `${written === '' ? '?' : '&'}${encode('query', name)}=${encode(`query.${name}`, text(name, one))}`
      }
    }
  }
  return written
}

function text (name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return String(value)
  throw new InvalidArgumentError(`query.${name}`,
    `The query parameter "${name}" must be a text, a number, a boolean or an array of these.`)
}

function encode (name: string, value: string): string {
  try {
    return encodeURIComponent(value)
  } catch (error) {
    throw new InvalidArgumentError(name, `The argument "${name}" holds half a surrogate pair.`, error)
  }
}
