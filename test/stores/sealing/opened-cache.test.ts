import t from 'tap'
import { createOpenedCache } from '../../../lib/stores/sealing/opened-cache.js'

t.test('the cache gives back what was put in under exactly that value', async t => {
  const cache = createOpenedCache<object>({ maxEntries: 10 })
  const value = `${'a'.repeat(100)}.0123456789ab`
  const opened = {}
  t.equal(cache.get(value), undefined)
  cache.set(value, opened)
  t.equal(cache.get(value), opened)
  t.equal(cache.get(`${'b'.repeat(100)}.0123456789ab`), undefined, 'the same end is not enough')
  t.equal(cache.get('0123456789ab'), undefined)
  t.equal(cache.get(''), undefined)
  cache.delete(value)
  t.equal(cache.get(value), undefined)
})

t.test('the cache is bounded by entries, and keeps what is used', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 10 })
  const value = (index: number) => `value-number-${String(index).padStart(12, '0')}`
  for (let index = 0; index < 1000; index++) {
    cache.set(value(index), index)
    cache.get(value(0))
  }
  const kept = Array.from({ length: 1000 }, (_, index) => index).filter(index => cache.get(value(index)) !== undefined)
  t.ok(kept.length <= 10, `${kept.length}`)
  t.ok(kept.includes(0), 'used all the time')
  t.ok(kept.includes(999), 'the newest')
  t.equal(cache.get(`other-number-${String(999).padStart(12, '0')}`), undefined)
})

t.test("the cache's old generation compares the whole value too, and can be deleted from", async t => {
  const cache = createOpenedCache<number>({ maxEntries: 2 })
  cache.set('a-value-000000000001', 1)
  cache.set('a-value-000000000002', 2)
  t.equal(cache.get('b-value-000000000001'), undefined)
  t.equal(cache.get('a-value-000000000001'), 1)
  t.equal(cache.get('a-value-000000000002'), 2)
  cache.delete('a-value-000000000001')
  cache.delete('a-value-000000000002')
  t.equal(cache.get('a-value-000000000001'), undefined)
  t.equal(cache.get('a-value-000000000002'), undefined)
})

t.test('the cache holds 16 MiB, three bytes for each character, in two halves', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 1000 })
  // 16 of these would be a few bytes more than 8 MiB.
  const value = (index: number) => String(index).padStart(174_763, '0')
  for (let index = 1; index <= 31; index++) cache.set(value(index), index)
  t.strictSame([1, 15, 16, 30, 31].map(index => cache.get(value(index))), [undefined, undefined, 16, 30, 31])
})

t.test('each generation takes half of the entries', async t => {
  const value = (index: number) => `value-number-${String(index).padStart(12, '0')}`
  for (const [count, oldest] of [[10, 1], [11, 6], [15, 6], [16, 11]] as const) {
    const cache = createOpenedCache<number>({ maxEntries: 10 })
    for (let index = 1; index <= count; index++) cache.set(value(index), index)
    const kept = Array.from({ length: count }, (_, index) => index + 1)
      .filter(index => cache.get(value(index)) !== undefined)
    t.equal(kept[0], oldest, `${count} entries`)
  }
})

t.test('a cache of no entries keeps nothing', async t => {
  const cache = createOpenedCache<number>({ maxEntries: 0 })
  cache.set('a-value-1', 1)
  t.equal(cache.get('a-value-1'), undefined)
  cache.delete('a-value-1')
  const one = createOpenedCache<number>({ maxEntries: 1 })
  for (const value of ['a-value-1', 'a-v\xe4lue-2']) {
    one.set(value, 1)
    t.equal(one.get(value), 1, value)
  }
})
