import t from 'tap'
import { keepNonce, knownNonce } from '../../../lib/authentication/server/dpop-exchange.js'

t.test('nonces of many servers', async t => {
  const key = {} as never
  t.equal(knownNonce(key, 'o'), undefined)
  for (let i = 0; i <= 100; i++) keepNonce(key, `o${i}`, `n${i}`)
  t.strictSame(['o0', 'o1', 'o100'].map(origin => knownNonce(key, origin)), [undefined, 'n1', 'n100'])
  keepNonce(key, 'o1', undefined)
  keepNonce(key, 'o1', 'newer')
  keepNonce(key, 'o101', 'x')
  t.strictSame(['o1', 'o2'].map(origin => knownNonce(key, origin)), ['newer', undefined], 'the oldest goes')
})
