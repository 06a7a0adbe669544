import fastify from 'fastify'
import t from 'tap'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { Agent } from 'undici'
import fastifyAuth0, { type StepUpRequiredError } from '../../../lib/index.js'
import { sessionCookie } from '../../../lib/testing/index.js'
import { createConnectionTokens } from '../../../lib/flows/tokens/connection-tokens.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { startServer } from '../../fixtures/loopback.js'
import type { Answer, Reply } from '../../fixtures/scripted-tenant.js'
import { ask, does, site, type Site } from '../site.js'

type Request = import('fastify').FastifyRequest
const missing = (argument: string) => ({ code: 'missing_required_argument_error', argument })
const invalid = (argument: string) => ({ code: 'invalid_argument', argument })
const urlOf = (answer: { value?: never }): URL => new URL(answer.value as unknown as string)

t.test('linking and unlinking an account', async t => {
  const s = await site(t, { mountConnectRoutes: true, storeIdToken: true, audience: 'https://api' }, {
    '/link': does(async request =>
      await request.auth0.startLinkUser({
        connection: 'github',
        connectionScope: 'repo',
        returnTo: '/linked',
        appState: { a: 1 }
      })
    ),
    '/unlink': does(async request => await request.auth0.startUnlinkUser({ connection: 'github' })),
    '/nothing': does(async request => await request.auth0.startLinkUser({ connection: '' })),
    '/finish': does(async request =>
      await request.auth0.completeLinkUser(String((request.query as { url: string }).url))
    ),
    '/finish-login': does(async request =>
      await request.auth0.completeInteractiveLogin(String((request.query as { url: string }).url))
    ),
    '/finish-unlink': does(async request =>
      await request.auth0.completeUnlinkUser(String((request.query as { url: string }).url))
    ),
    '/login-2': does(async request => await request.auth0.startInteractiveLogin()),
    '/me': async request => (await request.getSession()) ?? 'nobody',
    '/set': async request => await request.auth0.updateSession({ theme: 'dark' })
  })
  const ada = await s.member()
  await ada.call('/set')
  const link = urlOf(await ask(ada, '/link'))
  t.match(Object.fromEntries(link.searchParams), {
    requested_connection: 'github',
    requested_connection_scope: 'repo',
    scope: 'openid link_account offline_access',
    redirect_uri: 'https://app.example.test/auth/connect/callback',
    id_token_hint: /^eyJ/
  })
  const before = (await ada.call('/me')).json()
  s.tenant.claims = { nickname: 'linked' }
  const finished = await ask(ada, `/finish?url=${encodeURIComponent(s.tenant.callback(link.href))}`)
  t.match(finished.value, { appState: { a: 1 }, returnTo: '/linked' })
  t.match((await ada.call('/me')).json(), {
    id: before.id,
    theme: 'dark',
    user: { sub: 'auth0|ada', nickname: 'linked' }
  })
  t.equal(s.tenant.grants('authorization_code').at(-1)?.form.get('redirect_uri'),
    'https://app.example.test/auth/connect/callback')

  const unlink = urlOf(await ask(ada, '/unlink'))
  t.match(Object.fromEntries(unlink.searchParams), {
    scope: 'openid unlink_account',
    requested_connection: 'github',
    redirect_uri: 'https://app.example.test/auth/unconnect/callback'
  })
  t.notOk(unlink.searchParams.has('requested_connection_scope'))
  t.equal((await ask(ada, `/finish-unlink?url=${encodeURIComponent(s.tenant.callback(unlink.href))}`)).error, undefined)

  t.strictSame((await ask(ada, '/nothing')).error, missing('connection'))
  t.equal((await ask(s.browser(), '/link')).error?.code, 'start_link_user_error')
  t.equal(
    (await ask(ada, `/finish?url=${encodeURIComponent(s.tenant.callback(urlOf(await ask(ada, '/login-2')).href))}`))
      .error?.code,
    'invalid_argument',
    'a login is no link'
  )
  t.equal(
    (await ask(ada, `/finish-login?url=${encodeURIComponent(s.tenant.callback(urlOf(await ask(ada, '/link')).href))}`))
      .error?.code,
    'invalid_argument',
    'a link is no login'
  )
  const other = s.tenant.callback(urlOf(await ask(ada, '/link')).href)
  s.tenant.sub = 'auth0|eve'
  t.equal((await ask(ada, `/finish?url=${encodeURIComponent(other)}`)).error?.code, 'start_link_user_error',
    'the tokens are of somebody else')
  s.tenant.sub = 'auth0|ada'
  const mine = s.tenant.callback(urlOf(await ask(ada, '/link')).href)
  await ada.navigate(s.tenant.callback(await s.start(ada)))
  t.equal((await ask(ada, `/finish?url=${encodeURIComponent(mine)}`)).error?.code, 'start_link_user_error',
    'begun in another session')
})

t.test('a stale ID token is renewed before it serves as a hint', async t => {
  const s = await site(t, { mountConnectRoutes: true }, {
    '/link': does(async request =>
      await request.auth0.startLinkUser({
        connection: 'github',
        ...('patient' in (request.query as object) ? {} : { signal: AbortSignal.timeout(5000) })
      })
    )
  })
  const ada = await s.member()
  s.clock.now += 35_990
  t.ok((await ask(ada, '/link')).value)
  t.equal(s.tenant.grants('refresh_token').length, 1)
  s.clock.now += 36_001
  s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, { id_token: undefined }) }))
  t.equal((await ask(ada, '/link?patient')).error?.code, 'start_link_user_error')
  const without = await site(t, {}, {
    '/link': does(async request => await request.auth0.startLinkUser({ connection: 'github' }))
  })
  t.equal((await ask(await without.member(), '/link')).error?.code, 'start_link_user_error', 'no ID token is kept')
})

t.test('connected accounts', async t => {
  const s = await site(t, { mountConnectedAccountRoutes: true }, {
    '/connect': does(async request =>
      await request.auth0.startConnectAccount({
        connection: 'google',
        scopes: ['mail'],
        appState: { b: 2 },
        returnTo: '/done',
        signal: AbortSignal.timeout(5000)
      })
    ),
    '/bare': does(async request => await request.auth0.startConnectAccount({ connection: 'google' })),
    '/nothing': does(async request => await request.auth0.startConnectAccount({ connection: '' })),
    '/finish': does(async request =>
      await request.auth0.completeConnectAccount(String((request.query as { url: string }).url))
    ),
    '/list': does(async request => {
      const page = await request.auth0.listConnectedAccounts({ connection: 'google' })
      const all = []
      for await (const account of page) all.push(account.id)
      return { first: page.accounts.length, all }
    }),
    '/delete': does(async request => {
      await request.auth0.deleteConnectedAccount('cac|1/2')
    }),
    '/connections': does(async request => await request.auth0.listConnectedAccountConnections({ take: 5 })),
    '/login-2': does(async request => await request.auth0.startInteractiveLogin())
  })
  const ada = await s.member()
  s.tenant.scripts.set('POST /me/v1/connected-accounts/connect', ({ json }) => ({
    status: 201,
    json: {
      auth_session: 'auth-session',
      connect_uri: 'https://acme.eu.auth0.com/connect?x=1',
      connect_params: { ticket: 'ticket-1' },
      expires_in: 300,
      state: json.state
    }
  }))
  s.tenant.scripts.set('POST /me/v1/connected-accounts/complete', () => ({
    status: 201,
    json: { id: 'cac_1', connection: 'google', access_type: 'offline', scopes: ['mail'], created_at: 'now' }
  }))
  const to = urlOf(await ask(ada, '/connect'))
  t.equal(to.href, 'https://acme.eu.auth0.com/connect?ticket=ticket-1')
  const sent = s.tenant.to('/me/v1/connected-accounts/connect')[0]!
  t.match(sent.json, {
    connection: 'google',
    redirect_uri: 'https://app.example.test/auth/callback',
    code_challenge_method: 'S256',
    scopes: ['mail']
  })
  t.match(sent.headers.authorization, /^Bearer opaque-access/)
  t.match(Object.fromEntries(s.tenant.grants('refresh_token')[0]!.form), {
    audience: 'https://acme.eu.auth0.com/me/',
    scope: 'create:me:connected_accounts'
  })
  const back = `/auth/callback?connect_code=code-9&state=${String(sent.json.state)}`
  t.match((await ask(ada, `/finish?url=${encodeURIComponent(back)}`)).value, {
    id: 'cac_1',
    appState: { b: 2 },
    returnTo: '/done'
  })
  t.match(s.tenant.to('/me/v1/connected-accounts/complete')[0]!.json, {
    auth_session: 'auth-session',
    connect_code: 'code-9',
    redirect_uri: 'https://app.example.test/auth/callback'
  })

  await ask(ada, '/bare')
  const state = (): string => String(s.tenant.to('/me/v1/connected-accounts/connect').at(-1)!.json.state)
  t.strictSame((await ask(ada, `/finish?url=${encodeURIComponent(`/auth/callback?state=${state()}`)}`)).error,
    missing('connect_code'))
  await ask(ada, '/bare')
  t.equal(
    (await ask(ada, `/finish?url=${encodeURIComponent(`/auth/callback?error=access_denied&state=${state()}`)}`)).error
      ?.code,
    'access_denied'
  )
  await ask(ada, '/bare')
  t.notOk(
    'appState' in
      ((await ask(ada, `/finish?url=${encodeURIComponent(`/auth/callback?connect_code=c&state=${state()}`)}`)).value ??
        {})
  )
  t.equal(
    (await ask(ada, `/finish?url=${encodeURIComponent(s.tenant.callback(urlOf(await ask(ada, '/login-2')).href))}`))
      .error?.code,
    'invalid_argument'
  )
  t.strictSame((await ask(ada, '/nothing')).error, missing('connection'))
  t.equal((await ask(s.browser(), '/bare')).error?.code, 'login_required')

  s.tenant.scripts.set('GET /me/v1/connected-accounts/accounts', ({ url }) => ({
    json: url.searchParams.get('from') === 'p2'
      ? { accounts: [{ id: 'b' }] }
      : { accounts: [{ id: 'a' }], next: 'p2' }
  }))
  t.match((await ask(ada, '/list')).value, { first: 1, all: ['a', 'b'] })
  s.tenant.scripts.set('DELETE /me/v1/connected-accounts/accounts/cac%7C1%2F2', () => ({ status: 204 }))
  t.equal((await ask(ada, '/delete')).error, undefined)
  s.tenant.scripts.set('GET /me/v1/connected-accounts/connections',
    () => ({ json: { connections: [{ name: 'google', strategy: 'google-oauth2' }] } }))
  t.match((await ask(ada, '/connections')).value, { connections: [{ name: 'google' }] })
  t.strictSame(s.tenant.grants('refresh_token').map(({ form }) => form.get('scope')),
    ['create', 'read', 'delete'].map(what => `${what}:me:connected_accounts`), 'each call has the token it needs')
  const noCallback = await site(t, { mountRoutes: false }, {
    '/connect': does(async request => await request.auth0.startConnectAccount({ connection: 'google' })),
    '/in': does(async request =>
      await request.auth0.startInteractiveLogin({
        authorizationParams: { redirect_uri: 'https://app.example.test/in-2' }
      })
    ),
    '/in-2': does(async request => await request.auth0.completeInteractiveLogin())
  })
  const bob = noCallback.browser()
  await bob.call(noCallback.tenant.callback(urlOf(await ask(bob, '/in')).href))
  t.strictSame((await ask(bob, '/connect')).error, missing('redirectUri'))
})

t.test('request.auth0.fetch adds the token and renews it once', async t => {
  const s = await site(t, {}, {
    '/api': does(async request => {
      const response = await request.auth0.fetch('https://api.example.test/items', { method: 'POST', body: 'x' })
      return { status: response.status }
    }),
    '/plain': does(async request =>
      (await request.auth0.fetch(new URL('https://api.example.test/items'), { signal: AbortSignal.timeout(5000) }, {
        scope: 'openid'
      })).status
    ),
    '/other': does(async request =>
      (await request.auth0.fetch('https://api.example.test/items', {}, { audience: 'https://other' })).status
    ),
    '/stream': does(async request =>
      (await request.auth0.fetch('https://api.example.test/items', {
        method: 'POST',
        body: new ReadableStream({
          start (c) {
            c.close()
          }
        }),
        duplex: 'half'
      } as never)).status
    ),
    '/http': does(async request => await request.auth0.fetch('http://api.example.test/')),
    '/relative': does(async request => await request.auth0.fetch('/items'))
  })
  const seen: (string | undefined)[] = []
  let refuse = 0
  s.tenant.scripts.set('POST /items', ({ headers }) => {
    seen.push(headers.authorization)
    return { status: refuse-- > 0 ? 401 : 200, json: {} }
  })
  s.tenant.scripts.set('GET /items', ({ headers }) => {
    seen.push(headers.authorization)
    return { status: refuse-- > 0 ? 401 : 204 }
  })
  const ada = await s.member()
  t.match((await ask(ada, '/api')).value, { status: 200 })
  refuse = 1
  t.match((await ask(ada, '/api')).value, { status: 200 })
  t.strictSame(seen, ['Bearer opaque-access-1', 'Bearer opaque-access-1', 'Bearer opaque-access-2'])
  t.equal((await ask(ada, '/plain')).value, 204)
  t.equal((await ask(ada, '/other')).value, 204)
  t.equal(s.tenant.grants('refresh_token').at(-1)?.form.get('audience'), 'https://other')
  refuse = 5
  t.equal((await ask(ada, '/stream')).value, 401, 'a stream cannot be sent twice')
  t.equal((await ask(ada, '/api')).value === undefined, false)
  t.equal((await ask(ada, '/http')).error?.code, 'invalid_argument')
  t.equal((await ask(ada, '/relative')).error?.code, 'invalid_argument')
})

t.test('request.auth0.fetch tells of an API that demands another login, and renews nothing for it', async t => {
  const s = await site(t, {}, {
    '/api': async request =>
      await request.auth0.fetch('https://api.example.test/items').then(({ status }) => ({ status }),
        (error: StepUpRequiredError) => ({ ...error, name: error.name, message: error.message }))
  })
  let answer: Answer = {}
  s.tenant.scripts.set('GET /items', () => answer)
  const ada = await s.member()
  const code = 'error="insufficient_user_authentication"'
  const demanded: [string, { maxAge?: number, acrValues?: string }][] = [
    [`Bearer ${code}, error_description="A different authentication level is required", acr_values="myACR"`,
      { acrValues: 'myACR' }],
    [`Bearer ${code}, error_description="More recent authentication is required", max_age="5"`, { maxAge: 5 }],
    [`Bearer realm="api", ${code}, acr_values="a b", max_age=0, scope="read", DPoP algs="ES256"`,
      { maxAge: 0, acrValues: 'a b' }],
    [`Bearer realm="api", DPoP realm="api", ${code}, max_age="300", algs="ES256"`, { maxAge: 300 }],
    [`Basic realm="a, Bearer ${code.replaceAll('"', '\\"')}", ` +
      `bearer ${code.toUpperCase().replace(/".*/, code.slice(6))}` +
      ' , Max_Age = "60"', { maxAge: 60 }],
    [`Negotiate abc==, Bearer ${code},max_age="1",max_age="2"`, { maxAge: 1 }],
    [`Digest, , Bearer ${code}, acr_values="a\\"b"`, { acrValues: 'a"b' }],
    [`Bearer ${code}, max_age="-1", acr_values=""`, {}],
    [`Bearer ${code}, max_age="1e3", acr_values="a  b"`, {}],
    [`Bearer ${code}, max_age="99999999999", acr_values="${'a'.repeat(2000)}"`, {}]
  ]
  for (const [header, demand] of demanded) {
    answer = { status: 401, headers: { 'www-authenticate': header } }
    const told = (await ada.call('/api')).json() as Record<string, unknown>
    t.match(told, {
      name: 'StepUpRequiredError',
      code: 'insufficient_user_authentication',
      statusCode: 401,
      message: /api\.example\.test/
    }, header)
    t.strictSame({ maxAge: told.maxAge, acrValues: told.acrValues },
      { maxAge: undefined, acrValues: undefined, ...demand }, header)
  }
  t.equal(s.tenant.grants('refresh_token').length, 0, 'a renewed token is of the same login')

  for (
    const header of [`Basic ${code}`, `Bearer error="invalid_token", error_description="${code.slice(7)}`,
      'insufficient_user_authentication', `Bearer realm="${code.replaceAll('"', '')}"`, code,
      `Bearer realm="open, ${code}`, `Bearer realm=x${code}`,
      `Bearer ${' ,'.repeat(3000)}insufficient_user_authentication`]
  ) {
    answer = { status: 401, headers: { 'www-authenticate': header } }
    t.strictSame((await ada.call('/api')).json(), { status: 401 }, header.slice(0, 60))
  }
  answer = { status: 403, headers: { 'www-authenticate': `Bearer ${code}` } }
  t.strictSame((await ada.call('/api')).json(), { status: 403 })
  answer = { status: 302, headers: { location: 'https://elsewhere.test/items/of/others' } }
  s.tenant.scripts.set('GET /items/of/others', () => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer ${code}, max_age="0"` }
  }))
  t.strictSame((await ada.call('/api')).json(), { status: 401 }, 'a server that was sent no token demands nothing')
})

t.test('a proof of the key stays at the API that it is for, wherever that redirects to', async t => {
  const s = await site(t, { dpop: true }, {
    '/api': does(async request => {
      const { path, ...init } = request.query as Record<string, string>
      const response = await request.auth0.fetch(`https://api.example.test${path}`, {
        headers: {
          cookie: 'a=b',
          'proxy-authorization': 'Basic eA==',
          'content-type': 'text/plain',
          'content-encoding': 'identity',
          'content-language': 'de',
          'x-own': '1'
        },
        ...init
      })
      return response.status
    })
  })
  const usual = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = (claims, rest) => usual(claims, { token_type: 'DPoP', ...rest })
  const ada = await s.member()
  const redirects: Record<string, [number, string]> = {
    '/elsewhere': [302, 'https://other.example.test/end'],
    '/port': [307, 'https://api.example.test:8443/end'],
    '/home': [302, '/end'],
    '/home/307': [307, '/end'],
    '/far': [308, '/elsewhere'],
    '/loop': [302, '/loop']
  }
  for (const [path, [status, location]] of Object.entries(redirects)) {
    for (const method of ['GET', 'POST']) {
      s.tenant.scripts.set(`${method} ${path}`, () => ({ status, headers: { location }, json: {} }))
    }
  }
  for (const method of ['GET', 'POST']) s.tenant.scripts.set(`${method} /end`, () => ({ json: {} }))
  const claimsOf = (proof: string | undefined) =>
    JSON.parse(Buffer.from(proof!.split('.')[1]!, 'base64url').toString()) as { htm: string, htu: string }
  const call = async (query: string) => {
    const before = s.tenant.requests.length
    const { value, error } = await ask(ada, `/api?${query}`)
    return { value, error, sent: s.tenant.requests.slice(before) }
  }
  for (const path of ['/elsewhere', '/port', '/far']) {
    const { value, sent } = await call(`path=${path}`)
    t.equal(value, 200, path)
    const last = sent.at(-1)!
    for (const name of ['dpop', 'authorization', 'cookie', 'proxy-authorization']) {
      t.equal(last.headers[name], undefined, `${path}: ${name}`)
    }
    t.equal(last.headers['x-own'], '1')
    for (const one of sent.slice(0, -1)) {
      t.strictSame(claimsOf(one.headers.dpop), { ...claimsOf(one.headers.dpop), htu: one.url.href })
    }
  }
  for (const [path, method] of [['/home', 'GET'], ['/home/307', 'POST']] as const) {
    const { value, sent } = await call(`path=${path}&method=POST&body=x`)
    t.equal(value, 200, path)
    t.match(claimsOf(sent.at(-1)!.headers.dpop), { htm: method, htu: 'https://api.example.test/end' })
    t.strictSame(['content-type', 'content-encoding', 'content-language'].map(name => sent.at(-1)!.headers[name]),
      method === 'POST' ? ['text/plain', 'identity', 'de'] : [undefined, undefined, undefined])
  }
  t.match((await call('path=/loop')).error, {}, 'redirects without end')
  t.equal((await call('path=/elsewhere&redirect=manual')).value, 302)
})

t.test('fetch with a token that is bound to a key', async t => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const s = await site(t, { dpop: { key: privateKey.export({ format: 'jwk' }) } }, {
    '/api': does(async request => (await request.auth0.fetch('https://api.example.test/items?x=1')).status),
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  const usual = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = (claims, rest) => usual(claims, { token_type: 'DPoP', ...rest })
  const browser = s.browser()
  const location = await s.start(browser)
  t.match(new URL(location).searchParams.get('dpop_jkt'), /^[\w-]{43}$/)
  await browser.navigate(s.tenant.callback(location))
  t.ok(s.tenant.grants('authorization_code')[0]!.headers.dpop)
  const proofs: string[] = []
  s.tenant.scripts.set('GET /items', ({ headers }) => {
    proofs.push(headers.dpop ?? '')
    t.match(headers.authorization, /^DPoP /)
    return proofs.length === 1
      ? {
          status: 401,
          headers: { 'dpop-nonce': 'nonce-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
          json: {}
        }
      : { status: 200, json: {}, headers: { 'dpop-nonce': 'nonce-2' } }
  })
  t.equal((await ask(browser, '/api')).value, 200)
  const payload = (proof: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(proof.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
  t.match(payload(proofs[1]!), { nonce: 'nonce-1', htm: 'GET', htu: 'https://api.example.test/items' })
  t.equal((await ask(browser, '/api')).value, 200)
  t.match(payload(proofs[2]!), { nonce: 'nonce-2' }, 'the nonce is known from then on')
  t.equal(s.tenant.grants('refresh_token').length, 0, 'the token was good')

  const answers: Record<string, string> = { 1: 'invalid_token', 2: 'use_dpop_nonce' }
  const tokens: (string | undefined)[] = []
  s.tenant.scripts.set('GET /items', ({ headers }) => {
    tokens.push(headers.authorization)
    const error = answers[tokens.length]
    return {
      status: error === undefined ? 200 : 401,
      headers: {
        'dpop-nonce': `nonce-${tokens.length + 2}`,
        ...(error !== undefined && { 'www-authenticate': `DPoP error="${error}"` })
      },
      json: {}
    }
  })
  t.equal((await ask(browser, '/api')).value, 200,
    'an API that sends a nonce with every answer refuses a token: it is renewed')
  t.strictSame(tokens, ['DPoP opaque-access-1', 'DPoP opaque-access-2', 'DPoP opaque-access-2'])
  Object.assign(answers, { 4: 'use_dpop_nonce', 5: 'use_dpop_nonce', 6: 'invalid_token' })
  t.equal((await ask(browser, '/api')).value, 401, 'a proof is repeated once')
  t.equal(tokens.length, 5)
  t.equal(s.tenant.grants('refresh_token').length, 1)
})

const ciba = 'urn:openid:params:grant-type:ciba'
async function cibaSite (t: Parameters<typeof site>[0], options = {}): Promise<Site> {
  const s = await site(t, options, {
    '/ciba': does(async request => {
      const { session } = await request.auth0.loginBackchannel({
        bindingMessage: 'order 1',
        loginHint: { sub: 'auth0|ada' },
        ...(request.query as object)
      })
      return session.user.sub
    }),
    '/abort': does(async request =>
      await request.auth0.loginBackchannel({
        bindingMessage: 'order 1',
        loginHint: { sub: 'auth0|ada' },
        signal: AbortSignal.timeout(20)
      })
    )
  })
  s.tenant.scripts.set('POST /bc-authorize',
    () => ({ json: { auth_req_id: 'req-1', expires_in: 300, interval: 0.01 } }))
  s.tenant.scripts.set(ciba, () => ({ json: s.tenant.tokens() }))
  return s
}

t.test('a login on another device', async t => {
  const s = await cibaSite(t, { audience: 'https://api' })
  const browser = s.browser()
  t.equal((await ask(browser, '/ciba')).value, 'auth0|ada')
  t.match(Object.fromEntries(s.tenant.to('/bc-authorize')[0]!.form), {
    binding_message: 'order 1',
    scope: 'openid profile email offline_access',
    audience: 'https://api'
  })
  t.notOk(s.tenant.to('/bc-authorize')[0]!.form.has('redirect_uri'))
  t.ok(browser.names().length > 0)
  s.tenant.sub = 'auth0|eve'
  t.equal((await ask(s.browser(), '/ciba')).error?.code, 'token_validation_error', 'somebody else confirmed')
  s.tenant.scripts.set(ciba, () => ({ status: 400, json: { error: 'authorization_pending' } }))
  t.equal((await ask(s.browser(), '/abort')).error?.code, 'aborted')
  const org = await cibaSite(t, { organization: 'org_1' })
  t.equal((await ask(org.browser(), '/ciba')).error?.code, 'organization_token_validation_error')
  t.equal(org.tenant.to('/bc-authorize')[0]!.form.get('organization'), 'org_1')
})

t.test('the same without a session, in steps', async t => {
  const s = await cibaSite(t)
  const { auth0 } = s.app
  t.match(
    await auth0.initiateBackchannelAuthentication({
      bindingMessage: 'x',
      loginHint: { sub: 'auth0|ada' },
      audience: 'https://api'
    }),
    { authReqId: 'req-1', expiresIn: 300 }
  )
  t.ok(
    (await auth0.backchannelAuthenticationGrant({ authReqId: 'req-1', signal: AbortSignal.timeout(5000) })).accessToken
  )
  await t.rejects(auth0.backchannelAuthenticationGrant({ authReqId: '' }), { message: /./, argument: 'authReqId' })
  t.ok(
    (await auth0.backchannelAuthentication({
      bindingMessage: 'x',
      loginHint: { sub: 'auth0|ada' },
      signal: AbortSignal.timeout(5000)
    })).idToken
  )
  t.ok(
    (await auth0.getTokenByRefreshToken({
      refreshToken: 'r',
      audience: 'https://api',
      signal: AbortSignal.timeout(5000)
    })).accessToken
  )
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  await t.rejects(auth0.getTokenByRefreshToken({ refreshToken: 'r' }), { code: 'mfa_required', mfaToken: /^eyJ/ })
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'invalid_grant' } }))
  await t.rejects(auth0.getTokenByRefreshToken({ refreshToken: 'r' }), { code: 'invalid_grant' })
  t.ok((await auth0.getTokenForConnection({ connection: 'google', accessToken: 'a' })).accessToken)
  t.ok(
    (await auth0.getTokenForConnection({ connection: 'google', refreshToken: 'a', signal: AbortSignal.timeout(5000) }))
      .accessToken
  )
  s.tenant.scripts.delete('refresh_token')
  const results = [
    await auth0.backchannelAuthenticationGrant({ authReqId: 'req-1' }),
    await auth0.getTokenByRefreshToken({ refreshToken: 'r' }),
    await auth0.getTokenForConnection({ connection: 'google', accessToken: 'a' })
  ]
  for (const result of results) {
    t.strictSame(Object.keys(result).filter(name => name.includes('_')), [], 'one spelling')
    t.equal(result.access_token, result.accessToken, 'the names before 1.0 lead there, too')
    t.type(result.expiresIn, 'number')
    t.equal(result.expiresAt, Math.floor(s.clock.now + result.expiresIn!))
  }
})

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
t.test('token exchange with and without a session', async t => {
  const s = await site(t, { audience: 'https://api' }, {
    '/exchange': does(async request => {
      const { session } = await request.auth0.loginWithCustomTokenExchange({
        subjectToken: 'legacy',
        subjectTokenType: 'urn:acme:legacy',
        ...(request.query as object)
      })
      return session.user.sub
    })
  })
  s.tenant.scripts.set(exchange, () => ({
    json: s.tenant.tokens({ act: { sub: 'agent' } }, {
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'openid'
    })
  }))
  t.equal((await ask(s.browser(), '/exchange')).value, 'auth0|ada')
  t.match(Object.fromEntries(s.tenant.grants(exchange)[0]!.form), {
    subject_token: 'legacy',
    subject_token_type: 'urn:acme:legacy',
    scope: 'openid',
    audience: 'https://api'
  })
  t.equal((await ask(s.browser(), '/exchange?organization=org_1')).error?.code, 'organization_token_validation_error')
  const { auth0 } = s.app
  t.match(
    await auth0.customTokenExchange({
      subjectToken: 'x',
      subjectTokenType: 'urn:acme:legacy',
      signal: AbortSignal.timeout(5000)
    }),
    { tokenType: 'Bearer', act: { sub: 'agent' }, scope: 'openid' }
  )
  s.tenant.scripts.set(exchange, () => ({ json: { access_token: 'a', token_type: 'Bearer' } }))
  const inOrganization = { subjectToken: 'x', subjectTokenType: 'urn:acme:legacy', organization: 'org_1' }
  await t.rejects(auth0.customTokenExchange(inOrganization), { code: 'organization_token_validation_error' },
    'an organization that cannot be checked')
  for (const [organization, passes] of [['org_1', true], ['org_2', false], [undefined, false]] as const) {
    const accessToken = s.tenant.jwt({ iss: s.tenant.issuer, sub: 'auth0|ada', org_id: organization })
    s.tenant.scripts.set(exchange, () => ({ json: { access_token: accessToken, token_type: 'Bearer' } }))
    const asked = auth0.customTokenExchange(inOrganization)
    if (passes) t.match(await asked, { act: undefined, idToken: undefined })
    else await t.rejects(asked, { code: 'organization_token_validation_error' }, String(organization))
  }
  for (
    const [status, json, code] of [[403, { error: 'access_denied' }, 'token_exchange_failed'], [403, {
      error: 'setactor_required'
    }, 'setactor_required'], [403, { error: 'mfa_required', mfa_token: 'raw' }, 'mfa_required'], [500, {
      error: 'server_error'
    }, 'server_error']] as const
  ) {
    s.tenant.scripts.set(exchange, () => ({ status, json }))
    await t.rejects(auth0.customTokenExchange({ subjectToken: 'x', subjectTokenType: 'urn:acme:legacy' }), { code })
  }
})

t.test('session transfer tokens', async t => {
  const transfer = { subjectToken: 'customer', subjectTokenType: 'urn:acme:customer' }
  const s = await site(t, { storeIdToken: true }, {
    '/transfer': does(async request =>
      await request.auth0.requestSessionTransferToken({
        ...transfer,
        reason: 'support',
        ...('patient' in (request.query as object) ? {} : { signal: AbortSignal.timeout(5000) })
      })
    ),
    '/given': does(async request =>
      await request.auth0.requestSessionTransferToken({
        ...transfer,
        actorToken: 'own',
        actorTokenType: 'urn:x',
        signal: AbortSignal.timeout(5000)
      })
    ),
    '/redirect': does(async request =>
      request.auth0.buildSessionTransferRedirect(String((request.query as { to: string }).to), {
        sessionTransferToken: 'stt'
      }, { organization: 'org_1' })
    ),
    '/bare': does(async request =>
      request.auth0.buildSessionTransferRedirect('http://localhost:3001/login', { sessionTransferToken: 'stt' })
    )
  })
  let type = 'urn:auth0:params:oauth:token-type:session_transfer_token'
  let kind = 'N_A'
  s.tenant.scripts.set(exchange,
    () => ({ json: { access_token: 'stt', token_type: kind, expires_in: 60, issued_token_type: type } }))
  const ada = await s.member()
  for (kind of ['n_a', 'bearer', 'Bearer', 'N_A']) t.ok((await ask(ada, '/given')).value, kind)
  s.tenant.requests.length = 0
  t.match((await ask(ada, '/transfer')).value, { sessionTransferToken: 'stt', expiresIn: 60 })
  t.match(Object.fromEntries(s.tenant.grants(exchange)[0]!.form), {
    audience: 'urn:acme.eu.auth0.com:session_transfer',
    actor_token: /^eyJ/,
    actor_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    reason: 'support'
  })
  t.match((await ask(ada, '/given')).value, { sessionTransferToken: 'stt' })
  s.clock.now += 36_000
  t.match((await ask(ada, '/transfer')).value, { sessionTransferToken: 'stt' }, 'a stale actor is renewed')
  s.clock.now += 36_100
  s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, { id_token: undefined }) }))
  t.equal((await ask(ada, '/transfer')).error?.code, 'actor_unavailable')
  t.equal((await ask(ada, '/transfer?patient')).error?.code, 'actor_unavailable')
  t.equal((await ask(s.browser(), '/transfer')).error?.code, 'actor_unavailable')
  type = 'urn:ietf:params:oauth:token-type:access_token'
  t.equal((await ask(ada, '/given')).error?.code, 'invalid_response')
  t.equal(urlOf(await ask(ada, '/redirect?to=https://other.example.test/login')).href,
    'https://other.example.test/login?session_transfer_token=stt&organization=org_1')
  t.ok((await ask(ada, '/bare')).value)
  for (
    const to of ['http://other.example.test/', '/login', 'https://other.example.test/%23x#y'.replace('%23', ''),
      'https://u:p@other.example.test/']
  ) t.strictSame((await ask(ada, `/redirect?to=${encodeURIComponent(to)}`)).error, invalid('targetLoginUrl'), to)
})

const otp = 'http://auth0.com/oauth/grant-type/passwordless/otp'
/** Every parameter that a magic link may carry. */
const linkParams = {
  audience: 'https://api',
  login_hint: 'ada',
  ui_locales: 'de',
  screen_hint: 'signup',
  prompt: 'login',
  max_age: 60,
  acr_values: 'high',
  scope: 'openid mail',
  organization: 'org_1'
}
t.test('passwordless: codes and links', async t => {
  const s = await site(t, {}, {
    '/code': does(async request =>
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'ada@example.com',
        language: 'de',
        captcha: 'c',
        clientIp: '192.0.2.1',
        signal: AbortSignal.timeout(5000)
      })
    ),
    '/sms': does(async request =>
      await request.auth0.passwordless.start({ connection: 'sms', phoneNumber: '+491701234567' })
    ),
    '/odd': does(async request => await request.auth0.passwordless.start({ connection: 'fax' } as never)),
    '/link': does(async request =>
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'ada@example.com',
        send: 'link',
        returnTo: '/in',
        appState: { c: 3 },
        authParams: { audience: 'https://api' }
      })
    ),
    '/plain-link': does(async request =>
      await request.auth0.passwordless.start({ connection: 'email', email: 'ada@example.com', send: 'link' })
    ),
    '/bad-link': does(async request =>
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'a@b.c',
        send: 'link',
        authParams: { redirect_uri: 'x' }
      })
    ),
    '/full-link': does(async request =>
      await request.auth0.passwordless.start({
        connection: 'email',
        email: 'ada@example.com',
        send: 'link',
        authParams: linkParams
      })
    ),
    '/challenge': does(async request =>
      await request.auth0.passwordless.challenge({ connection: 'db', email: 'ada@example.com' })
    ),
    '/verify': does(async request =>
      (await request.auth0.passwordless.verify({
        connection: 'email',
        email: 'ada@example.com',
        verificationCode: '123',
        scope: 'mail'
      })).session.user.sub
    ),
    '/verify-sms': does(async request =>
      (await request.auth0.passwordless.verify({
        connection: 'sms',
        phoneNumber: '+491701234567',
        verificationCode: '123',
        audience: 'https://api'
      })).session.user.sub
    ),
    '/verify-db': does(async request =>
      (await request.auth0.passwordless.verify({ authSession: 's', verificationCode: '123' })).session.user.sub
    ),
    '/verify-none': does(async request =>
      await request.auth0.passwordless.verify({ authSession: 's', verificationCode: '' })
    )
  })
  s.tenant.scripts.set('POST /passwordless/start', () => ({ json: { _id: 'id-1' } }))
  s.tenant.scripts.set('POST /otp/challenge', () => ({ json: { auth_session: 'as-1' } }))
  const browser = s.browser()
  t.match((await ask(browser, '/code')).value, { id: 'id-1' })
  const sent = s.tenant.to('/passwordless/start')[0]!
  t.match(sent.json, { connection: 'email', send: 'code', client_secret: 'the secret of the client' })
  t.equal(sent.headers['auth0-forwarded-for'], '192.0.2.1')
  t.equal(sent.headers['x-request-language'], 'de')
  t.ok((await ask(browser, '/sms')).value)
  t.strictSame((await ask(browser, '/odd')).error, invalid('connection'))
  t.strictSame((await ask(browser, '/bad-link')).error, invalid('authParams.redirect_uri'))
  t.match((await ask(browser, '/challenge')).value, { authSession: 'as-1' })
  t.equal((await ask(s.browser(), '/verify')).value, 'auth0|ada')
  t.match(Object.fromEntries(s.tenant.grants(otp)[0]!.form), {
    realm: 'email',
    username: 'ada@example.com',
    otp: '123',
    scope: 'openid mail'
  })
  t.equal((await ask(s.browser(), '/verify-sms')).value, 'auth0|ada')
  t.equal((await ask(s.browser(), '/verify-db')).value, 'auth0|ada')
  t.strictSame((await ask(s.browser(), '/verify-none')).error, missing('verificationCode'))
  s.tenant.scripts.set(otp, () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  t.match((await ask(s.browser(), '/verify')).error, { code: 'mfa_required', sealed: /^eyJ/ })
  s.tenant.scripts.set(otp, () => ({ status: 403, json: { error: 'invalid_grant' } }))
  t.equal((await ask(s.browser(), '/verify')).error?.code, 'invalid_grant')

  t.ok((await ask(browser, '/plain-link')).value)
  t.ok((await ask(browser, '/link')).value)
  const link = s.tenant.to('/passwordless/start').at(-1)!.json.authParams as Record<string, string>
  t.match(link, {
    redirect_uri: 'https://app.example.test/auth/callback',
    response_type: 'code',
    audience: 'https://api',
    state: /^[\w-]{32}$/,
    nonce: /^[\w-]{32}$/
  })
  t.not(link.state, link.nonce)
  t.notOk('code_challenge' in link)
  t.ok((await ask(browser, '/full-link')).value)
  t.match(s.tenant.to('/passwordless/start').at(-1)!.json.authParams, linkParams)
  const url = new URL('https://acme.eu.auth0.com/authorize')
  url.search = new URLSearchParams(link).toString()
  t.equal((await browser.navigate(s.tenant.callback(url.href))).headers.location, '/in')
  t.notOk(s.tenant.grants('authorization_code').at(-1)!.form.has('code_verifier'))
  const closed = await site(t, { mountRoutes: false, organization: 'org_1' }, {
    '/link': does(async request =>
      await request.auth0.passwordless.start({ connection: 'email', email: 'a@b.c', send: 'link' })
    )
  })
  t.strictSame((await ask(closed.browser(), '/link')).error, missing('redirectUri'))
  const org = await site(t, { organization: 'org_1' }, {
    '/link': does(async request =>
      await request.auth0.passwordless.start({ connection: 'email', email: 'a@b.c', send: 'link' })
    )
  })
  org.tenant.scripts.set('POST /passwordless/start', () => ({ json: {} }))
  t.ok((await ask(org.browser(), '/link')).value)
})

t.test('second factors', async t => {
  let sealed = ''
  const mfa = (request: Request) => request.auth0.mfa
  const s = await site(t, {}, {
    '/token': does(async request =>
      await request.auth0.getAccessToken({ refresh: true, ...(request.query as object) })
    ),
    '/list': does(async request => await mfa(request).listAuthenticators({ mfaToken: sealed })),
    '/enroll': does(async request => await mfa(request).enroll({ mfaToken: sealed, factor: 'otp' })),
    '/challenge': does(async request => await mfa(request).challenge({ mfaToken: sealed, challengeType: 'otp' })),
    '/delete': does(async request => {
      await mfa(request).deleteAuthenticator({ mfaToken: sealed, authenticatorId: 'a|b' })
    }),
    '/decode': does(async request => mfa(request).decodeMfaToken(sealed)),
    '/garbage': does(async request => mfa(request).decodeMfaToken('x')),
    '/number': does(async request => mfa(request).decodeMfaToken(5 as never)),
    '/otp': does(async request => await mfa(request).verify({ mfaToken: sealed, otp: '123456' })),
    '/oob': does(async request => await mfa(request).verify({ mfaToken: sealed, oobCode: 'oob', bindingCode: 'b' })),
    '/push': does(async request => await mfa(request).verify({ mfaToken: sealed, oobCode: 'oob', persist: false })),
    '/recovery': does(async request => await mfa(request).verify({ mfaToken: sealed, recoveryCode: 'r' })),
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  s.tenant.scripts.set('refresh_token', () => ({
    status: 403,
    json: { error: 'mfa_required', mfa_token: 'raw-token', mfa_requirements: { challenge: [{ type: 'otp' }] } }
  }))
  const ada = await s.member()
  sealed = (await ask(ada, '/token?audience=https://api&scope=pay')).error!.sealed!
  t.match((await ask(ada, '/decode')).value, {
    audience: 'https://api',
    scope: 'pay',
    requirements: { challenge: [{ type: 'otp' }] }
  })
  t.notMatch(JSON.stringify((await ask(ada, '/decode')).value), 'raw-token')
  t.equal((await ask(ada, '/garbage')).error?.code, 'invalid_argument')
  t.equal((await ask(ada, '/number')).error?.code, 'invalid_argument')
  s.tenant.scripts.set('GET /mfa/authenticators', ({ headers }) => {
    t.equal(headers.authorization, 'Bearer raw-token')
    return { json: [{ id: 'a' }] }
  })
  t.match((await ask(ada, '/list')).value, [{ id: 'a' }])
  s.tenant.scripts.set('POST /mfa/associate',
    () => ({ json: { authenticator_type: 'otp', secret: 's', barcode_uri: 'u' } }))
  t.match((await ask(ada, '/enroll')).value, { authenticatorType: 'otp' })
  s.tenant.scripts.set('POST /mfa/challenge', ({ json }) => {
    t.equal(json.mfa_token, 'raw-token')
    return { json: { challenge_type: 'otp' } }
  })
  t.match((await ask(ada, '/challenge')).value, { challengeType: 'otp' })
  s.tenant.scripts.set('DELETE /mfa/authenticators/a%7Cb', () => ({ status: 204 }))
  t.equal((await ask(ada, '/delete')).error, undefined)

  const grant = (kind: string): string => `http://auth0.com/oauth/grant-type/mfa-${kind}`
  s.tenant.scripts.set(grant('otp'), ({ form }) => {
    t.equal(form.get('mfa_token'), 'raw-token')
    return { json: s.tenant.tokens({ amr: ['mfa'], acr: 'x', auth_time: 1_795_000_000 }) }
  })
  t.match((await ask(ada, '/otp')).value, { accessToken: /^opaque/ })
  t.match((await ada.call('/me')).json().user, { amr: ['mfa'], name: 'Ada' })
  s.tenant.scripts.set(grant('oob'), () => ({ json: s.tenant.tokens({}, { id_token: undefined }) }))
  t.match((await ask(ada, '/oob')).value, { accessToken: /^opaque/ })
  t.match((await ask(ada, '/push')).value, { accessToken: /^opaque/ })
  t.equal((await ask(s.browser(), '/oob')).error?.code, 'invalid_argument', 'without an ID token nobody is logged in')
  s.tenant.scripts.set(grant('recovery-code'), () => ({ json: s.tenant.tokens({}, { recovery_code: 'next' }) }))
  const fresh = s.browser()
  t.match((await ask(fresh, '/recovery')).value, { recoveryCode: 'next', session: { user: { sub: 'auth0|ada' } } })
  t.equal((await fresh.call('/me')).json().user.sub, 'auth0|ada')
  s.tenant.scripts.set(grant('otp'), () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'second' } }))
  t.match((await ask(ada, '/otp')).error, { code: 'mfa_required', sealed: /^eyJ/ })
  s.tenant.scripts.set(grant('otp'), () => ({ status: 403, json: { error: 'invalid_grant' } }))
  t.equal((await ask(ada, '/otp')).error?.code, 'invalid_grant')
  s.clock.now += 301
  t.equal((await ask(ada, '/otp')).error?.code, 'invalid_argument', 'too late')
  const plain = (await ask(ada, '/token')).error!.sealed!
  sealed = plain
  t.match((await ask(ada, '/decode')).value, { scope: 'openid profile email offline_access' })
})

t.test('a second factor that is not kept, or is of another organization', async t => {
  let sealed = ''
  const s = await site(t, {}, {
    '/token': does(async request => await request.auth0.getAccessToken({ refresh: true })),
    '/verify': does(async request => await request.auth0.mfa.verify({
      mfaToken: sealed,
      otp: '123456',
      ...(request.query as { persist?: string }).persist === 'no' && { persist: false }
    })),
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  for (const [session, answer, same] of [
    [{}, {}, true],
    [{ org_id: 'org_1' }, { org_id: 'org_1' }, true],
    [{ org_id: 'org_1' }, { org_id: 'org_2' }, false],
    [{ org_id: 'org_1' }, {}, false],
    [{}, { org_id: 'org_2' }, false]
  ] as const) {
    s.tenant.claims = { ...session }
    const ada = await s.member()
    const before = (await ada.call('/me')).json()
    sealed = (await ask(ada, '/token')).error!.sealed!
    s.tenant.scripts.set('http://auth0.com/oauth/grant-type/mfa-otp',
      () => ({ json: s.tenant.tokens({ amr: ['mfa'], org_id: undefined, ...answer }) }))
    const what = JSON.stringify([session, answer])
    const notKept = await ask(ada, '/verify?persist=no')
    t.equal(notKept.error?.code, same ? undefined : 'organization_token_validation_error', what)
    if (same) t.match(notKept.value, { accessToken: /^opaque/ })
    t.strictSame((await ada.call('/me')).json(), before, 'nothing of it is in the session')
    t.equal((await ask(ada, '/verify')).error?.code, notKept.error?.code, what)
    t.strictSame((await ada.call('/me')).json().user.amr, same ? ['mfa'] : undefined, what)
  }
})

t.test('an account is linked only to a user of the organization who began it', async t => {
  const s = await site(t, { mountConnectRoutes: true, storeIdToken: true }, {
    '/link': does(async request => await request.auth0.startLinkUser({ connection: 'github' })),
    '/unlink': does(async request => await request.auth0.startUnlinkUser({ connection: 'github' })),
    '/finish-link': does(async request =>
      await request.auth0.completeLinkUser(String((request.query as { url: string }).url))
    ),
    '/finish-unlink': does(async request =>
      await request.auth0.completeUnlinkUser(String((request.query as { url: string }).url))
    ),
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  for (const [session, answer, same] of [
    [{ org_id: 'org_1' }, { org_id: 'org_1' }, true],
    [{ org_id: 'org_1' }, { org_id: 'org_2' }, false],
    [{ org_id: 'org_1' }, {}, false],
    [{}, { org_id: 'org_2' }, false]
  ] as const) {
    for (const way of ['link', 'unlink']) {
      s.tenant.claims = { ...session }
      const ada = await s.member()
      const before = (await ada.call('/me')).json()
      const back = s.tenant.callback(urlOf(await ask(ada, `/${way}`)).href)
      s.tenant.claims = { ...answer, nickname: 'linked' }
      const { error } = await ask(ada, `/finish-${way}?url=${encodeURIComponent(back)}`)
      t.equal(error?.code, same ? undefined : 'start_link_user_error', `${way} ${JSON.stringify([session, answer])}`)
      const after = (await ada.call('/me')).json()
      t.equal(after.user.org_id, before.user.org_id)
      t.equal(after.user.nickname, same ? 'linked' : before.user.nickname)
    }
  }
})

t.test("a callback's parameters are bounded, and without control characters", async t => {
  const s = await site(t, { mountConnectedAccountRoutes: true })
  s.tenant.scripts.set('POST /me/v1/connected-accounts/connect', ({ json }) => ({
    json: {
      auth_session: 'a',
      connect_uri: 'https://acme.eu.auth0.com/connect',
      connect_params: { ticket: 't' },
      expires_in: 60,
      state: json.state
    }
  }))
  const ada = await s.member()
  const state = async (kind: string): Promise<string> => {
    if (kind === 'login') return new URL(await s.start(ada)).searchParams.get('state')!
    await ada.navigate('/auth/connect?connection=google')
    return String(s.tenant.to('/me/v1/connected-accounts/connect').at(-1)!.json.state)
  }
  for (const kind of ['login', 'connect']) {
    for (const name of ['code', 'connect_code', 'iss', 'error']) {
      for (const value of ['x'.repeat(4097), 'a\0', 'a\n', 'a\u007f', 'é']) {
        const query = new URLSearchParams({
          [kind === 'login' ? 'code' : 'connect_code']: 'c',
          state: await state(kind),
          [name]: value
        })
        const sent = s.tenant.requests.length
        const answer = await ada.navigate(`/auth/callback?${query.toString()}`, { accept: 'application/json' })
        t.match([answer.statusCode, answer.json().code], [400, 'invalid_argument'], `${kind} ${name} ${value[1]}`)
        t.equal(s.tenant.requests.length, sent, 'nothing reaches the tenant')
      }
    }
  }
})

t.test('passkeys', async t => {
  const s = await site(t, {}, {
    '/signup': does(async request => await request.auth0.passkeys.signupChallenge({ userProfile: { email: 'a@b.c' } })),
    '/login': does(async request => await request.auth0.passkeys.loginChallenge()),
    '/in': does(async request =>
      (await request.auth0.passkeys.signIn({
        authSession: 's',
        authnResponse: { id: 'x' },
        connection: 'db',
        organization: 'org_1',
        audience: 'https://api'
      })).session.user.sub
    ),
    '/plain': does(async request =>
      (await request.auth0.passkeys.signIn({ authSession: 's', authnResponse: { id: 'x' } })).session.user.sub
    )
  })
  for (const path of ['register', 'challenge']) {
    s.tenant.scripts.set(`POST /passkey/${path}`,
      () => ({ json: { auth_session: 's', authn_params_public_key: { challenge: 'c' } } }))
  }
  t.match((await ask(s.browser(), '/signup')).value, { authSession: 's' })
  t.match((await ask(s.browser(), '/login')).value, { authnParamsPublicKey: { challenge: 'c' } })
  s.tenant.scripts.set('POST /oauth/token', ({ json }) => {
    t.match(json, { grant_type: 'urn:okta:params:oauth:grant-type:webauthn', authn_response: { id: 'x' } })
    return { json: s.tenant.tokens() }
  })
  t.equal((await ask(s.browser(), '/in')).error?.code, 'organization_token_validation_error')
  t.equal((await ask(s.browser(), '/plain')).value, 'auth0|ada')
})

t.test("the user's own account", async t => {
  const account = (request: Request) => request.auth0.myAccount
  const s = await site(t, {}, {
    '/factors': does(async request => await account(request).getFactors()),
    '/list': does(async request => await account(request).authenticationMethods.list({ type: 'totp' })),
    '/all': does(async request => await account(request).authenticationMethods.list()),
    '/get': does(async request =>
      await account(request).authenticationMethods.get('a|1', { signal: AbortSignal.timeout(5000) })
    ),
    '/update': does(async request => await account(request).authenticationMethods.update('a|1', { name: 'x' })),
    '/delete': does(async request => {
      await account(request).authenticationMethods.delete('a|1')
    }),
    '/enroll': does(async request => await account(request).authenticationMethods.enroll({ type: 'totp' })),
    '/verify': does(async request =>
      await account(request).authenticationMethods.verify('a|1', { authSession: 's', otpCode: '1' })
    )
  })
  const at = '/me/v1/authentication-methods'
  s.tenant.scripts.set('GET /me/v1/factors', () => ({ json: { factors: [{ type: 'totp' }] } }))
  s.tenant.scripts.set(`GET ${at}`, () => ({ json: { authentication_methods: [{ id: 'a|1', type: 'totp' }] } }))
  s.tenant.scripts.set(`GET ${at}/a%7C1`, () => ({ json: { id: 'a|1', type: 'totp' } }))
  s.tenant.scripts.set(`PATCH ${at}/a%7C1`, () => ({ json: { id: 'a|1', type: 'totp', name: 'x' } }))
  s.tenant.scripts.set(`DELETE ${at}/a%7C1`, () => ({ status: 204 }))
  s.tenant.scripts.set(`POST ${at}`, () => ({
    status: 202,
    headers: { location: `https://acme.eu.auth0.com${at}/totp%7C1` },
    json: { auth_session: 's' }
  }))
  s.tenant.scripts.set(`POST ${at}/a%7C1/verify`, () => ({ status: 201, json: { id: 'a|1', type: 'totp' } }))
  const ada = await s.member()
  for (const path of ['/factors', '/list', '/all', '/get', '/update', '/delete', '/enroll', '/verify']) {
    t.equal((await ask(ada, path)).error, undefined, path)
  }
  t.ok(
    s.tenant.grants('refresh_token').every(({ form }) =>
      /^(read|create|update|delete):me:(factors|authentication_methods)$/.test(form.get('scope') ?? '')
    )
  )
})

t.test('the connect routes link accounts', async t => {
  const s = await site(t, { mountConnectRoutes: true }, {
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  const ada = await s.member()
  const location = String(
    (await ada.navigate('/auth/connect?connection=github&connectionScope=repo&returnTo=/linked')).headers.location
  )
  t.match(new URL(location).searchParams.get('scope'), 'link_account')
  s.tenant.claims = { nickname: 'linked' }
  t.equal((await ada.navigate(s.tenant.callback(location))).headers.location, '/linked')
  t.equal((await ada.call('/me')).json().user.nickname, 'linked')
  const away = String((await ada.navigate('/auth/unconnect?connection=github')).headers.location)
  t.equal((await ada.navigate(s.tenant.callback(away))).headers.location, '/')
  const asked = s.tenant.requests.length
  t.match(await ada.navigate(s.tenant.callback(away)), { statusCode: 302, headers: { location: '/' } }, 'a reload')
  t.equal(s.tenant.requests.length, asked, 'and nothing is done again')
  t.equal((await ada.navigate('/auth/connect')).statusCode, 400)
  t.equal((await ada.navigate('/auth/connect?connection=github', { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  t.equal((await ada.navigate('/auth/connect?connection=github', { purpose: 'prefetch' })).statusCode, 403)
  t.equal((await ada.navigate('/auth/connect/callback', { purpose: 'prefetch' })).statusCode, 403)
})

t.test('linking comes back to its own callback, wherever logins come back to', async t => {
  const s = await site(t, {
    mountConnectRoutes: true,
    authorizationParams: { redirect_uri: 'https://app.example.test/auth/callback' }
  }, {
    '/elsewhere': does(async request =>
      await request.auth0.startLinkUser({
        connection: 'github',
        authorizationParams: { redirect_uri: 'https://app.example.test/mine' }
      })
    )
  })
  const ada = await s.member()
  for (
    const [path, callback] of [['/auth/connect', '/auth/connect/callback'], ['/auth/unconnect',
      '/auth/unconnect/callback']]
  ) {
    const location = String((await ada.navigate(`${path}?connection=github&returnTo=/linked`)).headers.location)
    t.equal(new URL(location).searchParams.get('redirect_uri'), `https://app.example.test${callback}`)
    t.equal((await ada.navigate(s.tenant.callback(location))).headers.location, '/linked')
  }
  t.match((await ask(ada, '/elsewhere')).value, /redirect_uri=https%3A%2F%2Fapp.example.test%2Fmine/,
    'code may name another for one call')
})

t.test('linking that is given up', async t => {
  const s = await site(t, { storeIdToken: true }, {
    '/link': async (request, reply) =>
      await reply.redirect(
        (await request.auth0.startLinkUser({
          connection: 'github',
          authorizationParams: { redirect_uri: 'https://app.example.test/linked' }
        })).href
      ),
    '/unlink': async (request, reply) =>
      await reply.redirect(
        (await request.auth0.startUnlinkUser({
          connection: 'github',
          authorizationParams: { redirect_uri: 'https://app.example.test/unlinked' }
        })).href
      ),
    '/linked': does(async request => await request.auth0.completeLinkUser(undefined, { signal: AbortSignal.abort() })),
    '/unlinked': does(async request =>
      await request.auth0.completeUnlinkUser(undefined, { signal: AbortSignal.abort() })
    )
  })
  const ada = await s.member()
  for (const path of ['/link', '/unlink']) {
    const back = s.tenant.callback(String((await ada.navigate(path)).headers.location))
    t.equal((await ask(ada, back)).error?.code, 'aborted', path)
  }
  t.equal(s.tenant.grants('authorization_code').length, 1, "only the login's code was exchanged")
})

t.test('a login on another device that begins when the caller has gone asks nobody', async t => {
  for (const server of [{}, { http2: true }]) {
    const work = new EventEmitter()
    const s = await site(t, {}, {
      '/late': async (request, reply) => {
        work.emit('begun')
        await once(reply.raw, 'close')
        work.emit('ended',
          await request.auth0.loginBackchannel({ bindingMessage: 'order 1', loginHint: { sub: 'auth0|ada' } }).catch((
            error: { code: string }
          ) => error.code))
      }
    }, server)
    const address = new URL(await s.app.listen({ port: 0, host: '127.0.0.1' }))
    const [begun, ended] = [once(work, 'begun'), once(work, 'ended')]
    if ('http2' in server) {
      const session = http2.connect(address)
      const request = session.request({ ':path': '/late' })
      request.on('error', () => {})
      await begun
      request.close(http2.constants.NGHTTP2_CANCEL)
      t.strictSame(await ended, ['aborted'])
      session.close()
    } else {
      const socket = net.connect(Number(address.port), address.hostname).on('error', () => {})
      socket.write('GET /late HTTP/1.1\r\nHost: app.example.test\r\n\r\n')
      await begun
      socket.destroy()
      t.strictSame(await ended, ['aborted'])
    }
    t.equal(s.tenant.to('/bc-authorize').length, 0)
  }
})

t.test("the connect route connects accounts, and comes back to the login's callback", async t => {
  const s = await site(t, { mountConnectedAccountRoutes: true })
  s.tenant.scripts.set('POST /me/v1/connected-accounts/connect', () => ({
    status: 201,
    json: {
      auth_session: 'as',
      connect_uri: 'https://acme.eu.auth0.com/connect',
      connect_params: { ticket: 't' },
      expires_in: 300
    }
  }))
  s.tenant.scripts.set('POST /me/v1/connected-accounts/complete',
    () => ({ status: 201, json: { id: 'cac_1', connection: 'google', access_type: 'offline', created_at: 'now' } }))
  const ada = await s.member()
  const to = await ada.navigate('/auth/connect?connection=google&scopes=mail&scopes=calendar&returnTo=/done')
  t.equal(to.headers.location, 'https://acme.eu.auth0.com/connect?ticket=t')
  const sent = s.tenant.to('/me/v1/connected-accounts/connect')[0]!.json
  t.strictSame(sent.scopes, ['mail', 'calendar'])
  t.equal((await ada.navigate(`/auth/callback?connect_code=c&state=${String(sent.state)}`)).headers.location, '/done')
  t.equal((await ada.navigate('/auth/connect?connection=google')).statusCode, 302)
  await ada.navigate('/auth/connect?connection=google&returnTo=/auth/logout')
  const state = String(s.tenant.to('/me/v1/connected-accounts/connect').at(-1)!.json.state)
  t.equal((await ada.navigate(`/auth/callback?connect_code=c&state=${state}`)).headers.location, '/',
    'a route of the plugin is no place to return to')
})

t.test("a connection's token in a session store, and the limits of what is remembered without one", async t => {
  const grant = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
  const s = await site(t, { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }, {
    '/google': does(async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', signal: AbortSignal.timeout(5000) })
    )
  })
  let n = 0
  s.tenant.scripts.set(grant,
    () => ({ json: { access_token: `google-${++n}`, token_type: 'Bearer', expires_in: 100 } }))
  const ada = await s.member()
  t.match((await ask(ada, '/google')).value, { accessToken: 'google-1' })
  t.match((await ask(ada.copy(), '/google')).value, { accessToken: 'google-1' }, 'kept in the store')
  const remembered = createConnectionTokens()
  const set = { accessToken: 'a', scope: '', expiresAt: 0, connection: 'google' }
  for (let session = 0; session <= 10_000; session++) remembered.set(`session-${session}`, [set])
  t.strictSame(remembered.get('session-0'), [], 'the oldest is forgotten')
  t.strictSame(remembered.get('session-10000'), [set])
})

t.test('a second factor for a request without scope', async t => {
  let sealed = ''
  const s = await site(t, {}, {
    '/verify': does(async request =>
      (await request.auth0.mfa.verify({ mfaToken: sealed, otp: '123456' })).session?.user.sub
    )
  })
  s.tenant.scripts.set(exchange, () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  sealed = await s.app.auth0.customTokenExchange({ subjectToken: 'x', subjectTokenType: 'urn:acme:legacy' }).then(
    () => '',
    (error: { mfaToken: string }) => error.mfaToken
  )
  t.equal((await ask(s.browser(), '/verify')).value, 'auth0|ada')
  t.notOk(s.tenant.grants('http://auth0.com/oauth/grant-type/mfa-otp')[0]!.form.has('scope'))
})

t.test('authorization details of a login on another device are kept where the login asked for them', async t => {
  const details = [{ type: 'payment', amount: '12.00' }]
  const s = await site(t, {}, {
    '/plain': does(async request =>
      (await request.auth0.loginBackchannel({ bindingMessage: 'order 1', loginHint: { sub: 'auth0|ada' } }))
        .authorizationDetails
    ),
    '/details': does(async request =>
      (await request.auth0.loginBackchannel({
        bindingMessage: 'order 1',
        loginHint: { sub: 'auth0|ada' },
        authorizationDetails: details
      })).authorizationDetails
    ),
    '/me': async request => (await request.getSession()) ?? 'nobody'
  })
  s.tenant.scripts.set('POST /bc-authorize',
    () => ({ json: { auth_req_id: 'req-1', expires_in: 300, interval: 0.01 } }))
  s.tenant.scripts.set(ciba, () => ({ json: s.tenant.tokens({}, { authorization_details: details }) }))
  const asking = s.browser()
  t.strictSame((await ask(asking, '/details')).value, details)
  t.equal(s.tenant.to('/bc-authorize')[0]!.form.get('authorization_details'), JSON.stringify(details))
  t.strictSame((await asking.call('/me')).json().authorizationDetails, details)
  const plain = s.browser()
  t.strictSame((await ask(plain, '/plain')).value, details, 'told, though nobody asked')
  t.notOk('authorizationDetails' in (await plain.call('/me')).json(), 'and not kept')
})

t.test("fetch goes by the application's dispatcher, and by its own way without one", async t => {
  const { origin } = await startServer(t, ({ headers }) => ({ body: headers.authorization!.split(' ')[0] }))
  const url = `${origin}/items`
  const agent = new Agent()
  t.teardown(async () => {
    await agent.close()
  })
  const dispatched: string[] = []
  const dispatcher = agent.compose(dispatch => (options, handler) => {
    dispatched.push(String(options.path))
    return dispatch(options, handler)
  })
  for (const chosen of [undefined, dispatcher]) {
    const app = fastify({ pluginTimeout: 0 })
    await app.register(fastifyAuth0, {
      domain: 'acme.eu.auth0.com',
      clientId: 'client-1',
      clientSecret: 's',
      appBaseUrl: 'http://localhost:3000',
      sessionSecret: 'a session secret of enough characters',
      ...(chosen !== undefined && { dispatcher: chosen })
    })
    app.get('/api', async request => await (await request.auth0.fetch(url)).text())
    await app.ready()
    t.teardown(async () => {
      await app.close()
    })
    const cookie = await sessionCookie(app, { user: { sub: 'auth0|ada' }, accessTokens: [{ accessToken: 'kept' }] })
    t.equal((await app.inject({ url: '/api', headers: { cookie } })).body, 'Bearer')
    t.strictSame(dispatched, chosen === undefined ? [] : ['/items'])
  }
})

t.test('request.auth0.fetch follows redirects, and its token stays with the API', async t => {
  const s = await site(t, {}, {
    '/ask': does(async request => {
      const { path, ...init } = request.query as { path: string }
      const body = { ...init } as RequestInit
      const response = await request.auth0.fetch(`https://api.example.test${path}`, body)
      return { status: response.status, body: await response.text() }
    })
  })
  const seen: string[] = []
  const answer = (location?: string, status = 302): Reply => ({ headers, method, url }) => {
    seen.push(`${method} ${url.host}${url.pathname} ${headers.authorization?.split(' ')[0] ?? 'nothing'}`)
    return location === undefined ? { json: {} } : { status, headers: { location } }
  }
  s.tenant.scripts.set('GET /here', answer('/there'))
  s.tenant.scripts.set('GET /there', answer())
  s.tenant.scripts.set('GET /away', answer('https://other.example.test/target'))
  s.tenant.scripts.set('GET /target', answer())
  s.tenant.scripts.set('POST /form', answer('/there', 303))
  s.tenant.scripts.set('GET /plain', answer('http://api.example.test/there'))
  s.tenant.scripts.set('GET /round', answer('/round'))
  const ada = await s.member()
  const at = async (query: string): Promise<{ value?: { status: number }, error?: object }> =>
    (await ada.call(`/ask?${query}`)).json() as never
  for (
    const [query, status, path] of [
      ['path=/here', 200, ['GET api.example.test/here Bearer', 'GET api.example.test/there Bearer']],
      ['path=/away', 200, ['GET api.example.test/away Bearer', 'GET other.example.test/target nothing']],
      ['path=/form&method=POST&body=x', 200, ['POST api.example.test/form Bearer',
        'GET api.example.test/there Bearer']],
      ['path=/plain', 302, ['GET api.example.test/plain Bearer']],
      ['path=/here&redirect=manual', 302, ['GET api.example.test/here Bearer']]
    ] as const
  ) {
    seen.length = 0
    t.equal((await at(query)).value?.status, status, query)
    t.strictSame(seen, path)
  }
  t.ok((await at('path=/here&redirect=error')).error)
  seen.length = 0
  t.ok((await at('path=/round')).error)
  t.equal(seen.length, 21)
  // Who has not seen the token cannot say that it is bad, nor what its proof lacks.
  const refusal = { status: 401, headers: { 'dpop-nonce': 'n', 'www-authenticate': 'DPoP error="use_dpop_nonce"' } }
  for (const given of [{ status: 401 }, refusal]) {
    s.tenant.scripts.set('GET /target', async seenBy => ({ ...await answer()(seenBy), ...given }))
    seen.length = 0
    t.equal((await at('path=/away')).value?.status, 401)
    t.equal(seen.length, 2, 'nothing is asked once more')
  }
  t.equal(s.tenant.grants('refresh_token').length, 0)
  // The API itself may: a bearer token has no proof, so that no nonce helps it.
  s.tenant.scripts.set('GET /mixed', ({ headers }) =>
    headers.authorization === 'Bearer opaque-access-2' ? { json: {} } : refusal)
  t.equal((await at('path=/mixed')).value?.status, 200)
  // Credentials in an address would stand in the error of `fetch`.
  s.tenant.scripts.set('GET /login', answer('https://ada:hush@api.example.test/there'))
  t.equal((await at('path=/login')).value?.status, 302)
  t.match(await at('path=@evil.example.test/'), { error: { argument: 'url', code: 'invalid_argument' } })
})

t.test('where ID tokens are signed with the secret, logout tokens are not', async t => {
  const secret = 'a secret of the client with more than thirty-two characters'
  const s = await site(t, { idTokenSigningAlg: 'HS256', clientSecret: secret }, {
    '/me': async request => (await request.getSession())?.user.sub ?? 'nobody'
  })
  s.tenant.idToken = claims =>
    symmetric({ alg: 'HS256', typ: 'JWT' }, {
      iss: s.tenant.issuer,
      sub: 'auth0|ada',
      aud: 'client-1',
      iat: s.clock.now,
      exp: s.clock.now + 36_000,
      sid: 'sid-1',
      ...claims
    })
  const symmetric = (header: object, payload: object): string => {
    const input = [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }
  const ada = await s.member()
  t.equal((await ada.call('/me')).body, 'auth0|ada')
  const claims = {
    iss: s.tenant.issuer,
    aud: 'client-1',
    iat: s.clock.now,
    exp: s.clock.now + 120,
    jti: 'j1',
    sid: 'sid-1',
    sub: 'auth0|ada',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} }
  }
  const logOut = async (token: string) =>
    await s.app.inject({
      method: 'POST',
      url: '/auth/backchannel-logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `logout_token=${token}`
    })
  t.equal((await logOut(symmetric({ alg: 'HS256', typ: 'logout+jwt' }, claims))).statusCode, 400)
  t.equal((await ada.call('/me')).body, 'auth0|ada')
  t.equal((await logOut(s.tenant.jwt(claims, { typ: 'logout+jwt' }))).statusCode, 200)
  t.equal((await ada.call('/me')).body, 'nobody')
})
