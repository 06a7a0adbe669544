import t from 'tap'
import { deepFreeze } from '../../lib/base/json.js'

t.test('frozen values are frozen to the bottom', async t => {
  const value = deepFreeze({ a: [{ b: { c: 1 } }], d: null, e: 'x' })
  t.throws(() => {
    value.a[0]!.b.c = 2
  }, TypeError)
  t.throws(() => {
    value.a.push({ b: { c: 2 } })
  }, TypeError)
})
