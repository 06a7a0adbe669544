import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import { MyAccountClient } from '../../../lib/authentication/my-account/my-account.js'
import type { Answer } from '../../fixtures/scripted-tenant.js'
import { domain, failure, issuer, start, Tenant, type Unchecked } from '../tenant.js'

const token = 'at-1234'

/** A client whose next answer is the given one, and what it asked. */
function at (answer: Answer = {}, options: object = {}): {
  client: MyAccountClient,
  tenant: Tenant,
  last: () => { line: string, headers: Record<string, string>, json: unknown }
} {
  const tenant = new Tenant({}, answer)
  const client = new MyAccountClient({ domain, customFetch: tenant.fetch, now: () => start, ...options })
  const last = (): { line: string, headers: Record<string, string>, json: unknown } => {
    const { method, url, headers, body } = tenant.seen.at(-1)!
    const json: unknown = body === '' ? undefined : JSON.parse(body)
    return { line: `${method} ${url.pathname}${url.search}`, headers, json }
  }
  return { client, tenant, last }
}

t.test('the audience has its slash', async t => {
  t.equal(at().client.audience, `${issuer}me/`)
  t.equal(new MyAccountClient({ domain }).audience, `${issuer}me/`)
  t.throws(() => new MyAccountClient({ domain: 'a b' }), { code: 'configuration_error', option: 'domain' })
  await at().client.close()
})

t.test('connecting an account', async t => {
  const answer = {
    auth_session: 'as',
    connect_uri: `${issuer}connected-accounts/connect`,
    connect_params: { ticket: 't1' },
    expires_in: 300
  }
  const { client, last } = at({ status: 201, json: answer })
  const params = { connection: 'google-oauth2', redirectUri: 'https://app.test/cb', state: 'st', codeChallenge: 'cc' }
  t.strictSame(
    await client.connectAccount(token, { ...params, scopes: ['a'], authorizationParams: { prompt: 'consent' } }),
    {
      authSession: 'as',
      connectUri: answer.connect_uri,
      connectParams: { ticket: 't1' },
      expiresIn: 300
    }
  )
  t.match(last(), {
    line: 'POST /me/v1/connected-accounts/connect',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  })
  t.strictSame(last().json, {
    connection: 'google-oauth2',
    redirect_uri: 'https://app.test/cb',
    state: 'st',
    code_challenge: 'cc',
    code_challenge_method: 'S256',
    scopes: ['a'],
    authorization_params: { prompt: 'consent' }
  })
  for (
    const broken of [{ auth_session: 7 }, { connect_params: 'x' }, { connect_params: {} }, {
      connect_uri: 'https://evil.test/'
    }, { connect_uri: 7 }, { connect_uri: 'javascript:alert(1)' }, { connect_uri: 'x' }]
  ) {
    t.match(await failure(at({ json: { ...answer, ...broken } }).client.connectAccount(token, params)), {
      code: 'invalid_response'
    }, JSON.stringify(broken))
  }
})

t.test('finishing to connect an account', async t => {
  const account = { id: 'cac_1', connection: 'google-oauth2', access_type: 'offline', created_at: 'x' }
  const { client, last } = at({ status: 201, json: account })
  t.strictSame(
    await client.completeConnectAccount(token, {
      authSession: 'as',
      connectCode: 'co',
      redirectUri: 'https://app.test/cb',
      codeVerifier: 'v'
    }),
    { id: 'cac_1', connection: 'google-oauth2', accessType: 'offline', createdAt: 'x' }
  )
  t.equal(last().line, 'POST /me/v1/connected-accounts/complete')
  t.strictSame(last().json, {
    auth_session: 'as',
    connect_code: 'co',
    redirect_uri: 'https://app.test/cb',
    code_verifier: 'v'
  })
})

t.test('pages: the cursor goes in "from"', async t => {
  const accounts = at({ json: { accounts: [{ id: 'a' }], next: 'n2' } })
  t.strictSame(await accounts.client.listConnectedAccounts(token, { connection: 'g o', from: 'n1', take: 5 }), {
    accounts: [{ id: 'a' }],
    next: 'n2'
  })
  t.equal(accounts.last().line, 'GET /me/v1/connected-accounts/accounts?connection=g+o&from=n1&take=5')
  const connections = at({ json: { connections: [], next: '' } })
  t.strictSame(await connections.client.listConnectedAccountConnections(token), { connections: [] })
  t.equal(connections.last().line, 'GET /me/v1/connected-accounts/connections')
  t.strictSame(await at({ json: { accounts: [] } }).client.listConnectedAccounts(token), { accounts: [] })
  for (const take of [0, -1, 1.5, Number.NaN]) {
    t.match(await failure(accounts.client.listConnectedAccounts(token, { take })), {
      name: 'InvalidArgumentError',
      argument: 'take'
    })
  }
  for (const list of [undefined, 'x', [7]]) {
    t.match(await failure(at({ json: { accounts: list } }).client.listConnectedAccounts(token)), {
      code: 'invalid_response'
    })
  }
})

t.test('ids are one segment of the path', async t => {
  const { client, last } = at({ status: 204 })
  await client.deleteConnectedAccount(token, 'cac|1/../x?y')
  t.equal(last().line, 'DELETE /me/v1/connected-accounts/accounts/cac%7C1%2F..%2Fx%3Fy')
  await client.deleteAuthenticationMethod(token, 'totp|a b')
  t.equal(last().line, 'DELETE /me/v1/authentication-methods/totp%7Ca%20b')
  for (const id of ['.', '..']) {
    t.match(await failure(client.deleteConnectedAccount(token, id)), { name: 'InvalidArgumentError', argument: 'id' })
    t.match(await failure(client.deleteAuthenticationMethod(token, id)), {
      name: 'InvalidArgumentError',
      argument: 'id'
    })
  }
  t.match(await failure(client.deleteConnectedAccount(token, '')), {
    name: 'MissingRequiredArgumentError',
    argument: 'id'
  })
})

t.test('factors, as a list or inside an object', async t => {
  for (const json of [[{ type: 'otp' }], { factors: [{ type: 'otp' }] }]) {
    const { client, last } = at({ json })
    t.strictSame(await client.getFactors(token), [{ type: 'otp' }])
    t.equal(last().line, 'GET /me/v1/factors')
  }
  t.match(await failure(at({ json: {} }).client.getFactors(token)), { code: 'invalid_response' })
})

t.test('authentication methods', async t => {
  const json = { id: 'phone|1', type: 'phone', created_at: 'x' }
  const method = { id: 'phone|1', type: 'phone', createdAt: 'x' }
  const listed = at({ json: { authentication_methods: [json] } })
  t.strictSame(await listed.client.listAuthenticationMethods(token, { type: 'phone' }), [method])
  t.equal(listed.last().line, 'GET /me/v1/authentication-methods?type=phone')
  await listed.client.listAuthenticationMethods(token)
  t.equal(listed.last().line, 'GET /me/v1/authentication-methods')
  const one = at({ json })
  t.strictSame(await one.client.getAuthenticationMethod(token, 'phone|1'), method)
  t.equal(one.last().line, 'GET /me/v1/authentication-methods/phone%7C1')
  t.strictSame(
    await one.client.updateAuthenticationMethod(token, 'phone|1', {
      name: 'mine',
      preferredAuthenticationMethod: 'voice'
    }),
    method
  )
  t.match(one.last(), {
    line: 'PATCH /me/v1/authentication-methods/phone%7C1',
    json: { name: 'mine', preferred_authentication_method: 'voice' }
  })
})

t.test('enrolling: the id is in the Location header', async t => {
  const json = { auth_session: 'as', authn_params_public_key: { challenge: 'c' } }
  for (
    const location of ['/me/v1/authentication-methods/passkey%7Cnew',
      `${issuer}me/v1/authentication-methods/passkey%7Cnew`]
  ) {
    const { client, last } = at({ status: 202, json, headers: { location } })
    t.strictSame(
      await client.enrollAuthenticationMethod(token, { type: 'passkey', identityUserId: 'auth0|1', connection: 'db' }),
      {
        authSession: 'as',
        authnParamsPublicKey: { challenge: 'c' },
        authenticationMethodId: 'passkey|new'
      }
    )
    t.match(last(), {
      line: 'POST /me/v1/authentication-methods',
      json: { type: 'passkey', identity_user_id: 'auth0|1', connection: 'db' }
    })
  }
  const phone = at({ status: 202, json, headers: { location: '/x/1' } })
  await phone.client.enrollAuthenticationMethod(token, {
    type: 'phone',
    phoneNumber: '+491701234567',
    preferredAuthenticationMethod: 'sms'
  })
  t.strictSame(phone.last().json, {
    type: 'phone',
    phone_number: '+491701234567',
    preferred_authentication_method: 'sms'
  })
  for (
    const headers of [
      {},
      { location: '/x/' },
      { location: '/me/v1/authentication-methods' },
      { location: '/x/%E0%A4%A' },
      { location: 'http://[' }
    ] as Record<string, string>[]
  ) {
    t.match(
      await failure(at({ status: 202, json, headers }).client.enrollAuthenticationMethod(token, { type: 'totp' })),
      { code: 'invalid_response' },
      JSON.stringify(headers)
    )
  }
  t.match(
    await failure(
      at({ status: 202, json: {}, headers: { location: '/x/1' } }).client.enrollAuthenticationMethod(token, {
        type: 'totp'
      })
    ),
    { code: 'invalid_response' }
  )
  const types = ['passkey', 'email', 'phone', 'totp', 'push-notification', 'recovery-code', 'password'] as const
  for (const type of types) {
    const params = { type, email: 'a@b.test', phoneNumber: '+491701234567' } as never
    t.match(await phone.client.enrollAuthenticationMethod(token, params), { authenticationMethodId: '1' }, type)
    t.match(phone.last().json, { type })
  }
  t.match(await failure(phone.client.enrollAuthenticationMethod(token, { type: 'fax' } as never)), {
    name: 'InvalidArgumentError',
    argument: 'type'
  })
  t.match(await failure(phone.client.enrollAuthenticationMethod(token, { type: 'email' })), { argument: 'email' })
  t.match(await failure(phone.client.enrollAuthenticationMethod(token, { type: 'phone' })), { argument: 'phoneNumber' })
})

t.test('verifying, with exactly one proof', async t => {
  const { client, last } = at({ status: 201, json: { id: 'totp|1' } })
  t.strictSame(await client.verifyAuthenticationMethod(token, 'totp|1', { authSession: 'as', otpCode: '123456' }), {
    id: 'totp|1'
  })
  t.match(last(), {
    line: 'POST /me/v1/authentication-methods/totp%7C1/verify',
    json: { auth_session: 'as', otp_code: '123456' }
  })
  t.match(
    await failure(client.verifyAuthenticationMethod(token, 'x', { authSession: 'as', otpCode: '1', password: 'p' })),
    { name: 'InvalidArgumentError' }
  )
  const proofs = [['authnResponse', {}], ['otpCode', '1'], ['recoveryCode', 'r'], ['password', 'p']] as const
  for (const [one, value] of proofs) {
    await client.verifyAuthenticationMethod(token, 'x', { authSession: 'as', [one]: value } as never)
    for (const [other, more] of proofs.filter(([name]) => name !== one)) {
      const both = { authSession: 'as', [one]: value, [other]: more } as never
      t.match(await failure(client.verifyAuthenticationMethod(token, 'x', both)),
        { name: 'InvalidArgumentError', argument: 'authnResponse' }, `${one}, ${other}`)
    }
  }
  t.match(await failure(client.verifyAuthenticationMethod(token, 'x', {} as never)), { argument: 'authSession' })
})

t.test('errors, without the token and without what was sent', async t => {
  const json = {
    type: 'https://auth0.com/api-errors#x',
    title: 'Bad',
    detail: `no ${token} for 987654`,
    status: 400,
    validation_errors: [{ detail: 'no', field: 'otp_code' }]
  }
  const { client } = at({ status: 400, json, headers: { 'content-type': 'application/problem+json' } })
  const error = await failure(
    client.verifyAuthenticationMethod(token, 'totp|1', { authSession: 'as', otpCode: '987654' })
  )
  t.match(error, {
    name: 'MyAccountApiError',
    status: 400,
    title: 'Bad',
    detail: 'no [redacted] for [redacted]',
    validationErrors: [{ field: 'otp_code' }]
  })
  t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /at-1234|987654/)
  t.match(await failure(at({ status: 401, json }).client.getFactors(token)), { name: 'MyAccountApiError' })
  t.match(await failure(client.getFactors('')), { name: 'MissingRequiredArgumentError', argument: 'accessToken' })
})

t.test('DPoP: the token is presented with a proof, unless said otherwise', async t => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const { client, last } = at({ json: [] }, { dpop: { key } })
  await client.getFactors(token)
  t.equal(last().headers.authorization, `DPoP ${token}`)
  const payload = JSON.parse(Buffer.from(last().headers.dpop!.split('.')[1]!, 'base64url').toString()) as Record<string,
    unknown>
  t.match(payload, { htm: 'GET', htu: `${issuer}me/v1/factors`, ath: String })
  await client.getFactors(token, { tokenType: 'Bearer' })
  t.equal(last().headers.authorization, `Bearer ${token}`)
  t.notOk('dpop' in last().headers)
})

t.test('DPoP: a resource that wants a nonce gets it', async t => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const headers = { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
  const { client, tenant } = at({ status: 401, json: { error: 'invalid_token' }, headers }, {
    dpop: { key: privateKey.export({ format: 'jwk' }) }
  })
  t.match(await failure(client.getFactors(token)), { code: 'invalid_token' })
  t.equal(tenant.seen.length, 2)
})

t.test("a rate limit ends by the computer's clock unless another is given", async t => {
  const limited = at({ status: 429, headers: { 'retry-after': '7' }, json: { error: 'too_many_requests' } }, {
    now: undefined
  })
  const error = await failure(limited.client.getFactors(token)) as Error & {
    code: string,
    statusCode: number,
    resetAt?: number,
    retryAfter?: number
  }
  t.match(error, { code: 'too_many_requests', statusCode: 503, retryAfter: 7 })
})

t.test('arguments and options that cannot be used are refused by their names, and nothing is sent', async t => {
  const { client, tenant } = at({ json: {} })
  const circle: Record<string, unknown> = {}
  circle.circle = circle
  const calls: [argument: string, call: (c: Unchecked<MyAccountClient>) => Promise<unknown>][] = [
    ['accessToken', c => c.getFactors(7)],
    ['accessToken', c => c.getFactors('at\r\nx: y')],
    ['accessToken', c => c.getFactors('Bearer at')],
    ['options', c => c.getFactors(token, null)],
    ['options', c => c.getFactors(token, { timeot: 5 })],
    ['signal', c => c.getFactors(token, { signal: 'x' })],
    ['timeout', c => c.deleteAuthenticationMethod(token, 'id', { timeout: NaN })],
    ['headers', c => c.getFactors(token, { headers: 'x' })],
    ['id', c => c.deleteAuthenticationMethod(token, '\ud800')],
    ['from', c => c.listConnectedAccounts(token, { from: {} })],
    ['authnResponse', c => c.verifyAuthenticationMethod(token, 'id', { authSession: 's', authnResponse: circle })],
    ['authorizationParams', c => c.connectAccount(token, {
      connection: 'c',
      redirectUri: 'r',
      state: 's',
      codeChallenge: 'c',
      authorizationParams: circle
    })]
  ]
  for (const [argument, call] of calls) {
    const error = await failure(call(client as never))
    t.match(error, { name: 'InvalidArgumentError', argument }, `${argument}: ${String(call)}`)
  }
  t.strictSame(tenant.seen, [])
})
