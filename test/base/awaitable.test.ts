import t from 'tap'
import { andThen, isPromiseLike, rejected } from '../../lib/base/awaitable.js'

t.test('what is at hand is used at once, what is promised later', async t => {
  t.equal(andThen(1, value => value + 1), 2)
  t.throws(() => andThen(1, () => { throw new Error('at once') }), /at once/)
  const later = andThen(Promise.resolve(1), value => value + 1)
  t.type(later, Promise)
  t.equal(await later, 2)
  for (const [value, is] of [[null, false], [undefined, false], [{}, false], [{ then: 1 }, false],
    [{ then () {} }, true]] as const) t.equal(isPromiseLike(value), is)
  await t.rejects(rejected(new Error('later')), { message: 'later' })
})
