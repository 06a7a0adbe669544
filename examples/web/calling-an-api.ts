import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

const audience = 'https://orders.example.com'

export const tenant: ExampleTenant = {
  resourceServers: [{ identifier: audience, scopes: ['read:orders'], tokenLifetime: 60 }]
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    audience,
    scope: 'openid profile email offline_access read:orders',
    api: { audience }
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const response = await request.auth0.fetch(`${settings.appBaseUrl}/api/orders`)
    return { status: response.status, orders: await response.json() }
  })

  // The API: usually another application.
  app.get('/api/orders', { preHandler: app.auth0.requireToken({ scopes: ['read:orders'] }) }, async request => {
    return { customer: request.auth0.token?.sub, items: ['A Book'] }
  })
  return app
}

await start(import.meta.url, build, tenant)
