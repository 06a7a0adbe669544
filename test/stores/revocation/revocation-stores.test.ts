import { test } from 'tap'
import {
  MemoryRevocationStore, PostgresRevocationStore, RedisRevocationStore, revocationStoreSuite, type RevocationStore
} from '../../../lib/stores/index.js'
import { until } from '../../until.js'
import { FakePostgres } from '../postgres/fake-postgres.js'
import { FakeRedis } from '../redis/fake-redis.js'

const redis = new FakeRedis()
const postgres = new FakePostgres()

const stores: Record<string, () => RevocationStore | Promise<RevocationStore>> = {
  memory: () => new MemoryRevocationStore(),
  'Redis by ioredis': () => new RedisRevocationStore({ client: redis.ioredis() }),
  'Redis by redis': () => new RedisRevocationStore({ client: redis.nodeRedis(), prefix: 'other:' }),
  async PostgreSQL () {
    const store = new PostgresRevocationStore({ pool: postgres, sweepInterval: 0 })
    await store.migrate()
    return store
  }
}

for (const [name, createStore] of Object.entries(stores)) {
  test(`a revocation list's contract: ${name}`, async t => {
    for (const { name, run } of revocationStoreSuite(createStore)) t.test(name, async () => await run())
  })
}

test('the suite tells a list that breaks the contract', async t => {
  const forgetful = revocationStoreSuite(() => ({ revoke () {}, revokedAt: () => undefined }))
  const everybody = revocationStoreSuite(() => ({ revoke () {}, revokedAt: () => 1 }))
  for (
    const { name, run } of [...forgetful.filter(({ name }) => name.startsWith('remembers')),
      ...everybody.filter(({ name }) => name.startsWith('knows'))]
  ) {
    await t.rejects(run(), { code: 'ERR_ASSERTION' }, name)
  }
})

test('an id must not be empty', async t => {
  for (
    const store of [new RedisRevocationStore({ client: redis.ioredis() }),
      new PostgresRevocationStore({ pool: postgres, sweepInterval: 0 })]
  ) {
    await t.rejects(store.revoke({ id: '' }, 1, 2), { code: 'invalid_argument', argument: 'filter' })
  }
})

test('Redis keeps a revocation as long as its longest demand, and none that is past', async t => {
  const redis = new FakeRedis()
  const store = new RedisRevocationStore({ client: redis.ioredis(), now: () => 1000 })
  await store.revoke({ id: 'past' }, 900, 1000)
  t.same(redis.keys(), [])
  await store.revoke({ id: 'a' }, 900, 1060)
  await store.revoke({ id: 'a' }, 850, 1000.01)
  await new Promise(resolve => setTimeout(resolve, 30))
  t.equal(await store.revokedAt({ id: 'a', iss: 'i', sub: 's' }), 900)
})

test('PostgreSQL forgets revocations in its sweep', async t => {
  const pool = new FakePostgres()
  const store = new PostgresRevocationStore({ pool, table: 'web.revoked', now: () => 1000 })
  await store.migrate()
  await store.revoke({ id: 'old' }, 900, 1000)
  await store.revoke({ id: 'young' }, 900, 1001)
  t.equal(await store.sweep(), 1)
  t.equal(pool.rows('"web"."revoked"').length, 1)
  store.close()

  const regular = new PostgresRevocationStore({ pool, table: 'web.revoked', now: () => 2000, sweepInterval: 0.01 })
  await until(() => pool.rows('"web"."revoked"').length === 0, 500)
  regular.close()
  t.equal(pool.rows('"web"."revoked"').length, 0)
})
