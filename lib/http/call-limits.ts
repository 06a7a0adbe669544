import { checkSignal } from '../base/deadline.js'
import { InvalidArgumentError } from '../errors.js'

const MAX_TIMEOUT = 86_400

/**
 * Checks what the caller of a client gave for one call. A signal that is none would fail when its call ends.
 * @throws InvalidArgumentError
 */
export function checkCallLimits ({ signal, timeout }: { signal?: unknown, timeout?: unknown }): void {
  checkSignal(signal)
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new InvalidArgumentError('timeout',
      `The argument "timeout" must be a number of seconds above 0, and at most ${MAX_TIMEOUT}.`)
  }
}

/** @see RFC 9110 section 5.6.2 */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** @see RFC 9110 section 5.5 */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Whether a header can hold a text. */
export function isHeaderValue (value: unknown): value is string {
  return typeof value === 'string' && HEADER_VALUE.test(value)
}

/**
 * The headers that the caller gave for one call, by lower-case names; what is `undefined` is left out.
 * @throws InvalidArgumentError for what cannot be sent, which would look like a failure of the network
 */
export function callHeaders (headers: unknown): Record<string, string> {
  if (headers === undefined) return {}
  // A `Headers` object has no members to read, and would be lost.
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) {
    throw new InvalidArgumentError('headers', 'The argument "headers" must be an object of strings.')
  }
  const checked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    if (value === undefined) continue
    if (typeof value !== 'string') {
      throw new InvalidArgumentError('headers', 'The argument "headers" must be an object of strings.')
    }
    if (!HEADER_NAME.test(name) || !isHeaderValue(value)) {
      throw new InvalidArgumentError('headers',
        'The argument "headers" must have names and values that HTTP can carry: no line ends, and no characters ' +
          'beyond Latin-1.')
    }
    checked[name.toLowerCase()] ??= value
  }
  return checked
}
