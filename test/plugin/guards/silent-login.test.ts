import t, { type Test } from 'tap'
import fastifyAuth0 from '../../../lib/index.js'
import { sessionCookie } from '../../../lib/testing/index.js'
import type { Auth0Options } from '../../../types/index.js'
import { newSite, Site } from '../../flows/site.js'

const visits = { cookie: 'theme=dark' }

/** A site whose public pages try silent logins, at one stage. */
async function silentSite (t: Test, options: Partial<Auth0Options> = {},
  { stage = 'onRequest', server = {} }: { stage?: 'onRequest' | 'preHandler', server?: object } = {}): Promise<Site> {
  const s = new Site(options, server)
  s.app.after(() => {
    s.app.addHook(stage, s.app.auth0.attemptSilentLogin)
    s.app.get('/', { config: { auth0: { public: true } } }, async request =>
      (await request.auth0.getUser())?.sub ?? '-')
    s.app.get('/shared', async (_request, reply) => reply.header('cache-control', 'public, max-age=600').send('same'))
    s.app.get('/static', async (_request, reply) => reply.header('cache-control', 'public, max-age=0').send('same'))
    s.app.get('/cache/:control', async (request, reply) => {
      const { control } = request.params as { control: string }
      return reply.header('cache-control', control).send('same')
    })
    s.app.get('/cdn/:control', async (request, reply) => {
      const { control } = request.params as { control: string }
      return reply.header('cdn-cache-control', control).send('same')
    })
    s.app.get('/private', { preHandler: s.app.auth0.requireSession }, async () => 'private')
    s.app.get('/pages/:page', async () => 'page')
    s.app.get('/long/*', async () => 'long')
    s.app.post('/', async () => 'posted')
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  return s
}

for (const stage of ['onRequest', 'preHandler'] as const) {
  t.test(`a visitor who is logged in at the tenant is logged in, by a hook at ${stage}`, async t => {
    const s = await silentSite(t, {}, { stage })
    const ada = s.browser()
    const first = await ada.navigate('/?page=1')
    t.match(first, { statusCode: 200, body: '-' }, 'a browser that sends no cookie is not sent away')
    t.equal(first.headers['cache-control'], 'private, no-store')
    t.match(ada.cookies, { length: 1, 0: { name: /^a0_silent_/, sameSite: 'lax', httpOnly: true, expires: Infinity } })

    const sent = await ada.navigate('/?page=1')
    t.equal(sent.statusCode, 302)
    t.equal(sent.headers['cache-control'], 'no-store')
    const asked = new URL(String(sent.headers.location))
    t.match(Object.fromEntries(asked.searchParams), { prompt: 'none', response_type: 'code' })
    const back = await ada.navigate(s.tenant.callback(asked.href))
    t.equal(back.headers.location, '/?page=1')
    t.equal((await ada.navigate('/?page=1')).body, 'auth0|ada')
  })
}

t.test('whatever the tenant answers, the visitor sees the page, and is not sent away again', async t => {
  const s = await silentSite(t)
  for (
    const [answer, break_] of [[{ error: 'login_required' }], [{ error: 'interaction_required' }],
      [{ error: 'consent_required' }], [{ error: 'account_selection_required' }], [{ error: 'access_denied' }],
      [{ error: 'server_error' }], [{ code: '' }], [undefined, { aud: 'somebody else' }],
      [undefined, { sub: 5 }]] as [Record<string, string>?, object?][]
  ) {
    const name = JSON.stringify([answer, break_])
    const browser = s.browser()
    browser.plant('theme', 'dark')
    const asked = String((await browser.navigate('/?page=2')).headers.location)
    s.tenant.claims = { ...break_ }
    const back = await browser.navigate(s.tenant.callback(asked, answer))
    t.match(back, { statusCode: 302, headers: { location: '/?page=2' } }, name)
    t.match(await browser.navigate('/?page=2'), { statusCode: 200, body: '-' }, name)
    t.equal((await browser.navigate('/private')).headers.location, '/auth/login?returnTo=%2Fprivate', 'a guard asks')
    s.tenant.claims = {}
  }
  const browser = s.browser()
  browser.plant('theme', 'dark')
  const asked = String((await browser.navigate('/pages/1')).headers.location)
  t.match(await browser.navigate(s.tenant.callback(asked, { code: 'x', iss: 'https://evil.example/' })),
    { statusCode: 302, headers: { location: '/pages/1' } }, 'the answer of another issuer')
  t.ok(s.events.some(({ reason, outcome }) => reason === 'login_required' && outcome === 'failure'), 'it is reported')
})

t.test('a browser that loses its cookies on the way comes back to the page, and stays', async t => {
  const long = `/pages/${'long'.repeat(20)}`
  for (
    const [base, path, page] of [['', '/pages/1?q=1', '/pages/1'], ['', long, '/'],
      ['/shop', '/pages/1', '/shop/pages/1'], ['/shop', long, '/shop/']]
  ) {
    const s = await silentSite(t, { appBaseUrl: `https://app.example.test${base}` })
    const navigate = async (url: string) => {
      const headers = { ...visits, host: 'app.example.test', accept: 'text/html', 'sec-fetch-mode': 'navigate' }
      return await s.app.inject({ url: url.replace(base!, ''), headers })
    }
    const asked = String((await navigate(path!)).headers.location)
    const back = await navigate(s.tenant.callback(asked, { error: 'login_required' }))
    t.match(back, { statusCode: 302, headers: { location: `${page}?silent_login=tried` } }, `${base} ${path}`)
    t.equal((await navigate(String(back.headers.location))).statusCode, 200)
  }
  const s = await silentSite(t)
  const browser = s.browser()
  browser.plant('theme', 'dark')
  const back = s.tenant.callback(String((await browser.navigate('/pages/1?q=1')).headers.location))
  t.equal((await browser.navigate(back)).headers.location, '/pages/1?q=1')
  t.equal((await browser.navigate(back)).headers.location, '/pages/1', 'a reload of the callback, with its cookie')
  const forged = `/auth/callback?state=${'s'.repeat(32)}-${Buffer.from('//evil.example').toString('base64url')}-silent`
  t.match((await browser.navigate(forged)).headers.location, '/', 'no place but of this application')
  const login = `/auth/callback?state=${'s'.repeat(32)}-${Buffer.from('/auth/login').toString('base64url')}-silent`
  t.equal((await s.browser().navigate(login)).headers.location, '/?silent_login=tried')
})

t.test('the same by a form post', async t => {
  const s = await silentSite(t, { authorizationParams: { response_mode: 'form_post' } })
  const browser = s.browser()
  browser.plant('theme', 'dark')
  const asked = String((await browser.navigate('/?page=3')).headers.location)
  const fields = new URL(s.tenant.callback(asked, { error: 'login_required' }), 'https://x').searchParams
  for (const place of ['/?page=3', '/']) {
    t.match(await browser.submit('/auth/callback', fields, { 'sec-fetch-site': 'cross-site' }),
      { statusCode: 303, headers: { location: place } })
  }
})

t.test('only a page that somebody looks at is asked for', async t => {
  const s = await silentSite(t)
  const navigation = { ...visits, accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const send = async (method: string, url: string, headers: Record<string, string>) =>
    await s.app.inject({ method: method as 'GET', url, headers })
  const passes: [string, string, Record<string, string>][] = [
    ['HEAD', '/', navigation],
    ['POST', '/', navigation],
    ['GET', '/', { ...visits, accept: '*/*' }],
    ['GET', '/', { ...visits, accept: 'text/html', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['GET', '/', { ...navigation, 'sec-fetch-dest': 'iframe' }],
    ['GET', '/', { ...navigation, 'sec-purpose': 'prefetch' }],
    ['GET', '/', { ...navigation, purpose: 'prefetch' }],
    ['GET', '/', { ...navigation, 'next-router-prefetch': '1' }],
    ['GET', '/nowhere', navigation],
    ['GET', `/?${'q'.repeat(3000)}`, navigation],
    ['GET', '/?silent_login=tried', navigation],
    ['GET', '/', { accept: 'text/html' }],
    ['GET', '/', { ...navigation, cookie: await sessionCookie(s.app, { user: { sub: 'auth0|ada' } }) }]
  ]
  for (const [method, url, headers] of passes) {
    const answer = await send(method, url, headers)
    t.not(answer.statusCode, 302, `${method} ${url} ${JSON.stringify(headers)}`)
  }
  t.equal(s.tenant.requests.length, 0)
  t.equal((await send('GET', '/', navigation)).statusCode, 302)
  t.equal((await send('GET', '/', { ...navigation, 'sec-fetch-dest': 'empty' })).statusCode, 302,
    'a service worker passes the navigation on')
  t.equal((await send('GET', '/auth/logout', navigation)).statusCode, 403, "the plugin's own routes are left alone")

  const cookieOf = async (url: string) => (await send('GET', url, { accept: 'text/html' })).headers['set-cookie']
  t.equal(await cookieOf('/shared'), undefined, 'a page that caches give to anybody sets no cookie')
  t.match(await cookieOf('/static'), /^a0_silent_/)
  for (const [control, isShared] of [['public', true], ['s-maxage=1', true], ['private, S-MAXAGE=30', true],
    ['s-maxage=0', false], ['PUBLIC, MAX-AGE=0', false], ['max-age=600', false], ['private', false]] as const) {
    t.equal(await cookieOf(`/cache/${control}`) === undefined, isShared, control)
  }
  for (const [control, isShared] of [['max-age=60', true], ['no-store', false]] as const) {
    t.equal(await cookieOf(`/cdn/${control}`) === undefined, isShared, `${control} for a CDN`)
  }
  t.notOk(s.events.some(({ reason }) => reason === 'public_cache_control_overridden'), 'and nobody is warned of it')
})

t.test('off after a logout, also where nothing was tried before', async t => {
  const s = await silentSite(t)
  const ada = await s.member()
  await ada.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
  ada.plant('theme', 'dark')
  t.match(await ada.navigate('/'), { statusCode: 200, body: '-' })
  const plain = newSite(t)
  const other = await plain.member()
  await other.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
  t.strictSame(other.names(), [], 'an application without silent logins sets no cookie')
})

t.test('a hook of the parent asks the tenant of the child whose page it is', async t => {
  const s = new Site()
  const child = new Site()
  s.app.register(async app => {
    app.addHook('onRequest', app.auth0.attemptSilentLogin)
    await app.register(async inner => {
      await inner.register(fastifyAuth0, { ...s.options(), clientId: 'of-the-child', customFetch: child.tenant.fetch })
      inner.get('/page', async () => 'of the child')
    }, { prefix: '/child' })
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
    await child.app.close()
  })
  const browser = s.browser()
  browser.plant('theme', 'dark')
  const asked = new URL(String((await browser.navigate('/child/page')).headers.location))
  t.equal(asked.searchParams.get('client_id'), 'of-the-child')
  t.match(await browser.navigate(child.tenant.callback(asked.href, { error: 'login_required' })),
    { statusCode: 302, headers: { location: '/child/page' } })
  t.equal((await browser.navigate('/child/page')).body, 'of the child')
  const other = s.browser()
  await other.navigate('/child/auth/logout', { 'sec-fetch-site': 'same-origin' })
  t.equal(other.cookies.filter(({ name, value }) => name.startsWith('a0_silent_') && value === '1').length, 1)
})

t.test('a page stays public when its silent login cannot start', async t => {
  const s = await silentSite(t)
  s.tenant.scripts.set('GET /.well-known/openid-configuration', () => ({ status: 503 }))
  const browser = s.browser()
  browser.plant('theme', 'dark')
  t.match(await browser.navigate('/'), { statusCode: 200, body: '-' })
  const asked = s.tenant.requests.length
  t.match(await browser.navigate('/'), { statusCode: 200, body: '-' })
  t.equal(s.tenant.requests.length, asked, 'asked once')
  const patient = (await silentSite(t)).browser()
  patient.plant('theme', 'dark')
  t.match(await patient.navigate(`/long/${'x'.repeat(2400)}`), { statusCode: 200, body: 'long' }, 'no way back leads ' +
    'to it')
  t.match(await patient.navigate('/long/x'), { statusCode: 302 }, 'control')
  const late = newSite(t)
  const left = new Promise<void>((resolve, reject) => {
    late.app.addHook('onResponse', async (request, reply) => {
      late.app.auth0.attemptSilentLogin(request, reply).then(resolve, reject)
    })
  })
  await late.route('/', () => 'page').app.ready()
  t.match(await late.app.inject({ url: '/', headers: { ...visits, accept: 'text/html' } }), { statusCode: 200 })
  await left
  t.strictSame([late.tenant.requests.length, late.events], [0, []], 'nothing is tried when the answer has left')
  t.ok(s.events.some(({ type, outcome }) => type === 'login' && outcome === 'failure'))
})

t.test('what silent logins cannot work with fails at registration', async t => {
  const needless = { mountRoutes: false, clientId: undefined, clientSecret: undefined, sessionSecret: undefined }
  const apiAlone = { ...needless, appBaseUrl: undefined, api: { audience: 'https://api.example.com' } }
  for (
    const [options, message, option] of [
      [{ routes: { callback: false } }, /needs the callback route/, 'routes.callback'],
      [apiAlone, /guards an API only/, /./]
    ] as const
  ) {
    const s = new Site(options as Partial<Auth0Options>)
    s.app.register(async app => {
      app.get('/', { onRequest: app.auth0.attemptSilentLogin }, async () => 'never')
    })
    await t.rejects(async () => await s.app.ready(), { message, option } as never)
    await s.app.close()
  }
  const s = new Site()
  s.app.register(async app => {
    app.get('/', { onRequest: (app.auth0.attemptSilentLogin as () => never)() }, async () => 'never')
  })
  await t.rejects(async () => await s.app.ready(), { message: /must not be called/ })
  await s.app.close()
})
