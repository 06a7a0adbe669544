import t, { type Test } from 'tap'
import {
  MemorySessionStore, PostgresSessionStore, RedisSessionStore, type SessionEntry, type SessionStore
} from '../../lib/stores/index.js'
import { FakePostgres } from '../stores/postgres/fake-postgres.js'
import { FakeRedis } from '../stores/redis/fake-redis.js'
import {
  assertFailure, failsClosed, Findings, inWorld, isSessionCookie, sessionCookiesSet, succeeds, type OptionChanges,
  type World
} from './app.js'
import { canaryUser } from './idp.js'

type Clock = () => number

const lasting = { inactivityDuration: 400_000, absoluteDuration: 800_000, storeTimeout: 10 }
const unavailable = { status: 503, code: 'session_store_error' }

/** A world whose sessions are in a store that goes by the world's clock. */
async function withStore (t: Test, makeStore: (now: Clock) => SessionStore, body: (world: World) => Promise<void>,
  plugin: OptionChanges = {}): Promise<void> {
  let world: World | undefined
  const sessionStore = makeStore(() => world!.clock.now)
  await inWorld(t, { plugin: { sessionStore, sessionConfiguration: lasting, ...plugin } }, async made => {
    world = made
    await body(made)
  })
}

const overRedis = (redis: FakeRedis) => (now: Clock): SessionStore =>
  new RedisSessionStore({ client: redis.ioredis(), now })
const overPostgres = (pool: FakePostgres) => (now: Clock): SessionStore =>
  new PostgresSessionStore({ pool, now, sweepInterval: 0 })

/** The guard's own 503: with the time to wait, and nothing told of the store. */
async function assertUnavailable (t: Test, world: World,
  response: Awaited<ReturnType<World['app']['inject']>>): Promise<void> {
  const findings = new Findings()
  findings.same(response.statusCode, 503, 'status')
  findings.same(response.json().code, 'session_store_error', 'code')
  findings.same(response.headers['retry-after'], '5', 'Retry-After')
  findings.check(/no-store/.test(String(response.headers['cache-control'])), 'may be cached')
  findings.same(sessionCookiesSet(response), [], 'session cookies set')
  findings.same(world.leaks(response.body), [], 'secrets in the answer')
  t.strictSame(findings.problems, [], 'refused with 503 session_store_error')
}

for (const at of ['INDEX_ADD', 'CREATE']) {
  t.test(`STO-01 Redis is down at login, at ${at}`, async t => {
    const redis = new FakeRedis()
    await withStore(t, overRedis(redis), async world => {
      await failsClosed(t, world, {}, unavailable, {
        between: () => {
          if (redis.keys().length > 0) {
            redis.before = command => {
              if (command === at) throw new Error('connect ECONNREFUSED 127.0.0.1:6379')
            }
          }
        },
        transactionStays: true
      })
      t.equal(redis.keys().filter(key => key.includes('entry')).length, 1, "no half session: only the control's")
      redis.before = () => {}
      await succeeds(t, world)
    })
  })
}

t.test('STO-01 Redis is down when a logged-in user logs in again', async t => {
  const redis = new FakeRedis()
  await withStore(t, overRedis(redis), async world => {
    const { browser } = await succeeds(t, world)
    const path = world.back(await world.start(browser))
    redis.before = () => {
      throw new Error('connect ECONNREFUSED 127.0.0.1:6379')
    }
    const response = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
    assertFailure(t, world, response, unavailable, 'text/html')
    t.equal(response.headers['retry-after'], '5')
    await assertUnavailable(t, world, await browser.call('/private'))
    t.equal((await browser.call('/')).statusCode, 200, 'other routes are unharmed')
    redis.before = () => {}
    t.equal((await browser.call('/private')).statusCode, 200, 'the session from before is still there')
  })
})

t.test('STO-02 Redis is slow', async t => {
  const redis = new FakeRedis()
  await withStore(t, overRedis(redis), async world => {
    redis.before = async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    const { browser } = await succeeds(t, world)
    let release = (): void => {}
    const slow = new Promise<void>(resolve => {
      release = resolve
    })
    redis.before = async () => await slow
    const begun = performance.now()
    let answered = 0
    const guarded = Promise.all(
      ['/private', '/token', '/private'].map(async path =>
        await browser.call(path).finally(() => {
          answered++
        })
      )
    )
    t.equal((await browser.call('/')).statusCode, 200)
    t.equal(answered, 0, 'another route does not wait for those that do')
    for (const response of await guarded) await assertUnavailable(t, world, response)
    t.ok(performance.now() - begun < 5000, 'bounded')
    redis.before = () => {}
    release()
    t.equal((await browser.call('/private')).statusCode, 200, 'recovers by itself')
  }, { sessionConfiguration: { ...lasting, storeTimeout: 1 } })
})

t.test('STO-02 Redis is slow, and the application prefers anonymous visitors', async t => {
  const redis = new FakeRedis()
  await withStore(t, overRedis(redis), async world => {
    const { browser } = await succeeds(t, world)
    redis.before = () => {
      throw new Error('gone')
    }
    const response = await browser.call('/private')
    t.equal(response.statusCode, 401)
    t.same(response.headers['set-cookie'], undefined, 'the cookie is kept for when the store is back')
    t.strictSame((await browser.call('/public')).json(), { known: false })
    redis.before = () => {}
    t.equal((await browser.call('/private')).statusCode, 200)
  }, { sessionConfiguration: { ...lasting, onStoreError: 'anonymous' } })
})

/** Mixes up what it is asked for. */
class ConfusedStore extends MemorySessionStore {
  confused = false
  readonly keys: string[] = []

  override async create (key: string, entry: SessionEntry): Promise<void> {
    this.keys.push(key)
    await super.create(key, entry)
  }

  override async get (key: string): Promise<SessionEntry | undefined> {
    return await super.get(this.confused ? this.keys.find(other => other !== key)! : key)
  }
}

t.test("STO-03 the store answers with another session's bytes", async t => {
  let store: ConfusedStore | undefined
  await withStore(t, now => (store = new ConfusedStore({ now })), async world => {
    const mine = await succeeds(t, world)
    world.idp.user = { ...canaryUser, sub: 'auth0|somebody-else' }
    const theirs = await succeeds(t, world)
    world.idp.user = canaryUser
    store!.confused = true
    for (const { browser } of [mine, theirs]) {
      const before = world.runs
      for (const path of ['/private', '/token']) {
        const response = await browser.copy().call(path)
        t.equal(response.statusCode, 401, response.body)
        t.notMatch(response.body, /canary|somebody-else/)
      }
      t.strictSame((await browser.copy().call('/public')).json(), { known: false })
      t.equal(world.runs, before, 'no handler ran')
    }
    store!.confused = false
    t.equal((await mine.browser.call('/private')).json().sub, canaryUser.sub, 'control')
    t.equal((await theirs.browser.call('/private')).json().sub, 'auth0|somebody-else', 'control')
  })
})

const failures: [what: string, failure: object, repeated: boolean][] = [
  ['a deadlock', { code: '40P01', message: 'deadlock detected' }, true],
  ['a serialization failure', { code: '40001', message: 'could not serialize access' }, true],
  ['an exhausted pool', { message: 'timeout exceeded when trying to connect' }, false]
]

for (const [what, failure, repeated] of failures) {
  t.test(`STO-05 ${what} at a refresh`, async t => {
    const pool = new FakePostgres()
    const failing = (statement: RegExp, times: number): void => {
      pool.before = sql => {
        if (statement.test(sql) && times-- > 0) throw Object.assign(new Error(), failure)
      }
    }
    await withStore(t, overPostgres(pool), async world => {
      await new PostgresSessionStore({ pool, sweepInterval: 0 }).migrate()
      const { browser } = await succeeds(t, world)
      world.advance(86_390)
      if (repeated) {
        failing(/^(UPDATE|SELECT|INSERT)/, 2)
        t.equal((await browser.call('/token')).statusCode, 200, 'tried again within bounds')
        t.equal(world.idp.count('token'), 2, 'one token call')
        world.advance(86_390)
      }
      failing(/^INSERT/, 50)
      const calls = world.idp.count('token')
      await assertUnavailable(t, world, await browser.call('/token'))
      t.equal(world.idp.count('token'), calls, 'without the lock nothing is spent')
      pool.before = () => {}
      t.equal((await browser.call('/token')).statusCode, 200, 'recovers')
    })
  })
}

t.test('STO-06 expired rows', async t => {
  const pool = new FakePostgres()
  await withStore(t, overPostgres(pool), async world => {
    const store = new PostgresSessionStore({ pool, now: () => world.clock.now, sweepInterval: 0 })
    await store.migrate()
    const { browser } = await succeeds(t, world)
    world.advance(lasting.inactivityDuration - 1)
    t.equal((await browser.copy().call('/private')).statusCode, 200,
      'control: a second before its end, which use prolongs')
    const kept = browser.copy()
    world.advance(lasting.inactivityDuration + 1)
    t.equal((await kept.call('/private')).statusCode, 401)
    t.equal(pool.rows('"auth0_sessions"').length, 1, 'the row is still there')
    t.same(await store.list({ sub: canaryUser.sub }), [])
    t.equal(await store.sweep(), 1)
  })
})

t.test('STO-09 the store is stolen', async t => {
  for (const encryptAtRest of [true, false]) {
    const redis = new FakeRedis()
    await withStore(t, overRedis(redis), async world => {
      const { browser } = await succeeds(t, world)
      const dump = redis.dump()
      const text = dump +
        [...dump.matchAll(/[\w-]{40,}/g)].map(([part]) => Buffer.from(part, 'base64url').toString('latin1')).join(' ')
      const found = world.leaks(text).filter(kind => kind !== 'claim sub')
      t.equal(found.length === 0, encryptAtRest,
        encryptAtRest ? 'no token and no claim in it' : 'control: in the clear they would be found')
      const name = browser.names().find(isSessionCookie)!
      const taken = [...dump.matchAll(/[\w.-]{22,}/g)].flatMap(([value]) => [value, value.split(':').at(-1)!])
      for (const value of new Set(taken)) {
        const thief = world.browser()
        thief.plant(name, value)
        if ((await thief.call('/private')).statusCode !== 401) {
          t.fail(`a session was taken over with ${value.slice(0, 12)}…`)
        }
      }
      t.ok(taken.length > 3, 'there was something to try')
      t.equal((await browser.call('/private')).statusCode, 200, 'control')
    }, { sessionConfiguration: { ...lasting, encryptAtRest } })
  }
})

t.test('STO-10 another version of the application shares the store', async t => {
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  const keys: string[] = []
  const shared: SessionStore = Object.assign(Object.create(store) as SessionStore, {
    create: async (key: string, entry: SessionEntry) => {
      keys.push(key)
      await store.create(key, entry)
    },
    ...Object.fromEntries(
      (['get', 'update', 'touch', 'delete', 'deleteWhere', 'list', 'lock'] as const).map(
        name => [name, (store[name] as (...args: unknown[]) => unknown).bind(store)]
      )
    )
  })
  /** Writes the entry as another version would. */
  const rewrite = async (key: string, change: (record: unknown[], tokens: Buffer) => string): Promise<void> => {
    const entry = (await store.get(key))!
    const [record = '', tokens = ''] = entry.value.split('\n').map(part => Buffer.from(part, 'base64url'))
    await store.update(key, {
      ...entry,
      version: entry.version + 1,
      value: change(JSON.parse(String(record)) as unknown[], tokens as Buffer)
    })
  }
  const pack = (record: unknown, tokens: Buffer): string =>
    `${Buffer.from(JSON.stringify(record)).toString('base64url')}\n${tokens.toString('base64url')}`
  const versions: [string, (record: unknown[], tokens: Buffer) => string, number][] = [
    ['the same version', pack, 200],
    ['a later version of the claims', (record, tokens) => pack([2, ...record.slice(1)], tokens), 401],
    ['a later version with one more member', (record, tokens) => pack([...record, 'more'], tokens), 401],
    ['a format nobody knows', () => '{"v":3}', 401],
    ['an empty value', () => '', 401]
  ]
  await inWorld(t, { plugin: { sessionStore: shared, sessionConfiguration: { ...lasting, encryptAtRest: false } } },
    async world => {
      for (const [what, change, status] of versions) {
        const { browser } = await succeeds(t, world)
        await rewrite(keys.at(-1)!, change)
        const response = await browser.call('/private')
        t.equal(response.statusCode, status, what)
        if (status === 200) continue
        t.equal(browser.names().filter(isSessionCookie).length, 1, 'the cookie stays: another version may know it')
        await world.login(browser)
        t.equal((await browser.call('/private')).statusCode, 200, 'one login later the user is in: no loop')
      }
      const { browser } = await succeeds(t, world)
      await rewrite(keys.at(-1)!,
        (record, tokens) => pack(record, Buffer.concat([Buffer.from([9]), tokens.subarray(1)])))
      t.equal((await browser.call('/private')).statusCode, 200, 'claims of this version count')
      const token = await browser.call('/token')
      t.strictSame([token.statusCode, token.json().code], [401, 'missing_refresh_token'],
        'tokens of another version are absent')
    })
})
