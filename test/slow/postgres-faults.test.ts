import pg from 'pg'
import t from 'tap'
import { faultTable } from './faults.js'
import { PostgresSessionStore } from '../../lib/stores/index.js'
import { startFaultyProxy } from '../servers/faulty-proxy.js'
import { startPostgres, withoutPostgres } from '../servers/postgres.js'

t.setTimeout(500_000)

t.test('PostgreSQL', { skip: withoutPostgres }, async t => {
  const server = await startPostgres()
  const proxy = await startFaultyProxy(server.port)
  const admin = new pg.Pool(server.connection)
  const pool = new pg.Pool({ ...server.connection, port: proxy.port })
  pool.on('error', () => {})
  await new PostgresSessionStore({ pool: admin, sweepInterval: 0 }).migrate()
  t.teardown(async () => {
    proxy.heal()
    await pool.end()
    await admin.end()
    await proxy.close()
    await server.stop()
  })
  await faultTable(t, 'PostgreSQL', {
    proxy,
    createStore: now => new PostgresSessionStore({ pool, now, sweepInterval: 0 }),
    empty: async () => {
      await admin.query('TRUNCATE auth0_sessions')
    }
  })
})
