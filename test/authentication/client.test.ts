import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import {
  AuthenticationClient, MyAccountClient, TokenVerifier, type ApiError, type AuthenticationClientOptions
} from '../../lib/authentication/index.js'
import { buildAuthorizationUrl } from '../../lib/authentication/api/authorize.js'
import { logoutUrl } from '../../lib/authentication/api/logout.js'
import type { Script } from '../fixtures/scripted-tenant.js'
import { domain, failure, issuer, metadata, start, Tenant, type Unchecked } from './tenant.js'

function at (script: Record<string, Script> = {},
  options: Partial<AuthenticationClientOptions> = {}): { client: AuthenticationClient, tenant: Tenant } {
  const tenant = new Tenant(script)
  const client = new AuthenticationClient({
    domain,
    clientId: 'client-1',
    clientSecret: 's3cret',
    customFetch: tenant.fetch,
    now: () => tenant.now,
    ...options
  })
  return { client, tenant }
}

const credentials = { client_id: 'client-1', client_secret: 's3cret' }
const good = { access_token: 'at', token_type: 'Bearer' }

t.test('options are checked at construction', async t => {
  const make = (options: unknown) => () => new AuthenticationClient(options as AuthenticationClientOptions)
  t.throws(make(undefined), { code: 'configuration_error', option: 'domain' })
  t.throws(make({ domain }), { message: /./, option: 'clientId' })
  t.throws(make({ domain: 'a b', clientId: 'c' }), { message: /./, option: 'domain' })
  t.throws(make({ domain, clientId: 'c', clientSecret: '' }), { message: /./, option: 'clientSecret' })
  for (const timeout of [0, -1, Number.NaN, 4000, '5']) {
    t.throws(make({ domain, clientId: 'c', timeout }), { message: /./, option: 'timeout' }, String(timeout))
  }
  t.throws(make({ domain, clientId: 'c', tls: { cert: '', key: '' }, customFetch: fetch }), {
    message: /./,
    option: 'tls'
  })
  t.throws(make({ domain, clientId: 'c', idTokenSigningAlg: 'HS256' }), { message: /./, option: 'idTokenSigningAlg' })
  const client = new AuthenticationClient({ domain, clientId: 'c', timeout: 3 })
  t.match(client, { domain, clientId: 'c' })
  await client.close()
  t.ok(MyAccountClient)
})

t.test('authorize.url', async t => {
  const { client, tenant } = at()
  const query = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams)
  const plain = client.authorize.url({ redirectUri: 'https://app.test/cb' })
  t.equal(client.authorize.url({ redirectUri: 'https://app.test/cb', extra: { a: undefined } as never }), plain)
  t.ok(plain.startsWith(`${issuer}authorize?`))
  t.strictSame(query(plain), {
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: 'https://app.test/cb',
    client_id: 'client-1'
  })
  t.strictSame(query(client.authorize.url({
    redirectUri: 'https://app.test/cb',
    scope: 'openid',
    audience: 'a',
    state: 's',
    nonce: 'n',
    codeChallenge: 'cc',
    connection: 'c',
    connectionScope: 'cs',
    prompt: 'login',
    maxAge: 0,
    loginHint: 'l',
    acrValues: 'acr',
    uiLocales: 'de',
    screenHint: 'signup',
    organization: 'org_1',
    invitation: 'inv',
    resource: 'r',
    dpopJkt: 'j',
    responseMode: 'form_post',
    responseType: undefined,
    authorizationDetails: [{ type: 'payment' }],
    extra: { 'ext-theme': 'dark', someThing: 'x', client_id: 'evil' }
  })), {
    redirect_uri: 'https://app.test/cb',
    scope: 'openid',
    audience: 'a',
    state: 's',
    nonce: 'n',
    code_challenge: 'cc',
    code_challenge_method: 'S256',
    connection: 'c',
    connection_scope: 'cs',
    prompt: 'login',
    max_age: '0',
    login_hint: 'l',
    acr_values: 'acr',
    ui_locales: 'de',
    screen_hint: 'signup',
    organization: 'org_1',
    invitation: 'inv',
    resource: 'r',
    dpop_jkt: 'j',
    response_mode: 'form_post',
    response_type: 'code',
    authorization_details: '[{"type":"payment"}]',
    'ext-theme': 'dark',
    someThing: 'x',
    client_id: 'client-1'
  })
  t.strictSame(query(client.authorize.url({ requestUri: 'urn:x' })), { request_uri: 'urn:x', client_id: 'client-1' })
  t.strictSame(query(client.authorize.url({ request: 'jws' })), { request: 'jws', client_id: 'client-1' })
  t.notOk('redirect_uri' in query(client.authorize.url({ state: 's' })), 'Auth0 takes the only one of the application')
  t.throws(() => client.authorize.url({ redirectUri: '' }), {
    name: 'MissingRequiredArgumentError',
    argument: 'redirectUri'
  })
  t.throws(() => client.pushedAuthorization.push({}), { message: /redirectUri/, argument: 'redirectUri' })
  t.throws(() => client.authorize.url({ redirectUri: 'https://app.test/cb', invitation: 'i' }), {
    message: /./,
    argument: 'organization'
  })
  t.equal(tenant.discoveries, 0, 'no request is made')
})

t.test('an endpoint of the metadata is written as a URL parser writes it', async t => {
  for (const [endpoint, href] of [
    ['https://EXAMPLE.test:443/a"b', 'https://example.test/a%22b?'],
    ['https://example.test', 'https://example.test/?'],
    ['https://EXAMPLE.test/a?b=c', 'https://example.test/a?b=c&'],
    ['https://example.test/a', 'https://example.test/a?']
  ] as const) {
    t.equal(buildAuthorizationUrl({ clientId: 'c' }, { authorization_endpoint: endpoint }, { state: 'x y' }),
      `${href}state=x+y&client_id=c`)
  }
})

t.test('authorize.pkce', async t => {
  const { client } = at()
  const { codeVerifier, codeChallenge } = client.authorize.pkce()
  t.match(codeVerifier, /^[\w-]{43}$/)
  t.equal(codeChallenge, createHash('sha256').update(codeVerifier).digest('base64url'))
  t.not(client.authorize.pkce().codeVerifier, codeVerifier)
})

t.test('pushed authorization requests', async t => {
  const { client, tenant } = at({
    'POST /oauth/par': { status: 201, json: { request_uri: 'urn:ietf:params:oauth:request_uri:1', expires_in: 30 } }
  })
  const params = { redirectUri: 'https://app.test/cb', state: 's' }
  t.strictSame(await client.pushedAuthorization.push(params), {
    requestUri: 'urn:ietf:params:oauth:request_uri:1',
    expiresIn: 30
  })
  t.match(tenant.seen[0], {
    method: 'POST',
    url: { href: metadata.pushed_authorization_request_endpoint },
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  t.strictSame(tenant.form, {
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: 'https://app.test/cb',
    state: 's',
    ...credentials
  })
  t.equal(await client.authorize.pushedUrl(params),
    `${issuer}authorize?request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A1&client_id=client-1`)
})

t.test('PR-02, PR-03: what comes back from PAR must be a request URI, with 201', async t => {
  for (const requestUri of [undefined, 7, 'https://evil.test/', '', `urn:${'x'.repeat(10_000)}`, 'urn:a b']) {
    const { client } = at({ 'POST /oauth/par': { status: 201, json: { request_uri: requestUri, expires_in: 30 } } })
    t.match(await failure(client.pushedAuthorization.push({ redirectUri: 'https://app.test/cb' })), {
      code: 'invalid_response',
      message: /"request_uri"/
    })
  }
  for (
    const [status, name] of [[200, 'ApiError'], [400, 'ApiError'], [413, 'ApiError'], [429, 'RateLimitError']] as const
  ) {
    const { client } = at({ 'POST /oauth/par': { status, json: { request_uri: 'urn:x' } } })
    t.match(await failure(client.pushedAuthorization.push({ redirectUri: 'https://app.test/cb' })), { name, status })
  }
  const { client } = at({ 'POST /oauth/par': { status: 201, json: { request_uri: 'urn:x' } } })
  t.match(await client.pushedAuthorization.push({ redirectUri: 'https://app.test/cb' }), { expiresIn: 60 },
    'a lifetime that is missing')
})

t.test('every grant has its method', async t => {
  const { client, tenant } = at({ 'POST /oauth/token': { json: good } })
  await client.getToken.authorizationCode({ code: 'c', redirectUri: 'https://app.test/cb', codeVerifier: 'v' })
  await client.getToken.clientCredentials({ audience: 'a' })
  await client.getToken.password({ username: 'u', password: 'p' })
  await client.getToken.passwordRealm({ username: 'u', password: 'p', realm: 'r' }, { forwardedFor: '203.0.113.7' })
  t.equal(tenant.seen.at(-1)!.headers['auth0-forwarded-for'], '203.0.113.7')
  await client.getToken.refreshToken({ refreshToken: 'r' })
  await client.getToken.passwordlessOtp({ username: 'u', otp: '1', realm: 'sms' })
  await client.getToken.mfaOtp({ mfaToken: 'm', otp: '1' })
  await client.getToken.mfaOob({ mfaToken: 'm', oobCode: 'o' })
  await client.getToken.mfaRecoveryCode({ mfaToken: 'm', recoveryCode: 'r' })
  await client.getToken.deviceCode({ deviceCode: 'd' })
  await client.getToken.ciba({ authReqId: 'q' })
  await client.getToken.tokenExchange({ subjectToken: 's', subjectTokenType: 'urn:x' })
  await client.getToken.tokenForConnection({ connection: 'c', refreshToken: 'r' })
  await client.getToken.jwtBearer({ assertion: 'j' })
  await client.getToken.webauthn({ authSession: 'a', authnResponse: {} })
  t.equal(tenant.seen.length, 15)
})

t.test('database.signup', async t => {
  const { client, tenant } = at({
    'POST /dbconnections/signup': [{ json: { _id: '1', email: 'a@b.test' } }, { json: { id: '2' } }, {
      json: { user_id: '3' }
    }, { status: 400, json: { code: 'invalid_signup', description: 'Invalid sign up' } }]
  })
  const params = {
    connection: 'db',
    email: 'a@b.test',
    password: 'pa55word',
    givenName: 'A',
    userMetadata: { plan: 'x' }
  }
  t.strictSame(await client.database.signup(params), { id: '1', _id: '1', email: 'a@b.test' })
  t.match(tenant.seen[0], {
    method: 'POST',
    path: '/dbconnections/signup',
    headers: { 'content-type': 'application/json' }
  })
  t.strictSame(tenant.json, {
    connection: 'db',
    email: 'a@b.test',
    password: 'pa55word',
    given_name: 'A',
    user_metadata: { plan: 'x' },
    client_id: 'client-1'
  })
  t.match(await client.database.signup({ connection: 'db', username: 'u', password: 'p' }), { id: '2' })
  t.match(await client.database.signup({ connection: 'db', phoneNumber: '+491701234567', password: 'p' }), { id: '3' })
  t.match(await failure(client.database.signup(params)), {
    code: 'invalid_signup',
    message: 'Invalid sign up',
    statusCode: 400
  })
  t.match(await failure(client.database.signup({ connection: 'db', password: 'p' })), {
    message: /./,
    argument: 'email'
  })
  t.match(await failure(client.database.signup({ connection: 'db' } as never)), { message: /./, argument: 'password' })
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, 'v']))
  for (const userMetadata of [many, { ['k'.repeat(101)]: 'v' }, { k: 7 }, { k: 'v'.repeat(501) }]) {
    t.match(await failure(client.database.signup({ ...params, userMetadata: userMetadata as Record<string, string> })),
      { message: /./, argument: 'userMetadata' })
  }
})

t.test('database.changePassword answers with text; database.login is of old', async t => {
  const { client, tenant } = at({
    'POST /dbconnections/change_password': {
      body: "We've just sent you an email",
      headers: { 'content-type': 'text/html' }
    },
    'POST /oauth/ro': { json: good }
  })
  t.equal(await client.database.changePassword({ email: 'a@b.test', connection: 'db', organization: 'org_1' }),
    "We've just sent you an email")
  t.strictSame(tenant.json, { client_id: 'client-1', email: 'a@b.test', connection: 'db', organization: 'org_1' })
  await client.database.changePassword({ email: 'a@b.test', connection: 'db' }, {
    headers: { 'x-request-language': 'de' }
  })
  t.match(tenant.seen.at(-1)!.headers, { accept: /text\/html/, 'x-request-language': 'de' })
  t.match(await failure(client.database.changePassword({ email: 'a@b.test' } as never)), {
    message: /./,
    argument: 'connection'
  })
  t.match(await failure(client.database.changePassword({ connection: 'db' })), { message: /./, argument: 'email' })
  t.strictSame(await client.database.login({ username: 'u', password: 'p', connection: 'db' }), good)
  t.strictSame(tenant.json, {
    client_id: 'client-1',
    grant_type: 'password',
    username: 'u',
    password: 'p',
    connection: 'db',
    scope: 'openid'
  })
  t.strictSame(await client.database.login({ idToken: 'jwt', connection: 'db', device: 'phone' }), good)
  t.strictSame(tenant.json, {
    client_id: 'client-1',
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    connection: 'db',
    id_token: 'jwt',
    scope: 'openid',
    device: 'phone'
  })
  t.match(await failure(client.database.login({ connection: 'db' })), {
    name: 'MissingRequiredArgumentError',
    argument: 'username'
  })
  t.match(await failure(client.database.login({ idToken: 'jwt', username: 'u', connection: 'db' })), {
    argument: 'password'
  })
})

t.test('passwordless', async t => {
  const { client, tenant } = at({
    'POST /passwordless/start': [{ json: { _id: 'p1', email: 'a@b.test' } }, { json: {} }]
  })
  t.strictSame(await client.passwordless.email({ email: 'a@b.test', language: 'de' }, { forwardedFor: '203.0.113.7' }),
    { id: 'p1', _id: 'p1', email: 'a@b.test' })
  t.match(tenant.seen[0]!.headers, { 'x-request-language': 'de', 'auth0-forwarded-for': '203.0.113.7' })
  t.strictSame(tenant.json, { connection: 'email', email: 'a@b.test', send: 'code', ...credentials })
  await client.passwordless.email({ email: 'a@b.test', send: 'link', authParams: { scope: 'openid' }, captcha: 'x' })
  t.strictSame(tenant.json, {
    connection: 'email',
    email: 'a@b.test',
    send: 'link',
    authParams: { scope: 'openid' },
    captcha: 'x',
    ...credentials
  })
  t.match(await client.passwordless.sms({ phoneNumber: '+491701234567' }), { id: undefined })
  t.strictSame(tenant.json, { connection: 'sms', phone_number: '+491701234567', ...credentials })
  t.match(await failure(client.passwordless.email({} as never)), { message: /./, argument: 'email' })
  for (const phoneNumber of ['0170', '+0123', 'x', '+1234567890123456']) {
    t.match(await failure(client.passwordless.sms({ phoneNumber })), {
      name: 'InvalidArgumentError',
      argument: 'phoneNumber'
    })
  }
})

t.test('private_key_jwt goes into JSON bodies as well', async t => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (
    const options of [{ clientAssertionSigningKey: privateKey }, {
      clientAssertionSigningKey: privateKey,
      clientAssertionSigningAlg: 'PS256',
      clientAssertionSigningKeyId: 'k1'
    }] as const
  ) {
    const { client, tenant } = at({
      'POST /passwordless/start': { json: {} },
      'POST /mfa/challenge': { json: {} },
      'POST /passkey/challenge': { json: { auth_session: 'a', authn_params_public_key: {} } },
      'POST /passkey/register': { json: { auth_session: 'a', authn_params_public_key: {} } },
      'POST /otp/challenge': { json: { auth_session: 'a' } }
    }, options)
    await client.passwordless.email({ email: 'a@b.test' })
    await client.mfa.challenge({ mfaToken: 'm' })
    await client.passkeys.loginChallenge()
    await client.passkeys.signupChallenge({ userProfile: { email: 'a@b.test' } })
    await client.passwordless.otpChallenge({ connection: 'db', email: 'a@b.test' })
    t.equal(tenant.seen.length, 5)
    for (const { body } of tenant.seen) {
      t.match(JSON.parse(body), {
        client_id: 'client-1',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: /^eyJ/
      })
      t.notMatch(body, /client_secret/)
    }
  }
})

t.test('passwordless on a database connection', async t => {
  const { client, tenant } = at({
    'POST /otp/challenge': [{ json: { auth_session: 'as' } }, { json: { auth_session: 'as' } }, { json: {} }]
  })
  t.strictSame(await client.passwordless.otpChallenge({ connection: 'db', email: 'a@b.test', allowSignup: true }), {
    authSession: 'as'
  })
  t.strictSame(tenant.json, { connection: 'db', email: 'a@b.test', allow_signup: true, ...credentials })
  await client.passwordless.otpChallenge({ connection: 'db', phoneNumber: '+491701234567', deliveryMethod: 'voice' })
  t.strictSame(tenant.json, {
    connection: 'db',
    phone_number: '+491701234567',
    delivery_method: 'voice',
    ...credentials
  })
  t.match(await failure(client.passwordless.otpChallenge({ connection: 'db', email: 'a@b.test' })), {
    code: 'invalid_response'
  })
  t.match(await failure(client.passwordless.otpChallenge({ connection: 'db', email: '' })), {
    message: /./,
    argument: 'email'
  })
})

t.test('passwordless of old', async t => {
  const { client, tenant } = at({ 'POST /oauth/ro': { json: good }, 'POST /passwordless/verify': { body: 'OK' } })
  await client.passwordless.smsLogin({ phoneNumber: '+491701234567', code: '1' })
  t.match(tenant.json, { connection: 'sms', username: '+491701234567', password: '1' })
  await client.passwordless.verify({ connection: 'email', email: 'a@b.test', verificationCode: '1' })
  t.strictSame(tenant.json, { connection: 'email', email: 'a@b.test', verification_code: '1' })
  await client.passwordless.verify({ connection: 'sms', phoneNumber: '+491701234567', verificationCode: '1' })
  t.strictSame(tenant.json, { connection: 'sms', phone_number: '+491701234567', verification_code: '1' })
})

t.test('backchannel.start', async t => {
  const { client, tenant } = at({ 'POST /bc-authorize': { json: { auth_req_id: 'q', expires_in: 300, interval: 7 } } })
  const params = { bindingMessage: 'Code 42', loginHint: { sub: 'auth0|1' } }
  t.strictSame(await client.backchannel.start(params), { authReqId: 'q', expiresIn: 300, interval: 7 })
  t.strictSame(tenant.form, {
    scope: 'openid',
    binding_message: 'Code 42',
    login_hint: `{"format":"iss_sub","iss":"${issuer}","sub":"auth0|1"}`,
    ...credentials
  })
  await client.backchannel.start({
    ...params,
    scope: 'openid x',
    audience: 'a',
    organization: 'org_1',
    requestedExpiry: 60,
    authorizationDetails: [{ type: 'p' }]
  })
  t.match(tenant.form, {
    scope: 'openid x',
    audience: 'a',
    organization: 'org_1',
    requested_expiry: '60',
    authorization_details: '[{"type":"p"}]'
  })
})

t.test('CI-01, CI-04, CI-08, CI-11: what backchannel.start refuses', async t => {
  const params = { bindingMessage: 'x', loginHint: { sub: 'auth0|1' } }
  const { client, tenant } = at()
  for (const bindingMessage of ['<b>', 'a\nb', 'x'.repeat(1000), '🙂']) {
    t.match(await failure(client.backchannel.start({ ...params, bindingMessage })), {
      name: 'InvalidArgumentError',
      argument: 'bindingMessage'
    })
  }
  t.match(await failure(client.backchannel.start({ loginHint: { sub: 'x' } } as never)), {
    message: /./,
    argument: 'bindingMessage'
  })
  for (const loginHint of [undefined, {}, { sub: '' }]) {
    t.match(await failure(client.backchannel.start({ ...params, loginHint } as never)), {
      message: /./,
      argument: 'loginHint.sub'
    })
  }
  for (const requestedExpiry of [0, 1.5, 259_201]) {
    t.match(await failure(client.backchannel.start({ ...params, requestedExpiry })), {
      message: /./,
      argument: 'requestedExpiry'
    })
  }
  t.equal(tenant.seen.length, 0)
  for (
    const json of [{ expires_in: 5 }, { auth_req_id: '', expires_in: 5 }, { auth_req_id: 'a b', expires_in: 5 }, {
      auth_req_id: 'q'
    }, { auth_req_id: 'q', expires_in: -1 }]
  ) {
    t.match(await failure(at({ 'POST /bc-authorize': { json } }).client.backchannel.start(params)), {
      code: 'invalid_response'
    }, JSON.stringify(json))
  }
  t.match(
    await at({ 'POST /bc-authorize': { json: { auth_req_id: 'q', expires_in: 5 } } }).client.backchannel.start(params),
    { interval: 5 }
  )
  t.match(
    await failure(
      at({ 'POST /bc-authorize': { status: 400, json: { error: 'unknown_user_id' } } }).client.backchannel.start(params)
    ),
    { name: 'ApiError', code: 'unknown_user_id' }
  )
})

t.test('device.start', async t => {
  const answer = {
    device_code: 'd',
    user_code: 'ABCD',
    verification_uri: `${issuer}activate`,
    verification_uri_complete: `${issuer}activate?user_code=ABCD`,
    expires_in: 600,
    interval: 3
  }
  const { client, tenant } = at({ 'POST /oauth/device/code': { json: answer } })
  t.strictSame(await client.device.start({ scope: 'openid', audience: 'a' }), {
    deviceCode: 'd',
    userCode: 'ABCD',
    verificationUri: answer.verification_uri,
    verificationUriComplete: answer.verification_uri_complete,
    expiresIn: 600,
    interval: 3
  })
  t.strictSame(tenant.form, { scope: 'openid', audience: 'a', ...credentials })
  const bare = at({
    'POST /oauth/device/code': { json: { device_code: 'd', user_code: 'u', verification_uri: 'v', expires_in: 'x' } }
  })
  t.match(await bare.client.device.start({}), { verificationUriComplete: undefined, expiresIn: 900, interval: 5 })
  t.match(
    await failure(
      at({ 'POST /oauth/device/code': { json: { device_code: 'd', user_code: '' } } }).client.device.start({})
    ),
    { code: 'invalid_response' }
  )
  t.match(
    await failure(
      at({ 'POST /oauth/device/code': { status: 403, json: { error: 'unauthorized_client' } } }).client.device.start({})
    ),
    { code: 'unauthorized_client' }
  )
})

t.test('mfa', async t => {
  const authenticator = { id: 'totp|1', authenticator_type: 'otp', active: true }
  const { client, tenant } = at({
    'GET /mfa/authenticators': [{ json: [authenticator] }, { json: {} }],
    'POST /mfa/associate': {
      json: { authenticator_type: 'otp', secret: 'S', barcode_uri: 'otpauth://', recovery_codes: ['r'] }
    },
    'POST /mfa/challenge': { json: { challenge_type: 'oob', oob_code: 'o', binding_method: 'prompt' } },
    'DELETE /mfa/authenticators/sms%7C1': { status: 204 }
  })
  const [listed] = await client.mfa.listAuthenticators({ mfaToken: 'm' })
  t.strictSame(listed, { id: 'totp|1', authenticatorType: 'otp', active: true })
  t.equal(listed?.authenticator_type, 'otp', 'the name before 1.0 leads there, too')
  t.match(tenant.seen.at(-1), { path: '/mfa/authenticators', headers: { authorization: 'Bearer m' } })
  t.match(await failure(client.mfa.listAuthenticators({ mfaToken: 'm' })), { code: 'invalid_response' })
  t.strictSame(await client.mfa.enroll({ mfaToken: 'm', factor: 'otp' }), {
    authenticatorType: 'otp',
    secret: 'S',
    barcodeUri: 'otpauth://',
    recoveryCodes: ['r']
  })
  t.strictSame(tenant.json, { authenticator_types: ['otp'], client_id: 'client-1' })
  for (
    const [factor, channel] of [['sms', 'sms'], ['voice', 'voice'], ['push', 'auth0'], ['email', 'email']] as const
  ) {
    await client.mfa.enroll({ mfaToken: 'm', factor, phoneNumber: '+491701234567' })
    t.strictSame(tenant.json, {
      authenticator_types: ['oob'],
      oob_channels: [channel],
      phone_number: '+491701234567',
      client_id: 'client-1'
    })
  }
  t.match(await failure(client.mfa.enroll({ mfaToken: 'm', factor: 'sms' })), { message: /./, argument: 'phoneNumber' })
  t.match(await failure(client.mfa.enroll({ mfaToken: 'm', factor: 'toString' } as never)), {
    name: 'InvalidArgumentError',
    argument: 'factor'
  })
  t.strictSame(await client.mfa.challenge({ mfaToken: 'm' }), {
    challengeType: 'oob',
    oobCode: 'o',
    bindingMethod: 'prompt'
  })
  t.strictSame(tenant.json, { mfa_token: 'm', challenge_type: 'otp oob', ...credentials })
  await client.mfa.challenge({ mfaToken: 'm', challengeType: 'oob', authenticatorId: 'sms|1' })
  t.strictSame(tenant.json, { mfa_token: 'm', challenge_type: 'oob', authenticator_id: 'sms|1', ...credentials })
  await client.mfa.deleteAuthenticator({ mfaToken: 'm', authenticatorId: 'sms|1' })
  t.match(tenant.seen.at(-1), {
    method: 'DELETE',
    path: '/mfa/authenticators/sms%7C1',
    headers: { authorization: 'Bearer m' }
  })
  t.match(await failure(client.mfa.deleteAuthenticator({ mfaToken: 'm', authenticatorId: '..' })), {
    message: /./,
    argument: 'authenticatorId'
  })
})

t.test('passkeys', async t => {
  const answer = { json: { auth_session: 'as', authn_params_public_key: { challenge: 'c' } } }
  const { client, tenant } = at({
    'POST /passkey/register': answer,
    'POST /passkey/challenge': [answer, { json: { auth_session: 'as' } }]
  })
  t.strictSame(
    await client.passkeys.signupChallenge({
      userProfile: { email: 'a@b.test', givenName: 'A' },
      connection: 'db',
      organization: 'org_1',
      userMetadata: { a: 'b' }
    }),
    { authSession: 'as', authnParamsPublicKey: { challenge: 'c' } }
  )
  t.strictSame(tenant.json, {
    user_profile: { email: 'a@b.test', given_name: 'A' },
    realm: 'db',
    organization: 'org_1',
    user_metadata: { a: 'b' },
    ...credentials
  })
  await client.passkeys.loginChallenge({ connection: 'db', username: 'u' })
  t.strictSame(tenant.json, { realm: 'db', username: 'u', ...credentials })
  t.match(await failure(client.passkeys.loginChallenge()), { code: 'invalid_response' })
  t.match(await failure(client.passkeys.signupChallenge({} as never)), { message: /./, argument: 'userProfile' })
})

t.test('UI-05, UI-06: userinfo, with the token in the header', async t => {
  const { client, tenant } = at({ 'GET /userinfo': { json: { sub: 'auth0|1', email: 'a@b.test' } } })
  t.strictSame(await client.users.userInfo('at-1234', { expectedSub: 'auth0|1' }), {
    sub: 'auth0|1',
    email: 'a@b.test'
  })
  t.match(tenant.seen[0], {
    method: 'GET',
    url: { href: `${issuer}userinfo` },
    headers: { authorization: 'Bearer at-1234' },
    body: ''
  })
  t.match(await failure(client.users.userInfo('')), { message: /./, argument: 'accessToken' })
})

t.test('UI-01, UI-03: userinfo that cannot be used', async t => {
  const ask = (answer: Script): Promise<Error> =>
    failure(at({ 'GET /userinfo': answer }).client.users.userInfo('at-1234', { expectedSub: 'auth0|1' }))
  t.match(await ask({ json: { sub: 'auth0|2' } }), { name: 'TokenValidationError', claim: 'sub' })
  for (const json of [{}, { sub: '' }, { sub: 7 }, []]) t.match(await ask({ json }), { code: 'invalid_response' })
  t.match(await ask({ body: '<p>', headers: { 'content-type': 'text/html' } }), { code: 'invalid_response' })
  t.match(await ask({ body: 'eyJhbGciOiJub25lIn0.e30.', headers: { 'content-type': 'application/jwt' } }), {
    code: 'invalid_response'
  })
  t.match(await ask({ status: 204 }), { name: 'ApiError', status: 204 })
  for (const status of [401, 500]) {
    const error = await ask({ status, json: { error: 'invalid_token', error_description: 'at-1234 is bad' } })
    t.match(error, { name: 'ApiError', message: '[redacted] is bad' })
    t.notMatch(inspect(error, { showHidden: true }), /at-1234/)
  }
})

t.test('userinfo with DPoP', async t => {
  const { client, tenant } = at({ 'GET /userinfo': { json: { sub: 'auth0|1' } } }, { dpop: true })
  await client.users.userInfo('at-1234', { tokenType: 'DPoP' })
  t.match(tenant.seen[0]!.headers, { authorization: 'DPoP at-1234', dpop: /^eyJ/ })
})

t.test('users of old', async t => {
  const { client, tenant } = at({
    'POST /tokeninfo': { json: { sub: 'x' } },
    'POST /users/auth0%7C1/impersonate': { body: 'https://x' },
    'POST /login/unlink': { body: 'OK' }
  })
  t.strictSame(await client.users.tokenInfo({ idToken: 'i' }), { sub: 'x' })
  t.strictSame(tenant.json, { id_token: 'i' })
  t.equal(await client.users.impersonate({ userId: 'auth0|1', accessToken: 'at', impersonatorId: 'auth0|2' }),
    'https://x')
  t.strictSame(tenant.json, { protocol: 'oauth2', impersonator_id: 'auth0|2', client_id: 'client-1' })
  t.equal(tenant.seen.at(-1)!.headers.authorization, 'Bearer at')
  await client.users.unlink({ accessToken: 'at', userId: 'google|1' })
  t.strictSame(tenant.json, { access_token: 'at', user_id: 'google|1' })
})

t.test('logout URLs', async t => {
  const { client } = at()
  t.equal(client.logout.url(), `${issuer}v2/logout?client_id=client-1`)
  t.equal(client.logout.url({ returnTo: 'https://app.test/', federated: true }),
    `${issuer}v2/logout?client_id=client-1&returnTo=https%3A%2F%2Fapp.test%2F&federated`)
  t.equal(client.logout.oidcUrl(), `${issuer}oidc/logout?client_id=client-1`)
  t.equal(
    client.logout.oidcUrl({
      returnTo: 'https://app.test/',
      idTokenHint: 'i',
      logoutHint: 's',
      state: 'st',
      uiLocales: 'de'
    }),
    `${issuer}oidc/logout?id_token_hint=i&logout_hint=s&client_id=client-1` +
      '&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2F&state=st&ui_locales=de'
  )
  const server = new Tenant().server()
  t.equal(logoutUrl(server, metadata, {}), `${issuer}oidc/logout?client_id=client-1`,
    'by OpenID Connect where it is offered')
  t.equal(logoutUrl(server, undefined, {}), `${issuer}v2/logout?client_id=client-1`)
  const extra = { ui_locales: 'de', state: 'st', client_id: 'other' }
  t.equal(logoutUrl(server, metadata, { extra }), `${issuer}oidc/logout?ui_locales=de&state=st&client_id=client-1`)
  t.equal(logoutUrl(server, metadata, { extra, state: 'own', uiLocales: 'fr' }),
    `${issuer}oidc/logout?ui_locales=fr&state=own&client_id=client-1`)
})

t.test('a parameter of the tenant itself that has no value is not sent as a word', async t => {
  const { client, tenant } = at({
    'POST /oauth/par': { status: 201, json: { request_uri: 'urn:x', expires_in: 5 } },
    'POST /oauth/token': { json: { access_token: 'at', token_type: 'Bearer' } }
  })
  const sent = async (extra: never): Promise<URLSearchParams[]> => {
    const redirectUri = 'https://app.test/'
    await client.pushedAuthorization.push({ redirectUri, extra })
    return [client.authorize.url({ redirectUri, extra }), client.logout.oidcUrl({ extra }),
      client.logout.url({ extra } as object)].map(url => new URL(url).searchParams)
      .concat(new URLSearchParams(tenant.form as Record<string, string>))
  }
  for (const [value, text] of [[undefined, null], ['', ''], ['x', 'x'], [0, '0'], [false, 'false'],
    [{ b: [1] }, '{"b":[1]}']] as const) {
    const all = await sent({ a: value } as never)
    t.strictSame(all.map(params => params.get('a')), [text, text, text, text], String(value))
  }
  for (const none of [undefined, {}]) t.equal((await sent(none as never)).length, 4)
  for (const extra of ['abc', null, ['x'], 5, { a: null }, { a: Symbol('a') }, { a: NaN }, { a: () => 1 },
    { a: { b: 1n } }] as never[]) {
    for (const call of [async () => client.authorize.url({ extra }), async () => client.logout.oidcUrl({ extra }),
      async () => await client.pushedAuthorization.push({ redirectUri: 'https://app.test/', extra })]) {
      t.match(await failure(call()), { name: 'InvalidArgumentError', argument: /^extra/ })
    }
  }
  const given = { subjectToken: 's', subjectTokenType: 'urn:x' }
  await client.getToken.tokenExchange({ ...given, extra: { a: undefined } as never })
  t.notOk('a' in (tenant.form as object))
  for (const extra of ['abc', null, ['x'], 5, new URLSearchParams('a=b'), new Map([['a', 'b']])] as never[]) {
    t.match(await failure(client.getToken.tokenExchange({ ...given, extra })),
      { argument: 'extra', message: 'The argument "extra" must be an object.' })
  }
})

t.test('revokeToken', async t => {
  const { client, tenant } = at({
    'POST /oauth/revoke': [{ body: '' }, { body: '' }, {
      status: 400,
      json: { error: 'invalid_request', error_description: 'rt-1234' }
    }]
  })
  t.equal(await client.revokeToken({ token: 'rt-1234' }), undefined)
  t.strictSame(tenant.form, { token: 'rt-1234', token_type_hint: 'refresh_token', ...credentials })
  await client.revokeToken({ token: 'x', tokenTypeHint: 'access_token' })
  t.match(tenant.form, { token_type_hint: 'access_token' })
  t.match(await failure(client.revokeToken({ token: 'rt-1234' })), { code: 'invalid_request', message: '[redacted]' })
  t.match(await failure(client.revokeToken({} as never)), { message: /./, argument: 'token' })
})

t.test('social, delegated, enterprise, dynamicRegistration', async t => {
  const { client, tenant } = at({
    'POST /oauth/token': { json: good },
    'POST /oauth/access_token': { json: good },
    'POST /delegation': { json: { id_token: 'i' } },
    'GET /samlp/metadata/client-1': { body: '<saml/>', headers: { 'content-type': 'application/xml' } },
    'GET /samlp/metadata/other': { body: '<other/>' },
    'GET /wsfed/FederationMetadata/2007-06/FederationMetadata.xml': { body: '<wsfed/>' },
    'POST /oidc/register': { status: 201, json: { client_id: 'new' } }
  })
  await client.social.nativeLogin({
    subjectToken: 's',
    kind: 'apple-authz-code',
    userProfile: { name: 'A' },
    scope: 'openid'
  })
  t.match(tenant.form, {
    subject_token: 's',
    subject_token_type: 'http://auth0.com/oauth/token-type/apple-authz-code',
    user_profile: '{"name":"A"}',
    scope: 'openid'
  })
  await client.social.nativeLogin({ subjectToken: 's', kind: 'google-id-token' })
  t.match(await failure(client.social.nativeLogin({ subjectToken: 's', kind: 'x' } as never)), {
    message: /./,
    argument: 'kind'
  })
  t.strictSame(await client.social.login({ accessToken: 'a', connection: 'facebook' }), good)
  t.strictSame(tenant.json, { client_id: 'client-1', access_token: 'a', connection: 'facebook', scope: 'openid' })
  t.strictSame(await client.delegated.getToken({ idToken: 'i', target: 't', apiType: 'app' }), { id_token: 'i' })
  t.strictSame(tenant.json, {
    client_id: 'client-1',
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    id_token: 'i',
    target: 't',
    scope: 'openid',
    api_type: 'app'
  })
  await client.delegated.getToken({ refreshToken: 'r' })
  for (const params of [{}, { idToken: 'i', refreshToken: 'r' }]) {
    t.match(await failure(client.delegated.getToken(params)), { name: 'InvalidArgumentError', argument: 'idToken' })
  }
  t.equal(await client.enterprise.samlMetadata(), '<saml/>')
  t.equal(await client.enterprise.samlMetadata({ clientId: 'other' }), '<other/>')
  t.equal(await client.enterprise.wsfedMetadata(), '<wsfed/>')
  t.match(tenant.seen.at(-1)!.headers, { accept: 'application/xml, text/xml' })
  t.strictSame(
    await client.dynamicRegistration.register({
      redirectUris: ['https://app.test/cb'],
      clientName: 'New',
      tokenEndpointAuthMethod: 'none'
    }),
    { client_id: 'new' }
  )
  t.strictSame(tenant.json, {
    redirect_uris: ['https://app.test/cb'],
    client_name: 'New',
    token_endpoint_auth_method: 'none'
  })
  t.match(await failure(client.dynamicRegistration.register({} as never)), { message: /./, argument: 'redirectUris' })
  for (const json of [{}, { client_id: 7 }]) {
    t.match(await failure(at({ 'POST /oidc/register': { json } }).client.dynamicRegistration.register({
      redirectUris: ['https://app.test/cb']
    })), { code: 'invalid_response', message: 'The registration: "client_id" in the answer cannot be used.' })
  }
  for (const redirectUris of ['https://x', ['nowhere']]) {
    t.match(await failure(client.dynamicRegistration.register({ redirectUris } as never)), {
      name: 'InvalidArgumentError'
    })
  }
})

t.test('retry repeats what reads, and nothing else', async t => {
  const { client, tenant } = at({
    'GET /userinfo': [{ status: 503, json: {}, headers: { 'retry-after': '0' } }, { json: { sub: 'a' } }],
    'POST /oauth/token': { status: 429, json: {}, headers: { 'retry-after': '0' } }
  }, { retry: { retries: 2 } })
  t.match(await client.users.userInfo('at'), { sub: 'a' })
  t.equal(tenant.seen.length, 2)
  t.match(await failure(client.getToken.refreshToken({ refreshToken: 'r' })), { name: 'RateLimitError' })
  t.equal(tenant.seen.length, 3)
})

t.test('verifier: ID tokens of this client', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const script = {
    'GET /.well-known/jwks.json': { json: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] } }
  }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const content = `${encode({ alg: 'RS256', kid: 'k1' })}.${
    encode({ iss: issuer, sub: 'auth0|1', aud: 'client-1', iat: start, exp: start + 60 })
  }`
  const idToken = `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
  const { client, tenant } = at(script, { clockTolerance: 0 })
  t.ok(client.verifier instanceof TokenVerifier)
  t.equal(client.verifier, client.verifier)
  t.match(await client.verifier.verify(idToken), { sub: 'auth0|1' })
  tenant.now += 70
  t.match(await failure(client.verifier.verify(idToken)), { name: 'TokenValidationError', claim: 'exp' })
  const tolerant = at(script)
  tolerant.tenant.now += 70
  t.match(await tolerant.client.verifier.verify(idToken), { sub: 'auth0|1' }, '30 s are forgiven unless told otherwise')

  const symmetric = at(script, { idTokenSigningAlg: 'HS256' })
  const own = `${encode({ alg: 'HS256' })}.${content.split('.')[1]!}`
  t.match(
    await symmetric.client.verifier.verify(`${own}.${createHmac('sha256', 's3cret').update(own).digest('base64url')}`),
    { sub: 'auth0|1' }
  )
  t.match(await failure(symmetric.client.verifier.verify(idToken)), { name: 'TokenValidationError' },
    'one algorithm, not several')
})

t.test("the clock is the system's unless given", async t => {
  const { now: _, ...rest } = { now: 0, domain, clientId: 'client-1', clientSecret: 's3cret' }
  const tenant = new Tenant({ 'POST /oauth/token': { status: 400, json: { error: 'x' } } })
  t.match(
    await failure(
      new AuthenticationClient({ ...rest, customFetch: tenant.fetch }).getToken.refreshToken({ refreshToken: 'r' })
    ),
    { code: 'x' }
  )
})

t.test('whatever way the client authenticates, an answer that repeats its credentials tells nobody', async t => {
  const echo: Record<string, Script> = {
    'POST /oauth/revoke': ({ body, headers }) => ({
      status: 400,
      json: { error: 'invalid_request', error_description: `Sent: ${body} ${headers.authorization ?? ''}` }
    })
  }
  for (const method of ['post', 'basic'] as const) {
    const { client } = at(echo, { clientSecretMethod: method })
    const error = await client.revokeToken({ token: 'the-refresh-token' }).then(() => undefined, (thrown: unknown) =>
      thrown as ApiError)
    t.match(error, { code: 'invalid_request' })
    for (const secret of ['s3cret', 'the-refresh-token', Buffer.from('client-1:s3cret').toString('base64')]) {
      t.notMatch(`${error?.message} ${inspect(error?.body)}`, secret, method)
    }
  }
})

t.test('arguments that cannot be used are refused by their names, and nothing is sent', async t => {
  const { client, tenant } = at()
  type Call = (c: Unchecked<AuthenticationClient>) => unknown
  const circle: Record<string, unknown> = { type: 'x' }
  circle.circle = circle
  const calls: [argument: string, name: string, call: Call][] = [
    ...[undefined, null].flatMap((nothing): [string, string, Call][] => [
      ['audience', 'MissingRequired', c => c.getToken.clientCredentials(nothing)],
      ['username', 'MissingRequired', c => c.getToken.passwordlessOtp(nothing)],
      ['connection', 'MissingRequired', c => c.passwordless.otpChallenge(nothing)],
      ['connection', 'MissingRequired', c => c.database.login(nothing)],
      ['idToken', 'Invalid', c => c.delegated.getToken(nothing)],
      ['deviceCode', 'MissingRequired', c => c.device.poll(nothing)],
      ['authReqId', 'MissingRequired', c => c.backchannel.poll(nothing)],
      ['redirectUri', 'MissingRequired', c => c.pushedAuthorization.push(nothing)],
      ['accessToken', 'MissingRequired', c => c.users.userInfo(nothing)]
    ]),
    ['interval', 'Invalid', c => c.device.poll({ deviceCode: 'd', expiresIn: 5 })],
    ['expiresIn', 'Invalid', c => c.backchannel.poll({ authReqId: 'a', interval: 5, expiresIn: NaN })],
    ['scope', 'Invalid', c => c.getToken.clientCredentials({ audience: 'a', scope: ['a', 'b'] })],
    ['organization', 'Invalid', c => c.getToken.clientCredentials({ audience: 'a', organization: {} })],
    ['refreshToken', 'Invalid', c => c.getToken.tokenForConnection({ connection: 'c', refreshToken: 7 })],
    ['extra', 'Invalid', c => c.getToken.tokenExchange({ subjectToken: 's', subjectTokenType: 't', extra: 'abc' })],
    ['username', 'MissingRequired', c => c.getToken.passwordlessOtp(5)],
    ['authnResponse', 'Invalid', c => c.getToken.webauthn({ authSession: 's', authnResponse: 'x' })],
    ['authnResponse', 'Invalid', c => c.getToken.webauthn({ authSession: 's', authnResponse: circle })],
    ['authnResponse', 'Invalid', c => c.getToken.webauthn({ authSession: 's', authnResponse: { big: 1n } })],
    ['authnResponse', 'MissingRequired', c => c.getToken.webauthn({ authSession: 's', authnResponse: null })],
    ['userProfile', 'Invalid', c =>
      c.social.nativeLogin({ subjectToken: 's', kind: 'apple-id-token', userProfile: circle })],
    ['userProfile', 'Invalid', c => c.passkeys.signupChallenge({ userProfile: { name: circle } })],
    ['authorizationDetails', 'Invalid', c =>
      c.backchannel.start({ bindingMessage: 'b', loginHint: { sub: 's' }, authorizationDetails: [circle] })],
    ['userMetadata', 'Invalid', c =>
      c.database.signup({ connection: 'c', email: 'e', password: 'p', userMetadata: null })],
    ['accessToken', 'Invalid', c => c.users.userInfo('Bearer at')],
    ['accessToken', 'Invalid', c => c.users.userInfo('at\r\nx: y')],
    ['accessToken', 'Invalid', c => c.users.userInfo(7)],
    ['mfaToken', 'Invalid', c => c.mfa.listAuthenticators({ mfaToken: 'm t' })],
    ['mfaToken', 'Invalid', c => c.mfa.enroll({ mfaToken: 'm\n', factor: 'otp' })],
    ['mfaToken', 'Invalid', c => c.mfa.deleteAuthenticator({ mfaToken: '\u2603', authenticatorId: 'a' })],
    ['authenticatorId', 'Invalid', c => c.mfa.deleteAuthenticator({ mfaToken: 'm', authenticatorId: '\ud800' })],
    ['clientId', 'Invalid', c => c.enterprise.samlMetadata({ clientId: 7 })],
    ['scope', 'Invalid', c => c.authorize.url({ scope: ['a', 'b'] })],
    ['state', 'Invalid', c => c.authorize.url({ state: null })],
    ['maxAge', 'Invalid', c => c.authorize.url({ maxAge: NaN })],
    ['authorizationDetails', 'Invalid', c => c.authorize.url({ authorizationDetails: [circle] })],
    ['authorizationDetails', 'Invalid', c => c.authorize.url({ authorizationDetails: { type: 'x' } })],
    ['request', 'Invalid', c => c.authorize.url({ request: 7 })],
    ['requestUri', 'Invalid', c => c.authorize.url({ requestUri: ['urn:x'] })],
    ['extra', 'Invalid', c => c.authorize.url({ extra: 'ab' })],
    ['extra', 'Invalid', c => c.authorize.url({ extra: { a: null } })],
    ['extra', 'Invalid', c => c.logout.oidcUrl({ extra: new Map([['a', 'b']]) })],
    ['returnTo', 'Invalid', c => c.logout.url({ returnTo: null })],
    ['idTokenHint', 'Invalid', c => c.logout.oidcUrl({ idTokenHint: { token: 't' } })],
    ['scope', 'Invalid', c => c.device.start({ scope: ['a', 'b'] })],
    ['tokenTypeHint', 'Invalid', c => c.revokeToken({ token: 't', tokenTypeHint: 7 })],
    ['audience', 'Invalid', c => c.backchannel.start({ bindingMessage: 'b', loginHint: { sub: 's' }, audience: {} })],
    ['loginHint.sub', 'Invalid', c => c.backchannel.start({ bindingMessage: 'b', loginHint: { sub: { a: 1 } } })],
    ['language', 'Invalid', c => c.passwordless.email({ email: 'e', language: 'de\r\nx: y' })],
    ['language', 'Invalid', c => c.passwordless.sms({ phoneNumber: '+4917', language: '\u65e5' })]
  ]
  for (const [argument, name, call] of calls) {
    const message = new RegExp(`"${argument}"`)
    const error = await failure((async () => await call(client as never))())
    t.match(error, { name: `${name}ArgumentError`, argument, message }, `${argument}: ${String(call)}`)
  }
  t.strictSame(tenant.seen, [])
  for (const optional of [undefined, null] as unknown as undefined[]) {
    t.match(client.authorize.url(optional as never), /client_id=client-1/)
    t.match(client.logout.url(optional), /client_id=client-1/)
    t.match(client.logout.oidcUrl(optional), /client_id=client-1/)
    for (const call of [client.passkeys.loginChallenge, client.enterprise.samlMetadata, client.device.start] as const) {
      t.match(await failure(call(optional as never)), { name: 'ApiError', status: 404 }, 'it is sent')
    }
  }
})

t.test('options of a call are checked: each kind of call, and nothing is sent', async t => {
  const { client, tenant } = at({
    'GET /userinfo': { json: { sub: 's' } },
    'POST /oauth/token': { json: good },
    'POST /dbconnections/signup': { json: { _id: '1' } },
    'POST /oauth/revoke': { json: {} }
  })
  const calls: ((options: never) => Promise<unknown>)[] = [
    options => client.users.userInfo('at', options),
    options => client.getToken.clientCredentials({ audience: 'a' }, options),
    options => client.database.signup({ connection: 'c', email: 'e', password: 'p' }, options),
    options => client.revokeToken({ token: 't' }, options)
  ]
  const wrong: [options: unknown, argument: string, message: RegExp][] = [
    [null, 'options', /must be an object/],
    ['x', 'options', /must be an object/],
    [{ timeot: 5 }, 'options', /no "timeot"\. Did you mean "timeout"\?$/],
    [{ signal: 'x' }, 'signal', /must be an AbortSignal/],
    [{ signal: null }, 'signal', /must be an AbortSignal/],
    [{ timeout: NaN }, 'timeout', /seconds above 0/],
    [{ timeout: -1 }, 'timeout', /seconds above 0/],
    [{ timeout: '5' }, 'timeout', /seconds above 0/],
    [{ timeout: 1e9 }, 'timeout', /at most 86400/],
    [{ headers: 'x' }, 'headers', /object of strings/],
    [{ headers: { x: 7 } }, 'headers', /object of strings/],
    [{ forwardedFor: '192.0.2.1, 192.0.2.2' }, 'forwardedFor', /must be an IP address/]
  ]
  t.match(await failure(client.users.userInfo('at', { signal: 'x' as never })), { argument: 'signal' },
    'also while the metadata is fetched')
  await client.users.userInfo('at')
  const before = tenant.seen.length
  for (const call of calls) {
    for (const [options, argument, message] of wrong) {
      t.match(await failure(call(options as never)), { name: 'InvalidArgumentError', argument, message },
        `${argument}: ${String(call)}`)
    }
  }
  t.equal(tenant.seen.length, before)
  for (const call of calls) {
    await call({ headers: { 'X-One': '1', Authorization: 'other', y: undefined }, signal: undefined } as never)
    const { headers } = tenant.seen.at(-1)!
    t.equal(headers['x-one'], '1')
    t.strictSame(Object.keys(headers).filter(name => name !== name.toLowerCase() || name === 'y'), [], 'no name twice')
  }
})

t.test('an abort ends the wait for metadata that others wait for, too', async t => {
  const controller = new AbortController()
  let answer: (response: Response) => void = () => {}
  const first = new Promise<Response>(resolve => {
    answer = resolve
  })
  let asked = 0
  const { client } = at({}, {
    customFetch: async () => asked++ === 0 ? await first : Response.json({ sub: 's' })
  })
  const { signal } = controller
  const given = [
    client.users.userInfo('at', { signal }),
    client.getToken.refreshToken({ refreshToken: 'r' }, { signal }),
    client.revokeToken({ token: 't' }, { signal })
  ]
  const calls = given.map(async call => await failure(call))
  const other = client.users.userInfo('at')
  controller.abort(new Error('enough'))
  for (const error of await Promise.all(calls)) t.match(error, { name: 'NetworkError', code: 'aborted' })
  answer(Response.json(metadata))
  t.match(await other, { sub: 's' }, 'who has not given up gets it')
})
