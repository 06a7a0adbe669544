import t, { type Test } from 'tap'
import { createTenant, type TenantOptions } from '../../../lib/testing/index.js'
import { optionalPackage } from '../../../lib/testing/tenant/engine/optional-package.js'
import { claimsOf, headerOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const api = 'https://api.example.com'
const grants = 'http://auth0.com/oauth/grant-type/'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`
const ada = { sub: 'auth0|ada', email: 'ada@example.com', password: 'correct horse' }
const clients = [
  { clientId: 'app', clientSecret: 'app-secret' },
  { clientId: 'other', clientSecret: 'other-secret', clientGrants: { [api]: ['read:items'] }, sessionTransfer: false },
  { clientId: 'public' },
  {
    clientId: 'symmetric',
    clientSecret: 'a secret of more than thirty-two characters',
    idTokenSigningAlg: 'HS256' as const
  },
  { clientId: 'rotating', clientSecret: 'rotating-secret', refreshToken: { rotation: true } }
]

async function world (t: Test, options: TenantOptions = {}) {
  const clock = { now: 1_800_000_000 }
  const tenant = await createTenant({
    issuer,
    clients,
    users: [ada],
    now: () => clock.now,
    organizations: [{ id: 'org_1', name: 'Acme', members: [ada.email] }],
    resourceServers: [{ identifier: api, scopes: ['read:items', 'write:items'], linkedClientId: 'app' }, {
      identifier: 'https://next.example.com',
      scopes: ['read:next'],
      linkedClientId: 'app'
    }],
    ...options
  })
  t.teardown(tenant.close)
  const as = (clientId: string): Wire => {
    const { clientSecret } = clients.find(client => client.clientId === clientId)!
    return new Wire(tenant, { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) })
  }
  return { tenant, clock, wire: as('app'), as }
}

const refused = (status: number, error: string): object => ({ status, body: { error, error_description: String } })

t.test('client credentials: the scopes that were granted, for one API, and an organization', async t => {
  const { wire, as } = await world(t)
  const grant = { grant_type: 'client_credentials', audience: api }
  const all = await wire.token(grant)
  t.match(all, { status: 200, body: { scope: 'read:items write:items', token_type: 'Bearer', expires_in: 86_400 } })
  t.notOk('refresh_token' in all.body || 'id_token' in all.body)
  t.match(claimsOf(String(all.body.access_token)), { aud: api, azp: 'app', gty: 'client-credentials' })
  t.match(await wire.token({ ...grant, scope: 'write:items unknown' }), { status: 200, body: { scope: 'write:items' } })
  t.match(await as('other').token(grant), { status: 200, body: { scope: 'read:items' } })
  t.match(claimsOf(String((await wire.token({ ...grant, organization: 'org_1' })).body.access_token)), {
    org_id: 'org_1'
  })
  t.match(await as('other').token({ ...grant, audience: 'https://next.example.com' }), refused(403, 'access_denied'))
  t.match(await wire.token({ grant_type: 'client_credentials' }), refused(403, 'access_denied'))
  t.match(await wire.token({ ...grant, audience: 'https://unknown.example.com' }), refused(403, 'access_denied'))
  t.match(await wire.token({ ...grant, organization: 'org_9' }), refused(400, 'invalid_request'))
  t.match(await as('public').token(grant), refused(403, 'unauthorized_client'))
})

t.test('passwords: the two grants', async t => {
  const { wire } = await world(t)
  const given = { username: ada.email, password: ada.password, scope: 'openid email' }
  const realm = 'Username-Password-Authentication'
  t.match(claimsOf(String((await wire.token({ grant_type: 'password', ...given })).body.id_token)), {
    sub: ada.sub,
    email: ada.email
  })
  t.match(await wire.token({ grant_type: `${grants}password-realm`, realm, ...given }), {
    status: 200,
    body: { scope: 'openid email' }
  })
  for (
    const [wrong, status, error] of [[{ password: 'wrong' }, 403, 'invalid_grant'], [{ username: 'nobody@example.com' },
      403, 'invalid_grant'], [{ realm: 'elsewhere' }, 403, 'invalid_grant']] as const
  ) {
    t.match(await wire.token({ grant_type: `${grants}password-realm`, realm, ...given, ...wrong }),
      refused(status, error), JSON.stringify(wrong))
  }
  t.match(await wire.token({ grant_type: 'password', username: ada.email }), refused(400, 'invalid_request'))
  t.match(await wire.token({ grant_type: `${grants}password-realm`, ...given }), refused(400, 'invalid_request'))
})

t.test('signing up, and what is refused', async t => {
  const { tenant, wire } = await world(t)
  const connection = 'Username-Password-Authentication'
  const signUp = async (changes: object) =>
    await wire.send('POST', '/dbconnections/signup', {
      client_id: 'app',
      connection,
      email: 'bob@example.com',
      password: 'long enough',
      ...changes
    })
  t.match(await signUp({ given_name: 'Bob', user_metadata: { plan: 'gold' }, family_name: 5 }), {
    status: 200,
    body: {
      _id: /^[0-9a-f]+$/,
      email: 'bob@example.com',
      email_verified: false,
      given_name: 'Bob',
      user_metadata: { plan: 'gold' }
    }
  })
  t.match(tenant.users.at(-1), { givenName: 'Bob', userMetadata: { plan: 'gold' }, emailVerified: false })
  t.match(
    await wire.token({ grant_type: 'password', username: 'bob@example.com', password: 'long enough', scope: 'openid' }),
    { status: 200 }
  )
  t.match(await signUp({}), {
    status: 400,
    body: { name: 'BadRequestError', code: 'invalid_signup', description: 'Invalid sign up' }
  }, 'known already')
  t.match(await signUp({ email: 'x@example.com', password: 'short' }), {
    status: 400,
    body: {
      name: 'PasswordStrengthError',
      code: 'invalid_password',
      description: { rules: [{ code: 'lengthAtLeast', verified: false }] }
    }
  })
  for (const wrong of [{ email: 'no address' }, { email: 5 }, { password: undefined, email: 'y@example.com' }]) {
    t.match(await signUp(wrong), { status: 400, body: { code: 'invalid_signup' } })
  }
  t.match(await signUp({ connection: 'nowhere' }), refused(404, 'not_found'))
  t.match(await signUp({ client_id: 'unknown' }), refused(400, 'invalid_request'))
  t.notOk('user_metadata' in (await signUp({ email: 'z@example.com', user_metadata: null })).body)
})

t.test('a forgotten password: the link in the mail sets another, once and in time', async t => {
  const { tenant, wire, clock } = await world(t)
  const ask = async (email?: string) =>
    await wire.send('POST', '/dbconnections/change_password', {
      client_id: 'app',
      connection: 'Username-Password-Authentication',
      email
    })
  t.match(await ask(ada.email), { status: 200, text: /We've just sent you an email/ })
  t.match(await ask('nobody@example.com'), { status: 200 }, 'who has an account is not told')
  t.equal(tenant.mailbox.length, 1)
  t.match(await ask(), refused(400, 'invalid_request'))
  const { link } = tenant.mailbox[0] as { link: string }
  const choose = async (password: string) => await wire.send('POST', link, new URLSearchParams({ password }).toString())
  t.match(await wire.send('GET', link), { status: 200, text: /Change your password/ })
  t.match(await choose('short'), { status: 400, text: /too weak/ })
  t.match(await choose('another horse'), { status: 200, text: /has been changed/ })
  t.match(await wire.token({ grant_type: 'password', username: ada.email, password: 'another horse', scope: 'openid' }),
    { status: 200 })
  t.match(await wire.token({ grant_type: 'password', username: ada.email, password: ada.password, scope: 'openid' }),
    refused(403, 'invalid_grant'))
  t.equal((await choose('a third horse')).status, 400, 'once')
  t.equal((await wire.send('GET', link)).status, 400)
  await ask(ada.email)
  clock.now += 432_000
  t.equal((await wire.send('GET', String(tenant.mailbox[1]!.link))).status, 400, 'in time')
})

t.test('the login page signs up too', async t => {
  const { tenant, wire } = await world(t)
  const signUp = async (user: string, password: string) =>
    await wire.exchange(
      await tenant.login({
        authorizationUrl: wire.authorizationUrl({ screen_hint: 'signup' }),
        user,
        password,
        answers: { action: 'signup' }
      })
    )
  t.match(claimsOf(String((await signUp('bob@example.com', 'long enough')).body.id_token)), {
    email: 'bob@example.com'
  })
  t.equal(tenant.users.length, 2)
  await t.rejects(signUp('carol@example.com', 'short'), { message: /400/ })
  t.equal(tenant.users.length, 2)
})

t.test('token exchange by profile, with an actor, for a user who is known', async t => {
  const legacy = 'urn:acme:legacy'
  const seen: unknown[] = []
  const { tenant, wire, as, clock } = await world(t, {
    tokenExchange: {
      [legacy]: request => {
        seen.push(request)
        return request.subjectToken === 'nobody' ? undefined : request.subjectToken
      }
    }
  })
  const ask = async (changes: Record<string, string>, who = wire) =>
    await who.token({
      grant_type: exchange,
      subject_token: ada.email,
      subject_token_type: legacy,
      scope: 'openid',
      audience: api,
      ...changes
    })
  const plain = await ask({})
  t.match(plain, { status: 200, body: { issued_token_type: type('access_token'), token_type: 'Bearer' } })
  t.match(claimsOf(String(plain.body.id_token)), { sub: ada.sub })
  t.match(seen, [{ subjectToken: ada.email, subjectTokenType: legacy, clientId: 'app', params: { scope: 'openid' } }])
  const { id_token: actor, refresh_token: refreshToken } = await wire.login()
  const acting = await ask({ actor_token: actor, actor_token_type: type('id_token') })
  t.match(claimsOf(String(acting.body.access_token)), { act: { sub: ada.sub } })
  t.match(claimsOf(String(acting.body.id_token)), { act: { sub: ada.sub } })
  t.match(await ask({ subject_token: 'nobody' }), refused(403, 'invalid_grant'))
  t.match(await ask({ subject_token: 'a stranger' }), refused(403, 'invalid_grant'))
  t.match(await ask({ subject_token_type: 'urn:acme:unknown' }), refused(400, 'invalid_request'))
  t.match(await wire.token({ grant_type: exchange, subject_token: 'x' }), refused(400, 'invalid_request'))
  for (
    const wrong of [{ actor_token: actor }, { actor_token: 'forged', actor_token_type: type('id_token') }, {
      actor_token_type: type('id_token')
    }]
  ) {
    t.match(await ask(wrong as Record<string, string>), refused(400, 'invalid_request'),
      JSON.stringify(Object.keys(wrong)))
  }
  t.match(await ask({ actor_token: actor, actor_token_type: type('id_token') }, as('other')),
    refused(400, 'invalid_request'), 'an ID token of another application')

  const transfer = `urn:${tenant.domain}:session_transfer`
  const transferred = await ask({ audience: transfer, actor_token: actor, actor_token_type: type('id_token') })
  t.match(transferred, {
    status: 200,
    body: {
      access_token: /^stt_/,
      issued_token_type: 'urn:auth0:params:oauth:token-type:session_transfer_token',
      token_type: 'N_A',
      expires_in: 60
    }
  })
  t.match(await ask({ audience: transfer, subject_token: refreshToken, subject_token_type: type('refresh_token') }), {
    status: 200
  }, "one's own session needs no actor")
  t.match(await ask({ audience: transfer }), refused(400, 'setactor_required'))
  t.match(
    await ask({
      audience: transfer,
      actor_token: actor,
      actor_token_type: type('id_token'),
      scope: 'openid offline_access'
    }),
    refused(400, 'invalid_scope')
  )
  t.match(await ask({ audience: transfer }, as('other')), refused(403, 'session_transfer_disabled'))
  t.match(
    await ask({ audience: transfer, subject_token: refreshToken, subject_token_type: type('refresh_token') },
      as('rotating')),
    refused(403, 'invalid_grant'),
    'a refresh token of another application'
  )
  clock.now += 36_001
  t.match(await ask({ actor_token: actor, actor_token_type: type('id_token') }), refused(400, 'invalid_request'),
    'an actor that has expired')
  await tenant.close()
})

t.test("an API exchanges its caller's token for one of the next API, through at most four", async t => {
  const { tenant, wire, as, clock } = await world(t)
  const next = 'https://next.example.com'
  const { access_token: own } = await wire.login({ audience: api, scope: 'openid read:items' })
  const ask = async (token: string, changes: Record<string, string> = {}, who = wire) =>
    await who.token({
      grant_type: exchange,
      subject_token: token,
      subject_token_type: type('access_token'),
      requested_token_type: type('access_token'),
      audience: next,
      scope: 'read:next',
      ...changes
    })
  const first = await ask(own)
  t.match(claimsOf(String(first.body.access_token)), { sub: ada.sub, aud: next, act: { sub: 'app' } })
  let token = String(first.body.access_token)
  for (let actors = 2; actors <= 4; actors++) token = String((await ask(token)).body.access_token)
  t.match(claimsOf(token), { act: { act: { act: { act: { sub: 'app' } } } } })
  t.match(await ask(token), refused(400, 'invalid_request'), 'a fifth')
  t.match(await ask(own, {}, as('other')), refused(403, 'invalid_grant'), "not that API's application")
  t.match(await ask('opaque'), refused(403, 'invalid_grant'))
  t.match(await ask(own, { requested_token_type: type('id_token') }), refused(400, 'invalid_request'))
  t.match(await ask(own, { audience: '' }), refused(400, 'invalid_request'))
  clock.now += 86_401
  t.match(await ask(own), refused(403, 'invalid_grant'), 'expired')
  await tenant.close()
})

t.test('Token Vault: a connected, a linked and the own account; by refresh and by access token', async t => {
  const { tenant, wire, as, clock } = await world(t, {
    users: [{ ...ada, identities: [{ connection: 'github', userId: '1' }] }]
  })
  const grant = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
  const requested = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
  const { refresh_token: refreshToken } = await wire.login()
  const { access_token: accessToken } = await wire.login({ audience: api })
  tenant.connectedAccounts.push({
    id: 'cac_1',
    sub: ada.sub,
    connection: 'google-oauth2',
    scopes: ['mail', 'calendar'],
    createdAt: ''
  })
  const ask = async (changes: Record<string, string>, who = wire) =>
    await who.token({
      grant_type: grant,
      subject_token: refreshToken,
      subject_token_type: type('refresh_token'),
      requested_token_type: requested,
      connection: 'google-oauth2',
      ...changes
    })
  t.match(await ask({}), {
    status: 200,
    body: {
      access_token: /^google-oauth2-token-/,
      scope: 'mail calendar',
      expires_in: 3600,
      issued_token_type: requested
    }
  })
  t.match(await ask({ login_hint: 'cac_1' }), { status: 200 })
  t.match(await ask({ connection: 'github' }), { status: 200, body: { scope: '' } }, 'linked')
  t.match(await ask({ subject_token: accessToken, subject_token_type: type('access_token') }), { status: 200 })
  t.match(await ask({ login_hint: 'cac_9' }), refused(401, 'federated_connection_refresh_token_not_found'))
  t.match(await ask({ connection: 'slack' }), refused(401, 'federated_connection_refresh_token_not_found'))
  t.match(await ask({ subject_token: 'forged' }), refused(403, 'invalid_grant'))
  t.match(await ask({ subject_token: 'forged', subject_token_type: type('access_token') }),
    refused(403, 'invalid_grant'))
  t.match(await ask({ subject_token: accessToken, subject_token_type: type('access_token') }, as('other')),
    refused(403, 'invalid_grant'), "not that API's application")
  t.match(await ask({}, as('other')), refused(403, 'invalid_grant'), "another application's refresh token")
  t.match(await ask({}, as('rotating')), refused(400, 'invalid_request'), 'rotation must be off')
  t.match(await ask({}, as('public')), refused(403, 'unauthorized_client'))
  for (const wrong of [{ requested_token_type: 'x' }, { subject_token_type: type('id_token') }, { connection: '' }]) {
    t.match(await ask(wrong as Record<string, string>), refused(400, 'invalid_request'), JSON.stringify(wrong))
  }
  clock.now += 86_401
  t.match(await ask({ subject_token: accessToken, subject_token_type: type('access_token') }),
    refused(403, 'invalid_grant'), 'expired')
  await tenant.close()
})

/** What a user does on the pages behind a device's link. */
async function onDevicePages (tenant: Awaited<ReturnType<typeof createTenant>>, url: string,
  choice: 'confirm' | 'cancel'): Promise<string> {
  const browser = tenant.browser()
  let at = url
  let answer = await browser.request('GET', at)
  for (let steps = 0; steps < 12; steps++) {
    if (typeof answer.headers.location === 'string') {
      at = new URL(answer.headers.location, at).href
      answer = await browser.request('GET', at)
      continue
    }
    const form = /<form[^>]*>/u.exec(answer.body)?.[0]
    if (form === undefined || answer.status >= 400) break
    const inputs = Object.fromEntries(
      [...answer.body.matchAll(/<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/gu)].map((
        [, name, value = '']
      ) => [name!, value])
    )
    const login = answer.body.includes('data-page="login"')
    const confirm = answer.body.includes('id="user-code"')
    at = new URL(/action="([^"]*)"/u.exec(form)?.[1] ?? at, at).href
    answer = await browser.request('POST', at, {
      ...inputs,
      ...(login ? { user: ada.sub } : confirm && choice === 'cancel' ? { abort: 'yes' } : { action: 'continue' })
    })
  }
  return answer.body
}

t.test('device flow: pending, too fast, confirmed; a wrong code and a refusal', async t => {
  const { tenant, clock, as } = await world(t)
  const device = as('public')
  const start = async () =>
    (await device.form('/oauth/device/code', { scope: 'openid' })).body as {
      device_code: string,
      user_code: string,
      verification_uri: string,
      verification_uri_complete: string,
      interval: number,
      expires_in: number
    }
  const poll = async (code: string) =>
    await device.token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code })
  const begun = await start()
  t.match(begun, { user_code: /^[A-Z]{4}-[A-Z]{4}$/, interval: 5, expires_in: 900, verification_uri: /^https:/ })
  t.match(await poll(begun.device_code), refused(400, 'authorization_pending'))
  const fast = await poll(begun.device_code)
  t.match(fast, refused(400, 'slow_down'))
  t.equal(fast.headers.get('retry-after'), '10')
  t.match((await device.send('GET', begun.verification_uri)).text, /Enter the code displayed on your device/)
  t.match(await onDevicePages(tenant, `${begun.verification_uri}?user_code=WRNG-CODE`, 'confirm'),
    /not valid, or the login was cancelled|Enter the code/)
  t.match(await onDevicePages(tenant, begun.verification_uri_complete, 'confirm'), /Your device is now connected/)
  clock.now += 11
  t.match(claimsOf(String((await poll(begun.device_code)).body.id_token)), { sub: ada.sub })
  const denied = await start()
  await onDevicePages(tenant, denied.verification_uri_complete, 'cancel')
  t.match(await poll(denied.device_code), refused(400, 'access_denied'))
  t.match(await poll('forged'), { status: 403, body: { error: 'invalid_grant' } })
  t.strictSame(tenant.errors, [])
  await tenant.close()
})

t.test('backchannel login: approved with its details, denied, and requests that are refused', async t => {
  const { tenant, wire, clock } = await world(t, {
    resourceServers: [{ identifier: api, scopes: ['read:items'], authorizationDetailsTypes: ['payment'] }]
  })
  const hint = JSON.stringify({ format: 'iss_sub', iss: issuer, sub: ada.sub })
  const start = async (changes: Record<string, string> = {}) =>
    await wire.form('/bc-authorize', { scope: 'openid', login_hint: hint, binding_message: 'order 1', ...changes })
  const poll = async ({ body }: { body: Record<string, unknown> }) =>
    await wire.token({ grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(body.auth_req_id) })
  const begun = await start({
    requested_expiry: '60',
    audience: api,
    authorization_details: '[{"type":"payment","amount":"1"}]'
  })
  t.match(begun, { status: 200, body: { auth_req_id: String, expires_in: 60, interval: 5 } })
  t.match(tenant.backchannelRequests, [{ clientId: 'app', sub: ada.sub, bindingMessage: 'order 1', status: 'pending' }])
  t.match(await poll(begun), refused(400, 'authorization_pending'))
  await tenant.approve(String(begun.body.auth_req_id))
  clock.now += 6
  const done = await poll(begun)
  t.match(claimsOf(String(done.body.id_token)), { sub: ada.sub })
  t.strictSame(done.body.authorization_details, [{ type: 'payment', amount: '1' }])
  await t.rejects(tenant.approve(String(begun.body.auth_req_id)), /no such pending login/)
  await t.rejects(tenant.deny('unknown'), /no such pending login/)
  const second = await start({ audience: api, scope: 'openid read:items' })
  await tenant.deny(String(second.body.auth_req_id))
  t.match(await poll(second), { status: 400, body: { error: 'access_denied' } })
  const third = await start({ audience: api, scope: 'openid read:items' })
  await tenant.approve(String(third.body.auth_req_id))
  t.match(claimsOf(String((await poll(third)).body.access_token)).aud, [api])
  for (
    const wrong of [{ login_hint: 'ada' }, { login_hint: JSON.stringify({ format: 'email', email: ada.email }) }, {
      login_hint: JSON.stringify({ format: 'iss_sub', iss: 'https://other/', sub: 'x' })
    }, { login_hint: JSON.stringify({ format: 'iss_sub', iss: issuer, sub: 5 }) }, { binding_message: 'x'.repeat(65) },
    { binding_message: '<b>' }, { requested_expiry: '301' }]
  ) {
    t.match(await start(wrong as Record<string, string>), refused(400, 'invalid_request'), JSON.stringify(wrong))
  }
  t.match(await wire.form('/bc-authorize', { scope: 'openid', login_hint: hint }), refused(400, 'invalid_request'),
    'no binding message')
  t.match(await start({ login_hint: JSON.stringify({ format: 'iss_sub', iss: issuer, sub: 'auth0|nobody' }) }), {
    status: 400
  })
  await tenant.close()
})

t.test('ID tokens signed with the client secret, also as a hint', async t => {
  const { tenant, as } = await world(t)
  const wire = as('symmetric')
  const { id_token: idToken } = await wire.login()
  t.match(headerOf(idToken), { alg: 'HS256' })
  const silent = async (hint: string) =>
    await tenant.login({ authorizationUrl: wire.authorizationUrl({ id_token_hint: hint }) })
  t.match(await silent(idToken), /code=/)
  t.match(await silent(`${idToken.slice(0, -4)}AAAA`), /error=invalid_request/)
  const { id_token: foreign } = await as('app').login()
  t.match(await silent(foreign), /error=invalid_request/)
})

t.test('what needs a package that is not installed says which', async t => {
  t.equal(await optionalPackage('otpauth', 'One-time passwords', async () => 1), 1)
  await t.rejects(optionalPackage('otpauth', 'One-time passwords', async () => {
    throw new Error('Cannot find package')
  }), {
    code: 'configuration_error',
    option: 'otpauth',
    message: 'One-time passwords of createTenant() need the package "otpauth": npm install --save-dev otpauth'
  })
})
