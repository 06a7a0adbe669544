import t from 'tap'
import { NetworkError } from '../../../lib/errors.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { freshIdToken, getIdToken } from '../../../lib/flows/tokens/session-id-token.js'
import { requestSessionTransferToken } from '../../../lib/flows/tokens/session-transfer.js'
import { customTokenExchange, exchange } from '../../../lib/flows/tokens/token-exchange.js'
import { issuer, start, Tenant } from '../../authentication/tenant.js'
import { errorOf } from '../../tokens/problem.js'
import { hmacJwt } from '../../tokens/jws-builder.js'

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
  const passing: [tokens: object, organization?: string][] = [
    [{}], [jwt({ org_id: 'org_2' })], [jwt({ org_id: 'org_1' }), 'org_1'],
    [{ id_token: idToken({ org_id: 'org_1' }) }, 'org_1'],
    [{ id_token: idToken({ org_id: 'org_1' }), ...jwt({ org_id: 'org_2' }) }, 'org_1']
  ]
  for (const [tokens, organization] of passing) t.ok(await exchanged(tokens, organization), JSON.stringify(tokens))
  const refused: object[] = [{}, jwt({}), jwt({ org_id: 'org_2' }), { access_token: 'a.b' },
    { access_token: 'a.b.c.d' },
    { id_token: idToken() }, { id_token: idToken({ org_id: 'org_2' }), ...jwt({ org_id: 'org_1' }) }]
  for (const tokens of refused) {
    t.match((await errorOf(() => exchanged(tokens, 'org_1'))).code, /organization|malformed|validation/,
      JSON.stringify(tokens))
  }
  t.match(await exchanged({ id_token: idToken({ act: { sub: 'agent' } }), expires_in: 60 }),
    { act: { sub: 'agent' }, expiresAt: start + 60 })
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
  t.match(await errorOf(() => transfer(good, undefined, {}, { ...issued, issued_token_type: undefined })),
    { code: 'invalid_response' })
})
