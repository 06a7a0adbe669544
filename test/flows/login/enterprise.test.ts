import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0, { type Auth0Event, type Auth0Options } from '../../../lib/index.js'
import { createFederatedDomains } from '../../../lib/flows/login/federated-domains.js'
import { createTenant } from '../../../lib/testing/index.js'
import { startServer, type Handler } from '../../fixtures/loopback.js'
import { Visitor } from '../../fixtures/visitor.js'
import { does, ask, site } from '../site.js'
import { tenantApp } from './tenant-app.js'

const issuer = 'https://acme.eu.auth0.com/'
const connections = [
  { name: 'customer-okta', strategy: 'okta', domains: ['customer.example'], organization: 'customer' },
  { name: 'plain-okta', strategy: 'okta', domains: ['plain.example'] }
]
const users = [
  { sub: 'okta|ann', email: 'ann@customer.example', connection: 'customer-okta' },
  { sub: 'okta|bob', email: 'bob@plain.example', connection: 'plain-okta' }
]

/** An application whose page for logins asks for an e-mail address, and a tenant with two customers. */
async function application (t: Test, options: Partial<Auth0Options> = {}) {
  const clock = { now: 1_795_000_000 }
  const tenant = await createTenant({
    issuer,
    now: () => clock.now,
    clients: [{ clientId: 'app', clientSecret: 'secret' }],
    users,
    connections,
    organizations: [{ id: 'org_customer', name: 'customer' }]
  })
  t.teardown(tenant.close)
  const { app, events, browser } = await tenantApp(t, tenant, { clock, appBaseUrl: 'http://localhost:3000', options })
  app.get('/enterprise', does(async request => {
    const { email, organization, own } = request.query as Record<string, string>
    return await request.auth0.startEnterpriseLogin({
      email: email!,
      returnTo: '/me',
      appState: { plan: 'pro' },
      ...(organization !== undefined && { organization }),
      ...(own !== undefined &&
        { session: false, authorizationParams: { redirect_uri: 'http://localhost:3000/own-callback' } })
    })
  }))
  app.get('/own-callback', does(async request => await request.auth0.completeEnterpriseLogin()))
  app.get('/as-login', does(async request =>
    await request.auth0.completeInteractiveLogin(`/own-callback${new URL(request.url, issuer).search}`)))
  app.get('/me', async request => (await request.getSession())?.user ?? 'nobody')
  await app.ready()
  /** Through the tenant's pages; the path of the callback. */
  const through = async (from: Visitor, query: string, user: string): Promise<string> => {
    const { value } = await ask(from, `/enterprise?${query}`)
    const callback = new URL(await tenant.login({ authorizationUrl: String(value), user }))
    return callback.pathname + callback.search
  }
  return { app, tenant, clock, events, browser, through }
}

const asked = (tenant: { requests: readonly { path: string }[] }): number =>
  tenant.requests.filter(({ path }) => path === '/.well-known/webfinger').length

t.test('which e-mail domains are federated, remembered and asked once at a time', async t => {
  const { app, tenant, clock, events } = await application(t)
  const { isFederatedDomain } = app.auth0
  t.strictSame(await Promise.all(Array.from({ length: 20 }, async () => await isFederatedDomain('customer.example'))),
    Array(20).fill(true))
  t.equal(asked(tenant), 1, 'one question for all of them')
  t.match(tenant.requests.at(-1)?.query, {
    resource: 'urn:auth0:discovery:domain:customer.example',
    rel: 'http://openid.net/specs/connect/1.0/issuer'
  })
  clock.now += 59.9
  t.equal(await isFederatedDomain(' Customer.EXAMPLE '), true)
  t.equal(asked(tenant), 1, 'however it is spelt')
  clock.now += 0.1
  await isFederatedDomain('customer.example')
  t.equal(asked(tenant), 2, 'a yes is good for 60 seconds')
  t.equal(await isFederatedDomain('nobody.example'), false)
  clock.now += 14.9
  t.equal(await isFederatedDomain('nobody.example'), false)
  t.equal(asked(tenant), 3)
  clock.now += 0.1
  await isFederatedDomain('nobody.example')
  t.equal(asked(tenant), 4, 'a no for 15')

  const not = ['', 'customer', 'ann@customer.example', 'customer.example/x', '127.0.0.1', '[::1]', 'a..example',
    '-a.example', `${'a'.repeat(64)}.example`, 'customer.example:443', 'x'.repeat(300), undefined, null, 7, {}, []]
  for (const value of not) t.equal(await isFederatedDomain(value as string), false, JSON.stringify(value))
  t.equal(asked(tenant), 4, 'what is no domain is not asked about')
  t.equal(await isFederatedDomain('bücher.example'), false)
  t.match(tenant.requests.at(-1)?.query, { resource: 'urn:auth0:discovery:domain:xn--bcher-kva.example' })

  t.strictSame(events.filter(({ type }) => type === 'warning'), [])
})

t.test('a thousand answers are remembered, the oldest goes first', async t => {
  let asked = 0
  const http = { send: async () => { asked++; return { status: 404, headers: {}, body: '' } } }
  const server = { issuer, domain: 'acme.eu.auth0.com', now: () => 0, http: http as never }
  const domains = createFederatedDomains({ now: () => 0, emit: () => {}, httpTimeout: 5 })
  for (let n = 0; n < 1001; n++) await domains.has(server, `d${n}.example`)
  for (let n = 1; n < 1001; n++) await domains.has(server, `d${n}.example`)
  t.equal(asked, 1001)
  await domains.has(server, 'd0.example')
  t.equal(asked, 1002)
  await domains.has({ ...server, issuer: 'https://other.eu.auth0.com/' }, 'd1000.example')
  t.equal(asked, 1003, 'each tenant for itself')
})

t.test('hostile and failing answers are no, at once, and are not remembered', async t => {
  const json = { 'content-type': 'application/json' }
  const elsewhere = (status: number): Handler => ({ url }) =>
    ({ status, headers: { location: url.replace(/redirect|moved/, 'yes') } })
  const answers: Record<string, Handler> = {
    yes: () => ({ headers: { 'content-type': 'application/jrd+json' }, body: '{"subject":"x"}' }),
    redirect: elsewhere(302),
    moved: elsewhere(308),
    huge: () => ({ headers: json, body: `{"a":"${'x'.repeat(10 * 1024 * 1024)}"}` }),
    html: () => ({ body: '<h1>Log in to the Wi-Fi</h1>' }),
    text: (_request, response) => response.writeHead(200).end('yes'),
    list: () => ({ body: [] }),
    empty: () => ({ status: 204 }),
    slow: () => {},
    drip: (_request, response) => {
      response.writeHead(200, json).write('{')
    },
    cut: (_request, response) => response.destroy(),
    off: (_request, response) => response.writeHead(403).end('{"error":"access_denied"}'),
    busy: () => ({ status: 429 }),
    broken: () => ({ status: 500 })
  }
  const requests: string[] = []
  const { origin } = await startServer(t, (request, response, index) => {
    const name = /domain%3A([a-z]+)\.example/.exec(request.url)?.[1] ?? ''
    requests.push(name)
    return answers[name]!(request, response, index)
  })
  const clock = { now: 1_795_000_000 }
  const events: Auth0Event[] = []
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
  })
  await app.register(fastifyAuth0, {
    domain: origin,
    clientId: 'app',
    clientSecret: 'secret',
    appBaseUrl: 'http://localhost:3000',
    sessionSecret: 'a session secret of enough characters',
    httpTimeout: 1.5,
    now: () => clock.now,
    onEvent: event => { events.push(event) }
  })
  t.equal(await app.auth0.isFederatedDomain('yes.example'), true)
  for (const name of Object.keys(answers).slice(1)) {
    const began = performance.now()
    t.equal(await app.auth0.isFederatedDomain(`${name}.example`), false, name)
    t.ok(performance.now() - began < 5000, `${name}: within the time limit`)
  }
  t.equal(requests.filter(name => name === 'yes').length, 1, 'redirects are not followed')
  t.match(events, [{ type: 'warning', outcome: 'failure', reason: 'federated_domain_unknown', blame: 'upstream' }])
  t.equal(events.length, 1, 'one warning for a while')
  clock.now += 60
  t.equal(await app.auth0.isFederatedDomain('busy.example'), false)
  t.equal(requests.filter(name => name === 'busy').length, 2, 'a failure is not remembered')
  t.equal(events.length, 2)
})

t.test('the tenant has to be named where there are several', async t => {
  const s = await site(t, { domain: () => 'acme.eu.auth0.com' })
  s.tenant.scripts.set('GET /.well-known/webfinger', () => ({ json: { subject: 'x' } }))
  t.equal(await s.app.auth0.isFederatedDomain('customer.example'), false)
  t.match(s.events, [{ reason: 'federated_domain_unknown', blame: 'application' }], 'it is said, not thrown')
  t.equal(await s.app.auth0.isFederatedDomain('customer.example', { domain: s.tenant.domain }), true)
  t.equal(await s.app.auth0.isFederatedDomain('customer.example', { domain: 'http://evil.example' }), false)
})

t.test('an enterprise login: found by the address, with nothing of the connection in sight', async t => {
  const { tenant, browser, through } = await application(t, {
    authorizationParams: { connection: 'Username-Password-Authentication', screen_hint: 'signup', ui_locales: 'de' }
  })
  const ann = browser()
  const url = new URL(String((await ask(ann, '/enterprise?email=%20Ann%40customer.example')).value))
  t.match(Object.fromEntries(url.searchParams), { login_hint: 'Ann@customer.example', ui_locales: 'de' })
  for (const name of ['connection', 'organization', 'screen_hint']) t.notOk(url.searchParams.has(name), name)

  const response = await ann.navigate(await through(ann, 'email=ann@customer.example', 'ann@customer.example'))
  t.equal(response.headers.location, '/me')
  t.match((await ann.call('/me')).json(), { sub: 'okta|ann', org_id: 'org_customer' })
  t.equal((await ask(ann, '/enterprise?email=ann@nobody.example')).value, null, 'of no customer')
  for (const email of ['', 'ann', '@customer.example', 'a@b@customer.example', 'ann@customer', 'a b@customer.example',
    'a%00b@customer.example', 'ann@127.0.0.1', `${'a'.repeat(65)}@customer.example`]) {
    const { error } = await ask(ann, `/enterprise?email=${email}`)
    t.match(error, { code: 'invalid_argument', argument: 'email' }, email)
  }
  t.strictSame(tenant.errors, [])
})

t.test('the organization that the login ends in is checked, not sent', async t => {
  const { browser, through } = await application(t)
  const outcome = async (query: string, user: string, given = { browser, through }): Promise<unknown> => {
    const person = given.browser()
    const { statusCode } = await person.navigate(await given.through(person, query, user))
    return [statusCode, (await person.call('/me')).body.includes(user)]
  }
  for (
    const [organization, user, result] of [
      ['org_customer', 'ann@customer.example', [302, true]],
      ['customer', 'ann@customer.example', [302, true]],
      ['org_other', 'ann@customer.example', [403, false]],
      ['org_customer', 'bob@plain.example', [403, false]]
    ] as const
  ) {
    t.strictSame(await outcome(`email=${user}&organization=${organization}`, user), result, `${organization} ${user}`)
  }
  t.strictSame(await outcome('email=bob@plain.example', 'bob@plain.example'), [302, true], 'nothing was asked')

  const seen: string[] = []
  const ruled = await application(t, {
    allowOrganization: (_request, organization) => {
      seen.push(organization)
      return organization === 'org_customer'
    }
  })
  t.strictSame(await outcome('email=ann@customer.example', 'ann@customer.example', ruled), [302, true])
  t.strictSame(await outcome('email=bob@plain.example', 'bob@plain.example', ruled), [403, false], 'in no organization')
  t.strictSame(seen, ['org_customer'])
  const closed = await application(t, { allowOrganization: () => false })
  t.strictSame(await outcome('email=ann@customer.example', 'ann@customer.example', closed), [403, false])

  const enforced = await application(t, { organization: 'org_customer' })
  const ann = enforced.browser()
  const url = new URL(String((await ask(ann, '/enterprise?email=ann@customer.example')).value))
  t.notOk(url.searchParams.has('organization'))
  t.strictSame(await outcome('email=bob@plain.example', 'bob@plain.example', enforced), [403, false])
  t.match((await ask(ann, '/enterprise?email=ann@customer.example&organization=org_other')).error,
    { argument: 'organization' })
})

t.test('the mode that keeps no session: the application has the login, and its own cookie', async t => {
  const { browser, through, events, tenant } = await application(t, {
    onEnterpriseLogin: async (login, _request, reply) => {
      if (login.claims.org_id === undefined) throw new Error('nobody we know')
      reply.header('set-cookie', `own=${login.claims.sub}; Path=/`)
      return (login.appState as { plan: string }).plan === 'json' ? login : undefined
    }
  })
  const ann = browser()
  const callback = await through(ann, 'email=ann@customer.example', 'ann@customer.example')
  const response = await ann.navigate(callback)
  t.match(response, { statusCode: 302, headers: { location: '/me' } })
  t.match(await ann.navigate(callback), { statusCode: 302, headers: { location: '/me' } },
    'a reload starts no login with a session')
  t.match([response.headers['set-cookie']].flat().filter(line => !/max-age=0/i.test(String(line))), ['own=okta|ann; ' +
    'Path=/'],
  'no cookie of ours')
  t.equal((await ann.call('/me')).body, 'nobody')
  t.match(events.at(-1), { type: 'login', outcome: 'success', reason: 'enterprise_login', user: /^[0-9a-f]{16}$/ })

  const bob = browser()
  const failed = await bob.navigate(await through(bob, 'email=bob@plain.example', 'bob@plain.example'))
  t.equal(failed.statusCode, 500, 'the hook refuses')
  t.notMatch(failed.body, 'nobody we know')

  // In routes of the application's own.
  const own = browser()
  const path = await through(own, 'email=ann@customer.example&own=1', 'ann@customer.example')
  t.match((await ask(own, path.replace('/own-callback', '/as-login'))).error, { code: 'invalid_argument' },
    'it is no login with a session')
  const again = await ask(own, await through(own, 'email=ann@customer.example&own=1', 'ann@customer.example'))
  t.match(again.value, {
    claims: { sub: 'okta|ann', org_id: 'org_customer' },
    accessToken: String,
    expiresAt: Number,
    appState: { plan: 'pro' },
    returnTo: '/me'
  })
  t.notMatch(JSON.stringify(again.value), 'refresh')
  t.equal((await own.call('/me')).body, 'nobody')
  t.match((await ask(own, '/own-callback')).error, { code: 'missing_required_argument_error' })
  const plain = new URL(await tenant.login({
    authorizationUrl: String((await own.navigate('/auth/login')).headers.location),
    user: 'ann@customer.example'
  }))
  t.match((await ask(own, `/own-callback${plain.search}`)).error, { code: 'invalid_argument' }, 'a login is none of ' +
    'these')
})

t.test('a login without a session needs somebody who takes it', async t => {
  const s = await site(t, {}, {
    '/start': does(async request => await request.auth0.startEnterpriseLogin({ email: 'a@b.example', session: false }))
  })
  s.tenant.scripts.set('GET /.well-known/webfinger', () => ({ json: {} }))
  t.match((await ask(s.browser(), '/start')).error, { code: 'configuration_error' })
  const payload = await site(t, {
    authorizationParams: { response_mode: 'form_post' },
    onEnterpriseLogin: ({ claims: { sub } }) => ({ hello: sub })
  }, { '/start': does(async request => await request.auth0.startEnterpriseLogin({ email: 'a@b.example' })) })
  payload.tenant.scripts.set('GET /.well-known/webfinger', () => ({ json: {} }))
  const ada = payload.browser()
  const url = String((await ask(ada, '/start')).value)
  const callback = new URL(payload.tenant.callback(url), 'https://app.example.test')
  const answer = await ada.send('POST', callback.pathname, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    payload: callback.search.slice(1)
  })
  t.match(answer, { statusCode: 200, body: '{"hello":"auth0|ada"}' }, 'by form post, too')
})

t.test('an API alone starts none', async t => {
  const app: FastifyInstance = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
  })
  const api = { audience: 'https://api' }
  await app.register(fastifyAuth0, { domain: 'acme.eu.auth0.com', api, mountRoutes: false })
  app.get('/start', does(async request => await request.auth0.startEnterpriseLogin({ email: 'a@b.example' })))
  t.match((await app.inject('/start')).json(), { error: { code: 'configuration_error' } })
})
