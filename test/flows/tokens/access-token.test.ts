import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { AccessTokenError, ApiError } from '../../../lib/errors.js'
import { spendOnce } from '../../../lib/flows/tokens/spend-refresh-token.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { SessionStore } from '../../../types/index.js'
import type { Answer, ScriptedTenant } from '../../fixtures/scripted-tenant.js'
import { until } from '../../until.js'
import { site } from '../site.js'

const show = {
  '/renewed': async (request: FastifyRequest) => await request.auth0.getAccessToken({ refresh: true }),
  '/kept': async (request: FastifyRequest) => await request.auth0.getAccessToken({ refresh: false }),
  '/token': async (request: FastifyRequest) => await request.auth0.getAccessToken(request.query as object)
}

t.test('an access token is kept, renewed early, and its refresh token rotated', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  const first = (await ada.call('/token')).json()
  t.equal(first.accessToken, 'opaque-access-1')
  t.equal(first.expiresAt, s.clock.now + 3600)
  t.equal(first.tokenType, 'Bearer')
  s.clock.now += 3569
  t.equal((await ada.call('/token')).json().accessToken, 'opaque-access-1', 'still good for more than 30 seconds')
  s.clock.now += 1
  const renewed = await ada.call('/token')
  t.equal(renewed.json().accessToken, 'opaque-access-2')
  t.equal(s.tenant.grants('refresh_token')[0]?.form.get('refresh_token'), 'refresh-1')
  t.equal(s.tenant.grants('refresh_token')[0]?.form.get('scope'), 'openid profile email offline_access')
  t.match(renewed.headers['cache-control'], /no-store/)
  t.match(s.events.filter(({ type }) => type === 'refresh'),
    [{ outcome: 'success', reason: 'refresh', blame: 'none', domain: s.tenant.domain, user: /./ }])
  s.clock.now += 3600
  await ada.call('/token')
  t.equal(s.tenant.grants('refresh_token')[1]?.form.get('refresh_token'), 'refresh-2', 'the rotated token is used next')
})

t.test('an outage while a token is renewed early costs nothing as long as the kept one holds', async t => {
  const outages = {
    'no connection': () => {
      throw new TypeError('fetch failed')
    },
    500: () => ({ status: 500, body: '' }),
    429: () => ({ status: 429, json: { error: 'too_many_requests' } })
  }
  for (const [name, outage] of Object.entries(outages)) {
    const s = await site(t, { refreshLeeway: 300 }, show)
    const ada = await s.member()
    const first = (await ada.call('/token')).json().accessToken
    s.clock.now += 3400
    s.tenant.scripts.set('refresh_token', outage)
    t.equal((await ada.call('/token')).json().accessToken, first, name)
    t.equal((await ada.call('/kept')).json().accessToken, first, name)
    t.ok((await ada.call('/renewed')).statusCode >= 400, `${name}: who asks for a new one is told`)
    s.clock.now += 200
    t.ok((await ada.call('/token')).statusCode >= 400, `${name}: an expired token is not given out`)
    s.tenant.scripts.clear()
    t.not((await ada.call('/token')).json().accessToken, first)
  }
  const s = await site(t, { refreshLeeway: 300 }, show)
  const ada = await s.member()
  s.clock.now += 3400
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'invalid_grant' } }))
  t.ok((await ada.call('/token')).statusCode >= 400, 'a refusal is no outage')
})

t.test('100 requests with an expired token make one token call', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.clock.now += 3600
  const copies = Array.from({ length: 100 }, () => ada.copy())
  const answers = await Promise.all(copies.map(async copy => await copy.call('/token')))
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 100)
  t.equal(s.tenant.grants('refresh_token').length, 1)
  t.equal(new Set(answers.map(answer => answer.json().accessToken)).size, 1)
  t.ok(answers.every(answer => answer.headers['set-cookie'] !== undefined), 'every browser gets the new tokens')
})

t.test('100 requests over 400 ms, with an expired token, make one token call', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token', async () => {
    await new Promise(resolve => setTimeout(resolve, 150))
    return { json: s.tenant.tokens() }
  })
  const answers = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    const copy = ada.copy()
    await new Promise(resolve => setTimeout(resolve, 4 * i))
    return await copy.call('/token')
  }))
  t.strictSame(answers.map(answer => answer.json().accessToken), Array(100).fill('opaque-access-2'),
    'those during the call, and those after it')
  t.equal(s.tenant.grants('refresh_token').length, 1)
})

t.test('late siblings that still carry the old cookies share the settled answer', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.clock.now += 3600
  const late = ada.copy()
  await ada.call('/token')
  s.clock.now += 40
  t.equal((await late.call('/token')).json().accessToken, 'opaque-access-2')
  t.equal(s.tenant.grants('refresh_token').length, 1)
  s.clock.now += 3600
  await late.call('/token')
  t.equal(s.tenant.grants('refresh_token')[1]?.form.get('refresh_token'), 'refresh-2',
    'and hand it on to their browsers')
})

t.test('three audiences of 30 requests each make three calls, one after another', async t => {
  const s = await site(t, { scope: { 'https://a': 'read:a', 'https://b': 'read:b', 'https://c': 'read:c' } }, show)
  const ada = await s.member()
  let running = 0
  let most = 0
  s.tenant.scripts.set('refresh_token', async ({ form }) => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setTimeout(resolve, 5))
    running--
    return { json: s.tenant.tokens({}, { scope: form.get('scope') }) }
  })
  const answers = await Promise.all(
    ['https://a', 'https://b', 'https://c'].flatMap(audience =>
      Array.from({ length: 30 }, async () => await ada.copy().call(`/token?audience=${encodeURIComponent(audience)}`))
    )
  )
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  const calls = s.tenant.grants('refresh_token')
  t.equal(calls.length, 3)
  t.equal(most, 1, 'never two at once')
  t.strictSame(calls.map(({ form }) => form.get('refresh_token')), ['refresh-1', 'refresh-2', 'refresh-3'],
    'each with the newest token')
  t.strictSame(calls.map(({ form }) => form.get('scope')).sort(), ['read:a', 'read:b', 'read:c'])
})

t.test('no refresh token is spent twice, however old the cookies are that a request carries', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  let audiences = 0
  const another = (): string => `/token?audience=https://api-${++audiences}`
  const late = ada.copy()
  for (let i = 0; i < 4; i++) await ada.call(another())
  await late.call(another())
  for (const browser of [ada, late, ada]) t.equal((await browser.call(another())).statusCode, 200)
  const siblings = Array.from({ length: 4 }, () => ada.copy())
  await Promise.all(siblings.map(async sibling => await sibling.call(another())))
  for (const sibling of [...siblings, ...siblings]) t.equal((await sibling.call(another())).statusCode, 200)
  const spent = s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token'))
  t.strictSame(spent, Array.from({ length: audiences }, (_, i) => `refresh-${i + 1}`))
})

t.test('a grant of fewer scopes than asked for is not refreshed on every call', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, { scope: 'read:one' }) }))
  const path = '/token?audience=https://a&scope=read:one%20read:two'
  t.equal((await ada.call(path)).json().scope, 'read:one')
  await ada.call(path)
  t.equal(s.tenant.grants('refresh_token').length, 1)
})

t.test('an audience that the server silently ignored is noticed, and its tokens are kept', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.tenant.scripts.set('refresh_token',
    () => ({ json: s.tenant.tokens({}, { access_token: s.tenant.jwt({ aud: ['https://other'] }) }) }))
  const refused = await ada.call('/token?audience=https://asked')
  t.equal(refused.statusCode, 401)
  t.equal(refused.json().code, 'incorrect_audience')
  t.equal((await ada.call('/token?audience=https://other')).json().audience, 'https://other', 'for what it is good for')
  t.equal(s.tenant.grants('refresh_token').length, 1)
  s.clock.now += 4000
  s.tenant.scripts.delete('refresh_token')
  t.equal((await ada.call('/token')).statusCode, 200, 'the rotated refresh token was not lost')
  t.equal(s.tenant.grants('refresh_token').at(-1)?.form.get('refresh_token'), 'refresh-2')
  s.tenant.scripts.set('refresh_token',
    () => ({ json: s.tenant.tokens({}, { access_token: s.tenant.jwt({ aud: 5 }) }) }))
  t.equal((await ada.call('/token?audience=https://odd')).statusCode, 200,
    'a token that names no audience cannot be judged')
  s.tenant.scripts.set('refresh_token',
    () => ({ json: s.tenant.tokens({}, { access_token: s.tenant.jwt({ aud: [] }) }) }))
  t.equal((await ada.call('/token?audience=https://none')).statusCode, 401)
  s.tenant.scripts.set('refresh_token',
    () => ({ json: s.tenant.tokens({}, { access_token: s.tenant.jwt({ aud: 'https://one' }) }) }))
  t.equal((await ada.call('/token?audience=https://one')).statusCode, 200)
})

for (const kind of ['cookies', 'store'] as const) {
  t.test(`what fails once Auth0 has answered does not lose the new refresh token, in ${kind}`, async t => {
    let refuse = false
    const s = await site(t, {
      ...(kind === 'store' && { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }),
      beforeSessionSaved: () => {
        if (refuse) throw new AccessTokenError('refused' as never, 'not now')
      }
    }, show)
    const ada = await s.member()
    const sent = (): (string | null)[] => s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token'))
    s.clock.now += 3600
    refuse = true
    t.equal((await ada.call('/token')).json().code, 'refused', 'the hook refuses')
    t.equal((await ada.call('/token')).json().code, 'refused', 'and its refusal is not got round by asking again')
    refuse = false
    t.equal((await ada.call('/token')).statusCode, 200)
    t.strictSame(sent(), ['refresh-1', 'refresh-2', 'refresh-3'], 'each is sent once')
    s.clock.now += 3600
    s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, { refresh_token: undefined }) }))
    refuse = true
    t.equal((await ada.call('/token')).json().code, 'refused')
    refuse = false
    t.equal((await ada.call('/token')).statusCode, 200)
    t.strictSame(sent().slice(3), ['refresh-4', 'refresh-4'], 'one that is not rotated stays')
  })
}

t.test('keys that cannot be fetched in a fresh process do not lose the new refresh token', async t => {
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  const first = await site(t, { sessionStore: store }, show)
  const ada = await first.member()
  const s = await site(t, { sessionStore: store, customFetch: first.tenant.fetch }, show)
  const fresh = ada.at(s.app)
  s.clock.now = first.clock.now += 3600
  first.tenant.scripts.set('GET /.well-known/jwks.json', () => ({ status: 404, body: 'not here' }))
  t.match((await fresh.call('/token')).json(), { statusCode: 502, code: 'invalid_response' })
  first.tenant.scripts.delete('GET /.well-known/jwks.json')
  s.clock.now = first.clock.now += 60
  t.equal((await fresh.call('/token')).statusCode, 200)
  t.strictSame(first.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')), ['refresh-1',
    'refresh-2'])
})

t.test('a token that was renewed without an audience is found again, and the ID token stays', async t => {
  const s = await site(t, { storeIdToken: true }, {
    ...show,
    '/transfer': async request =>
      await request.auth0.requestSessionTransferToken({ subjectToken: 'x', subjectTokenType: 'urn:acme:customer' })
  })
  const usual = s.tenant.tokens.bind(s.tenant)
  let idToken: unknown
  s.tenant.tokens = (claims, rest) => {
    const tokens = usual(claims, rest)
    idToken = tokens.id_token
    return tokens
  }
  s.tenant.claims = { sid: undefined }
  const ada = await s.member()
  s.tenant.scripts.set('refresh_token', () => ({ json: usual({}, { id_token: undefined }) }))
  s.clock.now += 3600
  for (const wanted of ['opaque-access-2', 'opaque-access-2']) {
    t.equal((await ada.call('/token')).json().accessToken, wanted)
  }
  t.equal(s.tenant.grants('refresh_token').length, 1)
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  s.tenant.scripts.set(exchange, () => ({
    json: {
      access_token: 'stt',
      token_type: 'N_A',
      issued_token_type: 'urn:auth0:params:oauth:token-type:session_transfer_token'
    }
  }))
  t.equal((await ada.call('/transfer')).statusCode, 200)
  t.equal(s.tenant.grants(exchange)[0]?.form.get('actor_token'), idToken, 'for a session transfer')
  t.equal(new URL(String((await ada.navigate('/auth/logout')).headers.location)).searchParams.get('id_token_hint'),
    idToken, 'and for the logout')
})

t.test('calls side by side in one request share one renewal', async t => {
  const s = await site(t, {}, {
    '/three': async request =>
      await Promise.all([1, 2, 3].map(async () => (await request.auth0.getAccessToken()).accessToken))
  })
  const ada = await s.member()
  for (const n of [2, 3]) {
    s.clock.now += 3600
    t.strictSame((await ada.call('/three')).json(), Array.from({ length: 3 }, () => `opaque-access-${n}`))
  }
  t.strictSame(s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')), ['refresh-1',
    'refresh-2'])
})

t.test('refresh: true never gives back the token it was to replace, whatever else is renewed meanwhile', async t => {
  const s = await site(t, { storeConnectionTokens: true }, {
    ...show,
    '/token/new': async request => await request.auth0.getAccessToken({ refresh: true }),
    '/connection': async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', ...(request.query as object) }),
    '/connection/new': async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', refresh: true })
  })
  const grant = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
  let n = 0
  s.tenant.scripts.set(grant,
    () => ({ json: { access_token: `google-${++n}`, token_type: 'Bearer', expires_in: 100 } }))
  const ada = await s.member()
  for (
    const [path, other] of [['/token', '/token?audience=https://b'], ['/connection',
      '/connection?loginHint=second']] as const
  ) {
    const { accessToken } = (await ada.call(path)).json()
    const [, forced] = await Promise.all([ada.copy().call(other), ada.copy().call(`${path}/new`)])
    t.equal(forced.statusCode, 200)
    t.not(forced.json().accessToken, accessToken)
  }
})

t.test('tokens that are bound to a key which is gone are not handed out, but renewed', async t => {
  const s = await site(t, { dpop: true, scope: { 'https://a': 'read' } }, show)
  const bound = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = (claims, rest) => bound(claims, { token_type: 'DPoP', ...rest })
  const [ada, bob] = [await s.member(), await s.member()]
  await ada.call('/token?audience=https://a')
  s.tenant.tokens = (claims, rest) => bound(claims, { token_type: 'DPoP', refresh_token: undefined, ...rest })
  const withoutRefresh = await s.member()

  const restarted = await site(t, { dpop: true, customFetch: s.tenant.fetch, scope: { 'https://a': 'read' } }, show)
  const unbound = await site(t, { customFetch: s.tenant.fetch }, show)
  const at = (other: typeof s, browser: typeof ada): typeof ada => browser.at(other.app)
  const before = s.tenant.grants('refresh_token').length
  const moved = at(restarted, ada)
  const renewed = (await moved.call('/token')).json()
  t.match(renewed, { accessToken: 'opaque-access-5', tokenType: 'DPoP' })
  t.equal((await moved.call('/token')).json().accessToken, 'opaque-access-5', 'bound to the key in use now')
  t.equal(s.tenant.grants('refresh_token').length, before + 1)
  t.match((await moved.call('/token?audience=https://a')).json(), { accessToken: 'opaque-access-6' },
    "nor the other API's")
  const lost = await at(restarted, withoutRefresh).call('/token')
  t.equal(lost.statusCode, 401)
  t.equal(lost.json().code, 'dpop_key_mismatch')

  s.tenant.tokens = bound
  t.match((await at(unbound, bob).call('/token')).json(), { accessToken: 'opaque-access-7', tokenType: 'Bearer' },
    'with the option switched off')
})

t.test('refresh: true gets a new token, also under load only one', async t => {
  const s = await site(t, {}, { '/new': async request => await request.auth0.getAccessToken({ refresh: true }) })
  const ada = await s.member()
  t.equal((await ada.call('/new')).json().accessToken, 'opaque-access-2')
  const answers = await Promise.all([1, 2, 3].map(async () => await ada.call('/new')))
  t.ok(answers.every(answer => answer.json().accessToken === 'opaque-access-3'))
})

t.test('without a session, without a refresh token, without a way to keep the new one', async t => {
  const s = await site(t, {}, {
    ...show,
    '/hijacked': async (request, reply) => {
      reply.hijack()
      const token = await request.auth0.getAccessToken().then(() => 'token', (error: { code: string }) => error.code)
      reply.raw.end(token)
    }
  })
  t.equal((await s.browser().call('/token')).json().code, 'missing_session')
  const ada = await s.member()
  t.equal((await ada.call('/hijacked')).body, 'token', 'a token that is good needs no writing')
  s.clock.now += 3585
  t.equal((await ada.call('/hijacked')).body, 'token', 'nor one that is good for some seconds')
  s.clock.now += 3585
  const calls = s.tenant.requests.length
  t.equal((await ada.call('/hijacked')).body, 'session_not_writable')
  t.equal(s.tenant.requests.length, calls, 'Auth0 was not called')
})

t.test('a session without refresh token gives its token while it is good', async t => {
  const s = await site(t, { scope: 'openid profile' }, show)
  let expires: unknown = 3600
  const usual = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = (claims, rest) => usual(claims, { ...rest, refresh_token: undefined, expires_in: expires })
  const ada = await s.member()
  s.clock.now += 3580
  t.equal((await ada.call('/token')).statusCode, 200, 'late, but good')
  s.clock.now += 20
  const refused = await ada.call('/token')
  t.equal(refused.statusCode, 401)
  t.equal(refused.json().code, 'missing_refresh_token')
  expires = undefined
  const bob = await s.member()
  t.equal((await bob.call('/token')).json().expiresAt, 0, 'an end that is not known')
})

t.test('a refused refresh token needs a new login; what says "later" stays what it is', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token',
    () => ({ status: 403, json: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' } }))
  const refused = await ada.call('/token')
  t.equal(refused.statusCode, 401)
  t.equal(refused.json().code, 'failed_to_refresh_token')
  t.equal(s.events.at(-1)?.type, 'refresh')
  t.equal(s.events.at(-1)?.outcome, 'failure')
  t.equal((await ada.call('/token')).json().code, 'missing_refresh_token', 'it is not sent again')
  t.equal(s.tenant.grants('refresh_token').length, 1)
  s.tenant.scripts.delete('refresh_token')
  const bea = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token', () => ({ status: 503, body: 'no', headers: { 'content-type': 'text/plain' } }))
  t.equal((await bea.call('/token')).statusCode, 502)
  s.tenant.scripts.set('refresh_token', () => ({ status: 429, json: { error: 'too_many_requests' } }))
  t.equal((await bea.call('/token')).statusCode, 503)
  s.tenant.scripts.set('refresh_token',
    () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw-mfa-token', error_description: 'MFA' } }))
  const mfa = await bea.call('/token')
  t.equal(mfa.json().code, 'mfa_required')
  t.notMatch(mfa.body, 'raw-mfa-token')
})

for (
  const [what, claims, then] of [
    ['user', { sub: 'auth0|eve' }, 'missing_session'],
    ['organization', { org_id: 'org_2' }, 'missing_session'],
    ['organization, or of none', { org_id: undefined }, 'missing_session'],
    ['login', { nonce: 'of-another-login' }, 'missing_refresh_token']
  ] as const
) {
  t.test(`a refreshed ID token of another ${what} is refused`, async t => {
    const s = await site(t, {}, show)
    s.tenant.claims = { org_id: 'org_1', auth_time: 1_794_999_000 }
    const ada = await s.member()
    s.clock.now += 3600
    s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens(claims) }))
    const refused = (await ada.call('/token')).json()
    t.match(refused, { code: 'failed_to_refresh_token', message: `of another ${what.split(',')[0]} than` })
    t.equal((await ada.call('/token')).json().code, then)
  })
}

t.test('a refresh leaves the time of the login as it is, and tells of another one', async t => {
  const s = await site(t, {}, { ...show, '/me': async request => await request.getSession() })
  const told = () => s.logs.filter(line => line.includes('other_auth_time')).length
  for (
    const [before, refreshed, count] of [
      [undefined, undefined, 0], [undefined, 5, 0], [5, undefined, 0], [5, 5, 0], [5, 6, 1]
    ] as const
  ) {
    s.tenant.claims = { auth_time: before }
    const ada = await s.member()
    s.tenant.claims = { auth_time: refreshed, name: 'Countess' }
    const earlier = told()
    t.equal((await ada.call('/renewed')).statusCode, 200)
    t.match((await ada.call('/me')).json().user, { name: 'Countess', auth_time: before })
    t.equal(told() - earlier, count, `${before} ${refreshed}`)
  }
})

t.test('a refreshed ID token brings the user up to date and keeps what the application added', async t => {
  const s = await site(t, {}, {
    ...show,
    '/theme': async request => await request.auth0.updateSession({ theme: 'dark' }),
    '/me': async request => await request.getSession()
  })
  const ada = await s.member()
  await ada.call('/theme')
  s.clock.now += 3600
  s.tenant.claims = { name: 'Countess', sid: 'sid-2', session_expiry: 5 }
  const late = ada.copy()
  await ada.call('/token')
  const session = (await ada.call('/me')).json()
  t.equal(session.user.name, 'Countess')
  t.equal(session.theme, 'dark')
  t.equal(session.sid, 'sid-1', 'the session is the same one')
  await late.call('/token')
  t.equal((await late.call('/me')).json().user.name, 'Countess')
})

t.test('a caller that gives up does not take the others with it', async t => {
  const s = await site(t, {}, {
    ...show,
    '/impatient': async request => {
      const controller = new AbortController()
      const waiting = request.auth0.getAccessToken({ signal: controller.signal })
      controller.abort(new Error('enough'))
      return await waiting.then(() => 'token', (error: { code: string }) => error.code)
    },
    '/given-up': async request =>
      await request.auth0.getAccessToken({ signal: AbortSignal.abort() }).then(() => 'token',
        (error: { code: string }) => error.code)
  })
  const ada = await s.member()
  s.clock.now += 3600
  const [impatient, patient] = await Promise.all([ada.copy().call('/impatient'), ada.copy().call('/token')])
  t.equal(impatient.body, 'aborted')
  t.equal(patient.statusCode, 200)
  s.clock.now += 3600
  t.equal((await ada.call('/given-up')).body, 'aborted')
})

t.test('whoever has given up already starts nothing, and leaves no failure behind', async t => {
  const signal = 5 as unknown as AbortSignal
  const s = await site(t, {}, {
    '/bad/token': async request => await request.auth0.getAccessToken({ signal }),
    '/bad/google': async request => await request.auth0.getAccessTokenForConnection({ connection: 'google', signal }),
    '/bad/user': async request => await request.auth0.refreshUser({ signal }),
    '/bad/list': async request => await request.auth0.listConnectedAccounts({ signal }),
    '/bad/ciba': async request => await request.auth0.loginBackchannel(
      { bindingMessage: 'x', loginHint: { sub: 'auth0|ada' }, signal }),
    '/token': async request => await request.auth0.getAccessToken({ signal: AbortSignal.abort() }),
    '/google': async request =>
      await request.auth0.getAccessTokenForConnection({ connection: 'google', signal: AbortSignal.abort() })
  })
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('POST /oauth/token', () => {
    throw new Error('the tenant is down')
  })
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', listen)
  t.teardown(() => process.off('unhandledRejection', listen))
  const before = s.tenant.to('/oauth/token').length
  for (const path of ['/token', '/google']) t.equal((await ada.call(path)).json().code, 'aborted')
  for (const path of ['/bad/token', '/bad/google', '/bad/user', '/bad/list', '/bad/ciba']) {
    const { code, message } = (await ada.call(path)).json()
    t.match({ code, message }, { code: 'invalid_argument', message: /"signal" must be an AbortSignal/ }, path)
  }
  await new Promise(resolve => setTimeout(resolve, 20))
  t.strictSame(unhandled, [])
  t.equal(s.tenant.to('/oauth/token').length, before)
})

t.test('logout in the middle of a refresh is final', async t => {
  const s = await site(t, {}, { ...show, '/me': async request => (await request.getSession()) ?? 'nobody' })
  const ada = await s.member()
  s.clock.now += 3600
  let proceed!: () => void
  const gate = new Promise<void>(resolve => {
    proceed = resolve
  })
  s.tenant.scripts.set('refresh_token', async () => {
    await gate
    return undefined
  })
  const slow = ada.copy()
  const refreshing = slow.call('/token')
  await until(() => s.tenant.grants('refresh_token').length > 0)
  await ada.navigate('/auth/logout')
  proceed()
  const answer = await refreshing
  t.equal(answer.json().code, 'missing_session')
  t.equal((await slow.call('/me')).body, 'nobody')
})

t.test('with a session store the tokens are in the store, and the same rules hold', async t => {
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  const s = await site(t, { sessionStore: store }, {
    ...show,
    '/me': async request => (await request.getSession())?.user ?? 'nobody'
  })
  const ada = await s.member()
  t.equal(ada.names().filter(name => !name.startsWith('auth0_done_')).length, 1)
  s.clock.now += 3600
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await ada.copy().call('/token')))
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.equal(s.tenant.grants('refresh_token').length, 1)
  s.clock.now += 3600
  const late = ada.copy()
  s.tenant.scripts.set('refresh_token', async () => {
    await ada.navigate('/auth/logout')
    return undefined
  })
  t.equal((await late.call('/token')).json().code, 'missing_session')
  t.equal((await late.call('/me')).body, 'nobody')
  t.equal((await late.call('/token')).json().code, 'missing_session')
})

/** What the store does instead of a write, and what a request is told when it happens twice. */
const faults: [what: string, fault: (write: () => Promise<unknown>) => Promise<never>, twice: number][] = [
  ['was away for a moment', async () => {
    throw new Error('connection lost')
  }, 503],
  ['wrote and could not say so', async write => {
    await write()
    throw new Error('connection lost')
  }, 200]
]

for (const [what, fault, twice] of faults) {
  t.test(`a store that ${what} when the new refresh token is saved does not lose it`, async t => {
    const store = new MemorySessionStore({ now: () => 1_795_000_000 })
    const update = store.update.bind(store)
    let failures = 0
    store.update = async (...entry) =>
      failures-- > 0 ? await fault(async () => await update(...entry)) : await update(...entry)
    const s = await site(t, { sessionStore: store }, show)
    const ada = await s.member()
    for (const [times, status] of [[1, 200], [2, twice], [0, 200]] as const) {
      s.clock.now += 3600
      failures = times
      const answer = await ada.copy().call('/token')
      t.equal(answer.statusCode, status, answer.body)
      if (times === 1) t.equal(answer.json().accessToken, 'opaque-access-2')
    }
    const spent = s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token'))
    t.strictSame(spent.slice(0, 2), ['refresh-1', 'refresh-2'], 'the second renewal spends what the first one brought')
  })
}

/** Two processes over a store that cannot lock, and a member at both whose access token has expired. */
async function twoProcesses (t: Test, routes: Parameters<typeof site>[2] = show) {
  const store = Object.assign(new MemorySessionStore({ now: () => 1_795_000_000 }), {
    lock: undefined
  }) as unknown as SessionStore
  const s = await site(t, { sessionStore: store }, routes)
  const other = await site(t, { sessionStore: store, customFetch: s.tenant.fetch, now: () => s.clock.now }, routes)
  const ada = await s.member()
  s.clock.now += 3600
  return { s, ada, elsewhere: ada.at(other.app) }
}

t.test('another process rotated the refresh token between our read and our call', async t => {
  const { s, ada, elsewhere } = await twoProcesses(t)
  let first = true
  s.tenant.scripts.set('refresh_token', async () => {
    if (!first) return undefined
    first = false
    const used = await elsewhere.call('/token')
    t.equal(used.statusCode, 200, used.body)
    return { status: 403, json: { error: 'invalid_grant' } }
  })
  const answer = await ada.call('/token')
  t.equal(answer.statusCode, 200, 'the newer token is found in the store')
  t.equal(answer.json().accessToken, 'opaque-access-2')
})

/**
 * A refresh that is refused, as another process has rotated the token meanwhile, and tried again; to that the tenant
 * answers with `last`.
 */
async function overtaken (t: Test, last: (tenant: ScriptedTenant) => Answer) {
  const { s, ada, elsewhere } = await twoProcesses(t, {
    ...show,
    '/new': async (request: FastifyRequest) => await request.auth0.getAccessToken({ refresh: true }),
    '/me': async (request: FastifyRequest) => (await request.getSession())?.user.sub ?? 'nobody'
  })
  let calls = 0
  s.tenant.scripts.set('refresh_token', async () => {
    calls++
    if (calls === 2) return undefined
    if (calls > 2) return last(s.tenant)
    t.equal((await elsewhere.call('/new')).statusCode, 200)
    return { status: 403, json: { error: 'invalid_grant' } }
  })
  return { s, answer: await ada.call('/token?audience=https://asked'), ada }
}

t.test('the second attempt after a refusal: for another API, its tokens are kept', async t => {
  const { s, answer, ada } = await overtaken(t,
    tenant => ({ json: tenant.tokens({}, { access_token: tenant.jwt({ aud: 'https://other' }) }) }))
  t.match(answer.json(), { statusCode: 401, code: 'incorrect_audience' })
  s.tenant.scripts.delete('refresh_token')
  t.equal((await ada.call('/new')).statusCode, 200)
  t.equal(s.tenant.grants('refresh_token').at(-1)?.form.get('refresh_token'), 'refresh-3')
})

t.test('the second attempt after a refusal: of another user, the session is over', async t => {
  const { answer, ada } = await overtaken(t, tenant => ({ json: tenant.tokens({ sub: 'auth0|eve' }) }))
  t.match(answer.json(), { statusCode: 401, code: 'failed_to_refresh_token' })
  t.equal((await ada.call('/me')).body, 'nobody')
})

t.test('the second attempt after a refusal: refused again, the token is not sent a third time', async t => {
  const { s, answer, ada } = await overtaken(t, () => ({ status: 403, json: { error: 'invalid_grant' } }))
  t.match(answer.json(), { statusCode: 401, code: 'failed_to_refresh_token' })
  t.equal((await ada.call('/new')).json().code, 'missing_refresh_token')
  t.strictSame(s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')), ['refresh-1', 'refresh-1',
    'refresh-2'])
})

t.test('whoever comes back after the lease has ended leaves the newer refresh token in its place', async t => {
  const { s, ada, elsewhere } = await twoProcesses(t)
  let stalled = true
  s.tenant.scripts.set('refresh_token', async () => {
    if (!stalled) return undefined
    stalled = false
    const tokens = s.tenant.tokens()
    t.equal((await elsewhere.call('/token')).json().accessToken, 'opaque-access-3')
    return { json: tokens }
  })
  t.equal((await ada.call('/token')).json().accessToken, 'opaque-access-2', 'whoever stalled has a token that is good')
  t.equal((await ada.call('/token')).json().accessToken, 'opaque-access-3', 'the session has the newest')
  s.clock.now += 3600
  await ada.call('/token')
  t.equal(s.tenant.grants('refresh_token').at(-1)?.form.get('refresh_token'), 'refresh-3')
})

t.test('whoever waited behind a refusal does not send the refused token again', async t => {
  const s = await site(t, { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }, {
    ...show,
    '/google': async request => await request.auth0.getAccessTokenForConnection({ connection: 'google' })
  })
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token', async () => {
    await new Promise(resolve => setTimeout(resolve, 20))
    return { status: 403, json: { error: 'invalid_grant' } }
  })
  const answers = await Promise.all(
    ['/token', '/token?audience=https://b', '/google'].map(async path => await ada.copy().call(path))
  )
  t.strictSame(answers.map(answer => `${answer.statusCode} ${String(answer.json().code)}`), [
    '401 failed_to_refresh_token',
    '401 missing_refresh_token',
    '401 missing_refresh_token'
  ])
  t.equal(s.tenant.to('/oauth/token').length, 2, 'the login, and one refresh')
})

t.test('a forced renewal without a refresh token is refused, though the kept token is good', async t => {
  const s = await site(t, { scope: 'openid' }, {
    ...show,
    '/new': async request => await request.auth0.getAccessToken({ refresh: true })
  })
  const usual = s.tenant.tokens.bind(s.tenant)
  s.tenant.tokens = (claims, rest) => usual(claims, { ...rest, refresh_token: undefined })
  const ada = await s.member()
  t.equal((await ada.call('/token')).statusCode, 200)
  t.match((await ada.call('/new')).json(), { statusCode: 401, code: 'missing_refresh_token' })
})

t.test('where no cookie can be written, a late sibling still gets the newest token', async t => {
  const s = await site(t, {}, {
    ...show,
    '/hijacked': async (request, reply) => {
      reply.hijack()
      reply.raw.end(
        await request.auth0.getAccessToken().then(({ accessToken }) => accessToken,
          (error: { code: string }) => error.code)
      )
    }
  })
  const ada = await s.member()
  s.clock.now += 3600
  const late = ada.copy()
  await ada.call('/token')
  t.equal((await late.call('/hijacked')).body, 'opaque-access-2')
  t.equal(s.tenant.grants('refresh_token').length, 1)
})

t.test('a caller that gives up while it waits', async t => {
  const s = await site(t, {}, {
    '/impatient': async request =>
      await request.auth0.getAccessToken({ signal: AbortSignal.timeout(10) }).then(() => 'token',
        (error: { code: string }) => error.code)
  })
  const ada = await s.member()
  s.clock.now += 3600
  s.tenant.scripts.set('refresh_token', async () => {
    await new Promise(resolve => setTimeout(resolve, 50))
    return undefined
  })
  t.equal((await ada.call('/impatient')).body, 'aborted')
})

for (const kind of ['cookies', 'store'] as const) {
  t.test(`a session that is revoked while its request wants a token, in ${kind}`, async t => {
    const s = await site(t, kind === 'store'
      ? {
          sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 })
        }
      : {}, {
      ...show,
      '/revoked': async request => {
        await request.getSession()
        await request.server.auth0.revokeSessions({ sub: 'auth0|ada' })
        return await request.auth0.getAccessToken()
      }
    })
    const ada = await s.member()
    s.clock.now += 3600
    const late = ada.copy()
    if (kind === 'cookies') await ada.call('/token')
    const before = s.tenant.grants('refresh_token').length
    t.match((await late.call('/revoked')).json(), { statusCode: 401, code: 'missing_session' })
    t.equal(s.tenant.grants('refresh_token').length, before, 'Auth0 was not asked')
  })
}

t.test('a token that looks like a JWT but is none says nothing about its audience', async t => {
  const s = await site(t, {}, show)
  const ada = await s.member()
  s.tenant.scripts.set('refresh_token', () => ({ json: s.tenant.tokens({}, { access_token: 'opaque.but.dotted' }) }))
  t.match((await ada.call('/token?audience=https://asked')).json(), {
    accessToken: 'opaque.but.dotted',
    audience: 'https://asked'
  })
})

t.test('a refresh tells how long it waited for its turn, for the lock and for the tenant', async t => {
  const { now } = performance
  let ms = 0
  performance.now = () => ms
  const messages: unknown[] = []
  const listen = (message: unknown) => messages.push(message)
  subscribe('tracing:fastify-auth0:refresh:asyncEnd', listen)
  t.teardown(() => {
    performance.now = now
    unsubscribe('tracing:fastify-auth0:refresh:asyncEnd', listen)
  })
  const waits = async (before: number, work: () => Promise<unknown>) => {
    await Promise.resolve()
    ms += before
    return await work()
  }
  const result = { expiresAt: 0 }
  const spends = async (given: { shared?: object, refuses?: string }): Promise<void> => {
    const tokens = ['rt-0', 'rt-1']
    const context = {
      flights: async (_key: string, work: () => Promise<unknown>) => await work(),
      refreshMutex: async (_lane: string, work: () => Promise<unknown>) => await waits(1, work),
      refreshSharing: given.shared,
      sessions: {
        kind: 'store',
        lock: async (_lane: string, work: () => Promise<unknown>) => await waits(10, work),
        load: async () => ({ record: {}, tokens: { refreshToken: tokens.shift() } })
      }
    }
    t.equal(await spendOnce(context as never, {} as never, { id: 's', domain: 'a.test' } as never, {
      kept: () => undefined,
      call: async current => {
        await Promise.resolve()
        ms += 10_000
        if (current.tokens.refreshToken === given.refuses) {
          throw new ApiError({ code: 'invalid_grant', message: 'refused', status: 403 })
        }
        return { result }
      },
      refused: error => error
    }, { key: 'k', signal: undefined }), result)
  }
  const spend = async (spender: { call: (current: unknown) => Promise<unknown> }, current: unknown) => {
    const spent = await waits(100, async () => await spender.call(current))
    ms += 1000
    return spent
  }
  await spends({})
  await spends({ shared: { spend } })
  await spends({ shared: { spend }, refuses: 'rt-0' })
  await spends({ shared: { spend: async () => await waits(100, async () => ({ result })) } })
  const told = { domain: 'a.test', outcome: 'success', queueWait: 1 }
  t.strictSame(messages, [{ ...told, lockWait: 10, call: 10_000 }, { ...told, lockWait: 1110, call: 10_000 },
    { ...told, lockWait: 1210, call: 20_000 }, { ...told, lockWait: 110 }])
})
