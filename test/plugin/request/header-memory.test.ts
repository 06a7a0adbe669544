import t, { type Test } from 'tap'
import { HeaderMemory } from '../../../lib/plugin/request/header-memory.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { sessionCookie, SoftwareDevice } from '../../../lib/testing/index.js'
import type { Auth0Options } from '../../../types/index.js'
import { newSite, type Site } from '../../flows/site.js'

const HEADER = `a=${'abcdefghijklmnopqrstuvwxyz'.repeat(20)}; b=1`

t.test('something is remembered of a header from the second time on', async t => {
  const memory = new HeaderMemory()
  t.equal(memory.of(HEADER), undefined)
  const made = memory.of(HEADER)
  t.same(made, new Map())
  made!.set(t, 'made')
  t.equal(memory.of(HEADER)!.get(t), 'made')
  t.equal(memory.of(`${HEADER}.`)?.get(t), undefined)
})

t.test('what a header opens is for nobody whose header differs by one character', async t => {
  const memory = new HeaderMemory()
  for (let at = 0; at < HEADER.length; at++) {
    const other = `${HEADER.slice(0, at)}!${HEADER.slice(at + 1)}`
    for (const header of [HEADER, HEADER]) memory.of(header)?.set(t, 'made')
    const found = [memory.of(other)?.has(t), memory.of(other)?.has(t)]
    if (found.includes(true)) t.fail(`character ${at}`)
  }
  for (const other of ['', '!', HEADER.slice(0, -1), HEADER.slice(1), `${HEADER}!`]) {
    for (const header of [HEADER, HEADER]) memory.of(header)?.set(t, 'made')
    t.notOk([memory.of(other), memory.of(other)].some(made => made?.has(t)))
  }
})

t.test('a header of another takes the place, and so few are remembered', async t => {
  const memory = new HeaderMemory()
  const headers = Array.from({ length: 2000 }, (_, index) => `a=${String(index * 7919).repeat(20)}; b=${index}`)
  for (const header of headers) for (const one of [header, header]) memory.of(one)?.set(t, header)
  // From the end: to ask for a header takes the place of another one.
  const kept = headers.toReversed().filter(header => memory.of(header)?.get(t) === header)
  t.ok(kept.length > 50 && kept.length <= 256, String(kept.length))
})

/** An application with one guarded page, and what it says to a Cookie header. */
async function appWith (t: Test, options: Partial<Auth0Options> = {}): Promise<{
  s: Site
  ask: (cookie: string) => Promise<string>
}> {
  const s = newSite(t, options)
  await s.app.after()
  s.app.get('/me', { preHandler: s.app.auth0.requireSession }, async request => request.auth0.user.sub)
  return {
    s,
    ask: async cookie => {
      const { statusCode, body } = await s.app.inject({ url: '/me', headers: { cookie, accept: 'application/json' } })
      return statusCode === 200 ? body : String(statusCode)
    }
  }
}

/** Asks until everything that can be remembered of a header is. */
async function known (ask: (cookie: string) => Promise<string>, cookie: string): Promise<string[]> {
  const answers: string[] = []
  for (let times = 0; times < 4; times++) answers.push(await ask(cookie))
  return [...new Set(answers)]
}

for (const kind of ['cookies', 'a store'] as const) {
  const stored = () => kind === 'cookies' ? {} : { sessionStore: new MemorySessionStore({ now: () => 0 }) }

  t.test(`a session in ${kind} that is over stays over, however often its header came`, async t => {
    const { s, ask } = await appWith(t, { ...stored() })
    const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map(async sub =>
      await sessionCookie(s.app, { user: { sub } })))
    t.strictSame(await known(ask, ada!), ['ada'])
    t.strictSame(await known(ask, bob!), ['bob'])
    await s.app.auth0.revokeSessions({ sub: 'ada' })
    t.strictSame(await known(ask, ada!), ['401'], 'revoked')
    t.strictSame(await known(ask, bob!), ['bob'], 'of nobody else')
    t.strictSame(await known(ask, `${ada!}; ${eve!}`), ['eve'], 'beside another one')
    s.clock.now += 90 * 86_400
    t.strictSame(await known(ask, bob!), ['401'], 'expired')
  })

  t.test(`a cookie that opens nothing beside a session in ${kind}`, async t => {
    const { s, ask } = await appWith(t, stored())
    const cookie = await sessionCookie(s.app, { user: { sub: 'ada' } })
    const [name] = cookie.split('=', 1)
    t.strictSame(await known(ask, `${cookie}; ${name!}=junk`), ['ada'])
    t.strictSame(await known(ask, `${name!}=junk; ${cookie}`), ['ada'])
    t.strictSame(await known(ask, `${name!}=junk`), ['401'])
    t.strictSame(await known(ask, `x${cookie}`), ['401'])
    t.strictSame(await known(ask, cookie.slice(0, -1)), ['401'])
  })

  t.test(`what one request writes of a session in ${kind} is there for the next with the same header`, async t => {
    const { s } = await appWith(t, stored())
    s.app.post('/count', { preHandler: s.app.auth0.requireSession }, async request => {
      const { count = 0 } = (await request.getSession())!
      const written = await request.auth0.updateSession({ count: Number(count) + 1 })
      return [written['count'], (await request.getSession())!['count']]
    })
    const cookie = await sessionCookie(s.app, { user: { sub: 'ada' } })
    for (const count of [1, 2, 3, 4]) {
      const response = await s.app.inject({ method: 'POST', url: '/count', headers: { cookie } })
      t.strictSame(response.json(), [count, count])
    }
  })

  t.test(`the proof of a device for a session in ${kind} ends, however often its header came`, async t => {
    const { s, ask } = await appWith(t, { ...stored(), sessionConfiguration: { deviceBound: { refreshAfter: 600 } } })
    const whole = await sessionCookie(s.app, { user: { sub: 'ada' }, device: new SoftwareDevice() })
    const other = await sessionCookie(s.app, { user: { sub: 'bob' }, device: new SoftwareDevice() })
    const bound = (cookie: string) => cookie.split('; ').find(pair => /_d=/.test(pair))!
    const swapped = whole.replace(bound(whole), bound(other))
    s.clock.now += 100
    t.strictSame(await known(ask, whole), ['ada'])
    t.strictSame(await known(ask, swapped), ['401'], 'the proof of another session')
    t.strictSame(await known(ask, `${swapped}; ${bound(whole)}`), ['ada'], 'beside it the right one')
    t.strictSame(await known(ask, whole.replace(`; ${bound(whole)}`, '')), ['401'], 'no proof')
    s.clock.now += 600
    t.strictSame(await known(ask, whole), ['401'], 'over')
  })
}

t.test('with a cache of no entries nothing is remembered', async t => {
  const { s, ask } = await appWith(t, { sessionConfiguration: { cacheEntries: 0 } })
  t.strictSame(await known(ask, await sessionCookie(s.app, { user: { sub: 'ada' } })), ['ada'])
})
