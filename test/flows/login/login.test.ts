import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { parseAppBase } from '../../../lib/plugin/options/app-base.js'
import { checkAppState } from '../../../lib/flows/login/login.js'
import { isOwnRoute, safeReturnTo } from '../../../lib/flows/login/return-to.js'
import { parseOptions } from '../../../lib/plugin/options/options.js'
import { newSite, site } from '../site.js'

type Handler = (request: import('fastify').FastifyRequest, reply: import('fastify').FastifyReply) => unknown
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(value => value instanceof URL ? value.href : value ?? 'done',
    (error: { code: string, argument?: string, option?: string }) =>
      `${error.code} ${error.argument ?? error.option ?? ''}`.trim())
const start = (options: object): Handler => async request => await outcome(request.auth0.startInteractiveLogin(options))
const params = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams)

t.test('the authorization request', async t => {
  const s = await site(t, {
    audience: 'https://api',
    authorizationParams: { ui_locales: 'de', foo: 1, empty: undefined } as never
  }, {
    '/plain': start({}),
    '/experiment': start({
      authorizationParams: { experiment_id: 'exp_1', variation_id: 'var_2', segment_id: 'seg_3' }
    }),
    '/own': start({
      authorizationParams: { scope: 'openid mail', audience: 'urn:other', foo: 'bar', max_age: 0, nothing: null }
    })
  })
  const plain = params((await s.browser().call('/plain')).body)
  t.match(plain, {
    client_id: 'client-1',
    response_type: 'code',
    redirect_uri: 'https://app.example.test/auth/callback',
    scope: 'openid profile email offline_access',
    audience: 'https://api',
    ui_locales: 'de',
    foo: '1',
    code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/,
    state: /^[\w-]{32}$/,
    nonce: /^[\w-]{32}$/
  })
  t.notOk('empty' in plain)
  t.match(params((await s.browser().call('/experiment')).body), {
    experiment_id: 'exp_1',
    variation_id: 'var_2',
    segment_id: 'seg_3'
  })
  t.match(params((await s.browser().call('/own')).body), {
    scope: 'openid mail',
    audience: 'urn:other',
    foo: 'bar',
    ui_locales: 'de',
    max_age: '0'
  }, 'per call wins')
})

t.test('what a link may ask for, and what it does not loosen', async t => {
  const asked = {
    screen_hint: 'signup',
    login_hint: 'ada',
    connection: 'github',
    prompt: 'login',
    ui_locales: 'de',
    max_age: '60',
    acr_values: 'high',
    display: 'page',
    session_transfer_token: 'stt'
  }
  const link = `/auth/login?${new URLSearchParams({ ...asked, scope: 'all', audience: 'urn:other' }).toString()}`
  const rest = { scope: 'openid profile email offline_access', audience: undefined }
  const free = await site(t, { allowSessionTransfer: true })
  t.match(params(await free.start(free.browser(), link)), { ...asked, ...rest })
  const demanded = { prompt: 'consent', max_age: 5, acr_values: 'highest' }
  const bound = await site(t, { authorizationParams: { ...demanded, ui_locales: 'fr' } })
  t.match(params(await bound.start(bound.browser(), link)),
    { ...asked, ...rest, ...demanded, max_age: '5', session_transfer_token: undefined })
})

t.test('a login that a third party starts is for the own tenant', async t => {
  const s = await site(t)
  const iss = `https://${s.tenant.domain}/`
  for (const [query, place] of [
    [{ iss, target_link_uri: '/deep', returnTo: '/x' }, '/deep'], [{ iss, returnTo: '/x' }, '/x'],
    [{ target_link_uri: '/deep', returnTo: '/x' }, '/x'], [{ iss: 'https://evil.test/', returnTo: '/x' }, undefined]
  ] as const) {
    const browser = s.browser()
    const begun = await browser.navigate(`/auth/login?${new URLSearchParams(query).toString()}`)
    t.equal(begun.statusCode, place === undefined ? 400 : 302)
    if (place === undefined) continue
    t.equal((await browser.navigate(s.tenant.callback(String(begun.headers.location)))).headers.location, place)
  }
})

t.test('a login is of a class that was asked for; a step-up is judged by its guard', async t => {
  const s = await site(t, { authorizationParams: { acr_values: 'high higher' } }, {
    '/top': start({ authorizationParams: { acr_values: 'top' } })
  })
  for (const [acr, enters] of [['high', true], ['higher', true], ['low', false], [undefined, false]] as const) {
    s.tenant.claims = { acr }
    t.equal((await s.login(s.browser())).statusCode === 302, enters, String(acr))
  }
  for (const [acr, enters] of [['top', true], ['high', false]] as const) {
    s.tenant.claims = { acr }
    const browser = s.browser()
    const back = await browser.navigate(s.tenant.callback((await browser.call('/top')).body))
    t.equal(back.statusCode === 302, enters, String(acr))
  }
  const guarded = newSite(t)
  guarded.app.after(() => {
    guarded.app.get('/mfa', { preHandler: guarded.app.auth0.requireMfa() }, async () => 'in')
  })
  const browser = await guarded.member()
  const asked = String((await browser.navigate('/mfa')).headers.location)
  t.match(params(asked), { acr_values: /multi-factor/ })
  t.equal((await browser.navigate(guarded.tenant.callback(asked))).headers.location, '/mfa', 'without a second factor')
  t.equal((await browser.navigate('/mfa')).statusCode, 403)
})

t.test('parameters as a function of the request, and scopes per audience', async t => {
  const s = await site(t, {
    authorizationParams: async request => ({
      login_hint: String(request.headers['x-hint']),
      redirect_uri: 'https://app.example.test/elsewhere'
    }),
    scope: { 'https://a': 'read:a', default: 'read:default' }
  }, {
    '/a': start({ authorizationParams: { audience: 'https://a' } }),
    '/none': start({}),
    '/unknown': start({ authorizationParams: { audience: 'https://z' } })
  })
  t.match(params((await s.browser().call('/a', { 'x-hint': 'ada' })).body), {
    login_hint: 'ada',
    redirect_uri: 'https://app.example.test/elsewhere',
    scope: 'openid profile email offline_access read:a'
  })
  t.match(params((await s.browser().call('/none')).body), { scope: 'openid profile email offline_access read:default' })
  t.match(params((await s.browser().call('/unknown')).body), { scope: 'openid profile email offline_access' })
})

t.test('what cannot be sent is refused by name', async t => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const cases: Record<string, [object, string]> = {
    '/state': [{ authorizationParams: { state: 'x' } }, 'invalid_argument authorizationParams.state'],
    '/relative': [{ authorizationParams: { redirect_uri: '/x' } }, 'invalid_argument authorizationParams.redirect_uri'],
    '/mode': [{ authorizationParams: { response_mode: 'fragment' } },
      'invalid_argument authorizationParams.response_mode'],
    '/long': [{ authorizationParams: { foo: 'x'.repeat(9000) } }, 'invalid_argument authorizationParams.foo'],
    '/symbol': [{ authorizationParams: { foo: Symbol('x') } }, 'invalid_argument authorizationParams.foo'],
    '/age': [{ authorizationParams: { max_age: 'soon' } }, 'invalid_argument authorizationParams.max_age'],
    '/details': [{ authorizationParams: { authorization_details: 'x' } },
      'invalid_argument authorizationParams.authorization_details'],
    '/typeless': [{ authorizationParams: { authorization_details: [{}] } },
      'invalid_argument authorizationParams.authorization_details'],
    '/invitation': [{ invitation: 'inv' }, 'missing_required_argument_error organization'],
    '/ticket': [{ organization: 'org_1', invitation: 'a ticket' }, 'invalid_argument invitation'],
    '/blank': [{ organization: ' ' }, 'invalid_argument organization'],
    '/circular': [{ appState: circular }, 'invalid_argument appState'],
    '/large': [{ appState: 'x'.repeat(3000) }, 'invalid_argument appState'],
    '/function': [{ appState: () => {} }, 'invalid_argument appState']
  }
  const s = await site(t, {},
    Object.fromEntries(Object.entries(cases).map(([path, [options]]) => [path, start(options)])))
  for (const [path, [, said]] of Object.entries(cases)) t.equal((await s.browser().call(path)).body, said, path)
  t.equal(s.browser().names().length, 0)
})

t.test('app state and returnTo come back, and a second login does not disturb the first', async t => {
  const s = await site(t, { mountRoutes: true }, {
    '/start': start({ appState: { cart: [1, 2] }, returnTo: '/cart?x=1#y' }),
    '/auth/login-2': start({}),
    '/finish': async request =>
      await outcome(
        request.auth0.completeInteractiveLogin<{ cart: number[] }>(String((request.query as { url: string }).url))
      )
  })
  const browser = s.browser()
  const first = (await browser.call('/start')).body
  await browser.call('/auth/login-2')
  const back = s.tenant.callback(first)
  const done = (await browser.call(`/finish?url=${encodeURIComponent(back)}`)).json()
  t.match(done, { appState: { cart: [1, 2] }, returnTo: '/cart?x=1#y', session: { user: { sub: 'auth0|ada' } } })
  t.equal(browser.names().filter(name => name.includes('_tx_')).length, 1, 'the other login is still open')
  t.equal((await browser.call(`/finish?url=${encodeURIComponent(back)}`)).body, 'missing_transaction_error',
    'once only')
  t.equal((await browser.call('/finish?url=http%3A%2F%2F%5B')).body, 'invalid_argument url')
})

t.test('the current request is the callback unless another URL is given', async t => {
  const s = await site(t, { routes: { callback: '/elsewhere' } }, {
    '/auth/callback': async request => await outcome(request.auth0.completeInteractiveLogin())
  })
  const browser = s.browser()
  const response = await browser.call(s.tenant.callback(await s.start(browser)).replace('/elsewhere', '/auth/callback'))
  t.match(response.json(), { session: { user: { sub: 'auth0|ada' } } })
})

t.test('pushed authorization requests lose nothing', async t => {
  const s = await site(t, {}, {
    '/par': start({
      pushedAuthorizationRequests: true,
      signal: AbortSignal.timeout(5000),
      organization: 'org_1',
      invitation: 'inv',
      authorizationParams: { authorization_details: [{ type: 'payment' }], login_hint: 'ada' }
    })
  })
  s.tenant.scripts.set('POST /oauth/par',
    () => ({ status: 201, json: { request_uri: 'urn:ietf:params:oauth:request_uri:a+b/c=d&e', expires_in: 30 } }))
  const url = new URL((await s.browser().call('/par')).body)
  t.strictSame([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  t.equal(url.searchParams.get('request_uri'), 'urn:ietf:params:oauth:request_uri:a+b/c=d&e')
  t.match(Object.fromEntries(s.tenant.to('/oauth/par')[0]!.form), {
    organization: 'org_1',
    invitation: 'inv',
    authorization_details: '[{"type":"payment"}]',
    login_hint: 'ada',
    client_secret: 'the secret of the client',
    response_type: 'code',
    code_challenge_method: 'S256'
  })
  s.tenant.scripts.set('POST /oauth/par',
    () => ({ status: 400, json: { error: 'invalid_request', error_description: 'no' } }))
  t.equal((await s.browser().call('/par')).body, 'invalid_request', 'and there is no way around them')
})

t.test('signed authorization requests', async t => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const s = await site(t, {
    clientSecret: undefined as never,
    clientAssertionSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    clientAssertionSigningAlg: 'ES256',
    clientAssertionSigningKeyId: 'kid-1',
    signedAuthorizationRequests: true
  }, { '/jar': start({}) })
  const url = new URL((await s.browser().call('/jar')).body)
  t.strictSame([...url.searchParams.keys()].sort(), ['client_id', 'request'])
  const [header, payload] = url.searchParams.get('request')!.split('.').slice(0, 2).map(part =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  )
  t.match(header, { alg: 'ES256', kid: 'kid-1' })
  t.match(payload, {
    iss: 'client-1',
    aud: 'https://acme.eu.auth0.com/',
    response_type: 'code',
    redirect_uri: 'https://app.example.test/auth/callback'
  })
})

t.test('a client with a secret signs its authorization requests with a key of their own', async t => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const s = await site(t, {
    requestObjectSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    requestObjectSigningAlg: 'ES256',
    requestObjectSigningKeyId: 'kid-2',
    signedAuthorizationRequests: true
  }, { '/jar': start({}) })
  const [header] = new URL((await s.browser().call('/jar')).body).searchParams.get('request')!.split('.')
  t.match(JSON.parse(Buffer.from(header!, 'base64url').toString()), { alg: 'ES256', kid: 'kid-2' })
  const wrong = newSite(t, {
    requestObjectSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    signedAuthorizationRequests: true
  })
  await t.rejects(Promise.resolve(wrong.app.ready()),
    { option: 'requestObjectSigningAlg', message: /must fit the key/ })
})

t.test('without a cache discovery is asked every time, and mutual TLS uses its own endpoints', async t => {
  const s = await site(t, {
    clientSecret: undefined as never,
    useMtls: true,
    discoveryCache: { ttl: 0 }
  })
  s.tenant.metadata = { mtls_endpoint_aliases: { token_endpoint: 'https://mtls.acme.eu.auth0.com/oauth/token' } }
  await s.member()
  await s.member()
  t.ok(s.tenant.to('/.well-known/openid-configuration').length >= 2)
  const [asked] = s.tenant.to('/oauth/token')
  t.equal(asked!.url.host, 'mtls.acme.eu.auth0.com')
  t.match(Object.fromEntries(asked!.form), { client_id: 'client-1' })
  t.notOk(asked!.form.has('client_secret') || asked!.form.has('client_assertion'))
  s.tenant.scripts.set('GET /api/v2/users/auth0%7Cada', () => ({ json: { user_id: 'auth0|ada' } }))
  // The clients of `fastify.auth0` authenticate in the same way.
  await s.app.auth0.authentication.getToken.clientCredentials({ audience: 'https://api' })
  await s.app.auth0.management.users.get('auth0|ada')
  for (const { url, form } of s.tenant.to('/oauth/token').slice(-2)) {
    t.equal(url.host, 'mtls.acme.eu.auth0.com')
    t.match(Object.fromEntries(form), { grant_type: 'client_credentials', client_id: 'client-1' })
    t.notOk(form.has('client_secret') || form.has('client_assertion'))
  }
})

t.test('an organization that is configured is enforced, and checked at the callback', async t => {
  const s = await site(t, { organization: 'org_1' }, {
    '/other': start({ organization: 'org_2' }),
    '/same': start({ organization: 'org_1' }),
    '/switch': async request => await outcome(request.auth0.switchOrganization('org_1', { returnTo: '/there' })),
    '/nowhere': async request => await outcome(request.auth0.switchOrganization(''))
  })
  t.equal((await s.browser().call('/other')).body, 'invalid_argument organization')
  t.match(params((await s.browser().call('/same')).body), { organization: 'org_1' })
  t.match(params((await s.browser().call('/switch')).body), { organization: 'org_1' })
  t.equal((await s.browser().call('/nowhere')).body, 'missing_required_argument_error organization')
  t.equal((await s.login(s.browser())).statusCode, 403, 'a token without the organization')
  s.tenant.claims = { org_id: 'org_1' }
  t.equal((await s.login(s.browser())).statusCode, 302)
})

t.test("an organization among the parameters of one login is that login's", async t => {
  const s = await site(t, {}, {
    '/in': async (request, reply) =>
      await reply.redirect(
        (await request.auth0.startInteractiveLogin({ authorizationParams: { organization: 'org_1' } })).href
      ),
    '/both': start({ organization: 'org_2', authorizationParams: { organization: 'org_1' } }),
    '/ticket': start({ authorizationParams: { invitation: 'ticket' } }),
    '/blank': start({ authorizationParams: { organization: ' ' } })
  })
  s.tenant.claims = { org_id: 'org_2' }
  t.equal((await s.login(s.browser(), '/in')).statusCode, 403, 'a token of another organization')
  s.tenant.claims = { org_id: 'org_1' }
  t.equal((await s.login(s.browser(), '/in')).statusCode, 302, 'control')
  t.match(params((await s.browser().call('/both')).body), { organization: 'org_2' }, 'the option of that name counts')
  t.equal((await s.browser().call('/ticket')).body, 'missing_required_argument_error organization')
  t.equal((await s.browser().call('/blank')).body, 'invalid_argument organization')
  const one = await site(t, { organization: 'org_1' }, {
    '/other': start({ authorizationParams: { organization: 'org_2' } })
  })
  t.equal((await one.browser().call('/other')).body, 'invalid_argument organization')
})

t.test('an organization per request, and one the query may choose', async t => {
  const s = await site(t, { organization: request => request.headers['x-org'] as string | undefined }, {})
  t.match((await s.browser().navigate('/auth/login', { 'x-org': 'org_9' })).headers.location, /organization=org_9/)
  t.equal((await s.browser().navigate('/auth/login?organization=org_8', { 'x-org': 'org_9' })).statusCode, 400)
  const open = await site(t, { allowOrganization: (_request, organization) => organization !== 'org_bad' }, {})
  t.match((await open.browser().navigate('/auth/login?organization=org_8&invitation=inv')).headers.location,
    /organization=org_8&invitation=inv/)
  t.equal((await open.browser().navigate('/auth/login?organization=org_bad')).statusCode, 400)
})

t.test('a place that does not fit beside many scopes loses its query, and the login goes on', async t => {
  const scope = `openid ${Array.from({ length: 40 }, (_, number) => `read:resource-${number}`).join(' ')}`
  const s = await site(t, { scope })
  const browser = s.browser()
  const done = await s.login(browser, `/auth/login?returnTo=${encodeURIComponent(`/page?${'q'.repeat(2300)}`)}`)
  t.equal(done.headers.location, '/page')
})

t.test('code that hands on a returnTo of a stranger sends nobody away', async t => {
  const s = await site(t, {}, {
    '/start': async request => (await request.auth0.startInteractiveLogin(request.query as { returnTo: string })).href
  })
  for (
    const [returnTo, end] of [['https://evil.test/', '/'], ['//evil.test', '/'], ['/\\evil.test', '/'], [
      'javascript:alert(1)',
      '/'
    ], ['/auth/logout', '/'], ['/there', '/there']] as const
  ) {
    const browser = s.browser()
    const { body } = await browser.call(`/start?returnTo=${encodeURIComponent(returnTo)}`)
    t.equal((await browser.navigate(s.tenant.callback(body))).headers.location, end, returnTo)
  }
})

t.test('a login that cannot start', async t => {
  const s = await site(t, { mountRoutes: false }, { '/start': start({}) })
  t.equal((await s.browser().call('/start')).body, 'missing_required_argument_error redirect_uri')
  const plain = await site(t, {}, { '/start': start({}) })
  plain.tenant.metadata = { code_challenge_methods_supported: ['plain'] }
  t.equal((await plain.browser().call('/start')).body, 'configuration_error domain')
  const post = await site(t, {
    appBaseUrl: undefined as never,
    authorizationParams: () => ({ response_mode: 'form_post' })
  }, { '/start': start({}) })
  t.equal((await post.app.inject({ url: '/start', headers: { host: 'app.lan' } })).body,
    'configuration_error authorizationParams.response_mode')
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) {
    t.match((await post.app.inject({ url: '/start', headers: { host } })).body, /response_mode=form_post/)
  }
})

t.test('where a user may be sent', async t => {
  const base = parseAppBase('https://app.example.com/base', 'appBaseUrl')
  for (
    const [value, expected] of [
      ['/x?y#z', '/base/x?y#z'],
      ['https://app.example.com/base/x', '/base/x'],
      ['https://app.example.com', '/'],
      ['x', undefined],
      ['', undefined],
      [undefined, undefined],
      ['//evil.test', undefined],
      ['/\\evil', undefined],
      ['/%2f/evil', undefined],
      ['/%zz', undefined],
      ['/a/..//evil.test', undefined],
      ['https://app.example.com.evil.test/', undefined],
      ['https://app.example.com/..%2f', '/..%2f'],
      ['https://app.example.com//evil.test', undefined],
      ['/x'.repeat(2000), undefined],
      [`/x?${'y'.repeat(2395)}`, '/base/x'],
      [`/x?${'y'.repeat(2392)}`, `/base/x?${'y'.repeat(2392)}`],
      ['https://app.example.com/\u200b', undefined],
      ['https://app.example.com:443/x', '/x'],
      ['HTTPS://APP.example.com/x', '/x'],
      ['https://app.example.com?q#h', '/?q#h'],
      ['https://app.example.com\\x', undefined],
      ['https://app.example.com:8443/x', undefined],
      ['https://user@app.example.com/x', undefined],
      ['/x?q=100%', '/base/x?q=100%'],
      ['/x?q=%E9t%E9', '/base/x?q=%E9t%E9'],
      ['/x?q=\\\\server\\share#\\', '/base/x?q=%5C%5Cserver%5Cshare#%5C'],
      ['/a\\b', '/base/a/b'],
      ['/my docs/a?q=b c\td\n', '/base/my%20docs/a?q=b%20c%09d%0A'],
      ['/fa/\u0645\u06cc\u200c\u062e?x=\u{1F468}\u200D\u{1F469}',
        '/base/fa/%D9%85%DB%8C%E2%80%8C%D8%AE?x=%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9'],
      ['/x y/../../..//evil.test', undefined],
      ['/caf%E9', undefined],
      ['https://app.example.com/%2f%2fevil.test', undefined]
    ] as const
  ) t.equal(safeReturnTo(value, base), expected, String(value).slice(0, 60))
  const { routes } = parseOptions({
    domain: 'x.example.com',
    clientId: 'c',
    clientSecret: 's',
    appBaseUrl: 'https://app.example.com',
    sessionSecret: 'a session secret of enough characters'
  }, '/p')
  t.ok(isOwnRoute('/base/p/auth/login/?x', base, { prefix: '/p', routes }))
  for (const spelling of ['AUTH/login', '/auth/login', 'auth/login;x=1', 'auth/log%69n']) {
    t.ok(isOwnRoute(`/base/p/${spelling}`, base, { prefix: '/p', routes }), spelling)
  }
  t.notOk(isOwnRoute('/base/p/auth/other', base, { prefix: '/p', routes }))
})

t.test('two logins begun by one request can both be finished', async t => {
  const s = await site(t, {}, {
    '/two': async request =>
      [await request.auth0.startInteractiveLogin(), await request.auth0.startInteractiveLogin()].map(String),
    '/anew': async request => {
      await request.auth0.logout()
      return [String(await request.auth0.startInteractiveLogin())]
    }
  })
  const browser = s.browser()
  const both = (await browser.call('/two')).json() as string[]
  for (const location of both) t.equal((await browser.copy().navigate(s.tenant.callback(location))).statusCode, 302)
  const [only] = (await browser.call('/anew')).json() as string[]
  t.equal(browser.names().filter(name => name.includes('_tx_')).length, 1, 'the logout took the others away')
  t.equal((await browser.navigate(s.tenant.callback(only!))).headers.location, '/')
})

t.test('cookies of a partitioned application are marked so', async t => {
  const s = await site(t, {
    sessionConfiguration: { cookie: { partitioned: true } },
    transactionConfiguration: { cookie: { partitioned: true } }
  })
  const browser = s.browser()
  const started = await browser.navigate('/auth/login')
  t.match(String(started.headers['set-cookie']), /; Secure; SameSite=Lax; Partitioned|; Partitioned/)
  const done = await browser.navigate(s.tenant.callback(String(started.headers.location)))
  for (const line of [done.headers['set-cookie']].flat()) t.match(line, 'Partitioned')
})

t.test('app state and its limit', async t => {
  t.equal(checkAppState('x'.repeat(2046)), 'x'.repeat(2046))
  t.throws(() => checkAppState('x'.repeat(2047)), { argument: 'appState', message: /at most 2048 characters/ })
  for (const wrong of [undefined, () => {}, 1n]) {
    t.throws(() => checkAppState(wrong), {
      argument: 'appState',
      message: /./
    })
  }
})
