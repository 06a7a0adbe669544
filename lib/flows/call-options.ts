import type { RequestOptions } from '../authentication/server/request-options.js'

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
