import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { Auth0Event, Auth0Options } from '../../../lib/index.js'
import { createTenant } from '../../../lib/testing/index.js'
import { Visitor } from '../../fixtures/visitor.js'
import { does, newSite, site } from '../site.js'
import { tenantApp } from './tenant-app.js'

const issuer = 'https://acme.eu.auth0.com/'
const user = { sub: 'auth0|user', email: 'user@example.com' }
const agent = { sub: 'auth0|agent', email: 'agent@example.com' }
const act = { sub: 'auth0|agent' }

/** The agents' desk and the shop, where agents act for users: two applications of one tenant. */
async function deskAndShop (t: Test, options: Partial<Auth0Options> = {}, clock = { now: 1_795_000_000 }) {
  const tenant = await createTenant({
    issuer,
    now: () => clock.now,
    clients: [{ clientId: 'desk', clientSecret: 'secret', trustsForwardedFor: true },
      { clientId: 'shop', clientSecret: 'secret' }],
    users: [user, agent],
    tokenExchange: { 'urn:desk:ticket': ({ subjectToken }) => subjectToken }
  })
  t.teardown(tenant.close)
  const events: Auth0Event[] = []
  const logs: string[] = []
  const application = async (clientId: string, appBaseUrl: string, more: Partial<Auth0Options>,
    routes: (app: FastifyInstance) => void): Promise<Visitor> => {
    const { app, browser } = await tenantApp(t, tenant, {
      clock,
      appBaseUrl,
      clientId,
      server: { trustProxy: true, logger: { level: 'info', stream: { write: line => { logs.push(line) } } } },
      options: { onEvent: event => { events.push(event) }, ...more }
    })
    routes(app)
    await app.ready()
    return browser()
  }
  const desk = await application('desk', 'http://localhost:3000', { storeIdToken: true }, app => {
    app.get<{ Querystring: { from?: string } }>('/act', async ({ auth0, query }, reply) => {
      const token = await auth0.requestSessionTransferToken({
        subjectToken: user.sub,
        subjectTokenType: 'urn:desk:ticket',
        ...(query.from !== undefined && { forwardedFor: query.from })
      })
      return reply.redirect(
        auth0.buildSessionTransferRedirect('http://localhost:3000/auth/login?returnTo=/me', token).href
      )
    })
  })
  const shop = await application('shop', 'http://localhost:3000', { allowSessionTransfer: true, ...options }, app => {
    app.get('/me', async request => (await request.getSession()) ?? 'nobody')
    app.get('/cart', does(async request => await request.auth0.updateSession({ cart: request.auth0.user.sub })))
    app.get('/disown', does(async request => await request.auth0.updateSession({ user: { act: undefined } })))
    app.get('/rename', does(async request => await request.auth0.updateSession({ actor: 'me' } as never)))
    app.get('/password', { preHandler: app.auth0.requireOwnSession }, async () => 'changed')
  })
  const logIn = async (browser: Visitor, start: string, as: string, address: string): Promise<string> => {
    const { headers } = await browser.navigate(start)
    const callback = new URL(await tenant.login({ authorizationUrl: String(headers.location), user: as, address }))
    await browser.navigate(callback.pathname + callback.search)
    return (await browser.navigate('/me')).body
  }
  /** From the desk into the shop, in the browser at `address`. */
  const takeOver = async (address: string, from: { header?: string, option?: string } = {}): Promise<string> => {
    const { headers } = await desk.navigate(`/act${from.option === undefined ? '' : `?from=${from.option}`}`,
      { 'x-forwarded-for': from.header ?? address })
    const link = new URL(String(headers.location))
    return await logIn(shop, link.pathname + link.search, agent.email, address)
  }
  await logIn(desk, '/auth/login', agent.email, '203.0.113.7')
  return { clock, tenant, desk, shop, events, logs, logIn, takeOver }
}

for (const kind of ['stateless', 'stateful']) {
  t.test(`an agent acts for a user, for two hours and not in everything, ${kind}`, async t => {
    const clock = { now: 1_795_000_000 }
    const w = await deskAndShop(t, {
      ...(kind === 'stateful' && { sessionStore: new MemorySessionStore({ now: () => clock.now }) }),
      sessionConfiguration: { absoluteDuration: 90_000, inactivityDuration: 80_000 },
      // Claims are cut down to what the application needs.
      beforeSessionSaved: ({ user: { sub }, custom }) => ({ user: { sub }, custom })
    }, clock)
    const { shop, events, logs } = w
    const session = JSON.parse(await w.takeOver('203.0.113.7')) as Record<string, unknown>
    t.match(session, { user: { sub: user.sub, act }, actor: act, expiresAt: clock.now + 7200 })
    t.match(await shop.call('/password'), { statusCode: 403 })
    t.match((await shop.call('/password')).json(), { code: 'insufficient_actor' })
    t.match(events.filter(({ type }) => type === 'denied').at(-1), { reason: 'insufficient_actor' })

    const logins = events.filter(({ type, outcome }) => type === 'login' && outcome === 'success')
    t.match(logins, [{ reason: 'login' }, { reason: 'delegated_login', user: /^[0-9a-f]{16}$/ }])
    t.equal(logins[1]!.actor, logins[0]!.user, 'both by their pseudonyms')
    t.not(logins[1]!.actor, logins[1]!.user)
    t.notOk('actor' in logins[0]!)
    t.match(logs.filter(line => line.includes('delegated_login')).map(line => JSON.parse(line) as object), [
      { level: 30, auth0: { type: 'login', actor: logins[0]!.user } }
    ], 'told in the log as well')
    t.notMatch(logs.join(), /auth0\|agent/)

    t.match((await shop.call('/cart')).json(), { value: { cart: user.sub, actor: act, user: { act } } })
    for (const path of ['/disown', '/rename']) {
      t.equal((await shop.call(path)).json().error.code, 'invalid_argument', path)
    }
    const own = JSON.parse(await w.logIn(shop, '/auth/login?returnTo=/me', user.email, '203.0.113.8')) as object
    t.notOk('actor' in own)
    t.notOk('cart' in own, "what was kept for the agent is not the user's")
    t.equal((await shop.call('/password')).body, 'changed')

    await w.takeOver('203.0.113.7')
    clock.now += 7199
    t.match((await shop.call('/me')).json(), { actor: act })
    clock.now += 1
    t.equal((await shop.call('/me')).body, 'nobody', 'over after two hours, however often it was used')
    await w.logIn(shop, '/auth/login?returnTo=/me', user.email, '203.0.113.8')
    clock.now += 7201
    t.match((await shop.call('/me')).json(), { user: { sub: user.sub } }, "the user's own goes on")
  })
}

t.test("a session transfer token is bound to the address of the agent's browser", async t => {
  const w = await deskAndShop(t)
  t.match(JSON.parse(await w.takeOver('203.0.113.7')), { actor: act })
  t.match(JSON.parse(await w.takeOver('203.0.113.7', { header: '::ffff:203.0.113.7' })), { actor: act }, 'mapped IPv4')
  t.match(JSON.parse(await w.takeOver('2001:db8::7')), { actor: act }, 'IPv6')
  t.match(JSON.parse(await w.takeOver('203.0.113.9', { header: '203.0.113.7', option: '203.0.113.9' })), {
    actor: act
  }, 'given in code')
  const elsewhere = JSON.parse(await w.takeOver('203.0.113.8', { header: '203.0.113.7' })) as { user: { sub: string } }
  t.equal(elsewhere.user.sub, agent.sub, 'the login page appears')
  t.notOk('actor' in elsewhere)
})

const otp = 'http://auth0.com/oauth/grant-type/passwordless/otp'
const PASSKEY = { authSession: 'session', authnResponse: { id: 'x', response: {} } }

t.test('every call for a token tells whose request it is for', async t => {
  const exchange = { subjectToken: 'token', subjectTokenType: 'urn:acme:token' }
  const calls: Record<string, (request: import('fastify').FastifyRequest, more: object) => Promise<unknown>> = {
    'passwordless.start': async ({ auth0 }, more) =>
      await auth0.passwordless.start({ connection: 'email', email: 'ada@example.com', ...more }),
    'passwordless.start by SMS': async ({ auth0 }, more) =>
      await auth0.passwordless.start({ connection: 'sms', phoneNumber: '+15550100', ...more }),
    'passwordless.challenge': async ({ auth0 }, more) =>
      await auth0.passwordless.challenge({ connection: 'db', email: 'ada@example.com', ...more }),
    'passwordless.verify': async ({ auth0 }, more) =>
      await auth0.passwordless.verify({
        connection: 'email',
        email: 'ada@example.com',
        verificationCode: '123456',
        ...more
      }),
    'passkeys.signupChallenge': async ({ auth0 }, more) =>
      await auth0.passkeys.signupChallenge({ userProfile: { email: 'ada@example.com' }, ...more }),
    'passkeys.loginChallenge': async ({ auth0 }, more) => await auth0.passkeys.loginChallenge(more),
    'passkeys.signIn': async ({ auth0 }, more) => await auth0.passkeys.signIn({ ...PASSKEY, ...more }),
    loginWithCustomTokenExchange: async ({ auth0 }, more) =>
      await auth0.loginWithCustomTokenExchange({ ...exchange, ...more }),
    requestSessionTransferToken: async ({ auth0 }, more) =>
      await auth0.requestSessionTransferToken({ ...exchange, actorToken: 'token', ...more }),
    loginBackchannel: async ({ auth0 }, more) =>
      await auth0.loginBackchannel({ bindingMessage: 'order 1', loginHint: { sub: 'auth0|ada' }, ...more }),
    getAccessTokenForConnection: async ({ auth0 }, more) =>
      await auth0.getAccessTokenForConnection({ connection: 'google', refresh: true, ...more }),
    getTokenOnBehalfOf: async ({ auth0 }, more) =>
      await auth0.getTokenOnBehalfOf({ audience: 'https://other.example.test', ...more })
  }
  const withoutRequest: Record<string, (auth0: FastifyInstance['auth0'], more: object) => Promise<unknown>> = {
    customTokenExchange: async (auth0, more) => await auth0.customTokenExchange({ ...exchange, ...more }),
    getTokenByRefreshToken: async (auth0, more) => await auth0.getTokenByRefreshToken({ refreshToken: 'r', ...more }),
    getTokenForConnection: async (auth0, more) =>
      await auth0.getTokenForConnection({ connection: 'google', refreshToken: 'r', ...more }),
    backchannelAuthenticationGrant: async (auth0, more) =>
      await auth0.backchannelAuthenticationGrant({ authReqId: 'id', ...more }),
    initiateBackchannelAuthentication: async (auth0, more) =>
      await auth0.initiateBackchannelAuthentication({
        bindingMessage: 'order 1',
        loginHint: { sub: 'auth0|ada' },
        ...more
      })
  }
  const audience = 'https://api.example.test'
  const s = newSite(t, { api: { audience } }, { trustProxy: true })
  s.app.after(() => {
    const { auth0 } = s.app
    const more = (request: { query: unknown }): object => request.query as object
    Object.values(calls).forEach((call, i) => {
      s.app.get(`/call/${i}`, { preHandler: auth0.requireToken({ optional: true }) },
        does(async request => await call(request, more(request))))
    })
    Object.values(withoutRequest).forEach((call, i) => {
      s.app.get(`/instance/${i}`, does(async request => await call(auth0, more(request))))
    })
    for (const name of ['challenge', 'verify'] as const) {
      s.app.get(`/factor/${name}`, does(async request => await request.auth0.mfa[name](request.query as never)))
    }
    s.app.get('/refresh', does(async request => await request.auth0.getAccessToken({ refresh: true })))
  })
  await s.app.ready()
  s.tenant.scripts.set('POST /bc-authorize', () => ({ json: { auth_req_id: 'id', expires_in: 60, interval: 0.01 } }))
  const browser = s.browser()
  const started = await s.start(browser)
  const told = async (path: string, headers: Record<string, string> = {}): Promise<(string | undefined)[]> => {
    const before = s.tenant.requests.length
    await browser.call(path, { 'x-forwarded-for': '203.0.113.7', ...headers })
    return s.tenant.requests.slice(before).filter(({ method }) => method === 'POST')
      .map(request => request.headers['auth0-forwarded-for'])
  }
  t.strictSame(await told(s.tenant.callback(started)), ['203.0.113.7'], 'the code of a login')
  t.strictSame(await told('/refresh'), ['203.0.113.7'], 'a refresh')
  const token = s.tenant.apiToken({ aud: audience, azp: 'spa' })
  s.tenant.scripts.set(otp,
    () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'mfa-token' } }))
  const verify = Object.keys(calls).indexOf('passwordless.verify')
  const { error } = (await browser.call(`/call/${verify}`)).json() as { error: { sealed: string } }
  const mfaToken = encodeURIComponent(error.sealed)
  t.strictSame(await told(`/factor/challenge?mfaToken=${mfaToken}`), ['203.0.113.7'])
  t.strictSame(await told(`/factor/verify?otp=1&mfaToken=${mfaToken}&forwardedFor=192.0.2.1`), ['192.0.2.1'])
  s.tenant.scripts.delete(otp)
  for (const [i, name] of Object.keys(calls).entries()) {
    const headers = name === 'getTokenOnBehalfOf' ? { authorization: `Bearer ${token}` } : undefined
    for (
      const [query, address] of [['', '203.0.113.7'], ['?forwardedFor=2001:db8::1', '2001:db8::1'],
        ['?forwardedFor=::ffff:192.0.2.1', '192.0.2.1']] as const
    ) {
      const found = await told(`/call/${i}${query}`, headers)
      t.ok(found.length > 0 && found.every(one => one === address), `${name}${query}: ${found.join()}`)
    }
    if (name.startsWith('pass')) t.match(await told(`/call/${i}?clientIp=192.0.2.2`), ['192.0.2.2'], 'by its old name')
    t.match((await browser.call(`/call/${i}?forwardedFor=localhost`, headers)).json(), {
      error: { code: 'invalid_argument', argument: 'forwardedFor' }
    }, `${name}: what is no address`)
  }
  for (const [i, name] of Object.keys(withoutRequest).entries()) {
    t.strictSame(await told(`/instance/${i}`), [undefined], `${name}: no request at hand`)
    t.strictSame(await told(`/instance/${i}?forwardedFor=192.0.2.1`), ['192.0.2.1'], name)
  }
})

t.test('an address that nobody knows, or that no proxy is trusted with, is not told', async t => {
  const start = async (options: object): Promise<string | undefined> => {
    const s = await site(t, {}, {
      '/start': does(async request =>
        await request.auth0.passwordless.start({ connection: 'email', email: 'ada@example.com' })
      )
    })
    await s.app.inject({
      url: '/start',
      headers: { host: 'app.example.test', 'x-forwarded-for': '203.0.113.7' },
      ...options
    })
    return s.tenant.to('/passwordless/start')[0]!.headers['auth0-forwarded-for']
  }
  t.equal(await start({ remoteAddress: '198.51.100.1' }), '198.51.100.1')
  t.equal(await start({ remoteAddress: '/run/app.sock' }), undefined, 'a UNIX socket')
})
