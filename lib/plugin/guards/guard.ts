import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConfigurationError, ForbiddenError, type ForbiddenErrorCode } from '../../errors.js'
import type { ServerClient } from '../../flows/client.js'
import type { Config } from '../../flows/config.js'
import { registrationOf } from '../request/registration.js'
import { requestState } from '../request/request-state.js'
import { nameOfRoute } from './route-config.js'

/** The little a guard needs of a request: fits HTTP/1, HTTP/2 and every type provider. */
export interface GuardRequest {
  readonly auth0: ServerClient
}

/**
 * A Fastify hook that ends the reply of a request that may not pass. For `onRequest` or `preHandler`, alone or in
 * arrays.
 */
export type Guard = (request: GuardRequest, reply: GuardReply) => Promise<void>

/** The little a guard needs of a reply. */
export interface GuardReply {
  readonly sent: boolean
}

/** Passing costs nothing: every request that passes gets this. */
export const PASS: Promise<void> = Promise.resolve()

const factories = new WeakMap<object, string>()

/** Names a function that makes guards, and notices when it is used uncalled, as if it were the guard. */
export function factory<Args extends unknown[]> (name: string,
  make: (...args: Args) => Guard): (...args: Args) => Guard {
  const named = (...args: Args): Guard => {
    const first = args[0] as { raw?: unknown, server?: unknown } | undefined
    if (typeof first === 'object' && first !== null && 'raw' in first && 'server' in first) throw uncalled(name)
    return make(...args)
  }
  factories.set(named, name)
  return named
}

/** A way to prove who one is, by its name in OpenAPI documents, and the scopes it takes. */
export type Security = Readonly<Record<string, readonly string[]>>

/** What is known of a guard before any request. */
export interface GuardTraits {
  /** What it accepts, for OpenAPI documents; nothing for one that asks more of the same caller. */
  security?: readonly Security[]
  /** @throws ConfigurationError where the options lack what it needs */
  checkSetup?: (config: Config) => void
}

const traits = new WeakMap<object, GuardTraits>()

/** Makes a guard of what it asks. Where a route opts out of it nothing is read, spent or answered. */
export function guard (known: GuardTraits, ask: Guard): Guard {
  // Fastify itself gives a hook a third argument; a guard that the application's own code calls gets none.
  const made = (request: GuardRequest, reply: GuardReply, next?: unknown): Promise<void> => {
    const { exempt, within } = requestState(request as FastifyRequest)
    if (exempt === false || within) return ask(request, reply)
    return exempt === 'unread' && next === undefined ? Promise.reject(notRead(request as FastifyRequest)) : PASS
  }
  traits.set(made, known)
  return made
}

/** A scope's hook cannot hold this guard, but a hook of the route may: letting the request pass could be wrong. */
function notRead ({ routeOptions }: FastifyRequest): ConfigurationError {
  return new ConfigurationError('config.auth0',
    `The route ${nameOfRoute(routeOptions)} opts out of the guards around it, but was registered before the plugin ` +
      'had loaded, so that its own guards are not known. Put "await" before fastify.register(auth0, …).')
}

/** What the first of some hooks that is a guard accepts; later ones ask more of the same caller. */
export function acceptedBy (hooks: readonly unknown[]): readonly Security[] | undefined {
  return hooks.map(hook => traits.get(hook as object)?.security).find(security => security !== undefined)
}

/** @throws ConfigurationError where a hook is a factory that nobody called */
export function refuseUncalled (hook: unknown): void {
  const name = factories.get(hook as object)
  if (name !== undefined) throw uncalled(name)
}

/** @throws ConfigurationError where a hook is a guard that the options lack something for */
export function checkSetup (hook: unknown, config: Config): void {
  traits.get(hook as object)?.checkSetup?.(config)
}

function uncalled (name: string): ConfigurationError {
  return new ConfigurationError(name,
    `"fastify.auth0.${name}" makes a guard and has to be called, e.g. preHandler: fastify.auth0.${name}(…).`)
}

/**
 * Ends the reply in a hook: returning the reply makes Fastify wait for it to be sent,
 * so that the handler does not run even with slow `onSend` hooks.
 */
export function ended (reply: FastifyReply): Promise<void> {
  return Promise.resolve(reply) as unknown as Promise<void>
}

/** The JSON answer of a guard that turned a request away. */
export function answerDenied (reply: FastifyReply, statusCode: number, code: string, message: string,
  more: object = {}): Promise<void> {
  return ended(
    reply.code(statusCode).type('application/json; charset=utf-8').send({
      statusCode,
      code,
      error: STATUS_CODES[statusCode],
      message,
      ...more
    })
  )
}

/** Reports that a request was turned away. */
export function reportDenied (request: FastifyRequest, reason: string, error?: unknown): void {
  registrationOf(request).context.emit({
    type: 'denied',
    outcome: 'failure',
    reason,
    blame: 'user',
    requestId: request.id
  }, request.log, error)
}

/** Refuses a caller who is known but not allowed; the application's error handler may make a page of it. */
export function forbid (request: FastifyRequest, reply: FastifyReply, code: ForbiddenErrorCode,
  message: string): Promise<void> {
  reportDenied(request, code)
  reply.header('cache-control', 'no-store')
  return Promise.reject(new ForbiddenError(code, message))
}
