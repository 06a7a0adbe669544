/** Tests that fail by errors nobody caught; `test/groups.test.ts` reads what tap says of them. */
import t from 'tap'

const soon = () => new Promise(resolve => setTimeout(resolve, 5))

t.test('throws', async t => {
  setTimeout(() => { throw new Error('thrown') })
  await soon()
})
t.test('rejects', async t => {
  Promise.reject(new Error('rejected'))
  await soon()
})
t.test('outer', t => t.test('inner', async t => {
  queueMicrotask(() => { throw new Error('thrown within') })
  await soon()
}))
t.test('passes', async t => t.pass())
