import t, { type Test } from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { Auth0Options } from '../../../types/index.js'
import type { Visitor } from '../../fixtures/visitor.js'
import { Site } from '../site.js'
import {
  isPopup, isRestarted, noteFinished, popupState, refuseLoop, restartedState
} from '../../../lib/flows/login/login-loop.js'

async function site (t: Test, options: Partial<Auth0Options> = {}, server: object = {}): Promise<Site> {
  const site = new Site(options, server)
  site.app.after(() => {
    site.app.get('/private', { preHandler: site.app.auth0.requireSession }, async () => 'in')
  })
  site.route('/own-login', async (request, reply) =>
    await reply.redirect((await request.auth0.startInteractiveLogin({ returnTo: '/private' })).href))
  await site.app.ready()
  t.teardown(async () => {
    await site.app.close()
  })
  return site
}

/** Follows redirects, the tenant's included, as a browser does; returns the last answer and how many there were. */
async function follow (s: Site, browser: Visitor, path: string, most = 20) {
  let response = await browser.navigate(path)
  let hops = 0
  for (; response.statusCode === 302 && hops < most; hops++) {
    const location = String(response.headers.location)
    const next = location.startsWith(s.tenant.issuer) ? s.tenant.callback(location) : location
    response = await browser.navigate(next.replace(/^https?:\/\/[^/]+/, ''), { 'sec-fetch-site': 'cross-site' })
  }
  return { response, hops }
}

/** A browser that never has this cookie when it asks. */
function without (browser: Visitor, dropped: (name: string) => boolean): Visitor {
  const { keep } = browser
  browser.keep = response => {
    keep.call(browser, response)
    browser.cookies = browser.cookies.filter(({ name }) => !dropped(name))
  }
  return browser
}

const session = (name: string) => name.startsWith('__Host-a0_') && !name.includes('_tx_')

t.test('whatever a browser keeps back, a login ends in a page that names a cause', async t => {
  const cases: [name: string, dropped: (name: string) => boolean, options: Partial<Auth0Options>, cause: RegExp][] = [
    ['all cookies', () => true, {}, /sent no cookies/],
    ['the session', session, {}, /session_not_kept.*|did not send its cookie/],
    ['the session of a store', session, { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) },
      /did not send its cookie/],
    ['transactions', name => name.includes('_tx_'), {}, /missing_transaction_error/],
    ['all but the session', name => !session(name), {}, /missing_transaction_error/],
    ['a strict one', name => name.startsWith('__Host-a0_') && !name.includes('_tx_'),
      { sessionConfiguration: { cookie: { sameSite: 'strict' } } }, /SameSite=Strict/]
  ]
  for (const [name, dropped, options, cause] of cases) {
    for (const path of ['/private', '/auth/login', '/own-login']) {
      const s = await site(t, options)
      const { response, hops } = await follow(s, without(s.browser(), dropped), path)
      // A page that needs no session is a good end, too.
      if (path === '/auth/login' && response.statusCode === 404) continue
      t.equal(response.statusCode, 400, `${name}, from ${path}: after ${hops} redirects`)
      t.match(response.body, path === '/own-login' && !name.includes('transactions') ? /./ : cause)
      t.ok(s.tenant.grants('authorization_code').length <= 2)
    }
  }
})

t.test('sessions that end at once end in a page, too', async t => {
  const forgetful = new MemorySessionStore({ now: () => 1_795_000_000 })
  forgetful.get = async () => undefined
  const s = await site(t, { sessionStore: forgetful })
  const { response } = await follow(s, s.browser(), '/private')
  t.equal(response.statusCode, 400)
  t.match(response.body, /ended at once/)
  t.ok(s.tenant.grants('authorization_code').length <= 3)
})

t.test('people may log in as often as they like', async t => {
  const s = await site(t)
  const browser = s.browser()
  for (let count = 0; count < 6; count++) {
    t.equal((await follow(s, browser, '/private')).response.body, 'in')
    await browser.navigate('/auth/logout')
    t.strictSame(browser.names(), [], 'a logout leaves nothing')
  }
  await follow(s, browser, '/private')
  t.equal((await s.login(browser)).statusCode, 302, 'again, with a session')
  await s.app.auth0.revokeSessions({ sub: 'auth0|ada' })
  s.clock.now += 1
  t.equal((await follow(s, browser, '/private')).response.body, 'in', 'after a logout from outside')
  const stopped = without(s.browser(), session)
  t.match((await follow(s, stopped, '/private')).response.body, 'session_not_kept')
  delete (stopped as Partial<Visitor>).keep
  t.equal((await follow(s, stopped, '/private')).response.body, 'in', 'the next attempt passes')
})

t.test('the page leads to what was asked for; a script is told by code', async t => {
  const s = await site(t, { appBaseUrl: 'https://app.example.test' })
  const { response } = await follow(s, without(s.browser(), session), '/private?a=1')
  t.match(response.body, '<a class="first" href="/private?a=1">Try again</a>')
  const browser = without(s.browser(), session)
  await s.login(browser)
  const answer = await browser.call('/auth/login')
  t.match(answer.json(), { statusCode: 400, code: 'session_not_kept' })
  t.match(s.events.at(-1), { type: 'login', outcome: 'failure', reason: 'session_not_kept' })
})

t.test('a restarted login says so in its state, without any cookie', async t => {
  const s = await site(t)
  const first = s.browser()
  const back = s.tenant.callback(await s.start(first))
  const again = await s.browser().navigate(back)
  t.equal(again.headers.location, '/auth/login?restarted=1')
  const restarted = s.browser()
  const location = String((await restarted.navigate('/auth/login?restarted=1')).headers.location)
  t.match(new URL(location).searchParams.get('state'), /^[\w-]{32}-restarted$/)
  t.equal((await s.browser().navigate(s.tenant.callback(location))).statusCode, 400)
  t.equal((await restarted.navigate(s.tenant.callback(location))).statusCode, 302, 'it can be finished')
})

t.test('another name of the same host is sent to the application\'s own address first, once', async t => {
  const moves: [own: string, asked: string, moved: boolean][] = [
    ['http://localhost:3000', 'http://127.0.0.1:3000', true],
    ['http://127.0.0.1:3000', 'http://localhost:3000', true],
    ['http://localhost:3000', 'http://[::1]:3000', true],
    ['http://localhost:3000', 'http://localhost:4000', false],
    ['https://example.com', 'https://www.example.com', true],
    ['https://www.example.com/shop', 'https://example.com', true],
    ['https://app.example.com', 'https://other.example.com', false],
    ['https://app.example.com', 'http://10.0.0.7:8080', false]
  ]
  for (const [appBaseUrl, asked, moved] of moves) {
    const s = await site(t, { appBaseUrl })
    const browser = s.browser(asked)
    const login = await browser.navigate('/auth/login?returnTo=%2Fprivate%3Fa%3D1&screen_hint=signup')
    const location = String(login.headers.location)
    if (!moved) {
      t.ok(location.startsWith(s.tenant.issuer), `${asked} stays`)
      continue
    }
    t.equal(location, `${appBaseUrl}/auth/login?returnTo=%2Fprivate%3Fa%3D1&screen_hint=signup&moved=1`)
    const behindProxy = await browser.navigate(location.slice(location.indexOf('/auth')))
    t.ok(String(behindProxy.headers.location).startsWith(s.tenant.issuer), 'a proxy that changes the Host: no loop')
  }
})

const base = { origin: 'https://app.example.com', basePath: '/base', secure: true }

t.test('a state says that its login was restarted, or began in a popup', async t => {
  t.strictSame([isRestarted(restartedState('x')), isRestarted('x'), isRestarted(null)], [true, false, false])
  const popup = popupState('x')
  t.strictSame([popup, restartedState(popup), 'x', 'x-popup-silent', null].map(isPopup),
    [true, true, false, false, false])
  t.ok(isRestarted(restartedState(popup)))
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
    const outcome = await Promise.resolve(refuseLoop(context as never, request as never, returnTo))
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
