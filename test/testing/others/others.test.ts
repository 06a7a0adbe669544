import { AuthenticationClient, UserInfoClient } from 'auth0/legacy'
import type { Handler, Request } from 'express'
import { auth } from 'express-openid-connect'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { closed, inChromium, Tabs } from '../../browser/chromium.js'
import { ada, audience, credentials, startWorld, untyped, type World } from './application.js'

const name = 'Ada Lovelace'
const scope = 'openid profile email offline_access'

/** What the pages of the application hold, as the scripts of the two libraries put it there. */
declare const auth0: { createAuth0Client: (options: object) => Promise<Record<string, (...args: object[]) => unknown>> }

let world: World

t.before(async () => {
  world = await startWorld(t)
})

const pageOf = async (t: Test): Promise<Page> => await (await Tabs.open(t, { ignoreHTTPSErrors: true })).add()
const asAda = async (page: Page): Promise<void> => await page.getByRole('button', { name }).click()
const textOf = async (page: Page): Promise<string> => await page.locator('body').innerText()

t.test('express-openid-connect with its defaults', inChromium, async t => {
  const { app, origin, tenant } = world
  app.use('/eoc', auth({
    baseURL: `${origin}/eoc`,
    clientID: credentials.clientId,
    issuerBaseURL: tenant.url,
    secret: 'a secret of the application, which is long enough',
    idpLogout: true,
    auth0Logout: true
  }))
  app.get('/eoc', (request, response) => response.json(request.oidc.user))
  const page = await pageOf(t)
  await page.goto(`${origin}/eoc`)
  await asAda(page)
  await page.waitForURL(`${origin}/eoc`)
  t.match(JSON.parse(await textOf(page)), { name, email: ada, sid: String })
  t.match(tenant.requests.find(({ path }) => path === '/authorize'), {
    query: { response_type: 'id_token', response_mode: 'form_post' }
  })
  await page.goto(`${origin}/eoc/logout`)
  t.match(tenant.requests.findLast(({ path }) => path === '/v2/logout'), { status: 302 })
  await page.waitForURL(/\/u\/login/u)
  t.match(await page.title(), 'Welcome', 'back at the application, which asks again')
})

t.test('openid-client: code and hybrid', async t => {
  const { origin, tenant } = world
  for (const hybrid of [false, true]) {
    const config = await oidc.discovery(new URL(tenant.issuer), credentials.clientId, credentials.clientSecret)
    if (hybrid) oidc.useCodeIdTokenResponseType(config)
    const checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      maxAge: 100
    }
    const authorizationUrl = oidc.buildAuthorizationUrl(config, {
      redirect_uri: `${origin}/callback`,
      scope,
      audience,
      max_age: '100',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256'
    })
    const callback = new URL(await tenant.login({ authorizationUrl, user: ada }))
    t.equal(callback.hash !== '', hybrid)
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks)
    const { sub } = tokens.claims()!
    t.match(await oidc.fetchUserInfo(config, tokens.access_token, sub), { sub, name, email: ada })
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
    t.match(refreshed.claims(), { sub, sid: tokens.claims()!.sid, auth_time: tokens.claims()!.auth_time })
    const logout = oidc.buildEndSessionUrl(config, {
      id_token_hint: refreshed.id_token!,
      post_logout_redirect_uri: `${origin}/bye`
    })
    t.equal((await fetch(logout, { redirect: 'manual' })).headers.get('location'), `${origin}/bye`)
  }
})

t.test('node-auth0', async t => {
  const { origin, tenant } = world
  const { domain } = tenant
  const client = new AuthenticationClient({ domain, ...credentials })
  const parameters = {
    client_id: credentials.clientId,
    response_type: 'code',
    redirect_uri: `${origin}/callback`,
    scope
  }
  const callback = await tenant.login({
    authorizationUrl: `${tenant.issuer}authorize?${new URLSearchParams(parameters)}`,
    user: ada
  })
  const { data } = await client.oauth.authorizationCodeGrant({
    code: new URL(callback).searchParams.get('code')!,
    redirect_uri: parameters.redirect_uri
  })
  t.match((await new UserInfoClient({ domain }).getUserInfo(data.access_token)).data, { name, email: ada })
  const refreshed = await client.oauth.refreshTokenGrant({ refresh_token: data.refresh_token! })
  t.match(refreshed.data, { access_token: String, id_token: String, refresh_token: String })
  await client.oauth.revokeRefreshToken({ token: refreshed.data.refresh_token! })
  const again = client.oauth.refreshTokenGrant({ refresh_token: refreshed.data.refresh_token! })
  t.match(await again.catch((error: unknown) => error), {
    statusCode: 403,
    error: 'invalid_grant'
  })
})

t.test('passport-auth0', inChromium, async t => {
  const { app, origin, tenant } = world
  const passport = untyped<{
    use: (strategy: object) => void,
    initialize: () => Handler,
    session: () => Handler,
    authenticate: (name: string, options?: object) => Handler,
    serializeUser: (work: (user: unknown, done: (error: null, user: unknown) => void) => void) => void,
    deserializeUser: (work: (user: unknown, done: (error: null, user: unknown) => void) => void) => void
  }>('passport')
  const Strategy = untyped<new(options: object, verify: unknown) => object>('passport-auth0')
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user, done) => done(null, user))
  passport.use(new Strategy({
    domain: tenant.domain,
    clientID: credentials.clientId,
    clientSecret: credentials.clientSecret,
    callbackURL: `${origin}/passport/callback`
  }, (accessToken: string, refreshToken: string, _extra: unknown, profile: { displayName: string },
    done: (error: null, user: object) => void) =>
    done(null, { name: profile.displayName, accessToken, refreshToken })))
  app.use(passport.initialize(), passport.session())
  app.get('/passport/login', passport.authenticate('auth0', { scope }))
  app.get('/passport/callback', passport.authenticate('auth0'), (_request, response) => response.redirect('/passport'))
  app.get('/passport', (request, response) => response.json((request as Request & { user?: object }).user ?? null))
  app.get('/passport/logout', (request, response, next) => {
    (request as Request & { logout: (done: () => void) => void }).logout(() =>
      response.redirect(`${tenant.url}/v2/logout?client_id=web&returnTo=${encodeURIComponent(`${origin}/passport`)}`))
    void next
  })
  const page = await pageOf(t)
  await page.goto(`${origin}/passport/login`)
  await asAda(page)
  await page.waitForURL(`${origin}/passport`)
  const user = JSON.parse(await textOf(page)) as Record<string, string>
  t.match(user, { name, accessToken: String, refreshToken: String })
  const refreshed = await fetch(`${tenant.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: user.refreshToken!,
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret
    })
  })
  t.equal(refreshed.status, 200)
  await page.goto(`${origin}/passport/logout`)
  await page.waitForURL(`${origin}/passport`)
  t.equal(await textOf(page), 'null')
})

t.test('auth0-spa-js: popup, silent authentication, refresh', inChromium, async t => {
  const { origin, tenant } = world
  const page = await pageOf(t)
  await page.goto(origin)
  const start = async (options: object): Promise<void> => {
    await page.evaluate(async options => {
      Object.assign(globalThis, { client: await auth0.createAuth0Client(options as object) })
    }, {
      domain: tenant.url,
      clientId: 'spa',
      authorizationParams: { redirect_uri: origin, audience, scope: 'openid profile email' },
      ...options
    })
  }
  const call = async (method: string, ...args: object[]): Promise<unknown> =>
    await page.evaluate(async ([method, args]) =>
      await (globalThis as unknown as Record<string, Record<string, (...args: object[]) => unknown>>)
        .client![method as string]!(...args as object[]), [method, args] as const)

  await start({})
  await t.rejects(call('getTokenSilently'), /Login required/u)
  const opened = page.waitForEvent('popup')
  const done = call('loginWithPopup')
  const popup = await opened
  await asAda(popup)
  await done
  // The next popup has the same name: a window that is still closing would be taken for it.
  await closed(popup)
  t.match(await call('getUser'), { name, email: ada })
  const first = await call('getTokenSilently')
  const second = await call('getTokenSilently', { cacheMode: 'off' })
  t.match(second, /^ey/u)
  t.not(second, first, 'a new one, by a frame')
  t.match(tenant.requests.findLast(({ path }) => path === '/authorize'), {
    query: { prompt: 'none', response_mode: 'web_message' }
  })

  await start({ useRefreshTokens: true })
  const again = call('loginWithPopup')
  await again
  const frames = tenant.requests.length
  t.match(await call('getTokenSilently', { cacheMode: 'off' }), /^ey/u)
  t.match(tenant.requests.slice(frames).filter(({ method }) => method === 'POST'), [{
    path: '/oauth/token',
    params: { grant_type: 'refresh_token' },
    status: 200
  }])
  // Not waited for: the page goes away meanwhile.
  const home = page.waitForResponse(`${origin}/`)
  await page.evaluate(options => {
    const { client } = globalThis as unknown as { client: { logout(options: object): unknown } }
    setTimeout(() => { void client.logout(options) })
  }, { logoutParams: { returnTo: `${origin}/` } })
  await home
  t.match(tenant.requests.findLast(({ path }) => path === '/v2/logout'), { status: 302 })
})

t.test('oidc-client-ts', inChromium, async t => {
  const { origin, tenant } = world
  const page = await pageOf(t)
  const settings = {
    authority: tenant.issuer,
    client_id: 'spa',
    redirect_uri: `${origin}/`,
    post_logout_redirect_uri: `${origin}/`,
    scope,
    max_age: 1000,
    filterProtocolClaims: false,
    loadUserInfo: true
  }
  const run = async (work: string): Promise<Record<string, unknown>> =>
    await page.evaluate(`(async manager => (${work}))(new oidc.UserManager(${JSON.stringify(settings)}))`)
  await page.goto(origin)
  await run('void manager.signinRedirect()')
  await asAda(page)
  await page.waitForURL(/[?&]code=/u)
  const user = await run('manager.signinRedirectCallback().then(({ profile, refresh_token }) => ' +
    '({ profile, refresh_token }))')
  t.match(user, { profile: { name, email: ada, sid: String, auth_time: Number }, refresh_token: String })
  const refreshed = await run('manager.signinSilent().then(({ profile, refresh_token }) => ' +
    '({ profile, refresh_token }))')
  const { sid, auth_time } = user.profile as Record<string, unknown>
  t.match(refreshed, { profile: { sid, auth_time } })
  t.not(refreshed.refresh_token, user.refresh_token)
  await run('void manager.signoutRedirect()')
  await page.waitForURL(`${origin}/`)
  t.match(tenant.requests.findLast(({ path }) => path === '/oidc/logout'), { status: 302 })
  t.strictSame(tenant.errors, [])
})

t.test('the login page: Enter means what was typed, also on a narrow screen', inChromium, async t => {
  const { origin, tenant } = world
  const page = await pageOf(t)
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`${tenant.issuer}authorize?client_id=spa&response_type=token&redirect_uri=${origin}/&scope=openid`)
  await page.getByLabel('Email address').fill('grace@example.com')
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'Wrong email or password' }).waitFor()
  t.equal(await page.getByLabel('Email address').inputValue(), 'grace@example.com')
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
  await page.keyboard.type('password')
  await page.keyboard.press('Enter')
  await page.waitForURL(/#access_token=/u)
  const token = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('access_token')
  const userinfo = await fetch(`${tenant.issuer}userinfo?access_token=${token}`)
  t.match(await userinfo.json(), { sub: tenant.users.find(({ email }) => email === 'grace@example.com')!.sub })
})
