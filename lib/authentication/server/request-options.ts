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
