import fastify from 'fastify'
import t from 'tap'
import { accessToken, createTenant, sameOriginHeaders, sessionCookie, sessionCookies } from '../../lib/testing/index.js'
import { MemorySessionStore } from '../../lib/stores/index.js'
import fastifyAuth0 from '../../lib/index.js'
import { newSite, site } from '../flows/site.js'

const me = {
  '/me': async (request: import('fastify').FastifyRequest) => (await request.getSession()) ?? 'nobody',
  '/token': async (request: import('fastify').FastifyRequest) => await request.auth0.getAccessToken()
}

t.test('one line logs a user in', async t => {
  const s = await site(t, {}, me)
  const cookie = await sessionCookie(s.app, {
    user: { sub: 'auth0|1', name: 'Ada' },
    sid: 'sid-9',
    custom: { theme: 'dark' },
    accessTokens: [{ accessToken: 'kept' }],
    refreshToken: 'r',
    idToken: 'a.b.c'
  })
  const session = (await s.app.inject({ url: '/me', headers: { cookie } })).json()
  t.match(session, { user: { sub: 'auth0|1', name: 'Ada' }, sid: 'sid-9', theme: 'dark', domain: 'acme.eu.auth0.com' })
  t.equal((await s.app.inject({ url: '/token', headers: { cookie } })).json().accessToken, 'kept')
})

t.test('what is not an application, a session or an option of a tenant is refused', async t => {
  const s = await site(t, {}, me)
  for (const [given, option] of [
    [[{ user: { sub: 'auth0|1' } }], 'app'], [[undefined, {}], 'app'], [[s.app], 'options'],
    [[s.app, { sub: 'auth0|1' }], 'sub'], [[s.app, {}], 'user'], [[s.app, { user: 'auth0|1' }], 'user'],
    [[s.app, { user: { sub: 'auth0|1' }, accessToken: 'x' }], 'accessToken']
  ] as [never[], string][]) {
    const call = sessionCookie as (...given: unknown[]) => Promise<string>
    await t.rejects(call(...given), { name: 'ConfigurationError', option, message: /./ }, option)
  }
  await t.rejects(createTenant({ user: [] } as never),
    { name: 'ConfigurationError', option: 'user', message: /Did you mean "users"/ })
  await t.rejects(createTenant(null as never), { option: 'options', message: /must be an object/ })
})

t.test('cookies for a browser carry their attributes, and a session can be old', async t => {
  const s = await site(t, {}, me)
  const cookies = await sessionCookies(s.app, { user: { sub: 'auth0|1' }, createdAt: s.clock.now - 300_000 })
  t.ok(
    cookies.every(({ name, secure, httpOnly, path }) =>
      name.startsWith('__Host-a0_') && secure && httpOnly && path === '/'
    )
  )
  t.equal(
    (await s.app.inject({
      url: '/me',
      headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }
    })).body,
    'nobody'
  )
})

t.test('with a store, and with scopes and an audience of the application', async t => {
  const s = await site(t, {
    sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }),
    scope: { 'https://api': 'read' },
    audience: 'https://api'
  }, me)
  const cookie = await sessionCookie(s.app, {
    user: { sub: 'auth0|1' },
    accessTokens: [{ accessToken: 'kept', requestedScope: 'read' }]
  })
  t.equal((await s.app.inject({ url: '/token', headers: { cookie } })).json().audience, 'https://api')
})

t.test('what cannot be known is asked for', async t => {
  await t.rejects(sessionCookie(fastify(), { user: { sub: '1' } }), { code: 'configuration_error', option: 'app' })
  const s = await site(t, { domain: () => 'acme.eu.auth0.com' }, me)
  await t.rejects(sessionCookie(s.app, { user: { sub: '1' } }), { message: /./, option: 'issuer' })
  const cookie = await sessionCookie(s.app, { user: { sub: 'auth0|1' }, issuer: 'https://acme.eu.auth0.com/' })
  t.equal((await s.app.inject({ url: '/me', headers: { cookie } })).json().user.sub, 'auth0|1')
})

t.test('a scope may be named whenever it is', async t => {
  for (const when of ['before ready', 'after ready', 'after an inject'] as const) {
    const app = fastify({ pluginTimeout: 0 })
    t.teardown(async () => {
      await app.close()
    })
    const s = newSite(t)
    let scope = app
    app.register(async child => {
      await child.register(fastifyAuth0, s.options())
      child.get('/me', me['/me'])
      scope = child as typeof app
    }, { prefix: '/a' })
    if (when === 'before ready') await app.after()
    if (when === 'after ready') await app.ready()
    if (when === 'after an inject') await app.inject('/a/me')
    const cookie = await sessionCookie(scope, { user: { sub: 'auth0|1' } })
    t.equal((await app.inject({ url: '/a/me', headers: { cookie } })).json().user.sub, 'auth0|1', when)
    await t.rejects(sessionCookie(app, { user: { sub: '1' } }), { message: /scope/, option: 'app' })
  }
})

t.test('requests of own pages, and access tokens', async t => {
  const audience = 'https://api.example.com'
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    clients: [{ clientId: 'spa' }, { clientId: 'app', clientSecret: 'secret' }],
    resourceServers: [{ identifier: audience, scopes: ['read', 'write'] }]
  })
  t.teardown(tenant.close)
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, {
    domain: tenant.domain,
    customFetch: tenant.fetch,
    clientId: 'app',
    clientSecret: 'secret',
    appBaseUrl: 'https://app.example.test',
    sessionSecret: 'a session secret of enough characters',
    now: tenant.now,
    api: { audience }
  })
  app.get('/api', { preHandler: app.auth0.requireToken({ scopes: 'read' }) }, async () => 'in')
  app.post('/form', { preHandler: app.auth0.requireSameOrigin }, async () => 'in')
  const api = async (scope?: string) => {
    const token = await accessToken(tenant, { audience, scope })
    return (await app.inject({ url: '/api', headers: { authorization: `Bearer ${token}` } })).statusCode
  }
  t.strictSame([await api(), await api('read'), await api('write')], [200, 200, 403])
  const host = 'app.example.test'
  t.equal((await app.inject({ method: 'POST', url: '/form', headers: { host, ...sameOriginHeaders() } })).body, 'in')
  t.equal((await app.inject({ method: 'POST', url: '/form', headers: { host } })).statusCode, 403)
  const code = 'configuration_error'
  await t.rejects(accessToken(tenant, { audience: 'https://unknown' }), { code, option: 'audience' })
  await t.rejects(accessToken(tenant, { audience, clientId: 'spa' }), { code, option: 'clientId' })
})
