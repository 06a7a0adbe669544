import t from 'tap'
import { absoluteEnd, sessionEnd, touchDue } from '../../lib/stores/lifetime.js'

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
