import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Auth0Error, TimeoutError } from '../../../lib/errors.js'
import { answerFailed, closeAfterUpload, UpstreamFailure } from '../../../lib/plugin/proxy/failures.js'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { listening } from '../../fixtures/loopback.js'
import { certificate } from '../../hostile/certificates.js'
import { until } from '../../until.js'
import { api, proxySite, type Api, type How } from './api.js'

const KIB = 1024
/** Answers 401 to all tokens but one. */
const onlyTakes = (token: string) => (request: FastifyRequest, reply: FastifyReply): unknown =>
  request.headers.authorization === `Bearer ${token}` ? 'welcome' : reply.code(401).send('no')

t.test('a call that is refused is made once more with a new token, if its body can be sent again', async t => {
  const chunked = { 'transfer-encoding': 'chunked' }
  const post = (bytes: number, headers = {}): How => ({ method: 'POST', body: 'x'.repeat(bytes), headers })
  const cases: [string, How, boolean][] = [
    ['no body', {}, true],
    ['an empty body', { method: 'POST', headers: { 'content-length': '0' } }, true],
    ['a small body', post(64 * KIB), true],
    ['a large body', post(64 * KIB + 1), false],
    ['small, without a length', post(64 * KIB, chunked), true],
    ['large, without a length', post(64 * KIB + 1, chunked), false]
  ]
  for (const sessionStore of [undefined, new MemorySessionStore({ now: () => 1_795_000_000 })]) {
    const orders = await api(t)
    const p = await proxySite(t, [{ upstream: orders.origin, prefix: '/api' },
      { upstream: orders.origin, prefix: '/once', retryOn401: false }],
    sessionStore === undefined ? {} : { sessionStore })
    for (const [name, how, again] of cases) {
      const bodies: string[] = []
      const next = `opaque-access-${1 + p.site.tenant.to('/oauth/token').length}`
      orders.answer = async (request, reply) => {
        let body = ''
        for await (const chunk of (request.body ?? []) as AsyncIterable<Buffer>) body += String(chunk)
        bodies.push(body)
        return await onlyTakes(next)(request, reply) as never
      }
      const before = p.site.tenant.grants('refresh_token').length
      const answer = await p.call('/api/x', how)
      t.equal(answer.status, again ? 200 : 401, name)
      t.same(bodies, Array.from({ length: again ? 2 : 1 }, () => how.body ?? ''), name)
      t.equal(p.site.tenant.grants('refresh_token').length - before, again ? 1 : 0, name)
      t.equal(answer.headers['www-authenticate'], undefined)
      p.ada.keep({ headers: answer.headers } as never)
      if (again) {
        t.equal((await p.call('/api/x', how)).status, 200, 'the new token is kept')
        t.equal(p.site.tenant.grants('refresh_token').length - before, 1)
      }
    }
    orders.answer = (_request, reply) => reply.code(401).send('no')
    const before = p.site.tenant.grants('refresh_token').length
    t.equal((await p.call('/once/x')).status, 401)
    t.equal(p.site.tenant.grants('refresh_token').length, before)
    for (let calls = 0; calls < 3; calls++) {
      const answer = await p.call('/api/x')
      t.match(answer, { status: 401, body: 'no' }, "the API's own answer")
      p.ada.keep({ headers: answer.headers } as never)
    }
    t.equal(p.site.tenant.grants('refresh_token').length - before, 1, 'Auth0 is not asked for each refused call')
  }
})

t.test('many calls that are refused at once take one new token', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' })
  orders.answer = onlyTakes('opaque-access-2')
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await p.call('/api/x')))
  t.ok(answers.every(({ status }) => status === 200))
  t.equal(p.site.tenant.grants('refresh_token').length, 1)
})

t.test('a bearer token that is refused is renewed, also where the upstream names its nonce for proofs', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' })
  orders.answer = (request, reply) => onlyTakes('opaque-access-2')(request, reply.headers({
    'dpop-nonce': 'n', 'www-authenticate': 'Bearer error="invalid_token", DPoP error="use_dpop_nonce"'
  }))
  t.equal((await p.call('/api/x', { method: 'POST', body: 'x' })).body, 'welcome')
  t.equal(orders.received.length, 2)
})

t.test('the token of the application is renewed as well', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api', token: 'application' })
  orders.answer = onlyTakes('opaque-access-3')
  t.equal((await p.call('/api/x')).body, 'welcome')
  t.equal(p.site.tenant.grants('client_credentials').length, 2)
  orders.answer = (_request, reply) => reply.code(401).send('no')
  for (let calls = 0; calls < 3; calls++) t.equal((await p.call('/api/x')).status, 401)
  t.equal(p.site.tenant.grants('client_credentials').length, 3)
})

t.test('no token to be had: log in again, or come back later', async t => {
  const orders = await api(t)
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' })
  p.site.clock.now += 3600
  const { scripts } = p.site.tenant
  const failing: [string, object, number, object][] = [
    ['mfa', { status: 403, json: { error: 'mfa_required', mfa_token: 't', mfa_requirements: {} } }, 401,
      { code: 'mfa_required' }],
    ['limit', { status: 429, headers: { 'retry-after': '7' }, json: { error: 'too_many_requests' } }, 503, {}],
    ['outage', { status: 503, json: { error: 'down' } }, 502, {}],
    ['spent', { status: 403, json: { error: 'invalid_grant' } }, 401, { code: 'login_required' }]
  ]
  for (const [name, reply, status, body] of failing) {
    scripts.set('refresh_token', () => reply)
    const answer = await p.call('/api/x', { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' } })
    t.equal(answer.status, status, name)
    t.match(answer.headers['content-type'], /json/)
    t.match(answer.json, body)
    if (status === 401) t.match(answer.json.loginUrl, /\/auth\/login$/)
    t.match(answer.headers['cache-control'], /no-store/)
    if (name === 'limit') t.equal(answer.headers['retry-after'], '7')
  }
  t.same(orders.received, [])
})

/** An upstream below HTTP's manners: the test has the socket. */
async function rawUpstream (t: Test,
  answer: (socket: Socket, request: IncomingMessage) => void): Promise<string> {
  const port = await listening(t, createServer(request => { answer(request.socket, request) }))
  return `http://127.0.0.1:${port}`
}

t.test('an upstream that is slow, dead or talks nonsense', async t => {
  const silent = await rawUpstream(t, () => {})
  const cut = await rawUpstream(t, socket => { socket.destroy() })
  const nonsense = await rawUpstream(t, socket => { socket.end('no HTTP at all\r\n\r\n') })
  const strange = await rawUpstream(t, socket => { socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\nok') })
  const switching = await rawUpstream(t, socket => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')
  })
  const p = await proxySite(t, [
    { upstream: silent, prefix: '/silent', timeout: 0.1 },
    { upstream: cut, prefix: '/cut' },
    { upstream: nonsense, prefix: '/nonsense' },
    { upstream: strange, prefix: '/strange' },
    { upstream: switching, prefix: '/switching' },
    { upstream: 'http://127.0.0.1:1', prefix: '/dead' }
  ])
  for (const [path, status, code] of [['/silent', 504, 'upstream_timeout'], ['/cut', 502, 'upstream_unreachable'],
    ['/nonsense', 502, 'upstream_unreachable'], ['/strange', 502, 'upstream_unreachable'],
    ['/switching', 502, 'upstream_unreachable'], ['/dead', 502, 'upstream_unreachable']] as const) {
    for (const how of [{}, { method: 'POST', body: 'x' }, { method: 'POST', body: 'x'.repeat(300 * KIB) }]) {
      const answer = await p.call(path, how)
      t.match(answer, { status, json: { statusCode: status, code, message: /^The service behind this address/ } }, path)
      t.notMatch(answer.body, /127\.0\.0\.1|ECONN|UND_/)
    }
  }
  t.ok(p.site.logs.some(line => line.includes('auth0 proxy: the upstream failed') && line.includes('ECONNREFUSED')))
  t.notMatch(p.site.logs.join('\n'), /opaque-access/)
})

t.test('an answer that breaks off, even before anybody reads it', async t => {
  let breakOff = (): void => {}
  const broken = await rawUpstream(t, (socket, { url }) => {
    breakOff = () => { socket.destroy() }
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'
    if (url!.includes('begun')) socket.write(`${head}begun`)
    else socket.write(head, breakOff)
  })
  const p = await proxySite(t, { upstream: broken, prefix: '/api' }, {}, {
    before (app) {
      app.addHook('onSend', async (request, _reply, payload) => {
        if (request.url.includes('late')) await sleep(30)
        return payload
      })
    }
  })
  for (const path of ['/api/soon', '/api/late']) {
    t.match(await p.call(path), { status: 502, json: { message: /broke off/ } }, path)
  }
  const begun = p.open('/api/begun')
  begun.end()
  const [answer] = await once(begun, 'response') as [IncomingMessage]
  breakOff()
  await t.rejects(text(answer), { code: 'ECONNRESET' })
})

t.test('only the headers have to come in time', async t => {
  const slow = await rawUpstream(t, (socket, request) => {
    request.resume().on('end', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12')
      setTimeout(() => { socket.write('34') }, 1200)
    })
  })
  const p = await proxySite(t, { upstream: slow, prefix: '/api', timeout: 1 })
  t.equal((await p.call('/api/x')).body, '1234')
  const upload = p.open('/api/x', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } })
  upload.write('a')
  await sleep(1200)
  upload.end('b')
  const [answer] = await once(upload, 'response') as [IncomingMessage]
  t.equal(answer.statusCode, 200, 'the time begins when the upstream has the request')
  answer.resume()
})

t.test('an upstream is left when the browser goes', async t => {
  const closed: string[] = []
  let arrived = 0
  const waiting = await rawUpstream(t, (socket, request) => {
    arrived++
    socket.on('close', () => { closed.push(request.url!) })
    request.resume()
    if (request.url === '/stream') socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n')
  })
  const p = await proxySite(t, { upstream: waiting, prefix: '/api' })
  for (const [path, how] of [['/headers', {}], ['/upload', { method: 'POST', headers: { 'content-length': '999999' } }],
    ['/stream', {}]] as const) {
    const request = p.open(`/api${path}`, how)
    request.on('error', () => {})
    if (path === '/upload') request.write('begun')
    else request.end()
    if (path === '/stream') await once((await once(request, 'response') as [IncomingMessage])[0], 'data')
    await until(() => arrived === ['/headers', '/upload', '/stream'].indexOf(path) + 1)
    request.destroy()
    await until(() => closed.includes(path))
    t.pass(path)
  }
})

t.test('a certificate of the upstream that cannot be trusted', async t => {
  const own = certificate({ name: 'upstream', hosts: ['127.0.0.1'] })
  const secret = await api(t, own)
  const p = await proxySite(t, [{ upstream: secret.origin, prefix: '/api' },
    { upstream: secret.origin, prefix: '/known', tls: { ca: own.cert } }])
  for (const how of [{}, { method: 'POST', body: 'x' }]) {
    t.match(await p.call('/api/x', how), { status: 502, json: { code: 'upstream_unreachable' } })
  }
  t.same(secret.received, [], 'it sees no token')
  t.equal((await p.call('/known/x')).status, 200)
  t.match(secret.last.headers.authorization, /^Bearer /)
})

t.test('large bodies go through in both directions, and nothing keeps them', async t => {
  const BYTES = Number(process.env.PROXY_BYTES ?? 8 * KIB * KIB)
  const chunk = Buffer.alloc(64 * KIB, 'x')
  const orders: Api = await api(t)
  let peak = 0
  const watch = (): void => { peak = Math.max(peak, process.memoryUsage().rss) }
  orders.answer = async (request, reply) => {
    let bytes = 0
    if (request.method === 'POST') {
      for await (const part of request.body as AsyncIterable<Buffer>) {
        bytes += part.length
        watch()
      }
      return { bytes }
    }
    return await reply.send(Readable.from((function * () {
      for (let sent = 0; sent < BYTES; sent += chunk.length) {
        watch()
        yield chunk
      }
    })()))
  }
  const p = await proxySite(t, { upstream: orders.origin, prefix: '/api' }, {}, { server: { bodyLimit: 1024 } })
  await p.call('/api/x', { method: 'POST', body: 'warm' })
  const before = process.memoryUsage().rss
  for (const headers of [{ 'content-length': String(BYTES) }, { 'transfer-encoding': 'chunked' }]) {
    const upload = p.open('/api/x', { method: 'POST', headers: { 'content-type': 'text/plain', ...headers } })
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    for (let sent = 0; sent < BYTES; sent += chunk.length) if (!upload.write(chunk)) await once(upload, 'drain')
    upload.end()
    const [answer] = await answered
    t.equal(answer.statusCode, 200)
    t.same(JSON.parse(String((await answer.toArray())[0])), { bytes: BYTES })
  }
  const request = p.open('/api/x')
  request.end()
  const [answer] = await once(request, 'response') as [IncomingMessage]
  let bytes = 0
  for await (const part of answer) bytes += (part as Buffer).length
  t.equal(bytes, BYTES)
  const grown = Math.round((peak - before) / KIB / KIB)
  t.comment(`memory grew by ${grown} MiB`)
  if (BYTES > 64 * KIB * KIB) t.ok(grown < 128, `memory grew by ${grown} MiB`)
})

t.test('failures of an upstream, and the connection after an upload', async t => {
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
})

t.test('only what is nobody else\'s fault is an error in the log', async t => {
  for (const [statusCode, lines] of [[499, 0], [500, 1], [502, 1]] as const) {
    const error = new Auth0Error('x', { code: 'c', statusCode })
    const told: unknown[] = []
    const reply = new Proxy({ raw: { destroyed: false } }, {
      get: (raw, name) => name === 'raw' ? raw.raw : name === 'then' ? (done: () => void) => { done() } : () => reply
    })
    const log = { error: (...all: unknown[]) => told.push(all) }
    await answerFailed({} as never, error, { raw: { complete: true }, log } as never, reply as never)
    t.strictSame(told, Array.from({ length: lines }, () =>
      [{ err: error }, 'auth0 proxy: there is no token for the upstream']), String(statusCode))
  }
})
