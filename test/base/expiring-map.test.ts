import t from 'tap'
import { createExpiringMap } from '../../lib/base/expiring-map.js'

t.test('values that expire', async t => {
  let now = 100
  const map = createExpiringMap<string>({ maxEntries: 2, now: () => now })
  map.set('a', 'A', 110)
  map.set('b', 'B', 120)
  map.set('a', 'A2', 111)
  t.equal(map.get('a'), 'A2')
  t.equal(map.get('b'), 'B', 'a value set again takes no further room')
  now = 111
  t.equal(map.get('a'), undefined)
  now = 100
  t.equal(map.get('a'), undefined, 'what expired is gone')
  map.set('c', 'C', 120)
  map.set('d', 'D', 120)
  t.strictSame(['b', 'c', 'd'].map(key => map.get(key)), [undefined, 'C', 'D'], 'the oldest goes')
})
