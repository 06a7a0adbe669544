import fastify, { type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0 from '../../../lib/index.js'
import { MemoryRevocationStore, MemorySessionStore } from '../../../lib/stores/index.js'
import { SoftwareDevice, type DeviceRequest } from '../../../lib/testing/software-device.js'
import { sessionCookies } from '../../../lib/testing/session-cookie.js'
import type { Auth0Options, DeviceBoundOptions, RevocationStore, SessionStore } from '../../../types/index.js'
import { setCookies, Visitor } from '../../fixtures/visitor.js'
import { newSite, Site } from '../site.js'

/** A revocation list or store of another machine: it answers later, and fails while it is away. */
function remote<T extends object> (store: T, methods: readonly (keyof T & string)[]): T & { away: boolean } {
  const proxy = { away: false } as Record<string, unknown>
  for (const name of methods) {
    proxy[name] = async (...args: unknown[]) => {
      await Promise.resolve()
      if (proxy.away === true) throw new Error('connection refused')
      return await (store[name] as (...args: unknown[]) => unknown).apply(store, args)
    }
  }
  return proxy as T & { away: boolean }
}

type Changes = Partial<Auth0Options> & { deviceBound?: DeviceBoundOptions }

/** One process of an application. Those of one `tenant` have one clock, give or take `ahead` seconds. */
async function processOf (t: Test, { deviceBound = {}, ...options }: Changes, first?: Site, ahead = 0): Promise<Site> {
  const clock = first?.clock
  const site: Site = newSite(t, {
    ...(first !== undefined && { domain: first.tenant.domain, customFetch: first.tenant.fetch }),
    now: () => (clock ?? site.clock).now + ahead,
    ...options,
    sessionConfiguration: { ...options.sessionConfiguration, deviceBound }
  })
  site.route('/me', async request => ({ session: await request.auth0.getSession() ?? null }))
  site.route('/visits', async request => await request.auth0.updateSession({ visits: 1 }))
  site.app.after(() => {
    site.app.get('/guarded', { preHandler: site.app.auth0.requireSession }, async () => 'guarded')
  })
  await site.app.ready()
  site.app.log.level = 'silent'
  return site
}

/** The same browser, as it goes on at another process. */
function at (site: Site, browser: Visitor): Visitor {
  return browser.at(site.app, { now: () => site.clock.now })
}

const sender = (browser: Visitor) => async (request: DeviceRequest): Promise<LightMyRequestResponse> =>
  await browser.send(request.method, request.url, { headers: { origin: browser.origin.origin, ...request.headers } })

const isIn = async (browser: Visitor): Promise<boolean> =>
  ((await browser.call('/me')).json() as { session: object | null }).session !== null

const START = 1_795_000_000

/** What processes share: the store of the sessions, or the revocation list. */
const sharing = {
  stateless: () => {
    const list = remote(new MemoryRevocationStore({ now: () => START }), ['revoke', 'revokedAt'])
    return { list, options: { revocationStore: list as RevocationStore } }
  },
  stateful: () => {
    const list = remote(new MemorySessionStore({ now: () => START }),
      ['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'])
    return { list, options: { sessionStore: list as SessionStore } }
  }
}

/** Two processes, and a browser that has a session at the first and binds it at the second. */
async function boundElsewhere (t: Test, mode: keyof typeof sharing) {
  const { options } = sharing[mode]()
  const one = await processOf(t, options)
  const two = await processOf(t, options, one)
  const former = one.browser()
  const login = await one.login(former)
  const browser = at(two, former)
  await new SoftwareDevice().register(login, sender(browser))
  return { one, two, former, browser }
}

for (const mode of ['stateless', 'stateful'] as const) {
  for (const ahead of [25, -25]) {
    t.test(`${mode}: another process, whose clock is ${ahead} s ahead`, async t => {
      const { options } = sharing[mode]()
      const one = await processOf(t, options)
      const two = await processOf(t, options, one, ahead)
      const begun = one.browser()
      const login = await one.login(begun)
      const device = new SoftwareDevice()
      const browser = at(two, begun)
      t.equal(await device.register(login, sender(browser)), true, 'it knows the challenge of the first')
      t.equal(await isIn(at(one, browser)), true, 'and the first the bound cookie')
      t.equal(await isIn(begun), true)
      one.clock.now += 61 + Math.abs(ahead)
      t.equal(await isIn(begun), false, 'and that copies from before are over')
      t.ok(one.events.some(({ reason }) => reason === 'session_unbound_copy'))
      t.equal((await begun.call('/visits')).statusCode, 401)
      one.clock.now += 400
      const back = at(one, browser)
      t.equal(await device.refresh(sender(back)), 'refreshed')
      t.equal(await isIn(at(two, back)), true)
      t.equal((await back.navigate('/auth/logout')).statusCode, 302)
      for (const site of [one, two]) t.equal(await isIn(at(site, browser)), false, 'a logout ends it everywhere')
      t.equal(await device.refresh(sender(at(two, browser))), 'over')
    })
  }

  for (const [ahead, clockTolerance] of [[29, 30], [-29, 30], [119, 120], [-119, 120], [299, 300]] as const) {
    t.test(`${mode}: sessions that must be bound, with clocks ${ahead} of ${clockTolerance} s apart`, async t => {
      const { options } = sharing[mode]()
      const one = await processOf(t, { ...options, clockTolerance, deviceBound: { required: true } })
      const two = await processOf(t, { ...options, clockTolerance, deviceBound: { required: true } }, one, ahead)
      const begun = one.browser()
      const login = await one.login(begun)
      const former = begun.copy()
      one.clock.now += 20
      t.equal(await isIn(at(two, begun)), true, 'the session may be unbound for a while')
      const browser = at(two, begun)
      const device = new SoftwareDevice()
      t.equal(await device.register(login, sender(browser)), true)
      one.clock.now += 5
      for (const site of [one, two]) {
        t.equal(await isIn(at(site, former)), true, 'requests that were on their way go on')
        t.equal(await isIn(at(site, browser)), true)
        t.equal(await device.refresh(sender(at(site, browser))), 'refreshed')
      }
      one.clock.now += Math.max(60, clockTolerance + 30) + Math.abs(ahead)
      for (const site of [one, two]) t.equal(await isIn(at(site, former)), false)
    })
  }

  t.test(`${mode}: a logout ends the former id, too`, async t => {
    const { one, two, former, browser } = await boundElsewhere(t, mode)
    await at(one, former).navigate('/auth/logout')
    t.equal(await isIn(browser), false, 'a logout that was on its way under the former id')
    const again = one.browser()
    const next = await one.login(again)
    const kept = again.copy()
    await new SoftwareDevice().register(next, sender(again))
    await again.navigate('/auth/logout')
    t.equal(await isIn(kept), false, 'a copy from before, within its minute')
    t.equal(await isIn(at(two, kept)), false)
  })

  for (const onStoreError of ['fail', 'anonymous'] as const) {
    t.test(`${mode}: an outage, with onStoreError '${onStoreError}'`, async t => {
      const { list, options } = sharing[mode]()
      const made = await processOf(t, { ...options, sessionConfiguration: { onStoreError } })
      const browser = made.browser()
      const login = await made.login(browser)
      const device = new SoftwareDevice()
      list.away = true
      const failed = await sender(browser)(device.registration(login)!)
      t.equal(failed.statusCode, 503)
      t.ok(failed.headers['retry-after'])
      list.away = false
      t.equal(await device.register(login, sender(browser)), true, 'the challenge was not spent')
      list.away = true
      t.equal(await device.refresh(sender(browser)), 'later')
      list.away = false
      t.equal(await device.refresh(sender(browser)), 'refreshed', 'the session lives')
      t.equal(await isIn(browser), true)
      const started = await made.start(browser)
      list.away = true
      const answer = await browser.navigate(made.tenant.callback(started), { 'sec-fetch-site': 'cross-site' })
      list.away = false
      if (mode === 'stateless' && onStoreError === 'anonymous') return
      t.equal(answer.statusCode, 503)
      t.match(made.events.at(-1), { type: 'login', outcome: 'failure', reason: 'session_store_error' },
        'a login that fails is reported as ever')
    })
  }
}

t.test('a logout under the former id while secrets are being rotated', async t => {
  const [older, newer] = ['a session secret of enough characters', 'another session secret of enough characters']
  for (const mode of ['stateless', 'stateful'] as const) {
    const { options } = sharing[mode]()
    const one = await processOf(t, { ...options, sessionSecret: [older, newer] })
    const two = await processOf(t, { ...options, sessionSecret: [newer, older] }, one)
    for (const [binds, ends] of [[one, two], [two, one]] as const) {
      const former = one.browser()
      const login = await one.login(former)
      const browser = at(binds, former)
      const device = new SoftwareDevice()
      t.equal(await device.register(login, sender(browser)), true)
      t.equal(await isIn(at(ends, browser)), true)
      t.equal(await device.refresh(sender(at(ends, browser))), 'refreshed')
      await at(ends, former).navigate('/auth/logout')
      for (const site of [one, two]) t.equal(await isIn(at(site, browser)), false, mode)
    }
  }
})

t.test('stateless: a write that another process has overtaken by binding the session', async t => {
  const { browser, former } = await boundElsewhere(t, 'stateless')
  const answer = await former.call('/visits')
  t.equal(answer.statusCode, 401, 'is refused rather than lost')
  t.notOk(answer.headers['set-cookie'], 'and does not take the browser back')
  t.equal((await browser.call('/visits')).statusCode, 200)
})

for (const [end, ends] of Object.entries({
  'a logout': async (_site: Site, browser: Visitor) => await browser.navigate('/auth/logout'),
  'a new login': async (site: Site, browser: Visitor) => await site.login(browser)
})) {
  t.test(`${end} during which the session is bound`, async t => {
    for (const [mode, during, outcome] of [['stateless', 'revoke', 200], ['stateful', 'update', 200],
      ['stateful', 'delete', 401]] as const) {
      const { list, options } = sharing[mode]()
      const one = await processOf(t, options)
      const two = await processOf(t, options, one)
      const browser = one.browser()
      const login = await one.login(browser)
      const other = at(two, browser)
      const device = new SoftwareDevice()
      const calls = list as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
      const call = calls[during]!
      let registered: LightMyRequestResponse | undefined
      calls[during] = async (...args) => {
        calls[during] = call
        registered = await sender(other)(device.registration(login)!)
        return await call(...args)
      }
      t.equal((await ends(one, browser)).statusCode, 302)
      t.equal(registered?.statusCode, outcome, `${mode}, at "${during}"`)
      for (const site of [one, two]) t.equal(await isIn(at(site, other)), false)
      t.equal(await isIn(browser), end !== 'a logout')
    }
  })
}

t.test('stateless: a session that has no room for a key goes on as it is', async t => {
  const made = await processOf(t, {})
  /** What comes of a session this large: a key, none, or no session at all. */
  const outcome = async (bytes: number, algorithm: 'ES256' | 'RS256' = 'ES256'): Promise<string> => {
    made.tenant.claims = { blob: 'x'.repeat(bytes) }
    const browser = made.browser()
    const login = await made.login(browser)
    if (login.statusCode !== 302) return 'no session'
    const answer = await sender(browser)(new SoftwareDevice({ algorithm }).registration(login)!)
    if (answer.statusCode === 200) return 'bound'
    t.match(answer.json(), { statusCode: 403, code: 'device_not_registered' })
    t.notOk(answer.headers['set-cookie'])
    t.equal(made.events.at(-1)?.reason, 'device_registration_refused')
    made.clock.now += 61
    t.equal(await isIn(browser), true)
    return 'not bound'
  }
  let bytes = 4900
  while (await outcome(bytes) === 'bound') bytes += 20
  t.equal(await outcome(bytes), 'no session', 'there is room for the usual key in every session that can begin')
  t.equal(await outcome(bytes - 20, 'RS256'), 'not bound')
})

t.test('stateless: a list of revocations that is full ends no session that was never bound', async t => {
  const clock = { now: () => START }
  const list = new MemoryRevocationStore({ maxEntries: 4, now: () => clock.now(), onFull () {} })
  const made = await processOf(t, { revocationStore: list })
  clock.now = () => made.clock.now
  const bound = made.browser()
  const login = await made.login(bound)
  const before = bound.copy()
  t.equal(await new SoftwareDevice().register(login, sender(bound)), true)
  made.clock.now += 100
  for (let user = 0; user < 9; user++) await made.app.auth0.revokeSessions({ sub: `auth0|${user}` })
  made.clock.now += 100
  const browser = made.browser()
  await made.login(browser)
  t.equal(await isIn(browser), true)
  for (const copy of [before, bound]) t.equal(await isIn(copy), false, 'what is older than the list is over')
})

t.test('two registrations on one origin, below a base path and a prefix', async t => {
  const first = new Site()
  const app = fastify({ pluginTimeout: 0, rewriteUrl: ({ url = '/' }) => url.replace(/^\/base/, '') || '/' })
  t.teardown(async () => {
    await app.close()
  })
  const clients = ['one', 'two'] as const
  for (const name of clients) {
    app.register(async scope => {
      await scope.register(fastifyAuth0, first.options({
        appBaseUrl: 'https://app.example.test/base',
        ...(name === 'two' && { sessionSecret: 'another secret of enough characters for it' }),
        sessionConfiguration: { deviceBound: true }
      }))
      scope.get('/me', async request => ({ session: await request.auth0.getSession() ?? null }))
    }, { prefix: `/${name}` })
  }
  await app.ready()
  const browser = new Visitor(app, { origin: 'https://app.example.test', now: () => first.clock.now })
  const devices = new Map<string, SoftwareDevice>()
  for (const name of clients) {
    const started = await browser.navigate(`/base/${name}/auth/login`)
    const login = await browser.navigate(first.tenant.callback(String(started.headers.location)))
    t.match(login.headers['secure-session-registration'], `path="/base/${name}/auth/dbsc/register"`)
    const device = new SoftwareDevice()
    t.equal(await device.register(login, async request => {
      const answer = await sender(browser)(request)
      t.match(answer.json(), {
        refresh_url: `/base/${name}/auth/dbsc/refresh`,
        scope: {
          scope_specification: [
            { type: 'exclude', domain: 'app.example.test', path: '/' },
            { type: 'include', domain: 'app.example.test', path: '/base' },
            { type: 'exclude', domain: 'app.example.test', path: `/base/${name}/auth/login` }
          ]
        }
      })
      return answer
    }), true)
    devices.set(name, device)
  }
  t.equal(browser.names().filter(name => name.endsWith('_d')).length, 2, 'each has a cookie of its own')
  first.clock.now += 500
  for (const name of clients) {
    t.equal(await devices.get(name)!.refresh(sender(browser)), 'refreshed')
    const { session } = (await browser.call(`/base/${name}/me`)).json() as { session: object | null }
    t.not(session, null)
  }
  const crossed = devices.get('one')!.refreshRequest()!
  t.strictSame((await sender(browser)({ ...crossed, url: '/base/two/auth/dbsc/refresh' })).json(),
    { session_identifier: devices.get('one')!.identifier, continue: false }, 'the one does not know the other')
})

t.test('a person whom another site has sent here comes again, once', async t => {
  const made = await processOf(t, {})
  const browser = made.browser()
  const login = await made.login(browser)
  const device = new SoftwareDevice()
  await device.register(login, sender(browser))
  made.clock.now += 601
  const elsewhere = { 'sec-fetch-site': 'cross-site' }
  const page = await browser.navigate('/guarded?a=1&b="2"', elsewhere)
  t.equal(page.statusCode, 401)
  t.match(page.body, '<meta http-equiv="refresh" content="0;url=/guarded?a=1&amp;b=%222%22">')
  t.equal((await browser.navigate('/guarded', elsewhere)).statusCode, 302, 'no circle')
  t.ok(made.events.some(({ reason }) => reason === 'device_proof_missing'))
  made.clock.now += 11
  t.equal(await device.refresh(sender(browser)), 'refreshed')
  t.equal((await browser.navigate('/guarded', elsewhere)).statusCode, 200)

  const started = await made.start(browser)
  made.clock.now += 601
  const callback = made.tenant.callback(started)
  t.match((await browser.navigate(callback, elsewhere)).body, 'http-equiv="refresh"', 'from the tenant, too')
  t.equal((await browser.navigate(callback, { 'sec-fetch-site': 'same-origin' })).statusCode, 302,
    'the login is finished then')
})

t.test('where sessions cannot be bound', async t => {
  const plain = await processOf(t, { appBaseUrl: 'http://localhost:3000', deviceBound: { required: true } })
  t.ok(plain.logs.some(line => line.includes('device_bound_without_https')))
  const browser = plain.browser('http://localhost:3000')
  const login = await plain.login(browser)
  t.notOk(login.headers['secure-session-registration'], 'nothing is offered on plain http')
  plain.clock.now += 1000
  t.equal(await isIn(browser), true, 'and nothing demanded')

  const wrong: [Partial<Auth0Options>, RegExp][] = [
    [{ sessionConfiguration: { deviceBound: { refreshAfter: 179 } } }, /deviceBound\.refreshAfter" must be .* 180/],
    [{ sessionConfiguration: { deviceBound: { refreshAfter: 449 } }, clockTolerance: 300 },
      /deviceBound\.refreshAfter" must be at least 450 .*"clockTolerance"/],
    [{ sessionConfiguration: { deviceBound: { require: true } as never } }, /Did you mean "required"/],
    [{ sessionConfiguration: { deviceBound: 'yes' as never } }, /deviceBound" must be true, false or/],
    [{ sessionConfiguration: { deviceBound: true, cookie: { partitioned: true } } }, /cookie\.partitioned/],
    [{ sessionConfiguration: { deviceBound: true }, routes: { deviceRefresh: false as never } }, /must not be false/],
    [{ routes: { deviceRegistration: '/x' } }, /must not be given without/]
  ]
  for (const [options, message] of wrong) {
    const { app } = new Site(options)
    await t.rejects(async () => await app.ready(), { code: 'configuration_error', message }, String(message))
  }
  const off = newSite(t, { sessionConfiguration: { deviceBound: false } })
  t.notOk((await off.login(off.browser())).headers['secure-session-registration'])
  t.equal((await off.browser().send('POST', '/auth/dbsc/register')).statusCode, 404)
})

t.test('a test session that is bound', async t => {
  for (const options of [{}, { sessionStore: new MemorySessionStore({ now: () => START }) }]) {
    const made = await processOf(t, { ...options, mountRoutes: false, deviceBound: { refreshAfter: 300 } })
    const device = new SoftwareDevice({ algorithm: 'RS256' })
    const browser = made.browser()
    for (const { name, value } of await sessionCookies(made.app, { user: { sub: 'auth0|ada' }, device })) {
      browser.plant(name, value)
    }
    t.equal(await isIn(browser), true)
    const answer = await sender(browser)(device.refreshRequest()!)
    t.equal(answer.statusCode, 403, 'there is no challenge yet')
    t.equal(setCookies(answer).length, 0)
    t.equal(await device.refresh(sender(browser)), 'refreshed')
    made.clock.now += 301
    const kept = browser.cookies.find(({ name }) => name.endsWith('_d'))!
    browser.plant(kept.name, kept.value)
    t.equal(await isIn(browser), false)
  }
  const unbound = newSite(t)
  await t.rejects(sessionCookies(unbound.app, { user: { sub: 'auth0|ada' }, device: new SoftwareDevice() }),
    { code: 'configuration_error', message: /deviceBound/ })
})
