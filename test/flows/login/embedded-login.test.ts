import t from 'tap'
import type { ServerClient } from '../../../lib/index.js'
import { MemoryTransactionStore } from '../../../lib/stores/index.js'
import type { Visitor } from '../../fixtures/visitor.js'
import type { Reply, Seen } from '../../fixtures/scripted-tenant.js'
import { ask, does, site, type Site } from '../site.js'
import { answerWaysIn, waysIn } from './ways-in.js'

const byCode = 'http://auth0.com/oauth/grant-type/mfa-otp'
const payment = '/token?audience=https://api&scope=pay'
const secondFactor: Reply = () => ({
  status: 403,
  json: { error: 'mfa_required', mfa_token: 'raw-token', mfa_requirements: { challenge: [{ type: 'otp' }] } }
})

/** Routes that ask for a token, and that answer a second factor with the sealed token of the query. */
const routes = {
  '/token': does(async request => {
    const { refresh, ...wanted } = request.query as { refresh?: string }
    return await request.auth0.getAccessToken({ ...wanted, refresh: refresh !== undefined })
  }),
  '/verify': does(async request =>
    await request.auth0.mfa.verify({ mfaToken: (request.query as { sealed: string }).sealed, otp: '123456' })
  ),
  '/me': async (request: import('fastify').FastifyRequest) => (await request.getSession()) ?? 'nobody'
}

/** A call that is interrupted by a second factor; returns the sealed token. */
async function interrupted (s: Site, browser: Visitor, path = payment): Promise<string> {
  s.tenant.scripts.set('refresh_token', secondFactor)
  const { error } = await ask(browser, path)
  s.tenant.scripts.delete('refresh_token')
  if (error?.sealed === undefined) throw new Error(`no second factor was asked for: ${JSON.stringify(error)}`)
  return error.sealed
}

const sizeOf = ({ cookies }: Visitor): number => cookies.reduce((sum, { value }) => sum + value.length, 0)

t.test('a second factor keeps the session, its other tokens and the newest refresh token', async t => {
  const s = await site(t, {}, routes)
  const ada = await s.member()
  t.match((await ask(ada, '/token?audience=https://api&scope=read')).value, { accessToken: 'opaque-access-2' })
  const before = (await ada.call('/me')).json()
  const sizes = new Set<number>()
  for (const n of [3, 4, 5]) {
    s.tenant.scripts.set(byCode, () => ({ json: s.tenant.tokens({ amr: ['mfa'] }, { scope: 'pay' }) }))
    t.match((await ask(ada, `/verify?sealed=${await interrupted(s, ada, `${payment}&refresh=true`)}`)).value, {
      accessToken: `opaque-access-${n}`
    })
    sizes.add(sizeOf(ada))
  }
  t.equal(sizes.size, 1, 'the set before makes room for the next')
  t.match((await ada.call('/me')).json(), { id: before.id, sid: before.sid, user: { ...before.user, amr: ['mfa'] } })
  const calls = s.tenant.grants('refresh_token').length
  t.match((await ask(ada, '/token?audience=https://api&scope=read')).value, { accessToken: 'opaque-access-2' },
    'what was there before')
  t.match((await ask(ada, payment)).value, { accessToken: 'opaque-access-5' })
  t.equal(s.tenant.grants('refresh_token').length, calls, 'nothing had to be fetched again')
  s.clock.now += 3600
  await ask(ada, payment)
  t.equal(s.tenant.grants('refresh_token').at(-1)?.form.get('refresh_token'), 'refresh-5')
})

t.test('the tokens of a second factor go into a session of their user, and into no other', async t => {
  const s = await site(t, {}, routes)
  const ada = await s.member()
  const sealed = await interrupted(s, ada)
  s.tenant.sub = 'auth0|eve'
  const eve = await s.member()
  s.tenant.sub = 'auth0|ada'
  s.tenant.scripts.set(byCode, () => ({ json: s.tenant.tokens({}, { id_token: undefined }) }))
  t.equal((await ask(eve, `/verify?sealed=${sealed}`)).error?.code, 'invalid_argument',
    'without an ID token nobody is logged in')
  s.tenant.scripts.set('refresh_token', secondFactor)
  t.equal((await ask(eve, payment)).error?.code, 'mfa_required', 'and eve has nothing of it')
  t.match((await ask(ada, `/verify?sealed=${sealed}`)).value, { accessToken: /^opaque/ }, 'control')
  s.tenant.scripts.set(byCode, () => ({ json: s.tenant.tokens() }))
  t.match((await ask(eve, `/verify?sealed=${sealed}`)).value, { session: { user: { sub: 'auth0|ada' } } },
    'with one it is a login')
})

t.test('a login that a second factor completes is a session of its own, also for the same user', async t => {
  const s = await site(t, {}, { ...routes, '/in': does(async request => await waysIn.passwordless!(request.auth0)) })
  s.tenant.claims = { role: 'admin', org_id: 'org_1' }
  const ada = await s.member()
  const before = (await ada.call('/me')).json()
  s.tenant.scripts.set('POST /oauth/token',
    seen => seen.form.get('grant_type') === byCode ? { json: s.tenant.tokens() } : secondFactor(seen))
  const sealed = (await ask(ada, '/in')).error?.sealed ?? ''
  s.clock.now += 100
  s.tenant.claims = { sid: 'sid-2' }
  t.match((await ask(ada, `/verify?sealed=${sealed}`)).value, { session: { sid: 'sid-2', createdAt: s.clock.now } })
  const after = (await ada.call('/me')).json()
  t.not(after.id, before.id)
  t.notOk('role' in after.user || 'org_id' in after.user, 'nothing of the session before stays')
})

t.test('a second factor keeps to the organization of what it interrupted', async t => {
  const asked: Record<string, [object, (auth0: ServerClient) => Promise<unknown>]> = {
    'the options demand one': [{ organization: 'org_1' }, waysIn.passwordless!],
    'a passkey was for one': [{},
      async auth0 =>
        await auth0.passkeys.signIn({ authSession: 's', authnResponse: { id: 'x' }, organization: 'org_1' })],
    'an exchange was for one': [{}, async auth0 =>
      await auth0.loginWithCustomTokenExchange({
        subjectToken: 'x',
        subjectTokenType: 'urn:acme:legacy',
        organization: 'org_1'
      })],
    'the session is of one': [{}, async auth0 => await auth0.getAccessToken({ refresh: true })]
  }
  for (const [what, [options, start]] of Object.entries(asked)) {
    const s = await site(t, options, { ...routes, '/start': does(async request => await start(request.auth0)) })
    s.tenant.claims = { org_id: 'org_1' }
    const browser = what.startsWith('the session') ? await s.member() : s.browser()
    s.tenant.scripts.set('POST /oauth/token', seen =>
      seen.form.get('grant_type') === byCode ? { json: s.tenant.tokens() } : secondFactor(seen))
    const sealed = (await ask(browser, '/start')).error?.sealed ?? what
    for (const claims of [{ org_id: 'org_2' }, {}]) {
      s.tenant.claims = claims
      t.equal((await ask(browser.copy(), `/verify?sealed=${sealed}`)).error?.code,
        'organization_token_validation_error', what)
    }
    s.tenant.claims = { org_id: 'org_1' }
    t.match((await ask(browser, `/verify?sealed=${sealed}`)).value, { accessToken: /^opaque/ }, `control: ${what}`)
  }
})

t.test('a second factor that is finished where another organization is demanded logs nobody in', async t => {
  const s = await site(t, { organization: request => (request.query as { of?: string }).of }, {
    ...routes,
    '/in': does(async request => await waysIn.passkey!(request.auth0))
  })
  s.tenant.claims = { org_id: 'org_1' }
  s.tenant.scripts.set('POST /oauth/token',
    seen => seen.form.get('grant_type') === byCode ? { json: s.tenant.tokens() } : secondFactor(seen))
  const browser = s.browser()
  const sealed = (await ask(browser, '/in?of=org_1')).error?.sealed ?? ''
  t.equal((await ask(browser, `/verify?of=org_2&sealed=${sealed}`)).error?.code, 'organization_token_validation_error')
  t.strictSame(browser.names(), [])
  t.match((await ask(browser, `/verify?of=org_1&sealed=${sealed}`)).value, { session: { user: { org_id: 'org_1' } } },
    'control')
})

/** Every way of asking for an organization without a page of Auth0's. */
const inOrganization: Record<string, (auth0: ServerClient, of: { organization?: string }) => Promise<unknown>> = {
  'signing in with a passkey': async (auth0, of) =>
    await auth0.passkeys.signIn({ authSession: 's', authnResponse: { id: 'x' }, ...of }),
  'signing up with a passkey': async (auth0, of) =>
    await auth0.passkeys.signupChallenge({ userProfile: { email: 'a@b.c' }, ...of }),
  'asking for a passkey': async (auth0, of) => await auth0.passkeys.loginChallenge(of),
  'a token exchange': async (auth0, of) =>
    await auth0.loginWithCustomTokenExchange({ subjectToken: 'x', subjectTokenType: 'urn:acme:legacy', ...of }),
  'another device': async (auth0, of) =>
    await auth0.loginBackchannel({ bindingMessage: 'order 1', loginHint: { sub: 'auth0|ada' }, ...of }),
  'a link by e-mail': async (auth0, of) =>
    await auth0.passwordless.start({ connection: 'email', email: 'a@b.c', send: 'link', authParams: of })
}

t.test('every way of logging in asks for the organization that the options demand, and for no other', async t => {
  for (const options of [{}, { organization: 'org_1' }, { authorizationParams: { organization: 'org_1' } }]) {
    const s = await site(t, options, {
      '/way': does(async request => {
        const { way, ...of } = request.query as { way: string, organization?: string }
        await inOrganization[way]!(request.auth0, of)
      })
    })
    answerWaysIn(s)
    for (const path of ['passkey/register', 'passkey/challenge', 'passwordless/start']) {
      s.tenant.scripts.set(`POST /${path}`, () => ({ json: { auth_session: 's', authn_params_public_key: {} } }))
    }
    /** The organization that the tenant was asked for first, if it was asked at all. */
    const asks = async (way: string, of: string): Promise<unknown> => {
      const before = s.tenant.requests.length
      const browser = s.browser()
      const { error } = await ask(browser, `/way?way=${encodeURIComponent(way)}${of}`)
      if (error !== undefined) t.strictSame(browser.names(), [], `${way}: nobody is logged in`)
      const asked = s.tenant.requests.slice(before).find(({ method }) => method === 'POST')
      if (asked === undefined) return error
      return asked.form.get('organization') ?? asked.json.organization ??
        (asked.json.authParams as Record<string, string>).organization
    }
    const demanded = Object.keys(options).length > 0
    for (const way of Object.keys(inOrganization)) {
      s.tenant.claims = { org_id: 'org_2' }
      t.strictSame(await asks(way, '&organization=org_2'),
        demanded ? { code: 'invalid_argument', argument: 'organization' } : 'org_2', `${way}: another one`)
      s.tenant.claims = { org_id: 'org_1' }
      t.equal(await asks(way, demanded ? '' : '&organization=org_1'), 'org_1', way)
    }
  }
})

t.test('a further second factor has the time the options give, from when it was asked for', async t => {
  const s = await site(t, { mfaTokenTtl: 60 }, routes)
  const ada = await s.member()
  const first = await interrupted(s, ada)
  s.tenant.scripts.set(byCode, secondFactor)
  s.clock.now += 50
  const second = (await ask(ada, `/verify?sealed=${first}`)).error?.sealed ?? ''
  s.tenant.scripts.set(byCode, () => ({ json: s.tenant.tokens() }))
  s.clock.now += 55
  t.equal((await ask(ada, `/verify?sealed=${first}`)).error?.code, 'invalid_argument')
  t.match((await ask(ada, `/verify?sealed=${second}`)).value, { accessToken: /^opaque/ })
  s.clock.now += 10
  t.equal((await ask(ada, `/verify?sealed=${second}`)).error?.code, 'invalid_argument')
})

t.test('a second factor where the domain depends on the request', async t => {
  const s = await site(t, { domain: async ({ headers }) => String(headers['x-tenant'] ?? 'acme.eu.auth0.com') }, {
    ...routes,
    '/list': does(async request =>
      await request.auth0.mfa.listAuthenticators({ mfaToken: (request.query as { sealed: string }).sealed })
    )
  })
  const ada = await s.member()
  const sealed = await interrupted(s, ada)
  s.tenant.scripts.set('GET /mfa/authenticators', ({ headers }) => ({ json: [{ id: headers.authorization }] }))
  t.match((await ask(ada, `/list?sealed=${sealed}`)).value, [{ id: 'Bearer raw-token' }])
  for (const path of ['/list', '/verify']) {
    t.equal((await ada.call(`${path}?sealed=${sealed}`, { 'x-tenant': 'other.eu.auth0.com' })).json().error?.code,
      'invalid_argument', path)
  }
  t.strictSame(s.tenant.requests.filter(({ url }) => url.host !== s.tenant.domain).map(({ url }) => url.href), [],
    'no other tenant hears of it')
  s.tenant.scripts.set(byCode, () => ({ json: s.tenant.tokens() }))
  t.match((await ask(ada, `/verify?sealed=${sealed}`)).value, { accessToken: /^opaque/ })
})

t.test('every way of logging in binds the tokens to the key, and renews them with it', async t => {
  const keyOf = ({ headers }: Seen): unknown =>
    (JSON.parse(Buffer.from(headers.dpop?.split('.')[0] ?? 'e30', 'base64url').toString()) as { jwk?: unknown })
      .jwk
  for (const [way, logIn] of Object.entries(waysIn)) {
    const s = await site(t, { dpop: true }, {
      ...routes,
      '/in': does(async request => {
        await logIn(request.auth0)
      })
    })
    const usual = s.tenant.tokens.bind(s.tenant)
    s.tenant.tokens = (claims, rest) => usual(claims, { ...rest, token_type: 'DPoP' })
    answerWaysIn(s)
    const ada = s.browser()
    t.equal((await ask(ada, '/in')).error, undefined, way)
    s.clock.now += 3600
    t.match((await ask(ada, '/token')).value, { tokenType: 'DPoP' }, way)
    t.equal(s.tenant.grants('refresh_token').length, 1)
    const keys = s.tenant.to('/oauth/token').map(keyOf)
    t.match(keys[0], { kty: 'EC', x: /./ }, way)
    t.ok(keys.every(key => JSON.stringify(key) === JSON.stringify(keys[0])), `${way}: one key for all`)
  }
})

t.test('every call without a page has a time limit, can be given up, and says who calls', async t => {
  const exchange = { subjectToken: 'x', subjectTokenType: 'urn:acme:legacy' }
  let mfaToken = ''
  const calls: Record<string, (auth0: ServerClient, how: { signal?: AbortSignal }) => Promise<unknown>> = {
    'a code': async ({ passwordless }, how) =>
      await passwordless.start({ connection: 'email', email: 'a@example.com', ...how }),
    'a code for a database connection': async ({ passwordless }, how) =>
      await passwordless.challenge({ connection: 'db', email: 'a@example.com', ...how }),
    "the code's answer": async ({ passwordless }, how) =>
      await passwordless.verify({ connection: 'email', email: 'a@example.com', verificationCode: '1', ...how }),
    'the list of factors': async ({ mfa }, how) => await mfa.listAuthenticators({ mfaToken, ...how }),
    enrolling: async ({ mfa }, how) => await mfa.enroll({ mfaToken, factor: 'otp', ...how }),
    'a challenge': async ({ mfa }, how) => await mfa.challenge({ mfaToken, ...how }),
    "the challenge's answer": async ({ mfa }, how) => await mfa.verify({ mfaToken, otp: '1', ...how }),
    'a new passkey': async ({ passkeys }, how) =>
      await passkeys.signupChallenge({ userProfile: { email: 'a@example.com' }, ...how }),
    'a passkey': async ({ passkeys }, how) => await passkeys.loginChallenge(how),
    "the passkey's answer": async ({ passkeys }, how) =>
      await passkeys.signIn({ authSession: 's', authnResponse: { id: 'x' }, ...how }),
    'Token Vault': async (auth0, how) => await auth0.getAccessTokenForConnection({ connection: 'google', ...how }),
    'token exchange': async (auth0, how) => await auth0.loginWithCustomTokenExchange({ ...exchange, ...how }),
    'session transfer': async (auth0, how) =>
      await auth0.requestSessionTransferToken({ ...exchange, actorToken: 'a', ...how })
  }
  const s = await site(t, { httpTimeout: 1 }, {
    ...routes,
    '/call': does(async request => {
      const { name, abort } = request.query as { name: string, abort?: string }
      return await calls[name]!(request.auth0, abort === undefined ? {} : { signal: AbortSignal.timeout(10) })
    })
  })
  const ada = await s.member()
  mfaToken = await interrupted(s, ada)
  for (
    const path of ['/oauth/token', '/passwordless/start', '/otp/challenge', '/mfa/associate', '/mfa/challenge',
      '/passkey/register', '/passkey/challenge']
  ) s.tenant.scripts.set(`POST ${path}`, async () => await new Promise(() => {}))
  s.tenant.scripts.set('GET /mfa/authenticators', async () => await new Promise(() => {}))
  for (const name of Object.keys(calls)) {
    const made = s.tenant.requests.length
    t.equal((await ask(ada, `/call?name=${encodeURIComponent(name)}`)).error?.code, 'timeout', name)
    t.equal((await ask(ada, `/call?abort=1&name=${encodeURIComponent(name)}`)).error?.code, 'aborted', name)
    const headers = s.tenant.requests.slice(made).map(({ headers }) => headers['auth0-client'])
    t.match(JSON.parse(Buffer.from(headers[0] ?? 'e30', 'base64').toString()), { name: 'fastify-auth0' }, name)
    t.notOk(headers.includes(undefined), name)
  }
})

t.test('options that a visitor has a hand in are refused as such, and nothing is sent', async t => {
  const wrong: Record<string, [argument: string, call: (auth0: ServerClient) => Promise<unknown>]> = {}
  const given = {
    email: 'a@example.com',
    connection: 'email',
    verificationCode: '1',
    authSession: 's',
    authnResponse: {},
    subjectToken: 'x',
    subjectTokenType: 'urn:x',
    actorToken: 'y',
    actorTokenType: 'urn:y',
    bindingMessage: 'b',
    loginHint: { sub: 'u' }
  }
  const methods: [name: string, call: (auth0: ServerClient, options: never) => Promise<unknown>][] = [
    ['passwordless.start', async (a, o) => await a.passwordless.start(o)],
    ['passwordless.challenge', async (a, o) => await a.passwordless.challenge(o)],
    ['passwordless.verify', async (a, o) => await a.passwordless.verify(o)],
    ['passkeys.signupChallenge', async (a, o) => await a.passkeys.signupChallenge(o)],
    ['passkeys.loginChallenge', async (a, o) => await a.passkeys.loginChallenge(o)],
    ['passkeys.signIn', async (a, o) => await a.passkeys.signIn(o)],
    ['mfa.listAuthenticators', async (a, o) => await a.mfa.listAuthenticators(o)],
    ['mfa.verify', async (a, o) => await a.mfa.verify(o)],
    ['loginBackchannel', async (a, o) => await a.loginBackchannel(o)],
    ['loginWithCustomTokenExchange', async (a, o) => await a.loginWithCustomTokenExchange(o)],
    ['requestSessionTransferToken', async (a, o) => await a.requestSessionTransferToken(o)],
    ['startLinkUser', async (a, o) => await a.startLinkUser(o)],
    ['startEnterpriseLogin', async (a, o) => await a.startEnterpriseLogin(o)],
    ['startInteractiveLogin', async (a, o) => await a.startInteractiveLogin(o)],
    ['completeInteractiveLogin', async (a, o) => await a.completeInteractiveLogin('/x', o)],
    ['completeEnterpriseLogin', async (a, o) => await a.completeEnterpriseLogin('/x', o)],
    ['completeConnectAccount', async (a, o) => await a.completeConnectAccount('/x', o)],
    ['getSession', async (a, o) => await a.getSession(o)],
    ['refreshUser', async (a, o) => await a.refreshUser(o)],
    ['logout', async (a, o) => await a.logout(o)],
    ['anonymous.getAccessToken', async (a, o) => await a.anonymous.getAccessToken(o)],
    ['listConnectedAccounts', async (a, o) => await a.listConnectedAccounts(o)],
    ['deleteConnectedAccount', async (a, o) => { await a.deleteConnectedAccount('x', o) }],
    ['listConnectedAccountConnections', async (a, o) => await a.listConnectedAccountConnections(o)]
  ]
  for (const [name, call] of methods) {
    for (const options of [null, 'x', 7]) {
      wrong[`${name} ${String(options)}`] = ['options', async auth0 => await call(auth0, options as never)]
    }
    if (!/^(?:passwordless.v|passkeys.sign[Ii]n|loginW)/.test(name)) continue
    wrong[`${name} scope`] = ['scope', async auth0 => await call(auth0, { ...given, scope: ['a'] } as never)]
  }
  for (const name of ['passwordless.verify', 'loginWithCustomTokenExchange', 'requestSessionTransferToken']) {
    const call = methods.find(([other]) => other === name)![1]
    wrong[`${name} address`] =
      ['forwardedFor', async auth0 => await call(auth0, { ...given, forwardedFor: 5 } as never)]
  }
  Object.assign(wrong, {
    'authorization parameters': ['authorizationParams', async (auth0: ServerClient) =>
      await auth0.loginBackchannel({ ...given, authorizationParams: null } as never)],
    'a signal': ['signal', async (auth0: ServerClient) =>
      await auth0.loginBackchannel({ ...given, signal: {} } as never)],
    'a token for scopes in a list': ['scope', async (auth0: ServerClient) =>
      await auth0.getAccessToken({ audience: 'https://a', scope: ['a'] } as never)],
    'where a logout goes': ['returnTo', async (auth0: ServerClient) => await auth0.logout({ returnTo: 5 as never })],
    'the class of a login': ['authParams.acr_values', async (auth0: ServerClient) => await auth0.passwordless.start({
      connection: 'email', email: 'a@example.com', send: 'link', authParams: { acr_values: ['a'] }
    })]
  })
  const s = await site(t, {}, {
    '/call': does(async request => await wrong[(request.query as { name: string }).name]![1](request.auth0))
  })
  const ada = await s.member()
  const before = s.tenant.requests.length
  for (const [name, [argument]] of Object.entries(wrong)) {
    const { error } = await ask(ada, `/call?name=${encodeURIComponent(name)}`)
    t.strictSame(error, { code: 'invalid_argument', argument }, name)
  }
  const { auth0 } = s.app
  const ofInstance = ['getTokenByRefreshToken', 'getTokenForConnection', 'customTokenExchange',
    'backchannelAuthentication', 'initiateBackchannelAuthentication', 'backchannelAuthenticationGrant',
    'revokeSessions'] as const
  for (const name of ofInstance) {
    const refused = await auth0[name](null as never).then(() => undefined, (error: unknown) => error)
    t.match(refused, { code: 'invalid_argument', argument: 'options' }, name)
  }
  t.equal(s.tenant.requests.length, before)
})

t.test('a link by e-mail keeps to what its login was asked for', async t => {
  const s = await site(t, {}, {
    ...routes,
    '/link': does(async request => {
      const { size, max_age: oldest, acr_values: acr, returnTo = '/in' } = request.query as {
        size?: string,
        max_age?: string,
        acr_values?: string,
        returnTo?: string
      }
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'ada@example.com',
        send: 'link',
        returnTo,
        appState: 'x'.repeat(Number(size ?? 1)),
        authParams: {
          ...(oldest !== undefined && { max_age: oldest }),
          ...(acr !== undefined && { acr_values: acr })
        }
      })
    })
  })
  const sent: Record<string, string>[] = []
  s.tenant.scripts.set('POST /passwordless/start', ({ json }) => {
    sent.push(json.authParams as Record<string, string>)
    return { json: {} }
  })
  /** Asks for a link and opens it. */
  const opened = async (browser: Visitor, query: string) => {
    const { error } = await ask(browser, `/link?${query}`)
    if (error !== undefined) throw new Error(error.code)
    const link = new URL('https://acme.eu.auth0.com/authorize')
    link.search = new URLSearchParams(sent.at(-1)).toString()
    return await browser.navigate(s.tenant.callback(link.href))
  }
  s.tenant.claims = { auth_time: s.clock.now - 1000 }
  const old = s.browser()
  t.equal((await opened(old, 'max_age=60')).statusCode, 502, 'a login that was too long ago')
  t.equal((await old.call('/me')).body, 'nobody')
  t.equal((await opened(s.browser(), 'max_age=2000')).headers.location, '/in', 'control')
  const weak = s.browser()
  t.equal((await opened(weak, 'acr_values=gold')).statusCode, 502, 'a login of another class')
  t.equal((await weak.call('/me')).body, 'nobody')
  s.tenant.claims = { acr: 'gold' }
  t.equal((await opened(s.browser(), 'acr_values=gold')).headers.location, '/in', 'control')
  t.equal((await opened(s.browser(), 'returnTo=/auth/logout')).headers.location, '/',
    'a route of the plugin is no place to return to')
  const asked = sent.length
  t.match((await ask(s.browser(), '/link?max_age=soon')).error, {
    code: 'invalid_argument',
    argument: 'authParams.max_age'
  })
  t.match((await ask(s.browser(), '/link?size=3000')).error, { code: 'invalid_argument', argument: 'appState' })
  t.equal(sent.length, asked, 'no link was sent')
})

t.test('a link by e-mail completes with either transaction store', async t => {
  for (const transactionStore of [undefined, new MemoryTransactionStore({ now: () => 1_795_000_000 })]) {
    const s = await site(t, transactionStore === undefined ? {} : { transactionStore }, {
      ...routes,
      '/link': does(async request => {
        await request.auth0.passwordless.start({
          connection: 'email',
          email: 'ada@example.com',
          send: 'link',
          returnTo: '/in'
        })
      })
    })
    s.tenant.scripts.set('POST /passwordless/start', () => ({ json: {} }))
    const ada = s.browser()
    t.equal((await ask(ada, '/link')).error, undefined)
    const link = new URL('https://acme.eu.auth0.com/authorize')
    link.search = new URLSearchParams(s.tenant.to('/passwordless/start')[0]!.json.authParams as Record<string, string>)
      .toString()
    t.equal((await ada.navigate(s.tenant.callback(link.href))).headers.location, '/in')
    t.equal((await ada.call('/me')).json().user.sub, 'auth0|ada')
  }
})
