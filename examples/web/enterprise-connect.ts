import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

export const tenant: ExampleTenant = {
  users: [
    { sub: 'okta|ann', name: 'Ann', email: 'ann@customer.example', connection: 'customer-okta' },
    { sub: 'auth0|ada', name: 'Ada Lovelace', email: 'ada@example.com' }
  ],
  connections: [
    { name: 'customer-okta', strategy: 'okta', domains: ['customer.example'], organization: 'customer' }
  ],
  organizations: [{ id: 'org_customer', name: 'customer', members: ['okta|ann'] }]
}

/** Which organization the users of an e-mail domain belong to: the application's own records. */
const customers = new Map([['customer.example', 'org_customer']])

const page = (message = ''): string => `<!doctype html><title>Log in</title>
<form action="/login"><input type="email" name="email" required autofocus><button>Continue</button></form>
<p>${message}</p>`

/** One field for everybody: customers go to their own identity provider, all others to the usual page. */
export async function build (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, settings)

  app.get('/', async (_request, reply) => reply.type('text/html').send(page()))

  app.get<{ Querystring: { email: string } }>('/login', async (request, reply) => {
    const { email = '' } = request.query
    const organization = customers.get(email.split('@').at(-1)!.toLowerCase())
    const enterprise = await request.auth0.startEnterpriseLogin({
      email,
      returnTo: '/me',
      ...(organization !== undefined && { organization })
    })
    const url = enterprise ?? await request.auth0.startInteractiveLogin({
      returnTo: '/me',
      authorizationParams: { login_hint: email }
    })
    return reply.redirect(url.href)
  })

  app.get('/me', { preHandler: app.auth0.requireSession }, async request => {
    const { name, org_id: organization } = request.auth0.user
    return { name, organization }
  })

  // A field of a page can ask while the user types. It tells who your customers are: limit how often it is asked.
  app.post<{ Body: { domain: string } }>('/federated', async request =>
    ({ federated: await app.auth0.isFederatedDomain(request.body.domain) }))
  return app
}

/** The same without a session of the plugin: the application keeps its own. */
export async function buildWithOwnSessions (settings: Settings): Promise<FastifyInstance> {
  const app = fastify()
  const sessions = new Map<string, { user: string, organization: string }>()
  await app.register(auth0, {
    ...settings,
    async onEnterpriseLogin ({ claims, returnTo = '/' }, request, reply) {
      const id = crypto.randomUUID()
      sessions.set(id, { user: claims.sub, organization: claims.org_id ?? 'none' })
      reply.header('set-cookie', `own=${id}; Path=/; HttpOnly; SameSite=Lax`)
      return reply.redirect(returnTo)
    }
  })

  app.get<{ Querystring: { email: string } }>('/login', async (request, reply) => {
    const url = await request.auth0.startEnterpriseLogin({ email: request.query.email, returnTo: '/me' })
    return reply.redirect(url?.href ?? '/no-customer')
  })

  app.get('/me', async request => {
    const id = /(?:^|; )own=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    return sessions.get(id) ?? { user: 'nobody' }
  })
  return app
}

await start(import.meta.url, build, tenant)
