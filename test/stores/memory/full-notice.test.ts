import t from 'tap'
import { MemoryRefreshStore, MemorySessionStore, MemoryTransactionStore } from '../../../lib/stores/index.js'
import { fullNotice } from '../../../lib/stores/memory/full-notice.js'
import { mapJar } from '../../../lib/stores/map-jar.js'
import type { SessionEntry, Transaction } from '../../../types/stores.js'

const jar = () => mapJar(new Map(), { secure: true, host: 'app.example.com' })
const until = (expiresAt: number): SessionEntry =>
  ({ value: 'v', version: 1, owner: { iss: 'i', sub: 's' }, createdAt: 1, expiresAt })

t.test('what a store in memory drops is told once, unless it is over', async t => {
  let time = 1000
  const told: string[] = []
  const how = (name: string) => ({ now: () => time, onFull: () => { told.push(name) } })
  const sessions = new MemorySessionStore({ maxEntries: 2, ...how('sessions') })
  const logins = new MemoryTransactionStore({ maxBrowsers: 2, ...how('logins') })
  const refreshes = new MemoryRefreshStore({ maxEntries: 2, ...how('refreshes') })
  const add = async (key: string, seconds: number) => {
    await sessions.create(key, until(time + seconds))
    logins.set(jar(), key, {} as Transaction, seconds)
    refreshes.set(key, 'v', seconds)
  }
  for (const key of ['a', 'b']) await add(key, 10)
  time += 10
  for (const key of ['c', 'd']) await add(key, 10)
  t.strictSame(told, [], 'what was dropped was over')
  for (const key of ['e', 'f']) await add(key, 10)
  t.strictSame(told, ['sessions', 'logins', 'refreshes'])
})

t.test('without a function it is a process warning', async t => {
  const warned: unknown[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'AUTH0_TEST_FULL') warned.push(warning.message)
  }
  process.on('warning', listen)
  const tell = fullNotice('AUTH0_TEST_FULL', 'The memory is full.')
  tell()
  tell()
  await new Promise(resolve => setImmediate(resolve))
  process.off('warning', listen)
  t.strictSame(warned, ['The memory is full.'])
})
