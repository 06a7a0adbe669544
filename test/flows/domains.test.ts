import t, { type Test } from 'tap'
import { inWorld, type OptionChanges, type World } from '../hostile/app.js'
import type { RawAnswer } from '../fixtures/scripted-tenant.js'
import { changed, HostileIdp } from '../hostile/idp.js'

const b = 'https://b.example.test'

/** One application for two custom domains, told apart by the host it was asked at. */
async function twoDomains (t: Test, work: (world: World, other: HostileIdp) => Promise<void>,
  options: OptionChanges = {}): Promise<void> {
  let now = (): number => 0
  const other = new HostileIdp({ now: () => now(), issuer: 'https://b.auth0.test/' })
  let own: HostileIdp | undefined
  await inWorld(t, {
    fastify: {
      trustProxy: '127.0.0.1',
      // TLS ends at the proxy in front.
      rewriteUrl: ({ headers, url }) => {
        headers['x-forwarded-proto'] ??= 'https'
        return url!
      }
    },
    plugin: {
      domain: async request => request.host === 'b.example.test' ? 'b.auth0.test' : 'tenant.auth0.test',
      appBaseUrl: ['https://app.example.test', b],
      customFetch: async (input, init) =>
        await (new URL(input instanceof Request ? input.url : input).host === 'b.auth0.test' ? other : own!).fetch(
          input,
          init
        ),
      ...options
    }
  }, async world => {
    own = world.idp
    now = () => world.clock.now
    await work(world, other)
    for (const secret of other.secrets) world.idp.secrets.add(secret)
  })
}

t.test('each host logs in at its own domain, and its session is its own', async t => {
  await twoDomains(t, async (world, other) => {
    const ada = world.browser()
    t.equal(new URL(await world.start(ada)).host, 'tenant.auth0.test')
    await world.login(ada)
    t.equal((await ada.call('/private')).json().session.domain, 'tenant.auth0.test')

    const bea = world.browser(b)
    const location = await world.start(bea)
    t.equal(new URL(location).host, 'b.auth0.test')
    t.equal(new URL(location).searchParams.get('redirect_uri'), `${b}/auth/callback`)
    const { params } = other.authorize(location)
    t.equal((await bea.navigate(`/auth/callback?${params}`, { 'sec-fetch-site': 'cross-site' })).statusCode, 302)
    t.equal((await bea.call('/private')).json().session.domain, 'b.auth0.test')
    t.equal(world.idp.count('token'), 1)
    t.equal(other.count('token'), 1, 'the code went to the domain it came from')

    const visitor = world.browser(b)
    for (const { name, value } of ada.cookies) visitor.plant(name, value)
    t.equal((await visitor.call('/private')).statusCode, 401, "a session of another domain is not this request's")
    t.equal((await visitor.call('/token')).statusCode, 401)
    t.equal((await ada.call('/private')).statusCode, 200, 'and stays where it is')

    world.advance(86_300)
    const calls = other.count('token')
    t.equal((await bea.call('/private')).statusCode, 200)
    world.advance(200)
    t.equal((await bea.call('/token')).statusCode, 200)
    t.equal(other.count('token'), calls + 1, "tokens are renewed at the session's domain")

    const out = await bea.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    t.equal(new URL(String(out.headers.location)).host, 'b.auth0.test')
    t.equal(new URL(String(out.headers.location)).searchParams.get('post_logout_redirect_uri'), b)
    t.equal(other.count('revocation'), 1)
  })
})

t.test('an answer is taken at the host its login was begun at, and for that domain', async t => {
  await twoDomains(t, async (world, other) => {
    const browser = world.browser()
    const back = world.back(await world.start(browser))
    const moved = world.browser(b)
    for (const { name, value } of browser.cookies) moved.plant(name, value)
    const { params } = other.authorize(await world.start(moved))
    await moved.navigate(`/auth/callback?${params}`, { 'sec-fetch-site': 'cross-site' })
    t.equal((await moved.call('/private')).statusCode, 200, 'a session of the other host')
    const calls = world.idp.count('token')
    const refused = await moved.navigate(back, { 'sec-fetch-site': 'cross-site' })
    t.equal(refused.statusCode, 400)
    t.match(refused.body, 'begun at another address')
    t.equal(world.idp.count('token'), calls, 'the code is not sent')
    t.equal((await moved.call('/private')).statusCode, 200, 'nobody is logged out')

    const mixed = world.browser()
    const foreign = await world.during({
      answers: {
        token: correct => changed(correct, { id_token: other.idToken({ sub: 'auth0|evil', aud: 'hostile-client' }) })
      }
    }, () => world.login(mixed))
    t.equal(foreign.statusCode, 502)
    t.equal((await mixed.call('/private')).statusCode, 401, 'one domain does not speak for the other')
  })
})

t.test('the host is what a trusted proxy says it is', async t => {
  await twoDomains(t, async world => {
    const headers = { host: 'app.example.test', 'x-forwarded-host': 'b.example.test', accept: 'application/json' }
    const trusted = await world.app.inject({ url: '/auth/login', headers })
    t.equal(new URL(String(trusted.headers.location)).host, 'b.auth0.test')
    const anybody = await world.app.inject({
      url: '/auth/login',
      headers: { ...headers, host: 'c.example.test' },
      remoteAddress: '203.0.113.7'
    })
    t.equal(anybody.statusCode, 400, 'not what anybody else says')
    t.equal(anybody.json().code, 'invalid_argument')
    const unknown = await world.app.inject({
      url: '/auth/login',
      headers: { host: 'c.example.test', accept: 'application/json' }
    })
    t.equal(unknown.statusCode, 400, 'an address that is not in the list')
  })
})

t.test('logins that are pushed at the same time each go to their own domain', async t => {
  await twoDomains(t, async world => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    await world.during({
      answers: {
        par: async correct => {
          await held
          return correct
        }
      }
    }, async () => {
      const ada = world.browser()
      const first = world.start(ada)
      while (world.idp.count('par') === 0) await new Promise(resolve => setImmediate(resolve))
      t.equal(new URL(await world.start(world.browser(b))).host, 'b.auth0.test')
      release()
      const location = await first
      t.equal(new URL(location).host, 'tenant.auth0.test', 'whoever came meanwhile')
      t.equal((await ada.navigate(world.back(location), { 'sec-fetch-site': 'cross-site' })).statusCode, 302)
    })
  }, { pushedAuthorizationRequests: true })
})

t.test('a domain is asked for its metadata and keys once, and for connected accounts itself', async t => {
  await twoDomains(t, async (world, other) => {
    for (let login = 0; login < 3; login++) {
      const bea = world.browser(b)
      const { params } = other.authorize(await world.start(bea))
      await bea.navigate(`/auth/callback?${params}`, { 'sec-fetch-site': 'cross-site' })
      const connecting = await bea.navigate('/auth/connect?connection=github')
      t.equal(new URL(String(connecting.headers.location)).host, 'b.auth0.test', connecting.body)
      t.equal(other.last('token').form.get('audience'), 'https://b.auth0.test/me/')
    }
    t.strictSame([other.count('discovery'), other.count('jwks'), other.count('connect')], [1, 1, 3])
    t.equal(world.idp.requests.length, 0)
  }, { mountConnectedAccountRoutes: true })
})

t.test('requests at other hosts do not end the tokens that are bound to a generated key', async t => {
  const idps = new Map<string, HostileIdp>()
  let now = (): number => 0
  await inWorld(t, {
    plugin: {
      domain: request => `${request.host.split('.')[0]}.auth0.test`,
      appBaseUrl: undefined,
      dpop: true,
      discoveryCache: { maxEntries: 2 },
      customFetch: async (input, init) => {
        const { host } = new URL(input instanceof Request ? input.url : input)
        let idp = idps.get(host)
        if (idp === undefined) {
          idps.set(host, idp = new HostileIdp({ now: () => now(), issuer: `https://${host}/` }))
          idp.defects = { answers: { token: (answer: RawAnswer) => changed(answer, { token_type: 'DPoP' }) } }
        }
        return await idp.fetch(input, init)
      }
    }
  }, async world => {
    now = () => world.clock.now
    const address = 'http://ada.app.test'
    const ada = world.browser(address)
    const location = await world.start(ada)
    const idp = idps.get('ada.auth0.test')!
    const { params } = idp.authorize(location)
    t.equal((await ada.navigate(`/auth/callback?${params}`, { 'sec-fetch-site': 'cross-site' })).statusCode, 302)
    const before = (await ada.call('/token')).json()
    t.equal(before.tokenType, 'DPoP')
    for (let index = 0; index < 10; index++) await world.start(world.browser(`http://h${index}.app.test`))
    t.strictSame((await ada.call('/token')).json(), before)
    t.equal(idp.count('token'), 1, 'the token was not renewed')
    for (const each of idps.values()) for (const secret of each.secrets) world.idp.secrets.add(secret)
  })
})
