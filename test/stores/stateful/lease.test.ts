import t from 'tap'
import { withLease } from '../../../lib/stores/stateful/lease.js'

t.test('leases', async t => {
  const tries: [string, number][] = []
  const released: string[] = []
  let free = 1
  const lease = {
    acquire: async (token: string, seconds: number) => tries.push([token, seconds]) >= free,
    release: async (token: string) => { released.push(token); throw new Error('down') }
  }
  t.equal(await withLease(lease, { leaseSeconds: 5, waitSeconds: 0 }, async signal => signal.aborted), false)
  t.strictSame([tries.length, tries[0]![1], released], [1, 5, [tries[0]![0]]])
  t.match(tries[0]![0], /^[\w-]{22}$/)
  free = 3
  t.equal(await withLease(lease, { leaseSeconds: 5, waitSeconds: 9 }, async () => 7), 7)
  t.equal(tries.length, 3)
  free = Infinity
  await t.rejects(withLease(lease, { leaseSeconds: 5, waitSeconds: 0.02 }, async () => 7),
    { name: 'TimeoutError', message: 'The lock was not free in time.' })
  free = 0
  await t.rejects(withLease(lease, { leaseSeconds: 5, waitSeconds: 0 }, async () => { throw new Error('own') }),
    { message: 'own' })
  const begun = performance.now()
  const reason = await withLease(lease, { leaseSeconds: 0.05, waitSeconds: 0 }, async signal =>
    await new Promise(resolve => signal.addEventListener('abort', () => resolve(signal.reason))))
  t.match(reason, { name: 'TimeoutError', message: /about to end/ })
  t.ok(performance.now() - begun >= 35 && performance.now() - begun < 5000)
})

t.test('how long a lock is waited for, and held', async t => {
  let at = 1000
  let first = 0
  const delays: number[] = []
  const { setTimeout: later } = globalThis
  t.capture(performance, 'now', () => at)
  t.capture(Math, 'random', () => 0.25)
  t.capture(globalThis, 'setTimeout', (work: () => void, delay: number) => {
    if (delays.push(delay) > 50) throw new Error('It waits for ever.')
    at += delay
    return later(delay > 200 ? () => {} : work, 0)
  })
  let cleared = 0
  t.capture(globalThis, 'clearTimeout', () => { cleared++ })
  const lease = {
    acquire: async () => {
      at += 5
      return --first <= 0
    },
    release: async () => {}
  }
  const held = async (tries: number, how: { leaseSeconds: number, waitSeconds: number }) => {
    first = tries
    delays.length = 0
    return await withLease(lease, how, async () => 'done').catch((error: Error) => error.name)
  }
  t.equal(await held(12, { leaseSeconds: 10, waitSeconds: 60 }), 'done')
  const pauses = [10, 15, 22.5, 33.75, 50.625, 75.9375, 113.90625, 170.859375, 200, 200, 200].map(one => one * 0.75)
  t.strictSame(delays, [...pauses, 7995], 'ever longer, with jitter; the lease counts from the last attempt')
  t.equal(await held(3, { leaseSeconds: 10, waitSeconds: 0.025 }), 'done')
  t.strictSame(delays, [7.5, 7.5, 7995], 'no longer than the wait')
  t.equal(await held(4, { leaseSeconds: 10, waitSeconds: 0.025 }), 'TimeoutError')
  t.equal(await held(1, { leaseSeconds: 0.005, waitSeconds: 0 }), 'done')
  t.strictSame(delays, [0], 'never less than nothing')
  t.equal(await held(2, { leaseSeconds: 10, waitSeconds: 0.005 }), 'TimeoutError', 'the very end is too late')
  t.match(delays, [])
  t.equal(await held(2, { leaseSeconds: 10, waitSeconds: 0.0055 }), 'done')
  t.strictSame(delays, [0.5, 7995])
  t.equal(cleared, 4, 'once for each work')
})
