import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type Settings } from '../start.js'

interface CheckoutState {
  cart: string[]
  step: 'payment' | 'review'
}

export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    routes: { callback: false },
    authorizationParams: { redirect_uri: `${settings.appBaseUrl}/callback` }
  })

  app.get('/checkout', async (request, reply) => {
    const appState: CheckoutState = { cart: ['A Book', 'A Lamp'], step: 'payment' }
    const url = await request.auth0.startInteractiveLogin({ appState })
    return reply.redirect(url.href)
  })

  app.get('/callback', async request => {
    const { appState, session } = await request.auth0.completeInteractiveLogin<CheckoutState>()
    return { name: session.user.name, ...appState }
  })
  return app
}

await start(import.meta.url, build)
