import type { FastifyInstance } from 'fastify'
import type { DemoUser } from './app.js'
import { moment } from './moment.js'

interface Order {
  id: number
  item: string
  state: string
}

/** The pages a visitor sees. */
export async function pages (app: FastifyInstance,
  { demoUsers, audience }: { demoUsers: readonly DemoUser[], audience?: string | undefined }): Promise<void> {
  app.get('/', async (request, reply) => {
    return reply.view('home', { title: 'Home', user: await request.auth0.getUser(), demoUsers })
  })

  app.get('/dashboard', { preHandler: app.auth0.requireSession }, async (request, reply) => {
    const session = (await request.getSession())! // The guard has seen it.
    return reply.view('dashboard', {
      title: 'Dashboard',
      page: 'dashboard',
      user: session.user,
      initial: Array.from(session.user.name ?? session.user.sub)[0],
      claims: Object.entries(session.user).map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value)
      })),
      loggedIn: moment(session.createdAt),
      ends: moment(session.expiresAt),
      apiAudience: audience
    })
  })

  app.get('/orders', { preHandler: app.auth0.requireSession }, async (request, reply) => {
    if (audience === undefined) return reply.redirect('/dashboard', 303)
    const token = await request.auth0.getAccessToken({ audience })
    const url = `${app.listeningOrigin}/api/orders`
    const response = await fetch(url, { headers: { authorization: `${token.tokenType} ${token.accessToken}` } })
    const body = await response.text()
    return reply.view('orders', {
      title: 'Orders',
      page: 'orders',
      user: request.auth0.user,
      orders: response.ok ? (JSON.parse(body) as { orders: Order[] }).orders : undefined,
      call: { url, status: response.status, scope: token.scope, expires: moment(token.expiresAt), body }
    })
  })
}
