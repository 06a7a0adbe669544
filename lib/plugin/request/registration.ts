import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SessionNotWritableError } from '../../errors.js'
import { ServerClient } from '../../flows/client.js'
import type { PluginContext } from '../../flows/context.js'
import { RequestCookieJar, type CookieWarnings } from './cookie-jar.js'
import { HeaderMemory } from './header-memory.js'
import { requestState } from './request-state.js'
import { FastifyRequestContext, secureOf } from './request-context.js'

/** Where a scope keeps its own registration of the plugin. */
export const kRegistration = Symbol('auth0.registration')

/** One registration of the plugin: its context, and how requests are bound to it. */
export class Registration implements CookieWarnings {
  readonly context: PluginContext
  /** Whether an OpenAPI document has the security schemes, so that routes may name them. */
  describes = false
  /** Whether the application is ready: all of its routes are there. */
  started = false
  readonly #secureOf: (request: FastifyRequest) => boolean
  readonly #memory: HeaderMemory | undefined
  #warnedOfPublicResponse = false
  #warnedOfSessionTransfer = false

  constructor (context: PluginContext) {
    this.context = context
    this.#secureOf = secureOf(context.config.appBases)
    this.#memory = context.config.cacheEntries === 0 ? undefined : new HeaderMemory()
  }

  /** The request as this registration's flows see it; made once per request. */
  requestContext (request: FastifyRequest): FastifyRequestContext {
    const state = requestState(request)
    return (state.requestContext ??= this.#newRequestContext(request, state.reply))
  }

  /** `request.auth0`. */
  client (request: FastifyRequest): ServerClient {
    const state = requestState(request)
    return (state.client ??= new ServerClient(this.context, this.requestContext(request)))
  }

  /** A client for any request, also one of another scope: for hand-written code. */
  bind (request: FastifyRequest, reply: FastifyReply | undefined): ServerClient {
    return new ServerClient(this.context, this.#newRequestContext(request, reply))
  }

  /** A request seen anew: its session is read again, and nothing is written. */
  seenAnew (request: FastifyRequest): FastifyRequestContext {
    const jar = new RequestCookieJar(request, undefined, this.#secureOf(request), this, this.#memory)
    return new FastifyRequestContext(this.context, request, undefined, jar)
  }

  /** Says, once, that a session of another application is not taken over. */
  warnOfSessionTransfer (request: FastifyRequest): void {
    if (this.#warnedOfSessionTransfer) return
    this.#warnedOfSessionTransfer = true
    this.context.emit({
      type: 'warning',
      outcome: 'failure',
      reason: 'session_transfer_not_allowed',
      blame: 'user',
      requestId: request.id
    }, request.log)
  }

  /** Says, once, that the application lets shared caches keep responses which set a session cookie. */
  publicResponse (request: FastifyRequest): void {
    if (this.#warnedOfPublicResponse) return
    this.#warnedOfPublicResponse = true
    this.#warn(request, 'public_cache_control_overridden', 'success')
  }

  /** Says that a response has left without cookies that hold a change. */
  notSent (request: FastifyRequest): void {
    this.#warn(request, 'cookies_not_sent', 'failure', new SessionNotWritableError())
  }

  #warn (request: FastifyRequest, reason: string, outcome: 'success' | 'failure', error?: Error): void {
    this.context.emit({ type: 'warning', outcome, reason, blame: 'application', requestId: request.id }, request.log,
      error)
  }

  #newRequestContext (request: FastifyRequest, reply: FastifyReply | undefined): FastifyRequestContext {
    const state = requestState(request)
    state.reply ??= reply
    state.jar ??= new RequestCookieJar(request, state.reply, this.#secureOf(request), this, this.#memory)
    return new FastifyRequestContext(this.context, request, state.reply, state.jar, state.touches)
  }
}

export interface Scoped {
  [kRegistration]: Registration
}

/** The registration whose tenant a request belongs to: that of the scope its route is in. */
export function registrationOf (request: FastifyRequest): Registration {
  return (request.server as FastifyInstance & Scoped)[kRegistration]
}
