import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = {
  resourceServers: [{ identifier: 'https://bank.example.com', authorizationDetailsTypes: ['payment'] }]
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    pushedAuthorizationRequests: true,
    audience: 'https://bank.example.com',
    routes: { callback: false },
    authorizationParams: { redirect_uri: `${settings.appBaseUrl}/callback` }
  })

  app.get('/pay', async (request, reply) => {
    const url = await request.auth0.startInteractiveLogin({
      authorizationParams: {
        authorization_details: [{ type: 'payment', amount: '12.50', currency: 'EUR', to: 'The Bookshop' }]
      }
    })
    return reply.redirect(url.href)
  })

  app.get('/callback', async (request, reply) => {
    const { authorizationDetails } = await request.auth0.completeInteractiveLogin()
    request.log.info({ authorizationDetails }, 'the user agreed')
    return reply.redirect('/receipt')
  })

  app.get('/receipt', { preHandler: app.auth0.requireSession }, async request => {
    const session = await request.getSession()
    return { paid: session?.authorizationDetails }
  })
  return app
}

await start(import.meta.url, build, tenant)
