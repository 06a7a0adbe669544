import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import t from 'tap'
import fastifyAuth0 from '../../lib/index.js'
import { MemoryTransactionStore } from '../../lib/stores/index.js'
import { RequestCookieJar } from '../../lib/plugin/request/cookie-jar.js'
import { factory } from '../../lib/plugin/guards/factory.js'
import type { Guard } from '../../lib/plugin/guards/guard/guard.js'
import { Visitor } from '../fixtures/visitor.js'
import { newSite, Site } from '../flows/site.js'

t.test('a decorator that another plugin has taken is noticed', async t => {
  for (const name of ['fastify.auth0', 'request.auth0', 'request.getSession']) {
    const s = newSite(t)
    const [owner, own] = name.split('.') as [string, string]
    if (owner === 'fastify') s.app.decorate(own, {})
    else s.app.decorateRequest(own as never, null as never)
    await t.rejects(Promise.resolve(s.app.ready()), { code: 'configuration_error', message: new RegExp(`"${name}"`) })
  }
})

t.test('a former name says the new one, unless another plugin has the name', async t => {
  const former = (app: object) => (app as { auth0Client?: unknown }).auth0Client
  const s = newSite(t)
  t.equal(former(s.app), undefined)
  await s.app.ready()
  t.throws(() => former(s.app), { code: 'configuration_error', option: 'auth0Client' })
  const other = newSite(t)
  other.app.decorate('auth0Client', 'own')
  await other.app.ready()
  t.equal(former(other.app), 'own')
})

t.test('two tenants in sibling scopes are strangers to each other', async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  for (const [prefix, clientId] of [['/one', 'client-1'], ['/two', 'client-2']] as const) {
    app.register(async scope => {
      await scope.register(fastifyAuth0, s.options({ clientId }))
      scope.get('/me', { preHandler: scope.auth0.requireSession }, async request =>
        (await request.auth0.getUser())?.sub)
      scope.get('/missing', (_request, reply) => { reply.callNotFound() })
      scope.get('/guarded', { preHandler: scope.auth0.requireSession }, (_request, reply) => { reply.callNotFound() })
    }, { prefix })
  }
  app.setNotFoundHandler(async request => ({ sub: (await request.getSession?.())?.user.sub ?? null }))
  app.get('/outside', async request => request.auth0 === undefined)
  await app.ready()
  const browser = new Visitor(app, { origin: 'https://app.example.test', now: () => s.clock.now })
  const start = await browser.navigate('/one/auth/login')
  t.match(new URL(String(start.headers.location)).searchParams.get('redirect_uri'),
    'https://app.example.test/one/auth/callback')
  const done = await browser.navigate(s.tenant.callback(String(start.headers.location)))
  t.equal(done.statusCode, 302)
  t.equal((await browser.call('/one/me')).body, 'auth0|ada')
  t.equal((await browser.call('/two/me')).statusCode, 401)
  t.equal((await browser.call('/two/me')).json().loginUrl, '/two/auth/login')
  t.equal((await browser.call('/outside')).body, 'true', 'outside of both scopes there is nothing')
  t.strictSame((await browser.call('/no/where')).json(), { sub: null })
  for (const path of ['/one/missing', '/one/guarded']) {
    t.strictSame((await browser.call(path)).json(), { sub: 'auth0|ada' }, `the 404 handler around, for ${path}`)
  }
  t.strictSame((await browser.call('/two/missing')).json(), { sub: null })
})

for (const shared of [true, false]) {
  t.test(`neighbours with transactions in memory keep their logins, one store: ${shared}`, async t => {
    const s = new Site()
    const app = fastify({ pluginTimeout: 0 })
    t.teardown(async () => {
      await app.close()
      await s.app.close()
    })
    const one = new MemoryTransactionStore({ now: () => s.clock.now })
    for (const prefix of ['/one', '/two', '/three']) {
      const transactionStore = shared ? one : new MemoryTransactionStore({ now: () => s.clock.now })
      app.register(async scope => {
        await scope.register(fastifyAuth0, s.options({ transactionStore }))
      }, { prefix })
    }
    await app.ready()
    const browser = new Visitor(app, { origin: 'https://app.example.test', now: () => s.clock.now })
    const begin = async (prefix: string) => String((await browser.navigate(`${prefix}/auth/login`)).headers.location)
    const locations = [await begin('/one'), await begin('/two'), await begin('/three'), await begin('/one')]
    for (const location of locations) {
      const { statusCode, headers } = await browser.navigate(s.tenant.callback(location))
      t.strictSame([statusCode, headers.location], [302, '/'], location)
    }
  })
}

t.test("a root guard over a child with a tenant of its own checks the child's tenant", async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  let runs = 0
  await app.register(fastifyAuth0, s.options())
  app.addHook('preHandler', app.auth0.requireSession)
  app.get('/root', async request => {
    runs++
    return (await request.getSession())?.user.sub
  })
  app.register(async child => {
    await child.register(fastifyAuth0, s.options({ clientId: 'client-2' }))
    child.get('/inner', async request => {
      runs++
      return (await request.getSession())?.user.sub
    })
    child.get('/open', { config: { auth0: false } }, async () => 'open')
    child.get('/public', { config: { auth0: { public: true } } }, async () => 'public')
  }, { prefix: '/child' })
  await app.ready()
  const browser = new Visitor(app, { origin: 'https://app.example.test', now: () => s.clock.now })
  const root = await browser.navigate('/auth/login')
  t.equal(root.statusCode, 302, "the guard lets the plugin's own routes pass")
  await browser.navigate(s.tenant.callback(String(root.headers.location)))
  t.equal((await browser.call('/root')).body, 'auth0|ada')
  t.equal((await browser.call('/child/inner')).statusCode, 401, 'a session of the root is none of the child')
  t.equal(runs, 1)
  t.equal((await browser.call('/child/open')).body, 'open')
  t.equal((await browser.call('/child/public')).body, 'public')
  t.equal((await browser.navigate('/child/auth/login')).statusCode, 302)
})

t.test("the plugin's prefix is part of its routes and of the callback URL", async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  await app.register(fastifyAuth0, { ...s.options({ appBaseUrl: 'https://app.example.test/base' }), prefix: '/t1' })
  await app.ready()
  const browser = new Visitor(app, { origin: 'https://app.example.test', now: () => s.clock.now })
  const start = await browser.navigate('/t1/auth/login?returnTo=/x')
  t.equal(new URL(String(start.headers.location)).searchParams.get('redirect_uri'),
    'https://app.example.test/base/t1/auth/callback')
  const back = s.tenant.callback(String(start.headers.location)).replace('/base', '')
  t.equal((await browser.navigate(back)).headers.location, '/base/x')
  t.equal(s.tenant.grants('authorization_code')[0]?.form.get('redirect_uri'),
    'https://app.example.test/base/t1/auth/callback', 'the same when the code is redeemed')
})

t.test('twice in one scope is refused', async t => {
  const s = newSite(t)
  const app = fastify({ pluginTimeout: 0 })
  app.register(fastifyAuth0, s.options())
  app.register(fastifyAuth0, s.options())
  await t.rejects(Promise.resolve(app.ready()), /registered twice/)
})

t.test('the plugin in place of its instance is refused: a route would be open', async t => {
  const plugin = fastifyAuth0 as unknown as Record<string, unknown>
  for (const name of ['requireSession', 'requireToken', 'requiresSession', 'requireSesion', 'attemptSilentLogin',
    'handleStepUp', 'toolScopes']) {
    t.throws(() => plugin[name], { name: 'ConfigurationError', option: name, message: /write fastify\.auth0\./ }, name)
  }
  for (const name of ['then', 'zzz', 'require']) t.equal(plugin[name], undefined, name)
  t.type(plugin.name, 'string')
  const call = fastifyAuth0 as unknown as (options?: object) => Promise<void>
  for (const given of [{ domain: 'a.eu.auth0.com' }, undefined]) {
    await t.rejects(call(given), { name: 'ConfigurationError', message: /await fastify\.register\(auth0, / })
  }
})

t.test('a misspelt guard and an uncalled factory fail when the route is registered', async t => {
  const s = newSite(t)
  await s.app.after()
  const auth0 = s.app.auth0 as unknown as Record<string, unknown>
  t.throws(() => auth0.requireSesion, /does not exist. Did you mean "requireSession"/)
  for (
    const name of ['then', 'getter', 'setter', 'toJSON', 'inspect', 'asymmetricMatch', 'nodeType', 'tagName',
      '$$typeof', '@@__IMMUTABLE_ITERABLE__@@', '@@__IMMUTABLE_RECORD__@@']
  ) t.equal(auth0[name], undefined, `it can be awaited, compared and printed: ${name}`)
  t.type(auth0.constructor, 'function')
  t.throws(() => auth0.startInteractiveLogn, /does not exist/)
  const anyone = s.app.auth0.for({ request: { headers: {}, socket: {} } as never })
  const mfa = anyone.mfa as unknown as Record<string, unknown>
  t.throws(() => mfa.enrollAuthenticator, /request\.auth0\.mfa\.enroll\(\)/)
  t.throws(() => mfa.challengeAuthenticator, /request\.auth0\.mfa\.challenge\(\)/)
  t.throws(() => auth0.getSession, /belongs to a request. Use request.auth0.getSession/)
  t.equal((auth0 as { [Symbol.iterator]?: unknown })[Symbol.iterator], undefined)
  t.equal(auth0.for, auth0.for, 'methods are bound once')
  const make = factory('requireNothing', (..._: unknown[]): Guard => async () => {})
  t.throws(() => {
    s.app.get('/uncalled', { preHandler: make as unknown as Guard }, async () => 'x')
  }, /must be called/)
  t.throws(() => {
    s.app.get('/uncalled-2', { onRequest: [s.app.auth0.requireSession, make as unknown as Guard] }, async () => 'x')
  }, /must be called/)
  t.throws(() => make({ raw: {}, server: {} }), /requireNothing.*must be called/)
  for (const argument of [undefined, { role: 'admin' }]) t.type(make(argument), 'function')
})

t.test('for() binds any request; its cookies are written with the others', async t => {
  const s = newSite(t)
  s.route('/start',
    async (request, reply) =>
      (await s.app.auth0.for({ request, reply }).startInteractiveLogin({ returnTo: '/there' })).href)
  s.route('/read', async request => (await s.app.auth0.for({ request }).getUser())?.sub ?? 'nobody')
  await s.app.ready()
  const browser = s.browser()
  const start = await browser.call('/start')
  t.match(start.headers['set-cookie'], /_tx_/)
  t.equal((await browser.navigate(s.tenant.callback(start.body))).headers.location, '/there')
  t.equal((await browser.call('/read')).body, 'auth0|ada')
})

t.test('an answer brings the browser up to date once; a connection that outlives it keeps nothing', t => {
  const [reply, asked]: [{ sent: boolean, [name: string]: unknown }, string[]] = [{
    sent: false,
    raw: {},
    getHeader () {},
    header () {}
  }, []]
  const jar = new RequestCookieJar({ raw: { headers: { cookie: 'a=1' } } } as FastifyRequest,
    reply as unknown as FastifyReply, true, { publicResponse () {}, notSent () {} })
  const flush = (): unknown => jar.flush(reply as unknown as FastifyReply)
  jar.get('a')
  jar.beforeSend(() => {
    asked.push('before')
  })
  flush()
  jar.beforeSend(() => {
    asked.push('after')
  })
  reply.sent = true
  jar.beforeSend(() => {
    asked.push('later')
  })
  flush()
  t.strictSame(asked, ['before'])
  t.end()
})

t.test('a hook that fails after the cookies were written does not write them twice', async t => {
  const s = newSite(t)
  s.route('/write', async request => await request.auth0.updateSession({ theme: 'dark' }))
  s.app.after(() => {
    s.app.addHook('onSend', async ({ url }, { statusCode }) => {
      if (url === '/write' && statusCode === 200) throw new Error('too late')
    })
  })
  await s.app.ready()
  const browser = await s.member()
  const response = await browser.call('/write')
  t.equal(response.statusCode, 500)
  t.equal([response.headers['set-cookie']].flat().length, 1)
})

t.test('the application registers @fastify/cookie before or after, as it likes', async t => {
  const { default: cookie } = await import('@fastify/cookie')
  for (const order of ['before', 'after'] as const) {
    const s = new Site()
    const app = fastify({ pluginTimeout: 0 })
    if (order === 'before') app.register(cookie)
    app.register(fastifyAuth0, s.options())
    if (order === 'after') app.register(cookie)
    app.after(() => {
      app.get('/both', async (request, reply) => {
        reply.setCookie('own', '1')
        await request.auth0.startInteractiveLogin()
        return 'x'
      })
    })
    const answer = await app.inject({ url: '/both', headers: { host: 'app.example.test' } })
    t.equal([answer.headers['set-cookie']].flat().length, 2, order)
    await app.close()
    await s.app.close()
  }
})

t.test('several addresses: the one the request came to', async t => {
  const s = newSite(t, { appBaseUrl: ['https://a.example.test', 'https://b.example.test', 'http://localhost:3000'] }, {
    trustProxy: true
  })
  await s.app.ready()
  const at = async (host: string, proto = 'https') =>
    await s.app.inject({
      url: '/auth/login',
      headers: { 'x-forwarded-host': host, 'x-forwarded-proto': proto, accept: 'text/html' }
    })
  t.match((await at('b.example.test')).headers.location, /redirect_uri=https%3A%2F%2Fb\.example\.test%2F/)
  t.notMatch((await at('localhost:3000', 'http')).headers['set-cookie'], /Secure/)
  const refused = await at('evil.test')
  t.equal(refused.statusCode, 400)
  t.match(refused.body, 'invalid_argument')
})

t.test('without an address the request tells it, in development', async t => {
  const s = new Site({}, {})
  await s.app.close()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
  })
  const { appBaseUrl: _, ...options } = s.options()
  await app.register(fastifyAuth0, options)
  await app.ready()
  t.match((await app.inject({ url: '/auth/login', headers: { host: 'localhost:3000' } })).headers.location,
    /redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F/)
  t.equal((await app.inject({ url: '/auth/login', headers: { host: 'evil test' } })).statusCode, 400)
})

/** Lets the tenant answer as a Management API that tells the token it was shown. */
function answerManagement ({ tenant }: Site): void {
  tenant.scripts.set('client_credentials', ({ form }) => ({
    json: {
      access_token: `for-${encodeURIComponent(form.get('audience') ?? '')}`,
      token_type: 'Bearer',
      expires_in: 60
    }
  }))
  tenant.scripts.set('GET /api/v2/users/auth0%7Cada',
    ({ headers }) => ({ json: { user_id: 'auth0|ada', seen: headers.authorization } }))
}

t.test("the Management API by the plugin's credentials, built once and only where it is asked for", async t => {
  const s = newSite(t)
  answerManagement(s)
  await s.app.ready()
  t.equal(s.tenant.requests.length, 0)
  const { management } = s.app.auth0
  t.equal(s.app.auth0.management, management)
  t.match(await management.users.get('auth0|ada'), {
    user_id: 'auth0|ada',
    seen: `Bearer for-${encodeURIComponent('https://acme.eu.auth0.com/api/v2/')}`
  })
  t.match(Object.fromEntries(s.tenant.grants('client_credentials')[0]!.form), {
    client_id: 'client-1',
    client_secret: 'the secret of the client'
  })
})

t.test("behind custom domains the Management API goes by the tenant's own", async t => {
  for (const domain of ['login.acme.com', () => 'login.acme.com']) {
    const s = newSite(t, { domain, managementDomain: 'acme.eu.auth0.com' })
    answerManagement(s)
    await s.app.ready()
    t.match(await s.app.auth0.management.users.get('auth0|ada'), {
      seen: `Bearer for-${encodeURIComponent('https://acme.eu.auth0.com/api/v2/')}`
    })
  }
})

t.test('the Authentication API goes by what the plugin knows of the tenant', async t => {
  const s = newSite(t, { clockTolerance: 0 })
  await s.member()
  const documents = (): number => s.tenant.requests.filter(({ path }) => path.startsWith('/.well-known/')).length
  const before = documents()
  t.ok(before > 0)
  const { authentication } = s.app.auth0
  const idToken = s.tenant.idToken({ sub: 'auth0|ada' })
  t.equal((await authentication.verifier.verify(idToken)).sub, 'auth0|ada')
  await t.rejects(authentication.verifier.verify(s.tenant.idToken({ exp: s.clock.now - 10 })), {
    message: /expired/,
    claim: 'exp'
  }, "with the plugin's tolerance")
  t.equal(documents(), before, 'metadata and keys are shared')
  await authentication.close()
  await s.member()
})

t.test('Vary keeps what the application said', async t => {
  let vary: string | undefined
  const s = new Site()
  s.route('/me', async (request, reply) => {
    if (vary !== undefined) reply.header('vary', vary)
    return (await request.getSession())?.user.sub
  })
  t.teardown(async () => {
    await s.app.close()
  })
  await s.app.ready()
  const ada = await s.member()
  for (
    const [given, said] of [[undefined, 'Cookie'], ['Accept', 'Accept, Cookie'], ['Accept, cookie', 'Accept, cookie'], [
      '*',
      '*'
    ], ['X-Cookie-Jar', 'X-Cookie-Jar, Cookie']] as const
  ) {
    vary = given
    t.equal((await ada.call('/me')).headers.vary, said)
  }
})
