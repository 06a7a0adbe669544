import t from 'tap'
import { systemClock } from '../../lib/base/clock.js'

t.test("the clock is this machine's, in seconds and parts of them", async t => {
  const { now } = Date
  t.teardown(() => { Date.now = now })
  Date.now = () => 1_800_000_000_250
  t.equal(systemClock(), 1_800_000_000.25)
})
