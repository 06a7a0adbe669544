import fastify, { type FastifyInstance } from 'fastify'
import auth0, { AccessTokenForConnectionError } from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = {
  connections: [{ name: 'google-oauth2', scopes: ['openid', 'https://www.googleapis.com/auth/calendar.readonly'] }]
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...settings, mountConnectedAccountRoutes: true })
  const { requireSession } = app.auth0

  app.get('/calendar', { preHandler: requireSession }, async (request, reply) => {
    try {
      const { accessToken, expiresAt } = await request.auth0.getAccessTokenForConnection({
        connection: 'google-oauth2'
      })
      return { provider: accessToken.split('-token-')[0], goodUntil: new Date(expiresAt * 1000) }
    } catch (error) {
      if (!(error instanceof AccessTokenForConnectionError)) throw error
      return reply.redirect('/auth/connect?connection=google-oauth2&returnTo=/calendar')
    }
  })

  app.get('/accounts', { preHandler: requireSession }, async request => {
    const accounts = []
    for await (const { id, connection } of await request.auth0.listConnectedAccounts()) {
      accounts.push({ id, connection })
    }
    return accounts
  })

  app.delete<{ Params: { id: string } }>('/accounts/:id', { preHandler: requireSession }, async (request, reply) => {
    await request.auth0.deleteConnectedAccount(request.params.id)
    return reply.code(204).send()
  })
  return app
}

await start(import.meta.url, build, tenant)
