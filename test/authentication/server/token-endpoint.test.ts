import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import { createAssertionSigner } from '../../../lib/tokens/assertion.js'
import * as grants from '../../../lib/authentication/api/grants.js'
import { requestToken } from '../../../lib/authentication/api/grants.js'
import type { Answer, Reply } from '../../fixtures/scripted-tenant.js'
import { domain, failure, issuer, metadata, Tenant } from '../tenant.js'

const token = 'POST /oauth/token'
const good = { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600 }

function tenantOf (...replies: (Answer | Reply)[]): Tenant {
  return new Tenant({ [token]: replies })
}

/** What the code grant makes of an answer. */
async function exchange (answer: Answer): Promise<unknown> {
  return grants.authorizationCodeGrant(tenantOf(answer).server(), {
    code: 'c0de-1234',
    redirectUri: 'https://app.test/cb',
    codeVerifier: 'ver1fier'
  })
}

t.test('each grant as it is documented', async t => {
  const credentials = { client_id: 'client-1', client_secret: 's3cret' }
  const exchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange'
  const urn = 'urn:ietf:params:oauth:token-type:'
  const cases: [string, (server: ReturnType<Tenant['server']>) => Promise<unknown>, Record<string, string>][] = [
    ['authorization code', s => grants.authorizationCodeGrant(s, { code: 'c', redirectUri: 'https://app.test/cb' }), {
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://app.test/cb'
    }],
    ['authorization code with PKCE',
      s => grants.authorizationCodeGrant(s, { code: 'c', redirectUri: 'https://app.test/cb', codeVerifier: 'v' }), {
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: 'https://app.test/cb',
        code_verifier: 'v'
      }],
    ['client credentials',
      s => grants.clientCredentialsGrant(s, { audience: 'https://api.test', organization: 'org_1', scope: 'a' }), {
        grant_type: 'client_credentials',
        audience: 'https://api.test',
        organization: 'org_1',
        scope: 'a'
      }],
    ['password', s => grants.passwordGrant(s, { username: 'u', password: 'p', scope: 'openid' }), {
      grant_type: 'password',
      username: 'u',
      password: 'p',
      scope: 'openid'
    }],
    ['password-realm', s => grants.passwordRealmGrant(s, { username: 'u', password: 'p', realm: 'db', audience: 'a' }),
      {
        grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
        username: 'u',
        password: 'p',
        realm: 'db',
        audience: 'a'
      }],
    ['refresh token', s => grants.refreshTokenGrant(s, { refreshToken: 'rt', audience: 'a', scope: 's' }), {
      grant_type: 'refresh_token',
      refresh_token: 'rt',
      audience: 'a',
      scope: 's'
    }],
    ['passwordless',
      s => grants.passwordlessOtpGrant(s, { username: 'a@b.test', otp: '123456', realm: 'email', scope: 'openid' }), {
        grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp',
        username: 'a@b.test',
        otp: '123456',
        realm: 'email',
        scope: 'openid'
      }],
    ['passwordless on a database', s => grants.passwordlessOtpGrant(s, { authSession: 'as', otp: '123456' }), {
      grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp',
      auth_session: 'as',
      otp: '123456'
    }],
    ['MFA with an app', s => grants.mfaOtpGrant(s, { mfaToken: 'm', otp: '1' }), {
      grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp',
      mfa_token: 'm',
      otp: '1'
    }],
    ['MFA out of band', s => grants.mfaOobGrant(s, { mfaToken: 'm', oobCode: 'o', bindingCode: 'b' }), {
      grant_type: 'http://auth0.com/oauth/grant-type/mfa-oob',
      mfa_token: 'm',
      oob_code: 'o',
      binding_code: 'b'
    }],
    ['MFA with a recovery code',
      s => grants.mfaRecoveryCodeGrant(s, { mfaToken: 'm', recoveryCode: 'r', audience: 'a', scope: 's' }), {
        grant_type: 'http://auth0.com/oauth/grant-type/mfa-recovery-code',
        mfa_token: 'm',
        recovery_code: 'r',
        audience: 'a',
        scope: 's'
      }],
    ['device code', s => grants.deviceCodeGrant(s, { deviceCode: 'd' }), {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'd'
    }],
    ['CIBA', s => grants.cibaGrant(s, { authReqId: 'q' }), {
      grant_type: 'urn:openid:params:grant-type:ciba',
      auth_req_id: 'q'
    }],
    ['token exchange', s =>
      grants.tokenExchangeGrant(s, {
        subjectToken: 'st',
        subjectTokenType: 'urn:acme:legacy',
        audience: 'a',
        scope: 's',
        organization: 'org_1',
        actorToken: 'at',
        actorTokenType: `${urn}id_token`,
        extra: { reason: 'x' }
      }), {
      grant_type: exchangeType,
      subject_token: 'st',
      subject_token_type: 'urn:acme:legacy',
      audience: 'a',
      scope: 's',
      organization: 'org_1',
      actor_token: 'at',
      actor_token_type: `${urn}id_token`,
      reason: 'x'
    }],
    ['on behalf of', s =>
      grants.tokenExchangeGrant(s, {
        subjectToken: 'st',
        subjectTokenType: `${urn}access_token`,
        requestedTokenType: `${urn}access_token`,
        audience: 'a'
      }), {
      grant_type: exchangeType,
      subject_token: 'st',
      subject_token_type: `${urn}access_token`,
      requested_token_type: `${urn}access_token`,
      audience: 'a'
    }],
    ['Token Vault by refresh token',
      s => grants.tokenForConnectionGrant(s, { connection: 'google-oauth2', refreshToken: 'rt', loginHint: '42' }), {
        grant_type: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
        subject_token: 'rt',
        subject_token_type: `${urn}refresh_token`,
        requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
        connection: 'google-oauth2',
        login_hint: '42'
      }],
    ['Token Vault by access token',
      s => grants.tokenForConnectionGrant(s, { connection: 'google-oauth2', accessToken: 'at', scope: 'x' }), {
        grant_type: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
        subject_token: 'at',
        subject_token_type: `${urn}access_token`,
        requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
        connection: 'google-oauth2',
        scope: 'x'
      }],
    ['JWT bearer', s => grants.jwtBearerGrant(s, { assertion: 'j', resource: 'r' }), {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'j',
      resource: 'r'
    }]
  ]
  for (const [name, call, expected] of cases) {
    const tenant = tenantOf({ json: good })
    t.strictSame(await call(tenant.server()), good, name)
    t.match(tenant.seen, [{
      method: 'POST',
      url: { href: `${issuer}oauth/token` },
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    }], name)
    t.strictSame(tenant.form, { ...expected, ...credentials }, name)
  }
})

t.test("a passkey's answer is sent as JSON, credentials inside", async t => {
  const tenant = tenantOf({ json: good })
  const authnResponse = { id: 'x', rawId: 'x', type: 'public-key', response: { clientDataJSON: 'e30' } }
  await grants.webauthnGrant(tenant.server({ clientSecretMethod: 'basic' }), {
    authSession: 'as',
    authnResponse,
    realm: 'db',
    organization: 'org_1',
    scope: 'openid'
  })
  t.match(tenant.seen[0]!.headers, { 'content-type': 'application/json' })
  t.notOk('authorization' in tenant.seen[0]!.headers)
  t.strictSame(tenant.json, {
    grant_type: 'urn:okta:params:oauth:grant-type:webauthn',
    auth_session: 'as',
    realm: 'db',
    organization: 'org_1',
    scope: 'openid',
    authn_response: authnResponse,
    client_id: 'client-1',
    client_secret: 's3cret'
  })
})

t.test('required parameters are checked before anything is sent', async t => {
  const tenant = tenantOf({ json: good })
  const server = tenant.server()
  const nothing = {} as never
  const cases: [(server: ReturnType<Tenant['server']>, params: never) => Promise<unknown>, object, string][] = [
    [grants.authorizationCodeGrant, {}, 'code'],
    [grants.clientCredentialsGrant, {}, 'audience'],
    [grants.passwordGrant, { username: 'u' }, 'password'],
    [grants.passwordRealmGrant, { username: 'u', password: 'p' }, 'realm'],
    [grants.refreshTokenGrant, { refreshToken: '' }, 'refreshToken'],
    [grants.passwordlessOtpGrant, { username: 'u', otp: '1' }, 'realm'],
    [grants.passwordlessOtpGrant, { authSession: 'a' }, 'otp'],
    [grants.mfaOtpGrant, { mfaToken: 'm' }, 'otp'],
    [grants.mfaOobGrant, { mfaToken: 'm' }, 'oobCode'],
    [grants.mfaRecoveryCodeGrant, { mfaToken: null }, 'mfaToken'],
    [grants.deviceCodeGrant, {}, 'deviceCode'],
    [grants.cibaGrant, {}, 'authReqId'],
    [grants.tokenExchangeGrant, { subjectToken: 's' }, 'subjectTokenType'],
    [grants.tokenForConnectionGrant, { refreshToken: 'r' }, 'connection'],
    [grants.tokenForConnectionGrant, { connection: 'c' }, 'refreshToken'],
    [grants.tokenForConnectionGrant, { connection: 'c', accessToken: '' }, 'accessToken'],
    [grants.jwtBearerGrant, {}, 'assertion'],
    [grants.webauthnGrant, { authSession: 'a' }, 'authnResponse']
  ]
  for (const [grant, params, argument] of cases) {
    t.match(await failure(grant(server, params as never)), {
      name: 'MissingRequiredArgumentError',
      code: 'missing_required_argument_error',
      argument
    }, argument)
  }
  t.match(await failure(grants.authorizationCodeGrant(server, undefined as never)), { argument: 'code' })
  t.match(await failure(grants.refreshTokenGrant(server, { refreshToken: 7 } as never)), {
    name: 'InvalidArgumentError',
    argument: 'refreshToken'
  })
  t.match(await failure(grants.passwordGrant(server, nothing)), { argument: 'username' })
  t.strictSame([tenant.seen.length, tenant.discoveries], [0, 0])
})

t.test('TE-01, TE-03, TE-04: what a token exchange refuses', async t => {
  const tenant = tenantOf({ json: { ...good, issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' } })
  const server = tenant.server()
  const base = { subjectToken: 's', subjectTokenType: 'urn:acme:legacy' }
  for (const subjectToken of ['Bearer abc', 'a b', ' a', 'a\n']) {
    t.match(await failure(grants.tokenExchangeGrant(server, { ...base, subjectToken })), {
      name: 'CustomTokenExchangeError',
      code: 'invalid_token_format',
      message: /"subjectToken"/
    })
  }
  t.match(await failure(grants.tokenExchangeGrant(server, { ...base, actorToken: 'a b', actorTokenType: 'x' })), {
    code: 'invalid_token_format',
    message: /"actorToken"/
  })
  t.match(await failure(grants.tokenExchangeGrant(server, { ...base, actorToken: 'a' })), {
    code: 'missing_actor_token_type'
  })
  t.match(await failure(grants.tokenExchangeGrant(server, { ...base, actorTokenType: 'a' })), {
    code: 'missing_actor_token'
  })
  for (
    const name of ['grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type',
      'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'audience',
      'aud', 'resource', 'resources', 'resource_indicator', 'scope', 'connection', 'login_hint', 'organization',
      'assertion']
  ) {
    t.match(await failure(grants.tokenExchangeGrant(server, { ...base, extra: { [name]: 'x' } })), {
      name: 'InvalidArgumentError',
      argument: 'extra',
      message: `"${name}" cannot be given`
    })
  }
  t.equal(tenant.seen.length, 0)
  t.match(
    await failure(
      grants.tokenExchangeGrant(server, {
        ...base,
        requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token'
      })
    ),
    { name: 'CustomTokenExchangeError', code: 'invalid_response' }
  )
  t.ok(
    await grants.tokenExchangeGrant(server, {
      ...base,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:id_token'
    })
  )
  const polluting = JSON.parse('{"__proto__":"x"}') as Record<string, string>
  await grants.tokenExchangeGrant(server, { ...base, extra: polluting })
  t.match(tenant.form, { subject_token: 's', client_id: 'client-1' })
})

t.test("headers: the end user's address and the caller's own", async t => {
  const tenant = tenantOf({ json: good })
  const server = tenant.server()
  await grants.passwordGrant(server, { username: 'u', password: 'p' }, {
    forwardedFor: '203.0.113.7',
    headers: { 'x-trace': '1' }
  })
  t.match(tenant.seen[0]!.headers, { 'auth0-forwarded-for': '203.0.113.7', 'x-trace': '1' })
  await grants.passwordGrant(server, { username: 'u', password: 'p' }, { forwardedFor: '2001:db8::1' })
  t.match(tenant.seen[1]!.headers, { 'auth0-forwarded-for': '2001:db8::1' })
  for (const forwardedFor of ['nowhere', '1.2.3.4\r\nx: y', '']) {
    t.match(await failure(grants.passwordGrant(server, { username: 'u', password: 'p' }, { forwardedFor })), {
      name: 'InvalidArgumentError',
      argument: 'forwardedFor'
    })
  }
  t.equal(tenant.seen.length, 2)
})

t.test('TOK-12: the token type in any letter case', async t => {
  for (const type of ['bearer', 'BEARER', 'bEaReR']) {
    t.match(await exchange({ json: { ...good, token_type: type } }), { token_type: 'Bearer' })
  }
})

t.test('TOK-09: an access token that is none', async t => {
  for (const accessToken of [undefined, null, 7, '', 'a b', 'a\r\nb', 'tök', ['a'], {}]) {
    const error = await failure(exchange({ json: { ...good, access_token: accessToken } }))
    t.match(error, { name: 'NetworkError', code: 'invalid_response', statusCode: 502, message: /"access_token"/ },
      inspect(accessToken))
  }
  for (const name of ['id_token', 'refresh_token', 'recovery_code', 'issued_token_type', 'scope']) {
    t.match(await failure(exchange({ json: { ...good, [name]: 7 } })), {
      code: 'invalid_response',
      message: new RegExp(`"${name}"`)
    })
  }
  t.match(await failure(exchange({ json: { ...good, refresh_token: 'a\r\nb' } })), { code: 'invalid_response' })
  t.strictSame(await exchange({ json: { ...good, refresh_token: null, scope: null } }), good, 'null is nothing')
})

t.test('TOK-10, TE-02: a token type that was not asked for', async t => {
  for (const type of [undefined, 'mac', 'N_A', 7, '', 'DPoP']) {
    t.match(await failure(exchange({ json: { ...good, token_type: type } })), {
      code: 'invalid_response',
      message: /"token_type"/
    }, String(type))
  }
})

t.test('a token type that was allowed comes back as it was named', async t => {
  const server = tenantOf({ json: { ...good, token_type: 'n_a' } }).server()
  t.match(await requestToken(server, { grant_type: 'x' }, { allowedTokenTypes: ['N_A'] }), { token_type: 'N_A' })
})

t.test('TOK-14, TOK-15: expires_in', async t => {
  t.strictSame(await exchange({ json: { access_token: 'a', token_type: 'Bearer' } }), {
    access_token: 'a',
    token_type: 'Bearer'
  })
  for (
    const [given, expected] of [['3600', 3600], [3600, 3600], [-1, 0], [0, 0], [1e300, 2_592_000], [3.5, 3], [
      '999999999',
      2_592_000
    ]]
  ) {
    t.match(await exchange({ json: { ...good, expires_in: given } }), { expires_in: expected }, String(given))
  }
  for (const given of ['soon', '-1', '3.5', '', {}, [], true]) {
    t.match(await failure(exchange({ json: { ...good, expires_in: given } })), {
      code: 'invalid_response',
      message: /"expires_in"/
    }, JSON.stringify(given))
  }
})

t.test('TOK-16: the scope is told as it came', async t => {
  t.match(await exchange({ json: { ...good, scope: 'openid wider' } }), { scope: 'openid wider' })
  t.match(await exchange({ json: { ...good, scope: '' } }), { scope: '' })
  t.match(await failure(exchange({ json: { ...good, scope: 'a\nb' } })), { code: 'invalid_response' })
})

t.test('TOK-18, TOK-19, TOK-20: what JSON is accepted', async t => {
  for (const body of ['[]', '{"access_token":', '{"access_token":"a","token_type":"Bearer","expires_in":NaN}']) {
    t.match(await failure(exchange({ body })), { code: 'invalid_response' }, body)
  }
  t.match(await exchange({ body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' }), {
    access_token: 'b'
  }, 'the last wins')
  for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON']) {
    t.ok(await exchange({ json: good, headers: { 'content-type': type } }), type)
  }
  for (const type of ['application/jwk+json', 'text/html', 'text/json']) {
    t.match(await failure(exchange({ json: good, headers: { 'content-type': type } })), { code: 'invalid_response' },
      type)
  }
})

t.test('TOK-22: 256 KiB are enough', async t => {
  t.match(await failure(exchange({ json: { ...good, filler: 'x'.repeat(256 * 1024) } })), {
    code: 'response_too_large'
  })
})

t.test('TOK-30, PR-07: authorization_details', async t => {
  const details = [{ type: 'payment', amount: { value: 7, list: [1, { a: 2 }] } }]
  t.match(await exchange({ json: { ...good, authorization_details: details } }), { authorization_details: details })
  for (const bad of ['[]', {}, [7], [{}], [{ type: 7 }], [{ type: 'x', text: 'x'.repeat(70_000) }]]) {
    t.match(await failure(exchange({ json: { ...good, authorization_details: bad } })), {
      code: 'invalid_response',
      message: /"authorization_details"/
    })
  }
  t.match(
    await failure(
      exchange({
        body: `{"access_token":"a","token_type":"Bearer","authorization_details":[{"type":"x","a":${'['.repeat(3000)}${
          ']'.repeat(3000)
        }}]}`
      })
    ),
    { code: 'invalid_response' }
  )
})

t.test('TOK-01, TOK-06, TOK-07: errors', async t => {
  for (const status of [500, 502, 504]) {
    const error = await failure(
      exchange({ status, body: '<h1>c0de-1234</h1>', headers: { 'content-type': 'text/html' } })
    )
    t.match(error, {
      name: 'ApiError',
      status,
      statusCode: 502,
      message: `The token endpoint was answered with HTTP ${status}.`
    })
    t.notMatch(inspect(error, { showHidden: true }), /<h1>/)
  }
  for (const headers of [{}, { 'www-authenticate': 'Basic realm="x"' }] as Record<string, string>[]) {
    t.match(
      await failure(
        exchange({ status: 401, json: { error: 'invalid_client', error_description: 'Unauthorized' }, headers })
      ),
      { name: 'ApiError', code: 'invalid_client', statusCode: 502 }
    )
  }
  const tenant = tenantOf({
    status: 429,
    json: { error: 'too_many_requests' },
    headers: { 'retry-after': '3', 'x-ratelimit-reset': '1800000003' }
  })
  t.match(await failure(grants.refreshTokenGrant(tenant.server(), { refreshToken: 'r' })), {
    name: 'RateLimitError',
    statusCode: 503,
    retryAfter: 3,
    resetAt: 1_800_000_003
  })
  t.equal(tenant.seen.length, 1, 'no retry')
  t.match(await failure(exchange({ status: 201, json: good })), { name: 'ApiError', status: 201 },
    '200 and nothing else')
})

t.test('TOK-21: a request whose answer got lost is not sent again', async t => {
  const tenant = tenantOf({ error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
  t.match(await failure(grants.authorizationCodeGrant(tenant.server(), { code: 'c' })), {
    name: 'NetworkError',
    code: 'network_error'
  })
  t.equal(tenant.seen.length, 1)
  const slow = tenantOf(() => new Promise(() => {}))
  t.match(await failure(grants.authorizationCodeGrant(slow.server(), { code: 'c' }, { timeout: 0.05 })), {
    name: 'TimeoutError',
    statusCode: 504
  })
  t.equal(slow.seen.length, 1)
  const controller = new AbortController()
  controller.abort()
  t.match(await failure(grants.authorizationCodeGrant(slow.server(), { code: 'c' }, { signal: controller.signal })), {
    code: 'aborted'
  })
})

t.test('no error repeats what was sent', async t => {
  const error = await failure(
    exchange({
      status: 403,
      json: { error: 'invalid_grant', error_description: 'Invalid code c0de-1234 for ver1fier of s3cret' }
    })
  )
  t.match(error, { code: 'invalid_grant', message: 'Invalid code [redacted] for [redacted] of [redacted]' })
  t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /c0de-1234|ver1fier|s3cret/)
})

t.test("an answer's members that are unknown are kept", async t => {
  t.match(
    await exchange({ json: { ...good, id_token: 'i', refresh_token: 'r', recovery_code: 'rc', custom: { a: 1 } } }),
    { id_token: 'i', refresh_token: 'r', recovery_code: 'rc', custom: { a: 1 } }
  )
})

function proofOf (tenant: Tenant,
  index: number): { header: Record<string, unknown>, payload: Record<string, unknown> } {
  const [header, payload] = tenant.seen[index]!.headers.dpop!.split('.').slice(0, 2).map(part =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  )
  return { header: header!, payload: payload! }
}

const bound = { ...good, token_type: 'DPoP' }

t.test('DPoP: a proof goes along; a bearer token in return is a downgrade (TOK-13)', async t => {
  const tenant = tenantOf({ json: bound })
  const server = tenant.server({ dpop: true })
  t.match(await grants.refreshTokenGrant(server, { refreshToken: 'r' }), { token_type: 'DPoP' })
  const { header, payload } = proofOf(tenant, 0)
  t.match(header, { typ: 'dpop+jwt', alg: 'ES256' })
  t.match(payload, { htm: 'POST', htu: `${issuer}oauth/token`, iat: tenant.now })
  t.notOk('nonce' in payload || 'ath' in payload)
  t.match(
    await failure(grants.refreshTokenGrant(tenantOf({ json: good }).server({ dpop: true }), { refreshToken: 'r' })),
    { code: 'invalid_response', message: /"token_type"/ }
  )
})

t.test('DPoP: a nonce is taken up once, with a fresh assertion, and remembered', async t => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const nonce: Answer = { status: 400, json: { error: 'use_dpop_nonce' }, headers: { 'dpop-nonce': 'n1' } }
  const tenant = tenantOf(nonce, { json: bound, headers: { 'dpop-nonce': 'n2' } }, { json: bound })
  const server = tenant.server({ dpop: true, assertionSigner: createAssertionSigner({ key: privateKey }) })
  await grants.authorizationCodeGrant(server, { code: 'c' })
  t.strictSame([0, 1].map(index => proofOf(tenant, index).payload.nonce), [undefined, 'n1'])
  const assertions = tenant.seen.map(({ body }) => new URLSearchParams(body).get('client_assertion'))
  t.not(assertions[0], assertions[1])
  await grants.refreshTokenGrant(server, { refreshToken: 'r' })
  t.equal(proofOf(tenant, 2).payload.nonce, 'n2')
})

t.test('DPoP: a server that is never content is not asked a third time', async t => {
  const tenant = tenantOf({ status: 400, json: { error: 'use_dpop_nonce' }, headers: { 'dpop-nonce': 'n' } })
  t.match(await failure(grants.refreshTokenGrant(tenant.server({ dpop: true }), { refreshToken: 'r' })), {
    code: 'use_dpop_nonce'
  })
  t.equal(tenant.seen.length, 2)
  const other = tenantOf({ status: 400, json: { error: 'invalid_grant' }, headers: { 'dpop-nonce': 'n' } })
  await failure(grants.refreshTokenGrant(other.server({ dpop: true }), { refreshToken: 'r' }))
  t.equal(other.seen.length, 1, 'another error is another error')
})

t.test('DPoP can be left out, and Token Vault always does', async t => {
  const tenant = tenantOf({ json: good })
  const server = tenant.server({ dpop: true })
  await requestToken(server, { grant_type: 'x' }, { dpop: false })
  await grants.tokenForConnectionGrant(server, { connection: 'c', refreshToken: 'r' })
  t.notOk(tenant.seen.some(({ headers }) => 'dpop' in headers))
})

t.test('DISC-23: with a certificate the alias is asked, and no secret sent', async t => {
  const tenant = tenantOf({ json: good })
  await grants.clientCredentialsGrant(tenant.server({ tls: true, clientSecret: undefined }), { audience: 'a' })
  t.equal(tenant.seen[0]!.url.href, metadata.mtls_endpoint_aliases.token_endpoint)
  t.equal(tenant.seen[0]!.url.host, `mtls.${domain}`)
  t.strictSame(tenant.form, { grant_type: 'client_credentials', audience: 'a', client_id: 'client-1' })
})

t.test('what the caller gives does not overrule the client', async t => {
  const tenant = tenantOf({ json: good })
  await requestToken(tenant.server(), { grant_type: 'x', client_id: 'evil', client_secret: 'evil', empty: undefined })
  t.strictSame(tenant.form, { grant_type: 'x', client_id: 'client-1', client_secret: 's3cret' })
})

t.test('a parameter that is a list is sent once for each value; both tokens of a connection are an error', async t => {
  const tenant = tenantOf({ json: good })
  const form = (): URLSearchParams => new URLSearchParams(tenant.seen.at(-1)!.body)
  const server = tenant.server()
  const subject = { subjectToken: 'foreign', subjectTokenType: 'urn:example:token' }
  await grants.tokenExchangeGrant(server, { ...subject, extra: { one: 'a', many: ['b', 'c'] } })
  t.strictSame(form().getAll('many'), ['b', 'c'])
  for (const extra of [{ many: Array<string>(21).fill('a') }, { many: 5 }, { many: [5] }] as never[]) {
    await t.rejects(grants.tokenExchangeGrant(server, { ...subject, extra }), { code: 'invalid_argument' })
  }
  const connection = { connection: 'google' }
  await t.rejects(
    grants.tokenForConnectionGrant(server, { ...connection, accessToken: 'a', refreshToken: 'r' } as never),
    { code: 'invalid_argument', argument: 'accessToken' }
  )
  await grants.tokenForConnectionGrant(server, { ...connection, accessToken: undefined, refreshToken: 'r' } as never)
  t.match(form().get('subject_token_type'), /refresh_token$/)
})
