import t from 'tap'
import { ApiError, NetworkError, PollingApiError, RateLimitError, TimeoutError } from '../../../lib/errors.js'
import { forwardedFor, pathSegment, requireText } from '../../../lib/authentication/server/arguments.js'
import { authenticateClient } from '../../../lib/authentication/server/client-auth.js'
import { checkMetadata } from '../../../lib/authentication/server/discovery.js'
import { keepNonce, knownNonce } from '../../../lib/authentication/server/dpop-exchange.js'
import { toCamelCase, toResult, toSnakeCase } from '../../../lib/authentication/server/naming.js'
import { poll } from '../../../lib/authentication/server/polling.js'
import { requestToken } from '../../../lib/authentication/server/token-endpoint.js'
import { readTokenResponse } from '../../../lib/authentication/server/token-response.js'

t.test('names on the wire and in results', async t => {
  t.strictSame(toCamelCase({ a_b_c: 1, a_1: 2, A: 3, b: undefined, _x: 4 }), { aBC: 1, a1: 2, A: 3, X: 4 })
  t.strictSame(toSnakeCase({ aBC: 1, a: undefined, b: { cD: 1 } }), { a_b_c: 1, b: { cD: 1 } })
  const result = toResult({ a_b: 1, c: 2 })
  t.strictSame([Object.keys(result), result.a_b, result.aB], [['aB', 'c'], 1, 1])
})

t.test('arguments', async t => {
  t.doesNotThrow(() => requireText({ a: 'x', b: 'y' }, 'a', 'b'))
  for (const wrong of [undefined, null, '']) {
    t.throws(() => requireText({ a: 'x', b: wrong } as never, 'a', 'b' as never),
      { code: 'missing_required_argument_error', argument: 'b' })
  }
  t.throws(() => requireText(undefined as never, 'a' as never), { argument: 'a', message: /./ })
  t.throws(() => requireText({ a: 5 } as never, 'a' as never), {
    code: 'invalid_argument',
    argument: 'a',
    message: /must be a string/
  })
  t.strictSame(forwardedFor(undefined), {})
  for (const [given, sent] of [['1.2.3.4', '1.2.3.4'], ['::1', '::1'], ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '::ffff:102:304']] as const) t.strictSame(forwardedFor(given), { 'auth0-forwarded-for': sent })
  for (const wrong of ['', 'x', '1.2.3', '1.2.3.4, 5.6.7.8']) {
    t.throws(() => forwardedFor(wrong),
      { argument: 'forwardedFor', message: /./ })
  }
  t.equal(pathSegment('id', 'a/b?c'), 'a%2Fb%3Fc')
  t.equal(pathSegment('id', '...'), '...')
  for (const wrong of ['.', '..']) t.throws(() => pathSegment('id', wrong), { argument: 'id', message: /is not an id/ })
})

t.test('how a client authenticates', async t => {
  const now = () => 5
  const client = { clientId: 'c d', issuer: 'https://a/', now }
  const id = { client_id: 'c d' }
  t.strictSame(await authenticateClient(client), { headers: {}, params: id })
  t.strictSame(await authenticateClient({ ...client, clientSecret: 's' }), {
    headers: {},
    params: {
      ...id,
      client_secret: 's'
    }
  })
  const basic = { ...client, clientSecret: 's:&', clientSecretMethod: 'basic' as const }
  t.strictSame(await authenticateClient(basic),
    { headers: { authorization: `Basic ${Buffer.from('c+d:s%3A%26').toString('base64')}` }, params: id })
  t.strictSame(await authenticateClient(basic, 'body'), { headers: {}, params: { ...id, client_secret: 's:&' } })
  t.strictSame(await authenticateClient({ ...basic, clientSecretMethod: 'post' }), {
    headers: {},
    params: {
      ...id,
      client_secret: 's:&'
    }
  })
  const signed: unknown[] = []
  const assertionSigner = { sign: async (about: unknown) => { signed.push(about); return 'jwt' } } as never
  t.strictSame(await authenticateClient({ ...basic, assertionSigner }), {
    headers: {},
    params: {
      ...id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'jwt'
    }
  })
  t.strictSame(signed, [{ clientId: 'c d', audience: 'https://a/', now: 5 }])
  await t.rejects(authenticateClient({ ...client, clientId: '' }), { option: 'clientId', message: /./ })
})

t.test('answers of the token endpoint, member by member', async t => {
  const read = (body: object, dpop = false, allowedTokenTypes?: string[],
    type = 'application/json') => readTokenResponse(
    {
      status: 200,
      headers: { 'content-type': type },
      body: JSON.stringify({
        access_token: 'a',
        token_type: 'Bearer',
        ...body
      })
    },
    { dpop, allowedTokenTypes })
  t.strictSame(read({}), { access_token: 'a', token_type: 'Bearer' })
  t.strictSame(read({ other: 1, scope: null, refresh_token: 'r' }), {
    other: 1,
    refresh_token: 'r',
    access_token: 'a',
    token_type: 'Bearer'
  })
  for (const [given, dpop, allowed, read_] of [
    ['bearer', false, undefined, 'Bearer'], ['BEARER', false, undefined, 'Bearer'], ['dpop', true, undefined, 'DPoP'],
    ['n_a', false, ['N_A'], 'N_A'], ['bearer', true, undefined, undefined], ['dpop', false, undefined, undefined],
    ['n_a', false, undefined, undefined], [5, false, undefined, undefined], ['', false, [], undefined], ['bearer',
      true, ['Bearer'], 'Bearer']
  ] as const) {
    const work = () => read({ token_type: given }, dpop, allowed as never).token_type
    if (read_ === undefined) {
      t.throws(work, {
        code: 'invalid_response',
        message: /"token_type" in the answer cannot be used/
      })
    } else t.equal(work(), read_)
  }
  for (const [given, seconds] of [[0, 0], [-5, 0], [1.9, 1], ['60', 60], [2_592_000, 2_592_000], [2_592_001, 2_592_000],
    ['999999999999999', 2_592_000]] as const) t.equal(read({ expires_in: given }).expires_in, seconds, String(given))
  for (const wrong of ['', '1.5', '-1', '9999999999999999', true, {}]) {
    t.throws(() => read({ expires_in: wrong }), { message: /"expires_in" in the answer/ }, String(wrong))
  }
  for (const name of ['access_token', 'id_token', 'refresh_token', 'recovery_code', 'issued_token_type']) {
    t.equal(read({ [name]: 'x!~' })[name], 'x!~')
    for (const wrong of ['', 'a b', 'é', 'a\n', 5, {}]) {
      t.throws(() => read({ [name]: wrong }),
        { message: new RegExp(`"${name}" in`) })
    }
  }
  t.throws(() => read({ access_token: undefined }), /"access_token"/)
  for (const good of ['', 'a b']) t.equal(read({ scope: good }).scope, good)
  for (const wrong of ['é', '\n', 5, []]) t.throws(() => read({ scope: wrong }), /"scope" in/)
  const deep = (levels: number): unknown => levels === 0 ? 1 : { type: 'x', a: deep(levels - 1) }
  const details = (value: unknown) => read({ authorization_details: value }).authorization_details
  t.strictSame(details([]), [])
  t.strictSame(details([deep(15)]), [deep(15)])
  for (const wrong of [{}, 'x', [null], [{}], [{ type: 5 }], [{ type: 'x' }, {}], [deep(16)]]) {
    t.throws(() => details(wrong), /"authorization_details" in/)
  }
  const long = (length: number) => [{ type: 'x'.repeat(length - 13) }]
  t.equal(JSON.stringify(details(long(65_536))).length, 65_536)
  t.throws(() => details(long(65_537)), /"authorization_details"/)
  for (const type of ['text/plain', '', 'application/jose+json']) {
    t.throws(() => read({}, false, undefined, type),
      /the answer is not JSON/)
  }
})

t.test('metadata of a tenant, member by member', async t => {
  const issuer = 'https://acme.test/'
  const good = { issuer, authorization_endpoint: `${issuer}a`, token_endpoint: `${issuer}t`, jwks_uri: `${issuer}j` }
  t.equal(checkMetadata(good, issuer), good)
  const names = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint',
    'pushed_authorization_request_endpoint', 'backchannel_authentication_endpoint', 'revocation_endpoint',
    'device_authorization_endpoint', 'registration_endpoint']
  const refuses = (more: object, reason: RegExp, of = issuer, name = JSON.stringify(more)) =>
    t.throws(() => checkMetadata({ ...good, ...more }, of), { code: 'invalid_metadata', message: reason }, name)
  refuses({ issuer: 'https://other.test/' }, /the issuer must be "https:\/\/acme\.test\/"/)
  for (const name of names) {
    if (name in good) refuses({ [name]: undefined }, new RegExp(`"${name}" is missing`))
    else t.doesNotThrow(() => checkMetadata({ ...good, [name]: undefined }, issuer))
    t.doesNotThrow(() => checkMetadata({ ...good, [name]: 'https://mtls.acme.test/x?y' }, issuer))
    refuses({ [name]: 'https://evil.test/' }, new RegExp(`"${name}" is not at the issuer's host`))
  }
  const endpoint = (url: unknown) => ({ token_endpoint: url })
  for (const wrong of [5, '', '/t', 'ftp://acme.test/', 'https://acme.test/a b', 'https://acme.test\\x',
    'https://acme.test/é', 'https://[',
    ' https://acme.test/']) refuses(endpoint(wrong), /"token_endpoint" is not an absolute https URL/)
  for (const wrong of ['https://u@acme.test/', 'https://:p@acme.test/', 'https://acme.test/#f',
    'https://acme.test/#']) {
    refuses(endpoint(wrong), /holds credentials or a fragment/)
  }
  for (const wrong of ['http://acme.test/', 'https://acme.test:8443/', 'https://xacme.test/', 'https://test/',
    'https://acme.test.evil/']) {
    refuses(endpoint(wrong), /is not at the issuer's host/)
  }
  refuses({ mtls_endpoint_aliases: [] }, /"mtls_endpoint_aliases" is not an object/)
  refuses({ mtls_endpoint_aliases: { x: 'https://evil.test/' } }, /"mtls_endpoint_aliases\.x" is not at/)
  t.doesNotThrow(() => checkMetadata({ ...good, mtls_endpoint_aliases: { x: 'https://mtls.acme.test/' } }, issuer))
  const local = 'http://localhost:1/'
  const at = (url: string) => ({ issuer: local, authorization_endpoint: url, token_endpoint: url, jwks_uri: url })
  for (const url of ['http://127.0.0.1:2/', 'https://localhost/']) t.doesNotThrow(() => checkMetadata(at(url), local))
  refuses(at('http://acme.test/'), /is not at the issuer's host/, local)
})

t.test('asking again and again', async t => {
  const polling = async (outcomes: unknown[], { interval = 5, expiresIn = 100 } = {}) => {
    let now = 1000
    const waits: number[] = []
    const signals: unknown[] = []
    const { signal } = new AbortController()
    const result = await poll({
      interval,
      expiresIn,
      now: () => now,
      signal,
      sleep: async (seconds, given) => { waits.push(seconds); signals.push(given); now += seconds }
    }, async () => {
      const outcome = outcomes.shift()
      if (outcome instanceof Error) throw outcome
      return outcome as never
    }).catch((error: unknown) => error)
    t.ok(signals.every(given => given === signal))
    return [waits, result]
  }
  const told = (code: string, more: object = {}) => new PollingApiError({ code, message: 'm', interval: 5, ...more })
  const api = (status: number) => new ApiError({ code: 'x', message: 'm', status })
  const limited = (retryAfter?: number) => new RateLimitError({
    code: 'x',
    message: 'm',
    resetAt: -1,
    retryAfter
  } as never)
  for (const [error, wait] of [
    [told('authorization_pending'), 5], [told('slow_down'), 10], [told('slow_down', { interval: 30 }), 30],
    [limited(), 10], [limited(3), 10], [limited(40), 40], [new TimeoutError('x'), 10], [new NetworkError('x'), 10],
    [api(500), 10], [api(503), 10]
  ] as const) t.strictSame(await polling([error, 'token']), [[5, wait], 'token'], String(error))
  for (const error of [api(499), new NetworkError('x', undefined, 'aborted'), new Error('x')]) {
    t.strictSame(await polling([error]), [[5], error])
  }
  const pending = () => Array.from({ length: 50 }, () => told('authorization_pending'))
  const [waits, over] = await polling(pending(), { expiresIn: 15 })
  t.strictSame(waits, [5, 5], 'not at its very end')
  t.match(over, { name: 'PollingApiError', code: 'expired_token', statusCode: 400, interval: 5 })
  t.equal((await polling(pending(), { expiresIn: 15.1 }) as [number[]])[0].length, 3)
  t.match(await polling([], { expiresIn: 5 }), [[], { code: 'expired_token' }])
})

t.test('nonces of many servers', async t => {
  const key = {} as never
  t.equal(knownNonce(key, 'o'), undefined)
  for (let i = 0; i <= 100; i++) keepNonce(key, `o${i}`, `n${i}`)
  t.strictSame(['o0', 'o1', 'o100'].map(origin => knownNonce(key, origin)), [undefined, 'n1', 'n100'])
  keepNonce(key, 'o1', undefined)
  keepNonce(key, 'o1', 'newer')
  keepNonce(key, 'o101', 'x')
  t.strictSame(['o1', 'o2'].map(origin => knownNonce(key, origin)), ['newer', undefined], 'the oldest goes')
})

t.test('nothing that was sent comes back in an error of the token endpoint', async t => {
  const names = ['code', 'code_verifier', 'refresh_token', 'password', 'otp', 'oob_code', 'binding_code',
    'recovery_code', 'mfa_token',
    'device_code', 'auth_req_id', 'auth_session', 'subject_token', 'actor_token', 'assertion']
  for (const [params, headers] of [[{ client_secret: 'the-secret' }, {}], [{ client_assertion: 'the-secret' }, {}],
    [{}, { authorization: 'Basic the-secret' }]] as const) {
    const server = {
      endpoint: async () => 'https://acme.test/oauth/token',
      dpop: undefined,
      now: () => 5,
      clientAuthentication: async () => ({ headers, params }),
      http: {
        send: async ({ body }: { body: string }) => ({
          status: 400,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ error: 'x', error_description: `the-secret ${new URLSearchParams(body).get('note')}` })
        })
      }
    }
    for (const name of names) {
      await t.rejects(requestToken(server as never, { [name]: 'value-of-it', note: 'value-of-it' }),
        { code: 'x', message: '[redacted] [redacted]', call: 'POST /oauth/token' }, name)
    }
  }
})
