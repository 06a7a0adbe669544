import fastify, { type FastifyInstance } from 'fastify'
import auth0, { ApiError } from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = { pollingInterval: 1 }

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, settings)

  app.post<{ Body: { userId: string } }>('/login', async (request, reply) => {
    try {
      const { session } = await request.auth0.loginBackchannel({
        bindingMessage: 'Shop-4711',
        loginHint: { sub: request.body.userId }
      })
      return { name: session.user.name }
    } catch (error) {
      if (error instanceof ApiError) return reply.code(403).send({ reason: error.code })
      throw error
    }
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => ({ name: request.auth0.user.name }))
  return app
}

await start(import.meta.url, build, tenant)
