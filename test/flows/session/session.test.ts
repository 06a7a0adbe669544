import { execFile } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { promisify } from 'node:util'
import t from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { Auth0Event, SessionDraft } from '../../../types/index.js'
import { metadataOf } from '../../fixtures/tenant-metadata.js'
import { site } from '../site.js'
import { answerWaysIn, waysIn } from '../login/ways-in.js'

type Handler = (request: import('fastify').FastifyRequest, reply: import('fastify').FastifyReply) => unknown
const me: Handler = async request => (await request.getSession()) ?? 'nobody'
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(value => value ?? 'done', (error: { code: string, argument?: string }) =>
    `${error.code} ${error.argument ?? ''}`.trim())

t.test('a session as the application sees it', async t => {
  const s = await site(t, {}, { '/me': me, '/user': async request => (await request.auth0.getUser()) ?? 'nobody' })
  const ada = await s.member()
  const session = (await ada.call('/me')).json()
  t.match(session, {
    user: { sub: 'auth0|ada', name: 'Ada' },
    sid: 'sid-1',
    domain: 'acme.eu.auth0.com',
    createdAt: s.clock.now,
    expiresAt: s.clock.now + 86_400
  })
  t.notOk('iss' in session.user || 'nonce' in session.user || 'sid' in session.user,
    "the protocol's members are not the user's")
  t.match(session.id, /^[\w-]{24}$/)
  t.equal((await ada.call('/user')).json().name, 'Ada')
  t.equal((await s.browser().call('/user')).body, 'nobody')
})

t.test('where no cookie can be set, a session in cookies is not changed for a while, but refused', async t => {
  for (const kind of ['cookies', 'a store'] as const) {
    const s = await site(t, kind === 'a store'
      ? {
          sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 })
        }
      : {}, {
      '/me': me,
      '/hijacked': async (request, reply) => {
        reply.hijack()
        reply.raw.end(
          JSON.stringify([await outcome(request.auth0.updateSession({ theme: 'dark' })),
            await outcome(request.auth0.refreshUser())])
        )
      }
    })
    s.tenant.scripts.set('GET /userinfo', async () => ({ json: { sub: 'auth0|ada', locale: 'gold' } }))
    const ada = await s.member()
    const answers = (await ada.call('/hijacked')).json()
    if (kind === 'cookies') t.strictSame(answers, ['session_not_writable', 'session_not_writable'])
    const session = (await ada.call('/me')).json()
    t.strictSame([session.theme, session.user.locale], kind === 'cookies' ? [undefined, undefined] : ['dark', 'gold'])
  }
})

t.test('behind a guard the user is there without a question mark', async t => {
  const inner = await site(t, {}, { '/open': async request => await outcome((async () => request.auth0.user.sub)()) })
  t.equal((await inner.browser().call('/open')).body, 'login_required')
  const ada = await inner.member()
  t.equal((await ada.call('/open')).body, 'auth0|ada')
})

t.test('without a guard, a store that is down is told to whoever asks and ends no process', async t => {
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  const s = await site(t, { sessionStore: store }, {
    '/public': async request => await outcome((async () => request.auth0.user.sub)()),
    '/asks':
      async request => [await outcome((async () => request.auth0.user.sub)()), await outcome(request.auth0.getUser())]
  })
  const ada = await s.member()
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', listen)
  t.teardown(() => process.off('unhandledRejection', listen))
  store.get = async () => {
    throw new Error('down')
  }
  t.equal((await ada.call('/public')).body, 'login_required')
  t.strictSame((await ada.call('/asks')).json(), ['login_required', 'session_store_error'])
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(unhandled, [])
})

const RESERVED = ['id', 'sid', 'actor', 'domain', 'createdAt', 'expiresAt', 'authorizationDetails', '__proto__']

t.test("updateSession merges the application's fields and claims, and nothing else", async t => {
  const s = await site(t, {}, {
    '/me': me,
    '/set': async request => await request.auth0.updateSession({ theme: 'dark', count: 1 }),
    '/remove': async request =>
      await request.auth0.updateSession({ theme: undefined, user: { nickname: 'countess', name: undefined } as never }),
    '/reserved': async request =>
      await Promise.all(RESERVED.map(async name =>
        await outcome(request.auth0.updateSession(JSON.parse(`{"${name}":null}`) as object)))),
    '/sub': async request => await outcome(request.auth0.updateSession({ user: { sub: 'x' } })),
    '/none': async request => await outcome(request.auth0.updateSession(null as never)),
    '/users': async request =>
      await Promise.all(
        [null, [], 'Ada'].map(async user => await outcome(request.auth0.updateSession({ user } as never)))
      ),
    '/list': async request => await outcome(request.auth0.updateSession([] as never)),
    '/proto': async request =>
      await outcome(request.auth0.updateSession(JSON.parse('{"user":{"__proto__":{"admin":true}}}') as object)),
    '/over': async request => {
      const other = s.app.auth0.for({ request })
      await request.getSession()
      await other.logout()
      return await outcome(request.auth0.updateSession({ late: true }))
    }
  })
  const ada = await s.member()
  t.match((await ada.call('/set')).json(), { theme: 'dark', count: 1 })
  const removed = (await ada.call('/remove')).json()
  t.notOk('theme' in removed)
  t.match(removed, { count: 1, user: { nickname: 'countess' } })
  t.notOk('name' in removed.user)
  t.match((await ada.call('/me')).json(), { count: 1, user: { sub: 'auth0|ada' } })
  t.strictSame((await ada.call('/reserved')).json(), RESERVED.map(name => `invalid_argument ${name}`))
  t.equal((await ada.call('/sub')).body, 'invalid_argument user.sub')
  t.equal((await ada.call('/proto')).body, 'invalid_argument user.__proto__')
  t.equal((await ada.call('/none')).body, 'invalid_argument patch')
  t.equal((await ada.call('/list')).body, 'invalid_argument patch')
  t.strictSame((await ada.call('/users')).json(), Array(3).fill('invalid_argument user'))
  t.equal((await s.browser().call('/set')).statusCode, 401)
  t.equal((await ada.call('/over')).body, 'login_required')
})

for (
  const [kind, hook] of [['a store', 'without a hook'], ['a store', 'with a hook'], ['cookies', 'without a hook'], [
    'cookies',
    'with a hook'
  ]] as const
) {
  t.test(`what two tabs write at the same time is both kept in ${kind}, ${hook}`, async t => {
    let meanwhile = async (): Promise<unknown> => undefined
    const s = await site(t, {
      ...(kind === 'a store' && { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) }),
      ...(hook === 'with a hook' && {
        beforeSessionSaved: (session: SessionDraft) => {
          session.custom.saved = Object.keys(session.custom).join()
        }
      })
    }, {
      '/me': me,
      '/set': async request => await request.auth0.updateSession(request.query as object),
      '/nickname': async request =>
        await request.auth0.updateSession({ user: { nickname: 'set meanwhile', city: 'London' } }),
      '/slow': async request => {
        await request.getSession()
        await meanwhile()
        return await request.auth0.updateSession({ a: 1, gone: undefined })
      },
      '/refresh': async request => await request.auth0.refreshUser(),
      '/token': async request => await request.auth0.getAccessToken({ refresh: true })
    })
    const ada = await s.member()
    const tab = ada.copy()
    await tab.call('/set?gone=1')
    meanwhile = async () => await tab.call('/set?b=2')
    const both = (await ada.call('/slow')).json()
    t.match(both, { a: 1, b: '2' })
    t.notOk('gone' in both)
    if (hook === 'with a hook') t.equal(both.saved, 'saved,a', 'the hook saw what its request had read')

    s.tenant.scripts.set('GET /userinfo', async () => {
      await tab.call('/nickname')
      return { json: { sub: 'auth0|ada', locale: 'gold' } }
    })
    t.match((await ada.call('/refresh')).json(), {
      name: 'Ada',
      nickname: 'set meanwhile',
      city: 'London',
      locale: 'gold'
    })
    s.tenant.scripts.set('refresh_token', async () => {
      await tab.call('/set?c=3')
      await tab.call('/nickname')
      return { json: s.tenant.tokens({ name: 'Countess' }) }
    })
    await ada.call('/set?nickname=x')
    t.equal((await ada.call('/token')).statusCode, 200)
    t.match((await ada.call('/me')).json(), {
      a: 1,
      b: '2',
      c: '3',
      user: { name: 'Countess', nickname: 'set meanwhile', locale: 'gold' }
    })
  })
}

t.test('a slow page overlapping a refresh loses nothing, in whatever order the answers are sent', async t => {
  let wait = async (): Promise<unknown> => undefined
  const s = await site(t, {
    beforeSessionSaved: (session, { reason }) => {
      if (reason === 'refresh') session.custom.renewed = true
    }
  }, {
    '/me': me,
    '/public': async () => 'for everybody',
    '/page': async request => {
      await request.getSession()
      await wait()
      return 'seen'
    },
    '/claims': async request => {
      await request.getSession()
      await wait()
      return await request.auth0.updateSession({ theme: 'dark', user: { nickname: 'countess' } })
    },
    '/claims-and-token': async request => {
      await request.auth0.updateSession({ user: { city: 'London' } })
      return await request.auth0.getAccessToken()
    },
    '/token': async request => {
      const token = await request.auth0.getAccessToken({ refresh: true })
      await wait()
      return token
    }
  })
  const ada = await s.member()
  const whileItWaits = (work: () => Promise<unknown>): void => {
    wait = async () => {
      wait = async () => undefined
      await work()
    }
  }
  /** What one browser holds alone: another process would see no more. */
  const held = async (): Promise<{ user: Record<string, unknown>, renewed?: boolean, theme?: string }> => {
    s.clock.now += 61
    return (await ada.call('/me')).json()
  }

  s.tenant.claims = { name: 'First' }
  whileItWaits(async () => await ada.call('/token'))
  await ada.call('/claims')
  t.match(await held(), { theme: 'dark', renewed: true, user: { name: 'First', nickname: 'countess' } },
    'the page wrote fields and claims')

  s.tenant.claims = { name: 'Second' }
  whileItWaits(async () => await ada.call('/token'))
  await ada.call('/page')
  t.match(await held(), { theme: 'dark', user: { name: 'Second', nickname: 'countess' } }, 'the page wrote nothing')

  s.tenant.claims = { name: 'Third' }
  whileItWaits(async () => {
    s.tenant.claims = { name: 'Fourth' }
    await ada.call('/token')
  })
  t.equal((await ada.call('/token')).statusCode, 200)
  t.match(await held(), { user: { name: 'Fourth' } }, 'the page had refreshed before')

  s.tenant.claims = { name: 'Fifth' }
  const late = ada.copy()
  await ada.call('/token')
  s.clock.now += 30
  t.match((await late.call('/claims-and-token')).json(), { accessToken: /./ })
  for (const browser of [late, ada]) {
    t.match((await browser.call('/me')).json(), {
      theme: 'dark',
      renewed: true,
      user: { name: 'Fifth', nickname: 'countess', city: 'London' }
    })
  }

  s.tenant.claims = { name: 'Sixth' }
  const before = ada.copy()
  await ada.call('/token')
  const newest = ada.copy()
  // The answer of a request that was made before comes last, although it was sent first.
  ada.cookies = before.cookies
  t.strictSame((await ada.call('/public')).headers['set-cookie'], undefined, 'a page that reads no session writes none')
  t.match((await ada.call('/me')).json(), { user: { name: 'Sixth' } })
  t.strictSame(ada.cookieHeader('/'), newest.cookieHeader('/'), 'and the browser is brought up to date')
  t.strictSame((await ada.call('/me')).headers['set-cookie'], undefined, 'once')
  t.strictSame(s.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')),
    Array.from({ length: 6 }, (_, i) => `refresh-${i + 1}`), 'no refresh token was sent twice')
})

t.test('requests in any order, with answers in any order, lose nothing and spend no refresh token twice', async t => {
  let random = (): number => 0
  const pause = async (): Promise<void> => {
    for (let i = Math.floor(random() * 8); i > 0; i--) await new Promise(resolve => setImmediate(resolve))
  }
  const slow =
    (work: (request: import('fastify').FastifyRequest) => Promise<unknown>) =>
      async (request: import('fastify').FastifyRequest): Promise<unknown> => {
        await request.getSession()
        await pause()
        const result = await work(request)
        await pause()
        return result ?? null
      }
  const s = await site(t, {}, {
    '/me': me,
    '/set': slow(async request =>
      await request.auth0.updateSession({ ...request.query as object, user: { last: JSON.stringify(request.query) } })
    ),
    '/token': slow(async request => await request.auth0.getAccessToken({ refresh: true })),
    '/page': slow(async () => 'seen')
  })
  s.tenant.scripts.set('refresh_token', async () => {
    await pause()
    return undefined
  })
  for (let seed = 1; seed <= 20; seed++) {
    let state = seed
    random = () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const ada = await s.member()
    const spent = s.tenant.grants('refresh_token').length
    const wanted: Record<string, string> = {}
    await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      await pause()
      const path = ['/token', '/page', `/set?key${i}=${seed}`][Math.floor(random() * 3)]!
      if (path.startsWith('/set')) wanted[`key${i}`] = String(seed)
      const answer = await ada.send('GET', path, { headers: { accept: 'application/json' }, remember: false })
      t.equal(answer.statusCode, 200)
      await pause()
      ada.keep(answer)
    }))
    await ada.call('/page')
    s.clock.now += 61
    t.match((await ada.call('/me')).json(), wanted, `seed ${seed}: ${Object.keys(wanted).length} fields`)
    const tokens = s.tenant.grants('refresh_token').slice(spent).map(({ form }) => form.get('refresh_token'))
    t.equal(new Set(tokens).size, tokens.length, `each of ${tokens.length} refresh tokens once`)
  }
})

t.test('what one request holds cannot change what another sees', async t => {
  const s = await site(t, {}, {
    '/me': me,
    '/spoil': async request => {
      const user = await request.auth0.getUser() as { name: string }
      return await outcome((async () => {
        user.name = 'Eve'
      })())
    },
    '/token': async request => spoilt(await request.auth0.getAccessToken({ refresh: true })),
    '/connection': async request => spoilt(await request.auth0.getAccessTokenForConnection({ connection: 'github' }))
  })
  const spoilt = (token: { accessToken: string }): string => {
    const { accessToken } = token
    token.accessToken = 'spoilt'
    return accessToken
  }
  const ada = await s.member()
  await ada.call('/me')
  await ada.call('/spoil')
  t.equal((await ada.call('/me')).json().user.name, 'Ada')
  for (const path of ['/token', '/connection']) {
    const [one, other, later] = [...await Promise.all([ada.call(path), ada.call(path)]), await ada.call(path)]
    t.match(one?.body, /^opaque-access-/)
    t.equal(other?.body, one?.body, 'one call for both')
    t.match(later?.body, path === '/token' ? /^opaque-access-/ : one?.body)
  }
})

t.test('beside another process: the last write counts, and no old answer brings back who has logged out', async t => {
  let wait = async (): Promise<unknown> => undefined
  const routes: Record<string, Handler> = {
    '/me': me,
    '/slow': async request => {
      await request.getSession()
      await wait()
      return 'seen'
    },
    '/theme': async request => await request.auth0.updateSession({ theme: 'dark' }),
    '/token-and-theme': async request => {
      await request.auth0.getAccessToken({ refresh: true })
      return await request.auth0.updateSession({ theme: 'light' })
    }
  }
  const here = await site(t, {}, routes)
  const there = await site(t, { customFetch: here.tenant.fetch }, routes)
  const ada = await here.member()
  const at = async <T>(process: typeof here, work: (browser: typeof ada) => Promise<T>): Promise<T> => {
    const browser = process.browser()
    browser.cookies = ada.cookies
    const result = await work(browser)
    ada.cookies = browser.cookies
    return result
  }

  await ada.send('GET', '/token-and-theme', { remember: false })
  for (const { clock } of [here, there]) clock.now += 5
  t.match(await at(there, async browser => (await browser.call('/theme')).json()), { theme: 'dark' },
    'after an answer that was lost on its way')
  t.match((await ada.call('/me')).json(), { theme: 'dark' })
  here.clock.now -= 3
  t.match((await ada.copy().call('/token-and-theme')).json(), { theme: 'light' })
  t.match((await ada.call('/me')).json(), { theme: 'light' }, "also where the other process's clock is ahead")

  wait = async () => {
    wait = async () => undefined
    await ada.call('/theme')
    await at(there, async browser => {
      await browser.navigate('/auth/logout')
      here.tenant.sub = 'auth0|bob'
      const { headers: { location } } = await browser.navigate('/auth/login')
      await browser.navigate(here.tenant.callback(String(location)))
    })
  }
  const slow = await ada.call('/slow')
  t.equal(slow.headers['set-cookie'], undefined)
  t.match((await ada.call('/me')).json(), { user: { sub: 'auth0|bob' } })
})

t.test('whoever is behind with the tokens alone is brought up to date as well', async t => {
  const s = await site(t, {}, {
    '/me': me,
    '/token': async request => await request.auth0.getAccessToken({ refresh: true })
  })
  const ada = await s.member()
  const [late, sharing] = [ada.copy(), ada.copy()]
  await Promise.all([ada.call('/token'), sharing.call('/token')])
  await late.call('/me')
  for (const browser of [late, sharing]) t.equal(browser.cookieHeader('/'), ada.cookieHeader('/'))
  t.equal(s.tenant.grants('refresh_token').length, 1)
})

t.test('beforeSessionSaved changes and refuses, with one signature for every reason', async t => {
  const seen: unknown[] = []
  const s = await site(t, {
    beforeSessionSaved: (session, { reason, idTokenClaims, previous }) => {
      seen.push([reason, idTokenClaims?.sub, previous?.user.sub])
      if (session.custom.refuse === true) return { ...session, user: { sub: 'auth0|eve' } }
      session.user.mark = reason
      session.custom.field = reason
      if (reason === 'login') return { user: session.user } as SessionDraft
    }
  }, {
    '/me': me,
    '/set': async request => await request.auth0.updateSession({ a: 1 }),
    '/bad': async request => await outcome(request.auth0.updateSession({ refuse: true })),
    '/token': async request => await request.auth0.getAccessToken()
  })
  const ada = await s.member()
  t.equal((await ada.call('/me')).json().user.mark, 'login')
  t.equal((await ada.call('/set')).json().user.mark, 'update')
  t.equal((await ada.call('/bad')).body, 'invalid_argument beforeSessionSaved')
  s.clock.now += 3600
  await ada.call('/token')
  t.match((await ada.call('/me')).json(), { a: 1, field: 'refresh', user: { mark: 'refresh' } })
  t.strictSame(seen.map(entry => (entry as string[])[0]), ['login', 'update', 'update', 'refresh'])
  t.strictSame(seen.at(-1), ['refresh', 'auth0|ada', 'auth0|ada'])
})

t.test('fetchUserInfo merges /userinfo at login', async t => {
  const s = await site(t, { fetchUserInfo: true }, { '/me': me })
  const ada = await s.member()
  t.match((await ada.call('/me')).json().user, { name: 'Ada', nickname: 'from userinfo' })
  s.tenant.scripts.set('GET /userinfo', () => ({ json: { sub: 'auth0|eve' } }))
  t.equal((await s.login(s.browser())).statusCode, 502, 'of another user: refused')
})

t.test('refreshUser brings the claims up to date', async t => {
  const s = await site(t, {}, {
    '/me': me,
    '/refresh': async request => await outcome(request.auth0.refreshUser({ signal: AbortSignal.timeout(5000) })),
    '/again': async request => await request.auth0.refreshUser()
  })
  const ada = await s.member()
  t.equal((await ada.call('/refresh')).json().nickname, 'from userinfo')
  t.equal((await ada.call('/me')).json().user.nickname, 'from userinfo')
  t.equal((await ada.call('/again')).json().nickname, 'from userinfo')
  t.equal((await s.browser().call('/refresh')).body, 'login_required')
  s.tenant.scripts.set('GET /userinfo', async ({ headers }) => {
    t.match(headers.authorization, /^Bearer opaque-access/)
    await ada.navigate('/auth/logout')
    return undefined
  })
  t.equal((await ada.copy().call('/refresh')).body, 'login_required', 'logged out meanwhile')
})

t.test("the identity provider's ceiling ends the session and is kept across refreshes", async t => {
  const s = await site(t, {}, { '/me': me })
  s.tenant.claims = { session_expiry: s.clock.now + 1000 }
  const ada = await s.member()
  t.equal((await ada.call('/me')).json().expiresAt, s.clock.now + 970)
  s.clock.now += 970
  t.equal((await ada.call('/me')).body, 'nobody')
  const late = await s.login(s.browser())
  t.equal(late.statusCode, 401)
  t.match(late.body, 'session_expired')
  s.tenant.claims = { session_expiry: 1_795_000_000_000 }
  t.equal((await s.login(s.browser())).statusCode, 302, 'milliseconds count as not given')
})

t.test("every way of logging in keeps to the identity provider's ceiling", async t => {
  for (const [way, logIn] of Object.entries(waysIn)) {
    const s = await site(t, {}, {
      '/in': async request => {
        await logIn(request.auth0)
        return 'in'
      },
      '/me': me
    })
    answerWaysIn(s)
    s.tenant.claims = { session_expiry: s.clock.now + 1000 }
    const ada = s.browser()
    t.equal((await ada.call('/in')).body, 'in', way)
    t.equal((await ada.call('/me')).json().expiresAt, s.clock.now + 970, way)
    s.clock.now += 970
    t.equal((await ada.call('/me')).body, 'nobody', way)
    const late = await s.browser().call('/in')
    t.equal(`${late.statusCode} ${late.json().code}`, '401 session_expired', way)
  }
})

t.test('events: log, diagnostics_channel, and a hook that may fail', async t => {
  const published: Auth0Event[] = []
  const listen = (message: unknown): void => {
    published.push(message as Auth0Event)
  }
  subscribe('fastify-auth0:event', listen)
  t.teardown(() => unsubscribe('fastify-auth0:event', listen))
  let fail: 'throw' | 'reject' | undefined
  const s = await site(t, {
    onEvent: () => {
      if (fail === 'throw') throw new Error('hook')
      if (fail === 'reject') return Promise.reject(new Error('hook'))
    }
  }, { '/me': me })
  await s.member()
  t.match(published, [{
    type: 'login',
    outcome: 'success',
    blame: 'none',
    domain: 'acme.eu.auth0.com',
    user: /^[0-9a-f]{16}$/
  }])
  for (fail of ['throw', 'reject'] as const) {
    s.logs.length = 0
    await s.member()
    t.ok(s.logs.some(line => line.includes('the onEvent hook failed')))
  }
})

t.test('a request derives no keys and imports none', async t => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', './examples/typescript.js',
    'test/flows/session/count-keys.ts'])
  const { before, after } = JSON.parse(stdout) as Record<'before' | 'after', Record<string, number>>
  t.ok(before.hkdfSync! > 0 && before.createPrivateKey! > 0, 'both are counted')
  t.strictSame(after, before)
})

t.test("several domains: a session of another domain is not this request's", async t => {
  for (const sessionStore of [undefined, new MemorySessionStore({ now: () => 1_795_000_000 })]) {
    let wait = false
    const s = await site(t, {
      domain: request => {
        const domain = request.headers['x-tenant'] as string | undefined ?? 'acme.eu.auth0.com'
        return wait
          ? new Promise<string>(resolve => {
            setImmediate(resolve, domain)
          })
          : domain
      },
      ...(sessionStore !== undefined && { sessionStore })
    }, {
      '/me': me,
      '/bad': async request => await outcome((async () => (await request.auth0.startInteractiveLogin()).href)())
    })
    const ada = await s.member()
    t.equal((await ada.call('/me')).json().user.sub, 'auth0|ada')
    t.equal((await ada.call('/me', { 'x-tenant': 'other.eu.auth0.com' })).body, 'nobody')
    wait = true
    t.equal((await ada.call('/me')).json().user.sub, 'auth0|ada')
    t.equal((await ada.call('/bad', { 'x-tenant': '' })).body, 'invalid_argument domain')
    t.throws(() => s.app.auth0.cspFormAction(), /several domains/)
    t.throws(() => s.app.auth0.authentication, /several domains/)
    t.strictSame(s.app.auth0.cspFormAction({ domain: 'other.eu.auth0.com' }), ["'self'", 'https://other.eu.auth0.com',
      'https://app.example.test'])
    t.strictSame(s.app.auth0.cspFormAction({ domain: ['a.eu.auth0.com', 'b.eu.auth0.com'] }), ["'self'",
      'https://a.eu.auth0.com', 'https://b.eu.auth0.com', 'https://app.example.test'])
    await t.rejects(s.app.auth0.revokeSessions({ sub: 'x' }), /say which/)
    t.equal(await s.app.auth0.revokeSessions({ sub: 'auth0|ada' }, { domain: 'acme.eu.auth0.com' }),
      sessionStore === undefined ? 0 : 1)
    t.equal((await ada.call('/me')).body, 'nobody')
  }
})

t.test('with several domains the tenant may be known before the session is asked for', async t => {
  const s = await site(t, {
    domain: request => request.headers['x-tenant'] as string | undefined ?? 'acme.eu.auth0.com'
  }, {
    '/me': async request => {
      await request.auth0.startInteractiveLogin()
      return (await request.getSession())?.user.sub ?? 'nobody'
    }
  })
  s.tenant.scripts.set('GET /.well-known/openid-configuration', ({ url }) =>
    url.host === s.tenant.domain
      ? undefined
      : { json: metadataOf(`https://${url.host}/`) })
  const ada = await s.member()
  t.equal((await ada.copy().call('/me')).body, 'auth0|ada')
  t.equal((await ada.copy().call('/me', { 'x-tenant': 'other.eu.auth0.com' })).body, 'nobody')
})

t.test('logged out by its own request while the user is being refreshed', async t => {
  let leave = async (): Promise<unknown> => undefined
  const s = await site(t, {}, {
    '/both': async request => {
      leave = async () => await request.auth0.logout()
      return await outcome(request.auth0.refreshUser())
    },
    '/me': me
  })
  const ada = await s.member()
  s.tenant.scripts.set('GET /userinfo', async () => {
    await leave()
    return undefined
  })
  t.equal((await ada.call('/both')).body, 'login_required')
  t.equal((await ada.call('/me')).body, 'nobody')
})

t.test("fields and marks that the hook gives at login are the session's from its first moment", async t => {
  const s = await site(t, {
    beforeSessionSaved: (session, { reason }) =>
      reason === 'login' ? { ...session, custom: { plan: 'gold' } } : undefined
  }, { '/me': me })
  t.match((await (await s.member()).call('/me')).json(), { plan: 'gold', user: { sub: 'auth0|ada' } })
})

t.test('what is thrown but no error is logged without what it says', async t => {
  const thrown: unknown = 'a text with a secret'
  const s = await site(t, {
    beforeSessionSaved: () => {
      throw thrown
    }
  })
  const answer = await s.login(s.browser())
  t.equal(answer.statusCode, 500)
  t.ok(s.logs.some(line => line.includes('"problem":{"name":"unknown"}')))
  t.notMatch(answer.body, 'secret')
})
