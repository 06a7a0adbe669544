import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type Settings } from '../start.js'

/** The application's hosts, and where their users log in. */
export type Brands = ReadonlyMap<string, string>

export async function build (settings: Settings,
  brands: Brands = new Map([['localhost:3000', settings.domain]])): Promise<FastifyInstance> {
  const app = fastify({ trustProxy: 'loopback' })
  await app.register(auth0, {
    ...settings,
    appBaseUrl: [...brands.keys()].map(host => `http://${host}`),
    domain: request => brands.get(request.host) ?? settings.domain
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const session = await request.getSession()
    return { name: request.auth0.user.name, domain: session?.domain }
  })
  return app
}

await start(import.meta.url, build)
