import type { SessionStore as Auth0ServerJsStore, StateData } from '@auth0/auth0-server-js'
import expressSession from 'express-session'
import fastifySession from '@fastify/session'
import t, { test } from 'tap'
import {
  ConfigurationError, fromAuth0Store, fromSessionStore, MemorySessionStore, PostgresSessionStore, RedisRevocationStore,
  RedisSessionStore, sessionStoreSuite, type CallbackSessionStore, type RedisClient, type SessionEntry,
  type SessionFilter, type SessionStore
} from '../../../lib/stores/index.js'
import { applicationStore } from '../../../lib/stores/stateful/application-store.js'
import { until } from '../../until.js'
import { FakePostgres } from '../postgres/fake-postgres.js'
import { FakeRedis } from '../redis/fake-redis.js'

const fakeRedis = new FakeRedis()
const fakePostgres = new FakePostgres()

type Stores = Record<string, Parameters<typeof sessionStoreSuite>>

const stores: Stores = {
  memory: [({ now }) => new MemorySessionStore({ now })],
  'Redis by ioredis': [({ now }) => new RedisSessionStore({ client: fakeRedis.ioredis(), now })],
  'Redis by redis': [({ now }) => new RedisSessionStore({ client: fakeRedis.nodeRedis(), prefix: 'other:', now })],
  PostgreSQL: [async ({ now }) => {
    const store = new PostgresSessionStore({ pool: fakePostgres, now, sweepInterval: 0 })
    await store.migrate()
    return store
  }],
  'bridge over express-session': [({ now }) => fromSessionStore(new expressSession.MemoryStore(), { now })],
  'bridge over express-session in real time': [() => fromSessionStore(new expressSession.MemoryStore()), {
    realTime: true
  }],
  'bridge over @fastify/session': [({ now }) => fromSessionStore(new fastifySession.MemoryStore(new Map()), { now }), {
    withoutIndex: true
  }],
  'bridge over a store of @auth0/auth0-fastify': [({ now }) => fromAuth0Store(auth0Store(), { now }), {
    withoutIndex: true
  }]
}

/** A store as the documentation of that library has it, over JSON as a database would keep it. */
function auth0Store () {
  const kept = new Map<string, string>()
  const ended: { sub?: string, sid?: string, iss?: string }[] = []
  return {
    kept,
    ended,
    async get (id: string): Promise<StateData | undefined> {
      const text = kept.get(id)
      return text === undefined ? undefined : JSON.parse(text) as StateData
    },
    async set (id: string, state: StateData): Promise<void> {
      kept.set(id, JSON.stringify(state))
    },
    async delete (id: string): Promise<void> {
      kept.delete(id)
    },
    async deleteByLogoutToken (claims: { sub?: string, sid?: string, iss?: string }): Promise<void> {
      ended.push(claims)
      for (const [id, text] of kept) {
        const { user, internal } = JSON.parse(text) as StateData
        if (claims.sid !== undefined ? internal.sid === claims.sid : user?.sub === claims.sub) kept.delete(id)
      }
    }
  }
}

const shared: Record<string, () => Promise<SessionStore> | SessionStore> = {
  memory: () => new MemorySessionStore({ now: () => 1000 }),
  Redis: () => new RedisSessionStore({ client: new FakeRedis().ioredis(), now: () => 1000 }),
  PostgreSQL: async () => {
    const store = new PostgresSessionStore({ pool: new FakePostgres(), now: () => 1000, sweepInterval: 0 })
    await store.migrate()
    return store
  },
  'a bridge': () => fromSessionStore(new expressSession.MemoryStore(), { now: () => 1000 })
}

for (const [name, createStore] of Object.entries(shared)) {
  test(`two applications on one store see and end their own sessions only: ${name}`, async t => {
    const store = await createStore()
    const as = (clientId: string) => applicationStore(store, { clientId, wrote: value => value.startsWith(clientId) })
    const [a, b] = [as('client-a'), as('client-b')]
    const keys = async (each: SessionStore, filter: SessionFilter) =>
      (await each.list({ iss: 'https://acme/', ...filter })).map(({ key }) => key).sort()
    const fill = async () => {
      await a.create('a', entry())
      await b.create('b', entry())
      await store.create('a, of a version before', entry({ value: 'client-a v' }))
      await store.create('b, of a version before', entry({ value: 'client-b v' }))
    }
    for (const filter of [{ sub: 'auth0|1' }, { sid: 's1' }, { sid: 's1', sub: 'auth0|1' }]) {
      await fill()
      t.same(await keys(a, filter), ['a', 'a, of a version before'])
      t.same(await keys(b, filter), ['b', 'b, of a version before'])
      for (const { iss } of await a.list({ iss: 'https://acme/', ...filter })) t.equal(iss, 'https://acme/')
      t.equal(await a.deleteWhere({ iss: 'https://acme/', ...filter }), 2)
      t.same(await keys(a, filter), [])
      t.same(await keys(b, filter), ['b', 'b, of a version before'])
      for (const key of ['b', 'b, of a version before']) t.ok(await b.get(key), key)
      t.equal(await b.update('b, of a version before', entry({ version: 2, value: 'client-b w' })), true)
      t.same(await keys(b, filter), ['b', 'b, of a version before'], 'also when it was written again')
      t.equal(await a.deleteWhere({ iss: 'https://acme/', ...filter }), 0)
      t.equal(await b.deleteWhere({ iss: 'https://acme/', ...filter }), 2)
    }
  })
}

for (const [name, createStore] of Object.entries(shared)) {
  test(`ids that differ only in what a store cannot keep are different: ${name}`, async t => {
    const inner = await createStore()
    const create = inner.create.bind(inner)
    inner.create = async (key, one) => {
      for (const value of Object.values(one.owner)) t.notMatch(value, /[\0\p{Cs}]/u, 'UTF-8 can hold it')
      await create(key, one)
    }
    const store = applicationStore(inner, { clientId: 'c', wrote: () => false })
    const ids = ['a\ud800', 'a\ud801', 'a\udc00', 'a\ufffd', 'a\u0000', 'a\u0001', 'a', '\ud83d\ude00', '\ude00\ud83d',
      'json:"a\\ud800"', 'json:a', '\\ud800']
    const iss = 'https://acme/'
    for (const id of ids) {
      await store.create(Buffer.from(id, 'utf16le').toString('hex'),
        entry({ owner: { iss, sub: id, sid: `s${id}`, organization: `o${id}` } }))
    }
    for (const [index, id] of ids.entries()) {
      for (const filter of [{ sub: id }, { sid: `s${id}` }, { organization: `o${id}` }, { sid: `s${id}`, sub: id }]) {
        t.same((await store.list({ iss, ...filter })).map(({ sub, sid, organization }) => [sub, sid, organization]), [[
          id,
          `s${id}`,
          `o${id}`
        ]])
      }
      t.equal(await store.deleteWhere({ iss, sub: id }), 1, encodeURIComponent(JSON.stringify(id)))
      for (const later of ids.slice(index + 1)) t.equal((await store.list({ iss, sub: later })).length, 1)
    }
  })
}

for (const [name, suite] of Object.entries(stores)) {
  t.test(`a store contract: ${name}`, { jobs: 8 }, async t => {
    for (const { name, run } of sessionStoreSuite(...suite)) t.test(name, async () => await run())
  })
}

test('the suite tells a store that breaks the contract', async t => {
  const broken: Record<string, (store: SessionStore) => Partial<SessionStore>> = {
    'never creates with an update': store => ({
      update: async (key, entry) => {
        await store.create(key, entry)
        return true
      }
    }),
    'lets one of many updates of the same version through': store => ({
      async update (key, entry) {
        const kept = await store.get(key)
        if (kept === undefined) return false
        await store.create(key, entry)
        return true
      }
    }),
    'refuses a filter that would mean everybody': () => ({ deleteWhere: async () => 0, list: async () => [] }),
    'does not give an entry past its end': store => ({
      create: async (key, entry) => {
        await store.create(key, { ...entry, expiresAt: entry.expiresAt + 1000 })
      }
    }),
    'lets one holder at a time work under a lock': () => ({
      lock: async (_name, _how, work) => await work(new AbortController().signal)
    })
  }
  for (const [name, breakage] of Object.entries(broken)) {
    const cases = sessionStoreSuite(({ now }) => {
      const store = new MemorySessionStore({ now })
      const whole: SessionStore = {
        create: store.create.bind(store),
        get: store.get.bind(store),
        update: store.update.bind(store),
        touch: store.touch.bind(store),
        delete: store.delete.bind(store),
        deleteWhere: store.deleteWhere.bind(store),
        list: store.list.bind(store),
        lock: store.lock.bind(store)
      }
      return { ...whole, ...breakage(store) }
    })
    await t.rejects(cases.find(promise => promise.name === name)!.run(), { code: 'ERR_ASSERTION' }, name)
  }
})

function entry (changes: Partial<SessionEntry> = {}): SessionEntry {
  return {
    value: 'v',
    version: 1,
    owner: { iss: 'https://acme/', sub: 'auth0|1', sid: 's1' },
    createdAt: 1000,
    expiresAt: 2000,
    ...changes
  }
}

function sessionsIn (redis: FakeRedis): string[] {
  return redis.keys().filter(key => key.includes(':entry:'))
}

test('Redis', async t => {
  t.test('keys name nobody, and every index ends with its last session', async t => {
    let now = 1000
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => now })
    await store.create('k1', entry({ expiresAt: 1000.5 }))
    t.same(redis.keys().map(key => key.split(':').slice(0, 2).join(':')).sort(), ['p:entry', 'p:sid', 'p:sub'])
    t.notMatch(redis.keys().join(' '), /auth0\|1|s1/)
    await until(() => redis.keys().length === 0)
    now = 1001
    t.same(redis.keys(), [])
  })

  t.test('what is over already when it is written is in no index', async t => {
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => 1000 })
    await store.create('k1', entry({ expiresAt: 1000 }))
    t.notOk(redis.keys().some(key => /^p:s/.test(key)))
    t.same(await store.list({ iss: 'https://acme/', sub: 'auth0|1' }), [])
  })

  t.test('an index leads to a session only if the session says so itself', async t => {
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => 1000 })
    await store.create('k1', entry())
    redis.tamper('p:entry:k1', 'sub', 'auth0|2')
    t.same(await store.list({ sub: 'auth0|1' }), [])
    t.equal(await store.deleteWhere({ iss: 'https://acme/', sub: 'auth0|1' }), 0)
    t.ok(await store.get('k1'))
  })

  t.test('who is logged out is found by an index: no other session is looked at', async t => {
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => 1000 })
    for (let user = 1; user <= 30; user++) {
      await store.create(`k${user}`, entry({ owner: { iss: 'https://acme/', sub: `auth0|${user}`, sid: `s${user}` } }))
    }
    const asked = new Set<string>()
    redis.before = (_command, key) => {
      if (key.startsWith('p:entry:')) asked.add(key)
    }
    t.equal(await store.deleteWhere({ iss: 'https://acme/', sub: 'auth0|7' }), 1)
    t.same([...asked], ['p:entry:k7'])
    t.equal(await store.deleteWhere({ iss: 'https://acme/', sub: 'auth0|8', sid: 's9' }), 0,
      'and both have to be its own')
  })

  t.test('a session that changes hands while it is being deleted stays', async t => {
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => 1000 })
    await store.create('k1', entry())
    redis.before = command => {
      if (command === 'DELETE_IF') redis.tamper('p:entry:k1', 'sub', 'auth0|2')
    }
    t.equal(await store.deleteWhere({ sub: 'auth0|1' }), 0)
    t.ok(await store.get('k1'))
  })

  t.test('the indexes are written before the entry, and touched before it', async t => {
    const redis = new FakeRedis()
    const commands: string[] = []
    redis.before = (command, key) => {
      commands.push(`${command} ${key.split(':')[1]}`)
    }
    const store = new RedisSessionStore({ client: redis.nodeRedis(), prefix: 'p:', now: () => 1000 })
    await store.create('k1', entry())
    t.same(commands.splice(0), ['INDEX_ADD sid', 'INDEX_ADD sub', 'CREATE entry'])
    await store.touch('k1', 3000)
    t.same(commands.splice(0), ['READ entry', 'INDEX_ADD sid', 'INDEX_ADD sub', 'TOUCH entry'])
    await store.delete('k1')
    t.same(commands.splice(0), ['DELETE_IF entry', 'INDEX_REMOVE sid', 'INDEX_REMOVE sub'])
    t.same(sessionsIn(redis), [])
  })

  t.test('a session that a lagging replica does not know yet is ended, prolonged and listed all the same', async t => {
    const redis = new FakeRedis()
    const store = new RedisSessionStore({ client: redis.readingFromReplicas(), prefix: 'p:', now: () => 1000 })
    const primary = new RedisSessionStore({ client: redis.ioredis(), prefix: 'p:', now: () => 1000 })
    await store.create('k1', entry())
    t.equal(await store.get('k1'), undefined, 'the replica lags')
    t.equal(await store.touch('k1', 3000), true)
    t.equal((await primary.get('k1'))?.expiresAt, 3000)
    t.same((await store.list({ sub: 'auth0|1' })).map(({ key }) => key), ['k1'])
    await store.delete('k1')
    t.equal(await primary.get('k1'), undefined)
    t.same(await primary.list({ sub: 'auth0|1' }), [], 'nothing is left in the indexes')
    await store.create('k2', entry())
    t.equal(await store.deleteWhere({ sub: 'auth0|1' }), 1)
    t.same(sessionsIn(redis), [])
  })

  t.test('an entry is not written when the index cannot be', async t => {
    const redis = new FakeRedis()
    redis.before = command => {
      if (command === 'INDEX_ADD') throw new Error('OOM command not allowed')
    }
    const store = new RedisSessionStore({ client: redis.ioredis(), now: () => 1000 })
    await t.rejects(store.create('k1', entry()), /OOM/)
    t.equal(await store.get('k1'), undefined)
  })

  t.test('replies may come as buffers and as text', async t => {
    const redis = new FakeRedis()
    const plain = redis.nodeRedis()
    const buffers: RedisClient = {
      get: async key => {
        const reply = await plain.get(key)
        return typeof reply === 'string' ? Buffer.from(reply) : reply
      },
      hmGet: async (key, fields) =>
        (await plain.hmGet(key, fields) as (string | null)[]).map(field => field === null ? null : Buffer.from(field)),
      eval: async (script: string, options: Parameters<typeof plain.eval>[1]) => {
        const reply = await plain.eval(script, options)
        return Array.isArray(reply)
          ? reply.map(member => member === null ? null : Buffer.from(String(member)))
          : String(reply)
      }
    }
    const store = new RedisSessionStore({ client: buffers, now: () => 1000 })
    await store.create('k1', entry())
    t.same(await store.get('k1'), entry())
    t.equal(await store.touch('k1', 3000), true)
    t.equal(await store.deleteWhere({ sub: 'auth0|1' }), 1)
  })

  for (const kind of ['ioredis', 'nodeRedis'] as const) {
    t.test(`sessions whose index was evicted are found all the same, by ${kind}`, async t => {
      const redis = new FakeRedis()
      const prefix = 'p[a]*?:'
      const store = new RedisSessionStore({ client: redis[kind](), prefix, now: () => 1000 })
      const scans: string[] = []
      redis.before = command => {
        if (command === 'scan') scans.push(command)
      }
      const evict = () => {
        for (const key of redis.keys()) if (!key.includes('entry:')) redis.evict(key)
      }
      for (const filter of [{ sub: 'auth0|1' }, { sid: 's1' }, { iss: 'https://acme/', sid: 's1', sub: 'auth0|1' }]) {
        await store.create('k1', entry())
        await store.create('k2', entry({ owner: { iss: 'https://acme/', sub: 'auth0|2', sid: 's2' } }))
        evict()
        t.same((await store.list(filter)).map(({ key }) => key), ['k1'])
        t.equal(await store.deleteWhere(filter), 1)
        t.ok(await store.get('k2'), "and nobody else's")
      }
      t.ok(scans.length > 0)
      scans.length = 0
      await store.create('k3', entry())
      await store.delete('k3')
      t.equal(await store.deleteWhere({ sid: 's1' }), 0)
      t.same(await store.list({ sub: 'auth0|1' }), [])
      t.same(scans, [], 'who has logged out is not looked for')
      const { scan: _, ...without } = redis[kind]() as RedisClient & { scan: unknown }
      const unable = new RedisSessionStore({ client: without as RedisClient, prefix, now: () => 1000 })
      await t.rejects(unable.deleteWhere({ sub: 'auth0|nobody' }), { code: 'session_store_error' })
    })
  }

  t.test('a client of neither kind is refused', async t => {
    for (const client of [undefined, null, 'redis://localhost', {}, { hmget () {}, get () {}, eval () {} }]) {
      t.throws(() => new RedisSessionStore({ client: client as unknown as RedisClient }),
        new ConfigurationError('client', 'Option "client" must be a client of "ioredis" or of "redis" 4 or later.'))
    }
  })
})

test('PostgreSQL', async t => {
  t.test('serialization failures and deadlocks are tried again, within bounds (STO-05)', async t => {
    const pool = new FakePostgres()
    const store = new PostgresSessionStore({ pool, now: () => 1000, sweepInterval: 0 })
    await store.migrate()
    for (const code of ['40001', '40P01']) {
      let failures = 2
      pool.before = () => {
        if (failures-- > 0) throw Object.assign(new Error('try again'), { code })
      }
      await store.create(`k-${code}`, entry())
      failures = 3
      await t.rejects(store.get(`k-${code}`), { code })
      t.ok(await store.get(`k-${code}`))
    }
    let asked = 0
    pool.before = () => {
      asked++
      throw Object.assign(new Error('connection terminated'), { code: '57014' })
    }
    await t.rejects(store.get('k'), { code: '57014' })
    t.equal(asked, 1)
  })

  t.test('a statement whose connection broke is repeated once, whether or not it was carried out', async t => {
    const lost = [{ code: '57P01' }, { code: '57P02' }, { code: '57P03' }, { code: '08006' }, { code: '08003' }, {
      code: 'ECONNRESET'
    }, { code: 'EPIPE' }, { message: 'Connection terminated unexpectedly' }]
    const calls: Record<string, [(store: PostgresSessionStore) => Promise<unknown>, unknown]> = {
      get: [async store => (await store.get('k'))?.version, 1],
      list: [async store => (await store.list({ sub: 'auth0|1' })).length, 1],
      create: [async store => await store.create('new', entry()), undefined],
      update: [async store => await store.update('k', entry({ version: 2, value: 'next' })), true],
      'a stale update': [async store => await store.update('k', entry({ version: 5, value: 'next' })), false],
      touch: [async store => await store.touch('k', 4000), true],
      delete: [async store => await store.delete('k'), undefined],
      sweep: [async store => {
        await store.sweep()
      }, undefined],
      lock: [async store => await store.lock('l', { leaseSeconds: 5, waitSeconds: 0 }, async () => 'ran'), 'ran']
    }
    for (const [name, [call, expected]] of Object.entries(calls)) {
      for (const [index, kind] of lost.entries()) {
        for (const when of ['before', 'after'] as const) {
          const pool = new FakePostgres()
          const store = new PostgresSessionStore({ pool, now: () => 1000, sweepInterval: 0 })
          await store.migrate()
          await store.create('k', entry())
          let failures = 1
          pool[when] = () => {
            if (failures-- > 0) throw Object.assign(new Error(kind.message ?? 'gone'), kind)
          }
          t.same(await call(store), expected, `${name}, ${index} ${when}`)
        }
      }
    }
    const pool = new FakePostgres()
    const store = new PostgresSessionStore({ pool, now: () => 1000, sweepInterval: 0 })
    await store.migrate()
    let asked = 0
    pool.before = () => {
      asked++
      throw Object.assign(new Error('gone'), { code: '57P01' })
    }
    await t.rejects(store.get('k'), { code: '57P01' })
    t.equal(asked, 2, 'once')
  })

  t.test('expired rows cannot be read before they are swept, and live locks are not swept (STO-06)', async t => {
    let now = 1000
    const pool = new FakePostgres()
    const store = new PostgresSessionStore({ pool, table: 'web.sessions', now: () => now, sweepInterval: 0 })
    await store.migrate()
    for (let i = 0; i < 1500; i++) await store.create(`old-${i}`, entry())
    await store.create('young', entry({ expiresAt: 5000 }))
    now = 2000
    t.equal(await store.get('old-1'), undefined)
    t.same((await store.list({ sub: 'auth0|1' })).map(({ key }) => key), ['young'])
    now = 9e9
    await store.lock('l', { leaseSeconds: 5, waitSeconds: 1 }, async () => {
      now = 2000
      t.equal(await store.sweep(), 1500)
      t.same(pool.rows('"web"."sessions"').map(row => row.key), ['young', 'lock:l'])
    })
    t.equal(await store.get('lock:l'), undefined)
  })

  t.test('a lock is no session', async t => {
    const store = new PostgresSessionStore({ pool: new FakePostgres(), sweepInterval: 0 })
    await store.migrate()
    await store.lock('l', { leaseSeconds: 5, waitSeconds: 1 }, async () => {
      t.equal(await store.get('lock:l'), undefined)
      t.equal(await store.touch('lock:l', 9e9), false)
      t.equal(await store.update('lock:l', entry()), false)
      await store.delete('lock:l')
      await t.rejects(store.lock('l', { leaseSeconds: 1, waitSeconds: 0 }, async () => {}), { code: 'timeout' })
    })
  })

  t.test('the sweep runs by itself, reports what fails and can be stopped', async t => {
    const pool = new FakePostgres()
    const failures: unknown[] = []
    const store = new PostgresSessionStore({
      pool,
      now: () => 1000,
      sweepInterval: 0.01,
      onSweepError: error => failures.push(error)
    })
    await store.migrate()
    await store.create('k', entry({ expiresAt: 500 }))
    await t.resolves(until(() => pool.rows('"auth0_sessions"').length === 0, 500))
    pool.before = () => {
      throw new Error('gone')
    }
    await t.resolves(until(() => failures.length > 1, 500))
    store.close()
    await new Promise(resolve => setTimeout(resolve, 50))
    const count = failures.length
    await new Promise(resolve => setTimeout(resolve, 50))
    t.equal(failures.length, count)

    const silent = new PostgresSessionStore({ pool, sweepInterval: 0.01 })
    let warning: Error | undefined
    process.once('warning', warned => {
      warning = warned
    })
    await until(() => warning !== undefined, 500)
    silent.close()
    t.match(warning, { message: 'Expired rows could not be deleted: gone', code: 'AUTH0_SWEEP_FAILED' })
  })

  t.test('by default the sweep is regular and keeps no process alive', async t => {
    const store = new PostgresSessionStore({ pool: new FakePostgres() })
    store.close()
    t.pass()
  })

  t.test('what cannot work is refused when the store is made', async t => {
    for (const table of ['', 'a b', 'a"b', 'a;b', '1a', 'a.b.c', 'x'.repeat(41), 'ä']) {
      t.throws(() => new PostgresSessionStore({ pool: new FakePostgres(), table }), ConfigurationError, String(table))
    }
    for (const pool of [undefined, null, {}, 'postgres://localhost']) {
      t.throws(() => new PostgresSessionStore({ pool: pool as unknown as FakePostgres }), {
        message: /./,
        option: 'pool'
      })
    }
    for (const sweepInterval of [-1, Number.NaN, Infinity, 1e10]) {
      t.throws(() => new PostgresSessionStore({ pool: new FakePostgres(), sweepInterval }), {
        message: /./,
        option: 'sweepInterval'
      })
    }
  })
})

test('the bridge', async t => {
  function callbackStore (
    changes: Partial<CallbackSessionStore> = {}
  ): CallbackSessionStore & { kept: Map<string, unknown> } {
    const kept = new Map<string, unknown>()
    return {
      kept,
      get: (id, callback) => {
        callback(null, kept.get(id))
      },
      set: (id, session, callback) => {
        kept.set(id, session)
        callback()
      },
      destroy: (id, callback) => {
        kept.delete(id)
        callback()
      },
      ...changes
    }
  }

  t.test('takes a store that answers by promises, by callbacks or by both', async t => {
    const kept = new Map<string, unknown>()
    const promises = {
      get: async (id: string) => kept.get(id) ?? null,
      set: async (id: string, session: unknown) => {
        kept.set(id, session)
      },
      destroy: async (id: string) => {
        kept.delete(id)
      },
      all: async () => [...kept.values()]
    }
    const later = callbackStore()
    const both = {
      get: async (id: string, callback: (error: unknown, value: unknown) => void) => {
        setImmediate(() => callback(null, kept.get(id)))
      },
      set: promises.set,
      destroy: later.destroy,
      all: promises.all
    }
    const optional = {
      ...promises,
      get: async (id: string, callback: (error: unknown, value?: unknown) => unknown = () => {}) =>
        callback(null, kept.get(id))
    }
    for (const [store, exact] of [[promises, true], [both, false], [optional, true]] as const) {
      const bridge = fromSessionStore(store as never, { now: () => 1000 })
      t.equal(await bridge.get('k'), undefined)
      await bridge.create('k', entry())
      t.equal((await bridge.get('k'))?.version, 1)
      t.equal((await bridge.list({ sub: 'auth0|1' })).length, 1)
      await bridge.delete('k')
      if (exact) t.equal(kept.size, 0)
      kept.clear()
    }
  })

  t.test('gives the end of the session where such stores look for it', async t => {
    const store = callbackStore()
    const bridge = fromSessionStore(store, { now: () => 1000 })
    await bridge.create('k', entry({ expiresAt: 1060 }))
    const { cookie } = store.kept.get('k') as { cookie: { maxAge: number, originalMaxAge: number, expires: Date } }
    t.equal(cookie.maxAge, 60_000)
    t.equal(cookie.originalMaxAge, 60_000)
    t.ok(Math.abs(cookie.expires.getTime() - Date.now() - 60_000) < 5000)
    await bridge.touch('k', 900)
    t.equal(store.kept.size, 0, 'an end in the past forgets the session')
  })

  t.test('is told apart from other sessions in the same store', async t => {
    const store = callbackStore({
      all: callback => {
        callback(null, [...store.kept.values()])
      }
    })
    const bridge = fromSessionStore(store, { now: () => 1000 })
    const foreign = [{ cookie: {} }, { cookie: {}, auth0: null }, { cookie: {}, auth0: 'theirs', user: {} }, {
      cookie: {},
      auth0: { key: 'f' }
    }, JSON.stringify({ cookie: {} })]
    for (const [at, session] of foreign.entries()) store.kept.set(`f${at}`, session)
    for (const id of store.kept.keys()) t.equal(await bridge.get(id), undefined)
    await bridge.create('k', entry())
    store.kept.set('copy', store.kept.get('k'))
    t.equal(await bridge.get('copy'), undefined, 'nor is a session taken under another id (STO-03)')
    store.kept.delete('copy')
    t.same((await bridge.list({ sub: 'auth0|1' })).map(({ key }) => key), ['k'])
    t.equal(await bridge.deleteWhere({ sub: 'auth0|1' }), 1)
    t.equal(store.kept.size, foreign.length)
  })

  t.test('finds sessions in whatever way a store lists them', async t => {
    const shapes: Record<string, (kept: Map<string, unknown>) => unknown> = {
      'a list': kept => [...kept.values()],
      'by id': kept => Object.fromEntries(kept),
      'texts by id': kept => Object.fromEntries([...kept].map(([id, session]) => [id, JSON.stringify(session)])),
      'rows of texts': kept => [...kept].map(([sid, session]) => ({ sid, sess: JSON.stringify(session), expire: 1 })),
      'rows of sessions': kept => [...kept].map(([session_id, data]) => ({ session_id, expires: 1, data })),
      'one text': kept => JSON.stringify([...kept.values()])
    }
    for (const [name, shape] of Object.entries(shapes)) {
      const store = callbackStore({ all: callback => callback(null, shape(store.kept)) })
      const bridge = fromSessionStore(store, { now: () => 1000 })
      t.same(await bridge.list({ sub: 'auth0|1' }), [], `${name}, empty`)
      await bridge.create('k', entry())
      store.kept.set('theirs', { cookie: {}, user: 'theirs' })
      t.same((await bridge.list({ sub: 'auth0|1' })).map(({ key }) => key), ['k'], name)
      t.equal(await bridge.deleteWhere({ sub: 'auth0|1' }), 1, name)
      t.same([...store.kept.keys()], ['theirs'], name)
    }
  })

  t.test('never says that nothing matches where it cannot know', async t => {
    const whole = callbackStore()
    await fromSessionStore(whole, { now: () => 1000 }).create('k', entry())
    const { auth0, cookie } = whole.kept.get('k') as { auth0: object, cookie: object }
    const answers = [null, undefined, 0, 'text', true, [null], ['text'], [{}], [{ sess: 'x' }], [{
      data: Buffer.from('x')
    }], ['k'], [['k', {}]], { k: 1 }, [{ cookie, auth0: { ...auth0, version: 'x' } }], [{
      cookie,
      auth0: { ...auth0, key: undefined }
    }], [{ auth0: { owner: {} } }]]
    for (const answer of answers) {
      const bridge = fromSessionStore(callbackStore({ all: callback => callback(null, answer) }), { now: () => 1000 })
      for (const end of ['list', 'deleteWhere'] as const) {
        const ending = async (): Promise<unknown> => await bridge[end]({ sub: 'auth0|1' })
        await t.rejects(ending, { code: 'configuration_error', option: 'sessionStore' },
          `${end} ${JSON.stringify(answer)}`)
      }
    }
  })

  t.test('says that a store without "all" cannot end sessions by user', async t => {
    const bridge = fromSessionStore(callbackStore())
    await t.rejects(bridge.deleteWhere({ sub: 'auth0|1' }), { code: 'configuration_error', option: 'sessionStore' })
    await t.rejects(bridge.list({ sub: 'auth0|1' }), { code: 'configuration_error', option: 'sessionStore' })
  })

  t.test('writes of one session wait for each other, so that a logout in this process is final', async t => {
    const store = callbackStore({
      get: (id, callback) => {
        setTimeout(() => callback(null, store.kept.get(id)), 20)
      }
    })
    const bridge = fromSessionStore(store, { now: () => 1000 })
    await bridge.create('k', entry())
    const [touched, , updated] = await Promise.all([bridge.touch('k', 3000), bridge.delete('k'),
      bridge.update('k', entry({ version: 2 }))])
    t.same([touched, updated, store.kept.size], [true, false, 0])
  })

  t.test('an error is an error whichever way it comes; a file that is not there is no session', async t => {
    await t.rejects(async () => await fromSessionStore(callbackStore({
      get: (_, callback) => {
        callback(new Error('called back'))
      }
    })).get('k'), /called back/)
    const noError: unknown = 'no error object'
    await t.rejects(async () => await fromSessionStore(callbackStore({
      get: (_, callback) => {
        callback(noError)
      }
    })).get('k'), /the store failed/)
    await t.rejects(async () => await fromSessionStore(callbackStore({
      get: () => {
        throw new Error('thrown')
      }
    })).get('k'), /thrown/)
    await t.rejects(async () => await fromSessionStore(callbackStore({
      get: async () => {
        throw new Error('rejected')
      }
    })).get('k'), /rejected/)
    t.equal(await fromSessionStore(callbackStore({
      get: (_, callback) => {
        callback(Object.assign(new Error('no file'), { code: 'ENOENT' }))
      }
    })).get('k'), undefined)
  })

  t.test('refuses what is no such store', async t => {
    for (const store of [undefined, null, {}, { get () {}, set () {} }]) {
      t.throws(() => fromSessionStore(store as unknown as CallbackSessionStore), { message: /./, option: 'store' })
    }
  })
})

test('the bridge over a store of @auth0/auth0-fastify', async t => {
  const made = () => {
    const theirs = auth0Store()
    // Whoever has typed a store for that library can pass it on.
    const typed: Auth0ServerJsStore<unknown> = theirs
    return { theirs, store: fromAuth0Store(typed, { now: () => 1000 }) }
  }

  t.test('sessions are ended by what such a store looks for', async t => {
    const { theirs, store } = made()
    const seen = applicationStore(store, { clientId: 'client', wrote: () => true })
    const iss = 'https://acme/'
    for (const [filter, left] of [[{ sid: 's1' }, ['k2', 'k3']], [{ sub: 'auth0|2' }, ['k3']], [{
      sub: 'auth0|3',
      sid:
      's3'
    }, []]] as const) {
      await seen.create('k1', entry())
      if (left.length > 0) await seen.create('k2', entry({ owner: { iss, sub: 'auth0|2' } }))
      await seen.create('k3', entry({ owner: { iss, sub: 'auth0|3', sid: 's3', organization: 'org_1' } }))
      if (left.length < 2) await seen.delete('k1')
      t.equal(await seen.deleteWhere({ iss, ...filter }), 0, 'how many is not known')
      t.same([...theirs.kept.keys()], left)
      t.same(theirs.ended.at(-1), { iss: 'https://acme/|client', ...filter })
    }
  })

  t.test('a write that a logout meets does not bring the session back', async t => {
    const writes: ((store: SessionStore) => Promise<unknown>)[] = [
      async store => await store.update('k', entry({ version: 2 })),
      async store => await store.touch('k', 3000)
    ]
    for (const sid of ['s1', 'another']) {
      for (const write of writes) {
        for (const first of ['the write', 'the logout']) {
          const theirs = auth0Store()
          const slow = {
            ...theirs,
            get: async (id: string) => {
              const state = await theirs.get(id)
              await new Promise(resolve => setImmediate(resolve))
              return state
            }
          }
          const store = fromAuth0Store(slow, { now: () => 1000 })
          await store.create('k', entry())
          const end = async (): Promise<unknown> => await store.deleteWhere({ iss: 'https://acme/', sid })
          const [one, other] = first === 'the write' ? [write(store), end()] : [end(), write(store)]
          await Promise.all([one, other])
          t.equal(theirs.kept.size, sid === 's1' ? 0 : 1, `${sid}, ${first} first`)
        }
      }
    }
  })

  t.test('it gets the session in its own shape, with an end', async t => {
    const { theirs, store } = made()
    await store.create('k', entry({ owner: { iss: 'https://acme/', sub: 'auth0|1', organization: 'org_1' } }))
    t.match(await theirs.get('k'), {
      user: { sub: 'auth0|1', iss: 'https://acme/', org_id: 'org_1' },
      domain: 'acme',
      tokenSets: [],
      sessionExpiresAt: 2000,
      internal: { sid: '', createdAt: 1000 }
    })
    await store.touch('k', 900)
    t.equal(theirs.kept.size, 0, 'an end in the past forgets the session')
    await store.create('k', entry({ expiresAt: 1001 }))
    t.equal(await fromAuth0Store(theirs, { now: () => 1002 }).get('k'), undefined)
    t.equal(theirs.kept.size, 0, 'and one that has ended goes when it is read')
  })

  t.test('says what it cannot do', async t => {
    const { theirs, store } = made()
    const calls: (() => Promise<unknown>)[] = [() => store.list({ sub: 'auth0|1' }), () =>
      store.deleteWhere({ organization: 'org_1' })]
    for (const call of calls) {
      await t.rejects(call(), { code: 'configuration_error', option: 'sessionStore', message: /fastify-auth0\/stores/ })
    }
    for (const filter of [{}, { iss: 'https://acme/' }]) {
      await t.rejects(store.deleteWhere(filter), { code: 'invalid_argument' })
    }
    const states = [{ user: {} }, { auth0: {} }, 'text', { auth0: { ...entry(), key: 'another' } }]
    for (const state of states) {
      theirs.kept.set('k', JSON.stringify(state))
      await t.rejects(async () => await store.get('k'), { message: /give back the member "auth0"/ })
    }
    for (const broken of [undefined, null, {}, new Map()]) {
      t.throws(() => fromAuth0Store(broken as never), { option: 'store', message: /must have a method/ })
    }
  })
})

test('a Redis command whose connection broke is repeated once, whether or not it was carried out', async t => {
  const lost = [{ code: 'ECONNRESET' }, { code: 'EPIPE' }, { code: 'ECONNREFUSED' }, { name: 'DisconnectsClientError' },
    { message: 'Connection is closed.' }, { message: 'Socket closed unexpectedly' }]
  type Stores = { sessions: RedisSessionStore, revocations: RedisRevocationStore }
  const calls: Record<string, [(stores: Stores) => Promise<unknown>, unknown]> = {
    get: [async ({ sessions }) => (await sessions.get('k'))?.version, 1],
    list: [async ({ sessions }) => (await sessions.list({ sub: 'auth0|1' })).length, 1],
    create: [async ({ sessions }) => await sessions.create('new', entry()), undefined],
    update: [async ({ sessions }) => await sessions.update('k', entry({ version: 2, value: 'next' })), true],
    'a stale update': [async ({ sessions }) => await sessions.update('k', entry({ version: 5, value: 'x' })), false],
    touch: [async ({ sessions }) => await sessions.touch('k', 4000), true],
    delete: [async ({ sessions }) => {
      await sessions.delete('k')
      return await sessions.get('k')
    }, undefined],
    lock: [async ({ sessions }) =>
      await sessions.lock('l', { leaseSeconds: 5, waitSeconds: 0 }, async () => 'ran'), 'ran'],
    revoke: [async ({ revocations }) => await revocations.revoke({ id: 'a' }, 1000, 2000), undefined],
    revokedAt: [async ({ revocations }) => await revocations.revokedAt({ id: 'b', iss: 'i', sub: 's' }), 900],
    'refresh get': [async ({ revocations }) => await revocations.get('r'), 'v'],
    'refresh set': [async ({ revocations }) => await revocations.set('r', 'w', 60), undefined],
    'refresh lock': [async ({ revocations }) => typeof await revocations.lock('r', 60), 'function']
  }
  for (const kind of ['ioredis', 'nodeRedis'] as const) {
    for (const [name, [call, expected]] of Object.entries(calls)) {
      for (const [index, error] of lost.entries()) {
        for (const when of ['before', 'after'] as const) {
          const redis = new FakeRedis()
          const options = { client: redis[kind](), now: () => 1000 }
          const sessions = new RedisSessionStore(options)
          const revocations = new RedisRevocationStore(options)
          await sessions.create('k', entry())
          await revocations.revoke({ id: 'b' }, 900, 2000)
          await revocations.set('r', 'v', 60)
          let failures = 1
          redis[when] = () => {
            if (failures-- > 0) throw Object.assign(new Error(error.message ?? 'gone'), error)
          }
          t.same(await call({ sessions, revocations }), expected, `${kind}, ${name}, ${index} ${when}`)
        }
      }
    }
  }
  class SocketClosedUnexpectedlyError extends Error {}
  const of = (more: object) => Object.assign(new Error('gone'), more)
  const named = Object.assign(new Error('Connection is closed.'), { code: 'OTHER' })
  for (const [error, attempts] of [
    ...['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ECONNABORTED', 'NR_CLOSED'].map(code => [of({ code }), 2] as const),
    ...['SocketClosedUnexpectedlyError', 'DisconnectsClientError'].map(name => [of({ name }), 2] as const),
    [new SocketClosedUnexpectedlyError('x'), 2], [new Error('Disconnects client'), 2],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 2],
    [of({ message: 'WRONGTYPE' }), 1], [new Error('No Connection is closed'), 1], [named, 1], [of({ code: 5 }), 1]
  ] as const) {
    const redis = new FakeRedis()
    let asked = 0
    redis.before = () => {
      asked++
      throw error
    }
    await t.rejects(new RedisSessionStore({ client: redis.ioredis() }).get('k'), error)
    t.equal(asked, attempts, `${error.name} ${error.message}`)
  }
})
