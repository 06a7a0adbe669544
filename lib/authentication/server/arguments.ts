import { isIP } from '../../base/ip.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'

/** Refuses a call before anything is sent when one of the named arguments is missing or not a text. */
export function requireText<T extends object> (given: T, ...names: (keyof T & string)[]): void {
  for (const name of names) {
    const value: unknown = given?.[name]
    if (value === undefined || value === null || value === '') throw new MissingRequiredArgumentError(name)
    if (typeof value !== 'string') throw new InvalidArgumentError(name, `The argument "${name}" must be a string.`)
  }
}

/** An IPv4 address as a socket for both families writes it. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** The header that tells Auth0 the end user's address, for its attack protection. */
export function forwardedFor (address: string | undefined): Record<string, string> {
  if (address === undefined) return {}
  if (isIP(address) === 0) {
    throw new InvalidArgumentError('forwardedFor', 'The argument "forwardedFor" must be an IP address.')
  }
  return { 'auth0-forwarded-for': address.replace(MAPPED, '') }
}

/** An id as one segment of a path. Dots alone would climb out of it. */
export function pathSegment (name: string, id: string): string {
  if (/^\.{1,2}$/.test(id)) throw new InvalidArgumentError(name, `The argument "${name}" is not an id.`)
  return encodeURIComponent(id)
}
