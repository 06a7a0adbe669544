import type { HttpProxyOptions, ProxyOptions } from '../../../types/proxy.js'
import { isLoopback } from '../../authentication/server/domain.js'
import { lazily } from '../../base/lazily.js'
import { undiciTransport } from '../../http/undici-transport.js'
import type { Log } from '../../flows/events.js'
import type { Registration } from '../request/registration.js'
import { isUpgrade } from '../request/upgrade-request.js'
import type { Proxy } from './exchange.js'
import { parseProxyOptions } from './proxy-options.js'
import { kProxied } from './raw-bodies.js'
import { RefusedTokens } from './refused-tokens.js'
import { upstreamTokens } from './upstream-token.js'
import { webSockets } from './web-sockets.js'

const forwarding = lazily('fastify.auth0.proxy()', () => import('./forward.js'))

/** A proxy's options for @fastify/http-proxy, and what must be closed with the application. */
interface OwnedProxy {
  options: HttpProxyOptions
  close: () => Promise<void>
}

/**
 * Makes the options for a proxy.
 * @throws ConfigurationError naming the option and what is accepted
 */
export function createProxy (registration: Registration, given: ProxyOptions, log: Log): OwnedProxy {
  const config = parseProxyOptions(given, registration.context.config.audience)
  const { origin, prefix, rewritePrefix, methods, sameOrigin, timeout, tls } = config
  const { protocol, hostname, host } = new URL(origin)
  if (protocol === 'http:' && config.token !== 'none' && !isLoopback(hostname)) {
    log.warn({ code: 'proxy_without_tls' },
      `auth0 warning: access tokens are sent to ${host} without TLS, so anybody on the way can use them. Use an ` +
      'https upstream.')
  }
  const proxy: Proxy = {
    config,
    transport: undiciTransport({ tls, upstream: { connectTimeout: Math.min(timeout, 10) * 1000 } }),
    tokens: upstreamTokens(config, registration),
    refused: new RefusedTokens()
  }
  const { prepare, ...sockets } = webSockets(proxy)
  return {
    close: async () => { await proxy.transport.close(registration.context.config.httpTimeout) },
    options: {
      upstream: origin,
      prefix,
      rewritePrefix: rewritePrefix === '' ? '/' : rewritePrefix,
      httpMethods: methods,
      config: { auth0: { session: true, sameOrigin, onUnauthenticated: '401' }, [kProxied]: true },
      preHandler: (request, reply, done) => {
        if (isUpgrade(request)) prepare(request, reply).then(answered => { if (!answered) done() }, done)
        else done()
      },
      // Not async: Fastify would wait for the reply once more.
      handler: (request, reply, destination) => {
        forwarding().then(async ({ forward }) => {
          await forward(proxy, request, reply, destination)
        }).catch((error: unknown) => { reply.send(error) })
      },
      // For what else the application sends by `reply.from()` in this scope.
      undici: { connect: { rejectUnauthorized: true } },
      internalRewriteLocationHeader: false,
      websocket: config.websocket,
      ...sockets
    }
  }
}
