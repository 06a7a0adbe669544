import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TlsCredentials } from './outbound.js'

/** Headers that go upstream, besides those of the browser. */
export type UpstreamHeaders = Readonly<Record<string, string | undefined>>

/** Options of `fastify.auth0.proxy()`. */
export interface ProxyOptions {
  /** Address of the API: its origin, and a path in front of all of its paths. */
  upstream: string
  /** Path in front of the proxied routes. Default: that of the scope. */
  prefix?: string
  /** Path of the upstream that takes the place of `prefix`. Default: the path of `upstream`. */
  rewritePrefix?: string
  /** Identifier of the API; the option `audience` unless given. */
  audience?: string
  /** Scopes the token must have. */
  scope?: string
  /** Whose token goes upstream: the user's (default), the application's own (client credentials), or none. */
  token?: 'user' | 'application' | 'none'
  /** Methods that are proxied. Default: `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`. */
  methods?: readonly string[]
  /** Whether only pages of the application may send what changes something. Default `true`. */
  sameOrigin?: boolean
  /** Whether a call that the API answers with 401 is made once more, with a new token. Default `true`. */
  retryOn401?: boolean
  /** Seconds the upstream has for its headers once it has the request; bodies have no limit. Default 30. */
  timeout?: number
  /** Headers to add or replace; a function is asked for each request. */
  headers?: UpstreamHeaders | ((request: FastifyRequest) => UpstreamHeaders)
  /** Whether WebSockets are proxied as well. Default `false`. */
  websocket?: boolean
  /** Authorities that certificates of the upstream may be from, and a certificate of our own; PEM. */
  tls?: Partial<TlsCredentials>
}

/** What `fastify.auth0.proxy()` returns: options for `fastify.register()` with `@fastify/http-proxy`. */
export interface HttpProxyOptions {
  upstream: string
  prefix: string
  rewritePrefix: string
  httpMethods: string[]
  config: object
  preHandler: (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void
  handler: (request: FastifyRequest, reply: FastifyReply, destination: string) => void
  undici: object
  internalRewriteLocationHeader: boolean
  websocket: boolean
  wsClientOptions: object
  wsHooks: object
}
