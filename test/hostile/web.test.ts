import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { once } from 'node:events'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0 from '../../lib/index.js'
import { readCookie } from '../../lib/plugin/request/cookie-header.js'
import { leastCpuTime } from '../cpu-time.js'
import {
  appOrigin, inWorld, scenario, sessionCookiesSet, sessionSecret, succeeds, World, type WorldOptions
} from './app.js'
import { setCookies } from '../fixtures/visitor.js'
import { HostileIdp } from './idp.js'
import { rawRequest } from './sockets.js'

const thorough = process.env.HOSTILE_FULL === '1'

async function listening (world: World): Promise<number> {
  await world.app.listen({ host: '127.0.0.1', port: 0 })
  return (world.app.server.address() as { port: number }).port
}

const close = 'Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n'

scenario('HH-01 a foreign Host with appBaseUrl set', async (t, world) => {
  for (
    const headers of [{ host: 'evil.test' }, {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.test'
    }, { host: 'app.example.test:1234' }]
  ) {
    const browser = world.browser()
    const start = await browser.navigate('/auth/login', headers)
    t.equal(start.statusCode, 302)
    t.equal(new URL(String(start.headers.location)).searchParams.get('redirect_uri'),
      'https://app.example.test/auth/callback')
    t.ok(setCookies(start).every(cookie => cookie.attributes.has('secure') && !cookie.attributes.has('domain')))
    const end = await browser.navigate(world.back(String(start.headers.location)), {
      ...headers,
      'sec-fetch-site': 'cross-site'
    })
    t.notMatch(end.headers.location, /evil/)
    const out = await browser.navigate('/auth/logout', { ...headers, 'sec-fetch-site': 'same-origin' })
    t.equal(new URL(String(new URL(String(out.headers.location)).searchParams.get('post_logout_redirect_uri'))).origin,
      appOrigin)
    const guarded = await world.browser().navigate('/private', headers)
    t.notMatch(guarded.headers.location, /evil/)
    const refused = await world.browser().call('/private', headers)
    t.notMatch(refused.body, /evil/)
  }
})

t.test('HH-03 appBaseUrl is not set in production', async t => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  const world = new World({ plugin: { appBaseUrl: undefined } })
  await t.rejects(Promise.resolve(world.app.ready()), { code: 'configuration_error', option: 'appBaseUrl' })
  await world.app.close()
  await t.test('control: with a list it starts', t =>
    inWorld(t, { plugin: { appBaseUrl: [appOrigin] } }, async () => {
      t.pass()
    }))
})

const twoHosts: WorldOptions = { plugin: { appBaseUrl: ['http://localhost:3000', 'http://one.localhost:3000'] } }

scenario('HH-04 a list of allowed hosts', async (t, world) => {
  const start = async (host: string) =>
    world.app.inject({ url: '/auth/login', headers: { host, accept: 'application/json' } })
  for (const host of ['localhost:3000', 'one.localhost:3000']) {
    const response = await start(host)
    t.equal(response.statusCode, 302, host)
    t.equal(new URL(String(response.headers.location)).searchParams.get('redirect_uri'), `http://${host}/auth/callback`)
  }
  for (
    const host of ['evil.test', 'localhost:1234', 'localhost', 'two.localhost:3000',
      'localhost:3000@evil.test', 'localhost:3000, evil.test', '', 'localhost:3000/', 'localhost:03000',
      '.', '..', '.:3000', '.localhost:3000']
  ) {
    const response = await start(host)
    t.equal(response.statusCode, 400, `${host}: ${response.body}`)
    t.equal(response.headers.location, undefined)
    t.strictSame(setCookies(response), [])
    t.notMatch(response.body, /evil/)
  }
  for (const spelling of ['LOCALHOST:3000', 'localhost.:3000']) {
    const response = await start(spelling)
    t.equal(response.statusCode, 302, spelling)
    t.equal(new URL(String(response.headers.location)).searchParams.get('redirect_uri'),
      'http://localhost:3000/auth/callback', 'only our own spelling is used')
  }
}, twoHosts)

scenario('HH-04 two Host headers', async (t, world) => {
  const port = await listening(world)
  const answer = await rawRequest(port,
    `GET /auth/login HTTP/1.1\r\nHost: localhost:3000\r\nHost: evil.test\r\n${close}`)
  if (answer.status === 302) {
    t.equal(new URL(answer.headers.location ?? '').searchParams.get('redirect_uri'),
      'http://localhost:3000/auth/callback')
  } else t.equal(answer.status, 400)
  const other = await rawRequest(port,
    `GET /auth/login HTTP/1.1\r\nHost: evil.test\r\nHost: localhost:3000\r\n${close}`)
  t.equal(other.status, 400)
}, twoHosts)

scenario('HH-05 X-Forwarded-Host with several elements behind one proxy', async (t, world) => {
  const seen = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const response = await world.app.inject({
      url: '/auth/login',
      headers: {
        host: 'inner.test',
        'x-forwarded-host': 'a.test, localhost:3000',
        'x-forwarded-proto': 'http',
        accept: 'text/html'
      }
    })
    seen.add(
      response.statusCode === 302
        ? String(new URL(String(response.headers.location)).searchParams.get('redirect_uri'))
        : String(response.statusCode)
    )
  }
  t.equal(seen.size, 1, 'always the same one')
  t.ok(['http://localhost:3000/auth/callback', '400'].includes([...seen][0] ?? ''), [...seen].join())
}, { ...twoHosts, fastify: { trustProxy: true } })

scenario('HH-05 without trustProxy nobody is believed', async (t, world) => {
  const response = await world.app.inject({
    url: '/auth/login',
    headers: { host: 'evil.test', 'x-forwarded-host': 'localhost:3000', 'x-forwarded-proto': 'http' }
  })
  t.equal(response.statusCode, 400)
}, twoHosts)

scenario('HH-06 an absolute-form target that differs from Host', async (t, world) => {
  const port = await listening(world)
  for (
    const [target, host] of [['http://evil.test/auth/login', 'localhost:3000'], ['http://localhost:3000/auth/login',
      'evil.test'], ['http://user@localhost:3000/auth/login', 'localhost:3000']] as const
  ) {
    const answer = await rawRequest(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${close}`)
    if (answer.status === 302) {
      t.equal(new URL(answer.headers.location ?? '').searchParams.get('redirect_uri'),
        'http://localhost:3000/auth/callback', target)
    } else t.ok([400, 404].includes(answer.status), `${target}: ${answer.status}`)
    t.notMatch(answer.headers.location, /evil/)
  }
}, twoHosts)

t.test('HH-06 HTTP/2: :authority differs from Host', async t => {
  const clock = () => 1_795_000_000
  const idp = new HostileIdp({ now: clock })
  const app = fastify({ http2: true, pluginTimeout: 0 })
  await app.register(fastifyAuth0 as never, {
    domain: idp.domain,
    clientId: idp.clientId,
    clientSecret: idp.clientSecret,
    appBaseUrl: twoHosts.plugin?.appBaseUrl,
    sessionSecret,
    customFetch: idp.fetch,
    now: clock
  } as never)
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const session: ClientHttp2Session = connectHttp2(
    `http://127.0.0.1:${(app.server.address() as { port: number }).port}`
  )
  t.teardown(() => session.close())
  const get = async (headers: Record<string, string>) => {
    const stream = session.request({ ':path': '/auth/login', accept: 'text/html', ...headers })
    const [answer] = await once(stream, 'response') as [Record<string, string | number>]
    stream.resume()
    await once(stream, 'end')
    return answer
  }
  const control = await get({ ':authority': 'localhost:3000' })
  t.equal(control[':status'], 302)
  const redirectOf = (answer: Record<string, string | number>) =>
    new URL(String(answer.location)).searchParams.get('redirect_uri')
  t.equal(redirectOf(control), 'http://localhost:3000/auth/callback')
  for (
    const headers of [{ ':authority': 'localhost:3000', host: 'evil.test' }, {
      ':authority': 'evil.test',
      host: 'localhost:3000'
    }]
  ) {
    const answer = await get(headers)
    if (answer[':status'] === 302) t.equal(redirectOf(answer), 'http://localhost:3000/auth/callback')
    else t.equal(answer[':status'], 400)
    t.notMatch(answer.location, /evil/)
  }
})

for (
  const [variant, routerOptions] of Object.entries({
    default: {},
    'all tolerance on': {
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      caseSensitive: false,
      useSemicolonDelimiter: true
    }
  })
) {
  t.test(`HH-07 odd spellings of a guarded path, router options: ${variant}`, t =>
    inWorld(t, {
      fastify: { routerOptions } as never,
      routes: (app, world) => {
        app.get('/admin', { preHandler: app.auth0.requireSession }, async () => {
          world.runs++
          return { secret: true }
        })
        app.get('/declared', { config: { auth0: { session: true } } as object }, async () => {
          world.runs++
          return { secret: true }
        })
        app.get('/:other', async () => ({ other: true }))
      }
    }, async world => {
      const port = await listening(world)
      for (
        const target of ['/admin', '//admin', '/%61dmin', '/admin/', '/ADMIN', '/admin;x', '/./admin', '/x/../admin',
          '/admin?x', '/admin#x', '/admin%2f', '/admin%00', 'http://app.example.test/admin', '/declared', '/%64eclared',
          '//declared', '/DECLARED']
      ) {
        const answer = await rawRequest(port,
          `GET ${target} HTTP/1.1\r\nHost: app.example.test\r\nAccept: application/json\r\nConnection: close\r\n\r\n`)
        t.notMatch(answer.body, /secret/, target)
        t.ok([200, 400, 401, 404].includes(answer.status), `${target}: ${answer.status}`)
      }
      for (const method of ['HEAD', 'POST', 'OPTIONS', 'PUT', 'QUERY', 'PROPFIND']) {
        const answer = await rawRequest(port,
          `${method} /admin HTTP/1.1\r\nHost: app.example.test\r\nAccept: application/json\r\nContent-Length: ` +
            '0\r\nConnection: close\r\n\r\n')
        t.notMatch(answer.body, /secret/, method)
        t.ok([400, 401, 404, 405, 501].includes(answer.status), `${method}: ${answer.status}`)
      }
      t.equal(world.runs, 0, 'the guarded handlers never ran')
    }))
}

scenario('HI-01 an error description with CR LF', async (t, world) => {
  const port = await listening(world)
  const browser = world.browser()
  const state = new URL(await world.start(browser)).searchParams.get('state')
  const description = encodeURIComponent('x\r\nSet-Cookie: evil=1\r\n\r\n<b>')
  const answer = await rawRequest(port,
    `GET /auth/callback?error=access_denied&error_description=${description}&state=${state} HTTP/1.1\r\nHost: ` +
      `app.example.test\r\nCookie: ${browser.cookieHeader('/')}\r\n${close}`)
  t.equal(answer.status, 403)
  t.notMatch(answer.headers['set-cookie'], /evil/)
  t.notMatch(JSON.stringify(answer.headers), /evil=1/)
  t.notOk(answer.body.includes('<b>'))
})

for (
  const [name, returnTo] of Object.entries({
    'CR LF': '/x\r\nSet-Cookie: evil=1',
    'U+560A': '/x\u560d\u560aSet-Cookie: evil=1',
    'U+010A': '/x\u010d\u010aSet-Cookie:evil=1',
    'encoded twice': '/x%0d%0aSet-Cookie:%20evil=1'
  })
) {
  scenario(`HI-02 returnTo with ${name}`, async (t, world) => {
    const port = await listening(world)
    const start = await rawRequest(port,
      `GET /auth/login?returnTo=${encodeURIComponent(returnTo)} HTTP/1.1\r\nHost: app.example.test\r\n${close}`)
    t.equal(start.status, 302)
    t.notMatch(start.headers['set-cookie'], /evil/)
    const cookies = (start.headers['set-cookie'] ?? '').split(';')[0]
    const { params } = world.idp.authorize(start.headers.location ?? '')
    const end = await rawRequest(port,
      `GET /auth/callback?${params} HTTP/1.1\r\nHost: app.example.test\r\nCookie: ${cookies}\r\n${close}`)
    t.equal(end.status, 302)
    t.notMatch(end.headers['set-cookie'], /evil/)
    t.equal(new URL(end.headers.location ?? '', appOrigin).origin, appOrigin)
    t.notMatch(end.headers.location, /[\r\n\u0100-\uffff]/)
    const guard = await rawRequest(port,
      `GET /private?x=${encodeURIComponent(returnTo)} HTTP/1.1\r\nHost: app.example.test\r\n${close}`)
    t.notMatch(guard.headers['set-cookie'], /evil/)
  })
}

for (
  const name of ['a;b', 'a=b', 'a\r\nb', 'a b', 'a\tb', 'a"b', 'a,b', '', 'ä', 'a\u0000b', 'a/b', 'a(b',
    'x'.repeat(100)]
) {
  t.test(`HI-03 the cookie name ${JSON.stringify(name)}`, async t => {
    for (
      const plugin of [{ sessionConfiguration: { cookie: { name } } }, {
        transactionConfiguration: { cookie: { name } }
      }]
    ) {
      const world = new World({ plugin })
      await t.rejects(Promise.resolve(world.app.ready()), { code: 'configuration_error' })
      await world.app.close()
    }
  })
}

for (
  const [option, value] of Object.entries({
    path: '/x; Domain=evil.test',
    domain: 'example.test; Secure',
    sameSite: 'lax; Domain=x'
  })
) {
  t.test(`HI-03 the cookie's ${option} with another attribute in it`, async t => {
    const world = new World({ plugin: { sessionConfiguration: { cookie: { [option]: value } } as never } })
    await t.rejects(Promise.resolve(world.app.ready()), { code: 'configuration_error' })
    await world.app.close()
  })
}

scenario('HI-04 claims with CR LF reach no header', async (t, world) => {
  const claims = {
    name: 'x\r\nSet-Cookie: evil=1',
    sub: 'auth0|x',
    org_name: 'a\r\nb',
    sid: 'sid\r\nSet-Cookie: evil=2'
  }
  const browser = world.browser()
  const response = await world.during({ idToken: { payload: correct => ({ ...correct, ...claims }) } },
    () => world.login(browser))
  t.ok(sessionCookiesSet(response).length > 0)
  const all = [response, await browser.call('/private'),
    await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })]
  for (const answer of all) {
    const headers = JSON.stringify(answer.headers)
    t.notMatch(headers, /evil=1|\\r|\\n/)
  }
  t.equal(all[2]?.statusCode, 302, 'logout works with an odd sid')
})

const neverCached = (t: Test, response: { headers: Record<string, unknown> }, what: string) => {
  t.match(response.headers['cache-control'], /\bno-store\b/, `${what}: no-store`)
  t.notMatch(response.headers['cache-control'], /\bpublic\b/, `${what}: not public`)
  t.equal(response.headers.etag, undefined, `${what}: no ETag`)
}

scenario('CA-01 the login', async (t, world) => {
  neverCached(t, await world.browser().navigate('/auth/login'), 'redirect')
  neverCached(t, await world.browser().navigate('/auth/login', { 'sec-purpose': 'prefetch' }), 'prefetch')
  const failing = await world.during({ answers: { discovery: () => ({ status: 500, headers: {}, body: '' }) } }, () => {
    world.advance(86_400 * 30)
    return world.browser().navigate('/auth/login')
  })
  t.ok(failing.statusCode >= 500)
  neverCached(t, failing, 'failure')
})

scenario('CA-02 the callback', async (t, world) => {
  const { response } = await succeeds(t, world)
  neverCached(t, response, 'success')
  t.equal(response.headers['referrer-policy'], 'no-referrer')
  for (const query of ['code=x&state=y', 'error=access_denied&state=y', '', 'code=a&code=b']) {
    neverCached(t, await world.browser().navigate(`/auth/callback?${query}`), query)
  }
})

scenario('CA-03 the logout', async (t, world) => {
  const { browser } = await succeeds(t, world)
  neverCached(t, await browser.navigate('/auth/logout', { 'sec-fetch-site': 'cross-site' }), 'question')
  neverCached(t, await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' }), 'redirect')
  neverCached(t,
    await world.browser().submit('/auth/logout', {}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }),
    'refusal')
  neverCached(t, await world.browser().navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' }),
    'without a session')
})

scenario('CA-05 every answer that carries a session cookie', async (t, world) => {
  const { browser, response } = await succeeds(t, world)
  neverCached(t, response, 'login')
  world.advance(50_000)
  const rolled = await browser.call('/private')
  t.ok(setCookies(rolled).length > 0, 'the session rolls')
  neverCached(t, rolled, 'rolling')
  const refreshed = await browser.call('/token')
  world.advance(40_000)
  const renewed = await browser.call('/token')
  t.ok(sessionCookiesSet(renewed).length > 0, 'a refresh is written')
  neverCached(t, renewed, 'refresh')
  t.equal(refreshed.statusCode, 200)
  const garbage = world.browser()
  for (const { name } of browser.cookies) garbage.plant(name, 'garbage')
  t.strictSame(setCookies(await garbage.call('/public')), [], 'unreadable cookies are left alone')
  for (const name of ['a', 'b', 'c', 'd']) garbage.plant(name, 'x'.repeat(3200))
  const cleared = await garbage.call('/public')
  t.ok(setCookies(cleared).length > 0, 'unless the Cookie header is too long')
  neverCached(t, cleared, 'clearing')
})

scenario('CA-07 refusals of a guard', async (t, world) => {
  neverCached(t, await world.browser().navigate('/private'), '302')
  neverCached(t, await world.browser().call('/private'), '401')
})

scenario('CA-08 the app says public on a page while the session rolls', async (t, world) => {
  const { browser } = await succeeds(t, world)
  world.advance(50_000)
  for (const path of ['/public-page', '/public-raw']) {
    const copy = browser.copy()
    const response = await copy.call(path)
    if (setCookies(response).length > 0) neverCached(t, response, path)
    else t.match(response.headers['cache-control'], /public/, 'it does not roll')
  }
  const later = await browser.copy().call('/public-page')
  t.equal(later.statusCode, 200)
  const warnings = world.logLines.filter(line =>
    /cache-control|cache_control/i.test(line) && (JSON.parse(line) as { level: number }).level >= 40
  )
  t.ok(warnings.length <= 1, `${warnings.length} warnings`)
  t.equal(warnings.length, 1, 'a warning, once')
}, {
  routes: app => {
    app.get('/public-page', async (request, reply) => {
      await request.auth0.getSession()
      reply.header('cache-control', 'public, max-age=600')
      return { page: true }
    })
    app.get('/public-raw', async (request, reply) => {
      await request.auth0.getSession()
      reply.headers({ 'Cache-Control': 'public, s-maxage=600', ETag: '"x"' })
      return { page: true }
    })
  }
})

scenario('CA-09 a page whose body depends on the session', async (t, world) => {
  const { browser } = await succeeds(t, world)
  for (const who of [browser, world.browser()]) {
    for (const path of ['/private', '/public']) t.match((await who.call(path)).headers.vary, /cookie/i, path)
  }
  t.equal((await browser.call('/')).headers.vary, undefined, 'and only then')
})

const api: WorldOptions = {
  plugin: { api: { audience: 'https://api.test/' } },
  routes: app => {
    app.get('/api', { preHandler: app.auth0.requireToken() }, async () => ({ ok: true }))
    app.get('/open', async () => ({ ok: true }))
  }
}

scenario('RE-02 Authorization headers of 64 KB', async (t, world) => {
  const ask = (authorization: string, url = '/api') =>
    world.app.inject({ url, headers: { host: 'app.example.test', authorization } })
  const odd: Record<string, string> = {
    blanks: `Bearer ${' '.repeat(65_000)}`,
    'blanks and a letter': `Bearer ${' '.repeat(65_000)}x`,
    'Bearer many times': 'Bearer'.repeat(8000),
    'Bearer and blanks many times': 'Bearer '.repeat(8000),
    tabs: `Bearer${'\t'.repeat(65_000)}x`,
    dots: `Bearer ${'.'.repeat(65_000)}`,
    commas: `Bearer ${'a,'.repeat(32_000)}`,
    'DPoP blanks': `DPoP ${' '.repeat(65_000)}x`
  }
  const base = await leastCpuTime(() => ask('Bearer x'))
  for (const [variant, header] of Object.entries(odd)) {
    const response = await ask(header)
    t.ok([400, 401].includes(response.statusCode), `${variant}: ${response.statusCode}`)
    const plain = await leastCpuTime(() => ask(header, '/open'))
    const guarded = await leastCpuTime(() => ask(header))
    t.ok(guarded - plain < Math.max(1, base * 2), `${variant}: ${(guarded - plain).toFixed(2)} ms`)
  }
}, api)

t.test('RE-03 reading cookies from a header of any shape', async t => {
  const runs = thorough ? 1_000_000 : 100_000
  const pieces = ['__Host-a0_abc', '__Host-a0_abc_t', '=', ';', ' ', '\t', '"', 'x', '%zz', '__proto__', 'a=b', '; ',
    ' =', '\u00ff', ',', '__Host-a0_abc=value', '.0', '__Host-', '\\']
  let seed = 42
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed % below
  }
  for (let i = 0; i < runs; i++) {
    let header = ''
    for (let j = next(12); j >= 0; j--) header += pieces[next(pieces.length)]
    const value = readCookie(header, '__Host-a0_abc')
    if (value !== undefined && !header.includes(value)) t.fail('a value that is not in the header')
    if (i % 1000 !== 0) continue
    const long = header.repeat(300)
    const took = await leastCpuTime(() => readCookie(long, '__Host-a0_abc'))
    if (took > 5) t.fail(`${long.length} characters took ${took} ms: ${JSON.stringify(header)}`)
  }
  t.equal(readCookie('__Host-a0_abc_t=x; __Host-a0_abc="y"', '__Host-a0_abc'), 'y')
})

scenario('RE-03 odd Cookie headers through the whole application', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const names = browser.names()
  const values = ['', 'x', '..', '....', 'a..b.c.d', '%', '"', '"x"', '=', 'eyJ..x.y.z', '\u00ff', ' ']
  for (const name of names) {
    for (const value of values) {
      for (
        const cookie of [`${name}=${value}`, `${name}= ${value} `, ` ${name} =${value}`, `${name}="${value}`,
          `x; ${name}=${value}; ${name}=${value}`]
      ) {
        const response = await world.app.inject({
          url: '/token',
          headers: { host: 'app.example.test', accept: 'application/json', cookie }
        })
        if (response.statusCode !== 401) t.fail(`${cookie}: ${response.statusCode}`)
      }
    }
  }
})

scenario('RE-04 a scope of 100 KB', async (t, world) => {
  const scope = 'read:all '.repeat(11_000)
  const { browser } = await succeeds(t, world)
  const before = world.idp.count('token')
  const took = await leastCpuTime(async () => {
    const response = await browser.call(`/token?scope=${encodeURIComponent(scope.slice(0, 10_000))}`)
    t.ok(response.statusCode < 500 || response.statusCode === 502, `${response.statusCode}`)
  }, 1)
  t.ok(took < 1000, `${took} ms`)
  t.ok(world.idp.count('token') - before <= 1)
  const granted = world.browser()
  const response = await world.during({
    answers: {
      token: correct => ({ ...correct, body: JSON.stringify({ ...JSON.parse(correct.body as string), scope }) })
    }
  }, () => world.login(granted))
  t.ok(response.statusCode < 600)
  const size = Buffer.byteLength(granted.cookieHeader('/'))
  t.ok(size < 8192 + 512, `cookies of ${size} bytes`)
})

scenario('RE-04 a token whose scope claim is huge', async (t, world) => {
  const token = world.idp.apiToken({ aud: 'https://api.test/', scope: 'a '.repeat(20_000) })
  const response = await world.app.inject({ url: '/api', headers: { authorization: `Bearer ${token}` } })
  t.ok([200, 401].includes(response.statusCode), `${response.statusCode}`)
}, api)

scenario('RE-05 odd values of Accept, User-Agent, Origin and their like', async (t, world) => {
  const values = ['', ' ', ',', ';;;', '*/*', 'text/html'.repeat(5000), 'null', 'http://[', 'https://\u00ff',
    '\u00ff\u00fe', 'a'.repeat(60_000), 'text/html;q=NaN', '__proto__', 'constructor', '%00', 'javascript:x', '0', '-1']
  const names = ['accept', 'user-agent', 'origin', 'referer', 'sec-fetch-mode', 'sec-fetch-site', 'sec-purpose',
    'purpose', 'accept-language', 'content-type', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'if-none-match',
    'authorization', 'dpop', 'x-requested-with', 'next-router-prefetch']
  for (const name of names) {
    for (const value of values) {
      for (
        const [method, url] of [['GET', '/private'], ['GET', '/auth/login'], ['GET', '/auth/callback?code=x&state=y'], [
          'GET',
          '/auth/logout'
        ], ['POST', '/auth/logout'], ['POST', '/auth/backchannel-logout'], ['POST', '/private']] as const
      ) {
        const response = await world.app.inject({ method, url, headers: { host: 'app.example.test', [name]: value } })
        if (response.statusCode >= 500) {
          t.fail(`${method} ${url} with ${name}: ${value.slice(0, 40)} gives ${response.statusCode}`)
        }
      }
    }
  }
  t.equal(world.runs, 0)
})
