import t from 'tap'
import { isOfBrowser, presentsOnce, readCredentials } from '../../../../lib/plugin/guards/token/credentials.js'

t.test('credentials', async t => {
  const cases: [header: string | undefined, credentials: unknown][] = [
    [undefined, 'none'], ['', 'none'], ['Basic abc', 'none'], ['Bearerabc', 'none'],
    ['Bearer', 'malformed'], ['Bearer ', 'malformed'], ['Bearer a b', 'malformed'], ['Bearer a,b', 'malformed'],
    ['Bearer abc==', { token: 'abc==', scheme: 'Bearer' }], ['bearer  abc ', { token: 'abc', scheme: 'Bearer' }],
    ['DPOP a.b-c~d+e/f_', { token: 'a.b-c~d+e/f_', scheme: 'DPoP' }]
  ]
  for (const [header, credentials] of cases) t.strictSame(readCredentials(header), credentials, String(header))
  for (const [header, what] of [['Basic eDp5', true], ['DIGEST username="x"', true], ['Negotiate x', true],
    ['NTLM x', true], ['Basic', false], ['Basically x', false], ['Bearer a', false], ['a.b.c', false]] as const) {
    t.equal(isOfBrowser(header), what, header)
  }
  const raw = (...rawHeaders: string[]) => presentsOnce({ rawHeaders })
  t.ok(presentsOnce({}))
  t.ok(raw('Authorization', 'Bearer a', 'X', 'Authorization'))
  t.notOk(raw('Authorization', 'Bearer a', 'authorization', 'Bearer b'))
  t.ok(raw('Authorization', 'Bearer a', 'authorisation', 'x', 'authorizations', 'x'))
  t.strictSame(['/x', '/x?a=1', '/?access_token=1', '/?a=1&access_token', '/access_token',
    '/x&access_token=1'].map(url => presentsOnce({ url })), [true, true, false, false, true, true])
})
