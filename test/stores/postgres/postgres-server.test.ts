import fastifyPostgres from '@fastify/postgres'
import Fastify from 'fastify'
import pg from 'pg'
import t, { test } from 'tap'
import {
  PostgresRefreshStore, PostgresRevocationStore, PostgresSessionStore, refreshStoreSuite, revocationStoreSuite,
  sessionStoreSuite, type PostgresPool
} from '../../../lib/stores/index.js'
import { startPostgres, withoutPostgres } from '../../servers/postgres.js'

t.setTimeout(500_000)

test('PostgreSQL', { skip: withoutPostgres }, async t => {
  const server = await startPostgres()
  t.teardown(async () => await server.stop())

  const pools: Record<string, () => Promise<{ client: PostgresPool, close: () => Promise<unknown> }>> = {
    async pg () {
      const client = new pg.Pool(server.connection)
      return { client, close: async () => await client.end() }
    },
    async 'a pool of one connection' () {
      const client = new pg.Pool({ ...server.connection, max: 1 })
      return { client, close: async () => await client.end() }
    },
    async 'fastify.pg' () {
      const fastify = Fastify()
      await fastify.register(fastifyPostgres, server.connection)
      return { client: fastify.pg, close: async () => await fastify.close() }
    }
  }

  for (const [name, connect] of Object.entries(pools)) {
    t.test(name, { jobs: 4 }, async t => {
      const { client: pool, close } = await connect()
      t.teardown(close)
      await pool.query('CREATE SCHEMA IF NOT EXISTS web')
      // At once, as many processes would at a deployment.
      await Promise.all(Array.from({ length: 8 }, async () => {
        await new PostgresSessionStore({ pool, sweepInterval: 0 }).migrate()
        await new PostgresRefreshStore({ pool, sweepInterval: 0 }).migrate()
        await new PostgresRevocationStore({ pool, table: 'web.revoked', sweepInterval: 0 }).migrate()
      }))
      for (
        const { name, run } of sessionStoreSuite(({ now }) => new PostgresSessionStore({ pool, now, sweepInterval: 0 }))
      ) t.test(`session: ${name}`, run)
      for (
        const { name, run } of revocationStoreSuite(() =>
          new PostgresRevocationStore({ pool, table: 'web.revoked', sweepInterval: 0 })
        )
      ) t.test(`revocation: ${name}`, run)
      for (
        const { name, run } of refreshStoreSuite(() => new PostgresRefreshStore({ pool, sweepInterval: 0 }))
      ) t.test(`refresh: ${name}`, run)
      const both = new PostgresRevocationStore({ pool, table: 'web.revoked', sweepInterval: 0 })
      for (const { name, run } of refreshStoreSuite(() => both).slice(-1)) t.test(`refresh by the list: ${name}`, run)
    })
  }

  t.test('expired rows go in batches, by an index, and live locks stay (STO-06)', async t => {
    const pool = new pg.Pool(server.connection)
    t.teardown(async () => await pool.end())
    let now = 1000
    const store = new PostgresSessionStore({ pool, table: 'swept', now: () => now, sweepInterval: 0 })
    await store.migrate()
    await pool.query(
      "INSERT INTO swept SELECT 'old' || n, 'v', 1, 'i', 's', NULL, NULL, 1000, 2000 FROM generate_series(1, 2500) n"
    )
    await pool.query(
      "INSERT INTO swept SELECT 'young' || n, 'v', 1, 'i', 's', NULL, NULL, 1000, 9000 FROM generate_series(1, 2500) n"
    )
    await pool.query('ANALYZE swept')
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      'EXPLAIN SELECT key FROM swept WHERE expires_at <= 500 ORDER BY expires_at LIMIT 1000'
    )
    t.match(rows.map(row => row['QUERY PLAN']).join('\n'), /swept_expires_at_idx/)
    now = 2000
    t.equal(await store.get('old1'), undefined)
    await store.lock('l', { leaseSeconds: 60, waitSeconds: 1 }, async () => {
      now = 9e9
      await pool.query("UPDATE swept SET expires_at = 9.1e9 WHERE key LIKE 'young%'")
      const [first, second] = await Promise.all([store.sweep(), store.sweep()])
      t.equal(first + second, 2500, 'also by two processes at the same time')
    })
    t.equal((await pool.query('SELECT count(*)::integer AS left FROM swept')).rows[0].left, 2500)
  })

  t.test('updates that meet under the strictest isolation are tried again (STO-05)', async t => {
    const pool = new pg.Pool({ ...server.connection, options: '-c default_transaction_isolation=serializable' })
    t.teardown(async () => await pool.end())
    const store = new PostgresSessionStore({ pool, table: 'strict', sweepInterval: 0 })
    await store.migrate()
    const now = Date.now() / 1000
    const entry = { value: 'v', version: 1, owner: { iss: 'i', sub: 's' }, createdAt: now, expiresAt: now + 600 }
    await store.create('k', entry)
    const done = await Promise.all(
      ['a', 'b', 'c'].map(async value => await store.update('k', { ...entry, value, version: 2 }))
    )
    t.equal(done.filter(Boolean).length, 1)
  })
})
