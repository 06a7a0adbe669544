import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import fastify from 'fastify'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { upgradeRequest } from '../../../lib/plugin/request/upgrade-request.js'
import { sessionCookie } from '../../../lib/testing/index.js'
import fastifyAuth0, { ConfigurationError } from '../../../lib/index.js'
import { newSite, Site } from '../../flows/site.js'

const HOST = 'app.example.test'
const audience = 'https://api.example.test/'
const ada = { sub: 'auth0|ada' }

interface Document {
  components: { securitySchemes?: Record<string, Record<string, unknown>> }
  paths: Record<string, Record<string, { security?: unknown }>>
}

t.test('OpenAPI documents name the ways in, and say which routes want which', async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  await app.register(swagger, {
    openapi: {
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'ours' },
          other: { type: 'http', scheme: 'basic' }
        }
      }
    }
  })
  await app.register(fastifyAuth0, s.options({ api: { audience } }))
  const { auth0 } = app
  const ok = async () => ''
  app.get('/open', ok)
  app.get('/page', { preHandler: auth0.requireSession }, ok)
  app.get('/admin', {
    preHandler: [async () => {}, auth0.requireClaims({ role: 'admin' })],
    schema: { summary: 'Admin' }
  }, ok)
  app.get('/api', { onRequest: [auth0.requireToken({ scopes: ['read'] }), auth0.requirePermissions('x')] }, ok)
  app.get('/both', { config: { auth0: { sessionOrToken: true } } }, ok)
  app.get('/maybe', { preHandler: auth0.requireToken({ optional: true }) }, ok)
  app.get('/both/maybe', { config: { auth0: { sessionOrToken: { optional: true } } } }, ok)
  app.get('/own', { preHandler: auth0.requireSession, schema: { security: [{ other: [] }] } }, ok)
  app.get('/out', { config: { auth0: false } }, ok)
  app.get('/before/hook', ok)
  app.register(async scope => {
    scope.get('/', ok)
    scope.get('/more', { preHandler: auth0.requireToken() }, ok)
    scope.get('/out', { config: { auth0: false }, preHandler: async () => {} }, ok)
    scope.register(async inner => {
      inner.addHook('onRequest', auth0.requireToken({ scopes: ['write'] }))
      inner.get('/', ok)
    }, { prefix: '/inner' })
    // A scope's hooks are those of all of its routes, also of the ones above.
    scope.addHook('preHandler', async () => {})
    scope.addHook('preHandler', auth0.requireSession)
    scope.addHook('onTimeout', async () => {})
  }, { prefix: '/scope' })
  const another = newSite(t)
  app.register(async scope => {
    scope.addHook('preHandler', auth0.requireSession)
    scope.addHook('onRequest', async () => {})
    await scope.register(fastifyAuth0, { ...another.options({ api: { audience } }), prefix: '/another' })
    scope.get('/', ok)
  }, { prefix: '/another' })
  app.get('/out/own', { config: { auth0: { public: true } }, preHandler: auth0.requireToken() }, ok)
  await app.ready()
  const document = app.swagger() as unknown as Document
  t.match(document.components.securitySchemes, {
    session: { type: 'apiKey', in: 'cookie', name: /^__Host-a0_/ },
    bearer: { type: 'http', scheme: 'bearer', description: 'ours' },
    openIdConnect: {
      type: 'openIdConnect',
      openIdConnectUrl: 'https://acme.eu.auth0.com/.well-known/openid-configuration'
    }
  })
  const security = Object.fromEntries(Object.entries(document.paths).map(([path, { get }]) => [path, get?.security]))
  t.strictSame(security, {
    '/open': undefined,
    '/page': [{ session: [] }],
    '/admin': [{ session: [] }],
    '/api': [{ bearer: [] }, { openIdConnect: ['read'] }],
    '/before/hook': undefined,
    '/scope/': [{ session: [] }],
    '/scope/more': [{ session: [] }],
    '/scope/out': [],
    '/scope/inner/': [{ bearer: [] }, { openIdConnect: ['write'] }],
    '/another/': [{ session: [] }],
    '/both': [{ session: [] }, { bearer: [] }, { openIdConnect: [] }],
    '/maybe': [{}, { bearer: [] }, { openIdConnect: [] }],
    '/both/maybe': [{}, { session: [] }, { bearer: [] }, { openIdConnect: [] }],
    '/own': [{ other: [] }],
    '/out': [],
    '/out/own': [{ bearer: [] }, { openIdConnect: [] }]
  }, "and the plugin's own routes stay out of it")
})

t.test('a Swagger 2 document is left alone, and so is an application without a document', async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  await app.register(swagger)
  await app.register(fastifyAuth0, s.options({ domain: () => 'acme.eu.auth0.com' }))
  await app.ready()
  t.notOk('securityDefinitions' in app.swagger())
  const late = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await late.close()
  })
  await late.register(fastifyAuth0, s.options({ mountRoutes: false }))
  await late.register(swagger, { openapi: {} })
  late.get('/page', { preHandler: late.auth0.requireSession }, async () => '')
  await late.ready()
  t.notMatch((late.swagger() as unknown as Document).paths['/page'], { get: { security: [] } },
    'without schemes nothing names them')
})

t.test('a WebSocket knows its user, and notices that the session has ended', async t => {
  const s = newSite(t)
  await s.app.register(websocket)
  s.app.after(() => {
    s.app.get('/live', { websocket: true, onRequest: s.app.auth0.requireSession }, (socket, request) => {
      socket.on('message', () => {
        s.app.auth0.for({ request }).getSession().then(session => socket.send(session?.user.sub ?? 'over'),
          error => socket.send(String(error)))
      })
    })
  })
  await s.app.ready()
  const socket = await s.app.injectWS('/live', {
    headers: { host: HOST, cookie: await sessionCookie(s.app, { user: ada, sid: 'sid-1' }) }
  })
  const says = async (): Promise<string> => {
    const answer = once(socket, 'message')
    socket.send('who am I?')
    return String((await answer)[0])
  }
  t.equal(await says(), 'auth0|ada')
  await s.app.auth0.revokeSessions({ sid: 'sid-1' })
  s.clock.now += 1
  t.equal(await says(), 'over')
  socket.terminate()
})

t.test('the session of a raw upgrade request, without a reply', async t => {
  const s = newSite(t, {
    appBaseUrl: undefined as unknown as string,
    domain: request => request.headers.host === HOST ? 'acme.eu.auth0.com' : 'nobody.test'
  })
  s.app.server.on('upgrade', (request, socket) => {
    const auth0 = s.app.auth0.for({ request })
    auth0.getUser().then(async user => {
      const session = await auth0.updateSession({ seen: true }).then(() => 'written', error => error.code)
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nx-user: ${user?.sub ?? 'nobody'}\r\nx-write: ${session}\r\ncontent-length: 0\r\n\r\n`
      )
    }, error => socket.destroy(error))
  })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = s.app.server.address() as AddressInfo
  const ask = async (cookie: string): Promise<unknown> => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      headers: { host: HOST, connection: 'upgrade', upgrade: 'own', cookie }
    }).end()
    const [response] = await once(request, 'response')
    return response.headers['x-user']
  }
  t.equal(await ask(await sessionCookie(s.app, { user: ada, issuer: 'https://acme.eu.auth0.com/' })), 'auth0|ada')
  t.equal(await ask(''), 'nobody')
})

t.test('a raw request over TLS is an https one', t => {
  const raw = {
    method: 'GET',
    url: '/live',
    headers: { host: HOST },
    socket: { encrypted: true }
  } as unknown as IncomingMessage
  t.match(upgradeRequest(raw, fastify().log), { protocol: 'https', host: HOST, url: '/live' })
  t.end()
})

t.test('server-sent events begin only with a session', async t => {
  const s = newSite(t)
  s.app.after(() => {
    s.app.get('/events', { onRequest: s.app.auth0.requireSession }, async (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.raw.end(`data: ${(await request.auth0.getUser())?.sub}\n\n`)
    })
  })
  await s.app.ready()
  const headers = { host: HOST, accept: 'text/event-stream', 'sec-fetch-mode': 'cors' }
  t.equal((await s.app.inject({ url: '/events', headers })).statusCode, 401)
  t.equal(
    (await s.app.inject({ url: '/events', headers: { ...headers, cookie: await sessionCookie(s.app, { user: ada }) } }))
      .body,
    'data: auth0|ada\n\n'
  )
})

t.test('a content security policy that lets login and logout forms pass', async t => {
  const s = newSite(t)
  s.app.register(async app => {
    await app.register(helmet, { contentSecurityPolicy: { directives: { formAction: app.auth0.cspFormAction() } } })
    app.get('/', async () => 'page')
  })
  await s.app.ready()
  t.match((await s.app.inject({ url: '/', headers: { host: HOST } })).headers['content-security-policy'],
    /form-action 'self' https:\/\/acme\.eu\.auth0\.com https:\/\/app\.example\.test/)
})

t.test("behind requireToken: other APIs on behalf of the caller, and the caller's connected accounts", async t => {
  const s = newSite(t, { api: { audience } })
  s.app.after(() => {
    const guard = s.app.auth0.requireToken()
    s.app.get('/behalf', { preHandler: guard },
      async request =>
        await request.auth0.getTokenOnBehalfOf({ audience: 'https://other.example.test/', scope: 'read' }))
    s.app.get('/behalf/plain', { preHandler: guard }, async request =>
      await request.auth0.getTokenOnBehalfOf({
        audience: 'https://other.example.test/',
        signal: AbortSignal.timeout(5000)
      }))
    s.app.get('/behalf/nothing', { preHandler: guard },
      async request => await request.auth0.getTokenOnBehalfOf({ audience: '' }))
    s.app.get('/behalf/unguarded', async request => await request.auth0.getTokenOnBehalfOf({ audience: 'x' }))
    s.app.get('/vault', { preHandler: guard },
      async request =>
        await request.auth0.getAccessTokenForConnection({ connection: 'google-oauth2', loginHint: 'ada' }))
    s.app.get('/vault/plain', { preHandler: guard }, async request =>
      await request.auth0.getAccessTokenForConnection({
        connection: 'google-oauth2',
        signal: AbortSignal.timeout(5000)
      }))
  })
  await s.app.ready()
  const token = s.tenant.apiToken({ aud: audience, azp: 'spa' })
  const at = async (url: string) =>
    await s.app.inject({ url, headers: { host: HOST, authorization: `Bearer ${token}` } })
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  s.tenant.scripts.set(exchange,
    () => ({ json: { access_token: 'for-other', token_type: 'Bearer', expires_in: 60, scope: 'read' } }))
  t.strictSame((await at('/behalf')).json(), {
    accessToken: 'for-other',
    tokenType: 'Bearer',
    scope: 'read',
    expiresAt: s.clock.now + 60,
    audience: 'https://other.example.test/'
  })
  t.match(Object.fromEntries(s.tenant.grants(exchange)[0]!.form), {
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: 'https://other.example.test/',
    scope: 'read'
  })
  s.tenant.scripts.set(exchange, () => ({ json: { access_token: 'bound', token_type: 'DPoP' } }))
  t.match((await at('/behalf/plain')).json(), { statusCode: 502 },
    'a bound token for a key this application does not have')
  s.tenant.scripts.set(exchange, () => ({ json: { access_token: 'for-other', token_type: 'bearer' } }))
  t.match((await at('/behalf/plain')).json(), { tokenType: 'Bearer', scope: '', expiresAt: 0 })
  s.tenant.scripts.set(exchange, () => ({ status: 403, json: { error: 'unauthorized_client' } }))
  t.match((await at('/behalf')).json(), { code: 'token_exchange_failed' })
  t.equal((await at('/behalf/nothing')).json().code, 'missing_required_argument_error')
  t.equal((await at('/behalf/unguarded')).json().code, 'configuration_error')

  const vault = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
  s.tenant.scripts.set(vault,
    () => ({ json: { access_token: 'google', token_type: 'Bearer', expires_in: 60, scope: 'calendar' } }))
  t.strictSame((await at('/vault')).json(), {
    accessToken: 'google',
    scope: 'calendar',
    expiresAt: s.clock.now + 60,
    connection: 'google-oauth2',
    loginHint: 'ada'
  })
  t.match(Object.fromEntries(s.tenant.grants(vault)[0]!.form), {
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    login_hint: 'ada'
  })
  t.match((await at('/vault/plain')).json(), { accessToken: 'google' })
  s.tenant.scripts.set(vault, () => ({ status: 400, json: { error: 'invalid_grant' } }))
  t.match((await at('/vault')).json(), { code: 'failed_to_retrieve' })
})

t.test('tokens and sessions side by side: the guards behind ask whoever it is', async t => {
  const s = newSite(t, { api: { audience, cacheEntries: 2 } })
  s.app.after(() => {
    const {
      requireSessionOrToken,
      requireSameOrigin,
      requireClaims,
      requireOrganization,
      requirePermissions,
      requireMfa,
      requireFreshLogin
    } = s.app.auth0
    const either = requireSessionOrToken({ scopes: ['read'] })
    s.app.get('/either', { preHandler: either },
      async request => request.auth0.token === undefined ? 'session' : 'token')
    s.app.get('/optional', { preHandler: requireSessionOrToken({ optional: true }) }, async () => 'anybody')
    s.app.post('/change', { preHandler: [either, requireSameOrigin] }, async () => 'changed')
    s.app.get('/claims', {
      preHandler: [either, requireClaims({ role: 'admin' }), requireOrganization('org_a'), requirePermissions('p')]
    }, async () => 'all')
    s.app.get('/mfa', { preHandler: [either, requireMfa()] }, async () => 'mfa')
    s.app.get('/fresh', { preHandler: [either, requireFreshLogin({ maxAge: 10 })] }, async () => 'fresh')
    s.app.get('/page', { preHandler: either, config: { auth0: { public: true } } }, async () => 'own')
  })
  await s.app.ready()
  const token = (claims: object = {}): string =>
    s.tenant.apiToken({ aud: audience, scope: 'read', azp: 'spa', ...claims })
  const at = async (url: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET') =>
    await s.app.inject({ method, url, headers: { host: HOST, ...headers } })
  const cookie = await sessionCookie(s.app, { user: ada })
  const bearer = (claims?: object) => ({ authorization: `Bearer ${token(claims)}` })
  t.equal((await at('/either', { cookie })).body, 'session')
  t.equal((await at('/either', bearer())).body, 'token')
  t.equal((await at('/either', bearer())).body, 'token', 'remembered')
  t.equal((await at('/either', { ...bearer({ scope: 'x' }), cookie })).statusCode, 403,
    'a bad token is not made good by a session')
  t.equal((await at('/either', { accept: 'text/html' })).statusCode, 302)
  const password = { authorization: 'Basic eDp5' }
  t.equal((await at('/either', { ...password, cookie })).body, 'session', 'of a server in front')
  t.equal((await at('/either', { ...password, accept: 'text/html' })).statusCode, 302)
  t.equal((await at('/either', password)).statusCode, 401)
  t.equal((await at('/optional', password)).body, 'anybody')
  t.equal((await at('/optional', { authorization: 'x.y.z', cookie })).statusCode, 401)
  t.equal((await at('/change', { ...password, cookie }, 'POST')).statusCode, 403)
  t.equal((await at('/change', bearer(), 'POST')).body, 'changed', 'no browser sends a token by itself')
  t.equal((await at('/change', { cookie }, 'POST')).statusCode, 403)
  t.equal((await at('/claims', bearer({ role: 'admin', org_id: 'org_a', permissions: ['p'] }))).body, 'all')
  for (const claims of [{}, { role: 'admin' }, { role: 'admin', org_id: 'org_a' }]) {
    t.equal((await at('/claims', bearer(claims))).statusCode, 403)
  }
  t.equal((await at('/mfa', bearer({ amr: ['mfa'] }))).body, 'mfa')
  const step = await at('/mfa', bearer())
  t.equal(step.statusCode, 401)
  t.match(step.headers['www-authenticate'], [
    /^Bearer realm="api", error="insufficient_user_authentication", .+, acr_values="http[^"]+", scope="read"$/,
    /^DPoP realm="api", algs="ES256"$/
  ])
  t.match((await at('/fresh', bearer({ auth_time: s.clock.now - 100 }))).headers['www-authenticate'],
    [/, max_age="10", scope="read"$/, /^DPoP/])
  t.equal((await at('/fresh', bearer({ auth_time: s.clock.now + 100 }))).statusCode, 401, 'a login to come tells ' +
    'nothing')
  t.equal((await at('/page', { authorization: 'Bearer x' })).statusCode, 401,
    'opting out is of the guards around, not of its own')
  t.equal((await at('/either', bearer({ exp: s.clock.now + 1 }))).statusCode, 200)
})

t.test('a user that another plugin puts on the request is not ours, and stays', async t => {
  for (const order of ['before', 'after']) {
    const s = new Site()
    const app = fastify({ pluginTimeout: 0 })
    t.teardown(async () => {
      await app.close()
      await s.app.close()
    })
    const { default: jwt } = await import('@fastify/jwt')
    if (order === 'before') await app.register(jwt, { secret: 'the secret of another plugin, long enough' })
    await app.register(fastifyAuth0, s.options())
    if (order === 'after') await app.register(jwt, { secret: 'the secret of another plugin, long enough' })
    app.get('/both', { preHandler: app.auth0.requireSession }, async request => {
      await request.jwtVerify()
      return { theirs: (request.user as { id: number }).id, ours: request.auth0.user.sub }
    })
    await app.ready()
    const headers = {
      host: HOST,
      cookie: await sessionCookie(app, { user: ada }),
      authorization: `Bearer ${app.jwt.sign({ id: 7 })}`
    }
    t.strictSame((await app.inject({ url: '/both', headers })).json(), { theirs: 7, ours: ada.sub }, order)
  }
})

t.test('with several domains the request decides whose tokens are taken, each time', async t => {
  const s = newSite(t, { domain: ({ headers }) => String(headers['x-tenant'] ?? ''), api: { audience } })
  s.app.after(() => {
    s.app.get('/api', { preHandler: s.app.auth0.requireToken() }, async () => 'in')
  })
  await s.app.ready()
  const authorization = `Bearer ${s.tenant.apiToken({ aud: audience, azp: 'spa' })}`
  const at = async (tenant: Record<string, string>) =>
    (await s.app.inject({ url: '/api', headers: { host: HOST, authorization, ...tenant } })).statusCode
  t.equal(await at({ 'x-tenant': s.tenant.domain }), 200)
  t.equal(await at({ 'x-tenant': 'other.eu.auth0.com' }), 401, 'also a token that is remembered')
  t.equal(await at({}), 400, 'and for no tenant there is no answer')
})

t.test('a guard of a scope is checked with the options of each route that it guards', async t => {
  const s = new Site()
  const other = new Site({ clientId: 'client-2' })
  t.teardown(async () => {
    await s.app.close()
    await other.app.close()
  })
  for (
    const [outer, inner, starts] of [[{}, { api: { audience } }, true], [{ api: { audience } }, {}, false]] as const
  ) {
    for (const optsOut of [false, true]) {
      const app = fastify({ pluginTimeout: 0 })
      await app.register(fastifyAuth0, s.options(outer))
      app.register(async scope => {
        // Nobody waits for it: the guard is added before the scope's own options are known.
        scope.register(fastifyAuth0, { ...other.options(inner), prefix: '/inner' })
        scope.addHook('onRequest', app.auth0.requireToken())
        scope.after(() => {
          scope.get('/api', { config: optsOut ? { auth0: false } : {} }, async () => '')
        })
      })
      const ready = Promise.resolve(app.ready())
      if (starts || optsOut) {
        t.equal(
          (await ready.then(async () => await app.inject({ url: '/api', headers: { host: HOST } }))).statusCode,
          optsOut ? 200 : 401
        )
      } else await t.rejects(ready, { code: 'configuration_error', option: 'api.audience' })
      await app.close()
    }
  }
})

t.test('what a token guard or an API option must be', async t => {
  const s = newSite(t)
  await s.app.after()
  const { requireToken } = s.app.auth0
  for (
    const demands of [{ scope: ['read'] }, { scopes: ' ' }, { scopes: [''] }, { permissions: [1] }, {
      organization: ''
    }, { audience: [1] }, { audience: '' }, { maxAge: '60' }, { maxAge: -1 }, { maxAge: 1e12 }, { acr: [] },
    { actor: true }, { actor: 'optional' }, { subjectProfile: '' }, { optional: 'yes' }, null]
  ) {
    t.throws(() => requireToken(demands as object), ConfigurationError, JSON.stringify(demands))
  }
  t.ok(requireToken({ audience: ['a', 'b'], organization: 'org_a' }))
  for (const guard of [requireToken(), requireToken({ scopes: ['read'] }), s.app.auth0.requireSessionOrToken()]) {
    t.throws(() => {
      s.app.get('/', { preHandler: [async () => {}, guard] }, async () => '')
    }, { code: 'configuration_error', option: 'api.audience' }, 'whose tokens would they be')
    const app = fastify({ pluginTimeout: 0 })
    app.register(fastifyAuth0, s.options())
    app.register(async scope => {
      scope.get('/', async () => '')
      scope.addHook('onRequest', guard)
    })
    await t.rejects(Promise.resolve(app.ready()), { code: 'configuration_error', option: 'api.audience' },
      'and those of a whole scope')
    await app.close()
  }
  s.app.get('/named', { preHandler: requireToken({ audience: 'https://api.example.test' }) }, async () => '')
  s.app.get('/api', async (request, reply) => {
    await requireToken()(request, reply)
  })
  t.match((await s.app.inject({ url: '/api', headers: { host: HOST, authorization: 'Bearer a.b.c' } })).json(), {
    statusCode: 500,
    code: 'configuration_error'
  })
  for (
    const options of [{ routes: { protectedResource: true } }, { api: { issuers: ['https://x.test/path'] } }, {
      api: { dpop: 'maybe' as 'allowed' }
    }, { api: { dpopProofAge: 1 } }]
  ) {
    const app = fastify({ pluginTimeout: 0 })
    app.register(fastifyAuth0, s.options(options))
    await t.rejects(Promise.resolve(app.ready()), ConfigurationError, JSON.stringify(options))
  }
})
