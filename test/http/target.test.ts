import t from 'tap'
import { targetReader } from '../../lib/http/target.js'

const PATHS = ['', '/', '/a', '/a/b?c=d', '/users/auth0%7C1', '/.well-known/jwks.json', '/a/../b', '/a/./b', '/a/..',
  '/a/%2e%2E/b', '/a/%2E', '/a/.%2e', '/a b', '/ä', '/a"b', '/a<b>', '/a`b', '/a{b}', '/a|b', '/a^b', "/a'b?c='d'",
  '/a\\b', '/a#b', '/a?b#c', '/a?b?c', '/a\tb', '/a\nb', '//b.test/c', '/a//b', '?a=b', '#a', '/%', '/%zz', '/%2e%',
  '/a;b=c,d:e@f', `/${'a'.repeat(3000)}/../b`, '/a?b=..%2f', '/a?b=/../c', '/ſtart', '/Kelvin', '/a…']
/** The origin asked last, and what only begins like it. */
const ORIGINS = ['https://a.test', 'https://a.test:8443', 'https://a.test.evil.test', 'https://a.test@evil.test',
  'https://A.test', 'http://a.test']

t.test('a URL is read as the parser of the standard reads it, whichever origin was asked before', async t => {
  for (const before of ORIGINS) {
    for (const url of ORIGINS.flatMap(origin => PATHS.map(path => origin + path))) {
      const read = targetReader()
      read(`${before}/first`)
      const { origin, host, pathname, search } = new URL(url)
      const target = read(url)
      if (target.origin !== origin || target.host !== host || target.path !== pathname + search) {
        t.strictSame(target, { origin, host, path: pathname + search }, `${url} after ${before}`)
      }
    }
  }
  t.throws(() => targetReader()('no URL'), TypeError)
})
