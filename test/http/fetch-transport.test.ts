import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { collect } from '../../lib/http/body.js'
import { fetchOver } from '../../lib/http/fetch.js'
import { fetchTransport } from '../../lib/http/fetch-transport.js'
import { until } from '../until.js'
import type { Transport, WireRequest, WireResponse } from '../../lib/http/wire.js'

t.test('what a fetch of the application may answer', async t => {
  const sent: [string, RequestInit][] = []
  const ask = async (response: unknown, request: object = {}) => {
    const transport = fetchTransport(async (url, init) => {
      sent.push([String(url), init!])
      return response as Response
    })
    t.equal(transport.ready(), undefined)
    const wire = {
      origin: 'https://a.test',
      path: '/x?y',
      method: 'POST',
      headers: { a: 'b' },
      body: undefined,
      ...request
    }
    const { status, headers, body, decoded } = await transport.exchange(wire, undefined)
    return { status, headers, body: String(await collect(body, 999)), decoded }
  }
  for (const [response, body, headers = {}] of [
    [{ status: 200 }, ''], [{ status: 200, body: null, text: async () => 'no' }, ''],
    [{ status: 200, body: Readable.from([Buffer.from('x')]) }, 'x'],
    [{ status: 200, body: new Response('x').body }, 'x'],
    [{ status: 200, text: async () => 'x', json: async () => 5 }, 'x'],
    [{ status: 200, json: async () => ({ a: 1 }) }, '{"a":1}', { 'content-type': 'application/json' }],
    [{ status: 200, json: async () => 1, headers: { 'Content-Type': 'a/b' } }, '1', { 'content-type': 'a/b' }],
    [{ status: 200, headers: [['A', '1'], ['a', '2']] }, '', { a: '1, 2' }],
    [{ status: 204, headers: new Headers({ A: '1' }) }, '', { a: '1' }]
  ] as const) {
    t.strictSame(await ask(response), { status: (response as { status: number }).status, headers, body, decoded: true })
  }
  t.strictSame(sent[0], ['https://a.test/x?y', { method: 'POST', headers: { a: 'b' }, redirect: 'manual' }])
  const { signal } = new AbortController()
  const transport = fetchTransport(async (_url, init) => {
    t.match(init, { signal, body: 'x', duplex: 'half' })
    return new Response('')
  })
  await transport.exchange({ origin: 'https://a.test', path: '/', method: 'POST', headers: {}, body: 'x' }, signal)
  await transport.close(1)
  for (const wrong of [undefined, {}, { status: '200' }]) await t.rejects(ask(wrong), { message: /has no status/ })
  await t.rejects(ask({ status: 200, redirected: true }), { message: /followed a redirect/ })
})

t.test('a body that fails before it is read tells its reader, and does not end the process', async t => {
  const body = new ReadableStream({
    pull () {
      throw new Error('broke')
    }
  })
  const request = { origin: 'https://a.test', path: '/', method: 'GET', headers: {}, body: undefined }
  const answer = await fetchTransport(async () => new Response(body)).exchange(request, undefined)
  await new Promise(resolve => setImmediate(resolve))
  await t.rejects(collect(answer.body, 9), { message: 'broke' })
})

t.test('fetch over a transport: what is sent, and the answer', async t => {
  const sent: unknown[][] = []
  let ready = 0
  const ask = async (answer: Partial<WireResponse>, init: RequestInit = {}) => {
    const body = answer.body ?? Readable.from([Buffer.from('x')])
    const transport: Transport = {
      ready: async () => ready++,
      async exchange (...args) {
        sent.push(args)
        return { status: 200, headers: {}, decoded: false, ...answer, body }
      },
      async close () {}
    }
    return { response: await fetchOver(transport, new URL('https://a.test/b?c#d'), init), body }
  }
  const plain = await ask({ headers: { a: ['1', '2'], b: undefined, 'set-cookie': ['x', 'y'] } })
  t.strictSame([sent.pop(), ready], [[{
    method: 'GET',
    origin: 'https://a.test',
    path: '/b?c',
    headers: { accept: '*/*', 'user-agent': 'node', 'accept-encoding': 'gzip, deflate, br' },
    body: undefined
  }, undefined, { timers: true, dispatcher: undefined }], 1])
  t.strictSame([...plain.response.headers], [['a', '1, 2'], ['set-cookie', 'x'], ['set-cookie', 'y']])
  t.strictSame([plain.response.url, await plain.response.text()], ['https://a.test/b?c#d', 'x'])
  const { signal } = new AbortController()
  const dispatcher = {}
  await ask({}, { method: 'POST', body: null, signal, headers: { Accept: 'b' }, dispatcher } as never)
  t.match(sent.pop(), [{ method: 'POST', headers: { accept: 'b' }, body: undefined }, signal, { dispatcher }])
  await ask({}, { signal: null })
  t.equal(sent.pop()![1], undefined)
  await ask({}, { method: 'POST', body: new Blob(['stream']).stream() })
  const { body: stream } = sent.pop()![0] as WireRequest
  t.ok(stream instanceof Readable)
  t.equal(String(await (stream as Readable).toArray()), 'stream')
  await ask({}, { method: 'POST', body: 'ä' })
  t.strictSame((sent.pop()![0] as WireRequest).body, new Uint8Array([0xc3, 0xa4]))
  for (const [status, init] of [[204], [205], [304], [200, { method: 'HEAD' }], [206]] as [number, RequestInit?][]) {
    const { response, body } = await ask({ status }, init)
    t.strictSame([response.status, response.body === null], [status, status !== 206])
    t.equal(body.readableFlowing, status === 206 ? null : true, 'a body that is not given on is read to its end')
    t.equal(await response.text(), status === 206 ? 'x' : '')
  }
  const zipped = (decoded: boolean) =>
    ask({ headers: { 'content-encoding': ' GZIP ' }, body: Readable.from([gzipSync('y')]), decoded })
  t.equal(await (await zipped(false)).response.text(), 'y')
  t.strictSame(Buffer.from(await (await zipped(true)).response.arrayBuffer()), gzipSync('y'))
  const broken = await ask({ headers: { 'content-encoding': 'gzip' } })
  await t.rejects(broken.response.text())
})

t.test('fetch over a transport that fails', async t => {
  const failure = new Error('reset')
  const transport: Transport = {
    ready: () => undefined,
    exchange: async () => await Promise.reject(failure),
    async close () {}
  }
  const ask = async (init: RequestInit) => await fetchOver(transport, new URL('https://a.test/'), init)
  const open = new AbortController()
  for (const init of [{}, { signal: open.signal }]) {
    await t.rejects(ask(init), { name: 'TypeError', message: 'fetch failed', cause: failure })
  }
  const reason = new Error('enough')
  await t.rejects(ask({ signal: AbortSignal.abort(reason) }), reason)
  const late = { ...transport, ready: async () => await Promise.reject(new Error('no undici')) }
  await t.rejects(fetchOver(late, new URL('https://a.test/'), {}), { message: 'no undici' })
})

t.test('a body that nobody reads ends with its Response', async t => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const body = new Readable({ read () {} })
  const transport: Transport = {
    ready: () => undefined,
    exchange: async () => ({ status: 200, headers: {}, body, decoded: false }),
    async close () {}
  }
  t.equal((await fetchOver(transport, new URL('https://a.test/'), {})).status, 200)
  await until(() => {
    collectGarbage()
    return body.destroyed
  }, 500)
  const events = new Readable({ read () {} })
  const open = { ...transport, exchange: async () => ({ status: 200, headers: {}, body: events, decoded: false }) }
  const reader = (await fetchOver(open, new URL('https://a.test/'), {})).body!.getReader()
  const other = new Readable({ read () {} })
  await fetchOver({ ...transport, exchange: async () => ({ status: 200, headers: {}, body: other, decoded: false }) },
    new URL('https://a.test/'), {})
  await until(() => {
    collectGarbage()
    return other.destroyed
  }, 500)
  events.push('one')
  t.equal(Buffer.from((await reader.read()).value!).toString(), 'one', 'who reads a body need not keep its Response')
  const second = reader.read()
  events.push('two')
  events.push(null)
  t.equal(Buffer.from((await second).value!).toString(), 'two')
  t.match(await reader.read(), { done: true })
})

t.test('a body as it is read, and as it is left', async t => {
  const bodyOf = async (source: Readable) => (await fetchOver({
    ready: () => undefined,
    exchange: async () => ({ status: 200, headers: {}, body: source, decoded: false }),
    async close () {}
  }, new URL('https://a.test/'), {})).body!
  const failure = new Error('reset')
  const failed = await bodyOf(new Readable({ read () { this.destroy(failure) } }))
  await t.rejects(failed.getReader().read(), failure)
  const early = new Readable({ read () {} })
  const broken = await bodyOf(early)
  early.destroy(failure)
  await t.rejects(broken.getReader().read(), failure, 'it failed before anybody read it')
  const cut = new Readable({ read () {} })
  const body = await bodyOf(cut)
  cut.destroy()
  await t.rejects(body.getReader().read(), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
  for (const leave of [
    async (given: ReadableStream) => { await given.cancel() },
    async (given: ReadableStream) => {
      const reader = given.getReader()
      const reading = reader.read()
      await reader.cancel()
      t.match(await reading, { done: true })
    },
    async (given: ReadableStream) => {
      const reader = given.getReader()
      t.equal(Buffer.from((await reader.read()).value!).toString(), 'a')
      await reader.cancel()
    }
  ]) {
    const source = new Readable({
      read () {},
      destroy (error, done) { setImmediate(done, error ?? failure) }
    })
    const given = await bodyOf(source)
    source.push('a')
    await leave(given)
    source.push('b')
    await until(() => source.closed)
    t.ok(source.destroyed)
  }
  const bytes = await bodyOf(Readable.from([Buffer.from('xab').subarray(1)]))
  t.strictSame((await bytes.getReader().read()).value, new Uint8Array([0x61, 0x62]), 'bytes, not a Buffer')
})
