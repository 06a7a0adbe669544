import websocket from '@fastify/websocket'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import t, { type Test } from 'tap'
import fastifyAuth0, {
  StepUpRequiredError, type Auth0Options, type Guard, type SessionDraft, type UserClaims
} from '../../../lib/index.js'
import { sessionCookie } from '../../../lib/testing/index.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { kRegistration, type Scoped } from '../../../lib/plugin/request/registration.js'
import { newSite, Site } from '../../flows/site.js'

const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
const HOST = 'app.example.test'
const ORIGIN = `https://${HOST}`
const ada: UserClaims = { sub: 'auth0|ada' }

t.test('a step-up asks the tenant for more, and a browser that comes back without it gets 403', async t => {
  const s = await stepSite(t)
  const browser = await s.member()
  const asked = new URL(String((await browser.navigate('/mfa')).headers.location))
  t.equal(asked.pathname, '/authorize')
  t.equal(asked.searchParams.get('acr_values'), MFA)
  s.tenant.claims = { amr: ['mfa'] }
  t.match(s.events.filter(({ type }) => type === 'denied'), [{ reason: 'mfa_required' }])
  t.equal((await browser.navigate(s.tenant.callback(asked.href))).headers.location, '/mfa', 'back to the page')
  t.equal((await browser.navigate('/mfa')).body, 'with a second factor')
  t.match(await browser.navigate('/mfa'), { body: 'with a second factor', headers: { 'set-cookie': undefined } },
    'there is nothing to note')
  await browser.call('/forget')
  t.match((await browser.navigate('/mfa')).headers.location, /acr_values=/,
    'a login that was enough is not held against the user later')

  s.tenant.claims = {}
  await s.login(browser)
  const again = String((await browser.navigate('/mfa')).headers.location)
  t.match(again, /acr_values=/, 'a later login is asked afresh')
  await browser.navigate(s.tenant.callback(again))
  const refused = await browser.navigate('/mfa')
  t.equal(refused.statusCode, 403)
  t.match(refused.body, /did not bring it/)
  t.match(refused.body, '<code>mfa_required</code>')
  t.equal(refused.headers.location, undefined)
  t.match((await browser.navigate('/mfa')).headers.location, /acr_values=/, 'a reload may try once more')
  t.match((await browser.navigate('/mfa')).headers.location, /acr_values=/, 'and who turned back on the way, too')
})

t.test('who turns back from a step-up and logs in plainly is asked, and not refused unasked', async t => {
  for (
    const options of [{}, { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }] satisfies Partial<
      Auth0Options
    >[]
  ) {
    const s = await stepSite(t, options)
    const browser = await s.member()
    const sent = async (): Promise<string> => {
      const answer = await browser.navigate('/mfa')
      t.equal(answer.statusCode, 302)
      return String(answer.headers.location)
    }
    await sent()
    await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    t.match(await sent(), /^\/auth\/login/, 'logged out')
    await s.login(browser)
    const asked = await sent()
    t.match(asked, /\/authorize\?/, 'somebody who has logged in is asked')
    await s.login(browser)
    t.match(await sent(), /\/authorize\?/, 'a login meanwhile, in another tab')
    await browser.navigate(s.tenant.callback(asked))
    t.match(await sent(), /\/authorize\?/, 'an earlier question that is answered late')
    const last = await sent()
    await browser.navigate(s.tenant.callback(last))
    t.match(await browser.navigate('/mfa'), { statusCode: 403, body: /did not bring it/ },
      'the login that was asked for')
    await sent()
    for (const cookie of (await sessionCookie(s.app, { user: ada })).split('; ')) {
      const [name = '', value = ''] = cookie.split('=', 2)
      browser.forget(name)
      browser.plant(name, value)
    }
    t.match(await sent(), /\/authorize\?/, 'a session that began without a login page')
  }
})

t.test('a fresh login keeps the second factor and the stricter max_age', async t => {
  const s = await stepSite(t, { authorizationParams: { max_age: 30 } })
  s.tenant.claims = { auth_time: s.clock.now, amr: ['mfa'] }
  const browser = await s.member()
  t.equal((await browser.navigate('/fresh')).body, 'fresh')
  s.clock.now += 100
  const asked = new URL(String((await browser.navigate('/fresh')).headers.location))
  t.equal(asked.searchParams.get('max_age'), '30')
  t.equal(asked.searchParams.get('acr_values'), MFA)
  s.tenant.claims = { auth_time: s.clock.now, amr: ['mfa'] }
  await browser.navigate(s.tenant.callback(asked.href))
  t.equal((await browser.navigate('/both')).body, 'both')
  s.clock.now += 91
  const again = await browser.navigate('/fresh')
  t.match(again, { statusCode: 302, headers: { location: /\/authorize\?/, 'cache-control': 'no-store' } },
    'what was fresh and is old now is asked for again')
  t.equal(again.headers['cache-control'], 'no-store')
  t.match(browser.cookies.find(({ name }) => name.endsWith('_step')),
    { httpOnly: true, path: '/', expires: s.clock.now + 600 })
})

t.test('a fresh login that the tenant does not give ends at the callback, one that the session does not keep in 403',
  async t => {
    const forgetful = { beforeSessionSaved: ({ user: { sub }, custom }: SessionDraft) => ({ user: { sub }, custom }) }
    for (const [options, age, status] of [[{}, 1000, 502], [forgetful, 0, 302]] as const) {
      const s = await stepSite(t, options)
      const browser = await s.member()
      const asked = String((await browser.navigate('/fresh')).headers.location)
      s.tenant.claims = { auth_time: s.clock.now - age }
      t.equal((await browser.navigate(s.tenant.callback(asked))).statusCode, status)
      if (status !== 302) continue
      t.match(await browser.navigate('/fresh'), { statusCode: 403, body: /fresh_login_required/ })
      const again = async () => new URL(String((await browser.navigate('/api')).headers.location)).searchParams
      let demand = await again()
      t.strictSame([demand.get('max_age'), demand.get('acr_values')], ['5', null])
      for (const seconds of [36, 35]) {
        s.tenant.claims = { auth_time: s.clock.now }
        await browser.navigate(s.tenant.callback(`https://x.test/?${demand.toString()}`))
        s.clock.now += seconds
        if (seconds === 36) demand = await again()
      }
      t.equal((await browser.navigate('/api')).statusCode, 403, 'a session without auth_time is as old as itself')
    }
  })

t.test('claims that access tokens have for it say nothing about the login of a session', async t => {
  const s = await stepSite(t, { api: { claims: { acr: 'https://x/acr', authTime: 'https://x/auth_time' } } })
  s.tenant.claims = { 'https://x/acr': MFA, 'https://x/auth_time': s.clock.now }
  const browser = await s.member()
  for (const path of ['/mfa', '/fresh']) t.equal((await browser.navigate(path)).statusCode, 302, path)
})

t.test('a tenant that gives one thing and takes another does not keep a browser going round', async t => {
  const s = await stepSite(t)
  for (const old of [undefined, '8.mfa_required.AAAAAAAAAAAAAAAA', 'nonsense']) {
    s.tenant.claims = {}
    const browser = await s.member()
    if (old !== undefined) {
      await browser.navigate('/both')
      browser.plant(browser.names().find(name => name.endsWith('_step'))!, old)
    }
    let rounds = 0
    for (; rounds < 30; rounds++) {
      const answer = await browser.navigate('/both')
      if (answer.statusCode === 403) break
      const asked = String(answer.headers.location)
      s.tenant.claims = asked.includes('max_age') ? { auth_time: s.clock.now, amr: [] } : { amr: ['mfa'] }
      await browser.navigate(s.tenant.callback(asked))
    }
    t.equal(rounds, 8, old === undefined ? 'it ends' : 'a cookie of version 0.1 counts nothing, nor does another')
  }
  const { context } = (s.app as unknown as Scoped)[kRegistration]
  s.tenant.claims = {}
  const browser = await s.member()
  const asked = new URL(String((await browser.navigate('/mfa')).headers.location))
  const nonce = asked.searchParams.get('nonce')!
  t.equal(nonce.length, 32)
  const cookie = browser.names().find(name => /^a0_restart_.+_step$/.test(name))!
  for (const [sub, count, status] of [['ada', 7, 302], ['ada', 8, 403], ['eve', 8, 302]] as const) {
    browser.plant(cookie, context.stepUpSealer.seal(JSON.stringify([`auth0|${sub}`, count, '', ''])))
    t.equal((await browser.navigate('/mfa')).statusCode, status, `${sub}, ${count}`)
  }
  await browser.navigate(s.tenant.callback(asked.href))
  const mark = createHash('sha256').update(nonce).digest('base64url').slice(0, 16)
  for (const [value, status] of [[`1.mfa_required.${mark}`, 403], [`1.fresh_login_required.${mark}`, 302],
    [`1.mfa_required.${mark.slice(1)}`, 302], [`x.mfa_required.${mark}`, 302]] as const) {
    browser.plant(cookie, value)
    t.equal((await browser.navigate('/mfa')).statusCode, status, 'a cookie of version 0.1 knows the login')
  }
})

t.test('where nobody is to be sent to log in, a step-up is an answer', async t => {
  const s = await stepSite(t, { onUnauthenticated: '401' })
  const browser = await s.member()
  for (const [path, code] of [['/mfa', 'mfa_required'], ['/fresh', 'fresh_login_required']] as const) {
    const answer = await browser.navigate(path)
    t.match(answer, { statusCode: 401, headers: { location: undefined } })
    t.match(answer.json(), { code })
    t.match((await browser.submit(path, {})).json(), { code }, 'a form, too')
  }
  t.match(s.events.filter(({ type }) => type === 'denied').map(({ reason }) => reason),
    ['mfa_required', 'mfa_required', 'fresh_login_required', 'fresh_login_required'])
})

t.test("a step-up stays in the session's organization, or in the one the options demand", async t => {
  const s = await stepSite(t)
  s.tenant.claims = { org_id: 'org_acme' }
  t.match((await (await s.member()).navigate('/mfa')).headers.location, /organization=org_acme/)
  const odd = await sessionCookie(s.app, { user: { ...ada, org_id: 7 } as never })
  const { headers } = await s.app.inject({ url: '/mfa', headers: { host: HOST, accept: 'text/html', cookie: odd } })
  t.match(headers.location, /\/authorize\?/)
  t.notMatch(headers.location, 'organization')
  const enforced = await stepSite(t, { organization: 'acme' })
  enforced.tenant.claims = { org_id: 'org_acme', org_name: 'acme' }
  t.match((await (await enforced.member()).navigate('/mfa')).headers.location, /organization=acme&|organization=acme$/)
})

t.test('scripts, guesses and routes that do not want a login page get 401 with the way on', async t => {
  const s = await stepSite(t)
  const browser = await s.member()
  const script = await browser.call('/fresh')
  t.match(script.json(), { statusCode: 401, code: 'fresh_login_required', loginUrl: '/auth/login?max_age=60' })
  t.equal(script.headers['cache-control'], 'no-store')
  t.equal((await browser.navigate('/fresh', { 'sec-purpose': 'prefetch' })).statusCode, 401)
  t.match((await browser.navigate('/mfa-401')).json(), {
    statusCode: 401,
    loginUrl: `/auth/login?acr_values=${encodeURIComponent(MFA)}`
  })
  t.match((await browser.submit('/mfa-401', {})).json(), { statusCode: 401 })
  const form = await browser.submit('/fresh', {})
  t.match(form, { statusCode: 401, headers: { 'content-type': /html/, 'cache-control': /no-store/ } })
  t.match(form.body, /Please log in again to go on[^]*returnTo=%2F&amp;max_age=60"/, 'the way back to the form')
  const without = await stepSite(t, { routes: { login: false } })
  t.notOk(
    'loginUrl' in
      (await without.app.inject({
        url: '/fresh',
        headers: { host: HOST, cookie: await sessionCookie(without.app, { user: ada }) }
      })).json()
  )
})

async function stepSite (t: Test, options: Partial<Auth0Options> = {}): Promise<Site> {
  const s = newSite(t, options)
  s.app.after(() => {
    const { auth0 } = s.app
    const method = ['GET', 'POST'] as const
    s.app.addContentTypeParser('application/x-www-form-urlencoded', (_request, _payload, done) => done(null, {}))
    s.app.route({
      method: [...method],
      url: '/mfa',
      preHandler: auth0.requireMfa(),
      handler: async () => 'with a second factor'
    })
    s.app.route({
      method: [...method],
      url: '/fresh',
      preHandler: auth0.requireFreshLogin({ maxAge: 60 }),
      handler: async () => 'fresh'
    })
    s.app.get('/forget', async request => { await request.auth0.updateSession({ user: { amr: ['pwd'] } }) })
    s.app.get('/api', { preHandler: auth0.requireSession, errorHandler: auth0.handleStepUp as never }, async () => {
      throw new StepUpRequiredError('again', { maxAge: 5 })
    })
    s.app.get('/both', { preHandler: [auth0.requireMfa(), auth0.requireFreshLogin({ maxAge: 60 })] },
      async () => 'both')
    s.app.route({
      method: [...method],
      url: '/mfa-401',
      config: { auth0: { mfa: true, onUnauthenticated: '401' } },
      handler: async () => 'x'
    })
  })
  await s.app.ready()
  return s
}

t.test('a page steps up for an API: to the login it demands and back, once', async t => {
  const s = newSite(t)
  const call = async ({ auth0 }: FastifyRequest): Promise<{ status: number }> => {
    const { status } = await auth0.fetch('https://api.example.test/items')
    return { status }
  }
  s.app.addContentTypeParser('application/x-www-form-urlencoded', (_request, _payload, done) => {
    done(null, {})
  })
  s.app.after(() => {
    const { requireSession: preHandler, requireClaims, handleStepUp } = s.app.auth0
    s.app.setErrorHandler(handleStepUp)
    s.app.route({ method: ['GET', 'POST'], url: '/page', preHandler, handler: call })
    s.app.get('/caught', { preHandler }, async (request, reply) => {
      try {
        return await call(request)
      } catch (error) {
        return await handleStepUp(error, request, reply)
      }
    })
    s.app.get('/route', { preHandler: [preHandler, requireClaims({ role: 'x' })], errorHandler: handleStepUp as never },
      async () => '')
    s.app.get('/scope', { preHandler: requireClaims({ role: 'x' }) }, async () => '')
    s.app.get('/boom', async () => { throw new TypeError('boom') })
    s.app.get('/gone', async () => { throw new StepUpRequiredError('too late', { maxAge: 1 }) })
  })
  await s.app.ready()
  let demand: string | undefined = 'acr_values="gold silver", max_age="300"'
  s.tenant.scripts.set('GET /items', () =>
    demand === undefined
      ? {}
      : {
          status: 401,
          headers: { 'www-authenticate': `Bearer error="insufficient_user_authentication", ${demand}` }
        })
  const browser = await s.member()
  const asked = async (path = '/page'): Promise<URL> =>
    new URL(String((await browser.navigate(path)).headers.location))
  const comeBack = async (url: URL, claims: object = {}): Promise<unknown> => {
    s.tenant.claims = { auth_time: s.clock.now, acr: 'gold', ...claims }
    return (await browser.navigate(s.tenant.callback(url.href))).headers.location
  }

  const first = await asked()
  t.match(Object.fromEntries(first.searchParams), { acr_values: 'gold silver', max_age: '300' })
  t.equal(await comeBack(first), '/page', 'back to the page')
  demand = undefined
  t.strictSame((await browser.navigate('/page')).json(), { status: 200 })

  s.clock.now += 400
  demand = 'acr_values="gold silver", max_age="300"'
  const second = await asked('/caught')
  t.equal(second.searchParams.get('max_age'), '300', 'the login has become too old since')
  t.equal(await comeBack(second), '/caught')
  const refused = await browser.navigate('/caught')
  t.match(refused, { statusCode: 403, body: /<code>insufficient_user_authentication<\/code>/ }, 'no other round')
  t.match(refused.body, /did not bring it/)

  demand = 'acr_values="platinum"'
  const third = await asked()
  t.equal(await comeBack(third, { acr: 'platinum' }), '/page')
  demand = 'acr_values="diamond"'
  t.equal((await asked()).searchParams.get('acr_values'), 'diamond', 'another demand is another login')
  demand = 'max_age="1"'
  t.equal((await asked()).searchParams.get('acr_values'), null)
  s.tenant.claims = { auth_time: s.clock.now, amr: ['mfa'] }
  await s.login(browser)
  t.equal((await asked()).searchParams.get('acr_values'), MFA, 'a second factor is not lost')
  demand = 'acr_values="diamond"'

  const script = await browser.call('/page')
  t.match(script, { statusCode: 401, headers: { 'cache-control': /no-store/ } })
  t.match(script.json(), {
    code: 'insufficient_user_authentication',
    loginUrl: '/auth/login?acr_values=diamond'
  })
  t.match(await browser.submit('/page', {}), { statusCode: 401, body: /acr_values=diamond/ }, 'a form is not lost ' +
    'unsaid')
  for (const path of ['/scope', '/route']) {
    t.match(await browser.navigate(path), { statusCode: 403, headers: { 'content-type': /html/ } },
      'it is no error handler of the application: guards answer with a page')
  }
  t.match((await browser.navigate('/boom')).json(), { statusCode: 500, message: 'boom' }, 'other errors go on')
  t.match((await s.browser().navigate('/gone')).headers.location, '/auth/login?returnTo=%2Fgone')
})

t.test('permissions of the access token, where Auth0 says them', async t => {
  const s = newSite(t, { audience: 'https://api.example.test' })
  s.app.after(() => {
    s.app.get('/read', { preHandler: s.app.auth0.requirePermissions('read') }, async () => 'read')
  })
  await s.app.ready()
  const at = async (accessToken: string, more: object = {}) =>
    await s.app.inject({
      url: '/read',
      headers: {
        host: HOST,
        accept: 'text/html',
        cookie: await sessionCookie(s.app, {
          user: ada,
          accessTokens: [{ accessToken, expiresAt: s.clock.now + 1000 }],
          ...more
        })
      }
    })
  t.equal((await at(s.tenant.jwt({ permissions: ['read'] }))).statusCode, 200)
  t.equal((await at(s.tenant.jwt({ permissions: ['write'] }))).statusCode, 403)
  t.equal((await at(s.tenant.jwt({ permissions: 'read' }))).statusCode, 403)
  t.equal((await at('opaque')).statusCode, 403)
  t.match((await at('x', { accessTokens: [] })).headers.location, /^\/auth\/login/,
    'without any token a login brings one')
  s.tenant.scripts.set('refresh_token',
    () => ({ json: s.tenant.tokens({}, { access_token: s.tenant.jwt({ permissions: ['read'] }), expires_in: 60 }) }))
  t.equal((await at('x', { accessTokens: [], refreshToken: 'refresh' })).statusCode, 200, 'renewed when it has run out')
  s.tenant.scripts.set('refresh_token', () => ({ status: 503 }))
  t.equal((await at('x', { accessTokens: [], refreshToken: 'refresh' })).statusCode, 502,
    'no answer about permissions is no answer')
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'mfa' } }))
  t.match((await at('x', { accessTokens: [], refreshToken: 'refresh' })).json(), { code: 'mfa_required' },
    'nor is a demand for a second factor, which a plain login would not meet')
})

t.test('an organization that the request is about', async t => {
  const s = newSite(t)
  s.app.after(() => {
    s.app.get('/:organization', {
      preHandler: s.app.auth0.requireOrganization(request => (request.params as { organization?: string }).organization)
    }, async () => 'inside')
    s.app.get('/', { preHandler: s.app.auth0.requireOrganization(() => undefined) }, async () => 'inside')
    s.app.get('/later/:organization', {
      preHandler: s.app.auth0.requireOrganization(async ({ params }) =>
        (params as { organization: string }).organization)
    }, async () => 'inside')
  })
  await s.app.ready()
  const cookie = await sessionCookie(s.app, { user: { ...ada, org_id: 'org_a', org_name: 'a' } })
  for (const [url, status] of [['/a', 200], ['/org_a', 200], ['/b', 403], ['/', 403], ['/later/a', 200],
    ['/later/b', 403]] as const) {
    t.equal((await s.app.inject({ url, headers: { host: HOST, cookie } })).statusCode, status, url)
  }
})

t.test("only the application's own pages change something", async t => {
  const s = newSite(t)
  await s.app.register(websocket)
  s.app.addHttpMethod('QUERY', { hasBody: true })
  let runs = 0
  s.app.after(() => {
    const { requireSession, requireSameOrigin } = s.app.auth0
    s.app.route({
      method: 'QUERY' as never,
      url: '/search',
      onRequest: [requireSession, requireSameOrigin],
      handler: async () => 'found'
    })
    s.app.route({
      method: ['GET', 'POST', 'DELETE'],
      url: '/thing',
      preHandler: [requireSession, requireSameOrigin],
      handler: async () => {
        runs++
        return 'done'
      }
    })
    s.app.post('/declared', { config: { auth0: { session: true, sameOrigin: true } } }, async () => 'done')
    s.app.get('/socket', { websocket: true, onRequest: requireSameOrigin }, socket => {
      socket.terminate()
    })
  })
  await s.app.ready()
  const cookie = await sessionCookie(s.app, { user: ada })
  const at = async (method: 'GET' | 'POST' | 'DELETE', headers: Record<string, string>, url = '/thing') =>
    (await s.app.inject({ method, url, headers: { host: HOST, cookie, ...headers } })).statusCode
  const query = async (headers: Record<string, string>) =>
    await s.app.inject({ method: 'QUERY' as never, url: '/search', headers: { host: HOST, ...headers }, payload: '{}' })
  t.match(await query({ cookie, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }),
    { statusCode: 200 }, 'it only reads')
  const form = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
  t.match(await query(form), { statusCode: 401, headers: { 'content-type': /json/ } }, 'no form that was not saved')
  t.equal(await at('POST', { 'sec-fetch-site': 'same-origin' }), 200)
  t.equal(await at('POST', { origin: ORIGIN }), 200)
  t.equal(await at('GET', { 'sec-fetch-site': 'cross-site' }), 200, 'a link from elsewhere')
  t.equal(await at('GET', { 'sec-fetch-site': 'cross-site', upgrade: 'h2c' }), 200)
  t.equal(runs, 4)
  t.equal(await at('GET', { 'sec-fetch-site': 'cross-site', upgrade: 'h2c, WebSocket' }), 403)
  t.equal(await at('POST', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }), 403)
  t.equal(await at('DELETE', { origin: 'https://evil.test' }), 403)
  t.equal(await at('POST', { origin: 'null' }), 403)
  t.equal(await at('POST', {}), 403, 'what says nothing')
  t.equal(await at('POST', { origin: 'https://evil.test' }, '/declared'), 403)
  t.equal(runs, 4, 'the handler ran for no other site')
  const shake = async (origin: string): Promise<string> =>
    await s.app.injectWS('/socket', { headers: { host: HOST, origin } }).then(socket => {
      socket.terminate()
      return 'open'
    }, error => String(error.message))
  t.equal(await shake(ORIGIN), 'open')
  t.match(await shake('https://evil.test'), /403/, "another site opens no socket with the user's cookie")
})

t.test('an anonymous upload is refused at onRequest before its body is read; declared guards run there', async t => {
  const s = newSite(t)
  let parsed = 0
  s.app.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    parsed++
    payload.resume().on('end', () => done(null, 'parsed'))
  })
  s.app.after(() => {
    s.app.post('/early', { onRequest: s.app.auth0.requireSession }, async () => 'kept')
    s.app.post('/declared', { config: { auth0: { session: true } } }, async () => 'kept')
    s.app.post('/late', { preHandler: s.app.auth0.requireSession }, async () => 'kept')
  })
  await s.app.ready()
  const upload = async (url: string, cookie = ''): Promise<number> =>
    (await s.app.inject({
      method: 'POST',
      url,
      headers: { host: HOST, 'content-type': 'application/octet-stream', ...(cookie !== '' && { cookie }) },
      payload: Readable.from([Buffer.alloc(65_536)])
    })).statusCode
  t.equal(await upload('/early'), 401)
  t.equal(await upload('/declared'), 401)
  t.equal(parsed, 0)
  t.equal(await upload('/late'), 401)
  t.equal(parsed, 1, 'a guard at preHandler comes after parsing')
  t.equal(await upload('/early', await sessionCookie(s.app, { user: ada })), 200)
})

t.test('a guard ends the reply also where the page would be a stream', async t => {
  const s = newSite(t)
  let streams = 0
  s.app.addHook('onSend', async (_request, _reply, payload) => {
    await new Promise(resolve => setTimeout(resolve, 5))
    return payload
  })
  s.app.after(() => {
    s.app.get('/stream', { preHandler: s.app.auth0.requireClaims({ role: 'admin' }) }, async (_request, reply) => {
      streams++
      return reply.type('text/plain').send(new PassThrough().end('secret'))
    })
  })
  await s.app.ready()
  for (const [user, status] of [[undefined, 401], [ada, 403], [{ ...ada, role: 'admin' }, 200]] as const) {
    const cookie = user === undefined ? '' : await sessionCookie(s.app, { user })
    t.equal((await s.app.inject({ url: '/stream', headers: { host: HOST, cookie } })).statusCode, status)
  }
  t.equal(streams, 1)
})

t.test('guards of a whole application, and the routes that opt out', async t => {
  const s = newSite(t)
  s.app.after(() => {
    s.app.addHook('onRequest', s.app.auth0.requireSession)
    s.app.addHook('preHandler', s.app.auth0.requireClaims({ role: 'admin' }))
    s.app.addHook('preHandler', s.app.auth0.requireMfa())
    s.app.get('/admin', async () => 'admin')
    s.app.get('/open', { config: { auth0: false } }, async () => 'open')
    s.app.get('/public', { config: { auth0: { public: true } } },
      async request => (await request.auth0.getUser())?.sub ?? 'anybody')
  })
  await s.app.ready()
  const cookie = await sessionCookie(s.app, { user: ada })
  const at = async (url: string, headers: Record<string, string> = {}) =>
    await s.app.inject({ url, headers: { host: HOST, ...headers } })
  t.equal((await at('/admin')).statusCode, 401)
  t.equal((await at('/admin', { cookie })).statusCode, 403)
  t.equal((await at('/open', { cookie })).body, 'open')
  t.equal((await at('/public')).body, 'anybody')
  t.equal((await at('/public', { cookie })).body, 'auth0|ada', 'public pages may still know the user')
  t.equal((await at('/auth/login', { accept: 'text/html' })).statusCode, 302, "the plugin's own routes pass")
  t.equal((await at('/auth/logout', { accept: 'text/html', 'sec-fetch-site': 'none', cookie })).statusCode, 302)
})

t.test('a route that opts out is let be by the guards around it, never by its own', async t => {
  const s = newSite(t, { api: { audience: 'https://api.example.test' } })
  let runs = 0
  const run = async () => {
    runs++
    return 'ran'
  }
  s.app.after(() => {
    const { requireSession, requireToken, requireSameOrigin, requireClaims, requireMfa } = s.app.auth0
    const wrapped = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      await requireSession(request, reply)
    }
    s.app.addHook('onRequest', requireSession)
    s.app.addHook('preHandler', wrapped)
    s.app.get('/around', run)
    for (const [way, auth0] of [['false', false], ['public', { public: true }]] as const) {
      const config = { auth0 }
      s.app.get(`/${way}/open`, { config, onRequest: async () => {} }, run)
      s.app.get(`/${way}/api`, { config, preHandler: requireToken() }, run)
      s.app.post(`/${way}/form`, { config, onRequest: [requireSameOrigin], preHandler: async () => {} }, run)
      s.app.get(`/${way}/session`, { config, preValidation: requireSession }, run)
      s.app.get(`/${way}/claims`, { config, onRequest: async () => {}, preParsing: requireClaims({ role: 'admin' }) },
        run)
      s.app.get(`/${way}/mfa`, { config, preHandler: requireMfa() }, run)
      s.app.get(`/${way}/wrapped`, { config, preHandler: [async () => {}, wrapped] }, run)
      s.app.get(`/${way}/handler`, { config }, async (request, reply) => {
        await requireSession(request, reply)
        return reply.sent ? reply : await run()
      })
    }
  })
  await s.app.ready()
  const at = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' | 'HEAD' = 'GET') =>
    (await s.app.inject({ method, url, headers: { host: HOST, ...headers } })).statusCode
  const cookie = await sessionCookie(s.app, { user: { ...ada, role: 'admin', amr: ['mfa'] } })
  const plain = await sessionCookie(s.app, { user: ada })
  const authorization = `Bearer ${s.tenant.apiToken({ aud: 'https://api.example.test', azp: 'spa' })}`
  t.equal(await at('/around'), 401)
  for (const way of ['false', 'public']) {
    const before = runs
    t.equal(await at(`/${way}/api`), 401)
    t.equal(await at(`/${way}/api`, { cookie }), 401, 'a session is no token')
    t.equal(await at(`/${way}/api`, {}, 'HEAD'), 401)
    t.equal(await at(`/${way}/form`, { 'sec-fetch-site': 'cross-site' }, 'POST'), 403)
    for (const own of ['session', 'claims', 'mfa', 'wrapped', 'handler']) t.equal(await at(`/${way}/${own}`), 401, own)
    t.equal(await at(`/${way}/claims`, { cookie: plain }), 403)
    t.equal(await at(`/${way}/mfa`, { cookie: plain }), 401)
    t.equal(runs, before, 'no handler ran')
    t.equal(await at(`/${way}/open`), 200)
    t.equal(await at(`/${way}/api`, { authorization }), 200)
    t.equal(await at(`/${way}/form`, { 'sec-fetch-site': 'same-origin' }, 'POST'), 200)
    for (const own of ['session', 'claims', 'mfa', 'wrapped', 'handler']) {
      t.equal(await at(`/${way}/${own}`, { cookie }), 200, own)
    }
  }
})

t.test('what routes say of themselves counts also when they came before the plugin had loaded', async t => {
  const s = newSite(t, { api: { audience: 'https://api.example.test' } })
  let runs = 0
  const run = async () => {
    runs++
    return 'ran'
  }
  const shared = { session: true }
  s.app.get('/session', { config: { auth0: shared } }, run)
  s.app.get('/claims', { config: { auth0: { session: true, claims: { role: 'admin' } } } }, run)
  s.app.get('/token', { config: { auth0: { token: true } } }, run)
  s.app.get('/open', { config: { auth0: false } }, run)
  s.app.get('/public', { config: { auth0: { public: true } } }, run)
  s.app.get('/answer', { config: { auth0: { onUnauthenticated: '401' } } }, run)
  s.app.get('/wrong', { config: { auth0: { sesion: true } as object } }, run)
  let requireToken: Guard
  s.app.get('/own', {
    config: { auth0: false },
    preHandler: async (...args) => {
      await (requireToken as (...args: unknown[]) => Promise<void>)(...args)
    }
  }, run)
  s.app.after(() => {
    requireToken = s.app.auth0.requireToken()
    s.app.get('/late', { config: { auth0: shared } }, run)
    s.app.register(async app => {
      app.addHook('preHandler', app.auth0.requireSession)
      app.get('/inner', run)
    })
  })
  await s.app.ready()
  const cookie = await sessionCookie(s.app, { user: ada })
  const at = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    await s.app.inject({ method, url, headers: { host: HOST, ...headers } })
  for (
    const [url, code] of [['/session', 'login_required'], ['/claims', 'login_required'], ['/token', 'missing_token'], [
      '/late',
      'login_required'
    ], ['/inner', 'login_required']] as const
  ) {
    t.match((await at(url)).json(), { statusCode: 401, code }, url)
    t.equal((await at(url, {}, 'HEAD')).statusCode, 401, url)
  }
  t.match((await at('/claims', { cookie })).json(), { statusCode: 403, code: 'insufficient_claims' })
  for (const url of ['/session', '/claims']) {
    t.equal((await at(url, { accept: 'text/html', 'sec-fetch-mode': 'navigate' })).statusCode, 302)
  }
  for (const headers of [{}, { cookie }]) {
    const wrong = await at('/wrong', headers)
    t.match(wrong.json(), {
      statusCode: 500,
      code: 'configuration_error',
      message: /config\.auth0\.sesion.*GET \/wrong/
    })
    const own = await at('/own', headers)
    t.match(own.json(), { statusCode: 401, code: 'missing_token' },
      'a guard of its own is asked, whatever arguments it is called with')
  }
  t.equal(runs, 0, 'no handler ran')
  for (const url of ['/session', '/late', '/inner']) t.equal((await at(url, { cookie })).body, 'ran', url)
  for (const url of ['/open', '/public', '/answer']) t.equal((await at(url)).body, 'ran', url)
})

t.test('a route that came before the plugin had loaded opts out of the guards around it', async t => {
  const s = newSite(t)
  s.app.get('/closed', async () => 'closed')
  s.app.get('/open', { config: { auth0: false } }, async () => 'open')
  s.app.get('/public', { config: { auth0: { public: true } } }, async () => 'public')
  s.app.get('/mine', { config: { auth0: { onUnauthenticated: '/welcome' } } }, async () => 'mine')
  s.app.after(() => {
    s.app.addHook('onRequest', s.app.auth0.requireSession)
    s.app.addHook('preHandler', s.app.auth0.requireMfa())
  })
  await s.app.ready()
  const at = async (url: string) => await s.app.inject({ url, headers: { host: HOST, accept: 'text/html' } })
  t.equal((await at('/closed')).headers.location, '/auth/login?returnTo=%2Fclosed')
  t.equal((await at('/mine')).headers.location, '/welcome')
  t.equal((await at('/open')).body, 'open')
  t.equal((await at('/public')).body, 'public')
})

t.test('a page to log in on that has a guard leads to the login, and not to itself', async t => {
  for (const basePath of ['', '/base']) {
    const s = newSite(t, { onUnauthenticated: '/sign in?from=guard', appBaseUrl: `${ORIGIN}${basePath}` })
    s.app.after(() => {
      s.app.addHook('onRequest', s.app.auth0.requireSession)
      s.app.get('/sign in', async () => 'Please log in')
      s.app.get('/page', async () => 'page')
    })
    const browser = s.browser()
    const to = async (url: string): Promise<unknown> => (await browser.navigate(url)).headers.location
    t.equal(await to('/page'), `${basePath}/sign%20in?from=guard`)
    t.equal(await to('/sign%20in?from=guard'), `${basePath}/auth/login?returnTo=%2Fsign%2520in%3Ffrom%3Dguard`)
    t.equal(s.logs.filter(line => line.includes('login_page_guarded')).length, 1, 'and that is logged')
    t.equal((await browser.call('/sign%20in')).statusCode, 401)
    await to('/sign%20in')
    t.equal(s.logs.filter(line => line.includes('login_page_guarded')).length, 1, 'once')
  }
  const s = newSite(t, { onUnauthenticated: '/ログイン' })
  s.app.after(() => s.app.get('/page', { onRequest: s.app.auth0.requireSession }, async () => 'page'))
  t.match(await s.browser().navigate('/page'), {
    statusCode: 302,
    headers: { location: '/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3' }
  })
})

t.test('logins lead back to what the browser has asked for, before it was rewritten', async t => {
  for (const [basePath, prefix] of [['', '/de'], ['/base', '/base'], ['/base', '/de']] as const) {
    const rewriteUrl = ({ url = '' }: { url?: string }): string =>
      url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url
    const s = newSite(t, { appBaseUrl: `${ORIGIN}${basePath}` }, { rewriteUrl })
    s.app.after(() => {
      s.app.get('/page', { onRequest: s.app.auth0.requireSession }, async () => 'page')
      s.app.get('/mfa', { onRequest: s.app.auth0.requireMfa() }, async () => 'mfa')
      s.app.get('/silent', { onRequest: s.app.auth0.attemptSilentLogin }, async () => 'silent')
    })
    await s.app.ready()
    const browser = s.browser()
    browser.plant('theme', 'dark')
    const seen = (path: string): string => prefix === basePath ? `${basePath}${path}` : `${basePath}${prefix}${path}`
    const callback = (location: unknown): string => s.tenant.callback(String(location)).slice(basePath.length)
    const silent = await browser.navigate(`${prefix}/silent?x=1`)
    t.equal((await browser.navigate(callback(silent.headers.location))).headers.location, seen('/silent?x=1'))
    await browser.navigate('/auth/logout')
    const { headers } = await browser.navigate(`${prefix}/page?x=1`)
    const login = await browser.navigate(String(headers.location).slice(basePath.length))
    t.equal((await browser.navigate(callback(login.headers.location))).headers.location, seen('/page?x=1'))
    const mfa = await browser.navigate(`${prefix}/mfa`)
    t.equal((await browser.navigate(callback(mfa.headers.location))).headers.location, seen('/mfa'))
  }
})

t.test('what another hook declares for a route after it was read is asked as well', async t => {
  const s = newSite(t)
  const seen: string[] = []
  s.app.after(() => {
    s.app.addHook('onRoute', route => {
      if (route.url.startsWith('/members')) route.config = { ...route.config, auth0: { session: true } }
      if (/^\/(docs|changed)/.test(route.url)) route.config = { ...route.config, auth0: false }
    })
    s.app.addHook('onRequest', async ({ url }) => {
      seen.push(url)
    })
    s.app.get('/members', async () => 'ran')
    s.app.get('/docs', async () => 'docs')
    s.app.get('/changed', { config: { auth0: { session: true } } }, async () => 'ran')
    s.app.get('/docs/own', { preHandler: s.app.auth0.requireSession }, async () => 'ran')
    s.app.register(async app => {
      app.addHook('onRequest', app.auth0.requireSession)
      app.get('/docs/inner', async () => 'inner')
    })
  })
  await s.app.ready()
  const at = async (url: string) => await s.app.inject({ url, headers: { host: HOST } })
  t.equal((await at('/members')).statusCode, 401)
  t.strictSame(seen, [], 'before later hooks')
  t.equal((await at('/docs')).body, 'docs')
  const opened = { statusCode: 500, code: 'configuration_error', message: /GET \/changed .*opt out/ }
  t.match((await at('/changed')).json(), opened, 'what was guarded is not opened by anybody else')
  t.equal((await at('/docs/inner')).body, 'inner')
  t.match((await at('/docs/own')).json(), { statusCode: 401, code: 'login_required' }, 'its own guard is asked')
})

t.test('a public page in a guarded scope needs no store, and is the same for everybody', async t => {
  const memory = new MemorySessionStore({ now: () => 1_795_000_000 })
  let reads = 0
  let down = false
  const get: MemorySessionStore['get'] = async (...args) => {
    reads++
    if (down) throw new Error('the store is down')
    return await memory.get(...args)
  }
  const s = newSite(t, {
    sessionStore: new Proxy(memory, {
      get: (target, name) => name === 'get' ? get : Reflect.get(target, name)?.bind?.(target)
    }),
    api: { audience: 'https://api.example.test' }
  })
  s.app.after(() => {
    const { requireSession, requireToken, requireClaims, requireSessionOrToken } = s.app.auth0
    const scopes: Record<string, Guard> = {
      session: requireSession,
      claims: requireClaims({ role: 'admin' }),
      token: requireToken(),
      either: requireSessionOrToken()
    }
    for (const [name, guard] of Object.entries(scopes)) {
      s.app.register(async app => {
        app.addHook('onRequest', guard)
        app.get('/open', { config: { auth0: false } }, async () => 'open')
        app.get('/closed', async () => 'closed')
      }, { prefix: `/${name}` })
    }
  })
  await s.app.ready()
  const cookie = await sessionCookie(s.app, { user: ada })
  const at = async (url: string) => await s.app.inject({ url, headers: { host: HOST, cookie } })
  t.equal((await at('/session/closed')).statusCode, 200, 'control')
  down = true
  t.equal((await at('/session/closed')).statusCode, 503, 'control')
  reads = 0
  for (const name of ['session', 'claims', 'token', 'either']) {
    const open = await at(`/${name}/open`)
    t.equal(open.statusCode, 200, name)
    t.equal(open.headers.vary, undefined, name)
  }
  t.equal(reads, 0)
})

const factories = ['requireClaims', 'requireOrganization', 'requirePermissions', 'requireFreshLogin', 'requireMfa',
  'requireToken', 'requireSessionOrToken']

t.test('what asks for nothing, or is not known, fails when the route is registered', async t => {
  const s = newSite(t)
  await s.app.after()
  const { auth0 } = s.app
  const loose = auth0 as unknown as Record<string, (...args: unknown[]) => unknown>
  for (
    const [name, ...args] of [
      ['requireClaims'],
      ['requireClaims', {}],
      ['requireClaims', []],
      ['requireClaims', null],
      ['requireClaims', { role: undefined }],
      ['requireOrganization'],
      ['requireOrganization', ' '],
      ['requirePermissions'],
      ['requirePermissions', ''],
      ['requirePermissions', 'a', 1],
      ['requireFreshLogin'],
      ['requireFreshLogin', {}],
      ['requireFreshLogin', { maxAge: -1 }],
      ['requireFreshLogin', { maxAge: '5' }],
      ['requireToken', { scopes: undefined }],
      ['requireToken', { organization: undefined, scopes: ['read'] }],
      ['requireSessionOrToken', { permissions: undefined }],
      ['toolScopes', { read: undefined }]
    ] as [string, ...unknown[]][]
  ) {
    t.throws(() => loose[name]?.(...args), { code: 'configuration_error' }, `${name}(${
      args.map(arg => JSON.stringify(arg)).join()
    })`)
  }
  for (const member of ['session', 'token', 'sessionOrToken', 'ownSession', 'sameOrigin', 'organization', 'claims',
    'permissions', 'freshLogin', 'mfa', 'public']) {
    t.throws(() => {
      s.app.get(`/${member}`, { config: { auth0: { [member]: undefined } } }, async () => '')
    }, { code: 'configuration_error', option: `config.auth0.${member}` }, `a declared ${member} that is undefined`)
  }
  for (const name of factories) {
    t.throws(() => {
      s.app.get(`/${name}`, { preHandler: loose[name] as unknown as Guard }, async () => '')
    }, new RegExp(`auth0.${name}.*must be called`), `${name} uncalled in a route`)
    t.throws(() => loose[name]?.({ raw: {}, server: {} }), /must be called/, `${name} uncalled in a hook`)
    t.throws(() => {
      s.app.addHook('preHandler', loose[name] as unknown as Guard)
    }, new RegExp(`auth0.${name}.*must be called`), `${name} uncalled in a scope's hook`)
  }
  const declare = (auth0: unknown) => {
    s.app.get('/x', { config: { auth0 } as object }, async () => '')
  }
  t.throws(() => declare({ sesion: true }), /config\.auth0\.sesion.*"session"/)
  t.throws(() => declare({ session: 'yes' }), /config\.auth0\.session/)
  t.throws(() => declare({ session: true, token: {} }), /Only one/)
  t.throws(() => declare({ public: true, mfa: true }), /both/)
  t.throws(() => declare({ session: true, onUnauthenticated: 'logon' }), {
    code: 'configuration_error',
    option: 'config.auth0.onUnauthenticated',
    message: /'auto', 'login', '401', a path or a function.*GET \/x/
  })
  t.throws(() => declare({ session: true, onUnauthenticated: '//evil.test' }), /onUnauthenticated/)
  t.throws(() => declare({ token: true }), { code: 'configuration_error', option: 'api.audience' })
  for (const nothing of [true, null, [], 'session']) {
    t.throws(() => declare(nothing), { option: 'config.auth0', message: /false or an object of guards/ },
      String(nothing))
  }
})

t.test('a guard waits for a session that is kept in a store', async t => {
  const s = new Site()
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
    await s.app.close()
  })
  await app.register(fastifyAuth0, s.options({ sessionStore: new MemorySessionStore({ now: () => s.clock.now }) }))
  app.get('/claims', { preHandler: app.auth0.requireClaims(async claims => claims.role === 'admin') },
    async request => request.auth0.user.role)
  for (const [role, status] of [['admin', 200], ['guest', 403]] as const) {
    const cookie = await sessionCookie(app, { user: { ...ada, role } })
    t.equal((await app.inject({ url: '/claims', headers: { host: HOST, cookie } })).statusCode, status)
  }
})

t.test('a guard answers whatever the response schema of the route is', async t => {
  const s = new Site({ api: { audience: 'https://api.example.com' } })
  const strict = { type: 'object', required: ['requestId'], properties: { requestId: { type: 'string' } } }
  s.app.after(() => {
    const { requireSession, requireToken, requireClaims } = s.app.auth0
    const schema = { response: { '4xx': strict, 401: strict, default: strict } }
    s.app.get('/session', { preHandler: requireSession, schema }, async () => ({}))
    s.app.get('/token', { preHandler: requireToken(), schema }, async () => ({}))
    s.app.get('/claims', { preHandler: requireClaims({ role: 'admin' }), schema }, async () => ({}))
    s.app.get('/compiled', {
      preHandler: requireSession,
      schema: { response: { 401: { a: 1 } } },
      serializerCompiler: () => () => {
        throw new Error('does not fit')
      }
    }, async () => ({}))
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  const nobody = s.browser()
  t.match((await nobody.call('/session')).json(), { statusCode: 401, code: 'login_required', message: /log in/ })
  t.match((await nobody.call('/token')).json(), { statusCode: 401, code: 'missing_token' })
  t.match((await nobody.call('/compiled')).json(), { statusCode: 401, code: 'login_required' })
  const reported = ['login_required', 'missing_token', 'login_required']
  t.match(s.events, reported.map(reason => ({ type: 'denied', outcome: 'failure', reason, blame: 'user' })))
  t.equal(s.events.length, reported.length)
  const ada = await s.member()
  t.match((await ada.call('/claims')).json(), { statusCode: 403, code: 'insufficient_claims', message: /role/ })
  t.match(await ada.navigate('/claims'), { statusCode: 403, body: /<code>insufficient_claims<\/code>/ })
})

t.test("a guard's 403 is a page that names what is missing, unless the application answers errors itself", async t => {
  const s = new Site()
  const own = async (error: Error): Promise<string> => `own: ${error.message}`
  s.app.after(() => {
    const { requireClaims, requirePermissions } = s.app.auth0
    s.app.get('/claims', { preHandler: requireClaims({ 'https://example.com/roles': 'admin' }) }, async () => '')
    s.app.get('/permissions', { preHandler: requirePermissions('read:a', 'read:b') }, async () => '')
    s.app.get('/route', { preHandler: requireClaims({ role: 'admin' }), errorHandler: own as never }, async () => '')
    s.app.register(async scope => {
      scope.setErrorHandler(own as never)
      scope.get('/scope', { preHandler: requireClaims({ role: 'admin' }) }, async () => '')
    })
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  s.tenant.claims = { permissions: ['read:a'] }
  const ada = await s.member()
  const claims = await ada.navigate('/claims')
  t.match(claims, { statusCode: 403, body: /https:\/\/example.com\/roles/ })
  t.match(claims.headers, { 'content-type': /text\/html/, 'cache-control': /no-store/ })
  t.match(await ada.navigate('/permissions'), { statusCode: 403, body: /read:b/ })
  t.notMatch((await ada.navigate('/permissions')).body, 'read:a')
  for (const path of ['/route', '/scope']) t.match((await ada.navigate(path)).body, /^own: .*role/)
})

t.test('a route may leave the session as old as it is', async t => {
  for (const sessionStore of [undefined, new MemorySessionStore({ now: () => 1_795_000_000 })]) {
    const s = new Site({
      sessionConfiguration: { inactivityDuration: 1800, touchAfter: 60 },
      ...(sessionStore !== undefined && { sessionStore })
    })
    s.app.after(() => {
      const me = async (request: FastifyRequest): Promise<string> =>
        (await request.getSession())?.user.sub ?? 'nobody'
      s.app.get('/me', me)
      s.app.get('/poll', { config: { auth0: { touch: false } } }, async request => {
        if (await request.getSession() !== undefined) await request.auth0.getAccessToken({ refresh: true })
        return await me(request)
      })
    })
    await s.app.ready()
    t.teardown(async () => {
      await s.app.close()
    })
    const ada = await s.member()
    for (let i = 0; i < 5; i++) {
      s.clock.now += 300
      t.equal((await ada.call('/poll')).body, 'auth0|ada')
    }
    const active = ada.copy()
    t.equal((await active.call('/me')).body, 'auth0|ada')
    s.clock.now += 600
    t.equal((await active.call('/me')).body, 'auth0|ada')
    if (sessionStore === undefined) t.equal((await ada.call('/poll')).body, 'nobody', 'polling was no activity')
  }
})

/** Demands, and how the user below fares. */
const rules: [demand: object, status: number][] = [
  [{ teams: 'a' }, 200], [{ teams: ['a', 'b'] }, 200], [{ teams: ['a', 'c'] }, 403], [{ teams: 'c' }, 403],
  [{ account: ['7'] }, 403], [{ account: '7' }, 200], [{ account: 7 }, 403], [{ level: 2 }, 200], [{ level: 3 }, 403],
  [{ beta: false }, 200], [{ beta: true }, 403], [{ boss: null }, 200], [{ beta: null }, 403], [{ none: null }, 403],
  [{ toString: null }, 403], [{ account: '7', level: 3 }, 403], [{ account: '7', level: 2 }, 200]
]

t.test('a rule of claims may ask the request', async t => {
  const s = new Site()
  s.app.after(() => {
    s.app.get('/accounts/:id', {
      preHandler: s.app.auth0.requireClaims((claims, request) => claims.account === request.params.id)
    }, async () => 'account')
    for (const [at, [demand]] of rules.entries()) {
      s.app.get(`/rules/${at}`, { preHandler: s.app.auth0.requireClaims(demand as never) }, async () => 'rule')
    }
  })
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  s.tenant.claims = { account: '7', teams: ['a', 'b'], level: 2, beta: false, boss: null }
  const ada = await s.member()
  for (const [at, [demand, status]] of rules.entries()) {
    const { statusCode, body } = await ada.call(`/rules/${at}`)
    t.equal(statusCode, status, JSON.stringify(demand))
    if (status === 403) t.match(body, Object.keys(demand)[0], 'says what it depends on')
  }
  t.equal((await ada.call('/accounts/7')).body, 'account')
  t.equal((await ada.call('/accounts/8')).statusCode, 403)
  for (const demand of [{ a: { b: 1 } }, { a: [] }, { a: [{}] }, { a: Number.NaN }, { a: () => 1 }, { a: undefined }]) {
    t.throws(() => s.app.auth0.requireClaims(demand as never), { code: 'configuration_error', message: /"a"/ })
  }
})

t.test('a guard that is called by mistake says so', async t => {
  const s = new Site()
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  for (const called of [s.app.auth0.requireSession, s.app.auth0.attemptSilentLogin] as unknown as (() => void)[]) {
    t.throws(() => called(), { code: 'configuration_error', option: 'guard', message: /without "\(\)"/ })
  }
})
