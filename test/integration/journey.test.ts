import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import '../self-reference.js'
import { createTenant } from '../../lib/testing/index.js'
import { Visitor } from '../fixtures/visitor.js'
import { patient, runQuickstart } from '../running-quickstart.js'

const { buildApp } = await import('../../examples/quickstart/app.js')

const audience = 'https://orders.example.com'

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

  const newVisitor = (): Visitor => new Visitor(app, { origin: 'http://localhost:3000', now: tenant.now })

  async function logIn (visitor: Visitor, response: LightMyRequestResponse, user = 'auth0|ada') {
    const authorizationUrl = await followToTenant(visitor, response)
    const callback = new URL(await tenant.login({ authorizationUrl, user }))
    return await visitor.navigate(callback.pathname + callback.search)
  }

  async function followToTenant (visitor: Visitor, response: LightMyRequestResponse): Promise<string> {
    const location = String(response.headers.location)
    return location.startsWith('/') ? await followToTenant(visitor, await visitor.navigate(location)) : location
  }

  await t.test('home, login, dashboard, reload, logout, and the dashboard is closed again', async t => {
    const visitor = newVisitor()
    const home = await visitor.navigate('/')
    t.equal(home.statusCode, 200)
    t.match(home.body, 'href="/auth/login')
    t.match(home.body, '&lt;i&gt;Ada&lt;/i&gt;', 'demo users are escaped')

    const guarded = await visitor.navigate('/dashboard')
    t.equal(guarded.statusCode, 302)
    const done = await logIn(visitor, guarded)
    t.equal(done.headers.location, '/dashboard', 'back at the page that was asked for')

    for (const visit of ['first', 'reloaded']) {
      const dashboard = await visitor.navigate('/dashboard')
      t.equal(dashboard.statusCode, 200, visit)
      t.match(dashboard.body, '<h1>Ada &lt;script&gt;alert(1)&lt;/script&gt;</h1>', 'the name is shown as text')
      t.notMatch(dashboard.body, /<script|"onerror="|<img src=x>|example\.com\/<b>/, 'no claim becomes markup')
      t.match(dashboard.headers['content-security-policy'], "default-src 'none'")
      t.equal(dashboard.headers['cache-control'], 'no-store', 'the Back button does not show it after a logout')
    }
    t.match((await visitor.navigate('/')).body, 'Open the dashboard')

    const left = await visitor.submit('/auth/logout', {})
    t.equal(left.statusCode, 303)
    t.match(left.headers.location, tenant.issuer)
    t.equal((await visitor.navigate('/dashboard')).statusCode, 302, 'the dashboard asks for a login again')
    t.notOk(visitor.names().some(name => !name.includes('_tx')), 'no session cookie is left')
  })

  await t.test('two logins at once both end where they wanted to', async t => {
    const visitor = newVisitor()
    const [first, second] = [await visitor.navigate('/dashboard'), await visitor.navigate('/orders')]
    const firstUrl = await followToTenant(visitor, first)
    const secondUrl = await followToTenant(visitor, second)
    for (const [authorizationUrl, target] of [[firstUrl, '/dashboard'], [secondUrl, '/orders']] as const) {
      const callback = new URL(await tenant.login({ authorizationUrl, user: 'auth0|ada' }))
      t.equal((await visitor.navigate(callback.pathname + callback.search)).headers.location, target)
    }
    t.equal((await visitor.navigate('/dashboard')).statusCode, 200)
  })

  await t.test('a cancelled login ends on a page with a way on', async t => {
    const visitor = newVisitor()
    const authorizationUrl = await followToTenant(visitor, await visitor.navigate('/dashboard'))
    const callback = new URL(await tenant.login({ authorizationUrl, cancel: true }))
    const answer = await visitor.navigate(callback.pathname + callback.search)
    t.ok(answer.statusCode >= 400 && answer.statusCode < 500)
    t.match(answer.body, 'No login this time.')
    t.match(answer.body, 'href="/auth/login?returnTo=/dashboard"')
    t.match(answer.body, 'href="/"')
  })

  await t.test('words of the tenant are shown as text', async t => {
    const visitor = newVisitor()
    const state = new URL(await followToTenant(visitor, await visitor.navigate('/dashboard'))).searchParams.get('state')
    const answer = await visitor.navigate(
      `/auth/callback?error=access_denied&error_description=${
        encodeURIComponent('<img src=x onerror=alert(1)>')
      }&state=${state}&iss=${encodeURIComponent(tenant.issuer)}`
    )
    t.match(answer.body, '&lt;img src=x onerror=alert(1)&gt;')
    t.notMatch(answer.body, '<img src=x')
  })

  await t.test('an expired session returns to the page after login', async t => {
    const visitor = newVisitor()
    await logIn(visitor, await visitor.navigate('/dashboard'))
    clock += 700
    t.teardown(() => {
      clock = 0
    })
    const late = await visitor.navigate('/dashboard?tab=claims')
    t.equal(late.statusCode, 302)
    t.equal((await logIn(visitor, late)).headers.location, '/dashboard?tab=claims')
    t.equal((await visitor.navigate('/dashboard?tab=claims')).statusCode, 200)
  })

  await t.test('a user without name, address and picture has a dashboard too', async t => {
    const visitor = newVisitor()
    await logIn(visitor, await visitor.navigate('/dashboard'), 'auth0|bare')
    const { statusCode, body } = await visitor.navigate('/dashboard')
    t.equal(statusCode, 200)
    t.match(body, 'auth0|bare')
    t.match(body, 'AUTH0_AUDIENCE', 'without an API the page says how to have one')
    t.equal((await visitor.navigate('/orders')).headers.location, '/dashboard')
  })

  await t.test('what goes wrong is told to people by page and to programs by JSON', async t => {
    const visitor = newVisitor()
    const missing = await visitor.navigate('/nowhere')
    t.equal(missing.statusCode, 404)
    t.match(missing.body, 'There is nothing here.')
    t.match((await visitor.navigate('/nowhere', { accept: 'application/json' })).json(), {
      statusCode: 404,
      code: 'not_found'
    })

    const foreign = await visitor.navigate('/auth/callback?code=x&state=unknown')
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
