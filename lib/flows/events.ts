import { hash } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import {
  ApiError, Auth0Error, NetworkError, OrganizationTokenValidationError, TimeoutError, TokenValidationError
} from '../errors.js'
import type { Auth0Event, EventBlame } from '../../types/options.js'
import { hintOf } from './hints.js'

/** The part of a request's logger that events use. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Where flows report what happened. */
export type EventSink = (event: Auth0Event, log?: Log, error?: unknown) => void

/** Every event of every registration, for `diagnostics_channel` subscribers. */
const events = channel('fastify-auth0:event')

const LEVEL: Record<EventBlame, keyof Log> = { none: 'debug', user: 'info', upstream: 'warn', application: 'error' }

/** Hands each event to diagnostics_channel, the request's log and the application's hook. */
export function createEventSink (onEvent: ((event: Auth0Event) => void | Promise<void>) | undefined,
  appLog: Log): EventSink {
  return (event, log = appLog, error) => {
    if (events.hasSubscribers) events.publish(event)
    const level = levelOf(event)
    log[level](error === undefined ? { auth0: event } : { auth0: event, ...problemOf(error) },
      `auth0 ${event.type}: ${event.reason}`)
    if (onEvent === undefined) return
    const failed = (hookError: unknown): void => appLog.error({ err: hookError }, 'the onEvent hook failed')
    try {
      Promise.resolve(onEvent(event)).catch(failed)
    } catch (hookError) {
      failed(hookError)
    }
  }
}

/** Reports what a request did: with its id, and in its log. */
export function emitFor ({ emit }: { readonly emit: EventSink },
  { requestId, log }: { readonly requestId: string | undefined, readonly log: Log | undefined }, event: Auth0Event,
  error?: unknown): void {
  emit(requestId === undefined ? event : Object.assign({}, event, { requestId }), log, error)
}

/** Logins of somebody who acts for a user are for audits, and told without being asked. */
function levelOf ({ type, blame, actor }: Auth0Event): keyof Log {
  if (type === 'warning') return 'warn'
  return blame === 'none' && actor !== undefined ? 'info' : LEVEL[blame]
}

/** Who is to blame for an error: decides the level it is logged at. */
export function blameOf (error: unknown): EventBlame {
  if (!(error instanceof Auth0Error)) return 'application'
  // An ID token is the tenant's: that it does not hold is nothing a visitor can cause.
  if (error instanceof TokenValidationError && !(error instanceof OrganizationTokenValidationError)) return 'upstream'
  if (error instanceof ApiError && CLIENT_SETUP.has(error.code)) return 'application'
  if (error instanceof ApiError && error.status === 0) return error.statusCode >= 500 ? 'upstream' : 'user'
  if (error instanceof ApiError || error instanceof NetworkError || error instanceof TimeoutError) return 'upstream'
  return error.statusCode < 500 ? 'user' : error.code === 'session_store_error' ? 'upstream' : 'application'
}

/** What Auth0 answers to an application that is not set up as the tenant says. */
const CLIENT_SETUP: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client'])

/** An error's stable code, for events. */
export function reasonOf (error: unknown): string {
  return error instanceof Auth0Error ? plain(error.code, 64) : 'unexpected_error'
}

/** A user's pseudonym in events: no personal data, yet the same user gives the same value. */
export function pseudonym (issuer: string, sub: string): string {
  return hash('sha256', `${issuer}|${sub}`, 'hex').slice(0, 16)
}

/** What is logged of an error: what it is, and what to do where the cause is one of this server's. */
function problemOf (error: unknown): object {
  const hint = hintOf(error)
  return { problem: errorFacts(error), ...(hint !== undefined && { hint }) }
}

/**
 * What the log may hold of an error: names, codes and cleaned messages, never what came from the tenant.
 */
function errorFacts (error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { name: 'unknown' }
  const facts: Record<string, unknown> = { name: error.name }
  // Its message is the tenant's text, which may name the user.
  if (!(error instanceof ApiError)) facts.message = plain(error.message, 256)
  if (error instanceof Auth0Error) facts.code = plain(error.code, 64)
  if (error instanceof ApiError && error.status !== 0) facts.status = error.status
  if (error.cause !== undefined && depth < 3) facts.cause = errorFacts(error.cause, depth + 1)
  return facts
}

/** One line of printable text, cut to `length`. */
export function plain (text: string, length: number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must not get into a log
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').slice(0, length)
}
