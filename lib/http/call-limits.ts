import { InvalidArgumentError } from '../errors.js'

const MAX_TIMEOUT = 86_400

/**
 * Checks what the caller of a client gave for one call. A signal that is none would fail when its call ends.
 * @throws InvalidArgumentError
 */
export function checkCallLimits ({ signal, timeout }: { signal?: unknown, timeout?: unknown }): void {
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function') {
    throw new InvalidArgumentError('signal', 'The argument "signal" must be an AbortSignal.')
  }
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new InvalidArgumentError('timeout',
      `The argument "timeout" must be a number of seconds above 0, and at most ${MAX_TIMEOUT}.`)
  }
}
