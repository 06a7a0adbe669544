import { unknownName } from '../../base/nearest-name.js'
import { InvalidArgumentError } from '../../errors.js'
import { callHeaders, checkCallLimits } from '../../http/call-limits.js'
import { forwardedFor } from './arguments.js'

/** What every network call takes beside its arguments. */
export interface RequestOptions {
  /** Ends the call early. */
  signal?: AbortSignal | undefined
  /** Seconds; the client's timeout unless given. */
  timeout?: number | undefined
  /** The end user's IP address, for Auth0's attack protection ("Trust Token Endpoint IP Header"). */
  forwardedFor?: string | undefined
  headers?: Record<string, string> | undefined
}

/** Those of every call, and those that some calls have beside them. */
const KNOWN = ['signal', 'timeout', 'forwardedFor', 'headers', 'tokenType', 'expectedSub', 'sleep', 'dpop',
  'allowedTokenTypes']
/** What operations add by themselves. */
const INTERNAL = ['json', 'repeated']

/**
 * Refuses what is no object, and names that no call knows: they would silently mean nothing.
 * @throws InvalidArgumentError
 */
export function checkRequestOptions (options: RequestOptions | undefined): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('options', 'The call options must be an object.')
  }
  const stray = Object.keys(options).find(name => !KNOWN.includes(name) && !INTERNAL.includes(name))
  if (stray !== undefined) {
    throw new InvalidArgumentError('options', `The call options have no "${stray}". ${unknownName(stray, KNOWN)}`)
  }
  checkCallLimits(options)
}

/** The headers of the caller, and the one that tells the end user's address. Names are lower-case. */
export function callerHeaders (options: RequestOptions): Record<string, string> {
  const headers = forwardedFor(options.forwardedFor)
  return options.headers === undefined ? headers : { ...callHeaders(options.headers), ...headers }
}
