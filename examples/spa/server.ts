import { fileURLToPath } from 'node:url'
import fastifyHelmet from '@fastify/helmet'
import fastifyHttpProxy from '@fastify/http-proxy'
import fastifyStatic from '@fastify/static'
import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'
import { ordersApi } from './orders-api.js'

const audience = 'https://orders.example.com'
const scope = 'openid profile email offline_access read:orders write:orders'

export const tenant: ExampleTenant = {
  users: [
    { name: 'Ada Lovelace', givenName: 'Ada', email: 'ada@example.com', password: 'analytical-engine' },
    { name: 'Grace Hopper', givenName: 'Grace', email: 'grace@example.com', password: 'nanoseconds' }
  ],
  resourceServers: [{ identifier: audience, name: 'Orders', scopes: ['read:orders', 'write:orders'] }]
}

const root = ['public/', '../quickstart/public/'].map(folder => fileURLToPath(new URL(folder, import.meta.url)))

export async function build (settings: Settings): Promise<FastifyInstance> {
  const { api, url: upstream } = await ordersApi(settings, audience)
  const app = fastify()
  app.addHook('onClose', async () => {
    await api.close()
  })

  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'https:', 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"]
      }
    }
  })
  await app.register(auth0, {
    audience,
    scope,
    routes: { session: true },
    sessionConfiguration: { inactivityDuration: 15 * 60, absoluteDuration: 8 * 60 * 60 },
    ...settings
  })
  app.addHook('onRequest', app.auth0.attemptSilentLogin)
  await app.register(fastifyStatic, { root })
  await app.register(fastifyHttpProxy, app.auth0.proxy({ upstream, prefix: '/api' }))
  return app
}

await start(import.meta.url, build, tenant)
