import { Readable } from 'node:stream'
import t from 'tap'
import { LoginRequiredError, TimeoutError } from '../../../lib/errors.js'
import { closeAfterUpload, UpstreamFailure } from '../../../lib/plugin/proxy/failures.js'
import { addHeaders, checkedHeaders } from '../../../lib/plugin/proxy/extra-headers.js'
import { Leash } from '../../../lib/plugin/proxy/leash.js'
import { parseProxyOptions } from '../../../lib/plugin/proxy/proxy-options.js'
import { RefusedTokens } from '../../../lib/plugin/proxy/refused-tokens.js'
import { requestBody } from '../../../lib/plugin/proxy/request-body.js'
import { connectionNames, requestHeaders } from '../../../lib/plugin/proxy/request-headers.js'
import { copyHeaders } from '../../../lib/plugin/proxy/response-headers.js'
import { locationOf, targetOf } from '../../../lib/plugin/proxy/target.js'

const upstream = 'https://api.example.test/v1'

t.test('each header of a request that stays here', async t => {
  const dropped = ['authorization', 'connection', 'content-length', 'cookie', 'cookie2', 'dpop', 'expect', 'forwarded',
    'host', 'http2-settings', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'x-csrf', 'x-http-method',
    'x-http-method-override', 'x-method-override', 'x-original-host', 'x-original-uri', 'x-original-url', 'x-real-ip',
    'x-rewrite-url', 'true-client-ip', 'cf-connecting-ip', 'client-ip', 'x-client-ip', 'x-cluster-client-ip',
    'x-client-cert', 'x-ssl-client-cert', ':path', 'proxy-x', 'sec-websocket-key', 'x-forwarded-for']
  for (const name of dropped) t.strictSame(requestHeaders({ [name]: 'x', a: 'b' }), { a: 'b' }, name)
  t.strictSame(requestHeaders({ connection: 'close, X-Hop', 'x-hop': '1', a: ['b', 'c'] } as never), { a: ['b', 'c'] })
  t.strictSame(requestHeaders({ 'x-proxy-a': '1', 'websocket-a': '2' }), { 'x-proxy-a': '1', 'websocket-a': '2' })
  for (const [given, names] of [[undefined, undefined], ['close', undefined], ['Keep-Alive', undefined], ['a, B', ['a',
    'b']],
  [['a', 'b'], ['a', 'b']], ['close, a', ['close', 'a']]] as const) {
    t.strictSame(connectionNames(given as string), names)
  }
})

t.test('each header of an answer that is not for the browser', async t => {
  const copied = (given: Record<string, string | string[] | undefined>) => {
    const got: Record<string, unknown> = {}
    copyHeaders({ header: (name: string, value: unknown) => { got[name] = value } } as never, given,
      value => `at ${value}`)
    return got
  }
  const dropped = ['accept-ch', 'activate-storage-access', 'alt-svc', 'authentication-info', 'clear-site-data',
    'connection', 'critical-ch', 'dpop-nonce', 'expect-ct', 'keep-alive', 'nel', 'origin-agent-cluster', 'p3p',
    'public-key-pins', 'public-key-pins-report-only', 'refresh', 'report-to', 'reporting-endpoints',
    'sec-session-registration', 'secure-session-registration', 'sec-session-challenge', 'secure-session-challenge',
    'service-worker-allowed', 'set-cookie', 'set-cookie2', 'set-login', 'speculation-rules',
    'strict-transport-security',
    'te', 'timing-allow-origin', 'trailer', 'transfer-encoding', 'upgrade', 'www-authenticate', 'x-lighttpd-send-file',
    'x-reproxy-url', 'x-sendfile', 'access-control-allow-origin', 'proxy-x', 'x-accel-redirect', 'x-accel-buffering2']
  const plain = { 'cache-control': 'private' }
  for (const name of dropped) t.strictSame(copied({ [name]: 'x' }), plain, name)
  t.strictSame(copied({ connection: 'x-hop', 'x-hop': '1', a: undefined }), plain)
  t.strictSame(copied({
    'cache-control': 'public',
    'x-accel-buffering': 'no',
    a: ['b\n', 'c\u0100é'],
    b: 'x\ty\u007f'
  }),
  { 'cache-control': 'public', 'x-accel-buffering': 'no', a: ['b', 'cé'], b: 'x\ty' })
  t.strictSame(copied({ location: '/x\r\ny' }), { location: 'at /xy', ...plain })
})

t.test('headers of the options', async t => {
  for (const name of ['connection', 'content-length', 'dpop', 'expect', 'host', 'keep-alive', 'te', 'trailer',
    'transfer-encoding', 'upgrade', 'Host', '', 'a b', 'a:b']) {
    const option = `headers.${name.toLowerCase()}`
    t.throws(() => checkedHeaders({ [name]: 'x' }, 'headers'), {
      option,
      message: /must not be given: the proxy sets it/
    })
  }
  for (const wrong of ['a\nb', 'a\u0000', 'ā', 5, null]) {
    t.throws(() => checkedHeaders({ a: wrong }, 'headers'), {
      option: 'headers.a',
      message: /a text without line breaks/
    })
  }
  for (const wrong of ['x', null, [], 5]) t.throws(() => checkedHeaders(wrong, 'headers'), /an object of headers, or a/)
  const given = checkedHeaders({ 'X-A': 'é\t', b: undefined }, 'headers')
  t.strictSame(given, { 'x-a': 'é\t', b: undefined } as never)
  t.ok(Object.isFrozen(given))
  const headers = { a: '1', b: '2' }
  addHeaders(headers, given, {} as never)
  t.strictSame(headers, { a: '1', 'x-a': 'é\t' } as never)
  addHeaders(headers, request => ({ A: String(request) }), 'r' as never)
  t.match(headers, { a: 'r' })
  t.throws(() => addHeaders(headers, () => ({ host: 'x' }), {} as never), { option: 'headers.host', message: /./ })
})

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
    '/v1/%252e%252e/x', '/v1/%25252e%25252e/x', '/v1/%00', '/v1/\0', '']) {
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

t.test('bodies that are kept, and those that are too large', async t => {
  const limit = 64 * 1024
  const given = async (length: number | undefined, size = length ?? 0, keeps = true, own = false) => {
    const raw = Object.assign(Readable.from([Buffer.alloc(size)]), { httpVersionMajor: 1 })
    const headers = length === undefined ? {} : { 'content-length': String(length) }
    const body = own ? Readable.from([Buffer.alloc(size)]) : raw
    const made = await requestBody({ raw, headers, body, method: 'POST' } as never, keeps)
    const early = made.content instanceof Readable ? made.again() : undefined
    const bytes = made.content instanceof Readable ? Buffer.concat(await made.content.toArray()) : made.content!
    return [made.length, made.content instanceof Readable, bytes.length, early, made.again()?.content?.length]
  }
  t.strictSame(await given(limit), [undefined, false, limit, undefined, limit])
  t.strictSame(await given(limit + 1), [String(limit + 1), true, limit + 1, undefined, undefined])
  t.strictSame(await given(5, 5, false), ['5', true, 5, undefined, undefined])
  t.strictSame(await given(undefined, limit), [undefined, true, limit, undefined, limit])
  t.strictSame(await given(undefined, limit + 1), [undefined, true, limit + 1, undefined, undefined])
  t.strictSame(await given(5, 9, true, true), [undefined, true, 9, undefined, 9], 'what a hook has put there')
  for (const [httpVersionMajor, method, endAfterHeaders, has] of [
    [1, 'POST', false, false], [2, 'GET', false, false], [2, 'HEAD', false, false], [2, 'POST', true, false],
    [2, 'POST', false, true]
  ] as const) {
    const raw = Object.assign(Readable.from([Buffer.from('x')]), { httpVersionMajor, stream: { endAfterHeaders } })
    const made = await requestBody({ raw, headers: {}, method } as never, true)
    t.equal(made.content !== undefined, has, `${httpVersionMajor} ${method} ${endAfterHeaders}`)
    if (!has) t.strictSame([made.length, made.again()], [undefined, { content: undefined }])
  }
})

t.test('failures, tokens that were refused, and what aborts a call', async t => {
  for (const [cause, statusCode] of [
    [new TimeoutError('x'), 504], [Object.assign(new Error('x'), { code: 'UND_ERR_CONNECT_TIMEOUT' }), 504],
    [Object.assign(new Error('x'), { code: 'UND_ERR_INVALID_ARG' }), 400], [new Error('x'), 502], [undefined, 502]
  ] as const) {
    const failure = new UpstreamFailure(cause, 'a.test')
    t.match(failure, { statusCode, message: 'a.test gave no answer' })
    if (cause instanceof TimeoutError) t.equal(failure.cause, cause)
    else t.match(failure.cause, { code: 'network_error' })
  }
  const closes = (complete: boolean, httpVersionMajor: number) => {
    const set: string[] = []
    closeAfterUpload({ raw: { complete, httpVersionMajor } } as never,
      { header: (...all: string[]) => set.push(...all) } as never)
    return set
  }
  t.strictSame([closes(false, 1), closes(true, 1), closes(false, 2)], [['connection', 'close'], [], []])
  const refused = new RefusedTokens()
  for (let i = 0; i <= 1000; i++) refused.add(`t${i}`)
  t.strictSame([refused.has('t0'), refused.has('t1'), refused.has('t1000')], [false, true, true])
  const leash = new Leash()
  const heard: unknown[] = []
  leash.on('abort', () => heard.push(leash.reason))
  t.strictSame([leash.aborted, leash.reason], [false, undefined])
  const [first, second] = [new LoginRequiredError(), new LoginRequiredError()]
  leash.abort(first)
  leash.abort(second)
  t.strictSame([leash.aborted, leash.signal.reason, heard.length], [true, first, 1])
})
