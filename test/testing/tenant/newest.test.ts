import t from 'tap'
import { createTenant, type Tenant, type TenantOptions } from '../../../lib/testing/index.js'
import { callbackParams, claimsOf, redirectUri, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const api = 'https://api.example.com'
const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`

async function start (options: TenantOptions = {}): Promise<{ tenant: Tenant, wire: Wire }> {
  const tenant = await createTenant({
    issuer,
    clients: [
      { clientId: 'app', clientSecret: 'app-secret' },
      { clientId: 'desk', clientSecret: 'app-secret', trustsForwardedFor: true },
      { clientId: 'closed', clientSecret: 'app-secret', delegatedAccess: false, anonymousSessions: false }
    ],
    tokenExchange: { 'urn:desk:ticket': ({ subjectToken }) => subjectToken },
    ...options
  })
  return { tenant, wire: new Wire(tenant) }
}

t.test('which e-mail domains are federated', async t => {
  const { tenant, wire } = await start({
    users: [{ sub: 'okta|1', email: 'ann@customer.example', connection: 'customer-okta' }],
    connections: [{ name: 'customer-okta', strategy: 'okta', domains: ['customer.example'], organization: 'customer' }],
    organizations: [{ id: 'org_c', name: 'customer' }, { id: 'org_d', name: 'other', members: ['okta|1'] }]
  })
  const ask = (domain: string, more = ''): ReturnType<Wire['send']> =>
    wire.send('GET',
      `/.well-known/webfinger?resource=${encodeURIComponent(`urn:auth0:discovery:domain:${domain}`)}${more}`)
  const rel = `&rel=${encodeURIComponent('http://openid.net/specs/connect/1.0/issuer')}`
  const found = await ask('Customer.Example', rel)
  t.match(found, {
    status: 200,
    text: JSON.stringify({
      subject: 'urn:auth0:discovery:domain:Customer.Example',
      links: [{ rel: 'http://openid.net/specs/connect/1.0/issuer', href: issuer }]
    })
  })
  t.match(found.headers.get('content-type'), 'application/jrd+json')
  t.match(await ask('example.com'), { status: 404 })
  t.match(await ask(''), { status: 400 })
  t.match(await ask('customer.example', '&rel=other'), { status: 400 })
  const off = await start({ federatedDiscovery: false })
  t.match(await off.wire.send('GET', '/.well-known/webfinger?resource=urn:auth0:discovery:domain:x'), { status: 403 })

  const tokens = await wire.login({ login_hint: 'ann@customer.example' })
  t.match(claimsOf(tokens.id_token), { org_id: 'org_c', org_name: 'customer' }, 'the connection is that of a customer')
  t.match(claimsOf((await wire.login({ organization: 'org_d' })).id_token), { org_id: 'org_d' },
    'what was asked for wins')
  t.strictSame(tenant.errors, [])
})

t.test('session delegation: bound to an address, two hours, no refresh token, no page', async t => {
  const { tenant, wire } = await start({
    users: [
      { sub: 'auth0|user', email: 'user@example.com' },
      { sub: 'auth0|agent', email: 'agent@example.com' },
      { sub: 'auth0|mfa', email: 'mfa@example.com', mfa: true }
    ]
  })
  const desk = new Wire(tenant, { client_id: 'desk', client_secret: 'app-secret' })
  const tokenFor = async (from: Wire, sub = 'auth0|user', headers: Record<string, string> = {}): Promise<string> => {
    const { id_token: actor } = await from.login({}, { user: 'agent@example.com' })
    const { body } = await from.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `urn:${tenant.domain}:session_transfer`,
      subject_token: sub,
      subject_token_type: 'urn:desk:ticket',
      actor_token: actor,
      actor_token_type: type('id_token')
    }, headers)
    return String(body.access_token)
  }
  const redeem = (token: string, address?: string, from = wire): Promise<string> =>
    tenant.login({
      authorizationUrl: from.authorizationUrl({ session_transfer_token: token, audience: api }),
      user: 'agent@example.com',
      ...(address !== undefined && { address })
    })
  const subOf = async (callback: string, from = wire): Promise<Record<string, unknown>> =>
    (await from.exchange(callback)).body

  const pages = (): number =>
    tenant.requests.filter(({ path, method }) => path === '/u/login' && method === 'POST').length
  const token = await tokenFor(desk, 'auth0|user', { 'auth0-forwarded-for': '203.0.113.7' })
  let before = pages()
  const body = await subOf(await redeem(token, '203.0.113.7'))
  t.equal(pages(), before, 'nothing to fill in')
  const claims = claimsOf(String(body.access_token))
  t.match(claims, { sub: 'auth0|user', act: { sub: 'auth0|agent' } })
  t.match(claimsOf(String(body.id_token)), { sub: 'auth0|user', act: { sub: 'auth0|agent' } })
  t.equal(Number(claims.exp) - Number(claims.iat), 7200)
  t.notOk('refresh_token' in body, 'offline_access was asked for')
  const { body: api2 } = await desk.token({ grant_type: 'client_credentials', audience: `${tenant.issuer}api/v2/` })
  const logs = await desk.send('GET', '/api/v2/logs?q=type:sdel', undefined, {
    authorization: `Bearer ${String(api2.access_token)}`
  })
  t.match(JSON.parse(logs.text), [{ type: 'sdel', user_id: 'auth0|user', client_id: 'app' }])

  for (
    const [label, callback] of [
      ['used', redeem(token, '203.0.113.7')],
      ['from elsewhere',
        redeem(await tokenFor(desk, 'auth0|user', { 'auth0-forwarded-for': '203.0.113.7' }), '203.0.113.8')],
      ['a header that nobody trusts', redeem(await tokenFor(wire, 'auth0|user', {
        'auth0-forwarded-for': '203.0.113.7'
      }), '203.0.113.7')],
      ['an application that takes none',
        redeem(await tokenFor(wire), undefined, new Wire(tenant, { client_id: 'closed', client_secret: 'app-secret' }))]
    ] as const
  ) {
    const from = label.startsWith('an app')
      ? new Wire(tenant, { client_id: 'closed', client_secret: 'app-secret' })
      : wire
    const plain = await subOf(await callback, from)
    const given = claimsOf(String(plain.id_token))
    t.equal(given.sub, 'auth0|agent', `${label}: the login page appears, and who is there logs in`)
    t.notOk('act' in given)
    t.ok(plain.refresh_token)
  }
  before = pages()
  t.match(await subOf(await redeem(await tokenFor(wire))), { access_token: String }, "the caller's own address")
  t.match(callbackParams(await redeem(await tokenFor(wire, 'auth0|mfa'))), { error: 'interaction_required' },
    'nobody answers for the user')
  t.strictSame(tenant.errors, [])
})

t.test('anonymous sessions', async t => {
  let now = 1_800_000_000
  const { tenant, wire } = await start({
    now: () => now,
    lifetimes: { anonymousSession: 1000 },
    resourceServers: [{ identifier: api, scopes: ['read:cart'], allowAnonymousAccess: true, tokenLifetime: 60 }, {
      identifier: 'closed'
    }]
  })
  t.teardown(() => tenant.close())
  const ask = (body: Record<string, unknown> = {}, credentials = wire.credentials): ReturnType<Wire['send']> =>
    wire.send('POST', '/anonymous/token', { ...credentials, ...body })
  const first = await ask({ audience: api, scope: 'read:cart', metadata: { cart: '7' } })
  t.match(first, {
    status: 200,
    body: { access_token: String, token_type: 'Bearer', expires_in: 60, scope: 'read:cart', session_expires_in: 1000 }
  })
  const claims = claimsOf(String(first.body.access_token))
  t.match(claims, { sub: /^anon@[0-9a-f-]{36}$/u, aud: api, scope: 'read:cart', azp: 'app' })
  t.match(first.headers.get('set-cookie'), 'auth0_anon=')
  const session_token = first.body.session_token
  const renewed = await ask({ audience: api, session_token })
  t.equal(claimsOf(String(renewed.body.access_token)).sub, claims.sub)
  t.notOk('session_token' in renewed.body, 'minted once')

  const transfer = await ask({ session_token, audience: 'urn:auth0:anon_transfer' })
  const anon_transfer_token = String(transfer.body.anon_transfer_token)
  await wire.login({ anon_transfer_token })
  t.match(tenant.anonymousSessions, [{ userId: claims.sub, metadata: { cart: '7' }, linkedTo: tenant.users[0]!.sub }])
  const late = String((await ask({ session_token, audience: 'urn:auth0:anon_transfer' })).body.anon_transfer_token)
  now += 31
  t.match(callbackParams(await tenant.login({
    authorizationUrl: wire.authorizationUrl({ anon_transfer_token: late }),
    user: 'alan@example.com'
  })), { code: String }, 'a token that is over does not stop the login')
  t.equal(tenant.anonymousSessions[0]!.linkedTo, tenant.users[0]!.sub)

  for (
    const [body, error] of [
      [{ session_token: 'forged' }, 'invalid_session_token'],
      [{ audience: 'closed' }, 'invalid_target'],
      [{ audience: 'https://unknown.example' }, 'invalid_target'],
      [{ audience: api, scope: 'write:all' }, 'invalid_scope'],
      [{ metadata: { a: 1 } }, 'invalid_request'],
      [{ metadata: { a: 'x'.repeat(1024) } }, 'invalid_request'],
      [{ audience: 'urn:auth0:anon_transfer' }, 'invalid_request'],
      [{ client_secret: 'wrong' }, 'invalid_client']
    ] as const
  ) t.match((await ask(body)).body, { error }, JSON.stringify(body).slice(0, 60))
  t.match((await ask({}, { client_id: 'closed', client_secret: 'app-secret' })).body, { error: 'unauthorized_client' })
  t.match((await ask({ session_token }, { client_id: 'desk', client_secret: 'app-secret' })).body, {
    error: 'invalid_session_token'
  }, 'of another application')
  now += 1000
  t.match((await ask({ session_token })).body, { error: 'session_expired' })
  t.match(await wire.send('POST', '/anonymous/logout', { client_id: 'app' }), { status: 204 })
  t.equal(String((await ask()).body.access_token).split('.').length, 1, 'without an API it is opaque')
  t.match(await tenant.login({ authorizationUrl: wire.authorizationUrl() }), redirectUri)
  t.strictSame(tenant.errors, [])
})
