import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { ConfigurationError } from '../../../lib/errors.js'
import { createTenant } from '../../../lib/testing/index.js'
import type { Tenant } from '../../../lib/testing/index.js'
import { loadEngine } from '../../../lib/testing/tenant/engine/engine.js'
import { merge } from '../../../lib/testing/tenant/engine/merge.js'
import { Storage } from '../../../lib/testing/tenant/engine/storage.js'
import { startServer } from '../../fixtures/loopback.js'
import { callbackParams, claimsOf, headerOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const clients = [
  { clientId: 'app', clientSecret: 'app-secret', backchannelLogoutUrl: 'https://app.example.com/backchannel-logout' },
  { clientId: 'other', clientSecret: 'app-secret', logoutUrls: ['https://other.example.com/bye?a=b'] }
]

t.test('a tenant needs no options, and listens on a free port of this computer', async t => {
  const tenant = await createTenant()
  t.teardown(() => tenant.close())
  t.match(tenant.domain, /^127\.0\.0\.1:\d+$/u)
  t.equal(tenant.issuer, `http://${tenant.domain}/`)
  t.equal(tenant.url, `http://${tenant.domain}`)
  t.equal(tenant.users.length, 3)
  for (const user of tenant.users) {
    t.match(user, { email: String, name: String, picture: /^data:image\/svg\+xml,%3Csvg/u })
  }
  t.match(tenant.clients, [{ clientId: 'demo-client', tokenEndpointAuthMethod: 'client_secret_post' }])
  t.ok(Math.abs(tenant.now() - Date.now() / 1000) < 5)
  const document = await (await fetch(`${tenant.url}/.well-known/openid-configuration`)).json() as Record<string,
    unknown>
  t.match(document, {
    issuer: tenant.issuer,
    authorization_endpoint: `${tenant.url}/authorize`,
    token_endpoint: `${tenant.url}/oauth/token`,
    pushed_authorization_request_endpoint: `${tenant.url}/oauth/par`,
    revocation_endpoint: `${tenant.url}/oauth/revoke`,
    userinfo_endpoint: `${tenant.url}/userinfo`,
    jwks_uri: `${tenant.url}/.well-known/jwks.json`,
    end_session_endpoint: `${tenant.url}/oidc/logout`,
    mfa_challenge_endpoint: `${tenant.url}/mfa/challenge`,
    code_challenge_methods_supported: ['S256'],
    backchannel_logout_supported: true
  })
  t.ok((document.id_token_signing_alg_values_supported as string[]).includes('RS256'))
  const wire = new Wire(tenant, { client_id: 'demo-client', client_secret: tenant.clients[0]!.clientSecret! })
  const tokens = await wire.login({
    redirect_uri: 'http://localhost:3000/callback',
    audience: 'https://api.example.com'
  })
  t.ok(tokens.refresh_token)
  const large = await fetch(`${tenant.url}/oauth/token`, { method: 'POST', body: 'x'.repeat(1_100_000) }).catch((
    error: unknown
  ) => error)
  t.type(large, Error)
  const form = await fetch(`${tenant.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'x', client_id: 'demo-client' })
  })
  t.equal(form.status, 401)
})

t.test('what a tenant refuses to be', async t => {
  const refused = async (option: string, options: Parameters<typeof createTenant>[0]): Promise<void> => {
    await t.rejects(createTenant(options), { code: 'configuration_error', option })
  }
  for (const host of ['0.0.0.0', 'example.com']) await refused('host', { host })
  for (
    const value of ['acme.eu.auth0.com', 'https://acme.eu.auth0.com', 'ftp://acme/', 'https://acme/x/',
      'https://a@acme/', 'https://acme/?x=/']
  ) await refused('issuer', { issuer: value })
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  await refused('NODE_ENV', {})
  if (NODE_ENV === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = NODE_ENV
  const tenant = await createTenant({ host: 'localhost' })
  t.teardown(() => tenant.close())
  t.match(tenant.domain, /^localhost:/u)
  await refused('port', { host: 'localhost', port: Number(tenant.domain.split(':')[1]) })
  const six = await createTenant({ host: '::1' }).catch((error: unknown) => error as ConfigurationError)
  if (six instanceof Error) return t.match(six, { option: 'port' }, 'no IPv6 here')
  t.match(six.domain, /^\[::1\]:/u)
  await six.close()
})

t.test('without oidc-provider the error says what to install; other warnings pass', async t => {
  const lines: unknown[] = []
  const { warn } = console
  console.warn = (...line: unknown[]) => {
    lines.push(...line)
  }
  await t.rejects(loadEngine(async () => {
    console.warn('oidc-provider WARNING: Unsupported runtime. Use Node.js v22.x LTS, or a later LTS release.')
    console.warn('something else')
    throw new Error('Cannot find package')
  }), { code: 'configuration_error', message: /npm install --save-dev oidc-provider@9\.13\.3/u })
  console.warn = warn
  const engine = await loadEngine()
  t.equal(await loadEngine(async () => ({ version: '9.13.99', engine })), engine)
  await t.rejects(loadEngine(async () => ({ version: '9.14.0', engine })), {
    code: 'configuration_error',
    message: 'createTenant() works with version 9.13.x of the package "oidc-provider", not 9.14.0: ' +
      'npm install --save-dev oidc-provider@9.13.3'
  })
  const { peerDependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  for (const name of ['oidc-provider', 'otpauth', '@simplewebauthn/server']) {
    t.notOk(name in peerDependencies, `${name} is what only tests need`)
  }
  const { packages } = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { dev?: boolean, devOptional?: boolean, peer?: boolean }>
  }
  t.strictSame(
    Object.entries(packages).filter(([path, { dev, devOptional, peer }]) => path && !dev && !devOptional && !peer)
      .map(([path]) => path),
    ['@fastify/cookie', 'cookie', 'fastify-plugin', 'jose', 'undici'].map(name => `node_modules/${name}`),
    'what is installed without development dependencies'
  )
  t.strictSame(lines, ['something else'])
})

t.test('tenant.fetch needs no socket', async t => {
  const tenant = await createTenant({ issuer, clients })
  const answer = await tenant.fetch(new Request(`${issuer}.well-known/openid-configuration`))
  t.equal(answer.status, 200)
  await t.rejects(tenant.fetch('https://other.eu.auth0.com/'), TypeError)
  await t.rejects(tenant.fetch(issuer, { signal: AbortSignal.abort() }), { name: 'AbortError' })
  const controller = new AbortController()
  tenant.intercept(async () => new Promise(() => {}))
  const hanging = tenant.fetch(issuer, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(hanging, { message: 'enough' })
  await tenant.close()
})

t.test('requests are logged, up to a limit', async t => {
  const tenant = await createTenant({ issuer, clients, maxRequests: 3 })
  const wire = new Wire(tenant)
  await wire.send('GET', '/userinfo?x=1')
  await wire.send('POST', '/oauth/token', { grant_type: 'none', nested: { a: 1 } }, { 'auth0-client': 'abc' })
  t.match(tenant.requests, [
    { method: 'GET', path: '/userinfo', query: { x: '1' }, params: { x: '1' }, status: 401 },
    {
      method: 'POST',
      path: '/oauth/token',
      url: `${issuer}oauth/token`,
      params: { grant_type: 'none', nested: { a: 1 } },
      headers: { 'auth0-client': 'abc' },
      at: Number
    }
  ])
  await wire.send('GET', '/nowhere')
  t.equal(tenant.requests.at(-1)?.status, 404)
  await wire.send('GET', '/userinfo')
  t.equal(tenant.requests.length, 3)
  t.equal(tenant.requests[0]!.path, '/oauth/token')
  tenant.requests.clear()
  t.equal(tenant.requests.length, 0)
})

t.test("interceptors answer in the tenant's place or break connections off", async t => {
  const tenant = await createTenant({ clients })
  t.teardown(() => tenant.close())
  const stop = tenant.intercept(({ path }) =>
    path === '/oauth/token'
      ? Response.json({ error: 'too_many_requests' }, {
        status: 429,
        headers: [['x-ratelimit-reset', '1'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2']]
      })
      : undefined
  )
  for (const send of [fetch, tenant.fetch]) {
    const answer = await send(`${tenant.url}/oauth/token`, { method: 'POST' })
    t.equal(answer.status, 429)
    t.equal(answer.headers.get('x-ratelimit-reset'), '1')
    t.strictSame(answer.headers.getSetCookie(), ['a=1', 'b=2'])
  }
  t.equal((await tenant.fetch(`${tenant.url}/.well-known/jwks.json`)).status, 200)
  stop()
  t.not((await tenant.fetch(`${tenant.url}/oauth/token`, { method: 'POST' })).status, 429)
  tenant.intercept(() => {
    throw new Error('broken')
  })
  await t.rejects(fetch(tenant.url))
  await t.rejects(tenant.fetch(`${tenant.url}/`), { message: 'broken' })
  const empty = await createTenant({ issuer })
  empty.intercept(() => new Response(null, { status: 204 }))
  t.equal((await empty.fetch(issuer)).status, 204)
})

t.test('a bug in the tenant is a 500 that the test can see', async t => {
  const tenant = await createTenant({ issuer, clients })
  ;(tenant.organizations as unknown[]).push(null)
  const answer = await new Wire(tenant).send('GET', new Wire(tenant).authorizationUrl({ organization: 'x' }))
  t.equal(answer.status, 500)
  t.match(tenant.errors, [{ name: 'TypeError' }])
  ;(tenant.clients as unknown[]).unshift(null)
  t.match(await new Wire(tenant).send('GET', '/v2/logout?client_id=x'), {
    status: 500,
    body: { error: 'server_error' }
  })
  t.equal(tenant.errors.length, 2)
})

t.test('odd requests are refused, and are no bug of the tenant', async t => {
  const tenant = await createTenant({ issuer, clients })
  const wire = new Wire(tenant)
  t.match(await wire.send('GET', '/api/v2/users/%E0%A4%A'), { status: 400, body: { error: 'invalid_request' } })
  for (const hint of [5, {}, ['a'], [{ x: 'y' }], true]) {
    t.equal((await tenant.fetch(`${issuer}oidc/logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id_token_hint: hint })
    })).status, 400)
  }
  for (const path of ['openid-configuration', 'oauth-authorization-server', 'jwks.json']) {
    const answer = await tenant.fetch(`${issuer}.well-known/${path}`, { method: 'HEAD' })
    t.match(answer.headers.get('content-type'), /json/)
    t.strictSame([answer.status, await answer.text()], [200, ''], path)
  }
  t.strictSame(tenant.errors, [])
})

async function keyIds (tenant: Tenant): Promise<string[]> {
  const { keys } = await (await tenant.fetch(`${tenant.issuer}.well-known/jwks.json`)).json() as {
    keys: { kid: string }[]
  }
  return keys.map(({ kid }) => kid)
}

t.test('two keys are published, and can be rotated', async t => {
  const tenant = await createTenant({ issuer, clients })
  const wire = new Wire(tenant)
  const first = await wire.login()
  const before = await keyIds(tenant)
  t.equal(before.length, 2)
  t.equal(headerOf(first.id_token).kid, before[0])
  const jwks = await (await tenant.fetch(`${issuer}.well-known/jwks.json`)).json() as {
    keys: { n: string, e: string, kty: string }[]
  }
  const [header, payload, signature] = first.id_token.split('.') as [string, string, string]
  t.ok(
    verify('sha256', Buffer.from(`${header}.${payload}`), createPublicKey({ key: jwks.keys[0]!, format: 'jwk' }),
      Buffer.from(signature, 'base64url'))
  )
  await tenant.rotateKeys()
  const after = await keyIds(tenant)
  t.strictSame([after[0], after[2]], [before[1], before[0]])
  t.equal(headerOf((await wire.login()).id_token).kid, before[1])
  t.equal((await wire.send('GET', `/oidc/logout?id_token_hint=${first.id_token}`)).status, 200,
    'old tokens still count')
  await tenant.rotateKeys({ revoke: true })
  t.strictSame((await keyIds(tenant)).includes(before[0]!), false)
  t.equal((await wire.send('GET', `/oidc/logout?id_token_hint=${first.id_token}`)).status, 400)
  const other = await createTenant({ issuer, clients })
  t.notOk((await keyIds(other)).some(kid => before.includes(kid)))
})

t.test('logout ends the session at the tenant and sends logout tokens', async t => {
  const received: Record<string, string>[] = []
  const tenant = await createTenant({
    issuer,
    clients,
    fetch: async (url, init) => {
      received.push({ url: String(url), ...Object.fromEntries(new URLSearchParams(String(init?.body))) })
      return new Response(null, { status: 204 })
    }
  })
  const wire = new Wire(tenant)
  const browser = tenant.browser()
  const login = async (): Promise<Record<string, unknown>> =>
    claimsOf(
      String((await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl() }))).body.id_token)
    )
  const silent = async (): Promise<Record<string, string>> =>
    callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) }))
  const { sid, sub } = await login()
  const other = new Wire(tenant, { client_id: 'other', client_secret: 'app-secret' })
  await browser.login({ authorizationUrl: other.authorizationUrl() })
  t.match(await silent(), { code: String })

  const asked = await browser.request('GET',
    `${issuer}oidc/logout?client_id=app&post_logout_redirect_uri=${encodeURIComponent('http://localhost:3000/')}`)
  t.match(asked.body, 'Do you want to log out?')
  t.match(await silent(), { code: String })
  t.equal(
    await browser.login({
      authorizationUrl: `${issuer}oidc/logout?client_id=app&state=s1&post_logout_redirect_uri=${
        encodeURIComponent('http://localhost:3000/?a=b')
      }`
    }),
    'http://localhost:3000/?a=b&state=s1'
  )
  t.match(await silent(), { error: 'login_required' })
  t.match(received, [{ url: 'https://app.example.com/backchannel-logout', logout_token: String }])
  t.match(tenant.logoutTokens, [{ clientId: 'app', status: 204 }])
  const token = received[0]!.logout_token!
  t.match(headerOf(token), { typ: 'logout+jwt', alg: 'RS256' })
  t.match(claimsOf(token), {
    iss: issuer,
    aud: 'app',
    sub,
    sid,
    jti: String,
    iat: Number,
    exp: Number,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} }
  })
  t.notOk('nonce' in claimsOf(token))

  const hinted = await login()
  t.equal((await browser.request('GET', `${issuer}oidc/logout?logout_hint=${String(hinted.sid)}&client_id=app`)).status,
    200)
  t.match(await silent(), { error: 'login_required' })
  const again = await login()
  t.equal((await wire.send('GET', `/oidc/logout?logout_hint=${String(again.sid)}`)).status, 200,
    'the hint is enough, without the cookie')
  t.match(await silent(), { error: 'login_required' })
  t.match(await wire.send('GET', '/oidc/logout'), { status: 200, text: /You have been logged out/u })
})

t.test('/v2/logout', async t => {
  const tenant = await createTenant({
    issuer,
    clients,
    fetch: async () => {
      throw new Error('unreachable')
    }
  })
  const wire = new Wire(tenant)
  const browser = tenant.browser()
  await browser.login({ authorizationUrl: wire.authorizationUrl() })
  t.equal(
    (await browser.request('GET', `${issuer}v2/logout?client_id=app&returnTo=http%3A%2F%2Flocalhost%2F`)).headers
      .location,
    'http://localhost/'
  )
  t.match(tenant.logoutTokens, [{ clientId: 'app' }])
  t.notOk('status' in tenant.logoutTokens[0]!)
  t.match(callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) })), {
    error: 'login_required'
  })
  t.equal((await wire.send('GET', '/v2/logout')).status, 200)
  t.equal((await wire.send('GET', '/v2/logout?returnTo=https%3A%2F%2Fother.example.com%2Fbye%3Fa%3Db')).status, 302,
    'without an application: any that is registered')
  t.match(await wire.send('GET', '/v2/logout?client_id=other&returnTo=http%3A%2F%2Flocalhost%2F'), {
    status: 400,
    text: /Allowed Logout URLs/u
  })
  t.match(await wire.send('GET', '/v2/logout?client_id=x'), { status: 400, text: /Unknown client: x/u })
})

t.test('a logout without a URL goes to the first that is allowed; the message about another names both', async t => {
  const urls = ['https://app.example.com/bye', 'https://app.example.com/other']
  const tenant = await createTenant({
    issuer,
    clients: [{ clientId: 'app', clientSecret: 'app-secret', logoutUrls: urls }, { clientId: 'local' }]
  })
  const wire = new Wire(tenant)
  const { id_token: hint } = await wire.login()
  for (const path of ['v2/logout?client_id=app', 'oidc/logout?client_id=app', `oidc/logout?id_token_hint=${hint}`]) {
    t.equal((await wire.send('GET', `/${path}`)).headers.get('location'), urls[0], path)
  }
  for (const path of ['v2/logout', 'v2/logout?client_id=local', 'oidc/logout', 'oidc/logout?client_id=local']) {
    t.equal((await wire.send('GET', `/${path}`)).status, 200, path)
  }
  const wrong = encodeURIComponent('https://app.example.com/wrong')
  const query = (name: string, client: string): string => `${name}=${wrong}&client_id=${client}`
  for (const path of [`v2/logout?${query('returnTo', 'app')}`,
    `oidc/logout?${query('post_logout_redirect_uri', 'app')}`]) {
    const { status, text } = await wire.send('GET', `/${path}`)
    t.equal(status, 400)
    for (const part of ['example.com/wrong', ...urls, 'Allowed Logout URLs']) t.match(text, part, path)
  }
  for (const path of [`v2/logout?${query('returnTo', 'local')}`, `v2/logout?returnTo=${wrong}`,
    `oidc/logout?${query('post_logout_redirect_uri', 'local')}`]) {
    t.match(await wire.send('GET', `/${path}`), { status: 400, text: /any URL on localhost/u }, path)
  }
})

t.test('the default port is not part of the issuer', async t => {
  for (const [given, expected] of [['https://localhost:443/', 'https://localhost/'],
    ['http://Acme.test:80/', 'http://acme.test/'], ['https://acme.test:80/', 'https://acme.test:80/']] as const) {
    const tenant = await createTenant({ issuer: given })
    t.match(tenant, { issuer: expected, domain: new URL(expected).host, url: expected.slice(0, -1) })
    const document = await tenant.fetch(`${expected}.well-known/openid-configuration`)
    t.equal((await document.json() as Record<string, string>).issuer, expected)
  }
  const tenant = await createTenant({ port: 80 }).catch((error: unknown) => error as ConfigurationError)
  if (tenant instanceof Error) return t.match(tenant, { option: 'port' }, 'the port cannot be had here')
  t.match(tenant, { issuer: 'http://127.0.0.1/', domain: '127.0.0.1' })
  t.equal((await fetch(`${tenant.url}/.well-known/openid-configuration`)).status, 200)
  await tenant.close()
})

t.test('old logins are forgotten', async t => {
  const tenant = await createTenant({ issuer, clients, maxLogins: 10 })
  const wire = new Wire(tenant)
  const browser = tenant.browser()
  const first = await wire.login()
  const inBrowser = async (): Promise<Record<string, string>> =>
    callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl() }))
  await inBrowser()
  for (let i = 0; i < 12; i++) {
    await wire.login()
    await inBrowser()
  }
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token }), { status: 403 })
  t.match(callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) })), {
    code: String
  }, 'a session that is used stays')
  const last = await wire.login()
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: last.refresh_token }), { status: 200 })
})

t.test('logout requests that Auth0 refuses', async t => {
  const tenant = await createTenant({ issuer, clients, fetch: async () => new Response() })
  const wire = new Wire(tenant)
  const { id_token: hint } = await wire.login()
  for (
    const query of [
      `id_token_hint=${hint.slice(0, -4)}`,
      `id_token_hint=${hint}&client_id=other`,
      `id_token_hint=${hint}&logout_hint=another`,
      'client_id=unknown',
      'client_id=app&post_logout_redirect_uri=https%3A%2F%2Fevil.example.com',
      'post_logout_redirect_uri=http%3A%2F%2Flocalhost'
    ]
  ) t.equal((await wire.send('GET', `/oidc/logout?${query}`)).status, 400, query)
  t.equal(
    (await wire.send('GET', `/oidc/logout?id_token_hint=${hint}&post_logout_redirect_uri=http%3A%2F%2Flocalhost`))
      .status,
    302
  )
})

t.test('a session of the tenant expires, and its applications are told once', async t => {
  let now = 1_795_000_000
  const received: string[] = []
  const tenant = await createTenant({
    issuer,
    clients,
    now: () => now,
    lifetimes: { session: 100 },
    fetch: async url => {
      received.push(String(url))
      return new Response()
    }
  })
  t.teardown(tenant.close)
  const wire = new Wire(tenant)
  await wire.login()
  now += 99
  await wire.send('GET', '/userinfo')
  t.strictSame(received, [])
  now += 2
  await Promise.all([wire.send('GET', '/userinfo'), wire.send('GET', '/userinfo')])
  while (tenant.logoutTokens[0]?.status === undefined) await new Promise(resolve => setImmediate(resolve))
  await wire.send('GET', '/userinfo')
  t.strictSame(received, [clients[0]!.backchannelLogoutUrl])
})

t.test('a clock may go by the real time', async t => {
  const tenant = await createTenant({ issuer, clients, now: () => Date.now() / 1000 + 86_400 })
  t.teardown(tenant.close)
  t.ok(Math.abs(tenant.now() - Date.now() / 1000 - 86_400) < 60)
  const { id_token: token } = await new Wire(tenant).login()
  t.ok(Math.abs(Number(claimsOf(token).iat) - Date.now() / 1000 - 86_400) < 60, 'also for what the engine makes')
})

t.test('tenant.revoke() ends all that a user has', async t => {
  const { origin } = await startServer(t, () => ({ body: 'ok' }))
  const url = `${origin}/`
  const tenant = await createTenant({ issuer, clients: [{ ...clients[0]!, backchannelLogoutUrl: url }] })
  const wire = new Wire(tenant)
  const browser = tenant.browser()
  const { body } = await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl() }))
  const bystander = await wire.login({}, { user: 'alan@example.com' })
  await tenant.revoke(tenant.users[0]!.sub)
  t.equal((await wire.token({ grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })).status, 403)
  t.equal(
    (await wire.send('GET', '/userinfo', undefined, { authorization: `Bearer ${String(body.access_token)}` })).status,
    401
  )
  t.match(callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) })), {
    error: 'login_required'
  })
  t.match(tenant.logoutTokens, [{ url, status: 200 }])
  t.equal((await wire.token({ grant_type: 'refresh_token', refresh_token: bystander.refresh_token })).status, 200)
})

t.test('users and applications can be added', async t => {
  const tenant = await createTenant({ issuer, users: [], clients: [] })
  await t.rejects(tenant.login({ authorizationUrl: issuer }), { message: /404/u })
  tenant.addClient({ clientId: 'app', clientSecret: 'app-secret' })
  const wire = new Wire(tenant)
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl() }), {
    message: 'The tenant has no user at all.'
  })
  const { sub } = tenant.addUser({ username: 'grace' })
  t.match(claimsOf((await wire.login({}, { user: 'grace' })).id_token), { sub })
  tenant.addUser({ name: 'Only Name' })
  t.equal(tenant.users.length, 2)
})

t.test('a browser that gets nowhere says so', async t => {
  const tenant = await createTenant({ issuer, clients })
  tenant.intercept(() => new Response(null, { status: 302, headers: { location: issuer } }))
  await t.rejects(tenant.login({ authorizationUrl: issuer }), { message: /The tenant answered 302 and no way on/u })
})

t.test('small parts', async t => {
  t.strictSame(merge({ a: [1], b: { c: 1 }, d: 1 }, { a: [2], b: { e: 2 }, d: null }), {
    a: [1, 2],
    b: { c: 1, e: 2 },
    d: 1
  })
  let now = 1000
  const storage = new Storage({ now: () => now, client: () => undefined, maxLogins: 10, forgotten: () => {} })
  const gone: string[] = []
  const small = new Storage({ now: () => now, client: () => undefined, maxLogins: 10, forgotten: id => gone.push(id) })
  for (let i = 0; i < 11; i++) {
    await small.adapter('Grant').upsert(`g${i}`, {})
    await small.adapter('AccessToken').upsert(`t${i}`, { grantId: `g${i}` })
  }
  await small.adapter('Grant').destroy('g5')
  t.strictSame(gone, ['g0', 'g5'])
  t.equal(small.all('AccessToken').length, 10)
  const adapter = storage.adapter('Thing')
  await adapter.upsert('a', { exp: 1000, uid: 'u', userCode: 'c' })
  await adapter.upsert('forever', {})
  t.match(await adapter.findByUid('u'), { exp: 1000 })
  t.match(await adapter.findByUserCode('c'), { exp: 1000 })
  await adapter.consume('a')
  await adapter.consume('unknown')
  t.match(await adapter.find('a'), { consumed: 1000 })
  now += 100
  for (let i = 0; i < 500; i++) await adapter.upsert('b', { exp: 5000 })
  t.equal(await adapter.find('a'), undefined, 'what is over is forgotten')
  t.ok(await adapter.find('forever'))
  t.match(await new Promise((resolve, reject) => {
    storage.adapter('Client').find('x').then(resolve, reject)
  }), undefined)
})

t.test('two tenants with clocks of their own', async t => {
  const past = await createTenant({ issuer, clients, now: () => 1_000_000_000 })
  const future = await createTenant({ issuer, clients, now: () => 2_000_000_000 })
  const [a, b] = await Promise.all([new Wire(past).login(), new Wire(future).login()])
  t.equal(claimsOf(a.id_token).iat, 1_000_000_000)
  t.equal(claimsOf(b.id_token).iat, 2_000_000_000)
  const patched = Date.now
  await past.close()
  await past.close()
  t.equal(Date.now, patched, 'a second close is none of another tenant')
  await future.close()
  t.not(Date.now, patched)
})
