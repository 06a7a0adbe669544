import t from 'tap'
import { createCookieTransactions } from '../../../lib/stores/transactions/cookie-transactions.js'
import { Jar, sealer } from '../jar.js'
import { loginUnderWay } from './login-under-way.js'

t.test('logins under way, in cookies', async t => {
  let now = 1000
  const make = (more: object = {}) => createCookieTransactions({
    name: () => 'tx',
    attributes: (secure, formPost) => ({ path: '/', secure, formPost }) as never,
    sealer,
    now: () => now,
    maxCount: 8,
    maxTaken: 100,
    onFull: () => { full++ },
    ...more
  })
  const login = (state: string, more: object = {}) => loginUnderWay(state, now, more) as never
  const store = make()
  const jar = new Jar()
  await store.set(jar as never, 'a', login('a', { responseMode: 'form_post' }), 9.5)
  t.strictSame(jar.written, [['tx_a', { path: '/', secure: true, formPost: true, maxAge: 10 }]])
  t.throws(() => store.set(jar as never, 'a b', login('a b'), 9), { argument: 'state', message: /1 to 128 letters/ })
  t.throws(() => store.set(jar as never, 'b', login('b', { appState: 'x'.repeat(4000) }), 9), {
    argument: 'appState',
    message: /a cookie holds 4096/
  })
  const copy = new Jar(Object.fromEntries(jar.cookies))
  t.match(store.take(jar as never, 'a'), { state: 'a' })
  t.match(jar.cleared, [/^tx_a .*"formPost":true/])
  t.equal(store.take(copy as never, 'a'), undefined, 'once')
  t.equal(store.take(copy as never, 'a b'), undefined)
  await store.set(copy as never, 'c', login('c'), 10)
  const renamed = new Jar({ tx_other: copy.get('tx_c')! })
  t.equal(store.take(renamed as never, 'other'), undefined, 'of another state')
  now = 1010
  t.equal(store.take(copy as never, 'c'), undefined, 'over')
  now = 1000
  const several = store
  const many = new Jar({ tx_unknown: 'x', 'tx_a b': 'x', other: 'y' })
  for (const state of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
    await several.set(many as never, state, login(state), 100)
    now++
  }
  const held = () => many.names('tx_').map(name => name.slice(3)).sort().join(' ')
  t.equal(held(), 'a b b c d e f g h i')
  await several.set(many as never, 'i', login('i'), 100)
  t.equal(held(), 'a b b c d e f g h i', 'begun again, it takes no further room')
  now = 1101
  await several.set(many as never, 'j', login('j'), 100)
  t.equal(held(), 'a b c d e f g h i j', 'what is over goes first')
  several.makeRoom(many as never, 0)
  t.strictSame([...many.cookies.keys()].sort(), ['other', 'tx_a b'])
  for (const state of ['f', 'g']) await several.set(many as never, state, login(state), 100)
  await several.delete(many as never, 'f')
  t.strictSame(many.names('tx_').sort(), ['tx_a b', 'tx_g'])
  await several.delete(many as never)
  t.strictSame(many.names('tx_'), ['tx_a b'])
  const small = make({ sessionBytes: () => 12 * 1024 - 300 })
  const tight = new Jar()
  await small.set(tight as never, 'a', login('a'), 100)
  await small.set(tight as never, 'b', login('b'), 100)
  t.strictSame([...tight.cookies.keys()], ['tx_b'])
  let full = 0
  const few = make({ maxTaken: 1, onFull: () => { full++ } })
  const twice = new Jar()
  for (const state of ['a', 'b']) {
    await few.set(twice as never, state, login(state), 100)
    await few.take(twice as never, state)
  }
  t.equal(full, 1)
})
