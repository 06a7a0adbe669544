import { createHash } from 'node:crypto'
import t from 'tap'
import { RedisRefreshStore, RedisRevocationStore, RedisSessionStore } from '../../../lib/stores/index.js'
import { KnownEntries } from '../../../lib/stores/redis/known-entries.js'
import * as scripts from '../../../lib/stores/redis/redis-scripts.js'
import { FakeRedis } from './fake-redis.js'

const names = new Map(Object.entries(scripts).map(([name, script]) => [script, name]))
const entry = {
  value: 'v', version: 2, owner: { iss: 'i', sub: 's', sid: 'd' }, createdAt: 900, expiresAt: 1600.0004
}
const [sub, sid] = ['s', 'd'].map(value => createHash('sha256').update(value).digest('base64url')) as [string, string]

/** A client that answers what it is told to, and what it was asked. */
function client (replies: Record<string, unknown> = {}) {
  const asked: unknown[][] = []
  const answer = (...all: unknown[]): unknown => {
    asked.push(all)
    return replies[String(all[0])] ?? null
  }
  return {
    asked,
    client: {
      call () {},
      get: async (key: string) => answer('get', key),
      hmget: async (...all: unknown[]) => answer('hmget', ...all),
      eval: async (script: string, ...all: unknown[]) => answer(names.get(script)!, ...all)
    } as never
  }
}

const now = () => 1000
const listed = ['i', 's', 'd', '', '900', '1600']

t.test('what Redis is asked for sessions', async t => {
  const { client: redis, asked } = client({
    READ: listed, TOUCH: 1, UPDATE: '1', DELETE_IF: listed, INDEX_LIST: ['a', '', 'b'], LOCK: 1, hmget: [null, null]
  })
  const store = new RedisSessionStore({ client: redis, now })
  const last = async (work: Promise<unknown>) => [await work, ...asked.splice(0)]
  const end = String(entry.expiresAt)
  const key = 'auth0:session:entry:k'
  const fields = ['value', 'v', 'version', '2', 'iss', 'i', 'sub', 's', 'sid', 'd', 'organization', '', 'createdAt',
    '900', 'expiresAt', end, 'stamp', /^2\.[\w-]{16}$/]
  const indexes = (what: string, ...more: string[]) => [`auth0:session:sid:${sid}`, `auth0:session:sub:${sub}`]
    .map(index => [what, 1, index, ...more])
  t.match(await last(store.create('k', entry)), [undefined, ...indexes('INDEX_ADD', '1000', 'k', end),
    ['CREATE', 1, key, '600001', ...fields]])
  t.match(await last(store.update('k', entry)), [true, ...indexes('INDEX_ADD', '1000', 'k', end),
    ['UPDATE', 1, key, '1', '1000', '600001', ...fields]])
  const read = ['READ', 1, key, 'iss', 'sub', 'sid', 'organization', 'createdAt', 'expiresAt']
  t.strictSame(await last(store.touch('k', 1700)), [true, read, ...indexes('INDEX_ADD', '1000', 'k', '1700'),
    ['TOUCH', 1, key, '1000', '700000', '1700']])
  const gone = ['DELETE_IF', 1, key, 'iss sub sid organization createdAt expiresAt']
  t.strictSame(await last(store.delete('k')), [undefined, gone, ...indexes('INDEX_REMOVE', 'k', '1000')])
  t.strictSame(await last(store.get('k')), [undefined,
    ['hmget', key, 'value', 'version', 'iss', 'sub', 'sid', 'organization', 'createdAt', 'expiresAt', 'stamp']])
  const [found, index, ...reads] = await last(store.list({ iss: 'i', sub: 's' }))
  t.match(found, [{ key: 'a', iss: 'i', sub: 's', sid: 'd', createdAt: 900, expiresAt: 1600 }, { key: 'b' }])
  t.strictSame([index, reads.length], [['INDEX_LIST', 1, `auth0:session:sub:${sub}`, '1000'], 2])
  t.strictSame((await last(store.list({ iss: 'other', sub: 's' })))[0], [])
  const [count, , first] = await last(store.deleteWhere({ iss: 'i', sub: 's' }))
  t.strictSame([count, first], [2, ['DELETE_IF', 1, 'auth0:session:entry:a', gone[3], 'sub', 's', 'iss', 'i']])
  const [result, taken, freed] = await last(store.lock('k', { leaseSeconds: 1.0004, waitSeconds: 0 }, async () => 5))
  t.match([result, taken, freed], [5, ['LOCK', 1, 'auth0:session:lock:k', /^[\w-]{22}$/, '1001'],
    ['UNLOCK', 1, 'auth0:session:lock:k']])
  t.equal((taken as unknown[])[3], (freed as unknown[])[3])

  await store.create('k', { ...entry, expiresAt: 1000 })
  t.strictSame(asked.splice(0).map(([what]) => what), ['CREATE'], 'what is over is in no index')
  const over = client({ READ: [...listed.slice(0, 5), '1000'], DELETE_IF: [null, null], hmget: ['v', '2', ...listed] })
  const other = new RedisSessionStore({ client: over.client, now, prefix: 'p:' })
  t.equal(await other.touch('k', 1700), false)
  await other.delete('k')
  t.strictSame(over.asked.map(([what, , key]) => [what, key]), [['READ', 'p:entry:k'], ['DELETE_IF', 'p:entry:k']])
  t.strictSame(await other.get('k'), { ...entry, expiresAt: 1600 })
  const zero = new RedisSessionStore({ client: client({ READ: listed, TOUCH: 0, UPDATE: 0 }).client, now })
  t.strictSame([await zero.touch('k', 1700), await zero.update('k', entry)], [false, false])
})

t.test('of an entry that was read before only what may have changed is asked for', async t => {
  const redis = new FakeRedis()
  const asked: string[] = []
  let time = 1000
  const space = (client = redis.ioredis()) => new RedisSessionStore({
    client: {
      ...client,
      hmget: async (key, ...fields) => {
        asked.push(fields[0] === 'stamp' ? 'state' : 'all')
        return await client.hmget(key, ...fields)
      }
    },
    now: () => time
  })
  const [store, other] = [space(), space()]
  const key = 'auth0:session:entry:k'
  const reads = async (what: object | undefined, how: string[], message: string) => {
    const got = await store.get('k')
    if (what === undefined) t.equal(got, undefined, message)
    else t.match(got, { ...entry, ...what }, message)
    t.strictSame(asked.splice(0), how, message)
    return got
  }
  await other.create('k', entry)
  const first = await reads({}, ['all'], 'for the first time')
  const again = await reads({}, ['state'], 'the same again')
  for (const got of [first!, again!]) {
    got.value = 'opened by a store that wraps this one'
    got.owner.sub = 'another'
    await reads({}, ['state'], 'nobody can change what is kept')
  }
  await other.touch('k', 1700)
  await reads({ expiresAt: 1700 }, ['state'], 'what another process has prolonged')
  await reads({ expiresAt: 1700 }, ['state'], 'the same again')
  await other.update('k', { ...entry, version: 3, owner: { iss: 'i', sub: 't' } })
  await reads({ version: 3, owner: { iss: 'i', sub: 't' } }, ['state', 'all'], 'what another process has written')
  await other.create('k', { ...entry, version: 3, value: 'other' })
  await reads({ version: 3, value: 'other' }, ['state', 'all'], 'a new entry of the same version')
  await store.update('k', { ...entry, version: 4, value: 'own' })
  await reads({ version: 4, value: 'own' }, ['all'], 'what it has written itself')
  await store.create('k', { ...entry, value: 'new' })
  await reads({ value: 'new' }, ['all'], 'what it has created itself')
  redis.tamper(key, 'version', '5')
  redis.tamper(key, 'value', 'of an earlier version')
  await reads({ version: 5, value: 'of an earlier version' }, ['state', 'all'], 'a writer that knows no stamps')
  redis.tamper(key, 'value', 'of an earlier version, after a replica that was behind took over')
  await reads({ version: 5, value: 'of an earlier version, after a replica that was behind took over' }, ['all'],
    'a version that such a writer wrote twice')
  await other.create('k', entry)
  await reads({}, ['all'], 'a new entry again')
  time = 1600.0004
  await reads(undefined, ['state'], 'its end')
  time = 1000
  await other.delete('k')
  await reads(undefined, ['state'], 'what another process has deleted')
  await reads(undefined, ['all'], 'and so it stays')
  await other.create('k', entry)
  await reads({}, ['all'], 'a new one')
  redis.tamper(key, 'stamp', undefined)
  await reads({}, ['state', 'all'], 'one without a stamp')
  await reads({}, ['all'], 'is not kept')
})

t.test('what a write depends on is read from the primary, whatever a replica says', async t => {
  const FRESH = { fresh: true }
  const redis = new FakeRedis()
  const client = redis.ioredis()
  const replica: { reply?: (string | null)[] } = {}
  const store = new RedisSessionStore({
    client: { ...client, hmget: async (...fields) => replica.reply ?? await client.hmget(...fields) }, now
  })
  await store.create('k', { ...entry, version: 1 })
  t.match(await store.get('k'), { version: 1 })
  replica.reply = await client.hmget('auth0:session:entry:k', 'stamp', 'version', 'expiresAt')
  t.equal(await new RedisSessionStore({ client, now }).update('k', { ...entry, value: 'w' }), true)
  t.match(await store.get('k'), { value: 'v', version: 1 }, 'a replica that lags')
  t.match(await store.get('k', FRESH), { value: 'w', version: 2 })
  t.match(await new RedisSessionStore({ client: redis.readingFromReplicas(), now }).get('k', FRESH), { version: 2 })
  t.equal(await store.get('none', FRESH), undefined)
  class Marking extends RedisSessionStore {
    override async get (key: string, how?: { fresh: boolean }) {
      const found = await super.get(key, how)
      return found && { ...found, value: `${found.value}!` }
    }
  }
  const marking = new Marking({ client: redis.readingFromReplicas(), now })
  t.match([await marking.get('k', FRESH), await marking.get('k')], [{ value: 'w!', version: 2 }, undefined])
})

t.test('entries that were read before take a bounded room', async t => {
  const known = new KnownEntries()
  const kept = (length: number) =>
    ({ stamp: 's', version: '1', name: 'n', end: '1', entry: { ...entry, value: 'v'.repeat(length) } })
  const large = 16 * 1024 * 1024 - 500
  const [a, b, c] = [kept(large), kept(large), kept(large)]
  known.set('a', a)
  known.set('b', b)
  t.equal(known.get('a'), a, 'moves to the young ones, and b to the old ones')
  known.set('c', c)
  t.strictSame([known.get('b'), known.get('a')], [undefined, a])
  known.delete('a')
  t.equal(known.get('a'), undefined)
})

t.test('what Redis is asked for refreshes and revocations', async t => {
  const { client: redis, asked } = client({ LOCK: '1', REFRESH_GET: Buffer.from('v') })
  const last = async (work: Promise<unknown>) => [await work, ...asked.splice(0)]
  const refreshes = new RedisRefreshStore({ client: redis, now })
  t.strictSame(await last(refreshes.get('k')), ['v', ['REFRESH_GET', 1, 'auth0:refresh:k']])
  const set = (milliseconds: string) => [undefined, ['REFRESH_SET', 1, 'auth0:refresh:k', 'v', milliseconds]]
  t.strictSame(await last(refreshes.set('k', 'v', 1.0004)), set('1001'))
  t.strictSame(await last(refreshes.set('k', 'v', 0)), set('1'))
  const release = await refreshes.lock('k', 5)
  await release!()
  t.match(asked, [['LOCK', 1, 'auth0:refresh:lock:k', /^[\w-]{22}$/, '5000'], ['UNLOCK', 1, 'auth0:refresh:lock:k']])
  t.equal(asked[0]![3], asked[1]![3])
  const free = client()
  t.strictSame([await new RedisRefreshStore({ client: free.client }).lock('k', 5),
    await new RedisRefreshStore({ client: free.client }).get('k')], [undefined, undefined])

  asked.length = 0
  const revocations = new RedisRevocationStore({ client: redis, now })
  t.strictSame(await last(revocations.get('k')), ['v', ['REFRESH_GET', 1, 'auth0:revoked:refresh:k']])
  const [, revoked] = await last(revocations.revoke({ id: 'x' }, 990, 1000.0004))
  t.match(revoked, ['REVOKE', 1, /^auth0:revoked:/, '990', '1'])
  t.strictSame(await last(revocations.revoke({ id: 'x' }, 990, 1000)), [undefined], 'what is over need not be known')
  t.equal(await revocations.revokedAt({ id: 'x', iss: 'i', sub: 's' }), undefined)
  t.ok(asked.every(([what, key]) => what === 'get' && String(key).startsWith('auth0:revoked:')))
  const known = new RedisRevocationStore({ client: client({ get: '990.5' }).client, now })
  t.equal(await known.revokedAt({ id: 'x', iss: 'i', sub: 's' }), 990.5)
})
