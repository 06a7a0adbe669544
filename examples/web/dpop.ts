import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = { client: { requireProofOfPossession: true }, dpopNonce: true }

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...settings, dpop: true })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const { tokenType } = await request.auth0.getAccessToken()
    const { authenticationMethods } = request.auth0.myAccount
    return { tokenType, methods: (await authenticationMethods.list()).length }
  })
  return app
}

await start(import.meta.url, build, tenant)
