import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { passkeyPage } from './passkeys-page.js'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = { passkeyRpId: 'localhost' }

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, settings)

  app.post<{ Body: { email: string, name: string } }>('/passkey/signup', async request => {
    return await request.auth0.passkeys.signupChallenge({ userProfile: request.body })
  })

  app.post('/passkey/login', async request => await request.auth0.passkeys.loginChallenge())

  app.post<{ Body: { authSession: string, authnResponse: Record<string, unknown> } }>('/passkey/finish',
    async request => {
      const { authSession, authnResponse } = request.body
      const { session } = await request.auth0.passkeys.signIn({ authSession, authnResponse })
      return { name: session.user.name }
    })

  app.get('/', async (request, reply) => {
    const user = await request.auth0.getUser()
    return reply.type('text/html').send(passkeyPage(user?.name))
  })
  return app
}

await start(import.meta.url, build, tenant)
