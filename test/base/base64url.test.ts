import t from 'tap'
import { decodeBase64url } from '../../lib/base/base64url.js'

t.test('base64url has one spelling', async t => {
  t.equal(decodeBase64url('')?.length, 0)
  t.equal(decodeBase64url('YQ')?.toString(), 'a')
  for (const spelling of ['YR', 'YQ==', 'Y Q', 'Y', 'a+b/', 'YQ\n', 'ŁQ']) {
    t.equal(decodeBase64url(spelling), undefined, spelling)
  }
})
