import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import '../self-reference.js'
import { createTenant, sessionCookie, type Tenant, type TenantOptions } from '../../lib/testing/index.js'
import type { Auth0Options } from '../../types/index.js'
import { Visitor } from '../fixtures/visitor.js'

const [api, webAndApi, roles, stepUp, websocket] = await Promise.all(
  ['api', 'web-and-api', 'roles-and-permissions', 'step-up', 'websocket'].map(async name =>
    await import(`../../examples/${name}/server.js`)
  )
) as [
  typeof import('../../examples/api/server.js'),
  typeof import('../../examples/web-and-api/server.js'),
  typeof import('../../examples/roles-and-permissions/server.js'),
  typeof import('../../examples/step-up/server.js'),
  typeof import('../../examples/websocket/server.js')
]
const audience = 'https://orders.example.com'
const clientSecret = 'the secret of the examples'

/** An example with a tenant that opens no port. */
interface World {
  app: FastifyInstance
  tenant: Tenant
  clock: { ahead: number }
  browser: () => Visitor
}

async function world (t: Test, build: (options: Auth0Options) => Promise<FastifyInstance>,
  options: TenantOptions = {}): Promise<World> {
  const clock = { ahead: 0 }
  // Not Date.now(): the tenant makes that its own.
  const now = (): number => (performance.timeOrigin + performance.now()) / 1000 + clock.ahead
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    clients: [{ clientId: 'example', clientSecret }],
    now,
    ...options
  })
  const app = await build({
    domain: tenant.domain,
    clientId: 'example',
    clientSecret,
    appBaseUrl: 'http://localhost:3000',
    sessionSecret: 'of forty characters, as it should be made',
    customFetch: tenant.fetch,
    httpTimeout: 60,
    now
  })
  await app.ready()
  t.teardown(async () => {
    await app.close()
    await tenant.close()
  })
  const browser = (): Visitor => new Visitor(app, { origin: 'http://localhost:3000', now: tenant.now, tenant })
  return { app, tenant, clock, browser }
}

/** What is on the screen in the end, and how often the tenant was visited on the way. */
async function open (visitor: Visitor, path: string, user?: string,
  organization?: string): Promise<{ status: number, body: string, visits: number }> {
  const before = visitor.visits
  const { statusCode, body } = await visitor.go(
    organization === undefined
      ? path
      : `/auth/login?organization=${organization}&returnTo=${encodeURIComponent(path)}`,
    { ...(user !== undefined && { user }) }
  )
  return { status: statusCode, body, visits: visitor.visits - before }
}

async function tokenFor (tenant: Tenant, scope: string): Promise<string> {
  const response = await tenant.fetch(`${tenant.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'example',
      client_secret: clientSecret,
      audience,
      scope
    })
  })
  const { access_token: token } = await response.json() as { access_token: string }
  return token
}

const resourceServers = [{ identifier: audience, scopes: ['read:orders', 'write:orders'] }]

t.test('examples/api', async t => {
  const { app, tenant } = await world(t, api.build, { resourceServers })
  const bearer = async (scope: string) => ({
    host: 'localhost:3000',
    authorization: `Bearer ${await tokenFor(tenant, scope)}`
  })
  const read = await app.inject({ url: '/orders', headers: await bearer('read:orders') })
  t.strictSame(read.json(), { caller: 'example@clients', orders: ['espresso', 'cortado'] })
  t.equal((await app.inject({ method: 'POST', url: '/orders', headers: await bearer('write:orders') })).statusCode, 201)
  const refused = await app.inject({ method: 'POST', url: '/orders', headers: await bearer('read:orders') })
  t.equal(refused.statusCode, 403)
  const challenge = [refused.headers['www-authenticate']].flat()[0]
  t.match(challenge, /error="insufficient_scope".*scope="write:orders", resource_metadata="/)
  t.match(challenge, /resource_metadata="http:\/\/localhost:3000\/.well-known\/oauth-protected-resource"/)
  t.equal((await app.inject({ url: '/orders', headers: { host: 'localhost:3000' } })).statusCode, 401)
  t.match(
    (await app.inject({ url: '/.well-known/oauth-protected-resource', headers: { host: 'localhost:3000' } })).json(),
    { resource: audience, authorization_servers: [tenant.issuer] }
  )
})

t.test('examples/web-and-api', async t => {
  const { app, tenant, browser } = await world(t, webAndApi.build, {
    resourceServers,
    users: [{ name: 'Ada <3', email: 'ada@example.com' }]
  })
  const ada = browser()
  const page = await open(ada, '/')
  t.equal(page.visits, 1)
  t.match(page.body, 'Orders of Ada &#60;3')
  const order = async (headers: Record<string, string>) =>
    (await ada.send('POST', '/api/orders', {
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{"order":"cortado"}'
    })).statusCode
  t.equal(await order({ 'sec-fetch-site': 'same-origin' }), 201)
  t.equal(await order({ 'sec-fetch-site': 'cross-site' }), 403)
  t.match((await open(ada, '/')).body, 'cortado')
  const headers = {
    host: 'localhost:3000',
    'content-type': 'application/json',
    authorization: `Bearer ${await tokenFor(tenant, 'write:orders')}`
  }
  t.strictSame(
    (await app.inject({ method: 'POST', url: '/api/orders', headers, payload: '{"order":"flat white"}' })).json(),
    ['espresso', 'cortado', 'flat white']
  )
  t.equal((await app.inject({ url: '/api/orders', headers })).statusCode, 403)
  t.equal((await app.inject({ url: '/api/orders', headers: { host: 'localhost:3000' } })).statusCode, 401)
})

t.test('examples/roles-and-permissions', async t => {
  const { browser } = await world(t, roles.build, {
    users: [
      {
        sub: 'auth0|ada',
        name: 'Ada',
        email: 'ada@example.com',
        emailVerified: true,
        claims: { [roles.roles]: ['admin'] },
        permissions: { [audience]: ['read:reports'] }
      },
      { sub: 'auth0|grace', name: 'Grace', email: 'grace@elsewhere.com', emailVerified: true }
    ],
    organizations: [{ id: 'org_acme', name: 'acme', members: ['auth0|ada'] }],
    resourceServers: [{ identifier: audience, scopes: ['read:reports'], rbac: true }]
  })
  t.equal((await open(browser(), '/')).body, 'Hello, stranger')
  const ada = browser()
  t.equal((await open(ada, '/orders', 'auth0|ada')).body, 'Orders of Ada')
  t.equal((await open(ada, '/')).body, 'Ada')
  for (const [path, body] of [['/reports', 'Reports'], ['/admin', 'Administration'], ['/beta', 'Beta']] as const) {
    t.equal((await open(ada, path)).body, body)
  }
  t.match(await open(ada, '/of/acme'), { status: 403, body: /wrong_organization/, visits: 0 })
  t.equal((await open(ada, '/of/acme', 'auth0|ada', 'org_acme')).body, 'Inside acme')
  t.match(await open(ada, '/of/other'), { status: 403, visits: 0 })
  const grace = browser()
  t.equal((await open(grace, '/orders', 'auth0|grace')).body, 'Orders of Grace')
  for (
    const [path, code] of [['/reports', 'insufficient_permissions'], ['/admin', 'insufficient_claims'], ['/beta',
      'insufficient_claims']] as const
  ) t.match(await open(grace, path), { status: 403, body: `<h1>Not for you</h1><p>${code}</p>`, visits: 0 })
})

t.test("examples/step-up: through the tenant's second factor and back, once", async t => {
  const { browser, clock } = await world(t, stepUp.build, { users: [{ name: 'Ada', email: 'ada@example.com' }] })
  const ada = browser()
  t.match((await open(ada, '/')).body, 'Payments')
  t.match(await open(ada, '/payments'), { status: 200, body: 'Payments of Ada', visits: 1 })
  t.match(await open(ada, '/payments'), { status: 200, visits: 0 })
  t.match(await open(ada, '/account'), { status: 200, body: 'Account of Ada' })
  t.match(await open(ada, '/account'), { status: 200, visits: 0 })
  clock.ahead += 400
  t.match(await open(ada, '/account'), { status: 200, body: 'Account of Ada', visits: 1 })
})

t.test('examples/step-up: a tenant that asks for no second factor', async t => {
  const { browser } = await world(t, stepUp.build, { ignoresAcrValues: true })
  const ada = browser()
  await open(ada, '/')
  t.match(await open(ada, '/payments'), { status: 403, body: /mfa_required/, visits: 1 })
})

t.test('examples/websocket', async t => {
  const { app, clock } = await world(t, async options => await websocket.build(options, 20))
  await t.rejects(app.injectWS('/live', { headers: { host: 'localhost:3000', origin: 'http://localhost:3000' } }),
    /401/)
  const cookie = await sessionCookie(app, { user: { sub: 'auth0|ada' }, sid: 'sid-1' })
  await t.rejects(app.injectWS('/live', { headers: { host: 'localhost:3000', origin: 'https://evil.test', cookie } }),
    /403/)
  const socket = await app.injectWS('/live', {
    headers: { host: 'localhost:3000', origin: 'http://localhost:3000', cookie }
  })
  const answer = once(socket, 'message')
  socket.send('hello')
  t.equal(String((await answer)[0]), 'auth0|ada: hello')
  const events = await app.inject({
    url: '/events',
    headers: { host: 'localhost:3000', cookie },
    payloadAsStream: true
  })
  const closed = once(socket, 'close')
  clock.ahead += 2
  await app.auth0.revokeSessions({ sid: 'sid-1' })
  t.equal((await closed)[0], 4401, 'logged out elsewhere')
  // An injected socket never hears that its other end has gone.
  for (const client of app.websocketServer.clients) client.terminate()
  let text = ''
  for await (const chunk of events.stream()) text += String(chunk)
  t.match(text, /^data: hello auth0\|ada/)
})
