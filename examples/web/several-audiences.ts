import fastify, { type FastifyInstance } from 'fastify'
import auth0, { AccessTokenError } from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

const orders = 'https://orders.example.com'
const billing = 'https://billing.example.com'

export const tenant: ExampleTenant = {
  resourceServers: [{ identifier: orders, scopes: ['read:orders'] }, { identifier: billing, scopes: ['read:invoices'] },
    { identifier: 'https://closed.example.com', scopes: [] }],
  client: { refreshToken: { policies: [{ audience: billing, scope: ['read:invoices'] }] } }
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    audience: orders,
    scope: { [orders]: 'read:orders', [billing]: 'read:invoices' }
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const forOrders = await request.auth0.getAccessToken()
    const forBilling = await request.auth0.getAccessToken({ audience: billing })
    return [forOrders, forBilling].map(({ audience, scope }) => ({ audience, scope }))
  })

  app.get('/closed', { preHandler: app.auth0.requireSession }, async (request, reply) => {
    try {
      return await request.auth0.getAccessToken({ audience: 'https://closed.example.com' })
    } catch (error) {
      if (error instanceof AccessTokenError && error.code === 'incorrect_audience') {
        return reply.code(403).send({ reason: 'not in the refresh-token policy' })
      }
      throw error
    }
  })
  return app
}

await start(import.meta.url, build, tenant)
