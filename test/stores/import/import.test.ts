import { randomBytes } from 'node:crypto'
import t from 'tap'
import { MemoryRevocationStore, MemorySessionStore } from '../../../lib/stores/index.js'
import { inWorld, isSessionCookie, type World, type WorldOptions } from '../../hostile/app.js'
import { setCookies, type Visitor } from '../../fixtures/visitor.js'
import { jws, rsaKey } from '../../fixtures/jws.js'
import { auth0ServerJsCookies, expressOidcCookies, type Cookies, type PeerCookie } from './peer-cookies.js'

const secret = 'secret-of-the-library-before-0123456789'
const older = 'an-older-secret-of-that-library-98765'
const now = () => Math.floor(Date.now() / 1000)
const key = rsaKey('old')
const claims = (more: object = {}) => ({
  iss: 'https://tenant.auth0.test/',
  aud: 'hostile-client',
  sub: 'auth0|ada',
  name: 'Ada',
  nonce: 'the-nonce-of-the-old-login',
  iat: now(),
  exp: now() + 3600,
  ...more
})
const idToken = (more: object = {}) =>
  jws({ header: { alg: 'RS256', typ: 'JWT' }, payload: claims(more), key: key.privateKey })

/** A session of auth0-server-js, with `state` over what it holds. */
async function auth0ServerJs (state: object = {},
  { name = '__a0_session', secrets = secret as string | string[], absoluteDuration = 86_400 } = {}): Promise<Cookies> {
  return await auth0ServerJsCookies({
    user: claims(),
    idToken: idToken(),
    refreshToken: 'old-refresh-token',
    tokenSets: [{
      audience: 'default',
      accessToken: 'old-access-token',
      scope: 'openid profile email offline_access',
      expiresAt: now() + 600
    }, { audience: 'https://api.test/', accessToken: 'old-api-token', scope: undefined, expiresAt: now() + 600 }],
    connectionTokenSets: [{ accessToken: 'google-token', scope: 'mail', expiresAt: now() + 600, connection: 'google' }],
    internal: { sid: 'sid-1', createdAt: now() - 100 },
    ...state
  }, { name, secrets, absoluteDuration })
}

/** A session of express-openid-connect, with `session` over what it holds. */
async function expressOidc (session: object = {},
  { name = 'appSession', secrets = secret as PeerCookie['secrets'], absoluteDuration = 604_800 } = {}
): Promise<Cookies> {
  return await expressOidcCookies({
    id_token: idToken(),
    access_token: 'old-access-token',
    refresh_token: 'old-refresh-token',
    token_type: 'Bearer',
    expires_at: now() + 600,
    sid: 'sid-1',
    ...session
  }, { name, secrets, absoluteDuration })
}

/** Other spellings that a lenient decoder takes for the same bytes. */
const respellings: Record<string, (value: string) => string> = {
  'padding at the end': value => `${value}=`,
  'a blank in the tag': value => `${value.slice(0, -3)} ${value.slice(-3)}`,
  'the plain base64 alphabet': value => inPart(value, 3, part => part.replaceAll('-', '+').replaceAll('_', '/')),
  'a foreign character in the ciphertext': value => inPart(value, 3, part => `${part.slice(0, 5)}!${part.slice(5)}`),
  'a foreign character in the IV': value => inPart(value, 2, part => `${part.slice(0, 5)}~${part.slice(5)}`),
  'a key part': value => inPart(value, 1, () => 'AAAA'),
  'a key part of foreign characters': value => inPart(value, 1, () => '!'),
  'spare bits of the tag': value => value.slice(0, -1) + spareBits(value.at(-1)!),
  'spare bits of the IV': value => inPart(value, 2, part => part.slice(0, -1) + spareBits(part.at(-1)!)),
  quotes: value => `"${value}"`
}

function inPart (value: string, index: number, change: (part: string) => string): string {
  return value.split('.').map((part, at) => at === index ? change(part) : part).join('.')
}

function spareBits (character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(character) ^ 1]!
}

const libraries = {
  'auth0-server-js': {
    make: auth0ServerJs,
    option: 'auth0Fastify',
    huge: { user: claims({ roles: 'x'.repeat(6000) }) },
    ended: { sessionExpiresAt: now() - 10 }
  },
  'express-openid-connect': {
    make: expressOidc,
    option: 'expressOpenidConnect',
    huge: { id_token: idToken({ roles: 'x'.repeat(6000) }) },
    ended: { sessionExpiresAt: now() + 20 }
  }
} as const

async function setting (t: Parameters<typeof inWorld>[0], options: WorldOptions,
  work: (world: World) => Promise<void>): Promise<void> {
  await inWorld(t, {
    ...options,
    routes: app => {
      app.get('/kept', { preHandler: app.auth0.requireSession }, async request => {
        const { user, sid, createdAt, domain } = await request.auth0.getSession() ?? {}
        const { accessToken } = await request.auth0.getAccessToken()
        return { user, sid, createdAt, domain, accessToken }
      })
    }
  }, async world => {
    world.advance(now() - world.clock.now)
    await work(world)
  })
}

function holding (world: World, cookies: Cookies): Visitor {
  const browser = world.browser()
  for (const [name, value] of Object.entries(cookies)) browser.plant(name, value)
  return browser
}

for (const [library, { make, option, huge, ended }] of Object.entries(libraries)) {
  const taking = (more: WorldOptions['plugin'] = {}): WorldOptions => ({
    plugin: { importSessions: { [option]: { secret } }, ...more }
  })

  for (const mode of ['cookies', 'a store']) {
    t.test(`a session of ${library} goes on as ours, in ${mode}`, async t => {
      const store = new MemorySessionStore()
      await setting(t, taking(mode === 'cookies' ? {} : { sessionStore: store }), async world => {
        const old = await make()
        const browser = holding(world, old)
        const first = await browser.call('/kept')
        t.match(first.json(), {
          user: { sub: 'auth0|ada', name: 'Ada' },
          sid: 'sid-1',
          domain: 'tenant.auth0.test',
          accessToken: 'old-access-token'
        })
        t.notOk('nonce' in first.json().user, "without what is the token's own")
        t.equal(world.idp.requests.length, 0, 'nobody is asked')
        t.strictSame(browser.names().filter(name => name in old), [], 'the old cookie is cleared')
        t.ok(browser.names().some(isSessionCookie), 'ours is there')
        const again = await browser.call('/kept')
        t.strictSame(again.json(), first.json(), 'and serves alone')
        t.strictSame(setCookies(again), [])

        const late = holding(world, old)
        t.equal((await late.call('/kept')).statusCode, 200, 'a request that still carries the old cookie')
        await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
        t.equal((await browser.call('/private')).statusCode, 401)
        t.equal((await holding(world, old).call('/private')).statusCode, 401,
          'the old cookie does not bring back what was logged out')
        await world.login(browser)
        t.equal((await browser.call('/private')).statusCode, 200, 'control: a new login')
      })
    })
  }

  for (const mode of ['cookies', 'a store']) {
    const stores = () => mode === 'cookies' ? {} : { sessionStore: new MemorySessionStore() }

    t.test(`an ended session of ${library} does not come back in another spelling, in ${mode}`, async t => {
      await setting(t, taking(stores()), async world => {
        const open = async (cookies: Cookies) => (await holding(world, cookies).call('/private')).statusCode
        const ends: [string, (old: Cookies) => Promise<void>][] = [
          ['logout', async old => {
            const browser = holding(world, old)
            await browser.call('/private')
            await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
          }],
          ['logout at the first visit', async old => {
            await holding(world, old).navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
          }],
          ['another login', async old => {
            const browser = holding(world, old)
            await browser.call('/private')
            await world.login(browser)
          }],
          ['another login at the first visit', async old => {
            await world.login(holding(world, old))
          }],
          ['revokeSessions', async () => {
            await world.app.auth0.revokeSessions({ sub: 'auth0|ada' })
          }]
        ]
        for (const [how, end] of ends) {
          const [[name, old] = ['', '']] = Object.entries(await make())
          const spellings = Object.entries(respellings).map(([what, spell]) => [what, spell(old)] as const)
          await end({ [name]: old })
          for (const [what, value] of [['as it was', old] as const, ...spellings]) {
            t.equal(await open({ [name]: value }), 401, `${how}: ${what}`)
          }
          world.advance(60)
        }
      })
    })

    t.test(`a cookie that ${library} wrote again ends with its session, in ${mode}`, async t => {
      await setting(t, taking(stores()), async world => {
        const [first, second] = [await make(), await make()]
        const browser = holding(world, second)
        t.equal((await browser.call('/private')).statusCode, 200)
        await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
        t.equal((await holding(world, first).call('/private')).statusCode, 401)
      })
    })

    for (const visited of [true, false]) {
      t.test(`a revoked session of ${library} stays revoked, in ${mode}, visited: ${visited}`, async t => {
        await setting(t, taking(stores()), async world => {
          const old = await make()
          if (visited) t.equal((await holding(world, old).call('/private')).statusCode, 200, 'control')
          await world.app.auth0.revokeSessions({ sub: 'auth0|ada' })
          for (const seconds of [0, 601, 3600, 40_000, 40_000]) {
            world.advance(seconds)
            t.equal((await holding(world, old).call('/private')).statusCode, 401, `after ${seconds} s more`)
          }
        })
      })
    }
  }

  t.test(`a request without a logged-out session of ${library} loses the old cookie all the same`, async t => {
    await setting(t, taking(), async world => {
      const browser = holding(world, await make())
      t.equal((await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })).statusCode, 302)
      t.strictSame(browser.names(), [])
      const other = holding(world, await make())
      await world.login(other)
      const left = other.names().filter(name => !isSessionCookie(name) && !name.startsWith('auth0_done_'))
      t.strictSame(left, [], 'a login replaces it')
    })
  })

  t.test(`a cookie of ${library} that is no live session of this tenant is none`, async t => {
    await setting(t, taking(), async world => {
      const good = await make()
      const broken = Object.fromEntries(
        Object.entries(good).map(([name, value]) => [name, value.slice(0, -8) + 'AAAAAAAA'])
      )
      const foreign = idToken({ iss: 'https://other.auth0.test/' })
      const candidates: [what: string, cookies: Cookies][] = [
        ['another secret', await make({}, { secrets: older })],
        ['changed', broken],
        ['cut', Object.fromEntries(Object.entries(good).map(([name, value]) => [name, value.slice(0, 60)]))],
        ['of other content', Object.fromEntries(Object.keys(good).map(name => [name, 'a.b.c.d.e']))],
        ['empty parts',
          Object.fromEntries(Object.entries(good).map(([name, value]) => [name, `${value.split('.')[0]}....`]))],
        ['no text', Object.fromEntries(Object.keys(good).map(name => [name, 'e30']))],
        ['of another tenant', await make({ user: claims({ iss: 'https://other.auth0.test/' }), id_token: foreign })],
        ['without an id token of three parts', await make({ user: undefined, id_token: 'e30' })],
        ['of nobody',
          await make({ user: { iss: 'https://tenant.auth0.test/' }, id_token: idToken({ sub: undefined }) })],
        ['without a user', await make({ user: undefined, id_token: undefined })],
        ['without a payload', await make({ user: undefined, id_token: 'x' })],
        ['its ceiling has passed', await make(ended)],
        ['too large for cookies', await make(huge)]
      ]
      for (const [what, cookies] of candidates) {
        const answer = await holding(world, cookies).call('/private')
        t.equal(answer.statusCode, 401, what)
      }
      t.equal((await holding(world, good).call('/private')).statusCode, 200, 'control')
      world.advance(604_801)
      t.equal((await holding(world, good).call('/private')).statusCode, 401, 'too old')
    })
  })

  for (const mode of ['cookies', 'a store']) {
    for (const [how, name] of [['given', 'sess'], ['by the option of ours', undefined]] as const) {
      for (const filler of ['', 'x'.repeat(3500)]) {
        const size = filler === '' ? 'short' : 'in parts'
        t.test(`a cookie of ${library} named like ours, ${how}, ${size}, in ${mode}`, async t => {
          await setting(t, taking({
            sessionConfiguration: { cookie: { name: 'sess' } },
            importSessions: { [option]: { secret, ...(name !== undefined && { name }) } },
            ...(mode === 'cookies' ? {} : { sessionStore: new MemorySessionStore() })
          }), async world => {
            const old = await make({ filler }, { name: 'sess' })
            const browser = holding(world, old)
            for (const time of ['first', 'second', 'third']) {
              t.equal((await browser.call('/kept')).json().accessToken, 'old-access-token', time)
            }
            const ours = Object.fromEntries(browser.cookies.map(({ name, value }) => [name, value]))
            for (const value of Object.values(old)) t.notOk(Object.values(ours).includes(value), 'the old one is gone')
            await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
            t.strictSame(browser.names().filter(name => name.startsWith('sess')), [])
            for (const left of [old, ours]) {
              t.equal((await holding(world, left).call('/private')).statusCode, 401, 'a copy does not come back')
            }
            await world.login(browser)
            t.equal((await browser.call('/private')).statusCode, 200, 'control: a new login')
          })
        })
      }
    }
  }

  t.test(`fields that the application had added to sessions of ${library} stay`, async t => {
    await setting(t, taking(), async world => {
      const fields = { cart: ['espresso', { size: 2 }], theme: 'dark' }
      const browser = holding(world, await make({ ...fields, id: 'mine', domain: 'd', authorizationDetails: 5 }))
      const { session } = (await browser.call('/private')).json() as { session: Record<string, unknown> }
      t.match(session, fields)
      t.not(session.id, 'mine')
      t.notOk(['nonce', 'id_token', 'access_token', 'expires_at', 'tokenSets', 'internal', 'exp', 'iat', 'uat',
        'authorizationDetails'].some(name => name in session), 'and nothing else')
      t.match((await browser.call('/private')).json().session, fields)
      const heavy = holding(world, await make({ cart: 'x'.repeat(7000) }))
      t.notOk('cart' in (await heavy.call('/private')).json().session, 'what cookies cannot hold is left out')
      const told = world.logLines.filter(line => line.includes('imported_fields_too_large'))
      t.equal(told.length, 1, 'and told once')
      t.match(told[0], 'cart')
    })
  })

  t.test(`secrets of ${library} may have changed, and its cookie may have another name`, async t => {
    await setting(t, taking({ importSessions: { [option]: { secret: [older, secret], name: 'mine', path: '/' } } }),
      async world => {
        for (const secrets of [older, secret]) {
          t.equal((await holding(world, await make({}, { name: 'mine', secrets })).call('/kept')).statusCode, 200)
        }
      })
  })
}

t.test('secrets of express-openid-connect may be bytes', async t => {
  const [bytes, olderBytes] = [randomBytes(32), new Uint8Array(randomBytes(32))]
  const taken = { expressOpenidConnect: { secret: [bytes, older, olderBytes] } }
  await setting(t, { plugin: { importSessions: taken } }, async world => {
    for (const secrets of [bytes, older, Buffer.from(olderBytes)]) {
      t.equal((await holding(world, await expressOidc({}, { secrets })).call('/kept')).statusCode, 200)
    }
    t.equal((await holding(world, await expressOidc({}, { secrets: randomBytes(32) })).call('/kept')).statusCode, 401)
  })
})

t.test('long sessions come in parts, and what expired is renewed with the old refresh token', async t => {
  await setting(t, {
    plugin: {
      importSessions: { auth0Fastify: { secret }, expressOpenidConnect: { secret } },
      audience: 'https://api.test/',
      storeIdToken: true
    }
  }, async world => {
    const long = 'x'.repeat(2000)
    const old = await auth0ServerJs({
      user: claims({ long }),
      tokenSets: [{
        audience: 'https://api.test/',
        accessToken: 'old-api-token',
        scope: undefined,
        expiresAt: now() + 600
      }]
    })
    t.ok(Object.keys(old).length > 1)
    t.match((await holding(world, old).call('/kept')).json(), { user: { long }, accessToken: 'old-api-token' })
    const split = await expressOidc({ filler: 'x'.repeat(6000) })
    t.ok(Object.keys(split).length > 1)
    t.match((await holding(world, split).call('/kept')).json(), {
      user: { sub: 'auth0|ada' },
      accessToken: 'old-access-token'
    })
    const stale = holding(world, await expressOidc({ access_token: undefined }))
    t.equal((await stale.call('/kept')).json().code, 'failed_to_refresh_token')
    t.equal(world.idp.last('token').form.get('refresh_token'), 'old-refresh-token')
  })
})

t.test('a session that holds little is taken over with what it holds', async t => {
  await setting(t, {
    plugin: {
      importSessions: { auth0Fastify: { secret, domain: 'app.example.test' }, expressOpenidConnect: { secret } }
    }
  }, async world => {
    const ceiling = now() + 900
    const bare = holding(world, await auth0ServerJs({
      idToken: undefined,
      refreshToken: undefined,
      sessionExpiresAt: ceiling,
      tokenSets: [{}],
      connectionTokenSets: [{}, { connection: 'google', accessToken: 'x', loginHint: 'me' }],
      internal: { sid: '', createdAt: now() }
    }))
    t.equal((await bare.call('/private')).json().session.expiresAt, ceiling - 30)
    t.equal((await bare.call('/kept')).json().code, 'missing_refresh_token')
    t.equal(
      (await holding(world, await auth0ServerJs({ tokenSets: 'x', connectionTokenSets: undefined })).call('/private'))
        .statusCode,
      200
    )
    t.equal((await holding(world, await auth0ServerJs({ internal: { sid: 'x' } })).call('/private')).statusCode, 401,
      'nobody knows how old it is')
    const least = holding(world, await expressOidc({
      id_token: idToken({ sid: 'sid-2' }),
      sid: undefined,
      expires_at: undefined,
      refresh_token: undefined
    }))
    t.match((await least.call('/kept')).json(), { sid: 'sid-2', accessToken: 'old-access-token' })
  })
})

t.test('a store that fails is told, not taken for no session', async t => {
  const store = new MemorySessionStore()
  store.create = async () => await Promise.reject(new Error('down'))
  await setting(t, { plugin: { importSessions: { auth0Fastify: { secret } }, sessionStore: store } }, async world => {
    const old = await auth0ServerJs()
    const browser = holding(world, old)
    t.equal((await browser.call('/private')).statusCode, 503)
    t.strictSame(browser.names(), Object.keys(old), 'and the old cookie stays for when it answers again')
  })
})

t.test('where the tenant depends on the request, the old session says whose it is', async t => {
  await setting(t, {
    plugin: { importSessions: { auth0Fastify: { secret } }, domain: request => String(request.headers['x-tenant']) }
  }, async world => {
    const ask = async (state: object, tenant: string) =>
      (await holding(world, await auth0ServerJs(state)).call('/private', { 'x-tenant': tenant })).statusCode
    t.equal(await ask({}, 'tenant.auth0.test'), 200)
    t.equal(await ask({}, 'other.auth0.test'), 401)
    const { iss: _, ...user } = claims()
    t.equal(await ask({ user, domain: 'other.auth0.test' }, 'other.auth0.test'), 200)
    t.equal(await ask({ user }, 'tenant.auth0.test'), 401, 'it does not say')
  })
})

t.test('imported sessions without a durable list of revocations are warned of once, in production', async t => {
  for (
    const [production, revocationStore, warnings] of [[true, undefined, 1], [false, undefined, 0], [true,
      new MemoryRevocationStore(), 0]] as const
  ) {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = production ? 'production' : 'test'
    t.teardown(() => {
      if (before === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = before
    })
    await setting(t, { plugin: { importSessions: { auth0Fastify: { secret } }, revocationStore } }, async world => {
      await holding(world, await auth0ServerJs()).call('/private')
      await world.app.auth0.revokeSessions({ sub: 'auth0|ada' })
      t.equal(world.logLines.filter(line => line.includes('import_without_revocation_store')).length, warnings)
    })
  }
})
