import { readFileSync } from 'node:fs'
import expressSession from 'express-session'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { fromAuth0Store, fromSessionStore } from '../../lib/stores/index.js'
import { parseOptions } from '../../lib/plugin/options/options.js'
import type { Auth0Options } from '../../types/index.js'
import { metadataOfAnyTenant } from '../fixtures/tenant-metadata.js'
import { newSite, type Site, site } from '../flows/site.js'

/** A row of the guide's tables: code of the other package, and what replaces it here. */
interface Row {
  library: string
  before: string
  /** The first code of the second column; nothing where an option is to be left out. */
  now: string | undefined
}

const guide = readFileSync(new URL('../../examples/guides/migration.md', import.meta.url), 'utf8')
const rows = guide.split(/^## From /m).slice(1).flatMap(section => {
  const library = /^`([^`]+)`/.exec(section)![1]!
  const lines = section.split('\n').filter(line => line.startsWith('|')).slice(2)
  return lines.map((line): Row => {
    const [, before, rest] = /^\| `([^`]+)` \| (.+) \|$/.exec(line) ?? []
    if (before === undefined) throw new Error(`The guide has a row that cannot be read: ${line}`)
    return { library, before, now: /`([^`]+)`/.exec(rest!.startsWith('leave it out') ? '' : rest!)?.[1] }
  })
})

const API_LIBRARIES = ['@auth0/auth0-fastify-api', 'fastify-auth0-verify']
const isApi = (row: Row): boolean => API_LIBRARIES.includes(row.library)
const isRoute = (code: string): boolean => /^(?:preHandler|preValidation|onRequest|config):/.test(code)
const isOption = (code: string): boolean => /^\w+:/.test(code) && !isRoute(code)

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
const audience = 'https://api.example.com'

/** What the code of the tables may name, beside `request`, `reply` and `fastify`. */
const names = {
  fromAuth0Store,
  fromSessionStore,
  auth0Store: { get () {}, set () {}, delete () {}, deleteByLogoutToken () {} },
  expressStore: new expressSession.MemoryStore(),
  email: 'ada@example.com',
  password: 'a password',
  connection: 'github',
  verificationCode: '123456',
  url: 'https://app.example.test/auth/callback?code=code-1&state=unknown-state',
  returnTo: 'https://app.example.test/bye',
  exchange: { subjectToken: 'legacy-token', subjectTokenType: 'urn:acme:legacy-token' },
  downstream: { audience: 'https://other.example.com' },
  userProfile: { email: 'ada@example.com' },
  authSession: 'session-1',
  authnResponse: { id: 'passkey-1' },
  refreshToken: 'refresh',
  accessToken: 'access',
  token: 'refresh',
  client: {},
  mfaToken: '',
  logoutToken: ''
}

function valueOf (code: string, more: object = {}): unknown {
  const all = { ...names, ...more }
  // eslint-disable-next-line no-new-func -- the code is the guide's
  return (new Function(...Object.keys(all), `return ${code}`) as (...args: unknown[]) => unknown)(...Object.values(all))
}

const web = {
  domain: 'acme.eu.auth0.com',
  clientId: 'client',
  clientSecret: 'secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a session secret of enough characters'
}
const api = { domain: 'acme.eu.auth0.com', mountRoutes: false, api: { audience } }

function parse (row: Row, code: string): void {
  const given = valueOf(`({ ${code} })`) as { api?: object }
  parseOptions({
    ...(isApi(row) ? api : web),
    ...given,
    ...(given.api !== undefined && { api: { ...api.api, ...given.api } })
  } as Auth0Options, '')
}

/** What an error must name of the replacement. */
function replacements ({ now }: Row): RegExp[] {
  if (now === undefined) return [/Leave it out|Send the token/]
  if (isOption(now)) return Object.keys(valueOf(`({ ${now} })`) as object).map(name => new RegExp(`"${name}[."]`))
  return [new RegExp(/(?:fastify|request)\.auth0\.[\w.]+/.exec(now)![0].replaceAll('.', '\\.'))]
}

/** Options of other packages that mean the same here. */
const alsoTaken = [
  "domain: storeOptions => storeOptions?.request.headers.host ?? 'acme.eu.auth0.com'", "routes: { login: '/login' }"
]

t.test('options of other packages', async t => {
  for (const row of rows.filter(({ before }) => isOption(before))) {
    const title = `${row.library}: ${row.before}`
    if (row.now !== undefined && isOption(row.now)) {
      t.doesNotThrow(() => {
        parse(row, row.now!)
      }, `${title} → ${row.now}`)
    }
    if (alsoTaken.includes(row.before)) {
      t.doesNotThrow(() => {
        parse(row, row.before)
      }, title)
      continue
    }
    for (const message of replacements(row)) {
      t.throws(() => {
        parse(row, row.before)
      }, { code: 'configuration_error', message }, title)
    }
  }
  const several = { issuerBaseURL: 'https://acme.eu.auth0.com', baseURL: 'x', secret: 'y', clientID: 'z' }
  t.throws(() => parseOptions(several as never, ''), { message: /domain.*appBaseUrl.*sessionSecret.*clientId/ },
    'all of them at once')

  // as its types list them
  const types = readFileSync(new URL(import.meta.resolve('express-openid-connect/index.d.ts')), 'utf8')
  const [, params = ''] = /interface ConfigParams \{([\s\S]*?)\n\}/.exec(types)!
  const all = [...params.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name!)
  t.ok(all.length > 25)
  for (const name of [...all, 'httpAgent']) {
    try {
      parseOptions({ ...web, [name]: Symbol('none') } as never, '')
    } catch (error) {
      t.notMatch((error as Error).message, /is not known\. (?:Known|Did)/, name)
    }
  }
})

/** Status for nobody, for a member who is an administrator of the groups, and for a request with a token. */
const statuses: Record<string, [nobody: number, member: number, token: number]> = {
  'preHandler: fastify.auth0.requireSession': [401, 200, 401],
  'onRequest: fastify.auth0.requireSession': [401, 200, 401],
  'onRequest: fastify.auth0.attemptSilentLogin': [200, 200, 200],
  "preHandler: fastify.auth0.requireClaims({ role: 'admin' })": [401, 200, 401],
  "preHandler: fastify.auth0.requireClaims({ groups: ['a', 'b'] })": [401, 403, 401],
  "preHandler: fastify.auth0.requireClaims(claims => claims.role === 'admin')": [401, 200, 401],
  "config: { auth0: { session: true, onUnauthenticated: '401' } }": [401, 200, 401],
  'preHandler: fastify.auth0.requireToken()': [401, 401, 200],
  'onRequest: fastify.auth0.requireToken()': [401, 401, 200],
  "preHandler: fastify.auth0.requireToken({ scopes: 'read:items' })": [401, 401, 200]
}

/** What the code comes to: a value, the code of an error, or a call that the tenant has seen. */
const outcomes: Record<string, { value: unknown } | { error: string } | { call: string }> = {
  'request.auth0.getUser()': { value: { sub: 'auth0|ada' } },
  'request.auth0.getSession()': { value: { user: { sub: 'auth0|ada' } } },
  'await request.getSession() !== undefined': { value: true },
  'request.auth0.getAccessToken()': { value: { accessToken: /^opaque-access/ } },
  '(await request.auth0.getAccessToken()).accessToken': { value: /^opaque-access/ },
  'request.auth0.getAccessToken({ refresh: true })': { value: { accessToken: /^opaque-access/ } },
  "request.auth0.getAccessTokenForConnection({ connection: 'github' })": { value: { connection: 'github' } },
  'request.auth0.getIdToken()': { value: /^eyJ/ },
  'request.auth0.refreshUser()': { value: { nickname: 'from userinfo' } },
  'request.auth0.updateSession({ cart: 1 })': { value: { cart: 1 } },
  'request.auth0.startInteractiveLogin()': { value: /acme\.eu\.auth0\.com\/authorize/ },
  'request.auth0.startInteractiveLogin({})': { value: /acme\.eu\.auth0\.com\/authorize/ },
  "request.auth0.startInteractiveLogin({ returnTo: '/next' })": { value: /acme\.eu\.auth0\.com\/authorize/ },
  "request.auth0.startInteractiveLogin({ returnTo: '/home' })": { value: /acme\.eu\.auth0\.com\/authorize/ },
  'request.auth0.startInteractiveLogin({ appState: { cart: 1 } })': { value: /acme\.eu\.auth0\.com\/authorize/ },
  'request.auth0.completeInteractiveLogin(url)': { error: 'missing_transaction' },
  'request.auth0.logout({ returnTo })': { value: /oidc\/logout.*app\.example\.test%2Fbye/ },
  "request.auth0.startLinkUser({ connection: 'github' })": { value: /requested_connection=github/ },
  'request.auth0.loginWithCustomTokenExchange(exchange)': { value: { session: { user: { sub: 'auth0|ada' } } } },
  'fastify.auth0.customTokenExchange(exchange)': { value: { accessToken: /^opaque-access/ } },
  'fastify.auth0.handleBackchannelLogout(logoutToken)': { value: null },
  "request.auth0.passwordless.start({ connection: 'email', email })": { call: 'POST /passwordless/start' },
  "request.auth0.passwordless.verify({ connection: 'email', email, verificationCode })": {
    value: { session: { user: { sub: 'auth0|ada' } } }
  },
  'request.auth0.passkeys.signupChallenge({ userProfile })': { call: 'POST /passkey/register' },
  'request.auth0.passkeys.loginChallenge()': { call: 'POST /passkey/challenge' },
  'request.auth0.passkeys.signIn({ authSession, authnResponse })': { value: { session: { user: {} } } },
  'request.auth0.mfa.listAuthenticators({ mfaToken })': { call: 'GET /mfa/authenticators' },
  "request.auth0.mfa.enroll({ mfaToken, factor: 'otp' })": { call: 'POST /mfa/associate' },
  "request.auth0.mfa.challenge({ mfaToken, challengeType: 'otp' })": { call: 'POST /mfa/challenge' },
  'fastify.auth0.authentication.database.signup({ email, password, connection })': {
    call: 'POST /dbconnections/signup'
  },
  'fastify.auth0.authentication.database.changePassword({ email, connection })': {
    call: 'POST /dbconnections/change_password'
  },
  'fastify.auth0.authentication.revokeToken({ token: refreshToken })': { call: 'POST /oauth/revoke' },
  'fastify.auth0.authentication.revokeToken({ token })': { call: 'POST /oauth/revoke' },
  'fastify.auth0.authentication.users.userInfo(accessToken)': { call: 'GET /userinfo' },
  "request.auth0.fetch('https://acme.eu.auth0.com/userinfo')": { call: 'GET /userinfo' },
  'request.auth0.token': { value: { sub: 'auth0|ada' } },
  'request.auth0.token?.sub': { value: 'auth0|ada' },
  "request.headers.authorization.split(' ')[1]": { value: /^eyJ/ },
  'request.auth0.startEnterpriseLogin({ email })': { value: null },
  'request.auth0.getTokenOnBehalfOf(downstream)': { value: { accessToken: /^opaque-access/ } }
}

const routeRows = rows.filter(({ now = '' }) => isRoute(now))
const callRows = rows.filter(({ now }) => now !== undefined && !isOption(now) && !isRoute(now))

async function prepared (t: Test): Promise<Site> {
  const s = newSite(t, { api: { audience }, mountConnectRoutes: true, onUnauthenticated: '401' })
  s.tenant.claims = { role: 'admin', groups: ['a'] }
  for (const call of ['POST /passwordless/start', 'POST /mfa/challenge', 'POST /dbconnections/signup']) {
    s.tenant.scripts.set(call, () => ({ json: { _id: 'id-1', challenge_type: 'otp' } }))
  }
  s.tenant.scripts.set('GET /mfa/authenticators', () => ({ json: [] }))
  s.tenant.scripts.set('POST /mfa/associate', () => ({ json: { authenticator_type: 'otp' } }))
  s.tenant.scripts.set('POST /dbconnections/change_password', () => ({ body: 'sent' }))
  for (const call of ['register', 'challenge']) {
    s.tenant.scripts.set(`POST /passkey/${call}`, () => ({
      json: { auth_session: 'session-1', authn_params_public_key: { challenge: 'c' } }
    }))
  }
  await s.app.after()
  const fastify = s.app
  for (const [index, { now }] of routeRows.entries()) {
    s.app.get(`/route/${index}`, valueOf(`({ ${now!} })`, { fastify }) as object, async () => 'in')
  }
  for (const [index, row] of callRows.entries()) {
    const guard = isApi(row) ? s.app.auth0.requireToken() : s.app.auth0.requireSession
    s.app.get(`/call/${index}`, { preHandler: guard }, async (request: FastifyRequest, reply: FastifyReply) => {
      const run = valueOf(`async () => (${row.now!})`, { request, reply, fastify }) as () => Promise<unknown>
      return await run().then(value => ({ value: value instanceof URL ? value.href : value ?? null }),
        (error: { code?: string, message: string }) => ({ error: error.code, message: error.message }))
    })
  }
  await s.app.ready()
  s.tenant.scripts.set('refresh_token', () => ({ status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }))
  names.mfaToken = await s.app.auth0.getTokenByRefreshToken({ refreshToken: 'r' }).then(() => '',
    (error: { mfaToken: string }) => error.mfaToken)
  s.tenant.scripts.delete('refresh_token')
  names.logoutToken = s.tenant.jwt({
    iss: s.tenant.issuer,
    aud: s.tenant.clientId,
    iat: s.clock.now,
    jti: 'logout-1',
    sub: 'auth0|somebody-else',
    events: { [logoutEvent]: {} }
  }, { typ: 'logout+jwt' })
  return s
}

t.test('code of other packages', async t => {
  const s = await prepared(t)
  const claims = { aud: audience, scope: 'read:items', client_id: 'another-client' }
  const bearer = `Bearer ${s.tenant.apiToken(claims, { typ: 'at+jwt' })}`

  t.test('guards', async t => {
    for (const [index, { library, before, now }] of routeRows.entries()) {
      const path = `/route/${index}`
      const asked = [await s.browser().call(path), await (await s.member()).call(path),
        await s.browser().call(path, { authorization: bearer })]
      t.strictSame(asked.map(({ statusCode }) => statusCode), statuses[now!], `${library}: ${before} → ${now}`)
    }
  })

  t.test('calls', async t => {
    for (const [index, row] of callRows.entries()) {
      const title = `${row.library}: ${row.before} → ${row.now}`
      const expected = outcomes[row.now!]
      const since = s.tenant.requests.length
      const browser = isApi(row) ? s.browser() : await s.member()
      const answer = await browser.call(`/call/${index}`, isApi(row) ? { authorization: bearer } : {})
      if (expected === undefined) t.fail(`${title}: is not run`)
      else if ('call' in expected) {
        const calls = s.tenant.requests.slice(since).map(({ method, path }) => `${method} ${path}`)
        t.ok(calls.includes(expected.call), `${title}: ${calls.join(', ')} ${answer.body}`)
        t.notOk('error' in answer.json(), answer.body)
      } else t.match(answer.json(), expected, `${title}: ${answer.body}`)
    }
  })

  t.test('former names of methods say the new ones', async t => {
    const request = s.app.auth0.for({ request: { headers: {}, socket: {} } as never }) as unknown as object
    const last = (path: string, from: object): unknown =>
      path.split('.').reduce<unknown>((object, name) => (object as Record<string, unknown>)[name], from)
    const former = rows.filter(({ before }) => before.startsWith('fastify.auth0Client!.'))
    t.ok(former.length > 20)
    for (const { before, now } of former) {
      const path = /^fastify\.auth0Client!\.([\w.]+)/.exec(before)![1]!
      const [, target, replacement] = /(fastify|request)\.auth0\.([\w.]+)/.exec(now!)!
      if (target === 'request' && path === replacement) t.type(last(path, request), 'function', path)
      else {
        const message = new RegExp(`${target}\\.auth0\\.${replacement!.split('.')[0]}`)
        const said = { code: 'configuration_error', message }
        t.throws(() => last(path, request), said, `request.auth0.${path}`)
        if (!Object.hasOwn(s.app.auth0, path.split('.')[0]!) && target === 'request') {
          t.throws(() => last(path, s.app.auth0), said, `fastify.auth0.${path}`)
        }
      }
    }
    t.throws(() => (s.app.auth0 as unknown as { getUser: unknown }).getUser, { message: /request\.auth0\.getUser/ })
    t.throws(() => (s.app as unknown as { auth0Client: unknown }).auth0Client, {
      code: 'configuration_error',
      message: /request\.auth0.*fastify\.auth0/
    })
  })
})

t.test('every row is run', async t => {
  const run = [...rows.filter(({ before }) => isOption(before)), ...routeRows, ...callRows]
  t.strictSame(rows.filter(row => !run.includes(row)), [])
  for (const [what, keys, used] of [
    ['guards', Object.keys(statuses), routeRows],
    ['calls', Object.keys(outcomes), callRows]
  ] as const) {
    t.strictSame(keys.filter(code => !used.some(({ now }) => now === code)), [], `and nothing else: ${what}`)
  }
})

t.test('a domain function made for @auth0/auth0-fastify', async t => {
  let asked: { request: unknown, reply: unknown } | undefined
  const s = await site(t, {
    domain: storeOptions => {
      asked = storeOptions
      return storeOptions?.request.headers.host === 'b.example.test' ? 'b.auth0.test' : 'a.auth0.test'
    },
    ...({ appBaseUrl: undefined } as object),
    customFetch: metadataOfAnyTenant
  })
  for (const brand of ['a', 'b']) {
    const location = await s.start(s.browser(`http://${brand}.example.test`))
    t.equal(new URL(location).host, `${brand}.auth0.test`)
    t.equal(asked?.request, asked, 'the argument is the request itself')
    t.type((asked?.reply as FastifyReply).redirect, 'function')
    t.notOk(Object.keys(asked!).includes('reply'), 'and its members are not listed')
  }
})
