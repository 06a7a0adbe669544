import { gzipSync } from 'node:zlib'
import { generateKeyPairSync } from 'node:crypto'
import { Agent } from 'undici'
import t, { type Test } from 'tap'
import {
  assertNoSession, failsClosed, inWorld, markOf, scenario, sessionCookiesSet, succeeds, World, type Failure,
  type WorldOptions
} from './app.js'
import { setCookies } from '../fixtures/visitor.js'
import { certificate } from './certificates.js'
import { changed, HostileIdp, json, type AnswerDefect } from './idp.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'
import { SocketServer } from './sockets.js'

const unreadable: Failure = { status: 502, code: 'invalid_response' }

/** Answers of the token endpoint that must all be refused. */
function refusesAnswers (name: string, failure: Failure, variants: Record<string, AnswerDefect>,
  options: WorldOptions = {}): void {
  scenario(name, async (t, world) => {
    await succeeds(t, world)
    for (const [variant, token] of Object.entries(variants)) {
      await failsClosed(t, world, { answers: { token } }, failure, { variant, tokenCalls: 1, control: false })
    }
    t.equal(world.idp.count('unknown'), 0, 'nothing else was asked')
    t.notMatch(world.logLines.join(''), /HTML-CANARY/, 'the page of a proxy is not logged')
    await succeeds(t, world)
  }, options)
}

const html = (status: number): AnswerDefect => () => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html>HTML-CANARY ${'x'.repeat(5000)}</html>`
})
const member = (name: string, value: unknown): AnswerDefect => correct => changed(correct, { [name]: value })
const literally = (name: string, text: string): AnswerDefect => correct => {
  const answer = changed(correct, { [name]: '@@' })
  return { ...answer, body: (answer.body as string).replace('"@@"', text) }
}

refusesAnswers('TOK-01 500 with HTML', { status: 502, code: 'internal_server_error' }, { 500: html(500) })
refusesAnswers('TOK-01 502 with HTML', { status: 502, code: 'bad_gateway' }, { 502: html(502) })
refusesAnswers('TOK-01 504 with HTML', { status: 502, code: 'gateway_timeout' }, { 504: html(504) })
refusesAnswers('TOK-01 200 with HTML', unreadable, { 200: html(200) })

refusesAnswers('TOK-01 a redirect is not followed', { status: 502, code: 'found' }, {
  302: () => ({ status: 302, headers: { location: 'https://evil.test/token' }, body: '' })
})
refusesAnswers('TOK-01 a 307 that would send the code on', { status: 502, code: 'temporary_redirect' }, {
  307: () => ({ status: 307, headers: { location: 'https://evil.test/token' }, body: '' })
})

t.test('TOK-06 invalid_client', async t => {
  for (
    const [variant, headers] of Object.entries({
      'without WWW-Authenticate': {},
      'with WWW-Authenticate': { 'www-authenticate': 'Basic realm="tenant"' }
    })
  ) {
    await t.test(variant, t =>
      inWorld(t, {}, async world => {
        const token: AnswerDefect = () =>
          json({ error: 'invalid_client', error_description: 'Client authentication failed' }, 401, headers)
        const before = world.logLines.length
        await failsClosed(t, world, { answers: { token } }, { status: 502, code: 'invalid_client' }, {
          tokenCalls: 1,
          after: response => t.equal(response.headers['www-authenticate'], undefined, 'the challenge stays inside')
        })
        const records = world.logs().slice(before).filter(record => JSON.stringify(record).includes('"invalid_client"'))
        t.ok(records.length > 0)
        for (const record of records) t.ok((record.level as number) >= 40, 'told to the operator')
      }))
  }
})

refusesAnswers("TOK-06 the tenant's error echoes what was sent", { status: 502, code: 'invalid_client' }, {
  echo: (_correct, request) =>
    json({
      error: 'invalid_client',
      error_description: `no: ${request.body} ${request.form.get('code')} ${request.form.get('client_secret')} ${
        request.form.get('code_verifier')
      }`,
      code_verifier: request.form.get('code_verifier')
    }, 401)
})

refusesAnswers("TOK-06 the tenant's error code is a text", { status: 502, code: 'unauthorized' }, {
  sentence: () => json({ error: '<script>alert(1)</script>', error_description: 'x' }, 401)
})

scenario('TOK-07 429 with Retry-After and rate-limit headers', async (t, world) => {
  const headers = {
    'retry-after': '17',
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(world.clock.now) + 17)
  }
  const token: AnswerDefect = () =>
    json({ error: 'too_many_requests', error_description: 'Global limit has been reached' }, 429, headers)
  await failsClosed(t, world, { answers: { token } }, { status: 503, code: 'too_many_requests' }, {
    tokenCalls: 1,
    after: response => t.equal(response.headers['retry-after'], '17')
  })
})

refusesAnswers('TOK-09 the access token', unreadable, {
  missing: member('access_token', undefined),
  number: member('access_token', 12345678901234567),
  empty: member('access_token', ''),
  'CR LF': member('access_token', 'abc\r\nSet-Cookie: x=y'),
  spaces: member('access_token', 'abc def'),
  NUL: member('access_token', 'abc\u0000'),
  'non-ASCII': member('access_token', 'abc\u00e4'),
  object: member('access_token', { token: 'x' }),
  null: member('access_token', null)
})

refusesAnswers('TOK-09 the refresh token', unreadable, {
  number: member('refresh_token', 1),
  'CR LF': member('refresh_token', 'a\r\nb'),
  object: member('refresh_token', {})
})

refusesAnswers('TOK-10 the token type', unreadable, {
  missing: member('token_type', undefined),
  mac: member('token_type', 'mac'),
  N_A: member('token_type', 'N_A'),
  number: member('token_type', 1),
  array: member('token_type', ['Bearer']),
  'DPoP unasked': member('token_type', 'DPoP'),
  padded: member('token_type', ' Bearer')
})

for (const type of ['bearer', 'BEARER', 'bEaReR']) {
  scenario(`TOK-12 token_type ${type}`, async (t, world) => {
    const { browser } = await succeeds(t, world, { answers: { token: member('token_type', type) } })
    t.equal((await browser.call('/token')).json().tokenType, 'Bearer')
  })
}

scenario('TOK-13 DPoP was asked, the answer is Bearer', async (t, world) => {
  const dpop: AnswerDefect = member('token_type', 'DPoP')
  await succeeds(t, world, { answers: { token: dpop } })
  t.ok(world.idp.last('token').headers.dpop, 'a proof was sent')
  await failsClosed(t, world, { answers: { token: member('token_type', 'Bearer') } }, unreadable, {
    control: false,
    tokenCalls: 1
  })
  await failsClosed(t, world, { answers: { token: member('token_type', 'bearer') } }, unreadable, {
    control: false,
    tokenCalls: 1
  })
}, { plugin: { dpop: true } })

scenario('TOK-14 expires_in is missing', async (t, world) => {
  const { browser } = await succeeds(t, world, { answers: { token: member('expires_in', undefined) } })
  const before = world.idp.count('token')
  const response = await browser.call('/token')
  t.equal(response.statusCode, 200, response.body)
  t.equal(world.idp.count('token'), before + 1, 'refreshed on use')
  t.equal(response.json().expiresAt, Math.floor(world.clock.now) + 86_400)
})

t.test('TOK-15 expires_in', async t => {
  const month = 30 * 86_400
  for (
    const [text, seconds] of Object.entries({
      '"3600"': 3600,
      '-1': 0,
      0: 0,
      '1e300': month,
      3.5: 3,
      9007199254740993: month
    })
  ) {
    await t.test(text, t =>
      inWorld(t, {}, async world => {
        const { browser } = await succeeds(t, world, { answers: { token: literally('expires_in', text) } })
        const before = world.idp.count('token')
        const response = await browser.call('/token')
        t.equal(response.statusCode, 200)
        const { expiresAt } = response.json()
        if (seconds > 30) t.equal(Math.floor(expiresAt), Math.floor(world.clock.now) + seconds)
        else t.equal(world.idp.count('token'), before + 1, 'refreshed on use')
      }))
  }
})

refusesAnswers('TOK-15 expires_in that is no number', unreadable, {
  NaN: literally('expires_in', 'NaN'),
  '"abc"': member('expires_in', 'abc'),
  '"1e3"': member('expires_in', '1e3'),
  object: member('expires_in', {}),
  array: member('expires_in', [3600]),
  true: member('expires_in', true)
})

scenario('TOK-16 the granted scope', async (t, world) => {
  const granted = async (scope: unknown) => {
    const { browser } = await succeeds(t, world, { answers: { token: member('scope', scope) } })
    return (await browser.call('/token')).json().scope as string
  }
  t.equal(await granted(undefined), 'openid profile email offline_access', 'missing: as asked')
  const before = world.idp.count('token')
  t.equal(await granted('openid'), 'openid', 'narrower: kept')
  t.equal(world.idp.count('token'), before + 1, 'and not refreshed on every call')
  const lines = world.logLines.length
  t.equal(await granted('openid profile email offline_access admin:everything'),
    'openid profile email offline_access admin:everything', 'wider: stored as told')
  t.ok(world.logLines.slice(lines).some(line => /scope/.test(line)), 'and logged')
})

refusesAnswers('TOK-16 a scope that is no text', unreadable, {
  number: member('scope', 1),
  array: member('scope', ['openid']),
  'line feed': member('scope', 'openid\nx')
})

refusesAnswers('TOK-18 a body that is no JSON object', unreadable, {
  array: correct => ({ ...correct, body: `[${correct.body}]` }),
  'cut JSON': correct => ({ ...correct, body: (correct.body as string).slice(0, -1) }),
  'NaN literal': correct => ({ ...correct, body: (correct.body as string).slice(0, -1) + ',"x":NaN}' }),
  empty: correct => ({ ...correct, body: '' }),
  null: correct => ({ ...correct, body: 'null' }),
  'form-encoded': () => ({
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'access_token=x&token_type=bearer'
  }),
  'two objects': correct => ({ ...correct, body: `${correct.body}${correct.body}` }),
  'not UTF-8': correct => ({
    ...correct,
    body: Buffer.concat([Buffer.from((correct.body as string).slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xff]),
      Buffer.from('"}')])
  })
})

scenario('TOK-18 a success with an error in it', async (t, world) => {
  await failsClosed(t, world, { answers: { token: () => json({ error: 'access_denied', error_description: 'no' }) } },
    unreadable, { tokenCalls: 1 })
})

scenario('TOK-19 access_token twice in the JSON', async (t, world) => {
  let last = ''
  const token: AnswerDefect = correct => {
    const body = correct.body as string
    last = (JSON.parse(body) as { access_token: string }).access_token
    return { ...correct, body: `{"access_token":"first-value-of-the-token",${body.slice(1)}` }
  }
  const browser = world.browser()
  const response = await world.during({ answers: { token } }, () => world.login(browser))
  if (sessionCookiesSet(response).length === 0) {
    t.equal(response.statusCode, 502)
  } else {
    t.equal((await browser.call('/token')).json().mark, markOf(last), 'the last one counts')
  }
})

for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset=UTF-8']) {
  scenario(`TOK-20 content-type ${type}`, async (t, world) => {
    await succeeds(t, world, { answers: { token: correct => ({ ...correct, headers: { 'content-type': type } }) } })
  })
}
refusesAnswers('TOK-20 another content-type', unreadable, {
  'application/jwk+json': correct => ({ ...correct, headers: { 'content-type': 'application/jwk+json' } }),
  'text/html': correct => ({ ...correct, headers: { 'content-type': 'text/html' } }),
  'text/plain': correct => ({ ...correct, headers: { 'content-type': 'text/plain' } }),
  none: correct => ({ ...correct, body: Buffer.from(correct.body as string), headers: {} })
})

function overSocket (server: SocketServer, plugin: NonNullable<WorldOptions['plugin']> = {}): WorldOptions {
  return { idp: { issuer: server.issuer }, plugin: { customFetch: undefined, ...plugin } }
}

/** A login whose code exchange meets a fault of the network. */
async function faultyExchange (t: Test, world: World, server: SocketServer, arm: () => void,
  failure: Failure): Promise<void> {
  server.idp = world.idp
  await succeeds(t, world)
  arm()
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  const started = Date.now()
  const response = await browser.navigate(path, { accept: 'application/json', 'sec-fetch-site': 'cross-site' })
  t.equal(response.statusCode, failure.status, response.body)
  t.equal(response.json().code, failure.code)
  t.ok(Date.now() - started < 15_000)
  t.strictSame(sessionCookiesSet(response), [])
  await assertNoSession(t, world, browser)
  server.faults.clear()
  const calls = world.idp.count('token')
  await browser.navigate(path, { accept: 'application/json' })
  t.equal(world.idp.count('token'), calls, 'the code is never sent twice')
  await succeeds(t, world)
}

t.test('TOK-21 the token endpoint does not answer', async t => {
  const server = await SocketServer.start(t)
  const timeout: Failure = { status: 504, code: 'timeout' }
  const broken: Failure = { status: 502, code: 'network_error' }
  const faults = {
    'never answers': [server.silence, timeout],
    'headers, then nothing': [server.headersOnly, timeout],
    'a byte at a time': [server.trickle, timeout],
    'a cut body': [server.cut, broken],
    'a reset': [server.reset, broken],
    'no HTTP': [server.garbage, broken]
  } as const
  for (const [variant, [fault, failure]] of Object.entries(faults)) {
    await t.test(variant, t =>
      inWorld(t, overSocket(server, failure === timeout ? { httpTimeout: 3 } : {}), world => {
        let sent = 0
        return faultyExchange(t, world, server, () =>
          server.faults.set('/oauth/token', (response, socket) => {
            sent++
            return fault(response, socket)
          }), failure).then(() => {
          t.equal(sent, 1, 'one request')
        })
      }))
  }
})

t.test('TOK-22 a huge answer', async t => {
  const server = await SocketServer.start(t)
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20))
  const faults = {
    '50 MB': () => server.huge(50),
    'a gzip bomb': () => server.compressed('gzip', bomb),
    '2 MB': () => server.huge(2)
  }
  for (const [variant, fault] of Object.entries(faults)) {
    await t.test(variant, t =>
      inWorld(t, overSocket(server), async world => {
        server.sent = 0
        await faultyExchange(t, world, server, () => server.faults.set('/oauth/token', fault()), {
          status: 502,
          code: 'response_too_large'
        })
        t.ok(server.sent < 8 * 1024 * 1024, `the tenant could send ${server.sent} bytes`)
      }))
  }
})

scenario('TOK-24 client_secret_basic with reserved characters', async (t, world) => {
  await succeeds(t, world)
  t.match(world.idp.last('token').headers.authorization, /^Basic /)
  t.equal(world.idp.last('token').form.get('client_secret'), null, 'not in the body as well')
}, {
  idp: { clientId: 'client:with %+&=/ä', clientSecret: 'secret:+%/= &?#"ü-canary-value' },
  plugin: { clientSecretMethod: 'basic' }
})

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyed: WorldOptions = {
  idp: { clientKey: pair.privateKey },
  plugin: {
    clientSecret: undefined,
    clientAssertionSigningKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  }
}

/** Payload of a JWT. */
function claimsOf (token: string | null): Record<string, unknown> {
  return JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

t.test('TOK-26 two tenants share one key pair', async t => {
  await inWorld(t, keyed, async world => {
    await succeeds(t, world)
    const assertion = claimsOf(world.idp.last('token').form.get('client_assertion'))
    t.equal(assertion.aud, 'https://tenant.auth0.test/', 'the audience is the issuer, one string')
  })
  const domains: Record<string, HostileIdp> = {}
  const options: WorldOptions = {
    ...keyed,
    plugin: {
      ...keyed.plugin,
      domain: request => (request.headers['x-tenant'] as string | undefined) ?? 'tenant.auth0.test',
      customFetch: (input, init) => {
        const host = new URL(input instanceof Request ? input.url : input).host
        const idp = domains[host]
        if (!idp) throw new TypeError(`no host ${host}`)
        return idp.fetch(input, init)
      }
    }
  }
  await inWorld(t, options, async world => {
    domains['tenant.auth0.test'] = world.idp
    const evil = domains['evil.auth0.test'] = new HostileIdp({
      now: () => world.clock.now,
      issuer: 'https://evil.auth0.test/',
      clientKey: pair.privateKey
    })
    await succeeds(t, world)
    evil.metadata.token_endpoint = 'https://tenant.auth0.test/oauth/token'
    const claimed = await world.browser().navigate('/auth/login', {
      'x-tenant': 'evil.auth0.test',
      accept: 'application/json'
    })
    t.equal(claimed.statusCode, 502)
    t.equal(claimed.json().code, 'invalid_metadata')
    world.advance(120)
    evil.metadata = metadataOf(evil.issuer)
    evil.metadata.issuer = 'https://tenant.auth0.test/'
    const impersonated = await world.browser().navigate('/auth/login', {
      'x-tenant': 'evil.auth0.test',
      accept: 'application/json'
    })
    t.equal(impersonated.statusCode, 502)
    world.advance(120)
    evil.metadata = metadataOf(evil.issuer)
    const browser = world.browser()
    const start = await browser.navigate('/auth/login', { 'x-tenant': 'evil.auth0.test' })
    const { params } = evil.authorize(String(start.headers.location))
    await browser.navigate(`/auth/callback?${params}`, { 'x-tenant': 'evil.auth0.test' })
    t.equal(claimsOf(evil.last('token').form.get('client_assertion')).aud, 'https://evil.auth0.test/',
      'to B goes only an assertion for B')
    for (const { form } of evil.requests) {
      if (form.has('client_assertion')) {
        t.equal(claimsOf(form.get('client_assertion')).aud, 'https://evil.auth0.test/')
      }
    }
  })
})

scenario('TOK-27 headers of the token endpoint do not reach the browser', async (t, world) => {
  const headers = {
    'set-cookie': 'evil=1; Path=/',
    location: 'https://evil.test/',
    refresh: '0; url=https://evil.test/',
    'content-security-policy': "default-src 'unsafe-inline'",
    'x-evil': 'header-canary',
    link: '<https://evil.test/>; rel=preload'
  }
  const isClean = (response: { headers: Record<string, unknown> }) => {
    t.equal(response.headers.refresh, undefined)
    t.equal(response.headers['x-evil'], undefined)
    t.equal(response.headers.link, undefined)
    t.notMatch(JSON.stringify(response.headers), /evil|unsafe-inline/)
  }
  const { response } = await succeeds(t, world, {
    answers: { token: correct => ({ ...correct, headers: { ...correct.headers, ...headers } }) }
  })
  isClean(response)
  t.strictSame(setCookies(response).filter(cookie => cookie.name === 'evil'), [])
  await failsClosed(t, world, { answers: { token: () => json({ error: 'invalid_client' }, 401, headers) } }, {
    status: 502,
    code: 'invalid_client'
  }, { after: isClean })
})

t.test('TOK-29 certificates', async t => {
  const authority = certificate({ name: 'Test authority', authority: true })
  const past = { notBefore: new Date(Date.now() - 2 * 86_400_000), notAfter: new Date(Date.now() - 86_400_000) }
  const cases = {
    expired: certificate({ name: 'localhost', issuer: authority, hosts: ['localhost'], ...past }),
    'self-signed': certificate({ name: 'localhost', hosts: ['localhost'] }),
    'wrong host': certificate({ name: 'other.test', issuer: authority, hosts: ['other.test'] })
  }
  const good = certificate({ name: 'localhost', issuer: authority, hosts: ['localhost'] })
  const trusting = () => new Agent({ connect: { ca: authority.cert } })
  for (const [variant, cert] of Object.entries(cases)) {
    await t.test(variant, async t => {
      const server = await SocketServer.start(t, cert)
      await inWorld(t, { idp: { issuer: server.issuer }, plugin: { customFetch: undefined, dispatcher: trusting() } },
        async world => {
          server.idp = world.idp
          const response = await world.browser().navigate('/auth/login', { accept: 'application/json' })
          t.equal(response.statusCode, 502, response.body)
          t.equal(response.json().code, 'network_error')
          t.strictSame(server.asked, [], 'not a byte of a request was sent')
        })
    })
  }
  await t.test('an authority nobody trusts', async t => {
    const server = await SocketServer.start(t, good)
    await inWorld(t, { idp: { issuer: server.issuer }, plugin: { customFetch: undefined } }, async world => {
      server.idp = world.idp
      const response = await world.browser().navigate('/auth/login', { accept: 'application/json' })
      t.equal(response.statusCode, 502)
      t.strictSame(server.asked, [])
    })
  })
  await t.test('control: a good certificate', async t => {
    const server = await SocketServer.start(t, good)
    await inWorld(t, { idp: { issuer: server.issuer }, plugin: { customFetch: undefined, dispatcher: trusting() } },
      async world => {
        server.idp = world.idp
        await succeeds(t, world)
      })
  })
})

t.test('DISC-23 with mutual TLS the aliases are used', async t => {
  const authority = certificate({ name: 'Test authority', authority: true })
  const server = await SocketServer.start(t, {
    ...certificate({ name: 'localhost', issuer: authority, hosts: ['localhost'] }),
    requestCert: true,
    rejectUnauthorized: false,
    ca: authority.cert
  })
  const client = certificate({ name: 'client-certificate', issuer: authority })
  const at = (path: string) => new URL(path, server.issuer).href
  await inWorld(t, {
    idp: {
      issuer: server.issuer,
      metadata: {
        mtls_endpoint_aliases: {
          token_endpoint: at('mtls/token'),
          pushed_authorization_request_endpoint: at('mtls/par'),
          revocation_endpoint: at('mtls/revoke'),
          backchannel_authentication_endpoint: at('mtls/bc')
        }
      }
    },
    plugin: {
      customFetch: undefined,
      clientSecret: undefined,
      tls: { cert: client.cert, key: client.key, ca: authority.cert },
      pushedAuthorizationRequests: true
    }
  }, async world => {
    server.idp = world.idp
    const asked: string[] = []
    const answer = world.idp.answer.bind(world.idp)
    world.idp.answer = async (method, url, headers, body) => {
      asked.push(url.pathname)
      const plain = new URL(
        url.href.replace('/mtls/token', '/oauth/token').replace('/mtls/par', '/oauth/par').replace('/mtls/revoke',
          '/oauth/revoke').replace('/mtls/bc', '/bc-authorize')
      )
      const form = new URLSearchParams(body)
      t.notOk(form.has('client_secret') || form.has('client_assertion'), 'the certificate is the authentication')
      if (form.has('client_id')) form.set('client_secret', world.idp.clientSecret)
      return await answer(method, plain, headers, form.toString())
    }
    const { browser } = await succeeds(t, world)
    await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    await world.app.auth0.initiateBackchannelAuthentication({ bindingMessage: 'hello', loginHint: { sub: 'auth0|x' } })
      .catch(() => {})
    t.ok(asked.includes('/mtls/par'))
    t.ok(asked.includes('/mtls/token'))
    t.ok(asked.includes('/mtls/revoke'))
    t.ok(asked.includes('/mtls/bc'))
    t.notOk(asked.some(path => ['/oauth/token', '/oauth/par', '/oauth/revoke', '/bc-authorize'].includes(path)),
      'and the plain ones are not')
    t.ok(server.asked.includes('/mtls/token client-certificate'), 'with the client certificate')
  })
})

const details = [{ type: 'payment', amount: { value: '10.00', currency: 'EUR' }, 'details-canary': true }]
scenario('TOK-30 authorization_details in the answer', async (t, world) => {
  for (const asked of ['yes', 'no']) {
    const browser = world.browser()
    const start = await browser.navigate(`/custom-login?asked=${asked}`)
    const { params } = world.idp.authorize(String(start.headers.location))
    const response = await world.during({ answers: { token: member('authorization_details', details) } }, () =>
      browser.navigate(`/custom-callback?${params}`))
    t.equal(response.statusCode, 200, response.body)
    t.strictSame(response.json().authorizationDetails, details, 'returned unchanged')
    const { session } = (await browser.call('/private')).json() as { session: { authorizationDetails?: unknown } }
    t.strictSame(session.authorizationDetails, asked === 'yes' ? details : undefined,
      'kept where the login asked for them')
  }
}, {
  // The route is the application's own, and so is its log line.
  fastify: { disableRequestLogging: true },
  routes: app => {
    app.get<{ Querystring: { asked: string } }>('/custom-login', async (request, reply) => {
      const url = await request.auth0.startInteractiveLogin({
        authorizationParams: {
          ...(request.query.asked === 'yes' && { authorization_details: details }),
          redirect_uri: 'https://app.example.test/custom-callback'
        }
      })
      return reply.redirect(url.href)
    })
    app.get('/custom-callback', async request => {
      const { authorizationDetails } = await request.auth0.completeInteractiveLogin()
      return { authorizationDetails }
    })
  }
})
