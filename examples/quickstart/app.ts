import { fileURLToPath } from 'node:url'
import fastifyView from '@fastify/view'
import ejs from 'ejs'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { createErrorPage } from './error-page.js'
import { ordersApi } from './orders-api.js'
import { pages } from './pages.js'
import { publicFiles } from './public-files.js'

/** Someone a visitor can log in as at the local tenant. */
export interface DemoUser {
  name: string
  email: string
  password: string
}

export interface QuickstartOptions {
  /** Options of the plugin, as an application of yours would give them. */
  auth0: Auth0Options & { domain: string }
  /** Shown on the home page when the tenant is the local one. */
  demoUsers?: readonly DemoUser[]
  /** Options of Fastify itself. */
  server?: FastifyServerOptions
}

/** The whole application, not yet listening: what `server.ts` starts and the tests drive. */
export async function buildApp (options: QuickstartOptions): Promise<FastifyInstance> {
  const { demoUsers = [] } = options
  const { audience } = options.auth0
  const issuer = new URL(
    options.auth0.domain.includes('://') ? options.auth0.domain : `https://${options.auth0.domain}`
  )
  const showError = createErrorPage({ tenant: issuer.host })
  const app = Fastify(options.server)

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      // The Back button must not show a page of who has logged out.
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff'
    })
  })
  app.setErrorHandler(showError)
  app.setNotFoundHandler((request, reply) =>
    showError(Object.assign(new Error('Not found'), { statusCode: 404, code: 'not_found' }), request, reply)
  )

  await app.register(fastifyView, {
    engine: { ejs },
    root: fileURLToPath(new URL('views', import.meta.url)),
    layout: 'layout.ejs',
    viewExt: 'ejs',
    defaultContext: { tenant: { name: issuer.host, local: demoUsers.length > 0 }, user: undefined, page: '' }
  })
  await app.register(auth0, {
    ...(audience !== undefined && { scope: 'openid profile email offline_access read:orders' }),
    onCallbackError: showError,
    ...options.auth0
  })
  await app.register(publicFiles)
  await app.register(pages, { demoUsers, audience })
  if (audience !== undefined) await app.register(ordersApi, { issuer: issuer.href, audience })
  return app
}
