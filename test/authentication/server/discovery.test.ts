import { createHash, generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { createAuthorizationServer, parseDomain } from '../../../lib/authentication/server/authorization-server.js'
import { authenticateClient } from '../../../lib/authentication/server/client-auth.js'
import { checkMetadata } from '../../../lib/authentication/server/discovery.js'
import { isLoopback, parseResolvedDomain } from '../../../lib/authentication/server/domain.js'
import { createHttp } from '../../../lib/http/send.js'
import { createAssertionSigner } from '../../../lib/tokens/assertion.js'
import { domain, failure, issuer, metadata, start, Tenant } from '../tenant.js'

t.test('a domain is a host or its URL', async t => {
  for (
    const [given, expected] of Object.entries({
      'acme.eu.auth0.com': issuer,
      'ACME.eu.Auth0.com': issuer,
      'https://acme.eu.auth0.com': issuer,
      'https://acme.eu.auth0.com/': issuer,
      'https://acme.eu.auth0.com:443': issuer,
      'login.acme.com:8443': 'https://login.acme.com:8443/',
      'localhost:3000': 'https://localhost:3000/',
      'http://localhost:3000': 'http://localhost:3000/',
      'http://tenant.localhost': 'http://tenant.localhost/',
      'http://127.0.0.1:3000/': 'http://127.0.0.1:3000/',
      'http://[::1]:3000': 'http://[::1]:3000/'
    })
  ) t.strictSame(parseDomain(given), { issuer: expected, domain: new URL(expected).host }, given)
})

t.test("DR-01, DR-02: anything else is refused by the option's name", async t => {
  for (
    const given of [
      '',
      ' ',
      'https://',
      'acme.eu.auth0.com/path',
      'https://acme.eu.auth0.com/?a',
      'a.test/@evil',
      'a.test#',
      'a.test?x',
      'user@a.test',
      'https://u:p@a.test',
      'a test',
      'a.test\n',
      'a..test',
      '.a.test',
      'a.test.',
      'ftp://a.test',
      'javascript:alert(1)',
      'bücher.example',
      'аcme.auth0.com',
      'a.test:0',
      'a.test:99999',
      'a'.repeat(300),
      'http://acme.eu.auth0.com',
      '169.254.169.254',
      '10.0.0.1',
      'https://[fe80::1]',
      '0x7f.1',
      '2130706433',
      'http://0x7f.1',
      'http://localhost.evil.test',
      undefined,
      null,
      7
    ]
  ) {
    t.throws(() => parseDomain(given as string, 'theDomain'), {
      code: 'configuration_error',
      option: 'theDomain',
      message: /"theDomain"/
    }, String(given))
  }
})

t.test('DISC-24: metadata is at the well-known path, and used', async t => {
  const tenant = new Tenant()
  const server = tenant.server()
  t.match(server, { domain, issuer, clientId: 'client-1', dpop: undefined, assertionSigner: undefined })
  t.equal(tenant.discoveries, 0, 'nothing is fetched before it is needed')
  t.strictSame(await server.metadata(), metadata)
  t.equal(await server.endpoint('userinfo_endpoint'), `${issuer}userinfo`)
  t.equal(await server.url('dbconnections/signup'), `${issuer}dbconnections/signup`)
  t.equal(tenant.discoveries, 1)
})

t.test('fresh metadata is at hand without waiting; then it is fetched again', async t => {
  const tenant = new Tenant()
  const server = tenant.server({ discoveryTtl: 100 })
  await server.metadata()
  t.strictSame(server.metadata(), metadata, 'no promise')
  tenant.now += 99
  t.strictSame(server.metadata(), metadata)
  tenant.now += 1
  t.ok(server.metadata() instanceof Promise)
  await server.metadata()
  t.equal(tenant.discoveries, 2)
})

t.test('DISC-17: 100 at once cause one request', async t => {
  const tenant = new Tenant()
  const server = tenant.server()
  await Promise.all(Array.from({ length: 100 }, async () => server.metadata()))
  t.equal(tenant.discoveries, 1)
})

t.test('DISC-18: old metadata serves while the tenant is down, up to a day', async t => {
  const tenant = new Tenant({
    'GET /.well-known/openid-configuration': [{ json: metadata }, { status: 404, json: {} }]
  })
  const server = tenant.server()
  await server.metadata()
  tenant.now += 3600
  t.strictSame(await server.metadata(), metadata)
  t.equal(tenant.discoveries, 2)
  tenant.now += 29
  await server.metadata()
  t.equal(tenant.discoveries, 2, 'it is left in peace for a while')
  tenant.now += 1
  await server.metadata()
  t.equal(tenant.discoveries, 3)
  tenant.now += 86_400
  t.match(await failure(Promise.resolve(server.metadata())), { code: 'not_found', statusCode: 502 })
})

t.test('a clock that is set back makes nothing fresh, and no failure last', async t => {
  const tenant = new Tenant()
  const server = tenant.server()
  await server.metadata()
  tenant.now -= 3600
  await server.metadata()
  t.equal(tenant.discoveries, 2)
  const down = new Tenant({
    'GET /.well-known/openid-configuration': [...Array(4).fill({ status: 404, json: {} }), { json: metadata }]
  })
  const other = down.server()
  for (let calls = 0; calls < 4; calls++) {
    down.now += calls
    await failure(Promise.resolve(other.metadata()))
  }
  t.equal(down.discoveries, 4)
  await failure(Promise.resolve(other.metadata()))
  down.now -= 3600
  t.strictSame(await other.metadata(), metadata)
})

t.test('DISC-04: an error is an error, retried once at once and again with the next call', async t => {
  for (const [status, tries] of [[404, 1], [500, 2], [503, 2], [302, 1]] as const) {
    const tenant = new Tenant({
      'GET /.well-known/openid-configuration': [
        ...Array(tries).fill({ status, json: {}, headers: { 'retry-after': '0' } }),
        { json: metadata }
      ]
    })
    const server = tenant.server()
    t.match(await failure(Promise.resolve(server.metadata())), { name: 'ApiError', status, statusCode: 502 },
      String(status))
    t.equal(tenant.discoveries, tries)
    t.strictSame(await server.metadata(), metadata, 'nothing was cached')
  }
  const gone = new Tenant({ 'GET /.well-known/openid-configuration': { status: 404, json: {} } })
  const server = gone.server()
  for (const [calls, seconds] of [[1, 0], [2, 0], [2, 0.9], [3, 0.1], [3, 1.9], [4, 0.1]] as const) {
    gone.now += seconds
    t.match(await failure(Promise.resolve(server.metadata())), { code: 'not_found' })
    t.equal(gone.discoveries, calls, 'a domain that is not there is asked ever less often')
  }
  for (let more = 3; more < 40; more++) {
    gone.now += 30
    await failure(Promise.resolve(server.metadata()))
  }
  t.equal(gone.discoveries, 41, 'and every half a minute at least')
  const back = new Tenant({
    'GET /.well-known/openid-configuration': [{ status: 404, json: {} }, { status: 404, json: {} }, { json: metadata },
      { status: 404, json: {} }]
  })
  const again = back.server()
  for (let i = 0; i < 2; i++) await failure(Promise.resolve(again.metadata()))
  back.now += 1
  t.strictSame(await again.metadata(), metadata)
  back.now += 86_401
  for (let i = 0; i < 2; i++) await failure(Promise.resolve(again.metadata()))
  t.equal(back.discoveries, 5, 'failures before an answer do not count any more')
  const limited = new Tenant({
    'GET /.well-known/openid-configuration': { status: 503, json: {}, headers: { 'retry-after': '120' } }
  })
  t.match(await failure(Promise.resolve(limited.server().metadata())), { code: 'service_unavailable' })
  t.equal(limited.discoveries, 1, 'the tenant asked for more patience than a login has')
})

function refuses (t: Test, changes: Record<string, unknown>, message: RegExp, base = issuer): void {
  t.throws(() => checkMetadata({ ...metadata, ...changes }, base), {
    code: 'invalid_metadata',
    statusCode: 502,
    message
  }, JSON.stringify(changes).slice(0, 80))
}

t.test('DISC-01, DISC-02: the issuer must be the one asked, to the letter', async t => {
  for (
    const other of ['https://evil.auth0.com/', 'https://acme.eu.auth0.com', 'https://ACME.eu.auth0.com/',
      'http://acme.eu.auth0.com/', undefined, [issuer], 7]
  ) {
    refuses(t, { issuer: other }, /the issuer must be "https:\/\/acme\.eu\.auth0\.com\/"/)
  }
  const tenant = new Tenant({
    'GET /.well-known/openid-configuration': [{ json: { ...metadata, issuer: 'https://evil.test/' } }, {
      json: metadata
    }]
  })
  const server = tenant.server()
  t.match(await failure(Promise.resolve(server.metadata())), { code: 'invalid_metadata' })
  t.strictSame(await server.metadata(), metadata, 'the bad document was not cached')
})

t.test('DISC-06: what is no JSON object is refused', async t => {
  for (const body of ['{"issuer":', '[]', '"x"', 'null', '']) {
    const tenant = new Tenant({ 'GET /.well-known/openid-configuration': { body } })
    t.match(await failure(Promise.resolve(tenant.server().metadata())), { code: 'invalid_response' }, body)
  }
  const html = new Tenant({
    'GET /.well-known/openid-configuration': { json: metadata, headers: { 'content-type': 'text/html' } }
  })
  t.match(await failure(Promise.resolve(html.server().metadata())), { code: 'invalid_response' })
  const bom = new Tenant({ 'GET /.well-known/openid-configuration': { body: `\ufeff${JSON.stringify(metadata)}` } })
  t.match(await bom.server().metadata(), { issuer })
})

t.test('DISC-09, DISC-22: an endpoint is a plain https URL', async t => {
  for (
    const bad of [
      'javascript:alert(1)',
      'data:text/html,x',
      '/authorize',
      'authorize',
      `${issuer}authorize#x`,
      `${issuer}authorize#`,
      `https://u:p@${domain}/authorize`,
      `https://u@${domain}/x`,
      `https://${domain}:99999/x`,
      'https://acme.eu.аuth0.com/x',
      'https://acme.eu.auth0.com\t/x',
      `https:\\\\${domain}\\x`,
      `https://evil.test\\@${domain}/`,
      `https:${domain}/x`,
      ` ${issuer}x`,
      `${issuer}x\n`,
      7,
      null,
      {},
      ''
    ]
  ) refuses(t, { authorization_endpoint: bad }, /"authorization_endpoint"/)
})

t.test("DISC-11: an endpoint is at the issuer's host, or below it", async t => {
  for (
    const name of ['jwks_uri', 'token_endpoint', 'userinfo_endpoint', 'end_session_endpoint', 'revocation_endpoint',
      'pushed_authorization_request_endpoint', 'backchannel_authentication_endpoint', 'device_authorization_endpoint',
      'registration_endpoint']
  ) {
    for (
      const host of ['169.254.169.254', '127.0.0.1', '[::1]', '10.0.0.1', 'metadata.google.internal', 'evil.test',
        `${domain}.evil.test`, `evil${domain}`, 'auth0.com', `${domain}:8443`, 'localhost']
    ) {
      refuses(t, { [name]: `https://${host}/x` }, new RegExp(`"${name}" is not at the issuer's host`))
    }
    refuses(t, { [name]: `http://${domain}/x` }, /not at the issuer/)
  }
  t.ok(checkMetadata({ ...metadata, token_endpoint: `https://edge.${domain}/oauth/token` }, issuer))
  refuses(t, { mtls_endpoint_aliases: { token_endpoint: 'https://evil.test/' } },
    /"mtls_endpoint_aliases.token_endpoint"/)
  refuses(t, { mtls_endpoint_aliases: 'x' }, /"mtls_endpoint_aliases" is not an object/)
})

t.test('a tenant on loopback may be on any port of it, and nowhere else', async t => {
  const base = 'http://localhost:3000/'
  const document = {
    issuer: base,
    authorization_endpoint: `${base}authorize`,
    token_endpoint: 'https://127.0.0.1:4000/token',
    jwks_uri: 'http://[::1]:3000/jwks'
  }
  t.ok(checkMetadata(document, base))
  t.throws(() => checkMetadata({ ...document, jwks_uri: 'http://10.0.0.1/jwks' }, base), { code: 'invalid_metadata' })
})

t.test('DISC-12: what is missing is named', async t => {
  for (const name of ['token_endpoint', 'jwks_uri', 'authorization_endpoint']) {
    refuses(t, { [name]: undefined }, new RegExp(`"${name}" is missing`))
  }
})

t.test('DISC-15: 256 KiB are enough', async t => {
  const tenant = new Tenant({
    'GET /.well-known/openid-configuration': { json: { ...metadata, filler: 'x'.repeat(256 * 1024) } }
  })
  t.match(await failure(Promise.resolve(tenant.server().metadata())), { code: 'response_too_large' })
})

t.test('DISC-20, DISC-21: unknown members are kept, __proto__ is not', async t => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x_${i}`, i]))
  const body = JSON.stringify({ ...metadata, ...many, constructor: { polluted: true } }).replace('{',
    '{"__proto__":{"polluted":true},')
  const document = await new Tenant({ 'GET /.well-known/openid-configuration': { body } }).server().metadata()
  t.equal(document.x_499, 499)
  t.notOk(document.polluted)
  t.equal(({} as Record<string, unknown>).polluted, undefined)
})

t.test('DISC-23: with a client certificate the aliases are used, and their host for all else', async t => {
  const server = new Tenant().server({ tls: true, clientSecret: undefined })
  t.equal(await server.endpoint('token_endpoint'), `https://mtls.${domain}/oauth/token`)
  t.equal(await server.endpoint('userinfo_endpoint'), `${issuer}userinfo`, 'without an alias')
  t.equal(await server.url('passwordless/start'), `https://mtls.${domain}/passwordless/start`)
  t.strictSame(await server.clientAuthentication(), { headers: {}, params: { client_id: 'client-1' } })
  const { mtls_endpoint_aliases: _, ...plain } = metadata
  const bare = new Tenant({ 'GET /.well-known/openid-configuration': { json: plain } }).server({ tls: true })
  t.equal(await bare.endpoint('token_endpoint'), `${issuer}oauth/token`)
})

t.test('PR-04: an endpoint the tenant does not have is named', async t => {
  const { pushed_authorization_request_endpoint: _, ...rest } = metadata
  const server = new Tenant({ 'GET /.well-known/openid-configuration': { json: rest } }).server()
  await t.rejects(async () => await server.endpoint('pushed_authorization_request_endpoint'), {
    code: 'configuration_error',
    option: 'pushed_authorization_request_endpoint',
    message: /acme\.eu\.auth0\.com/
  })
})

t.test("the signing keys come from the metadata's URL", async t => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const tenant = new Tenant({
    'GET /.well-known/jwks.json': {
      json: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }
    }
  })
  const key = await tenant.server().keys.get({ alg: 'RS256', kid: 'k1' })
  t.equal(key.asymmetricKeyType, 'rsa')
  t.equal(tenant.seen[0]!.url.href, metadata.jwks_uri)
})

t.test('DPoP: one key per client, made at first use or given', async t => {
  const server = new Tenant().server({ dpop: true })
  const key = await server.dpop
  t.equal(await server.dpop, key)
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = pair.publicKey.export({ format: 'jwk' })
  const given = await new Tenant().server({
    dpop: { key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
  }).dpop
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
  t.equal(await given!.thumbprint, createHash('sha256').update(canonical).digest('base64url'))
  t.equal(new Tenant().server({ dpop: false }).dpop, undefined)
})

t.test('client authentication', async t => {
  const client = { clientId: 'client-1', issuer, now: () => start }
  t.strictSame(await authenticateClient(client), { headers: {}, params: { client_id: 'client-1' } }, 'a public client')
  t.strictSame(await authenticateClient({ ...client, clientSecret: 's' }), {
    headers: {},
    params: { client_id: 'client-1', client_secret: 's' }
  })
  t.strictSame(await authenticateClient({ ...client, clientSecret: 's', clientSecretMethod: 'basic' }, 'body'), {
    headers: {},
    params: { client_id: 'client-1', client_secret: 's' }
  }, 'where JSON is read, the secret is in it')
})

t.test('TOK-24: client_secret_basic encodes reserved characters', async t => {
  const { headers, params } = await authenticateClient({
    clientId: 'a:b c',
    clientSecret: "s%+/=&:é !'()*~",
    clientSecretMethod: 'basic',
    issuer,
    now: () => start
  })
  t.strictSame(params, { client_id: 'a:b c' })
  const decoded = Buffer.from(headers.authorization!.replace('Basic ', ''), 'base64').toString()
  t.equal(decoded, 'a%3Ab+c:s%25%2B%2F%3D%26%3A%C3%A9+%21%27%28%29*%7E')
  const [id, secret] = decoded.split(':').map(part => new URLSearchParams(`x=${part}`).get('x'))
  t.strictSame([id, secret], ['a:b c', "s%+/=&:é !'()*~"])
})

t.test('private_key_jwt: a fresh assertion each time, and it wins over a secret', async t => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const assertionSigner = createAssertionSigner({ key: privateKey, keyId: 'key-1' })
  const server = new Tenant().server({ assertionSigner })
  const [one, two] = [await server.clientAuthentication(), await server.clientAuthentication('body')].map(
    ({ headers, params }) => {
      t.strictSame(headers, {})
      t.match(params, {
        client_id: 'client-1',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      })
      t.notOk('client_secret' in params)
      return params.client_assertion!.split('.').slice(0, 2).map(part =>
        JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
      )
    }
  )
  t.match(one![0], { alg: 'RS256', kid: 'key-1' })
  t.match(one![1], { iss: 'client-1', sub: 'client-1', aud: issuer, iat: start })
  t.not(one![1]!.jti, two![1]!.jti)
})

t.test("TOK-26: the assertion's audience is the issuer asked, never what a tenant claims", async t => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const assertionSigner = createAssertionSigner({ key: privateKey })
  const tenant = new Tenant({
    'GET /.well-known/openid-configuration': {
      json: { ...metadata, token_endpoint: 'https://victim.auth0.com/oauth/token' }
    }
  })
  const server = tenant.server({ assertionSigner })
  await t.rejects(async () => await server.endpoint('token_endpoint'), { code: 'invalid_metadata' })
  const { params } = await server.clientAuthentication()
  t.equal(
    (JSON.parse(Buffer.from(params.client_assertion!.split('.')[1]!, 'base64url').toString()) as { aud: string }).aud,
    issuer
  )
})

t.test('a bad domain fails at once', async t => {
  t.throws(() => createAuthorizationServer({ domain: 'a b', clientId: 'c', http: createHttp({}), now: () => 0 }), {
    code: 'configuration_error',
    option: 'domain'
  })
})

t.test('what only begins or ends like loopback is not loopback', async t => {
  for (
    const host of ['127.evil.test', '127.0.0.1.evil.test', 'localhost.evil.test', 'evil-localhost', '1127.0.0.1',
      '[::1:1]', '0.0.0.0', '128.0.0.1']
  ) {
    t.equal(isLoopback(host), false, host)
    t.throws(() => parseDomain(`http://${host}`), { code: 'configuration_error' }, host)
    t.throws(() => parseResolvedDomain(`http://${host}:3001`), { code: 'invalid_argument' }, host)
  }
  for (const host of ['localhost', 'tenant.localhost', '127.0.0.1', '127.8.8.8', '[::1]']) {
    t.match(parseDomain(`http://${host}:3001`), { domain: `${host}:3001`, issuer: `http://${host}:3001/` })
    t.match(parseResolvedDomain(`http://${host}:3001`), { domain: `${host}:3001`, issuer: `http://${host}:3001/` })
    t.throws(() => parseResolvedDomain(host), { code: 'invalid_argument' }, 'a bare name may be a Host header')
  }
  for (const spelling of ['Acme.EU.auth0.com', 'https://acme.eu.auth0.com', 'HTTPS://acme.eu.auth0.com/']) {
    t.strictSame(parseResolvedDomain(spelling), {
      domain: 'acme.eu.auth0.com',
      issuer: 'https://acme.eu.auth0.com/'
    })
  }
  for (const other of ['https://acme.eu.auth0.com/path', 'https://acme.eu.auth0.com:8443', 'https://10.0.0.1',
    'https://a@acme.eu.auth0.com', 'https://localhost', 'https://https://acme.eu.auth0.com']) {
    t.throws(() => parseResolvedDomain(other), { code: 'invalid_argument', message: /DNS name/ }, other)
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
