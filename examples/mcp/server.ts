import cors from '@fastify/cors'
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import auth0 from 'fastify-auth0'
import * as orders from '../api/server.js'
import { start, type Settings } from '../start.js'
import { Sessions } from './sessions.js'
import { ordersServer, tools } from './tools.js'
import { endingWith, webRequest } from './web.js'

export const scopes = ['read:menu', 'read:orders', 'write:orders']

/** Pages that may call the server, such as the MCP Inspector of this machine. */
const { ALLOWED_ORIGINS = 'http://localhost:6274', ORDERS_API } = process.env

/**
 * An MCP server for clients of 2025 and of 2026.
 * @param ordersApi the address of the API behind its tools
 */
export async function build (settings: Settings, ordersApi: string,
  allowedOrigins = ALLOWED_ORIGINS.split(',')): Promise<FastifyInstance> {
  const app = fastify()
  // Before the guards: a preflight has no token, and refusals need these headers as well.
  await app.register(cors, {
    origin: allowedOrigins,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name',
      'mcp-session-id', 'last-event-id'],
    exposedHeaders: ['www-authenticate', 'mcp-session-id', 'mcp-protocol-version']
  })
  await app.register(auth0, {
    ...settings,
    mountRoutes: false,
    api: {
      dpop: 'disabled',
      resources: { '/mcp': { scopes, name: 'Orders for agents', allowedOrigins } }
    }
  })
  // JSON is all that clients send.
  app.removeContentTypeParser('text/plain')

  const create = () => ordersServer(ordersApi)
  const modern = createMcpHandler(create, { legacy: 'reject' })
  const sessions = new Sessions(create)
  app.addHook('preClose', async () => {
    await Promise.all([modern.close(), sessions.close()])
  })

  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    bodyLimit: 1024 * 1024,
    onRequest: app.auth0.requireToken({ resource: '/mcp', scopes: ['read:menu'] }),
    preHandler: app.auth0.toolScopes(tools),
    async handler (request, reply) {
      const web = webRequest(request, reply, settings.appBaseUrl)
      const options = { authInfo: callerOf(request), parsedBody: request.body }
      const handler = await isLegacyRequest(web, request.body) ? sessions : modern
      const response = await handler.fetch(web, options)
      const now = settings.now?.() ?? Date.now() / 1000
      return endingWith(response, options.authInfo.expiresAt - now)
    }
  })
  return app
}

/** What tools see of the caller. */
function callerOf (request: FastifyRequest) {
  const { auth0 } = request
  const { token, ...caller } = auth0.authInfo!
  return {
    ...caller,
    // Tools get other tokens by it; this one must not leave the server.
    token: '',
    extra: {
      ...caller.extra,
      tokenOnBehalfOf: (options: { audience: string, scope: string }) => auth0.getTokenOnBehalfOf(options)
    }
  }
}

/** The API behind the tools, with the same tenant. */
async function listeningOrders (settings: Settings): Promise<string> {
  const api = await orders.build(settings)
  return await api.listen({ port: 0, host: 'localhost' })
}

await start(import.meta.url, async settings => await build(settings, ORDERS_API ?? await listeningOrders(settings)),
  appBaseUrl => ({
    resourceServers: [
      { identifier: `${appBaseUrl}/mcp`, name: 'Orders for agents', scopes, linkedClientId: 'example' },
      { identifier: orders.audience, scopes: ['read:orders', 'write:orders'] }
    ]
  }))
