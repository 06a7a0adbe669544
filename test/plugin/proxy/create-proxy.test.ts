import { EventEmitter } from 'node:events'
import { mock } from 'node:test'
import t from 'tap'
import { ConfigurationError, LoginRequiredError } from '../../../lib/errors.js'
import { answerFailed } from '../../../lib/plugin/proxy/failures.js'
import { createProxy } from '../../../lib/plugin/proxy/proxy.js'
import { parseProxyOptions } from '../../../lib/plugin/proxy/proxy-options.js'
import { kProxied } from '../../../lib/plugin/proxy/raw-bodies.js'
import { upstreamTokens } from '../../../lib/plugin/proxy/upstream-token.js'
import { webSockets } from '../../../lib/plugin/proxy/web-sockets.js'
import { kRegistration } from '../../../lib/plugin/request/registration.js'
import { until } from '../../until.js'

const upstream = 'https://api.example.test/v1'

/** The registration that a proxy asks: nobody is logged in unless `sessions` says so. */
function registrationOf (reads: unknown[] = []) {
  const asked: unknown[] = []
  const context = {
    config: {
      httpTimeout: 5,
      appBases: [{ origin: 'https://app.example.test', basePath: '', secure: true }],
      routes: {}
    },
    sessions: {
      read: (_jar: unknown, touch: boolean) => {
        asked.push(touch)
        const read = reads.shift()
        if (read instanceof Error) throw read
        return read
      }
    },
    emit () {}
  }
  const seen = () => ({ session: null, touches: true })
  return { context, requestContext: seen, seenAnew: seen, asked }
}

/** A reply that keeps how it was answered. */
function replied () {
  const answers: Record<string, unknown>[] = []
  const answer: Record<string, unknown> = {}
  const raw = Object.assign(new EventEmitter(), { destroyed: false })
  const reply: Record<string, unknown> = { raw }
  for (const name of ['code', 'type', 'header', 'serializer', 'send']) {
    reply[name] = (value: unknown, more?: unknown) => {
      answer[name === 'header' ? String(value) : name] = more ?? value
      if (name === 'send') answers.push({ ...answer })
      return reply
    }
  }
  reply.fromParameters = (url: string) => ({ url: `/v1${url}` })
  return { reply, answers, raw }
}

function handshake (registration: object, headers: object = {}) {
  const lines: unknown[] = []
  const keep = (...all: unknown[]) => lines.push(all)
  const log = { warn: keep, error: keep, info () {} }
  return {
    lines,
    raw: { socket: {}, complete: true, httpVersionMajor: 1, headers: {}, upgrade: true },
    headers: { upgrade: 'websocket', 'sec-fetch-site': 'same-origin', ...headers },
    method: 'GET',
    url: '/chat?room=1',
    params: {},
    log,
    server: { prefix: '', [kRegistration]: registration }
  }
}

t.test('what @fastify/http-proxy is told', async t => {
  const origin = 'https://api.example.test'
  const { options, close } = createProxy(registrationOf() as never, { upstream: origin }, {} as never)
  t.teardown(close)
  const { preHandler, handler, ...rest } = options as unknown as Record<string, unknown>
  t.match(rest, {
    upstream: 'https://api.example.test',
    prefix: '',
    rewritePrefix: '/',
    httpMethods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    config: { auth0: { session: true, sameOrigin: true, onUnauthenticated: '401' }, [kProxied]: true },
    undici: { connect: { rejectUnauthorized: true } },
    internalRewriteLocationHeader: false,
    websocket: false,
    wsClientOptions: { rejectUnauthorized: true, handshakeTimeout: 30_000, headers: {} },
    wsHooks: {}
  })
  t.equal(kProxied.description, 'auth0.proxied')
  let done = 0
  const hook = preHandler as (...all: unknown[]) => void
  hook({ raw: {} }, {}, () => done++)
  t.equal(done, 1, 'a request that is no upgrade goes on at once')
  const { reply, answers } = replied()
  hook({ ...handshake(registrationOf()), headers: { upgrade: 'h2c' } }, reply, () => done++)
  await new Promise(setImmediate)
  t.equal(done, 1, 'what was answered does not')
  t.match(answers, [{ code: 400, send: /"code":"upgrade_not_supported"/ }])
  const failed = replied()
  ;(handler as (...all: unknown[]) => void)({ server: {} }, failed.reply, '/x')
  await until(() => failed.answers.length > 0)
  t.match(failed.answers, [{ send: TypeError }])
})

t.test('an upstream that gets tokens without TLS is told', async t => {
  for (const [given, told] of [
    [{ upstream }, 0], [{ upstream: 'http://api.example.test' }, 1], [{ upstream: 'http://127.0.0.1:1' }, 0],
    [{ upstream: 'http://api.example.test', token: 'none' }, 0],
    [{ upstream: 'http://api.example.test:80', token: 'application', audience: 'x' }, 1]
  ] as const) {
    const lines: unknown[][] = []
    const log = { warn: (...all: unknown[]) => lines.push(all) }
    const { close } = createProxy(registrationOf() as never, given, log as never)
    await close()
    t.equal(lines.length, told, JSON.stringify(given))
    if (told > 0) t.match(lines[0], [{ code: 'proxy_without_tls' }, /sent to api\.example\.test without TLS/])
  }
})

t.test('a proxy that needs no token asks nobody', async t => {
  const tokens = upstreamTokens(parseProxyOptions({ upstream, token: 'none' }, undefined), {} as never)
  t.equal(await tokens({} as never), undefined)
})

t.test('handshakes of WebSockets: what is refused, and which headers go upstream', async t => {
  const proxy = (more: object = {}, token: () => Promise<unknown> = async () => undefined) => webSockets({
    config: parseProxyOptions({ upstream, websocket: true, timeout: 7, headers: { 'x-a': 'b' }, ...more }, undefined),
    tokens: token
  } as never)
  const registration = registrationOf()
  const { reply, answers } = replied()
  const sockets = proxy()
  const request = handshake(registration)
  t.equal(await sockets.prepare(request as never, reply as never), false)
  t.strictSame(answers, [])
  const { rewriteRequestHeaders, finishRequest, ...rest } = sockets.wsClientOptions as unknown as {
    rewriteRequestHeaders: (headers: object, request: object) => object
    finishRequest: (request: object) => void
  }
  t.strictSame(rest, { rejectUnauthorized: true, handshakeTimeout: 7000, headers: {} })
  t.strictSame(rewriteRequestHeaders({ cookie: 'x' }, request), { 'x-a': 'b' })
  t.strictSame(rewriteRequestHeaders({ cookie: 'x' }, handshake(registration)), {}, 'of another connection')
  t.match(proxy({ tls: { ca: 'c' } }).wsClientOptions, { ca: 'c', rejectUnauthorized: true })

  const proofs: unknown[] = []
  const proof = async (of: object) => {
    proofs.push(of)
    return 'a proof'
  }
  const dpop = { nonces: new Map(), proof }
  const keyed = registrationOf()
  const bound = handshake({
    ...keyed,
    context: { ...keyed.context, now: () => 5 },
    requestContext: () => ({ ...keyed.requestContext(), server: () => ({ dpop }) })
  })
  const tokens = proxy({}, async () => ({ accessToken: 'at', tokenType: 'DPoP' }))
  t.equal(await tokens.prepare(bound as never, reply as never), false)
  const upgrade = tokens.wsClientOptions as unknown as { rewriteRequestHeaders: typeof rewriteRequestHeaders }
  t.strictSame(upgrade.rewriteRequestHeaders({}, bound), { 'x-a': 'b', authorization: 'DPoP at', dpop: 'a proof' })
  t.match(proofs, [{ method: 'GET', url: 'https://api.example.test/v1/chat', accessToken: 'at', now: 5 }])

  const failing = replied()
  const wrong = handshake(registration)
  t.equal(await proxy({}, async () => { throw new ConfigurationError('x', 'y') })
    .prepare(wrong as never, failing.reply as never), true)
  t.match(failing.answers, [{ code: 500 }])
  t.match(wrong.lines, [[{ err: ConfigurationError }, 'auth0 proxy: there is no token for the upstream']])
  const login = replied()
  t.equal(await proxy({}, async () => { throw new LoginRequiredError() })
    .prepare(handshake(registration) as never, login.reply as never), true)
  t.match(login.answers, [{ code: 401, send: /"code":"login_required"/ }])
  t.notMatch(login.answers, [{ send: /loginUrl/ }], 'there is no login route')

  const client = Object.assign(new EventEmitter(), { ended: 0, end () { client.ended++ } })
  finishRequest(client)
  t.equal(client.ended, 1)
  const error = new Error('connect ECONNREFUSED 10.0.0.1:80')
  client.on('error', () => {})
  client.emit('error', error)
  t.equal(error.message, 'The upstream cannot be reached.')
  let resumed = 0
  client.emit('response', { resume: () => resumed++ })
  client.emit('response', { resume: () => resumed++ })
  t.equal(resumed, 1)
})

t.test('an open WebSocket: its session is asked for every minute, and prolonged by nothing', async t => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => { mock.timers.reset() })
  const { prepare, wsHooks } = webSockets({
    config: parseProxyOptions({ upstream, websocket: true }, undefined), tokens: async () => undefined
  } as never)
  const { onConnect } = wsHooks as { onConnect: (context: object, source: object) => void }
  const connection = (socket?: object) => {
    const closed: unknown[] = []
    const close = (...all: unknown[]) => closed.push(all)
    return Object.assign(new EventEmitter(), { _socket: socket, closed, close })
  }
  for (const unknown of [connection(), connection({})]) {
    onConnect({}, unknown)
    t.strictSame(unknown.closed, [[4401, 'login_required']], 'of a connection that nobody prepared')
  }
  const registration = registrationOf([new Error('down'), undefined, undefined])
  const request = handshake(registration)
  await prepare(request as never, replied().reply as never)
  const source = connection(request.raw.socket)
  onConnect({}, source)
  const after = async (milliseconds: number) => {
    mock.timers.tick(milliseconds)
    await new Promise(setImmediate)
    return [registration.asked.length, source.closed.length]
  }
  t.strictSame(await after(59_999), [0, 0])
  t.strictSame(await after(1), [1, 0], 'a session that cannot be read ends nothing')
  t.match(request.lines, [[{ err: { message: 'down' } }, 'auth0 proxy: the session of a WebSocket cannot be read']])
  t.strictSame(await after(60_000), [2, 1])
  t.strictSame(registration.asked, [false, false])
  t.strictSame(source.closed, [[4401, 'login_required']])
  source.emit('close')
  t.strictSame(await after(120_000), [2, 1])
})

t.test('the timer of a WebSocket does not keep the process', async t => {
  const timers: unknown[] = []
  t.capture(globalThis, 'setInterval', () => ({ unref: () => timers.push('unref') }))
  t.capture(globalThis, 'clearInterval', () => timers.push('clear'))
  const { prepare, wsHooks } = webSockets({
    config: parseProxyOptions({ upstream, websocket: true }, undefined), tokens: async () => undefined
  } as never)
  const request = handshake(registrationOf())
  await prepare(request as never, replied().reply as never)
  const source = Object.assign(new EventEmitter(), { _socket: request.raw.socket })
  ;(wsHooks as { onConnect: (context: object, source: object) => void }).onConnect({}, source)
  source.emit('close')
  t.strictSame(timers, ['unref', 'clear'])
})

t.test('a request of a browser that has gone away is told to the log only', async t => {
  const { reply, answers, raw } = replied()
  raw.destroyed = true
  await answerFailed({} as never, new Error('x'), {} as never, reply as never)
  t.match(answers, [{ code: 499, send: /"code":"client_closed_request"/ }])
})
