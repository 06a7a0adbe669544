import t, { type Test } from 'tap'
import type { Auth0Options } from '../../../lib/index.js'
import { readVisitor } from '../../../lib/flows/login/anonymous-cookie.js'
import { createTenant } from '../../../lib/testing/index.js'
import { Visitor } from '../../fixtures/visitor.js'
import { ask, does, site } from '../site.js'
import { tenantApp } from './tenant-app.js'

const issuer = 'https://acme.eu.auth0.com/'
const api = 'https://shop.example.com'
const subOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub

/** A shop in which visitors have a cart before they log in. */
async function shop (t: Test, options: Partial<Auth0Options> = {}) {
  const clock = { now: 1_795_000_000 }
  const tenant = await createTenant({
    issuer,
    now: () => clock.now,
    clients: [{
      clientId: 'app', clientSecret: 'secret', callbacks: ['https://app.example.test/auth/callback']
    }],
    users: [{ sub: 'auth0|ada', email: 'ada@example.com' }],
    lifetimes: { anonymousSession: 5000 },
    resourceServers: [
      { identifier: api, scopes: ['read:cart', 'write:cart'], allowAnonymousAccess: true, tokenLifetime: 600 },
      { identifier: 'https://closed.example.com' }
    ]
  })
  t.teardown(tenant.close)
  const { app, events, browser } = await tenantApp(t, tenant, {
    clock,
    appBaseUrl: 'https://app.example.test',
    options: { api: { audience: api }, ...options }
  })
  const wanted = { audience: api, scope: 'read:cart', metadata: { campaign: 'spring' } }
  app.get('/cart', does(async request => await request.auth0.anonymous.getAccessToken(wanted)))
  app.get('/both', does(async ({ auth0 }) =>
    await Promise.all([auth0.anonymous.getAccessToken(wanted), auth0.anonymous.getAccessToken({ audience: api })])))
  app.get('/closed', does(async request =>
    await request.auth0.anonymous.getAccessToken({ audience: 'https://closed.example.com' })))
  app.get('/large', does(async request =>
    await request.auth0.anonymous.getAccessToken({ metadata: { a: 'x'.repeat(1024) } })))
  app.get('/late', async (request, reply) => {
    reply.hijack()
    const answer = await request.auth0.anonymous.getAccessToken(wanted).catch((error: { code: string }) => error.code)
    reply.raw.end(answer)
  })
  app.get('/exists', does(async request => await request.auth0.anonymous.exists()))
  app.get('/forget', does(async request => request.auth0.anonymous.forget()))
  app.get('/me', async request => (await request.getSession())?.user.sub ?? 'nobody')
  app.get('/member', { preHandler: app.auth0.requireSession }, async () => 'in')
  app.get('/api', { preHandler: app.auth0.requireToken() }, async request => request.auth0.token?.sub)
  app.get('/api-for-all', { preHandler: app.auth0.requireToken({ anonymous: true }) },
    async request => request.auth0.token?.sub)
  app.get('/either', { preHandler: app.auth0.requireSessionOrToken({ scopes: 'read:cart' }) }, async () => 'in')
  await app.ready()
  const calls = (): number => tenant.requests.filter(({ path }) => path === '/anonymous/token').length
  const logIn = async (from: Visitor): Promise<URL> => {
    const url = new URL(String((await from.navigate('/auth/login')).headers.location))
    const callback = new URL(await tenant.login({ authorizationUrl: url, user: 'ada@example.com' }))
    await from.navigate(callback.pathname + callback.search)
    return url
  }
  return { app, tenant, clock, events, browser, calls, logIn }
}

interface Token { accessToken: string, expiresAt: number, scope: string }
const tokenOf = async (from: Visitor): Promise<Token> => (await ask(from, '/cart')).value as unknown as Token

t.test("a visitor's session: begun once, renewed, in a cookie of its own, and over", async t => {
  const { browser, calls, clock, tenant } = await shop(t)
  const ada = browser()
  t.equal((await ask(ada, '/exists')).value, false)
  const first = await tokenOf(ada)
  t.match(first, { accessToken: String, expiresAt: clock.now + 600, scope: 'read:cart' })
  t.notOk('sessionToken' in first, 'the session token is not for the caller')
  const sub = subOf(first.accessToken)
  t.match(sub, /^anon@/)
  t.match(tenant.anonymousSessions, [{ userId: sub, metadata: { campaign: 'spring' } }])
  t.equal(tenant.requests.at(-1)?.headers['auth0-forwarded-for'], '127.0.0.1', "the visitor's address")
  const [cookie] = ada.cookies
  t.match(cookie, { name: /^__Host-a0_anon_/, httpOnly: true, secure: true, sameSite: 'lax', path: '/' })
  t.equal(cookie?.expires, clock.now + 5000)
  t.equal((await ask(ada, '/exists')).value, true)

  t.strictSame(await tokenOf(ada), first)
  t.equal(calls(), 1, 'the token is remembered')
  t.equal((await ada.call('/me')).body, 'nobody', 'nobody is logged in')
  t.match(await ada.call('/member', { accept: 'application/json' }), { statusCode: 401 })
  t.match(await ada.call('/either', { accept: 'application/json' }), { statusCode: 401 })

  clock.now += 600 - 30
  const second = await tokenOf(ada)
  t.not(second.accessToken, first.accessToken, 'renewed early')
  t.equal(subOf(second.accessToken), sub, 'of the same visitor')
  clock.now += 5000
  t.equal((await ask(ada, '/exists')).value, false)
  t.not(subOf((await tokenOf(ada)).accessToken), sub, 'begun anew')

  const grace = browser()
  const both = (await ask(grace, '/both')).value as unknown as Token[]
  t.equal(subOf(both[0]!.accessToken), subOf(both[1]!.accessToken), 'parallel calls of a request share a session')
  await ask(grace, '/forget')
  t.equal((await ask(grace, '/exists')).value, false)
  t.strictSame(grace.cookies, [])

  t.match((await ask(grace, '/closed')).error, { code: 'invalid_target' })
  t.match((await ask(grace, '/large')).error, { code: 'invalid_argument', argument: 'metadata' })
  t.strictSame(grace.cookies, [])
  t.strictSame(tenant.errors, [])
})

t.test('what the cookie holds counts here only', async t => {
  const { browser, calls } = await shop(t)
  const ada = browser()
  await tokenOf(ada)
  const [kept] = ada.cookies
  t.notMatch(Buffer.from(kept!.value, 'base64url').toString('latin1'), 'anon', 'sealed')
  const other = await shop(t, { sessionSecret: 'another session secret of enough characters' })
  const grace = other.browser()
  grace.cookies = [{ ...kept!, value: kept!.value }]
  t.equal((await ask(grace, '/exists')).value, false, 'of another secret')
  for (const value of ['x', '', `${kept!.value.slice(0, -4)}AAAA`]) {
    ada.cookies = [{ ...kept!, value }]
    t.equal((await ask(ada, '/exists')).value, false)
  }
  const before = calls()
  const login = await ada.navigate('/auth/login')
  t.notMatch(login.headers.location, 'anon_transfer_token')
  t.equal(calls(), before, 'and is not asked about at a login')
  t.equal((await ada.call('/late')).body, 'session_not_writable', 'where no cookie can be set, no session begins')
  t.equal(calls(), before)
})

t.test('a login takes the session over, and fails for nothing of it', async t => {
  const { browser, tenant, logIn, events } = await shop(t)
  const ada = browser()
  const sub = subOf((await tokenOf(ada)).accessToken)
  const silent = new URL(String((await ada.navigate('/auth/login?prompt=none')).headers.location))
  t.notOk(silent.searchParams.has('anon_transfer_token'), 'not for a silent login')
  const url = await logIn(ada)
  t.ok(url.searchParams.get('anon_transfer_token'))
  t.equal((await ada.call('/me')).body, 'auth0|ada')
  t.match(tenant.anonymousSessions, [{ userId: sub, linkedTo: 'auth0|ada' }])
  t.equal((await ask(ada, '/exists')).value, false, 'the next visitor of this browser is another')

  // The tenant does not help: the login goes on.
  const grace = browser()
  await tokenOf(grace)
  tenant.intercept(({ path }) =>
    path === '/anonymous/token' ? Response.json({ error: 'server_error' }, { status: 503 }) : undefined)
  const plain = await logIn(grace)
  t.notOk(plain.searchParams.has('anon_transfer_token'))
  t.equal((await grace.call('/me')).body, 'auth0|ada')
  t.match(events.filter(({ type }) => type === 'warning'), [{ reason: 'anonymous_transfer_failed', blame: 'upstream' }])
  t.equal((await ask(grace, '/exists')).value, true, 'it was not taken over')
})

t.test('a session that Auth0 has ended is begun anew, and not taken over', async t => {
  const s = await site(t, {}, {
    '/cart': does(async request => await request.auth0.anonymous.getAccessToken({ audience: 'https://api' }))
  })
  let n = 0
  s.tenant.scripts.set('POST /anonymous/token', ({ json }) => {
    if (json.session_token !== undefined) {
      return { status: 401, json: { error: n % 2 === 0 ? 'session_expired' : 'invalid_session_token' } }
    }
    return { json: { access_token: `access-${++n}`, token_type: 'Bearer', expires_in: 10, session_token: `st-${n}` } }
  })
  const ada = s.browser()
  t.match(await tokenOf(ada), { accessToken: 'access-1' })
  t.equal(ada.cookies[0]?.expires, s.clock.now + 30 * 86_400, 'Auth0 does not say how long it lives')
  t.match(await tokenOf(ada), { accessToken: 'access-2' })
  t.match(await tokenOf(ada), { accessToken: 'access-3' })
  t.strictSame(s.tenant.to('/anonymous/token').map(({ json }) => json.session_token),
    [undefined, 'st-1', undefined, 'st-2', undefined])
  t.notMatch(await s.start(ada), 'anon_transfer_token')
  t.strictSame(ada.cookies.filter(({ name }) => name.includes('anon')), [], 'nor kept')
  t.strictSame(s.events.filter(({ type }) => type === 'warning'), [])

  for (const json of [{ access_token: 'a', token_type: 'Bearer' }, { token_type: 'Bearer', session_token: 's' },
    { access_token: 'a', token_type: 'Bearer', session_token: 'a b' }]) {
    s.tenant.scripts.set('POST /anonymous/token', () => ({ json }))
    t.match((await ask(s.browser(), '/cart')).error, { code: 'invalid_response' }, JSON.stringify(json))
  }
  s.tenant.scripts.set('POST /anonymous/token', () =>
    ({ json: { access_token: 'a', token_type: 'Bearer', session_token: 's'.repeat(4000) } }))
  t.match((await ask(s.browser(), '/cart')).error, { code: 'invalid_argument', argument: 'metadata' })
})

t.test('a session token that the application keeps itself', async t => {
  const { app, tenant } = await shop(t)
  const { anonymous } = app.auth0
  const session = await anonymous.createSession({ audience: api, metadata: { a: 'b' }, forwardedFor: '203.0.113.7' })
  t.match(session, { sessionToken: String, accessToken: String, expiresAt: Number, sessionExpiresAt: Number })
  t.equal(tenant.requests.at(-1)?.headers['auth0-forwarded-for'], '203.0.113.7')
  const { sessionToken } = session
  const renewed = await anonymous.getAccessToken({ sessionToken, audience: api, scope: 'write:cart' })
  t.match(renewed, { scope: 'write:cart' })
  t.equal(subOf(renewed.accessToken), subOf(session.accessToken))
  t.type(await anonymous.mintTransferToken({ sessionToken }), 'string')
  t.type((await app.auth0.authentication.anonymous.createSession()).sessionToken, 'string')
  t.type(await app.auth0.authentication.anonymous.mintTransferToken({ sessionToken }), 'string')
  t.type((await app.auth0.authentication.anonymous.getAccessToken({ sessionToken })).accessToken, 'string')
  await t.rejects(anonymous.getAccessToken({ sessionToken: 'forged' }), { code: 'invalid_session_token' })
  await t.rejects(anonymous.getAccessToken({} as never), { code: 'missing_required_argument_error' })
  await t.rejects(anonymous.mintTransferToken({ sessionToken: '' }), { code: 'missing_required_argument_error' })
  for (const metadata of [null, [], { a: 1 }, 'a', { a: 'ü'.repeat(600) }]) {
    await t.rejects(anonymous.createSession({ metadata: metadata as never }), { code: 'invalid_argument' })
  }
  const failure = await anonymous.getAccessToken({ sessionToken, audience: 'https://closed.example.com' })
    .catch((error: unknown) => error) as { code: string }
  t.equal(failure.code, 'invalid_target')
  t.notMatch(JSON.stringify(failure) + String(failure), sessionToken)
})

t.test('an API refuses visitors unless it says that it takes them', async t => {
  const { app, browser } = await shop(t)
  const { accessToken, scope } = await tokenOf(browser())
  t.equal(scope, 'read:cart')
  const call = async (url: string): Promise<[number, unknown]> => {
    const { statusCode, body } = await app.inject({ url, headers: { authorization: `Bearer ${accessToken}` } })
    return [statusCode, statusCode === 200 ? body : (JSON.parse(body) as { code: string }).code]
  }
  for (let twice = 0; twice < 2; twice++) {
    t.strictSame(await call('/api'), [403, 'insufficient_actor'])
    t.strictSame(await call('/either'), [403, 'insufficient_actor'])
    t.strictSame(await call('/api-for-all'), [200, subOf(accessToken)])
  }
  t.throws(() => app.auth0.requireToken({ anonymous: 'yes' as never }), { code: 'configuration_error' })
})

t.test("only a living visitor's session of this tenant is read from the cookie", async t => {
  const read = (content: string | undefined) =>
    readVisitor({
      config: { sessionCookie: { sameSite: 'lax' } },
      cookieNames: { suffix: () => 'x' },
      now: () => 1000,
      anonymousSealer: { open: () => content === undefined ? undefined : Buffer.from(content) }
    } as never, { jar: { secure: true, get: () => 'sealed' } } as never, { issuer })
  t.strictSame(read(JSON.stringify([issuer, 'token', 1001])), { sessionToken: 'token', expiresAt: 1001 }, 'control')
  for (
    const content of [
      ['https://other.eu.auth0.com/', 'token', 1001], [issuer, 7, 1001], [issuer, 'token', '1001'],
      [issuer, 'token', 1000], [issuer, 'token'], [issuer], [], { 0: issuer, 1: 'token', 2: 1001 }, null
    ]
  ) t.equal(read(JSON.stringify(content)), undefined, JSON.stringify(content))
  t.equal(read('no JSON'), undefined)
  t.equal(read(undefined), undefined, 'what does not open')
})
