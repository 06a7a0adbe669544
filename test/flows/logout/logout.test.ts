import t from 'tap'
import { createUsedIds } from '../../../lib/base/use-once.js'
import { SessionStoreError } from '../../../lib/errors.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { pseudonym } from '../../../lib/flows/events.js'
import { handleBackchannelLogout } from '../../../lib/flows/logout/backchannel-logout.js'
import { logout, type LogoutOptions } from '../../../lib/flows/logout/logout.js'
import { checkLogoutParams } from '../../../lib/flows/logout/logout-params.js'
import { issuer, start, Tenant } from '../../authentication/tenant.js'
import { createTestKey, signJwt } from '../../tokens/jws-builder.js'
import { errorOf } from '../../tokens/problem.js'

t.test('parameters of a logout', async t => {
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

t.test('a logout token counts once, for as long as it is good', async t => {
  let now = start
  const key = createTestKey('ES256')
  const revoked: unknown[] = []
  const events: unknown[] = []
  const failures: Error[] = []
  const context = {
    config: {
      idTokenSigningAlg: 'ES256',
      clientId: 'client-1',
      clockTolerance: 300,
      formerIssuers: ['https://old.example.com/']
    },
    now: () => now,
    logoutTokens: createUsedIds({ maxEntries: 10 }),
    sessions: {
      revoke: async (filter: object) => {
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        revoked.push(filter)
        return 1
      }
    },
    emit: (event: unknown) => events.push(event)
  } as unknown as PluginContext
  const server = { issuer, domain: 'acme.eu.auth0.com', keys: { get: () => key.publicKey } } as never
  const token = (claims: object = {}) =>
    signJwt({
      iss: issuer,
      aud: 'client-1',
      iat: now,
      exp: now + 3600,
      jti: 'j',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...claims
    }, key, { typ: 'logout+jwt' })
  const handle = async (token: unknown) => await handleBackchannelLogout(context, server, token)
  for (const none of [undefined, '', ['x']]) {
    t.match(await errorOf(() => handle(none)), { argument: 'logout_token' })
  }
  const ahead = token({ iat: start + 300, sub: 'auth0|ada' })
  const away = new SessionStoreError('away')
  failures.push(away)
  t.equal(await errorOf(() => handle(ahead)), away)
  t.strictSame(events, [])
  await handle(ahead)
  t.strictSame(revoked, [{ iss: issuer, sub: 'auth0|ada' }, { iss: 'https://old.example.com/', sub: 'auth0|ada' }],
    'what failed may be sent again')
  const event = {
    type: 'backchannel_logout',
    outcome: 'success',
    reason: 'backchannel_logout',
    blame: 'none',
    domain: 'acme.eu.auth0.com'
  }
  t.strictSame(events, [{ ...event, user: pseudonym(issuer, 'auth0|ada') }])
  for (const seconds of [0, 900]) {
    now = start + seconds
    t.match(await errorOf(() => handle(ahead)), { code: 'backchannel_logout_error', message: /used before/ })
  }
  now += 1
  t.match(await errorOf(() => handle(ahead)), { code: 'backchannel_logout_error', message: /ago/ })
  revoked.length = events.length = 0
  await handle(token({ jti: 'k', sid: 'sid-1' }))
  await handle(token({ jti: 'l', sid: 'sid-1', sub: 'auth0|ada' }))
  t.strictSame(revoked.filter((_, n) => n % 2 === 0),
    [{ iss: issuer, sid: 'sid-1' }, { iss: issuer, sid: 'sid-1', sub: 'auth0|ada' }])
  t.strictSame(events[0], event)
  events.length = 0
  const twice = token({ jti: 'm', sid: 'sid-1' })
  await Promise.all([handle(twice), handle(twice)])
  t.strictSame(events, [event], 'what comes twice at once is told of once')
})

t.test('a logout ends everything that is known of the session, and says where to go', async t => {
  const endSession = 'https://acme.eu.auth0.com/oidc/logout?'
  const session = { id: 's', issuer, user: { sub: 'auth0|ada' }, domain: 'acme.eu.auth0.com' }
  const tokens = { idToken: 'id', refreshToken: 'rt' }
  interface Given {
    record?: object | undefined
    refused?: object
    tokens?: object
    config?: object
    options?: LogoutOptions
    failing?: 'read' | 'server' | 'forget' | 'revoke'
  }
  const world = async ({ record, refused, tokens, config, options, failing }: Given) => {
    const seen: unknown[] = []
    const answer = failing === 'revoke' ? { status: 400, json: { error: 'invalid_client' } } : { json: {} }
    const tenant = new Tenant({ 'POST /oauth/revoke': answer })
    const away = (step: string, value?: unknown) => {
      if (failing === step) throw new SessionStoreError('away')
      return value
    }
    const context = {
      config: {
        logoutParams: { ui_locales: 'de', a: 'b' },
        logoutStrategy: 'oidc',
        issuer,
        sessionCookie: {},
        ...config
      },
      cookieNames: { suffix: () => 'x' },
      sessions: {
        read: () => away('read', record && { record }),
        tokens: () => tokens,
        device: refused && { refused: () => ({ record: refused }) },
        destroy: async () => { seen.push('destroyed') }
      },
      transactions: { delete: async () => { seen.push(away('forget', 'logins forgotten')) } },
      connectionTokens: { forget: (lane: string) => seen.push(`forgot ${lane}`) },
      emit: ({ type, outcome, reason, blame, user, domain }: Record<string, unknown>) =>
        seen.push([type, outcome, reason, blame, ...(domain === undefined ? [] : [domain, user])].join())
    } as unknown as PluginContext
    const request = {
      session: null,
      jar: { get: () => '1', clear: () => seen.push('may log in again') },
      appBase: () => ({ origin: 'https://app.example.com', basePath: '/base' }),
      server: async () => away('server', tenant.server())
    } as unknown as RequestContext
    const url = await logout(context, request, options).then(({ href }) => href, ({ code }: { code: string }) => code)
    t.equal(request.session, undefined)
    return { seen, url, revoked: tenant.seen.map(({ form }) => form.get('token_type_hint')), tenant }
  }
  const common = 'ui_locales=de&a=b&'
  const told = `logout,success,logout,none,acme.eu.auth0.com,${pseudonym(issuer, 'auth0|ada')}`
  const home = 'client_id=client-1&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbase'
  const copy = told.replace('logout,success,logout,none', 'session,failure,session_unbound_copy,user')
  const over = ['destroyed', 'may log in again']
  const ended = [...over, 'forgot s', told, 'logins forgotten']
  const sid = { ...session, sid: 'sid-1' }
  const cases: [given: Given, url: string, seen: unknown[], revoked?: unknown[]][] = [
    [{ record: session, tokens }, `${endSession}${common}id_token_hint=id&${home}`, ended, ['refresh_token']],
    [{ record: sid, tokens }, `${endSession}${common}logout_hint=sid-1&${home}`, ended, ['refresh_token']],
    [{ record: session, tokens: {} }, `${endSession}${common}${home}`, ended],
    [{ tokens }, `${endSession}${common}${home}`, [...over, 'logins forgotten']],
    [{ failing: 'read', record: session }, `${endSession}${common}${home}`, [...over, 'logins forgotten']],
    [{ refused: { ...sid, device: {} } }, `${endSession}${common}logout_hint=sid-1&${home}`, [copy, ...ended]],
    [{ refused: sid }, `${endSession}${common}${home}`, [copy, ...over, 'logins forgotten']],
    [{ failing: 'server', record: session, tokens }, 'session_store_error', ['destroyed']],
    [{ failing: 'forget' }, `${endSession}${common}${home}`,
      [...over, 'warning,failure,forget_logins_session_store_error,upstream']],
    [{ failing: 'revoke', record: session, tokens }, `${endSession}${common}id_token_hint=id&${home}`,
      [...ended, 'warning,failure,revoke_invalid_client,upstream'], ['refresh_token']],
    [{ options: { federated: true, logoutParams: { a: 'c' } } }, `${endSession}ui_locales=de&a=c&${home}&federated`,
      [...over, 'logins forgotten']],
    [{ config: { logoutUrl: '/bye', logoutParams: {} } }, `${endSession}${home}%2Fbye`, [...over, 'logins forgotten']],
    [{ options: { returnTo: '/x' }, config: { logoutUrl: '/bye', logoutParams: {} } }, `${endSession}${home}%2Fx`,
      [...over, 'logins forgotten']],
    [{ record: sid, tokens: {}, config: { logoutStrategy: 'v2' } }, 'https://acme.eu.auth0.com/v2/logout?' +
      `${common}client_id=client-1&returnTo=https%3A%2F%2Fapp.example.com%2Fbase`, ended]
  ]
  for (const [given, url, seen, revoked = []] of cases) {
    const w = await world(given)
    t.equal(w.url, url, JSON.stringify(given))
    t.strictSame(w.seen, seen)
    t.strictSame(w.revoked, revoked)
    t.equal(w.tenant.discoveries, given.failing === 'server' || url.includes('/v2/') ? 0 : 1)
  }
})
