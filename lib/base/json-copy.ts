import { InvalidArgumentError } from '../errors.js'

const MAX_DEPTH = 64

/**
 * A copy of a value as JSON has it: what is read back at once is what the next request reads.
 * A `Date` becomes its text, as `JSON.stringify` makes it; members that are `undefined` or named `__proto__` are left
 * out.
 * @param path names the value in messages, e.g. `cart`
 * @throws InvalidArgumentError for what JSON cannot hold: functions, symbols, big integers, numbers that are not
 * finite, binary data, maps, sets and circles
 * @see RFC 8259
 */
export function jsonCopy (value: unknown, path: string): unknown {
  return copy(value, path, [])
}

function copy (value: unknown, path: string, above: readonly object[]): unknown {
  if (typeof value === 'object' && value !== null) return copyObject(value, path, above)
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse(path, 'a number that is not finite')
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
    return refuse(path, `a ${typeof value}`)
  }
  return value
}

function copyObject (value: object, path: string, above: readonly object[]): unknown {
  if (above.includes(value)) return refuse(path, 'a value that contains itself')
  if (above.length >= MAX_DEPTH) return refuse(path, `more than ${MAX_DEPTH} levels`)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return refuse(path, 'binary data')
  if (value instanceof Map || value instanceof Set || value instanceof WeakMap || value instanceof WeakSet ||
    value instanceof RegExp || value instanceof Error || value instanceof Promise) {
    return refuse(path, `a ${value.constructor.name}`)
  }
  const within = [...above, value]
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return copy((toJSON as () => unknown).call(value), path, within)
  if (Array.isArray(value)) return value.map((item, i) => copy(item, `${path}[${i}]`, within) ?? null)
  const copied: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') continue
    const kept = copy(member, `${path}.${name}`, within)
    if (kept !== undefined) copied[name] = kept
  }
  return copied
}

function refuse (path: string, what: string): never {
  throw new InvalidArgumentError(path,
    `The session field "${path}" holds ${what}, which JSON cannot keep. Give texts, finite numbers, booleans, null, ` +
      'and lists and objects of them.')
}
