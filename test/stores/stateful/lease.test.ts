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
