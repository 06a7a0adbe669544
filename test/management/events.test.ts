import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import t from 'tap'
import { EventStreamParser, type ServerSentEvent } from '../../lib/management/events/event-stream.js'
import { ApiError, NetworkError, RateLimitError, TimeoutError } from '../../lib/errors.js'
import { subscribe } from '../../lib/management/events/subscribe.js'
import type { TenantEvent } from '../../lib/management/index.js'
import { failure, scripted, type Step } from './scripted.js'

/** A message as Auth0 sends it: the type and the offset are lines of their own. */
const message = (offset: string, type = 'user.created'): string =>
  `event: ${type}\nid: ${offset}\ndata: ${JSON.stringify({ offset, event: { id: `e${offset}`, type } })}\n\n`
const streamOf = (...parts: string[]): Step => ({
  headers: { 'content-type': 'text/event-stream' },
  body: parts.join('')
})

/** Texts of connections, or what they end with; and what was asked and waited for until the subscription ended. */
async function subscribed (
  connections: (string[] | Error | { parts: string[], lasts?: number, ends?: Error })[],
  { maxReconnects }: { maxReconnects?: number } = {}
) {
  const opened: { target: string, headers: Record<string, string> }[] = []
  const waits: number[] = []
  const events: TenantEvent[] = []
  const bodies: Readable[] = []
  let now = 1000
  const sender = {
    now: () => now,
    random: () => 1,
    sleep: async (seconds: number) => { waits.push(seconds / 1.25) },
    async open (_: unknown, { target, headers }: { target: string, headers: Record<string, string> }) {
      opened.push({ target, headers })
      const next = connections.shift() ?? new Error('that is all')
      if (next instanceof Error) throw next
      const { parts, lasts = 0, ends } = Array.isArray(next) ? { parts: next } : next
      const body = Readable.from((function * () {
        for (const part of parts) yield Buffer.from(part)
        now += lasts
        if (ends !== undefined) throw ends
      })())
      bodies.push(body)
      return { status: 200, headers: {}, body }
    }
  }
  const call = { what: 'GET /events', verb: 'GET', target: '/events?a=b&from_timestamp=c', headers: { x: 'y' } }
  const options = maxReconnects === undefined ? {} : { maxReconnects }
  const error = await failure((async () => {
    for await (const event of subscribe(sender as never, {} as never, { ...call, options } as never)) events.push(event)
  })())
  return { opened, waits, events, error, bodies }
}

/** The next messages. */
async function read (events: AsyncIterable<TenantEvent>, count: number): Promise<TenantEvent[]> {
  const messages: TenantEvent[] = []
  for await (const one of events) if (messages.push(one) === count) break
  return messages
}

/** The offsets of the next messages. */
async function take (events: AsyncIterable<TenantEvent>, count: number): Promise<string[]> {
  return (await read(events, count)).map(({ offset }) => offset)
}

t.test('an event stream is parsed by the algorithm of WHATWG', async t => {
  const one = (event: string, data: string | undefined, id = ''): ServerSentEvent => ({ event, data, id })
  const cases: [name: string, text: string, messages: ServerSentEvent[], retry?: number][] = [
    ['LF', 'data: a\n\n', [one('', 'a')]],
    ['CRLF', 'data: a\r\n\r\n', [one('', 'a')]],
    ['CR', 'data: a\r\r', [one('', 'a')]],
    ['line ends mixed', 'event: x\r\ndata: a\rid: 1\n\r\n', [one('x', 'a', '1')]],
    ['a byte order mark at the start', '\ufeffdata: a\n\n', [one('', 'a')]],
    ['a second byte order mark is part of the name', '\ufeff\ufeffdata: a\n\n', []],
    ['a byte order mark further on', 'data: \ufeffa\n\n', [one('', '\ufeffa')]],
    ['comments', ': hello\n:\ndata: a\n: b\n\n:\n\n', [one('', 'a')]],
    ['several data lines', 'data: a\ndata:b\ndata:  c\n\n', [one('', 'a\nb\n c')]],
    ['an empty data line', 'data\n\n', [one('', '')]],
    ['two empty data lines', 'data\ndata:\n\n', [one('', '\n')]],
    ['only one blank is removed', 'data:  a \n\n', [one('', ' a ')]],
    ['a colon in the value', 'data: a:b\n\n', [one('', 'a:b')]],
    ['an event alone is no message', 'event: x\n\ndata: a\n\n', [one('', 'a')]],
    ['the last event type counts', 'event: x\nevent: y\ndata: a\n\n', [one('y', 'a')]],
    ['an empty event type', 'event: x\nevent\ndata: a\n\n', [one('', 'a')]],
    ['an id alone', 'id: 7\n\n', [one('', undefined, '7')]],
    ['an id stays', 'id: 7\ndata: a\n\ndata: b\n\n', [one('', 'a', '7'), one('', 'b', '7')]],
    ['an empty id takes it away', 'id: 7\ndata: a\n\nid\ndata: b\n\n', [one('', 'a', '7'), one('', 'b', '')]],
    ['an id with NUL is ignored', 'id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n', [one('', 'a', '7'), one('', 'b', '7')]],
    ['retry', 'retry: 2500\n\n', [], 2.5],
    ['retry: 0', 'retry: 0\ndata: a\n\n', [one('', 'a')], 0],
    ['a retry that is no number', 'retry: 2.5\nretry: -1\nretry: 1e3\nretry:\n\n', []],
    ['retry counts without a blank line', 'retry: 1000\n', [], 1],
    ['unknown fields, and names in another case', 'DATA: a\nfoo: b\n data: c\n\n', []],
    ['what has no end is dropped', 'data: a\n\ndata: b\n', [one('', 'a')]],
    ['letters of several bytes', 'data: é€😀\n\n', [one('', 'é€😀')]]
  ]
  for (const [name, text, messages, retry] of cases) {
    const bytes = Buffer.from(text)
    for (const size of [1, 2, 3, bytes.length]) {
      const parser = new EventStreamParser()
      const seen: ServerSentEvent[] = []
      for (let i = 0; i < bytes.length; i += size) seen.push(...parser.push(bytes.subarray(i, i + size)))
      t.strictSame([seen, parser.retry], [messages, retry], `${name}, in pieces of ${size}`)
    }
  }
})

t.test(
  'events have the type and the offset of their lines, and the next connection resumes after the last one',
  async t => {
    const { client, requests, waits } = await scripted(t, [
      streamOf(
        'retry: 5000\n\n: connected\n\n',
        message('1'),
        'event: user.deleted\r\nid: 2\r\ndata: {"event":{"id":"e2"}}\r\n\r\n'
      ),
      streamOf(message('3'))
    ])
    const query = {
      from_timestamp: '2026-01-01T00:00:00Z',
      event_type: ['user.created' as const, 'user.deleted' as const]
    }
    t.strictSame(await read(client.events.subscribe(query, { headers: { 'x-trace': '1' } }), 3), [
      { type: 'user.created', offset: '1', event: { id: 'e1', type: 'user.created' } },
      { type: 'user.deleted', offset: '2', event: { id: 'e2' } },
      { type: 'user.created', offset: '3', event: { id: 'e3', type: 'user.created' } }
    ])
    t.equal(
      requests[0]!.query,
      'from_timestamp=2026-01-01T00%3A00%3A00Z&event_type=user.created&event_type=user.deleted'
    )
    t.equal(requests[1]!.query, 'event_type=user.created&event_type=user.deleted&from=2')
    t.match(requests[1]!.headers, {
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'x-trace': '1',
      authorization: 'Bearer given'
    })
    t.equal(waits.length, 1)
    t.ok(waits[0]! >= 5 && waits[0]! <= 6.25, `${waits[0]} s`)
  }
)

t.test('offsets without an event are read too, and resumed from', async t => {
  const { client, requests } = await scripted(t, [
    streamOf(
      'id: 1\n\n',
      'event: offset-only\nid: 2\ndata: null\n\n',
      'event: offset-only\ndata: {"offset":"3"}\n\n',
      'id: 4\ndata\n\n',
      'data: null\n\n',
      'event: user.created\ndata: [1]\n\n'
    ),
    streamOf(message('5'))
  ])
  const offsets = ['1', '2', '2', '4', '4', '4'].map((offset, i) => ({
    type: 'offset-only',
    offset: i === 2 ? '2' : offset
  }))
  t.strictSame(await read(client.events.subscribe(), 6), offsets)
  const again = await scripted(t, [streamOf('id: 9\n\n'), streamOf(message('10'))])
  t.strictSame(await take(again.client.events.subscribe({ from: '8' }), 2), ['9', '10'])
  t.strictSame(
    again.requests.map(({ query }) => query),
    ['from=8', 'from=9']
  )
  t.equal(requests.length, 1)

  const older = await scripted(
    t,
    streamOf(
      'data: {"type":"user.created","offset":"7","event":{"id":"e"}}\n\n',
      'data: {"offset":"8","event":{"type":"user.deleted"}}\n\n',
      'data: {"nothing":1}\n\n',
      'data: {"offset":"9"}\n\n'
    )
  )
  t.strictSame(
    (await read(older.client.events.subscribe(), 3)).map(({ type, offset }) => [type, offset]),
    [
      ['user.created', '7'],
      ['user.deleted', '8'],
      ['offset-only', '9']
    ],
    'where the data tells, too'
  )
})

t.test("the wait between connections is Auth0's, or grows with each connection that brings nothing", async t => {
  const between = (waits: number[], bases: number[]): void => {
    t.equal(waits.length, bases.length)
    bases.forEach((base, i) => t.ok(waits[i]! >= base && waits[i]! <= base * 1.25, `wait ${i + 1}: ${waits[i]} s`))
  }
  const grows = await scripted(t, [
    streamOf(message('1')),
    ...Array.from({ length: 6 }, () => streamOf(': hello\n\n')),
    streamOf('retry: 250\n', message('2')),
    streamOf(message('3'))
  ])
  t.strictSame(await take(grows.client.events.subscribe(), 3), ['1', '2', '3'])
  between(grows.waits, [1, 2, 4, 8, 16, 30, 30, 0.25])

  for (
    const [retry, first] of [
      ['0', 0.25],
      ['999999999', 300]
    ] as const
  ) {
    const { client, waits } = await scripted(t, [streamOf(`retry: ${retry}\n\n`), streamOf(), streamOf(message('1'))])
    t.strictSame(await take(client.events.subscribe(), 1), ['1'])
    between(waits, [first, Math.max(first, first * 2 > 30 ? first : first * 2)])
  }
})

t.test('connections that bring nothing end the iteration at last', async t => {
  const quiet = await scripted(t, streamOf('retry: 0\n\n'))
  t.match(await failure(take(quiet.client.events.subscribe(), 1)), {
    name: 'NetworkError',
    code: 'event_stream_lost',
    message: 'GET /events: the connection ended, and 10 reconnects in a row brought no message. Subscribe again with ' +
      '"from" and the last offset.'
  })
  t.equal(quiet.requests.length, 11)
  const none = await scripted(t, streamOf())
  t.match(await failure(take(none.client.events.subscribe({}, { maxReconnects: 0 }), 1)), { code: 'event_stream_lost' })
  t.equal(none.requests.length, 1)

  const down = await scripted(t, [streamOf(message('1')), { status: 503, body: {} }], { retry: { retries: 0 } })
  t.match(await failure(take(down.client.events.subscribe({}, { maxReconnects: 3 }), 2)), {
    code: 'event_stream_lost',
    cause: { status: 503 }
  })
  t.equal(down.requests.length, 4)
  const first = await scripted(t, { status: 503, body: {} }, { retry: { retries: 0 } })
  t.match(
    await failure(take(first.client.events.subscribe(), 1)),
    { name: 'ApiError', status: 503 },
    'the first connection fails at once'
  )
  const gone = await scripted(t, [
    streamOf(message('1')),
    { status: 410, body: { error: 'Gone', message: 'The offset is too old.', errorCode: 'offset_expired' } }
  ])
  t.match(await failure(take(gone.client.events.subscribe(), 2)), { status: 410, code: 'offset_expired' })

  const steady = await scripted(t, (request, response) => {
    if (steady.requests.length > 12) return streamOf(message('1')) as object
    steady.clock.now += 90
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(': still here\n\n')
    return undefined
  })
  t.strictSame(
    await take(steady.client.events.subscribe(), 1),
    ['1'],
    'a connection that lasted a minute is a good one'
  )
})

t.test('what Auth0 refuses ends the iteration; its own time-outs do not', async t => {
  const fault = (code: string): string =>
    `event: error\ndata: ${JSON.stringify({ error: { code, message: `It is ${code}.`, offset: '7' } })}\n\n`
  const { client, requests } = await scripted(t, [
    streamOf(fault('timeout')),
    streamOf(fault('connection_timeout'), message('8')),
    streamOf(fault('offset_expired'))
  ])
  const seen: string[] = []
  const error = await failure(
    (async () => {
      for await (const { offset } of client.events.subscribe()) seen.push(offset)
    })()
  )
  t.ok(error instanceof ApiError)
  t.match(error, {
    code: 'offset_expired',
    message: 'GET /events: It is offset_expired.',
    status: 200,
    call: 'GET /events'
  })
  t.strictSame([seen, requests.map(({ query }) => query)], [['8'], ['', 'from=7', 'from=8']])

  const refused = await scripted(t, {
    status: 403,
    body: {
      statusCode: 403,
      error: 'Forbidden',
      message: 'Insufficient scope, expected any of: read:events',
      errorCode: 'insufficient_scope'
    }
  })
  t.match(await failure(take(refused.client.events.subscribe(), 1)), { status: 403, code: 'insufficient_scope' })
  const large = await scripted(t, { status: 400, headers: { 'content-type': 'text/html' }, body: 'x'.repeat(300_000) })
  t.match(await failure(take(large.client.events.subscribe(), 1)), { status: 400, code: 'bad_request' })
  const broken = await scripted(t, streamOf('data: {"offset":\n\n'))
  t.match(await failure(take(broken.client.events.subscribe(), 1)), {
    code: 'invalid_response',
    message: 'GET /events: an event is not valid JSON.'
  })
  const mute = await scripted(t, streamOf('event: error\ndata: null\n\n'))
  t.match(await failure(take(mute.client.events.subscribe(), 1)), { name: 'ApiError', code: 'event_stream_error' })
})

t.test('a connection that breaks or falls silent is followed by another one', async t => {
  const hold = (text: string, then: (response: ServerResponse) => void): Step => (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text)
    setTimeout(() => then(response), 30)
    return undefined
  }
  const { client, requests } = await scripted(t, [
    hold(message('1'), response => response.destroy()),
    hold(message('2'), () => {}),
    hold(message('3'), () => {})
  ])
  t.strictSame(await take(client.events.subscribe({}, { timeout: 1 }), 3), ['1', '2', '3'])
  t.equal(requests.length, 3)
  const controller = new AbortController()
  const endless = await scripted(
    t,
    hold(message('1'), () => controller.abort())
  )
  t.match(await failure(take(endless.client.events.subscribe({}, { signal: controller.signal }), 2)), {
    code: 'aborted'
  })
})

t.test('who stops reading ends the connection', async t => {
  let end: () => void
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  const { client } = await scripted(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(message('1'))
    response.on('close', end)
    return undefined
  })
  t.strictSame(await take(client.events.subscribe(), 1), ['1'])
  await ended
})

t.test('a message without an end is refused', async t => {
  for (const piece of ['x'.repeat(1024 * 1024), `data: ${'x'.repeat(1024 * 1024)}\n`]) {
    const { client } = await scripted(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      Readable.from(
        (function * () {
          for (let i = 0; i < 4; i++) yield piece
        })()
      ).pipe(response)
      return undefined
    })
    t.match(await failure(take(client.events.subscribe(), 1)), { code: 'response_too_large' })
  }
})

t.test('how long a subscription waits for the next connection', async t => {
  const nothing = Array.from({ length: 11 }, (): string[] => [])
  const quiet = await subscribed([...nothing])
  t.strictSame(quiet.waits, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
  t.match(quiet.error, { code: 'event_stream_lost', message: /, and 10 reconnects in a row brought no message\./ })
  for (const [retry, waits] of [
    [0, [0.25, 0.5, 1]], [250, [0.25, 0.5, 1]], [251, [0.251, 0.502, 1.004]], [300_000, [300, 300, 300]],
    [300_001, [300, 300, 300]], [20_000, [20, 30, 30]]
  ] as const) {
    const asked = await subscribed([[`retry: ${retry}\n`], [], [], []], { maxReconnects: 3 })
    t.strictSame(asked.waits, waits, `retry: ${retry}`)
  }
  for (const [lasts, connections] of [[59, 2], [60, 3], [61, 3]] as const) {
    const steady = await subscribed([[], { parts: [], lasts }, []], { maxReconnects: 1 })
    t.equal(steady.opened.length, connections, `a connection that lasts ${lasts} s`)
  }
  const brings = await subscribed([[], [message('1')], [], [], []], { maxReconnects: 2 })
  t.strictSame(brings.waits, [1, 1, 2])
  t.ok(quiet.bodies.every(({ destroyed }) => destroyed))
})

t.test('an event without an offset changes nothing about where to resume', async t => {
  const { opened, events } = await subscribed([['data: {"event":{"type":"x"}}\n\n'], []], { maxReconnects: 1 })
  t.strictSame(events, [{ type: 'x', offset: undefined, event: { type: 'x' } }])
  t.strictSame(opened.map(({ target }) => target), Array.from({ length: 2 }, () => '/events?a=b&from_timestamp=c'))
})

t.test('bytes that make no text leave a line end as it is', async t => {
  const parser = new EventStreamParser()
  const messages = ['data: a\r', '', '\ndata: b\n\n'].flatMap(text => parser.push(Buffer.from(text)))
  t.strictSame(messages, [{ event: '', data: 'a\nb', id: '' }])
})

t.test('which ends of a connection are followed by another one', async t => {
  const dropped = [new TimeoutError('x'), new NetworkError('x')]
  for (const ends of [...dropped, undefined]) {
    const { opened, error, bodies } = await subscribed([{ parts: [message('1')], ...(ends && { ends }) }, []],
      { maxReconnects: 1 })
    t.strictSame(opened.map(({ target }) => target), ['/events?a=b&from_timestamp=c', '/events?a=b&from=1'])
    t.strictSame(opened[0]!.headers, { x: 'y', accept: 'text/event-stream', 'accept-encoding': 'identity' })
    t.match(error, { code: 'event_stream_lost', cause: undefined })
    t.ok(bodies.every(({ destroyed }) => destroyed))
  }
  t.equal((await subscribed([{ parts: [], ends: dropped[0]! }], { maxReconnects: 0 })).error.cause, dropped[0])
  for (const ends of [new NetworkError('x', undefined, 'aborted'), new Error('x')]) {
    const { opened, error } = await subscribed([{ parts: [message('1')], ends }, []])
    t.strictSame([opened.length, error], [1, ends])
  }
  const limited = new RateLimitError({ code: 'x', message: 'm', resetAt: 1 })
  const refused = (status: number) => new ApiError({ code: 'x', message: 'm', status })
  for (const [failure, passes] of [
    [limited, true], [refused(500), true], [refused(503), true], [refused(499), false], [refused(404), false],
    [dropped[0], true], [dropped[1], true], [new NetworkError('x', undefined, 'aborted'), false],
    [new Error('x'), false]
  ] as const) {
    const later = await subscribed([[], failure!, []], { maxReconnects: 1 })
    t.equal(later.error === failure, !passes)
    t.equal(later.error.cause, passes ? failure : undefined)
    const first = await subscribed([failure!])
    t.strictSame([first.error, first.opened.length], [failure, 1], 'the first connection must come about')
  }
})

t.test('what a message of a subscription holds', async t => {
  for (const [text, event] of [
    ['data: {"event":{"type":"a"},"offset":"1"}', { type: 'a', offset: '1', event: { type: 'a' } }],
    ['data: {"event":{"type":"a"},"type":"b","offset":"1"}', { type: 'b', offset: '1', event: { type: 'a' } }],
    ['event: c\ndata: {"event":{"type":"a"},"type":"b"}\nid: 2', { type: 'c', offset: '2', event: { type: 'a' } }],
    ['data: {"event":{"type":"a"}}', { type: 'a', offset: undefined, event: { type: 'a' } }],
    ['data: {"offset":"3"}', { type: 'offset-only', offset: '3' }], ['data: {"a":1}', undefined],
    ['data: "x"', undefined], ['data', undefined]
  ] as const) {
    const { events } = await subscribed([[`${text}\n\n`]], { maxReconnects: 0 })
    t.strictSame(events, event === undefined ? [] : [event], text)
  }
  for (const [text, code, told] of [
    ['event: error', 'event_stream_error', 'Auth0 did not say what went wrong.'],
    ['data: {"error":{"code":"a","message":"b"}}', 'a', 'b']
  ] as const) {
    const { error } = await subscribed([[`${text}\nid: 1\n\n`]])
    t.match(error, { name: 'ApiError', code, message: `GET /events: ${told}`, status: 200, call: 'GET /events' })
  }
  for (const code of ['timeout', 'connection_timeout']) {
    const { opened, events } = await subscribed(
      [[`event: error\ndata: {"error":{"code":"${code}","offset":"5"}}\n\n`], []], { maxReconnects: 1 })
    t.strictSame([opened[1]!.target, events], ['/events?a=b&from=5', []])
  }
})

t.test('how long a message may be', async t => {
  const most = 2 * 1024 * 1024
  const line = (length: number) => Buffer.from(`data: ${'x'.repeat(length - 6)}`)
  const end = Buffer.from('\n')
  const push = (...parts: Buffer[]) => {
    const parser = new EventStreamParser()
    return parts.flatMap(part => parser.push(part)).length
  }
  t.equal(push(line(most), end, end, line(most), end, end), 2, 'each for itself')
  t.equal(push(line(most - 9), end, line(9), end, end), 1)
  t.equal(push(Buffer.concat([line(most), end, end])), 1)
  t.equal(push(Buffer.concat([Buffer.from(':'), line(most), end, line(most), end, end])), 1, 'a comment is none of it')
  for (const parts of [[line(most + 1)], [Buffer.concat([line(most + 1), end])], [line(most - 9), end, line(10)],
    [line(most - 9), end, Buffer.concat([line(10), end])]]) {
    t.throws(() => push(...parts),
      { code: 'response_too_large', message: 'A message of the event stream is too large.' })
  }
})
