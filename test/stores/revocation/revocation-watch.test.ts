import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { MemoryRevocationStore } from '../../../lib/stores/index.js'
import { isRevoked, watchRevocations } from '../../../lib/stores/revocation/revocation-watch.js'

t.test('revocations in this process, beside another list or alone', async t => {
  t.strictSame([isRevoked(undefined, 5), isRevoked(4, 5), isRevoked(5, 5), isRevoked(6, 5)], [false, false, true, true])
  const warned: unknown[] = []
  const make = (store: object) => watchRevocations({
    store: store as never, now: () => 10, timeout: 1, tolerance: 30, warn: (...all) => { warned.push(all) }
  })
  const session = (id = 'x', createdAt = 5) => ({ owner: { id, iss: 'i', sub: 's' }, createdAt })
  const alone = new MemoryRevocationStore({ now: () => 10 })
  const own = make(alone)
  t.strictSame([own.endedHere(session()), own.ended(session()), own.begin(session()), own.marked('a mark')],
    [false, false, 5, undefined])
  t.equal(own.end({ id: 'x' }, 5, 100), undefined)
  t.equal(own.mark('a mark', 7, 100), undefined)
  t.strictSame([own.endedHere(session()), own.ended(session()), own.begin(session()), own.marked('a mark')],
    [true, true, 5.001, 7])
  const calls: unknown[] = []
  let answer: unknown
  const other = make({
    revoke: async (...all: unknown[]) => { calls.push(all) },
    revokedAt: (owner: unknown) => {
      calls.push(owner)
      if (answer instanceof Error) throw answer
      return answer
    }
  })
  const told: string[] = []
  const listener = { start: (all: { store: string, operation: string }) => told.push(`${all.store} ${all.operation}`) }
  const channel = tracingChannel('fastify-auth0:store')
  channel.subscribe(listener as never)
  t.teardown(() => { channel.unsubscribe(listener as never) })
  t.strictSame([other.ended(session()), other.begin(session()), other.marked('a mark')], [false, 5, undefined])
  t.equal(calls.length, 3)
  answer = 5
  t.strictSame([other.ended(session()), other.ended(session('x', 6)), other.begin(session()), other.marked('a mark')],
    [true, false, 5.001, 5])
  answer = Promise.resolve(5)
  t.strictSame(await Promise.all([other.ended(session()), other.ended(session('x', 6)), other.marked('a mark')]), [true,
    false, 5])
  t.strictSame(told.splice(0), Array.from({ length: 3 }, () => 'revocation revokedAt'))
  answer = new Error('down')
  for (const ask of [() => other.ended(session()), () => other.marked('a mark')]) {
    await t.rejects(async () => await ask(), { code: 'session_store_error' })
  }
  t.equal(await other.begin(session()), 5)
  t.match(warned, [['revocation_failed', { error: { code: 'session_store_error' } }]])
  t.strictSame(told.splice(0), Array.from({ length: 3 }, () => 'revocation revokedAt'))
  calls.splice(0)
  await other.end({ id: 'x' }, 5, 100)
  await other.mark('a mark', 7, 100)
  t.strictSame(calls.splice(0), [[{ id: 'x' }, 5, 100], [{ id: 'a mark' }, 7, 100]])
  t.strictSame(told.splice(0), ['revocation revoke', 'revocation revoke'])
  t.strictSame([other.endedHere(session()), other.ended(session()), other.marked('a mark')], [true, true, 7])
  t.strictSame(calls, [], 'what is known here is not asked')
})
