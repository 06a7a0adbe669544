import { ApiError, Auth0Error } from '../errors.js'
import type { TraceMessage, TraceMessages } from '../../types/telemetry.js'
import { isPromiseLike } from './awaitable.js'

/**
 * A tracing channel whose messages are of one kind. Ask `hasSubscribers` before a message is made. These are the
 * members of Node's class that are used here: its type parameters have changed places between versions of
 * `@types/node`.
 */
export interface Trace<M extends TraceMessage> {
  readonly hasSubscribers: boolean
  readonly start: { runStores<T> (message: M, work: () => T): T }
  readonly end: Publisher<M>
  readonly asyncStart: Publisher<M>
  readonly asyncEnd: Publisher<M>
  readonly error: Publisher<M>
}

interface Publisher<M> {
  publish(message: M): void
}

/** The tracing channel `fastify-auth0:<name>`. */
export function traceChannel<N extends keyof TraceMessages> (name: N): Trace<TraceMessages[N]> {
  const { tracingChannel } = process.getBuiltinModule('node:diagnostics_channel')
  return tracingChannel(`fastify-auth0:${name}`) as unknown as Trace<TraceMessages[N]>
}

/**
 * Runs work and tells a channel of it. Node's own `tracePromise` would put the result and the error into the message,
 * which may hold tokens; and would make a promise of what is at hand.
 */
export function trace<M extends TraceMessage, T> (channel: Trace<M>, message: M, work: () => T): T {
  let result: T
  try {
    result = channel.start.runStores(message, () => message.around === undefined ? work() : message.around(work))
  } catch (error) {
    noteFailure(message, error)
    channel.error.publish(message)
    channel.end.publish(message)
    throw error
  }
  if (!isPromiseLike(result)) {
    message.outcome ??= 'success'
    channel.end.publish(message)
    return result
  }
  channel.end.publish(message)
  return result.then(value => {
    message.outcome ??= 'success'
    settled(channel, message)
    return value
  }, (error: unknown) => {
    noteFailure(message, error)
    channel.error.publish(message)
    settled(channel, message)
    throw error
  }) as T
}

function settled<M extends TraceMessage> (channel: Trace<M>, message: M): void {
  channel.asyncStart.publish(message)
  channel.asyncEnd.publish(message)
}

/** Marks the message of work that fails without an error of its own. */
export function noteFailure (message: TraceMessage | undefined, error: unknown): void {
  if (message === undefined) return
  message.outcome = 'failure'
  message.errorType = errorType(error)
}

/** Codes of tenants that are told as they are. Any other may be text that a visitor has put into an address. */
const KNOWN: ReadonlySet<string> = new Set(['access_denied', 'account_selection_required', 'authorization_pending',
  'consent_required', 'expired_token', 'insufficient_scope', 'interaction_required', 'invalid_client',
  'invalid_dpop_proof', 'invalid_grant', 'invalid_request', 'invalid_scope', 'invalid_target', 'invalid_token',
  'login_required', 'mfa_required', 'server_error', 'slow_down', 'temporarily_unavailable', 'too_many_requests',
  'unauthorized', 'unauthorized_client', 'unsupported_grant_type', 'use_dpop_nonce'])

/** A failure's name out of a fixed list, the status of an answer, or `_OTHER`. */
export function errorType (error: unknown): string {
  if (!(error instanceof Auth0Error)) return '_OTHER'
  if (!(error instanceof ApiError) || KNOWN.has(error.code)) return error.code
  return error.status > 0 ? String(error.status) : '_OTHER'
}
