import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import fastifyCookie from '@fastify/cookie'
import fastify from 'fastify'
import t from 'tap'
import {
  beforeHead, isClosed, keepOutOfCaches, rawHeadersOf, setCookieLine, varyByCookie, type ResponseHeaders
} from '../../../lib/plugin/request/response-headers.js'
import { beforeStreamHead } from '../../../lib/plugin/request/stream-head.js'

function response (): ServerResponse {
  return new ServerResponse(new IncomingMessage(new Socket()))
}

t.test('headers given to writeHead, in every form, are set before ours', async t => {
  const cases: [what: string, args: unknown[], headers: object, message?: string][] = [
    ['no headers', [201], {}],
    ['nothing at all for them', [201, null], {}],
    ['an object', [201, { 'X-a': '1' }], { 'x-a': '1' }],
    ['a message', [201, 'Fine'], {}, 'Fine'],
    ['a message and an object', [201, 'Fine', { 'X-a': '1' }], { 'x-a': '1' }, 'Fine'],
    ['no message and an object', [201, undefined, { 'X-a': '1' }], { 'x-a': '1' }],
    ['a flat list', [201, ['X-a', '1', 'x-b', '2']], { 'x-a': '1', 'x-b': '2' }],
    ['a list of pairs', [201, [['X-a', '1'], ['x-b', '2']]], { 'x-a': '1', 'x-b': '2' }],
    ['a name several times', [201, ['X-a', '1', 'x-A', '2', 'x-a', '3']], { 'x-a': ['1', '2', '3'] }],
    ['a number', [201, { 'content-length': 3 }], { 'content-length': 3 }]
  ]
  for (const [what, args, headers, message = 'Created'] of cases) {
    const raw = response()
    let seen: object | undefined
    beforeHead(raw, () => true, () => {
      seen = { ...raw.getHeaders() }
      raw.setHeader('x-ours', 'yes')
    })
    raw.writeHead(...args as [number])
    t.strictSame(seen, headers, what)
    t.strictSame({ ...raw.getHeaders() }, { ...headers, 'x-ours': 'yes' }, what)
    t.strictSame([raw.statusCode, raw.statusMessage], [201, message], what)
  }
})

t.test('a head is left alone where there is nothing to do, and after it was written', async t => {
  let works = 0
  const idle = response()
  beforeHead(idle, () => false, () => works++)
  idle.writeHead(201, 'Fine', { 'x-a': '1' })
  t.strictSame([works, idle.statusMessage], [0, 'Fine'])
  t.match((idle as unknown as { _header: string })._header, 'x-a: 1')

  const twice = response()
  beforeHead(twice, () => true, () => works++)
  twice.writeHead(200)
  t.throws(() => twice.writeHead(200), { code: 'ERR_HTTP_HEADERS_SENT' })
  t.equal(works, 1)
})

t.test('the headers of Node\'s response', async t => {
  const raw = response()
  const headers = rawHeadersOf(raw)
  headers.addCookies(['a=1'])
  headers.addCookies(['b=2', 'c=3'])
  t.strictSame(headers.get('set-cookie'), ['a=1', 'b=2', 'c=3'])
  raw.setHeader('set-cookie', 'own=1')
  headers.addCookies(['a=1'])
  headers.set('etag', 'x')
  t.strictSame({ ...raw.getHeaders() }, { 'set-cookie': ['own=1', 'a=1'], etag: 'x' })
  headers.remove('etag')
  t.equal(headers.get('etag'), undefined)
})

/** Headers as an object: what `change` makes of them. */
function changed (given: Record<string, unknown>, change: (headers: ResponseHeaders) => unknown):
[Record<string, unknown>, unknown] {
  const kept = { ...given }
  const result = change({
    get: name => kept[name],
    names: () => Object.keys(kept),
    set: (name, value) => { kept[name] = value },
    remove: name => { Reflect.deleteProperty(kept, name) },
    addCookies: () => {}
  })
  return [kept, result]
}

t.test('a response with cookies is kept nowhere', async t => {
  const kept = { 'cache-control': 'private, no-store' }
  t.strictSame(changed({ etag: 'x' }, keepOutOfCaches), [kept, false])
  for (const own of ['no-cache', 'max-age=60', 'publicity']) {
    t.strictSame(changed({ 'cache-control': own, etag: 'x' }, keepOutOfCaches), [kept, false], own)
  }
  for (const own of ['public', 'Public, max-age=60', 's-maxage=60']) {
    t.strictSame(changed({ 'cache-control': own }, keepOutOfCaches), [kept, true], own)
  }
  for (const own of ['no-store', 'public, No-Store']) {
    t.strictSame(changed({ 'cache-control': own, etag: 'x' }, keepOutOfCaches),
      [{ 'cache-control': own, etag: 'x' }, false], own)
  }
  for (const name of ['cdn-cache-control', 'Vercel-CDN-Cache-Control', 'cloudflare-cdn-cache-control',
    'akamai-cache-control', 'surrogate-control', 'edge-control', 'x-accel-expires']) {
    t.strictSame(changed({ [name]: 'max-age=60' }, keepOutOfCaches), [kept, true], name)
    t.strictSame(changed({ ...kept, [name]: 60 }, keepOutOfCaches), [kept, true], name)
    for (const own of ['no-store', 'max-age=60, Private', 0, ' 0 ']) {
      t.strictSame(changed({ ...kept, [name]: own }, keepOutOfCaches), [{ ...kept, [name]: own }, false])
    }
  }
  const other = { ...kept, 'x-cdn-cache-control-log': '60', 'x-surrogate-control': '60' }
  t.strictSame(changed(other, keepOutOfCaches), [other, false])
})

t.test('a response that is closed to caches already', async t => {
  const cases: [closed: boolean, given: unknown, raw?: string][] = [
    [true, { 'cache-control': 'private, no-store', etag: 'x' }], [true, { 'cache-control': 'No-Store' }, 'x-own'],
    [false, undefined], [false, null], [false, []], [false, ['cache-control', 'no-store']], [false, {}],
    [false, { 'cache-control': 'no-storey' }], [false, { 'cache-control': ['no-store'] }],
    [false, { 'Cache-Control': 'no-store' }], [false, { 'cache-control': 'no-store', 'CDN-Cache-Control': 'x' }],
    [false, { 'cache-control': 'no-store' }, 'x-accel-expires']
  ]
  for (const [closed, given, name] of cases) {
    const raw = response()
    if (name !== undefined) raw.setHeader(name, '60')
    t.equal(isClosed(raw, given), closed, `${JSON.stringify(given)} ${name}`)
  }
})

t.test('Vary names the cookie once', async t => {
  for (const [own, vary] of [
    [undefined, 'Cookie'], ['Accept', 'Accept, Cookie'], ['cookie', 'cookie'], ['Accept , COOKIE', 'Accept , COOKIE'],
    ['*', '*'], ['x-cookie', 'x-cookie, Cookie'], [['Accept', 'Cookie'], ['Accept', 'Cookie']]
  ]) t.strictSame(changed({ ...(own !== undefined && { vary: own }) }, varyByCookie)[0].vary, vary)
})

t.test('a line of Set-Cookie', async t => {
  await fastify().register(fastifyCookie)
  const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const
  t.equal(setCookieLine('a', 'b%3D=', attributes), 'a=b%3D=; Path=/; HttpOnly; Secure; SameSite=Lax')
  t.equal(setCookieLine('a', 'b', { ...attributes, maxAge: 9.9, domain: 'a.test', partitioned: true }),
    'a=b; Max-Age=9; Domain=a.test; Path=/; HttpOnly; Secure; Partitioned; SameSite=Lax')
  // What is kept of earlier lines is of the same attributes only, and not of their age.
  const { serialize } = fastifyCookie.fastifyCookie
  const kinds = [{}, { path: '/b' }, { httpOnly: false }, { secure: false }, { sameSite: 'strict' as const },
    { domain: 'a.test' }, { domain: 'b.test' }, { partitioned: true }, { partitioned: false }, { maxAge: 0 },
    { maxAge: 7 }, ...Array.from({ length: 40 }, (_, index) => ({ path: `/${index}` }))]
  for (const kind of [...kinds, ...kinds]) {
    const given = { ...attributes, ...kind }
    t.equal(setCookieLine('a', 'b', given), serialize('a', 'b', given), JSON.stringify(kind))
  }
  t.throws(() => setCookieLine('a', 'b;c', attributes), TypeError)
  t.throws(() => setCookieLine('a', 'b', { ...attributes, maxAge: NaN }), TypeError)
  t.throws(() => setCookieLine('a', 'b', { ...attributes, path: '/;' }), TypeError)
})

/** An HTTP/2 stream that keeps what it is called with. */
function fakeStream (): ServerHttp2Stream & { headersSent: boolean, calls: unknown[][] } {
  const calls: unknown[][] = []
  const named = (name: string) => (...args: unknown[]) => { calls.push([name, ...args]) }
  return {
    headersSent: false,
    calls,
    respond: named('respond'),
    respondWithFD: named('respondWithFD'),
    respondWithFile: named('respondWithFile')
  } as never
}

t.test('the head of an HTTP/2 stream, by each of its methods', async t => {
  const given: OutgoingHttpHeaders = { 'Set-Cookie': 'own=1', ETag: 'x', 'Cache-Control': 'public' }
  const cookies = (headers: ResponseHeaders): void => {
    t.equal(headers.get('cache-control'), 'public')
    headers.set('cache-control', 'no-store')
    headers.set('vary', 'Cookie')
    headers.remove('etag')
    headers.addCookies(['a=1', 'b=2'])
  }
  const changed = { 'Set-Cookie': ['own=1', 'a=1', 'b=2'], 'Cache-Control': 'no-store', vary: 'Cookie' }
  for (const [name, ...before] of [['respond'], ['respondWithFD', 7], ['respondWithFile', '/x']] as const) {
    const stream = fakeStream()
    beforeStreamHead(stream, () => true, cookies)
    const respond = stream[name] as unknown as (...args: unknown[]) => void
    respond.call(stream, ...before, given, { endStream: true })
    t.strictSame(stream.calls, [[name, ...before, changed, { endStream: true }]])
    t.strictSame(given, { 'Set-Cookie': 'own=1', ETag: 'x', 'Cache-Control': 'public' }, 'the given are as they were')
  }
})

t.test('the head of an HTTP/2 stream: none given, a flat list, nothing to do', async t => {
  const stream = fakeStream()
  let needed = true
  beforeStreamHead(stream, () => needed, headers => { headers.addCookies(['a=1']) })
  const respond = stream.respond.bind(stream) as (headers?: unknown) => void
  respond()
  respond([':status', '200', 'x-a', '1', 'x-a', '2', 'x-a', '3'])
  needed = false
  respond({ 'x-a': '1' })
  needed = stream.headersSent = true
  respond({ 'x-a': '2' })
  t.strictSame(stream.calls, [
    ['respond', { 'set-cookie': ['a=1'] }],
    ['respond', { ':status': '200', 'x-a': ['1', '2', '3'], 'set-cookie': ['a=1'] }],
    ['respond', { 'x-a': '1' }],
    ['respond', { 'x-a': '2' }]
  ])
})
