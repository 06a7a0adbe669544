import { calculateJwkThumbprint } from 'jose'
import t from 'tap'
import { thumbprintOf } from '../../lib/base/thumbprint.js'

t.test('the thumbprint of a key is that of RFC 7638', async t => {
  for (const key of [{ crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, { e: 'AQAB', kty: 'RSA', n: 'n' }] as const) {
    t.equal(thumbprintOf(key), await calculateJwkThumbprint(key))
  }
})
