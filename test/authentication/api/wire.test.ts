import { inspect } from 'node:util'
import t from 'tap'
import {
  ApiError, AuthenticationClient, MfaRequiredError, PollingApiError, RateLimitError
} from '../../../lib/authentication/index.js'
import { tokenExchangeGrant } from '../../../lib/authentication/api/exchange-grants.js'
import { sendJson, startServer, type Received } from '../../fixtures/loopback.js'
import { failure } from '../tenant.js'

const forwarded = { forwardedFor: '203.0.113.7' }
const forwardedHeader = { 'auth0-forwarded-for': '203.0.113.7' }
const secret = { client_id: 'client-1', client_secret: 's3cret' }
const grant = (name: string): string => name.includes(':') ? name : `http://auth0.com/oauth/grant-type/${name}`
const token = { access_token: 'at', token_type: 'Bearer' }
const grants = {
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  ciba: 'urn:openid:params:grant-type:ciba',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  vault: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
  bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  webauthn: 'urn:okta:params:oauth:grant-type:webauthn'
}
type Client = AuthenticationClient

type Call = (params?: unknown, options?: object) => unknown

/** The same method, called with the address of the user. */
function withAddress (call: Call, name?: string | symbol): Call {
  return (params, options) =>
    name === 'wsfedMetadata' ? call(forwarded) : call(params, { ...options, ...forwarded })
}

interface Row {
  call: (client: Client) => Promise<unknown>
  sends: string
  form?: Record<string, unknown>
  json?: Record<string, unknown>
  headers?: Record<string, string>
  answer?: unknown
  status?: number
}

/** A grant: a form to the token endpoint, with the client's credentials. */
const tokenRow = (call: Row['call'], form: Record<string, unknown>): Row => ({
  call,
  sends: 'POST /oauth/token',
  form: { ...form, ...secret },
  answer: token
})

const rows: Row[] = [
  tokenRow(c => c.getToken.authorizationCode({ code: 'c', redirectUri: 'https://app.test/cb', codeVerifier: 'v' }), {
    grant_type: 'authorization_code',
    code: 'c',
    redirect_uri: 'https://app.test/cb',
    code_verifier: 'v'
  }),
  tokenRow(c => c.getToken.clientCredentials({ audience: 'a', organization: 'org_1' }), {
    grant_type: 'client_credentials',
    audience: 'a',
    organization: 'org_1'
  }),
  tokenRow(c => c.getToken.password({ username: 'u', password: 'p', scope: 'openid', audience: 'a' }), {
    grant_type: 'password',
    username: 'u',
    password: 'p',
    scope: 'openid',
    audience: 'a'
  }),
  tokenRow(c => c.getToken.passwordRealm({ username: 'u', password: 'p', realm: 'db' }), {
    grant_type: grant('password-realm'),
    username: 'u',
    password: 'p',
    realm: 'db'
  }),
  tokenRow(c => c.getToken.refreshToken({ refreshToken: 'r', scope: 'openid' }), {
    grant_type: 'refresh_token',
    refresh_token: 'r',
    scope: 'openid'
  }),
  tokenRow(c => c.getToken.passwordlessOtp({ username: 'a@b.test', otp: '1', realm: 'email' }), {
    grant_type: grant('passwordless/otp'),
    username: 'a@b.test',
    otp: '1',
    realm: 'email'
  }),
  tokenRow(c => c.getToken.passwordlessOtp({ authSession: 's', otp: '1' }), {
    grant_type: grant('passwordless/otp'),
    auth_session: 's',
    otp: '1'
  }),
  tokenRow(c => c.getToken.mfaOtp({ mfaToken: 'm', otp: '1' }), {
    grant_type: grant('mfa-otp'),
    mfa_token: 'm',
    otp: '1'
  }),
  tokenRow(c => c.getToken.mfaOob({ mfaToken: 'm', oobCode: 'o', bindingCode: 'b' }), {
    grant_type: grant('mfa-oob'),
    mfa_token: 'm',
    oob_code: 'o',
    binding_code: 'b'
  }),
  tokenRow(c => c.getToken.mfaRecoveryCode({ mfaToken: 'm', recoveryCode: 'r' }), {
    grant_type: grant('mfa-recovery-code'),
    mfa_token: 'm',
    recovery_code: 'r'
  }),
  tokenRow(c => c.getToken.deviceCode({ deviceCode: 'd' }), { grant_type: grants.device, device_code: 'd' }),
  tokenRow(c => c.getToken.ciba({ authReqId: 'q' }), { grant_type: grants.ciba, auth_req_id: 'q' }),
  tokenRow(c => c.getToken.tokenExchange({ subjectToken: 's', subjectTokenType: 'urn:x', audience: 'a' }), {
    grant_type: grants.exchange,
    subject_token: 's',
    subject_token_type: 'urn:x',
    audience: 'a'
  }),
  tokenRow(c => c.getToken.tokenForConnection({ connection: 'github', refreshToken: 'r' }), {
    grant_type: grants.vault,
    connection: 'github',
    subject_token: 'r',
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token'
  }),
  tokenRow(c => c.getToken.jwtBearer({ assertion: 'j' }), { grant_type: grants.bearer, assertion: 'j' }),
  ...([
    'apple-authz-code', 'apple-id-token', 'facebook-info-session-access-token', 'google-id-token'
  ] as const).map(kind =>
    tokenRow(c => c.social.nativeLogin({ subjectToken: 's', kind }), {
      grant_type: grants.exchange,
      subject_token: 's',
      subject_token_type: `http://auth0.com/oauth/token-type/${kind}`
    })
  ),
  {
    call: c => c.getToken.webauthn({ authSession: 's', authnResponse: { id: 'k' } }),
    sends: 'POST /oauth/token',
    json: { grant_type: grants.webauthn, auth_session: 's', authn_response: { id: 'k' }, ...secret },
    answer: token
  },
  {
    call: c => c.revokeToken({ token: 'r' }, forwarded),
    sends: 'POST /oauth/revoke',
    headers: forwardedHeader,
    form: { token: 'r', token_type_hint: 'refresh_token', ...secret },
    answer: ''
  },
  {
    call: c => c.pushedAuthorization.push({ redirectUri: 'https://app.test/cb' }, forwarded),
    sends: 'POST /oauth/par',
    headers: forwardedHeader,
    form: { response_type: 'code', scope: 'openid profile email', redirect_uri: 'https://app.test/cb', ...secret },
    status: 201,
    answer: { request_uri: 'urn:x', expires_in: 30 }
  },
  {
    call: c => c.device.start({ scope: 'openid', audience: 'a' }, forwarded),
    sends: 'POST /oauth/device/code',
    headers: forwardedHeader,
    form: { scope: 'openid', audience: 'a', ...secret },
    answer: { device_code: 'd', user_code: 'u', verification_uri: 'https://x' }
  },
  {
    call: c => c.passwordless.email({ email: 'a@b.test', language: 'de' }),
    sends: 'POST /passwordless/start',
    json: { connection: 'email', email: 'a@b.test', send: 'code', ...secret },
    headers: { 'x-request-language': 'de' },
    answer: { _id: '1' }
  },
  {
    call: c => c.passwordless.sms({ phoneNumber: '+491701234567' }, forwarded),
    sends: 'POST /passwordless/start',
    json: { connection: 'sms', phone_number: '+491701234567', ...secret },
    headers: forwardedHeader,
    answer: {}
  },
  {
    call: c => c.passwordless.otpChallenge({ connection: 'db', email: 'a@b.test' }),
    sends: 'POST /otp/challenge',
    json: { connection: 'db', email: 'a@b.test', ...secret },
    answer: { auth_session: 's' }
  },
  {
    call: c => c.passwordless.verify({ connection: 'email', email: 'a@b.test', verificationCode: '1' }),
    sends: 'POST /passwordless/verify',
    json: { connection: 'email', email: 'a@b.test', verification_code: '1' },
    answer: 'OK'
  },
  {
    call: c => c.passwordless.smsLogin({ phoneNumber: '+491701234567', code: '1' }),
    sends: 'POST /oauth/ro',
    json: {
      client_id: 'client-1',
      connection: 'sms',
      username: '+491701234567',
      password: '1',
      grant_type: 'password',
      scope: 'openid'
    },
    answer: token
  },
  {
    call: c => c.database.signup({ connection: 'db', email: 'a@b.test', password: 'p', userMetadata: { a: 'b' } }),
    sends: 'POST /dbconnections/signup',
    json: { client_id: 'client-1', connection: 'db', email: 'a@b.test', password: 'p', user_metadata: { a: 'b' } },
    answer: { _id: '1' }
  },
  {
    call: c => c.database.changePassword({ connection: 'db', email: 'a@b.test' }),
    sends: 'POST /dbconnections/change_password',
    json: { client_id: 'client-1', connection: 'db', email: 'a@b.test' },
    answer: 'sent'
  },
  {
    call: c => c.database.changePassword({ connection: 'db', username: 'ada' }),
    sends: 'POST /dbconnections/change_password',
    json: { client_id: 'client-1', connection: 'db', username: 'ada' },
    answer: 'sent'
  },
  {
    call: c => c.database.login({ username: 'u', password: 'p', connection: 'db' }),
    sends: 'POST /oauth/ro',
    json: {
      client_id: 'client-1',
      username: 'u',
      password: 'p',
      connection: 'db',
      grant_type: 'password',
      scope: 'openid'
    },
    answer: token
  },
  {
    call: c => c.mfa.challenge({ mfaToken: 'm' }),
    sends: 'POST /mfa/challenge',
    json: { mfa_token: 'm', challenge_type: 'otp oob', ...secret },
    answer: {}
  },
  {
    call: c => c.mfa.listAuthenticators({ mfaToken: 'm' }),
    sends: 'GET /mfa/authenticators',
    headers: { authorization: 'Bearer m' },
    answer: []
  },
  {
    call: c => c.mfa.enroll({ mfaToken: 'm', factor: 'sms', phoneNumber: '+491701234567' }),
    sends: 'POST /mfa/associate',
    json: { client_id: 'client-1', authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+491701234567' },
    headers: { authorization: 'Bearer m' },
    answer: {}
  },
  {
    call: c => c.mfa.deleteAuthenticator({ mfaToken: 'm', authenticatorId: 'sms|dev_1' }),
    sends: 'DELETE /mfa/authenticators/sms%7Cdev_1',
    headers: { authorization: 'Bearer m' },
    status: 204,
    answer: ''
  },
  {
    call: c => c.passkeys.signupChallenge({ userProfile: { email: 'a@b.test' }, connection: 'db' }),
    sends: 'POST /passkey/register',
    json: { user_profile: { email: 'a@b.test' }, realm: 'db', ...secret },
    answer: { auth_session: 's', authn_params_public_key: {} }
  },
  {
    call: c => c.passkeys.loginChallenge(),
    sends: 'POST /passkey/challenge',
    json: { ...secret },
    answer: { auth_session: 's', authn_params_public_key: {} }
  },
  {
    call: c => c.users.userInfo('at', forwarded),
    sends: 'GET /userinfo',
    headers: { authorization: 'Bearer at', ...forwardedHeader },
    answer: { sub: 'auth0|1' }
  },
  { call: c => c.users.tokenInfo({ idToken: 'i' }), sends: 'POST /tokeninfo', json: { id_token: 'i' }, answer: {} },
  {
    call: c => c.users.impersonate({ userId: 'auth0|1', accessToken: 'at', impersonatorId: 'auth0|2' }),
    sends: 'POST /users/auth0%7C1/impersonate',
    json: { protocol: 'oauth2', impersonator_id: 'auth0|2', client_id: 'client-1' },
    headers: { authorization: 'Bearer at' },
    answer: 'https://x'
  },
  {
    call: c => c.users.unlink({ accessToken: 'at', userId: 'github|7' }),
    sends: 'POST /login/unlink',
    json: { access_token: 'at', user_id: 'github|7' },
    answer: {}
  },
  {
    call: c => c.social.login({ accessToken: 'x', connection: 'facebook' }),
    sends: 'POST /oauth/access_token',
    json: { client_id: 'client-1', access_token: 'x', connection: 'facebook', scope: 'openid' },
    answer: token
  },
  {
    call: c => c.delegated.getToken({ refreshToken: 'r' }),
    sends: 'POST /delegation',
    json: { client_id: 'client-1', grant_type: grants.bearer, refresh_token: 'r', scope: 'openid' },
    answer: {}
  },
  {
    call: c => c.enterprise.samlMetadata(),
    sends: 'GET /samlp/metadata/client-1',
    headers: { accept: 'application/xml, text/xml' },
    answer: '<saml/>'
  },
  {
    call: c => c.enterprise.wsfedMetadata(),
    sends: 'GET /wsfed/FederationMetadata/2007-06/FederationMetadata.xml',
    answer: '<wsfed/>'
  },
  {
    call: c => c.anonymous.createSession({ audience: 'a', scope: 's', metadata: { cart: '7' } }, forwarded),
    sends: 'POST /anonymous/token',
    json: { ...secret, audience: 'a', scope: 's', metadata: { cart: '7' } },
    headers: forwardedHeader,
    answer: { ...token, session_token: 'st' }
  },
  {
    call: c => c.anonymous.getAccessToken({ sessionToken: 'st', audience: 'a' }),
    sends: 'POST /anonymous/token',
    json: { ...secret, session_token: 'st', audience: 'a' },
    answer: token
  },
  {
    call: c => c.anonymous.mintTransferToken({ sessionToken: 'st' }),
    sends: 'POST /anonymous/token',
    json: { ...secret, session_token: 'st', audience: 'urn:auth0:anon_transfer' },
    answer: { anon_transfer_token: 'att' }
  },
  {
    call: c => c.dynamicRegistration.register({ redirectUris: ['https://app.test/cb'] }),
    sends: 'POST /oidc/register',
    json: { redirect_uris: ['https://app.test/cb'] },
    status: 201,
    answer: { client_id: 'new' }
  }
]

const paths = {
  token: 'oauth/token',
  userinfo: 'userinfo',
  revocation: 'oauth/revoke',
  pushed_authorization_request: 'oauth/par',
  backchannel_authentication: 'bc-authorize',
  device_authorization: 'oauth/device/code',
  registration: 'oidc/register',
  authorization: 'authorize'
}

t.test('over the wire', async t => {
  let next: Pick<Row, 'answer' | 'status'> & { type?: string, headers?: Record<string, string> } = {}
  const { origin, received } = await startServer(t, ({ path }, response) => {
    if (path === '/.well-known/openid-configuration') {
      const endpoints = Object.entries(paths).map(([name, at]) => [`${name}_endpoint`, `${origin}/${at}`])
      sendJson(response, {
        issuer: `${origin}/`,
        jwks_uri: `${origin}/.well-known/jwks.json`,
        ...Object.fromEntries(endpoints)
      })
      return
    }
    const { answer, status = 200, type = typeof answer === 'string' ? 'text/html' : 'application/json', headers = {} } =
      next
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  let now = 1_800_000_000
  const client = new AuthenticationClient({
    domain: origin,
    clientId: 'client-1',
    clientSecret: 's3cret',
    now: () => now
  })
  t.teardown(() => client.close())
  const sentBy = async (row: Pick<Row, 'call'>): Promise<Received> => {
    await row.call(client)
    return received.at(-1)!
  }

  t.test("each call takes the user's address, and tells it", async t => {
    const told = new Proxy(client, {
      get: (target, group) => {
        const made: unknown = Reflect.get(target, group, target)
        return typeof made === 'function'
          ? withAddress(made.bind(target))
          : new Proxy(made as object, {
            get: (methods, name) => withAddress(Reflect.get(methods, name) as Call, name)
          })
      }
    })
    for (const row of [...rows, backchannel(origin)]) {
      next = row
      const before = received.length
      await row.call(told)
      const sent = received.slice(before).filter(({ path }) => !path.startsWith('/.well-known/'))
      t.strictSame(sent.map(({ headers }) => headers['auth0-forwarded-for']), ['203.0.113.7'], String(row.call))
    }
  })

  t.test('each endpoint and each grant sends its method, path, headers and body', async t => {
    for (const row of [...rows, backchannel(origin)]) {
      next = row
      const { method, url, headers, body } = await sentBy(row)
      t.equal(`${method} ${url}`, row.sends)
      const type = row.form !== undefined
        ? 'application/x-www-form-urlencoded'
        : row.json !== undefined ? 'application/json' : undefined
      t.equal(headers['content-type'], type, `${row.sends}: type`)
      t.strictSame(
        row.form !== undefined
          ? Object.fromEntries(new URLSearchParams(body))
          : body === '' ? undefined : JSON.parse(body),
        row.form ?? row.json,
        `${row.sends}: body`
      )
      t.match(headers, { 'auth0-client': String, ...row.headers })
      t.equal(headers.authorization, row.headers?.authorization)
    }
    t.comment(`${rows.length + 1} endpoints and grants`)
  })

  t.test('seconds in answers are positive numbers, and no more than three days', async t => {
    const { call } = backchannel(origin)
    for (const expires of [undefined, null, '300', 0, -1, 259_200.5, Infinity]) {
      next = { answer: { auth_req_id: 'q', expires_in: expires } }
      t.match(await failure(call(client)), { code: 'invalid_response', message: /"expires_in"/ }, String(expires))
    }
    for (const [interval, wanted] of [[undefined, 5], [0, 5], ['7', 5], [259_201, 5], [0.5, 1], [7, 7]]) {
      next = { answer: { auth_req_id: 'q', expires_in: 259_200, interval } }
      t.match(await call(client), { authReqId: 'q', expiresIn: 259_200, interval: wanted }, String(interval))
    }
    for (const [expires, wanted] of [[undefined, 60], [0, 60], ['7', 60], [0.5, 0.5], [61, 61]]) {
      next = { answer: { request_uri: 'urn:x', expires_in: expires }, status: 201 }
      t.match(await client.pushedAuthorization.push({ redirectUri: 'https://app.test/cb' }), { expiresIn: wanted })
    }
  })

  t.test('each form an error can have', async t => {
    const strength = {
      name: 'PasswordStrengthError',
      code: 'invalid_password',
      message: 'Password is too weak',
      description: {
        rules: [{ message: 'At least %d characters', format: [8], code: 'lengthAtLeast', verified: false }],
        verified: false
      },
      policy: '* 8',
      statusCode: 400
    }
    const forms: [
      status: number,
      answer: unknown,
      expected: object,
      type?: string,
      headers?: Record<string, string>
    ][] = [
      [403, { error: 'access_denied', error_description: 'Unauthorized' }, {
        name: 'ApiError',
        code: 'access_denied',
        message: 'Unauthorized',
        statusCode: 403
      }],
      [403, {
        error: 'mfa_required',
        error_description: 'Multifactor authentication required',
        mfa_token: 'Fe26',
        mfa_requirements: { challenge: [{ type: 'otp' }] }
      }, {
        name: 'MfaRequiredError',
        code: 'mfa_required',
        mfaToken: 'Fe26',
        requirements: { challenge: [{ type: 'otp' }] }
      }],
      [400, {
        error: 'invalid_request',
        error_description: 'Validation failed',
        validation_errors: [{ field: 'email', message: 'bad' }]
      }, { code: 'invalid_request', body: { validation_errors: [{ field: 'email', message: 'bad' }] } }],
      [400, { name: 'BadRequestError', code: 'invalid_signup', description: 'Invalid sign up', statusCode: 400 }, {
        code: 'invalid_signup',
        message: 'Invalid sign up',
        statusCode: 400
      }],
      [400, strength, {
        code: 'invalid_password',
        message: 'Password is too weak',
        description: strength.description,
        statusCode: 400
      }],
      [400, { name: 'PasswordHistoryError', code: 'invalid_password', message: 'Password has previously been used' }, {
        code: 'invalid_password',
        message: 'Password has previously been used'
      }],
      [400, { errorMessage: 'Something is wrong' }, { code: 'bad_request', message: 'Something is wrong' }],
      [400, { error: 'only a sentence' }, { message: 'only a sentence' }],
      [404, { statusCode: 404, error: 'Not Found', message: 'Not Found' }, { code: 'not_found', message: 'Not Found' }],
      [403, 'Origin https://x is not allowed.', { code: 'forbidden', message: 'Origin https://x is not allowed.' },
        'text/plain'],
      [502, '<html><h1>Bad gateway</h1></html>', { code: 'bad_gateway', message: /was answered with HTTP 502\.$/ },
        'text/html'],
      [500, '', { code: 'internal_server_error', message: /was answered with HTTP 500\.$/ }, 'text/plain'],
      [400, [1], { code: 'bad_request' }],
      [429, { error: 'too_many_requests' }, { name: 'RateLimitError', resetAt: 1_800_000_005, retryAfter: undefined },
        'application/json', { 'x-ratelimit-reset': '1800000005' }],
      [429, '', { name: 'RateLimitError', resetAt: -1, retryAfter: 9 }, 'text/plain', { 'retry-after': '9' }],
      [429, { error: 'access_denied' }, { name: 'RateLimitError', resetAt: -1, retryAfter: 1234 }, 'application/json', {
        'auth0-client-quota-limit': 'b=per_hour;q=100;r=0;t=1234'
      }]
    ]
    for (const [status, answer, expected, type = 'application/json', headers = {}] of forms) {
      next = { status, answer, type, headers }
      const error = await failure(
        client.database.signup({ connection: 'db', email: 'a@b.test', password: 'a secret word' })
      )
      t.ok(error instanceof ApiError)
      t.match(error, { status, ...expected }, inspect(answer))
      t.notMatch(inspect(error), /a secret word|<h1>|Fe26/)
    }
    next = { status: 403, answer: { error: 'authorization_pending', error_description: 'Not yet' } }
    t.ok(await failure(client.getToken.deviceCode({ deviceCode: 'd' })) instanceof PollingApiError,
      'the error counts, not the status')
    next = { status: 401, answer: { error: 'mfa_required', mfa_token: 'm' } }
    t.ok(await failure(client.getToken.password({ username: 'u', password: 'p' })) instanceof MfaRequiredError)
  })

  t.test('the id of a passwordless start is a text, or not there', async t => {
    for (const [_id, id] of [['1', '1'], [1, undefined], [undefined, undefined]]) {
      next = { status: 200, answer: { _id, more: 1 } }
      const { id: given, more } = await client.passwordless.email({ email: 'a@b.test' })
      t.strictSame([given, more], [id, 1])
    }
  })

  t.test('retries: what reads is repeated as the server asks; what writes is sent once', async t => {
    const eager = new AuthenticationClient({
      domain: origin,
      clientId: 'client-1',
      clientSecret: 's3cret',
      now: () => now,
      retry: { retries: 2, maxDelay: 1 }
    })
    t.teardown(() => eager.close())
    const count = async (answer: typeof next, call: (client: Client) => Promise<unknown>): Promise<[number, Error]> => {
      next = answer
      const before = received.filter(({ path }) => !path.startsWith('/.well')).length
      const error = await failure(call(eager))
      return [received.filter(({ path }) => !path.startsWith('/.well')).length - before, error]
    }
    const read = (c: Client): Promise<unknown> => c.users.userInfo('at')
    const write = (c: Client): Promise<unknown> => c.getToken.refreshToken({ refreshToken: 'r' })
    const soon = { 'retry-after': '0' }
    for (const status of [429, 500, 502, 503, 504]) {
      t.equal((await count({ status, answer: {}, headers: soon }, read))[0], 3, `GET after ${status}`)
    }
    for (const status of [400, 401, 403, 404]) {
      t.equal((await count({ status, answer: {}, headers: soon }, read))[0], 1, `GET after ${status}`)
    }
    for (const status of [429, 500, 503]) {
      t.equal((await count({ status, answer: {}, headers: soon }, write))[0], 1, `POST after ${status}`)
    }
    const [long, error] = await count({ status: 429, answer: {}, headers: { 'x-ratelimit-reset': String(now + 60) } },
      read)
    t.equal(long, 1, "a wait beyond maxDelay is the caller's to decide")
    t.match(error, { resetAt: now + 60 })
    t.ok(error instanceof RateLimitError)
    now += 59.9
    t.equal(
      (await count({ status: 429, answer: {}, headers: { 'x-ratelimit-reset': String(Math.floor(now)) } }, read))[0],
      3,
      "the clock that counts is the client's"
    )
  })
})

function backchannel (origin: string): Row {
  return {
    call: c => c.backchannel.start({ bindingMessage: 'Code 42', loginHint: { sub: 'auth0|1' } }),
    sends: 'POST /bc-authorize',
    form: {
      scope: 'openid',
      binding_message: 'Code 42',
      login_hint: `{"format":"iss_sub","iss":"${origin}/","sub":"auth0|1"}`,
      ...secret
    },
    answer: { auth_req_id: 'q', expires_in: 300, interval: 5 }
  }
}

const user = { username: 'u', password: 'p' }
/** By method: arguments that are all required. */
const required: ReadonlyArray<readonly [method: string, params: Record<string, unknown>, whole?: object]> = [
  ['getToken.authorizationCode', { code: 'c' }],
  ['getToken.clientCredentials', { audience: 'a' }],
  ['getToken.password', user],
  ['getToken.passwordRealm', { ...user, realm: 'db' }],
  ['getToken.refreshToken', { refreshToken: 'r' }],
  ['getToken.passwordlessOtp', { username: 'u', otp: '1', realm: 'email' }],
  ['getToken.passwordlessOtp', { otp: '1' }, { authSession: 's' }],
  ['getToken.passwordlessOtp', { authSession: 's' }, { authSession: '', otp: '1' }],
  ['getToken.mfaOtp', { mfaToken: 'm', otp: '1' }],
  ['getToken.mfaOob', { mfaToken: 'm', oobCode: 'o' }],
  ['getToken.mfaRecoveryCode', { mfaToken: 'm', recoveryCode: 'r' }],
  ['getToken.deviceCode', { deviceCode: 'd' }],
  ['getToken.ciba', { authReqId: 'q' }],
  ['getToken.tokenExchange', { subjectToken: 's', subjectTokenType: 'urn:x' }],
  ['getToken.tokenForConnection', { connection: 'c' }, { refreshToken: 'r' }],
  ['getToken.jwtBearer', { assertion: 'a' }],
  ['getToken.webauthn', { authSession: 's' }, { authnResponse: {} }],
  ['revokeToken', { token: 't' }],
  ['pushedAuthorization.push', { redirectUri: 'https://app.test/cb' }],
  ['passwordless.email', { email: 'a@b.test' }],
  ['passwordless.sms', { phoneNumber: '+491701234567' }],
  ['passwordless.otpChallenge', { connection: 'db', phoneNumber: '+491701234567' }],
  ['passwordless.otpChallenge', { connection: 'db' }, { email: 'a@b.test' }],
  ['passwordless.otpChallenge', { email: 'a@b.test' }, { connection: 'db', email: '' }],
  ['passwordless.verify', { verificationCode: '1' }, { connection: 'email', email: 'a@b.test' }],
  ['passwordless.smsLogin', { phoneNumber: '+491701234567', code: '1' }],
  ['database.signup', { connection: 'db', password: 'p' }, { email: 'a@b.test' }],
  ['database.changePassword', { email: 'a@b.test', connection: 'db' }],
  ['database.login', { ...user, connection: 'db' }],
  ['database.login', { connection: 'db' }, { idToken: 'i' }],
  ['database.login', { password: 'p' }, { connection: 'db', idToken: 'i', username: 'u' }],
  ['database.login', { username: 'u' }, { connection: 'db', idToken: 'i', password: 'p' }],
  ['mfa.challenge', { mfaToken: 'm' }],
  ['mfa.listAuthenticators', { mfaToken: 'm' }],
  ['mfa.enroll', { mfaToken: 'm', factor: 'otp' }],
  ['mfa.enroll', { mfaToken: 'm' }, { factor: 'push' }],
  ['mfa.enroll', { phoneNumber: '+491701234567' }, { mfaToken: 'm', factor: 'sms' }],
  ['mfa.enroll', { phoneNumber: '+491701234567' }, { mfaToken: 'm', factor: 'voice' }],
  ['mfa.deleteAuthenticator', { mfaToken: 'm', authenticatorId: 'a' }],
  ['users.tokenInfo', { idToken: 'i' }],
  ['users.impersonate', { userId: 'u', accessToken: 'a', impersonatorId: 'i' }],
  ['users.unlink', { accessToken: 'a', userId: 'u' }],
  ['social.nativeLogin', { subjectToken: 's', kind: 'google-id-token' }],
  ['social.login', { accessToken: 'a', connection: 'facebook' }],
  ['anonymous.getAccessToken', { sessionToken: 's' }],
  ['anonymous.mintTransferToken', { sessionToken: 's' }]
]

t.test('nothing is sent without an argument that is required, or with one that is no text', async t => {
  let sent = 0
  const call = async (method: string, params: object): Promise<unknown> => {
    const client = new AuthenticationClient({
      domain: 'acme.eu.auth0.com',
      clientId: 'client-1',
      clientSecret: 's3cret',
      customFetch: async () => {
        sent++
        return Response.json({ error: 'sent' }, { status: 400 })
      }
    })
    const [group, name] = method.split('.') as [string, string | undefined]
    const of = (name === undefined ? client : Reflect.get(client, group)) as Record<string, (params: object) => unknown>
    return await of[name ?? group]!(params)
  }
  for (const [method, params, rest] of required) {
    for (const argument of Object.keys(params)) {
      const others = { ...rest, ...params }
      const what = `${method}: ${argument}`
      for (const [wrong, name] of [['', 'MissingRequiredArgumentError'], [7, 'InvalidArgumentError']] as const) {
        await t.rejects(call(method, { ...others, [argument]: wrong }), { name, argument }, what)
      }
    }
    t.equal(sent, 0)
    await t.rejects(call(method, { ...rest, ...params }))
    t.not(sent, 0, `${method}: nothing else is required`)
    sent = 0
  }
  const missing: Array<readonly [method: string, params: object, argument: string]> = [
    ['getToken.webauthn', { authSession: 's' }, 'authnResponse'],
    ['getToken.tokenForConnection', { connection: 'c' }, 'refreshToken'],
    ['getToken.tokenForConnection', { connection: 'c', refreshToken: '' }, 'refreshToken'],
    ['getToken.tokenForConnection', { connection: 'c', accessToken: '' }, 'accessToken'],
    ['database.signup', { connection: 'db', password: 'p' }, 'email'],
    ['database.login', { connection: 'db' }, 'username'],
    ['database.login', { connection: 'db', idToken: '' }, 'idToken'],
    ['passkeys.signupChallenge', {}, 'userProfile'],
    ['dynamicRegistration.register', {}, 'redirectUris'],
    ['backchannel.start', { bindingMessage: 'b', loginHint: {} }, 'loginHint.sub'],
    ['pushedAuthorization.push', { redirectUri: 'https://a.test', invitation: 'i' }, 'organization']
  ]
  for (const [method, params, argument] of missing) {
    await t.rejects(call(method, params), { name: 'MissingRequiredArgumentError', argument }, `${method}: ${argument}`)
  }
  t.equal(sent, 0)
  for (const params of [{ email: 'a@b.test' }, { username: 'u' }, { phoneNumber: '+491701234567' }]) {
    await t.rejects(call('database.signup', { connection: 'db', password: 'p', ...params }), { code: 'sent' })
  }
  t.equal(sent, 3, 'any of them names the user')
})

t.test('a parameter of the tenant itself is a text, or a list of at most 20', async t => {
  const exchange = (value: unknown) =>
    tokenExchangeGrant(undefined as never, {
      subjectToken: 'foreign', subjectTokenType: 'urn:example:token', extra: { roles: value as string }
    })
  for (const value of [7, null, {}, ['a', 7], Array<string>(21).fill('a')]) {
    await t.rejects(exchange(value), { code: 'invalid_argument', argument: 'extra' }, JSON.stringify(value))
  }
  for (const value of ['', 'a', [], Array<string>(20).fill('a')]) {
    await t.rejects(exchange(value), TypeError, 'control: what is right goes on to the server')
  }
})
