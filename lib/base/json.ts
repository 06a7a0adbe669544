/**
 * Parses JSON text. A byte order mark is skipped and `__proto__` members are dropped.
 * Throws a `SyntaxError` for anything else.
 * @see CWE-1321
 */
export function parseText (text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  return canSpellProto(json) ? JSON.parse(json, withoutProto) : JSON.parse(json)
}

/**
 * Whether text can spell `__proto__`: most cannot, and need no slow walk through what they hold. V8 looks for less than
 * seven characters several times as fast as for more.
 */
export function canSpellProto (json: string): boolean {
  return (json.includes('__pro') && json.includes('__proto__')) || json.includes('\\u')
}

/** Parses JSON that somebody else may have touched; `undefined` for anything that is no JSON. */
export function parseSafely (text: string): unknown {
  try {
    return parseText(text)
  } catch {
    // Not JSON: the answer is "nothing readable".
    return undefined
  }
}

/** Whether a JSON value is an object (not an array, not `null`). */
export function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Freezes a parsed JSON value with everything in it. Most members are texts: they cost no call. `Object.values` would
 * cost more than to freeze all of it.
 */
export function deepFreeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') deepFreeze(item)
  } else {
    for (const name in value) {
      if (typeof value[name] === 'object' && Object.hasOwn(value, name)) deepFreeze(value[name])
    }
  }
  return Object.freeze(value)
}

/** Drops every `__proto__` member: copied with `Object.assign` it would become a prototype. */
function withoutProto (key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}
