import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import httpProxy from '@fastify/http-proxy'
import t from 'tap'
import { rawRequest } from '../../hostile/sockets.js'
import { api, proxySite } from './api.js'

const TOKEN = /^Bearer opaque-access-\d+$/

t.test('what an API receives of a browser, header by header', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: `${orders.origin}/v1`, prefix: '/api', headers: { 'X-Tenant': 'acme' } })
  const kept = {
    accept: 'application/json',
    'accept-language': 'de',
    'content-type': 'text/plain',
    'if-match': '"1"',
    'x-requested-with': 'app',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors'
  }
  const answer = await p.call('/api/orders?page=2&q=a%20b', {
    method: 'PATCH',
    body: 'hello',
    headers: {
      ...kept,
      authorization: 'Bearer of-the-browser',
      dpop: 'x',
      'x-csrf': '1',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-client-cert': 'x',
      'x-real-ip': '1.2.3.4',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      'x-http-method-override': 'DELETE',
      'proxy-authorization': 'Basic x',
      'proxy-connection': 'keep-alive',
      te: 'trailers',
      'keep-alive': 'timeout=5',
      'http2-settings': 'x',
      'x-tenant': 'evil',
      connection: 'close, x-hop, authorization, x-tenant',
      'x-hop': '1'
    }
  })
  t.equal(answer.status, 200)
  const { method, url, headers, body } = orders.last
  t.match([method, url, body], ['PATCH', '/v1/orders?page=2&q=a%20b', 'hello'])
  const { authorization, ...rest } = headers
  t.match(authorization, TOKEN)
  t.same(rest, {
    ...kept,
    host: new URL(orders.origin).host,
    connection: 'keep-alive',
    'content-length': '5',
    'x-tenant': 'acme'
  })
  await p.call('/api/orders', { method: 'GET', headers: { 'content-length': '0', 'sec-fetch-mode': undefined } })
  t.same(Object.keys(orders.last.headers).sort(),
    ['authorization', 'connection', 'host', 'sec-fetch-site', 'x-tenant'])
})

t.test('what a browser receives of an API, header by header', async t => {
  const orders = await api(t)
  orders.answer = (_request, reply) => {
    reply.headers({
      'content-type': 'text/plain',
      'x-kept': 'yes',
      etag: '"1"',
      'cache-control': 'max-age=60',
      'x-accel-buffering': 'no',
      'set-cookie': ['__Host-session=stolen; Path=/; Secure', 'b=2'],
      'www-authenticate': 'Basic realm="x"',
      'clear-site-data': '"*"',
      'strict-transport-security': 'max-age=1',
      'alt-svc': 'h3=":443"',
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'proxy-authenticate': 'Basic',
      'dpop-nonce': 'n',
      'keep-alive': 'timeout=5',
      'service-worker-allowed': '/',
      refresh: '0; url=https://evil.test',
      'report-to': '{}',
      nel: '{}',
      'x-accel-redirect': '/secret',
      'x-sendfile': '/etc/passwd',
      'secure-session-registration': '(ES256);path="x"',
      connection: 'x-hop',
      'x-hop': '1'
    })
    return 'text'
  }
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' })
  const { headers, body } = await p.call('/api/')
  t.equal(body, 'text')
  const { date, ...rest } = headers
  t.same(rest, {
    'content-type': 'text/plain',
    'content-length': '4',
    'x-kept': 'yes',
    etag: '"1"',
    'cache-control': 'max-age=60',
    'x-accel-buffering': 'no',
    vary: 'Cookie',
    connection: 'close'
  })
  orders.answer = () => 'no rule for caches'
  t.equal((await p.call('/api/')).headers['cache-control'], 'private')
})

t.test('nothing but the paths below the upstream\'s prefix can be reached', async t => {
  const orders = await api(t)
  const elsewhere = await api(t)
  const { host } = new URL(elsewhere.origin)
  const p = await proxySite(t, [{ upstream: `${orders.origin}/v1`, prefix: '/api' },
    { upstream: elsewhere.origin, prefix: '/all' }])
  const good: Record<string, string> = {
    '/api': '/v1',
    '/api/': '/v1/',
    '/api?x=1': '/v1?x=1',
    '/api/a/b.c': '/v1/a/b.c',
    '/api/a%2Fb': '/v1/a%2Fb',
    '/api/...': '/v1/...',
    '/api/a..b': '/v1/a..b',
    '/api/100%25': '/v1/100%25',
    '/api/x?next=https://evil.test/../..': '/v1/x?next=https://evil.test/../..',
    [`/api//${host}/x`]: `/v1//${host}/x`,
    [`/api/http://${host}/x`]: `/v1/http://${host}/x`,
    [`/api/@${host}`]: `/v1/@${host}`,
    [`/api/x?a=1#${host}`]: '/v1/x?a=1'
  }
  for (const [path, url] of Object.entries(good)) {
    orders.received.length = 0
    t.equal((await p.call(path)).status, 200, path)
    t.equal(orders.last?.url, url)
  }
  orders.received.length = 0
  for (
    const path of ['/api/../admin', '/api/x/../../admin', '/api/%2e%2e/admin', '/api/%2E./admin', '/api/..%2fadmin',
      '/api/..%5cadmin', '/api/..\\admin', '/api/x/%2e%2e%2f%2e%2e%2fadmin', '/api/%252e%252e/admin',
      '/api/%25252e%25252e/admin', '/api/..;/admin', '/api/..;x=1/admin', '/api/%2e%2e%3b/admin', '/api/..',
      '/api/%2e%2e', '/api/x%00', '/api/%zz', '/api/%c0%ae%c0%ae/admin', `http://${host}/api/x`,
      `http://${host}/../admin`, `https://${host}`, `//${host}/api/x`, `/all//${host}/x`, '/apix', '/API/x',
      '/%61pi/../admin']
  ) {
    const { status } = await p.call(path)
    t.ok(status === 400 || status === 404, `${path}: ${status}`)
  }
  t.same([...orders.received, ...elsewhere.received], [])
  // What the parser of Node.js lets through in the place of a path, and what it does not.
  const cookie = `Cookie: ${p.ada.cookieHeader('/')}`
  for (const target of [`http://${host}/api/x`, `GET://${host}/api/x`, '*', '/api/x HTTP/1.1\r\nX: y\r\n\r\nGET /']) {
    await rawRequest(Number(new URL(p.url).port), `GET ${target} HTTP/1.1\r\nHost: x\r\n${cookie}\r\nConnection: ` +
      'close\r\n\r\n')
  }
  const smuggled = `POST /api/x HTTP/1.1\r\nHost: x\r\n${cookie}\r\nContent-Length: 4\r\nTransfer-Encoding: ` +
    'chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n'
  await rawRequest(Number(new URL(p.url).port), smuggled)
  t.notOk(orders.received.some(({ url }) => !url.startsWith('/v1')))
  t.same(elsewhere.received, [])
  const injected = await p.site.app.inject({
    url: '/api/x', headers: { cookie: p.ada.cookieHeader('/'), 'x-note': 'a\r\nx-smuggled: 1' }
  })
  t.equal(injected.statusCode, 400)
})

t.test('only the application\'s own pages, with a session, get through', async t => {
  const orders = await api(t)
  const p = await proxySite(t, [{ upstream: orders.origin, prefix: '/api' },
    { upstream: orders.origin, prefix: '/open', sameOrigin: false, methods: ['POST'] },
    { upstream: orders.origin, prefix: '/bare', token: 'none' }])
  for (const path of ['/api/x', '/bare/x', '/open/x']) {
    const method = path === '/open/x' ? 'POST' : 'GET'
    for (const headers of [{}, { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }]) {
      const answer = await p.call(path, { method, headers: { ...headers, cookie: undefined } })
      t.equal(answer.status, 401)
      t.match(answer.json, { code: 'login_required', loginUrl: '/auth/login' })
      t.match(answer.headers['cache-control'], /no-store/)
    }
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': undefined }, { 'sec-fetch-site': undefined, origin: 'https://evil.test' }]) {
      t.equal((await p.call('/api/x', { method, headers })).status, 403)
    }
  }
  t.same(orders.received, [])
  t.equal((await p.call('/open/x', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status, 200)
  t.equal((await p.call('/open/x')).status, 404)
  t.equal((await p.call('/api/x', { method: 'OPTIONS' })).status, 404, 'a preflight takes no token with it')
  t.equal((await p.call('/api/x', { method: 'HEAD' })).status, 200)
  t.equal((await p.call('/bare/x')).status, 200)
  t.equal(orders.last.headers.authorization, undefined)
  t.equal(orders.last.headers.cookie, undefined)
  // The guard decides before the body is there.
  const refused = p.open('/api/x', { method: 'POST', headers: { 'content-length': '5', cookie: undefined } })
  refused.flushHeaders()
  const [answer] = await once(refused, 'response') as [IncomingMessage]
  t.equal(answer.statusCode, 401)
  refused.destroy()
})

t.test('whose token goes upstream', async t => {
  const orders = await api(t)
  const other = { upstream: orders.origin, prefix: '/other', audience: 'https://other.test', scope: 'read' }
  const p = await proxySite(t, [other,
    { upstream: orders.origin, prefix: '/app', token: 'application', audience: 'https://app.test' },
    { upstream: orders.origin, prefix: '/bound', headers: request => ({ 'x-user': String(request.auth0.user.sub) }) }])
  await p.call('/other/x')
  t.match(orders.last.headers.authorization, TOKEN)
  t.match(Object.fromEntries(p.site.tenant.requests.at(-1)!.form), {
    grant_type: 'refresh_token', audience: 'https://other.test', scope: /read/
  })
  await p.call('/app/x')
  const own = orders.last.headers.authorization
  t.match(own, TOKEN)
  await p.call('/app/x')
  t.equal(orders.last.headers.authorization, own)
  const asked = p.site.tenant.requests.filter(({ form }) => form.get('grant_type') === 'client_credentials')
  t.equal(asked.length, 1)
  t.equal(asked[0]!.form.get('audience'), 'https://app.test')
  p.site.clock.now += 3600
  await p.call('/app/x')
  t.not(orders.last.headers.authorization, own, 'kept until it expires')
  await p.call('/bound/x')
  t.equal(orders.last.headers['x-user'], 'auth0|ada')
})

t.test('a token bound to a key goes with a proof, for the address without its query', async t => {
  const orders = await api(t)
  const claimsOf = (proof: unknown): Record<string, unknown> =>
    JSON.parse(Buffer.from(String(proof).split('.')[1]!, 'base64url').toString()) as never
  orders.answer = (request, reply) => {
    if (claimsOf(request.headers.dpop).nonce === 'n-1') return 'ok'
    return reply.code(401).headers({ 'dpop-nonce': 'n-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).send()
  }
  const proxies = [{ upstream: `${orders.origin}/v1`, prefix: '/api' },
    { upstream: orders.origin, prefix: '/app', token: 'application' as const }]
  const p = await proxySite(t, proxies, { dpop: true }, {
    tenant (tenant) {
      const usual = tenant.tokens.bind(tenant)
      tenant.tokens = (claims, rest) => usual(claims, { token_type: 'DPoP', ...rest })
    }
  })
  const answer = await p.call('/api/x?a=1', { method: 'POST', body: 'small' })
  t.equal(answer.body, 'ok')
  t.equal(orders.last.body, 'small')
  t.match(orders.last.headers.authorization, /^DPoP opaque-access/)
  t.match(claimsOf(orders.last.headers.dpop), { htm: 'POST', htu: `${orders.origin}/v1/x`, nonce: 'n-1', ath: String })
  t.equal(orders.received.length, 2)
  t.equal((await p.call('/app/x')).body, 'ok')
  t.match(orders.last.headers.authorization, /^DPoP /)
})

t.test('redirects of the upstream lead below the prefix, and others where they say', async t => {
  const orders = await api(t)
  const { host } = new URL(orders.origin)
  const base = { rewriteUrl: ({ url }: { url: string }) => url.replace(/^\/base/, '') }
  const p = await proxySite(t, [{ upstream: `${orders.origin}/v1`, prefix: '/api' },
    { upstream: orders.origin, prefix: '/all' }], {}, { server: base })
  const q = await proxySite(t, { upstream: `${orders.origin}/v1` }, { appBaseUrl: 'https://app.example.test' })
  const cases: [string, string, string?][] = [
    ['/v1/x?a=1#f', '/api/x?a=1#f', '/x?a=1#f'],
    [`${orders.origin}/v1/x`, '/api/x', '/x'],
    [`//${host}/v1`, '/api', '/'],
    ['y', '/api/orders/y', '/orders/y'],
    ['../../v1/z', '/api/z', '/z'],
    ['?page=2', '/api/orders/x?page=2', '/orders/x?page=2'],
    ['/v1//evil.test', '/api/evil.test', '/evil.test'],
    ['/v10/x', `${orders.origin}/v10/x`, `${orders.origin}/v10/x`],
    ['https://other.test/v1/x', 'https://other.test/v1/x', 'https://other.test/v1/x'],
    ['http://[', 'http://[', 'http://[']
  ]
  for (const [location, below, atRoot] of cases) {
    orders.answer = (_request, reply) => reply.code(302).header('location', location).send()
    t.equal((await p.call('/api/orders/x')).headers.location, below, location)
    t.equal((await q.call('/orders/x')).headers.location, atRoot, location)
  }
  orders.answer = (_request, reply) => reply.code(201).header('location', '/new').send()
  t.equal((await p.call('/all/x')).headers.location, '/all/new')
  const beside = await proxySite(t, { upstream: orders.origin, prefix: '/api' },
    { appBaseUrl: 'https://app.example.test/base' }, { server: base, path: '/base/auth/login' })
  t.equal((await beside.call('/base/api/x')).headers.location, '/base/api/new')
  t.equal((await beside.call('/base/api/x', { headers: { cookie: undefined } })).json.loginUrl, '/base/auth/login')
})

t.test('expectations and upgrades of the connection stay here', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' })
  const cookie = p.ada.cookieHeader('/')
  const port = Number(new URL(p.url).port)
  const send = async (lines: string, body = ''): Promise<string> =>
    JSON.stringify(await rawRequest(port, `${lines}\r\nHost: x\r\nCookie: ${cookie}\r\nSec-Fetch-Site: ` +
      'same-origin\r\n' +
      `Content-Length: ${body.length}\r\n\r\n${body}`))
  const expecting = p.open('/api/x', { method: 'POST', headers: { expect: '100-continue', 'content-length': '2' } })
  expecting.on('continue', () => { expecting.end('ok') })
  expecting.flushHeaders()
  const [answer] = await once(expecting, 'response') as [IncomingMessage]
  t.equal(answer.resume().statusCode, 200)
  t.match(orders.last, { body: 'ok', headers: { expect: undefined } })
  const upgrade = 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: close, Upgrade, HTTP2-Settings'
  for (const method of ['GET', 'POST']) {
    t.match(await send(`${method} /api/h2c HTTP/1.1\r\n${upgrade}`, method === 'POST' ? 'ok' : ''), /200/)
    t.match(orders.last, { method, headers: { upgrade: undefined, connection: 'keep-alive' } })
  }
  orders.received.length = 0
  t.match(await send('POST /api/x HTTP/1.1\r\nExpect: magic\r\nConnection: close', 'ok'), /417/)
  const injected = await p.site.app.inject({ url: '/api/x', headers: { cookie, expect: 'magic' } })
  t.equal(injected.statusCode, 417, 'also where Node.js does not say so')
  t.same(orders.received, [])
})

t.test('bodies go upstream as they come, whatever parsers the application has', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' }, {}, {
    before (app) {
      app.addContentTypeParser(/^.*$/, { parseAs: 'string' }, (_request, _body, done) => { done(null, 'parsed') })
      app.addContentTypeParser('multipart/form-data', (_request, payload, done) => {
        payload.resume()
        done(null)
      })
    }
  })
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; ' +
    'boundary=x',
  'application/octet-stream', undefined]) {
    const body = '{"not json'
    const answer = await p.call('/api/x', { method: 'POST', body, headers: { 'content-type': type } })
    t.match([answer.status, orders.last.body, orders.last.headers['content-type']], [200, body, type])
  }
})

t.test('events are passed on as they come, and their beginning at once', async t => {
  const orders = await api(t)
  const events = new PassThrough()
  let left: Promise<unknown> | undefined
  orders.answer = (_request, reply) => {
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.flushHeaders()
    left = once(reply.raw, 'close')
    events.pipe(reply.raw)
    return reply.hijack()
  }
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api', timeout: 5 })
  const request = p.open('/api/events')
  request.end()
  const [answer] = await once(request, 'response') as [IncomingMessage]
  events.write('data: 1\n\n')
  t.equal(String((await once(answer, 'data') as [Buffer])[0]), 'data: 1\n\n')
  request.destroy()
  await left
})

t.test('options that cannot be meant', async t => {
  const p = await proxySite(t, [], { audience: undefined as never })
  const { auth0 } = p.site.app
  const upstream = 'https://api.example.test'
  for (const [options, option] of [
    [undefined, 'proxy'],
    [{}, 'upstream'],
    [{ upstream: 'api.example.test' }, 'upstream'],
    [{ upstream: 'ftp://api.example.test' }, 'upstream'],
    [{ upstream: 'https://user:secret@api.example.test' }, 'upstream'],
    [{ upstream: `${upstream}/?a=1` }, 'upstream'],
    [{ upstream, prefix: 'api' }, 'prefix'],
    [{ upstream, prefix: '/api/:tenant' }, 'prefix'],
    [{ upstream, prefix: '/api/*' }, 'prefix'],
    [{ upstream, rewritePrefix: '/v1/../x' }, 'rewritePrefix'],
    [{ upstream: `${upstream}/v1`, rewritePrefix: '/v10' }, 'rewritePrefix'],
    [{ upstream, token: 'client' }, 'token'],
    [{ upstream, token: 'application' }, 'audience'],
    [{ upstream, methods: [] }, 'methods'],
    [{ upstream, methods: ['TRACE'] }, 'methods'],
    [{ upstream, methods: ['get'] }, 'methods'],
    [{ upstream, timeout: 0 }, 'timeout'],
    [{ upstream, timeout: 30_000 }, 'timeout'],
    [{ upstream, headers: 'x: y' }, 'headers'],
    [{ upstream, headers: { host: 'x' } }, 'headers.host'],
    [{ upstream, headers: { 'x y': 'z' } }, 'headers.x y'],
    [{ upstream, headers: { x: 'a\r\nb: c' } }, 'headers.x'],
    [{ upstream, headers: { Authorization: 'Basic x' } }, 'headers.authorization'],
    [{ upstream, tls: true }, 'tls'],
    [{ upstream, tls: { rejectUnauthorized: false } }, 'tls.rejectUnauthorized'],
    [{ upstream, tls: { ca: 1 } }, 'tls.ca'],
    [{ upstream, upstreams: 'x' }, 'upstreams']
  ] as const) {
    t.throws(() => auth0.proxy(options as never), { code: 'configuration_error', option }, JSON.stringify(options))
  }
  t.match(auth0.proxy({ upstream: `${upstream}/v1/`, prefix: '/api/', headers: { x: undefined }, token: 'none' }),
    { upstream, prefix: '/api', rewritePrefix: '/v1' })
  auth0.proxy({ upstream: 'http://orders.internal' })
  t.ok(p.site.logs.some(line => line.includes('proxy_without_tls')))
})

t.test('options that were changed open nothing', async t => {
  const orders = await api(t)
  const p = await proxySite(t, [], {}, {
    before (app) {
      app.register(httpProxy, { ...app.auth0.proxy({ upstream: orders.origin, prefix: '/api' }), config: {} })
    }
  })
  t.equal((await p.call('/api/x', { headers: { cookie: undefined } })).status, 401)
  t.same(orders.received, [])
})

t.test('over HTTP/2, too', async t => {
  const orders = await api(t)
  orders.answer = (_request, reply) => {
    reply.headers({ 'set-cookie': 'a=1', 'keep-alive': 'timeout=5' })
    return 'ok'
  }
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' }, {},
    { server: { http2: true, forceCloseConnections: undefined } })
  const client = connect(p.url)
  for (const [method, body] of [['GET', undefined], ['POST', 'small'], ['PUT', 'x'.repeat(100_000)]] as const) {
    const stream = client.request({
      ':method': method,
      ':path': '/api/x?a=1',
      cookie: p.ada.cookieHeader('/'),
      'sec-fetch-site': 'same-origin',
      te: 'trailers'
    }, { endStream: body === undefined })
    if (body !== undefined) stream.end(body)
    const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
    t.match([headers[':status'], await text(stream), headers['set-cookie']], [200, 'ok', undefined])
    t.match(orders.last, { method, url: '/x?a=1', body: body ?? '', headers: { authorization: TOKEN } })
    t.same(Object.keys(orders.last.headers).filter(name => /^(?::|cookie|te$)/.test(name)), [])
  }
  client.close()
})
