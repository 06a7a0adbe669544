import cors from '@fastify/cors'
import fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0, { type Auth0Event, type Auth0Options, type Guard } from '../../../../lib/index.js'
import { sessionCookie } from '../../../../lib/testing/index.js'
import { ScriptedTenant } from '../../../fixtures/scripted-tenant.js'

const origin = 'https://app.example.com'
const now = 1_795_000_000
const tenant = new ScriptedTenant({ now: () => now, clientId: 'agent' })
const { domain, fetch: customFetch } = tenant
const wellKnown = '/.well-known/oauth-protected-resource'

const alone: Auth0Options = { domain, mountRoutes: false, customFetch, now: () => now }
const withLogin: Auth0Options = {
  domain,
  clientId: 'app',
  clientSecret: 'secret',
  sessionSecret: 's'.repeat(40),
  appBaseUrl: origin,
  customFetch,
  now: () => now
}

const token = (claims: object): string => tenant.apiToken({ aud: `${origin}/mcp`, exp: now + 60, ...claims })
const bearer = (claims: object = {}): { authorization: string } => ({ authorization: `Bearer ${token(claims)}` })

async function served (t: Test, options: Auth0Options, routes: (app: FastifyInstance) => unknown = () => {},
  server: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = fastify({ pluginTimeout: 0, ...server })
  t.teardown(async () => {
    await app.close()
  })
  await app.register(fastifyAuth0, options)
  await routes(app)
  await app.ready()
  return app
}

const host = 'app.example.com'
const ask = async (app: FastifyInstance, url: string, headers: Record<string, string> = {},
  more: { method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST', payload?: string | object } = {}) =>
  await app.inject({ url, headers: { host, ...headers }, ...more })

t.test('the metadata of each resource is at its place on the origin', async t => {
  const app = await served(t, {
    ...alone,
    api: {
      dpop: 'disabled',
      resources: {
        '/mcp': {
          audience: `${origin}/mcp`,
          scopes: ['read:orders', 'offline_access'],
          name: 'Orders',
          documentation: 'https://docs.example.com/orders',
          policy: 'https://example.com/policy',
          termsOfService: 'https://example.com/terms',
          metadata: { resource_signing_alg_values_supported: ['RS256'] }
        },
        '/deep/er': { audience: 'urn:deeper', dpop: 'required' },
        '/': { audience: [`${origin}/`, 'urn:other'], dpop: 'allowed', scopes: [] }
      }
    }
  })
  const mcp = await ask(app, `${wellKnown}/mcp`, { 'mcp-protocol-version': '2026-07-28' })
  t.strictSame(mcp.json(), {
    resource: `${origin}/mcp`,
    scopes_supported: ['read:orders'],
    bearer_methods_supported: ['header'],
    resource_name: 'Orders',
    resource_documentation: 'https://docs.example.com/orders',
    resource_policy_uri: 'https://example.com/policy',
    resource_tos_uri: 'https://example.com/terms',
    resource_signing_alg_values_supported: ['RS256'],
    authorization_servers: [`https://${domain}/`]
  })
  t.match(mcp.headers, {
    'access-control-allow-origin': '*',
    'content-type': /^application\/json/,
    'cache-control': /no-store/
  })
  const head = await ask(app, `${wellKnown}/mcp`, {}, { method: 'HEAD' })
  t.match([head.statusCode, head.body], [200, ''])
  t.strictSame((await ask(app, `${wellKnown}/deep/er`)).json(), {
    resource: `https://${host}/deep/er`.replace('https', 'http'),
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ['ES256'],
    dpop_bound_access_tokens_required: true,
    authorization_servers: [`https://${domain}/`]
  })
  t.strictSame((await ask(app, wellKnown)).json(), {
    resource: `${origin}/`,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ['ES256'],
    authorization_servers: [`https://${domain}/`]
  })

  const preflight = await ask(app, `${wellKnown}/mcp`, {
    origin: 'https://inspector.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'mcp-protocol-version, x-two'
  }, { method: 'OPTIONS' })
  t.equal(preflight.statusCode, 204)
  t.match(preflight.headers, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': 'mcp-protocol-version,x-two',
    vary: 'Access-Control-Request-Headers'
  })
  for (const headers of [{}, { 'access-control-request-headers': 'a b\tc:' }] as Record<string, string>[]) {
    const answer = await ask(app, `${wellKnown}/mcp`, headers, { method: 'OPTIONS' })
    t.equal(answer.headers['access-control-allow-headers'], undefined)
  }

  const hostile = ['/mcp/', '//mcp', '/mcp/..', '/../mcp', '/..%2fmcp', '/%2e%2e/mcp', '/mcp%2f', '/mcp%00', '/mcp;x',
    '/mcp2', '/mc', '/MCP', '/*', '/:path', '/undefined', '/deep', '/deep%2fer', '%2fmcp', '/mcp\\', '/__proto__',
    `/${'a'.repeat(10_240)}`, `/mcp${'/a'.repeat(5_120)}`, `/mcp${'%2e'.repeat(3_400)}`]
  for (const path of hostile) {
    t.equal((await ask(app, wellKnown + path)).statusCode, 404, path.slice(0, 40))
    t.equal((await ask(app, wellKnown + path, {}, { method: 'OPTIONS' })).statusCode, 404, path.slice(0, 40))
  }
  t.equal((await ask(app, `${wellKnown}/mcp`, {}, { method: 'POST' })).statusCode, 404)
})

t.test('the metadata says that tokens may be bound to a certificate, where one is read', async t => {
  const member = '"tls_client_certificate_bound_access_tokens":true,'
  const bodies = async (mtls: object): Promise<string[]> => {
    const app = await served(t, {
      ...alone,
      api: {
        audience: 'urn:api',
        dpop: 'disabled',
        ...mtls,
        resources: {
          '/mcp': { audience: `${origin}/mcp` },
          '/own': { audience: `${origin}/own`, dpop: 'required' }
        }
      }
    })
    return await Promise.all(['/mcp', '/own'].map(async path => (await ask(app, wellKnown + path)).body))
  }
  const expected = (bound: string): string[] => [
    `{"resource":"${origin}/mcp","bearer_methods_supported":["header"],${bound}` +
    `"authorization_servers":["https://${domain}/"]}`,
    `{"resource":"${origin}/own","bearer_methods_supported":["header"],${bound}` +
    '"dpop_signing_alg_values_supported":["ES256"],"dpop_bound_access_tokens_required":true,' +
    `"authorization_servers":["https://${domain}/"]}`
  ]
  t.strictSame(await bodies({ mtls: () => undefined }), expected(member))
  t.strictSame(await bodies({}), expected(''))
  for (const [mtls, bound] of [[() => undefined, member], [undefined, '']] as const) {
    const app = await served(t, {
      ...withLogin,
      routes: { protectedResource: true },
      api: { audience: 'urn:api', dpop: 'disabled', mtls }
    })
    t.equal((await ask(app, wellKnown)).body, `{"resource":"urn:api","bearer_methods_supported":["header"],${bound}` +
      `"authorization_servers":["https://${domain}/"]}`)
  }
})

t.test('no prefix moves the metadata, and no guard or other tenant stands in its way', async t => {
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  const url = `${wellKnown}/base/api/mcp`
  await app.register(async scope => {
    await scope.register(fastifyAuth0, {
      ...withLogin,
      appBaseUrl: `${origin}/base`,
      prefix: '/tenant',
      api: { resources: { '/base/api/mcp': { scopes: ['read'] } } }
    })
    scope.addHook('onRequest', scope.auth0.requireSession)
    scope.get('/mcp', { config: { auth0: { token: { resource: '/base/api/mcp', scopes: 'read' } } } }, async () => '')
    scope.post('/mcp', { config: { auth0: false }, onRequest: scope.auth0.requireToken({ scopes: 'read' }) },
      async () => '')
  }, { prefix: '/api' })
  await app.register(async scope => {
    await scope.register(fastifyAuth0, {
      ...withLogin,
      domain: 'other.eu.auth0.com',
      appBaseUrl: 'https://other.example.com',
      api: { resources: { '/other': {} } }
    })
  }, { prefix: '/other' })
  await app.ready()
  t.match((await ask(app, url)).json(), { resource: `${origin}/base/api/mcp`, scopes_supported: ['read'] })
  t.match((await ask(app, `${wellKnown}/other`)).json(), {
    resource: 'https://other.example.com/other',
    authorization_servers: ['https://other.eu.auth0.com/']
  })
  t.equal((await ask(app, `/api/tenant${url}`)).statusCode, 404)
  const refused = await ask(app, '/api/mcp', { host: 'evil.test' }, { method: 'POST' })
  t.strictSame([refused.headers['www-authenticate']].flat(), [
    `Bearer realm="api", scope="read", resource_metadata="${origin}${url}"`,
    `DPoP realm="api", scope="read", algs="ES256", resource_metadata="${origin}${url}"`
  ])
  const granted = bearer({ aud: `${origin}/base/api/mcp`, scope: 'read' })
  t.equal((await ask(app, '/api/mcp', granted, { method: 'POST' })).statusCode, 200)
  t.equal((await ask(app, '/api/mcp', { ...bearer({ scope: 'read' }) }, { method: 'POST' })).statusCode, 401)

  const guarded = await served(t, { ...withLogin, api: { resources: { '/mcp': {} } } }, one => {
    one.addHook('onRequest', one.auth0.requireSession)
  })
  t.equal((await ask(guarded, `${wellKnown}/mcp`)).statusCode, 200)
  await t.rejects(served(t, {
    ...withLogin,
    api: { audience: 'urn:a', resources: { '/': {} } },
    routes: { protectedResource: true }
  }), { option: 'api.resources', message: /there is a route \/\.well-known/ })
})

t.test('pages of all origins read the metadata, whatever the application allows for itself', async t => {
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  await app.register(cors, { origin: [origin] })
  const api = { audience: 'urn:a', resources: { '/mcp': {} } }
  await app.register(fastifyAuth0, { ...withLogin, prefix: '/p', api, routes: { protectedResource: true } })
  for (const url of [`${wellKnown}/mcp`, `/p${wellKnown}`]) {
    const headers = {
      origin: 'https://inspector.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'mcp-protocol-version'
    }
    const preflight = await ask(app, url, headers, { method: 'OPTIONS' })
    const document = await ask(app, url, { origin: 'https://inspector.example' })
    t.match([preflight.statusCode, document.statusCode], [204, 200], url)
    t.match(preflight.headers, {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'mcp-protocol-version'
    })
    t.equal(document.headers['access-control-allow-origin'], '*')
  }
})

t.test('an audience is bound to its resource, and to the address where there are several', async t => {
  const other = 'https://two.example.com'
  const routes = (app: FastifyInstance): void => {
    for (const resource of ['/a', '/b']) {
      app.get(resource, { onRequest: app.auth0.requireToken({ resource }) }, async request => {
        const { authInfo } = request.auth0
        return { ...authInfo, resource: authInfo?.resource?.href, token: authInfo?.token.length }
      })
    }
  }
  const app = await served(t, {
    ...withLogin,
    appBaseUrl: [origin, other],
    api: { audience: 'urn:api', resources: { '/a': {}, '/b': { audience: ['urn:b', 'https://b.example.com'] } } }
  }, routes, { trustProxy: true })
  const send = async (at: string, url: string, aud: unknown) =>
    await ask(app, url, { host: new URL(at).host, 'x-forwarded-proto': 'https', ...bearer({ aud }) })
  // The first answer is that of the whole check, the second that of what is remembered.
  for (let again = 0; again < 2; again++) {
    const status = async (...args: Parameters<typeof send>): Promise<number> => (await send(...args)).statusCode
    t.equal(await status(origin, '/a', `${origin}/a`), 200)
    t.equal(await status(other, '/a', `${origin}/a`), 401, 'of the other address')
    t.equal(await status(other, '/a', `${other}/a`), 200)
    t.equal(await status(origin, '/b', `${origin}/a`), 401, 'of the other resource')
    t.equal(await status(origin, '/b', 'urn:b'), 200)
    t.equal(await status(origin, '/b', 'https://b.example.com'), 200)
    t.equal(await status(origin, '/a', 'urn:b'), 401)
    t.equal(await status(origin, '/a', ['urn:b', `${origin}/a`]), 200)
    t.equal(await status(origin, '/b', 'urn:api'), 401, 'the audience of the API opens no resource')
    t.equal(await status('https://evil.test', '/a', 'https://evil.test/a'), 400, 'not an address of the application')
    t.equal(await status('https://evil.test', `${wellKnown}/a`, ''), 400)
  }
  const info = (await send(origin, '/b', 'https://b.example.com')).json<Record<string, unknown>>()
  t.match(info, {
    clientId: 'agent',
    scopes: [],
    expiresAt: now + 60,
    resource: 'https://b.example.com/',
    resourceMetadataUrl: `${origin}${wellKnown}/b`,
    extra: { sub: 'auth0|ada', aud: 'https://b.example.com' }
  })
  t.match((await send(origin, '/b', 'urn:b')).json(), { resource: 'urn:b' })
  const several = [`https://${domain}/userinfo`, 'https://b.example.com', `${other}/a`]
  t.match((await send(other, '/a', several)).json(), { resource: `${other}/a` })
})

t.test('a guard that asks more of a token takes over the resource, for this request only', async t => {
  const api = { audience: 'urn:api', resources: { '/mcp': {}, '/two': {}, '/bearer': { dpop: 'disabled' as const } } }
  const app = await served(t, { ...withLogin, api }, one => {
    const more = one.auth0.requireToken({ scopes: 'more' })
    const handler = async (): Promise<string> => ''
    one.get('/both', { onRequest: [one.auth0.requireToken({ resource: '/mcp', scopes: 'first' }), more] }, handler)
    one.get('/alone', { onRequest: more }, handler)
    const fresh = one.auth0.requireFreshLogin({ maxAge: 1 })
    for (const resource of ['/two', '/bearer']) {
      one.get(resource, { onRequest: [one.auth0.requireToken({ resource }), fresh] }, handler)
    }
    one.get('/api', { onRequest: [one.auth0.requireToken(), fresh] }, handler)
    const ofApi = one.auth0.requireToken({ audience: 'urn:api' })
    one.get('/named', { onRequest: [one.auth0.requireToken({ resource: '/mcp' }), ofApi] }, handler)
  })
  const granted = bearer({ scope: 'first more' })
  for (let again = 0; again < 2; again++) {
    t.equal((await ask(app, '/both', granted)).statusCode, 200)
    t.equal((await ask(app, '/alone', granted)).statusCode, 401, 'what has passed there opens nothing here')
  }
  t.equal((await ask(app, '/named', granted)).statusCode, 401, 'who names an audience asks for that one')
  t.equal((await ask(app, '/named', bearer({ aud: [`${origin}/mcp`, 'urn:api'] }))).statusCode, 200)
  const { headers } = await ask(app, '/both', bearer({ scope: 'first' }))
  t.match([headers['www-authenticate']].flat()[0], `scope="first more", resource_metadata="${origin}${wellKnown}/mcp"`)
  for (const [url, schemes] of [['/two', 2], ['/bearer', 1], ['/api', 2]] as const) {
    const aud = url === '/api' ? 'urn:api' : `${origin}${url}`
    const challenge = [(await ask(app, url, bearer({ aud, auth_time: 1 }))).headers['www-authenticate']].flat()
    t.equal(challenge.length, schemes, 'the schemes of the resource')
    t.equal([(await ask(app, url)).headers['www-authenticate']].flat().length, schemes)
    t.match(challenge[0], /insufficient_user_authentication/)
  }
})

t.test('one guard of two applications asks each for its own audience', async t => {
  let guard: Guard | undefined
  const apps: FastifyInstance[] = []
  for (const audience of ['urn:one', 'urn:two']) {
    apps.push(await served(t, { ...alone, api: { audience } }, app => {
      guard ??= app.auth0.requireToken()
      app.get('/', { onRequest: guard }, async () => '')
    }))
  }
  for (const aud of ['urn:one', 'urn:two', 'urn:one']) {
    const granted = bearer({ aud })
    for (const [i, own] of ['urn:one', 'urn:two'].entries()) {
      t.equal((await ask(apps[i]!, '/', granted)).statusCode, own === aud ? 200 : 401, `${aud} ${own}`)
    }
  }
})

t.test('no other guard stands for the token of a tool', async t => {
  const api = { resources: { '/mcp': { audience: `${origin}/mcp` } } }
  const app = await served(t, { ...alone, api }, one => {
    one.post('/mcp', { preHandler: [one.auth0.requireSameOrigin, one.auth0.toolScopes({ who: [] })] }, async () => '')
    const table = { write: ['write'] }
    one.post('/before', {
      onRequest: one.auth0.requireToken({ optional: true }),
      preHandler: one.auth0.toolScopes(table)
    }, async () => '')
    one.post('/itself', { preHandler: one.auth0.toolScopes(table, { optional: true }) }, async () => '')
  })
  const payload = { method: 'tools/call', params: { name: 'who' } }
  const own = { 'sec-fetch-site': 'none' }
  t.equal((await ask(app, '/mcp', own, { method: 'POST', payload })).statusCode, 401)
  t.equal((await ask(app, '/mcp', { ...own, ...bearer() }, { method: 'POST', payload })).statusCode, 200)
  for (const url of ['/before', '/itself']) {
    const call = async (name: string, headers: Record<string, string> = {}) =>
      await ask(app, url, headers, { method: 'POST', payload: { method: 'tools/call', params: { name } } })
    t.equal((await call('who')).statusCode, 200, 'a tool that asks for nothing, where the token is optional')
    t.equal((await call('who', { authorization: 'Bearer x.y.z' })).statusCode, 401)
    const refused = await call('write')
    t.equal(refused.statusCode, 401)
    t.match([refused.headers['www-authenticate']].flat()[0], 'scope="write"')
    t.equal((await call('write', bearer({ scope: 'write' }))).statusCode, 200)
  }
})

t.test('who is there for an MCP server', async t => {
  const audience = ['urn:orders', 'https://orders.example.com']
  const app = await served(t, { ...withLogin, api: { audience } }, one => {
    const handler: RouteOptions['handler'] = async request => ({ info: request.auth0.authInfo ?? null })
    one.get('/open', handler)
    one.get('/', { onRequest: one.auth0.requireSessionOrToken() }, handler)
    one.get('/x', { onRequest: one.auth0.requireToken({ scopes: ['x'] }) }, handler)
  })
  const info = async (claims: object) => (await ask(app, '/', bearer(claims))).json<{ info: object }>().info
  t.match(await info({
    aud: ['https://acme.eu.auth0.com/userinfo', 'urn:orders', 'https://orders.example.com'],
    scope: 'openid read',
    permissions: ['read', 'write'],
    client_id: 'cimd'
  }), { clientId: 'cimd', scopes: ['openid', 'read', 'write'], resource: 'urn:orders' })
  t.match(await info({ aud: 'https://orders.example.com', azp: undefined, scope: 'x', gty: 'password' }), {
    clientId: '',
    scopes: ['x']
  })
  const lists = await served(t, { ...withLogin, api: { audience, scopeLists: true } }, one => {
    one.get('/', { onRequest: one.auth0.requireToken() }, async request => ({ info: request.auth0.authInfo }))
    one.get('/x', { onRequest: one.auth0.requireToken({ scopes: ['x'] }) }, async () => 'x')
  })
  for (const scope of ['x', 'x y', ' x', 'x ', 'x  y', 'y\tx', ['x'], ['x', 1], [], undefined]) {
    for (const one of [app, lists]) {
      const given = bearer({ aud: 'urn:orders', scope })
      const { scopes } = (await ask(one, '/', given)).json<{ info: { scopes: string[] } }>().info
      t.equal(scopes.includes('x'), (await ask(one, '/x', given)).statusCode === 200, `as guards: ${String(scope)}`)
    }
  }
  t.strictSame((await ask(app, '/open', bearer({ aud: 'urn:orders' }))).json(), { info: null })
  const cookie = await sessionCookie(app, { user: { sub: 'auth0|ada' } })
  t.strictSame((await ask(app, '/', { cookie })).json(), { info: null })
})

t.test('pages of foreign origins are refused where origins are listed', async t => {
  const app = await served(t, {
    ...withLogin,
    api: {
      resources: { '/mcp': { allowedOrigins: ['https://Claude.example', 'vscode-webview://abc'] }, '/open': {} }
    }
  }, one => {
    const handler = async (): Promise<string> => 'done'
    one.post('/mcp', { onRequest: one.auth0.requireToken({ resource: '/mcp' }) }, handler)
    one.post('/both', { config: { auth0: { sessionOrToken: { resource: '/mcp' } } } }, handler)
    one.post('/any', { config: { auth0: { sessionOrToken: { resource: '/mcp', optional: true } } } }, handler)
    one.post('/open', { onRequest: one.auth0.requireToken({ resource: '/open' }) }, handler)
  })
  const cookie = await sessionCookie(app, { user: { sub: 'auth0|ada' } })
  const from = async (url: string, headers: Record<string, string>) => await ask(app, url, headers, { method: 'POST' })
  for (const allowed of ['https://claude.example', 'VSCODE-webview://abc', origin]) {
    for (let again = 0; again < 2; again++) {
      t.equal((await from('/mcp', { ...bearer(), origin: allowed })).statusCode, 200, allowed)
    }
  }
  t.equal((await from('/mcp', bearer())).statusCode, 200, 'a program')
  for (const foreign of ['https://evil.example', 'null', '', 'https://claude.example.evil', 'http://claude.example',
    'https://claude.example:444', 'https://claude.example, https://evil.example', `https://${'a'.repeat(9_000)}`]) {
    const answer = await from('/mcp', { ...bearer(), origin: foreign })
    t.match([answer.statusCode, answer.json()], [403, { code: 'foreign_origin' }], foreign.slice(0, 50))
    t.equal(answer.headers['www-authenticate'], undefined, 'no other token helps')
    t.equal((await from('/mcp', { origin: foreign })).statusCode, 403, 'before the token is looked at')
    t.equal((await from('/both', { cookie, origin: foreign })).statusCode, 403, 'the same for a session')
    for (const headers of [{}, { authorization: 'Basic eDp5' }]) {
      t.equal((await from('/any', { ...headers, cookie, origin: foreign })).statusCode, 403, 'and for anybody')
    }
    t.equal((await from('/open', { ...bearer({ aud: `${origin}/open` }), origin: foreign })).statusCode, 200)
  }
  t.equal((await from('/both', { cookie, origin })).statusCode, 200)
})

t.test('options and guards that cannot be meant', async t => {
  const refused = async (resources: unknown, expected: { option?: string, message?: RegExp }): Promise<void> => {
    await t.rejects(served(t, { ...withLogin, api: { resources } } as Auth0Options), { message: /./, ...expected })
  }
  for (const path of ['mcp', '/mcp/', '//mcp', '/a/../b', '/./a', '/:id', '/*', '/a%2fb', '/a?b', '/a#b', '', '/a b',
    'https://app.example.com/mcp']) {
    await refused({ [path]: {} }, { option: 'api.resources', message: /must have paths such as '\/mcp'/ })
  }
  await refused({}, { option: 'api.resources' })
  for (const given of [[], null, 'text', 7]) await refused(given, { option: 'api.resources' })
  await refused({ '/mcp': true }, { option: "api.resources['/mcp']" })
  const member = async (name: string, value: unknown): Promise<void> => {
    await refused({ '/mcp': { [name]: value } }, { option: `api.resources['/mcp'].${name}` })
  }
  await member('audience', '')
  await member('scopes', 'read')
  await member('name', 1)
  await member('documentation', '/docs')
  await member('policy', 'javascript:alert(1)')
  await member('dpop', true)
  await member('allowedOrigins', ['https://a.example/path'])
  await member('allowedOrigins', ['*'])
  await member('metadata', [])
  await refused({ '/mcp': { metadata: { resource: 'x' } } }, { message: /the option "audience" says it/ })
  await refused({ '/mcp': { scope: [] } }, { message: /Did you mean "scopes"\?/ })
  await t.rejects(served(t, { ...alone, api: { resources: { '/mcp': {} } } }), {
    option: "api.resources['/mcp'].audience",
    message: /"appBaseUrl"/
  })

  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, { ...withLogin, api: { resources: { '/mcp': {}, '/two': {} } } })
  const route = (onRequest: RouteOptions['onRequest']) => () =>
    app.get('/', { onRequest: onRequest as never }, async () => '')
  t.throws(route(app.auth0.requireToken({ resource: '/mpc' })), { message: /Did you mean "\/mcp"\?/ })
  t.throws(route(app.auth0.requireToken()), { option: 'api.audience', message: /"resource" of "api.resources"/ })
  t.throws(route(app.auth0.toolScopes({}, { resource: '/mpc' })), { message: /There is no resource/ })
  t.throws(() => app.auth0.requireToken({ resource: '/mcp', audience: 'x' }),
    { message: /^Option "requireToken.audience" must not be given beside "requireToken.resource"/ })
  t.throws(() => app.auth0.requireToken({ resource: 1 as never }), { message: /"requireToken.resource" must/ })
  t.throws(route(app.auth0.toolScopes as never), { message: /must be called/ })
  for (const table of [null, [], 'read', { tool: 1 }, { tool: [''] }, { tool: ['a', 1] }]) {
    t.throws(() => app.auth0.toolScopes(table as never), { code: 'configuration_error' }, JSON.stringify(table))
  }
  const none = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await none.close())
  await none.register(fastifyAuth0, { ...withLogin, api: { audience: 'urn:a' } })
  t.throws(() => none.get('/', { onRequest: none.auth0.requireToken({ resource: '/mcp' }) }, async () => ''),
    { message: /option "api.resources" must have it/ })
  await none.ready()
  t.throws(() => none.auth0.toolScopes({}), { message: /before the application is ready/ })
})

t.test('scopes of tools', async t => {
  let calls = 0
  const table = { read_orders: ['read:orders'], write_orders: 'read:orders write:orders', who: [] }
  const handler = async (): Promise<string> => {
    calls++
    return 'called'
  }
  const events: Auth0Event[] = []
  const app = await served(t, {
    ...alone,
    onEvent: event => { events.push(event) },
    api: { dpop: 'disabled', resources: { '/mcp': { audience: `${origin}/mcp` }, '/two': { audience: 'urn:two' } } }
  }, one => {
    const token = one.auth0.requireToken({ resource: '/mcp', scopes: 'mcp' })
    one.addContentTypeParser('text/raw', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    one.post('/mcp', { onRequest: token, preHandler: one.auth0.toolScopes(table) }, handler)
    one.post('/alone', { preHandler: one.auth0.toolScopes(table, { resource: '/mcp', scopes: ['mcp'] }) }, handler)
    one.post('/strict', { onRequest: token, preHandler: one.auth0.toolScopes({ ...table, '*': ['admin'] }) }, handler)
    one.route({
      method: ['GET', 'POST', 'DELETE'],
      url: '/early',
      onRequest: [token, one.auth0.toolScopes(table)],
      handler
    })
    one.post('/deeper', { onRequest: token, preHandler: one.auth0.toolScopes(table, { scopes: 'deep' }) }, handler)
    one.post('/unnamed', { preHandler: one.auth0.toolScopes(table) }, handler)
  })
  const call = (name: unknown, id = 1): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } })
  const send = async (payload: string | object, more: Record<string, string> = {}) => {
    const { scope = 'mcp', url = '/mcp', ...headers } = more
    const sent = { ...bearer({ scope }), 'content-type': 'application/json', ...headers }
    return await ask(app, url, sent, { method: 'POST', payload })
  }
  const passes = async (...args: Parameters<typeof send>): Promise<void> => {
    const before = calls
    const { statusCode, body } = await send(...args)
    t.strictSame([statusCode, body, calls - before], [200, 'called', 1], JSON.stringify(args).slice(0, 200))
  }
  const lacks = async (scopes: string, ...args: Parameters<typeof send>): Promise<void> => {
    const before = calls
    const { statusCode, headers } = await send(...args)
    t.strictSame([statusCode, calls - before], [403, 0], JSON.stringify(args).slice(0, 200))
    t.match(headers['www-authenticate'], new RegExp(
      `^Bearer realm="api", error="insufficient_scope", error_description="[^"]+", scope="${scopes}", ` +
        `resource_metadata="${origin}${wellKnown}/mcp"$`))
  }

  for (const url of ['/mcp', '/alone', '/strict']) {
    await lacks('mcp read:orders', call('read_orders'), { url })
    await passes(call('read_orders'), { url, scope: 'mcp read:orders' })
    await passes(call('read_orders'), { url, scope: 'mcp read:orders' })
    await lacks('mcp read:orders write:orders', call('write_orders'), { url, scope: 'mcp read:orders' })
    await passes(call('who'), { url })
    await passes({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { url })
    await lacks('mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { url, scope: 'x' })
    t.equal((await ask(app, url, { 'content-type': 'application/json' }, { method: 'POST', payload: call('who') }))
      .statusCode, 401)
  }
  t.equal((await send(call('who'), { url: '/unnamed' })).statusCode, 500, 'which of two resources?')

  await lacks('mcp deep', call('who'), { url: '/deeper' })
  await passes(call('who'), { url: '/deeper', scope: 'mcp deep' })

  // Names that are no names of tools, among them those that every object has.
  for (const name of ['nothing', '__proto__', 'constructor', 'toString', 'READ_ORDERS', ' read_orders', '', 7, null,
    ['read_orders'], { name: 'read_orders' }, undefined, '*']) {
    await passes(call(name))
    await lacks('mcp admin', call(name), { url: '/strict' })
  }
  await passes({ method: 'tools/call', params: null })
  await passes({ method: 'tools/call' })

  // Batches: each message counts, and the first that is refused ends it.
  events.length = 0
  await lacks('mcp read:orders', [call('read_orders'), call('write_orders', 2)])
  t.match(events, [{ type: 'denied', outcome: 'failure', reason: 'insufficient_scope', blame: 'user' }])
  t.equal(events.length, 1)
  await lacks('mcp read:orders', [call('who'), call('read_orders', 2)])
  await lacks('mcp read:orders write:orders', [call('read_orders'), call('write_orders', 2)], {
    scope: 'mcp ' +
    'read:orders'
  })
  await passes([call('read_orders'), call('write_orders', 2)], { scope: 'mcp read:orders write:orders' })
  await passes([], {})
  await passes([null, 1, 'read_orders', [call('read_orders')]])
  await lacks('mcp read:orders', Array.from({ length: 5_000 }, (_, i) => call(i === 4_999 ? 'read_orders' : 'who', i)))

  // Bodies that are kept as text.
  await lacks('mcp read:orders', JSON.stringify(call('read_orders')), { 'content-type': 'text/plain' })
  await lacks('mcp read:orders', JSON.stringify([call('read_orders')]), { 'content-type': 'text/raw' })
  await passes(JSON.stringify(call('who')), { 'content-type': 'text/raw' })
  for (const payload of ['{"method":"tools/call",', '"tools/call"', '\ufeff{}', 'true', '']) {
    t.equal((await send(payload, { 'content-type': 'text/plain' })).statusCode, 400, payload)
  }
  events.length = 0
  const without = await ask(app, '/mcp', bearer({ scope: 'mcp' }), { method: 'POST' })
  t.match(events, [{ type: 'denied', outcome: 'failure', reason: 'invalid_request', blame: 'user' }])
  t.match([without.statusCode, without.json()], [400, { code: 'invalid_request', message: /preHandler/ }])
  t.equal(without.headers['cache-control'], 'no-store')

  // The header counts only where the version of the protocol has it compared with the body, and never instead of it.
  const modern = (name: string, method = 'tools/call', version = '2026-07-28') =>
    ({ 'mcp-protocol-version': version, 'mcp-method': method, 'mcp-name': name })
  await lacks('mcp read:orders', call('read_orders'), modern('who'))
  await lacks('mcp read:orders', call('who'), modern('read_orders'))
  await lacks('mcp read:orders', call('who'), modern('=?base64?cmVhZF9vcmRlcnM=?='))
  await lacks('mcp read:orders', call('read_orders'), modern('read_orders', 'tools/call', '2025-11-25'))
  await passes(call('who'), modern('read_orders', 'tools/call', '2025-11-25'))
  await passes(call('who'), modern('read_orders', 'tools/call', 'DRAFT-2099'))
  await passes(call('who'), modern('read_orders', 'prompts/get'))
  // Before the body is read.
  const early = async (headers: Record<string, string>, scope = 'mcp') =>
    (await send(call('who'), { url: '/early', scope, ...headers })).statusCode
  t.equal(await early(modern('read_orders')), 403)
  t.equal(await early(modern('read_orders', 'tools/call', '2027-01-01'), 'mcp read:orders'), 200)
  t.equal(await early(modern('x', 'tools/list')), 200)
  t.equal(await early(modern('read_orders', 'tools/call', '2025-11-25')), 400, 'nobody compares')
  t.equal(await early({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }), 400, 'a tool of no name')
  t.equal(await early({}), 400)
  t.equal((await ask(app, '/early', bearer({ scope: 'mcp' }))).statusCode, 200, 'a stream')
})
