import fastify, { type FastifyInstance } from 'fastify'
import auth0, { MfaRequiredError } from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

const audience = 'https://bank.example.com'

export const tenant: ExampleTenant = {
  users: [{
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    authenticators: [{ type: 'otp', secret: 'JBSWY3DPEHPK3PXP' }]
  }],
  resourceServers: [{ identifier: audience, scopes: ['read:accounts', 'transfer:funds'] }],
  client: { refreshToken: { policies: [{ audience, scope: ['read:accounts', 'transfer:funds'] }] } },
  requireMfa: ({ grantType, scopes }) => grantType === 'refresh_token' && scopes.includes('transfer:funds')
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, settings)
  const { requireSession } = app.auth0

  app.post('/transfer', { preHandler: requireSession }, async (request, reply) => {
    try {
      const { scope } = await request.auth0.getAccessToken({ audience, scope: 'transfer:funds' })
      return { transferred: true, scope }
    } catch (error) {
      if (!(error instanceof MfaRequiredError)) throw error
      // The token is sealed: it may go to the browser and come back.
      const factors = await request.auth0.mfa.listAuthenticators({ mfaToken: error.mfaToken })
      return reply.code(403).send({
        mfaToken: error.mfaToken,
        factors: factors.map(factor => factor.authenticatorType)
      })
    }
  })

  app.post<{ Body: { mfaToken: string, otp: string } }>('/transfer/confirm', { preHandler: requireSession },
    async request => {
      const { mfaToken, otp } = request.body
      await request.auth0.mfa.verify({ mfaToken, otp })
      return { confirmed: true }
    })
  return app
}

await start(import.meta.url, build, tenant)
