import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { parseResolvedDomain } from '../../authentication/server/domain.js'
import { Auth0Error, ConfigurationError, InvalidArgumentError } from '../../errors.js'
import type { ApiResource, AppBase, Config } from '../../flows/config.js'
import type { PluginContext, RequestContext } from '../../flows/context.js'
import type { Log } from '../../flows/events.js'
import { andThen } from '../../base/awaitable.js'
import { withinDeadline } from '../../base/deadline.js'
import type { RouteAuth0Config } from '../../../types/guards.js'
import type { AuthorizationParams, DomainRequest } from '../../../types/options.js'
import type { LiveSession } from '../../stores/sessions.js'
import type { Awaitable } from '../../../types/stores.js'
import type { VerifiedToken } from '../../flows/api/verified-tokens.js'
import { clientAddress } from './client-address.js'
import type { RequestCookieJar } from './cookie-jar.js'
import { isNavigation } from './navigation.js'
import { requestTarget } from './request-target.js'

/** A Fastify request as the flows see it. */
export class FastifyRequestContext implements RequestContext {
  readonly jar: RequestCookieJar
  session: Awaitable<LiveSession | undefined> | null = null
  untouched = false
  bearerToken: VerifiedToken | undefined = undefined
  resource: ApiResource | undefined = undefined
  /** The DPoP proof that came with `presented`. */
  proof: string | undefined = undefined
  readonly #context: PluginContext
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply | undefined
  #touches: boolean | undefined
  #server: Awaitable<AuthorizationServer> | undefined
  #authorizationParams: Awaitable<AuthorizationParams> | undefined

  constructor (context: PluginContext, request: FastifyRequest, reply: FastifyReply | undefined,
    jar: RequestCookieJar, touches?: boolean) {
    this.#context = context
    this.#request = request
    this.#reply = reply
    this.jar = jar
    this.#touches = touches
    if (context.sessions.catchUp !== undefined) jar.keepUp(this)
  }

  /** Brings the browser up to date; only where sessions are kept in cookies. */
  catchUp (): void {
    const read = this.session
    if (read !== null && read !== undefined && !(read instanceof Promise)) {
      this.#context.sessions.catchUp!(this.jar, read.record.id)
    }
  }

  get original (): FastifyRequest {
    return this.#request
  }

  get requestId (): string {
    return this.#request.id
  }

  get log (): Log {
    return this.#request.log
  }

  get address (): string | undefined {
    return clientAddress(this.#request)
  }

  get touches (): boolean {
    if (this.#touches !== undefined) return this.#touches
    const { auth0 } = (this.#request.routeOptions?.config ?? {}) as { auth0?: RouteAuth0Config | false }
    return (this.#touches = mayTouch(auth0))
  }

  get isSentByOtherSite (): boolean {
    return isNavigation(this.#request) && this.#request.headers['sec-fetch-site'] === 'cross-site'
  }

  setHeader (name: string, value: string): void {
    if (this.jar.writable) this.#reply!.header(name, value)
  }

  get url (): string {
    return requestTarget(this.#request.url)
  }

  server (): Awaitable<AuthorizationServer> {
    if (this.#server !== undefined) return this.#server
    const { config, servers } = this.#context
    if (config.issuer !== undefined) return (this.#server = servers.get(config.issuer))
    return (this.#server = this.#resolveServer(config.resolveDomain!))
  }

  async #resolveServer (resolve: NonNullable<Config['resolveDomain']>): Promise<AuthorizationServer> {
    const { config, servers } = this.#context
    const work = { seconds: config.httpTimeout, host: 'The "domain" function' }
    const asked = domainRequest(this.#request, this.#reply)
    const domain = await withinDeadline(work, async () => await resolve(asked)).catch((error: unknown) => {
      throw error instanceof Auth0Error
        ? error
        : new ConfigurationError('domain', 'The "domain" function failed.', error)
    })
    return (this.#server = servers.get(parseResolvedDomain(domain).issuer))
  }

  appBase (): AppBase {
    return appBaseOf(this.#context.config.appBases, this.#request)
  }

  gone (): AbortSignal {
    const controller = new AbortController()
    if (this.#reply !== undefined) onceGone(this.#reply, () => controller.abort())
    return controller.signal
  }

  organization (): Awaitable<string | undefined> {
    const { organization } = this.#context.config
    const own = typeof organization === 'function' ? organization(this.#request) : organization
    return andThen(own, own => own ?? andThen(this.authorizationParams(), params => params.organization ?? undefined))
  }

  /** A function of the options is asked once for each request. */
  authorizationParams (): Awaitable<AuthorizationParams> {
    const { authorizationParams } = this.#context.config
    return typeof authorizationParams === 'function'
      ? (this.#authorizationParams ??= authorizationParams(this.#request))
      : authorizationParams
  }
}

/** Whether requests to a route prolong the session. */
export function mayTouch (declared: RouteAuth0Config | false | undefined): boolean {
  return declared === undefined || declared === false || declared.touch !== false
}

/** What `domain` is asked with: the request, which also has the members that `@auth0/auth0-fastify` hands over. */
function domainRequest (request: FastifyRequest, reply: FastifyReply | undefined): DomainRequest {
  for (const [name, value] of [['request', request], ['reply', reply]] as const) {
    if (!(name in request)) Object.defineProperty(request, name, { value, configurable: true })
  }
  return request as DomainRequest
}

/**
 * Calls back when the caller has gone away, or was answered. By the response: a request counts as closed as soon as its
 * body was read.
 */
export function onceGone (reply: FastifyReply, then: () => void): void {
  // A response that is closed already does not say so again.
  if (isGone(reply)) then()
  else reply.raw.once('close', then)
}

/** Whether nobody waits for the answer any more; a response of HTTP/2 has it from its stream. */
export function isGone (reply: FastifyReply): boolean {
  const response = reply.raw as ServerResponse & Partial<Pick<Http2ServerResponse, 'stream'>>
  return (response.stream ?? response).destroyed
}

/**
 * The address a request reached the application at. Fastify's `trustProxy` decides which headers count.
 * @throws InvalidArgumentError for a host that is not among the allowed addresses
 */
export function appBaseOf (bases: readonly AppBase[], request: FastifyRequest): AppBase {
  if (bases.length === 1) return bases[0]!
  const protocol = protocolOf(request)
  const spelt = `${protocol}://${request.host}`
  const known = bases.find(base => base.origin === spelt)
  if (known !== undefined) return known
  const origin = parsedOrigin(protocol, request.host)
  if (bases.length === 0 && origin !== undefined) return { origin, basePath: '', secure: protocol === 'https' }
  return bases.find(base => base.origin === origin) ?? refuseHost(bases.length > 0)
}

function refuseHost (listed: boolean): never {
  throw new InvalidArgumentError('host',
    listed ? 'This host is not one the application answers at.' : 'The request has no usable host.')
}

const PROTOCOL = /^https?$/

const HOST = /^(?:(?!\.)[\w.-]+|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?$/i

/** The origin of a host however it is spelt: in capitals, with the scheme's own port, with a dot at its end. */
function parsedOrigin (protocol: string, host: string): string | undefined {
  const text = `${protocol}://${host}`
  if (!PROTOCOL.test(protocol) || !HOST.test(host) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return new URL(`${protocol}://${url.hostname.replace(/\.$/, '')}:${url.port}`).origin
}

/**
 * The scheme the browser used. Behind several proxies that are trusted `X-Forwarded-Proto` may be a list, in which the
 * browser's is the first; Fastify takes the last. Of the handshake of a WebSocket some proxies say `ws` or `wss`.
 */
export function protocolOf (request: FastifyRequest): string {
  const forwarded = request.headers['x-forwarded-proto']
  const protocol = typeof forwarded !== 'string' || !forwarded.includes(',') || !isForwarded(request)
    ? request.protocol
    : forwarded.split(',', 1)[0]!.trim()
  return protocol?.toLowerCase().replace(/^ws(?=s?$)/, 'http')
}

/** Whether a trusted proxy sent the request, as far as Fastify lets one know. */
function isForwarded (request: FastifyRequest): boolean {
  if (request.ips === undefined) return false
  return request.ips.length > 1 || request.headers['x-forwarded-for'] === undefined
}

/** Whether a request's cookies are secure ones; decided once where every address agrees. */
export function secureOf (bases: readonly AppBase[]): (request: FastifyRequest) => boolean {
  const first = bases[0]
  if (first !== undefined && bases.every(base => base.secure === first.secure)) return () => first.secure
  return request => protocolOf(request) === 'https'
}
