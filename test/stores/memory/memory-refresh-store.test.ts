import { test } from 'tap'
import { MemoryRefreshStore, MemoryRevocationStore, refreshStoreSuite } from '../../../lib/stores/index.js'

let now = 1_800_000_000
const advance = (seconds: number): void => {
  now += seconds
}

for (const [name, store] of Object.entries({
  alone: new MemoryRefreshStore({ now: () => now }),
  'as a revocation list': new MemoryRevocationStore({ now: () => now })
})) {
  test(`a refresh store's contract: memory, ${name}`, async t => {
    for (const { name, run } of refreshStoreSuite(() => store, advance)) t.test(name, run)
  })
}

test('the suite tells a store that breaks the contract', async t => {
  const careless = { get: () => 'always', set () {}, lock: () => () => {} }
  for (const { name, run } of refreshStoreSuite(() => careless, advance)) {
    await t.rejects(run(), { code: 'ERR_ASSERTION' }, name)
  }
})

test('a store in memory keeps as much as it may, and nothing that is over', async t => {
  const store = new MemoryRefreshStore({ maxEntries: 2, now: () => now })
  for (const key of ['a', 'b', 'c']) store.set(key, key, 60)
  t.strictSame(['a', 'b', 'c'].map(key => store.get(key)), [undefined, 'b', 'c'])
})

test('a store in memory goes by the clock of the machine unless told otherwise', async t => {
  const store = new MemoryRefreshStore()
  store.set('a', 'kept', 60)
  store.set('b', 'over', -1)
  t.strictSame([store.get('a'), store.get('b')], ['kept', undefined])
})

test('refreshes in memory at their limits', async t => {
  let now = 1000
  const clock = () => now
  const refreshes = new MemoryRefreshStore({ maxEntries: 2, now: clock })
  refreshes.set('a', '1', 10)
  t.equal(refreshes.get('a'), '1')
  now += 10
  t.equal(refreshes.get('a'), undefined)
  refreshes.set('b', '1', 10)
  refreshes.set('b', '2', 10)
  refreshes.set('c', '3', 10)
  t.strictSame([refreshes.get('b'), refreshes.get('c')], ['2', '3'])
  const release = refreshes.lock('k', 10)
  t.equal(refreshes.lock('k', 10), undefined)
  now += 10
  const next = refreshes.lock('k', 10)
  t.ok(next)
  release!()
  t.equal(refreshes.lock('k', 10), undefined)
  next!()
  t.ok(refreshes.lock('k', 10))
})
