import { createHash } from 'node:crypto'
import t from 'tap'
import { createTenant } from '../../../lib/testing/index.js'
import type { Tenant, TenantOptions } from '../../../lib/testing/index.js'
import { callbackParams, claimsOf, redirectUri, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const clients = [
  { clientId: 'app', clientSecret: 'app-secret', callbacks: [redirectUri, 'https://app.example.com/cb'] },
  { clientId: 'code-only', clientSecret: 'app-secret', grantTypes: ['authorization_code', 'refresh_token'] }
]

async function start (options: TenantOptions = {}): Promise<{ tenant: Tenant, wire: Wire }> {
  const tenant = await createTenant({ issuer, clients, ...options })
  return { tenant, wire: new Wire(tenant) }
}

function fragment (url: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)))
}

function halfHash (value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

t.test('the seven response types', async t => {
  const { tenant, wire } = await start()
  const api = 'https://api.example.com'
  for (const type of ['token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token']) {
    const url = await tenant.login({
      authorizationUrl: wire.authorizationUrl({ response_type: type, nonce: 'n-1', audience: api })
    })
    const given = fragment(url)
    const names = { code: 'code', token: 'access_token', id_token: 'id_token' }
    const expected = type.split(' ').map(name => names[name as 'code'])
    t.strictSame(Object.values(names).filter(name => name in given).sort(), expected.sort(), type)
    t.equal(given.state, 'st')
    t.equal(new URL(url).search, '', 'nothing in the query')
    if (given.access_token !== undefined) {
      t.match(claimsOf(given.access_token), { aud: [api, `${issuer}userinfo`], azp: 'app' })
      t.match(given, { token_type: 'Bearer', expires_in: '86400' })
      t.notOk(given.scope!.includes('offline_access') && !type.includes('code'))
    }
    if (given.id_token !== undefined) {
      const claims = claimsOf(given.id_token)
      t.match(claims, { nonce: 'n-1', aud: 'app', sid: String })
      t.equal(claims.at_hash, given.access_token && halfHash(given.access_token))
      t.equal(claims.c_hash, given.code && halfHash(given.code))
    }
    if (given.code !== undefined) {
      t.match(await wire.exchange(`${redirectUri}?code=${given.code}`), { status: 200, body: { id_token: String } })
    }
  }
  const opaque = fragment(await tenant.login({ authorizationUrl: wire.authorizationUrl({ response_type: 'token' }) }))
  t.match(await wire.send('GET', `/userinfo?access_token=${opaque.access_token}`), { status: 200 })
  const { body } = await wire.send('GET', '/.well-known/openid-configuration')
  t.strictSame(body.response_types_supported, ['code', 'token', 'id_token', 'code token', 'code id_token',
    'token id_token', 'code token id_token'])
  t.strictSame([...body.response_modes_supported as string[]].sort(), ['form_post', 'fragment', 'query', 'web_message'])
  const byForm = await tenant.loginFormPost({
    authorizationUrl: wire.authorizationUrl({ response_type: 'id_token', response_mode: 'form_post' })
  })
  t.match(Object.fromEntries(new URLSearchParams(byForm.body)), { id_token: String, state: 'st' })

  const refused = async (params: Record<string, string>, from = wire): Promise<Record<string, string>> => {
    const url = await tenant.login({ authorizationUrl: from.authorizationUrl(params) })
    return { ...callbackParams(url), ...fragment(url) }
  }
  t.match(await refused({ response_type: 'id_token', response_mode: 'query' }), { error: 'invalid_request' })
  t.match(await refused({ response_type: 'none' }), { error: 'unsupported_response_type' })
  t.match(await refused({ response_type: 'id_token' }, new Wire(tenant, { client_id: 'code-only' })), {
    error: 'unauthorized_client',
    error_description: "Grant type 'implicit' not allowed for the client."
  })
  t.strictSame(tenant.errors, [])
})

t.test('answers by web message', async t => {
  const { tenant, wire } = await start()
  const browser = tenant.browser()
  const silent = wire.authorizationUrl({ response_mode: 'web_message', prompt: 'none' })
  const answer = async (url: string): Promise<Record<string, unknown>> => {
    const { body } = await browser.request('GET', url)
    t.match(body, /postMessage\((?!.*\.close\()/su, 'the application closes the window')
    return JSON.parse(/var data = (\{.*\});/u.exec(body)![1]!)
  }
  t.match(await answer(silent), { response: { error: 'login_required', state: 'st' }, redirect_uri: redirectUri })
  const { headers } = await browser.request('GET', wire.authorizationUrl())
  const page = new URL(String(headers.location), issuer).href
  const done = await browser.request('POST', page, { user: tenant.users[0]!.sub })
  const back = await browser.request('GET', String(done.headers.location))
  t.match([back.headers['set-cookie']].flat().find(line => line!.startsWith('auth0=')), /; samesite=none; secure/u,
    'a frame of another site gets the cookie')
  t.match(await answer(silent), { response: { code: String, state: 'st' }, redirect_uri: redirectUri })
  t.match(await browser.request('GET', wire.authorizationUrl({
    response_mode: 'web_message',
    redirect_uri: 'https://app.example.com/cb'
  })), { body: /does not have a registered origin/ })
})

t.test('iss beside the answer, when the tenant is set to send it', async t => {
  const { tenant, wire } = await start({ authorizationResponseIss: true })
  for (const [params, cancel] of [[{}, false], [{}, true], [{ response_type: 'code id_token' }, false]] as const) {
    const url = await tenant.login({ authorizationUrl: wire.authorizationUrl(params), cancel })
    const given = { ...callbackParams(url), ...fragment(url) }
    t.equal(given.iss, issuer, JSON.stringify(params))
  }
  const without = await start()
  const denied = await without.tenant.login({ authorizationUrl: without.wire.authorizationUrl(), cancel: true })
  t.notOk('iss' in callbackParams(denied))
  for (const [{ wire: from }, expected] of [[{ wire }, true], [without, false]] as const) {
    const { body } = await from.send('GET', '/.well-known/openid-configuration')
    t.equal(body.authorization_response_iss_parameter_supported, expected)
  }
})

t.test('resource names the API where audience does not', async t => {
  const { tenant, wire } = await start({
    resourceServers: [{ identifier: 'https://mcp.example.com/mcp', scopes: ['read:x'] }, { identifier: 'orders' }]
  })
  const resource = 'https://mcp.example.com/mcp'
  const audienceOf = (token: unknown): unknown => [claimsOf(String(token)).aud].flat()[0]
  const login = async (params: Record<string, string>, more: Record<string, string>): Promise<unknown> => {
    const callback = await tenant.login({ authorizationUrl: wire.authorizationUrl(params) })
    const { status, body } = await wire.exchange(callback, more)
    t.equal(status, 200, String(body.error_description))
    return body
  }
  for (const [params, more] of [
    [{ resource }, {}], [{ resource }, { resource }], [{ audience: resource }, { resource }],
    [{ resource: 'https://other.example.com', audience: resource }, { resource }]
  ] as Record<string, string>[][]) {
    const body = await login(params!, more!) as Record<string, string>
    t.equal(audienceOf(body.access_token), resource, JSON.stringify([params, more]))
    const refreshed = await wire.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token!, resource })
    t.equal(audienceOf(refreshed.body.access_token), resource)
  }
  const orders = await login({ resource: 'orders' }, { resource: 'orders' }) as Record<string, string>
  t.equal(audienceOf(orders.access_token), 'orders')
  const pushed = await wire.form('/oauth/par', Object.fromEntries(
    new URL(wire.authorizationUrl({ resource, audience: 'orders' })).searchParams))
  const par = await tenant.login({
    authorizationUrl: `${issuer}authorize?client_id=app&request_uri=${String(pushed.body.request_uri)}`
  })
  t.equal(audienceOf((await wire.exchange(par)).body.access_token), 'orders')
  t.equal(audienceOf((await wire.token({ grant_type: 'client_credentials', resource })).body.access_token), resource)
  t.match(await tenant.login({ authorizationUrl: wire.authorizationUrl({ resource: 'https://un.known' }) }),
    /Service(%20|\+)not(%20|\+)found/)

  const opaque = await wire.login({ audience: `${issuer}userinfo` })
  t.equal(opaque.access_token.split('.').length, 1, 'a token for /userinfo alone is opaque')
  t.ok(opaque.refresh_token)
  t.match(await wire.send('GET', `/userinfo?access_token=${opaque.access_token}`), {
    status: 200,
    body: { sub: tenant.users[0]!.sub }
  })
  t.equal((await wire.send('GET', '/userinfo?access_token=wrong')).status, 401)
  t.strictSame(tenant.errors, [])
})
