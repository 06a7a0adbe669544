import { isIP } from '../../base/ip.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { camelCase } from './naming.js'

/** Refuses a call before anything is sent when one of the named arguments is missing or not a text. */
export function requireText<T extends object> (given: T, ...names: (keyof T & string)[]): void {
  for (const name of names) {
    const value: unknown = given?.[name]
    if (value === undefined || value === null || value === '') throw new MissingRequiredArgumentError(name)
    if (typeof value !== 'string') throw new InvalidArgumentError(name, `The argument "${name}" must be a string.`)
  }
}

/** Refuses a call when one of the named arguments is given and is not a string. */
export function optionalText<T extends object> (given: T, ...names: (keyof T & string)[]): void {
  for (const name of names) {
    const value: unknown = given?.[name]
    if (value === undefined || typeof value === 'string') continue
    throw new InvalidArgumentError(name, `The argument "${name}" must be a string.`)
  }
}

/**
 * Parameters of the tenant's own, without those that are `undefined`.
 * @throws InvalidArgumentError for what has no members to read, such as a `Map` or `URLSearchParams`
 */
export function extraEntries (extra: unknown): [name: string, value: unknown][] {
  if (extra === undefined) return []
  if (typeof extra !== 'object' || extra === null || Symbol.iterator in extra) {
    throw new InvalidArgumentError('extra', 'The argument "extra" must be an object.')
  }
  return Object.entries(extra).filter(([, value]) => value !== undefined)
}

/** The same as texts, objects as JSON. @throws InvalidArgumentError */
export function extraParams (extra: unknown): Record<string, string> {
  return Object.fromEntries(extraEntries(extra).map(([name, value]) => [name, extraText(name, value)]))
}

function extraText (name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return String(value)
  if (typeof value === 'object' && value !== null) return asJson(`extra.${name}`, value)
  throw new InvalidArgumentError('extra', value === null
    ? `The parameter "${name}" in "extra" must not be null. Leave it out.`
    : `The parameter "${name}" in "extra" must be a text, a number, a boolean or an object.`)
}

/** An IPv4 address as a socket for both families writes it. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** The header that tells Auth0 the end user's address, for its attack protection. */
export function forwardedFor (address: unknown): Record<string, string> {
  if (address === undefined) return {}
  if (typeof address !== 'string' || isIP(address) === 0) {
    throw new InvalidArgumentError('forwardedFor', 'The argument "forwardedFor" must be an IP address.')
  }
  return { 'auth0-forwarded-for': address.replace(MAPPED, '') }
}

/** An id as one segment of a path. Dots alone would climb out of it. */
export function pathSegment (name: string, id: unknown): string {
  if (typeof id === 'string' && id !== '' && !/^\.{1,2}$/.test(id) && !/\p{Cs}/u.test(id)) return encodeURIComponent(id)
  throw new InvalidArgumentError(name, `The argument "${name}" is not an id.`)
}

/**
 * An access token as it goes into a header: the token alone, without spaces.
 * @param name the argument's, for the message
 */
export function requireToken (token: unknown, name = 'accessToken'): void {
  if (token === undefined || token === null || token === '') throw new MissingRequiredArgumentError(name)
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new InvalidArgumentError(name, `The argument "${name}" must be the token alone, without spaces or a prefix.`)
  }
}

/** Arguments by their names on the wire as JSON. @throws InvalidArgumentError that names what cannot be written */
export function toJson (record: Readonly<Record<string, unknown>>): string {
  const text = written(record)
  if (text !== undefined) return text
  for (const [name, value] of Object.entries(record)) asJson(camelCase(name), value)
  throw new InvalidArgumentError('params', 'The arguments cannot be written as JSON.')
}

/** The same of one argument. */
export function asJson (name: string, value: unknown): string {
  const text = written(value)
  if (text === undefined) throw new InvalidArgumentError(name, `The argument "${name}" cannot be written as JSON.`)
  return text
}

function written (value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // A circle or a BigInt: the caller names the argument.
    return undefined
  }
}
