import t from 'tap'
import { parseProxyOptions } from '../../../lib/plugin/proxy/proxy-options.js'

const upstream = 'https://api.example.test/v1'

t.test('options of a proxy: defaults, what is taken and what is refused', async t => {
  const parse = (given: object, audience?: string) => parseProxyOptions({ upstream, ...given } as never, audience)
  t.strictSame(parse({}), {
    origin: 'https://api.example.test',
    prefix: '',
    rewritePrefix: '/v1',
    audience: undefined,
    scope: undefined,
    token: 'user',
    methods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    sameOrigin: true,
    retryOn401: true,
    timeout: 30,
    headers: {},
    websocket: false,
    tls: {}
  })
  for (const given of [
    { upstream: 'http://a.test' }, { prefix: '' }, { prefix: '/a/b-c.d~e%@!$&\'()+,=' }, { prefix: '/.a' },
    { prefix: '/a..' },
    { rewritePrefix: '/v1' }, { rewritePrefix: '/v1/x/' }, { upstream: 'https://a.test', rewritePrefix: '/x' },
    { token: 'user' }, { token: 'none', headers: { authorization: 'x' } }, { token: 'application', audience: 'x' },
    { methods: ['GET'] }, { methods: ['PROPFIND', 'TRACED'] }, { timeout: 0.01 }, { timeout: 3600 },
    { sameOrigin: false },
    { retryOn401: false }, { websocket: true }, { headers: () => ({}) }, {
      tls: {
        ca: 'x',
        cert: Buffer.from('x'),
        key: 'y',
        passphrase: 'z'
      }
    },
    { audience: 'x', scope: 'y' }
  ]) t.doesNotThrow(() => parse(given), JSON.stringify(given))
  t.doesNotThrow(() => parse({ token: 'application' }, 'x'))
  for (const [given, option, says] of [
    [{ upstream: undefined }, 'upstream', /must be given: the address/], [{ upstream: 5 }, 'upstream',
      /the address of an API/],
    [{ upstream: 'x' }, 'upstream'], [{ upstream: 'ws://a.test' }, 'upstream'], [{ upstream: 'https://u@a.test' },
      'upstream'],
    [{ upstream: 'https://:p@a.test' }, 'upstream'], [{ upstream: 'https://a.test?' }, 'upstream'],
    [{ upstream: 'https://a.test#' }, 'upstream'],
    ...['a', '/a//b', '//a', '/:a', '/*', '/a?b', '/.', '/..', '/a/../b', '/%2e', '/%2E%2e/a', '/a/.%2E', 5,
      null].flatMap(bad =>
      [[{ prefix: bad }, 'prefix', /a path that begins with "\/", without/], [{ rewritePrefix: bad },
        'rewritePrefix']] as const),
    [{ rewritePrefix: '/v10' }, 'rewritePrefix', /the path of "upstream" or below it: "\/v1"/],
    [{ rewritePrefix: '/' }, 'rewritePrefix'],
    [{ token: '' }, 'token'], [{ token: 'application' }, 'audience', /must be given with/],
    [{ headers: { authorization: 'x' } }, 'headers.authorization', /must not be given with a token/],
    [{ headers: { Authorization: 'x' }, token: 'application', audience: 'x' }, 'headers.authorization'],
    ...[[], 'GET', ['get'], ['TRACE'], ['CONNECT'], ['GET', 5], [''], null].map(methods =>
      [{ methods }, 'methods', /a list of methods in capitals/] as const),
    [{ timeout: 0 }, 'timeout'], [{ timeout: 3600.1 }, 'timeout'], [{ sameOrigin: 1 }, 'sameOrigin'],
    [{ retryOn401: 1 }, 'retryOn401'], [{ websocket: 1 }, 'websocket'], [{ tls: null }, 'tls', /an object/],
    [{ tls: 'x' }, 'tls'], [{ tls: { key: 5 } }, 'tls.key', /a text in PEM/], [{ tls: { passphrase: '' } },
      'tls.passphrase'],
    [{ tls: { x: 1 } }, 'tls.x'], [{ audience: '' }, 'audience'], [{ scope: '' }, 'scope']
  ] as [object, string, RegExp?][]) {
    t.throws(() => parse(given), { option, ...says && { message: says } } as never, JSON.stringify(given))
  }
  for (const wrong of [null, undefined, 5]) {
    t.throws(() => parseProxyOptions(wrong as never, undefined), { option: 'proxy', message: /must be an object; got/ })
  }
})
