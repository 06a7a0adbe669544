import type { RequestOptions } from '../authentication/server/request-options.js'
import { InvalidArgumentError } from '../errors.js'

/** What every call to Auth0 takes. */
export interface CallOptions {
  signal?: AbortSignal | undefined
  /**
   * The end user's IP address, for Auth0's attack protection and for session transfer tokens, which are bound to it.
   * Default: that of the request where there is one (`request.ip`, which Fastify's `trustProxy` decides). Auth0 goes by
   * it only with the client's setting "Trust Token Endpoint IP Header".
   */
  forwardedFor?: string | undefined
}

/** The same for the Authentication API. */
export function callOptions ({ signal, forwardedFor }: CallOptions,
  request?: { readonly address: string | undefined }): RequestOptions {
  const address = forwardedFor ?? request?.address
  return { signal, forwardedFor: address }
}

/** What was given, where it is an object: a handler may pass on the body of a request. @throws InvalidArgumentError */
export function requireOptions<T> (options: T): T {
  if (typeof options === 'object' && options !== null) return options
  throw new InvalidArgumentError('options', 'The options of this call must be an object.')
}
