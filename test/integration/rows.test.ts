import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { MyAccountClient } from '../../lib/authentication/index.js'
import auth0 from '../../lib/index.js'
import * as stores from '../../lib/stores/index.js'
import type { Auth0Options } from '../../types/options.js'
import { SoftwarePasskey, type PasskeyParams } from '../../lib/testing/index.js'
import { claimsOf } from '../testing/tenant/wire.js'
import { setCookies, Visitor, type Answer } from '../fixtures/visitor.js'
import { received, run, type Running } from '../examples/running.js'

const api = 'https://api.example.com'
const other = 'https://other.example.com'
const legacy = 'urn:example:legacy'
const secret = 'a session secret of enough characters'
const callback = 'http://localhost:3000/auth/callback'

const tenantOptions = {
  users: [
    { sub: 'auth0|ada', name: 'Ada Lovelace', email: 'ada@example.com', claims: { tier: 'gold' } },
    {
      sub: 'auth0|grace',
      name: 'Grace Hopper',
      email: 'grace@example.com',
      authenticators: [{ type: 'otp' as const, secret: 'JBSWY3DPEHPK3PXP' }, {
        type: 'recovery-code' as const,
        recoveryCode: 'ABCDEFGHIJKLMNOPQRSTUVWX'
      }]
    }
  ],
  resourceServers: [{ identifier: api, scopes: ['read:items', 'write:items'] }, {
    identifier: other,
    scopes: ['read:other']
  }],
  organizations: [{ id: 'org_1', name: 'Acme', members: ['ada@example.com'] }],
  tokenExchange: { [legacy]: ({ subjectToken }: { subjectToken: string }) => subjectToken },
  client: { refreshToken: { rotation: false, policies: [{ audience: other, scope: ['read:other'] }] } },
  pollingInterval: 1,
  passkeyRpId: 'localhost'
}

/** An application that does what a test says. */
async function puppet (settings: Auth0Options): Promise<FastifyInstance> {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, settings)
  app.post<{ Body: { method: string, args: unknown[] } }>('/do', async (request, reply) => {
    const { method, args } = request.body
    const names = method.split('.')
    const last = names.pop()!
    const owner = names.reduce<Record<string, unknown>>((value, name) => value[name] as Record<string, unknown>,
      (names[0] === 'instance' ? { instance: app.auth0 } : request.auth0) as unknown as Record<string, unknown>)
    try {
      return { value: await (owner[last] as (...given: unknown[]) => unknown).apply(owner, args) ?? null }
    } catch (error) {
      const { code, statusCode, mfaToken } = error as Error & { code: string, statusCode: number, mfaToken?: string }
      return await reply.code(statusCode ?? 500).send({ error: (error as Error).constructor.name, code, mfaToken })
    }
  })
  return app
}

/** Calls a method of the client that is bound to the request; `instance.` is `fastify.auth0`. */
async function call<T = never> (visitor: Visitor<Answer>, method: string,
  ...args: unknown[]): Promise<T & { error?: string, code?: string, mfaToken?: string }> {
  const { error, value, ...more } = (await visitor.post('/do', { method, args })).json()
  return (error === undefined ? value : { error, ...more }) as never
}

async function member (site: Running, user = 'auth0|ada'): Promise<Visitor<Answer>> {
  const visitor = site.visitor()
  await visitor.go('/auth/login?returnTo=/nowhere', { user })
  return visitor
}

/** Where `/auth/login` leads, for an application that is only injected into. */
async function loginOf (site: Running, changes: Partial<Auth0Options>,
  path = '/auth/login'): Promise<URLSearchParams & { to?: string }> {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, { ...site.settings, ...changes } as Auth0Options)
  const { headers, statusCode, body } = await app.inject(path)
  await app.close()
  if (typeof headers.location !== 'string') throw new Error(`${statusCode} ${body}`)
  return Object.assign(new URL(headers.location).searchParams, { to: headers.location })
}

async function refused (changes: Record<string, unknown>): Promise<{ code: string, option: string }> {
  const app = fastify({ pluginTimeout: 0 })
  app.register(auth0, {
    domain: 'acme.eu.auth0.com',
    clientId: 'c',
    clientSecret: 's',
    sessionSecret: secret,
    ...changes
  } as unknown as Auth0Options)
  return await app.ready().then(() => {
    throw new Error('it was accepted')
  }, (error: { code: string, option: string }) => error)
}

t.test('§3.1 constructor options', async t => {
  const site = await run(t, puppet, tenantOptions)
  const { tenant } = site
  await t.test('domain: a name or a function; empty and others are refused', async t => {
    t.match((await loginOf(site, { domain: async () => tenant.url })).to, tenant.issuer)
    for (const domain of ['', 7, 'a b']) t.match(await refused({ domain }), { option: 'domain' }, String(domain))
  })
  await t.test('client_id: required', async t => {
    t.equal((await loginOf(site, {})).get('client_id'), 'example')
    t.match(await refused({ clientId: undefined }), { option: 'clientId' })
  })
  await t.test('client_secret: one way of authenticating is needed; sent by post or basic', async t => {
    t.match(await refused({ clientSecret: undefined }), { option: 'clientSecret' })
    await member(site)
    t.match(received(tenant, '/oauth/token').params, {
      client_id: 'example',
      client_secret: site.settings.clientSecret
    })
    const basic = await run(t, puppet, tenantOptions, { clientSecretMethod: 'basic' })
    await member(basic)
    const { params, headers } = received(basic.tenant, '/oauth/token')
    t.notOk('client_secret' in params)
    t.match(headers.authorization, /^Basic /)
  })
  await t.test('client_assertion_signing_key and _alg: a key, and an algorithm only with one', async t => {
    t.match(await refused({ clientAssertionSigningAlg: 'RS256' }), { option: 'clientAssertionSigningAlg' })
    t.match(await refused({ clientSecret: undefined, clientAssertionSigningKey: 'no key' }), {
      option: 'clientAssertionSigningKey'
    })
  })
  await t.test('redirect_uri and app_base_url: from the base, its path and the route, or as given', async t => {
    t.equal((await loginOf(site, { appBaseUrl: 'http://localhost:3000/shop' })).get('redirect_uri'),
      'http://localhost:3000/shop/auth/callback')
    t.equal(
      (await loginOf(site, {
        appBaseUrl: 'http://localhost:3000',
        authorizationParams: { redirect_uri: 'http://localhost:3000/mine' }
      })).get('redirect_uri'),
      'http://localhost:3000/mine'
    )
    t.equal(
      (await loginOf(site, { appBaseUrl: 'http://localhost:3000' }, '/auth/login?redirect_uri=https://evil.example'))
        .get('redirect_uri'),
      callback
    )
  })
  await t.test('secret: the newest seals, older ones open', async t => {
    const old = await puppet({ ...site.settings, sessionSecret: 'an older secret of enough characters' })
    const visitor = new Visitor(old, { origin: site.origin })
    const { headers } = await visitor.navigate('/auth/login')
    const { pathname, search } = new URL(await tenant.login({ authorizationUrl: headers.location as string }))
    const rotated = await puppet({ ...site.settings, sessionSecret: [secret, 'an older secret of enough characters'] })
    const done = await visitor.at(rotated).navigate(pathname + search)
    t.equal(done.statusCode, 302)
    t.ok(setCookies(done).some(({ value }) => value !== ''))
    t.match(await refused({ sessionSecret: 'short' }), { option: 'sessionSecret' })
    await Promise.all([old.close(), rotated.close()])
  })
  await t.test('transaction_store, state_store and the identifiers: given ones are used', async t => {
    const stored = await run(t, puppet, tenantOptions, {
      sessionStore: new stores.MemorySessionStore(),
      transactionStore: new stores.MemoryTransactionStore(),
      sessionConfiguration: { cookie: { name: 'my_session' } },
      transactionConfiguration: { cookie: { name: 'my_tx' } }
    })
    const ada = await member(stored)
    t.match(ada.names(), [/^my_session/])
    t.match(await call(ada, 'getUser'), { sub: 'auth0|ada' })
  })
  await t.test('authorization_params, audience and scope: defaults of every login, scope by audience', async t => {
    const params = await loginOf(site, {
      audience: api,
      scope: { [api]: 'read:items' },
      authorizationParams: { ui_locales: 'de' }
    })
    t.match(Object.fromEntries(params), {
      audience: api,
      scope: 'openid profile email offline_access read:items',
      ui_locales: 'de'
    })
    for (const name of ['state', 'nonce', 'code_challenge', 'client_id', 'response_type']) {
      t.match(await refused({ authorizationParams: { [name]: 'x' } }), { option: `authorizationParams.${name}` })
    }
  })
  await t.test('pushed_authorization_requests: for all logins, or for one', async t => {
    t.strictSame([...(await loginOf(site, { pushedAuthorizationRequests: true })).keys()].sort(), ['client_id',
      'request_uri'])
    const ada = site.visitor()
    const url = new URL(
      await call(ada, 'startInteractiveLogin', {
        pushedAuthorizationRequests: true,
        authorizationParams: { login_hint: 'ada@example.com' }
      })
    )
    t.match(received(tenant, '/oauth/par').params, { login_hint: 'ada@example.com', client_secret: String })
    t.ok(url.href.includes(`request_uri=${encodeURIComponent(url.searchParams.get('request_uri')!)}`), 'encoded')
  })
  await t.test('organization: enforced; a blank one is refused', async t => {
    t.equal((await loginOf(site, { organization: 'org_1' })).get('organization'), 'org_1')
    await t.rejects(loginOf(site, { organization: 'org_1' }, '/auth/login?organization=org_2'), { message: /^400/ })
    t.match(await refused({ organization: ' ' }), { option: 'organization' })
  })
  await t.test('session_expiration: a session ends in time', async t => {
    let now = Date.now() / 1000
    const timed = await run(t, puppet, { ...tenantOptions, now: () => now }, {
      now: () => now,
      sessionConfiguration: { absoluteDuration: 600, inactivityDuration: 600 }
    })
    const ada = await member(timed)
    t.match(await call(ada, 'getUser'), { sub: 'auth0|ada' })
    now += 601
    t.equal(await call(ada, 'getUser'), null)
  })
  await t.test('mount_routes, mount_connect_routes, mount_connected_account_routes: off, on, and not both', async t => {
    await t.rejects(loginOf(site, { mountRoutes: false }), { message: /^404/ })
    t.match(await refused({ mountConnectRoutes: true, mountConnectedAccountRoutes: true }), {
      option: 'mountConnectedAccountRoutes'
    })
  })
})

t.test('§3.2 interactive login', async t => {
  const site = await run(t, puppet, tenantOptions)
  const { tenant } = site
  await t.test('start_interactive_login, complete_interactive_login: app state, state, nonce and PKCE', async t => {
    const ada = site.visitor()
    const url: string = await call(ada, 'startInteractiveLogin', {
      appState: { cart: [1] },
      authorizationParams: { audience: api, foo: 'bar' }
    })
    t.match(Object.fromEntries(new URL(url).searchParams), {
      state: /^[\w-]{32}$/,
      nonce: /^[\w-]{32}$/,
      code_challenge_method: 'S256',
      foo: 'bar'
    })
    t.match(await call(ada, 'completeInteractiveLogin', await tenant.login({ authorizationUrl: url })), {
      session: { user: { sub: 'auth0|ada', tier: 'gold' } },
      appState: { cart: [1] }
    })
    t.match(received(tenant, '/oauth/token').params, {
      grant_type: 'authorization_code',
      code_verifier: /^[\w-]{43,}$/
    })
    t.match(await call(ada, 'completeInteractiveLogin', url), { error: 'MissingTransactionError' },
      'a transaction is used once')
  })
  await t.test('organization, invitation', async t => {
    const ada = site.visitor()
    t.match(await call(ada, 'startInteractiveLogin', { invitation: 'ticket' }), {
      error: 'MissingRequiredArgumentError'
    })
    const url: string = await call(ada, 'startInteractiveLogin', { organization: 'ACME' })
    t.match(await call(ada, 'completeInteractiveLogin', await tenant.login({ authorizationUrl: url })), {
      session: { user: { org_id: 'org_1', org_name: 'acme' } }
    }, 'a name in any case')
  })
  await t.test('the login route forwards what a link may choose, the callback goes home', async t => {
    const ada = site.visitor()
    const query = 'login_hint=ada@example.com&scope=evil&audience=evil&returnTo=/orders'
    const done = await ada.login({}, `/auth/login?${query}`)
    t.match(received(tenant, '/authorize').query, {
      login_hint: 'ada@example.com',
      scope: 'openid profile email offline_access'
    })
    t.notOk('audience' in received(tenant, '/authorize').query)
    t.match(done.headers.location, '/orders')
  })
  await t.test("errors: Auth0's own code", async t => {
    const ada = site.visitor()
    const answer = await ada.go('/auth/login', { cancel: true })
    t.equal(answer.statusCode, 403)
    const url: string = await call(ada, 'startInteractiveLogin')
    t.match(await call(ada, 'completeInteractiveLogin', await tenant.login({ authorizationUrl: url, cancel: true })), {
      error: 'ApiError',
      code: 'access_denied'
    })
  })
})

t.test('§3.3 session, user, access token, logout', async t => {
  const site = await run(t, puppet, tenantOptions, {
    audience: api,
    scope: 'openid profile email offline_access read:items write:items'
  })
  const { tenant } = site
  const ada = await member(site)
  await t.test('get_user, get_session, and none without a login', async t => {
    t.match(await call(ada, 'getUser'), { sub: 'auth0|ada' })
    t.match(await call(ada, 'getSession'), { user: { sub: 'auth0|ada' }, sid: String, domain: tenant.domain })
    t.equal(await call(site.visitor(), 'getSession'), null)
  })
  await t.test('get_access_token: kept, forced, for another API, and down-scoped ones are kept too', async t => {
    const kept = await call<{ accessToken: string }>(ada, 'getAccessToken')
    t.match(claimsOf(kept.accessToken), { aud: [api, String], scope: /read:items/ })
    t.equal((await call<{ accessToken: string }>(ada, 'getAccessToken')).accessToken, kept.accessToken)
    t.not((await call<{ accessToken: string }>(ada, 'getAccessToken', { refresh: true })).accessToken, kept.accessToken)
    t.match(received(tenant, '/oauth/token').params, { grant_type: 'refresh_token', audience: api })
    t.match(await call(ada, 'getAccessToken', { audience: other, scope: 'read:other admin:other' }), {
      audience: other,
      scope: /read:other/
    })
    const calls = tenant.requests.length
    t.match(await call(ada, 'getAccessToken', { audience: other, scope: 'read:other admin:other' }), {
      audience: other
    })
    t.equal(tenant.requests.length, calls, 'no refresh for the scope that is not granted')
    t.match(await call(site.visitor(), 'getAccessToken'), { error: 'AccessTokenError', code: 'missing_session' })
  })
  await t.test('get_token_by_refresh_token', async t => {
    t.match(await call(ada, 'instance.getTokenByRefreshToken', { refreshToken: 'unknown' }), {
      error: 'ApiError',
      code: 'invalid_grant'
    })
    t.match(received(tenant, '/oauth/token').params, { refresh_token: 'unknown', client_secret: String })
  })
  await t.test('state update: updateSession; refresh user: refreshUser', async t => {
    await call(ada, 'updateSession', { theme: 'dark' })
    Object.assign(tenant.users[0]!, { name: 'Ada King' })
    t.match(await call(ada, 'refreshUser'), { name: 'Ada King' })
    t.match(await call(ada, 'getSession'), { theme: 'dark', user: { name: 'Ada King' } })
  })
  await t.test('logout: the refresh token is revoked and the Auth0 session ends', async t => {
    const url = new URL(await call(ada, 'logout', { returnTo: `${site.origin}/bye`, federated: true }))
    t.equal(url.pathname, '/oidc/logout')
    t.match(Object.fromEntries(url.searchParams), {
      logout_hint: String,
      client_id: 'example',
      post_logout_redirect_uri: `${site.origin}/bye`,
      federated: ''
    })
    t.match(received(tenant, '/oauth/revoke').params, { token_type_hint: 'refresh_token', token: String })
    t.equal(await call(ada, 'getSession'), null)
  })
  await t.test("handle_backchannel_logout: the tenant's own logout token, as a form", async t => {
    const client = tenant.clients[0]!
    Object.assign(client, { backchannelLogoutUrl: `${site.origin}/auth/backchannel-logout` })
    const [grace, bob] = [await member(site, 'auth0|grace'), await member(site)]
    await tenant.revoke('auth0|grace')
    t.equal(await call(grace, 'getSession'), null)
    t.match(await call(bob, 'getUser'), { sub: 'auth0|ada' }, 'the other user stays')
    t.match(await call(bob, 'instance.handleBackchannelLogout', 'no.logout.token'), { error: 'BackchannelLogoutError' })
  })
})

t.test('§3.4 backchannel login', async t => {
  const site = await run(t, puppet, tenantOptions)
  const { tenant } = site
  const [user, options] = [site.visitor(), { bindingMessage: 'code-1', loginHint: { sub: 'auth0|ada' } }]
  await t.test('initiate_backchannel_authentication, backchannel_authentication_grant', async t => {
    const started = await call<{ authReqId: string }>(user, 'instance.initiateBackchannelAuthentication', {
      ...options,
      requestedExpiry: 120,
      audience: api
    })
    t.match(started, { authReqId: String, expiresIn: 120, interval: 1 })
    const { params } = received(tenant, '/bc-authorize')
    t.match(params, { binding_message: 'code-1', requested_expiry: '120', audience: api, scope: /openid/ })
    t.notOk('redirect_uri' in params)
    t.match(await call(user, 'instance.backchannelAuthenticationGrant', { authReqId: started.authReqId }), {
      error: 'PollingApiError',
      code: 'authorization_pending'
    })
    t.match(await call(user, 'instance.backchannelAuthenticationGrant', { authReqId: started.authReqId }), {
      code: 'slow_down'
    }, 'asked at once again')
  })
  await t.test('errors: binding_message, login_hint.sub, auth_req_id, requested_expiry', async t => {
    t.match(await call(user, 'loginBackchannel', { loginHint: options.loginHint }), {
      error: 'MissingRequiredArgumentError'
    })
    t.match(await call(user, 'loginBackchannel', { ...options, bindingMessage: 'a & b'.repeat(20) }), {
      error: 'InvalidArgumentError'
    })
    t.match(await call(user, 'loginBackchannel', { bindingMessage: 'x', loginHint: {} }), {
      error: 'MissingRequiredArgumentError'
    })
    t.match(await call(user, 'instance.backchannelAuthenticationGrant', {}), { error: 'MissingRequiredArgumentError' })
    t.match(await call(user, 'loginBackchannel', { ...options, requestedExpiry: 0 }), { error: 'InvalidArgumentError' })
  })
})

t.test('§3.5 linking and unlinking', async t => {
  const site = await run(t, puppet, tenantOptions, { mountConnectRoutes: true, storeIdToken: true })
  const { tenant } = site
  const ada = await member(site)
  const before = await call<{ id: string }>(ada, 'getSession')
  for (
    const [start, complete, scope] of [['startLinkUser', 'completeLinkUser', 'openid link_account offline_access'], [
      'startUnlinkUser',
      'completeUnlinkUser',
      'openid unlink_account'
    ]] as const
  ) {
    await t.test(`${start}, ${complete}`, async t => {
      const url: string = await call(ada, start, { connection: 'github', appState: { n: 1 } })
      const params = new URL(url).searchParams
      t.match(Object.fromEntries(params), { requested_connection: 'github', scope, id_token_hint: String })
      t.notOk(params.has('requested_connection_scope'), 'none was given')
      t.match(await call(ada, complete, await tenant.login({ authorizationUrl: url })), { appState: { n: 1 } })
      t.equal(received(tenant, '/oauth/token').params.redirect_uri, params.get('redirect_uri'), 'its own callback')
      t.equal((await call<{ id: string }>(ada, 'getSession')).id, before.id, 'the session stays')
    })
  }
  await t.test('errors', async t =>
    t.match(await call(site.visitor(), 'startLinkUser', { connection: 'github' }), { error: 'StartLinkUserError' }))
})

t.test('§3.6 Token Vault and connected accounts', async t => {
  const site = await run(t, puppet, tenantOptions, { mountConnectedAccountRoutes: true })
  const { tenant } = site
  const ada = await member(site)
  await t.test('start_connect_account, complete_connect_account', async t => {
    const url: string = await call(ada, 'startConnectAccount', {
      connection: 'github',
      scopes: ['repo'],
      appState: { n: 2 }
    })
    t.match(received(tenant, '/me/v1/connected-accounts/connect').params, {
      connection: 'github',
      scopes: ['repo'],
      code_challenge_method: 'S256',
      redirect_uri: `${site.origin}/auth/callback`
    })
    t.match(await call(ada, 'completeConnectAccount', await tenant.login({ authorizationUrl: url })), {
      id: /^cac_/,
      connection: 'github',
      appState: { n: 2 }
    })
  })
  await t.test('get_access_token_for_connection: kept by connection and login hint', async t => {
    await ada.go('/auth/connect?connection=github')
    const [first, second] = tenant.connectedAccounts
    const token = async (loginHint?: string): Promise<string> =>
      (await call<{ accessToken: string }>(ada, 'getAccessTokenForConnection', {
        connection: 'github',
        ...(loginHint !== undefined && { loginHint })
      })).accessToken
    const [one, two] = [await token(first!.id), await token(second!.id)]
    t.not(one, two)
    t.equal(await token(first!.id), one)
    t.equal(received(tenant, '/oauth/token').params.login_hint, second!.id, 'kept: no further exchange')
    t.match(await call(ada, 'getAccessTokenForConnection', { connection: 'unknown' }), {
      error: 'AccessTokenForConnectionError'
    })
  })
  await t.test('get_token_for_connection', async t => {
    t.match(await call(ada, 'instance.getTokenForConnection', { connection: 'github', refreshToken: 'unknown' }), {
      code: 'invalid_grant'
    })
    t.match(received(tenant, '/oauth/token').params, { subject_token: 'unknown', connection: 'github' })
  })
  await t.test('list_connected_accounts: the cursor is "from"; delete; connections', async t => {
    const page = await call<{ accounts: { id: string }[], next: string }>(ada, 'listConnectedAccounts', { take: 1 })
    t.match(await call(ada, 'listConnectedAccounts', { take: 1, from: page.next }), {
      accounts: [{ id: tenant.connectedAccounts[1]!.id }]
    })
    t.equal(received(tenant, '/me/v1/connected-accounts/accounts').query.from, page.next)
    t.match(await call(ada, 'listConnectedAccounts', { take: 0 }), { error: 'InvalidArgumentError' })
    await call(ada, 'deleteConnectedAccount', page.accounts[0]!.id)
    t.equal(tenant.connectedAccounts.length, 1)
    t.match(await call(ada, 'deleteConnectedAccount', 'cac_unknown'), { error: 'MyAccountApiError' })
    t.match(await call(ada, 'listConnectedAccountConnections', { take: 1 }), {
      connections: [{ name: 'google-oauth2' }],
      next: String
    })
  })
})

t.test('§3.7 token exchange and session transfer', async t => {
  const site = await run(t, puppet, tenantOptions, { storeIdToken: true })
  const { tenant } = site
  const options = { subjectToken: 'auth0|ada', subjectTokenType: legacy }
  const ada = await member(site)
  await t.test('custom_token_exchange: verified, the actor told, reserved parameters refused', async t => {
    const actorToken = (await call<{ idToken: string }>(ada, 'instance.customTokenExchange', {
      ...options,
      subjectToken: 'auth0|grace',
      scope: 'openid'
    })).idToken
    t.match(
      await call(ada, 'instance.customTokenExchange', {
        ...options,
        scope: 'openid',
        actorToken,
        actorTokenType: 'urn:ietf:params:oauth:token-type:id_token'
      }),
      { accessToken: String, act: { sub: 'auth0|grace' } }
    )
    t.match(await call(ada, 'instance.customTokenExchange', { ...options, actorToken }), {
      error: 'CustomTokenExchangeError',
      code: 'missing_actor_token_type'
    })
    t.match(await call(ada, 'instance.customTokenExchange', { ...options, extra: { client_id: 'other' } }), {
      error: 'InvalidArgumentError'
    })
    t.match(await call(ada, 'instance.customTokenExchange', { ...options, subjectToken: 'Bearer x' }), {
      error: 'CustomTokenExchangeError',
      code: 'invalid_token_format'
    })
  })
  await t.test('login_with_custom_token_exchange: openid is asked for', async t => {
    const visitor = site.visitor()
    t.match(await call(visitor, 'loginWithCustomTokenExchange', { ...options, organization: 'org_1' }), {
      session: { user: { sub: 'auth0|ada', org_id: 'org_1' } }
    })
    t.match(received(tenant, '/oauth/token').params, { scope: 'openid', organization: 'org_1' })
    t.match(await call(visitor, 'getUser'), { sub: 'auth0|ada' })
  })
  await t.test('request_session_transfer_token, build_session_transfer_redirect', async t => {
    const token = await call<{ sessionTransferToken: string }>(ada, 'requestSessionTransferToken', options)
    t.match(token, {
      sessionTransferToken: /^stt_/,
      issuedTokenType: 'urn:auth0:params:oauth:token-type:session_transfer_token',
      tokenType: /^n_a$/i
    })
    t.equal(
      await call(ada, 'buildSessionTransferRedirect', 'https://shop.example.com/login', token, {
        organization: 'org_1'
      }),
      `https://shop.example.com/login?session_transfer_token=${token.sessionTransferToken}&organization=org_1`
    )
    for (const target of ['http://shop.example.com/', 'https://shop.example.com/#x', 'shop']) {
      t.match(await call(ada, 'buildSessionTransferRedirect', target, token), { error: 'InvalidArgumentError' }, target)
    }
    t.match(await call(site.visitor(), 'requestSessionTransferToken', options), {
      error: 'CustomTokenExchangeError',
      code: 'actor_unavailable'
    })
    Object.assign(tenant.clients[0]!, { sessionTransfer: false })
    t.match(await call(ada, 'requestSessionTransferToken', options), { code: 'session_transfer_disabled' })
  })
})

t.test('§3.8 MFA', async t => {
  let now = Date.now() / 1000
  const site = await run(t, puppet, {
    ...tenantOptions,
    now: () => now,
    requireMfa: ({ user, grantType }) => grantType.includes('token-exchange') && user.sub !== 'auth0|nobody'
  }, { now: () => now, mfaTokenTtl: 120 })
  const { tenant } = site
  const asked = async (visitor: Visitor<Answer>, sub = 'auth0|grace'): Promise<string> => {
    const refusal = await call<object>(visitor, 'loginWithCustomTokenExchange', {
      subjectToken: sub,
      subjectTokenType: legacy
    })
    t.match(refusal, { error: 'MfaRequiredError', code: 'mfa_required' })
    return refusal.mfaToken!
  }
  await t.test('list_authenticators, challenge_authenticator, decrypt_mfa_token', async t => {
    const grace = site.visitor()
    const mfaToken = await asked(grace)
    t.match(await call(grace, 'mfa.listAuthenticators', { mfaToken }), [{ authenticatorType: 'otp' }, {
      authenticatorType: 'recovery-code'
    }])
    t.match(received(tenant, '/mfa/authenticators').headers.authorization, /^Bearer Fe26/)
    t.match(await call(grace, 'mfa.challenge', { mfaToken, challengeType: 'otp' }), { challengeType: 'otp' })
    t.match(received(tenant, '/mfa/challenge').params, { client_secret: String, mfa_token: /^Fe26/ })
    const decoded = await call<{ mfaToken?: string }>(grace, 'mfa.decodeMfaToken', mfaToken)
    t.match(decoded, { requirements: { challenge: [{ type: 'otp' }, { type: 'recovery-code' }] }, createdAt: Number })
    t.notOk('mfaToken' in decoded)
  })
  await t.test('verify: a code, or a recovery code that is replaced; the session begins', async t => {
    const grace = site.visitor()
    t.match(await call(grace, 'mfa.verify', { mfaToken: await asked(grace), otp: '000000' }), { code: 'invalid_grant' })
    t.match(await call(grace, 'mfa.verify', { mfaToken: await asked(grace), otp: await tenant.totp('auth0|grace') }), {
      session: { user: { sub: 'auth0|grace', amr: ['mfa'] } },
      accessToken: String
    })
    const again = site.visitor()
    t.match(await call(again, 'mfa.verify', { mfaToken: await asked(again), recoveryCode: 'ABCDEFGHIJKLMNOPQRSTUVWX' }),
      { recoveryCode: /^[0-9A-F]{24}$/ })
    t.match(await call(again, 'getUser'), { sub: 'auth0|grace' })
  })
  await t.test('enroll_authenticator, verify out of band, deleteAuthenticator', async t => {
    const ada = site.visitor()
    const mfaToken = await asked(ada, 'auth0|ada')
    const enrolled = await call<{ oobCode: string }>(ada, 'mfa.enroll', {
      mfaToken,
      factor: 'sms',
      phoneNumber: '+15550100'
    })
    t.match(enrolled, { oobChannel: 'sms', oobCode: String, bindingMethod: 'prompt' })
    const [authenticator] = await call<{ id: string }[]>(ada, 'mfa.listAuthenticators', { mfaToken })
    t.match(
      await call(ada, 'mfa.verify', { mfaToken, oobCode: enrolled.oobCode, bindingCode: tenant.sms.at(-1)!.code }),
      { session: { user: { sub: 'auth0|ada' } } }
    )
    t.equal(
      await call(ada, 'mfa.deleteAuthenticator', {
        mfaToken: await asked(ada, 'auth0|ada'),
        authenticatorId: authenticator!.id
      }),
      null
    )
  })
  await t.test('mfa_token_ttl: an old token, and one that is not ours', async t => {
    const grace = site.visitor()
    const mfaToken = await asked(grace)
    now += 121
    t.match(await call(grace, 'mfa.verify', { mfaToken, otp: '1' }), { error: 'InvalidArgumentError' })
    t.match(await call(grace, 'mfa.verify', { mfaToken: 'Fe26.2*raw', otp: '1' }), { error: 'InvalidArgumentError' })
  })
})

t.test('§3.9 passwordless and passkeys', async t => {
  const site = await run(t, puppet, tenantOptions)
  const { tenant } = site
  await t.test('passwordless.start, passwordless.verify', async t => {
    const ada = site.visitor()
    await call(ada, 'passwordless.start', { connection: 'email', email: 'ada@example.com', language: 'de' })
    t.equal(received(tenant, '/passwordless/start').headers['x-request-language'], 'de')
    t.match(
      await call(ada, 'passwordless.verify', {
        connection: 'email',
        email: 'ada@example.com',
        verificationCode: tenant.mailbox.at(-1)!.code,
        audience: api,
        scope: 'read:items'
      }),
      { session: { user: { sub: 'auth0|ada' } } }
    )
    t.match(received(tenant, '/oauth/token').params, { realm: 'email', scope: 'openid read:items' })
    t.match(await call(ada, 'passwordless.start', { connection: 'sms', phoneNumber: '0555' }), {
      error: 'InvalidArgumentError'
    })
    t.match(
      await call(ada, 'passwordless.start', {
        connection: 'email',
        email: 'a@example.com',
        send: 'link',
        authParams: { state: 'x' }
      }),
      { error: 'InvalidArgumentError' }
    )
  })
  await t.test('one-time codes on database connections', async t => {
    const ada = site.visitor()
    const { authSession } = await call<{ authSession: string }>(ada, 'passwordless.challenge', {
      connection: 'Username-Password-Authentication',
      email: 'ada@example.com'
    })
    t.match(await call(ada, 'passwordless.verify', { authSession, verificationCode: tenant.mailbox.at(-1)!.code }), {
      session: { user: { sub: 'auth0|ada' } }
    })
  })
  await t.test('passkey_signup_challenge, passkey_login_challenge, signin_with_passkey', async t => {
    const passkey = new SoftwarePasskey({ origin: site.origin })
    type Challenge = { authSession: string, authnParamsPublicKey: PasskeyParams }
    const visitor = site.visitor()
    const signup = await call<Challenge>(visitor, 'passkeys.signupChallenge', {
      userProfile: { email: 'new@example.com', givenName: 'New' }
    })
    t.match(received(tenant, '/passkey/register').params, {
      user_profile: { email: 'new@example.com', given_name: 'New' },
      client_secret: String
    })
    t.match(
      await call(visitor, 'passkeys.signIn', {
        authSession: signup.authSession,
        authnResponse: passkey.create(signup.authnParamsPublicKey)
      }),
      { session: { user: { email: 'new@example.com' } } }
    )
    const login = async (change: (challenge: Challenge) => Promise<Challenge> | Challenge,
      authenticator = passkey): Promise<unknown> => {
      const challenge = await change(await call<Challenge>(visitor, 'passkeys.loginChallenge'))
      return await call(visitor, 'passkeys.signIn', {
        authSession: challenge.authSession,
        authnResponse: authenticator.get(challenge.authnParamsPublicKey)
      })
    }
    t.match(await login(challenge => challenge), { session: { user: { email: 'new@example.com' } } })
    t.match(
      await login(({ authSession, authnParamsPublicKey }) => ({
        authSession,
        authnParamsPublicKey: { ...authnParamsPublicKey, challenge: 'b3RoZXI' }
      })),
      { code: 'invalid_grant' },
      'another challenge'
    )
    t.match(await login(challenge => challenge, Object.assign(new SoftwarePasskey({ origin: 'https://evil.example' }))),
      { code: 'invalid_grant' }, 'another key')
    const evil = new SoftwarePasskey({ origin: 'https://evil.example' })
    const again = await call<Challenge>(visitor, 'passkeys.signupChallenge', {
      userProfile: { email: 'evil@example.com' }
    })
    t.match(
      await call(visitor, 'passkeys.signIn', {
        authSession: again.authSession,
        authnResponse: evil.create(again.authnParamsPublicKey)
      }),
      { code: 'invalid_grant' },
      'another origin'
    )
  })
})

t.test('§3.10 My Account', async t => {
  const site = await run(t, puppet, tenantOptions)
  const { tenant } = site
  const ada = await member(site)
  const methods = 'myAccount.authenticationMethods'
  await t.test('audience; the client without a session', async t => {
    const client = new MyAccountClient({ domain: tenant.url })
    t.equal(client.audience, `${tenant.issuer}me/`)
    await client.close()
  })
  await t.test('get_factors', async t => {
    t.match(await call(ada, 'myAccount.getFactors'), [{ type: 'passkey' }])
    t.match(claimsOf(received(tenant, '/me/v1/factors').headers.authorization!.slice(7)), { scope: 'read:me:factors' })
  })
  await t.test('enroll_ and verify_authentication_method: an authenticator app, an e-mail address', async t => {
    const app = await call<{ id: string, authSession: string }>(ada, `${methods}.enroll`, { type: 'totp' })
    t.match(await call(ada, `${methods}.verify`, app.id, { authSession: app.authSession, otpCode: '000000' }), {
      error: 'MyAccountApiError'
    }, 'a wrong code')
    t.match(
      await call(ada, `${methods}.verify`, app.id, {
        authSession: app.authSession,
        otpCode: await tenant.totp('auth0|ada')
      }),
      { type: 'totp', confirmed: true }
    )
    const mail = await call<{ id: string, authSession: string }>(ada, `${methods}.enroll`, {
      type: 'email',
      email: 'second@example.com'
    })
    t.match(
      await call(ada, `${methods}.verify`, mail.id, {
        authSession: mail.authSession,
        otpCode: tenant.mailbox.at(-1)!.code
      }),
      { type: 'email' }
    )
  })
  await t.test('list_, get_, update_ and delete_authentication_method: ids are encoded', async t => {
    const phone = await call<{ id: string, authSession: string }>(ada, `${methods}.enroll`, {
      type: 'phone',
      phoneNumber: '+15550100',
      preferredAuthenticationMethod: 'sms'
    })
    await call(ada, `${methods}.verify`, phone.id, { authSession: phone.authSession, otpCode: tenant.sms.at(-1)!.code })
    t.match(await call(ada, `${methods}.list`, { type: 'phone' }), [{ id: phone.id }])
    t.match(await call(ada, `${methods}.get`, phone.id), { type: 'phone' })
    t.match(tenant.requests.at(-1)!.url, `/me/v1/authentication-methods/${encodeURIComponent(phone.id)}`)
    t.match(await call(ada, `${methods}.update`, phone.id, { preferredAuthenticationMethod: 'voice' }), {
      id: phone.id
    })
    t.equal(await call(ada, `${methods}.delete`, phone.id), null)
    t.match(await call(ada, `${methods}.get`, phone.id), { error: 'MyAccountApiError' })
  })
})
