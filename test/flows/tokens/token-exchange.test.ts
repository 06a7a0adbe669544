import t from 'tap'
import { NetworkError } from '../../../lib/errors.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { applicationTokens } from '../../../lib/flows/tokens/application-access-token.js'
import { getTokenByRefreshToken, getTokenForConnection } from '../../../lib/flows/tokens/application-tokens.js'
import { getAccessTokenForConnection } from '../../../lib/flows/tokens/connection-token.js'
import { createConnectionTokens } from '../../../lib/flows/tokens/connection-tokens.js'
import { verifyIdToken } from '../../../lib/flows/tokens/id-token.js'
import { freshIdToken, getIdToken } from '../../../lib/flows/tokens/session-id-token.js'
import { requestSessionTransferToken } from '../../../lib/flows/tokens/session-transfer.js'
import { customTokenExchange, exchange } from '../../../lib/flows/tokens/token-exchange.js'
import { issuer, start, Tenant } from '../../authentication/tenant.js'
import { errorOf, problemOf } from '../../tokens/problem.js'
import { createTestKey, hmacJwt, ofLength, signJwt } from '../../tokens/jws-builder.js'

const given = (value: unknown) => value as never
const config = {
  idTokenSigningAlg: 'HS256',
  clientSecret: 'a secret for HS256, long enough',
  clientId: 'client-1',
  clockTolerance: 30,
  issuer,
  refreshLeeway: 30,
  mfaTokenTtl: 600,
  storeIdToken: true
}
const context = given({ config, now: () => start, mfaSealer: { seal: () => 'sealed' } }) as PluginContext
const subject = { subjectToken: 'theirs', subjectTokenType: 'urn:example:token' }
const idToken = (claims: object = {}) =>
  hmacJwt({ iss: issuer, aud: 'client-1', sub: 'auth0|ada', iat: start, exp: start + 600, ...claims },
    config.clientSecret)
const answering = (json: object, status = 200) => new Tenant({ 'POST /oauth/token': { status, json } })

t.test('what comes of an exchange that fails', async t => {
  const cases: [status: number, error: string, code: string, name: string][] = [
    [400, 'invalid_request', 'token_exchange_failed', 'CustomTokenExchangeError'],
    [403, 'setactor_required', 'setactor_required', 'CustomTokenExchangeError'],
    [403, 'session_transfer_disabled', 'session_transfer_disabled', 'CustomTokenExchangeError'],
    [499, 'server_error', 'token_exchange_failed', 'CustomTokenExchangeError'],
    [403, 'mfa_required', 'mfa_required', 'MfaRequiredError'],
    [429, 'too_many_requests', 'too_many_requests', 'RateLimitError'],
    [500, 'server_error', 'server_error', 'ApiError'],
    [503, 'unavailable', 'unavailable', 'ApiError']
  ]
  for (const [status, error, code, name] of cases) {
    const server = answering({ error, ...(code === 'mfa_required' && { mfa_token: 'secret' }) }, status).server()
    const thrown = await errorOf(() => exchange(context, server, subject))
    t.match(thrown, { code, name }, `${status} ${error}`)
    if (code === 'mfa_required') t.match(thrown, { mfaToken: 'sealed' })
    if (name === 'CustomTokenExchangeError') t.match(thrown, { cause: { code: error, status } })
  }
  const down = new Tenant().server({}, { customFetch: async () => { throw new TypeError('down') } })
  t.type(await errorOf(() => exchange(context, down, subject)), NetworkError)
})

t.test('the organization of an exchange is that of the ID token, or else of the access token', async t => {
  const exchanged = (tokens: object, organization?: string) =>
    customTokenExchange(context, answering({ access_token: 'opaque', token_type: 'Bearer', ...tokens }).server(),
      { ...subject, organization })
  const jwt = (claims: object) => ({ access_token: hmacJwt(claims, 'x') })
  const long = jwt({ org_id: 'org_1' }).access_token.padEnd(65_536, 'A')
  const passing: [tokens: object, organization?: string][] = [
    [{}], [jwt({ org_id: 'org_2' })], [jwt({ org_id: 'org_1' }), 'org_1'], [{ access_token: long }, 'org_1'],
    [{ id_token: idToken({ org_id: 'org_1' }) }, 'org_1'],
    [{ id_token: idToken({ org_id: 'org_1' }), ...jwt({ org_id: 'org_2' }) }, 'org_1']
  ]
  for (const [tokens, organization] of passing) t.ok(await exchanged(tokens, organization), JSON.stringify(tokens))
  const none = 'OrganizationTokenValidationError'
  const refused: [name: string, tokens: object][] = [
    [none, {}], [none, jwt({})], [none, jwt({ org_id: 'org_2' })], [none, { access_token: 'a.b' }],
    [none, { access_token: 'a.b.c.d' }], ['TokenValidationError', { access_token: 'a.b.c' }],
    ['TokenValidationError', { access_token: `${long}A` }], [none, { id_token: idToken() }],
    [none, { id_token: idToken({ org_id: 'org_2' }), ...jwt({ org_id: 'org_1' }) }]
  ]
  for (const [name, tokens] of refused) {
    t.equal((await errorOf(() => exchanged(tokens, 'org_1'))).name, name, JSON.stringify(tokens).slice(0, 80))
  }
  t.match(await exchanged({ id_token: idToken({ act: { sub: 'agent' } }), expires_in: 60 }),
    { act: { sub: 'agent' }, expiresAt: start + 60 })
  t.match(await exchanged({}), { act: undefined, expiresAt: undefined })
})

t.test('what is checked of an ID token', async t => {
  const server = new Tenant().server()
  const cases: [claims: object, expected: Parameters<typeof verifyIdToken>[3], problem: string][] = [
    [{}, {}, 'accepted'], [{ aud: 'client-2' }, {}, 'audience'], [{ iss: 'https://evil.example/' }, {}, 'issuer'],
    [{ exp: start - 29 }, {}, 'accepted'], [{ exp: start - 30 }, {}, 'expired'],
    [{ nonce: 'n' }, { nonce: 'n' }, 'accepted'], [{ nonce: 'x' }, { nonce: 'n' }, 'nonce'],
    [{ auth_time: start - 35 }, { maxAge: 5 }, 'accepted'], [{ auth_time: start - 36 }, { maxAge: 5 }, 'auth_too_old'],
    [{ org_id: 'org_1' }, { organization: 'org_1' }, 'accepted'], [{}, { organization: 'org_1' }, 'organization'],
    [{ acr: 'a' }, { acrValues: 'a' }, 'accepted'], [{ acr: 'a' }, { acrValues: 'b' }, 'acr'],
    [{ at_hash: 'x' }, {}, 'accepted'], [{ at_hash: 'x' }, { accessToken: 'at' }, 'at_hash'],
    [{ iat: start - 3630 }, { fresh: true }, 'accepted'], [{ iat: start - 3631 }, { fresh: true }, 'too_old'],
    [{ iat: start - 9999 }, {}, 'accepted']
  ]
  for (const [claims, expected, problem] of cases) {
    t.equal(await problemOf(() => verifyIdToken(context, server, idToken(claims), expected)), problem,
      JSON.stringify([claims, expected]))
  }
  for (const none of [undefined, null, 7]) {
    t.equal(await problemOf(() => verifyIdToken(context, server, none, {})), 'missing')
  }
  const made = (claims: object, header: object) => hmacJwt({
    iss: issuer, aud: 'client-1', sub: 'auth0|ada', iat: start, exp: start + 600, ...claims
  }, config.clientSecret, { ...header })
  for (const [length, problem] of [[196_608, 'accepted'], [196_609, 'too_long']] as const) {
    t.equal(await problemOf(() => verifyIdToken(context, server, ofLength(length, made), {})), problem)
  }
  t.equal(await problemOf(() => verifyIdToken(context, server, made({}, { typ: 'at+jwt' }), {})), 'type')
  const key = createTestKey('ES256')
  const signed = given({ config: { ...config, idTokenSigningAlg: 'ES256' }, now: () => start }) as PluginContext
  const keys = { get: () => key.publicKey }
  const claims = { iss: issuer, aud: 'client-1', sub: 'auth0|ada', iat: start, exp: start + 600 }
  t.match(await verifyIdToken(signed, given({ ...server, keys }), signJwt(claims, key), {}), claims)
  t.equal(await problemOf(() => verifyIdToken(signed, given({ ...server, keys }), idToken(), {})), 'algorithm')
})

/** A session with an ID token that another request renews as soon as its refresh token is about to be spent. */
function sessionOf (before: string | undefined, after: string | undefined) {
  const record = { id: 's', version: 1, user: { sub: 'auth0|ada' }, issuer, createdAt: start, updatedAt: start }
  const tokensOf = (name: string, idToken: string | undefined) => ({
    refreshToken: name,
    ...(idToken !== undefined && { idToken }),
    tokenSets: [{ accessToken: name, tokenType: 'Bearer', scope: '', requestedScope: '', expiresAt: start + 600 }],
    connectionTokenSets: []
  })
  let tokens = tokensOf('before', before)
  const sessions = {
    kind: 'store',
    read: () => ({ record, lastActivity: start, expiresAt: start + 600 }),
    tokens: () => tokens,
    lock: async (_: string, work: (signal: undefined) => unknown) => await work(undefined),
    load: () => {
      tokens = tokensOf('after', after)
      return { record, tokens }
    }
  }
  const server = new Tenant().server()
  const run = async (_: string, work: () => unknown) => await work()
  const withSession = given({
    config: { ...config, scope: '' },
    now: () => start,
    sessions,
    flights: run,
    refreshMutex: run
  }) as PluginContext
  const request = given({ session: null, jar: {}, server: () => server }) as RequestContext
  return { context: withSession, request, renewed: () => tokens.refreshToken === 'after' }
}

t.test('the ID token of the session, renewed where it is not good for a minute any more', async t => {
  const asked: unknown[] = []
  const isGood = (token: string, seconds: number) => {
    asked.push([token, seconds])
    return token.startsWith('good')
  }
  type Token = string | undefined
  const cases: [before: Token, after: Token, found: Token, asked: unknown[]][] = [
    ['good', 'never', 'good', [['good', 60]]],
    ['stale', 'good too', 'good too', [['stale', 60], ['good too', 0]]],
    [undefined, 'good too', 'good too', [['good too', 0]]],
    ['stale', 'stale too', undefined, [['stale', 60], ['stale too', 0]]],
    ['stale', undefined, undefined, [['stale', 60]]]
  ]
  for (const [before, after, found, questions] of cases) {
    asked.length = 0
    const s = sessionOf(before, after)
    t.equal(await freshIdToken(s.context, s.request, undefined, isGood), found, `${before} ${after}`)
    t.strictSame(asked, questions)
    t.equal(s.renewed(), before !== 'good')
  }
  t.equal(await getIdToken(sessionOf('kept', '').context, sessionOf('kept', '').request), 'kept')
  t.match(await errorOf(() => getIdToken(given({ config: { storeIdToken: false } }), given({}))),
    { option: 'storeIdToken' })
})

t.test('a session transfer token, with the ID token of the session as the actor', async t => {
  const issued = {
    access_token: 'transfer',
    token_type: 'N_A',
    expires_in: 60,
    scope: 'a',
    issued_token_type: 'urn:auth0:params:oauth:token-type:session_transfer_token'
  }
  const transfer = async (before: string | undefined, after: string | undefined, more: object = {},
    answer: object = issued) => {
    const s = sessionOf(before, after)
    const tenant = answering(answer)
    Object.assign(s.request, { server: () => tenant.server(), address: '192.0.2.1' })
    const result = await requestSessionTransferToken(s.context, s.request, { ...subject, ...more })
    return { result, ...tenant.form as { actor_token: string }, headers: tenant.seen[0]!.headers }
  }
  const [good, brief, over] = [61, 60, -30].map(seconds => idToken({ exp: start + seconds }))
  t.match(await transfer(good, undefined), {
    result: {
      sessionTransferToken: 'transfer',
      issuedTokenType: issued.issued_token_type,
      expiresIn: 60,
      tokenType: 'n_a',
      scope: 'a'
    },
    actor_token: good,
    actor_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    audience: 'urn:acme.eu.auth0.com:session_transfer',
    headers: { 'auth0-forwarded-for': '192.0.2.1' }
  })
  t.equal((await transfer(brief, good)).actor_token, good, 'not good for a minute any more')
  t.equal((await transfer('forged', brief)).actor_token, brief)
  for (const [before, after] of [[undefined, good], [brief, over], [brief, idToken({ exp: start })]] as const) {
    t.match(await errorOf(() => transfer(before, after)), { code: 'actor_unavailable' })
  }
  t.match(await transfer(undefined, undefined, {
    actorToken: 'own',
    actorTokenType: 'urn:x',
    forwardedFor: '192.0.2.2',
    reason: 'help',
    extra: { case: '7' }
  }), {
    actor_token: 'own',
    actor_token_type: 'urn:x',
    reason: 'help',
    case: '7',
    headers: { 'auth0-forwarded-for': '192.0.2.2' }
  })
  t.notOk('reason' in await transfer(good, undefined))
  t.equal((await transfer(good, undefined, {}, { ...issued, token_type: 'Bearer' })).result.tokenType, 'bearer')
  t.match(await errorOf(() => transfer(good, undefined, {}, { ...issued, token_type: 'mac' })),
    { code: 'invalid_response' })
  t.match(await errorOf(() => transfer(good, undefined, {}, { ...issued, issued_token_type: undefined })),
    { code: 'invalid_response' })
})

t.test("a connection's token: from the session, from the process's memory, or from Auth0", async t => {
  const now = start
  const set = (accessToken: string, expiresAt: number, more: object = {}) =>
    ({ accessToken, scope: '', expiresAt, connection: 'github', ...more })
  interface World {
    kind?: string
    storeConnectionTokens?: boolean
    kept?: object[]
    remembered?: object[]
    refreshToken?: string | undefined
    /** The tokens by the time that it is this request's turn. */
    meanwhile?: object
    none?: boolean
    writable?: boolean
    bearer?: string
    answer?: object
    status?: number
  }
  const world = (w: World = {}) => {
    const { kind = 'store', kept = [], remembered = [], answer = { access_token: 'new', token_type: 'Bearer' } } = w
    const tenant = answering(answer, w.status)
    const server = tenant.server()
    const record = { id: 's', version: 1, user: { sub: 'auth0|ada' }, issuer, createdAt: now, updatedAt: now }
    const refreshToken = 'refreshToken' in w ? w.refreshToken : 'rt'
    let tokens: object = {
      tokenSets: [],
      connectionTokenSets: kept,
      ...(refreshToken !== undefined && { refreshToken })
    }
    const memory = createConnectionTokens()
    if (remembered.length > 0) memory.set('s', given(remembered))
    let reads = 0
    const sessions = {
      kind,
      read: () => {
        reads++
        return w.none === true ? undefined : { record, lastActivity: now, expiresAt: now + 600 }
      },
      tokens: () => tokens,
      lock: async (_: string, work: (signal: undefined) => unknown) => await work(undefined),
      load: () => {
        tokens = { ...tokens, ...w.meanwhile }
        return { record, tokens }
      },
      update: (_: unknown, __: string, next: (found: object) => { tokens: object }) => {
        tokens = next({ record, tokens }).tokens
        return { record, tokens }
      }
    }
    const keys: string[] = []
    const context = given({
      config: { ...config, lifetime: {}, storeConnectionTokens: w.storeConnectionTokens === true },
      now: () => now,
      sessions,
      connectionTokens: memory,
      flights: async (key: string, work: () => unknown) => {
        keys.push(key)
        return await work()
      },
      refreshMutex: async (_: string, work: () => unknown) => await work()
    }) as PluginContext
    const request = given({
      session: null,
      jar: { writable: w.writable !== false },
      server: () => server,
      address: '192.0.2.1',
      ...(w.bearer !== undefined && { bearerToken: { token: w.bearer } })
    }) as RequestContext
    return {
      get: async (options: object = {}) =>
        await getAccessTokenForConnection(context, request, { connection: 'github', ...options }),
      tenant,
      keys,
      reads: () => reads,
      kept: () => (tokens as { connectionTokenSets: unknown[] }).connectionTokenSets,
      refreshToken: () => (tokens as { refreshToken?: string }).refreshToken,
      remembered: () => memory.get('s')
    }
  }

  const good = set('good', now + 31)
  for (const place of [{ kept: [good] }, { kind: 'cookie', remembered: [good] },
    { kind: 'cookie', storeConnectionTokens: true, kept: [good] }]) {
    const w = world(place)
    const found = await w.get()
    t.strictSame(found, good)
    t.not(found, good, 'a copy')
    t.strictSame(w.tenant.seen, [], 'nobody is asked')
  }
  const misses: [why: string, place: World, options?: object][] = [
    ['too short', { kept: [set('brief', now + 30)] }], ['another connection', { kept: [{ ...good, connection: 'x' }] }],
    ['another login hint', { kept: [{ ...good, loginHint: 'a' }] }, { loginHint: 'b' }],
    ['of a login hint', { kept: [{ ...good, loginHint: 'a' }] }], ['without one', { kept: [good] }, { loginHint: 'a' }],
    ['told to', { kept: [good] }, { refresh: true }], ['in cookies', { kind: 'cookie', kept: [good] }],
    ['in memory', { remembered: [good] }]
  ]
  for (const [why, place, options] of misses) t.equal((await world(place).get(options)).accessToken, 'new', why)

  const fresh = world({
    kept: [good, { ...good, loginHint: 'b' }],
    answer: {
      access_token: 'new',
      token_type: 'Bearer',
      expires_in: 60,
      scope: 'repo',
      refresh_token: 'rt-2'
    }
  })
  const added = set('new', now + 60, { scope: 'repo', loginHint: 'a' })
  t.strictSame(await fresh.get({ loginHint: 'a', forwardedFor: '192.0.2.9' }), added)
  t.strictSame(fresh.kept(), [added, good, { ...good, loginHint: 'b' }])
  t.equal(fresh.refreshToken(), 'rt-2')
  t.match(fresh.tenant.form, { subject_token: 'rt', connection: 'github', login_hint: 'a' })
  t.equal(fresh.tenant.seen[0]!.headers['auth0-forwarded-for'], '192.0.2.9')
  t.strictSame(fresh.keys, ['["connection","s","github","a",false]'])
  const again = world({ kept: [good] })
  t.strictSame(await again.get({ refresh: true }), set('new', 0), 'nobody knows until when')
  t.strictSame(again.kept(), [set('new', 0)], 'in place of the one before')
  t.equal(again.refreshToken(), 'rt')
  t.strictSame(again.keys, ['["connection","s","github",null,true,"good"]'])
  const many = Array.from({ length: 12 }, (_, n) => ({ ...good, connection: `c${n}` }))
  const full = world({ kept: many })
  await full.get()
  t.strictSame(full.kept(), [set('new', 0), ...many.slice(0, 9)], 'ten are kept')
  const memory = world({ kind: 'cookie', remembered: [{ ...good, connection: 'x' }] })
  await memory.get()
  t.strictSame(memory.remembered(), [set('new', 0), { ...good, connection: 'x' }])
  t.strictSame(memory.kept(), [])
  t.ok(memory.reads() > 1, 'what others have written meanwhile is read')

  const caller = world({ bearer: 'theirs', none: true })
  t.strictSame(await caller.get({ loginHint: 'a' }), set('new', 0, { loginHint: 'a' }))
  t.match(caller.tenant.form, { subject_token: 'theirs', login_hint: 'a' })
  t.equal(caller.reads(), 0, 'the session is not touched')
  const cases: [w: World, options: object][] = [[{}, {}], [{ kept: [good] }, { refresh: true }]]
  for (const [w, options] of cases) {
    const { get, tenant } = world({ ...w, meanwhile: { connectionTokenSets: [set('theirs', now + 60)] } })
    t.equal((await get(options)).accessToken, 'theirs', 'another request has fetched it')
    t.strictSame(tenant.seen, [])
  }
  const failures: [code: string, w: World, cause?: object][] = [
    ['missing_session', { none: true }], ['missing_refresh_token', { refreshToken: undefined }],
    ['missing_refresh_token', { refreshToken: undefined, kind: 'cookie', writable: false }],
    ['missing_refresh_token', { meanwhile: { refreshToken: undefined } }],
    ['session_not_writable', { kind: 'cookie', writable: false }],
    ['failed_to_retrieve', { status: 403, answer: { error: 'invalid_grant' } }, { code: 'invalid_grant' }],
    ['failed_to_retrieve', { bearer: 'x', status: 401, answer: { error: 'x' } }, { code: 'x' }],
    ['server_error', { status: 500, answer: { error: 'server_error' } }]
  ]
  for (const [code, w, cause] of failures) {
    const error = await errorOf(() => world(w).get())
    t.match(error, { code, ...(cause !== undefined && { cause }) }, code)
  }
  const wrong: [argument: string, options: object][] = [['connection', { connection: '' }],
    ['connection', { connection: 7 }], ['loginHint', { loginHint: '' }], ['loginHint', { loginHint: 7 }]]
  for (const [argument, options] of wrong) {
    const w = world({ kept: [good] })
    t.match(await errorOf(() => w.get(options)), { argument })
    t.equal(w.reads(), 0)
  }
  t.ok(await world({ writable: false }).get(), 'a store can be written at any time')
  t.equal((await world({ refreshToken: undefined, kept: [good] }).get()).accessToken, 'good')
  const brief = [set('brief', now + 1)]
  const outages: World[] = [{ status: 500, answer: { error: 'x' } }, { refreshToken: undefined },
    { kind: 'cookie', storeConnectionTokens: true, writable: false }]
  for (const outage of outages) {
    t.equal((await world({ ...outage, kept: brief }).get()).accessToken, 'brief', 'it is renewed early')
    for (const [kept, options] of [[[set('over', now)], {}], [brief, { refresh: true }]] as const) {
      await t.rejects(world({ ...outage, kept: [...kept] }).get(options))
    }
  }
  await t.rejects(world({ status: 403, answer: { error: 'invalid_grant' }, kept: brief }).get(),
    { code: 'failed_to_retrieve' }, 'no outage')
})

t.test('tokens of the application itself are kept for each tenant', async t => {
  let n = 0
  const tenants = [1, 2].map(() =>
    new Tenant({
      'POST /oauth/token': () => ({ json: { access_token: `app-${++n}`, token_type: 'Bearer', expires_in: 600 } })
    }))
  const [first, second] = [tenants[0]!.server(), tenants[1]!.server()]
  let now = start
  const tokens = applicationTokens({ audience: 'https://api', scope: 'read' }, () => now)
  for (const [from, token] of [[first, 'app-1'], [first, 'app-1'], [second, 'app-2'], [first, 'app-1']] as const) {
    t.strictSame(await tokens(from), { accessToken: token, tokenType: 'Bearer' })
  }
  t.match(tenants[0]!.form, { grant_type: 'client_credentials', audience: 'https://api', scope: 'read' })
  t.equal((await tokens(first, 'older')).accessToken, 'app-1', 'another one was refused')
  t.equal((await tokens(first, 'app-1')).accessToken, 'app-3')
  now += 600
  t.equal((await tokens(first)).accessToken, 'app-4')
  const bound = new Tenant({ 'POST /oauth/token': { json: { access_token: 'bound', token_type: 'DPoP' } } })
  t.strictSame(await tokens(bound.server({ dpop: true })), { accessToken: 'bound', tokenType: 'DPoP' })
})

t.test('tokens for a token that the application keeps itself', async t => {
  const answer = { access_token: 'new', token_type: 'Bearer' }
  const renewal = answering(answer)
  const asked = { refreshToken: 'rt', audience: 'https://api', scope: 'read' }
  t.match(await getTokenByRefreshToken(context, renewal.server(), { ...asked, forwardedFor: '192.0.2.1' }), answer)
  t.match(renewal.form, { refresh_token: 'rt', audience: 'https://api', scope: 'read' })
  t.equal(renewal.seen[0]!.headers['auth0-forwarded-for'], '192.0.2.1')
  const connection = answering(answer)
  const given = { connection: 'github', accessToken: 'at', loginHint: 'ada', forwardedFor: '192.0.2.1' }
  t.match(await getTokenForConnection(connection.server(), given), answer)
  t.match(connection.form, { subject_token: 'at', connection: 'github', login_hint: 'ada' })
  t.equal(connection.seen[0]!.headers['auth0-forwarded-for'], '192.0.2.1')
  const signal = AbortSignal.abort()
  t.match(await errorOf(() => getTokenByRefreshToken(context, renewal.server(), { ...asked, signal })),
    { code: 'aborted' })
  t.match(await errorOf(() => getTokenForConnection(connection.server(), { ...given, signal })), { code: 'aborted' })
  const mfa = answering({ error: 'mfa_required', mfa_token: 'secret' }, 403)
  t.match(await errorOf(() => getTokenByRefreshToken(context, mfa.server(), asked)), { mfaToken: 'sealed' })
  const refused = answering({ error: 'invalid_grant' }, 403)
  t.match(await errorOf(() => getTokenByRefreshToken(context, refused.server(), asked)),
    { name: 'ApiError', code: 'invalid_grant' })
})
