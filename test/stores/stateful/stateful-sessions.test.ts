import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import {
  MemoryRevocationStore, MemorySessionStore, TimeoutError, type SessionStore
} from '../../../lib/stores/index.js'
import { createSealer } from '../../../lib/stores/sealing/seal.js'
import { bounded, boundedLock } from '../../../lib/stores/store-deadline.js'
import { storeKey } from '../../../lib/stores/stateful/identity-cookies.js'
import {
  createStatefulSessions, type StatefulSessionsOptions
} from '../../../lib/stores/stateful/stateful-sessions.js'
import type { SessionData } from '../../../types/stores.js'
import { Clock, MapBrowser } from '../stateless/map-jar.js'

const names = { session: '__Host-a0', tokens: '__Host-a0_t', seen: '__Host-a0_s' }
const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' as const }
const lifetime = { rolling: true, inactivityDuration: 86_400, absoluteDuration: 259_200, touchAfter: 8640 }

/** Sessions over a store whose methods a test can replace, and a log of what was asked of it. */
function setUp (changes: Partial<StatefulSessionsOptions> = {}) {
  const clock = new Clock()
  const memory = new MemorySessionStore({ now: clock.now })
  const calls: string[] = []
  const interfere: Partial<SessionStore> = {}
  const store = new Proxy(memory, {
    get (target, name: Exclude<keyof SessionStore, 'lists'>) {
      if (Object.hasOwn(interfere, name)) return interfere[name]
      const method: unknown = (target as SessionStore)[name]
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => {
        calls.push(name)
        return method.apply(target, args) as unknown
      }
    }
  }) as SessionStore
  const seal = (purpose: string) => createSealer({ secrets: ['s'.repeat(32)], purpose, maxAgeDays: 3, now: clock.now })
  const warnings: [code: string, detail: object][] = []
  const options: StatefulSessionsOptions = {
    store,
    names: () => names,
    attributes: () => attributes,
    sealer: seal('store'),
    idSealer: seal('id'),
    lifetime,
    now: clock.now,
    timeout: 0.2,
    lease: { leaseSeconds: 5, waitSeconds: 6 },
    onStoreError: 'fail',
    clockTolerance: 30,
    cacheEntries: 5000,
    warn: (code, detail) => {
      warnings.push([code, detail])
    },
    ...changes
  }
  return {
    clock,
    memory,
    calls,
    interfere,
    warnings,
    options,
    browser: new MapBrowser(clock),
    sessions: createStatefulSessions(options)
  }
}

function newSession (at: number, user: object = {}): SessionData {
  const id = randomBytes(32).toString('base64url')
  return {
    record: {
      id,
      version: 1,
      user: { sub: 'auth0|1', ...user },
      sid: `sid-${id.slice(0, 4)}`,
      domain: 'acme.auth0.com',
      issuer: 'https://acme.auth0.com/',
      createdAt: at,
      updatedAt: at
    },
    tokens: { id, version: 1, refreshToken: 'secret-refresh-token', tokenSets: [], connectionTokenSets: [] }
  }
}

async function logIn ({ browser, sessions, clock }: Pick<ReturnType<typeof setUp>, 'browser' | 'sessions' | 'clock'>,
  user?: object): Promise<SessionData> {
  const session = newSession(clock.now(), user)
  const jar = browser.request()
  await sessions.create(jar, session)
  jar.send()
  return session
}

test('a request without a session asks nothing and sets nothing (SES-30)', async t => {
  const { sessions, browser, calls } = setUp()
  const jar = browser.request()
  t.equal(await sessions.read(jar), undefined)
  t.same([calls, jar.send()], [[], []])
})

test('malformed and made-up cookies are left alone and never reach the store (SES-28)', async t => {
  const world = setUp()
  const sealed = ['', 'x', '../../etc', '__proto__', 'a'.repeat(129), `${'a'.repeat(30)}\n`]
    .map(id => world.options.idSealer.seal(id))
  for (
    const value of ['', 'x', '../../etc', '__proto__', 'a'.repeat(129), 'a.b'.repeat(300), 'ü'.repeat(30),
      `${'a'.repeat(30)}\n`, ...sealed]
  ) {
    world.browser.plant(names.session, value)
    const jar = world.browser.request()
    t.equal(await world.sessions.read(jar), undefined)
    t.same(jar.send(), [])
  }
  t.same(world.calls, [])
})

test("a session's id alone opens nothing: the cookie holds it sealed, the store hashed", async t => {
  const world = setUp()
  const { record } = await logIn(world)
  const cookie = world.browser.cookies.get(names.session)!
  t.notMatch(cookie.value, record.id)
  t.equal(cookie.attributes.maxAge, lifetime.absoluteDuration)
  const entry = await world.memory.get(storeKey(record.id))
  t.notMatch(JSON.stringify(entry), /secret-refresh-token/, 'sealed at rest (STO-09)')
  t.notMatch(JSON.stringify([storeKey(record.id), entry]), record.id)
  world.browser.plant(names.session, record.id)
  t.equal(await world.sessions.read(world.browser.request()), undefined)
})

test('claims and tokens of one request come from one read', async t => {
  const world = setUp()
  await logIn(world)
  world.calls.length = 0
  const jar = world.browser.request()
  const read = await world.sessions.read(jar)
  t.equal((await world.sessions.tokens(jar, read!.record))?.refreshToken, 'secret-refresh-token')
  t.same(world.calls, ['get'])
  t.ok(Object.isFrozen(read!.record.user))
})

test("sessions end by inactivity, by age and by the provider's ceiling; use prolongs the first at most once per " +
  'touchAfter', async t => {
  const world = setUp()
  await logIn(world)
  world.calls.length = 0
  const request = async () => await world.sessions.read(world.browser.request())
  await request()
  world.clock.pass(lifetime.touchAfter)
  await Promise.all([request(), request(), request()])
  t.equal(world.calls.filter(call => call === 'touch').length, 1)
  for (let hour = 0; hour < 60; hour++) {
    world.clock.pass(3600)
    t.ok(await request())
  }
  world.clock.pass(12 * 3600)
  t.equal(await request(), undefined)
})

test("another session's value under this key is refused (STO-03)", async t => {
  const world = setUp()
  const mine = await logIn(world)
  const other = new MapBrowser(world.clock)
  const theirs = await logIn({ ...world, browser: other }, { sub: 'auth0|2' })
  const entry = await world.memory.get(storeKey(theirs.record.id))
  await world.memory.delete(storeKey(mine.record.id))
  await world.memory.create(storeKey(mine.record.id), entry!)
  t.equal(await world.sessions.read(world.browser.request()), undefined)
})

test('a login ends the session before it (SES-14, SES-15)', async t => {
  const world = setUp()
  const before = await logIn(world)
  const after = await logIn(world, { sub: 'auth0|2' })
  t.equal(await world.memory.get(storeKey(before.record.id)), undefined)
  t.equal((await world.sessions.read(world.browser.request()))?.record.id, after.record.id)
})

test('fifty updates at the same time all happen', async t => {
  const world = setUp({ timeout: 10 })
  const { record } = await logIn(world)
  await Promise.all(
    Array.from({ length: 50 },
      async () =>
        await world.sessions.update(world.browser.request(), record.id, ({ record, tokens }) => ({
          tokens,
          record: { ...record, custom: { count: Number(record.custom?.count ?? 0) + 1 } }
        })))
  )
  t.equal((await world.sessions.read(world.browser.request()))?.record.custom?.count, 50)
})

test('nothing brings a session back that logout ended', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  const slow = world.browser.request()
  await world.sessions.read(slow)
  const jar = world.browser.request()
  t.equal((await world.sessions.destroy(jar))?.id, record.id)
  jar.send()
  t.equal(await world.sessions.update(slow, record.id, ({ record, tokens }) => ({ record: { ...record }, tokens })),
    undefined)
  t.equal(world.memory.size, 0)
})

test('a logout that knows its session only deletes', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  const jar = world.browser.request()
  await world.sessions.read(jar)
  world.calls.length = 0
  t.equal((await world.sessions.destroy(jar))?.id, record.id)
  t.same(world.calls, ['delete'])
  t.equal(world.memory.size, 0)
})

test('a session the store does not show yet is ended all the same, by logout and by the next login', async t => {
  for (const end of ['logout', 'login']) {
    const world = setUp()
    const { record } = await logIn(world)
    world.interfere.get = async () => undefined
    const jar = world.browser.request()
    t.equal(await world.sessions.read(jar), undefined)
    if (end === 'logout') await world.sessions.destroy(jar)
    else await world.sessions.create(jar, newSession(world.clock.now()))
    t.equal(await world.memory.get(storeKey(record.id)), undefined, end)
  }
})

test('a logout from outside that overtakes a login wins (BCL-29)', async t => {
  const world = setUp()
  const revocations = new MemoryRevocationStore({ now: world.clock.now })
  const sessions = createStatefulSessions({ ...world.options, revocations })
  const session = newSession(world.clock.now())
  world.interfere.create = async (key, entry) => {
    await sessions.revoke({ iss: session.record.issuer, sid: session.record.sid! })
    await world.memory.create(key, entry)
  }
  await sessions.create(world.browser.request(), session)
  t.equal(world.memory.size, 0)
})

for (const fault of ['silent', 'failing'] as const) {
  test(`a ${fault} store: typed errors, no half session, and recovery (STO-01, STO-02)`, async t => {
    const world = setUp()
    const { record } = await logIn(world)
    const down = async (): Promise<never> =>
      fault === 'failing' ? await Promise.reject(new Error('connection lost')) : await new Promise<never>(() => {})
    const methods = ['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'] as const
    for (const method of methods) world.interfere[method] = down
    const error = { code: 'session_store_error', statusCode: 503, retryAfter: 5 }
    await t.rejects(world.sessions.read(world.browser.request()) as Promise<unknown>, error)
    const login = new MapBrowser(world.clock)
    const jar = login.request()
    await t.rejects(world.sessions.create(jar, newSession(world.clock.now())) as Promise<void>, error)
    t.same(jar.send(), [])
    await t.rejects(world.sessions.update(world.browser.request(), record.id, current => current) as Promise<unknown>,
      error)
    const leaving = world.browser.request()
    await t.rejects(world.sessions.destroy(leaving) as Promise<unknown>, error)
    t.same(leaving.send().map(({ value }) => value), [undefined], 'the browser forgets the session all the same')
    const anonymous = createStatefulSessions({ ...world.options, onStoreError: 'anonymous' })
    t.equal(await anonymous.read(world.browser.request()), undefined)
    for (const method of methods) delete world.interfere[method]
    await logIn(world)
    t.ok(await world.sessions.read(world.browser.request()))
  })
}

test('a lock that is not free in time, work that fails, and a store without locks', async t => {
  const world = setUp()
  const sessions = createStatefulSessions({ ...world.options, lease: { leaseSeconds: 5, waitSeconds: 0.05 } })
  await sessions.lock('a', async () => {
    await t.rejects(sessions.lock('a', async () => {}), { code: 'session_store_error', retryAfter: 2 } as never)
  })
  await t.rejects(sessions.lock('a', async () => {
    throw new Error('the work failed')
  }), /the work failed/)
  world.interfere.lock = undefined as never
  t.equal(await sessions.lock('a', async signal => signal), undefined)
})

test('a cookie is opened once; whether its session still lives the store is asked every time', async t => {
  const clock = new Clock()
  const sealer = createSealer({ secrets: ['s'.repeat(32)], purpose: 'id', maxAgeDays: 3, now: clock.now })
  let opened = 0
  const counting = {
    ...sealer,
    open: (value: string) => {
      opened++
      return sealer.open(value)
    },
    seal: (value: string | Buffer) => sealer.seal(value)
  }
  const world = setUp({ idSealer: counting })
  const { record } = await logIn(world)
  for (let request = 0; request < 3; request++) {
    t.equal((await world.sessions.read(world.browser.request()))?.record.id, record.id)
  }
  t.equal(opened, 1)
  t.equal(world.calls.filter(call => call === 'get').length, 3)
  await world.memory.delete(storeKey(record.id))
  t.equal(await world.sessions.read(world.browser.request()), undefined)
  world.browser.plant(names.session, 'A'.repeat(60))
  t.equal(await world.sessions.read(world.browser.request()), undefined,
    'what does not open is no session, each time anew')
})

test('without a seal the store keeps the record in the clear', async t => {
  const world = setUp({ sealer: undefined, cacheEntries: 0 })
  const { record } = await logIn(world)
  const [stored = ''] = (await world.memory.get(storeKey(record.id)))!.value.split('\n')
  t.match(Buffer.from(stored, 'base64url').toString(), `"sub":"${record.user.sub}"`)
  t.equal((await world.sessions.read(world.browser.request()))?.record.id, record.id)
})

test('a touch that fails costs the request nothing; one that finds nothing ends it', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  world.clock.pass(lifetime.touchAfter)
  world.interfere.touch = async () => {
    throw new Error('read only')
  }
  t.equal((await world.sessions.read(world.browser.request()))?.record.id, record.id)
  t.match(world.warnings, [['session_touch_failed', { error: { code: 'session_store_error' } }]])
  world.interfere.touch = async () => false
  const jar = world.browser.request()
  t.equal(await world.sessions.read(jar), undefined, 'ended between the read and the touch')
  t.same(jar.send(), [])
})

test('a session that does not roll ends where it began to, however much it is used', async t => {
  const world = setUp({ lifetime: { ...lifetime, rolling: false } })
  const { record } = await logIn(world)
  world.clock.pass(lifetime.absoluteDuration - 1)
  t.match(await world.sessions.read(world.browser.request()), {
    lastActivity: record.updatedAt,
    expiresAt: record.createdAt + lifetime.absoluteDuration
  })
  t.notOk(world.calls.includes('touch'))
  world.clock.pass(1)
  t.equal(await world.sessions.read(world.browser.request()), undefined)
})

test('a shorter lifetime after a restart shortens the sessions that exist', async t => {
  const world = setUp()
  await logIn(world)
  const strict = createStatefulSessions({ ...world.options, lifetime: { ...lifetime, inactivityDuration: 600 } })
  t.match(await strict.read(world.browser.request()), { expiresAt: world.clock.now() + 600 })
  t.equal(world.calls.filter(call => call === 'touch').length, 1)
})

test('tokens of a session that is not there any more are no tokens', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  const jar = world.browser.request()
  await world.sessions.revoke({ id: record.id })
  t.equal(await world.sessions.tokens(jar, record), undefined)
})

test("under the session's lock the tokens come from the store, not from what the request saw before", async t => {
  const world = setUp()
  const { record } = await logIn(world)
  const jar = world.browser.request()
  await world.sessions.read(jar)
  await world.sessions.update(world.browser.request(), record.id,
    current => ({ record: current.record, tokens: { ...current.tokens, refreshToken: 'newer' } }))
  t.equal((await world.sessions.tokens(jar, record))?.refreshToken, 'secret-refresh-token')
  t.equal(await world.sessions.lock(record.id, async () => (await world.sessions.tokens(jar, record))?.refreshToken),
    'newer')
})

test('a session can be ended by its id, once', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  t.equal(await world.sessions.revoke({ id: record.id }), 1)
  t.equal(await world.sessions.revoke({ id: record.id }), 0)
  t.equal(await world.sessions.read(world.browser.request()), undefined)
})

test('a write that others overtake at every attempt, and one that waited behind a slow store, give up', async t => {
  const world = setUp({ timeout: 0.05 })
  const { record } = await logIn(world)
  const write = async () =>
    await world.sessions.update(world.browser.request(), record.id,
      ({ record, tokens }) => ({ record: { ...record }, tokens }))
  let tries = 0
  world.interfere.update = async () => {
    tries++
    return false
  }
  await t.rejects(write(), { code: 'session_store_error', message: /changed by others/ })
  t.equal(tries, 5)
  delete world.interfere.update
  world.interfere.get = async () => await new Promise<never>(() => {})
  const answers = await Promise.allSettled([write(), write(), write()])
  t.match(answers.map(answer => answer.status), ['rejected', 'rejected', 'rejected'])
  t.match(String((answers[2] as PromiseRejectedResult).reason), /too slow for this many writes/)
})

test('a login whose store has no list of revocations is written all the same', async t => {
  const world = setUp({ revocations: new MemoryRevocationStore() })
  const { record } = await logIn(world)
  t.equal((await world.sessions.read(world.browser.request()))?.record.id, record.id)
  t.equal(await world.sessions.revoke({ iss: record.issuer, sub: record.user.sub }), 1)
})

test('an answer at once needs no clock; a late one is dropped, a store that throws anything fails alike', async t => {
  t.equal(await bounded('get', 0, async () => 1), 1, 'it was there')
  await t.rejects(bounded('get', 0.01, async () => await new Promise<never>(() => {})), {
    code: 'session_store_error',
    message: /"get" in time/
  })
  const thrown: unknown = 'a text with a secret'
  const works: (() => Promise<never>)[] = [() => {
    throw thrown
  }, async () => {
    throw thrown
  }, async () => {
    throw Object.assign(new Error('m'), { code: 5 })
  }]
  for (const work of works) {
    const error = await bounded('get', 1, work).then(() => undefined, (reason: unknown) => reason as Error)
    t.match(error, { code: 'session_store_error', statusCode: 503, cause: Error })
    t.notMatch(String((error?.cause as Error).message), 'secret')
  }
  await t.rejects(bounded('get', 1, async () => {
    throw Object.assign(new Error('m'), { code: 'ECONNRESET' })
  }), { cause: { code: 'ECONNRESET' } })
})

test('the way to a lock is bounded, its work is not', async t => {
  const signal = new AbortController().signal
  t.equal(await boundedLock(0.02, async work => {
    await work(signal)
  }, async () => await new Promise(resolve => setTimeout(resolve, 40, 'done'))), 'done')
  await t.rejects(boundedLock(1, async () => {}, async () => 'never'), {
    code: 'session_store_error',
    cause: { message: 'The store never ran the work.' }
  })
  await t.rejects(boundedLock(1, async () => {
    throw new Error('no lock today')
  }, async () => 'never'), { code: 'session_store_error', message: /"lock"/ })
  await t.rejects(boundedLock(1, async () => {
    throw new TimeoutError('busy')
  }, async () => 'never'), { code: 'session_store_error', message: /too long/ })
  let ran = false
  let arrive!: () => void
  const late = new Promise<void>(resolve => {
    arrive = resolve
  })
  let refused: unknown
  await t.rejects(boundedLock(0.01, async work => {
    await late
    refused = await work(signal).catch((error: unknown) => error)
  }, async () => {
    ran = true
  }), { code: 'session_store_error', message: /"lock" in time/ })
  arrive()
  await new Promise(resolve => setImmediate(resolve))
  t.match(refused, { code: 'session_store_error' }, 'a lock that comes too late is given back')
  t.notOk(ran)
})

test('a store that answers at once makes no promise, and costs one call', async t => {
  const world = setUp()
  const { browser, sessions, calls, interfere } = world
  const { record } = await logIn(world)
  calls.length = 0
  t.match(sessions.read(browser.request()), { record: { id: record.id } })
  t.strictSame(calls, ['get'], 'a touch that is not due asks for nothing')
  t.equal(sessions.read(new MapBrowser(world.clock).request()), undefined)
  interfere.get = () => {
    throw new Error('broken')
  }
  t.throws(() => sessions.read(browser.request()), /failed at "get"/)
  const anonymous = createStatefulSessions({ ...world.options, onStoreError: 'anonymous' })
  t.equal(anonymous.read(browser.request()), undefined)
  t.match(world.warnings, [['session_store_failed', { error: { message: /failed at "get"/ } }]])
})

test('a store that misses once, or touches nothing once, does not cost the cookie', async t => {
  const world = setUp()
  const { record } = await logIn(world)
  world.interfere.get = async () => undefined
  const missed = world.browser.request()
  t.equal(await world.sessions.read(missed), undefined)
  t.same(missed.send(), [])
  delete world.interfere.get
  t.match(await world.sessions.read(world.browser.request()), { record: { id: record.id } })

  world.clock.pass(lifetime.touchAfter + 1)
  world.interfere.touch = async () => false
  const untouched = world.browser.request()
  t.equal(await world.sessions.read(untouched), undefined)
  t.same(untouched.send(), [])
  delete world.interfere.touch
  t.match(await world.sessions.read(world.browser.request()), { record: { id: record.id } })
})

test('a store gets texts only, whatever an organization claim holds', async t => {
  for (const value of [null, 7, ['org_1'], { id: 'org_1' }, true, undefined, 'org_1']) {
    const world = setUp()
    const owners: object[] = []
    world.interfere.create = async (key, entry) => {
      owners.push(entry.owner)
      await world.memory.create(key, entry)
    }
    const { record } = await logIn(world, { org_id: value })
    const organization = typeof value === 'string' ? { organization: value } : {}
    t.strictSame(owners, [{ iss: record.issuer, sub: record.user.sub, sid: record.sid, ...organization }],
      JSON.stringify(value))
    t.match(await world.sessions.read(world.browser.request()), { record: { id: record.id } })
  }
})

test('a store that fails is told by the name of the call, and bulk calls have ten times as long', async t => {
  const down = (): never => { throw new Error('connection lost') }
  type World = ReturnType<typeof setUp> & { id?: string }
  const tries: [call: Exclude<keyof SessionStore, 'lists'>, work: (world: World) => unknown][] = [
    ['get', async ({ sessions, browser }) => await sessions.read(browser.request())],
    ['get', async ({ sessions }) => await sessions.revoke({ id: 'x' })],
    ['create', async ({ sessions, clock }) => await sessions.create(new MapBrowser(clock).request(), newSession(1))],
    ['delete', async ({ sessions, browser }) => await sessions.create(browser.request(), newSession(1))],
    ['delete', async ({ sessions, browser }) => await sessions.destroy(browser.request())],
    ['delete', async ({ sessions }) => await sessions.revoke({ id: 'x' })],
    ['update', async ({ sessions, browser, id }) =>
      await sessions.update(browser.request(), id!, ({ record, tokens }) => ({ record: { ...record }, tokens }))],
    ['deleteWhere', async ({ sessions }) => await sessions.revoke({ iss: 'i', sub: 's' })],
    ['list', async ({ sessions }) => await sessions.list!({ iss: 'i', sub: 's' })]
  ]
  for (const [call, work] of tries) {
    const world = setUp({ timeout: 0.01 })
    const { record } = await logIn(world)
    world.interfere[call] = down as never
    await t.rejects(Promise.resolve(work({ ...world, id: record.id })),
      { message: `The session store failed at "${call}".` })
    if (call !== 'deleteWhere' && call !== 'list') continue
    world.interfere[call] = (async () => await new Promise(resolve => setTimeout(resolve, 40, []))) as never
    await t.resolves(Promise.resolve(work(world)), `${call} is slow`)
  }
  const revocations = { revoke: down, revokedAt: () => undefined } as never
  await t.rejects(setUp({ revocations }).sessions.revoke({ iss: 'i', sub: 's' }) as Promise<unknown>,
    { message: 'The revocation store failed at "revoke".' })
})

test('what a logout from outside writes down', async t => {
  for (const [revocationDuration, duration] of [[undefined, 600], [1000, 1000]] as const) {
    const revoked: unknown[][] = []
    const { sessions, clock, memory } = setUp({
      revocationDuration,
      revocations: { revoke: (...all: unknown[]) => { revoked.push(all) }, revokedAt: () => undefined } as never
    })
    t.equal(await sessions.revoke({ iss: 'i', sub: 's' }), 0)
    t.strictSame(revoked, [[{ iss: 'i', sub: 's' }, clock.now() + 30, clock.now() + 30 + duration]])
    await sessions.revoke({ id: 'x' })
    t.equal(revoked.length, 1, 'a session by its id is only deleted')
    t.equal(memory.size, 0)
  }
})
