import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { start } from '../start.js'

export const audience = 'https://orders.example.com'
export const roles = 'https://orders.example.com/roles'

/** Everything behind the login, parts of it for some only. */
export async function build (options: Auth0Options): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...options, audience })
  const { requireSession, requireClaims, requireOrganization, requirePermissions } = app.auth0

  app.addHook('onRequest', requireSession)
  app.setErrorHandler((error: Error & { statusCode?: number, code?: string }, request, reply) => {
    if (error.statusCode !== 403) throw error
    return reply.code(403).type('text/html').send(`<h1>Not for you</h1><p>${error.code}</p>`)
  })

  app.get('/', { config: { auth0: { public: true } } },
    async request => (await request.auth0.getUser())?.name ?? 'Hello, stranger')
  app.get('/orders', async request => `Orders of ${request.auth0.user.name}`)
  app.get('/reports', { preHandler: requirePermissions('read:reports') }, async () => 'Reports')
  app.get('/admin', { preHandler: requireClaims({ [roles]: 'admin' }) }, async () => 'Administration')
  app.get('/beta', {
    preHandler: requireClaims(claims =>
      claims.email?.endsWith('@example.com') === true && claims.email_verified === true
    )
  }, async () => 'Beta')
  app.get<{ Params: { organization: string } }>('/of/:organization', {
    preHandler: requireOrganization(request => (request.params as { organization: string }).organization)
  }, async request => `Inside ${request.params.organization}`)

  return app
}

await start(import.meta.url, build, {
  users: [
    {
      name: 'Ada',
      email: 'ada@example.com',
      emailVerified: true,
      claims: { [roles]: ['admin'] },
      permissions: { [audience]: ['read:reports'] }
    },
    { name: 'Grace', email: 'grace@example.com' }
  ],
  resourceServers: [{ identifier: audience, scopes: ['read:reports'], rbac: true }]
})
