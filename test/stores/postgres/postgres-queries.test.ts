import t from 'tap'
import {
  PostgresRefreshStore, PostgresRevocationStore, PostgresSessionStore
} from '../../../lib/stores/index.js'
import { sweepRegularly } from '../../../lib/stores/postgres/postgres-sweeper.js'

const entry = { value: 'v', version: 2, owner: { iss: 'i', sub: 's', sid: 'd' }, createdAt: 900, expiresAt: 1600 }

/** A pool that answers with these rows, one after another the last again and again, and what it was asked. */
function pool (...answers: (object[] | number | null | Error)[]) {
  const asked: [text: string, values: unknown[] | undefined][] = []
  return {
    asked,
    query: async (text: string, values?: unknown[]) => {
      asked.push([text.replace(/\s+/g, ' '), values])
      const answer = answers.length > 1 ? answers.shift()! : answers[0] ?? null
      if (answer instanceof Error) throw answer
      return Array.isArray(answer) ? { rows: answer, rowCount: answer.length } : { rows: [], rowCount: answer }
    }
  }
}

const options = { now: () => 1000, sweepInterval: 0 }

t.test('what PostgreSQL is asked for sessions', async t => {
  const ask = async (work: (store: PostgresSessionStore) => Promise<unknown>, ...answers: Parameters<typeof pool>) => {
    const given = pool(...answers)
    const result = await work(new PostgresSessionStore({ pool: given, ...options }))
    return [result, ...given.asked.map(([, values]) => values)]
  }
  const row = ['k', 'v', 2, 'i', 's', 'd', null, 900, 1600]
  t.strictSame(await ask(async store => await store.create('k', entry)), [undefined, row])
  const update = async (store: PostgresSessionStore) => await store.update('k', entry)
  t.strictSame(await ask(update, 1), [true, [...row, 1000]])
  for (const count of [0, 2, null]) t.strictSame((await ask(update, count))[0], false)
  const touch = async (store: PostgresSessionStore) => await store.touch('k', 1700)
  t.strictSame(await ask(touch, 1), [true, ['k', 1700, 1000]])
  t.strictSame((await ask(touch, 0))[0], false)
  t.strictSame(await ask(async store => await store.delete('k')), [undefined, ['k']])
  const remove = async (store: PostgresSessionStore) => await store.deleteWhere({ iss: 'i', sub: 's' })
  t.strictSame(await ask(remove, 3), [3, [1000, 's', 'i']])
  t.strictSame((await ask(remove, null))[0], 0)
  const owner = { iss: 'i', sub: 's', sid: 'd', organization: null }
  const kept = { key: 'k', value: 'v', version: '2', ...owner, created_at: '900', expires_at: '1600' }
  t.strictSame(await ask(async store => await store.get('k'), [kept]), [entry, [['k'], 1000]])
  t.strictSame((await ask(async store => await store.get('other'), [kept]))[0], undefined)
  t.match(await ask(async store => await store.list({ sub: 's' }), [{ ...kept, sid: null, organization: 'o' }]),
    [[{ key: 'k', iss: 'i', sub: 's', organization: 'o', createdAt: 900, expiresAt: 1600 }], [1000, 's']])
  t.strictSame(await ask(async store => await store.sweep(), 1000, 1000, 7), [2007, [1000], [1000], [1000]])
  t.strictSame(await ask(async store => await store.sweep(), 999), [999, [1000]])
  const locked = await ask(async store => await store.lock('k', { leaseSeconds: 5, waitSeconds: 0 }, async () => 7), 1)
  t.match(locked, [7, ['lock:k', /^[\w-]{22}$/, 5], ['lock:k', /^[\w-]{22}$/]])
  await t.rejects(ask(async store => await store.lock('k', { leaseSeconds: 5, waitSeconds: 0 }, async () => 7), 0),
    { code: 'timeout' })
})

t.test('what PostgreSQL is asked for refreshes and revocations', async t => {
  const given = pool(1)
  const refreshes = new PostgresRefreshStore({ pool: given, ...options })
  t.equal(await refreshes.sweep(), 1)
  await refreshes.set('k', 'v', 60)
  await (await refreshes.lock('k', 5))!()
  t.match(given.asked.map(([, values]) => values),
    [undefined, ['k', 'v', 60], ['lock:k', /^[\w-]{22}$/, 5], ['lock:k']])
  t.equal(await new PostgresRefreshStore({ pool: pool(0), ...options }).lock('k', 5), undefined)
  t.equal(await new PostgresRefreshStore({ pool: pool([{ value: 'v' }]), ...options }).get('k'), 'v')
  t.equal(await new PostgresRefreshStore({ pool: pool([]), ...options }).get('k'), undefined)

  const both = pool(4)
  const revocations = new PostgresRevocationStore({ pool: both, ...options })
  t.equal(await revocations.sweep(), 4)
  await revocations.revoke({ id: 'x' }, 990, 1600)
  t.match(both.asked.map(([, values]) => values), [[1000], [String, 990, 1600]])
  const known = (...rows: object[]) => new PostgresRevocationStore({ pool: pool(rows), ...options })
  t.equal(await known({ revoked_at: '5' }, { revoked_at: '7.5' }).revokedAt({ id: 'x', iss: 'i', sub: 's' }), 7.5)
  t.equal(await known().revokedAt({ id: 'x', iss: 'i', sub: 's' }), undefined)
})

t.test('the tables and their indexes', async t => {
  const names = async (Store: new (options: object) => { migrate: () => Promise<void> }, table?: string) => {
    const given = pool()
    await new Store({ pool: given, ...options, ...(table !== undefined && { table }) }).migrate()
    return given.asked.flatMap(([text]) => [...text.matchAll(/ EXISTS (\S+)/g)].map(([, name]) => name))
  }
  const indexed = (table: string, ...of: string[]) => [`"${table}"`, ...of.map(field => `"${table}_${field}_idx"`)]
  t.strictSame(await names(PostgresSessionStore as never),
    indexed('auth0_sessions', 'sub', 'sid', 'organization', 'expires_at'))
  t.strictSame(await names(PostgresRefreshStore as never), indexed('auth0_refreshes', 'expires_at'))
  t.strictSame(await names(PostgresRevocationStore as never),
    [...indexed('auth0_revocations', 'expires_at'), ...indexed('auth0_refreshes', 'expires_at')])
  t.strictSame(await names(PostgresRevocationStore as never, 'web.ended'),
    ['"web"."ended"', '"ended_expires_at_idx"', '"web"."ended_refresh"', '"ended_refresh_expires_at_idx"'])
  const given = pool()
  await new PostgresRefreshStore({ pool: given, ...options, table: 'web.own' }).migrate()
  t.match(given.asked[0]![0], /^SELECT pg_advisory_xact_lock\(hashtext\('"web"\."own"'\)\); CREATE TABLE/)
  for (const table of ['x'.repeat(40), `${'y'.repeat(40)}.${'x'.repeat(40)}`, '_A1']) {
    for (const Store of [PostgresSessionStore, PostgresRevocationStore, PostgresRefreshStore]) {
      t.doesNotThrow(() => new Store({ pool: given, ...options, table }), `${Store.name} ${table}`)
    }
  }
  t.throws(() => new PostgresRefreshStore({ pool: given, ...options, table: 5 as never }), { option: 'table' } as never)
})

t.test('which failures are tried again, and how often', async t => {
  const failing = (more: object, message = 'gone') => Object.assign(new Error(message), more)
  const lost = ['57P01', '57P02', '57P03', '57P05', '08000', '0800A', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED']
  for (const [error, attempts] of [
    ...lost.map(code => [failing({ code }), 2] as const),
    ...['Connection terminated unexpectedly', 'Client has encountered a connection error and is not queryable',
      'Connection ended'].map(message => [failing({}, message), 2] as const),
    ...['40001', '40P01'].map(code => [failing({ code }), 3] as const),
    ...['57014', '0800', '080000', '40002'].map(code => [failing({ code }), 1] as const),
    [failing({ code: '23505' }, 'Connection terminated'), 1], [failing({ code: 5 }), 1], [failing({}, 'other'), 1]
  ] as const) {
    const given = pool(error)
    await t.rejects(new PostgresSessionStore({ pool: given, ...options }).delete('k'), error)
    t.equal(given.asked.length, attempts, JSON.stringify(error))
  }
  const mixed = pool(failing({ code: '08006' }), failing({ code: '40001' }), 1)
  t.equal(await new PostgresSessionStore({ pool: mixed, ...options }).touch('k', 1700), true)
  const twice = pool(failing({ code: '40001' }), failing({ code: '08006' }), failing({ code: '08006' }), 1)
  await t.rejects(new PostgresSessionStore({ pool: twice, ...options }).touch('k', 1700), { code: '08006' })
})

t.test('how often expired rows are looked for', async t => {
  const timers: unknown[] = []
  t.capture(globalThis, 'setInterval', (work: () => void, every: number) => {
    timers.push(every)
    work()
    return { unref: () => timers.push('unref') }
  })
  t.capture(globalThis, 'clearInterval', () => timers.push('clear'))
  let swept = 0
  const sweep = async () => { swept++ }
  sweepRegularly(sweep, {})()
  t.strictSame([timers.splice(0), swept], [[900_000, 'unref', 'clear'], 1])
  sweepRegularly(sweep, { sweepInterval: 2_000_000 })
  t.strictSame(timers.splice(0), [2_000_000_000, 'unref'])
  sweepRegularly(sweep, { sweepInterval: 0 })()
  t.strictSame([timers, swept], [[], 2])
  for (const sweepInterval of [2_000_001, -1, NaN, '5' as never]) {
    t.throws(() => sweepRegularly(sweep, { sweepInterval }), { option: 'sweepInterval' } as never)
  }
  const failures: unknown[] = []
  const error = new Error('gone')
  sweepRegularly(async () => { throw error }, { onSweepError: failure => failures.push(failure) })
  await new Promise(setImmediate)
  t.strictSame(failures, [error])
})
