import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Agent, EnvHttpProxyAgent, getGlobalDispatcher, MockAgent, Pool, setGlobalDispatcher } from 'undici'
import { ConfigurationError, NetworkError, TimeoutError } from '../../lib/errors.js'
import { globalDispatcher } from '../../lib/http/global-transport.js'
import { parseJson } from '../../lib/http/json.js'
import { createHttp, type Http, type HttpOptions } from '../../lib/http/send.js'
import { certificate } from '../hostile/certificates.js'
import { undiciTransport } from '../../lib/http/undici-transport.js'
import { sendJson, startServer } from '../fixtures/loopback.js'
import { until } from '../until.js'

/** A client that is closed after the test; patient, for a busy machine. */
function client (t: Test, options: HttpOptions = {}): Http {
  const http = createHttp({ timeout: 60, ...options })
  t.teardown(() => http.close())
  return http
}

/** Runs a test with undici and with a custom fetch: both have to behave alike. */
function onBothTransports (name: string, run: (t: Test, options: HttpOptions) => Promise<void>): void {
  t.test(name, async t => {
    await t.test('undici', t => run(t, {}))
    await t.test('customFetch', t => run(t, { customFetch: fetch }))
  })
}

onBothTransports('sends method, path, headers and body, and returns status, headers and body', async (t, options) => {
  const server = await startServer(t, (_, response) => {
    response.setHeader('X-Two', ['x', 'y'])
    sendJson(response, { ok: 'grün' }, 201, { 'set-cookie': 'a=b' })
  })
  const http = client(t, options)
  const response = await http.send({
    method: 'POST',
    url: `${server.origin}/a/b?c=d`,
    headers: { 'content-type': 'text/plain' },
    body: 'hällo'
  })
  t.equal(response.status, 201)
  t.equal(response.body, '{"ok":"grün"}')
  t.match(response.headers, { 'content-type': 'application/json', 'x-two': 'x, y' })
  t.notOk('set-cookie' in response.headers, 'cookies are left behind')
  const [{ method, url, headers, body }] = server.received as [typeof server.received[0]]
  t.match({ method, url, body }, { method: 'POST', url: '/a/b?c=d', body: 'hällo' })
  t.match(headers, {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'content-type': 'text/plain',
    'content-length': '6'
  })
})

onBothTransports('Auth0-Client names this package, another client, or nobody', async (t, options) => {
  const server = await startServer(t, (_, response) => sendJson(response, {}))
  for (const telemetry of [undefined, { name: 'app', version: '2.0.0' }, false] as const) {
    await client(t, { ...options, telemetry }).send({ method: 'GET', url: server.origin })
  }
  const [own, other, none] = server.received.map(({ headers }) => headers['auth0-client'] as string | undefined)
  t.match(JSON.parse(Buffer.from(own!, 'base64').toString()), {
    name: 'fastify-auth0',
    version: /^\d/,
    env: { node: process.versions.node }
  })
  t.match(JSON.parse(Buffer.from(other!, 'base64').toString()), { name: 'app', version: '2.0.0' })
  t.equal(none, undefined)
})

onBothTransports('a redirect is an answer and is not followed', async (t, options) => {
  const server = await startServer(t, (_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  const { status } = await client(t, options).send({ method: 'GET', url: `${server.origin}/start` })
  t.equal(status, 302)
  t.equal(server.received.length, 1)
})

t.test('a custom fetch that follows redirects is refused', async t => {
  const customFetch = async (): Promise<Response> =>
    Object.defineProperty(new Response('{}'), 'redirected', { value: true })
  await t.rejects(client(t, { customFetch }).send({ method: 'GET', url: 'https://a.test/' }), {
    code: 'invalid_response',
    message: /redirect/
  })
})

t.test('connections are kept', async t => {
  const ports = new Set<number>()
  const server = await startServer(t, (_, response) => {
    ports.add(response.socket!.remotePort!)
    sendJson(response, {})
  })
  const http = client(t)
  for (let i = 0; i < 5; i++) await http.send({ method: 'GET', url: server.origin })
  t.ok(ports.size <= 2)
})

onBothTransports('bodies are sent as text, bytes, stream or form', async (t, options) => {
  const server = await startServer(t, (_, response) => sendJson(response, {}))
  const http = client(t, options)
  const form = new FormData()
  form.set('users', new Blob(['[{}]'], { type: 'application/json' }), 'users.json')
  for (const body of ['text', Buffer.from('bytes'), Readable.from([Buffer.from('str'), Buffer.from('eam')]), form]) {
    await http.send({ method: 'POST', url: server.origin, body })
  }
  t.match(server.received.map(({ body }) => body), ['text', 'bytes', 'stream',
    /filename="users.json"\r\nContent-Type: application\/json\r\n\r\n\[\{\}\]/])
  t.match(server.received[3]!.headers['content-type'], /^multipart\/form-data; boundary=/)
})

t.test('compressed answers are decoded', async t => {
  const text = '{"text":"' + 'x'.repeat(1000) + '"}'
  const encodings: Record<string, Buffer> = {
    gzip: gzipSync(text),
    'x-gzip': gzipSync(text),
    br: brotliCompressSync(text),
    deflate: deflateSync(text),
    Identity: Buffer.from(text)
  }
  const server = await startServer(t, ({ path }, response) => {
    const name = path.slice(1)
    if (name === 'raw') response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(text))
    else response.writeHead(200, { 'content-encoding': name }).end(encodings[name])
  })
  const http = client(t)
  for (const name of [...Object.keys(encodings), 'raw']) {
    t.equal((await http.send({ method: 'GET', url: `${server.origin}/${name}` })).body, text, name)
  }
  const streamed = await http.stream({ method: 'GET', url: `${server.origin}/gzip` })
  t.equal((await streamed.body.toArray()).join(''), text)
})

t.test('what a customFetch leaves compressed is decoded, within the limit', async t => {
  const left =
    (text: string): typeof fetch =>
      async () =>
        new Response(gzipSync(text), { headers: { 'content-encoding': 'gzip' } })
  const request = { method: 'GET', url: 'https://x.test/', maxBytes: 1000 } as const
  t.equal((await client(t, { customFetch: left('{"a":1}') }).send(request)).body, '{"a":1}')
  await t.rejects(client(t, { customFetch: left('x'.repeat(1001)) }).send(request), { code: 'response_too_large' })
  for (const [encoding, ...bytes] of [
    ['gzip', 0x61, 0x62], ['gzip', 0x1f, 0x61], ['gzip', 0x61, 0x8b], ['br', 0x1f, 0x8b], ['br', 0x61, 0x8b]
  ] as [string, number, number][]) {
    const customFetch: typeof fetch = async () =>
      new Response(Buffer.from(bytes), { status: 400, headers: { 'content-encoding': encoding } })
    const { body } = await client(t, { customFetch }).send(request)
    t.equal(body, Buffer.from(bytes).toString(), `it was decoded: ${encoding} ${String(bytes)}`)
  }
})

t.test('an empty body needs no decoding', async t => {
  const server = await startServer(t, (_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end())
  t.equal((await client(t).send({ method: 'DELETE', url: server.origin })).body, '')
})

t.test('what is compressed in an unknown way, or broken, is refused', async t => {
  const server = await startServer(t, ({ path }, response) => {
    response.writeHead(200, { 'content-encoding': path === '/zstd' ? 'zstd' : 'gzip' }).end('not compressed')
  })
  const http = client(t)
  await t.rejects(http.send({ method: 'GET', url: `${server.origin}/zstd` }), {
    code: 'invalid_response',
    message: /unknown/
  })
  await t.rejects(http.send({ method: 'GET', url: `${server.origin}/gzip` }), {
    code: 'invalid_response',
    message: /broken/
  })
  await t.rejects(http.stream({ method: 'GET', url: `${server.origin}/zstd` }), { code: 'invalid_response' })
  const failing = await startServer(t, ({ path }, response) => {
    response.writeHead(503, { 'content-encoding': path.slice(1), 'retry-after': '7' }).end('not compressed')
  })
  for (const path of ['gzip', 'br', 'zstd']) {
    t.match(await http.send({ method: 'GET', url: `${failing.origin}/${path}` }),
      { status: 503, headers: { 'retry-after': '7' }, body: '' }, 'a status tells more than a body that is broken')
  }
})

onBothTransports('DISC-15, TOK-22: a body is refused once it is too large, and not read on', async (t, options) => {
  let sent = 0
  const server = await startServer(t, ({ path }, response) => {
    if (path === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000)))
      return
    }
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const write = (): void => {
      if (response.destroyed || sent > 60_000_000) {
        response.end()
        return
      }
      sent += chunk.length
      if (response.write(chunk)) setImmediate(write)
      else response.once('drain', write)
    }
    write()
  })
  const http = client(t, options)
  const before = process.memoryUsage().rss
  for (const path of ['/endless', '/bomb']) {
    await t.rejects(http.send({ method: 'GET', url: server.origin + path, maxBytes: 256 * 1024 }), {
      code: 'response_too_large',
      statusCode: 502
    }, path)
  }
  t.ok(sent < 30_000_000, `the server was stopped after ${sent} bytes`)
  t.ok(process.memoryUsage().rss - before < 100_000_000)
})

onBothTransports('the default limit is 1 MiB', async (t, options) => {
  const server = await startServer(t,
    ({ path }, response) => response.end(Buffer.alloc(1024 * 1024 + Number(path.slice(1)), 'x')))
  const http = client(t, options)
  t.equal((await http.send({ method: 'GET', url: `${server.origin}/0` })).body.length, 1024 * 1024)
  await t.rejects(http.send({ method: 'GET', url: `${server.origin}/1` }), { code: 'response_too_large' })
})

onBothTransports('DISC-06: an answer that is used must be UTF-8; an error may be of any encoding',
  async (t, options) => {
    const server = await startServer(t,
      ({ path }, response) => response.writeHead(Number(path.slice(1))).end(Buffer.from('\ufeff{"a":1}', 'utf16le')))
    const http = client(t, options)
    await t.rejects(http.send({ method: 'GET', url: `${server.origin}/200` }), {
      code: 'invalid_response',
      message: /UTF-8/
    })
    t.equal((await http.send({ method: 'GET', url: `${server.origin}/500` })).status, 500)
  })

onBothTransports('DISC-14, TOK-21: a server that never answers, stops midway or trickles runs into the timeout',
  async (t, options) => {
    const server = await startServer(t, ({ path }, response) => {
      if (path === '/never') return
      response.writeHead(200)
      response.write('{')
      if (path === '/trickle') {
        const timer = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(timer))
      }
    })
    const http = client(t, options)
    await http.send({ method: 'GET', url: `${server.origin}/never`, timeout: 0.01 }).catch(() => {})
    for (const path of ['/never', '/stall', '/trickle']) {
      const error = await http.send({ method: 'GET', url: server.origin + path, timeout: 0.1 }).catch((
        error: unknown
      ) => error)
      t.ok(error instanceof TimeoutError, path)
      t.match(error, { code: 'timeout', statusCode: 504, message: /127\.0\.0\.1:\d+ did not answer within 0\.1 s/ })
    }
    const short = client(t, { ...options, timeout: 0.1 })
    await t.rejects(short.send({ method: 'GET', url: `${server.origin}/never` }), TimeoutError,
      "the client's own timeout")
    await t.rejects(short.stream({ method: 'GET', url: `${server.origin}/never` }), TimeoutError,
      'a stream must begin in time')
  })

t.test('a custom fetch that listens to no signal is left alone', async t => {
  const http = client(t, { customFetch: () => new Promise(() => {}) })
  await t.rejects(http.send({ method: 'GET', url: 'https://a.test/', timeout: 0.05 }), TimeoutError)
})

onBothTransports('the caller may give up before, or in the middle', async (t, options) => {
  const server = await startServer(t, () => {})
  const http = client(t, options)
  const early = new AbortController()
  early.abort(new Error('gone'))
  await t.rejects(http.send({ method: 'GET', url: server.origin, signal: early.signal }), {
    code: 'aborted',
    cause: { message: 'gone' }
  })
  t.equal(server.received.length, 0)
  const late = new AbortController()
  const pending = http.send({ method: 'GET', url: server.origin, signal: late.signal })
  setTimeout(() => late.abort(), 50)
  await t.rejects(pending, { code: 'aborted' })
})

onBothTransports("a server that is not there, or hangs up, is a NetworkError with the system's code",
  async (t, options) => {
    const server = await startServer(t, (_, response) => response.destroy())
    const http = client(t, options)
    const hungUp = await http.send({ method: 'POST', url: server.origin, body: 'secret=1' }).catch((error: unknown) =>
      error
    )
    t.ok(hungUp instanceof NetworkError)
    t.match(hungUp, {
      code: 'network_error',
      statusCode: 502,
      message: /^The request to 127\.0\.0\.1:\d+ failed: (ECONNRESET|UND_ERR_SOCKET)$/
    })
    server.close()
    const refused = await http.send({ method: 'GET', url: server.origin }).catch((error: unknown) => error) as Error
    t.match(refused, { code: 'network_error', message: /ECONNREFUSED/, cause: { code: 'ECONNREFUSED' } })
  })

onBothTransports('an answer that breaks off is a NetworkError, and nothing of it is left', async (t, options) => {
  const text = JSON.stringify({ access_token: 's3cret'.repeat(100) })
  const parts: Record<string, [headers: Record<string, string>, part: string | Buffer]> = {
    '/length': [{ 'content-length': String(text.length) }, text.slice(0, 100)],
    '/chunked': [{ 'transfer-encoding': 'chunked' }, text],
    '/empty': [{ 'content-length': String(text.length) }, ''],
    '/gzip': [{ 'content-encoding': 'gzip' }, gzipSync(text).subarray(0, 30)]
  }
  const server = await startServer(t, ({ path }, response) => {
    const [headers, part] = parts[path] ?? []
    if (part === undefined) {
      sendJson(response, {})
      return
    }
    response.writeHead(200, headers).flushHeaders()
    response.write(part, () => response.destroy())
    if (part === '') response.destroy()
  })
  const http = client(t, options)
  const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  await http.send({ method: 'GET', url: server.origin })
  const before = timers()
  for (const path of Object.keys(parts)) {
    const error = await http.send({ method: 'GET', url: server.origin + path }).catch((error: unknown) => error)
    t.ok(error instanceof NetworkError, path)
    t.match(error, {
      code: 'network_error',
      statusCode: 502,
      message: /^The request to 127\.0\.0\.1:\d+ failed: \w+$/
    }, path)
    t.notMatch(inspect(error), /s3cret/)
  }
  t.ok(timers() <= before, 'no deadline runs on')
  t.equal((await http.send({ method: 'GET', url: server.origin })).status, 200, 'the next request is answered')
  await http.close()
})

t.test('a body that is destroyed before its end, or was before it is read, is a NetworkError', async t => {
  const begun = (): Readable => {
    const body = new Readable({ read () {} })
    body.push('{')
    return body
  }
  const gone = begun().destroy()
  await once(gone, 'close')
  const going = begun()
  setImmediate(() => going.destroy())
  for (const body of [going, gone]) {
    const customFetch = (async () => ({ status: 200, headers: {}, body })) as unknown as typeof fetch
    await t.rejects(client(t, { customFetch }).send({ method: 'GET', url: 'https://a.test/', timeout: 2 }), {
      code: 'invalid_response',
      message: 'The answer broke off.'
    })
  }
})

t.test('what a custom fetch throws does not bring the request along', async t => {
  const failures = [Object.assign(new Error('boom'), { request: { body: 's3cret' } }), 's3cret',
    Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('no'), { code: 'ENOTFOUND' }) })]
  for (
    const [failure, message] of failures.map((failure, i) =>
      [failure, ['boom', 'unknown failure', 'ENOTFOUND'][i]] as const
    )
  ) {
    const error = await client(t, { customFetch: () => Promise.reject(failure) }).send({
      method: 'GET',
      url: 'https://a.test/'
    }).catch((error: unknown) => error) as Error
    t.equal(error.message, `The request to a.test failed: ${message}`)
    t.notMatch(JSON.stringify([error, error.cause, error.stack]), /s3cret/)
  }
})

t.test('a custom fetch may answer without a body', async t => {
  const http = createHttp({ customFetch: async () => new Response(null, { status: 204 }) })
  t.strictSame(await http.send({ method: 'GET', url: 'https://a.test/' }), { status: 204, headers: {}, body: '' })
})

t.test('a dispatcher of the application is used, and not closed', async t => {
  const server = await startServer(t, (_, response) => sendJson(response, {}))
  const paths: string[] = []
  const agent = new Agent().compose(dispatch => (options, handler) => {
    paths.push(options.path)
    return dispatch(options, handler)
  })
  const http = createHttp({ dispatcher: agent, timeout: 60 })
  await http.send({ method: 'GET', url: `${server.origin}/one` })
  await http.close()
  await http.send({ method: 'GET', url: `${server.origin}/two` })
  t.strictSame(paths, ['/one', '/two'])
  await agent.close()
})

t.test('closing lets go of the connections, and the door opens again', async t => {
  const server = await startServer(t, (_, response) => sendJson(response, {}))
  const http = client(t)
  await http.close()
  await http.send({ method: 'GET', url: server.origin })
  await http.close()
  t.equal((await http.send({ method: 'GET', url: server.origin })).status, 200)
  await client(t, { customFetch: fetch }).close()
})

t.test('TOK-29: certificates are checked, and a client certificate is presented', async t => {
  const authority = certificate({ name: 'Test authority', authority: true })
  const server = certificate({ name: '127.0.0.1', issuer: authority, hosts: ['127.0.0.1'] })
  const clientCert = certificate({ name: 'client', issuer: authority })
  const peers: string[] = []
  const { origin } = await startServer(t, (_, response) => {
    peers.push((response.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN as string)
    sendJson(response, {})
  }, { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true })
  const tls = { cert: clientCert.cert, key: clientCert.key, ca: authority.cert }
  t.equal((await client(t, { tls }).send({ method: 'GET', url: origin })).status, 200)
  t.strictSame(peers, ['client'])
  await t.rejects(client(t).send({ method: 'GET', url: origin }), { code: 'network_error' }, 'an unknown authority')
  await t.rejects(client(t, { tls }).send({ method: 'GET', url: origin.replace('127.0.0.1', 'localhost') }), {
    code: 'network_error'
  }, 'another host')
  for (const other of [{ customFetch: fetch }, { dispatcher: new Agent() }]) {
    t.throws(() => createHttp({ tls, ...other }),
      new ConfigurationError('tls',
        'Option "tls" must not be given beside "customFetch" or "dispatcher": they make the connections.'))
  }
})

t.test('repeats what is safe to repeat, as long as it was told', async t => {
  const answers = [503, 429, 500, 200]
  const server = await startServer(t, ({ path }, response, index) => {
    if (path === '/reset' && index === 0) response.destroy()
    else sendJson(response, {}, path === '/reset' ? 200 : answers[index]!, { 'retry-after': '2' })
  })
  const waits: number[] = []
  const retry = {
    retries: 5,
    random: () => 0,
    sleep: async (seconds: number) => {
      waits.push(seconds)
    }
  }
  const http = client(t)
  t.equal((await http.send({ method: 'GET', url: server.origin, retry })).status, 200)
  t.strictSame(waits, [2, 2, 2])
  server.received.length = 0
  t.equal((await http.send({ method: 'GET', url: `${server.origin}/reset`, retry })).status, 200)
  t.equal(waits.length, 4)
})

t.test('the last answer counts when the attempts are used up', async t => {
  const server = await startServer(t,
    ({ path }, response) => path === '/reset' ? response.destroy() : sendJson(response, {}, 503))
  const retry = { retries: 2, sleep: async () => {} }
  const http = client(t)
  t.equal((await http.send({ method: 'GET', url: server.origin, retry })).status, 503)
  t.equal(server.received.length, 3)
  await t.rejects(http.send({ method: 'GET', url: `${server.origin}/reset`, retry }), { code: 'network_error' })
  t.equal(server.received.length, 6)
})

t.test('a stream is sent once: its body is gone', async t => {
  const server = await startServer(t, (_, response) => sendJson(response, {}, 429))
  const { status } = await client(t).send({
    method: 'POST',
    url: server.origin,
    body: Readable.from(['x']),
    retry: { retries: 3 }
  })
  t.equal(status, 429)
  t.equal(server.received.length, 1)
})

t.test('an abort ends the wait between two attempts', async t => {
  const server = await startServer(t, (_, response) => {
    sendJson(response, {}, 429, { 'retry-after': '9' })
    setTimeout(() => controller.abort(), 50)
  })
  const controller = new AbortController()
  await t.rejects(
    client(t).send({ method: 'GET', url: server.origin, signal: controller.signal, retry: { retries: 1 } }),
    { code: 'aborted' }
  )
})

onBothTransports('a stream is read as it comes, and fails when the server falls silent', async (t, options) => {
  let open: ServerResponse | undefined
  const server = await startServer(t, (_, response) => {
    open = response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('one')
  })
  const http = client(t, options)
  const whole = await http.stream({ method: 'GET', url: `${server.origin}/whole` })
  t.match(whole, { status: 200, headers: { 'content-type': 'text/event-stream' } })
  open!.end('two')
  t.equal(Buffer.concat(await whole.body.toArray()).toString(), 'onetwo')
  const broken = await http.stream({ method: 'GET', url: `${server.origin}/broken` })
  open!.destroy()
  await t.rejects(broken.body.toArray(), { code: 'network_error' })
  const silent = await http.stream({ method: 'GET', url: `${server.origin}/silent`, timeout: 0.1 })
  await t.rejects(silent.body.toArray(), { code: 'timeout', message: /sent nothing for 0\.1 s/ })
})

t.test('the caller may leave a stream', async t => {
  const closed: string[] = []
  const server = await startServer(t, ({ path }, response) => {
    response.on('close', () => closed.push(path))
    response.write('x')
  })
  const http = client(t)
  const controller = new AbortController()
  const aborted = await http.stream({ method: 'GET', url: `${server.origin}/abort`, signal: controller.signal })
  setTimeout(() => controller.abort(), 30)
  await t.rejects(aborted.body.toArray(), { code: 'aborted' })
  const left = await http.stream({ method: 'GET', url: `${server.origin}/left` })
  left.body.destroy()
  await once(left.body, 'close')
  await until(() => closed.length === 2)
  t.strictSame(closed.sort(), ['/abort', '/left'])
})

t.test('closing waits for what is under way, and what follows it is sent all the same', async t => {
  let arrived: () => void = () => {}
  const arrival = new Promise<void>(resolve => {
    arrived = resolve
  })
  let answer: () => void = () => {}
  const server = await startServer(t, ({ path }, response) => {
    if (path !== '/slow') {
      sendJson(response, {})
      return
    }
    answer = () => sendJson(response, {})
    arrived()
  })
  const http = client(t)
  const pending = http.send({ method: 'POST', url: `${server.origin}/slow` })
  await arrival
  const closing = http.close()
  t.equal((await http.send({ method: 'GET', url: `${server.origin}/next` })).status, 200)
  answer()
  t.equal((await pending).status, 200)
  await closing
})

t.test('closing ends streams, and does not wait for ever', async t => {
  let arrived: () => void = () => {}
  const arrival = new Promise<void>(resolve => {
    arrived = resolve
  })
  const server = await startServer(t, ({ path }, response) => {
    if (path === '/stream') response.write('one')
    else arrived()
  })
  const http = client(t, { timeout: 0.2 })
  const { body } = await http.stream({ method: 'GET', url: `${server.origin}/stream`, timeout: 60 })
  const hanging = http.fetch(new URL(`${server.origin}/hanging`), {})
  hanging.catch(() => {})
  await arrival
  await http.close()
  await t.rejects(body.toArray(), { code: 'aborted' })
  await t.rejects(hanging, { message: 'fetch failed' })
})

t.test('an idle connection is kept for a second', async t => {
  const ports: number[] = []
  let idle: Promise<unknown> | undefined
  const server = await startServer(t, (_, response) => {
    ports.push(response.socket!.remotePort!)
    idle = once(response.socket!, 'close')
    sendJson(response, {})
  })
  const http = client(t)
  for (let i = 0; i < 5; i++) await http.send({ method: 'GET', url: server.origin })
  const before = new Set(ports.splice(0))
  t.ok(before.size <= 2)
  await idle
  await http.send({ method: 'GET', url: server.origin })
  t.notOk(before.has(ports[0]!))
})

t.test('a dispatcher of the whole process is used, as mocks and proxies need', async t => {
  const server = await startServer(t, (_, response) => sendJson(response, { real: true }))
  const before = getGlobalDispatcher()
  t.teardown(() => {
    setGlobalDispatcher(before)
  })
  const http = client(t)
  const ask = async (): Promise<string> => (await http.send({ method: 'GET', url: server.origin })).body
  t.equal(await ask(), '{"real":true}')
  // What Node 26 puts there by itself.
  class Dispatcher1Wrapper extends Agent {
    static wrapHandler () {}
  }
  const mock = new MockAgent()
  mock.disableNetConnect()
  setGlobalDispatcher(mock)
  await t.rejects(ask(), { code: 'network_error', message: /UND_MOCK/ })
  await t.rejects(http.fetch(new URL(server.origin), {}), { message: 'fetch failed' })
  mock.get(server.origin).intercept({ path: '/' }).reply(200, '{"mocked":true}').times(2)
  t.equal(await ask(), '{"mocked":true}')
  t.equal(await (await http.fetch(new URL(server.origin), {})).text(), '{"mocked":true}')
  t.equal(server.received.length, 1, 'nothing real goes out')
  for (const [agent, honoured] of [
    [new Agent(), false],
    [new Agent({ connections: 1 }), true],
    [new Agent({ connect: { timeout: 1000 } }), true],
    [new Agent({ factory: origin => new Pool(origin) }), true],
    [new Agent().compose(dispatch => (options, handler) => dispatch(options, handler)), true],
    [new EnvHttpProxyAgent(), true],
    [new Dispatcher1Wrapper(), false]
  ] as const) {
    setGlobalDispatcher(agent)
    t.equal(globalDispatcher() === agent, honoured, agent.constructor.name)
    t.equal(await ask(), '{"real":true}')
    await agent.close()
  }
  const tls = { cert: certificate({ name: 'client' }).cert, key: certificate({ name: 'client' }).key }
  setGlobalDispatcher(mock)
  await t.rejects(client(t, { tls }).send({ method: 'GET', url: server.origin }), {
    code: 'configuration_error',
    message: /setGlobalDispatcher/
  })
  mock.get(server.origin).intercept({ path: '/' }).reply(200, '{"mocked":true}')
  t.equal((await client(t, { publicOnly: true }).send({ method: 'GET', url: server.origin })).body, '{"mocked":true}',
    'a mock connects to nothing')
  let dispatched = 0
  setGlobalDispatcher(new Agent({ connections: 1 }).compose(dispatch => (options, handler) => {
    dispatched++
    return dispatch(options, handler)
  }))
  t.equal(await ask(), '{"real":true}')
  t.equal(dispatched, 1)
  const local = server.origin.replace('127.0.0.1', 'localhost')
  await t.rejects(client(t, { publicOnly: true }).send({ method: 'GET', url: local }), /private_address/)
  t.equal(dispatched, 1)
})

t.test('a fetch that a test has put in place of the real one is used', async t => {
  const real = globalThis.fetch
  t.teardown(() => {
    globalThis.fetch = real
  })
  const answer = { status: 200, json: async () => ({ mocked: true }) }
  const double = Object.assign(async () => answer, { mock: {} })
  const http = client(t)
  globalThis.fetch = double as never
  t.equal((await http.send({ method: 'GET', url: 'https://a.test/' })).body, '{"mocked":true}')
  t.equal(await http.fetch(new URL('https://a.test/'), {}), answer)
  globalThis.fetch = Object.assign(async () => answer, { [Symbol('isPatchedModule')]: true }) as never
  t.equal((await http.send({ method: 'GET', url: 'https://a.test/' })).body, '{"mocked":true}')
  const server = await startServer(t, (_, response) => sendJson(response, { real: true }))
  const dispatcher = new Agent()
  t.equal(await (await client(t, { dispatcher }).fetch(new URL(server.origin), {})).text(), '{"real":true}',
    'a dispatcher of the application comes first')
  t.equal((await client(t, { dispatcher }).send({ method: 'GET', url: server.origin })).body, '{"real":true}')
  await dispatcher.close()
  globalThis.fetch = async (...args) => await real(...args)
  t.equal((await http.send({ method: 'GET', url: server.origin })).body, '{"real":true}')
})

t.test('a custom fetch may answer in many shapes', async t => {
  const json = { a: 1 }
  const text = JSON.stringify(json)
  const headers = { 'Content-Type': 'application/json' }
  for (const [name, answer] of Object.entries({
    'status and json': { ok: true, status: 200, json: async () => json },
    'headers, json and text': {
      status: 200,
      headers: new Headers(headers),
      json: async () => json,
      text: async () => text
    },
    'a plain object of headers': { status: 200, headers, text: async () => text },
    'a Node.js stream': { status: 200, headers: new Headers(headers), body: Readable.from([Buffer.from(text)]) },
    'a Response': Response.json(json)
  })) {
    const http = client(t, { customFetch: async () => answer as Response })
    t.match(await http.send({ method: 'GET', url: 'https://a.test/' }), {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: text
    }, name)
  }
  for (const answer of [undefined, {}, 'x']) {
    const http = client(t, { customFetch: async () => answer as never })
    await t.rejects(http.send({ method: 'GET', url: 'https://a.test/' }), {
      code: 'invalid_response',
      message: /status/
    })
  }
  t.throws(() => parseJson({ status: 200, headers: { 'content-type': 'text/html' }, body: '{}' }, 'X'),
    { message: /"text\/html"/ })
})

onBothTransports('fetch: bodies, headers, errors and what becomes of them', async (t, options) => {
  const server = await startServer(t, ({ path, method, body, headers }, response) => {
    if (path === '/cookies') response.setHeader('set-cookie', ['a=1', 'b=2'])
    if (path === '/moved') response.writeHead(302, { location: '/' }).end()
    else if (path === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('zipped'))
    else if (path === '/empty') response.writeHead(204).end()
    else if (path === '/long') response.end('x'.repeat(200_000))
    else sendJson(response, { method, body, type: headers['content-type'], length: headers['content-length'] })
  })
  const http = client(t, options)
  const ask = async (path: string, init: RequestInit = {}) => await http.fetch(new URL(path, server.origin), init)
  const form = new FormData()
  form.set('a', 'b')
  for (const [body, expected] of [
    ['text', { body: 'text', type: 'text/plain;charset=UTF-8', length: '4' }],
    [new URLSearchParams({ a: 'b' }), { body: 'a=b', type: /urlencoded/, length: '3' }],
    [Buffer.from('bytes'), { body: 'bytes', length: '5' }],
    [new Blob(['blob'], { type: 'x/y' }), { body: 'blob', type: 'x/y' }],
    [form, { type: /multipart\/form-data; boundary/ }],
    [new Blob(['stream']).stream(), { body: 'stream' }]
  ] as [NonNullable<RequestInit['body']>, object][]) {
    const init = { method: 'POST', body, ...(body instanceof ReadableStream && { duplex: 'half' as const }) }
    t.match(await (await ask('/echo', init)).json(), { method: 'POST', ...expected })
  }
  t.strictSame(await (await ask('/echo')).json(), { method: 'GET', body: '' }, 'no body, no length')
  t.strictSame((await ask('/cookies')).headers.getSetCookie(), ['a=1', 'b=2'])
  t.equal(await (await ask('/gzip')).text(), 'zipped')
  t.match(await ask('/moved'), { status: 302 })
  t.match(await ask('/empty'), { status: 204, body: null })
  t.equal(await (await ask('/echo', { method: 'HEAD' })).text(), '')
  for (const path of ['/echo', '/gzip', '/long']) {
    await (await ask(path)).body!.cancel()
    await (await ask(path)).body!.getReader().cancel()
    const reader = (await ask(path)).body!.getReader()
    await reader.read()
    await reader.cancel()
  }
  t.equal(await (await ask('/gzip')).text(), 'zipped', 'bodies that were left end nothing but themselves')
  await t.rejects(ask('/echo', { headers: { 'a\nb': 'c' } }), TypeError)
  await t.rejects(ask('/echo', { signal: AbortSignal.abort(new Error('mine')) }), { message: 'mine' })
  server.close()
  await t.rejects(ask('/echo'), { name: 'TypeError', message: 'fetch failed' })
})

t.test('a signal and a time that cannot be used are refused, and nothing is sent', async t => {
  let sent = 0
  const http = createHttp({ customFetch: async () => Response.json({ sent: ++sent }) })
  const request = { method: 'GET', url: 'https://a.test/' } as const
  for (const signal of ['x', null, {}] as never[]) {
    const refused = { name: 'InvalidArgumentError', argument: 'signal', message: /must be an AbortSignal/ }
    await t.rejects(http.send({ ...request, signal }), refused)
    await t.rejects(http.stream({ ...request, signal }), refused)
  }
  for (const timeout of [0, -1, NaN, Infinity, 86_401, '5'] as never[]) {
    await t.rejects(http.send({ ...request, timeout }), {
      name: 'InvalidArgumentError',
      argument: 'timeout',
      message: /seconds above 0, and at most 86400/
    }, String(timeout))
  }
  t.equal(sent, 0)
  const { signal } = new AbortController()
  t.equal((await http.send({ ...request, signal, timeout: 86_400 })).status, 200)
})

t.test("the way to a whole answer is of the package's own connections only", async t => {
  const server = await startServer(t, (_, response) => sendJson(response, {}))
  const request = { method: 'GET', origin: server.origin, path: '/', headers: {}, body: undefined }
  const limits = { seconds: 60, signal: undefined, host: 'a.test', maxBytes: 99 }
  const own = undiciTransport({})
  const theirs = new Agent()
  const given = undiciTransport({ dispatcher: theirs })
  t.teardown(async () => {
    await Promise.all([own.close(1), given.close(1), theirs.close()])
  })
  t.equal(own.whole!(request, limits), undefined, 'there are none yet')
  t.equal(given.ready(), undefined, 'nothing to open')
  await own.ready()
  t.equal(own.ready(), undefined, 'they are open')
  t.equal(given.whole!(request, limits), undefined)
  t.equal(own.whole!({ ...request, body: Readable.from('x') }, limits), undefined, 'a stream')
  t.match(await own.whole!(request, limits), { status: 200 })
})

t.test('our own connections: how many, how long they are kept, and when they end', async t => {
  const held: ServerResponse[] = []
  const server = await startServer(t, ({ path }, response) => {
    if (path === '/held') held.push(response)
    else sendJson(response, {})
  })
  const ended: Agent[] = []
  type Destroy = (this: Agent, ...args: unknown[]) => unknown
  const base = Object.getPrototypeOf(Agent.prototype) as { destroy: Destroy }
  const { destroy } = base
  const { setTimeout, clearTimeout } = globalThis
  const started: { ms: number | undefined, timer: unknown }[] = []
  const cleared: unknown[] = []
  t.teardown(() => Object.assign(globalThis, { setTimeout, clearTimeout }) && Object.assign(base, { destroy }))
  base.destroy = function (...args) {
    if (this instanceof Agent && args.length === 0) ended.push(this)
    return destroy.apply(this, args)
  }
  Object.assign(globalThis, {
    setTimeout (run: () => void, ms?: number) {
      const timer = setTimeout(run, ms)
      started.push({ ms, timer })
      return timer
    },
    clearTimeout (timer: NodeJS.Timeout) {
      cleared.push(timer)
      clearTimeout(timer)
    }
  })
  const ask = (path = '/') => ({ method: 'GET', origin: server.origin, path, headers: {}, body: undefined })
  const limits = { seconds: 60, signal: undefined, host: 'a.test', maxBytes: 99 }
  for (const [upstream, connections, keepAliveMaxTimeout] of [
    [undefined, 128, 1000], [{ connectTimeout: 1000 }, null, 60_000]
  ] as const) {
    const transport = undiciTransport({ upstream })
    await (await transport.exchange(ask(), undefined)).body.toArray()
    await t.rejects(transport.exchange({ ...ask(), origin: 'http://127.0.0.1:1' }, undefined))
    started.length = 0
    await transport.close(77)
    t.notOk(started.some(({ ms }) => ms === 77_000), 'nothing is under way')
    const options = Object.getOwnPropertySymbols(ended[0]).find(({ description }) => description === 'options')!
    t.match(Reflect.get(ended.shift()!, options), { connections, keepAliveTimeout: 1000, keepAliveMaxTimeout })
    await transport.close(1)
    t.strictSame(ended, [], 'they are closed once')
  }
  for (const count of [1, 2]) {
    const transport = undiciTransport({})
    await transport.ready()
    const pending = Array.from({ length: count }, () => transport.whole!(ask('/held'), limits))
    await until(() => held.length === count)
    let closed = false
    const closing = transport.close(77).then(() => { closed = true })
    await until(() => started.some(({ ms }) => ms === 77_000))
    for (const promise of pending) {
      t.notOk(closed)
      sendJson(held.shift()!, {})
      await Promise.race([promise, ...pending.filter(other => other !== promise)])
    }
    await Promise.all([...pending, closing])
    const { timer } = started.find(({ ms }) => ms === 77_000)!
    t.ok(cleared.includes(timer), 'nobody waits any more')
    started.length = ended.length = 0
  }
})

t.test('what a dispatcher is given, and which one is', async t => {
  const asked: object[] = []
  const body = Readable.from([])
  const dispatcher = {
    async request (options: object) {
      asked.push(options)
      return { statusCode: 200, headers: {}, body }
    }
  } as unknown as Agent
  const transport = undiciTransport({ dispatcher })
  const request = { method: 'GET', origin: 'https://a.test', path: '/', headers: {}, body: undefined }
  const { signal } = new AbortController()
  t.strictSame(await transport.exchange(request, undefined), { status: 200, headers: {}, body, decoded: false })
  await transport.exchange({ ...request, body: 'x' }, signal, { timers: true })
  t.strictSame(asked, [
    { ...request, body: null, headersTimeout: 0, bodyTimeout: 0 },
    { ...request, body: 'x', headersTimeout: null, bodyTimeout: null, signal }
  ])
  await undiciTransport({}).exchange(request, undefined, { dispatcher })
  t.equal(asked.length, 3)

  const server = await startServer(t, (_, response) => sendJson(response, {}))
  const own = undiciTransport({ upstream: { connectTimeout: 1000 } })
  const [real, before] = [globalThis.fetch, getGlobalDispatcher()]
  t.teardown(async () => {
    globalThis.fetch = real
    setGlobalDispatcher(before)
    await own.close(1)
  })
  globalThis.fetch = Object.assign(async () => await Promise.reject(new Error('a double')), { mock: {} })
  const mock = new MockAgent()
  mock.disableNetConnect()
  setGlobalDispatcher(mock)
  const answer = await own.exchange({ ...request, origin: server.origin }, undefined)
  t.equal(answer.status, 200, "the application's own servers are asked whatever doubles there are")
  await answer.body.toArray()
})

t.test('times that a client has by itself, and what is left of a stream that has ended', async t => {
  const { setTimeout } = globalThis
  const times: number[] = []
  t.teardown(() => Object.assign(globalThis, { setTimeout }))
  Object.assign(globalThis, {
    setTimeout (run: () => void, ms = 0) {
      // Shorter ones are of others.
      if (ms >= 5000) times.push(ms)
      return setTimeout(run, ms)
    }
  })
  const http = createHttp({ customFetch: async () => new Response('x') })
  const request = { method: 'GET', url: 'https://a.test/' } as const
  await http.send(request)
  t.strictSame(times.splice(0), [5000])
  const { body } = await http.stream(request)
  t.strictSame(times.splice(0), [5000, 60_000])
  await body.toArray()
  await new Promise(resolve => setImmediate(resolve))
  let destroyed = false
  body.destroy = () => {
    destroyed = true
    return body
  }
  await http.close()
  t.notOk(destroyed, 'it is forgotten')
})
