import t from 'tap'
import { MemoryRevocationStore } from '../../../lib/stores/memory/memory-revocation-store.js'
import { Clock } from '../stateless/map-jar.js'

const owner = { id: 'session-1', iss: 'https://acme/', sub: 'auth0|1', sid: 'sid-1', organization: 'org_1' }

t.test('revocations are found by id, sid, sub and organization of their issuer', async t => {
  const iss = owner.iss
  for (
    const filter of [{ id: 'session-1' }, { iss, sid: 'sid-1' }, { iss, sub: 'auth0|1' }, {
      iss,
      organization: 'org_1'
    }]
  ) {
    const store = new MemoryRevocationStore()
    t.equal(store.revokedAt(owner), undefined)
    store.revoke(filter, 100, 2e9)
    t.equal(store.revokedAt(owner), 100)
    t.equal(store.revokedAt({ ...owner, id: 'session-2', sub: 'auth0|2', sid: 'sid-2', organization: 'org_2' }),
      undefined)
    if (!('id' in filter)) t.equal(store.revokedAt({ ...owner, iss: 'https://other/' }), undefined)
    t.equal(store.revokedAt({ id: 'x', iss, sub: 'x' }), undefined)
  }
})

t.test('the latest of several revocations counts', async t => {
  const store = new MemoryRevocationStore()
  store.revoke({ iss: owner.iss, sub: owner.sub }, 300, 2e9)
  store.revoke({ iss: owner.iss, sub: owner.sub }, 200, 1e9)
  store.revoke({ iss: owner.iss, sid: owner.sid }, 100, 2e9)
  store.revoke({ id: owner.id }, 50, 2e9)
  t.equal(store.revokedAt(owner), 300)
  store.revoke({ iss: owner.iss, organization: owner.organization }, 400, 2e9)
  t.equal(store.revokedAt(owner), 400)
  t.equal(store.size, 4)
})

t.test('a revocation that names nothing, or several things, is refused', async t => {
  const store = new MemoryRevocationStore()
  const iss = owner.iss
  for (
    const filter of [{}, { iss }, { sub: 'a' }, { iss: '', sub: 'a' }, { iss, sub: '' }, {
      iss,
      sub: 'a',
      organization: 'b'
    }, { iss, id: 'a', sub: 'b' }]
  ) {
    t.throws(() => {
      store.revoke(filter, 1, 2)
    }, { name: 'InvalidArgumentError', argument: 'filter' })
  }
  t.equal(store.size, 0)
})

t.test('revocations are forgotten when they are over', async t => {
  const clock = new Clock()
  const store = new MemoryRevocationStore({ now: clock.now })
  for (let index = 0; index < 1000; index++) {
    store.revoke({ iss: `https://issuer-${index % 7}/`, sub: `user-${index}` }, clock.now(), clock.now() + 10)
  }
  t.equal(store.size, 1000)
  clock.pass(10)
  for (let index = 0; index < 100; index++) store.revoke({ id: `session-${index}` }, clock.now(), clock.now() + 10)
  t.ok(store.size <= 100, `${store.size}`)
})

t.test('a full list of revocations lets nobody back in', async t => {
  const clock = new Clock()
  let reports = 0
  const store = new MemoryRevocationStore({
    maxEntries: 3,
    now: clock.now,
    onFull: () => {
      reports += 1
    }
  })
  const start = clock.now()
  const { iss } = owner
  const filters = [{ id: 'a' }, { iss, sub: 'b' }, { iss, sid: 'c' }, { iss, organization: 'd' }, {
    iss,
    sid: 'e',
    sub: 'e'
  }, { id: 'f' }]
  for (const [index, filter] of filters.entries()) store.revoke(filter, start + index, start + 100)
  t.equal(store.size, 3)
  t.equal(reports, 1)
  for (const [index, { iss: _, ...filter }] of filters.entries()) {
    const revokedAt = store.revokedAt({ ...owner, ...filter })
    t.ok(revokedAt !== undefined && revokedAt >= start + index, `${Object.keys(filter).join()} stays revoked`)
  }
  t.equal(store.revokedAt({ ...owner, id: 'other' }), start + 2, 'the floor: whoever is older is refused, too')
  clock.pass(99)
  store.revoke({ id: 'b' }, 2, start + 200)
  t.equal(store.revokedAt({ ...owner, id: 'other' }), start + 3)
  clock.pass(1)
  t.equal(store.revokedAt({ ...owner, id: 'other' }), undefined, 'the floor ends with what was dropped')
  store.revoke({ id: 'c' }, 3, start + 200)
  store.revoke({ id: 'd' }, 4, start + 200)
  t.equal(store.revokedAt({ ...owner, id: 'b' }), 2, 'expired entries made the room')
  t.equal(reports, 1, 'told once')
})

t.test('a full list of revocations that nobody listens to warns the process', async t => {
  const warned = new Promise<Error & { code?: string }>(resolve => {
    process.on('warning', function listen (warning: Error & { code?: string }) {
      if (warning.code !== 'AUTH0_REVOCATIONS_FULL') return
      process.off('warning', listen)
      resolve(warning)
    })
  })
  const store = new MemoryRevocationStore({ maxEntries: 1, now: () => 1000 })
  store.revoke({ id: 'a' }, 1000, 2000)
  store.revoke({ id: 'b' }, 1001, 2000)
  t.match(await warned, { code: 'AUTH0_REVOCATIONS_FULL', message: /"maxEntries"/ })
})

t.test('revocations in memory at their limits', async t => {
  let now = 1000
  const clock = () => now
  let full = 0
  const revocations = new MemoryRevocationStore({ maxEntries: 2, now: clock, onFull: () => { full++ } })
  const owner = (sub: string) => ({ id: `id-${sub}`, iss: 'i', sub })
  revocations.revoke({ iss: 'i', sub: 'a' }, 10, 2000)
  revocations.revoke({ iss: 'i', sub: 'a' }, 5, 1500)
  t.strictSame([revocations.revokedAt(owner('a')), revocations.revokedAt(owner('b')), revocations.size], [10,
    undefined, 1])
  revocations.revoke({ id: 'id-b' }, 20, 2000)
  revocations.revoke({ iss: 'i', sub: 'c' }, 30, 2000)
  t.strictSame([full, revocations.size], [1, 2])
  t.strictSame(['a', 'b', 'c', 'd'].map(sub => revocations.revokedAt(owner(sub))), [10, 20, 30, 10])
  t.strictSame(['a', 'b'].map(sub => revocations.known(owner(sub))), [undefined, 20])
  const mark = { id: 'bound id-d', iss: '', sub: '' }
  t.equal(revocations.revokedAt(mark), undefined, 'a name that is no session\'s is on the list, or not')
  revocations.revoke({ id: mark.id }, 40, 2000)
  t.equal(revocations.revokedAt(mark), 40)
  now = 2000
  t.equal(revocations.revokedAt(owner('d')), undefined)
})

t.test('one revocation that is over takes no other one of its issuer with it', async t => {
  const clock = new Clock()
  const store = new MemoryRevocationStore({ now: clock.now })
  const { iss, sid, sub, organization } = owner
  const at = clock.now()
  const filters = [{ iss, sid }, { iss, sub }, { iss, organization }, { iss, sid, sub }]
  filters.forEach((filter, index) => { store.revoke(filter, at + index, at + 100) })
  store.revoke({ iss, sub: 'other' }, at, at + 10)
  clock.pass(11)
  const others = 1100
  for (let index = 0; index < others; index++) store.revoke({ id: `session-${index}` }, at, at + 100)
  t.equal(store.size, filters.length + others, 'control: it is forgotten')
  t.equal(store.revokedAt(owner), at + 3)
  t.equal(store.revokedAt({ ...owner, organization: 'x' }), at + 3, 'sid and sub')
  t.equal(store.revokedAt({ id: 'x', iss, sub: 'x', organization }), at + 2)
  t.equal(store.revokedAt({ id: 'x', iss, sub }), at + 1)
  t.equal(store.revokedAt({ id: 'x', iss, sub: 'x', sid }), at)
})
