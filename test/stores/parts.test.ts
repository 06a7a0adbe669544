import cookie from '@fastify/cookie'
import fastify from 'fastify'
import t from 'tap'
import { decodeBase64url } from '../../lib/base/base64url.js'
import { cookieSize } from '../../lib/stores/stateless/chunks.js'
import { absoluteEnd, sessionEnd, touchDue } from '../../lib/stores/lifetime.js'
import { PostgresSessionStore, RedisSessionStore } from '../../lib/stores/index.js'
import { MemoryRevocationStore } from '../../lib/stores/memory/memory-revocation-store.js'
import { createOpenedCache } from '../../lib/stores/sealing/opened-cache.js'
import { Clock } from './stateless/map-jar.js'

t.test('base64url has one spelling', async t => {
  t.equal(decodeBase64url('')?.length, 0)
  t.equal(decodeBase64url('YQ')?.toString(), 'a')
  for (const spelling of ['YR', 'YQ==', 'Y Q', 'Y', 'a+b/', 'YQ\n', 'ŁQ']) {
    t.equal(decodeBase64url(spelling), undefined, spelling)
  }
})

t.test('a session ends at the earliest of its bounds', async t => {
  const lifetime = { rolling: true, inactivityDuration: 100, absoluteDuration: 1000, touchAfter: 10 }
  t.equal(sessionEnd({ createdAt: 0 }, 50, lifetime), 150)
  t.equal(sessionEnd({ createdAt: 0 }, 950, lifetime), 1000)
  t.equal(sessionEnd({ createdAt: 0, ceiling: 500 }, 450, lifetime), 470)
  t.equal(sessionEnd({ createdAt: 0 }, 50, { ...lifetime, rolling: false }), 1000)
  t.equal(absoluteEnd({ createdAt: 5 }, lifetime), 1005)
  t.equal(touchDue(0, 9, lifetime), false)
  t.equal(touchDue(0, 10, lifetime), true)
  t.equal(touchDue(0, 10, { ...lifetime, rolling: false }), false)
})

t.test('the cache gives back what was put in under exactly that value', async t => {
  const cache = createOpenedCache<object>({ maxEntries: 10 })
  const value = `${'a'.repeat(100)}.0123456789ab`
  const opened = {}
  t.equal(cache.get(value), undefined)
  cache.set(value, opened)
  t.equal(cache.get(value), opened)
  t.equal(cache.get(`${'b'.repeat(100)}.0123456789ab`), undefined, 'the same end is not enough')
  t.equal(cache.get('0123456789ab'), undefined)
  t.equal(cache.get(''), undefined)
  cache.delete(value)
  t.equal(cache.get(value), undefined)
})

t.test('the cache is bounded by entries, and keeps what is used', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 10 })
  const value = (index: number) => `value-number-${String(index).padStart(12, '0')}`
  for (let index = 0; index < 1000; index++) {
    cache.set(value(index), index)
    cache.get(value(0))
  }
  const kept = Array.from({ length: 1000 }, (_, index) => index).filter(index => cache.get(value(index)) !== undefined)
  t.ok(kept.length <= 10, `${kept.length}`)
  t.ok(kept.includes(0), 'used all the time')
  t.ok(kept.includes(999), 'the newest')
  t.equal(cache.get(`other-number-${String(999).padStart(12, '0')}`), undefined)
})

t.test("the cache's old generation compares the whole value too, and can be deleted from", async t => {
  const cache = createOpenedCache<number>({ maxEntries: 2 })
  cache.set('a-value-000000000001', 1)
  cache.set('a-value-000000000002', 2)
  t.equal(cache.get('b-value-000000000001'), undefined)
  t.equal(cache.get('a-value-000000000001'), 1)
  t.equal(cache.get('a-value-000000000002'), 2)
  cache.delete('a-value-000000000001')
  cache.delete('a-value-000000000002')
  t.equal(cache.get('a-value-000000000001'), undefined)
  t.equal(cache.get('a-value-000000000002'), undefined)
})

t.test('the cache is bounded by bytes', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 1000, maxBytes: 6000 })
  const value = (index: number) => String(index).padStart(500, '0')
  for (let index = 0; index < 10; index++) cache.set(value(index), index)
  t.equal(
    Array.from({ length: 10 }, (_, index) => cache.get(value(index))).filter(one => one !== undefined).length <= 4,
    true
  )
  t.equal(cache.get(value(9)), 9)
})

t.test('a cache of no entries keeps nothing', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 0 })
  cache.set('value', 1)
  cache.delete('value')
  t.equal(cache.get('value'), undefined)
})

const owner = { id: 'session-1', iss: 'https://acme/', sub: 'auth0|1', sid: 'sid-1', organization: 'org_1' }

t.test('revocations are found by id, sid, sub and organization of their issuer', async t => {
  const iss = owner.iss
  for (
    const filter of [{ id: 'session-1' }, { iss, sid: 'sid-1' }, { iss, sub: 'auth0|1' }, {
      iss,
      organization: 'org_1'
    }]
  ) {
    const store = new MemoryRevocationStore()
    t.equal(store.revokedAt(owner), undefined)
    store.revoke(filter, 100, 2e9)
    t.equal(store.revokedAt(owner), 100)
    t.equal(store.revokedAt({ ...owner, id: 'session-2', sub: 'auth0|2', sid: 'sid-2', organization: 'org_2' }),
      undefined)
    if (!('id' in filter)) t.equal(store.revokedAt({ ...owner, iss: 'https://other/' }), undefined)
    t.equal(store.revokedAt({ id: 'x', iss, sub: 'x' }), undefined)
  }
})

t.test('the latest of several revocations counts', async t => {
  const store = new MemoryRevocationStore()
  store.revoke({ iss: owner.iss, sub: owner.sub }, 300, 2e9)
  store.revoke({ iss: owner.iss, sub: owner.sub }, 200, 1e9)
  store.revoke({ iss: owner.iss, sid: owner.sid }, 100, 2e9)
  store.revoke({ id: owner.id }, 50, 2e9)
  t.equal(store.revokedAt(owner), 300)
  store.revoke({ iss: owner.iss, organization: owner.organization }, 400, 2e9)
  t.equal(store.revokedAt(owner), 400)
  t.equal(store.size, 4)
})

t.test('a revocation that names nothing, or several things, is refused', async t => {
  const store = new MemoryRevocationStore()
  const iss = owner.iss
  for (
    const filter of [{}, { iss }, { sub: 'a' }, { iss: '', sub: 'a' }, { iss, sub: '' }, {
      iss,
      sub: 'a',
      organization: 'b'
    }, { iss, id: 'a', sub: 'b' }]
  ) {
    t.throws(() => {
      store.revoke(filter, 1, 2)
    }, { name: 'InvalidArgumentError', argument: 'filter' })
  }
  t.equal(store.size, 0)
})

t.test('revocations are forgotten when they are over', async t => {
  const clock = new Clock()
  const store = new MemoryRevocationStore({ now: clock.now })
  for (let index = 0; index < 1000; index++) {
    store.revoke({ iss: `https://issuer-${index % 7}/`, sub: `user-${index}` }, clock.now(), clock.now() + 10)
  }
  t.equal(store.size, 1000)
  clock.pass(10)
  for (let index = 0; index < 100; index++) store.revoke({ id: `session-${index}` }, clock.now(), clock.now() + 10)
  t.ok(store.size <= 100, `${store.size}`)
})

t.test('a full list of revocations lets nobody back in', async t => {
  const clock = new Clock()
  let reports = 0
  const store = new MemoryRevocationStore({
    maxEntries: 3,
    now: clock.now,
    onFull: () => {
      reports += 1
    }
  })
  const start = clock.now()
  const { iss } = owner
  const filters = [{ id: 'a' }, { iss, sub: 'b' }, { iss, sid: 'c' }, { iss, organization: 'd' }, {
    iss,
    sid: 'e',
    sub: 'e'
  }, { id: 'f' }]
  for (const [index, filter] of filters.entries()) store.revoke(filter, start + index, start + 100)
  t.equal(store.size, 3)
  t.equal(reports, 1)
  for (const [index, { iss: _, ...filter }] of filters.entries()) {
    const revokedAt = store.revokedAt({ ...owner, ...filter })
    t.ok(revokedAt !== undefined && revokedAt >= start + index, `${Object.keys(filter).join()} stays revoked`)
  }
  t.equal(store.revokedAt({ ...owner, id: 'other' }), start + 2, 'the floor: whoever is older is refused, too')
  clock.pass(99)
  store.revoke({ id: 'b' }, 2, start + 200)
  t.equal(store.revokedAt({ ...owner, id: 'other' }), start + 3)
  clock.pass(1)
  t.equal(store.revokedAt({ ...owner, id: 'other' }), undefined, 'the floor ends with what was dropped')
  store.revoke({ id: 'c' }, 3, start + 200)
  store.revoke({ id: 'd' }, 4, start + 200)
  t.equal(store.revokedAt({ ...owner, id: 'b' }), 2, 'expired entries made the room')
  t.equal(reports, 1, 'told once')
})

t.test('a cookie weighs what its line weighs', async t => {
  const app = fastify()
  await app.register(cookie)
  const attributes = { path: '/app', httpOnly: true, secure: true, sameSite: 'lax' as const }
  for (
    const more of [{}, { domain: 'example.com' }, { partitioned: true }, { maxAge: 60 }, { secure: false }, {
      httpOnly: false
    }, { domain: 'a.b', partitioned: true, maxAge: 259_200, sameSite: 'strict' as const }]
  ) {
    const all = { ...attributes, ...more }
    t.equal(cookieSize('name', 'value', all), app.serializeCookie('name', 'value', all).length, JSON.stringify(more))
  }
})

t.test('reads of one turn of the event loop travel together, each with its own end', async t => {
  const trips: string[][][] = []
  const hash = ['v', '1', 'iss', 'sub', '', '', '1000', '2000000000']
  const client = {
    isCluster: false,
    call () {},
    eval: async () => 1,
    get: async () => null,
    hmget: async (key: string, ...fields: string[]) => {
      trips.push([['hmget', key, ...fields]])
      return hash
    },
    pipeline: (commands: string[][]) => ({
      exec: async (): Promise<[Error | null, unknown][]> => {
        trips.push(commands)
        return commands.map(([, key]) => key!.endsWith('bad') ? [new Error('WRONGTYPE'), null] : [null, hash])
      }
    })
  }
  const ask = async (changes: object, keys: string[]) => {
    trips.length = 0
    const store = new RedisSessionStore({ client: { ...client, ...changes } })
    return await Promise.allSettled(keys.map(async key => await store.get(key)))
  }
  const [a, bad, b] = await ask({}, ['a', 'bad', 'b'])
  t.equal(trips.length, 1, 'one round trip')
  t.match([a, bad, b], [{ status: 'fulfilled', value: { value: 'v' } }, { status: 'rejected' }, {
    status: 'fulfilled'
  }])
  await ask({}, ['a'])
  t.match(trips, [[['hmget', /a$/]]])
  for (const changes of [{ isCluster: true }, { options: { enableAutoPipelining: true } }]) {
    await ask(changes, ['a', 'b'])
    t.equal(trips.length, 2, 'a cluster cannot, and a client that does it itself does')
  }
  const broken = { pipeline: () => ({ exec: async () => await Promise.reject(new Error('closed')) }) }
  t.match(await ask(broken, ['a', 'b']), [{ status: 'rejected' }, { status: 'rejected' }])

  const statements: unknown[][] = []
  const pool = {
    query: async (text: string, values: unknown[] = []) => {
      statements.push([text, values])
      const row = { key: 'a', value: 'v', version: 1, iss: 'i', sub: 's', created_at: 1, expires_at: 2 }
      return { rows: [row], rowCount: 1 }
    }
  }
  const store = new PostgresSessionStore({ pool, sweepInterval: 0 })
  const found = await Promise.all(['a', 'b', 'a'].map(async key => await store.get(key)))
  t.match(found.map(entry => entry?.value), ['v', undefined, 'v'])
  t.equal(statements.length, 1)
  t.type(statements[0]![0], 'string', 'no named statement, which PgBouncer would not know')
  t.strictSame((statements[0]![1] as unknown[])[0], ['a', 'b'])
})

t.test('a full list of revocations that nobody listens to warns the process', async t => {
  const warned = new Promise<Error & { code?: string }>(resolve => process.once('warning', resolve))
  const store = new MemoryRevocationStore({ maxEntries: 1, now: () => 1000 })
  store.revoke({ id: 'a' }, 1000, 2000)
  store.revoke({ id: 'b' }, 1001, 2000)
  t.match(await warned, { code: 'AUTH0_REVOCATIONS_FULL', message: /"maxEntries"/ })
})
