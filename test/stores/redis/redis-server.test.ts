import { readFileSync } from 'node:fs'
import fastifyRedis from '@fastify/redis'
import Fastify from 'fastify'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import t, { test } from 'tap'
import {
  RedisRefreshStore, RedisRevocationStore, RedisSessionStore, refreshStoreSuite, revocationStoreSuite,
  sessionStoreSuite, type RedisClient, type SessionEntry
} from '../../../lib/stores/index.js'
import { startRedis, withoutRedis } from '../../servers/redis.js'
import { until } from '../../until.js'

t.setTimeout(500_000)

const whole = ['ioredis', 'redis']
const spoken = new RegExp(['gives back', 'past its end', 'updates an entry', 'touches', 'ends all sessions of a user',
  'one holder', 'by issuer and sub', 'locks and values apart'].join('|'))

/** What the deployment guide gives a user of Redis. */
const guide = readFileSync(new URL('../../../examples/guides/deployment.md', import.meta.url), 'utf8')
const [, usual = '', ofClient = ''] = /`(~auth0:\* [^`]+)`\. `ioredis` also asks for `(\+info)`/u.exec(guide) ?? []
const rights = `${usual} ${ofClient}`.split(/\s+/u)

test('Redis', { skip: withoutRedis }, async t => {
  const server = await startRedis()
  const cluster = await startRedis({ cluster: true })
  t.teardown(async () => {
    await Promise.all([server.stop(), cluster.stop()])
  })
  await formCluster(cluster.port)
  const root = new Redis(server.port, '127.0.0.1')
  t.teardown(async () => await root.quit())
  await root.call('ACL', 'SETUSER', 'app', 'on', '>password', ...rights)

  const clients: Record<string, () => Promise<{ client: RedisClient, close: () => Promise<unknown> }>> = {
    async ioredis () {
      const client = new Redis(server.port, '127.0.0.1', { username: 'app', password: 'password' })
      return { client, close: async () => await client.quit() }
    },
    async 'ioredis with a prefix and replies of its own' () {
      const client = new Redis(server.port, '127.0.0.1', { keyPrefix: 'mine:', enableAutoPipelining: true })
      return { client, close: async () => await client.quit() }
    },
    async 'a cluster by ioredis' () {
      const client = new Cluster([{ host: '127.0.0.1', port: cluster.port }])
      return { client, close: async () => await client.quit() }
    },
    async redis () {
      const client = await createClient({ url: server.url, username: 'app', password: 'password' }).connect()
      return { client, close: async () => await client.close() }
    },
    async 'redis with RESP 3' () {
      const client = await createClient({ url: server.url, RESP: 3 }).connect()
      return { client, close: async () => await client.close() }
    },
    async 'a pool of redis' () {
      const client = createClientPool({ url: server.url })
      await client.connect()
      return { client, close: async () => await client.close() }
    },
    async 'a cluster by redis' () {
      const client = await createCluster({ rootNodes: [{ url: cluster.url }] }).connect()
      return { client, close: async () => await client.close() }
    },
    async 'fastify.redis' () {
      const fastify = Fastify()
      await fastify.register(fastifyRedis, { host: '127.0.0.1', port: server.port })
      return { client: fastify.redis, close: async () => await fastify.close() }
    }
  }

  for (const [name, connect] of Object.entries(clients)) {
    t.test(name, { jobs: 4 }, async t => {
      const { client, close } = await connect()
      t.teardown(close)
      const sessions = sessionStoreSuite(({ now }) => new RedisSessionStore({ client, now }))
      const revocations = revocationStoreSuite(() => new RedisRevocationStore({ client }))
      // A list of revocations serves as a refresh store, too.
      const refreshes = refreshStoreSuite(() =>
        name === 'redis' ? new RedisRevocationStore({ client }) : new RedisRefreshStore({ client }))
      // The two libraries as they come keep the whole contract, with the rights that the guide names; their other forms
      // only have to speak as these do.
      const cases = whole.includes(name)
        ? [...sessions, ...revocations, ...refreshes]
        : [...sessions, ...revocations, ...refreshes].filter(({ name }) => spoken.test(name))
      for (const { name, run } of cases) t.test(name, run)
      t.test('finds sessions whose index was evicted', async t => {
        const admin = new Redis(name.startsWith('a cluster') ? cluster.port : server.port, '127.0.0.1')
        t.teardown(async () => await admin.quit())
        const prefix = `auth0:evicted, ${name}:`
        const store = new RedisSessionStore({ client, prefix, now: () => 1000 })
        const [mine, other] = ['1', '2'].map(sub => ({
          value: 'v',
          version: 1,
          owner: { iss: 'i', sub, sid: `s${sub}` },
          createdAt: 1000,
          expiresAt: 2000
        })) as [SessionEntry, SessionEntry]
        await store.create('mine', mine)
        await store.create('other', other)
        for (const key of await admin.keys(`*${prefix}s*`)) await admin.del(key)
        t.same((await store.list({ sub: '1' })).map(({ key }) => key), ['mine'])
        t.equal(await store.deleteWhere({ iss: 'i', sid: 's1' }), 1)
        t.equal(await store.get('mine'), undefined)
        t.ok(await store.get('other'))
      })
    })
  }

  t.test('expiry by the server, and keys that end by themselves', async t => {
    const client = new Redis(server.port, '127.0.0.1')
    t.teardown(async () => await client.quit())
    await client.flushall()
    const store = new RedisSessionStore({ client })
    const revocations = new RedisRevocationStore({ client })
    const now = Date.now() / 1000
    await store.create('k', {
      value: 'v',
      version: 1,
      owner: { iss: 'i', sub: 's', sid: 'x', organization: 'o' },
      createdAt: now,
      expiresAt: now + 2
    })
    await revocations.revoke({ id: 'a' }, now, now + 2)
    const keys = await client.keys('*')
    t.equal(keys.length, 5)
    for (const key of keys) t.ok(await client.pttl(key) > 0, `${key.split(':')[2]} ends`)
    await until(async () => await client.dbsize() === 0, 1000)
    t.equal(await client.dbsize(), 0)
  })
})

/** Makes a lone server a cluster of one node that holds every slot. */
async function formCluster (port: number): Promise<void> {
  const node = new Redis(port, '127.0.0.1')
  await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await until(async () => String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), 1000)
  await node.quit()
}
