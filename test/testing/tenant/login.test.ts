import t, { type Test } from 'tap'
import { createTenant } from '../../../lib/testing/index.js'
import type { TenantOptions } from '../../../lib/testing/index.js'
import { page } from '../../../lib/testing/tenant/login/page.js'
import { callbackParams, claimsOf, headerOf, redirectUri, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const clients = [
  {
    clientId: 'app',
    clientSecret: 'app-secret',
    name: 'The <app>',
    callbacks: [redirectUri, 'https://app.example.com/callback']
  },
  { clientId: 'public' },
  { clientId: 'strict', clientSecret: 'app-secret', requirePkce: true, organizationUsage: 'require' as const },
  { clientId: 'personal', clientSecret: 'app-secret', organizationUsage: 'deny' as const },
  { clientId: 'symmetric', clientSecret: 'app-secret', idTokenSigningAlg: 'HS256' as const },
  { clientId: 'pss', clientSecret: 'app-secret', idTokenSigningAlg: 'PS256' as const },
  { clientId: 'no-refresh', clientSecret: 'app-secret', grantTypes: ['authorization_code'] }
]

async function tenantWith (
  t: Test,
  options: TenantOptions = {}
): Promise<{ tenant: Awaited<ReturnType<typeof createTenant>>, wire: Wire }> {
  const tenant = await createTenant({ issuer, clients, ...options })
  t.teardown(tenant.close)
  return { tenant, wire: new Wire(tenant) }
}

t.test('a login gives an ID token, an opaque access token and a refresh token', async t => {
  const { tenant, wire } = await tenantWith(t)
  const callback = await tenant.login({ authorizationUrl: wire.authorizationUrl({ nonce: 'n-1' }) })
  t.strictSame(callbackParams(callback), { code: callbackParams(callback).code, state: 'st' })
  const { status, body, headers } = await wire.exchange(callback)
  t.equal(status, 200)
  t.equal(headers.get('cache-control'), 'no-store')
  t.match(body, { token_type: 'Bearer', expires_in: 86400, scope: 'openid profile email offline_access' })
  t.match(headerOf(String(body.id_token)), { alg: 'RS256', typ: 'JWT' })
  const claims = claimsOf(String(body.id_token))
  const { sub, name, email } = tenant.users[0]!
  t.match(claims, { iss: issuer, aud: 'app', sub, name, email, email_verified: true, nonce: 'n-1', sid: String })
  t.notOk('auth_time' in claims, 'only when asked')
  t.equal(String(body.access_token).split('.').length, 1)
  const userinfo = await wire.send('GET', '/userinfo', undefined, {
    authorization: `Bearer ${String(body.access_token)}`
  })
  t.match(userinfo.body, { sub, name, email })
  t.strictSame(tenant.errors, [])
})

t.test('claims follow the scope, and each application its algorithm', async t => {
  const { tenant } = await tenantWith(t, {
    users: [{ email: 'a@example.com', phoneNumber: '+15550100', claims: { 'https://example.com/roles': ['admin'] } }]
  })
  const plain = claimsOf((await new Wire(tenant).login({ scope: 'openid' })).id_token)
  t.match(plain, { 'https://example.com/roles': ['admin'] })
  t.notOk('name' in plain || 'email' in plain)
  t.match(claimsOf((await new Wire(tenant).login({ scope: 'openid phone' })).id_token), {
    phone_number: '+15550100',
    phone_number_verified: true
  })
  for (const [client_id, alg] of [['symmetric', 'HS256'], ['pss', 'PS256']] as const) {
    t.equal(headerOf((await new Wire(tenant, { client_id, client_secret: 'app-secret' }).login()).id_token).alg, alg)
  }
})

t.test('the login page works with buttons and with a password', async t => {
  const { tenant, wire } = await tenantWith(t, {
    users: [{ email: 'ada@example.com', name: 'Ada <b>', password: 'secret' }, {
      sub: 'sms|1',
      phoneNumber: '+15550100'
    }]
  })
  const browser = tenant.browser()
  const started = await browser.request('GET', wire.authorizationUrl({ login_hint: 'ada@"example.com' }))
  const location = new URL(String(started.headers.location), issuer).href
  const page = await browser.request('GET', location)
  t.match(page.body, 'Log in to continue to The &lt;app&gt;.')
  t.match(page.body, 'value="ada@&quot;example.com"')
  for (const id of ['username', 'password', 'continue', 'cancel', 'user-1', 'user-2']) t.match(page.body, `id="${id}"`)

  t.match(
    callbackParams(
      await tenant.login({ authorizationUrl: wire.authorizationUrl(), user: 'ada@example.com', password: 'secret' })
    ),
    { code: String }
  )
  await t.rejects(
    tenant.login({ authorizationUrl: wire.authorizationUrl(), user: 'ada@example.com', password: 'wrong' }),
    { message: /400.*Wrong email or password/u }
  )
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl(), password: 'wrong' }), {
    message: /Wrong email or password/u
  })
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl(), user: 'nobody' }), {
    message: 'The tenant has no user nobody.'
  })
  t.match(callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl(), cancel: true })), {
    error: 'access_denied',
    state: 'st'
  })

  const buttons = page.body.slice(0, page.body.indexOf('</form>'))
  t.match(buttons, 'id="user-2"')
  t.notMatch(buttons, 'id="username"', 'Enter in a field does not press the button of a user')
  const post = async (form: Record<string, string>): Promise<string> => {
    const answer = await browser.request('POST', location, { username: 'new"@example.com', ...form })
    t.equal(answer.status, 400)
    t.match(answer.body, 'value="new&quot;@example.com"', 'what was typed stays')
    return /id="error" role="alert">([^<]*)</u.exec(answer.body)![1]!
  }
  t.equal(await post({ password: 'wrong', action: 'continue' }), 'Wrong email or password')
  t.equal(await post({ password: 'short', action: 'signup' }),
    'Password is too weak: it needs at least 8 characters.')
  const signUp = async (username: string): Promise<string> => {
    const { body } = await browser.request('POST', location, { username, password: 'long enough', action: 'signup' })
    return /id="error" role="alert">([^<]*)</u.exec(body)![1]!
  }
  t.equal(await signUp('ADA@example.com'), 'The user already exists.')
  t.equal(await signUp('no address'), 'The email address is not valid.')

  for (const method of ['GET', 'POST']) {
    const gone = await browser.request(method, `${issuer}u/login?state=unknown`, method === 'POST' ? {} : undefined)
    t.equal(gone.status, 400)
  }
})

t.test('the pages can be seen: text 4.5:1, borders and focus 3:1, in light and in dark', async t => {
  const luminance = (colour: string): number => {
    const hex = colour.length === 4 ? colour.slice(1).replace(/./gu, '$&$&') : colour.slice(1)
    const [r, g, b] = hex.match(/../gu)!.map(part => parseInt(part, 16) / 255).map(part =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    ) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }
  const [light, dark] = [...page('x', 'x', '').matchAll(/:root\{([^}]*)\}/gu)].map(([, rules]) =>
    Object.fromEntries([...rules!.matchAll(/--(\w+):(#\w+)/gu)].map(([, name, value]) => [name, value]))
  ) as [Record<string, string>, Record<string, string>]
  for (const colours of [light, { ...light, ...dark }]) {
    const { ink, soft, wrong, card, edge, focus, brand } = colours as Record<string, string>
    for (const text of [ink!, soft!, wrong!]) t.ok(contrast(text, card!) >= 4.5, `${text} on ${card}`)
    for (const line of [edge!, focus!, brand!]) t.ok(contrast(line, card!) >= 3, `${line} on ${card}`)
    t.ok(contrast('#ffffff', brand!) >= 4.5)
  }
  t.match(page('x', 'x', ''), /input\{[^}]*border:1px solid var\(--edge\)/u)
})

t.test('a tenant session spares the second login; prompt and max_age ask again', async t => {
  let now = 1_800_000_000
  const { tenant, wire } = await tenantWith(t, { now: () => now })
  const browser = tenant.browser()
  const first = claimsOf(
    String((await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl() }))).body.id_token)
  )
  const pages = (): number =>
    tenant.requests.filter(({ path, method }) => path === '/u/login' && method === 'GET').length
  t.equal(pages(), 1)
  now += 100
  const other = new Wire(tenant, { client_id: 'pss', client_secret: 'app-secret' })
  const second = claimsOf(
    String(
      (await other.exchange(
        await browser.login({ authorizationUrl: other.authorizationUrl({ prompt: 'none', max_age: '1000' }) })
      )).body.id_token
    )
  )
  t.equal(pages(), 1)
  t.equal(second.sid, first.sid, 'one session for all applications')
  t.equal(second.auth_time, 1_800_000_000)
  t.equal(second.iat, 1_800_000_100)
  for (
    const params of [{ max_age: '50' }, { prompt: 'login' }, { prompt: 'select_account' }, { prompt: 'create' }, {
      max_age: '0'
    }]
  ) {
    const before = pages()
    const claims = claimsOf(
      String(
        (await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl(params) }))).body.id_token
      )
    )
    t.equal(pages(), before + 1, JSON.stringify(params))
    t.equal(claims.sid, first.sid)
  }
  t.match(callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'consent' }) })), {
    code: String
  })
  t.match(
    callbackParams(
      await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'consent' }), cancel: true })
    ),
    { error: 'access_denied' }
  )
  await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'login' }), user: 'alan@example.com' })
  const changed = claimsOf(
    String((await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl() }))).body.id_token)
  )
  t.not(changed.sub, first.sub, 'another user in the same browser')
  t.not(changed.sid, first.sid)
  now += 700_000
  t.match(callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) })), {
    error: 'login_required',
    state: 'st'
  })
  t.ok(Math.abs(Date.now() / 1000 - 1_800_000_000) > 1000, "the clock is the tenant's alone")
  await tenant.close()
})

t.test('form_post answers by POST, also errors', async t => {
  const { tenant, wire } = await tenantWith(t)
  const { url, body } = await tenant.loginFormPost({
    authorizationUrl: wire.authorizationUrl({ response_mode: 'form_post' })
  })
  t.equal(url, redirectUri)
  t.match(Object.fromEntries(new URLSearchParams(body)), { code: String, state: 'st' })
  const denied = await tenant.loginFormPost({
    authorizationUrl: wire.authorizationUrl({ response_mode: 'form_post', state: 'a"b<&' }),
    cancel: true
  })
  t.match(Object.fromEntries(new URLSearchParams(denied.body)), { error: 'access_denied', state: 'a"b<&' })
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl({ response_mode: 'form_post' }) }), {
    message: /loginFormPost/u
  })
  await t.rejects(tenant.loginFormPost({ authorizationUrl: wire.authorizationUrl() }), { message: /login\(\)/u })
})

t.test('requests that Auth0 refuses', async t => {
  const { tenant, wire } = await tenantWith(t)
  await t.rejects(
    tenant.login({ authorizationUrl: wire.authorizationUrl({ redirect_uri: 'http://localhost:3000/other' }) }),
    { message: /invalid_redirect_uri/u }
  )
  await t.rejects(
    tenant.login({ authorizationUrl: wire.authorizationUrl({ redirect_uri: 'http://localhost:3000/other' }) }),
    {
      message: 'The tenant answered 400 and no way on: Oops!, something went wrong Oops!, something went wrong ' +
        'invalid_redirect_uri: Callback URL mismatch. The provided redirect_uri "http://localhost:3000/other" ' +
        'is not in the list of Allowed Callback URLs, which holds "http://localhost:3000/callback", ' +
        '"https://app.example.com/callback".'
    }
  )
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl({ redirect_uri: undefined }) }), {
    message: /invalid_request/u
  })
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl({ client_id: 'unknown' }) }), {
    message: /invalid_client/u
  })
  const failure = async (params: Record<string, string | undefined>, from = wire): Promise<Record<string, string>> =>
    callbackParams(await tenant.login({ authorizationUrl: from.authorizationUrl(params) }))
  const publicWire = new Wire(tenant, { client_id: 'public' })
  const strict = new Wire(tenant, { client_id: 'strict', client_secret: 'app-secret' })
  t.match(await failure({ code_challenge: undefined, code_challenge_method: undefined }, publicWire), {
    error: 'invalid_request'
  })
  t.match(await failure({ code_challenge: undefined, code_challenge_method: undefined }, strict), {
    error: 'invalid_request'
  })
  t.match(await failure({ code_challenge_method: 'plain' }), { error: 'invalid_request' })
  t.match(await failure({ audience: 'https://unknown.example.com' }), {
    error: 'access_denied',
    error_description: 'Service not found: https://unknown.example.com'
  })
  t.match(await failure({ code_challenge: undefined, code_challenge_method: undefined }), { code: String },
    'a confidential application may go without PKCE')
  t.match(await failure({ redirect_uri: 'http://127.0.0.1:9/x' }, publicWire), { code: String },
    'loopback is registered by default')
  await t.rejects(failure({ redirect_uri: 'https://evil.example.com/x' }, publicWire), {
    message: /invalid_redirect_uri/u
  })
  t.strictSame(tenant.errors, [])
})

t.test('codes that Auth0 refuses', async t => {
  let now = 1_800_000_000
  const { tenant, wire } = await tenantWith(t, { lifetimes: { code: 5 }, now: () => now })
  const callback = async (): Promise<string> => tenant.login({ authorizationUrl: wire.authorizationUrl() })
  const refused = { status: 403, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } }
  t.match(await wire.exchange(await callback(), { code_verifier: 'w'.repeat(43) }), refused)
  t.match(await wire.exchange(await callback(), { redirect_uri: 'https://app.example.com/callback' }), refused)
  t.match(await wire.exchange(await callback(), { code: 'forged' }), refused)
  t.match(await new Wire(tenant, { client_id: 'pss', client_secret: 'app-secret' }).exchange(await callback()), refused)
  t.match(await wire.exchange(await callback(), { client_secret: 'wrong' }), {
    status: 401,
    body: { error: 'invalid_client' }
  })
  t.match(await wire.exchange(await callback(), { client_id: 'unknown' }), {
    status: 401,
    body: { error: 'invalid_client' }
  })
  t.match(await wire.exchange(await callback(), { grant_type: 'urn:unknown' }), {
    status: 400,
    body: { error: 'unsupported_grant_type' }
  })
  const late = await callback()
  now += 6
  t.match(await wire.exchange(late), refused)
  const used = await callback()
  const { body } = await wire.exchange(used)
  t.match(await wire.exchange(used), refused)
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }), { status: 403 },
    'a replayed code ends what it gave')
  await tenant.close()
})

t.test('confidential applications authenticate by post, by basic and in JSON', async t => {
  const { tenant, wire } = await tenantWith(t)
  const grant = async (): Promise<Record<string, string>> => ({
    grant_type: 'authorization_code',
    code: callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl() })).code!,
    redirect_uri: redirectUri,
    code_verifier: 'v'.repeat(43)
  })
  const basic = { authorization: `Basic ${Buffer.from('app:app-secret').toString('base64')}` }
  t.equal((await wire.send('POST', '/oauth/token', new URLSearchParams(await grant()).toString(), basic)).status, 200)
  t.equal(
    (await wire.send('POST', '/oauth/token', { ...await grant(), ...wire.credentials, code_challenge: null })).status,
    200
  )
  t.equal((await wire.send('POST', '/oauth/token', '{', { 'content-type': 'application/json' })).status, 400)
  t.equal((await wire.send('POST', '/oauth/token', '"text"', { 'content-type': 'application/json' })).status, 400)
  t.equal((await wire.send('POST', '/oauth/token', 'x', { 'content-type': 'text/plain' })).status, 400)
  t.equal(
    (await wire.exchange(
      await tenant.login({ authorizationUrl: new Wire(tenant, { client_id: 'public' }).authorizationUrl() }),
      { client_id: 'public', client_secret: '' }
    )).status,
    200
  )
})

t.test('blocked and deleted users get nothing', async t => {
  const { tenant, wire } = await tenantWith(t, {
    users: [{ email: 'blocked@example.com', blocked: true }, { email: 'gone@example.com' }]
  })
  t.match(callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl() })), {
    error: 'access_denied',
    error_description: 'user is blocked'
  })
  const browser = tenant.browser()
  const started = await browser.request('GET', wire.authorizationUrl())
  const submitted = await browser.request('POST', new URL(String(started.headers.location), issuer).href, {
    user: tenant.users[1]!.sub
  })
  ;(tenant.users as unknown[]).pop()
  const resumed = await browser.request('GET', String(submitted.headers.location))
  t.not(resumed.status, 200)
})

t.test('a refresh token needs offline_access, an API that allows it and the grant type', async t => {
  const { tenant, wire } = await tenantWith(t, {
    resourceServers: [{ identifier: 'online', allowOfflineAccess: false }, { identifier: 'offline' }]
  })
  t.notOk('refresh_token' in await wire.login({ scope: 'openid' }))
  t.notOk('refresh_token' in await wire.login({ audience: 'online' }))
  t.ok('refresh_token' in await wire.login({ audience: 'offline' }))
  t.ok('refresh_token' in await wire.login({ scope: 'offline_access', nonce: undefined }))
  t.notOk('refresh_token' in await new Wire(tenant, { client_id: 'no-refresh', client_secret: 'app-secret' }).login())
  t.ok('refresh_token' in await wire.login({ scope: 'openid offline_access', prompt: 'consent' }))
})

t.test('organizations', async t => {
  const { tenant, wire } = await tenantWith(t, {
    organizations: [{ id: 'org_1', name: 'Acme', displayName: 'Acme Inc', members: ['ada@example.com'] }, {
      id: 'org_2',
      name: 'empty'
    }],
    users: [{ email: 'ada@example.com' }, { email: 'alan@example.com' }, { sub: 'sms|1', phoneNumber: '+15550100' }]
  })
  for (const organization of ['org_1', 'acme', 'ACME']) {
    const tokens = await wire.login({ organization, audience: 'https://api.example.com' })
    t.match(claimsOf(tokens.id_token), { org_id: 'org_1', org_name: 'acme' })
    t.match(claimsOf(tokens.access_token), { org_id: 'org_1', org_name: 'acme' })
    const { body } = await wire.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
    t.match(claimsOf(String(body.id_token)), { org_id: 'org_1' }, 'kept on refresh')
    t.match(claimsOf(String(body.access_token)), { org_id: 'org_1' })
  }
  const attempt = async (params: Record<string, string>, user = 'ada@example.com',
    from = wire): Promise<Record<string, string>> =>
    callbackParams(await tenant.login({ authorizationUrl: from.authorizationUrl(params), user }))
  t.match(await attempt({ organization: 'org_1' }, 'alan@example.com'), {
    error: 'access_denied',
    error_description: /is not part of the org_1 organization/u
  })
  t.match(await attempt({ organization: 'org_1' }, 'sms|1'), { error: 'access_denied' })
  t.match(await attempt({ organization: 'org_2' }), { error: 'access_denied' })
  t.match(await attempt({ organization: 'nowhere' }), { error: 'invalid_request' })
  t.match(await attempt({ organization: '' }), { code: String }, 'an empty parameter is none')
  t.match(await attempt({}, undefined, new Wire(tenant, { client_id: 'strict' })), {
    error: 'invalid_request',
    error_description: 'parameter organization is required for this client'
  })
  t.match(await attempt({ organization: 'org_1' }, undefined, new Wire(tenant, { client_id: 'personal' })), {
    error: 'invalid_request',
    error_description: 'parameter organization is not allowed for this client'
  })
  const browser = tenant.browser()
  const started = await browser.request('GET', wire.authorizationUrl({ organization: 'acme' }))
  t.match((await browser.request('GET', new URL(String(started.headers.location), issuer).href)).body,
    'continue to Acme Inc.')
  const other = await browser.request('GET', wire.authorizationUrl({ organization: 'empty' }))
  t.match((await browser.request('GET', new URL(String(other.headers.location), issuer).href)).body,
    'continue to empty.')
  t.strictSame(tenant.errors, [])
})

t.test('invitations make members, once', async t => {
  const { tenant, wire } = await tenantWith(t, { organizations: [{ id: 'org_1', name: 'acme' }] })
  const { invitation, organization, organization_name: name } = tenant.invite('acme', 'ada@example.com')
  t.equal(name, 'acme')
  t.match(callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl({ invitation }) })), {
    error: 'invalid_request'
  })
  t.match(
    callbackParams(
      await tenant.login({
        authorizationUrl: wire.authorizationUrl({ invitation, organization }),
        user: 'alan@example.com'
      })
    ),
    { error: 'access_denied' },
    'for another person'
  )
  t.match(claimsOf((await wire.login({ invitation, organization })).id_token), { org_id: 'org_1' })
  t.match(callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl({ invitation, organization }) })),
    { error: 'access_denied' }, 'used')
  const open = tenant.invite('org_1')
  t.match(
    claimsOf((await wire.login({ invitation: open.invitation, organization }, { user: 'alan@example.com' })).id_token),
    { org_id: 'org_1' }
  )
  t.throws(() => tenant.invite('nowhere'), { message: /no organization nowhere/u })
})
