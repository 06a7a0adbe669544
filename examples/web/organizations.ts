import fastify, { type FastifyInstance } from 'fastify'
import auth0, { ApiError, OrganizationTokenValidationError } from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = {
  organizations: [
    { id: 'org_books', name: 'books', displayName: 'The Bookshop', members: ['ada@example.com'] },
    { id: 'org_lamps', name: 'lamps', displayName: 'The Lamp Store', members: ['ada@example.com'] }
  ]
}

/** Several organizations: the login's link says which, and only known ones are let through. */
export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  const known = new Set(['org_books', 'org_lamps'])
  await app.register(auth0, {
    ...settings,
    allowOrganization: (request, organization) => known.has(organization),
    onCallbackError (error, request, reply) {
      if (error instanceof OrganizationTokenValidationError) return reply.redirect('/error?reason=org_mismatch')
      if (error instanceof ApiError) return reply.redirect(`/error?reason=${encodeURIComponent(error.code)}`)
      return undefined
    }
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => {
    const { name, org_id: id, org_name: organization } = request.auth0.user
    return { name, id, organization }
  })

  app.get<{ Params: { organization: string } }>('/switch/:organization', async (request, reply) => {
    const url = await request.auth0.switchOrganization(request.params.organization, { returnTo: '/' })
    return reply.redirect(url.href)
  })

  app.get<{ Querystring: { reason: string } }>('/error', async request => ({ reason: request.query.reason }))
  return app
}

/** One organization per subdomain: it is enforced on every login, whatever the link says. */
export async function buildForSubdomains (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    appBaseUrl: ['http://books.localhost:3000', 'http://lamps.localhost:3000'],
    organization: request => request.hostname.split('.')[0]
  })
  app.get('/', { preHandler: app.auth0.requireSession },
    async request => ({ organization: request.auth0.user.org_name }))
  return app
}

await start(import.meta.url, build, tenant)
