import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = { resourceServers: [{ identifier: 'urn:custom:api', scopes: ['read:orders'] }] }

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    audience: 'urn:custom:api',
    scope: 'openid profile email offline_access read:orders',
    authorizationParams: request => ({ ui_locales: request.headers['accept-language']?.split(',')[0] ?? 'en' })
  })

  app.get('/signup', async (request, reply) => {
    const url = await request.auth0.startInteractiveLogin({
      authorizationParams: {
        screen_hint: 'signup',
        scope: 'openid profile',
        'ext-campaign': 'spring'
      },
      returnTo: '/'
    })
    return reply.redirect(url.href)
  })

  app.get('/confirm', async (request, reply) => {
    const url = await request.auth0.startInteractiveLogin({ authorizationParams: { max_age: 0 }, returnTo: '/' })
    return reply.redirect(url.href)
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const { scope, audience } = await request.auth0.getAccessToken({ scope: 'openid' })
    return { name: request.auth0.user.name, loggedInAt: request.auth0.user.auth_time, audience, scope }
  })
  return app
}

await start(import.meta.url, build, tenant)
