import t from 'tap'
import { aborted } from '../../lib/base/deadline.js'
import { sleep } from '../../lib/base/sleep.js'

t.test('sleep', async t => {
  const controller = new AbortController()
  await sleep(0.001, controller.signal)
  const pending = sleep(60, controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(pending, { code: 'aborted', cause: { message: 'enough' } })
  await t.rejects(sleep(60, controller.signal), { code: 'aborted' })
  t.equal(aborted(undefined).code, 'aborted')
})

t.test('sleeps as long as it is told', async t => {
  const begun = performance.now()
  await sleep(0.02)
  t.ok(performance.now() - begun >= 18)
})

t.test('a time that is longer than a timer can be is not over at once', async t => {
  const controller = new AbortController()
  const waiting = sleep(1e9, controller.signal)
  t.equal(await Promise.race([waiting, sleep(0.02).then(() => 'still waits')]), 'still waits')
  controller.abort()
  await t.rejects(waiting, { code: 'aborted' })
})
