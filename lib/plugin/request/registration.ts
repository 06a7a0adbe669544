import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerClient } from '../../flows/client.js'
import type { Context } from '../../flows/context.js'
import { RequestCookieJar } from './cookie-jar.js'
import { slotOf } from './request-state.js'
import { RequestVisit, secureOf } from './request-context.js'

/** One registration of the plugin: its context, and how requests are bound to it. */
export class Registration {
  readonly context: Context
  /** Tells this registration's small helper cookies from a neighbour's. */
  readonly mark: string
  /** Whether an OpenAPI document has the security schemes, so that routes may name them. */
  describes = false
  readonly #secureOf: (request: FastifyRequest) => boolean
  #warnedOfPublicResponse = false

  constructor (context: Context) {
    this.context = context
    this.mark = createHash('sha256').update(`${context.config.clientId}|${context.config.prefix}`).digest('hex').slice(0, 8)
    this.#secureOf = secureOf(context.config.appBases)
  }

  /** The request as this registration's flows see it; made once per request. */
  visit (request: FastifyRequest): RequestVisit {
    const slot = slotOf(request)
    return (slot.visit ??= this.#newVisit(request, slot.reply))
  }

  /** `request.auth0`. */
  client (request: FastifyRequest): ServerClient {
    const slot = slotOf(request)
    return (slot.client ??= new ServerClient(this.context, this.visit(request)))
  }

  /** A client for any request, also one of another scope: for hand-written code. */
  bind (request: FastifyRequest, reply: FastifyReply | undefined): ServerClient {
    return new ServerClient(this.context, this.#newVisit(request, reply))
  }

  /** Says, once, that the application lets shared caches keep responses which set a session cookie. */
  warnOfPublicResponse (request: FastifyRequest): void {
    if (this.#warnedOfPublicResponse) return
    this.#warnedOfPublicResponse = true
    this.context.emit({ type: 'warning', outcome: 'success', reason: 'public_cache_control_overridden', blame: 'application', requestId: request.id }, request.log)
  }

  #newVisit (request: FastifyRequest, reply: FastifyReply | undefined): RequestVisit {
    const slot = slotOf(request)
    slot.reply ??= reply
    slot.jar ??= new RequestCookieJar(request, slot.reply, this.#secureOf(request))
    return new RequestVisit(this.context, request, slot.jar)
  }
}
