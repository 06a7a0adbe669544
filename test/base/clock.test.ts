import t from 'tap'
import { isWithin, systemClock } from '../../lib/base/clock.js'

t.test("the clock is this machine's, in seconds and parts of them", async t => {
  const { now } = Date
  t.teardown(() => { Date.now = now })
  Date.now = () => 1_800_000_000_250
  t.equal(systemClock(), 1_800_000_000.25)
})

t.test('how far a moment is away, in both directions', async t => {
  for (const [now, within] of [[99, true], [100, true], [109, true], [110, false], [91, true], [90, false]] as const) {
    t.equal(isWithin(10, 100, now), within, String(now))
  }
  t.equal(isWithin(0, 100, 100), false)
  t.equal(isWithin(10, -Infinity, 100), false)
})
