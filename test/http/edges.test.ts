import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import t from 'tap'
import { isLoopback, parseDomain, parseResolvedDomain } from '../../lib/authentication/server/domain.js'
import * as errors from '../../lib/errors.js'
import { Auth0Error, NetworkError } from '../../lib/errors.js'
import { toApiError } from '../../lib/http/api-error.js'
import { asBuffer, collect, decodeText, decompress } from '../../lib/http/body.js'
import { fetchTransport } from '../../lib/http/fetch-transport.js'
import { fetchDouble, globalDispatcher } from '../../lib/http/global-transport.js'
import { isPublicAddress } from '../../lib/http/public-address.js'
import { parseQuota, quotaDelay } from '../../lib/http/quota.js'
import { redactHeaders, redactText, redactValue } from '../../lib/http/redact.js'
import { resetAt, retryAfter, retryDelay } from '../../lib/http/retry.js'
import { createHttp } from '../../lib/http/send.js'
import { answerStatus, phraseOf } from '../../lib/http/status.js'
import { decodersOf, openStream } from '../../lib/http/stream.js'
import { telemetryHeader } from '../../lib/http/telemetry.js'
import { transportFailure } from '../../lib/http/transport-failure.js'
import { version } from '../../lib/http/version.js'
import { dispatchWhole } from '../../lib/http/whole-answer.js'

const now = 1_800_000_000

t.test('whose fault each code of Auth0 is', async t => {
  const blame: Record<string, number> = {
    invalid_signup: 400,
    user_exists: 400,
    username_exists: 400,
    invalid_password: 400,
    password_dictionary_error: 400,
    password_no_user_info_error: 400,
    password_strength_error: 400,
    'bad.email': 400,
    'bad.phone_number': 400,
    invalid_grant: 400,
    expired_token: 400,
    authorization_pending: 400,
    slow_down: 400,
    invalid_user_password: 401,
    access_denied: 403,
    password_leaked: 403,
    blocked_user: 403,
    mfa_invalid_code: 403,
    too_many_attempts: 429
  }
  for (const [code, statusCode] of Object.entries(blame)) t.strictSame(answerStatus(code), { statusCode }, code)
  t.strictSame(answerStatus('invalid_client'), {})
  t.strictSame(answerStatus('toString'), {})
  t.strictSame([200, 404, 418, 299].map(phraseOf), ['ok', 'not_found', 'i_m_a_teapot', 'unexpected_response'])
})

t.test('each member and header that may hold a secret', async t => {
  const members = ['access_token', 'refresh_token', 'id_token', 'mfa_token', 'token', 'logout_token', 'subject_token',
    'actor_token', 'client_secret', 'client_assertion', 'assertion', 'code_verifier', 'password', 'otp', 'otp_code',
    'oob_code', 'binding_code', 'recovery_code', 'recovery_codes', 'secret', 'barcode_uri', 'auth_session',
    'auth_req_id', 'device_code', 'user_code', 'ticket', 'connect_code', 'authn_response', 'private_key',
    'authorization', 'cookie']
  for (const name of members) {
    t.strictSame(redactValue({ [name]: 'x', other: 'y' }, []), { [name]: '[redacted]', other: 'y' }, name)
  }
  t.strictSame(redactHeaders({
    'set-cookie': 'x',
    'set-cookie2': 'x',
    cookie: 'x',
    authorization: 'x',
    'proxy-authenticate': 'x',
    location: 'x',
    refresh: 'x',
    'x-a': 'see 1234',
    'x-cookie': 'y',
    locations: 'z'
  }, ['1234']), { 'x-a': 'see [redacted]', 'x-cookie': 'y', locations: 'z' })
  t.strictSame(redactHeaders({ a: 'b' }), { a: 'b' })
})

t.test('what is cut, and where', async t => {
  const deep = (levels: number): unknown => levels === 0 ? 'x' : { a: deep(levels - 1) }
  t.strictSame(redactValue(deep(8), []), deep(8))
  t.match(JSON.stringify(redactValue(deep(9), [])), /^(?:\{"a":){8}"\[redacted\]"\}+$/)
  t.strictSame(redactValue([[null, 5, true, undefined]], []), [[null, 5, true, undefined]])
  t.equal(redactText('a 123 b 1234', ['123']), 'a 123 b 1234')
  t.equal(redactText('a 1234 b', ['1234']), 'a [redacted] b')
  const words = (length: number) => 'ab '.repeat(3000).slice(0, length)
  t.equal(redactText(words(8192), []), words(8192))
  t.equal(redactText(words(8193), []), `${words(8192)}…`)
  t.equal(redactText(`${words(8188)} abc-secret`, ['abc-secret']), `${words(8188)} …`)
  t.equal(redactText(`${words(8187)} ab-ab-secret`, ['ab-secret', 'ab-ab-secret']), `${words(8187)} …`)
  t.equal(redactText(`${words(8170)} eyJhbGciOiJub25lIn0.eyJzdWIi.x`, []), `${words(8170)} …`)
  t.equal(redactText(`${words(8170)} -eyJhbGciOiJub25lIn0.eyJzdWIi.x`, []), `${words(8170)} -…`)
  t.equal(redactText('eyJhbGci.x', []), '[redacted]')
  t.equal(redactText('a.eyJhbGci', []), 'a.eyJhbGci', 'one part is no token')
})

t.test('retries at the limits', async t => {
  const policy = { retries: 2, now: () => now, random: () => 0 }
  const delay = (headers: Record<string, string>, status = 429, more: object = {}) =>
    retryDelay({ method: 'GET', number: 1, status, headers }, { ...policy, ...more })
  t.equal(delay({ 'retry-after': '10' }), 10)
  t.equal(delay({ 'retry-after': '11' }), undefined)
  t.equal(delay({ 'retry-after': '3' }, 429, { maxDelay: 3 }), 3)
  t.equal(delay({ 'retry-after': '3' }, 429, { random: () => 0.5 }), 3.125)
  t.equal(delay({}, 500, { random: () => 0.5 }), 0.875)
  t.equal(retryDelay({ method: 'GET', number: 2, status: 500 }, policy), undefined)
  t.equal(retryDelay({ method: 'GET', number: 0, status: 500 }, { ...policy, retries: 0 }), undefined)
  const own = retryDelay({ method: 'GET', number: 0, status: 500 }, { retries: 1 })!
  t.ok(own >= 0.375 && own <= 0.5)
  t.equal(retryAfter({ 'retry-after': '999999999' }, now), 999_999_999)
  t.equal(retryAfter({ 'retry-after': new Date((now + 2) * 1000).toUTCString() }, now + 0.5), 2)
  t.equal(retryAfter({ 'retry-after': 'Fri, nonsense' }, now), undefined)
  t.equal(retryAfter({ 'retry-after': '2030-01-01' }, now), undefined, 'a date of another form')
  t.equal(resetAt({ 'x-ratelimit-reset': '999999999999' }), 999_999_999_999)
  t.equal(resetAt({ 'x-ratelimit-reset': '1000000000000' }), -1)
})

t.test('quotas', async t => {
  for (const name of ['auth0-client-quota-limit', 'auth0-organization-quota-limit', 'auth0-ratelimit']) {
    t.equal(quotaDelay({ [name]: 'b=x;q=1;r=0;t=5,b=y;q=1;r=0;t=9,b=z;q=1;r=1;t=20' }), 9, name)
  }
  t.strictSame(parseQuota('q=1;r=1'), [])
  t.strictSame(parseQuota('q=1;t=1'), [])
  t.strictSame(parseQuota('r=1;t=1'), [])
  t.strictSame(parseQuota('b=a=b;q=1;r=2;t=3'), [{ bucket: 'a', limit: 1, remaining: 2, resetAfter: 3 }])
})

t.test('errors of answers, at the edges', async t => {
  const given = (status: number, body: unknown, more: object = {}, headers: Record<string, string> = {}) =>
    toApiError({ status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) },
      { what: 'The call', now, ...more })
  for (const [error, code] of [
    ['x'.repeat(100), 'x'.repeat(100)], ['x'.repeat(101), 'x'.repeat(101)], ['a.b:c-d_1', 'a.b:c-d_1'],
    ['Not Found', 'not_found'], ['One two three four', 'one_two_three_four'], ['One two three four five',
      'bad_request'],
    ['Bad', 'bad'], ['a b', 'a_b'], ['é', 'bad_request']
  ] as const) t.equal(given(400, { error }).code, code.length > 100 ? 'x'.repeat(101) : code, error.slice(0, 30))
  t.equal(given(400, { errorCode: 'a', error: 'b', code: 'c' }).code, 'a')
  t.equal(given(400, { error: 'b', code: 'c' }).code, 'b')
  const texts = {
    error_description: '1',
    message: '2',
    description: '3',
    detail: '4',
    errorMessage: '5',
    title: '6',
    error: '7'
  }
  const names = Object.keys(texts)
  names.forEach((_, i) => {
    const left = Object.fromEntries(Object.entries(texts).slice(i))
    t.equal(given(400, left).message, String(i + 1))
  })
  t.strictSame(['error_description', 'description', 'detail'].map(name => given(400, { [name]: 'x' }).description),
    ['x', 'x', 'x'])
  t.equal(given(400, { error_description: 'a', description: 'b', detail: 'c' }).description, 'a')
  t.equal(given(400, { description: 'b', detail: 'c' }).description, 'b')
  t.equal(given(400, { error: 'x' }, { advice: 'Do it.' }).message, 'x Do it.')
  t.equal(given(400, { message: 'x'.repeat(501) }, { advice: 'Do it.' }).message, `${'x'.repeat(500)} Do it.`)
  t.equal(given(400, { message: 'x'.repeat(500) }).message, 'x'.repeat(500))
  const fields = (count: number) => given(400, {
    message: 'm', validation_errors: Array.from({ length: count }, (_, i) => ({ field: `f${i}` }))
  }).message
  t.equal(fields(10), 'm (f0; f1; f2; f3; f4; f5; f6; f7; f8; f9)')
  t.equal(fields(11), 'm (f0; f1; f2; f3; f4; f5; f6; f7; f8; f9; …)')
  t.equal(given(400, { message: 'm', validation_errors: [{ field: 'a', pointer: 'b', detail: 'c', message: 'd' }] })
    .message, 'm (a: c)')
  t.match(given(429, {}, {}, { 'retry-after': '5', 'auth0-ratelimit': 'q=1;r=0;t=9' }), { retryAfter: 5 })
  t.match(given(400, { title: 'x', type: 'y' }, { api: 'my-account' }), { code: 'my_account_api_error' })
  t.match(given(400, { title: 'x', type: 'y', errorCode: 'z' }, { api: 'my-account' }),
    { name: 'MyAccountApiError', code: 'z', validationErrors: [], detail: '' })
  t.match(given(400, { type: 'y', detail: 'z' }, { api: 'my-account' }), { name: 'ApiError' })
  for (const [type, body, message] of [
    ['text/html', '{"message":"x"}', 'The call was answered with HTTP 400.'],
    ['application/xhtml+xml', 'x', 'The call was answered with HTTP 400.'],
    ['text/plain', ' a text ', 'a text'], ['text/plain', ' ', 'The call was answered with HTTP 400.'],
    ['text/plain', '"x"', 'The call was answered with HTTP 400.'], ['application/json', 'x', 'The call was answered'],
    ['text/plain', ' <p>', 'The call was answered with HTTP 400.']
  ] as const) {
    const error = toApiError({ status: 400, headers: { 'content-type': type }, body }, { what: 'The call', now })
    t.match(error.message, message, `${type} ${body}`)
  }
})

t.test('bodies', async t => {
  const source = (...parts: Uint8Array[]) => Readable.from(parts)
  const bytes = Buffer.from('hello')
  t.equal(String(await collect(source(bytes), 5)), 'hello')
  t.equal(String(await collect(source(bytes, bytes), 10)), 'hellohello')
  t.equal(String(await collect(source(), 0)), '')
  const long = source(bytes, bytes)
  await t.rejects(collect(long, 9), { code: 'response_too_large', message: 'The answer is larger than 9 bytes.' })
  t.ok(long.destroyed)
  const broken = new Readable({ read () {} })
  const waiting = collect(broken, 9)
  broken.destroy()
  await t.rejects(waiting, { code: 'invalid_response', message: 'The answer broke off.' })
  await t.rejects(collect(broken, 9), { code: 'invalid_response', message: 'The answer broke off.' })
  const failed = new Readable({ read () {} })
  failed.once('error', () => {}).destroy(new Error('own'))
  await new Promise(resolve => setImmediate(resolve))
  await t.rejects(collect(failed, 9), { message: 'own' })
  const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  t.strictSame([...asBuffer(part)], [2, 3])
  t.equal(asBuffer(bytes), bytes)
  for (const [encoding, body] of [
    ['', bytes], ['identity', bytes], ['gzip', gzipSync(bytes)], ['x-gzip', gzipSync(bytes)],
    ['br', brotliCompressSync(bytes)], ['deflate', deflateSync(bytes)], ['deflate', deflateRawSync(bytes)]
  ] as const) t.equal(String(await decompress(body, encoding, 5)), 'hello', encoding)
  t.equal((await decompress(Buffer.alloc(0), 'gzip', 5)).length, 0)
  await t.rejects(decompress(gzipSync(bytes), 'gzip', 4), { code: 'response_too_large' })
  await t.rejects(decompress(bytes, 'gzip', 9),
    { code: 'invalid_response', message: 'The answer is compressed, and broken.' })
  await t.rejects(decompress(bytes, 'zstd', 9), { code: 'invalid_response', message: /in an unknown way/ })
  const latin = Buffer.from([0xe9])
  t.throws(() => decodeText(latin, 399), { code: 'invalid_response' })
  t.equal(decodeText(latin, 400), '\ufffd')
  t.equal(decodeText(bytes, 200), 'hello')
  for (const [encoding, body] of [['gzip', gzipSync(bytes)], ['x-gzip', gzipSync(bytes)],
    ['br', brotliCompressSync(bytes)], ['deflate', deflateSync(bytes)], ['identity', bytes], ['', bytes]] as const) {
    const stream = openStream(source(body), { idle: 60, host: 'a.test', encoding })
    t.equal(String(await collect(stream, 99)), 'hello', encoding)
  }
  const unread = source(bytes)
  t.throws(() => decodersOf(unread, 'zstd'), { code: 'invalid_response' })
  t.ok(unread.destroyed)
})

t.test('a stream ends with silence, an abort or a failure of its source', async t => {
  const open = (signal?: AbortSignal, idle = 60) => {
    const source = new Readable({ read () {} })
    return { source, stream: openStream(source, { idle, host: 'a.test', encoding: '', signal }) }
  }
  const outcome = (stream: Readable) => new Promise(resolve => stream.once('error', resolve))
  const silent = open(undefined, 0.02)
  t.match(await outcome(silent.stream.resume()), { code: 'timeout', message: 'a.test sent nothing for 0.02 s.' })
  const controller = new AbortController()
  const given = open(controller.signal)
  const ended = outcome(given.stream.resume())
  controller.abort()
  t.match(await ended, { code: 'aborted' })
  t.ok(given.source.destroyed)
  const failing = open()
  const failure = outcome(failing.stream.resume())
  failing.source.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  t.match(await failure, { code: 'network_error', message: 'The request to a.test failed: ECONNRESET' })
})

t.test('failures of the transport', async t => {
  const own = new NetworkError('own', undefined, 'aborted')
  t.equal(transportFailure(own, 'a.test'), own)
  for (const [error, message, cause] of [
    [new Error('x'), 'x', { message: 'x', code: undefined }],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('y'), { code: 'E1' }) }), 'E1', {
      message: 'y',
      code: 'E1'
    }],
    [Object.assign(new Error('x'), { code: 5 }), 'x', { message: 'x', code: undefined }],
    [new Error('x', { cause: 'y' }), 'x', { message: 'x' }],
    ['text', 'unknown failure', { message: 'unknown failure' }]
  ] as const) {
    t.match(transportFailure(error, 'a.test'), { message: `The request to a.test failed: ${message}`, cause })
  }
})

t.test('what a fetch of the application may answer', async t => {
  const sent: [string, RequestInit][] = []
  const ask = async (response: unknown, request: object = {}) => {
    const transport = fetchTransport(async (url, init) => {
      sent.push([String(url), init!])
      return response as Response
    })
    t.equal(transport.ready(), undefined)
    const wire = {
      origin: 'https://a.test',
      path: '/x?y',
      method: 'POST',
      headers: { a: 'b' },
      body: undefined,
      ...request
    }
    const { status, headers, body, decoded } = await transport.exchange(wire, undefined)
    return { status, headers, body: String(await collect(body, 999)), decoded }
  }
  for (const [response, body, headers = {}] of [
    [{ status: 200 }, ''], [{ status: 200, body: null, text: async () => 'no' }, ''],
    [{ status: 200, body: Readable.from([Buffer.from('x')]) }, 'x'],
    [{ status: 200, body: new Response('x').body }, 'x'],
    [{ status: 200, text: async () => 'x', json: async () => 5 }, 'x'],
    [{ status: 200, json: async () => ({ a: 1 }) }, '{"a":1}', { 'content-type': 'application/json' }],
    [{ status: 200, json: async () => 1, headers: { 'Content-Type': 'a/b' } }, '1', { 'content-type': 'a/b' }],
    [{ status: 200, headers: [['A', '1'], ['a', '2']] }, '', { a: '1, 2' }],
    [{ status: 204, headers: new Headers({ A: '1' }) }, '', { a: '1' }]
  ] as const) {
    t.strictSame(await ask(response), { status: (response as { status: number }).status, headers, body, decoded: true })
  }
  t.strictSame(sent[0], ['https://a.test/x?y', { method: 'POST', headers: { a: 'b' }, redirect: 'manual' }])
  const { signal } = new AbortController()
  const transport = fetchTransport(async (_url, init) => {
    t.match(init, { signal, body: 'x', duplex: 'half' })
    return new Response('')
  })
  await transport.exchange({ origin: 'https://a.test', path: '/', method: 'POST', headers: {}, body: 'x' }, signal)
  await transport.close(1)
  for (const wrong of [undefined, {}, { status: '200' }]) await t.rejects(ask(wrong), { message: /has no status/ })
  await t.rejects(ask({ status: 200, redirected: true }), { message: /followed a redirect/ })
})

t.test('dispatchers and doubles of the whole process', async t => {
  const real = globalThis.fetch
  const keys = ['2', '1'].map(n => Symbol.for(`undici.globalDispatcher.${n}`))
  const kept = keys.map(key => Reflect.get(globalThis, key) as unknown)
  const set = (one: unknown, two?: unknown) => {
    for (const [i, key] of keys.entries()) Reflect.set(globalThis, key, i === 0 ? two : one)
  }
  t.teardown(() => {
    globalThis.fetch = real
    set(kept[1], kept[0])
  })
  class Agent { dispatch (): void {} }
  class MockAgent extends Agent {}
  class Dispatcher1Wrapper {}
  const symbols = (members: Record<string, unknown>): Agent =>
    Object.assign(new Agent(), Object.fromEntries(Object.entries(members).map(([k, v]) => [Symbol(k), v])))
  for (const [name, dispatcher, isChosen] of [
    ['none', undefined, false], ['an agent', new Agent(), false], ['another class', new MockAgent(), true],
    ['a wrapper', new Dispatcher1Wrapper(), false], ['composed', Object.assign(new Agent(), { dispatch () {} }), true],
    ['with options', symbols({ options: { connections: 5 } }), true],
    ['with options that say nothing', symbols({ options: { connections: undefined, x: Infinity } }), false],
    ['with a factory', symbols({ factory: function own () {} }), true],
    ['with the usual factory', symbols({ factory: function defaultFactory () {} }), false],
    ['with what else it holds', symbols({ clients: { a: 1 } }), false]
  ] as const) {
    set(dispatcher)
    t.equal(globalDispatcher(), isChosen ? dispatcher : undefined, name)
    t.equal(globalDispatcher(), isChosen ? dispatcher : undefined, `${name}, again`)
  }
  const [older, newer] = [new MockAgent(), new MockAgent()]
  set(older, newer)
  t.equal(globalDispatcher(), newer)
  set(older, new Agent())
  t.equal(globalDispatcher(), older)
  for (const [name, double, is] of [
    ['none', undefined, false], ['a function', () => {}, false],
    ['with a mock', Object.assign(() => {}, { mock: {} }), true],
    ['patched', Object.assign(() => {}, { [Symbol('isPatchedModule')]: true }), true],
    ['with another symbol', Object.assign(() => {}, { [Symbol('other')]: true }), false]
  ] as const) {
    globalThis.fetch = double as unknown as typeof fetch
    t.equal(fetchDouble(), is ? double : undefined, name)
  }
})

t.test('telemetry and the client certificate', async t => {
  const read = (text: string | undefined): unknown => JSON.parse(Buffer.from(text!, 'base64').toString())
  const env = { node: process.versions.node }
  t.strictSame(read(telemetryHeader()), { name: 'fastify-auth0', version, env })
  t.strictSame(read(telemetryHeader({ name: 'x', version: '1' })), { name: 'x', version: '1', env })
  t.equal(telemetryHeader(false), undefined)
  const tls = { cert: 'x', key: 'y' }
  for (const beside of [{ customFetch: fetch }, { dispatcher: {} }]) {
    t.throws(() => createHttp({ tls, ...beside } as never), { option: 'tls', message: /must not be given beside/ })
  }
  t.doesNotThrow(() => createHttp({ tls }))
  const error = new Auth0Error('m', { code: 'c', statusCode: 500 })
  t.notOk('cause' in error)
})

t.test('addresses on both sides of the borders of each network', async t => {
  const is = (address: string) => isPublicAddress({ address, family: 0 })
  for (const [outside, first, last, after] of [
    [undefined, '0.0.0.0', '0.255.255.255', '1.0.0.0'], ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['223.255.255.255', '224.0.0.0', '255.255.255.255', undefined],
    ['2000:ffff::', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff::', '2001:db9::'],
    ['2001:ffff::', '2002::', '2002:ffff::', '2003::'], ['3ffe::', '3fff::', '3fff:fff::', '3fff:1000::'],
    [undefined, '::', '1fff:ffff::', '2000::'], ['3fff:ffff::', '4000::', 'ffff::', undefined]
  ] as const) {
    for (const address of [first, last]) t.notOk(is(address), address)
    for (const address of [outside, after]) if (address !== undefined) t.ok(is(address), address)
    if (first.includes('.')) t.strictSame([is(`::ffff:${first}`), is(`64:ff9b::${last}`)], [false, false])
  }
})

t.test('domains', async t => {
  for (const [value, domain, scheme = 'https'] of [
    ['acme.eu.auth0.com', 'acme.eu.auth0.com'], ['ACME.eu.auth0.com', 'acme.eu.auth0.com'],
    ['https://acme.eu.auth0.com/', 'acme.eu.auth0.com'], ['HTTPS://acme.eu.auth0.com', 'acme.eu.auth0.com'],
    ['acme.test:8443', 'acme.test:8443'], ['acme.test:443', 'acme.test'], ['localhost', 'localhost'],
    ['http://localhost:3000', 'localhost:3000', 'http'], ['http://a.localhost', 'a.localhost', 'http'],
    ['http://127.0.0.1:1', '127.0.0.1:1', 'http'], ['http://[::1]:99999'.slice(0, 17), '[::1]:9999', 'http'],
    ['127.1.2.3', '127.1.2.3']
  ] as const) {
    t.strictSame(parseDomain(value), { domain, issuer: `${scheme}://${domain}/` }, value)
  }
  for (const [value, says] of [
    ['http://acme.test', /must not begin with "http:"/], ['8.8.8.8', /must not be an IP address/],
    ['[2001:4860:4860::8888]', /must not be an IP address/], ['http://8.8.8.8', /must not begin with "http:"/],
    ['128.0.0.1', /an IP address/]
  ] as const) t.throws(() => parseDomain(value, 'x'), { option: 'x', message: says }, value)
  for (const value of ['', 'a/b', 'https://a/b', 'a..b', '.a', 'a.', 'a:0', 'a:99999', 'a:', 'u@a', 'a?b', 'a#b',
    'ftp://a',
    '0x7f.1', '127.1', 'a b', 'ä.de', `${'a'.repeat(254)}`, 5 as never, null as never]) {
    t.throws(() => parseDomain(value), { option: 'domain', message: /must be a host such as/ }, String(value))
  }
  for (const [value, domain, scheme = 'https'] of [
    ['acme.eu.auth0.com', 'acme.eu.auth0.com'], ['https://acme.eu.auth0.com', 'acme.eu.auth0.com'],
    ['https://acme.eu.auth0.com/', 'acme.eu.auth0.com'], ['HTTPS://acme.eu.auth0.com/', 'acme.eu.auth0.com'],
    ['http://localhost:3000', 'localhost:3000', 'http'], ['HTTP://127.0.0.1', '127.0.0.1', 'http'],
    [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test`]
  ] as const) {
    t.strictSame(parseResolvedDomain(value), { domain, issuer: `${scheme}://${domain}/` }, value)
  }
  for (const value of [undefined, 5, '', 'localhost', 'a.localhost', 'https://localhost', 'https://a.localhost',
    'http://acme.test', 'http://', 'http://a/b', 'acme.test:8443', '127.0.0.1', '8.8.8.8', '-a.test', 'a-.test',
    'a_b.test',
    'a.1', `${'a'.repeat(64)}.test`, 'https://a.test/b', 'a.test/']) {
    t.throws(() => parseResolvedDomain(value), { argument: 'domain', message: /No tenant belongs/ }, String(value))
  }
  for (const [host, is] of [['localhost', true], ['a.localhost', true], ['alocalhost', false], ['[::1]', true],
    ['127.0.0.1', true], ['127.255.0.1', true], ['126.0.0.1', false], ['127.example.com', false], ['::1',
      false]] as const) {
    t.equal(isLoopback(host), is, host)
  }
})

t.test('an exchange that is given up before it began ends when it begins, and is counted until then', async t => {
  const told: unknown[] = []
  let handler: Dispatcher.DispatchHandler | undefined
  const dispatcher = { dispatch: (_: unknown, given: Dispatcher.DispatchHandler) => (handler = given) }
  const request = { path: '/', method: 'GET' } as const
  const controller = new AbortController()
  const limits = { seconds: 60, host: 'a.test', signal: controller.signal, maxBytes: 9 }
  const send = () => dispatchWhole(dispatcher as unknown as Dispatcher, request, limits, () => told.push('ended'))
  const waiting = send()
  controller.abort(new Error('enough'))
  await t.rejects(waiting, { code: 'aborted' })
  t.strictSame(told, [], 'undici still has it')
  const exchange = { abort: (error: Error) => told.push(error.message) } as unknown as Dispatcher.DispatchController
  handler!.onRequestStart!(exchange, undefined)
  handler!.onResponseError!(exchange, new Error('aborted'))
  t.strictSame(told, ['The request was aborted.', 'ended'])
  handler = undefined
  await t.rejects(send(), { code: 'aborted' })
  t.strictSame([told.length, handler], [3, undefined], 'nothing is sent once the signal is aborted')
})

t.test('the code and the status of each error', async t => {
  const cause = new Error('cause')
  const made: [error: Auth0Error, code: string, statusCode: number][] = [
    [new errors.MissingTransactionError(), 'missing_transaction_error', 400],
    [new errors.MissingRequiredArgumentError('a'), 'missing_required_argument_error', 400],
    [new errors.InvalidArgumentError('a', 'm'), 'invalid_argument', 400],
    [new errors.ConfigurationError('a', 'm'), 'configuration_error', 500],
    [new errors.LoginRequiredError(), 'login_required', 401],
    [new errors.ForbiddenError('x', 'm'), 'x', 403],
    [new errors.AccessTokenError('missing_session', 'm'), 'missing_session', 401],
    [new errors.AccessTokenError('session_not_writable' as never, 'm'), 'session_not_writable', 500],
    [new errors.AccessTokenForConnectionError('missing_session', 'm'), 'missing_session', 401],
    [new errors.AccessTokenForConnectionError('session_not_writable' as never, 'm'), 'session_not_writable', 500],
    [new errors.SessionExpiredError(), 'session_expired', 401],
    [new errors.SessionStoreError('m'), 'session_store_error', 503],
    [new errors.SessionNotWritableError(), 'session_not_writable', 500],
    [new errors.SessionNotKeptError('strict', undefined), 'session_not_kept', 400],
    [new errors.TokenValidationError('expired', 'm'), 'token_validation_error', 401],
    [new errors.OrganizationTokenValidationError('org_id', 'm'), 'organization_token_validation_error', 401],
    [new errors.IssuerValidationError('m'), 'issuer_validation_error', 401],
    [new errors.BackchannelLogoutError('m', cause), 'backchannel_logout_error', 400],
    [new errors.StartLinkUserError('m', cause), 'start_link_user_error', 400],
    [new errors.CustomTokenExchangeError('invalid_token_format', 'm'), 'invalid_token_format', 400],
    [new errors.CustomTokenExchangeError('invalid_token_format', 'm', cause), 'invalid_token_format', 502],
    [new errors.CustomTokenExchangeError('invalid_response' as never, 'm'), 'invalid_response', 502],
    [new errors.NetworkError('m'), 'network_error', 502],
    [new errors.TimeoutError('m'), 'timeout', 504],
    [new errors.PaginationLimitError('m'), 'pagination_limit', 500],
    [new errors.ApiError({ code: 'x', message: 'm' }), 'x', 502]
  ]
  for (const [error, code, statusCode] of made) {
    t.strictSame([error.code, error.statusCode, error.name], [code, statusCode, error.constructor.name])
  }
  t.equal(new errors.NetworkError('m', cause).cause, cause)
  const { body, headers, status } = new errors.ApiError({ code: 'x', message: 'm', body: 1, headers: { a: 'b' } })
  t.strictSame([body, headers.a, status, Object.keys(headers)], [1, 'b', 0, []])
})
