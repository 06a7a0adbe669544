import type { ClientRequest } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tokenHeaders } from '../../flows/api/token-headers.js'
import { currentSession } from '../../flows/session/session.js'
import { answerDenied, forbid } from '../guards/denial.js'
import { isWebSocketHandshake } from '../guards/require-same-origin.js'
import { registrationOf } from '../request/registration.js'
import { isSameOrigin } from '../routes/same-origin.js'
import type { Proxy } from './exchange.js'
import { addHeaders } from './extra-headers.js'
import { answerFailed } from './failures.js'
import type { WireHeaders } from './request-headers.js'
import { targetOf } from './target.js'

/** Milliseconds after which the session of an open connection is asked for again. */
const ASKED_EVERY = 60_000
/** Code with which a connection is closed whose session has ended. @see RFC 6455 section 7.4.2 */
const SESSION_ENDED = 4401

/** What is used of a connection of the package `ws`. */
interface Connection {
  _socket?: object
  close(code: number, reason: string): void
  once(event: 'close', listener: () => void): void
}

/** What @fastify/http-proxy adds to a reply. */
interface ProxyReply {
  fromParameters(url: string, params: unknown, prefix: string): { url: string }
}

/** The WebSockets of one proxy. */
interface WebSockets {
  /** Prepares an upgrade; `true` where it was refused, and answered. */
  prepare(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
  wsClientOptions: object
  wsHooks: object
}

/**
 * Opens connections with the token of the session, and closes those whose session has ended. Their handshakes must come
 * from the application's own pages: no preflight keeps other sites from trying.
 */
export function webSockets ({ config, tokens }: Proxy): WebSockets {
  /** By the socket of a handshake, which is that of the connection as well. */
  const prepared = new WeakMap<object, { request: FastifyRequest, headers: WireHeaders }>()

  async function headersFor (request: FastifyRequest, reply: ProxyReply): Promise<WireHeaders> {
    const { context } = registrationOf(request)
    const { url } = reply.fromParameters(request.url, request.params, request.server.prefix)
    const target = targetOf(config, url.split('?', 1)[0]!, request.url)
    const token = await tokens(request)
    const headers: WireHeaders = {}
    addHeaders(headers, config.headers, request)
    if (token === undefined) return headers
    const bound = registrationOf(request).requestContext(request)
    const { authorization, dpop } = await tokenHeaders(context, bound, { ...token, method: 'GET', url: target })
    return { ...headers, authorization, ...(dpop !== undefined && { dpop }) }
  }

  return {
    async prepare (request, reply) {
      const { context } = registrationOf(request)
      if (!isWebSocketHandshake(request)) {
        await answerDenied(reply, 400, 'upgrade_not_supported', 'Only an upgrade to a WebSocket is possible.')
        return true
      }
      if (!isSameOrigin(context.config.appBases, request)) {
        await forbid(request, reply, 'cross_site_request', 'Another site cannot do this for the user.')
        return true
      }
      try {
        const headers = await headersFor(request, reply as unknown as ProxyReply)
        prepared.set(request.raw.socket, { request, headers })
        return false
      } catch (error) {
        await answerFailed(context, error, request, reply)
        return true
      }
    },

    wsClientOptions: {
      ...config.tls,
      rejectUnauthorized: true,
      handshakeTimeout: config.timeout * 1000,
      headers: {},
      rewriteRequestHeaders: (_headers: object, { raw }: FastifyRequest) => prepared.get(raw.socket)?.headers ?? {},
      finishRequest (request: ClientRequest) {
        // The reason reaches the browser, which must not learn where the upstream is.
        request.prependListener('error', error => { error.message = 'The upstream cannot be reached.' })
        request.once('response', response => { response.resume() })
        request.end()
      }
    },

    wsHooks: {
      onConnect (_context: object, source: Connection) {
        const handshake = prepared.get(source._socket ?? {})
        if (handshake === undefined) {
          source.close(SESSION_ENDED, 'login_required')
          return
        }
        const timer = setInterval(() => {
          check(source, handshake.request).catch((error: unknown) => {
            handshake.request.log.warn({ err: error }, 'auth0 proxy: the session of a WebSocket cannot be read')
          })
        }, ASKED_EVERY)
        timer.unref()
        source.once('close', () => { clearInterval(timer) })
      }
    }
  }
}

/** Closes a connection whose session has ended. Asking prolongs nothing. */
async function check (source: Connection, request: FastifyRequest): Promise<void> {
  const registration = registrationOf(request)
  const session = await currentSession(registration.context, registration.seenAnew(request), { touch: false })
  if (session === undefined) source.close(SESSION_ENDED, 'login_required')
}
