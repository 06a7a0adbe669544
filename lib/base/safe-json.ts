/** Drops every `__proto__` member: copied with `Object.assign` it would become a prototype. */
function withoutProto (key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}

/**
 * Parses JSON that somebody else may have touched; `undefined` for anything that is no JSON.
 * @see CWE-1321
 */
export function parseSafely (text: string): unknown {
  try {
    // A reviver makes parsing several times slower, hence only where the key (plain or escaped) can be in the text.
    return text.includes('__proto__') || text.includes('\\u') ? JSON.parse(text, withoutProto) : JSON.parse(text)
  } catch {
    // Not JSON: the answer is "nothing readable".
    return undefined
  }
}

/** Whether a parsed value is a JSON object. */
export function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Freezes a parsed JSON value with everything in it. */
export function deepFreeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
