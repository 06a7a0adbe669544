import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { Agent } from 'undici'
import { AuthenticationClient, MyAccountClient } from '../../lib/authentication/index.js'
import { createAnonymousSession } from '../../lib/authentication/api/anonymous.js'
import { pushAuthorizationRequest } from '../../lib/authentication/api/authorize.js'
import { startBackchannelAuthentication } from '../../lib/authentication/api/backchannel.js'
import { signup } from '../../lib/authentication/api/database.js'
import { startDeviceAuthorization } from '../../lib/authentication/api/device.js'
import { tokenExchangeGrant } from '../../lib/authentication/api/exchange-grants.js'
import { askFederatedDomain } from '../../lib/authentication/api/federated-domain.js'
import { fetchUserInfo } from '../../lib/authentication/api/users.js'
import { callMyAccount } from '../../lib/authentication/my-account/my-account-call.js'
import { listConnectedAccountConnections } from '../../lib/authentication/my-account/connected-accounts.js'
import { callApi } from '../../lib/authentication/server/api-call.js'
import { pathSegment, toJson } from '../../lib/authentication/server/arguments.js'
import { fetchMetadata } from '../../lib/authentication/server/discovery.js'
import { callerHeaders } from '../../lib/authentication/server/request-options.js'
import { requestToken } from '../../lib/authentication/server/token-endpoint.js'
import type { HttpRequest, HttpResponse } from '../../lib/http/send.js'
import { sendJson, startServer } from '../fixtures/loopback.js'
import { discovery, domain, failure, issuer, metadata, start, Tenant } from './tenant.js'

const token = { access_token: 'at', token_type: 'Bearer' }
const json = { 'content-type': 'application/json' }

/** An `Http` with one answer, and what was sent. */
function answering (answer: Partial<HttpResponse>) {
  const sent: HttpRequest[] = []
  const http = {
    async send (request: HttpRequest) {
      sent.push(request)
      return { status: 200, headers: json, body: JSON.stringify(metadata), ...answer }
    }
  }
  return { http: http as never, sent }
}

t.test('metadata: how long it is fresh, how long it serves, and how long a failure is remembered', async t => {
  const stale: unknown[] = []
  let down = false
  const tenant = new Tenant({ [discovery]: () => down ? { status: 404, json: {} } : { json: metadata } })
  const server = tenant.server({ onStaleMetadata: error => stale.push(error) })
  const ask = async () => await Promise.resolve(server.metadata()).then(() => 'served', () => 'failed')
  t.equal(await ask(), 'served')
  tenant.now += 599
  await ask()
  t.equal(tenant.discoveries, 1)
  down = true
  tenant.now += 1
  t.equal(await ask(), 'served')
  t.strictSame([tenant.discoveries, stale.length], [2, 1])
  tenant.now = start + 86_400
  t.equal(await ask(), 'served', 'a day later')
  t.equal(stale.length, 1, 'it is told once')
  tenant.now += 30.5
  t.equal(await ask(), 'failed')
  down = false
  t.equal(await ask(), 'served', 'the first failure is not remembered')
  down = true
  tenant.now += 600
  await ask()
  t.equal(stale.length, 2, 'it is told once each time')

  const never = new Tenant({ [discovery]: { status: 404, json: {} } })
  const failing = never.server()
  for (const seconds of Array.from({ length: 34 }, (_, i) => Math.min(30, i))) {
    const before = never.discoveries
    await failure(Promise.resolve(failing.metadata()))
    t.equal(never.discoveries, before + 1)
    if (seconds > 0) {
      never.now += seconds - 0.5
      await failure(Promise.resolve(failing.metadata()))
      t.equal(never.discoveries, before + 1, `for ${seconds} s`)
      never.now += 0.5
    }
  }
})

t.test('metadata: what is sent, which answers count, and what the clock of the tenant tells', async t => {
  const { http, sent } = answering({})
  const now = () => start
  t.strictSame(await fetchMetadata(issuer, { http, now }), metadata)
  t.strictSame(sent, [{
    method: 'GET',
    url: `${issuer}.well-known/openid-configuration`,
    maxBytes: 262_144,
    retry: { retries: 1, maxDelay: 1, now }
  }])
  for (const status of [201, 204, 404]) {
    t.match(await failure(fetchMetadata(issuer, { ...answering({ status }), now })), {
      name: 'ApiError',
      status,
      message: `Discovery was answered with HTTP ${status}.`,
      call: 'GET /.well-known/openid-configuration'
    })
  }
  t.match(await failure(fetchMetadata(issuer, { ...answering({ body: '[]' }), now })), { message: /^Discovery: / })
  const traced: unknown[] = []
  const { start: begun } = tracingChannel('fastify-auth0:discovery')
  const note = (message: unknown) => { traced.push({ ...message as object }) }
  begun.subscribe(note)
  await fetchMetadata(issuer, { http, now })
  begun.unsubscribe(note)
  await fetchMetadata(issuer, { http, now })
  t.strictSame(traced, [{ domain }])
  const date = (ahead: number) => new Date((start + ahead) * 1000).toUTCString()
  for (const [headers, seconds, expected] of [
    [{ date: date(0) }, 0, 0], [{ date: date(-1) }, 0, 0], [{ date: date(-2) }, 0, 2], [{ date: date(5) }, 0, -5],
    [{ date: date(-5), age: '3' }, 0, 2], [{ date: date(2) }, 3, 0], [{ date: date(5) }, 3, -2],
    [{ date: date(-2) }, 3, 2], [{}, 0, undefined], [{ date: 'x' }, 0, undefined],
    [{ date: date(0), age: 'x' }, 0, undefined]
  ] as [Record<string, string>, number, number | undefined][]) {
    const told: number[] = []
    let asked = 0
    const { http } = answering({ headers: { ...json, ...headers } })
    const clock = () => asked++ === 0 ? start : start + seconds
    await fetchMetadata(issuer, { http, now: clock, onClock: difference => told.push(difference) })
    t.strictSame(told, expected === undefined ? [] : [expected], JSON.stringify(headers))
  }
})

t.test('addresses below the issuer are known without metadata', async t => {
  const tenant = new Tenant()
  t.equal(tenant.server().url('x/y'), `${issuer}x/y`)
  t.equal(tenant.discoveries, 0)
})

t.test('which statuses are a success', async t => {
  const server = (status: number) => {
    const tenant = new Tenant()
    const { http } = answering({ status, body: '{"sub":"s"}' })
    return Object.assign(tenant.server(), { http, metadata: () => metadata, endpoint: () => `${issuer}userinfo` })
  }
  const call = { method: 'GET', path: 'x', what: 'The call' } as const
  for (const [status, succeeds] of [[199, false], [200, true], [201, true], [299, true], [300, false]] as const) {
    const failed = { name: 'ApiError', message: `The call was answered with HTTP ${status}.` }
    for (const [work, path] of [
      [callApi(server(status), call), '/x'], [callMyAccount(server(status), 'at', call), '/me/v1/x']
    ] as const) {
      if (succeeds) t.match(await work, { status })
      else t.match(await failure(work), { ...failed, call: `GET ${path}` })
    }
    const userInfo = fetchUserInfo(server(status), 'at')
    if (status === 200) t.match(await userInfo, { sub: 's' })
    else t.match(await failure(userInfo), { name: 'ApiError', call: 'GET /userinfo', message: /^Userinfo was / })
    const federated = askFederatedDomain(server(status), 'a.test', 5)
    if (status === 200) t.equal(await federated, true)
    else t.match(await failure(federated), { name: 'ApiError', call: 'GET /.well-known/webfinger' })
  }
  t.equal(await askFederatedDomain(server(404), 'a.test', 5), false)
  const { http, sent } = answering({})
  await askFederatedDomain({ issuer, http, now: () => start }, 'a.test', 5)
  t.strictSame(sent, [{
    method: 'GET',
    url: `${issuer}.well-known/webfinger?resource=urn%3Aauth0%3Adiscovery%3Adomain%3Aa.test` +
      '&rel=http%3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer',
    headers: { accept: 'application/jrd+json, application/json' },
    maxBytes: 262_144,
    timeout: 5
  }])
})

t.test('a request of the token endpoint', async t => {
  const { http, sent } = answering({ body: JSON.stringify(token) })
  const server = Object.assign(new Tenant().server(), { http })
  const { signal } = new AbortController()
  const options = { signal, timeout: 7, headers: { A: 'b' } }
  await requestToken(server, { grant_type: 'x', empty: undefined }, options)
  await requestToken(server, { grant_type: 'x' }, { ...options, json: { a: 1 } })
  const expected = { method: 'POST', url: `${issuer}oauth/token`, signal, timeout: 7, maxBytes: 262_144 }
  t.strictSame(sent, [{
    ...expected,
    headers: { a: 'b', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=x&client_id=client-1&client_secret=s3cret'
  }, {
    ...expected,
    headers: { a: 'b', ...json },
    body: '{"grant_type":"x","a":1,"client_id":"client-1","client_secret":"s3cret"}'
  }])
})

t.test('lifetimes in answers', async t => {
  const ask = async <T>(route: string, answer: object, call: (server: ReturnType<Tenant['server']>) => Promise<T>,
    status = 200) => await call(new Tenant({ [route]: { status, json: answer } }).server())
  for (const [expires_in, expiresIn] of [[undefined, 60], [0, 60], [-1, 60], ['9', 60], [0.5, 0.5], [90, 90]]) {
    const { expiresIn: read } = await ask('POST /oauth/par', { request_uri: 'urn:a', expires_in },
      async server => await pushAuthorizationRequest(server, {}), 201)
    t.equal(read, expiresIn)
  }
  for (const [expires_in, interval, expected] of [
    [undefined, undefined, { expiresIn: 900, interval: 5 }], [0, 0, { expiresIn: 900, interval: 5 }],
    [1, 1, { expiresIn: 1, interval: 1 }], [0.5, 0.5, { expiresIn: 0.5, interval: 1 }],
    [86_400, 86_400, { expiresIn: 86_400, interval: 86_400 }], [86_401, 86_401, { expiresIn: 900, interval: 5 }],
    ['7', '7', { expiresIn: 900, interval: 5 }]
  ] as const) {
    const answer = { device_code: 'd', user_code: 'u', verification_uri: 'v', expires_in, interval }
    t.match(await ask('POST /oauth/device/code', answer, async server => await startDeviceAuthorization(server)),
      expected)
  }
  for (const [interval, expected] of [[1, 1], [0.1, 1], [2, 2], [259_200, 259_200]]) {
    const answer = { auth_req_id: 'a', expires_in: 0.5, interval }
    const { expiresIn, interval: read } = await ask('POST /bc-authorize', answer, async server =>
      await startBackchannelAuthentication(server, { bindingMessage: 'b', loginHint: { sub: 's' } }))
    t.strictSame([expiresIn, read], [0.5, expected])
  }
  for (const [more, expected] of [
    [{}, { accessToken: 'at', expiresAt: start, sessionToken: 's' }],
    [{ expires_in: 5, session_expires_in: 7.5, scope: 'a' },
      { accessToken: 'at', expiresAt: start + 5, scope: 'a', sessionExpiresAt: start + 7, sessionToken: 's' }],
    [{ session_expires_in: '7' }, { accessToken: 'at', expiresAt: start, sessionToken: 's' }]
  ] as const) {
    t.strictSame(await ask('POST /anonymous/token', { ...token, session_token: 's', ...more }, async server =>
      await createAnonymousSession(server)), expected)
  }
})

t.test('how large arguments may be', async t => {
  const tenant = new Tenant({
    'POST /bc-authorize': { json: { auth_req_id: 'a', expires_in: 5 } },
    'POST /dbconnections/signup': { json: { _id: '1' } },
    'POST /anonymous/token': { json: { ...token, session_token: 's' } },
    'POST /oauth/token': { json: token },
    'GET /me/v1/connected-accounts/connections': { json: { connections: [] } }
  })
  const server = tenant.server()
  const exchange = { subjectToken: 's', subjectTokenType: 't' }
  const many = (count: number, name = 'a', text = 'x') =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, text]))
  const cases: [name: string, call: (value: never) => Promise<unknown>, good: unknown[], bad: unknown[]][] = [
    ['requestedExpiry', async value => await startBackchannelAuthentication(server,
      { bindingMessage: 'b', loginHint: { sub: 's' }, requestedExpiry: value }),
    [1, 259_200], [0, 0.5, 1.5, 259_201, '5', NaN]],
    ['bindingMessage', async value => await startBackchannelAuthentication(server,
      { bindingMessage: value, loginHint: { sub: 's' } }),
    ['x'.repeat(64), 'aZ09+-_.,:# '], ['x'.repeat(65), 'ä', '!']],
    ['userMetadata', async value => await signup(server,
      { connection: 'c', email: 'e', password: 'p', userMetadata: value }),
    [{}, many(10), many(1, 'n'.repeat(99)), many(1, 'a', 'x'.repeat(500))],
    [many(11), many(1, 'n'.repeat(100)), many(1, 'a', 'x'.repeat(501)), { a: 5 }, 'x', null]],
    ['metadata', async value => await createAnonymousSession(server, { metadata: value }),
      [{}, { a: 'x'.repeat(1016) }, { a: 'ä'.repeat(508) }],
      [{ a: 'x'.repeat(1017) }, { a: 'ä'.repeat(509) }, { a: 5 }, ['x'], 'x', null]],
    ['extra', async value => await tokenExchangeGrant(server, { ...exchange, extra: value }),
      [{ a: 'x' }, { a: Array(20).fill('x') }, { a: [] }, {}],
      [{ a: Array(21).fill('x') }, { a: ['x', 5] }, { a: 5 }, ['x'], 'x']],
    ['take', async value => await listConnectedAccountConnections(server, 'at', { take: value }), [1, 2, 1000],
      [0, -1, 0.5, 1.5, NaN, '5']]
  ]
  for (const [argument, call, good, bad] of cases) {
    for (const value of good) await call(value as never)
    t.equal(tenant.seen.length, good.length, argument)
    tenant.requests.length = 0
    for (const value of bad) {
      t.match(await failure(call(value as never)), { name: 'InvalidArgumentError', argument },
        `${argument}: ${JSON.stringify(value)}`)
    }
    t.equal(tenant.seen.length, 0, argument)
  }
  for (const given of [{ email: 'e' }, { username: 'u' }, { phoneNumber: '+491' }]) {
    t.match(await signup(server, { connection: 'c', password: 'p', ...given }), { id: '1' })
  }
  t.match(await failure(signup(server, { connection: 'c', password: 'p' })), { argument: 'email' })
})

t.test('which parameters of a token exchange cannot be given a second time', async t => {
  const server = new Tenant({ 'POST /oauth/token': { json: token } }).server()
  const exchange = { subjectToken: 's', subjectTokenType: 't' }
  for (const name of ['grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type',
    'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'audience', 'aud',
    'resource', 'resources', 'resource_indicator', 'scope', 'connection', 'login_hint', 'organization', 'assertion']) {
    t.match(await failure(tokenExchangeGrant(server, { ...exchange, extra: { [name]: 'x' } })),
      { argument: 'extra', message: `The parameter "${name}" cannot be given in "extra".` })
  }
  for (const [issued, asked, fails] of [
    ['a', 'b', true], ['a', 'a', false], [undefined, 'b', false], ['a', undefined, false]
  ] as const) {
    const tenant = new Tenant({ 'POST /oauth/token': { json: { ...token, issued_token_type: issued } } })
    const work = tokenExchangeGrant(tenant.server(), { ...exchange, requestedTokenType: asked })
    if (fails) t.match(await failure(work), { name: 'CustomTokenExchangeError', code: 'invalid_response' })
    else t.match(await work, token)
  }
})

t.test('arguments as JSON and as a part of a path, and headers of the caller', async t => {
  t.equal(toJson({ a: undefined, b: 1 }), '{"b":1}')
  t.throws(() => toJson({ a: undefined, b_c: 1n }), { message: /./, argument: 'bC' })
  let tries = 0
  const fickle = { toJSON: () => { if (tries++ === 0) throw new Error('once') } }
  t.throws(() => toJson({ a: fickle }), { message: 'The arguments cannot be written as JSON.', argument: 'params' })
  for (const wrong of ['', 7, undefined, '\ud800', '.', '..']) {
    t.throws(() => pathSegment('a', wrong), { message: 'The argument "a" is not an id.', argument: 'a' })
  }
  const own = new MyAccountClient({ domain, customFetch: async () => await Promise.reject(new Error('sent')) })
  for (const call of [own.getAuthenticationMethod('at', ''), own.deleteConnectedAccount('at', ''),
    own.verifyAuthenticationMethod('at', '', { authSession: 'a' })]) {
    t.match(await failure(call), { name: 'MissingRequiredArgumentError', argument: 'id' })
  }
  t.equal(pathSegment('a', '\u{1f600}'), '%F0%9F%98%80')
  t.strictSame(callerHeaders({}), {})
  const given = { A: 'b', c: undefined, 'Auth0-Forwarded-For': 'x' } as never
  t.strictSame(callerHeaders({ headers: given, forwardedFor: '1.2.3.4' }),
    { a: 'b', 'auth0-forwarded-for': '1.2.3.4' })
  for (const headers of ['x', null, { a: 5 }, { a: null }, new Headers({ a: 'b' }), [['a', 'b']]] as never[]) {
    t.throws(() => callerHeaders({ headers }),
      { message: 'The argument "headers" must be an object of strings.', argument: 'headers' })
  }
  const unsendable = [{ a: 'b\r\nc: d' }, { a: '\u65e5' }, { a: '\0' }, { 'a b': 'c' }, { '': 'c' }, { 'a:': 'c' }]
  for (const headers of unsendable) {
    t.throws(() => callerHeaders({ headers }), { message: /names and values that HTTP can carry/, argument: 'headers' })
  }
  t.strictSame(callerHeaders({ headers: { "!#$%&'*+.^_`|~-9": '\t \xff~' } }), { "!#$%&'*+.^_`|~-9": '\t \xff~' })
})

t.test("the clock of a client is the system's, and its connections end with it", async t => {
  const customFetch: typeof fetch = async input => String(input).includes('.well-known')
    ? Response.json(metadata)
    : Response.json({}, { status: 429, headers: { 'retry-after': new Date(Date.now() + 600_000).toUTCString() } })
  for (const call of [
    async () => await new AuthenticationClient({ domain, clientId: 'c', customFetch }).users.userInfo('at'),
    async () => await new MyAccountClient({ domain, customFetch }).getFactors('at')
  ]) {
    const { retryAfter } = await failure(call()) as unknown as { retryAfter: number }
    t.ok(retryAfter > 500 && retryAfter < 601, `${retryAfter} s`)
  }
  const { origin } = await startServer(t, (_, response) => sendJson(response, {}))
  const base = Object.getPrototypeOf(Agent.prototype) as { destroy: (this: Agent, ...args: unknown[]) => unknown }
  const { destroy } = base
  let ended = 0
  base.destroy = function (...args) {
    if (this instanceof Agent && args.length === 0) ended++
    return destroy.apply(this, args)
  }
  t.teardown(() => { base.destroy = destroy })
  const client = new AuthenticationClient({ domain: origin, clientId: 'c' })
  await failure(client.users.userInfo('at'))
  await client.close()
  t.equal(ended, 1)
  const closed: string[] = []
  const server = Object.assign(new Tenant().server(), { http: { close: async () => closed.push('shared') } as never })
  await new AuthenticationClient({ domain, clientId: 'c' }, server).close()
  t.strictSame(closed, [], 'others use them')
})

t.test('what a client is made with', async t => {
  const make = (options: object) => new AuthenticationClient({ domain, clientId: 'c', ...options })
  for (const [options, option, message] of [
    [{ domain: '' }, 'domain', 'Option "domain" must be given.'],
    [{ clientId: '' }, 'clientId', /must be a string that is not empty/],
    [{ clientId: undefined }, 'clientId', 'Option "clientId" must be given.'],
    [{ idTokenSigningAlg: 'none' }, 'idTokenSigningAlg', /^Option "idTokenSigningAlg" must be one of .*RS256.*\.$/],
    [{ idTokenSigningAlg: 'HS256' }, 'idTokenSigningAlg',
      'Option "idTokenSigningAlg" must not be HS256 without "clientSecret".']
  ] as const) t.throws(() => make(options), { name: 'ConfigurationError', option, message })
  for (const options of [{}, { idTokenSigningAlg: 'RS256' }, { idTokenSigningAlg: 'HS256', clientSecret: 's' }]) {
    t.ok(make(options).verifier)
  }
  const asked: string[] = []
  const customFetch: typeof fetch = async (input, init) => {
    asked.push(`${init!.method} ${new URL(input as string).pathname}`)
    return String(input).includes('.well-known')
      ? Response.json(metadata)
      : Response.json({}, { status: 429, headers: { 'retry-after': '0' } })
  }
  for (const [retry, reads] of [[undefined, 1], [{ retries: 1 }, 2]] as const) {
    const client = make({ customFetch, retry })
    await failure(client.users.userInfo('at'))
    await failure(client.revokeToken({ token: 't' }))
    t.strictSame(asked.splice(0), ['GET /.well-known/openid-configuration', ...Array(reads).fill('GET /userinfo'),
      'POST /oauth/revoke'])
  }
})

t.test('options that are not known are refused before anything is sent or waited for', async t => {
  const tenant = new Tenant()
  const client = new AuthenticationClient({ domain, clientId: 'c', customFetch: tenant.fetch })
  let waits = 0
  const options = { timeot: 5, sleep: async () => { waits++ } } as never
  for (const call of [
    client.backchannel.start({ bindingMessage: 'b', loginHint: { sub: 's' } }, options),
    client.backchannel.poll({ authReqId: 'a', interval: 1, expiresIn: 5 }, options),
    client.device.start({}, options), client.device.poll({ deviceCode: 'd', interval: 1, expiresIn: 5 }, options),
    client.pushedAuthorization.push({ redirectUri: 'https://app.test/' }, options)
  ]) t.match(await failure(call), { name: 'InvalidArgumentError', argument: 'options' })
  t.strictSame([tenant.requests.length, waits], [0, 0])
})
