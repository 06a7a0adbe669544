import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

const legacySession = 'urn:example:legacy-session'

export const tenant: ExampleTenant = {
  tokenExchange: {
    [legacySession]: ({ subjectToken }) => subjectToken === 'session-of-ada' ? 'ada@example.com' : undefined
  }
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...settings, storeIdToken: true })

  app.post<{ Body: { session: string } }>('/migrate', async request => {
    const { session } = await request.auth0.loginWithCustomTokenExchange({
      subjectToken: request.body.session,
      subjectTokenType: legacySession,
      scope: 'openid profile email offline_access'
    })
    return { name: session.user.name }
  })

  app.post<{ Body: { session: string } }>('/token', async request => {
    const { accessToken, expiresIn } = await app.auth0.customTokenExchange({
      subjectToken: request.body.session,
      subjectTokenType: legacySession
    })
    return { hasToken: accessToken !== '', expiresIn }
  })

  // An agent takes a customer's view of the other application.
  app.get<{ Querystring: { customer: string } }>('/impersonate', { preHandler: app.auth0.requireSession },
    async (request, reply) => {
      const token = await request.auth0.requestSessionTransferToken({
        subjectToken: request.query.customer,
        subjectTokenType: legacySession,
        reason: 'support'
      })
      return reply.redirect(
        request.auth0.buildSessionTransferRedirect('https://shop.example.com/auth/login', token).href
      )
    })
  return app
}

await start(import.meta.url, build, tenant)
