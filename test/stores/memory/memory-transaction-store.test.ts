import t from 'tap'
import { MemoryTransactionStore } from '../../../lib/stores/index.js'
import { Jar } from '../jar.js'
import { loginUnderWay } from '../transactions/login-under-way.js'

t.test('logins under way, in memory, at their limits', async t => {
  let now = 1000
  const clock = () => now
  const transactions = new MemoryTransactionStore({ maxBrowsers: 2, now: clock })
  const login = (state: string, more: object = {}) => loginUnderWay(state, now, more) as never
  const jars = [new Jar(), new Jar(), new Jar()]
  for (const jar of jars) transactions.set(jar as never, 'a', login('a'), 10)
  t.strictSame(jars.map(jar => transactions.take(jar as never, 'a') !== undefined), [false, true, true],
    'the first browser is forgotten')
  const jar = new Jar()
  for (let i = 0; i < 9; i++) {
    transactions.set(jar as never, `s${i}`, login(`s${i}`,
      i === 0 ? { responseMode: 'form_post' } : {}), 10.5)
  }
  t.strictSame(jar.written[0], ['__Host-auth0_login', {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'none',
    maxAge: 11
  }])
  t.match(jar.written.at(-1), ['__Host-auth0_login', { sameSite: 'lax' }])
  t.strictSame(['s0', 's1'].map(state => transactions.take(jar as never, state) !== undefined), [false, true])
  now += 10.5
  t.equal(transactions.take(jar as never, 's2'), undefined, 'over')
  const named = new MemoryTransactionStore({ cookieName: 'own' })
  t.equal(named.forRegistration('x'), named)
  const plain = new Jar()
  plain.secure = false
  await transactions.forRegistration('x').set(plain as never, 'a', login('a'), 10)
  t.strictSame(plain.names(''), ['auth0_login_x'])
  t.ok(transactions.forRegistration('x').take(plain as never, 'a'))
  t.strictSame(plain.names(''), [])
  const old = new Jar()
  transactions.set(old as never, 'a', login('a'), 10)
  t.ok(transactions.forRegistration('x').take(old as never, 'a'), 'begun with an older version')
})
