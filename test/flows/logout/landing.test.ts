import t from 'tap'
import { isLanding, landingOfCode, landingOfLink } from '../../../lib/flows/logout/landing.js'

const base = { origin: 'https://app.example.com', basePath: '/base', secure: true }

t.test('where a logout may lead', async t => {
  for (const [value, link, code] of [
    ['/', 'https://app.example.com/base/'.slice(0, -1), 'https://app.example.com/base'],
    ['/x', 'https://app.example.com/base/x', 'https://app.example.com/base/x'],
    ['https://app.example.com/', 'https://app.example.com', 'https://app.example.com/'],
    ['https://other.test/', undefined, 'https://other.test/'], ['http://other.test/', undefined, undefined],
    ['http://localhost:1/', undefined, 'http://localhost:1/'], ['//evil.test', undefined, undefined],
    ['https://u@other.test', undefined, undefined], ['https://:p@other.test', undefined, undefined],
    ['https://other.test\\x', undefined, undefined], ['https://other.test/ x', undefined, undefined],
    ['ftp://other.test', undefined, undefined], ['https://', undefined, undefined], ['x', undefined, undefined]
  ] as const) {
    t.equal(landingOfLink(value, base), link, value)
    if (code !== undefined) t.equal(landingOfCode(value, base), code, value)
    else t.throws(() => landingOfCode(value, base), { argument: 'returnTo', message: /must be a path/ }, value)
  }
  // As a query with two of them has it.
  for (const value of [['/a', '/b'], 5, {}, null]) {
    t.throws(() => landingOfCode(value as never, base), { argument: 'returnTo', message: /must be a path/ },
      String(value))
  }
  t.strictSame([isLanding('http://app.lan/'), isLanding('http://app.lan/', 'http://app.lan'),
    isLanding('http://app.lan/', 'http://other.lan'), isLanding('HTTPS://a.test')], [false, true, false, true])
})
