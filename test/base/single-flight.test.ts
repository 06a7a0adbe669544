import t from 'tap'
import { createSingleFlight } from '../../lib/base/single-flight.js'
import { sleep } from '../../lib/base/sleep.js'

t.test('single flight: callers at the same time share one piece of work', async t => {
  const flight = createSingleFlight<number>()
  let runs = 0
  const work = async (): Promise<number> => {
    await sleep(0.01)
    return ++runs
  }
  t.strictSame(await Promise.all([flight('a', work), flight('a', work), flight('b', work)]), [1, 1, 2])
  t.equal(await flight('a', work), 3, 'nothing is remembered')
  const failing = flight('c', () => Promise.reject(new Error('no')))
  await t.rejects(Promise.all([failing, flight('c', work)]), { message: 'no' })
  t.equal(await flight('c', work), 4, 'a failure is not remembered either')
})
