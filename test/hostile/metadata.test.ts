import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import {
  failsClosed, Findings, inWorld, scenario, sessionCookiesSet, succeeds, type Failure, type World, type WorldOptions
} from './app.js'
import type { RawAnswer } from '../fixtures/scripted-tenant.js'
import { changed, json, type AnswerDefect } from './idp.js'
import { createSecretKey } from 'node:crypto'
import { rsaKey } from '../fixtures/jws.js'
import { SocketServer } from './sockets.js'

const badToken: Failure = { status: 502, code: 'token_validation_error' }

/** The login does not start; nothing is kept of the document, so the next login with a good one works. */
async function doesNotStart (t: Test, world: World, discovery: AnswerDefect, failure: Failure,
  variant = 'the document'): Promise<void> {
  const findings = new Findings()
  for (const accept of ['text/html', 'application/json']) {
    const browser = world.browser()
    const before = world.events.length
    const response = await world.during({ answers: { discovery } }, () => browser.navigate('/auth/login', { accept }))
    findings.check(response.statusCode === failure.status,
      `status ${response.statusCode} instead of ${failure.status}: ${response.body.slice(0, 300)}`)
    findings.same(response.headers.location, undefined, 'location')
    findings.check(response.body.includes(failure.code), `the code is not named: ${response.body.slice(0, 300)}`)
    findings.check(/no-store/.test(String(response.headers['cache-control'])), 'the answer may be cached')
    findings.same(browser.names(), [], 'cookies')
    findings.same(world.leaks(response.body), [], 'secrets in the answer')
    findings.same(world.events.slice(before).map(({ outcome, reason }) => ({ outcome, reason })), [{
      outcome: 'failure',
      reason: failure.code
    }], 'events')
    findings.check(world.logLines.some(line => line.includes(`"${failure.code}"`)), 'the code is not in the log')
    world.advance(120)
  }
  findings.same(world.idp.count('token'), 0, 'token requests')
  t.strictSame(findings.problems, [], `${variant}: no login starts`)
  await succeeds(t, world)
}

const refusedDocument: Failure = { status: 502, code: 'invalid_metadata' }
const unreadable: Failure = { status: 502, code: 'invalid_response' }

function member (name: string, value: unknown): AnswerDefect {
  return correct => changed(correct, { [name]: value })
}

/** A case with a world for each variant. */
function documents (name: string, failure: Failure, variants: Record<string, AnswerDefect>,
  options: WorldOptions = {}): void {
  t.test(name, async t => {
    for (const [variant, discovery] of Object.entries(variants)) {
      await inWorld(t, options, world => doesNotStart(t, world, discovery, failure, variant))
    }
  })
}

documents('DISC-01 the issuer differs', refusedDocument, {
  'another tenant': member('issuer', 'https://other.auth0.test/'),
  missing: member('issuer', undefined),
  array: member('issuer', ['https://tenant.auth0.test/']),
  'over http': member('issuer', 'http://tenant.auth0.test/'),
  'in capitals': member('issuer', 'https://TENANT.auth0.test/')
})

documents('DISC-02 the issuer without its slash', refusedDocument, {
  slash: member('issuer', 'https://tenant.auth0.test')
})

t.test('DISC-04 the tenant answers with an error', async t => {
  for (
    const [variant, { answer, status }] of Object.entries({
      404: { answer: { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not found' }, status: 502 },
      500: { answer: { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>oops</h1>' }, status: 502 },
      '503 with Retry-After': { answer: { status: 503, headers: { 'retry-after': '120' }, body: '' }, status: 502 },
      'a redirect': {
        answer: { status: 302, headers: { location: 'https://evil.test/.well-known/openid-configuration' }, body: '' },
        status: 502
      },
      '200 without a body': {
        answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '' },
        status: 502
      }
    } as Record<string, { answer: RawAnswer, status: number }>)
  ) {
    await t.test(variant, t =>
      inWorld(t, {}, async world => {
        const browser = world.browser()
        const response = await world.during({ answers: { discovery: () => answer } }, () =>
          browser.navigate('/auth/login', { accept: 'application/json' }))
        t.ok(response.statusCode === status || response.statusCode === 503, `${response.statusCode} ${response.body}`)
        t.equal(response.headers.location, undefined)
        t.strictSame(browser.names(), [])
        t.ok(world.idp.count('discovery') <= 2, 'no storm of retries')
        t.equal(world.idp.count('unknown'), 0, 'no redirect is followed')
        t.notMatch(world.logLines.join(''), /oops/, 'HTML is not logged')
        world.advance(120)
        await succeeds(t, world)
      }))
  }
})

t.test('DISC-06 a document that is not a JSON object', async t => {
  for (
    const [variant, discovery] of Object.entries({
      'cut JSON': (correct: RawAnswer) => ({ ...correct, body: (correct.body as string).slice(0, -1) }),
      array: (correct: RawAnswer) => ({ ...correct, body: '[]' }),
      string: (correct: RawAnswer) => ({ ...correct, body: '"x"' }),
      null: (correct: RawAnswer) => ({ ...correct, body: 'null' }),
      'UTF-16': (correct: RawAnswer) => ({
        ...correct,
        body: Buffer.from('\ufeff' + (correct.body as string), 'utf16le')
      }),
      'not UTF-8': (correct: RawAnswer) => ({
        ...correct,
        body: Buffer.concat([Buffer.from((correct.body as string).slice(0, -1)), Buffer.from(',"x":"'),
          Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
      }),
      HTML: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
    } as Record<string, AnswerDefect>)
  ) {
    await t.test(variant, t => inWorld(t, {}, world => doesNotStart(t, world, discovery, unreadable)))
  }
})

scenario('DISC-06 a byte order mark may pass', async (t, world) => {
  const discovery: AnswerDefect = correct => ({ ...correct, body: '\ufeff' + (correct.body as string) })
  await succeeds(t, world, { answers: { discovery } })
})

documents('DISC-09 an authorization endpoint that is no place to go', refusedDocument, Object.fromEntries([
  'javascript:alert(1)',
  'data:text/html,x',
  '/authorize',
  'authorize',
  'https://tenant.auth0.test/authorize#x',
  'http://tenant.auth0.test/authorize',
  '',
  7,
  null,
  'https://evil.test/authorize',
  'https://tenant.auth0.test.evil.test/authorize',
  'https://tenant.auth0.test\r\nx: y/'
].map(url => [String(url), member('authorization_endpoint', url)])))

documents('DISC-11 endpoints at internal or foreign hosts', refusedDocument, Object.fromEntries(
  ['http://169.254.169.254/latest/meta-data', 'https://169.254.169.254/', 'https://127.0.0.1/jwks',
    'https://[::1]/jwks', 'https://10.0.0.1/jwks', 'https://metadata.google.internal/', 'https://localhost/jwks',
    'https://2130706433/', 'file:///etc/passwd', 'https://evil.test/jwks', 'https://tenant.auth0.test:8443/jwks']
    .flatMap(url => [['jwks_uri', url], ['token_endpoint', url]] as const)
    .map(([name, url]) => [`${name} ${url}`, member(name, url)])
))

for (
  const name of ['userinfo_endpoint', 'revocation_endpoint', 'pushed_authorization_request_endpoint',
    'backchannel_authentication_endpoint', 'end_session_endpoint']
) {
  documents(`DISC-11 ${name} elsewhere`, refusedDocument, {
    'evil.test': member(name, 'https://evil.test/x'),
    internal: member(name, 'http://169.254.169.254/x')
  })
}

for (const name of ['token_endpoint', 'jwks_uri', 'authorization_endpoint']) {
  scenario(`DISC-12 no ${name}`, async (t, world) => {
    await doesNotStart(t, world, member(name, undefined), refusedDocument)
    t.ok(world.logLines.some(line => line.includes('invalid_metadata') && line.includes(name)),
      'the log has the missing name')
  })
}

const faults = {
  'never answers': (server: SocketServer) => server.silence,
  'sends headers only': (server: SocketServer) => server.headersOnly,
  'sends a byte at a time': (server: SocketServer) => server.trickle
}

t.test('DISC-14 the tenant is slow', async t => {
  const server = await SocketServer.start(t)
  for (const [variant, fault] of Object.entries(faults)) {
    await t.test(variant, t =>
      inWorld(t, overSocket(server, { httpTimeout: 3 }), async world => {
        server.idp = world.idp
        server.faults.set('/.well-known/openid-configuration', fault(server))
        const started = Date.now()
        let answered = false
        const pending = world.browser().navigate('/auth/login', { accept: 'application/json' }).finally(() => {
          answered = true
        })
        const other = await world.browser().call('/')
        t.equal(other.statusCode, 200, 'other requests are served')
        t.notOk(answered, 'and do not wait for this one')
        const response = await pending
        t.equal(response.statusCode, 504, response.body)
        t.equal(response.json().code, 'timeout')
        t.ok(Date.now() - started < 15_000, 'after the timeout, body included')
        server.faults.clear()
        world.advance(120)
        await succeeds(t, world)
      }))
  }
})

t.test('DISC-14 the default timeout is 5 s', async t => {
  await inWorld(t, { plugin: { httpTimeout: undefined } }, async world => {
    const started = Date.now()
    const response = await world.during({ answers: { discovery: () => new Promise(() => {}) } },
      () => world.browser().navigate('/auth/login', { accept: 'application/json' }))
    const took = (Date.now() - started) / 1000
    t.equal(response.statusCode, 504)
    t.ok(took > 4.5, `${took} s`)
    t.match(world.errors, [{ code: 'timeout', message: /did not answer within 5 s/ }])
  })
})

t.test('DISC-15 huge answers', async t => {
  const server = await SocketServer.start(t)
  const zeros = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20))
  const huge = {
    '60 MB': () => server.huge(60),
    '60 MB with a length': () => server.huge(60, { 'content-length': String(60 * 1024 * 1024) }),
    '100 MB behind gzip': () => server.compressed('gzip', zeros),
    'gzip in gzip': () => server.compressed('gzip, gzip', gzipSync(zeros))
  }
  for (const [variant, fault] of Object.entries(huge)) {
    await t.test(variant, t =>
      inWorld(t, overSocket(server), async world => {
        server.idp = world.idp
        await succeeds(t, world)
        world.advance(3600)
        server.faults.set('/.well-known/openid-configuration', fault())
        server.sent = 0
        const fresh = overSocket(server)
        await inWorld(t, fresh, async other => {
          await other.browser().navigate('/')
          const before = process.memoryUsage()
          const response = await other.browser().navigate('/auth/login', { accept: 'application/json' })
          const after = process.memoryUsage()
          t.equal(response.statusCode, 502, response.body)
          t.ok(['response_too_large', 'invalid_response'].includes(response.json().code), response.json().code)
          t.ok(server.sent < 8 * 1024 * 1024, `the tenant could send ${server.sent} bytes`)
          const growth = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed
          t.ok(growth < 16 * 1024 * 1024, `memory grew by ${Math.round(growth / 1024)} KB before any collection`)
        })
        server.faults.clear()
      }))
  }
})

function overSocket (server: SocketServer, plugin: NonNullable<WorldOptions['plugin']> = {}): WorldOptions {
  return { idp: { issuer: server.issuer }, plugin: { customFetch: undefined, ...plugin } }
}

scenario('DISC-17 100 logins at once on a cold cache', async (t, world) => {
  const browsers = Array.from({ length: 100 }, () => world.browser())
  const slow: AnswerDefect = async correct => {
    await new Promise(resolve => setTimeout(resolve, 10))
    return correct
  }
  await world.during({ answers: { discovery: slow, jwks: slow } }, async () => {
    const answers = await Promise.all(browsers.map(browser => world.login(browser)))
    for (const response of answers) {
      if (sessionCookiesSet(response).length === 0) t.fail(`${response.statusCode} ${response.body}`)
    }
  })
  t.equal(world.idp.count('discovery'), 1, 'one discovery request')
  t.equal(world.idp.count('jwks'), 1, 'one JWKS request')
  t.equal(world.idp.count('token'), 100)
})

scenario('DISC-18 the metadata goes stale while the tenant is down', async (t, world) => {
  await succeeds(t, world)
  const down: AnswerDefect = () => {
    throw new TypeError('fetch failed')
  }
  await world.during({ answers: { discovery: down, jwks: down } }, async () => {
    world.advance(3600)
    const response = await world.login(world.browser())
    t.ok(sessionCookiesSet(response).length > 0, 'an hour later logins still work')
    world.advance(30 * 86_400)
    const late = await world.browser().navigate('/auth/login', { accept: 'application/json' })
    t.ok([502, 503, 504].includes(late.statusCode), `then a clear error: ${late.statusCode}`)
    t.equal(typeof late.json().code, 'string')
  })
  world.advance(120)
  await succeeds(t, world)
})

scenario('DISC-20 prototype keys in the metadata', async (t, world) => {
  const discovery: AnswerDefect = correct => ({
    ...correct,
    body: (correct.body as string).slice(0, -1) +
      ',"__proto__":{"polluted":true,"token_endpoint":"https://evil.test"}' +
      ',"constructor":{"prototype":{"polluted":true}}}'
  })
  await succeeds(t, world, { answers: { discovery } })
  t.equal(({} as { polluted?: boolean }).polluted, undefined)
  t.equal(world.idp.count('unknown'), 0)
})

scenario('DISC-20 a required member only in __proto__', async (t, world) => {
  const discovery: AnswerDefect = correct => {
    const { token_endpoint: token, ...rest } = JSON.parse(correct.body as string) as Record<string, unknown>
    return {
      ...correct,
      body: JSON.stringify(rest).slice(0, -1) + `,"__proto__":{"token_endpoint":${JSON.stringify(token)}}}`
    }
  }
  await doesNotStart(t, world, discovery, refusedDocument)
})

scenario('DISC-21 500 unknown members', async (t, world) => {
  const extra = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x_unknown_${i}`, { nested: [i] }]))
  await succeeds(t, world, { answers: { discovery: correct => changed(correct, extra) } })
})

documents('DISC-22 endpoint URLs that read in two ways', refusedDocument, Object.fromEntries([
  'https://user@tenant.auth0.test/oauth/token',
  'https://tenant.auth0.test:x@evil.test/',
  'https://tenant.auth0.test:99999/oauth/token',
  'https://tenant.\u0430uth0.test/oauth/token',
  'https://tenant.auth0.test\t/oauth/token',
  'https://tenant\n.auth0.test/oauth/token',
  ' https://tenant.auth0.test/oauth/token',
  'https:\\\\tenant.auth0.test\\oauth',
  'https://tenant.auth0.test\\@evil.test/',
  'https:///tenant.auth0.test/oauth/token\u0000'
].map(url => [JSON.stringify(url), member('token_endpoint', url)])))

scenario('DISC-24 the configuration is fetched from its well-known path and used', async (t, world) => {
  world.idp.metadata.authorization_endpoint = 'https://tenant.auth0.test/other/authorize'
  world.idp.metadata.token_endpoint = 'https://tenant.auth0.test/other/token'
  world.idp.metadata.jwks_uri = 'https://tenant.auth0.test/other/keys'
  t.ok((await world.start(world.browser())).startsWith('https://tenant.auth0.test/other/authorize?'))
  await succeeds(t, world)
  t.equal(world.idp.last('discovery').url.href, 'https://tenant.auth0.test/.well-known/openid-configuration')
  t.equal(world.idp.last('token').url.href, 'https://tenant.auth0.test/other/token')
  t.equal(world.idp.last('jwks').url.href, 'https://tenant.auth0.test/other/keys')
})

/** A login whose JWKS is replaced is refused; the JWKS cache is cold, so the defect is seen. */
function keySets (name: string, failure: Failure | Failure[],
  variants: Record<string,
    { jwks: AnswerDefect, idToken?: NonNullable<Parameters<typeof failsClosed>[2]['idToken']> }>): void {
  t.test(name, async t => {
    for (const [at, [variant, { jwks, idToken }]] of Object.entries(variants).entries()) {
      const expected = Array.isArray(failure) ? failure[at] as Failure : failure
      await inWorld(t, {}, async world => {
        await failsClosed(t, world, { answers: { jwks }, ...(idToken ? { idToken } : {}) }, expected, {
          variant,
          control: false
        })
        world.advance(3600)
        await succeeds(t, world)
      })
    }
  })
}

const own = () => rsaKey('key-1').jwk
const jwksWith = (...keys: unknown[]): AnswerDefect => () => json({ keys })

keySets('JWKS-01 no keys', badToken, { empty: { jwks: jwksWith() } })

keySets('JWKS-01 no key set', unreadable, {
  'no member': { jwks: () => json({}) },
  'keys is an object': { jwks: () => json({ keys: { 0: own() } }) },
  'keys is a string': { jwks: () => json({ keys: 'x' }) },
  HTML: { jwks: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }) },
  500: { jwks: () => ({ status: 500, headers: {}, body: '' }) },
  'a redirect': { jwks: () => ({ status: 302, headers: { location: 'https://evil.test/jwks' }, body: '' }) }
})

const known = Buffer.from('known-secret-known-secret-known-secret')
keySets('JWKS-03 a symmetric key with a known secret', badToken, {
  'under the kid': {
    jwks: jwksWith({ kty: 'oct', k: known.toString('base64url'), kid: 'key-1', alg: 'HS256', use: 'sig' }),
    idToken: { header: h => ({ ...h, alg: 'HS256' }), key: createSecretKey(known) }
  },
  'beside the right key': {
    jwks: jwksWith(own(), { kty: 'oct', k: known.toString('base64url'), kid: 'oct-1' }),
    idToken: { header: h => ({ ...h, alg: 'HS256', kid: 'oct-1' }), key: createSecretKey(known) }
  },
  'an empty key': {
    jwks: jwksWith({ kty: 'oct', k: '', kid: 'key-1' }),
    idToken: { header: h => ({ ...h, alg: 'HS256' }), key: createSecretKey(Buffer.alloc(0)) }
  },
  'RS256 named': { jwks: jwksWith({ kty: 'oct', k: known.toString('base64url'), kid: 'key-1', alg: 'RS256' }) }
})

keySets('JWKS-04 the key is not for signatures', badToken, {
  'use enc': { jwks: () => json({ keys: [{ ...own(), use: 'enc' }] }) },
  'key_ops without verify': { jwks: () => json({ keys: [{ ...own(), use: undefined, key_ops: ['encrypt'] }] }) },
  'key_ops empty': { jwks: () => json({ keys: [{ ...own(), key_ops: [] }] }) },
  'key_ops a string': { jwks: () => json({ keys: [{ ...own(), key_ops: 'verify' }] }) }
})

keySets('JWKS-05 the key is for another algorithm', badToken, {
  RS512: { jwks: () => json({ keys: [{ ...own(), alg: 'RS512' }] }) },
  'RSA-OAEP': { jwks: () => json({ keys: [{ ...own(), alg: 'RSA-OAEP' }] }) },
  'a number': { jwks: () => json({ keys: [{ ...own(), alg: 256 }] }) }
})

scenario('JWKS-07 unknown and broken keys beside the right one', async (t, world) => {
  const jwks = jwksWith(
    null,
    7,
    'x',
    [],
    {},
    { kty: 'XYZ', kid: 'a' },
    { kty: 'RSA', kid: 'b', n: '!!', e: 'AQAB' },
    { kty: 'RSA', kid: 'c' },
    { kty: 'EC', crv: 'P-999', x: 'AA', y: 'AA', kid: 'd' },
    { kty: 'OKP', crv: 'X25519', x: 'AA', kid: 'e' },
    { kty: 'RSA', n: { toString: 1 }, e: [], kid: 'f' },
    { __proto__: null, kty: 'RSA', kid: ['g'] },
    own()
  )
  await succeeds(t, world, { answers: { jwks } })
  await failsClosed(t, world, { idToken: { key: rsaKey('key-2').privateKey } }, badToken)
})

const api: WorldOptions = {
  plugin: { api: { audience: 'https://api.test/' } },
  routes: (app, world) => {
    app.get('/api', { preHandler: app.auth0.requireToken() }, async () => {
      world.runs++
      return { ok: true }
    })
  }
}

scenario('JWKS-08 500 tokens with 500 unknown kids in 10 s', async (t, world) => {
  const good = world.idp.apiToken({ aud: 'https://api.test/', scope: 'read' })
  const ask = (token: string) =>
    world.app.inject({ url: '/api', headers: { authorization: `Bearer ${token}`, host: 'app.example.test' } })
  t.equal((await ask(good)).statusCode, 200, 'control')
  const before = world.idp.count('jwks')
  for (let i = 0; i < 500; i++) {
    world.advance(0.02)
    const response = await ask(world.idp.apiToken({ aud: 'https://api.test/' }, { kid: `unknown-${i}` }))
    if (response.statusCode !== 401) t.fail(`${response.statusCode}`)
  }
  t.ok(world.idp.count('jwks') - before <= 2, `${world.idp.count('jwks') - before} JWKS requests`)
  t.equal(world.runs, 1)
  t.equal((await ask(good)).statusCode, 200, 'good tokens go on working')
}, api)

scenario('JWKS-08 unknown kids all at once', async (t, world) => {
  const ask = (token: string) =>
    world.app.inject({ url: '/api', headers: { authorization: `Bearer ${token}`, host: 'app.example.test' } })
  const answers = await Promise.all(
    Array.from({ length: 200 },
      (_, i) => ask(world.idp.apiToken({ aud: 'https://api.test/' }, { kid: `unknown-${i}` })))
  )
  t.strictSame([...new Set(answers.map(response => response.statusCode))], [401])
  t.ok(world.idp.count('jwks') <= 2)
}, api)

scenario('JWKS-09 the key is rotated 1 s after a fetch', async (t, world) => {
  const ask = (token: string) =>
    world.app.inject({ url: '/api', headers: { authorization: `Bearer ${token}`, host: 'app.example.test' } })
  t.equal((await ask(world.idp.apiToken({ aud: 'https://api.test/' }))).statusCode, 200)
  world.advance(1)
  world.idp.keys = [rsaKey('key-2')]
  t.equal((await ask(world.idp.apiToken({ aud: 'https://api.test/' }))).statusCode, 200,
    'the first token with the new kid')
  t.equal(world.idp.count('jwks'), 2)
}, api)

scenario('JWKS-10 the JWKS cannot be fetched any more', async (t, world) => {
  await succeeds(t, world)
  const down: AnswerDefect = () => ({ status: 503, headers: {}, body: '' })
  await world.during({ answers: { jwks: down } }, async () => {
    world.advance(3600)
    await succeeds(t, world, { answers: { jwks: down } })
    await failsClosed(t, world, { answers: { jwks: down }, idToken: { key: rsaKey('key-2').privateKey } }, badToken, {
      control: false
    })
    world.advance(2 * 86_400)
    const response = await world.login(world.browser())
    t.equal(response.statusCode, 502, 'after the hard limit they are refused')
    t.strictSame(sessionCookiesSet(response), [])
  })
  world.advance(3600)
  await succeeds(t, world)
})

scenario('JWKS-13 the jwks_uri changes its path on every run', async (t, world) => {
  world.idp.metadata.jwks_uri = `https://tenant.auth0.test/${Math.random().toString(36).slice(2)}/jwks`
  await succeeds(t, world)
  t.equal(world.idp.last('jwks').url.href, world.idp.metadata.jwks_uri)
})
