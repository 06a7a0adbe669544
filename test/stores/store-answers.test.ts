import t from 'tap'
import { checkedEntry, checkedMoment, saidWhether, wrong } from '../../lib/stores/store-answers.js'
import { applicationStore } from '../../lib/stores/stateful/application-store.js'

t.test('answers of stores that are not what the contract says', async t => {
  const entry = { value: 'v', version: 1, expiresAt: 5 } as never as Parameters<typeof checkedEntry>[0]
  t.equal(checkedEntry(entry), entry)
  for (
    const [change, told] of [
      [{ value: null }, '"value" is not a string'], [{ value: Buffer.from('v') }, '"value" is not a string'],
      [{ version: '1' }, '"version" is not a number'], [{ version: 1n }, '"version" is not a number'],
      [{ expiresAt: new Date(5) }, '"expiresAt" is not a number'],
      [{ expiresAt: undefined }, '"expiresAt" is not a number']
    ] as const
  ) {
    t.throws(() => checkedEntry(Object.assign({}, entry, change) as never),
      { code: 'session_store_error', message: new RegExp(told) }, told)
  }
  for (const answer of [true, 7, '{}', []]) {
    t.throws(() => checkedEntry(answer as never), { code: 'session_store_error' })
  }

  t.strictSame([undefined, null, 0, 5, -Infinity].map(checkedMoment), [undefined, undefined, 0, 5, -Infinity])
  for (const answer of [NaN, '5', 5n, true, false, '', {}, [], new Date(5)]) {
    t.throws(() => checkedMoment(answer), { code: 'session_store_error' }, String(answer))
  }
  t.match(wrong('get', 'x'), { statusCode: 503, message: /^The store answered "get" with x\. / })
  t.strictSame([true, false, 1, 0].map(answer => saidWhether('update', answer as boolean)), [true, false, 1, 0])
  const silent = { deleteWhere: async () => {}, lists: false, lock: null }
  const quiet = applicationStore(silent as never, { clientId: 'c', wrote: () => true })
  t.equal(await quiet.deleteWhere({ iss: 'i', sub: 's' }), 0)
  t.notOk('lock' in quiet)
  for (const method of ['update', 'touch'] as const) {
    for (const answer of [undefined, null]) {
      const store = applicationStore({ [method]: async () => answer } as never, { clientId: 'c', wrote: () => true })
      const message = new RegExp(`^The store answered "${method}" with ${answer}, where it must say whether`)
      await t.rejects(store[method]('k', { owner: { iss: 'i', sub: 's' } } as never), { statusCode: 503, message })
    }
  }
})
