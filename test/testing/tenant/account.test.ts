import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import t, { type Test } from 'tap'
import {
  createTenant, SoftwarePasskey, type PasskeyParams, type TenantOptions, type TenantUser
} from '../../../lib/testing/index.js'
import { claimsOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const clients = [{ clientId: 'app', clientSecret: 'app-secret' }, { clientId: 'other', clientSecret: 'other-secret' }]
const ada = { sub: 'auth0|ada', email: 'ada@example.com', password: 'password' }
const mfa = 'http://auth0.com/oauth/grant-type/mfa-'
const refused = (status: number, error: string): object => ({ status, body: { error, error_description: String } })
const problem = (status: number, title: string): object => ({
  status,
  body: { type: String, title, detail: String, status }
})

async function world (t: Test, user: Partial<TenantUser> = {}, options: TenantOptions = {}) {
  const clock = { now: 1_800_000_000 }
  const tenant = await createTenant({
    issuer,
    clients,
    users: [{ ...ada, ...user }, { sub: 'auth0|eve', email: 'eve@example.com' }],
    now: () => clock.now,
    passkeyRpId: 'localhost',
    ...options
  })
  t.teardown(tenant.close)
  const wire = new Wire(tenant)
  const other = new Wire(tenant, { client_id: 'other', client_secret: 'other-secret' })
  /** An MFA token, by a password login that is not finished. */
  const mfaToken = async (): Promise<string> =>
    String(
      (await wire.token({ grant_type: 'password', username: ada.email, password: ada.password, scope: 'openid' })).body
        .mfa_token
    )
  const bearer = async (audience: string, scope: string, who?: string): Promise<Record<string, string>> => {
    const { access_token: token } = await wire.login({ audience, scope: `openid ${scope}` },
      who === undefined ? {} : { user: who })
    return { authorization: `Bearer ${token}` }
  }
  return { tenant, clock, wire, other, mfaToken, bearer }
}

t.test('a login that needs a second factor: what can be asked, and the three ways to answer', async t => {
  const { tenant, clock, wire, other, mfaToken } = await world(t, {
    mfa: true,
    authenticators: [{ type: 'otp', secret: 'JBSWY3DPEHPK3PXP' }, { type: 'sms', target: '+15550100' }, {
      type: 'push'
    }, { type: 'recovery-code', recoveryCode: 'ABCDEFGHIJKLMNOPQRSTUVWX' }]
  })
  const refusal = await wire.token({
    grant_type: 'password',
    username: ada.email,
    password: ada.password,
    scope: 'openid'
  })
  t.match(refusal, {
    status: 403,
    body: {
      error: 'mfa_required',
      mfa_token: String,
      mfa_requirements: { challenge: [{ type: 'otp' }, { type: 'oob' }, { type: 'recovery-code' }] }
    }
  })
  let token = await mfaToken()
  const list = await wire.send('GET', '/mfa/authenticators', undefined, { authorization: `Bearer ${token}` })
  t.match(JSON.parse(list.text), [{ authenticator_type: 'otp', active: true }, {
    authenticator_type: 'oob',
    oob_channel: 'sms',
    name: '+15550100'
  }, { authenticator_type: 'oob', oob_channel: 'auth0' }, { authenticator_type: 'recovery-code' }])
  const [, sms, push] = JSON.parse(list.text) as { id: string }[]
  const challenge = async (changes: Record<string, unknown> = {}, who = wire) =>
    await who.send('POST', '/mfa/challenge', { ...who.credentials, mfa_token: token, ...changes })
  t.match(await challenge(), { status: 200, body: { challenge_type: 'otp' } })
  t.match(await challenge({ challenge_type: 'pigeon' }), refused(400, 'unsupported_challenge_type'))
  t.match(await challenge({ authenticator_id: 'unknown' }), refused(400, 'unsupported_challenge_type'))
  t.match(await challenge({}, other), refused(403, 'invalid_grant'), "another application's login")
  t.match(await challenge({ client_secret: 'wrong' }), { status: 401, body: { error: 'invalid_client' } })
  t.match(await challenge({ mfa_token: 'forged' }), refused(403, 'invalid_grant'))

  const verify = async (kind: string, params: Record<string, string>, who = wire) =>
    await who.token({ grant_type: `${mfa}${kind}`, mfa_token: token, ...params })
  const otp = await tenant.totp(ada.email)
  t.match(await verify('otp', { otp: otp === '000000' ? '000001' : '000000' }), refused(403, 'invalid_grant'))
  t.match(await verify('otp', { otp }, other), refused(403, 'invalid_grant'), "another application's login")
  const done = await verify('otp', { otp })
  t.match(claimsOf(String(done.body.id_token)), { sub: ada.sub, amr: ['mfa'] })
  t.match(await verify('otp', { otp }), refused(403, 'invalid_grant'), 'once')

  token = await mfaToken()
  const sent = await challenge({ challenge_type: 'oob', authenticator_id: sms!.id })
  t.match(sent, { status: 200, body: { challenge_type: 'oob', oob_code: String, binding_method: 'prompt' } })
  const oob = { oob_code: String(sent.body.oob_code) }
  t.match(await verify('oob', { ...oob, binding_code: 'wrong' }), refused(403, 'invalid_grant'))
  t.match(await verify('oob', { ...oob, binding_code: tenant.sms[0]!.code! }), { status: 200 })

  for (
    const [answer, expected] of [['approvePush', { status: 200 }], ['denyPush', refused(403, 'invalid_grant')]] as const
  ) {
    token = await mfaToken()
    const pushed = await challenge({ challenge_type: 'oob', authenticator_id: push!.id })
    t.notOk('binding_method' in pushed.body)
    const handle = { oob_code: String(pushed.body.oob_code) }
    t.match(await verify('oob', handle), refused(400, 'authorization_pending'))
    tenant[answer]('eve@example.com')
    t.match(await verify('oob', handle), refused(400, 'authorization_pending'), "somebody else's answer")
    tenant[answer](ada.email)
    t.match(await verify('oob', handle), expected, answer)
  }
  token = await mfaToken()
  t.match(await verify('oob', { oob_code: 'forged' }), refused(403, 'invalid_grant'))
  t.match(await verify('recovery-code', { recovery_code: 'wrong' }), refused(403, 'invalid_grant'))
  const recovered = await verify('recovery-code', { recovery_code: 'ABCDEFGHIJKLMNOPQRSTUVWX' })
  t.match(recovered, { status: 200, body: { recovery_code: /^[0-9A-F]{24}$/ } })
  token = await mfaToken()
  t.match(await verify('recovery-code', { recovery_code: 'ABCDEFGHIJKLMNOPQRSTUVWX' }), refused(403, 'invalid_grant'),
    'each code once')
  t.match(await verify('recovery-code', { recovery_code: String(recovered.body.recovery_code), scope: 'openid email' }),
    { status: 200, body: { scope: 'openid email' } })
  token = await mfaToken()
  clock.now += 600
  t.match(await challenge(), refused(401, 'expired_token'))
  t.match(await verify('otp', { otp }), refused(401, 'expired_token'))
  await tenant.close()
})

t.test('enrolling by the MFA API', async t => {
  const { tenant, wire, mfaToken, bearer } = await world(t, { mfa: true })
  const token = { authorization: `Bearer ${await mfaToken()}` }
  const associate = async (body: object, headers: Record<string, string> = token) =>
    await wire.send('POST', '/mfa/associate', { ...wire.credentials, ...body }, headers)
  t.match(await wire.send('POST', '/mfa/challenge', { ...wire.credentials, mfa_token: token.authorization.slice(7) }),
    refused(401, 'association_required'))
  for (
    const body of [{}, { authenticator_types: ['pigeon'] }, { authenticator_types: ['oob'] }, {
      authenticator_types: ['oob'],
      oob_channels: ['pigeon']
    }, { authenticator_types: ['oob'], oob_channels: ['sms'] }]
  ) t.match(await associate(body), refused(400, 'invalid_request'), JSON.stringify(body))
  t.match(await associate({ authenticator_types: ['oob'], oob_channels: ['auth0'] }), {
    status: 200,
    body: { oob_channel: 'auth0', barcode_uri: /^otpauth:/, recovery_codes: [String] }
  })
  t.match(await associate({ authenticator_types: ['oob'], oob_channels: ['email'] }), refused(403, 'access_denied'),
    'with a recovery code there is a factor')
  tenant.users[0]!.authenticators.length = 0
  const ownMail = await associate({ authenticator_types: ['oob'], oob_channels: ['email'] })
  t.match(ownMail, { status: 200, body: { oob_channel: 'email', oob_code: String, binding_method: 'prompt' } })
  t.match(tenant.mailbox.at(-1), { to: ada.email })
  tenant.users[0]!.authenticators.length = 0
  const enrolled = await associate({ authenticator_types: ['otp'] })
  t.match(enrolled, {
    status: 200,
    body: {
      authenticator_type: 'otp',
      secret: /^[A-Z2-7]+$/,
      barcode_uri: /^otpauth:\/\/totp\//,
      recovery_codes: [/^[0-9A-F]{24}$/]
    }
  })
  t.match(await associate({ authenticator_types: ['otp'] }, { authorization: 'Bearer forged' }),
    refused(401, 'invalid_token'))
  t.match(await associate({ authenticator_types: ['otp'] }, {}), refused(401, 'invalid_token'))

  const api = `${issuer}mfa/`
  tenant.users[0]!.mfa = false
  const owner = await bearer(api, 'read:authenticators remove:authenticators')
  const [first] = JSON.parse((await wire.send('GET', '/mfa/authenticators', undefined, owner)).text) as { id: string }[]
  t.equal((await wire.send('DELETE', `/mfa/authenticators/${encodeURIComponent(first!.id)}`, undefined, owner)).status,
    204)
  t.match(await wire.send('DELETE', `/mfa/authenticators/${encodeURIComponent(first!.id)}`, undefined, owner),
    refused(404, 'not_found'))
  t.match(await wire.send('DELETE', '/mfa/authenticators/x', undefined, await bearer(api, 'read:authenticators')),
    refused(403, 'insufficient_scope'))
  t.match(
    await wire.send('GET', '/mfa/authenticators', undefined, await bearer('https://api.example.com', 'read:items')),
    refused(401, 'invalid_token'),
    'a token for another API'
  )
})

const path = '/me/v1/authentication-methods'
const account = `${issuer}me/`
const everything = ['create', 'read', 'update', 'delete'].map(verb => `${verb}:me:authentication_methods`).join(' ')

t.test('My Account: each kind of method is enrolled by its proof, renamed and removed', async t => {
  const { tenant, wire, bearer } = await world(t)
  const me = await bearer(account, `${everything} read:me:factors`)
  t.match(await wire.send('GET', '/me/v1/factors', undefined, me), {
    status: 200,
    body: { factors: [{ type: 'passkey', usage: ['primary'] }] }
  })
  const begin = async (body: object) => await wire.send('POST', path, { ...body }, me)
  const verify = async ({ body }: { body: Record<string, unknown> }, proof: object) =>
    await wire.send('POST', `${path}/${encodeURIComponent(String(body.id))}/verify`, {
      auth_session: body.auth_session,
      ...proof
    }, me)
  const enroll = async (body: object, proof: (begun: Record<string, unknown>) => object | Promise<object>,
    wrong: object) => {
    const begun = await begin(body)
    t.match(begun, { status: 202, body: { id: String, auth_session: String } }, JSON.stringify(body))
    t.equal(begun.headers.get('location'),
      `${issuer}me/v1/authentication-methods/${encodeURIComponent(String(begun.body.id))}`)
    t.match(await verify(begun, wrong), problem(400, 'Invalid Request'), 'a wrong proof')
    const done = await verify(begun, await proof(begun.body))
    t.match(done, { status: 201, body: { id: String, type: (body as { type: string }).type } })
    t.match(await verify(begun, await proof(begun.body)), problem(404, 'Not Found'), 'once')
    return done
  }
  const passkey = new SoftwarePasskey({ origin: 'http://localhost:3000' })
  const made = await enroll({ type: 'passkey' },
    ({ authn_params_public_key: params }) => ({ authn_response: passkey.create(params as PasskeyParams) }), {
      authn_response: {}
    })
  await enroll({ type: 'totp' }, async () => ({ otp_code: await tenant.totp(ada.email) }), { otp_code: 'wrong' })
  await enroll({ type: 'email', email: 'second@example.com' }, () => ({ otp_code: tenant.mailbox.at(-1)!.code }), {
    otp_code: 'wrong'
  })
  const phone = await enroll({ type: 'phone', phone_number: '+15550100' },
    () => ({ otp_code: tenant.sms.at(-1)!.code }), { otp_code: 'wrong' })
  await enroll({ type: 'phone', phone_number: '+15550101', preferred_authentication_method: 'voice' },
    () => ({ otp_code: tenant.sms.at(-1)!.code }), {})
  await enroll({ type: 'push-notification' }, () => {
    tenant.approvePush(ada.email)
    return {}
  }, {})
  await enroll({ type: 'recovery-code' }, ({ recovery_code: code }) => ({ recovery_code: code }), {
    recovery_code: 'wrong'
  })
  const methods = (await wire.send('GET', path, undefined, me)).body.authentication_methods as {
    type: string,
    id: string
  }[]
  t.strictSame(methods.map(({ type }) => type).sort(), ['email', 'passkey', 'phone', 'phone', 'push-notification',
    'recovery-code', 'totp'])
  t.match((await wire.send('GET', `${path}?type=totp`, undefined, me)).body.authentication_methods, [{
    type: 'totp',
    confirmed: true,
    usage: ['secondary']
  }])
  const at = (id: unknown): string => `${path}/${encodeURIComponent(String(id))}`
  t.match(await wire.send('PATCH', at(made.body.id), { name: 'My key' }, me), {
    status: 200,
    body: { type: 'passkey', name: 'My key', key_id: String, public_key: String }
  })
  t.match(await wire.send('PATCH', at(phone.body.id), { preferred_authentication_method: 'voice' }, me), {
    status: 200,
    body: { type: 'phone', phone_number: '+15550100', preferred_authentication_method: 'voice' }
  })
  t.match(await wire.send('PATCH', at(phone.body.id), { preferred_authentication_method: 'pigeon' }, me), {
    status: 200,
    body: { preferred_authentication_method: 'voice' }
  })
  t.match(await wire.send('GET', at(made.body.id), undefined, me), { status: 200, body: { id: made.body.id } })
  for (const { id } of methods) t.equal((await wire.send('DELETE', at(id), undefined, me)).status, 204)
  t.strictSame((await wire.send('GET', path, undefined, me)).body.authentication_methods, [])
  t.match(await wire.send('GET', at(made.body.id), undefined, me), problem(404, 'Not Found'))

  const password = await begin({ type: 'password' })
  t.match(await verify(password, { password: 'short' }), problem(400, 'Invalid Request'))
  t.match(await verify(password, { password: 'another horse' }), {
    status: 201,
    body: { type: 'password', confirmed: true }
  })
  t.match(await wire.token({ grant_type: 'password', username: ada.email, password: 'another horse', scope: 'openid' }),
    { status: 200 })
})

t.test('My Account: requests that are refused', async t => {
  const { tenant, clock, wire, bearer } = await world(t)
  const me = await bearer(account, everything)
  const field = (name: string): object => ({
    status: 400,
    body: { title: 'Validation Error', validation_errors: [{ field: name, pointer: `/${name}`, source: 'body' }] }
  })
  t.match(await wire.send('POST', path, {}, me), field('type'))
  t.match(await wire.send('POST', path, { type: 'pigeon' }, me), field('type'))
  t.match(await wire.send('POST', path, { type: 'phone' }, me), field('phone_number'))
  t.match(await wire.send('POST', path, { type: 'email', email: '' }, me), field('email'))
  t.match(await wire.send('DELETE', `${path}/unknown`, undefined, me), problem(404, 'Not Found'))
  const { body } = await wire.send('POST', path, { type: 'recovery-code' }, me)
  const verify = async (changes: object, headers = me, id: unknown = body.id) =>
    await wire.send('POST', `${path}/${encodeURIComponent(String(id))}/verify`, {
      auth_session: body.auth_session,
      recovery_code: body.recovery_code,
      ...changes
    }, headers)
  t.match(await verify({ auth_session: undefined }), field('auth_session'))
  t.match(await verify({ auth_session: 'forged' }), problem(404, 'Not Found'))
  t.match(await verify({}, me, 'another'), problem(404, 'Not Found'))
  t.match(await verify({}, await bearer(account, everything, 'eve@example.com')), problem(404, 'Not Found'),
    "somebody else's enrollment")
  t.match(await wire.send('GET', path), problem(401, 'Unauthorized'))
  t.match(await wire.send('GET', path, undefined, { authorization: 'Bearer forged' }), problem(401, 'Unauthorized'))
  t.match(await wire.send('GET', path, undefined, await bearer('https://api.example.com', 'read:items')),
    problem(401, 'Unauthorized'), 'a token for another API')
  t.match(await wire.send('GET', path, undefined, await bearer(account, 'read:me:factors')),
    problem(403, 'Insufficient Scope'))
  t.match(await wire.send('GET', path, undefined, { authorization: me.authorization!.replace('Bearer', 'DPoP') }),
    problem(401, 'Unauthorized'), 'a bearer token is no DPoP token')
  const accounts = await bearer(account, 'read:me:connected_accounts')
  for (const query of ['take=0', 'take=21', 'take=x']) {
    t.match(await wire.send('GET', `/me/v1/connected-accounts/accounts?${query}`, undefined, accounts), field('take'),
      query)
  }
  t.match(await wire.send('GET', '/me/v1/connected-accounts/connections?from=%21', undefined, accounts), field('from'))
  t.match((await wire.send('GET', '/me/v1/connected-accounts/connections?take=1', undefined, accounts)).body, {
    connections: [{ name: 'google-oauth2' }],
    next: String
  })
  clock.now += 300
  t.match(await verify({}), problem(404, 'Not Found'), 'too late')
  clock.now += 86_400
  t.match(await wire.send('GET', path, undefined, me), problem(401, 'Unauthorized'), 'expired')
  await tenant.close()
})

t.test('My Account with a token bound to a key: each proof for one request, once', async t => {
  const { tenant, clock, wire } = await world(t)
  const make = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return (payload: Record<string, unknown>, header: Record<string, unknown> = {}): string => {
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
      const input = `${
        encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }), ...header })
      }.${encode({ jti: randomUUID(), iat: clock.now, ...payload })}`
      return `${input}.${
        sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
      }`
    }
  }
  const [prove, stranger] = [make(), make()]
  const code = await tenant.login({
    authorizationUrl: wire.authorizationUrl({ audience: account, scope: `openid ${everything}` })
  })
  const tokens = await wire.exchange(code, {}, { dpop: prove({ htm: 'POST', htu: `${issuer}oauth/token` }) })
  t.match(tokens.body, { token_type: 'DPoP' })
  const token = String(tokens.body.access_token)
  const right = {
    htm: 'GET',
    htu: `${issuer}me/v1/authentication-methods`,
    ath: createHash('sha256').update(token).digest('base64url')
  }
  const ask = async (dpop: string | undefined, scheme = 'DPoP') =>
    await wire.send('GET', path, undefined, {
      authorization: `${scheme} ${token}`,
      ...(dpop !== undefined && { dpop })
    })
  const good = prove(right)
  t.equal((await ask(good)).status, 200)
  for (
    const [what, proof] of Object.entries({
      'used before': good,
      none: undefined,
      'of another key': stranger(right),
      'for another method': prove({ ...right, htm: 'POST' }),
      'for another path': prove({ ...right, htu: `${issuer}me/v1/factors` }),
      'for another token': prove({ ...right, ath: 'x' }),
      'too old': prove({ ...right, iat: clock.now - 301 }),
      'of the future': prove({ ...right, iat: clock.now + 301 }),
      'without an id': prove({ ...right, jti: undefined }),
      'without a time': prove({ ...right, iat: undefined }),
      'of another type': prove(right, { typ: 'JWT' })
    })
  ) t.match(await ask(proof), problem(401, 'Unauthorized'), `a proof ${what}`)
  t.match(await ask(prove(right), 'Bearer'), problem(401, 'Unauthorized'), 'not as a bearer token')
  await tenant.close()
})

t.test("an application that authenticates by header does so at the tenant's own endpoints too", async t => {
  const secondFactor = { mfa: true, authenticators: [{ type: 'otp' as const, secret: 'JBSWY3DPEHPK3PXP' }] }
  const { tenant, wire } = await world(t, secondFactor, {
    clients: [...clients, {
      clientId: 'basic',
      clientSecret: 'basic-secret',
      tokenEndpointAuthMethod: 'client_secret_basic'
    }]
  })
  const authorization = `Basic ${Buffer.from('basic:basic-secret').toString('base64')}`
  const basic = new Wire(tenant, {})
  const { mfa_token: token } =
    (await basic.token({ grant_type: 'password', username: ada.email, password: ada.password, scope: 'openid' }, {
      authorization
    })).body
  t.match(await wire.send('POST', '/mfa/challenge', { mfa_token: token }, { authorization }), {
    status: 200,
    body: { challenge_type: 'otp' }
  })
  t.match(
    await wire.send('POST', '/mfa/challenge', { mfa_token: token }, {
      authorization: `Basic ${Buffer.from('basic:wrong').toString('base64')}`
    }),
    { status: 401, body: { error: 'invalid_client' } }
  )
  t.match(await wire.send('POST', '/mfa/challenge', { mfa_token: token }, { authorization: 'Bearer x' }), {
    status: 400,
    body: { error: 'invalid_request' }
  })
})

t.test('connecting an account: allowed, cancelled, and tickets that are over', async t => {
  const { tenant, wire, bearer } = await world(t)
  const me = await bearer(account,
    'create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts')
  const verifier = 'v'.repeat(43)
  const begin = async (): Promise<{ auth_session: string, url: string }> => {
    const { status, body } = await wire.send('POST', '/me/v1/connected-accounts/connect', {
      connection: 'google-oauth2',
      redirect_uri: 'http://localhost:3000/callback',
      state: 'st',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      scopes: ['openid']
    }, me)
    t.equal(status, 201)
    const { connect_uri: uri, connect_params: { ticket }, auth_session: session } = body as {
      connect_uri: string,
      connect_params: { ticket: string },
      auth_session: string
    }
    return { auth_session: session, url: `${uri}?ticket=${ticket}` }
  }
  const complete = async (session: string, code: string, changes: object = {}) =>
    await wire.send('POST', '/me/v1/connected-accounts/complete', {
      auth_session: session,
      connect_code: code,
      redirect_uri: 'http://localhost:3000/callback',
      code_verifier: verifier,
      ...changes
    }, me)
  const first = await begin()
  t.match(await wire.send('GET', first.url), { status: 200, text: /Give access to your google-oauth2 account: openid/ })
  const code = new URL(await tenant.login({ authorizationUrl: first.url })).searchParams.get('connect_code')!
  for (
    const wrong of [{ code_verifier: 'w'.repeat(43) }, { connect_code: 'x' }, {
      redirect_uri: 'http://localhost:3000/other'
    }, { auth_session: 'x' }]
  ) {
    t.match(await complete(first.auth_session, code, wrong), problem(400, 'Invalid Request'),
      JSON.stringify(Object.keys(wrong)))
  }
  const done = await complete(first.auth_session, code)
  t.match(done, { status: 201, body: { id: /^cac_/, connection: 'google-oauth2' } })
  t.match(await complete(first.auth_session, code), problem(400, 'Invalid Request'), 'once')
  t.equal((await wire.send('GET', first.url)).status, 400)
  t.equal((await wire.send('POST', first.url, '')).status, 400)
  const second = await begin()
  t.match(new URL(await tenant.login({ authorizationUrl: second.url, cancel: true })).searchParams.get('error'),
    'access_denied')
  t.match(await complete(second.auth_session, 'none'), problem(400, 'Invalid Request'))
  t.match(await wire.send('GET', '/me/v1/connected-accounts/accounts?connection=github', undefined, me), {
    status: 200,
    body: { accounts: [] }
  })
  const path = `/me/v1/connected-accounts/accounts/${String(done.body.id)}`
  t.equal((await wire.send('DELETE', path, undefined, me)).status, 204)
  t.match(await wire.send('DELETE', path, undefined, me), problem(404, 'Not Found'))
})

t.test('a page of this computer may ask across origins, and no other', async t => {
  const { tenant } = await world(t)
  for (const [origin, allowed] of [['http://localhost:5173', true], ['https://evil.example', false]] as const) {
    const { headers } = await tenant.fetch(`${issuer}oauth/token`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'client_id=app&client_secret=app-secret&grant_type=refresh_token&refresh_token=x'
    })
    t.equal(headers.get('access-control-allow-origin') === origin, allowed, origin)
  }
})

t.test('passkeys: a challenge is for one application, one answer and some minutes', async t => {
  const { tenant, wire, other, clock } = await world(t)
  const begin = async (path: string, body: object = {}) =>
    (await wire.send('POST', `/passkey/${path}`, { ...wire.credentials, ...body })).body as {
      auth_session: string,
      authn_params_public_key: PasskeyParams
    }
  const answer = async (session: string, response: unknown, who = wire) =>
    await who.token({
      grant_type: 'urn:okta:params:oauth:grant-type:webauthn',
      auth_session: session,
      authn_response: JSON.stringify(response),
      scope: 'openid'
    })
  for (const profile of [undefined, {}, { name: 'No Address' }, { email: ada.email }]) {
    t.match(await wire.send('POST', '/passkey/register', { ...wire.credentials, user_profile: profile }),
      refused(400, 'invalid_request'), JSON.stringify(profile))
  }
  const passkey = new SoftwarePasskey({ origin: 'http://localhost:3000' })
  const signup = await begin('register', { user_profile: { phone_number: '+15550102', name: 'Bob' } })
  t.match(await answer(signup.auth_session, passkey.create(signup.authn_params_public_key), other),
    refused(403, 'invalid_grant'), 'another application')
  t.match(await answer(signup.auth_session, passkey.create(signup.authn_params_public_key)),
    refused(403, 'invalid_grant'), 'and nobody after it')
  const lured = await begin('register', { user_profile: { email: 'lured@example.com' } })
  t.match(
    await answer(lured.auth_session,
      new SoftwarePasskey({ origin: 'https://evil.example' }).create(lured.authn_params_public_key)),
    refused(403, 'invalid_grant'),
    'made at another origin'
  )
  const again = await begin('register', { user_profile: { phone_number: '+15550102', name: 'Bob' } })
  t.match(
    claimsOf(String((await answer(again.auth_session, passkey.create(again.authn_params_public_key))).body.id_token)),
    { amr: ['phr'] }
  )
  t.match(tenant.users.at(-1), { phoneNumber: '+15550102', name: 'Bob' })
  const login = async (change: (params: PasskeyParams) => unknown, who = wire) => {
    const { auth_session: session, authn_params_public_key: params } = await begin('challenge')
    return await answer(session, change(params), who)
  }
  t.match(await login(params => passkey.get(params)), { status: 200 })
  t.match(await login(params => passkey.get({ ...params, challenge: 'another' })), refused(403, 'invalid_grant'))
  t.match(await login(params => passkey.get({ ...params, rpId: 'evil.example' })), refused(403, 'invalid_grant'))
  t.match(await login(params => new SoftwarePasskey({ origin: 'https://evil.example' }).get(params)),
    refused(403, 'invalid_grant'), 'a passkey nobody has')
  t.match(await login(() => 'nonsense'), refused(403, 'invalid_grant'))
  t.match(await answer('unknown', {}), refused(403, 'invalid_grant'))
  const late = await begin('challenge')
  clock.now += 300
  t.match(await answer(late.auth_session, passkey.get(late.authn_params_public_key)), refused(403, 'invalid_grant'))
  await tenant.close()
})
