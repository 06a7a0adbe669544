import t from 'tap'
import {
  AccessTokenError, ApiError, MfaRequiredError, NetworkError, SessionStoreError, SessionTooLargeError, TimeoutError
} from '../../../lib/errors.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { getAccessToken, type GetAccessTokenOptions } from '../../../lib/flows/tokens/access-token.js'
import { createConnectionTokens } from '../../../lib/flows/tokens/connection-tokens.js'
import { refreshUser } from '../../../lib/flows/tokens/refresh-user.js'
import { pseudonym } from '../../../lib/flows/events.js'
import { busy } from '../../../lib/stores/store-deadline.js'
import type { SessionRecord, SessionTokens } from '../../../types/stores.js'
import { issuer, start as now, Tenant } from '../../authentication/tenant.js'
import { errorOf } from '../../tokens/problem.js'
import { hmacJwt } from '../../tokens/jws-builder.js'

const api = 'https://api.example.com'
const clientSecret = 'a secret for HS256, long enough'
const idToken = (claims: object = {}) =>
  hmacJwt({ iss: issuer, aud: 'client-1', sub: 'auth0|ada', iat: now, exp: now + 600, ...claims }, clientSecret)
const jwt = (aud: unknown) => ({ access_token: hmacJwt({ aud }, 'x') })
const set = (accessToken: string, more: object = {}) =>
  ({ accessToken, tokenType: 'Bearer', scope: '', requestedScope: '', expiresAt: now + 3600, ...more })

interface Given {
  config?: object
  sets?: object[]
  refreshToken?: undefined
  tokens?: object
  user?: object
  answer?: object
  status?: number
  /** What the store does instead of a write; the first times only. */
  failures?: Error[]
  /** What the lock of the store fails with. */
  locked?: Error
  /** For a session in cookies, whether the response can still set them. */
  writable?: boolean
  /** What the user's claims are. */
  userInfo?: object
}

/** A session in a store, and a tenant that renews its tokens. */
function world (given: Given = {}) {
  const tenant = new Tenant({
    'POST /oauth/token': {
      status: given.status ?? 200,
      json: { access_token: 'new', token_type: 'Bearer', expires_in: 60, refresh_token: 'rt-2', ...given.answer }
    },
    'GET /userinfo': { json: { sub: 'auth0|ada', ...given.userInfo } }
  })
  const server = tenant.server()
  const seen = { keys: [] as string[], locks: 0, writes: 0, ended: 0, events: [] as object[], logs: [] as object[] }
  let data = {
    record: {
      id: 's',
      version: 1,
      user: { sub: 'auth0|ada', ...given.user },
      domain: server.domain,
      issuer,
      createdAt: now,
      updatedAt: now
    } as SessionRecord,
    tokens: {
      tokenSets: given.sets ?? [],
      connectionTokenSets: [],
      ...(!('refreshToken' in given) && { refreshToken: 'rt' }),
      ...given.tokens
    } as unknown as SessionTokens
  }
  const context = {
    config: {
      scope: '',
      refreshLeeway: 30,
      idTokenSigningAlg: 'HS256',
      clientId: 'client-1',
      clientSecret,
      clockTolerance: 30,
      issuer,
      lifetime: {},
      mfaTokenTtl: 600,
      ...given.config
    },
    now: () => now,
    connectionTokens: createConnectionTokens(),
    mfaSealer: { seal: (text: string) => text },
    emit: (event: object, log: unknown, error: unknown) => seen.events.push({ ...event, log, error }),
    flights: async (key: string, work: () => unknown) => {
      seen.keys.push(key)
      return await work()
    },
    refreshMutex: async (_: string, work: () => unknown) => await work(),
    sessions: {
      kind: given.writable === undefined ? 'store' : 'cookie',
      read: () => ({ record: data.record, lastActivity: now, expiresAt: now + 600 }),
      tokens: () => data.tokens,
      lock: async (_: string, work: (signal: undefined) => unknown) => {
        seen.locks++
        if (given.locked !== undefined) throw given.locked
        return await work(undefined)
      },
      load: () => data,
      update: async (_: unknown, __: string, next: (found: typeof data) => typeof data) => {
        seen.writes++
        const failure = given.failures?.shift()
        if (failure !== undefined) throw failure
        data = next(data)
        return data
      },
      destroy: () => { seen.ended++ }
    }
  } as unknown as PluginContext
  context.connectionTokens.set('s', [{ accessToken: 'a', scope: '', expiresAt: 0, connection: 'github' }])
  const log = { warn: (fields: object) => seen.logs.push(fields) }
  const jar = { writable: given.writable }
  const request = { session: null, jar, server: () => server, log } as unknown as RequestContext
  return {
    ...seen,
    seen,
    tenant,
    context,
    request,
    log,
    get: async (options?: GetAccessTokenOptions) => await getAccessToken(context, request, options),
    session: () => data
  }
}

t.test('a kept token serves while it is good, or as long as there is no other', async t => {
  const none = { refreshToken: undefined }
  const unknown = { expiresAt: 0, audience: api, scope: 'a' }
  const cases: [given: Given, options: GetAccessTokenOptions | undefined, found: string, keys: string[]][] = [
    [{ sets: [set('good', { expiresAt: now + 31 })] }, undefined, 'good', []],
    [{ sets: [set('late', { expiresAt: now + 30 })] }, undefined, 'new', ['["s",null,null,false]']],
    [{ sets: [set('good')] }, { refresh: true }, 'new', ['["s",null,null,true,"good"]']],
    [{ sets: [set('good')] }, { scope: 'a', audience: api }, 'new', [`["s","${api}","a",false]`]],
    [{ ...none, sets: [set('late', { expiresAt: now + 1 })] }, undefined, 'late', []],
    [{ ...none, sets: [set('over', { expiresAt: now })] }, undefined, 'missing_refresh_token', []],
    [{ ...none, sets: [set('good')] }, { refresh: true }, 'missing_refresh_token', []],
    [{ ...none, sets: [set('unknown', unknown)] }, undefined, 'missing_refresh_token', []],
    [{ ...none, sets: [set('unknown', unknown)] }, { audience: api }, 'unknown', []],
    [{ ...none, sets: [set('unknown', unknown)] }, { audience: api, scope: 'a' }, 'unknown', []],
    [{ ...none, sets: [set('unknown', unknown)] }, { audience: api, scope: 'b' }, 'missing_refresh_token', []]
  ]
  for (const [given, options, found, keys] of cases) {
    const w = world(given)
    const got = await w.get(options).then(({ accessToken }) => accessToken, ({ code }: AccessTokenError) => code)
    t.equal(got, found, JSON.stringify([given, options]))
    t.strictSame(w.keys, keys, 'callers share what has the same key')
    t.equal(w.seen.locks, keys.length, 'the store is locked for a renewal only')
  }
})

t.test('a token that is renewed early serves during an outage, and no longer than it is good', async t => {
  const api = (status: number) => new ApiError({ code: 'x', message: 'x', status })
  const outages = [new NetworkError('down'), new TimeoutError('late'), busy(new TimeoutError('late')),
    api(429), api(500), api(503)]
  const others = [api(499), api(428), api(430), new SessionStoreError('x'), busy(),
    new AccessTokenError('missing_session', 'x'),
    new MfaRequiredError({ code: 'mfa_required', message: 'x', status: 403, mfaToken: 'x', requirements: {} })]
  for (const locked of [...outages, ...others]) {
    const sets = [set('late', { expiresAt: now + 1 })]
    const got = await world({ sets, locked }).get().then(({ accessToken }) => accessToken, (error: unknown) => error)
    t.equal(got, outages.includes(locked as ApiError) ? 'late' : locked, String(locked))
    const over = world({ sets: [set('over', { expiresAt: now })], locked })
    t.equal(await over.get().catch((error: unknown) => error), locked)
    t.equal(await world({ sets, locked }).get({ refresh: true }).catch((error: unknown) => error), locked)
  }
})

t.test('what a renewal asks for, and what the session becomes by it', async t => {
  const cases: [given: Given, options: GetAccessTokenOptions, sent: object, kept: object][] = [
    [{}, {}, { refresh_token: 'rt' }, set('new', { expiresAt: now + 60 })],
    [{ answer: { scope: 'b' } }, {}, {}, set('new', { scope: 'b', requestedScope: 'b', expiresAt: now + 60 })],
    [{ answer: { scope: 'b' } }, { scope: 'a' }, { scope: 'a' },
      set('new', { scope: 'b', requestedScope: 'a', expiresAt: now + 60 })],
    [{ config: { scope: 'c' } }, {}, { scope: 'c' },
      set('new', { scope: 'c', requestedScope: 'c', expiresAt: now + 60 })],
    [{ answer: { expires_in: undefined } }, { audience: api }, { audience: api },
      set('new', { audience: api, expiresAt: 0 })],
    [{ answer: jwt(['https://other', api]) }, { audience: api }, {}, { audience: api }],
    [{ answer: jwt('https://any') }, {}, {}, { requestedScope: '' }]
  ]
  for (const [given, options, sent, kept] of cases) {
    const w = world(given)
    const { accessToken } = await w.get(options)
    const { tokens } = w.session()
    t.match(w.tenant.form, sent)
    for (const name of ['scope', 'audience']) t.equal(name in w.tenant.form, name in { ...sent, ...options }, name)
    t.match(tokens.tokenSets, [{ accessToken, ...kept }], JSON.stringify(kept))
    t.equal('audience' in tokens.tokenSets[0]!, 'audience' in options)
    t.equal(tokens.refreshToken, 'rt-2')
    t.strictSame(w.events, [{
      type: 'refresh',
      domain: 'acme.eu.auth0.com',
      user: pseudonym(issuer, 'auth0|ada'),
      outcome: 'success',
      reason: 'refresh',
      blame: 'none',
      log: w.log,
      error: undefined
    }])
  }
})

t.test('a token for another API is kept for that one, and told of', async t => {
  for (const [aud, audience] of [['https://other', 'https://other'], [[], undefined]] as const) {
    const w = world({ answer: jwt(aud) })
    const error = await errorOf(() => w.get({ audience: api }))
    t.match(error, { code: 'incorrect_audience' })
    const { tokens } = w.session()
    t.equal(tokens.refreshToken, 'rt-2')
    t.equal(tokens.tokenSets[0]!.audience, audience)
    t.equal('audience' in tokens.tokenSets[0]!, audience !== undefined)
    t.match(w.events, [{ outcome: 'failure', reason: 'incorrect_audience', blame: 'user', error }])
  }
  const w = world({ status: 403, answer: { error: 'invalid_grant' } })
  const error = await errorOf(() => w.get())
  t.match(w.events, [{ outcome: 'failure', reason: 'failed_to_refresh_token', blame: 'user', error }])
})

t.test('a claim of a scope that was not granted this time stays', async t => {
  const cases: [asked: string | undefined, granted: string | undefined, stays: boolean][] = [
    ['openid', undefined, true], ['openid email', undefined, false], [undefined, undefined, false],
    ['openid email', 'openid', true], ['openid', 'openid email', false]
  ]
  for (const [scope, granted, stays] of cases) {
    const w = world({
      user: { email: 'ada@example.com' },
      tokens: { extraClaims: ['kept'] },
      answer: { id_token: idToken({ kept: 'signed now' }), scope: granted }
    })
    await w.get({ scope })
    const { record, tokens } = w.session()
    t.equal('email' in record.user, stays, `asked for ${scope}, granted ${granted}`)
    t.strictSame(tokens.extraClaims, [], 'the claim is the ID token\'s by now')
  }
  const silent = world({ tokens: { extraClaims: ['kept'] } })
  await silent.get()
  t.strictSame(silent.session().tokens.extraClaims, ['kept'], 'nothing new is known without an ID token')
})

t.test('an ID token of another login time is told of, and one of another user ends the session', async t => {
  const w = world({ user: { auth_time: 5 }, answer: { id_token: idToken({ auth_time: 6 }) } })
  await w.get()
  t.strictSame(w.logs, [{ auth0: { type: 'warning', reason: 'other_auth_time', domain: 'acme.eu.auth0.com' } }])
  t.equal(w.session().record.user.auth_time, 5)
  const other = world({ answer: { id_token: idToken({ sub: 'auth0|eve' }) } })
  t.match(await errorOf(() => other.get()), { code: 'failed_to_refresh_token' })
  t.equal(other.seen.ended, 1)
  t.equal(other.request.session, undefined)
  t.strictSame(other.context.connectionTokens.get('s'), [], "nor are the user's tokens for other services kept")
  t.match(other.events, [{ outcome: 'failure', reason: 'failed_to_refresh_token' }])
})

t.test('a write is tried again where the store was away, and not after another fault', async t => {
  const away = () => new SessionStoreError('away')
  const fault = new TypeError('a fault')
  const cases: [failures: Error[], writes: number, failure?: Error][] =
    [[[], 1], [[away()], 2], [[fault], 1, fault], [[away(), fault], 2, fault]]
  const waits: unknown[] = []
  const timer = setTimeout
  const value = (...args: Parameters<typeof setTimeout>) => {
    waits.push(args[1])
    return timer(...args)
  }
  for (const [failures, writes, failure] of cases) {
    const w = world({ failures })
    const { restore } = t.intercept(globalThis, 'setTimeout', { value })
    waits.length = 0
    t.equal(await w.get().then(() => undefined, (error: unknown) => error), failure)
    restore()
    t.equal(w.seen.writes, writes)
    t.equal(waits.filter(wait => wait === 100).length, writes - 1, 'a tenth of a second later')
  }
})

t.test('what a renewal makes too large for the cookies loses all but the new refresh token', async t => {
  const tooLarge = new SessionTooLargeError('too large', [])
  const sets = [set('over', { expiresAt: now })]
  for (const [brought, kept] of [['rt-2', 'rt-2'], [undefined, 'rt']] as const) {
    const answer = { id_token: idToken({ name: 'Ada' }), refresh_token: brought }
    const w = world({ failures: [tooLarge], sets, answer })
    t.equal(await w.get().catch((error: unknown) => error), tooLarge)
    t.match(w.session(), { record: { user: { name: undefined } }, tokens: { refreshToken: kept, tokenSets: sets } })
  }
  const invalidGrant = world({ sets, status: 403, answer: { error: 'invalid_grant' }, failures: [tooLarge] })
  t.equal(await invalidGrant.get().catch((error: unknown) => error), tooLarge)
  t.notOk('refreshToken' in invalidGrant.session().tokens, 'nor is one kept that was refused')
})

t.test('the claims of /userinfo, after a renewal where there can be one', async t => {
  const userInfo = { name: 'Ada', email: 'ada@example.com', acr: 'high', plan: 'gold' }
  const user = { name: 'A.', nickname: 'mine' }
  for (const refreshToken of [true, false]) {
    const kept = [set('kept', { requestedScope: 'openid', scope: 'openid' })]
    const w = world({
      user,
      userInfo,
      sets: kept,
      tokens: { extraClaims: [] },
      ...(!refreshToken && { refreshToken: undefined })
    })
    t.match(await refreshUser(w.context, w.request), { sub: 'auth0|ada', ...user, name: 'Ada' })
    const token = refreshToken ? 'new' : 'kept'
    t.equal(w.tenant.seen.at(-1)?.headers['authorization'], `Bearer ${token}`)
    t.equal(w.tenant.seen.length, refreshToken ? 2 : 1)
    if (refreshToken) t.notOk('scope' in Object.fromEntries(w.tenant.seen[0]!.form), 'no scope is demanded')
    t.strictSame(w.session().record.user, { sub: 'auth0|ada', ...user, name: 'Ada', email: 'ada@example.com' } as never)
    t.strictSame([...w.session().tokens.extraClaims!].sort(), ['email', 'name'], 'no ID token brought these')
    t.equal((await w.request.session)?.record, w.session().record)
  }
  const other = world({ userInfo: { sub: 'auth0|eve' } })
  t.match(await errorOf(() => refreshUser(other.context, other.request)), { claim: 'sub' })
  const closed = world({ writable: false })
  t.match(await errorOf(() => refreshUser(closed.context, closed.request)), { code: 'session_not_writable' })
  t.strictSame(closed.tenant.seen, [])
  const nobody = world()
  Object.assign(nobody.context.sessions, { read: () => undefined })
  t.match(await errorOf(() => refreshUser(nobody.context, nobody.request)),
    { code: 'login_required', message: /log in/i })
  const left = world()
  left.tenant.scripts.set('GET /userinfo', () => {
    left.request.session = undefined
    return { json: { sub: 'auth0|ada' } }
  })
  t.match(await errorOf(() => refreshUser(left.context, left.request)), { message: /ended while/ })
  const ended = world({ refreshToken: undefined, sets: [set('kept')] })
  Object.assign(ended.context.sessions, { update: async () => undefined })
  t.match(await errorOf(() => refreshUser(ended.context, ended.request)),
    { code: 'login_required', message: /ended while/ })
})
