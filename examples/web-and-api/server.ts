import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { start } from '../start.js'

export const audience = 'https://orders.example.com'

/** Pages for people and an API for programs, in one application. */
export async function build (options: Auth0Options): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...options, audience })
  const { requireSession, requireSessionOrToken, requireSameOrigin } = app.auth0
  const orders = ['espresso']

  app.get('/', { preHandler: requireSession }, async (request, reply) => {
    return reply.type('text/html; charset=utf-8').send(
      `<h1>Orders of ${escape(request.auth0.user.name ?? request.auth0.user.sub)}</h1>
<ul>${orders.map(order => `<li>${escape(order)}</li>`).join('')}</ul>
<button onclick="order()">Order</button>
<script>
async function order () {
  const headers = { 'content-type': 'application/json' }
  await fetch('/api/orders', { method: 'POST', headers, body: JSON.stringify({ order: 'cortado' }) })
  location.reload()
}
</script>`
    )
  })

  // The page's own scripts come with the session, other programs with a token.
  app.get('/api/orders', { onRequest: requireSessionOrToken({ scopes: ['read:orders'] }) }, async () => orders)

  // A session's cookie comes with requests of other sites, too: a change is taken from the application's own pages
  // only.
  app.post<{ Body: { order: string } }>('/api/orders', {
    onRequest: [requireSessionOrToken({ scopes: ['write:orders'] }), requireSameOrigin]
  }, async (request, reply) => {
    orders.push(request.body.order)
    return reply.code(201).send(orders)
  })

  return app
}

function escape (text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

await start(import.meta.url, build, {
  resourceServers: [{ identifier: audience, scopes: ['read:orders', 'write:orders'] }]
})
