import { once } from 'node:events'
import { test } from 'tap'
import { ConfigurationError } from '../../../lib/errors.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import type { SessionEntry } from '../../../types/stores.js'

function entry (changes: Partial<SessionEntry> = {}): SessionEntry {
  return {
    value: 'v',
    version: 1,
    owner: { iss: 'https://acme/', sub: 'auth0|1' },
    createdAt: 1000,
    expiresAt: 2000,
    ...changes
  }
}

test('entries end when they expire, and are forgotten', async t => {
  let now = 1000
  const store = new MemorySessionStore({ now: () => now })
  await store.create('a', entry())
  t.equal((await store.get('a'))?.value, 'v')
  now = 2000
  t.equal(await store.get('a'), undefined)
  t.equal(store.size, 0)
  t.equal(await store.touch('a', 3000), false)
  t.equal(await store.update('a', entry({ version: 2 })), false)
})

test('the entry that was written or prolonged longest ago makes room, an expired one first', async t => {
  let now = 1000
  const store = new MemorySessionStore({ maxEntries: 2, now: () => now })
  await store.create('a', entry())
  await store.create('b', entry())
  await store.touch('a', 1500)
  await store.create('c', entry())
  t.equal(await store.get('b'), undefined)
  t.ok(await store.get('a'))
  now = 1500
  await store.create('d', entry())
  t.same([await store.get('a'), (await store.get('c'))?.value, (await store.get('d'))?.value], [undefined, 'v', 'v'])
  t.equal(store.size, 2)
})

test('expired entries at the front go with the next login', async t => {
  let now = 1000
  const store = new MemorySessionStore({ now: () => now })
  for (let i = 0; i < 50; i++) await store.create(`old-${i}`, entry({ expiresAt: 1100 }))
  now = 1100
  await store.create('new', entry())
  t.equal(store.size, 1)
})

test('what a caller still holds cannot change what is kept', async t => {
  const store = new MemorySessionStore({ now: () => 1000 })
  const given = entry()
  await store.create('a', given)
  given.owner.sub = 'somebody else'
  given.value = 'other'
  t.match(await store.get('a'), { value: 'v', owner: { sub: 'auth0|1' } })
})

test('a lock whose holder overstays its lease is taken over, and stays with who took it', async t => {
  const store = new MemorySessionStore()
  const events: string[] = []
  let enter = (): void => {}
  const entered = new Promise<void>(resolve => {
    enter = resolve
  })
  const slow = store.lock('l', { leaseSeconds: 0.1, waitSeconds: 1 }, async signal => {
    await entered
    // A process that stood still runs the timer of whom it wakes first.
    if (!signal.aborted) await once(signal, 'abort')
    events.push('slow is told to stop')
  })
  const next = store.lock('l', { leaseSeconds: 5, waitSeconds: 2 }, async () => {
    events.push('next in')
    enter()
    await slow
    await t.rejects(store.lock('l', { leaseSeconds: 1, waitSeconds: 0.05 }, async () => {}), { code: 'timeout' })
    events.push('next out')
  })
  await Promise.all([slow, next])
  t.same(events, ['next in', 'slow is told to stop', 'next out'])
})

test('an impossible size is refused', async t => {
  for (const maxEntries of [0, -1, 1.5, Number.NaN]) {
    t.throws(() => new MemorySessionStore({ maxEntries }), ConfigurationError)
  }
})

test('sessions in memory at their limits', async t => {
  let now = 1000
  const clock = () => now
  for (const wrong of [0, -1, 1.5, Infinity]) {
    t.throws(() => new MemorySessionStore({ maxEntries: wrong }), { option: 'maxEntries', message: /positive integer/ })
  }
  const entry = (expiresAt: number, sub = 's') => ({
    value: 'v',
    version: 1,
    owner: { iss: 'i', sub },
    createdAt: 1,
    expiresAt
  })
  const sessions = new MemorySessionStore({ maxEntries: 2, now: clock })
  await sessions.create('a', entry(2000))
  await sessions.create('b', entry(2000))
  t.equal(sessions.size, 2)
  await sessions.touch('a', 2001)
  await sessions.create('c', entry(1500))
  t.strictSame([await sessions.get('b'), sessions.size], [undefined, 2])
  now = 1500
  t.strictSame([await sessions.get('c'), await sessions.update('c', { ...entry(9999), version: 2 }),
    await sessions.touch('c', 9)],
  [undefined, false, false])
  t.ok(Object.isFrozen(await sessions.get('a')))
  await sessions.create('d', entry(1501))
  now = 1501
  t.strictSame((await sessions.list({ sub: 's' })).map(({ key }) => key), ['a'])
  await sessions.create('e', entry(3000))
  t.equal(sessions.size, 1, 'what is over goes, too')
  const first = sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => {
    await t.rejects(sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => {}), { code: 'timeout' })
    return await sessions.lock('l', { leaseSeconds: 60, waitSeconds: 0 }, async () => 'other')
  })
  t.equal(await first, 'other')
  t.equal(await sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => 'free'), 'free')
})
