import t from 'tap'
import { clearPeerCookie, readPeerCookie } from '../../../lib/stores/import/peer-cookie.js'
import { Jar } from '../jar.js'

t.test('cookies of other libraries, in pieces', async t => {
  const jar = new Jar({
    'a.0': 'x',
    'a.1': 'y',
    'a.3': 'z',
    b: 'whole',
    ...Object.fromEntries(
      Array.from({ length: 21 }, (_, i) => [`c.${i}`, i === 20 ? '!' : 'c']))
  })
  t.strictSame(['a', 'b', 'c', 'd'].map(name => readPeerCookie(jar as never, name)), ['xy', 'whole', 'c'.repeat(20),
    undefined])
  clearPeerCookie(jar as never, 'a', {})
  clearPeerCookie(jar as never, 'b', { path: '/p', domain: 'd' })
  clearPeerCookie(jar as never, 'none', {})
  const plain = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' }
  t.strictSame(jar.cleared, [...['a.0', 'a.1', 'a.3'].map(name => `${name} ${JSON.stringify(plain)}`),
    `b ${JSON.stringify({ ...plain, path: '/p', domain: 'd' })}`])
})
