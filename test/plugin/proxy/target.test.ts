import t from 'tap'
import { locationOf, targetOf } from '../../../lib/plugin/proxy/target.js'

t.test('addresses at the upstream', async t => {
  const reach = { origin: 'https://api.example.test', rewritePrefix: '/v1' }
  for (const [destination, url, target] of [
    ['/v1', '/api', '/v1'], ['/v1/x', '/api/x?a=?b', '/v1/x?a=?b'], ['/v1/x%2525', '/x', '/v1/x%2525'], ['/v1/a..b',
      '/x', '/v1/a..b'],
    ['/v1/%zz', '/x', '/v1/%zz'], ['/v1/%252525252e%252525252e/x', '/x', '/v1/%252525252e%252525252e/x'],
    ['/v1/..a', '/x', '/v1/..a'], ['/v1/x', '?', '/v1/x?']
  ] as const) t.equal(targetOf(reach, destination, url).href, reach.origin + target, destination)
  for (const destination of ['/', '/v10', 'v1/x', '//v1/x', '/v1/../v1/x', '/v1/..', '/v1/..;a', '/v1/..\\x',
    '/v1\\..\\x', '/v1/%2e%2e',
    '/v1/%252e%252e/x', '/v1/%25252e%25252e/x', '/v1/%00', '/v1/\0', '',
    // Beside what cannot be decoded, which many servers leave as it is.
    '/v1/%2e%2e%2fx/%zz', '/v1/%zz/%2e%2e%2fx', '/v1/%252e%252e/x%25zz', '/v1/%252e%252e%252fx/%25ff', '/v1/..%2f%',
    '/v1/%25c0/..%255cx', '/v1/.%252e/%25']) {
    t.throws(() => targetOf(reach, destination, '/x'), { argument: 'path', message: /cannot be passed on/ },
      destination)
  }
  const at = new URL('https://api.example.test/v1/orders/x')
  for (const [location, place] of [
    ['/v1/x?a#b', '/api/x?a#b'], ['/v1', '/api'], ['y', '/api/orders/y'], ['/v10', 'https://api.example.test/v10'],
    ['https://other.test/v1', 'https://other.test/v1'], ['/v1//x', '/api/x'], ['http://[', 'http://[']
  ] as const) t.equal(locationOf(reach, at, '/api', location), place, location)
  t.equal(locationOf(reach, at, '', '/v1'), '/')
  t.equal(locationOf({ ...reach, rewritePrefix: '' }, at, '/api', '/new'), '/api/new')
})
