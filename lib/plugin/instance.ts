import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConfigurationError } from '../errors.js'
import type { ServerClient } from '../flows/client.js'
import { createLogoutTokenMemory, handleBackchannelLogout, listSessions, revokeSessions, type LogoutTokenMemory, type RevokeSessionsFilter } from '../flows/backchannel-logout.js'
import type { Context } from '../flows/context.js'
import { parseDomain, type AuthorizationServer } from '../authentication/authorization-server.js'
import type { SessionListing } from '../../types/stores.js'
import type { Guard } from './guards/guard.js'
import { requireSession } from './guards/require-session.js'
import { unknownName } from './nearest-name.js'
import type { Registration } from './registration.js'

/** `fastify.auth0`: guards, clients, and what needs no session. */
export class Auth0Instance {
  readonly #registration: Registration
  readonly #context: Context
  readonly #logoutTokens: LogoutTokenMemory = createLogoutTokenMemory()

  constructor (registration: Registration) {
    this.#registration = registration
    this.#context = registration.context
  }

  /** Guard: a session. `preHandler: fastify.auth0.requireSession` */
  readonly requireSession: Guard = requireSession

  /** A client bound to a request and its reply, for hand-written code. */
  for ({ request, reply }: { request: FastifyRequest, reply?: FastifyReply }): ServerClient {
    return this.#registration.bind(request, reply)
  }

  /**
   * Verifies a logout token and ends the sessions it names.
   * @throws BackchannelLogoutError when the token is refused
   * @see OpenID Connect Back-Channel Logout section 2.6
   */
  async handleBackchannelLogout (logoutToken: string, options: { domain?: string } = {}): Promise<void> {
    await handleBackchannelLogout(this.#context, this.#server(options.domain), this.#logoutTokens, logoutToken)
  }

  /** Ends sessions of any browser: of a user (`sub`), an Auth0 session (`sid`) or an `organization`. */
  async revokeSessions (filter: RevokeSessionsFilter, options: { domain?: string } = {}): Promise<number> {
    return await revokeSessions(this.#context, this.#server(options.domain), filter)
  }

  /** A user's live sessions, newest first; needs a `sessionStore`. */
  async listSessions (filter: { sub: string }, options: { domain?: string } = {}): Promise<SessionListing[]> {
    return await listSessions(this.#context, this.#server(options.domain), filter)
  }

  /** The plugin's one domain, or the one named where there are several. */
  #server (domain = this.#context.config.issuer): AuthorizationServer {
    if (domain === undefined) throw new ConfigurationError('domain', 'The plugin serves several domains: say which with the option "domain".')
    return this.#context.servers.get(parseDomain(domain, 'domain').issuer)
  }
}

/** Names that the language and its tools look for on any object. */
const PASSED_ON = new Set<string>(['then', 'getter', 'setter', 'toJSON', 'constructor', 'inspect', 'asymmetricMatch', 'nodeType', 'tagName', '$$typeof', '@@__IMMUTABLE_ITERABLE__@@', '@@__IMMUTABLE_RECORD__@@'])

/**
 * A misspelt guard would be `undefined`, and Fastify takes `preHandler: undefined` for no guard at all:
 * so an unknown name throws.
 */
export function strictInstance (instance: Auth0Instance): Auth0Instance {
  const bound = new Map<string | symbol, unknown>()
  return new Proxy(instance, {
    get (target, name) {
      const value = Reflect.get(target, name, target) as unknown
      if (value === undefined && typeof name === 'string' && !PASSED_ON.has(name) && !(name in target)) {
        const known = [...Object.keys(target), ...Object.getOwnPropertyNames(Auth0Instance.prototype)].filter(key => key !== 'constructor')
        throw new ConfigurationError(name, `"fastify.auth0.${name}" does not exist. ${unknownName(name, known)}`)
      }
      if (typeof value !== 'function' || Object.hasOwn(target, name)) return value
      let method = bound.get(name)
      if (method === undefined) bound.set(name, method = (value as (...args: unknown[]) => unknown).bind(target))
      return method
    }
  })
}
