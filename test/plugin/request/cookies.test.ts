import { connect as connectHttp2, type ClientHttp2Session, type Http2ServerResponse } from 'node:http2'
import { fileURLToPath } from 'node:url'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { once } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { Auth0Options } from '../../../types/index.js'
import { clears, setCookies, type Visitor } from '../../fixtures/visitor.js'
import { newSite, Site } from '../../flows/site.js'
import { until } from '../../until.js'

async function site (t: Test, options: Partial<Auth0Options> = {},
  routes: Record<string, (request: FastifyRequest, reply: FastifyReply) => unknown> = {},
  server: object = {}): Promise<Site> {
  const site = new Site(options, server)
  site.app.after(() => {
    site.app.get('/private', { preHandler: site.app.auth0.requireSession }, async request =>
      ({ session: await request.auth0.getSession() }))
    site.app.get('/me', async request => (await request.auth0.getUser())?.sub ?? 'nobody')
  })
  for (const [path, handler] of Object.entries(routes)) site.route(path, handler)
  await site.app.ready()
  t.teardown(async () => {
    await site.app.close()
  })
  return site
}

const basic = {
  nickname: 'ada.lovelace',
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada.lovelace@example.com',
  email_verified: true,
  updated_at: '2026-11-30T07:44:51.123Z',
  picture: 'https://s.gravatar.com/avatar/0123456789abcdef0123456789abcdef?s=480&r=pg&' +
    'd=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fal.png'
}

/** Bytes of a response's head as HTTP/1.1 has it. */
function headBytes (response: { statusCode: number, headers: object }): number {
  const lines = Object.entries(response.headers).flatMap(([name, value]) =>
    [value].flat().map(one => `${name}: ${String(one)}\r\n`)
  )
  return 'HTTP/1.1 302 Found\r\n\r\n'.length + lines.join('').length
}

t.test('the callback of a user with 1,500 bytes of further claims has at most 4,000 bytes of headers', async t => {
  const s = await site(t, { scope: 'openid profile email' })
  for (const bytes of [0, 1500]) {
    s.tenant.claims = { ...basic, ...(bytes > 0 && { 'https://example.com/roles': 'r'.repeat(bytes - 30) }) }
    const response = await s.login(s.browser(), '/auth/login?returnTo=%2Fprivate')
    t.equal(response.statusCode, 302)
    t.comment(`${headBytes(response)} bytes with ${bytes} bytes of further claims`)
    t.ok(headBytes(response) <= 4000, `${headBytes(response)} bytes`)
  }
})

t.test('90 groups of 36 characters log in without a store; 7 KB of claims are told apart', async t => {
  const s = await site(t)
  const groups = (count: number) =>
    Array.from({ length: count }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)
  for (const count of [60, 80, 90]) {
    s.tenant.claims = { ...basic, groups: groups(count) }
    const browser = s.browser()
    t.equal((await s.login(browser)).statusCode, 302)
    t.comment(`${count} groups: ${browser.cookieHeader('/').length} bytes of Cookie header`)
    const { session } = (await browser.call('/private')).json<{ session: { user: { groups: string[] } } }>()
    t.strictSame(session.user.groups, groups(count))
    await browser.navigate('/auth/logout')
    t.strictSame(browser.names(), [], 'a logout clears every chunk')
  }
  s.tenant.claims = { ...basic, groups: groups(180) }
  const refused = await s.login(s.browser())
  t.equal(refused.statusCode, 500)
  t.match(refused.body, 'session_too_large')
  const told = s.logs.find(line => line.includes('session_too_large'))
  t.match(told, /user\[\\"groups\\"\] 7\d\d\d.*sessionStore/, 'the log says what weighs what')
  const stored = await site(t, { sessionStore: new MemorySessionStore({ now: () => stored.clock.now }) })
  stored.tenant.claims = s.tenant.claims
  t.equal((await stored.login(stored.browser())).statusCode, 302, 'a store takes them')
})

t.test('abandoned logins and the session share 8 KiB of Cookie header', async t => {
  const s = await site(t)
  s.tenant.claims = { ...basic, groups: Array.from({ length: 90 }, (_, n) => `group ${n}`.padEnd(36, 'x')) }
  const browser = s.browser()
  const started: string[] = []
  for (let count = 0; count < 8; count++) {
    started.push(await s.start(browser, `/auth/login?returnTo=%2F${'p'.repeat(500)}`))
    s.clock.now += 1
    t.ok(browser.cookieHeader('/').length <= 8192)
  }
  t.equal((await browser.navigate(s.tenant.callback(started.at(-1)!))).statusCode, 302)
  t.ok(browser.cookieHeader('/').length <= 8192, `${browser.cookieHeader('/').length} bytes after the login`)
  const left = browser.names().filter(name => name.includes('_tx_')).map(name => name.slice(-32))
  const states = started.map(location => new URL(location).searchParams.get('state'))
  t.ok(left.length > 0 && left.length < 7, 'the oldest logins went')
  t.strictSame(left.sort(), states.slice(-1 - left.length, -1).sort())
})

/** Ways of a handler to answer by itself. */
const answers: Record<string, (reply: FastifyReply) => unknown> = {
  'hijack, writeHead with an object': reply => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream', 'cache-control': 'no-cache' })
    reply.raw.end('data: x\n\n')
  },
  'hijack, writeHead with a message and a flat list': reply => {
    reply.hijack()
    reply.raw.writeHead(200, 'OK', ['content-type', 'text/plain', 'set-cookie', 'own=1'] as never)
    reply.raw.end('x')
  },
  'writeHead without hijack, own cookies in it': reply => {
    reply.raw.writeHead(200, { 'set-cookie': ['own=1', 'other=2'] })
    reply.raw.end('x')
  },
  'own cookies set before': reply => {
    reply.raw.setHeader('set-cookie', 'own=1')
    reply.raw.end('x')
  },
  'own cookies set before, by middleware': reply => {
    reply.raw.setHeader('set-cookie', 'own=1')
    return reply.send('x')
  },
  'own cookies of middleware and of Fastify': reply => {
    reply.raw.setHeader('set-cookie', ['own=1', 'other=2'])
    return reply.header('set-cookie', 'own=1').send('x')
  },
  'hijack, end alone': reply => {
    reply.hijack()
    reply.raw.end('x')
  },
  'hijack, write first': reply => {
    reply.hijack()
    reply.raw.write('x')
    reply.raw.end()
  },
  flushHeaders: reply => {
    reply.hijack()
    reply.raw.flushHeaders()
    reply.raw.end('x')
  },
  'a stream': reply => reply.send(Readable.from(['x'])),
  304: reply => reply.code(304).send(),
  'a redirect': reply => reply.redirect('/elsewhere'),
  'an error': () => {
    throw new Error('on purpose')
  }
}

async function changing (request: FastifyRequest): Promise<void> {
  await request.auth0.updateSession({ at: request.url })
}

t.test('cookies are written when headers are sent by whatever means, once', async t => {
  const s = await site(t, {}, Object.fromEntries(Object.entries(answers).map(([, answer], index) =>
    [`/answer-${index}`, async (request: FastifyRequest, reply: FastifyReply) => {
      await changing(request)
      const sent = answer(reply)
      return sent ?? reply
    }]
  )))
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = s.app.server.address() as AddressInfo
  const browser = await s.member()
  for (const [index, name] of Object.keys(answers).entries()) {
    const response = await fetch(`http://127.0.0.1:${port}/answer-${index}`, {
      redirect: 'manual',
      headers: { cookie: browser.cookieHeader('/'), host: 'app.example.test' }
    })
    await response.text()
    const lines = response.headers.getSetCookie()
    const own = lines.filter(line => line.startsWith('__Host-a0_'))
    t.equal(own.length, 1, `${name}: the session cookie, once`)
    if (name.includes('own cookies') || name.includes('flat list')) {
      t.strictSame(lines.filter(line => line === 'own=1'), ['own=1'], `${name}: and the application's own`)
    }
    t.match(response.headers.get('cache-control'), 'no-store', name)
    t.match(response.headers.get('vary'), 'Cookie', name)
    const [pair] = own[0]!.split(';')
    browser.plant(pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1))
    t.equal((await browser.call('/private')).json<{ session: { at: string } }>().session.at, `/answer-${index}`)
  }
  t.strictSame(s.events.filter(({ type }) => type === 'warning'), [])
})

t.test('no cache keeps cookies, whatever hooks of the application say when', async t => {
  type Says = (reply: FastifyReply) => unknown
  const publicly: Says = reply => reply.header('cache-control', 'public, max-age=600')
  const ways: [stage: 'onRequest' | 'onSend', warnings: number, says: Says, removed?: string][] = [
    ['onRequest', 1, publicly], ['onSend', 1, publicly],
    ['onSend', 0, reply => reply.raw.setHeader('cache-control', 'max-age=600')],
    ['onSend', 1, reply => publicly(reply.header('cdn-cache-control', 'max-age=600')), 'cdn-cache-control'],
    ['onRequest', 1, reply => { reply.raw.setHeader('x-accel-expires', '600') }, 'x-accel-expires']
  ]
  for (const [at, [stage, warnings, says, removed]] of ways.entries()) {
    const s = newSite(t, { routes: { session: true }, api: { audience: 'https://api.example.test' } })
    s.app.after(() => {
      s.app.addHook(stage as 'onRequest', async (_request, reply) => {
        says(reply)
      })
      s.app.get('/changes', async request => await changing(request))
      s.app.get('/stream', async (request, reply) => {
        await changing(request)
        return reply.send(Readable.from(['x']))
      })
      s.app.get('/reads', async request => await request.getSession())
      s.app.get('/guarded', { onRequest: s.app.auth0.requireSession }, async () => 'guarded')
      s.app.get('/admin', { onRequest: s.app.auth0.requireClaims({ role: 'admin' }) }, async () => 'admin')
      s.app.get('/api', { onRequest: s.app.auth0.requireToken() }, async () => 'api')
      s.app.get('/either', async (request, reply) => {
        await s.app.auth0.requireClaims({ role: 'admin' })(request, reply).catch(() => {})
        return 'not for admins alone'
      })
    })
    const browser = await s.member()
    for (const url of ['/changes', '/stream', '/auth/login', '/auth/session', '/auth/callback?error=no']) {
      const { headers } = await browser.call(url)
      t.match(headers['cache-control'], /no-store/, `${at} ${url}`)
      if (removed !== undefined) t.notOk(removed in headers, `${at} ${url}`)
    }
    const visitor = s.browser()
    for (const { statusCode, headers } of [await visitor.navigate('/guarded'), await visitor.call('/guarded'),
      await browser.navigate('/admin'), await browser.call('/admin'), await visitor.call('/api')]) {
      t.match(headers['cache-control'], /no-store/, `${at}: ${statusCode} of a guard`)
      if (removed !== undefined) t.notOk(removed in headers, `${at}: ${statusCode} of a guard`)
    }
    const { headers } = await browser.call('/reads')
    t.notMatch(headers['cache-control'], /no-store/, 'what sets no cookie is as the application says')
    if (stage === 'onSend' && warnings > 0) {
      t.match((await browser.call('/either')).headers['cache-control'], 'public', 'what another guard lets pass, too')
    }
    const told = s.events.filter(({ reason }) => reason === 'public_cache_control_overridden')
    t.equal(told.length, warnings, `${at}: told once`)
  }
})

t.test('cookies over HTTP/2, also where the handler answers by itself', async t => {
  const s = await site(t, {}, {
    '/raw': async (request, reply) => {
      await changing(request)
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.raw.end('data: x\n\n')
    },
    '/end': async (request, reply) => {
      await changing(request)
      reply.hijack()
      reply.raw.end('x')
    },
    '/respond': async (request, reply) => {
      await changing(request)
      reply.hijack()
      const { stream } = reply.raw as unknown as Http2ServerResponse
      stream.respond({ ':status': 200, 'Set-Cookie': 'own=1', 'Cache-Control': 'public', etag: 'x' })
      stream.end('x')
    },
    '/respond-bare': async (request, reply) => {
      await changing(request)
      reply.hijack()
      const { stream } = reply.raw as unknown as Http2ServerResponse
      stream.respond()
      stream.end('x')
    },
    '/file': async (request, reply) => {
      await changing(request)
      reply.hijack()
      const { stream } = reply.raw as unknown as Http2ServerResponse
      stream.respondWithFile(fileURLToPath(import.meta.url), { 'set-cookie': ['own=1'] })
    }
  }, { http2: true })
  const browser = await s.member()
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${(s.app.server.address() as AddressInfo).port}`)
  t.teardown(() => {
    session.close()
  })
  for (const path of ['/raw', '/end', '/respond', '/respond-bare', '/file']) {
    const stream = session.request({
      ':path': path,
      ':authority': 'app.example.test',
      cookie: browser.cookieHeader('/')
    })
    const [headers] = await once(stream, 'response') as [Record<string, string | string[]>]
    stream.resume()
    await once(stream, 'end')
    t.equal(headers[':status'], 200)
    const lines = [headers['set-cookie'] ?? []].flat()
    t.equal(lines.filter(line => line.startsWith('__Host-a0_')).length, 1, path)
    t.equal(lines.includes('own=1'), path === '/respond' || path === '/file', `${path}: and the application's own`)
    t.match(headers['cache-control'], 'no-store', path)
    t.match(headers.vary, 'Cookie', path)
    t.equal(headers.etag, undefined)
  }
})

t.test('cookies that could not be sent are told', async t => {
  const s = await site(t, {}, {
    '/late': async (request, reply) => {
      reply.raw.writeHead(200)
      await request.auth0.startInteractiveLogin()
      reply.raw.end('x')
      return reply
    },
    '/socket': async (request, reply) => {
      await changing(request)
      reply.hijack()
      reply.raw.socket!.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nx')
    }
  })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = s.app.server.address() as AddressInfo
  const cookie = (await s.member()).cookieHeader('/')
  for (const path of ['/late', '/socket']) {
    s.events.length = 0
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie, host: 'app.example.test' } })).text()
    await until(() => s.events.length > 0)
    t.match(s.events, [{ type: 'warning', reason: 'cookies_not_sent' }], path)
  }
  t.match(s.logs.join(''), 'this response can no longer set the cookies')
})

t.test('neighbours on one host keep their logins: other paths, other ports', async t => {
  for (const [a, b] of [
    ['https://example.test/a', 'https://example.test/b'],
    ['http://localhost:3000', 'http://localhost:4000'],
    [undefined, undefined]
  ]) {
    const [one, two] = await Promise.all([a, b].map(async (appBaseUrl, index) =>
      await site(t, {
        appBaseUrl,
        sessionSecret: `a session secret of site number ${index}, long enough`
      } as Partial<Auth0Options>)
    )) as [Site, Site]
    const origins = [a, b].map((url, index) => new URL(url ?? `http://localhost:${index + 1}000`).origin)
    const browser = one.browser(origins[0])
    const at = (s: Site, index: number): Visitor =>
      Object.assign(s.browser(origins[index]), { cookies: browser.cookies })
    for (const [s, index] of [[one, 0], [two, 1]] as const) {
      const visitor = at(s, index)
      const location = await s.start(visitor)
      const callback = new URL(s.tenant.callback(location), 'https://x')
      t.equal((await visitor.navigate(`/auth/callback${callback.search}`)).statusCode, 302)
      browser.cookies = visitor.cookies
    }
    for (const [s, index] of [[one, 0], [two, 1], [one, 0]] as const) {
      t.equal((await at(s, index).call('/me')).body, 'auth0|ada', `${s.options({}).appBaseUrl as string} ${String(a)}`)
    }
    t.strictSame(one.events.concat(two.events).filter(({ type }) => type === 'warning'), [])
  }
})

t.test('a logout ends what an earlier configuration or another host of the domain has set', async t => {
  const stores: (() => Partial<Auth0Options>)[] = [() => ({}), () => ({
    sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 })
  })]
  for (const store of stores) {
    const shared = store()
    const cookie = { name: 'sid', path: '/' }
    const before = await site(t, { ...shared, sessionConfiguration: { cookie } })
    const after = await site(t, { ...shared, sessionConfiguration: { cookie: { ...cookie, domain: 'example.test' } } })
    const browser = await before.member()
    const moved = Object.assign(after.browser(), { cookies: browser.cookies })
    t.equal((await moved.call('/me')).body, 'auth0|ada', 'the old cookie is read')
    after.clock.now += 1
    await after.login(moved)
    t.equal((await moved.call('/me')).body, 'auth0|ada')
    t.equal(moved.names().filter(name => name === 'sid').length, 2)
    await moved.navigate('/auth/logout')
    t.strictSame(moved.names(), [], 'both are cleared')
  }
})

t.test('a logout leaves a cookie alone that another application of the domain has set', async t => {
  const cookie = { name: 'sid', domain: 'app.example.test' }
  const s = await site(t, { sessionConfiguration: { cookie } })
  const browser = await s.member()
  browser.cookies.unshift({ ...browser.cookies[0]!, name: 'sid', value: 'of a neighbour', domain: 'example.test' })
  t.equal((await browser.call('/me')).body, 'auth0|ada')
  await browser.navigate('/auth/logout')
  t.strictSame(browser.cookies.map(({ name, value }) => [name, value]), [['sid', 'of a neighbour']])
})

t.test('transient: no cookie of a session has a Max-Age', async t => {
  for (const sessionStore of [undefined, new MemorySessionStore({ now: () => 1_795_000_000 })]) {
    const s = await site(t, { sessionStore, sessionConfiguration: { cookie: { transient: true } } } as never)
    const response = await s.login(s.browser())
    const set = setCookies(response).filter(cookie => cookie.name.startsWith('__Host-a0_') && !clears(cookie))
    t.ok(set.length > 0)
    for (const { attributes } of set) t.notOk(attributes.has('max-age') || attributes.has('expires'))
  }
  const wrong = new Site({ transactionConfiguration: { cookie: { transient: true } } } as never)
  await t.rejects(Promise.resolve(wrong.app.ready()), { message: /transient/ })
})

t.test('the transaction cookie follows a session cookie for frames', async t => {
  const flags = async (options: Partial<Auth0Options>) => {
    const s = await site(t, options)
    const response = await s.browser().navigate('/auth/login')
    const { attributes } = setCookies(response)[0]!
    return [attributes.get('samesite')?.toLowerCase(), attributes.has('partitioned')]
  }
  t.strictSame(await flags({ sessionConfiguration: { cookie: { sameSite: 'none' } } }), ['none', false])
  t.strictSame(await flags({ sessionConfiguration: { cookie: { sameSite: 'none', partitioned: true } } }),
    ['none', true])
  t.strictSame(await flags({ sessionConfiguration: { cookie: { sameSite: 'strict' } } }), ['lax', false])
  t.strictSame(await flags({
    sessionConfiguration: { cookie: { sameSite: 'none' } },
    transactionConfiguration: { cookie: { sameSite: 'lax' } }
  }), ['lax', false])
})

t.test('cookies that make logins fail are told at start', async t => {
  const told = async (options: Partial<Auth0Options>) => {
    const s = await site(t, options)
    return s.logs.map(line => JSON.parse(line) as { level: number, code?: string }).filter(({ code }) =>
      code?.includes('cookie')
    ).map(({ code, level }) => `${level} ${code}`)
  }
  t.strictSame(await told({}), [])
  t.strictSame(await told({ sessionConfiguration: { cookie: { sameSite: 'strict' } } }), ['40 session_cookie_strict'])
  t.strictSame(await told({ sessionConfiguration: { cookie: { path: '/admin' } } }), ['40 session_cookie_path'])
  const shop = { sessionConfiguration: { cookie: { path: '/shop' } } }
  t.strictSame(await told({ appBaseUrl: 'https://a.test/shop', ...shop }), [])
  t.strictSame(await told({ appBaseUrl: 'https://a.test/shopping', ...shop }), ['40 session_cookie_path'])
  t.strictSame(await told({ transactionConfiguration: { cookie: { path: '/auth/login' } } }),
    ['40 transaction_cookie_path'])
  t.strictSame(await told({ transactionConfiguration: { cookie: { path: '/auth' } } }), [])
})

t.test('a deep link of 2,400 characters survives a login in one cookie', async t => {
  const s = await site(t, { audience: 'https://api.example.com/' })
  const deep = `/private?q=${'x'.repeat(2030)}`
  const browser = s.browser()
  const response = await browser.navigate(`/auth/login?returnTo=${encodeURIComponent(deep)}`)
  t.equal(setCookies(response).length, 1)
  t.equal((await browser.navigate(s.tenant.callback(String(response.headers.location)))).headers.location, deep)
})

t.test("the login's own access token is the last to be dropped", async t => {
  let nonce = ''
  const s = await site(t, { audience: 'https://main' }, {
    '/more': async request => {
      await request.auth0.getAccessToken({ audience: 'https://other' })
      return 'got it'
    },
    '/main': async request => (await request.auth0.getAccessToken()).accessToken.length
  })
  const long = (n: number) => ({ access_token: `${n}${'~'.repeat(3500)}` })
  s.tenant.scripts.set('authorization_code', () => ({ json: s.tenant.tokens({ nonce }, long(1)) }))
  s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, long(2)) }))
  const browser = s.browser()
  const location = await s.start(browser)
  nonce = new URL(location).searchParams.get('nonce')!
  t.equal((await browser.navigate(s.tenant.callback(location))).statusCode, 302)
  t.equal((await browser.call('/more')).statusCode, 200)
  const grants = s.tenant.grants('refresh_token').length
  t.equal((await browser.call('/main')).body, '3501')
  t.equal(s.tenant.grants('refresh_token').length, grants, 'it is still there')
})
