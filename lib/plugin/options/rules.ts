import { ConfigurationError } from '../../errors.js'
import type { OnUnauthenticated } from '../../../types/options.js'
import { unknownName } from '../../base/nearest-name.js'
import { adviceFor } from './other-libraries.js'

/** Turns a raw option value into a checked one or throws a `ConfigurationError` that names the option. */
export type Rule<T> = (value: unknown, option: string) => T

/** What was given, for a message: a type or a short plain value, never text that could be a secret. */
export function describe (value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'boolean' || value === undefined) return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Throws the one form of message every rule uses. */
export function refuseOption (option: string, value: unknown, accepted: string): never {
  throw new ConfigurationError(option, `Option "${option}" must be ${accepted}; got ${describe(value)}.`)
}

/** The same where the option is a number, which is no secret. */
function refuseNumber (option: string, value: unknown, accepted: string): never {
  const got = typeof value === 'number' ? String(value) : describe(value)
  throw new ConfigurationError(option, `Option "${option}" must be ${accepted}; got ${got}.`)
}

export const text: Rule<string> = (value, option) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuseOption(option, value, 'a non-empty string')

export const flag: Rule<boolean> = (value, option) =>
  typeof value === 'boolean' ? value : refuseOption(option, value, 'true or false')

export function callable<T> (value: unknown, option: string): T {
  return typeof value === 'function' ? value as T : refuseOption(option, value, 'a function')
}

export const unauthenticated: Rule<OnUnauthenticated> = (value, option) => {
  if (typeof value === 'function' || value === 'auto' || value === 'login' || value === '401') {
    return value as OnUnauthenticated
  }
  return typeof value === 'string' && /^\/(?![/\\])/.test(value)
    ? value as `/${string}`
    : refuseOption(option, value, "'auto', 'login', '401', a path or a function")
}

/** A number of seconds; the upper bound catches milliseconds. */
export function seconds (least: number, most: number): Rule<number> {
  return (value, option) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most
      ? value
      : refuseNumber(option, value, `a number of seconds from ${least} to ${most}`)
}

export function count (least: number, most: number): Rule<number> {
  return (value, option) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? value as number
      : refuseNumber(option, value, `a whole number from ${least} to ${most}`)
}

export function oneOf<const T extends readonly string[]> (...names: T): Rule<T[number]> {
  return (value, option) =>
    names.includes(value as string)
      ? value as T[number]
      : refuseOption(option, value, `one of ${names.map(name => `'${name}'`).join(', ')}`)
}

/** An object that answers to the given methods. */
export function withMethods<T> (methods: readonly string[], what: string): Rule<T> {
  return (value, option) => {
    const missing = methods.filter(name =>
      typeof (value as Record<string, unknown> | null | undefined)?.[name] !== 'function'
    )
    return missing.length === 0 ? value as T : refuseOption(option, value, `${what} (missing: ${missing.join(', ')})`)
  }
}

/** A plain object whose members all have a rule; unknown members are refused with the nearest known name. */
export function members<R extends Record<string, Rule<unknown>>> (
  rules: R
): Rule<{ [K in keyof R]?: ReturnType<R[K]> }> {
  return (value, option) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuseOption(option, value, 'an object')
    }
    return checkMembers(value as Record<string, unknown>, rules, name => `${option}.${name}`)
  }
}

/**
 * Refuses members that are there and hold nothing: a demand that is meant and was misspelt must not be silently none.
 * @throws ConfigurationError
 */
export function refuseUndefined (value: object, path: (name: string) => string): void {
  const empty = Object.entries(value).find(([, member]) => member === undefined)?.[0]
  if (empty === undefined) return
  throw new ConfigurationError(path(empty),
    `Option "${path(empty)}" must not be undefined: it would demand nothing. Its value is probably misspelt. Leave ` +
      'the option out to demand nothing.')
}

/** Applies each rule to its member; `undefined` counts as not given. */
export function checkMembers<R extends Record<string, Rule<unknown>>> (value: Record<string, unknown>, rules: R,
  path: (name: string) => string): { [K in keyof R]?: ReturnType<R[K]> } {
  const checked: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    if (value[name] === undefined) continue
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) {
      throw new ConfigurationError(path(name),
        `Option "${path(name)}" is not known. ${adviceFor(path(name)) ?? unknownName(name, Object.keys(rules))}`)
    }
    checked[name] = rule(value[name], path(name))
  }
  return checked as { [K in keyof R]?: ReturnType<R[K]> }
}
