import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConfigurationError, ForbiddenError } from '../../errors.js'
import type { ServerClient } from '../../flows/client.js'
import { registrationOf } from '../slots.js'
import { passesAnyway } from './route-config.js'

/** The little a guard needs of a request: fits HTTP/1, HTTP/2 and every type provider. */
export interface GuardRequest { readonly auth0: ServerClient }

/** A Fastify hook that ends the reply of a request that may not pass. For `onRequest` or `preHandler`, alone or in arrays. */
export type Guard = (request: GuardRequest, reply: GuardReply) => Promise<void>

/** The little a guard needs of a reply. */
export interface GuardReply { readonly sent: boolean }

/** Passing costs nothing: every request that passes gets this. */
export const PASS: Promise<void> = Promise.resolve()

const factories = new WeakSet<object>()

/** Marks a function that makes guards, so that registering it uncalled is noticed. */
export function factory<F extends (...args: never[]) => Guard> (make: F): F {
  factories.add(make)
  return make
}

/** A way to prove who one is, by its name in OpenAPI documents, and the scopes it takes. */
export type Security = Readonly<Record<string, readonly string[]>>

const accepted = new WeakMap<object, readonly Security[]>()

/** Notes what a guard accepts, for OpenAPI documents. */
export function accepting (security: readonly Security[], guard: Guard): Guard {
  accepted.set(guard, security)
  return guard
}

/** What the first of some hooks that is a guard accepts; later ones ask more of the same caller. */
export function acceptedBy (hooks: readonly unknown[]): readonly Security[] | undefined {
  return hooks.map(hook => accepted.get(hook as object)).find(security => security !== undefined)
}

/** Whether this is a factory that somebody forgot to call. */
export function isFactory (hook: unknown): boolean {
  return typeof hook === 'function' && factories.has(hook)
}

/** @throws ConfigurationError when a factory is used as if it were the guard */
export function refuseRequest (name: string, args: readonly unknown[]): void {
  const first = args[0] as { raw?: unknown, routeOptions?: unknown } | undefined
  if (typeof first === 'object' && first !== null && 'raw' in first && 'server' in first) throw uncalled(name)
}

export function uncalled (name: string): ConfigurationError {
  return new ConfigurationError(name, `"fastify.auth0.${name}" makes a guard and has to be called, e.g. preHandler: fastify.auth0.${name}(…).`)
}

/**
 * Ends the reply in a hook: returning the reply makes Fastify wait for it to be sent,
 * so that the handler does not run even with slow `onSend` hooks.
 */
export function ended (reply: FastifyReply): Promise<void> {
  return Promise.resolve(reply) as unknown as Promise<void>
}

/** The JSON answer of a guard that turned a request away. */
export function answerDenied (reply: FastifyReply, statusCode: number, code: string, message: string, more: object = {}): Promise<void> {
  return ended(reply.code(statusCode).type('application/json; charset=utf-8').send({ statusCode, code, error: STATUS_CODES[statusCode], message, ...more }))
}

/** Reports that a request was turned away. */
export function reportDenied (request: FastifyRequest, reason: string, error?: unknown): void {
  registrationOf(request).context.emit({ type: 'denied', outcome: 'failure', reason, blame: 'user', requestId: request.id }, request.log, error)
}

/** Refuses a caller who is known but not allowed; the application's error handler may make a page of it. */
export function forbid (request: FastifyRequest, reply: FastifyReply, code: string, message: string): Promise<void> {
  if (passesAnyway(request)) return PASS
  reportDenied(request, code)
  reply.header('cache-control', 'no-store')
  return Promise.reject(new ForbiddenError(code, message))
}
