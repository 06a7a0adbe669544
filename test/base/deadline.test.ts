import t from 'tap'
import { withinDeadline } from '../../lib/base/deadline.js'

t.test('a deadline that is over leaves nothing behind, also when the work never ends', async t => {
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const controller = new AbortController()
  const waiting = withinDeadline({ seconds: 300, host: 'a.test', signal: controller.signal },
    () => new Promise(() => {}))
  t.equal(timers(), before + 1, 'control')
  controller.abort()
  await t.rejects(waiting, { code: 'aborted' })
  t.equal(timers(), before)
})
