import { Readable } from 'node:stream'
import t from 'tap'
import { collect } from '../../lib/http/body.js'
import { fetchTransport } from '../../lib/http/fetch-transport.js'

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
