import { getEventListeners, getMaxListeners, setMaxListeners } from 'node:events'
import t from 'tap'
import { aborted, checkSignal, unlessAborted, withinDeadline } from '../../lib/base/deadline.js'
import { sleep } from '../../lib/base/sleep.js'
import { NetworkError, TimeoutError } from '../../lib/errors.js'

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
  t.equal(getEventListeners(controller.signal, 'abort').length, 0)
})

t.test('a deadline', async t => {
  const given = { seconds: 0.02, host: 'a.test' }
  let late: AbortSignal | undefined
  const slow = withinDeadline(given, signal => {
    late = signal
    return new Promise(() => {})
  })
  await t.rejects(slow, new TimeoutError('a.test did not answer within 0.02 s.'))
  t.ok(late?.aborted)
  t.equal(await withinDeadline({ ...given, seconds: 60 }, async () => 5), 5)
  await t.rejects(withinDeadline(given, async () => { throw new Error('own') }), { message: 'own' })
  const controller = new AbortController()
  const listeners: string[] = []
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  t.capture(signal, 'addEventListener', (...args: Parameters<typeof add>) => {
    listeners.push('add')
    add(...args)
  })
  t.capture(signal, 'removeEventListener', (...args: Parameters<typeof remove>) => {
    listeners.push('remove')
    remove(...args)
  })
  await withinDeadline({ ...given, signal }, async () => 5)
  await sleep(0, signal)
  t.strictSame(listeners.sort(), ['add', 'add', 'remove', 'remove'])
  let told: AbortSignal | undefined
  const waiting = withinDeadline({ ...given, seconds: 60, signal }, inner => {
    told = inner
    return new Promise(() => {})
  })
  controller.abort('enough')
  await t.rejects(waiting, { code: 'aborted', cause: 'enough', message: 'The request was aborted.' })
  t.equal((told?.reason as NetworkError).code, 'aborted')
  let ran = false
  await t.rejects(withinDeadline({ ...given, signal }, async () => { ran = true }), { code: 'aborted' })
  t.notOk(ran, 'work is not begun for a request that was given up')
  t.equal(aborted(undefined).cause, undefined)
})

t.test('an abort ends the wait of the caller whose signal it is, and not the work', async t => {
  t.equal(unlessAborted(5, AbortSignal.abort()), 5, 'what is there need not be waited for')
  const work = Promise.resolve(7)
  t.equal(unlessAborted(work, undefined), work)
  t.equal(await unlessAborted(work, new AbortController().signal), 7)
  const failure = new Error('down')
  await t.rejects(Promise.resolve(unlessAborted(Promise.reject(failure), new AbortController().signal)), failure)
  await t.rejects(Promise.resolve(unlessAborted(work, AbortSignal.abort())), { code: 'aborted' })
  const controller = new AbortController()
  let finish = (_: number): void => {}
  const long = new Promise<number>(resolve => { finish = resolve })
  const waiting = Promise.resolve(unlessAborted(long, controller.signal))
  t.equal(getEventListeners(controller.signal, 'abort').length, 1)
  controller.abort()
  t.equal(getEventListeners(controller.signal, 'abort').length, 0, 'told once')
  await t.rejects(waiting, { code: 'aborted' })
  finish(9)
  const { signal } = new AbortController()
  t.equal(await unlessAborted(long, signal), 9, 'others get it')
  await new Promise(resolve => setImmediate(resolve))
  t.equal(getEventListeners(signal, 'abort').length, 0, 'what is done need not be ended')
  for (const wrong of [{}, 'x', null] as never[]) {
    // An error of the work that nobody met would end the process, and this test with it.
    await t.rejects(Promise.resolve(unlessAborted(Promise.reject(failure), wrong)), { message: /"signal"/ })
    await new Promise(resolve => setImmediate(resolve))
  }
})

t.test('many calls that one signal can end are no leak', t => {
  const { signal } = new AbortController()
  checkSignal(signal)
  t.equal(getMaxListeners(signal), 1500)
  const { signal: own } = new AbortController()
  setMaxListeners(20, own)
  checkSignal(own)
  t.equal(getMaxListeners(own), 20, "the caller's own limit stays")
  const { signal: unlimited } = new AbortController()
  setMaxListeners(0, unlimited)
  t.doesNotThrow(() => {
    checkSignal(unlimited)
    checkSignal(undefined)
    checkSignal({ addEventListener () {} })
  })
  t.throws(() => {
    checkSignal({})
  }, { message: 'The argument "signal" must be an AbortSignal.' })
  t.end()
})
