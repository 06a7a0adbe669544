import { isObject } from '../../base/json.js'
import { invalid } from '../../http/body.js'

/** Members renamed from `snake_case` to `camelCase`; what is inside them stays as it is. */
export function toCamelCase (record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return renamed(record, camelCase)
}

/** `snake_case` as `camelCase`. */
export function camelCase (name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The same for a result, see `withWireNames`. */
export function toResult (record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return withWireNames(toCamelCase(record), record)
}

/**
 * A result that answers to its names on the wire, too, which are not listed: before 1.0 some results had these names.
 */
export function withWireNames<T extends object> (result: T, record: object): T {
  for (const [name, value] of Object.entries(record) as [string, unknown][]) {
    if (!Object.hasOwn(result, name)) Object.defineProperty(result, name, { value })
  }
  return result
}

/** The same for a list of results. @throws NetworkError `invalid_response` for anything but a list of objects */
export function toResults<T> (value: unknown, what: string): T[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw invalid(`${what}: the answer is not a list.`)
  return value.map(toResult) as T[]
}

/** Members renamed from `camelCase` to `snake_case`; undefined ones are left out. */
export function toSnakeCase (record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return renamed(record, snakeCase)
}

/** The name that a parameter has on the wire. */
export function snakeCase (name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

function renamed (record: Readonly<Record<string, unknown>>,
  rename: (name: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined).map(([name, value]) => [rename(name), value])
  )
}
