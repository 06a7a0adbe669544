import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import t from 'tap'
import fastify from 'fastify'
import fastifyAuth0 from '../../lib/index.js'
import { createDpopKey } from '../../lib/tokens/dpop.js'
import { isWeakSecret } from '../../lib/plugin/options/weak-secret.js'
import { sessionCookie } from '../../lib/testing/index.js'
import { ask, does, newSite, site } from '../flows/site.js'

const HOST = 'app.example.test'
const AUDIENCE = 'https://api.example.test'
const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

t.test('whatever the spelling of the prefix, addresses are those of the routes', async t => {
  const s = newSite(t)
  for (
    const [outer, prefix, path] of [
      [undefined, undefined, ''],
      [undefined, '', ''],
      [undefined, '/', ''],
      [undefined, '//', ''],
      [undefined, '/t1', '/t1'],
      [undefined, 't1', '/t1'],
      [undefined, '/t1/', '/t1'],
      [undefined, '//t1//', '/t1'],
      [undefined, 't1/a/', '/t1/a'],
      ['/o', '/t1', '/o/t1'],
      ['/o', 't1', '/o/t1'],
      ['/o/', '/t1/', '/o/t1'],
      ['/o/', undefined, '/o'],
      ['/', 't1', '/t1'],
      ['o', '/', '/o']
    ] as const
  ) {
    const app = fastify({ pluginTimeout: 0 })
    await app.register(async scope => {
      await scope.register(fastifyAuth0, { ...s.options(), ...(prefix !== undefined && { prefix }) })
      scope.get('/page', { preHandler: scope.auth0.requireSession }, async () => '')
    }, outer === undefined ? {} : { prefix: outer })
    const about = JSON.stringify([outer, prefix])
    const headers = { host: HOST, accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    const login = await app.inject({ url: `${path}/auth/login`, headers })
    t.equal(login.statusCode, 302, about)
    t.equal(new URL(String(login.headers.location)).searchParams.get('redirect_uri'),
      `https://${HOST}${path}/auth/callback`, about)
    const page = outer === undefined ? '/page' : `/${outer.replaceAll('/', '')}/page`.replace('//', '/')
    const { location } = (await app.inject({ url: page, headers })).headers
    t.equal(location, `${path}/auth/login?returnTo=${encodeURIComponent(page)}`, about)
    await app.close()
  }
  for (const prefix of ['/a\\b', '/a b', '/a?b', '/a#b', '/a;b', '/..', '/a/../b', 7, null, {}] as never[]) {
    const app = fastify({ pluginTimeout: 0 })
    app.register(fastifyAuth0, { ...s.options(), prefix })
    if (prefix === null) await app.ready()
    else {
      await t.rejects(Promise.resolve(app.ready()), { code: 'configuration_error', option: 'prefix' },
        String(prefix))
    }
    await app.close()
  }
})

t.test('a request line that holds an absolute URL is one for its path', async t => {
  const key = await createDpopKey(true)
  const s = newSite(t, { appBaseUrl: 'http://localhost:8080', api: { audience: AUDIENCE } })
  s.app.after(() => {
    s.app.get('/api', { onRequest: s.app.auth0.requireToken() }, async () => 'in')
    s.app.get('/page', { onRequest: s.app.auth0.requireSession }, async () => 'in')
    s.app.get('/mfa', { onRequest: s.app.auth0.requireMfa() }, async () => 'in')
  })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = s.app.server.address() as AddressInfo
  const send = async (target: string, headers: Record<string, string>): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    const lines = Object.entries({ host: 'localhost:8080', connection: 'close', ...headers })
    socket.write(`GET ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    return answer
  }
  const token = s.tenant.apiToken({ aud: AUDIENCE, azp: 'spa', cnf: { jkt: await key.thumbprint } })
  for (const target of ['/api', 'http://localhost:8080/api', 'http://localhost/api', 'HTTP://other.test:1/api?x=/']) {
    const dpop = await key.proof({
      url: 'http://localhost:8080/api',
      method: 'GET',
      accessToken: token,
      now: s.clock.now
    })
    t.match(await send(target, { authorization: `DPoP ${token}`, dpop }), /^HTTP\/1\.1 200/, target)
  }
  const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  for (const target of ['/page?a=1', 'http://localhost:8080/page?a=1', 'http://evil.test/page?a=1']) {
    t.match(await send(target, page), /location: \/auth\/login\?returnTo=%2Fpage%3Fa%3D1\r\n/, target)
  }
  const cookie = await sessionCookie(s.app, { user: { sub: 'auth0|ada' } })
  t.match(await send('http://localhost:8080/mfa', { ...page, cookie }), /location: https:\/\/acme\.eu\.auth0\.com/)
  t.match(await send('http://localhost:8080/auth/login?returnTo=/x', page), /^HTTP\/1\.1 302/)
})

t.test('a token that is presented twice is refused', async t => {
  const s = newSite(t, { api: { audience: AUDIENCE } })
  s.app.after(() => {
    s.app.get('/api', { onRequest: s.app.auth0.requireToken() }, async () => 'in')
    s.app.get('/either', { onRequest: s.app.auth0.requireSessionOrToken() }, async () => 'in')
  })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = s.app.server.address() as AddressInfo
  const token = s.tenant.apiToken({ aud: AUDIENCE, azp: 'spa' })
  const send = async (target: string, ...authorizations: string[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nhost: ${HOST}\r\nconnection: close\r\n` +
      `${authorizations.map(value => `${value}\r\n`).join('')}\r\n`)
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    return answer
  }
  const good = `authorization: Bearer ${token}`
  for (const path of ['/api', '/either']) {
    for (let round = 0; round < 2; round++) {
      t.match(await send(path, good), /^HTTP\/1\.1 200/, 'control')
      t.match(await send(`${path}?token=x`, good), /^HTTP\/1\.1 200/, 'control')
      for (
        const [target, ...headers] of [
          [path, good, good],
          [path, good, 'Authorization: Basic eDp5'],
          [path, good, 'AUTHORIZATION: Bearer other'],
          [`${path}?access_token=${token}`, good],
          [`${path}?a=1&access%5Ftoken=x`, good]
        ] as const
      ) {
        const answer = await send(target, ...headers)
        t.match(answer, /^HTTP\/1\.1 400/, `${target} ${headers.length}`)
        t.match(answer, /error="invalid_request"/)
      }
    }
  }
})

t.test('what is no access token, or names actors in no known shape, opens no API', async t => {
  const s = newSite(t, { api: { audience: AUDIENCE } })
  s.app.after(() => {
    s.app.get('/api', { onRequest: s.app.auth0.requireToken() }, async () => 'in')
  })
  await s.app.ready()
  let deep: object = {}
  for (let depth = 0; depth < 20; depth++) deep = { sub: 'a', act: deep }
  for (
    const [claims, status] of [
      [{}, 200],
      [{ act: { sub: 'agent' } }, 200],
      [{ act: { sub: 'a', act: { sub: 'b', iss: 'x' } } }, 200],
      [{ act: 'agent' }, 401],
      [{ act: ['agent'] }, 401],
      [{ act: null }, 401],
      [{ act: 1 }, 401],
      [{ act: true }, 401],
      [{ act: { sub: 7 } }, 401],
      [{ act: { sub: ['a'] } }, 401],
      [{ act: { sub: 'a', act: 'b' } }, 401],
      [{ act: { sub: 'a', act: [] } }, 401],
      [{ act: deep }, 401],
      [{ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, 401],
      [{ events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} } }, 401],
      [{ events: {} }, 401]
    ] as const
  ) {
    for (const typ of ['JWT', 'at+jwt']) {
      const token = s.tenant.apiToken({ aud: AUDIENCE, azp: 'spa', scope: 'read', ...claims }, { typ })
      const { statusCode } = await s.app.inject({
        url: '/api',
        headers: { host: HOST, authorization: `Bearer ${token}` }
      })
      t.equal(statusCode, status, `${typ} ${JSON.stringify(claims).slice(0, 80)}`)
    }
  }
  s.tenant.claims = { act: 'agent' }
  t.equal((await s.login(s.browser())).statusCode, 502, 'nor a session')
})

t.test('a logout or a link of accounts that no page of the application asked for does not happen', async t => {
  const s = await site(t, { mountConnectRoutes: true }, {
    '/me': async request => (await request.getSession())?.user.sub
  })
  const own = 'https://app.example.test/page'
  for (
    const [headers, passes] of [
      [{ 'sec-fetch-site': undefined, accept: 'text/html' }, false],
      [{ 'sec-fetch-site': undefined, accept: 'image/*' }, false],
      [{ 'sec-fetch-site': undefined, referer: 'https://evil.test/' }, false],
      [{ 'sec-fetch-site': undefined, referer: 'https://app.example.test.evil.test/' }, false],
      [{ 'sec-fetch-site': undefined, referer: 'no URL' }, false],
      [{ 'sec-fetch-site': undefined, referer: own }, true],
      [{ 'sec-fetch-site': 'cross-site', referer: own }, false],
      [{ 'sec-fetch-site': 'none' }, true],
      [{ 'sec-fetch-site': 'same-origin' }, true]
    ] as const
  ) {
    for (const mode of [undefined, 'navigate'] as const) {
      const about = `${JSON.stringify(headers)}, ${mode}`
      const visitor = await s.member()
      const send = async (url: string) =>
        await visitor.send('GET', url, {
          headers: { 'sec-fetch-mode': mode, accept: 'text/html', ...headers as object }
        })
      const linked = await send('/auth/connect?connection=google-oauth2')
      t.equal(linked.statusCode === 403, !passes, about)
      const { statusCode, body } = await send('/auth/logout')
      t.equal(statusCode, passes ? 302 : 403, about)
      if (!passes && !('accept' in headers && headers.accept.startsWith('image'))) t.match(body, 'Log out?', about)
      t.equal((await visitor.call('/me')).body, passes ? '' : 'auth0|ada', about)
    }
  }
})

t.test('a session of another application is taken over only where the options allow it', async t => {
  for (const allowSessionTransfer of [undefined, false, true]) {
    const s = await site(t, { ...(allowSessionTransfer !== undefined && { allowSessionTransfer }) })
    const before = s.events.length
    for (let time = 0; time < 2; time++) {
      const to = new URL(await s.start(s.browser(), '/auth/login?session_transfer_token=stt&login_hint=ada'))
      t.equal(to.searchParams.get('session_transfer_token'), allowSessionTransfer === true ? 'stt' : null)
      t.equal(to.searchParams.get('login_hint'), 'ada')
    }
    t.strictSame(s.events.slice(before).filter(({ type }) => type === 'warning').map(({ reason }) => reason),
      allowSessionTransfer === true ? [] : ['session_transfer_not_allowed'], 'said once')
  }
})

t.test('a step-up cookie that somebody else made is not believed', async t => {
  const s = newSite(t)
  s.app.after(() => {
    s.app.get('/mfa', { onRequest: s.app.auth0.requireMfa() }, async () => 'in')
  })
  await s.app.ready()
  const step = ({ cookies }: { cookies: Iterable<{ name: string, value: string }> }) =>
    [...cookies].find(({ name }) => name.endsWith('_step'))!
  const eve = await s.member()
  for (let time = 0; time < 8; time++) t.equal((await eve.navigate('/mfa')).statusCode, 302)
  const { name, value } = step(eve)
  const copy = eve.copy()
  t.equal((await copy.navigate('/mfa')).statusCode, 403, 'control: it counts for its own user')
  s.tenant.sub = 'auth0|ada'
  s.tenant.claims = { sub: 'auth0|bob' }
  for (const planted of [value, '9.mfa_required.AAAAAAAAAAAAAAAA', '8.x.y', `${value}x`, '["auth0|bob",9,"",""]']) {
    const bob = await s.member()
    bob.plant(name, planted)
    t.equal((await bob.navigate('/mfa')).statusCode, 302, planted.slice(0, 30))
  }
})

t.test('nobody is sent to the routes of the plugin after a login, however the router reads paths', async t => {
  const router = {
    caseSensitive: false,
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    useSemicolonDelimiter: true
  }
  const s = await site(t, {}, {}, { routerOptions: router })
  for (
    const path of [
      '/auth/logout',
      '/AUTH/LOGOUT',
      '/Auth/Logout?returnTo=/x',
      '/auth//logout',
      '/auth/logout/',
      '/auth/logout//',
      '/auth/logout;a=b',
      '/auth/%6Cogout',
      '/AUTH/%4Cogout',
      '/x/../auth/logout',
      '/auth/./logout',
      '/auth/logout#x',
      '/auth/LOGIN',
      '/auth/callback;?code=1',
      '/AUTH//Backchannel-Logout/;x'
    ]
  ) {
    const ada = s.browser()
    const done = await s.login(ada, `/auth/login?returnTo=${encodeURIComponent(path)}`)
    t.equal(done.headers.location, '/', path)
  }
  for (const path of ['/auth/logouts', '/author/logout', '/AUTH', '/x;/auth/logout']) {
    const done = await s.login(s.browser(), `/auth/login?returnTo=${encodeURIComponent(path)}`)
    t.equal(done.headers.location, path)
  }
})

t.test('no patch gives a session inherited claims', async t => {
  const evil = '{"__proto__":{"amr":["mfa"],"org_id":"org_x","permissions":["p"]},"city":"London"}'
  const s = await site(t, {
    beforeSessionSaved: (session, { reason }) =>
      reason === 'update'
        ? { ...session, user: { ...session.user, ...JSON.parse('{"__proto__":{"amr":["mfa"]}}') as object } }
        : undefined
  }, {
    '/user': does(async request => await request.auth0.updateSession({ user: JSON.parse(evil) as object })),
    '/custom': does(async request => await request.auth0.updateSession(JSON.parse(evil) as object)),
    '/hook': async request => {
      const { user } = await request.auth0.updateSession({ theme: 'dark' })
      return { amr: user['amr'] ?? null, prototype: Object.getPrototypeOf(user) === Object.prototype }
    }
  })
  const ada = await s.member()
  t.match((await ask(ada, '/user')).error, { argument: 'user.__proto__' })
  t.match((await ask(ada, '/custom')).error, { argument: '__proto__' })
  t.strictSame((await ada.call('/hook')).json(), { amr: null, prototype: true })
})

t.test('parameters of a callback are bounded and printable', async t => {
  const s = await site(t)
  for (
    const [name, value] of [
      ['code', 'x'.repeat(4097)],
      ['code', 'x'.repeat(100_000)],
      ['code', 'a\u0000b'],
      ['code', 'a\r\nb'],
      ['code', 'é'],
      ['code', '\u007f'],
      ['iss', 'x'.repeat(5000)],
      ['error', 'a\nb'],
      ['error', 'x'.repeat(5000)]
    ] as const
  ) {
    const browser = s.browser()
    const back = new URL(s.tenant.callback(await s.start(browser)), 'https://app.example.test')
    back.searchParams.set(name, value)
    const calls = s.tenant.requests.length
    const answer = await browser.navigate(back.pathname + back.search)
    t.equal(answer.statusCode, 400, `${name} ${JSON.stringify(value.slice(0, 10))}`)
    t.equal(s.tenant.requests.slice(calls).filter(({ path }) => path === '/oauth/token').length, 0)
  }
})

t.test('a class of authentication that was asked for is checked at the callback', async t => {
  const s = await site(t)
  for (
    const [asked, claims, passes] of [
      ['high', { acr: 'high' }, true],
      ['higher high', { acr: 'high' }, true],
      ['high', { acr: 'low' }, false],
      ['high', {}, false],
      ['high', { acr: ['high'] }, false],
      [MFA, { amr: ['pwd', 'mfa'] }, true],
      [MFA, { acr: MFA }, true],
      [MFA, { amr: ['pwd'] }, false],
      [MFA, {}, false],
      ['high', { amr: ['mfa'] }, false]
    ] as const
  ) {
    s.tenant.claims = claims
    const answer = await s.login(s.browser(), `/auth/login?acr_values=${encodeURIComponent(asked)}`)
    t.equal(answer.statusCode, passes ? 302 : 502, JSON.stringify([asked, claims]))
  }
  s.tenant.claims = {}
  t.equal((await s.login(s.browser())).statusCode, 302, 'nothing was asked for')
})

t.test("the tenant's texts, which may name the user, are not logged", async t => {
  const s = await site(t, {}, {
    '/renew': does(async request => await request.auth0.getAccessToken({ refresh: true }))
  })
  const personal = ['bob@example.com', 'auth0|5f0']
  const text = `The account ${personal.join(' (')}) is blocked`
  for (const error of ['access_denied', 'server_error', 'login_required', personal[0]!]) {
    const browser = s.browser()
    const state = new URL(await s.start(browser)).searchParams.get('state')!
    await browser.navigate(
      `/auth/callback?${new URLSearchParams({ error, error_description: text, state }).toString()}`
    )
  }
  const ada = await s.member()
  for (const status of [400, 401, 403, 429, 500, 503]) {
    for (const error of ['invalid_grant', 'mfa_required', 'access_denied']) {
      const refusal = () => ({ status, json: { error, error_description: text, mfa_token: 'm' } })
      s.tenant.scripts.set('refresh_token', refusal)
      await ada.copy().call('/renew')
      s.tenant.scripts.set('authorization_code', refusal)
      await s.login(s.browser())
      s.tenant.scripts.delete('authorization_code')
    }
  }
  s.tenant.scripts.set('POST /oauth/revoke', () => ({ status: 400, json: { error: 'x', error_description: text } }))
  await (await s.member()).navigate('/auth/logout', { 'sec-fetch-site': 'none' })
  const problems = s.logs.filter(line => line.includes('"problem"'))
  t.ok(problems.length > 20)
  t.ok(problems.some(line => line.includes('access_denied')), 'what happened is said')
  for (const one of personal) {
    t.notOk(problems.some(line => line.includes(one)), one)
    t.notOk(JSON.stringify(s.events).includes(one), one)
  }
})

t.test('a tenant whose metadata become those of another issuer is not believed, and that is logged', async t => {
  const s = await site(t)
  await s.member()
  const before = s.events.length
  s.tenant.metadata = { issuer: 'https://evil.test/' }
  for (let time = 0; time < 4; time++) {
    s.clock.now += 700
    await s.member()
  }
  const warnings = (): unknown[] => s.events.slice(before).filter(({ type }) => type === 'warning')
  t.match(warnings(), [{ reason: 'stale_metadata_invalid_metadata', blame: 'upstream', domain: s.tenant.domain }])
  t.equal(warnings().length, 1, 'once')
  s.tenant.metadata = {}
  s.clock.now += 700
  await s.member()
  s.tenant.metadata = { issuer: 'https://evil.test/' }
  s.clock.now += 700
  await s.member()
  t.equal(warnings().length, 2, 'and once more after it was well again')
})

t.test('a session secret that can be guessed starts with one warning', async t => {
  const s = newSite(t)
  const same = 'a secret that serves for two things'
  for (
    const [sessionSecret, warns] of [
      ['x'.repeat(40), true],
      ['password'.repeat(4), true],
      ['12345678901234567890123456789012', true],
      ['abcdefghijklmnopqrstuvwxyz0123456789', true],
      [same, true],
      [['f3b1c07d9e264a85b0d2e7c41a9f6358', same], true],
      ['f3b1c07d9e264a85b0d2e7c41a9f6358', false],
      ['a session secret of enough characters', false]
    ] as const
  ) {
    const lines: string[] = []
    const app = fastify({ pluginTimeout: 0, logger: { stream: { write: line => lines.push(line) } } })
    const events: string[] = []
    await app.register(fastifyAuth0, s.options({
      sessionSecret: sessionSecret as string,
      clientSecret: same,
      onEvent: ({ reason }) => {
        events.push(reason)
      }
    }))
    await app.ready()
    for (let time = 0; time < 2; time++) await app.inject({ url: '/auth/login', headers: { host: HOST } })
    t.equal(lines.filter(line => line.includes('sessionSecret')).length, warns ? 1 : 0, String(sessionSecret))
    t.equal(events.filter(reason => reason === 'weak_session_secret').length, warns ? 1 : 0)
    t.notOk(lines.join().includes([sessionSecret].flat()[0]!), 'it is not logged')
    await app.close()
  }
  for (const sessionSecret of ['x'.repeat(31), 'f3b1c07d9e264a85b0d2e7c41a9f635']) {
    const app = fastify({ pluginTimeout: 0 })
    app.register(fastifyAuth0, s.options({ sessionSecret }))
    await t.rejects(Promise.resolve(app.ready()), { code: 'configuration_error', option: /sessionSecret/ })
  }
  for (let i = 0; i < 200; i++) t.notOk(isWeakSecret(crypto.getRandomValues(Buffer.alloc(16)).toString('hex')))
  const repeated = Array.from({ length: 60 }, (_, length) => {
    const part = crypto.getRandomValues(Buffer.alloc(3 + length)).toString('base64url')
    return part.repeat(Math.ceil(64 / part.length))
  }).filter(secret => deflateRawSync(secret).length < 20)
  t.ok(repeated.length > 5)
  t.strictSame(repeated.filter(secret => !isWeakSecret(secret)), [], 'what repeats itself is weak, however long it is')
})
