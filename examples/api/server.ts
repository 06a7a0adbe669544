import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { start } from '../start.js'

export const audience = 'https://orders.example.com'

/** An API: no pages, no sessions, access tokens only. */
export async function build (options: Auth0Options): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...options,
    mountRoutes: false,
    api: { audience, scopes: ['read:orders', 'write:orders'] },
    routes: { protectedResource: true }
  })

  app.get('/orders', { onRequest: app.auth0.requireToken({ scopes: ['read:orders'] }) }, async request => {
    return { caller: request.auth0.token?.sub, orders: ['espresso', 'cortado'] }
  })

  // The same as a rule of the route. It is asked before the body is read.
  app.post('/orders', { config: { auth0: { token: { scopes: ['write:orders'] } } } },
    async (_request, reply) => reply.code(201).send({ ordered: true }))

  return app
}

await start(import.meta.url, build, {
  resourceServers: [{ identifier: audience, scopes: ['read:orders', 'write:orders'] }]
})
