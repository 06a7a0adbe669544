import { Redis } from 'ioredis'
import t from 'tap'
import { faultTable } from './faults.js'
import { RedisSessionStore } from '../../lib/stores/index.js'
import { startFaultyProxy } from '../servers/faulty-proxy.js'
import { startRedis, withoutRedis } from '../servers/redis.js'

t.setTimeout(500_000)

t.test('Redis', { skip: withoutRedis }, async t => {
  const server = await startRedis()
  const proxy = await startFaultyProxy(server.port)
  const admin = new Redis(server.port, '127.0.0.1')
  const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  t.teardown(async () => {
    client.disconnect()
    await admin.quit()
    await proxy.close()
    await server.stop()
  })
  await faultTable(t, 'Redis', {
    proxy,
    createStore: now => new RedisSessionStore({ client, now }),
    empty: async () => {
      await admin.flushall()
    }
  })
})
