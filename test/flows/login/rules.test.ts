import t from 'tap'
import { ApiError } from '../../../lib/errors.js'
import { placeInApp, type AppPath } from '../../../lib/flows/app-path.js'
import { maxAge, readParams } from '../../../lib/flows/login/authorization-params.js'
import { callbackParams, receiveCallback } from '../../../lib/flows/login/callback.js'
import { checkAppState } from '../../../lib/flows/login/login.js'
import { isRestarted, noteFinished, refuseLoop, restartedState } from '../../../lib/flows/login/login-loop.js'
import { checkFoundOrganization, loginOrganization } from '../../../lib/flows/login/organization.js'
import { home, isOwnRoute, pathAfterLogin, safeReturnTo } from '../../../lib/flows/login/return-to.js'
import { isSilent, silentState } from '../../../lib/flows/login/silent-login.js'
import { createTakenLogins } from '../../../lib/flows/login/taken-logins.js'
import { isLanding, landingOfCode, landingOfLink } from '../../../lib/flows/logout/landing.js'
import { checkLogoutParams } from '../../../lib/flows/logout/logout.js'
import {
  extraClaims, isSameOrganization, profileClaims, refreshedClaims, userInfoClaims, userOf, withExtraClaims
} from '../../../lib/flows/session/user-claims.js'
import { withChanges } from '../../../lib/flows/session/patch.js'
import { sessionView } from '../../../lib/flows/session/view.js'

const base = { origin: 'https://app.example.com', basePath: '/base', secure: true }
const root = { ...base, basePath: '' }

t.test('parameters of a login', async t => {
  const defaults = { audience: undefined, scope: 'openid profile' }
  t.strictSame(readParams({}, defaults), {
    params: { scope: 'openid profile' },
    redirectUri: undefined,
    audience: undefined,
    scope: 'openid profile',
    maxAge: undefined,
    acrValues: undefined,
    responseMode: undefined,
    organization: undefined,
    invitation: undefined
  })
  t.strictSame(readParams({
    redirect_uri: 'https://a.test/cb',
    response_mode: 'query',
    organization: 'o',
    invitation: 'i',
    max_age: 0,
    acr_values: 'a',
    audience: 'x',
    scope: 'openid',
    claims: { a: 1 },
    ui_locales: undefined,
    prompt: null as never,
    authorization_details: [{ type: 'x' }]
  }, { ...defaults, audience: 'y' }), {
    params: {
      max_age: '0',
      acr_values: 'a',
      claims: '{"a":1}',
      authorization_details: '[{"type":"x"}]',
      scope: 'openid',
      audience: 'x',
      response_mode: 'query'
    },
    redirectUri: 'https://a.test/cb',
    audience: 'x',
    scope: 'openid',
    maxAge: 0,
    acrValues: 'a',
    responseMode: 'query',
    organization: 'o',
    invitation: 'i'
  })
  t.match(readParams({ response_mode: 'form_post' }, { ...defaults, audience: 'y' }),
    { responseMode: 'form_post', audience: 'y', params: { audience: 'y' } })
  for (const name of ['client_id', 'response_type', 'state', 'nonce', 'code_challenge', 'code_challenge_method',
    'request', 'request_uri', 'dpop_jkt', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    t.throws(() => readParams({ [name]: 'x' }, defaults),
      { argument: `authorizationParams.${name}`, message: /is set by the plugin and cannot be overridden/ }, name)
  }
  const text = (length: number) => 'x'.repeat(length)
  t.equal(readParams({ login_hint: text(8192) }, defaults).params.login_hint, text(8192))
  for (const [params, argument, message] of [
    [{ login_hint: text(8193) }, 'login_hint', /at most 8192 characters/],
    [{ claims: () => {} }, 'claims', /must be a text, a number or JSON/],
    [{ claims: Symbol('x') }, 'claims', /must be a text, a number or JSON/],
    [{ redirect_uri: '/cb' }, 'redirect_uri', /must be an absolute URL/],
    [{ response_mode: 'fragment' }, 'response_mode', /must be 'query' or 'form_post'/],
    [{ authorization_details: '{' }, 'authorization_details', /is not JSON/],
    [{ authorization_details: {} }, 'authorization_details', /must be a list of objects, each with a "type"/],
    [{ authorization_details: [] }, 'authorization_details', /must be a list of objects/],
    [{ authorization_details: [{ type: 'x' }, { type: 5 }] }, 'authorization_details', /must be a list of objects/],
    [{ authorization_details: [null] }, 'authorization_details', /must be a list of objects/],
    [{ max_age: -1 }, 'max_age', /must be a whole number of seconds/],
    [{ max_age: 1.5 }, 'max_age', /must be a whole number/],
    [{ max_age: 1e9 }, 'max_age', /must be a whole number/]
  ] as const) {
    t.throws(() => readParams(params as never, defaults), { argument: `authorizationParams.${argument}`, message })
  }
  t.strictSame([maxAge(undefined), maxAge('5'), maxAge(999_999_999)], [undefined, 5, 999_999_999])
  t.throws(() => maxAge('', 'maxAge'), { argument: 'maxAge', message: /./ })
})

t.test('places to return to, at the limits', async t => {
  const long = (length: number) => `/${'x'.repeat(length - 1)}`
  for (const [value, place] of [
    [long(2400), long(2400)], [long(2401), undefined], [`${long(2400)}?a`, long(2400)], [`${long(2398)}#a`,
      `${long(2398)}#a`],
    [`${long(2399)}#a`, long(2399)], [`${long(2401)}?a`, undefined], ['https://app.example.com', '/'],
    ['https://user@app.example.com/', undefined], ['https://:p@app.example.com/', undefined],
    ['https://app.example.com?a', '/?a'], ['http://app.example.com/', undefined], ['/a b', '/a%20b'], ['/\ta',
      undefined],
    ['/a\tb', '/a%09b'], ['/%2F', undefined], ['/%5c', undefined], ['/%09a', undefined], ['/%0a', undefined],
    ['/%0d', undefined], ['/%2e', '/'], [5, undefined], ['ftp://app.example.com/', undefined]
  ] as const) t.equal(safeReturnTo(value, root), place, String(value).slice(0, 30))
  const told: unknown[] = []
  const log = { info: (...args: unknown[]) => told.push(args) } as never
  const config = { prefix: '/p', routes: { login: '/in', logout: undefined } } as never
  const after = (value: unknown) => [pathAfterLogin(value, base, config, log), ...told.splice(0) as [object, string][]]
  const reason = { auth0: { type: 'login', reason: 'return_to' } }
  t.strictSame(after(undefined), [undefined])
  t.strictSame(after('/x?y'), ['/base/x?y'])
  t.strictSame(after('//evil?x'), [undefined,
    [{ ...reason, path: '//evil' }, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after('https://evil.test/'), [undefined,
    [reason, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after('/p/in?x#y'), [undefined,
    [{ ...reason, path: '/p/in' }, 'auth0 login: the place to return to is a route of the plugin']])
  t.strictSame(after(5), [undefined, [reason, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after(`/x?${'y'.repeat(2400)}`), ['/base/x', [{ ...reason, path: '/x' },
    'auth0 login: the place to return to is longer than 2400 characters, so it loses its query']])
  const exact = `/x?${'y'.repeat(2392)}`
  t.strictSame(after(exact), [`/base${exact}`])
  t.strictSame(after(`//${'y'.repeat(200)}`), [undefined, [{ ...reason, path: `//${'y'.repeat(126)}` },
    'auth0 login: the place to return to is no place of this application']])
  t.equal(pathAfterLogin('//evil', base, config), undefined, 'without a log')
  for (const [path, own] of [
    ['/base/p/in', true], ['/base/p/in/', true], ['/base/p//in', true], ['/base/p/IN;x?y#z', true], ['/p/in', false],
    ['/base/p/in/x', false], ['/base/in', false], ['/base/p/logout', false], ['/base/p/%69n', true]
  ] as const) t.equal(isOwnRoute(path, base, config), own, path)
  t.equal(home({ appBase: () => base }), '/base/')
  t.equal(home({ appBase: () => root }), '/')
  t.equal(placeInApp(base, '/base/x' as AppPath), '/x')
  t.equal(placeInApp(base, '/base' as AppPath), 'https://app.example.com/base')
  t.equal(placeInApp(base, '/other' as AppPath), 'https://app.example.com/other')
})

t.test('where a logout may lead', async t => {
  for (const [value, link, code] of [
    ['/', 'https://app.example.com/base/'.slice(0, -1), 'https://app.example.com/base'],
    ['/x', 'https://app.example.com/base/x', 'https://app.example.com/base/x'],
    ['https://app.example.com/', 'https://app.example.com', 'https://app.example.com/'],
    ['https://other.test/', undefined, 'https://other.test/'], ['http://other.test/', undefined, undefined],
    ['http://localhost:1/', undefined, 'http://localhost:1/'], ['//evil.test', undefined, undefined],
    ['https://u@other.test', undefined, undefined], ['https://:p@other.test', undefined, undefined],
    ['https://other.test\\x', undefined, undefined], ['https://other.test/ x', undefined, undefined],
    ['ftp://other.test', undefined, undefined], ['https://', undefined, undefined], ['x', undefined, undefined]
  ] as const) {
    t.equal(landingOfLink(value, base), link, value)
    if (code !== undefined) t.equal(landingOfCode(value, base), code, value)
    else t.throws(() => landingOfCode(value, base), { argument: 'returnTo', message: /must be a path/ }, value)
  }
  t.strictSame([isLanding('http://app.lan/'), isLanding('http://app.lan/', 'http://app.lan'),
    isLanding('http://app.lan/', 'http://other.lan'), isLanding('HTTPS://a.test')], [false, true, false, true])
  for (const name of ['client_id', 'returnTo', 'post_logout_redirect_uri', 'id_token_hint', 'logout_hint',
    'federated']) {
    t.throws(() => checkLogoutParams({ [name]: 'x' }), {
      argument: `logoutParams.${name}`,
      message: /set by the plugin/
    })
  }
  t.throws(() => checkLogoutParams({ a: 1 as never }), { argument: 'logoutParams.a', message: /must be a string/ })
  const given = { a: 'b' }
  t.equal(checkLogoutParams(given), given)
})

t.test('a callback and its transaction', async t => {
  const issuer = 'https://acme.test/'
  const login = { kind: 'login', state: 's', issuer, domain: 'acme.test', returnTo: '/x' }
  const receive = async (query: string, {
    transaction = login, mode = 'query', metadata = {},
    config = { domain: 'acme.test' },
    here = 'acme.test'
  }: {
    transaction?: object | undefined,
    mode?: 'query' | 'form_post',
    metadata?: object,
    config?: object,
    here?: string
  } = {}) => {
    const taken: unknown[] = []
    const context = {
      config,
      now: () => 5,
      transactions: { take: async (_jar: unknown, state: string) => state === 's' ? transaction : undefined },
      takenLogins: { add: (...args: unknown[]) => taken.push(args) },
      servers: { get: (asked: string) => ({ asked, metadata: async () => metadata }) }
    }
    const request = { server: async () => ({ domain: here }) }
    const got = await receiveCallback(context as never, request as never, new URLSearchParams(query), mode)
    return { ...got, taken }
  }
  t.match(await receive('state=s&code=c'),
    { receivedAt: 5, transaction: login, server: { asked: issuer }, taken: [['s', '/x']] })
  t.equal((await receive('state=s&code=c') as { refusal?: unknown }).refusal, undefined)
  const promises = { metadata: { authorization_response_iss_parameter_supported: true } }
  const connect = { transaction: { ...login, kind: 'connect' } }
  t.ok(await receive(`state=s&iss=${issuer}`, promises))
  t.ok(await receive('state=s', { ...promises, ...connect }))
  t.ok(await receive('state=s', { metadata: { authorization_response_iss_parameter_supported: 'yes' } }))
  t.ok(await receive(`state=s&code=${'x'.repeat(4096)}`))
  t.ok(await receive('state=s&error=x&error_description=%00%e9'))
  t.ok(await receive('state=s', { mode: 'form_post', transaction: { ...login, responseMode: 'form_post' } }))
  t.ok(await receive('state=s', { config: {}, here: 'acme.test' }))
  t.ok(await receive('state=s', { config: { domain: 'x' }, here: 'other.test' }), 'one domain: nothing to compare')
  for (const [query, expected, how] of [
    ['', { code: 'missing_required_argument_error', argument: 'state', message: /Please start the login first/ }],
    ['state=&code=c', { code: 'missing_transaction_error' }],
    ['code=c', { code: 'missing_transaction_error' }],
    ['error=x&error_description=shown', { code: 'x', statusCode: 400, message: 'The login was not completed.' }],
    ['error=&code=c', { code: 'missing_transaction_error' }],
    ['state=s&state=s', { argument: 'state' }],
    [`state=${'s'.repeat(256)}`, { code: 'missing_transaction_error' }],
    [`state=${'s'.repeat(257)}`, { argument: 'state', message: /is not one this application has made/ }],
    ['state=other', { code: 'missing_transaction_error' }],
    ...['code', 'iss', 'error', 'error_description', 'connect_code'].map(name =>
      [`state=s&${name}=a&${name}=a`, { argument: name, message: /more than once/ }] as const),
    ...['code', 'iss', 'error', 'connect_code'].flatMap(name => [`${name}=%00`, `${name}=%7f`, `${name}=%e9`,
      `${name}=${'x'.repeat(4097)}`].map(bad => [`state=s&${bad}`, {
      argument: name,
      message: /longer than 4096/
    }] as const)),
    ...['id_token', 'access_token', 'token_type', 'response'].map(name =>
      [`state=s&${name}=x`, { argument: name, message: /which was not asked for/ }] as const),
    ['state=s', { argument: 'response_mode' }, { mode: 'form_post' }],
    ['state=s', { argument: 'response_mode' }, { transaction: { ...login, responseMode: 'form_post' } }],
    ['state=s', { code: 'issuer_validation_error', message: /does not name its issuer/ }, promises],
    ['state=s&iss=https://evil.test/', { code: 'issuer_validation_error', message: /from another issuer/ }],
    ['state=s&iss=https://evil.test/', { code: 'issuer_validation_error', message: /another issuer/ }, connect],
    ['state=s', { argument: 'domain', message: /begun at another address/ }, { config: {}, here: 'other.test' }]
  ] as [string, object, object?][]) {
    await t.rejects(receive(query, how), expected as never, query.slice(0, 40))
  }
  for (const [error, statusCode, code = error] of [
    ['access_denied', 403], ['unauthorized', 403], ['login_required', 401], ['interaction_required', 401],
    ['consent_required', 401], ['account_selection_required', 401], ['server_error', 502],
    ['temporarily_unavailable', 503], ['other', 400], ['ada@example.test', 400, 'unknown_error'],
    ['x'.repeat(65), 400, 'x'.repeat(64)]
  ] as const) {
    const { refusal } = await receive(`state=s&error=${error}&error_description=why%0A${'y'.repeat(300)}`)
    t.type(refusal, ApiError)
    t.match(refusal, { code, statusCode, status: 0, message: `why ${'y'.repeat(252)}`, description: /^why y/ })
  }
  t.match((await receive('state=s&error=x')).refusal, { message: 'The login was not completed.', description: '' })
  t.equal(callbackParams('/cb?a=b').get('a'), 'b')
  t.throws(() => callbackParams('http://['), { argument: 'url', message: /is not a URL/ })
})

t.test('what goes with a login, and what it is named by', async t => {
  t.equal(checkAppState('x'.repeat(2046)), 'x'.repeat(2046))
  t.throws(() => checkAppState('x'.repeat(2047)), { argument: 'appState', message: /at most 2048 characters/ })
  for (const wrong of [undefined, () => {}, 1n]) {
    t.throws(() => checkAppState(wrong), {
      argument: 'appState',
      message: /./
    })
  }
  t.strictSame([isRestarted(restartedState('x')), isRestarted('x'), isRestarted(null)], [true, false, false])
  const state = 'x'.repeat(32)
  t.equal(silentState(state, '/a?b'), `${state}-${Buffer.from('/a').toString('base64url')}-silent`)
  t.equal(silentState(state, undefined), `${state}--silent`)
  t.equal(silentState(state, `/${'y'.repeat(400)}`), `${state}--silent`)
  t.strictSame([isSilent(silentState(state, '/a')), isSilent(state), isSilent(null), isSilent(`x${state}--silent`)],
    [true, false, false, false])
  const taken = createTakenLogins()
  for (let i = 0; i < 1001; i++) taken.add(`s${i}`, `/${i}`)
  taken.add('none', undefined)
  t.strictSame(['s0', 's1', 's1000', 'none', null].map(one => taken.returnTo(one)),
    [undefined, '/1', '/1000', undefined, undefined])
})

t.test('organizations of a login', async t => {
  const ask = async (enforced: unknown, asked: unknown) =>
    await loginOrganization({ organization: async () => enforced } as never, asked)
  t.equal(await ask(undefined, undefined), undefined)
  t.equal(await ask('o', undefined), 'o')
  t.equal(await ask('o', 'o'), 'o')
  t.equal(await ask(undefined, 'p'), 'p')
  await t.rejects(ask('o', 'p'), { argument: 'organization', message: /one organization only/ })
  for (const wrong of ['', ' ', 5, null]) await t.rejects(ask(undefined, wrong), { message: /non-empty id or name/ })
  const asked: unknown[] = []
  const found = async (transaction: object, claims: object, allow?: (request: unknown, id: string) => unknown) =>
    await checkFoundOrganization({ config: { allowOrganization: allow } } as never, { original: 'r' } as never,
      transaction as never, claims as never)
  const allow = (answer: unknown) => (...args: unknown[]) => {
    asked.push(args)
    return answer
  }
  await found({ enterprise: true }, { org_id: 'o' })
  await found({}, { org_id: 'o' }, allow(false))
  await found({ enterprise: true, organization: 'o' }, { org_id: 'o' }, allow(false))
  t.strictSame(asked, [])
  await found({ enterprise: true }, { org_id: 'o' }, allow(true))
  t.strictSame(asked, [['r', 'o']])
  for (const [claims, answer] of [[{}, true], [{ org_id: 5 }, true], [{ org_id: 'o' }, 'yes'], [{ org_id: 'o' },
    false]]) {
    await t.rejects(found({ enterprise: true }, claims as object, allow(answer)),
      { code: 'organization_token_validation_error', message: /not allowed here/ })
  }
})

t.test('a browser that goes in circles', async t => {
  const come = async (marks: string | undefined, {
    cookies = [], session, sessionCookie = {}, host = 'app.example.com',
    url = '/x', returnTo, basePath = ''
  }: {
    cookies?: string[],
    session?: unknown,
    sessionCookie?: object,
    host?: string,
    url?: string,
    returnTo?: string,
    basePath?: string
  } = {}) => {
    const cleared: string[] = []
    const context = {
      config: { lifetime: { absoluteDuration: 60 }, sessionCookie: { path: '/', sameSite: 'lax', ...sessionCookie } },
      cookieNames: { session: () => ({ session: 'a0' }), suffix: () => '1' }
    }
    const jar = {
      host,
      secure: true,
      writable: true,
      get: (name: string) => name.includes('done') ? marks : undefined,
      family: () => cookies.map(name => [name, 'x']),
      clear: (name: string) => cleared.push(name)
    }
    const request = { jar, session, url, appBase: () => ({ ...base, basePath }) }
    const outcome = await refuseLoop(context as never, request as never, returnTo)
      .then(() => 'passed', (error: { reason?: string }) => error.reason)
    return [outcome, cleared.length]
  }
  t.strictSame(await come(undefined), ['passed', 0])
  t.strictSame(await come('1', { session: { record: {} } }), ['passed', 0])
  for (const cookie of ['a0', 'a0.0']) {
    t.strictSame(await come('2', { cookies: [cookie] }), ['passed', 0], cookie)
    t.strictSame(await come('3', { cookies: [cookie] }), ['ended', 1], cookie)
  }
  t.strictSame(await come('1', { cookies: ['a0.1'] }), ['unknown', 1])
  t.strictSame(await come('1', { sessionCookie: { sameSite: 'strict' } }), ['strict', 1])
  for (const [domain, host, outcome] of [
    ['example.com', 'app.example.com', 'unknown'], ['.Example.com', 'example.COM:3000', 'unknown'],
    ['example.com', 'badexample.com', 'domain'], ['other.com', 'app.example.com', 'domain']
  ] as const) t.strictSame(await come('1', { sessionCookie: { domain }, host }), [outcome, 1], domain)
  for (const [path, how, outcome] of [
    ['/x', { url: '/x?y' }, 'path'], ['/x', { url: '/x?y', returnTo: '/x/z#a' }, 'unknown'],
    ['/x', { url: '/y', returnTo: '/x' }, 'path'], ['/b', { url: '/x', basePath: '/b' }, 'unknown']
  ] as const) t.strictSame(await come('1', { sessionCookie: { path }, ...how }), [outcome, 1], JSON.stringify(how))
  const note = (before: string | undefined, absoluteDuration = 60) => {
    const written: unknown[] = []
    const context = {
      config: { lifetime: { absoluteDuration }, sessionCookie: { path: '/', sameSite: 'lax' } },
      cookieNames: { suffix: () => '1' }
    }
    const jar = {
      secure: true,
      host: 'a',
      get: () => before,
      set: (_: string, value: string,
        { maxAge }: { maxAge: number }) =>
        written.push(value, maxAge)
    }
    noteFinished(context as never, { jar, appBase: () => base } as never)
    return written
  }
  t.strictSame([note(undefined), note('1'), note('9'), note('x'), note('1.5'), note('8', 20.9)],
    [['1', 30], ['2', 30], ['9', 30], ['1', 30], ['1', 30], ['9', 20]])
})

t.test('claims of the token and of the user', async t => {
  const protocol = ['iss', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'azp', 'at_hash', 'c_hash', 's_hash', 'jti', 'sid',
    'session_expiry']
  const all = Object.fromEntries([...protocol, 'sub', 'name'].map(name => [name, 1]))
  Object.defineProperty(all, '__proto__', { value: 1, enumerable: true })
  t.strictSame(userOf(all as never), { sub: 1, name: 1 } as never)
  const security = ['sub', 'auth_time', 'amr', 'acr', 'act', 'org_id', 'org_name', 'org_x', 'permissions',
    'urn:auth0:my_org_current_user_permissions']
  t.strictSame(userInfoClaims({ ...Object.fromEntries(security.map(name => [name, 1])), iss: 1, plan: 2 } as never),
    { plan: 2 })
  const scopes = {
    profile: ['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile',
      'picture',
      'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
    email: ['email', 'email_verified'],
    address: ['address'],
    phone: ['phone_number', 'phone_number_verified']
  }
  const fresh = { sub: 'x' } as never
  for (const [scope, names] of Object.entries(scopes)) {
    for (const name of names) {
      t.strictSame(profileClaims({ [name]: 1, plan: 2, sub: 'x' } as never), { [name]: 1 })
      const kept = (granted: string | undefined) =>
        name in refreshedClaims({ sub: 'x', [name]: 1 }, fresh, { extraClaims: [] } as never, granted)
      t.strictSame([kept('openid'), kept(`openid ${scope}`), kept(undefined)], [false, true, true], name)
    }
  }
  const refreshed = (user: object, extra: string[] | undefined, claims: object = fresh) =>
    refreshedClaims(user as never, claims as never, { extraClaims: extra } as never, undefined)
  t.strictSame(refreshed({ plan: 1 }, []), { plan: undefined, sub: 'x' })
  t.strictSame(refreshed({ plan: 1 }, ['plan']), { sub: 'x' })
  t.strictSame(refreshed({ plan: 1 }, undefined), { sub: 'x' })
  t.strictSame(refreshed({ amr: 1, plan: 1 }, [], { sub: 'x', plan: 2 }), { sub: 'x', plan: 2 })
  t.strictSame(extraClaims({ a: [1], b: 1, c: 1 }, { a: [1], b: 2 }), ['b', 'c'])
  const tokens = (extraClaims?: string[]) => ({ id: 'x', extraClaims }) as never
  const untouched = tokens(['a', 'b'])
  t.equal(withExtraClaims(untouched, { added: ['a'] }), untouched)
  t.strictSame(withExtraClaims(tokens(['a', 'b']), { gone: ['a'], added: ['c', 'b'] }), tokens(['b', 'c']))
  const unknown = tokens()
  t.equal(withExtraClaims(unknown, { added: ['a'] }), unknown)
  for (const [user, claims, same] of [
    [{}, {}, true], [{ org_name: 'a' }, { org_name: 'a' }, true], [{ org_name: 'a' }, { org_name: 'b' }, false],
    [{ org_id: 'a' }, { org_id: 'a', org_name: 'x' }, true], [{ org_id: 'a' }, {}, false], [{}, { org_id: 'a' }, false],
    [{ org_id: 'a', org_name: 'x' }, { org_name: 'x' }, false]
  ] as const) t.equal(isSameOrganization(user, claims), same, JSON.stringify([user, claims]))
})

t.test('changes of a session, and what is shown of it', async t => {
  const record = { id: 'i', user: { sub: 'x', a: 1 }, custom: { b: 1 }, createdAt: 5.9, domain: 'd' } as never
  t.equal(withChanges(record, { user: { a: 1 }, custom: { b: 1, c: undefined } }), record)
  t.match(withChanges(record, { user: { a: undefined }, custom: { c: 2 } }),
    { user: { sub: 'x', a: undefined }, custom: { b: 1, c: 2 } })
  const proto = JSON.parse('{"__proto__":{"z":1}}') as Record<string, unknown>
  t.equal(withChanges(record, { user: proto, custom: {} }), record)
  const shown = sessionView({ record, expiresAt: 9.9, lastActivity: 0 })
  t.strictSame(shown, { b: 1, id: 'i', user: { sub: 'x', a: 1 }, domain: 'd', createdAt: 5, expiresAt: 9 } as never)
  t.ok(Object.isFrozen(shown))
  t.match(sessionView({
    record: {
      ...record as object,
      sid: 's',
      user: { sub: 'x', act: { sub: 'y' } },
      authorizationDetails: [1],
      custom: { id: 'no' }
    },
    expiresAt: 9,
    lastActivity: 0
  } as never), { id: 'i', sid: 's', actor: { sub: 'y' }, authorizationDetails: [1] })
})
