import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { InvalidArgumentError, type MfaRequiredError } from '../../../lib/errors.js'
import { getAccessTokenForConnection } from '../../../lib/flows/tokens/connection-token.js'
import { buildSessionTransferRedirect } from '../../../lib/flows/tokens/session-transfer-redirect.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { sessionCookie } from '../../../lib/testing/session-cookie.js'
import type { Auth0Options, AuthorizationParams, SessionSaveContext } from '../../../types/index.js'
import { errorOf } from '../../tokens/problem.js'
import { ask, does, site, type Site } from '../site.js'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const CIBA = 'urn:openid:params:grant-type:ciba'
const details = [{ type: 'payment', amount: 5 }]

const routes = {
  '/token': async (request: FastifyRequest) => await request.auth0.getAccessToken(request.query as object),
  '/exchange': async (request: FastifyRequest) =>
    await request.auth0.loginWithCustomTokenExchange({
      subjectToken: 'foreign',
      subjectTokenType: 'urn:example:token',
      ...request.query as object
    }),
  '/login': async (request: FastifyRequest) => ({
    url: await request.auth0.startInteractiveLogin({ authorizationParams: request.query as AuthorizationParams })
  })
}

/** Ways to be logged in with a token, and the tokens they are to find. */
const kept: [name: string, options: Partial<Auth0Options>, enter: (s: Site) => Promise<unknown>, query: string][] = [
  ['a login with fewer scopes than the options say', {}, s => login(s, '/login?scope=openid'), ''],
  ['a login without offline_access', { authorizationParams: { scope: 'openid read:x' } }, s => s.member(), ''],
  ['scopes demanded that the login brought', { authorizationParams: { scope: 'openid read:x' } }, s => s.member(),
    '?scope=read:x'],
  ['audience by authorizationParams', { authorizationParams: { audience: 'https://api' } }, s => s.member(), ''],
  ['audience of authorizationParams beside another option', {
    audience: 'https://old',
    authorizationParams: { audience: 'https://api' }
  }, s => s.member(), ''],
  ['a login for another audience, by its name', {}, s => login(s, '/login?audience=https://b'), '?audience=https://b'],
  ['an exchange', {}, s => exchange(s, '/exchange'), ''],
  ['an exchange with scopes of its own', {}, s => exchange(s, '/exchange?scope=openid%20profile'), ''],
  ['an exchange for the configured audience', { audience: 'https://api' }, s => exchange(s, '/exchange'), ''],
  ['scopes per audience', { audience: 'https://api', scope: { 'https://api': 'read:x' } },
    s => login(s, '/login?scope=openid'), '']
]

for (const [name, options, enter, query] of kept) {
  t.test(`a token that is at hand is given out: ${name}`, async t => {
    const s = await site(t, options, routes)
    const browser = await enter(s) as Awaited<ReturnType<Site['member']>>
    const answer = await browser.call(`/token${query}`)
    t.equal(answer.json().accessToken, 'opaque-access-1', answer.body)
    t.equal(s.tenant.grants('refresh_token').length, 0)
  })
}

t.test('scopes that were not asked for are asked for', async t => {
  const s = await site(t, {}, routes)
  const ada = await login(s, '/login?scope=openid')
  t.equal((await ada.call('/token?scope=read:x')).json().accessToken, 'opaque-access-2')
  t.equal(s.tenant.grants('refresh_token')[0]?.form.get('scope'), 'read:x')
})

t.test('a renewal asks for what the login brought; of several tokens the one with the configured scopes', async t => {
  const s = await site(t, {}, routes)
  const ada = await login(s, '/login?scope=openid%20profile')
  s.clock.now += 3600
  await ada.call('/token')
  t.equal(s.tenant.grants('refresh_token')[0]?.form.get('scope'), 'openid profile')
  await ada.call('/token?scope=read:x')
  const preferred = await site(t, { scope: 'openid read:x offline_access' }, routes)
  const bea = await login(preferred, '/login?scope=openid')
  await bea.call('/token?scope=read:x')
  t.equal((await bea.call('/token')).json().accessToken, 'opaque-access-2', 'the one with the configured scopes')
})

t.test('a token for tests is found by its scope or without', async t => {
  const s = await site(t, {}, routes)
  for (const token of [{ scope: 'read:items' }, { scope: 'read:items', requestedScope: '' }, {}]) {
    const session = { user: { sub: 'a' }, accessTokens: [{ accessToken: 'of the test', ...token }] }
    const cookie = await sessionCookie(s.app, session)
    for (const url of ['/token', ...token.scope === undefined ? [] : ['/token?scope=read:items']]) {
      const answer = await s.app.inject({ url, headers: { cookie, host: 'app.example.test' } })
      t.equal(answer.json().accessToken, 'of the test', `${JSON.stringify(token)} ${url}`)
    }
  }
})

t.test('an exchange without scopes asks for the configured ones', async t => {
  const s = await site(t, { scope: 'openid profile offline_access' }, routes)
  await exchange(s, '/exchange')
  t.equal(s.tenant.grants(EXCHANGE)[0]?.form.get('scope'), 'openid profile offline_access')
})

t.test('every way in says what was authorized', async t => {
  const s = await site(t, {}, {
    ...routes,
    '/ciba': async request =>
      await request.auth0.loginBackchannel({ loginHint: { sub: s.tenant.sub }, bindingMessage: 'hello' }),
    '/code': async request =>
      await request.auth0.passwordless.verify({ connection: 'email', email: 'a@b.c', verificationCode: '1' })
  })
  const rich = () => ({ json: s.tenant.tokens({}, { authorization_details: details }) })
  s.tenant.scripts.set('POST /bc-authorize', () => ({ json: { auth_req_id: 'r', expires_in: 60, interval: 1 } }))
  for (const grant of [EXCHANGE, CIBA, 'http://auth0.com/oauth/grant-type/passwordless/otp']) {
    s.tenant.scripts.set(grant, rich)
  }
  for (const path of ['/exchange', '/code', '/ciba']) {
    const answer = await s.browser().call(path)
    t.strictSame(answer.json().authorizationDetails, details, `${path}: ${answer.body}`)
  }
})

t.test('loginBackchannel takes parameters by their wire names, and refuses those it cannot send', async t => {
  const s = await site(t, {}, {
    '/ciba': async request =>
      await request.auth0.loginBackchannel({
        loginHint: { sub: s.tenant.sub },
        bindingMessage: 'hello',
        authorizationParams: JSON.parse((request.query as { params: string }).params)
      }),
    '/token': routes['/token']
  })
  s.tenant.scripts.set('POST /bc-authorize', () => ({ json: { auth_req_id: 'r', expires_in: 60, interval: 1 } }))
  const ask = async (params: object) => {
    const browser = s.browser()
    const answer = await browser.call(`/ciba?params=${encodeURIComponent(JSON.stringify(params))}`)
    return { browser, answer }
  }
  const params = {
    audience: 'https://api',
    scope: 'openid read:x',
    requested_expiry: '60',
    authorization_details: details
  }
  const { browser, answer } = await ask(params)
  t.equal(answer.statusCode, 200, answer.body)
  const { form } = s.tenant.requests.find(({ path }) => path === '/bc-authorize')!
  t.match(Object.fromEntries(form), {
    audience: 'https://api',
    scope: 'openid read:x',
    requested_expiry: '60',
    authorization_details: JSON.stringify(details)
  })
  t.equal((await browser.call('/token?audience=https://api')).json().accessToken, 'opaque-access-1')
  t.match((await ask({ login_hint: 'x' })).answer.json(), { code: 'invalid_argument', message: /login_hint/ })
})

t.test('getIdToken gives the newest ID token, and says which option it needs', async t => {
  const idToken = async (request: FastifyRequest) => ({ idToken: await request.auth0.getIdToken() ?? null })
  const s = await site(t, { storeIdToken: true }, { ...routes, '/id': idToken })
  t.equal((await s.browser().call('/id')).json().idToken, null)
  const ada = await s.member()
  const first = (await ada.call('/id')).json().idToken
  t.match(first, /^[\w-]+\.[\w-]+\.[\w-]+$/)
  s.clock.now += 3600
  await ada.call('/token')
  t.not((await ada.call('/id')).json().idToken, first)
  const without = await site(t, {}, { '/id': idToken })
  t.match((await (await without.member()).call('/id')).json(), { message: /storeIdToken/ })
})

for (const mode of ['stateless', 'stateful'] as const) {
  const store = (): Partial<Auth0Options> =>
    mode === 'stateful' ? { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) } : {}

  t.test(`${mode}: the application's fields go on over logins of the same user and organization`, async t => {
    const seen: unknown[] = []
    const s = await site(t, {
      ...store(),
      beforeSessionSaved: (session, { reason, previous }) => {
        if (reason === 'login') seen.push([session.custom, previous?.['cart']])
        return session
      }
    }, {
      '/fill': async request => await request.auth0.updateSession({ cart: ['book'] }),
      '/me': async request => await request.getSession()
    })
    s.tenant.claims = { org_id: 'org_1' }
    const ada = await s.member()
    await ada.call('/fill')
    await s.login(ada)
    t.strictSame((await ada.call('/me')).json().cart, ['book'], 'the same user')
    t.strictSame(seen, [[{}, undefined], [{ cart: ['book'] }, ['book']]], 'and the hook sees both')
    s.tenant.claims = { org_id: 'org_2' }
    await s.login(ada)
    t.equal((await ada.call('/me')).json().cart, undefined, 'another organization')
    await ada.call('/fill')
    s.tenant.sub = 'auth0|eve'
    await s.login(ada)
    t.equal((await ada.call('/me')).json().cart, undefined, 'another user')
    await ada.call('/fill')
    await ada.navigate('/auth/logout')
    await s.login(ada)
    t.equal((await ada.call('/me')).json().cart, undefined, 'after a logout')
  })

  t.test(`${mode}: what updateSession returns is what the next request reads`, async t => {
    const given = { when: new Date(0), list: [1, undefined, 'a'], nested: { a: undefined, b: null }, mine: { n: 1 } }
    const s = await site(t, store(), {
      '/set': async request => await request.auth0.updateSession({ ...given }),
      '/me': async request => await request.getSession(),
      '/bad': async request => await request.auth0.updateSession({ f: bad[(request.query as { name: string }).name] })
    })
    const circle: Record<string, unknown> = {}
    circle['itself'] = circle
    const bad: Record<string, unknown> = {
      circle,
      buffer: Buffer.from('a'),
      map: new Map(),
      set: new Set([1]),
      big: 1n,
      function: () => {},
      symbol: Symbol('s'),
      nan: Number.NaN,
      deep: JSON.parse('['.repeat(99) + ']'.repeat(99))
    }
    const ada = await s.member()
    const at = (await ada.call('/set')).json()
    const next = (await ada.call('/me')).json()
    t.strictSame(next, at)
    t.match(next, { when: '1970-01-01T00:00:00.000Z', list: [1, null, 'a'], nested: { b: null } })
    t.notOk(Object.isFrozen(given.mine), "the caller's own object stays as it was")
    for (const name of Object.keys(bad)) {
      t.match((await ada.call(`/bad?name=${name}`)).json(), { code: 'invalid_argument', statusCode: 400 }, name)
    }
    t.strictSame((await ada.call('/me')).json(), at, 'nothing of it was kept')
  })
}

t.test('beforeSessionSaved knows the access token and the request', async t => {
  const seen: Partial<SessionSaveContext>[] = []
  const s = await site(t, {
    beforeSessionSaved: (session, context) => {
      seen.push({ ...context })
      return session
    }
  }, { ...routes, '/set': async request => await request.auth0.updateSession({ a: 1 }) })
  const ada = await s.member()
  s.clock.now += 3600
  await ada.call('/token')
  await ada.call('/set')
  t.strictSame(seen.map(({ reason, accessToken, request }) => [reason, accessToken, request?.url.split('?')[0]]), [
    ['login', 'opaque-access-1', '/auth/callback'],
    ['refresh', 'opaque-access-2', '/token'],
    ['update', undefined, '/set']
  ])
})

t.test('a domain that became a function or another one keeps the sessions of those in formerDomains', async t => {
  const sub = randomUUID()
  const store = (): MemorySessionStore => new MemorySessionStore({ now: () => 1_795_000_000 })
  for (const kind of [{}, { sessionStore: store() }, { sessionStore: store(), encryptAtRest: false }]) {
    const { encryptAtRest, ...rest } = kind as { encryptAtRest?: boolean }
    const options = { ...rest, ...encryptAtRest === false && { sessionConfiguration: { encryptAtRest } } }
    const me = { '/me': async (request: FastifyRequest) => await request.getSession() ?? {} }
    const before = await site(t, options, me)
    before.tenant.sub = sub
    const ada = await before.member()
    const cookie = ada.cookieHeader('/me')
    const old = before.tenant.domain
    const cases: [Partial<Auth0Options>, string | undefined][] = [
      [{ domain: 'login.example.com', formerDomains: [old] }, sub],
      [{ domain: () => 'login.example.com', formerDomains: [old] }, sub],
      [{ domain: 'login.example.com' }, undefined],
      [{ domain: () => 'login.example.com' }, undefined],
      [{ domain: 'login.example.com', formerDomains: ['other.example.com'] }, undefined]
    ]
    for (const [change, expected] of cases) {
      const after = await site(t, { ...options, ...change }, me)
      const answer = await after.app.inject({ url: '/me', headers: { cookie, host: 'app.example.test' } })
      t.equal(answer.json().user?.sub, expected, `${JSON.stringify(options)} ${JSON.stringify(change)}`)
    }
    const after = await site(t, { ...options, domain: 'login.example.com', formerDomains: [old] }, me)
    await after.app.ready()
    await after.app.auth0.revokeSessions({ sub })
    const ended = await after.app.inject({ url: '/me', headers: { cookie, host: 'app.example.test' } })
    t.strictSame(ended.json(), {}, 'and such a session can be revoked')
  }
})

async function login (s: Site, path: string) {
  const browser = s.browser()
  const { url } = (await browser.call(path)).json()
  await browser.navigate(s.tenant.callback(url))
  return browser
}

async function exchange (s: Site, path: string) {
  const browser = s.browser()
  await browser.call(path)
  return browser
}

t.test('session transfers: a reason beside other parameters, and no URL without a token', async t => {
  const s = await site(t, { dpop: true }, {
    '/transfer': async request =>
      await request.auth0.requestSessionTransferToken({
        subjectToken: 'foreign',
        subjectTokenType: 'urn:example:token',
        actorToken: 'agent',
        reason: 'a call',
        extra: { case: '7' }
      }),
    '/redirect': async request => {
      const { token, organization } = request.query as Record<string, string>
      const target = 'https://other.example.com/login'
      const { auth0 } = request
      return {
        url: auth0.buildSessionTransferRedirect(target, { sessionTransferToken: token! },
          organization === undefined ? {} : { organization })
      }
    }
  })
  s.tenant.scripts.set(EXCHANGE, () => ({
    json: {
      access_token: 'transfer',
      token_type: 'N_A',
      expires_in: 60,
      issued_token_type: 'urn:auth0:params:oauth:token-type:session_transfer_token'
    }
  }))
  t.equal((await s.browser().call('/transfer')).statusCode, 200)
  t.match(Object.fromEntries(s.tenant.grants(EXCHANGE)[0]!.form), { reason: 'a call', case: '7' })
  t.equal(s.tenant.grants(EXCHANGE)[0]!.headers.dpop, undefined, 'a browser has no key')
  for (
    const [query, argument] of [['', 'sessionTransferToken'], ['?token=', 'sessionTransferToken'], [
      '?token=x&organization=%20',
      'organization'
    ]] as const
  ) {
    t.match((await s.browser().call(`/redirect${query}`)).json(), { statusCode: 400, message: argument }, query)
  }
  t.match((await s.browser().call('/redirect?token=x&organization=org_1')).json().url, /session_transfer_token=x/)
})

t.test("a connection's token is kept by connection and login hint", async t => {
  const s = await site(t, {}, {
    '/google': does(async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', ...(request.query as object) })
    ),
    '/fresh': does(async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', refresh: true })
    ),
    '/nothing': does(async request => await request.auth0.getAccessTokenForConnection({ connection: '' })),
    '/no-options': does(async request => await request.auth0.getAccessTokenForConnection(undefined as never)),
    '/hint': does(async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', loginHint: '' })
    ),
    '/hijacked': async (request, reply) => {
      reply.hijack()
      reply.raw.end(
        await request.auth0.getAccessTokenForConnection({ connection: 'slack' }).then(() => 'token',
          (error: { code: string }) => error.code)
      )
    }
  })
  const grant = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
  let n = 0
  s.tenant.scripts.set(grant, () => ({
    json: {
      access_token: `google-${++n}`,
      token_type: 'Bearer',
      expires_in: 100,
      scope: 'mail',
      ...(n === 1 && { refresh_token: 'rotated' })
    }
  }))
  const ada = await s.member()
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-1', connection: 'google', scope: 'mail' })
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-1' })
  t.match((await ask(ada, '/google?loginHint=second')).value, { accessToken: 'google-2', loginHint: 'second' })
  t.equal(s.tenant.grants(grant)[1]!.form.get('subject_token'), 'rotated')
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-1' })
  t.match((await ask(ada, '/fresh')).value, { accessToken: 'google-3', expiresAt: s.clock.now + 100 })
  s.clock.now += 69
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-3' })
  s.clock.now += 1
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-4' }, 'half a minute before its end')
  for (let hint = 0; hint < 10; hint++) await ask(ada, `/google?loginHint=hint-${hint}`)
  t.match((await ask(ada, '/google?loginHint=hint-0')).value, { accessToken: 'google-5' }, 'ten are kept')
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-15' }, 'the one before them is not')
  const missing = { code: 'missing_required_argument_error', argument: 'connection' }
  t.strictSame((await ask(ada, '/nothing')).error, missing)
  t.strictSame((await ask(ada, '/no-options')).error, missing)
  t.strictSame((await ask(ada, '/hint')).error, { code: 'invalid_argument', argument: 'loginHint' })
  t.equal((await ask(s.browser(), '/google')).error?.code, 'missing_session')
  t.equal((await ada.call('/hijacked')).body, 'session_not_writable')
  const refusedWith = async (status: number) => {
    s.tenant.scripts.set(grant, () => ({ status, json: { error: 'federated_connection_refresh_token_flow_failed' } }))
    return (await ask(ada, '/fresh')).error?.code
  }
  for (const status of [400, 401, 499]) t.equal(await refusedWith(status), 'failed_to_retrieve', String(status))
  for (const status of [429, 500, 503]) {
    t.equal(await refusedWith(status), 'federated_connection_refresh_token_flow_failed', String(status))
  }
  s.tenant.scripts.set(grant, () => ({ json: { access_token: 'endless', token_type: 'Bearer' } }))
  t.match((await ask(ada, '/fresh')).value, { expiresAt: 0, scope: '' })
  const usual = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = claims => usual(claims, { refresh_token: undefined })
  const bea = await s.member()
  t.equal((await ask(bea, '/google')).error?.code, 'missing_refresh_token')
  t.equal((await bea.call('/hijacked')).body, 'missing_refresh_token', 'also where no cookie can be set')
})

t.test("a connection's token needs the name of the connection, before anything is asked", async t => {
  for (
    const [options, argument] of [
      [undefined, 'connection'], [{}, 'connection'], [{ connection: '' }, 'connection'],
      [{ connection: 7 }, 'connection'],
      [{ connection: 'github', loginHint: '' }, 'loginHint'], [{ connection: 'github', loginHint: 7 }, 'loginHint']
    ] as const
  ) {
    const asked = getAccessTokenForConnection(undefined as never, undefined as never, options as never)
    await t.rejects(asked, { message: /./, argument, statusCode: 400 })
  }
  const asked = getAccessTokenForConnection(undefined as never, undefined as never,
    { connection: 'github', loginHint: 'ada' })
  await t.rejects(asked, TypeError, 'control: what is right goes on to the request')
})

t.test('where a session transfer token may go', async t => {
  const token = { sessionTransferToken: 'a&b' }
  for (
    const [target, url] of [
      ['https://other.example.com/login', 'https://other.example.com/login?session_transfer_token=a%26b'],
      ['https://other.example.com/login?a=1&session_transfer_token=x',
        'https://other.example.com/login?a=1&session_transfer_token=a%26b'],
      [new URL('http://localhost:3001/login'), 'http://localhost:3001/login?session_transfer_token=a%26b'],
      ['http://127.0.0.1:3/', 'http://127.0.0.1:3/?session_transfer_token=a%26b'],
      ['http://[::1]/login', 'http://[::1]/login?session_transfer_token=a%26b']
    ] as const
  ) t.equal(buildSessionTransferRedirect(target, token).href, url)
  for (
    const target of ['', '/login', 'other.example.com', 'https://', 'http://other.example.com/login',
      'ftp://localhost/login', 'javascript:alert(1)', 'https://other.example.com/login#a',
      'https://u@other.example.com/', 'https://:p@other.example.com/', undefined, null, 7, {}]
  ) {
    const error = await errorOf(() => buildSessionTransferRedirect(target as string, token))
    t.type(error, InvalidArgumentError, String(target))
    t.match(error, { argument: 'targetLoginUrl' })
  }
  const target = 'https://other.example.com/login'
  const missing = 'missing_required_argument_error'
  for (
    const [given, code] of [
      [undefined, missing], [null, missing], [{}, missing], [{ sessionTransferToken: '' }, missing],
      [{ sessionTransferToken: 7 }, 'invalid_argument']
    ] as const
  ) {
    const error = await errorOf(() => buildSessionTransferRedirect(target, given as unknown as typeof token))
    t.match(error, { code, argument: 'sessionTransferToken' })
  }
  t.equal(buildSessionTransferRedirect(target, token, { organization: 'o' }).href,
    `${target}?session_transfer_token=a%26b&organization=o`)
  for (const organization of ['', '  ', 7, null]) {
    const error = await errorOf(() =>
      buildSessionTransferRedirect(target, token, { organization } as unknown as { organization: string }))
    t.match(error, { argument: 'organization' })
  }
})

t.test('magic links: an own address to come back to, and nothing is left of one that was refused', async t => {
  const s = await site(t, { mountRoutes: false }, {
    '/link': async request =>
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'a@b.c',
        send: 'link',
        ...request.query as object
      })
  })
  s.tenant.scripts.set('POST /passwordless/start', () => ({ json: { _id: '1' } }))
  const own = await s.browser().call('/link?redirectUri=https://app.example.test/back')
  t.equal(own.statusCode, 200, own.body)
  t.match(s.tenant.requests.at(-1)?.json, { authParams: { redirect_uri: 'https://app.example.test/back' } })
  t.match(own.headers['set-cookie'], /_tx_/)
  t.match((await s.browser().call('/link')).json(), { message: /redirectUri/ })
  t.match((await s.browser().call('/link?redirectUri=back')).json(), { message: /redirectUri/ })
  s.tenant.scripts.set('POST /passwordless/start', () => ({ status: 400, json: { error: 'bad.connection' } }))
  const refused = await s.browser().call('/link?redirectUri=https://app.example.test/back')
  t.equal(refused.headers['set-cookie'], undefined)
})

t.test('a second factor takes the one proof that is there, with the others undefined', async t => {
  const s = await site(t, {}, {
    '/verify': async request => {
      const error = await request.auth0.getAccessToken().catch((error: unknown) => error as MfaRequiredError)
      const { mfaToken } = error as MfaRequiredError
      return await request.auth0.mfa.verify(
        { mfaToken, otp: undefined, oobCode: 'oob', recoveryCode: undefined } as never
      )
    }
  })
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  const answer = await ada.call('/verify')
  t.equal(answer.statusCode, 200, answer.body)
  t.equal(s.tenant.grants('http://auth0.com/oauth/grant-type/mfa-oob')[0]?.form.get('oob_code'), 'oob')
})
