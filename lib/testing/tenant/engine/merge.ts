type Mergeable = Record<string, unknown>

function isObject (value: unknown): value is Mergeable {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/**
 * Merges options: objects member by member, lists one after the other, anything else by the later one unless that is
 * null.
 */
export function merge (first: unknown, second: unknown): unknown {
  if (isObject(first) && isObject(second)) {
    return Object.fromEntries(
      [...new Set([...Object.keys(first), ...Object.keys(second)])].map(
        name => [name, merge(first[name], second[name])]
      )
    )
  }
  if (Array.isArray(first) && Array.isArray(second) && Object.getPrototypeOf(second) === Array.prototype) {
    return [...first, ...second]
  }
  return second ?? first
}
