import {
  createHash, createHmac, createPublicKey, createSecretKey, generateKeyPairSync, randomUUID, X509Certificate
} from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyRequest, FastifyServerOptions, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import type { AccessTokenDemands, ApiOptions } from '../../lib/index.js'
import { appOrigin, assertFailure, inWorld, scenario, type World, type WorldOptions } from './app.js'
import { certificate } from './certificates.js'
import { ecKey, jws, rsaKey, type TestKey } from '../fixtures/jws.js'

const audience = 'https://api.example.test/'

/** Options of a world with an API, changed as a case needs it. */
function api (changes: NonNullable<WorldOptions['plugin']>['api'] = {},
  plugin: WorldOptions['plugin'] = {}): WorldOptions {
  return {
    plugin: { api: { audience, ...changes }, ...plugin },
    routes: (app, world) => {
      const run = async () => {
        world.runs++
        return { done: true }
      }
      app.route({ method: ['GET', 'POST'], url: '/api', preHandler: app.auth0.requireToken(), handler: run })
      app.get('/scoped', { onRequest: app.auth0.requireToken({ scopes: ['read', 'list'] }) }, run)
      app.get('/permitted', { config: { auth0: { token: { permissions: ['read:items'] } } } }, run)
      app.get('/acme', { preHandler: app.auth0.requireToken({ organization: 'org_acme' }) }, run)
      app.get('/claims', { preHandler: app.auth0.requireToken() }, async request => {
        world.runs++
        return request.auth0.token
      })
    }
  }
}

/** A scope with a guard, and a route in it that asks for more. */
function twice (cacheEntries: number): WorldOptions {
  return {
    plugin: { api: { audience, cacheEntries } },
    routes: (app, world) => {
      const run = async () => {
        world.runs++
        return { done: true }
      }
      app.register(async scope => {
        scope.addHook('onRequest', app.auth0.requireToken())
        scope.get('/twice', { preHandler: app.auth0.requireToken({ scopes: ['read'] }) }, run)
        const swap = async (request: FastifyRequest) => {
          request.headers.dpop += 'x'
        }
        scope.get('/twice/swapped', { preHandler: [swap, app.auth0.requireToken()] }, run)
      })
    }
  }
}

/** What the guard of `/watched` returned, for each world. */
const passes = new WeakMap<World, unknown[]>()

const host = { host: 'app.example.test' }

async function ask (world: World, headers: Record<string, string>, url = '/api',
  method: 'GET' | 'POST' = 'GET'): Promise<LightMyRequestResponse> {
  return await world.app.inject({ method, url, headers: { ...host, ...headers } })
}

/** A good bearer token of this world. */
function good (world: World, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  return world.idp.apiToken({ aud: audience, ...claims }, header)
}

function challengesOf (response: LightMyRequestResponse): string[] {
  return [response.headers['www-authenticate'] ?? []].flat()
}

/** Refused with this status and code, challenged as the RFCs say, and no handler ran. */
function refused (t: Test, world: World, response: LightMyRequestResponse, status: number, code: string, runs: number,
  variant = ''): void {
  t.equal(`${response.statusCode} ${response.json().code}`, `${status} ${code}`, variant)
  assertFailure(t, world, response, { status, code })
  t.equal(world.runs, runs, `${variant}: no handler ran`)
}

/** Bearer token after bearer token is refused, and the good one passes before and after. */
async function refusesTokens (t: Test, world: World, tokens: Record<string, string>, url = '/api',
  expected: [number, string] = [401, 'invalid_token']): Promise<void> {
  t.equal((await ask(world, { authorization: `Bearer ${good(world)}` })).statusCode, 200, 'control')
  for (const [variant, token] of Object.entries(tokens)) {
    const runs = world.runs
    const response = await ask(world, { authorization: `Bearer ${token}` }, url)
    refused(t, world, response, ...expected, runs, variant)
    t.match(challengesOf(response)[0],
      new RegExp(`^Bearer realm="api", error="${expected[1]}", error_description="[^"]{1,200}"`), variant)
  }
  t.equal((await ask(world, { authorization: `Bearer ${good(world)}` })).statusCode, 200, 'control')
}

scenario('API-01 no Authorization header', async (t, world) => {
  const response = await ask(world, {})
  t.strictSame(challengesOf(response), ['Bearer realm="api"', 'DPoP realm="api", algs="ES256"'])
  refused(t, world, response, 401, 'missing_token', 0)
  t.match(world.events, [{ type: 'denied', outcome: 'failure', reason: 'missing_token', blame: 'user' }])
  t.strictSame(response.json(), {
    statusCode: 401,
    code: 'missing_token',
    error: 'Unauthorized',
    message: 'This API needs an access token.'
  })
}, api())

scenario('API-02 Authorization headers that are none', async (t, world) => {
  const token = good(world)
  for (
    const header of ['Bearer', 'Bearer ', `Bearer ${token} ${token}`, 'Bearer a b', `Bearer ${token},${token}`,
      `Bearer ${token}, Bearer ${token}`, 'Bearer "x"', 'DPoP', 'DPoP =']
  ) {
    const response = await ask(world, { authorization: header })
    refused(t, world, response, 400, 'invalid_request', 0, header.slice(0, 20))
    t.match(challengesOf(response)[0], 'Bearer realm="api", error="invalid_request"')
  }
  for (
    const header of [`Basic ${token}`, `Bearer${token}`, token, '', `Digest ${token}`, `Token ${token}`,
      `Bearer\t${token}`]
  ) {
    refused(t, world, await ask(world, { authorization: header }), 401, 'missing_token', 0, header.slice(0, 20))
  }
  t.equal(world.idp.count('jwks'), 0, 'nothing was verified')
  for (const scheme of ['bearer', 'BEARER', 'Bearer', 'Bearer ']) {
    t.equal((await ask(world, { authorization: `${scheme} ${token}` })).statusCode, 200, scheme)
  }
  refused(t, world, await ask(world, {}, '/api?access_token=a.b.c'), 401, 'missing_token', 4, 'a token in the address')
}, api())

scenario('API-05 credentials of the strangest kinds', async (t, world) => {
  const token = good(world)
  for (
    const header of ['Bearer %zz', 'Bearer %00', 'Bearer \u00ff\u00fe', `Bearer ${token}\u0000`,
      `Bearer ${'a'.repeat(65_536)}`, `Bearer ${'a.'.repeat(30_000)}a`,
      `Bearer ${'a'.repeat(20_000)}.${'b'.repeat(20_000)}.c`, 'Bearer ..', 'Bearer e30.e30.', 'Bearer ....']
  ) {
    const response = await ask(world, { authorization: header })
    t.ok([400, 401].includes(response.statusCode), `${header.slice(0, 20)}: ${response.statusCode}`)
    t.ok(challengesOf(response).every(value => /^[\x20-\x7e]{1,400}$/.test(value)), 'a short challenge in ASCII')
  }
  t.equal(world.runs, 0)
  t.equal((await ask(world, { authorization: `Bearer ${token}` })).statusCode, 200, 'control')
}, api())

scenario('API-06 times', async (t, world) => {
  const now = world.clock.now
  await refusesTokens(t, world, {
    expired: good(world, { exp: now - 31 }),
    'nbf ahead': good(world, { nbf: now + 31 }),
    'iat ahead': good(world, { iat: now + 31 }),
    'exp missing': good(world, { exp: undefined }),
    'exp a string': good(world, { exp: String(now + 60) }),
    'exp in milliseconds': good(world, { exp: (now + 60) * 1000 })
  })
  t.equal(
    (await ask(world, { authorization: `Bearer ${good(world, { exp: now - 29, nbf: now + 29, iat: now + 29 })}` }))
      .statusCode,
    200,
    'control: clocks may differ by 30 s'
  )
  const short = good(world, { exp: now + 10 })
  t.equal((await ask(world, { authorization: `Bearer ${short}` })).statusCode, 200)
  refused(t, world, await ask(world, { authorization: `Bearer x${short}` }), 401, 'invalid_token', world.runs,
    'what is remembered, and one character more')
  world.advance(39)
  t.equal((await ask(world, { authorization: `Bearer ${short}` })).statusCode, 200, 'its last second')
  world.advance(1)
  refused(t, world, await ask(world, { authorization: `Bearer ${short}` }), 401, 'invalid_token', world.runs,
    'remembered, but over')
}, api())

scenario('API-07 issuers', async (t, world) => {
  await refusesTokens(t, world, {
    other: good(world, { iss: 'https://other.auth0.test/' }),
    'no slash': good(world, { iss: 'https://tenant.auth0.test' }),
    list: good(world, { iss: [world.idp.issuer] }),
    missing: good(world, { iss: undefined })
  })
}, api())

scenario('API-08 audiences', async (t, world) => {
  await refusesTokens(t, world, {
    other: good(world, { aud: 'https://other.example.test/' }),
    missing: good(world, { aud: undefined }),
    objects: good(world, { aud: [{ aud: audience }] }),
    longer: good(world, { aud: `${audience}v2` }),
    shorter: good(world, { aud: audience.slice(0, -1) }),
    'list of others': good(world, { aud: ['a', 'b'] })
  })
  t.equal(
    (await ask(world, {
      authorization: `Bearer ${good(world, { aud: ['https://tenant.auth0.test/userinfo', audience] })}`
    })).statusCode,
    200,
    'a list with ours'
  )
}, api())

scenario('API-09 an ID token of the same tenant', async (t, world) => {
  const now = world.clock.now
  const idToken = (claims: object) =>
    jws({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      payload: {
        iss: world.idp.issuer,
        sub: 'auth0|x',
        aud: world.idp.clientId,
        iat: now,
        exp: now + 60,
        nonce: 'n',
        sid: 's',
        ...claims
      },
      key: rsaKey('key-1').privateKey
    })
  await refusesTokens(t, world, {
    'for the client': idToken({}),
    'for the API, with a nonce': idToken({ aud: audience }),
    'for the API, with a hash': idToken({ aud: audience, nonce: undefined, at_hash: 'x' })
  })
}, api())

scenario('API-10 an ID token whose client id is the audience', async (t, world) => {
  const now = world.clock.now
  const idToken = (claims: object) =>
    jws({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      payload: { iss: world.idp.issuer, sub: 'auth0|x', aud: 'hostile-client', iat: now, exp: now + 60, ...claims },
      key: rsaKey('key-1').privateKey
    })
  for (
    const [variant, claims] of Object.entries({
      nonce: { nonce: 'n' },
      at_hash: { at_hash: 'x' },
      azp: { azp: 'hostile-client' },
      bare: {}
    })
  ) {
    refused(t, world, await ask(world, { authorization: `Bearer ${idToken(claims)}` }), 401, 'invalid_token', 0,
      variant)
  }
  t.equal(
    (await ask(world, { authorization: `Bearer ${idToken({ azp: 'another-client', scope: 'read' })}` })).statusCode,
    200,
    'control'
  )
}, api({ audience: 'hostile-client' }))

scenario('API-13 the header typ', async (t, world) => {
  const token = (typ: unknown) => good(world, {}, { typ })
  await refusesTokens(t, world, {
    'an ID token by its type': token('id_token+jwt'),
    'a proof': token('dpop+jwt'),
    'a logout token': token('logout+jwt')
  })
  for (const typ of ['JWT', 'at+jwt', 'application/at+jwt', undefined]) {
    t.equal((await ask(world, { authorization: `Bearer ${token(typ)}` })).statusCode, 200, String(typ))
  }
}, api())

/** Claims that RFC 9068 requires and Auth0's own profile lacks. */
const profile = { client_id: 'spa', jti: 'jti-1' }

scenario('API-13 the header typ, strictly', async (t, world) => {
  for (const typ of ['JWT', undefined]) {
    refused(t, world, await ask(world, { authorization: `Bearer ${good(world, {}, { typ })}` }), 401, 'invalid_token',
      0, String(typ))
  }
  for (const typ of ['at+jwt', 'application/at+jwt']) {
    t.equal((await ask(world, { authorization: `Bearer ${good(world, profile, { typ })}` })).statusCode, 200, typ)
  }
  const strict = (claims: Record<string, unknown>) => good(world, { ...profile, ...claims }, { typ: 'at+jwt' })
  for (
    const claims of [{ sub: undefined }, { sub: 7 }, { client_id: undefined }, { client_id: '' }, { client_id: [] },
      { iat: undefined }, { iat: 'now' }, { jti: undefined }, { jti: 1 }, { exp: undefined }]
  ) {
    refused(t, world, await ask(world, { authorization: `Bearer ${strict(claims)}` }), 401, 'invalid_token', 2,
      JSON.stringify(claims))
  }
}, api({ strictType: true }))

scenario('API-14 an opaque token', async (t, world) => {
  const response = await ask(world, { authorization: 'Bearer opaque-access-token' })
  refused(t, world, response, 401, 'invalid_token', 0)
  t.match(response.json().message, /audience/, 'with a hint')
  refused(t, world, await ask(world, { authorization: 'Bearer a.b.c.d.e' }), 401, 'invalid_token', 0, 'encrypted')
}, api())

scenario('API-15 the JWKS cannot be fetched', async (t, world) => {
  const down = { answers: { jwks: () => ({ status: 503, headers: {}, body: '' }) } }
  const token = good(world)
  for (
    const [status, code] of [[500, 'internal_server_error'], [404, 'not_found'], [429, 'too_many_requests']] as const
  ) {
    await world.during({ answers: { discovery: () => ({ status, headers: {}, body: '' }) } }, async () => {
      const response = await ask(world, { authorization: `Bearer ${token}` })
      refused(t, world, response, 503, code, 0, `discovery answers ${status}`)
      t.equal(response.headers['retry-after'], '5')
      t.equal(response.headers['cache-control'], 'no-store')
      t.strictSame(challengesOf(response), [])
      t.match(world.events.at(-1), { type: 'denied', blame: 'upstream' })
    })
    world.advance(60)
  }
  await world.during(down, async () => {
    const response = await ask(world, { authorization: `Bearer ${token}` })
    refused(t, world, response, 503, 'invalid_response', 0)
    t.equal(response.headers['retry-after'], '5')
    t.strictSame(challengesOf(response), [], 'the token is not called bad')
    t.equal(world.events.at(-1)?.blame, 'upstream')
  })
  world.advance(60)
  t.equal((await ask(world, { authorization: `Bearer ${token}` })).statusCode, 200, 'control')
  await world.during(down, async () => {
    world.advance(700)
    t.equal((await ask(world, { authorization: `Bearer ${good(world)}` })).statusCode, 200, 'with the keys kept')
  })
}, api())

scenario('API-16 error codes and challenges', async (t, world) => {
  const bearer = (claims: object) => ({ authorization: `Bearer ${good(world, { ...claims })}` })
  for (
    const [url, right, wrong, scope] of [
      ['/scoped', { scope: 'list read more' }, { scope: 'read lists' }, 'read list'],
      ['/scoped', { scope: 'list read' }, { scope: ['read', 'list'] }, 'read list'],
      ['/permitted', { permissions: ['read:items'] }, { permissions: ['read:item'], scope: 'read:items' }, 'read:items']
    ] as const
  ) {
    const runs = world.runs
    t.equal((await ask(world, bearer(right), url)).statusCode, 200, 'control')
    const response = await ask(world, bearer(wrong), url)
    refused(t, world, response, 403, 'insufficient_scope', runs + 1, url)
    const [first, second] = challengesOf(response)
    t.match(first, /^Bearer realm="api", error="insufficient_scope", error_description="[^"]+", scope="[^"]+"$/)
    t.match(first, `scope="${scope}"`)
    t.equal(second, 'DPoP realm="api", algs="ES256"')
  }
  t.equal((await ask(world, bearer({ org_id: 'org_acme' }), '/acme')).statusCode, 200, 'control')
  for (const org of [{ org_id: 'org_b' }, {}, { org_name: 'org_acme' }]) {
    refused(t, world, await ask(world, bearer(org), '/acme'), 403, 'wrong_organization', world.runs,
      'another organization')
  }
  for (const claims of [{ iss: 'x' }, { aud: 'a"b\\c\u00e9' }]) {
    t.match(challengesOf(await ask(world, bearer(claims)))[0],
      /^Bearer realm="api", error="invalid_token", error_description="[^"\\]*"$/,
      'what the token says cannot break out of the header')
  }
  refused(t, world, await ask(world, bearer({ cnf: { jkt: 'x' } })), 401, 'invalid_token', world.runs,
    'a bound token by itself')
  refused(t, world, await ask(world, bearer({ cnf: { 'x5t#S256': 'x' } })), 401, 'invalid_token', world.runs,
    'a token bound to a certificate')
}, api())

scenario('API-16 a remembered signature under another payload', async (t, world) => {
  const [header, , signature] = good(world).split('.')
  t.equal((await ask(world, { authorization: `Bearer ${good(world)}` })).statusCode, 200, 'control')
  const payload = Buffer.from(
    JSON.stringify({
      iss: world.idp.issuer,
      sub: 'auth0|admin',
      aud: audience,
      iat: world.clock.now,
      exp: world.clock.now + 3600,
      scope: 'everything'
    })
  ).toString('base64url')
  refused(t, world, await ask(world, { authorization: `Bearer ${header}.${payload}.${signature}` }), 401,
    'invalid_token', 1)
}, api())

scenario('API-16 an API that remembers no tokens', async (t, world) => {
  const token = good(world)
  for (let i = 0; i < 2; i++) t.equal((await ask(world, { authorization: `Bearer ${token}` })).statusCode, 200)
  refused(t, world, await ask(world, { authorization: `Bearer ${good(world, { aud: 'x' })}` }), 401, 'invalid_token', 2)
}, api({ cacheEntries: 0 }))

scenario('API-17 the metadata of the API', async (t, world) => {
  const url = '/.well-known/oauth-protected-resource'
  const document = await ask(world, {}, url)
  t.strictSame(document.json(), {
    resource: audience,
    scopes_supported: ['read', 'list'],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ['ES256'],
    authorization_servers: [world.idp.issuer, 'https://login.example.test/']
  })
  t.equal(document.headers['access-control-allow-origin'], '*')
  for (const challenge of challengesOf(await ask(world, { host: 'evil.test' }))) {
    t.match(challenge, `resource_metadata="${appOrigin}${url}"`)
  }
}, api({ scopes: ['read', 'list'], issuers: ['login.example.test'] }, { routes: { protectedResource: true } }))

scenario('API-17 the metadata of an API for bound tokens only', async (t, world) => {
  t.match((await ask(world, {}, '/about')).json(), { resource: audience, dpop_bound_access_tokens_required: true })
}, api({ dpop: 'required' }, { routes: { protectedResource: '/about' } }))

scenario('API-07 custom domains, each with its own keys', async (t, world) => {
  const second = ecKey('second')
  const iss = 'https://login.example.test/'
  const token = (key?: TestKey) => world.idp.apiToken({ aud: 'second', iss }, {}, key)
  const isSecond = ({ url }: { url: URL }): boolean => url.host === 'login.example.test'
  world.idp.defects = {
    answers: {
      discovery: (correct, request) =>
        isSecond(request)
          ? { ...correct, body: JSON.stringify(world.idp.metadata).replaceAll(world.idp.issuer, iss) }
          : correct,
      jwks: (correct, request) =>
        isSecond(request) ? { ...correct, body: JSON.stringify({ keys: [second.jwk] }) } : correct
    }
  }
  t.equal((await ask(world, { authorization: `Bearer ${good(world, { aud: 'second' })}` })).statusCode, 200)
  t.equal((await ask(world, { authorization: `Bearer ${token(second)}` })).statusCode, 200)
  refused(t, world, await ask(world, { authorization: `Bearer ${token()}` }), 401, 'invalid_token', 2,
    "a key that is not the issuer's")
  refused(t, world, await ask(world, {
    authorization: `Bearer ${world.idp.apiToken({ aud: 'second', iss: 'https://third.example.test/' })}`
  }), 401, 'invalid_token', 2, 'an issuer nobody named')
  const delegated = good(world, { act: { sub: 'agent', act: { sub: 'first' } } })
  t.match((await ask(world, { authorization: `Bearer ${delegated}` }, '/claims')).json(), {
    act: { sub: 'agent', act: { sub: 'first' } }
  })
}, api({ audience: [audience, 'second'], issuers: ['https://login.example.test'], signingAlgs: ['RS256', 'ES256'] }))

/** A DPoP proof, every part of which can be replaced; `undefined` leaves a member out. */
function proofFor (world: World, key: TestKey, token: string,
  changes: { header?: object, payload?: object, sign?: (input: string) => Uint8Array } = {}): string {
  const { kty, crv, x, y } = key.jwk
  return jws({
    header: { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y }, ...changes.header },
    payload: {
      jti: randomUUID(),
      htm: 'GET',
      htu: `${appOrigin}/api`,
      iat: Math.floor(world.clock.now),
      ath: createHash('sha256').update(token).digest('base64url'),
      ...changes.payload
    },
    key: key.privateKey,
    ...(changes.sign !== undefined && { sign: changes.sign })
  })
}

function thumbprint ({ jwk: { crv, kty, x, y } }: TestKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

const holder = ecKey('holder')

/** A token that is bound to the holder's key. */
function bound (world: World, claims: Record<string, unknown> = {}): string {
  return good(world, { cnf: { jkt: thumbprint(holder) }, ...claims })
}

async function present (world: World, token: string, proof: string, scheme = 'DPoP', url?: string,
  method?: 'GET' | 'POST'): Promise<LightMyRequestResponse> {
  return await ask(world, { authorization: `${scheme} ${token}`, dpop: proof }, url, method)
}

/** Proof after proof is refused with this code, and the good one passes before and after. */
async function refusesProofs (t: Test, world: World, proofs: Record<string, (token: string) => string>,
  code = 'invalid_dpop_proof'): Promise<void> {
  const token = bound(world)
  t.equal((await present(world, token, proofFor(world, holder, token))).statusCode, 200, 'control')
  for (const [variant, proof] of Object.entries(proofs)) {
    const runs = world.runs
    const response = await present(world, token, proof(token))
    refused(t, world, response, 401, code, runs, variant)
    const [bearer, dpop] = challengesOf(response)
    t.equal(bearer, 'Bearer realm="api"')
    t.match(dpop, new RegExp(`^DPoP realm="api", error="${code}", error_description="[^"]+", algs="ES256"$`), variant)
  }
  t.equal((await present(world, token, proofFor(world, holder, token))).statusCode, 200, 'control')
}

scenario('DP-07 no proof, two proofs, an empty one, a long one', async (t, world) => {
  const token = bound(world)
  const runs = world.runs
  const none = await ask(world, { authorization: `DPoP ${token}` })
  refused(t, world, none, 401, 'invalid_dpop_proof', runs)
  t.match(challengesOf(none)[1], 'algs="ES256"')
  await refusesProofs(t, world, {
    two: token => `${proofFor(world, holder, token)}, ${proofFor(world, holder, token)}`,
    empty: () => '',
    long: token => proofFor(world, holder, token, { payload: { long: 'x'.repeat(10_240) } }),
    nonsense: () => 'x.y.z'
  })
}, api())

scenario('DP-07 an API that takes bound tokens only', async (t, world) => {
  const token = bound(world)
  t.equal((await present(world, token, proofFor(world, holder, token))).statusCode, 200, 'control')
  const response = await ask(world, { authorization: `Bearer ${good(world)}` })
  refused(t, world, response, 401, 'invalid_token', 1)
  t.match(challengesOf(response), [
    /^DPoP realm="api", error="invalid_token", error_description="[^"]+", algs="ES256"$/
  ])
  t.strictSame(challengesOf(await ask(world, {})), ['DPoP realm="api", algs="ES256"'])
}, api({ dpop: 'required' }))

scenario('DP-07 an API that takes no bound tokens', async (t, world) => {
  const token = bound(world)
  const response = await present(world, token, proofFor(world, holder, token))
  refused(t, world, response, 401, 'invalid_token', 0)
  t.match(challengesOf(response), [/^Bearer realm="api", error="invalid_token"/])
}, api({ dpop: 'disabled' }))

scenario('DP-08 headers of a proof', async (t, world) => {
  const { d } = holder.privateKey.export({ format: 'jwk' })
  const weak = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  await refusesProofs(t, world, {
    'typ missing': token => proofFor(world, holder, token, { header: { typ: undefined } }),
    'typ JWT': token => proofFor(world, holder, token, { header: { typ: 'JWT' } }),
    'alg none': token => proofFor(world, holder, token, { header: { alg: 'none' }, sign: () => new Uint8Array() }),
    'alg HS256': token =>
      proofFor(world, holder, token, {
        header: { alg: 'HS256' },
        sign: () => createSecretKey(Buffer.from('x')).export()
      }),
    'alg RS256': token => proofFor(world, holder, token, { header: { alg: 'RS256' } }),
    'jwk private': token => proofFor(world, holder, token, { header: { jwk: { ...holder.jwk, d } } }),
    'jwk missing': token => proofFor(world, holder, token, { header: { jwk: undefined } }),
    'jwk of another curve': token =>
      proofFor(world, holder, token, { header: { jwk: weak.publicKey.export({ format: 'jwk' }) } }),
    'jwk of RSA': token => proofFor(world, holder, token, { header: { jwk: rsaKey('key-1').jwk } }),
    'another key': token => proofFor(world, ecKey('thief'), token),
    'another signature': token => proofFor(world, holder, token, { sign: () => new Uint8Array(64).fill(7) })
  })
}, api())

scenario('DP-09 method and URL of a proof', async (t, world) => {
  const at = (payload: object) => (token: string) => proofFor(world, holder, token, { payload })
  await refusesProofs(t, world, {
    'htm other': at({ htm: 'POST' }),
    'htm in small letters': at({ htm: 'get' }),
    'htm missing': at({ htm: undefined }),
    'htu of another host': at({ htu: 'https://evil.test/api' }),
    'htu of another port': at({ htu: `${appOrigin}:8443/api` }),
    'htu of another path': at({ htu: `${appOrigin}/scoped` }),
    'htu of another case': at({ htu: `${appOrigin}/API` }),
    'htu of another scheme': at({ htu: appOrigin.replace('https', 'http') + '/api' }),
    'htu relative': at({ htu: '/api' }),
    'htu missing': at({ htu: undefined })
  })
  const token = bound(world)
  for (const htu of [`${appOrigin}/api?a=1#b`, `${appOrigin}:443/%61pi`]) {
    t.equal(
      (await present(world, token, proofFor(world, holder, token, { payload: { htu } }), 'DPoP', '/api?c=2'))
        .statusCode,
      200,
      htu
    )
  }
  t.equal(
    (await present(world, token, proofFor(world, holder, token, { payload: { htm: 'POST' } }), 'DPoP', '/api', 'POST'))
      .statusCode,
    200
  )
}, api({ dpopProofAge: 60 }))

scenario("DP-10 the Host header is another's", async (t, world) => {
  const token = bound(world)
  const from = (host: string, htu: string) =>
    ask(world, { host, authorization: `DPoP ${token}`, dpop: proofFor(world, holder, token, { payload: { htu } }) })
  refused(t, world, await from('evil.test', 'https://evil.test/api'), 401, 'invalid_dpop_proof', 0)
  t.equal((await from('evil.test', `${appOrigin}/api`)).statusCode, 200, 'the configured address counts')
}, api())

scenario('DP-11 times of a proof', async (t, world) => {
  const at = (iat: unknown) => (token: string) => proofFor(world, holder, token, { payload: { iat } })
  const now = world.clock.now
  await refusesProofs(t, world, {
    '10 minutes old': at(now - 600),
    '301 s old': at(now - 301),
    '10 minutes ahead': at(now + 600),
    '31 s ahead': at(now + 31),
    missing: at(undefined),
    'a string': at(String(now))
  })
  const token = bound(world)
  for (const iat of [now - 300, now + 30]) {
    t.equal((await present(world, token, at(iat)(token))).statusCode, 200, String(iat - now))
  }
}, api())

scenario('DP-11 a proof counts once', async (t, world) => {
  const token = bound(world)
  const proof = proofFor(world, holder, token)
  t.equal((await present(world, token, proof)).statusCode, 200)
  refused(t, world, await present(world, token, proof), 401, 'invalid_dpop_proof', 1)
  world.advance(299)
  refused(t, world, await present(world, token, proof), 401, 'invalid_dpop_proof', 1, 'for as long as it is good')
  for (const jti of [undefined, '', 'x'.repeat(257), 7]) {
    refused(t, world, await present(world, token, proofFor(world, holder, token, { payload: { jti } })), 401,
      'invalid_dpop_proof', 1)
  }
}, api())

scenario('DP-11 two guards of one request see one proof', async (t, world) => {
  const token = bound(world, { scope: 'read' })
  const fresh = () => proofFor(world, holder, token, { payload: { htu: `${appOrigin}/twice` } })
  const proof = fresh()
  t.equal((await present(world, token, proof, 'DPoP', '/twice')).statusCode, 200)
  refused(t, world, await present(world, token, proof, 'DPoP', '/twice'), 401, 'invalid_dpop_proof', 1,
    'another request')
  refused(t, world, await present(world, token, fresh(), 'DPoP', '/twice/swapped'), 401, 'invalid_dpop_proof', 1,
    'a proof that changed on the way')
  const weak = bound(world, { scope: 'other' })
  const scoped = proofFor(world, holder, weak, { payload: { htu: `${appOrigin}/twice` } })
  refused(t, world, await present(world, weak, scoped, 'DPoP', '/twice'), 403, 'insufficient_scope', 1,
    'the second guard asks for more')
}, twice(4))

scenario('DP-11 two guards of one request where no tokens are remembered', async (t, world) => {
  const token = bound(world, { scope: 'read' })
  const proof = proofFor(world, holder, token, { payload: { htu: `${appOrigin}/twice` } })
  t.equal((await present(world, token, proof, 'DPoP', '/twice')).statusCode, 200)
  refused(t, world, await present(world, token, proof, 'DPoP', '/twice'), 401, 'invalid_dpop_proof', 1)
}, twice(0))

scenario('DP-13 the token of a proof', async (t, world) => {
  await refusesProofs(t, world, {
    'ath missing': token => proofFor(world, holder, token, { payload: { ath: undefined } }),
    'of another token': () => proofFor(world, holder, bound(world, { jti: 'other' })),
    'ath in hex': token =>
      proofFor(world, holder, token, { payload: { ath: createHash('sha256').update(token).digest('hex') } })
  })
}, api())

scenario('DP-16 an unbound token with the scheme DPoP', async (t, world) => {
  const token = good(world)
  t.equal((await ask(world, { authorization: `Bearer ${token}` })).statusCode, 200, 'control')
  const response = await present(world, token, proofFor(world, holder, token))
  refused(t, world, response, 401, 'invalid_token', 1)
  t.match(challengesOf(response)[1], 'DPoP realm="api", error="invalid_token"')
  for (const cnf of [null, 'x', {}, { jkt: 7 }, { 'x5t#S256': 'x' }]) {
    const odd = good(world, { cnf })
    refused(t, world, await present(world, odd, proofFor(world, holder, odd)), 401, 'invalid_token', 1,
      JSON.stringify(cnf))
  }
}, api())

scenario('DP-17 nonces', async (t, world) => {
  const token = bound(world)
  const first = await present(world, token, proofFor(world, holder, token))
  refused(t, world, first, 401, 'use_dpop_nonce', 0)
  t.match(challengesOf(first)[1], 'error="use_dpop_nonce"')
  const nonce = String(first.headers['dpop-nonce'])
  const proof = (nonce: unknown) => proofFor(world, holder, token, { payload: { nonce } })
  const done = await present(world, token, proof(nonce))
  t.equal(done.statusCode, 200)
  t.equal(done.headers['dpop-nonce'], nonce)
  for (const wrong of ['', 'x', nonce.slice(1), [nonce]]) {
    refused(t, world, await present(world, token, proof(wrong)), 401, 'use_dpop_nonce', 1, JSON.stringify(wrong))
  }
  world.advance(300)
  const later = await present(world, token, proof(nonce))
  t.equal(later.statusCode, 200, 'for a while the one before counts as well')
  t.not(later.headers['dpop-nonce'], nonce, 'and the answer brings the next')
  world.advance(300)
  refused(t, world, await present(world, token, proof(nonce)), 401, 'use_dpop_nonce', 2, 'old')
  t.match((await ask(world, {})).headers, { 'dpop-nonce': /^[\w-]{43}$/ })
}, api({ dpopNonce: true }))

scenario('DP-18 the scheme in any letters', async (t, world) => {
  for (const scheme of ['dpop', 'DPOP', 'DPoP', 'Dpop']) {
    const token = bound(world)
    t.equal((await present(world, token, proofFor(world, holder, token), scheme)).statusCode, 200, scheme)
    refused(t, world, await present(world, token, 'x', scheme), 401, 'invalid_dpop_proof', world.runs, scheme)
  }
}, api())

for (
  const [name, replaced] of Object.entries({
    'another id': () => rsaKey('key-2'),
    'the same id': () => ({ ...rsaKey('key-4'), kid: 'key-1', jwk: { ...rsaKey('key-4').jwk, kid: 'key-1' } })
  })
) {
  scenario(`a token that was seen before falls with its key, replaced under ${name}`, async (t, world) => {
    const exp = world.clock.now + 86_400
    const [seen, unseen] = [good(world, { exp }), good(world, { exp, sub: 'auth0|unseen' })]
    const withdrawn = world.idp.keys[0]!
    const status = async (token: string) => (await ask(world, { authorization: `Bearer ${token}` })).statusCode
    t.equal(await status(seen), 200)
    world.advance(700)
    t.equal(await status(seen), 200, 'as long as the key is there')
    t.equal(await status(unseen), 200)
    world.idp.keys = [replaced()]
    world.advance(700)
    t.equal(await status(seen), 401)
    t.equal(await status(good(world, { exp })), 200, 'control: the new key')
    t.equal(await status(seen), 401)
    t.equal(await status(unseen), 401)
    world.idp.keys = [withdrawn, rsaKey('key-3')]
    world.advance(700)
    t.equal(await status(seen), 200, 'a key that comes back')
    const fetches = world.idp.count('jwks')
    for (let index = 0; index < 20; index++) t.equal(await status(seen), 200)
    t.equal(world.idp.count('jwks'), fetches, 'nothing is fetched for a token that is known')
  }, api())
}

scenario('a guard makes no promise for a token that is new, once the keys are at hand', async (t, world) => {
  t.equal((await ask(world, { authorization: `Bearer ${good(world)}` }, '/watched')).statusCode, 200, 'fetches keys')
  const seen = world.runs
  for (const subject of ['a', 'b', 'c']) {
    const answer = await ask(world, { authorization: `Bearer ${good(world, { sub: `auth0|${subject}` })}` }, '/watched')
    t.equal(answer.statusCode, 200)
  }
  t.equal(world.runs - seen, 3)
  const [first, ...later] = passes.get(world)!
  t.not(first, later[0], 'control: the keys had to be fetched')
  t.ok(later.length === 3 && later.every(pass => pass === later[0]), 'one and the same promise for all')
  t.equal((await ask(world, { authorization: `Bearer ${good(world)}` }, '/watched/more')).statusCode, 200)
  t.equal(passes.get(world)!.at(-1), later[0], 'also for a guard that demands more than most')
}, {
  plugin: { api: { audience, cacheEntries: 0 } },
  routes: (app, world) => {
    const returned: unknown[] = []
    passes.set(world, returned)
    const watched = (guard: ReturnType<typeof app.auth0.requireToken>): typeof guard => (request, reply) => {
      const pass = guard(request, reply)
      returned.push(pass)
      return pass
    }
    for (const [url, demands] of [['/watched', {}], ['/watched/more', { actor: 'none' }]] as const) {
      app.get(url, { onRequest: watched(app.auth0.requireToken(demands)) }, async () => {
        world.runs++
        return { done: true }
      })
    }
  }
})

// ——— Step-up (RFC 9470), actors, optional tokens, other keys and issuers ———

const NAMES = { authTime: 'https://app.example.test/auth_time', acr: 'https://app.example.test/acr' }

/** An API whose routes ask for more: each by its demands. */
function demanding (routes: Record<string, AccessTokenDemands>, changes: ApiOptions = {},
  plugin: WorldOptions['plugin'] = {}): WorldOptions {
  return {
    plugin: { api: { audience, ...changes }, ...plugin },
    routes: (app, world) => {
      app.get('/api', { preHandler: app.auth0.requireToken() }, async () => {
        world.runs++
        return {}
      })
      for (const [url, demands] of Object.entries(routes)) {
        app.get(url, { preHandler: app.auth0.requireToken(demands) }, async request => {
          world.runs++
          return { sub: request.auth0.token?.sub ?? null }
        })
      }
    }
  }
}

scenario('step-up: challenges letter by letter', async (t, world) => {
  const { now } = world.clock
  const tell = async (url: string, claims: Record<string, unknown>): Promise<string[]> => {
    const answer = await ask(world, { authorization: `Bearer ${good(world, claims)}` }, url)
    t.match(answer.json(), { statusCode: 401, code: 'insufficient_user_authentication', error: 'Unauthorized' })
    t.equal(answer.headers['cache-control'], 'no-store')
    return challengesOf(answer)
  }
  const error = 'error="insufficient_user_authentication"'
  const old = 'error_description="More recent authentication is required."'
  const weak = 'error_description="A different authentication level is required."'
  const metadata = `resource_metadata="${appOrigin}/.well-known/oauth-protected-resource"`
  const dpop = `DPoP realm="api", algs="ES256", ${metadata}`
  t.strictSame(await tell('/recent', {}), [`Bearer realm="api", ${error}, ${old}, max_age="5", ${metadata}`, dpop])
  t.strictSame(await tell('/strong', {}), [`Bearer realm="api", ${error}, ${weak}, acr_values="myACR", ${metadata}`,
    dpop])
  t.strictSame(await tell('/both', { scope: 'read list', [NAMES.acr]: 'gold', [NAMES.authTime]: now - 900 }), [
    `Bearer realm="api", ${error}, ${old}, acr_values="gold silver", max_age="300", scope="read list", ${metadata}`,
    dpop
  ], 'the next token must meet all of it')
  const token = good(world, { cnf: { jkt: thumbprint(holder) } })
  const bound = await present(world, token, proofFor(world, holder, token, { payload: { htu: `${appOrigin}/recent` } }),
    'DPoP', '/recent')
  t.strictSame(challengesOf(bound), [
    `Bearer realm="api", ${metadata}`,
    `DPoP realm="api", ${error}, ${old}, max_age="5", algs="ES256", ${metadata}`
  ], 'with the scheme that was used')
  refused(t, world, await ask(world, { authorization: `Bearer ${good(world)}` }, '/both'), 403, 'insufficient_scope', 0,
    'what a login does not help comes first')
}, demanding({
  '/recent': { maxAge: 5 },
  '/strong': { acr: 'myACR' },
  '/both': { scopes: 'read list', maxAge: 300, acr: 'gold silver' }
}, { claims: NAMES }, { routes: { protectedResource: true } }))

scenario('step-up: what counts as a login', async (t, world) => {
  const { now } = world.clock
  const statusOf = async (url: string, claims: Record<string, unknown>): Promise<number> =>
    (await ask(world, { authorization: `Bearer ${good(world, claims)}` }, url)).statusCode
  for (
    const [authTime, status] of [[now, 200], [now - 330, 200], [now - 331, 401], [now + 30, 200], [now + 31, 401],
      [now * 1000, 401], [String(now), 401], [null, 401], [Infinity, 401], [[now], 401]] as const
  ) {
    t.equal(await statusOf('/recent', { auth_time: authTime }), status, `auth_time ${String(authTime)}`)
  }
  for (
    const [acr, status] of [['gold', 200], ['silver', 200], ['bronze', 401], ['gold silver', 401], [['gold'], 401],
      [undefined, 401]] as const
  ) t.equal(await statusOf('/strong', { acr }), status, `acr ${String(acr)}`)
  t.equal(await statusOf('/mfa', { amr: ['pwd', 'mfa'] }), 200, 'as Auth0 tells of a second factor')
  t.equal(await statusOf('/mfa', { amr: ['pwd'] }), 401)

  const token = good(world, { auth_time: now - 300 })
  const again = async (): Promise<LightMyRequestResponse> =>
    await ask(world, { authorization: `Bearer ${token}` }, '/recent')
  t.equal((await again()).statusCode, 200)
  t.equal((await again()).statusCode, 200, 'remembered')
  world.advance(31)
  refused(t, world, await again(), 401, 'insufficient_user_authentication', world.runs, 'the login has become too old')
  t.equal((await ask(world, { authorization: `Bearer ${token}` })).statusCode, 200, 'the token itself is good')
}, demanding({
  '/recent': { maxAge: 300 },
  '/strong': { acr: ['gold', 'silver'] },
  '/mfa': { acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' }
}))

let allowed: unknown = true

scenario('who acts, and for whom', async (t, world) => {
  const nobody = {}
  const agent = { act: { sub: 'agent', act: { sub: 'first' } } }
  const person = { sub_profile: 'user' }
  for (
    const [url, claims, passes] of [['/none', nobody, true], ['/none', agent, false], ['/required', nobody, false],
      ['/required', agent, true], ['/agent', agent, true], ['/agent', { act: { sub: 'first' } }, false],
      ['/agent', nobody, false], ['/careless', agent, true], ['/careless', nobody, false], ['/person', person, true],
      ['/person', { sub_profile: 'ai_agent' }, false], ['/person', { sub_profile: ['user'] }, false],
      ['/person', nobody, false]] as const
  ) {
    const { runs } = world
    const answer = await ask(world, { authorization: `Bearer ${good(world, claims)}` }, url)
    if (passes) t.equal(answer.statusCode, 200, `${url} ${JSON.stringify(claims)}`)
    else {
      refused(t, world, answer, 403, 'insufficient_actor', runs, `${url} ${JSON.stringify(claims)}`)
      t.match(challengesOf(answer)[0],
        /^Bearer realm="api", error="insufficient_actor", error_description="[^"\\]+"$/)
    }
  }
  t.match(world.logs().filter(({ level }) => level === 50), [{ msg: /"actor" function/, err: { type: 'TypeError' } }],
    'a rule that fails is told')
  refused(t, world, await ask(world, { authorization: `Bearer ${good(world, { act: 'agent' })}` }, '/none'), 401,
    'invalid_token', world.runs, 'an actor that is none')
  const token = good(world, agent)
  for (const [verdict, status] of [[true, 200], [false, 403], [true, 200], [1, 403], [Promise.resolve(true), 403]]) {
    allowed = verdict
    t.equal((await ask(world, { authorization: `Bearer ${token}` }, '/changing')).statusCode, status as number,
      'a rule is asked each time')
  }
}, demanding({
  '/none': { actor: 'none' },
  '/required': { actor: 'required' },
  '/agent': { actor: act => act?.sub === 'agent' },
  '/careless': { actor: act => act!.sub === 'agent' },
  '/changing': { actor: () => allowed as boolean },
  '/person': { subjectProfile: 'user' }
}))

scenario('a token that is optional', async (t, world) => {
  t.strictSame((await ask(world, {}, '/open')).json(), { sub: null })
  t.match((await ask(world, { authorization: `Bearer ${good(world)}` }, '/open')).json(), { sub: /auth0/ })
  const bad: [Record<string, string>, number, string, string?][] = [
    [{ authorization: `Bearer ${good(world, { exp: world.clock.now - 60 })}` }, 401, 'invalid_token'],
    [{ authorization: `Bearer ${good(world, { aud: 'x' })}` }, 401, 'invalid_token'],
    [{ authorization: 'Bearer opaque' }, 401, 'invalid_token'],
    [{ authorization: 'Bearer' }, 400, 'invalid_request'],
    [{ authorization: 'DPoP x.y.z' }, 401, 'invalid_token'],
    [{ authorization: good(world) }, 401, 'missing_token'],
    [{ authorization: 'Basic eDp5' }, 401, 'missing_token'],
    [{}, 400, 'invalid_request', '/open?access_token=x']
  ]
  for (const [headers, status, code, url = '/open'] of bad) {
    refused(t, world, await ask(world, headers, url), status, code, 2, `${url} ${JSON.stringify(headers).slice(0, 40)}`)
  }
  refused(t, world, await ask(world, { authorization: `Bearer ${good(world)}` }, '/scoped'), 403, 'insufficient_scope',
    2)
}, demanding({ '/open': { optional: true }, '/scoped': { optional: true, scopes: 'read' } }))

const apiSecret = 'the signing secret of an API with HS256'

scenario('a secret of the API', async (t, world) => {
  const signed = (claims: Record<string, unknown> = {}, secret = apiSecret, alg = 'HS256'): string => {
    const [, payload] = good(world, claims).split('.')
    const input = `${Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url')}.${payload}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }
  for (let i = 0; i < 2; i++) {
    t.equal((await ask(world, { authorization: `Bearer ${signed()}` })).statusCode, 200)
  }
  const publicKey = rsaKey('key-1')
  const pem = createPublicKey(publicKey.privateKey).export({ format: 'pem', type: 'spki' }) as string
  for (
    const [variant, token] of Object.entries({
      "signed with the tenant's key": good(world),
      'signed with another secret': signed({}, `${apiSecret}.`),
      'signed with the public key': signed({}, pem),
      'of another algorithm': signed({}, apiSecret, 'HS512'),
      unsigned: signed({}, apiSecret, 'none'),
      "another issuer's": signed({ iss: 'https://other.auth0.test/' }),
      expired: signed({ exp: world.clock.now - 31 })
    })
  ) refused(t, world, await ask(world, { authorization: `Bearer ${token}` }), 401, 'invalid_token', 2, variant)
  t.equal(world.idp.count('jwks'), 0, 'no keys are fetched')
}, demanding({}, { secret: apiSecret }))

scenario('without a secret, HS256 is refused', async (t, world) => {
  const [, payload] = good(world).split('.')
  const input = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${payload}`
  const token = `${input}.${createHmac('sha256', world.idp.clientSecret).update(input).digest('base64url')}`
  refused(t, world, await ask(world, { authorization: `Bearer ${token}` }), 401, 'invalid_token', 0)
}, api())

scenario('issuers by request', async (t, world) => {
  const second = ecKey('second')
  const iss = 'https://login.example.test/'
  world.idp.defects = {
    answers: {
      discovery: (correct, { url }) =>
        url.host === 'login.example.test'
          ? { ...correct, body: JSON.stringify(world.idp.metadata).replaceAll(world.idp.issuer, iss) }
          : correct,
      jwks: (correct, { url }) =>
        url.host === 'login.example.test' ? { ...correct, body: JSON.stringify({ keys: [second.jwk] }) } : correct
    }
  }
  const token = world.idp.apiToken({ aud: audience, iss }, {}, second)
  const from = async (bearer: string, tenant: string): Promise<LightMyRequestResponse> =>
    await ask(world, { authorization: `Bearer ${bearer}`, 'x-tenant': tenant })
  t.equal((await from(token, 'second')).statusCode, 200)
  refused(t, world, await from(token, 'first'), 401, 'invalid_token', 1, 'remembered, but not for this request')
  t.equal((await from(token, 'second')).statusCode, 200)
  t.equal((await from(good(world), 'first')).statusCode, 200, "the plugin's own")
  refused(t, world, await from(world.idp.apiToken({ aud: audience, iss }), 'second'), 401, 'invalid_token', 3,
    "a key that is not the issuer's")
  t.match((await from(token, 'address')).json(), { statusCode: 400, code: 'invalid_argument' })
  for (const tenant of ['broken', 'text']) {
    t.match((await from(token, tenant)).json(), { statusCode: 500, code: 'configuration_error' }, tenant)
  }
}, demanding({}, {
  signingAlgs: ['RS256', 'ES256'],
  issuers: async request => {
    const tenant = request.headers['x-tenant']
    if (tenant === 'broken') throw new Error('no database')
    if (tenant === 'text') return 'login.example.test' as never
    return tenant === 'address' ? ['https://10.0.0.1'] : tenant === 'second' ? ['login.example.test'] : []
  }
}))

const certificates = [certificate({ name: 'client' }), certificate({ name: 'thief' })] as const
const [own, thief] = certificates.map(({ cert }) => new X509Certificate(cert)) as [X509Certificate, X509Certificate]
const x5t = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url')

scenario('tokens that are bound to a certificate, behind a proxy', async (t, world) => {
  const token = good(world, { cnf: { 'x5t#S256': x5t(own.raw) } })
  const base64 = own.raw.toString('base64')
  const ways: Record<string, string> = {
    PEM: own.toString().replaceAll('\n', '|'),
    'PEM with blanks for line ends': own.toString().replaceAll('\n', ' '),
    'PEM with tabs behind line ends': own.toString().replaceAll('\n', '|\t'),
    'PEM in one line': own.toString().replaceAll('\n', ''),
    'PEM with an issuer behind': (own.toString() + thief.toString()).replaceAll('\n', ' '),
    'escaped PEM': encodeURIComponent(own.toString()),
    'escaped PEM with bare signs': encodeURIComponent(own.toString()).replaceAll('%2B', '+').replaceAll('%2F', '/'),
    'escaped PEM with blanks as plus signs': encodeURIComponent(own.toString()).replaceAll('%20', '+'),
    'escaped base64': encodeURIComponent(base64),
    'RFC 9440': `:${base64}:`,
    base64,
    DER: `der ${base64}`,
    certificate: `x509 ${base64}`
  }
  for (const [way, value] of Object.entries(ways)) {
    t.equal((await ask(world, { authorization: `Bearer ${token}`, 'x-cert': value })).statusCode, 200, way)
  }
  const good6 = world.runs
  for (
    const [variant, value] of Object.entries({
      none: '',
      another: `:${thief.raw.toString('base64')}:`,
      'another, and ours behind': (thief.toString() + own.toString()).replaceAll('\n', ' '),
      'text before it': `Cert=${own.toString()}`.replaceAll('\n', ' '),
      'half of it': `:${base64.slice(0, 100)}:`,
      nonsense: '%%%',
      'PEM in pieces': '-----BEGIN CERTIFICATE-----%zz',
      'a key': 'x'.repeat(5000)
    })
  ) {
    const answer = await ask(world, { authorization: `Bearer ${token}`, 'x-cert': value })
    refused(t, world, answer, 401, 'invalid_token', good6, variant)
    t.match(challengesOf(answer)[0], /error="invalid_token", error_description="The token is bound to [^"]+"$/)
  }
  const control = { 'x-cert': `:${base64}:` }
  for (
    const cnf of [{ 'x5t#S256': x5t(thief.raw) }, { 'x5t#S256': '' }, { 'x5t#S256': [x5t(own.raw)] }, {},
      { jkt: thumbprint(holder), 'x5t#S256': x5t(own.raw) }, { 'x5t#S256': x5t(own.raw), kid: '1' }, 'x', []]
  ) {
    refused(t, world, await ask(world, { ...control, authorization: `Bearer ${good(world, { cnf })}` }), 401,
      'invalid_token', good6, JSON.stringify(cnf))
  }
  const both = good(world, { cnf: { jkt: thumbprint(holder), 'x5t#S256': x5t(own.raw) } })
  for (const [value, status] of [[control['x-cert'], 200], ['', 401]] as const) {
    const answer = await ask(world, {
      authorization: `DPoP ${both}`,
      dpop: proofFor(world, holder, both),
      'x-cert': value
    })
    t.equal(answer.statusCode, status, 'bound twice')
  }
}, demanding({}, {
  mtls ({ headers: { 'x-cert': value } }) {
    if (typeof value !== 'string' || value === '') return undefined
    const [kind, base64 = ''] = value.split(' ')
    if (kind === 'der') return Buffer.from(base64, 'base64')
    if (kind === 'x509') return new X509Certificate(Buffer.from(base64, 'base64'))
    return value.replaceAll('|', '\n')
  }
}))

for (const http2 of [false, true]) {
  t.test(`tokens that are bound to the certificate of the TLS connection, HTTP/${http2 ? 2 : 1}`, async t => {
    const server = certificate({ name: 'localhost', hosts: ['localhost'] })
    await inWorld(t, {
      ...demanding({}),
      fastify: {
        ...(http2 && { http2 }),
        https: { cert: server.cert, key: server.key, requestCert: true, rejectUnauthorized: false }
      } as FastifyServerOptions
    }, async world => {
      await world.app.listen({ port: 0, host: 'localhost' })
      const { port } = world.app.server.address() as AddressInfo
      const token = good(world, { cnf: { 'x5t#S256': x5t(own.raw) } })
      for (const [client, status] of [[certificates[0], 200], [certificates[1], 401], [undefined, 401]] as const) {
        const agent = new Agent({
          allowH2: http2,
          connect: { rejectUnauthorized: false, ...(client && { cert: client.cert, key: client.key }) }
        })
        const answer = await request(`https://localhost:${port}/api`, {
          dispatcher: agent,
          headers: { authorization: `Bearer ${token}` }
        })
        t.equal(answer.statusCode, status, client?.name ?? 'no certificate')
        await answer.body.dump()
        await agent.close()
      }
    })
  })
}
