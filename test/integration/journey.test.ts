import type { FastifyInstance } from 'fastify'
import type { Response } from 'light-my-request'
import t from 'tap'
import '../self-reference.js'
import { createTenant } from '../../lib/testing/index.js'
import { patient, runQuickstart } from '../running-quickstart.js'

const { buildApp } = await import('../../examples/quickstart/app.js')

const audience = 'https://orders.example.com'
const html = {
  accept: 'text/html',
  host: 'localhost:3000',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin'
}

/** A visitor of an application that is only injected into: keeps its cookies. */
class Visitor {
  readonly #app: FastifyInstance
  readonly cookies = new Map<string, string>()

  constructor (app: FastifyInstance) {
    this.#app = app
  }

  async get (url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#remember(await this.#app.inject({ url, headers: { ...html, cookie: this.#cookie(), ...headers } }))
  }

  async post (url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#remember(
      await this.#app.inject({
        method: 'POST',
        url,
        headers: { ...html, cookie: this.#cookie(), origin: 'http://localhost:3000', ...headers }
      })
    )
  }

  #cookie (): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #remember (response: Response): Response {
    for (const { name, value, maxAge } of response.cookies) {
      if (value === '' || maxAge === 0) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }
}

t.test('the quickstart over inject, with a tenant that opens no port', async t => {
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    users: [
      {
        sub: 'auth0|ada',
        name: 'Ada <script>alert(1)</script>',
        email: 'ada@example.com',
        picture: 'https://cdn.example.com/"onerror="alert(2).png',
        claims: { 'https://example.com/<b>': { note: '</code><img src=x>' } }
      },
      { sub: 'auth0|bare', picture: '' }
    ],
    clients: [{ clientId: 'quickstart', clientSecret: 'a secret of the application' }],
    resourceServers: [{ identifier: audience, scopes: ['read:orders'] }]
  })
  t.teardown(tenant.close)
  let clock = 0
  const app = await buildApp({
    auth0: {
      domain: tenant.domain,
      clientId: 'quickstart',
      clientSecret: 'a secret of the application',
      appBaseUrl: 'http://localhost:3000',
      sessionSecret: 'of forty characters, as it should be made',
      customFetch: tenant.fetch,
      httpTimeout: 60,
      now: () => Date.now() / 1000 + clock,
      sessionConfiguration: { inactivityDuration: 600 }
    },
    demoUsers: [{ name: '<i>Ada</i>', email: 'ada@example.com', password: 'password' }],
    server: patient
  })
  t.teardown(async () => {
    await app.close()
  })

  async function logIn (visitor: Visitor, response: Response, user = 'auth0|ada'): Promise<Response> {
    const authorizationUrl = await followToTenant(visitor, response)
    const callback = new URL(await tenant.login({ authorizationUrl, user }))
    return await visitor.get(callback.pathname + callback.search)
  }

  async function followToTenant (visitor: Visitor, response: Response): Promise<string> {
    const location = String(response.headers.location)
    return location.startsWith('/') ? await followToTenant(visitor, await visitor.get(location)) : location
  }

  await t.test('home, login, dashboard, reload, logout, and the dashboard is closed again', async t => {
    const visitor = new Visitor(app)
    const home = await visitor.get('/')
    t.equal(home.statusCode, 200)
    t.match(home.body, 'href="/auth/login')
    t.match(home.body, '&lt;i&gt;Ada&lt;/i&gt;', 'demo users are escaped')

    const guarded = await visitor.get('/dashboard')
    t.equal(guarded.statusCode, 302)
    const done = await logIn(visitor, guarded)
    t.equal(done.headers.location, '/dashboard', 'back at the page that was asked for')

    for (const visit of ['first', 'reloaded']) {
      const dashboard = await visitor.get('/dashboard')
      t.equal(dashboard.statusCode, 200, visit)
      t.match(dashboard.body, '<h1>Ada &lt;script&gt;alert(1)&lt;/script&gt;</h1>', 'the name is shown as text')
      t.notMatch(dashboard.body, /<script|"onerror="|<img src=x>|example\.com\/<b>/, 'no claim becomes markup')
      t.match(dashboard.headers['content-security-policy'], "default-src 'none'")
    }
    t.match((await visitor.get('/')).body, 'Open the dashboard')

    const left = await visitor.post('/auth/logout')
    t.equal(left.statusCode, 303)
    t.match(left.headers.location, tenant.issuer)
    t.equal((await visitor.get('/dashboard')).statusCode, 302, 'the dashboard asks for a login again')
    t.notOk([...visitor.cookies.keys()].some(name => !name.includes('_tx')), 'no session cookie is left')
  })

  await t.test('two logins at once both end where they wanted to', async t => {
    const visitor = new Visitor(app)
    const [first, second] = [await visitor.get('/dashboard'), await visitor.get('/orders')]
    const firstUrl = await followToTenant(visitor, first)
    const secondUrl = await followToTenant(visitor, second)
    for (const [authorizationUrl, target] of [[firstUrl, '/dashboard'], [secondUrl, '/orders']] as const) {
      const callback = new URL(await tenant.login({ authorizationUrl, user: 'auth0|ada' }))
      t.equal((await visitor.get(callback.pathname + callback.search)).headers.location, target)
    }
    t.equal((await visitor.get('/dashboard')).statusCode, 200)
  })

  await t.test('a cancelled login ends on a page with a way on', async t => {
    const visitor = new Visitor(app)
    const authorizationUrl = await followToTenant(visitor, await visitor.get('/dashboard'))
    const callback = new URL(await tenant.login({ authorizationUrl, cancel: true }))
    const answer = await visitor.get(callback.pathname + callback.search)
    t.ok(answer.statusCode >= 400 && answer.statusCode < 500)
    t.match(answer.body, 'No login this time.')
    t.match(answer.body, 'href="/auth/login?returnTo=/dashboard"')
    t.match(answer.body, 'href="/"')
  })

  await t.test('words of the tenant are shown as text', async t => {
    const visitor = new Visitor(app)
    const state = new URL(await followToTenant(visitor, await visitor.get('/dashboard'))).searchParams.get('state')
    const answer = await visitor.get(
      `/auth/callback?error=access_denied&error_description=${
        encodeURIComponent('<img src=x onerror=alert(1)>')
      }&state=${state}&iss=${encodeURIComponent(tenant.issuer)}`
    )
    t.match(answer.body, '&lt;img src=x onerror=alert(1)&gt;')
    t.notMatch(answer.body, '<img src=x')
  })

  await t.test('an expired session returns to the page after login', async t => {
    const visitor = new Visitor(app)
    await logIn(visitor, await visitor.get('/dashboard'))
    clock += 700
    t.teardown(() => {
      clock = 0
    })
    const late = await visitor.get('/dashboard?tab=claims')
    t.equal(late.statusCode, 302)
    t.equal((await logIn(visitor, late)).headers.location, '/dashboard?tab=claims')
    t.equal((await visitor.get('/dashboard?tab=claims')).statusCode, 200)
  })

  await t.test('a user without name, address and picture has a dashboard too', async t => {
    const visitor = new Visitor(app)
    await logIn(visitor, await visitor.get('/dashboard'), 'auth0|bare')
    const { statusCode, body } = await visitor.get('/dashboard')
    t.equal(statusCode, 200)
    t.match(body, 'auth0|bare')
    t.match(body, 'AUTH0_AUDIENCE', 'without an API the page says how to have one')
    t.equal((await visitor.get('/orders')).headers.location, '/dashboard')
  })

  await t.test('what goes wrong is told to people by page and to programs by JSON', async t => {
    const visitor = new Visitor(app)
    const missing = await visitor.get('/nowhere')
    t.equal(missing.statusCode, 404)
    t.match(missing.body, 'There is nothing here.')
    t.match((await visitor.get('/nowhere', { accept: 'application/json' })).json(), {
      statusCode: 404,
      code: 'not_found'
    })

    const foreign = await visitor.get('/auth/callback?code=x&state=unknown')
    t.ok([302, 400].includes(foreign.statusCode), 'a callback nobody started is answered')
  })
})

t.test('the quickstart calls its own API with the access token', async t => {
  const { app, url } = await runQuickstart(t)
  t.equal((await fetch(`${url}/api/orders`)).status, 401, 'the API wants a token')
  t.equal((await fetch(`${url}/api/orders`, { headers: { authorization: 'Bearer nonsense' } })).status, 401,
    'of this tenant')
  t.equal((await fetch(`${url}/style.css`)).headers.get('content-type'), 'text/css; charset=utf-8')
  t.ok(app.hasRoute({ method: 'GET', url: '/orders' }))
})
