import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import type { Settings } from '../start.js'

interface Order {
  id: number
  item: string
  state: string
}

const newOrder = {
  type: 'object',
  required: ['item'],
  properties: { item: { type: 'string', minLength: 1, maxLength: 100 } }
}

/**
 * An API on an address of its own, as another team would run it. It knows nothing of sessions and cookies, and asks
 * every caller for an access token.
 */
export async function ordersApi ({ domain, now, httpTimeout }: Settings,
  audience: string): Promise<{ api: FastifyInstance, url: string }> {
  const api = fastify()
  await api.register(auth0, {
    domain,
    mountRoutes: false,
    api: { audience },
    ...(now !== undefined && { now }),
    ...(httpTimeout !== undefined && { httpTimeout })
  })
  const orders = new Map<string | undefined, Order[]>()
  const of = (user: string | undefined): Order[] => orders.get(user) ?? [
    { id: 1042, item: 'Two flat whites, one of them with oat milk', state: 'ready' },
    { id: 1043, item: 'A cinnamon bun, warmed', state: 'in the oven' },
    { id: 1044, item: 'Beans for the office, 1 kg', state: 'on its way' }
  ]

  api.get('/orders', { preHandler: api.auth0.requireToken({ scopes: ['read:orders'] }) }, async request => ({
    orders: of(request.auth0.token!.sub)
  }))

  api.post<{ Body: { item: string } }>('/orders', {
    preHandler: api.auth0.requireToken({ scopes: ['write:orders'] }),
    schema: { body: newOrder }
  }, async (request, reply) => {
    const user = request.auth0.token!.sub
    const order = { id: 1042 + of(user).length, item: request.body.item, state: 'new' }
    orders.set(user, [...of(user), order])
    return reply.code(201).send(order)
  })

  return { api, url: await api.listen({ port: 0, host: '127.0.0.1' }) }
}
