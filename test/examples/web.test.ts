import t from 'tap'
import { claimsOf, headerOf } from '../testing/tenant/wire.js'
import { SoftwarePasskey, type PasskeyParams } from '../../lib/testing/index.js'
import { certificate } from '../hostile/certificates.js'
import { script } from '../fixtures/visitor.js'
import { until } from '../until.js'
import { received, run } from './running.js'

t.test('authorization parameters: global, of the request, and per call', async t => {
  const example = await import('../../examples/web/authorization-parameters.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  t.match((await ada.go('/signup')).json(), { name: 'Ada Lovelace', audience: 'urn:custom:api' })
  t.match(received(tenant, '/authorize').query, {
    screen_hint: 'signup',
    scope: 'openid profile',
    audience: 'urn:custom:api',
    'ext-campaign': 'spring',
    ui_locales: 'en'
  })
  t.match((await ada.go('/confirm')).json(), { name: 'Ada Lovelace', loggedInAt: Number })
  t.match(received(tenant, '/authorize').query, {
    max_age: '0',
    scope: 'openid profile email offline_access read:orders'
  })
})

t.test('app state comes back with the login', async t => {
  const { build } = await import('../../examples/web/app-state.js')
  const { tenant, visitor } = await run(t, build)
  t.strictSame((await visitor().go('/checkout')).json(), {
    name: 'Ada Lovelace',
    cart: ['A Book', 'A Lamp'],
    step: 'payment'
  })
  t.notMatch(received(tenant, '/authorize').url, 'Book', 'it stays at home')
})

t.test('pushed and rich authorization requests', async t => {
  const example = await import('../../examples/web/par-and-rar.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const payment = { type: 'payment', amount: '12.50', currency: 'EUR', to: 'The Bookshop' }
  t.match((await visitor().go('/pay')).json(), { paid: [payment] })
  t.strictSame(Object.keys(received(tenant, '/authorize').query).sort(), ['client_id', 'request_uri'])
  const pushed = received(tenant, '/oauth/par').params
  t.strictSame(JSON.parse(String(pushed.authorization_details)), [payment])
  t.match(pushed, { client_secret: String, code_challenge_method: 'S256', audience: 'https://bank.example.com' })
})

t.test('organizations: by link, by switch, by invitation, and what is refused', async t => {
  const example = await import('../../examples/web/organizations.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  t.match((await ada.go('/auth/login?organization=org_books')).json(), {
    name: 'Ada Lovelace',
    id: 'org_books',
    organization: 'books'
  })
  t.match((await ada.go('/switch/org_lamps')).json(), { id: 'org_lamps' })
  t.equal((await ada.navigate('/auth/login?organization=org_evil')).statusCode, 400)
  t.match((await visitor().go('/auth/login?organization=org_books', { user: 'grace@example.com' })).json(), {
    reason: 'access_denied'
  }, 'not a member')

  const link = new URLSearchParams(tenant.invite('org_books', 'grace@example.com'))
  const grace = visitor()
  t.match((await grace.go(`/auth/login?${link}`, { user: 'grace@example.com' })).json(), {
    name: 'Grace Hopper',
    id: 'org_books'
  })
  t.match(received(tenant, '/authorize').query, { invitation: link.get('invitation'), organization: 'org_books' })
  link.delete('organization')
  t.equal((await visitor().navigate(`/auth/login?${link}`)).statusCode, 400, 'an invitation without its organization')

  const subdomains = await run(t, example.buildForSubdomains, example.tenant)
  const host = 'lamps.localhost:3000'
  const sent = await subdomains.visitor().navigate('/auth/login', { host })
  t.equal(new URL(sent.headers.location as string).searchParams.get('organization'), 'lamps')
  t.equal((await subdomains.visitor().navigate('/auth/login?organization=books', { host })).statusCode, 400,
    'the subdomain decides')
})

t.test("calling an API with the user's access token", async t => {
  const example = await import('../../examples/web/calling-an-api.js')
  let now = Date.now() / 1000
  const { tenant, visitor } = await run(t, example.build, { ...example.tenant, now: () => now }, { now: () => now })
  const ada = visitor()
  const { sub } = tenant.users[0]!
  t.strictSame((await ada.go('/')).json(), { status: 200, orders: { customer: sub, items: ['A Book'] } })
  now += 3600
  t.match((await ada.go('/')).json(), { status: 200 }, 'an expired token is renewed')
  t.match(received(tenant, '/oauth/token').params, {
    grant_type: 'refresh_token',
    audience: 'https://orders.example.com'
  })
})

t.test('several audiences with one refresh token', async t => {
  const example = await import('../../examples/web/several-audiences.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  t.match((await ada.go('/')).json(), [{ audience: 'https://orders.example.com', scope: /read:orders/ }, {
    audience: 'https://billing.example.com',
    scope: /read:invoices/
  }])
  t.match(received(tenant, '/oauth/token').params, { audience: 'https://billing.example.com', scope: 'read:invoices' })
  const calls = tenant.requests.length
  await ada.go('/')
  t.equal(tenant.requests.length, calls, 'both are kept')
  const closed = await ada.go('/closed')
  t.equal(closed.statusCode, 403)
  t.match(closed.json(), { reason: 'not in the refresh-token policy' })
})

t.test('account linking', async t => {
  const { build } = await import('../../examples/web/account-linking.js')
  const { tenant, visitor } = await run(t, build)
  const ada = visitor()
  const { sub } = tenant.users[0]!
  t.match((await ada.go('/')).body, `Logged in as ${sub}.`)
  t.equal((await ada.go('/auth/connect?connection=github&connectionScope=repo&returnTo=/linked')).body,
    `GitHub is linked to ${sub}.`)
  t.match(received(tenant, '/authorize').query, {
    requested_connection: 'github',
    requested_connection_scope: 'repo',
    scope: 'openid link_account offline_access',
    redirect_uri: /\/auth\/connect\/callback$/
  })
  t.match(tenant.users[0]?.identities, [{ connection: 'github' }])
  t.equal((await ada.go('/auth/unconnect?connection=github&returnTo=/unlinked')).body,
    `GitHub is no longer linked to ${sub}.`)
  t.strictSame(tenant.users[0]?.identities, [])
})

t.test('connected accounts and Token Vault', async t => {
  const example = await import('../../examples/web/connected-accounts.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  t.match((await ada.go('/calendar')).json(), { provider: 'google-oauth2', goodUntil: String }, 'connecting and back')
  t.match(tenant.connectedAccounts, [{ connection: 'google-oauth2' }])
  const [account] = (await ada.go('/accounts')).json() as unknown as { id: string }[]
  t.match(account, { id: tenant.connectedAccounts[0]?.id, connection: 'google-oauth2' })
  t.equal((await ada.send('DELETE', `/accounts/${account!.id}`, { headers: script })).statusCode, 204)
  t.strictSame(tenant.connectedAccounts, [])
  t.equal((await visitor().send('DELETE', '/accounts/x', { headers: script })).statusCode, 401, 'a login is needed')
})

t.test('a login on another device', async t => {
  const example = await import('../../examples/web/ciba.js')
  const { tenant, visitor, origin } = await run(t, example.build, example.tenant)
  const [ada, grace] = [visitor(), visitor()]
  const userId = tenant.users[0]!.sub
  const asked = [ada.post('/login', { userId }), grace.post('/login', { userId: tenant.users[2]!.sub })] as const
  const started = async (count: number): Promise<void> => {
    await until(() => tenant.backchannelRequests.length >= count)
  }
  await started(2)
  for (const request of tenant.backchannelRequests) {
    t.equal(request.bindingMessage, 'Shop-4711')
    await (request.sub === userId ? tenant.approve : tenant.deny)(request.authReqId)
  }
  const [yes, no] = await Promise.all(asked)
  t.match([yes.statusCode, yes.json()], [200, { name: 'Ada Lovelace' }])
  t.match((await ada.go('/')).json(), { name: 'Ada Lovelace' })
  t.match([no.statusCode, no.json()], [403, { reason: 'access_denied' }])
  t.equal(grace.cookies.length, 0)
  const polls = (): number =>
    tenant.requests.filter(({ params }) => params.grant_type === 'urn:openid:params:grant-type:ciba').length
  /** How often the tenant was asked, once nobody asks any more: for longer than the interval. */
  const settled = async (): Promise<number | undefined> => {
    for (let windows = 0; windows < 5; windows++) {
      const before = polls()
      await new Promise(resolve => setTimeout(resolve, 1500))
      if (polls() === before) return before
    }
    return undefined
  }
  const leaving = new AbortController()
  const left = t.rejects(
    fetch(`${origin}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId }),
      signal: leaving.signal
    }),
    { name: 'AbortError' }
  )
  await started(3)
  leaving.abort()
  await left
  t.type(await settled(), 'number', 'nobody is asked for a browser that went away')
  t.strictSame(JSON.parse(String(received(tenant, '/bc-authorize').params.login_hint)), {
    format: 'iss_sub',
    iss: tenant.issuer,
    sub: userId
  })
})

t.test('token exchange, with and without a session, and session transfer', async t => {
  const example = await import('../../examples/web/token-exchange.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  t.match((await ada.post('/migrate', { session: 'session-of-ada' })).json(), { name: 'Ada Lovelace' })
  t.match(received(tenant, '/oauth/token').params, {
    subject_token: 'session-of-ada',
    subject_token_type: 'urn:example:legacy-session',
    scope: 'openid profile email offline_access'
  })
  t.match((await ada.post('/token', { session: 'session-of-ada' })).json(), { hasToken: true, expiresIn: Number })
  t.equal((await visitor().post('/migrate', { session: 'forged' })).statusCode, 502,
    'a token the profile does not know')

  const { location } = (await ada.navigate('/impersonate?customer=session-of-ada')).headers
  const target = new URL(location as string)
  t.equal(target.origin + target.pathname, 'https://shop.example.com/auth/login')
  t.match(target.searchParams.get('session_transfer_token'), /^stt_/)
  t.match(received(tenant, '/oauth/token').params, {
    audience: `urn:${tenant.domain}:session_transfer`,
    actor_token: String,
    reason: 'support'
  })
})

t.test('enterprise logins, with a session and without', async t => {
  const example = await import('../../examples/web/enterprise-connect.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  t.match((await visitor().go('/')).body, 'type="email"')
  t.match((await visitor().go('/login?email=ann%40customer.example', { user: 'ann@customer.example' })).json(), {
    name: 'Ann',
    organization: 'org_customer'
  })
  const asked = received(tenant, '/authorize').query
  t.match(asked, { login_hint: 'ann@customer.example' })
  t.notOk('organization' in asked || 'connection' in asked)
  t.match((await visitor().go('/login?email=ada%40example.com', { user: 'ada@example.com' })).json(), {
    name: 'Ada Lovelace'
  }, 'of no customer')
  t.equal((await visitor().go('/login?email=ann%40customer.example', { user: 'ada@example.com' })).statusCode, 403,
    'somebody else')
  t.strictSame((await visitor().post('/federated', { domain: 'customer.example' })).json(), { federated: true })
  t.strictSame((await visitor().post('/federated', { domain: 'example.com' })).json(), { federated: false })

  const own = await run(t, example.buildWithOwnSessions, example.tenant)
  const ann = own.visitor()
  t.strictSame((await ann.go('/login?email=ann%40customer.example', { user: 'ann@customer.example' })).json(), {
    user: 'okta|ann',
    organization: 'org_customer'
  })
  t.ok(ann.names().every(name => name === 'own' || name.startsWith('auth0_')), 'no session of the plugin')
})

t.test('passwordless: by code, by text message, by link', async t => {
  const { build } = await import('../../examples/web/passwordless.js')
  const { tenant, visitor } = await run(t, build)
  const email = 'ada@example.com'
  const ada = visitor()
  t.equal((await ada.post('/code', { email })).json().message, 'We have sent you a code.')
  t.equal(received(tenant, '/passwordless/start').headers['auth0-forwarded-for'], '127.0.0.1')
  const { code = '' } = tenant.mailbox.at(-1)!
  const wrong = await ada.post('/code/verify', { email, code: code === '000000' ? '000001' : '000000' })
  t.ok(wrong.statusCode >= 400 && wrong.statusCode < 500, `a wrong code: ${wrong.statusCode}`)
  t.equal(ada.cookies.length, 0)
  t.match((await ada.post('/code/verify', { email, code })).json(), { name: 'Ada Lovelace' })
  t.match((await ada.go('/')).json(), { name: 'Ada Lovelace' })

  const phone = visitor()
  await phone.post('/sms', { phoneNumber: '+15550100' })
  t.match((await phone.post('/sms/verify', { phoneNumber: '+15550100', code: tenant.sms.at(-1)!.code })).json(), {
    name: '+15550100'
  })

  const link = visitor()
  await link.post('/link', { email })
  const callback = new URL(await tenant.browser().login({ authorizationUrl: tenant.mailbox.at(-1)!.link! }))
  t.match((await link.go(callback.pathname + callback.search)).json(), { name: 'Ada Lovelace' })
  t.notOk('code_verifier' in received(tenant, '/oauth/token').params, 'a magic link has no PKCE')
})

t.test('a second factor for what is worth it', async t => {
  const example = await import('../../examples/web/mfa-step-up.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  const ada = visitor()
  await ada.go('/auth/login')
  const refused = await ada.post('/transfer')
  t.match([refused.statusCode, refused.json()], [403, { factors: ['otp'] }])
  const { mfaToken } = refused.json()
  t.notMatch(mfaToken, 'Fe26', "Auth0's own token stays on the server")
  const wrong = await ada.post('/transfer/confirm', { mfaToken, otp: '000000' })
  t.ok(wrong.statusCode >= 400, `a wrong code: ${wrong.statusCode}`)
  t.match((await ada.post('/transfer/confirm', { mfaToken, otp: await tenant.totp('ada@example.com') })).json(), {
    confirmed: true
  })
  t.match((await ada.post('/transfer')).json(), { transferred: true, scope: /transfer:funds/ })
})

t.test('tokens bound to a key', async t => {
  const example = await import('../../examples/web/dpop.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  t.strictSame((await visitor().go('/')).json(), { tokenType: 'DPoP', methods: 0 })
  t.match(received(tenant, '/authorize').query.dpop_jkt, /^[\w-]{43}$/)
  const call = received(tenant, '/me/v1/authentication-methods').headers
  t.match(call.authorization, /^DPoP /)
  t.match(headerOf(call.dpop!), { typ: 'dpop+jwt', alg: 'ES256' })
  t.match(claimsOf(call.authorization!.slice(5)), { cnf: { jkt: received(tenant, '/authorize').query.dpop_jkt } })
})

t.test('private_key_jwt and signed requests', async t => {
  const example = await import('../../examples/web/private-key-jwt.js')
  const { tenant, visitor } = await run(t, example.build, example.tenant)
  t.match((await visitor().go('/')).json(), { name: 'Ada Lovelace' })
  const { params } = received(tenant, '/oauth/token')
  t.notOk('client_secret' in params)
  t.match(headerOf(String(params.client_assertion)), { alg: 'RS256', kid: 'example-key' })
  t.match(claimsOf(String(params.client_assertion)), { iss: 'example', sub: 'example', aud: tenant.issuer })
  const { query } = received(tenant, '/authorize')
  t.strictSame(Object.keys(query).sort(), ['client_id', 'request'])
  t.match(claimsOf(query.request!), { iss: 'example', aud: tenant.issuer, response_type: 'code' })
})

t.test('custom domains: each host logs in at its own', async t => {
  const example = await import('../../examples/web/custom-domains.js')
  const { createTenant } = await import('../../lib/testing/index.js')
  const clientSecret = 'the secret of both tenants applications'
  const lamps = await createTenant({
    users: [{ name: 'Lara of Lamps' }],
    clients: [{ clientId: 'example', clientSecret, callbacks: ['http://lamps.localhost:3000/auth/callback'] }]
  })
  t.teardown(lamps.close)
  const { visitor, tenant } = await run(t,
    async settings =>
      await example.build(settings,
        new Map([[new URL(settings.appBaseUrl).host, settings.domain], ['lamps.localhost:3000', lamps.url]])), {
      client: { clientSecret }
    }, { clientSecret })
  const ada = visitor()
  t.match((await ada.go('/')).json(), { name: 'Ada Lovelace', domain: tenant.domain })
  const host = 'lamps.localhost:3000'
  const lara = visitor()
  const sent = await lara.navigate('/auth/login', { host })
  t.equal(new URL(sent.headers.location as string).origin, lamps.url, 'another host, another domain')
  const callback = new URL(await lamps.login({ authorizationUrl: sent.headers.location as string }))
  t.equal((await lara.navigate(callback.pathname + callback.search, { host })).statusCode, 302)
  t.match((await lara.navigate('/', { host })).json(), { name: 'Lara of Lamps', domain: lamps.domain })
  t.equal((await lara.navigate('/', { accept: 'application/json', 'sec-fetch-mode': 'navigate' })).statusCode, 302,
    'the session of one domain is none at the other')
  t.equal((await ada.navigate('/auth/login', { host: 'evil.example' })).statusCode, 400)
})

t.test('mutual TLS with a server that demands the certificate', async t => {
  const { build } = await import('../../examples/web/mtls.js')
  const authority = certificate({ name: 'An authority', authority: true })
  const server = certificate({ name: 'The tenant', issuer: authority, hosts: ['127.0.0.1', 'localhost'] })
  const [ours, another, foreign] = [certificate({ name: 'ours', issuer: authority }),
    certificate({ name: 'another', issuer: authority }), certificate({ name: 'foreign' })]
  for (const [shown, expected] of [[ours, 200], [another, 502], [foreign, 502]] as const) {
    const { tenant, visitor } = await run(t, async settings =>
      await build(settings, { cert: shown.cert, key: shown.key, ca: authority.cert }), {
      tls: { cert: server.cert, key: server.key, ca: authority.cert },
      client: { certificate: ours.cert }
    })
    const answer = await visitor().go('/')
    t.equal(answer.statusCode, expected, shown.name)
    if (shown === foreign) {
      t.equal(tenant.requests.length, 0, 'the server lets nobody in without a certificate of its authority')
      continue
    }
    const { params } = received(tenant, '/mtls/oauth/token')
    t.notOk('client_secret' in params || 'client_assertion' in params)
    if (shown === ours) t.match(answer.json(), { name: 'Ada Lovelace' })
  }
})

t.test('passkeys: sign up, come back, and what is refused', async t => {
  const example = await import('../../examples/web/passkeys.js')
  const { tenant, visitor, origin } = await run(t, example.build, example.tenant)
  const passkey = new SoftwarePasskey({ origin })
  const first = visitor()
  const signup = (await first.post('/passkey/signup', { name: 'New User', email: 'new@example.com' })).json() as {
    authSession: string,
    authnParamsPublicKey: PasskeyParams
  }
  t.match(
    (await first.post('/passkey/finish', {
      authSession: signup.authSession,
      authnResponse: passkey.create(signup.authnParamsPublicKey)
    })).json(),
    { name: 'New User' }
  )
  t.match((await first.go('/')).body, 'Hello, New User.')

  const later = visitor()
  const login = (await later.post('/passkey/login')).json() as typeof signup
  const answer = { authSession: login.authSession, authnResponse: passkey.get(login.authnParamsPublicKey) }
  t.match((await later.post('/passkey/finish', answer)).json(), { name: 'New User' })
  const replay = visitor()
  const refused = await replay.post('/passkey/finish', answer)
  t.ok(refused.statusCode >= 400, `an answer is good once: ${refused.statusCode}`)
  t.equal(replay.cookies.length, 0)
  t.match(tenant.users.at(-1), { email: 'new@example.com', passkeys: [{}] })
})
