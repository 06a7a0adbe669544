import t from 'tap'
import { PostgresSessionStore, RedisSessionStore } from '../../lib/stores/index.js'

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
