/**
 * What every message of a tracing channel holds. There is never a token, code, state, cookie or claim in it.
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export interface TraceMessage {
  /** Set once the work is done: in `end` if it was done at once, otherwise in `asyncEnd`. */
  outcome?: 'success' | 'failure'
  /** Of a failure: a code from a fixed list, or a status. */
  errorType?: string
  /** A subscriber of `start` may put a function here that runs the work, for example in a context of its own. */
  around?: <T>(work: () => T) => T
}

/** `fastify-auth0:login`: a login starts, as far as the address the browser is sent to. */
export interface LoginTrace extends TraceMessage {
  /** Host of the tenant, where the plugin serves one. */
  domain?: string
  /** What the callback will complete. */
  kind: string
}

/** `fastify-auth0:callback`: the tenant's answer, as far as the new session. */
export interface CallbackTrace extends TraceMessage {
  domain?: string
}

/** `fastify-auth0:refresh`: a refresh token is spent, or others have just spent it. Times are milliseconds. */
export interface RefreshTrace extends TraceMessage {
  domain: string
  /** Behind other requests of the same session in this process. */
  queueWait?: number
  /** For the lock of the store, which other processes may hold. */
  lockWait?: number
  /** The call of Auth0; absent where the result was there by then. */
  call?: number
}

/** `fastify-auth0:store`: one call of a store; `lock` lasts until the lock is held. */
export interface StoreTrace extends TraceMessage {
  store: 'session' | 'transaction' | 'revocation' | 'refresh'
  /** The method. */
  operation: string
}

/** `fastify-auth0:discovery` and `fastify-auth0:jwks`: metadata or signing keys are fetched. */
export interface FetchTrace extends TraceMessage {
  domain?: string
}

/** `fastify-auth0:guard`: a guard decides. A failure is a request that was turned away or sent to log in. */
export interface GuardTrace extends TraceMessage {
  guard: string
}

/** `fastify-auth0:management`: one call of the Management API, with its waits and repetitions. */
export interface ManagementTrace extends TraceMessage {
  domain: string
  method: string
  /** As documented, for example `/users/{id}`. */
  path: string
}

/** The tracing channels `fastify-auth0:*` of `node:diagnostics_channel`, and what their messages are. */
export interface TraceMessages {
  login: LoginTrace
  callback: CallbackTrace
  refresh: RefreshTrace
  store: StoreTrace
  discovery: FetchTrace
  jwks: FetchTrace
  guard: GuardTrace
  management: ManagementTrace
}
