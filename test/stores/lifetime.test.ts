import t from 'tap'
import { absoluteEnd, bornAfter, delegatedCeiling, sessionEnd, touchDue } from '../../lib/stores/lifetime.js'

t.test('a session ends at the earliest of its bounds', async t => {
  const lifetime = { rolling: true, inactivityDuration: 100, absoluteDuration: 1000, touchAfter: 10 }
  t.equal(sessionEnd({ createdAt: 0 }, 50, lifetime), 150)
  t.equal(sessionEnd({ createdAt: 0 }, 950, lifetime), 1000)
  t.equal(sessionEnd({ createdAt: 0, ceiling: 500 }, 450, lifetime), 470)
  t.equal(sessionEnd({ createdAt: 0 }, 50, { ...lifetime, rolling: false }), 1000)
  t.equal(absoluteEnd({ createdAt: 5 }, lifetime), 1005)
  t.equal(touchDue(0, 9, lifetime), false)
  t.equal(touchDue(0, 10, lifetime), true)
  t.equal(touchDue(0, 10, { ...lifetime, rolling: false }), false)
})

t.test('when a session counts as created', async t => {
  const warn = () => {}
  const born = (revokedAt: number | undefined) => bornAfter(revokedAt, 100, { tolerance: 30, warn })
  t.strictSame([undefined, 80, 99, 100, 100.5, 129, 129.9, 130, 200].map(born),
    [100, 100, 100, 100.001, 100.501, 129.001, 129.901, 100, 100], 'right after it, so that the next one ends it')
  t.equal(await bornAfter(Promise.resolve(100), 100, { tolerance: 30, warn }), 100.001)
  const error = new Error('down')
  const told: unknown[] = []
  t.equal(await bornAfter(Promise.reject(error), 100, { tolerance: 30, warn: (...all) => told.push(all) }), 100)
  t.strictSame(told, [['revocation_failed', { error }]])
  t.equal(delegatedCeiling(5), 5 + 7200 + 30)
})
