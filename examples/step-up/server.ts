import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { start } from '../start.js'

/** A login is enough to look; for some things it must be a recent one, or one with a second factor. */
export async function build (options: Auth0Options): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, options)
  const { requireSession, requireFreshLogin, requireMfa } = app.auth0

  app.get('/', { preHandler: requireSession },
    async (_request, reply) =>
      reply.type('text/html').send('<a href="/payments">Payments</a> <a href="/account">Account</a>'))
  app.get('/payments', { preHandler: requireMfa() }, async request => `Payments of ${request.auth0.user.name}`)
  app.get('/account', { preHandler: requireFreshLogin({ maxAge: 300 }) },
    async request => `Account of ${request.auth0.user.name}`)

  return app
}

await start(import.meta.url, build, { users: [{ name: 'Ada', email: 'ada@example.com' }] })
