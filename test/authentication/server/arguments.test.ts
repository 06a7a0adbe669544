import t from 'tap'
import { forwardedFor, pathSegment, requireText } from '../../../lib/authentication/server/arguments.js'

t.test('arguments', async t => {
  t.doesNotThrow(() => requireText({ a: 'x', b: 'y' }, 'a', 'b'))
  for (const wrong of [undefined, null, '']) {
    t.throws(() => requireText({ a: 'x', b: wrong } as never, 'a', 'b' as never),
      { code: 'missing_required_argument_error', argument: 'b' })
  }
  t.throws(() => requireText(undefined as never, 'a' as never), { argument: 'a', message: /./ })
  t.throws(() => requireText({ a: 5 } as never, 'a' as never), {
    code: 'invalid_argument',
    argument: 'a',
    message: /must be a string/
  })
  t.strictSame(forwardedFor(undefined), {})
  for (const [given, sent] of [['1.2.3.4', '1.2.3.4'], ['::1', '::1'], ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '::ffff:102:304']] as const) t.strictSame(forwardedFor(given), { 'auth0-forwarded-for': sent })
  for (const wrong of ['', 'x', '1.2.3', '1.2.3.4, 5.6.7.8', ['1.2.3.4'], 5, null, {}]) {
    t.throws(() => forwardedFor(wrong),
      { argument: 'forwardedFor', message: /./ })
  }
  t.equal(pathSegment('id', 'a/b?c'), 'a%2Fb%3Fc')
  t.equal(pathSegment('id', '...'), '...')
  for (const wrong of ['.', '..']) t.throws(() => pathSegment('id', wrong), { argument: 'id', message: /is not an id/ })
})
