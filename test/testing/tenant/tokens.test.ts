import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { createTenant } from '../../../lib/testing/index.js'
import type { TenantOptions } from '../../../lib/testing/index.js'
import { claimsOf, headerOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const api = 'https://api.example.com'
const clients = [
  {
    clientId: 'app',
    clientSecret: 'app-secret',
    refreshToken: { policies: [{ audience: 'plain api', scope: ['read:plain'] }, { audience: 'gone', scope: ['x'] }] }
  },
  { clientId: 'rotating', clientSecret: 'app-secret', refreshToken: { rotation: true } },
  { clientId: 'overlapping', clientSecret: 'app-secret', refreshToken: { rotation: true, overlap: 10 } },
  { clientId: 'public' }
]
const resourceServers = [
  { identifier: api, scopes: ['read:items', 'write:items'], tokenLifetime: 600 },
  {
    identifier: 'plain api',
    scopes: ['read:plain'],
    rbac: true,
    tokenDialect: 'rfc9068_profile' as const,
    signingAlg: 'PS256' as const
  }
]

async function tenantWith (
  t: Test,
  options: TenantOptions = {}
): Promise<{ tenant: Awaited<ReturnType<typeof createTenant>>, wire: Wire }> {
  const tenant = await createTenant({ issuer, clients, resourceServers, ...options })
  t.teardown(tenant.close)
  return { tenant, wire: new Wire(tenant) }
}

t.test('an audience gives a JWT for the API and /userinfo', async t => {
  const { tenant, wire } = await tenantWith(t, {
    users: [{
      sub: 'auth0|1',
      email: 'ada@example.com',
      permissions: { [api]: ['read:items'] },
      accessTokenClaims: { 'https://example.com/plan': 'gold' }
    }]
  })
  const tokens = await wire.login({ audience: api, scope: 'openid profile read:items unknown:scope' })
  t.match(tokens, { scope: 'openid profile read:items', expires_in: 600 })
  t.match(headerOf(tokens.access_token), { typ: 'JWT', alg: 'RS256' })
  const claims = claimsOf(tokens.access_token)
  t.match(claims, {
    iss: issuer,
    sub: 'auth0|1',
    aud: [api, `${issuer}userinfo`],
    scope: 'openid profile read:items',
    azp: 'app',
    permissions: ['read:items'],
    'https://example.com/plan': 'gold'
  })
  t.equal(Number(claims.exp) - Number(claims.iat), 600)
  const authorization = `Bearer ${tokens.access_token}`
  t.match((await wire.send('GET', '/userinfo', undefined, { authorization })).body, {
    sub: 'auth0|1',
    name: 'ada@example.com'
  })
  const [header, payload] = tokens.access_token.split('.') as [string, string]
  for (
    const forged of [`${header}.${payload}.AAAA`, `${header}.${payload}`,
      `${Buffer.from('{"alg":"RS256","kid":"other"}').toString('base64url')}.${payload}.AAAA`, 'a.b.c', 'opaque']
  ) {
    t.equal((await wire.send('GET', '/userinfo', undefined, { authorization: `Bearer ${forged}` })).status, 401)
  }
  const only = await wire.login({ audience: api, scope: 'read:items', nonce: undefined })
  t.equal(claimsOf(only.access_token).aud, api)
  t.equal((await wire.send('GET', '/userinfo', undefined, { authorization: `Bearer ${only.access_token}` })).status,
    403, 'needs openid')
  t.strictSame(tenant.errors, [])
})

t.test('RBAC grants what the permissions hold; other profiles of access tokens', async t => {
  const { wire } = await tenantWith(t, {
    users: [{ email: 'a@example.com', permissions: { 'plain api': ['read:plain'] } }, { email: 'b@example.com' }]
  })
  const allowed = await wire.login({ audience: 'plain api', scope: 'openid read:plain' })
  t.match(headerOf(allowed.access_token), { typ: 'at+jwt', alg: 'PS256' })
  t.match(claimsOf(allowed.access_token), {
    client_id: 'app',
    aud: ['plain api', `${issuer}userinfo`],
    permissions: ['read:plain'],
    scope: 'openid read:plain'
  })
  t.strictSame(
    claimsOf(
      (await wire.login({ audience: 'plain api', scope: 'openid read:plain' }, { user: 'b@example.com' })).access_token
    ).permissions,
    []
  )
})

t.test('a signed request names the API by audience, by resource or by both', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }
  const { tenant } = await tenantWith(t, {
    clients: [{ clientId: 'signer', clientSecret: 'app-secret', jwks: { keys: [jwk] } }]
  })
  const wire = new Wire(tenant, { client_id: 'signer', client_secret: 'app-secret' })
  const audiences: [asked: Record<string, string>, audience: string | undefined][] = [
    [{ audience: api }, api],
    [{ resource: api }, api],
    [{ audience: 'plain api' }, 'plain api'],
    [{ resource: 'plain api' }, 'plain api'],
    [{ audience: api, resource: 'plain api' }, api],
    [{ audience: 'plain api', resource: api }, 'plain api'],
    [{ audience: `${issuer}userinfo`, resource: api }, undefined],
    [{}, undefined]
  ]
  for (const [asked, audience] of audiences) {
    const params = Object.fromEntries(new URL(wire.authorizationUrl(asked)).searchParams)
    const request = await new SignJWT(params).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer('signer')
      .setAudience(issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey)
    const query = new URLSearchParams({ client_id: 'signer', request })
    const { status, body } = await wire.exchange(
      await tenant.login({ authorizationUrl: `${issuer}authorize?${query}` }))
    t.equal(status, 200, JSON.stringify(asked))
    const token = String(body.access_token)
    const got = token.split('.').length === 3 ? [claimsOf(token).aud].flat()[0] : undefined
    t.equal(got, audience, JSON.stringify(asked))
  }
})

t.test('the parameter resource works like audience', async t => {
  const { wire } = await tenantWith(t)
  t.match(claimsOf((await wire.login({ resource: api, scope: 'openid read:items' })).access_token), {
    aud: [api, `${issuer}userinfo`]
  })
})

t.test('a refresh token without rotation stays', async t => {
  let now = 1_800_000_000
  const { tenant, wire } = await tenantWith(t, { now: () => now, lifetimes: { refreshToken: 1000 } })
  const first = await wire.login({ audience: api, scope: 'openid email offline_access read:items write:items' })
  now += 10
  const { status, body } = await wire.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
  t.equal(status, 200)
  t.equal(body.refresh_token, first.refresh_token)
  t.match(body, { scope: first.scope, expires_in: 600, token_type: 'Bearer' })
  const claims = claimsOf(String(body.id_token))
  const { sid } = claimsOf(first.id_token)
  t.match(claims, { sub: tenant.users[0]!.sub, email: String, iat: now, at_hash: String, sid })
  t.notOk('nonce' in claims || 'auth_time' in claims || 'name' in claims)
  t.equal(claimsOf(String(body.access_token)).iat, now)
  const less = await wire.token({
    grant_type: 'refresh_token',
    refresh_token: first.refresh_token,
    scope: 'read:items openid unknown'
  })
  t.equal(less.body.scope, 'read:items openid')
  const none = await wire.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token, scope: 'unknown' })
  t.equal(none.body.scope, first.scope, 'unknown scopes are ignored')
  const withoutOpenid = await wire.token({
    grant_type: 'refresh_token',
    refresh_token: first.refresh_token,
    scope: 'read:items'
  })
  t.notOk('id_token' in withoutOpenid.body)

  const refused = {
    status: 403,
    body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
  }
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: 'forged' }), refused)
  t.match(await wire.token({ grant_type: 'refresh_token' }), { status: 400, body: { error: 'invalid_request' } })
  t.match(
    await new Wire(tenant, { client_id: 'rotating', client_secret: 'app-secret' }).token({
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token
    }),
    refused
  )
  Object.assign(tenant.users[0]!, { blocked: true })
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token }), refused)
  Object.assign(tenant.users[0]!, { blocked: false })
  now += 1000
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token }), refused, 'expired')
  await tenant.close()
})

t.test('a refresh token reaches other APIs by policy', async t => {
  const { wire } = await tenantWith(t, {
    users: [{ email: 'a@example.com', permissions: { 'plain api': ['read:plain'] } }]
  })
  const { refresh_token: refreshToken } = await wire.login({ audience: api, scope: 'openid offline_access read:items' })
  const other = await wire.token({ grant_type: 'refresh_token', refresh_token: refreshToken, audience: 'plain api' })
  t.match(claimsOf(String(other.body.access_token)), {
    aud: ['plain api', `${issuer}userinfo`],
    permissions: ['read:plain'],
    scope: 'openid offline_access read:plain'
  })
  const narrow = await wire.token({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    audience: 'plain api',
    scope: 'read:plain read:items'
  })
  t.equal(narrow.body.scope, 'read:plain')
  const unknown = await wire.token({ grant_type: 'refresh_token', refresh_token: refreshToken, audience: 'unknown' })
  t.match(claimsOf(String(unknown.body.access_token)).aud, [api], 'ignored, as at Auth0')
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: refreshToken, audience: 'gone' }), {
    status: 403,
    body: { error: 'access_denied', error_description: 'Service not found: gone' }
  })
  const own = await wire.token({ grant_type: 'refresh_token', refresh_token: refreshToken, audience: api })
  t.match(claimsOf(String(own.body.access_token)).aud, [api])
  const opaque = await wire.login({})
  const refreshed = await wire.token({ grant_type: 'refresh_token', refresh_token: opaque.refresh_token })
  t.equal(String(refreshed.body.access_token).split('.').length, 1)
})

t.test('rotation: a refresh token works once, and its reuse ends the family', async t => {
  const { tenant } = await tenantWith(t)
  const wire = new Wire(tenant, { client_id: 'rotating', client_secret: 'app-secret' })
  const first = await wire.login({})
  const refresh = async (token: unknown): ReturnType<Wire['token']> =>
    wire.token({ grant_type: 'refresh_token', refresh_token: String(token) })
  const second = await refresh(first.refresh_token)
  t.not(second.body.refresh_token, first.refresh_token)
  const third = await refresh(second.body.refresh_token)
  t.equal(third.status, 200)
  const authorization = `Bearer ${String(third.body.access_token)}`
  t.equal((await wire.send('GET', '/userinfo', undefined, { authorization })).status, 200)
  t.equal((await refresh(first.refresh_token)).status, 403)
  t.equal((await refresh(third.body.refresh_token)).status, 403)
  t.equal((await wire.send('GET', '/userinfo', undefined, { authorization })).status, 401)
})

t.test('an overlap forgives late reuse', async t => {
  let now = 1_800_000_000
  const { tenant } = await tenantWith(t, { now: () => now })
  const wire = new Wire(tenant, { client_id: 'overlapping', client_secret: 'app-secret' })
  const { refresh_token: token } = await wire.login({})
  const refresh = async (): ReturnType<Wire['token']> =>
    wire.token({ grant_type: 'refresh_token', refresh_token: token })
  const answers = await Promise.all([refresh(), refresh()])
  t.strictSame(answers.map(({ status }) => status), [200, 200])
  t.not(answers[0].body.refresh_token, answers[1].body.refresh_token)
  now += 9
  t.equal((await refresh()).status, 200)
  now += 2
  t.equal((await refresh()).status, 403)
  await tenant.close()
  const lenient = await createTenant({ issuer, clients, refreshTokenOverlap: 10 })
  const other = new Wire(lenient, { client_id: 'rotating', client_secret: 'app-secret' })
  const { refresh_token: again } = await other.login({})
  for (let i = 0; i < 2; i++) {
    t.equal((await other.token({ grant_type: 'refresh_token', refresh_token: again })).status, 200)
  }
})

t.test("revocation ends the grant, of the application's own tokens only", async t => {
  const { tenant, wire } = await tenantWith(t)
  const { refresh_token: token } = await wire.login({})
  t.equal((await new Wire(tenant, { client_id: 'public' }).form('/oauth/revoke', { token })).status, 200,
    'says nothing')
  t.equal((await wire.token({ grant_type: 'refresh_token', refresh_token: token })).status, 200)
  t.equal((await wire.send('POST', '/oauth/revoke', { ...wire.credentials, token })).status, 200)
  t.equal((await wire.token({ grant_type: 'refresh_token', refresh_token: token })).status, 403)
  t.equal((await wire.form('/oauth/revoke', { token: 'unknown' })).status, 200)
  t.equal((await wire.form('/oauth/revoke', { token, client_secret: 'wrong' })).status, 401)
})
