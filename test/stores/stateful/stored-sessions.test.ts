import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { noTokens } from '../../../lib/stores/sessions.js'
import {
  heldIdentityOf, identityOf, storeKey, type HeldIdentity
} from '../../../lib/stores/stateful/identity-cookies.js'
import { openedValues } from '../../../lib/stores/stateful/opened-values.js'
import { applicationStore } from '../../../lib/stores/stateful/application-store.js'
import { createStoredSessions, ownerOf, stamp } from '../../../lib/stores/stateful/stored-sessions.js'

t.test('the owner of a session', async t => {
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 'o' }, sid: 'd' } as never),
    { iss: 'i', sub: 's', sid: 'd', organization: 'o' })
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 5 } } as never), { iss: 'i', sub: 's' })
})

t.test('a change of a session gets its place in time', async t => {
  const current = {
    record: { id: 'i', version: 2, a: 1 },
    tokens: {
      id: 'i',
      version: 5,
      b: 1
    }
  } as never as Parameters<typeof stamp>[0]
  t.strictSame(stamp(current, current, 9), current)
  t.equal(stamp(current, current, 9).record, current.record)
  const changed = stamp(current, { record: { ...current.record, id: 'x' }, tokens: { ...current.tokens, id: 'x' } }, 9)
  t.match(changed, { record: { id: 'i', version: 6, updatedAt: 9 }, tokens: { id: 'i', version: 6 } })
  t.ok(Object.isFrozen(changed.record))
})

/** Stored sessions over a store of entries by key, whose values are records. */
function made (entries: Record<string, object> = {}, changes: object = {}) {
  const calls: unknown[][] = []
  const warnings: [code: string, detail: object][] = []
  const store = {
    get: (key: string) => entries[key],
    touch: async (...args: unknown[]): Promise<boolean> => { calls.push(['touch', ...args]); return false },
    delete: async (...args: unknown[]) => { calls.push(['delete', ...args]) }
  }
  const options = {
    store,
    codec: {
      openRecord: (id: string, value: string) => {
        const record = JSON.parse(value) as { id: string }
        return record.id === id ? record : undefined
      },
      openTokens: (id: string) => id === 'with' ? { id, version: 3 } : undefined
    },
    lifetime: { rolling: true, inactivityDuration: 100, absoluteDuration: 1000, touchAfter: 10 },
    now: () => 500,
    timeout: 1,
    clockTolerance: 50,
    warn: (code: string, detail: object) => { warnings.push([code, detail]) },
    cacheEntries: 10,
    ...changes
  }
  return { stored: createStoredSessions(options as never), store, calls, warnings }
}

const entry = (id: string, record: object = {}, more: object = {}) =>
  ({ value: JSON.stringify({ id, createdAt: 400, updatedAt: 400, ...record }), version: 1, expiresAt: 600, ...more })
const at = (id: string, given: object): Record<string, object> => ({ [storeKey(id)]: given })

t.test('which session an id finds', async t => {
  const find = (given: Record<string, object>, onReplaced?: (record: object) => void) =>
    made(given).stored.newest([heldIdentityOf('a')], onReplaced as never)
  t.equal(find({}), undefined)
  t.equal(find(at('a', entry('b'))), undefined, 'the value of another')
  t.match(find(at('a', entry('a'))), { id: 'a', key: storeKey('a'), entry: { version: 1 }, record: { id: 'a' } })
  t.ok(find(at('a', entry('a', {}, { expiresAt: 500.5 }))))
  t.equal(find(at('a', entry('a', {}, { expiresAt: 500 }))), undefined, 'its end in the store')
  t.equal(find(at('a', entry('a', { createdAt: -500 }))), undefined, 'its end by the settings of today')
  t.ok(find(at('a', entry('a', { createdAt: -499 }))))

  const replaced: unknown[] = []
  const successor = (since: number) => ({ successor: { id: 'b', at: since } })
  const following = (since: number, given: Record<string, object> = at('b', entry('b'))) =>
    find({ ...at('a', entry('a', successor(since))), ...given }, record => replaced.push(record))
  t.match(following(500 - 80 + 1), { id: 'b', byFormerId: true })
  t.equal(following(500 - 80 + 1, {}), undefined, 'where the successor is over')
  t.strictSame(replaced, [])
  t.equal(following(500 - 80), undefined)
  t.match(replaced, [{ id: 'a' }])
  t.equal(made(at('a', entry('a', successor(0)))).stored.find(identityOf('a')), undefined)
})

t.test('what is found to be changed or spent is the newest, where a store tells', async t => {
  const newest = entry('a', {}, { version: 2 })
  const { stored } = made(at('a', entry('a')), {
    store: {
      get: (_: string, how?: { fresh: boolean }) => how?.fresh === true ? Promise.resolve(newest) : entry('a')
    }
  })
  t.match(stored.newest([heldIdentityOf('a')]), { entry: { version: 1 } })
  t.match(await stored.find(identityOf('a')), { entry: { version: 2 } })
  const application = { clientId: 'c', wrote: () => true }
  const store = applicationStore({ get: async (...asked: unknown[]) => asked } as never, application)
  t.strictSame(await store.get('k', { fresh: true }), ['k', { fresh: true }])
})

t.test('what is as before is not opened again', async t => {
  const opened: string[] = []
  const codec = {
    openRecord: (id: string, value: string) => {
      opened.push(value)
      return value.startsWith(id) ? { id, value } as never : undefined
    }
  }
  const open = openedValues(codec, 4)
  const [a, b, c, d, e] = [...'abcde'].map(heldIdentityOf) as [HeldIdentity, HeldIdentity, HeldIdentity, HeldIdentity,
    HeldIdentity]
  const opens = (identity: HeldIdentity, value: string, message: string) => {
    const record = open(identity, value)
    return t.equal(opened.splice(0).length, 1, message) && record
  }
  const record = opens(a, 'a1', 'the first time')
  t.equal(open(a, ['a', '1'].join('')), record, 'equal, not only the same string')
  t.match(opens(a, 'a2', 'another value'), { value: 'a2' })
  t.match(opens(a, 'a1', 'the former value again'), { value: 'a1' })
  t.equal(opens(a, 'b1', 'the value of another'), undefined)
  t.match(open(a, 'a1'), { value: 'a1' })
  for (const one of [b, c, d]) opens(one, `${one.id}1`, one.id)
  for (const one of [a, b, c, d]) open(one, `${one.id}1`)
  t.strictSame(opened, [], 'four have room')
  opens(e, 'e1', 'the fifth')
  for (const one of [c, d, e]) open(one, `${one.id}1`)
  t.strictSame(opened, [])
  for (const one of [a, b]) t.strictSame([one.value, one.record], [undefined, undefined], 'the oldest make room')

  const large = (letter: string) => letter + '.'.repeat(5 * 1024 * 1024)
  const bounded = openedValues(codec, 1000)
  const [f, g, h] = [...'fgh'].map(heldIdentityOf) as [HeldIdentity, HeldIdentity, HeldIdentity]
  for (const one of [f, g, h]) bounded(one, large(one.id))
  t.strictSame([f, g, h].map(one => one.record !== undefined), [false, true, true], 'at most 32 MiB')

  opened.length = 0
  const without = openedValues(codec, 0)
  for (const one of [f, f]) without(one, 'f1')
  t.equal(opened.length, 2, 'without a cache')
})

t.test('of several sessions the newest', async t => {
  const { stored } = made({
    ...at('old', entry('old')),
    ...at('new', entry('new', { createdAt: 401 })),
    ...at('newer', entry('newer', { createdAt: 401 }, { version: 2 })),
    ...at('replaced', entry('replaced', { successor: { id: 'old', at: 0 } }))
  })
  const newest = async (...ids: string[]) => (await stored.newest(ids.map(heldIdentityOf)))?.id
  t.equal(await newest(), undefined)
  t.equal(await newest('none'), undefined)
  t.equal(await newest('old'), 'old')
  t.notOk(stored.newest([heldIdentityOf('old')]) instanceof Promise, 'one alone is there at once')
  t.equal(await newest('old', 'new'), 'new')
  t.equal(await newest('new', 'none', 'old'), 'new')
  t.equal(await newest('newer', 'new', 'old'), 'newer')
  t.equal(await newest('old', 'new', 'newer'), 'newer')
  for (const ids of [['replaced'], ['replaced', 'old']]) {
    const replaced: unknown[] = []
    await stored.newest(ids.map(heldIdentityOf), record => replaced.push(record.id))
    t.strictSame(replaced, ['replaced'])
  }
})

t.test('tokens of what was found, and none where they cannot be read', async t => {
  const { stored } = made()
  const found = (id: string) => ({ id, entry: { value: 'v' }, record: { id } }) as never
  t.strictSame(stored.tokensOf(found('with')), { id: 'with', version: 3 })
  t.strictSame(stored.tokensOf(found('a')), noTokens('a'))
  t.strictSame(stored.dataOf(found('with')), { record: { id: 'with' }, tokens: { id: 'with', version: 3 } })
})

t.test('touches of one session that come together are one', async t => {
  const { stored, store, calls, warnings } = made()
  t.strictSame(await Promise.all([stored.touch('a', 5), stored.touch('a', 5), stored.touch('b', 6)]),
    [false, false, false])
  t.strictSame(calls, [['touch', 'a', 5], ['touch', 'b', 6]])
  t.equal(await stored.touch('a', 7), false)
  t.equal(calls.length, 3, 'the next one is a new one')
  store.touch = async () => { throw new Error('down') }
  t.equal(await stored.touch('a', 8), true, 'a failure does not end the session')
  t.match(warnings, [['session_touch_failed', { error: { message: /failed at "touch"/ } }]])
})

t.test('a session that a revocation has overtaken is ended again', async t => {
  const record = { id: 'a', issuer: 'i', user: { sub: 's' }, createdAt: 400 } as never
  const asked: object[] = []
  const revoked = (time: number | undefined) => made({}, {
    revocations: { revokedAt: (session: object) => { asked.push(session); return time } }
  })
  t.equal(made().stored.revokedAt(record), undefined)
  t.equal(await made().stored.overtaken(record, 'k'), false)
  for (const [time, is] of [[undefined, false], [399, false], [400, true], [401, true]] as const) {
    const { stored, calls } = revoked(time)
    t.equal(stored.revokedAt(record), time)
    t.equal(await stored.overtaken(record, 'k'), is)
    t.strictSame(calls, is ? [['delete', 'k']] : [])
  }
  t.strictSame(asked[0], { id: 'a', iss: 'i', sub: 's' })
})

t.test('each call to a store is named: in errors, and in traces', async t => {
  const told: unknown[] = []
  const failing = () => { throw new Error('down') }
  const { stored, store } = made({}, { revocations: { revokedAt: failing } })
  Object.assign(store, { get: failing, delete: failing })
  const channel = tracingChannel('fastify-auth0:store')
  const listener = { start: (message: object) => { told.push({ ...message }) } }
  channel.subscribe(listener as never)
  const record = { id: 'a', issuer: 'i', user: { sub: 's' }, createdAt: 400 } as never
  t.throws(() => stored.find(identityOf('a')), { message: 'The session store failed at "get".' })
  t.throws(() => stored.revokedAt(record), { message: 'The revocation store failed at "revokedAt".' })
  const revoked = made({}, { revocations: { revokedAt: () => 401 } })
  revoked.store.delete = async () => { throw new Error('down') }
  await t.rejects(revoked.stored.overtaken(record, 'k'), { message: 'The session store failed at "delete".' })
  await stored.touch('a', 5)
  channel.unsubscribe(listener as never)
  t.match(told, [{ store: 'session', operation: 'get' }, { store: 'revocation', operation: 'revokedAt' },
    { store: 'revocation', operation: 'revokedAt' }, { store: 'session', operation: 'delete' },
    { store: 'session', operation: 'touch' }])
})
