import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { ApiError, Auth0Error, RateLimitError, SessionStoreError } from '../../../lib/errors.js'
import { publicError } from '../../../lib/plugin/routes/answer-error.js'
import { MemoryRefreshStore, MemorySessionStore, MemoryTransactionStore } from '../../../lib/stores/index.js'
import type { Auth0Options } from '../../../types/index.js'
import { rawRequest } from '../../hostile/sockets.js'
import type { Visitor } from '../../fixtures/visitor.js'
import { newSite, Site, site } from '../../flows/site.js'

type Handler = (request: import('fastify').FastifyRequest, reply: import('fastify').FastifyReply) => unknown
const me: Handler = async request => (await request.getSession())?.user.sub ?? 'nobody'

t.test('the login route forwards what a link may choose, once each, and nothing else', async t => {
  const s = await site(t)
  const at = async (query: string): Promise<Record<string, string>> =>
    Object.fromEntries(new URL(await s.start(s.browser(), `/auth/login?${query}`)).searchParams)
  t.match(
    await at(
      'login_hint=ada&screen_hint=signup&ui_locales=de&prompt=login&max_age=5&acr_values=x&display=page&connection=c'
    ),
    {
      login_hint: 'ada',
      screen_hint: 'signup',
      ui_locales: 'de',
      prompt: 'login',
      max_age: '5',
      acr_values: 'x',
      display: 'page',
      connection: 'c'
    }
  )
  const strict = await at(
    'scope=all&audience=x&redirect_uri=https://evil.test&client_id=y&state=z&login_hint=a&login_hint=b&prompt=' +
      '&experiment_id=e&variation_id=v&segment_id=s&anon_transfer_token=t'
  )
  t.match(strict, {
    scope: 'openid profile email offline_access',
    client_id: 'client-1',
    redirect_uri: 'https://app.example.test/auth/callback'
  })
  for (const name of ['audience', 'login_hint', 'prompt', 'experiment_id', 'variation_id', 'segment_id',
    'anon_transfer_token']) t.notOk(name in strict, name)
  t.equal((await s.browser().navigate('/auth/login?invitation=x')).statusCode, 400)
})

t.test('a login that a third party starts', async t => {
  const s = await site(t)
  const browser = s.browser()
  t.equal(
    (await s.login(browser,
      '/auth/login?iss=https%3A%2F%2Facme.eu.auth0.com%2F&target_link_uri=https%3A%2F%2Fapp.example.test%2Fdeep'))
      .headers.location,
    '/deep'
  )
  t.equal(
    (await s.login(s.browser(), '/auth/login?iss=https%3A%2F%2Facme.eu.auth0.com%2F&returnTo=%2Fx')).headers.location,
    '/x'
  )
  t.match(s.logs.filter(line => line.includes('a third party started this login')).map(line => JSON.parse(line)),
    [{ level: 20 }, { level: 20 }])
  t.equal((await s.browser().navigate('/auth/login?iss=https%3A%2F%2Fevil.test%2F')).statusCode, 400)
})

t.test('a login at another name of this host goes to the own address first', async t => {
  const s = await site(t)
  const answer = await s.browser('https://www.app.example.test').navigate('/auth/login?prompt=login')
  t.match([answer.statusCode, answer.headers.location],
    [302, 'https://app.example.test/auth/login?prompt=login&moved=1'])
  t.match(s.logs.filter(line => line.includes('is sent to \\"appBaseUrl\\" first')).map(line => JSON.parse(line)),
    [{ level: 30, auth0: { type: 'login', reason: 'other_address' } }])
})

t.test('prefetches start nothing', async t => {
  const s = await site(t)
  for (
    const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { 'sec-purpose': 'prefetch;anonymous-client-ip' },
      { purpose: 'prefetch' }, { 'x-moz': 'prefetch' }, { 'x-purpose': 'preview' }, { 'x-sec-purpose': 'prefetch' },
      { 'next-router-prefetch': '1' }, { 'hx-preloaded': 'true' }, { 'sec-speculation-tags': 'null' }]
  ) {
    for (const path of ['/auth/login', '/auth/logout', '/auth/callback?code=x&state=y']) {
      const answer = await s.browser().navigate(path, headers)
      t.equal(answer.statusCode, 403, 'no success, which a browser would use for the click that follows')
      t.match(answer.headers['cache-control'], /no-store/)
      t.equal(answer.headers['set-cookie'], undefined)
    }
  }
  t.equal(s.tenant.requests.length, 0)
})

t.test('HEAD finds the pages, and has no effect', async t => {
  const s = await site(t, { routes: { profile: true, session: true } }, { '/me': me })
  const ada = await s.member()
  const asked = s.tenant.requests.length
  for (const [path, status] of [['/auth/login', 200], ['/auth/logout', 200], ['/auth/profile', 200],
    ['/auth/session', 200], ['/auth/callback', 404]] as const) {
    const answer = await ada.send('HEAD', path)
    t.equal(answer.statusCode, status, path)
    t.equal(answer.body, '')
    t.equal(answer.headers['set-cookie'], undefined)
    t.match(answer.headers['cache-control'], /no-store/)
  }
  t.equal((await s.app.inject({ method: 'HEAD', url: '/auth/profile' })).statusCode, 401)
  t.equal(s.tenant.requests.length, asked)
  t.equal((await ada.call('/me')).body, 'auth0|ada')
})

t.test('a callback without its transaction: home with a session, or one new login, or the likely cause', async t => {
  const s = await site(t, {}, { '/me': me })
  const ada = s.browser()
  const back = s.tenant.callback(await s.start(ada))
  await ada.navigate(back)
  t.equal((await ada.navigate(back)).headers.location, '/', 'a reload after success')
  t.equal((await ada.navigate('/auth/callback?code=x&state=unknown')).headers.location, '/')
  const stranger = s.browser()
  const restarted = await stranger.navigate(back)
  t.equal(restarted.statusCode, 302)
  t.equal(restarted.headers.location, '/auth/login?restarted=1')
  t.match(String(restarted.headers['set-cookie']), /^a0_restart_\w+=1; Max-Age=120;/)
  t.match(s.logs.filter(line => line.includes('"reason":"restarted"')).map(line => JSON.parse(line)),
    [{ level: 30, auth0: { type: 'login', reason: 'restarted' } }])
  const told = await stranger.navigate(back)
  t.equal(told.statusCode, 400)
  t.match(told.body, 'missing_transaction_error')
  t.match(told.body, 'trustProxy')
  t.equal((await stranger.navigate(back)).statusCode, 302, 'the next attempt may start again')
  await s.login(stranger)
  t.equal(stranger.names().filter(name => name.startsWith('a0_restart_')).length, 0, 'a login forgets the attempts')
  const script = await s.browser().call(back)
  t.equal(script.statusCode, 400)
  t.match(script.json(), { code: 'missing_transaction_error', message: /no cookies/ })
  const elsewhere = await s.app.inject({
    url: back,
    headers: { host: 'other.example.test', cookie: 'x=1', accept: 'application/json' }
  })
  t.match(elsewhere.json().message, /trustProxy/)
})

for (const kind of ['cookies', 'a transaction store'] as const) {
  t.test(`a callback that comes twice leads to the page asked for, too (${kind})`, async t => {
    let hold = async () => {}
    const s = await site(t, {
      ...(kind !== 'cookies' && { transactionStore: new MemoryTransactionStore({ now: () => 1_795_000_000 }) }),
      beforeSessionSaved: async draft => {
        await hold()
        return draft
      }
    }, { '/me': me })
    const deep = '/deep/page?q=a%20b'
    const ada = s.browser()
    const start = `/auth/login?returnTo=${encodeURIComponent(deep)}`
    const back = s.tenant.callback(await s.start(ada, start))
    t.equal((await ada.navigate(back)).headers.location, deep)
    t.equal((await ada.navigate(back)).headers.location, deep, 'again, when the first has finished')

    const bea = s.browser()
    const twice = s.tenant.callback(await s.start(bea, start))
    let second: Awaited<ReturnType<typeof bea.navigate>> | undefined
    hold = async () => {
      hold = async () => {}
      second = await bea.navigate(twice)
    }
    t.equal((await bea.navigate(twice)).headers.location, deep)
    const { location } = second!.headers
    t.equal(location, `/auth/login?returnTo=${encodeURIComponent(deep)}&restarted=1`, 'while the first is on its way')
    t.equal((await bea.navigate(s.tenant.callback(await s.start(bea, location)))).headers.location, deep)
  })
}

t.test('a callback by form post', async t => {
  const s = await site(t, { authorizationParams: { response_mode: 'form_post' } }, { '/me': me })
  const ada = s.browser()
  const location = await s.start(ada, '/auth/login?returnTo=%2Fdeep')
  t.match(location, /response_mode=form_post/)
  t.equal(ada.cookies.find(({ name }) => name.includes('_tx_'))?.sameSite, 'none')
  const fields = Object.fromEntries(new URL(s.tenant.callback(location), 'https://x').searchParams)
  const done = await ada.submit('/auth/callback', fields)
  t.equal(done.statusCode, 303)
  t.equal(done.headers.location, '/deep')
  t.equal((await ada.call('/me')).body, 'auth0|ada')
  const again = await ada.submit('/auth/callback', fields)
  t.equal(again.headers.location, `/auth/callback?resumed=1&state=${fields.state}`,
    'the session cookie comes with the next GET')
  t.equal((await ada.navigate(again.headers.location!)).headers.location, '/deep')
  t.equal((await ada.submit('/auth/callback', { ...fields, state: '"><script>' })).headers.location,
    '/auth/callback?resumed=1')
  t.equal((await ada.navigate('/auth/callback?resumed=1')).headers.location, '/')
  t.equal((await ada.navigate(s.tenant.callback(await s.start(ada)))).statusCode, 400,
    'by query it is not what was asked for')
  const posted = async (headers: Record<string, string>, payload?: string): Promise<number> =>
    (await s.app.inject({ method: 'POST', url: '/auth/callback', headers, ...(payload !== undefined && { payload }) }))
      .statusCode
  const form = 'application/x-www-form-urlencoded'
  t.equal(await posted({ host: 'app.example.test' }), 400, 'an empty post')
  t.equal(await posted({ 'content-type': 'application/json' }, '{}'), 415)
  t.equal(await posted({ 'content-type': `${form}\ta` }, 'a=b'), 415)
  t.equal(await posted({ 'content-type': form }, 'a='.padEnd(70_000, 'b')), 413)
})

for (const kind of ['stateless', 'stateful', 'stateless, logins in a store'] as const) {
  t.test(`a form post of another site brings no session cookie, and the session goes on all the same (${kind})`,
    async t => {
      const store = new MemorySessionStore({ now: () => 1_795_000_000 })
      const s = await site(t, {
        authorizationParams: { response_mode: 'form_post' },
        beforeSessionSaved: (_, { previous }) => { seen.push(previous?.id) },
        ...(kind === 'stateful' && { sessionStore: store }),
        ...(kind.endsWith('store') && { transactionStore: new MemoryTransactionStore({ now: () => 1_795_000_000 }) })
      }, {
        '/theme': async request => await request.auth0.updateSession({ theme: 'dark' }),
        '/session': async request => await request.getSession() ?? null
      })
      const seen: unknown[] = []
      const ada = s.browser()
      /** As a browser does: only what is `SameSite=None` comes with a form of another site. */
      const post = async (location: string, answer?: Record<string, string>) => {
        const fields = new URL(s.tenant.callback(location, answer), 'https://x').searchParams
        const form = s.browser()
        form.cookies = ada.cookies.filter(({ sameSite }) => sameSite === 'none')
        const answered = await form.submit('/auth/callback', fields, { 'sec-fetch-site': 'cross-site' })
        ada.keep(answered)
        return answered
      }
      const first = await post(await s.start(ada, '/auth/login?returnTo=%2Fa'))
      t.equal(first.headers.location, '/a', 'at once without one')
      await ada.call('/theme')
      const before = (await ada.call('/session')).json()
      const copy = ada.copy()
      seen.length = s.events.length = 0
      const put = await post(await s.start(ada, '/auth/login?returnTo=%2Fb'))
      const next = String(put.headers.location)
      t.equal(put.statusCode, 303)
      t.match(next, /^\/auth\/callback\?resumed=1&state=[\w-]{32}$/)
      t.notOk(put.headers['set-cookie']?.toString().includes('code-1') || next.includes('code-1'), 'the code is hidden')
      const state = new URL(next, 'https://x').searchParams.get('state')!
      const forged = ada.copy()
      t.equal((await s.browser().navigate(next)).headers.location, '/auth/login?restarted=1', 'in another browser')
      const done = await ada.navigate(next)
      t.match([done.statusCode, done.headers.location], [302, '/b'])
      const after = (await ada.call('/session')).json()
      t.match(after, { theme: 'dark', user: { sub: 'auth0|ada' } })
      t.not(after.id, before.id)
      t.strictSame(seen, [before.id], 'the hook sees the session before')
      t.equal((await copy.call('/session')).json(), null, 'which is over')
      t.strictSame(s.events.map(({ type, outcome }) => [type, outcome]), [['login', 'success']], 'told of once')
      t.equal((await ada.navigate(next)).headers.location, '/b', 'a reload')
      t.equal(s.tenant.grants('authorization_code').length, 2)
      if (kind === 'stateless') {
        t.equal((await forged.navigate(`/auth/callback?code=x&state=${state}`)).statusCode, 302, 'used')
      }
      t.match(await post(await s.start(ada), { error: 'access_denied' }), { statusCode: 403 }, 'a refusal needs none')
      const other = String((await post(await s.start(ada))).headers.location)
      const query = `/auth/callback?code=x&${other.split('?resumed=1&')[1]}`
      t.equal((await ada.navigate(query)).statusCode, 400, 'nothing else finishes it')
    })
}

t.test('a login by form post that finds no room to wait is finished at once', async t => {
  const s = await site(t, { authorizationParams: { response_mode: 'form_post' } }, { '/me': me })
  const ada = s.browser()
  const post = async (location: string, code: string) => {
    const fields = new URL(s.tenant.callback(location, { code }), 'https://x').searchParams
    const lax = ada.cookies.filter(({ sameSite }) => sameSite !== 'none')
    ada.cookies = ada.cookies.filter(one => !lax.includes(one))
    const answered = await ada.submit('/auth/callback', fields, { 'sec-fetch-site': 'cross-site' })
    ada.cookies.push(...lax.filter(({ name }) => !ada.names().includes(name)))
    return answered
  }
  await post(await s.start(ada), 'code-1')
  const done = await post(await s.start(ada, '/auth/login?returnTo=%2Fb'), 'c'.repeat(4000))
  t.match([done.statusCode, done.headers.location], [303, '/b'])
  t.equal(s.logs.filter(line => line.includes('form_post_too_large')).length, 1)
  t.equal((await ada.call('/me')).body, 'auth0|ada')
})

t.test("stores of the application's that say null where they have nothing", async t => {
  const refreshes = new MemoryRefreshStore({ now: () => 1_795_000_000 })
  const nothing = null as never
  const s = await site(t, {
    transactionStore: { set: () => {}, take: () => nothing, delete: () => {} }
  })
  const ada = s.browser()
  const back = s.tenant.callback(await s.start(ada))
  t.equal((await ada.navigate(back)).headers.location, '/auth/login?restarted=1')
  const kept = new MemorySessionStore({ now: () => 1_795_000_000 })
  const stateful = await site(t, { sessionStore: kept }, { '/me': me })
  const bea = await stateful.member()
  kept.get = () => nothing
  t.match(await bea.call('/me'), { statusCode: 200, body: 'nobody' })
  const sharing = await site(t, {
    refreshStore: {
      get: key => refreshes.get(key) ?? nothing,
      set: (...entry) => refreshes.set(...entry),
      lock: (...how) => refreshes.lock(...how) ?? nothing
    }
  }, { '/token': async request => await request.auth0.getAccessToken({ refresh: true }) })
  const eve = await sharing.member()
  t.match((await eve.call('/token')).json(), { accessToken: 'opaque-access-2' })
})

t.test("stores of the application's that answer what the contract does not know", async t => {
  const never = () => new Promise<never>(() => {})
  const down = () => { throw new Error('down') }
  const sessionConfiguration = { storeTimeout: 0.05 }
  const taken: [what: string, take: () => unknown][] = [['nothing in time', never], ['text', () => '{}'],
    ['no login', () => ({})], ['another login', () => ({ state: 'another' })], ['an error', down]]
  for (const [what, take] of taken) {
    const transactionStore = { set () {}, take: take as never, delete () {} }
    const s = await site(t, { transactionStore, sessionConfiguration })
    const ada = s.browser()
    const back = await ada.navigate(s.tenant.callback(await s.start(ada)))
    t.match(back, { statusCode: 503, headers: { 'retry-after': '5' }, body: /session_store_error/ }, what)
  }
  for (const set of [never, down]) {
    const s = await site(t, { transactionStore: { set, take: down, delete: down }, sessionConfiguration })
    t.match(await s.browser().navigate('/auth/login'), { statusCode: 503, headers: { 'retry-after': '5' } })
  }

  const token: Record<string, Handler> = {
    '/token': async request => await request.auth0.getAccessToken({ refresh: true })
  }
  const free = { get: () => undefined, set () {}, lock: () => () => {} }
  const hangs = { ...free, lock: () => never }
  const refreshStores: [refreshStore: object, status: number][] = [[free, 200], [hangs, 200],
    [{ ...free, get: () => 5 }, 503], [{ ...free, lock: () => false }, 503], [{ ...free, lock: () => true }, 503]]
  for (const [refreshStore, statusCode] of refreshStores) {
    const s = await site(t, { refreshStore: refreshStore as never }, token)
    const ada = await s.member()
    t.match(await ada.call('/token'), { statusCode }, String(statusCode))
  }

  const revocationStore = { revoke: down, revokedAt: () => undefined as unknown as number }
  const s = await site(t, { revocationStore }, { '/me': me })
  await t.rejects(s.app.auth0.revokeSessions({ sub: 'auth0|ada' }), { code: 'session_store_error' })
  s.clock.now += 1
  const ada = await s.member()
  t.match(await ada.call('/me'), { body: 'auth0|ada' }, 'a login after a revocation that only this process knows of')
  for (const answer of ['1795000000', true, new Date(0)]) {
    revocationStore.revokedAt = () => answer as never
    t.match(await ada.call('/me'), { statusCode: 503 }, String(answer))
  }
})

t.test('errors of the tenant', async t => {
  const s = await site(t)
  for (
    const [answer, status, code] of [
      [{ error: 'access_denied', error_description: '<b>No</b>' }, 403, 'access_denied'],
      [{ error: 'login_required' }, 401, 'login_required'],
      [{ error: 'invalid_request' }, 400, 'invalid_request'],
      [{ error: 'server_error' }, 502, 'server_error'],
      [{ error: 'temporarily_unavailable' }, 503, 'temporarily_unavailable'],
      [{ error: 'a "b"' }, 400, 'unknown_error']
    ] as const
  ) {
    const browser = s.browser()
    const page = await browser.navigate(
      s.tenant.callback(await s.start(browser, '/auth/login?returnTo=%2Fdeep'), answer)
    )
    t.equal(page.statusCode, status)
    t.match(page.body, code)
    t.notMatch(page.body, '<b>')
    t.match(page.body, 'href="/auth/login?returnTo=%2Fdeep"', 'a way on')
    t.match(page.headers['content-security-policy'], /default-src 'none'/)
  }
})

t.test('a silent login ends quietly', async t => {
  const s = await site(t)
  const browser = s.browser()
  t.equal(
    (await browser.navigate(
      s.tenant.callback(await s.start(browser, '/auth/login?prompt=none&returnTo=%2Fpublic'), {
        error: 'login_required'
      })
    )).headers.location,
    '/public'
  )
  t.equal(
    (await browser.navigate(
      s.tenant.callback(await s.start(browser, '/auth/login?prompt=none'), { error: 'consent_required' })
    )).headers.location,
    '/'
  )
  t.equal(
    (await browser.navigate(
      s.tenant.callback(await s.start(browser, '/auth/login?prompt=none'), { error: 'access_denied' })
    )).statusCode,
    403
  )
})

t.test('onCallbackError answers in place of the page', async t => {
  let answer: (reply: import('fastify').FastifyReply) => unknown = () => undefined
  const s = await site(t, { onCallbackError: (_error, _request, reply) => answer(reply) })
  const fail = async () => {
    const browser = s.browser()
    return await browser.navigate(s.tenant.callback(await s.start(browser), { error: 'access_denied' }))
  }
  t.match((await fail()).body, 'The login was not completed')
  answer = reply => reply.redirect('/sorry')
  t.equal((await fail()).headers.location, '/sorry')
  answer = () => ({ own: true })
  const own = await fail()
  t.equal(own.statusCode, 403)
  t.strictSame(own.json(), { own: true })
  answer = reply => {
    reply.code(418)
    return 'tea'
  }
  t.equal((await fail()).statusCode, 418)
  answer = reply => {
    reply.send('sent')
  }
  t.equal((await fail()).body, 'sent')
  answer = () => 'plain'
  const browser = s.browser()
  s.tenant.claims = { aud: 'other' }
  t.equal((await browser.navigate(s.tenant.callback(await s.start(browser)))).statusCode, 400)
})

t.test('logging out', async t => {
  const s = await site(t, {}, { '/me': me })
  const ada = await s.member()
  const left = await ada.navigate('/auth/logout?returnTo=/bye&federated')
  const url = new URL(String(left.headers.location))
  t.equal(url.pathname, '/oidc/logout')
  t.match(Object.fromEntries(url.searchParams), {
    client_id: 'client-1',
    logout_hint: 'sid-1',
    post_logout_redirect_uri: 'https://app.example.test/bye'
  })
  t.ok(url.searchParams.has('federated'))
  t.equal(ada.names().length, 0)
  t.equal(s.tenant.to('/oauth/revoke')[0]?.form.get('token'), 'refresh-1')
  const nobody = await s.browser().navigate('/auth/logout?returnTo=https://evil.test')
  t.equal(new URL(String(nobody.headers.location)).searchParams.get('post_logout_redirect_uri'),
    'https://app.example.test', 'also without a session the one at Auth0 ends')
  const posted = await (await s.member()).submit('/auth/logout', { returnTo: '/bye' })
  t.equal(posted.statusCode, 303)
  const script = await s.app.inject({
    method: 'POST',
    url: '/auth/logout?returnTo=/bye',
    headers: { host: 'app.example.test', accept: 'application/json', origin: 'https://app.example.test' }
  })
  t.match(script.json().logoutUrl, /post_logout_redirect_uri=https%3A%2F%2Fapp.example.test%2Fbye/)
})

t.test('another site cannot log a user out', async t => {
  const s = await site(t, {}, { '/me': me })
  const ada = await s.member()
  t.equal(
    (await ada.send('GET', '/auth/logout', {
      headers: { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site', accept: 'image/*' }
    })).statusCode,
    403
  )
  const asked = await ada.navigate('/auth/logout', { 'sec-fetch-site': 'cross-site' })
  t.equal(asked.statusCode, 403)
  t.match(asked.body, 'Log out?')
  t.equal((await ada.submit('/auth/logout', {}, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  t.equal(
    (await ada.submit('/auth/logout', {}, { 'sec-fetch-site': undefined, origin: 'https://evil.test' })).statusCode,
    403
  )
  t.equal((await ada.submit('/auth/logout', {}, { 'sec-fetch-site': undefined, origin: undefined })).statusCode, 403)
  t.equal((await ada.call('/me')).body, 'auth0|ada')
  t.equal(
    (await ada.send('GET', '/auth/logout', { headers: { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' } }))
      .statusCode,
    302
  )
})

t.test('logging out while Auth0 is down, slow, or without an end-session endpoint', async t => {
  const s = await site(t, { discoveryCache: { ttl: 1 }, storeIdToken: true }, { '/me': me })
  const ada = await s.member()
  s.tenant.scripts.set('POST /oauth/revoke', () => ({ status: 500, body: 'no' }))
  s.tenant.metadata = { end_session_endpoint: undefined }
  s.clock.now += 100_000
  s.clock.now -= 40_000
  const left = await ada.navigate('/auth/logout')
  t.match(left.headers.location,
    /\/v2\/logout\?client_id=client-1&returnTo=https%3A%2F%2Fapp.example.test|\/oidc\/logout/)
  t.equal((await ada.call('/me')).body, 'nobody')
  t.ok(s.events.some(({ reason }) => reason.startsWith('revoke_')))
  const hanging = new MemoryTransactionStore()
  const slow = await site(t, { transactionStore: hanging }, { '/me': me })
  Object.assign(hanging, { delete: async () => await new Promise(() => {}) })
  slow.tenant.claims = { sid: undefined }
  const bob = await slow.member()
  slow.tenant.scripts.set('POST /oauth/revoke', async () => await new Promise(() => {}))
  t.equal((await bob.navigate('/auth/logout')).statusCode, 302, 'after two seconds at most')
  t.strictSame(slow.events.filter(({ type }) => type === 'warning').map(({ reason }) => reason).sort(), [
    'forget_logins_timeout',
    'revoke_timeout'
  ])
  const down = await site(t, {
    customFetch: async () => {
      throw new Error('down')
    }
  })
  t.match((await down.browser().navigate('/auth/logout')).headers.location,
    /^https:\/\/acme\.eu\.auth0\.com\/v2\/logout/)
})

t.test('logging out while the store of logins under way is down', async t => {
  const transactionStore = new MemoryTransactionStore({ now: () => 1_795_000_000 })
  const s = await site(t, { transactionStore }, { '/me': me })
  const ada = await s.member()
  const kept = ada.copy()
  transactionStore.delete = () => {
    throw new Error('the store is down')
  }
  t.match((await ada.navigate('/auth/logout')).headers.location, 'https://acme.eu.auth0.com/oidc/logout',
    'the session at Auth0 ends as well')
  t.equal(s.tenant.to('/oauth/revoke').length, 1)
  t.equal((await kept.call('/me')).body, 'nobody')
  t.strictSame(s.events.slice(-2).map(({ type, outcome, reason }) => `${type} ${outcome} ${reason}`), [
    'logout success logout',
    'warning failure forget_logins_session_store_error'
  ])
})

t.test('a logout that is given up still ends the session here, and asks Auth0 for nothing more', async t => {
  const s = await site(t, {}, {
    '/me': me,
    '/out': async request => (await request.auth0.logout({ signal: AbortSignal.abort() })).href
  })
  const ada = await s.member()
  t.match((await ada.call('/out')).body, 'https://acme.eu.auth0.com/')
  t.equal((await ada.call('/me')).body, 'nobody')
  t.equal(s.tenant.to('/oauth/revoke').length, 0)
})

t.test('the profile route', async t => {
  const s = await site(t, { routes: { profile: true } })
  t.same((await s.browser().call('/auth/profile')).json(),
    { statusCode: 401, code: 'login_required', error: 'Unauthorized', message: 'Please log in.' })
  const ada = await s.member()
  const profile = await ada.call('/auth/profile')
  t.equal(profile.json().name, 'Ada')
  t.match(profile.headers['cache-control'], /no-store/)
})

t.test('no page learns who acts for the user', async t => {
  for (const s of await sites(t, { routes: { profile: true, session: true } }, {
    '/actor': async request => (await request.auth0.getSession())?.actor
  })) {
    const act = { sub: 'auth0|agent', act: { sub: 'auth0|former-agent' } }
    s.tenant.claims = { act }
    const agent = await s.member()
    t.same((await agent.call('/actor')).json(), act, 'the application does')
    const profile = (await agent.call('/auth/profile')).json() as object
    t.match(profile, { sub: 'auth0|ada', name: 'Ada' })
    t.match((await agent.call('/auth/session')).json(), { authenticated: true, user: profile })
    for (const path of ['/auth/profile', '/auth/session', '/auth/session?touch=false']) {
      t.notMatch((await agent.call(path)).body, /agent|"act"/, path)
    }
    s.tenant.claims = {}
    const ada = await s.member()
    t.same(Object.keys((await ada.call('/auth/profile')).json() as object).sort(), Object.keys(profile).sort(),
      'nor that somebody does')
  }
})

const DAY = 86_400
type Answer = Record<string, never>
/** A site for each way of keeping sessions; the store has the site's clock. */
const sites = async (t: Test, options: Partial<Auth0Options>, routes?: Record<string, Handler>,
  server?: object): Promise<Site[]> => {
  const made: Site[] = [await site(t, options, routes, server)]
  const sessionStore = new MemorySessionStore({ now: () => made[1]?.clock.now ?? made[0]!.clock.now })
  made.push(await site(t, { ...options, sessionStore }, routes, server))
  return made
}

t.test('the session route says who is logged in, for how long, and where to go', async t => {
  for (const s of await sites(t, {
    routes: { session: true },
    appBaseUrl: 'https://app.example.test/base',
    sessionConfiguration: { inactivityDuration: DAY, absoluteDuration: 1.5 * DAY, touchAfter: 3600 }
  }, {}, { rewriteUrl: ({ url }: { url: string }) => url.replace(/^\/base/, '') })) {
    const stranger = await s.browser().call('/base/auth/session')
    t.equal(stranger.statusCode, 200)
    t.same(stranger.json(), { authenticated: false, loginUrl: '/base/auth/login' })
    const ada = await s.member('/base/auth/login')
    const session = async (query = ''): Promise<Answer> =>
      (await ada.call(`/base/auth/session${query}`)).json() as Answer
    const answer = await ada.call('/base/auth/session')
    t.match(answer.headers, { 'content-type': /^application\/json/, 'cache-control': /no-store/ })
    t.match(answer.json(), { authenticated: true, user: { name: 'Ada' }, logoutUrl: '/base/auth/logout' })
    t.same(Object.keys(answer.json() as object).sort(),
      ['absoluteExpiresIn', 'authenticated', 'expiresIn', 'logoutUrl', 'user'])
    t.match(await session(), { expiresIn: DAY, absoluteExpiresIn: 1.5 * DAY })
    s.clock.now += DAY / 2
    for (let asked = 0; asked < 3; asked++) {
      const polled = await ada.call('/base/auth/session?touch=false')
      t.match(polled.json(), { expiresIn: DAY / 2, absoluteExpiresIn: DAY }, 'nothing is prolonged')
      t.equal(polled.headers['set-cookie'], undefined)
    }
    t.match(await session(), { expiresIn: DAY }, 'what the session has after this request')
    t.match(await session('?touch=false'), { expiresIn: DAY })
    s.clock.now += DAY / 4
    t.match(await session(), { expiresIn: 0.75 * DAY, absoluteExpiresIn: 0.75 * DAY }, 'the absolute end stays')
    s.clock.now += 0.75 * DAY
    t.same(await session(), { authenticated: false, loginUrl: '/base/auth/login' })
  }
})

t.test('another origin learns nothing of the session, and prolongs nothing', async t => {
  const s = await site(t, { routes: { session: true } })
  const ada = await s.member()
  const refused = {
    statusCode: 403,
    code: 'cross_site_request',
    error: 'Forbidden',
    message: 'Only pages of this application can read the session.'
  }
  s.clock.now += DAY / 2
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html' },
    { 'sec-fetch-site': undefined, origin: 'https://evil.test' }, { 'sec-fetch-site': undefined, origin: 'null' },
    { 'sec-purpose': 'prefetch' }]) {
    const answer = await ada.call('/auth/session', headers)
    t.equal(answer.statusCode, 403, JSON.stringify(headers))
    if ('sec-purpose' in headers) t.equal(answer.body, '')
    else t.same(answer.json(), refused)
    t.notMatch(answer.headers['content-type'] ?? '', /html/)
    t.equal(answer.headers['set-cookie'], undefined)
  }
  for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': undefined },
    { 'sec-fetch-site': undefined, origin: 'https://app.example.test' }]) {
    t.equal((await ada.call('/auth/session?touch=false', headers)).json().authenticated, true, JSON.stringify(headers))
  }
  const elsewhere = await site(t, { routes: { session: '/who', login: false, logout: false } })
  t.same((await elsewhere.browser().call('/who')).json(), { authenticated: false })
  t.same(Object.keys((await (await site(t, { routes: { session: true } })).browser().call('/auth/session')).json()),
    ['authenticated', 'loginUrl'])
})

t.test('code that only looks at the session prolongs nothing, and takes nothing from who uses it', async t => {
  const view = async (session: Promise<{ expiresAt: number } | undefined>): Promise<number> =>
    (await session)!.expiresAt
  for (const s of await sites(t, { audience: 'https://api.example.test' }, {
    '/looks': async request => [await view(request.getSession({ touch: false })),
      await view(request.auth0.getSession({ touch: false }))],
    '/looks-then-uses': async request => [await view(request.getSession({ touch: false })),
      await view(request.getSession()), await view(request.getSession({ touch: false }))]
  })) {
    const ada = await s.member()
    const end = s.clock.now + DAY
    s.clock.now += DAY / 2
    const untouched = await ada.call('/looks')
    t.same(untouched.json(), [end, end])
    t.equal(untouched.headers['set-cookie'], undefined)
    t.same((await ada.call('/looks-then-uses')).json(), [end, end + DAY / 2, end + DAY / 2])
    t.same((await ada.call('/looks')).json(), [end + DAY / 2, end + DAY / 2])
  }
})

t.test('back-channel logout, as a form and as JSON', async t => {
  for (const sessionStore of [undefined, new MemorySessionStore({ now: () => 1_795_000_100 })]) {
    const s = await site(t, sessionStore === undefined ? {} : { sessionStore }, { '/me': me })
    const post = async (payload: string, type = 'application/x-www-form-urlencoded') =>
      await s.app.inject({
        method: 'POST',
        url: '/auth/backchannel-logout',
        headers: { 'content-type': type },
        payload
      })
    const ada = await s.member()
    s.clock.now += 10
    const used = s.tenant.logoutToken()
    const done = await post(`logout_token=${used}`)
    t.equal(done.statusCode, 200, done.body)
    t.match(done.headers['cache-control'], /no-store/)
    t.equal((await ada.call('/me')).body, 'nobody')
    t.equal((await post(`logout_token=${used}`)).statusCode, 400, 'not twice')
    s.clock.now += 1
    const later = await s.member()
    t.equal((await later.call('/me')).body, 'auth0|ada', 'a later login lives')
    t.equal(
      (await post(JSON.stringify({ logout_token: s.tenant.logoutToken({ sid: undefined, sub: 'auth0|ada' }) }),
        'application/json')).statusCode,
      200
    )
    t.equal((await later.call('/me')).body, 'nobody')
    for (
      const [payload, type] of [['logout_token=x.y.z', undefined], ['', undefined], ['logout_token=a&logout_token=b',
        undefined], ['{}', 'application/json']] as const
    ) {
      const refused = await post(payload, type)
      t.equal(refused.statusCode, 400)
      t.same(refused.json(), { error: 'invalid_request', error_description: 'The logout token was refused.' })
    }
    t.equal((await s.app.inject({ method: 'POST', url: '/auth/backchannel-logout' })).statusCode, 400)
  }
  const broken = await site(t, {
    sessionStore: Object.assign(new MemorySessionStore({ now: () => 1_795_000_000 }), {
      deleteWhere: async () => {
        throw new Error('store')
      }
    })
  })
  const token = broken.tenant.logoutToken({ sid: 's' })
  const failed = await broken.app.inject({
    method: 'POST',
    url: '/auth/backchannel-logout',
    headers: { 'content-type': 'application/json' },
    payload: { logout_token: token }
  })
  t.match([failed.statusCode, failed.json()], [503, { error: 'temporarily_unavailable' }])
  t.match(broken.events, [{ type: 'backchannel_logout', outcome: 'failure' }])
})

t.test('sessions of others: revoked and listed', async t => {
  const s = await site(t, { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }, { '/me': me })
  const ada = await s.member()
  t.equal((await s.app.auth0.listSessions({ sub: 'auth0|ada' })).length, 1)
  t.equal(await s.app.auth0.revokeSessions({ sid: 'sid-1' }), 1)
  t.equal((await ada.call('/me')).body, 'nobody')
  await t.rejects(s.app.auth0.revokeSessions({}), { message: /./, argument: 'filter' })
  await t.rejects(s.app.auth0.revokeSessions({ sub: '' }), { message: /./, argument: 'sub' })
  await t.rejects(s.app.auth0.revokeSessions({ organization: 'acme' }), {
    code: 'invalid_argument',
    argument: 'organization',
    message: /id.*org_/
  }, 'a name finds nobody')
  s.tenant.claims = { sid: 'sid-2', org_id: 'org_1', org_name: 'acme' }
  const bea = await s.member()
  t.equal(await s.app.auth0.revokeSessions({ organization: 'org_1' }), 1)
  t.equal((await bea.call('/me')).body, 'nobody')
  await t.rejects(s.app.auth0.listSessions({ sub: '' }), { message: /./, argument: 'sub' })
  const stateless = await site(t)
  await t.rejects(stateless.app.auth0.listSessions({ sub: 'x' }), { message: /./, argument: 'sessionStore' })
  t.strictSame(stateless.app.auth0.cspFormAction(), ["'self'", 'https://acme.eu.auth0.com', 'https://app.example.test'])
  t.equal(stateless.app.auth0.authentication, stateless.app.auth0.authentication)
})

t.test("a guard's answers", async t => {
  const guarded = async (options: object, config: object = {}) => {
    const s = new Site(options)
    let runs = 0
    s.app.after(() => {
      for (const method of ['GET', 'POST'] as const) {
        s.app.route({
          method,
          url: '/p',
          config,
          preHandler: s.app.auth0.requireSession,
          handler: async () => {
            runs++
            return 'secret'
          }
        })
      }
    })
    await s.app.ready()
    t.teardown(async () => {
      await s.app.close()
    })
    return {
      s,
      runs: () => runs,
      ask: async (method: 'GET' | 'POST' | 'HEAD', headers: Record<string, string>) =>
        await s.app.inject({ method, url: '/p?q=1', headers: { host: 'app.example.test', ...headers } })
    }
  }
  const auto = await guarded({})
  t.match((await auto.ask('GET', { 'sec-fetch-mode': 'navigate' })).headers, {
    location: '/auth/login?returnTo=%2Fp%3Fq%3D1',
    'cache-control': /no-store/
  })
  t.equal((await auto.ask('HEAD', { accept: 'text/html' })).statusCode, 302)
  t.match((await auto.ask('GET', { accept: 'application/json' })).json(), {
    statusCode: 401,
    code: 'login_required',
    error: 'Unauthorized',
    loginUrl: '/auth/login'
  })
  t.equal((await auto.ask('POST', { accept: 'text/html' })).statusCode, 401)
  t.equal(auto.runs(), 0)
  const always = await guarded({ onUnauthenticated: 'login' })
  t.equal((await always.ask('GET', {})).statusCode, 302)
  t.equal((await always.ask('HEAD', {})).statusCode, 302)
  t.match((await always.ask('POST', { accept: 'text/html' })).json(), { statusCode: 401, loginUrl: '/auth/login' },
    'a form cannot be taken to the login and back')
  t.equal((await (await guarded({ onUnauthenticated: '401' })).ask('GET', { accept: 'text/html' })).statusCode, 401)
  const place = await guarded({ onUnauthenticated: '/welcome' })
  t.equal((await place.ask('GET', { accept: 'text/html' })).headers.location, '/welcome')
  t.equal((await place.ask('GET', {})).statusCode, 401)
  t.equal(
    (await (await guarded({}, { auth0: { onUnauthenticated: '401' } })).ask('GET', { accept: 'text/html' })).statusCode,
    401,
    'per route'
  )
  const noLogin = await guarded({ routes: { login: false } })
  t.notOk('loginUrl' in (await noLogin.ask('GET', { accept: 'text/html' })).json())
  for (
    const [answer, status, body] of [
      [(reply: import('fastify').FastifyReply) => reply.code(402).send('own'), 402, 'own'],
      [() => 'returned', 401, 'returned'],
      [(reply: import('fastify').FastifyReply) => {
        reply.code(404)
        return 'hidden'
      }, 404, 'hidden'],
      [async () => undefined, 401, '']
    ] as const
  ) {
    const own = await guarded({
      onUnauthenticated: (_request: unknown, reply: never) => (answer as (reply: never) => unknown)(reply)
    })
    const got = await own.ask('GET', {})
    t.equal(got.statusCode, status)
    t.equal(got.body, body)
    t.equal(own.runs(), 0, 'the handler never runs')
  }
})

t.test('a guard ends the reply also with slow onSend hooks', async t => {
  const s = new Site()
  let runs = 0
  s.app.addHook('onSend', async (_request, _reply, payload) => {
    await new Promise(resolve => setTimeout(resolve, 20))
    return payload
  })
  s.app.after(() => {
    s.app.get('/p', { preHandler: s.app.auth0.requireSession }, async () => {
      runs++
      return 'secret'
    })
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  t.equal((await s.app.inject({ url: '/p', headers: { accept: 'text/html' } })).statusCode, 302)
  t.equal((await s.app.inject({ url: '/p' })).statusCode, 401)
  t.equal(runs, 0)
})

t.test('what an error tells the outside', async t => {
  t.match(publicError(new ApiError({ code: 'x', message: 'upstream text', status: 500 })), {
    statusCode: 502,
    message: /could not be reached/
  })
  t.match(publicError(new RateLimitError({ code: 'too_many', message: 'm', status: 429, resetAt: -1 })), {
    statusCode: 503
  })
  t.match(publicError(new SessionStoreError('redis at 10.0.0.1')), { statusCode: 503, message: /try again/ })
  t.match(publicError(new Auth0Error('m', { code: 'c', statusCode: 504 })), { statusCode: 504, message: /in time/ })
  t.match(publicError(new Error('secret detail')), {
    statusCode: 500,
    code: 'internal_error',
    message: 'Something went wrong in this application.'
  })
  t.match(publicError(Object.assign(new Error('m'), { statusCode: 499 })), {
    statusCode: 499,
    code: 'bad_request',
    message: 'The request cannot be used.'
  })
})

t.test('a store that is down, and a limit that is reached, say when to come back', async t => {
  const s = await site(t, {
    sessionStore: Object.assign(new MemorySessionStore({ now: () => 1_795_000_000 }), {
      create: async () => {
        throw new Error('down')
      }
    }),
    discoveryCache: { ttl: 600 }
  })
  const browser = s.browser()
  const answer = await browser.navigate(s.tenant.callback(await s.start(browser)))
  t.equal(answer.statusCode, 503)
  t.ok(answer.headers['retry-after'])
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  const twice = await site(t, { sessionStore: store, onCallbackError: error => ({ told: error.name }) })
  const back = twice.tenant.callback(await twice.start(browser))
  const kept = twice.browser()
  kept.cookies = browser.cookies
  await kept.navigate(twice.tenant.callback(await twice.start(kept)))
  store.get = () => { throw new Error('down') }
  twice.events.length = 0
  const again = await kept.navigate(back.replace(/state=[^&]*/, 'state=unknown'))
  t.match(again.json(), { told: 'SessionStoreError' }, 'also where it is asked whether a lost login matters')
  t.match(twice.events, [{ type: 'login', outcome: 'failure', reason: 'session_store_error' }])
  t.equal(twice.events.length, 1)
  const limited = await site(t)
  limited.tenant.scripts.set('authorization_code',
    () => ({ status: 429, json: { error: 'too_many_requests' }, headers: { 'retry-after': '7' } }))
  const other = limited.browser()
  const told = await other.navigate(limited.tenant.callback(await limited.start(other)))
  t.equal(told.statusCode, 503)
  t.equal(told.headers['retry-after'], '7')
})

t.test('at the right address, with cookies, the likely cause is the login itself', async t => {
  const s = await site(t, { appBaseUrl: 'http://localhost:3000' })
  const browser = s.browser('http://localhost:3000')
  const back = s.tenant.callback(await s.start(browser))
  const stranger = s.browser('http://localhost:3000')
  stranger.plant('something', 'else')
  t.equal((await stranger.navigate(back)).headers.location, '/auth/login?restarted=1', 'once more, by itself')
  const told = await stranger.navigate(back)
  t.equal(told.statusCode, 400)
  t.match(told.body, 'was finished already, or took too long')
})

t.test('the error page offers only ways that exist', async t => {
  const s = await site(t, { routes: { login: false, logout: false } }, {
    '/start': async request => (await request.auth0.startInteractiveLogin()).href
  })
  const browser = s.browser()
  const page = await browser.navigate(
    s.tenant.callback((await browser.call('/start')).body, { error: 'access_denied' })
  )
  t.equal(page.statusCode, 403)
  t.match(page.body, '<a href="/">Home</a>')
  t.notMatch(page.body, /Try again|Use another account/)
})

t.test('"Try again" starts the same login again, unless its address is wrong', async t => {
  const s = await site(t)
  const retry = async (query: string, at = s): Promise<string | undefined> =>
    /href="([^"]*)">Try again/.exec((await at.browser().navigate(`/auth/login${query}`)).body)?.[1]
  t.equal(await retry('?returnTo=/x&invitation=i'), '/auth/login', 'without what is refused')
  const browser = s.browser()
  const location = await s.start(browser, '/auth/login?organization=org_1&returnTo=/x')
  t.match((await browser.navigate(s.tenant.callback(location, { error: 'access_denied' }))).body,
    'href="/auth/login?returnTo=%2Fx&amp;organization=org_1">Try again', 'in the same organization')
  const away = newSite(t)
  away.tenant.scripts.set('GET /.well-known/openid-configuration', () => ({ status: 503, json: {} }))
  t.equal(await retry('?invitation=i&organization=org_1&returnTo=%2Fx%3Fa%3D1&restarted=1', away),
    '/auth/login?invitation=i&amp;organization=org_1&amp;returnTo=%2Fx%3Fa%3D1')
  t.equal(await retry('', away), '/auth/login')
})

t.test('what fails on a route reaches the onError hooks of the application', async t => {
  const s = newSite(t, { mountConnectRoutes: true })
  const seen: unknown[] = []
  s.app.addHook('onError', async (request, _reply, error) => {
    seen.push([request.url.split('?', 1)[0], error.code])
  })
  await s.app.ready()
  const browser = s.browser()
  s.tenant.scripts.set('GET /.well-known/openid-configuration', { status: 503, json: {} })
  await browser.navigate('/auth/login')
  await browser.navigate('/auth/connect?connection=github', { 'sec-fetch-site': 'same-origin' })
  await browser.navigate('/auth/connect/callback?state=unknown&code=1')
  t.match(seen, [['/auth/login', 'service_unavailable'], ['/auth/connect', 'start_link_user_error'],
    ['/auth/connect/callback', 'missing_transaction_error']])
})

t.test('pages of connecting accounts lead back to where it began, and one that comes twice goes on', async t => {
  const own = { 'sec-fetch-site': 'same-origin' }
  const retry = ({ body }: { body: string }): string | undefined => /href="([^"]*)">Try again/.exec(body)?.[1]
  const s = await site(t, { mountConnectRoutes: true, appBaseUrl: 'https://app.example.test/shop' })
  const begin = '/auth/connect?connection=github&returnTo=%2Fsettings'
  t.equal(retry(await s.browser().navigate(begin, own)), '/shop/auth/login?returnTo=%2Fsettings', 'nobody')
  const ada = s.browser()
  await ada.navigate(s.tenant.callback(await s.start(ada)).slice('/shop'.length))
  const link = async (path: string, params?: Record<string, string>): Promise<string> =>
    s.tenant.callback(String((await ada.navigate(path, own)).headers.location), params).slice('/shop'.length)
  t.equal(retry(await ada.navigate(await link(begin, { error: 'access_denied' }))), '/shop/settings',
    'without a login, which might be as the other account')
  for (const [path, place] of [[begin, '/shop/settings'], ['/auth/unconnect?connection=github', '/shop/']] as const) {
    const back = await link(path)
    t.equal((await ada.navigate(back)).headers.location, place)
    t.equal((await ada.navigate(back)).headers.location, place, 'again')
    t.equal((await s.browser().navigate(back)).statusCode, 400, 'not for somebody else')
  }
  t.equal((await ada.navigate('/auth/connect/callback?state=unknown&code=1')).statusCode, 400)

  const sessionStore = new MemorySessionStore({ now: () => 1_795_000_000 })
  const stored = await site(t, { mountConnectRoutes: true, storeIdToken: true, sessionStore })
  const cyd = await stored.member()
  const back = stored.tenant.callback(String((await cyd.navigate(begin, own)).headers.location))
  t.equal((await cyd.navigate(back)).headers.location, '/settings')
  sessionStore.get = () => { throw new Error('away') }
  const failed = await cyd.navigate(back)
  t.strictSame([failed.statusCode, retry(failed)], [503, '/'])
  t.match(stored.events.at(-1), { outcome: 'failure', reason: 'session_store_error' }, 'and that is told')

  s.tenant.scripts.set('refresh_token', { status: 503, json: {} })
  s.clock.now += 40_000
  const away = await ada.navigate(begin, own)
  t.strictSame([away.statusCode, retry(away)],
    [502, '/shop/auth/connect?connection=github&amp;returnTo=%2Fsettings'])

  const vault = await site(t, { mountConnectedAccountRoutes: true })
  const bea = await vault.member()
  vault.tenant.scripts.set('POST /me/v1/connected-accounts/connect',
    { json: { auth_session: 's', connect_uri: 'https://acme.eu.auth0.com/connect', connect_params: { ticket: 't' } } })
  await bea.navigate(begin, own)
  const [call] = vault.tenant.to('/me/v1/connected-accounts/connect')
  const state = String((call?.json as { state?: string }).state)
  t.equal(retry(await bea.navigate(`/auth/callback?error=access_denied&state=${state}`)), '/settings')
})

t.test('an error page offers a login only to who is not logged in', async t => {
  const s = await site(t)
  const fails = async (browser: Visitor) => (await browser.navigate(
    s.tenant.callback(await s.start(browser), { error: 'access_denied' })
  )).body
  const ada = await s.member()
  t.notMatch(await fails(ada), />Log in</)
  t.match(await fails(s.browser()), />(Log in|Try again)</)
})

t.test("refusals of others that meet the plugin's routes keep their status", async t => {
  const s = newSite(t)
  let refusal: object = {}
  s.app.addHook('onRequest', async () => {
    throw Object.assign(new Error('internal words'), refusal)
  })
  await s.app.ready()
  for (
    const [given, status, code, error] of [
      [{ statusCode: 429, code: 'SLOW_DOWN' }, 429, 'slow_down', 'Too Many Requests'],
      [{ statusCode: 404 }, 404, 'bad_request', 'Not Found'],
      [{ statusCode: 499 }, 499, 'bad_request', 'Error'],
      [{ statusCode: 503, headers: { 'retry-after': '10' } }, 503, 'service_unavailable', 'Service Unavailable'],
      [{ statusCode: 599 }, 599, 'unexpected_response', 'Error'],
      [{ statusCode: 200 }, 500, 'internal_error', 'Internal Server Error'],
      [{}, 500, 'internal_error', 'Internal Server Error']
    ] as const
  ) {
    refusal = given
    const answer = await s.browser().call('/auth/login')
    t.match(answer.json(), { statusCode: status, code, error })
    t.equal(answer.statusCode, status)
    t.notMatch(answer.body, 'internal words')
    t.equal(answer.headers['retry-after'], status === 503 ? '10' : undefined)
  }
})

t.test('a rate limit of the tenant is passed on with when to come back', async t => {
  const s = await site(t)
  for (const [headers, wait] of [[{ 'retry-after': '7' }, '7'], [{}, '5']] as const) {
    const browser = s.browser()
    const back = s.tenant.callback(await s.start(browser))
    s.tenant.scripts.set('authorization_code', () => ({ status: 429, headers, json: { error: 'too_many_requests' } }))
    const answer = await browser.navigate(back)
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], wait)
  }
})

t.test('hosts that are none, where the address is taken from the request', async t => {
  const s = await site(t, { appBaseUrl: undefined as never })
  for (const host of ['999.999.999.999', 'app.test:99999', 'a b', 'app.test/x']) {
    t.match((await s.app.inject({ url: '/auth/login', headers: { host, accept: 'application/json' } })).json(), {
      statusCode: 400,
      code: 'invalid_argument'
    }, host)
  }
  t.equal((await s.app.inject({ url: '/auth/login', headers: { host: 'localhost:3000' } })).statusCode, 302)
})

t.test('what the tenant says in an error reaches neither the visitor nor the log', async t => {
  const s = await site(t, {}, {
    '/token': async request => await request.auth0.getAccessToken({ refresh: true }),
    '/keep': async request => {
      try {
        await request.auth0.getAccessToken({ refresh: true })
      } catch (error) {
        request.log.error(error)
        return { ...error as object }
      }
    }
  })
  const secrets = ['canary-in-body', 'canary-in-header', 'canary-in-cookie']
  const refusal = {
    status: 400,
    json: { error: 'invalid_request', error_description: 'No.', hint: secrets[0], access_token: secrets[0] },
    headers: { 'x-debug': secrets[1]!, 'set-cookie': `session=${secrets[2]}` }
  }
  const ada = await s.member()
  const answers: string[] = []
  for (const status of [400, 403, 429, 500, 503]) {
    s.tenant.scripts.set('refresh_token', () => ({ ...refusal, status }))
    for (const path of ['/token', '/keep']) {
      answers.push(JSON.stringify([await ada.call(path)].map(({ headers, body }) => ({ headers, body }))))
    }
    s.tenant.scripts.set('authorization_code', () => ({ ...refusal, status }))
    for (const accept of ['text/html', 'application/json']) {
      const browser = s.browser()
      const { headers, body, statusCode } = await browser.navigate(s.tenant.callback(await s.start(browser)), {
        accept
      })
      t.ok(statusCode >= 400)
      answers.push(JSON.stringify({ headers, body }))
    }
    s.tenant.scripts.delete('authorization_code')
  }
  for (const said of [answers.join(), s.logs.join(), JSON.stringify(s.events)]) {
    for (const secret of secrets) t.notMatch(said, secret)
  }
  const error = await s.app.auth0.getTokenByRefreshToken({ refreshToken: 'mine' }).then(() => undefined,
    (thrown: unknown) => thrown as ApiError)
  t.match(error, { code: 'invalid_request', status: 503 })
  t.match(JSON.stringify(error!.body), secrets[0], 'the application itself may look')
  t.equal(error!.headers['x-debug'], secrets[1])
  t.notMatch(`${JSON.stringify(error)}${inspect(error)}${String(error)}`, /canary/, 'but nothing shows it unasked')
})

t.test('onError answers for every failure of the plugin\'s routes', async t => {
  const asked: string[] = []
  const s = await site(t, {
    mountConnectRoutes: true,
    onError: (error, request, reply) => {
      asked.push(`${request.method} ${request.url.split('?', 1)[0]} ${(error as Auth0Error).code}`)
      return reply.code(418).send('own page')
    }
  })
  const cross = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
  const browser = s.browser()
  for (
    const answer of [
      await browser.navigate('/auth/login?invitation=x'),
      await browser.navigate('/auth/callback?error=access_denied'),
      await browser.navigate('/auth/callback'),
      await browser.navigate('/auth/connect?connection=x', cross),
      await browser.navigate('/auth/connect/callback?state=x'),
      await browser.submit('/auth/logout', {}, { 'sec-fetch-site': 'cross-site' })
    ]
  ) t.match(answer, { statusCode: 418, body: 'own page' })
  t.strictSame(asked, [
    'GET /auth/login missing_required_argument_error',
    'GET /auth/callback access_denied',
    'GET /auth/callback missing_required_argument_error',
    'GET /auth/connect cross_site_request',
    'GET /auth/connect/callback missing_transaction_error',
    'POST /auth/logout cross_site_request'
  ])
  let answer: () => unknown = () => undefined
  const other = await site(t, { onError: () => answer() })
  t.match(await other.browser().navigate('/auth/login?invitation=x'), { statusCode: 400, body: /<html/ }, 'the page')
  answer = () => ({ own: true })
  t.match((await other.browser().navigate('/auth/login?invitation=x')), { statusCode: 400, body: '{"own":true}' })
  answer = () => {
    throw Object.assign(new Error('internal words'), { statusCode: 404 })
  }
  const thrown = await other.browser().navigate('/auth/login?invitation=x')
  t.equal(thrown.statusCode, 404, 'what it throws is answered')
  t.notMatch(thrown.body, 'internal words')
})

t.test('a callback without state: a code starts the login again, an error is told', async t => {
  const codes: string[] = []
  const s = await site(t, {
    onCallbackError: error => {
      codes.push((error as Auth0Error).code)
    }
  })
  t.match(await s.browser().navigate('/auth/callback?code=abc'),
    { statusCode: 302, headers: { location: '/auth/login' } })
  const told = await s.browser().navigate('/auth/callback?error=unauthorized&error_description=Anybody+wrote+this')
  t.equal(told.statusCode, 400)
  t.match(told.body, '<code>unauthorized</code>')
  t.notMatch(told.body, 'Anybody wrote this')
  t.strictSame(codes, ['unauthorized'])
  t.ok(s.logs.some(line => line.includes('auth0 login: unauthorized')))
})

t.test('whatever a POST to the logout carries, it logs out', async t => {
  const s = await site(t, {}, { '/me': me })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  const large = 'a='.padEnd(70_000, 'b')
  for (
    const [type, payload] of [[undefined, undefined], ['application/json', '{}'], ['application/json', undefined],
      ['application/json', '{'], ['text/plain', 'x'], ['multipart/form-data; boundary=b', '--b--'], ['nonsense', 'x'],
      ['application/x-www-form-urlencoded', large], ['application/x-www-form-urlencoded\ta', 'a=b'],
      ['application/octet-stream', large]] as const
  ) {
    const ada = await s.member()
    const answer = await ada.send('POST', '/auth/logout?returnTo=/bye', {
      headers: {
        'sec-fetch-site': 'same-origin',
        accept: '*/*',
        ...(type !== undefined && { 'content-type': type })
      },
      ...(payload !== undefined && { payload })
    })
    t.equal(answer.statusCode, 303, `${type}: ${answer.body}`)
    t.match(decodeURIComponent(String(answer.headers.location)), 'https://app.example.test/bye')
    t.equal((await ada.call('/me')).body, 'nobody')
  }
  const { port } = s.app.server.address() as import('node:net').AddressInfo
  const chunked = await rawRequest(port, 'POST /auth/logout HTTP/1.1\r\nHost: app.example.test\r\n' +
    'Sec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n')
  t.equal(chunked.status, 303)
})

t.test('where a logout lands', async t => {
  const landing = async (options: object, path: string, more: object = {}): Promise<string | null> => {
    const s = await site(t, options, {
      '/own': async request => (await request.auth0.logout(more)).href
    })
    const answer = await s.browser().navigate(path, { 'sec-fetch-site': 'same-origin' })
    const url = new URL(String(answer.headers.location ?? answer.body))
    t.equal(url.searchParams.get('client_id'), 'client-1')
    return url.searchParams.get('post_logout_redirect_uri') ?? url.searchParams.get('returnTo')
  }
  const own = 'https://app.example.test'
  for (
    const [options, path, expected] of [
      [{}, '/auth/logout', own],
      [{}, '/auth/logout?returnTo=/', own],
      [{}, `/auth/logout?returnTo=${own}`, own],
      [{}, `/auth/logout?returnTo=${own}/`, own],
      [{}, '/auth/logout?returnTo=/bye?x=1', `${own}/bye?x=1`],
      [{}, '/auth/logout?returnTo=https://www.example.com/bye', own],
      [{ appBaseUrl: `${own}/shop` }, '/auth/logout?returnTo=/', `${own}/shop`],
      [{ appBaseUrl: `${own}/shop` }, `/auth/logout?returnTo=${own}`, own],
      [{ appBaseUrl: `${own}/shop` }, '/auth/logout?returnTo=/bye', `${own}/shop/bye`],
      [{ logoutUrl: '/bye' }, '/auth/logout', `${own}/bye`],
      [{ logoutUrl: '/' }, '/auth/logout', own],
      [{ logoutUrl: 'https://www.example.com' }, '/auth/logout', 'https://www.example.com'],
      [{ logoutUrl: 'https://www.example.com' }, '/auth/logout?returnTo=/', own],
      [{ logoutStrategy: 'v2' }, '/auth/logout?returnTo=/bye', `${own}/bye`]
    ] as const
  ) t.equal(await landing(options, path), expected, `${JSON.stringify(options)} ${path}`)
  const told = await site(t)
  for (const path of ['/bye', 'https://www.example.com/bye']) {
    await told.browser().navigate(`/auth/logout?returnTo=${path}`, { 'sec-fetch-site': 'same-origin' })
  }
  t.match(told.logs.map(line => JSON.parse(line) as object).filter(line => 'auth0' in line),
    [{ level: 30, auth0: { type: 'logout', reason: 'return_to' } }])
  for (
    const [returnTo, expected] of [[own, own], [`${own}/`, `${own}/`], ['/', own],
      ['https://www.example.com/bye?a=b', 'https://www.example.com/bye?a=b'],
      ['http://localhost:3000', 'http://localhost:3000']] as const
  ) t.equal(await landing({}, '/own', { returnTo }), expected, returnTo)

  const s = await site(t, { logoutParams: { ui_locales: 'de', x: '1' }, logoutStrategy: 'v2' }, {
    '/me': me,
    '/own': async request => (await request.auth0.logout({ logoutParams: { x: '2' }, federated: true })).href,
    ...Object.fromEntries(
      ['http://www.example.com', 'https://a:b@www.example.com', 'javascript:alert(1)', '//evil.test', 'bye',
        'https://a\\b'].map((returnTo, at) => [`/wrong${at}`, async request => {
        await request.auth0.logout({ returnTo })
      }])
    )
  } as Record<string, Handler>)
  const ada = await s.member()
  for (let at = 0; at < 6; at++) {
    t.match((await ada.call(`/wrong${at}`)).json(), { statusCode: 400, code: 'invalid_argument', message: /returnTo/ })
  }
  t.equal((await ada.call('/me')).body, 'auth0|ada', 'nothing has ended')
  t.equal((await ada.call('/own')).body,
    'https://acme.eu.auth0.com/v2/logout?ui_locales=de&x=2&client_id=client-1&returnTo=https%3A%2F%2Fapp.example.test' +
      '&federated')
  t.equal((await ada.call('/me')).body, 'nobody', 'the session has ended')
})

t.test('a form that does not say its origin: the person is asked, by a form that works', async t => {
  const plain = { cookie: { secure: false } }
  const s = await site(t, {
    appBaseUrl: 'http://app.lan:3000',
    sessionConfiguration: plain,
    transactionConfiguration: plain
  }, { '/me': me })
  const browser = s.browser('http://app.lan:3000')
  await s.login(browser)
  const old = { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined }
  t.equal((await browser.submit('/auth/logout', {}, { ...old, origin: 'http://evil.test' })).statusCode, 403)
  t.equal((await browser.submit('/auth/logout', { confirmation: 'x' }, { ...old, origin: 'null' })).statusCode, 403)
  const asked = await browser.submit('/auth/logout', { returnTo: '/bye' }, { ...old, origin: 'null' })
  t.equal(asked.statusCode, 403)
  t.equal((await browser.call('/me')).body, 'auth0|ada')
  const fields = Object.fromEntries(
    [...asked.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
      .map(([, name, value]) => [name!, value!])
  )
  const other = s.browser('http://app.lan:3000')
  await s.login(other)
  t.equal((await other.submit('/auth/logout', fields, { ...old, origin: 'null' })).statusCode, 403,
    'good for the session it was made for only')
  const done = await browser.submit('/auth/logout', fields, { ...old, origin: 'null' })
  t.equal(done.statusCode, 303)
  t.match(decodeURIComponent(String(done.headers.location)), 'http://app.lan:3000/bye')
  t.equal((await browser.call('/me')).body, 'nobody')
  const again = await browser.submit('/auth/logout', {}, { ...old, origin: 'null' })
  t.equal(again.headers['referrer-policy'], 'same-origin', 'the form of who is logged out already names its origin')
  t.equal((await browser.submit('/auth/logout', {}, { ...old, origin: 'http://app.lan:3000' })).statusCode, 303)
  await s.login(browser)
  const page = await browser.submit('/auth/logout', {}, { ...old, origin: 'null' })
  const [, confirmation = ''] = /name="confirmation" value="([^"]*)"/.exec(page.body) ?? []
  const alias = { ...old, origin: 'http://alias.lan:3000' }
  t.equal((await browser.submit('/auth/logout', { confirmation: `${confirmation}x` }, alias)).statusCode, 403)
  t.equal((await browser.submit('/auth/logout', { confirmation }, alias)).statusCode, 303,
    'at another name of the same host, too')
})

t.test('a form that is sent after the session has ended gets a page', async t => {
  const s = new Site()
  s.app.after(() => {
    s.app.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
      payload.resume()
      done(null)
    })
    s.app.post('/save', { onRequest: s.app.auth0.requireSession }, async () => 'saved')
    s.app.post('/pay', { onRequest: s.app.auth0.requireFreshLogin({ maxAge: 60 }) }, async () => 'paid')
    s.app.post('/script', { onRequest: s.app.auth0.requireSession, config: { auth0: { onUnauthenticated: '401' } } },
      async () => 'saved')
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  const referer = 'https://app.example.test/form?id=7'
  for (const headers of [{ referer }, { referer, 'sec-fetch-mode': undefined }]) {
    const page = await s.browser().submit('/save', { a: '1' }, headers)
    t.equal(page.statusCode, 401)
    t.match(page.headers['content-type'], 'text/html')
    t.match(page.body, /was not saved/)
    t.match(page.body, 'href="/auth/login?returnTo=%2Fform%3Fid%3D7"')
  }
  t.match((await s.browser().submit('/save', {}, { referer: 'https://evil.test/x' })).body,
    'href="/auth/login?returnTo=%2F"')
  t.match((await s.browser().submit('/script', {}, { referer })).json(), { code: 'login_required' }, 'as it says')
  t.match((await s.browser().submit('/save', {}, { accept: '*/*', 'sec-fetch-mode': 'cors' })).json(),
    { code: 'login_required' })
  const ada = await s.member()
  s.clock.now += 3600
  const fresh = await ada.submit('/pay', {}, { referer })
  t.equal(fresh.statusCode, 401)
  t.match(fresh.body, /href="\/auth\/login\?returnTo=%2Fform%3Fid%3D7&amp;max_age=\d+"/)
})

t.test('"Try again" leads to the place the login was for, also beside the address\'s own path', async t => {
  const s = await site(t, { appBaseUrl: 'https://example.test/shop' })
  for (
    const [returnTo, link] of [['/page', '/page'],
      ['https://example.test/otherapp/page', 'https://example.test/otherapp/page'],
      ['https://example.test/shopping', 'https://example.test/shopping']] as const
  ) {
    const browser = s.browser('https://example.test')
    const location = await s.start(browser, `/auth/login?returnTo=${encodeURIComponent(returnTo)}`)
    const page = await browser.navigate(s.tenant.callback(location, { error: 'access_denied' }).slice('/shop'.length))
    t.match(page.body, `href="/shop/auth/login?returnTo=${encodeURIComponent(link)}"`, returnTo)
  }
})

t.test('addresses are compared as origins, and schemes of several proxies are understood', async t => {
  const list = { appBaseUrl: ['https://app.example.test', 'https://www.example.test:8443', 'http://localhost:3000'] }
  const s = await site(t, list, {}, { trustProxy: '127.0.0.1' })
  const redirectUri = async (headers: Record<string, string>): Promise<string | number | null> => {
    const answer = await s.app.inject({ url: '/auth/login', headers: { accept: 'application/json', ...headers } })
    return answer.statusCode === 302
      ? new URL(String(answer.headers.location)).searchParams.get('redirect_uri')
      : answer.statusCode
  }
  const https = { 'x-forwarded-proto': 'https' }
  for (const host of ['app.example.test', 'app.example.test:443', 'APP.example.TEST', 'app.example.test.',
    'App.example.test.:443']) {
    t.equal(await redirectUri({ ...https, host }), 'https://app.example.test/auth/callback', host)
  }
  t.equal(await redirectUri({ ...https, host: 'www.example.test:8443' }), 'https://www.example.test:8443/auth/callback')
  for (const host of ['app.example.test:80', 'app.example.test:8443', 'www.example.test', 'evil.test',
    'app.example.test..', 'app.example.test@evil.test', 'app.example.test/x', 'x:app.example.test']) {
    t.equal(await redirectUri({ ...https, host }), 400, host)
  }
  for (const proto of ['https,http', 'https, http', 'HTTPS', 'HTTPS , http']) {
    t.equal(await redirectUri({ host: 'app.example.test', 'x-forwarded-proto': proto, 'x-forwarded-for': '1.2.3.4' }),
      'https://app.example.test/auth/callback', proto)
  }
  const byHttp = { host: 'app.example.test', 'x-forwarded-proto': 'http,https', 'x-forwarded-for': '1.2.3.4' }
  t.equal(await redirectUri(byHttp), 400, 'the browser came by http')
  const any = await site(t, { appBaseUrl: undefined as never })
  t.equal((await any.app.inject({ url: '/auth/login', headers: { host: 'my_app:3000' } })).statusCode, 302,
    'names of containers')
})

t.test('a failure that is the server\'s is logged with what to do', async t => {
  const s = await site(t)
  const failed = async (change: () => void): Promise<Record<string, unknown>> => {
    const browser = s.browser()
    const location = await s.start(browser)
    change()
    s.logs.length = 0
    await browser.navigate(s.tenant.callback(location))
    s.tenant.claims = {}
    s.tenant.scripts.clear()
    return s.logs.map(line => JSON.parse(line) as Record<string, unknown>).find(({ auth0 }) => auth0 !== undefined)!
  }
  const late = await failed(() => {
    s.tenant.claims = { iat: s.clock.now + 600, exp: s.clock.now + 7200 }
  })
  t.match(late, { level: 40, hint: /clock/ })
  const credentials = await failed(() => {
    s.tenant.scripts.set('authorization_code', () => ({ status: 401, json: { error: 'invalid_client' } }))
  })
  t.match(credentials, { level: 50, hint: /"clientSecret"/ })
  const grant = await failed(() => {
    s.tenant.scripts.set('authorization_code', () => ({ status: 403, json: { error: 'unauthorized_client' } }))
  })
  t.match(grant, { level: 50, hint: /Grant Types/ })
  const other = await failed(() => {
    s.tenant.claims = { aud: 'other' }
  })
  t.match(other, { level: 40, hint: /"clientId"/ })
  const down = await site(t, {
    sessionStore: Object.assign(new MemorySessionStore({ now: () => 1_795_000_000 }), {
      create: () => {
        throw new Error('down')
      }
    })
  })
  await down.login(down.browser())
  t.ok(down.logs.some(line => line.includes('"level":40') && line.includes('Check that the store can')))
})

t.test('what the tenant says of a person is not logged', async t => {
  const s = await site(t)
  const browser = s.browser()
  const back = s.tenant.callback(await s.start(browser), {
    error: 'access_denied',
    error_description: 'The account bob@example.com (auth0|5f0) is blocked'
  })
  s.logs.length = 0
  await browser.navigate(back)
  t.ok(s.logs.some(line => line.includes('access_denied')))
  t.notMatch(s.logs.join(), /bob@example|5f0/)
  s.tenant.scripts.set('authorization_code', () => ({
    status: 403,
    json: { error: 'invalid_grant', error_description: 'bob@example.com (auth0|5f0): wrong "code"' }
  }))
  const other = s.browser()
  await other.navigate(s.tenant.callback(await s.start(other)))
  t.notMatch(s.logs.join(), /bob@example|5f0/)
  t.ok(s.logs.some(line => line.includes('"code":"invalid_grant"')), 'the code stays')
})

t.test('helper cookies of two applications on two ports of this machine have names of their own', async t => {
  const s = new Site({ appBaseUrl: undefined as never })
  s.app.after(() => {
    s.app.get('/mfa', { config: { auth0: { mfa: true } } }, async () => 'in')
  })
  t.teardown(async () => await s.app.close())
  await s.app.ready()
  const names = new Set<string>()
  for (const port of ['', ':3000', ':4000']) {
    const browser = s.browser(`http://localhost${port}`)
    await browser.navigate('/auth/callback?code=x&state=gone')
    names.add(browser.names().find(name => name.startsWith('a0_restart_'))!)
    await s.login(browser)
    await browser.navigate('/mfa')
    names.add(browser.names().find(name => name.endsWith('_step'))!)
  }
  t.equal(names.size, 6, [...names].join())
})

t.test('how the own routes are mounted', async t => {
  const s = new Site({
    routes: { profile: true, session: true, protectedResource: true },
    api: { audience: 'https://api.test/' },
    mountConnectRoutes: true,
    sessionConfiguration: { deviceBound: true }
  })
  const mounted: string[] = []
  s.app.addHook('onRoute', ({ method, url, config, schema, exposeHeadRoute }) => {
    const { otel, cors, swaggerTransform } = config as { otel?: boolean, cors?: boolean, swaggerTransform?: unknown }
    mounted.push(`${[method].flat().join()} ${url}${cors === false ? ' own CORS' : ''}`)
    t.match([otel, exposeHeadRoute, schema], [false, false, { hide: true }], url)
    t.type(swaggerTransform, 'function')
  })
  await s.app.ready()
  t.teardown(async () => { await s.app.close() })
  const own = '/.well-known/oauth-protected-resource own CORS'
  const two = ['/auth/login', '/auth/logout', '/auth/profile', '/auth/session'].flatMap(path =>
    [`GET ${path}`, `HEAD ${path}`])
  const others = mounted.filter(route => route.includes(','))
  t.strictSame(mounted.filter(route => !route.includes(',')).sort(), [
    ...two, 'GET /auth/callback', 'POST /auth/callback', 'POST /auth/logout',
    'POST /auth/backchannel-logout', `GET ${own}`, `HEAD ${own}`, `OPTIONS ${own}`, 'GET /auth/connect',
    'HEAD /auth/connect', 'GET /auth/unconnect', 'HEAD /auth/unconnect', 'GET /auth/connect/callback',
    'GET /auth/unconnect/callback', 'POST /auth/dbsc/register', 'POST /auth/dbsc/refresh'
  ].sort())
  t.strictSame(others.map(route => [route.split(' ')[1], /\bGET\b/.test(route), /\bPOST\b/.test(route)]), [
    ['/auth/callback', false, false], ['/auth/connect/callback', false, true], ['/auth/unconnect/callback', false, true]
  ], 'every other method of a callback gets its 404 here')
  t.match((await s.app.inject('/auth/login')).headers, {
    'cache-control': 'private, no-store',
    pragma: 'no-cache',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  })
})
