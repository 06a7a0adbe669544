import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TokenVerifier } from 'fastify-auth0/authentication'

/** A small API. It knows nothing of sessions and asks every caller for an access token. */
export async function ordersApi (app: FastifyInstance,
  { issuer, audience }: { issuer: string, audience: string }): Promise<void> {
  const verifier = new TokenVerifier({ issuer, audience })
  app.addHook('onClose', async () => {
    await verifier.close()
  })

  async function requireReadOrders (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const [scheme = '', token] = request.headers.authorization?.split(' ') ?? []
    if (scheme.toLowerCase() !== 'bearer' || token === undefined) {
      return reply.code(401).header('www-authenticate', 'Bearer').send({
        statusCode: 401,
        error: 'Unauthorized',
        message: 'Send an access token.'
      })
    }
    // A token that does not hold throws with 401, one without the scope with 403.
    await verifier.verifyAccessToken(token, { scopes: ['read:orders'] })
  }

  app.get('/api/orders', { preHandler: requireReadOrders }, async () => {
    return {
      orders: [
        { id: 1042, item: 'Two flat whites, one of them with oat milk', state: 'ready' },
        { id: 1043, item: 'A cinnamon bun, warmed', state: 'in the oven' },
        { id: 1044, item: 'Beans for the office, 1 kg', state: 'on its way' }
      ]
    }
  })
}
