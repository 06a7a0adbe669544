import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type Settings } from '../start.js'

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...settings, mountConnectRoutes: true })

  app.get('/', { preHandler: app.auth0.requireSession }, async (request, reply) => {
    reply.type('text/html')
    return `<p>Logged in as ${request.auth0.user.sub}.</p>
<a href="/auth/connect?connection=github&connectionScope=repo&returnTo=/linked">Link GitHub</a>
<a href="/auth/unconnect?connection=github&returnTo=/unlinked">Unlink GitHub</a>`
  })
  app.get('/linked', { preHandler: app.auth0.requireSession },
    async request => `GitHub is linked to ${request.auth0.user.sub}.`)
  app.get('/unlinked', { preHandler: app.auth0.requireSession },
    async request => `GitHub is no longer linked to ${request.auth0.user.sub}.`)
  return app
}

await start(import.meta.url, build)
