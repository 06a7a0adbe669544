import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { ApiError, TimeoutError, waitForJob, type Job } from '../../lib/management/index.js'
import { failure, scripted, type Step } from './scripted.js'

const message = (offset: string, more: object = {}): string => `data: ${JSON.stringify({ type: 'user.created', offset, event: { id: `e${offset}`, type: 'user.created' }, ...more })}\n\n`
const streamOf = (...parts: string[]): Step => ({ headers: { 'content-type': 'text/event-stream' }, body: parts.join('') })

/** The offsets of the next events. */
async function take (events: AsyncIterable<{ offset: string }>, count: number): Promise<string[]> {
  const offsets: string[] = []
  for await (const { offset } of events) if (offsets.push(offset) === count) break
  return offsets
}

t.test('events come as they happen, and go on after the last one when the connection ends', async t => {
  const { client, requests, waits } = await scripted(t, [
    streamOf('retry: 5000\n\n: hello\n\n', message('1'), 'event: user.created\r\nid: 2\r\n', message('2')),
    streamOf(message('3'))
  ])
  t.strictSame(await take(client.events.subscribe({ from_timestamp: '2026-01-01T00:00:00Z', event_type: ['user.created', 'user.deleted'] }, { headers: { 'x-trace': '1' } }), 3), ['1', '2', '3'])
  t.equal(requests[0]!.query, 'from_timestamp=2026-01-01T00%3A00%3A00Z&event_type=user.created&event_type=user.deleted')
  t.equal(requests[1]!.query, 'event_type=user.created&event_type=user.deleted&from=2')
  t.match(requests[1]!.headers, { accept: 'text/event-stream', 'x-trace': '1', authorization: 'Bearer given' })
  t.equal(waits.length, 1)
})

t.test('the wait between connections is Auth0\'s, or grows', async t => {
  const { client, waits } = await scripted(t, [streamOf(message('1')), streamOf(), streamOf(), streamOf(), streamOf(), streamOf(), streamOf(), streamOf('retry: 250\n', message('2')), streamOf(message('3'))])
  t.strictSame(await take(client.events.subscribe(), 3), ['1', '2', '3'])
  t.strictSame(waits, [1, 2, 4, 8, 16, 30, 30, 0.25])
})

t.test('a message in pieces, of several lines, in any line ending', async t => {
  const pieces = ['data: {"off', 'set":"é', '1",\r', '\ndata: "event":{}}\r', '\r\r\ndata:{"offset":"2","event":{}}', '\n\n', 'id: 3\ndata: {"event":{}}\n\n', 'nonsense\n\ndata: {"offset":"4","event":{}}\n\n']
  const { client } = await scripted(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    void (async () => {
      for (const piece of pieces) {
        response.write(piece)
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    })()
    return undefined
  })
  t.strictSame(await take(client.events.subscribe(), 4), ['é1', '2', undefined, '4'])
})

t.test('what Auth0 refuses ends the iteration; its own time-outs do not', async t => {
  const fault = (code: string): string => `event: error\ndata: ${JSON.stringify({ error: { code, message: `It is ${code}.`, offset: '7' } })}\n\n`
  const { client, requests } = await scripted(t, [streamOf(fault('timeout')), streamOf(fault('connection_timeout'), message('8')), streamOf(fault('offset_expired'))])
  const seen: string[] = []
  const error = await failure((async () => { for await (const { offset } of client.events.subscribe()) seen.push(offset) })())
  t.ok(error instanceof ApiError)
  t.match(error, { code: 'offset_expired', message: 'It is offset_expired.', status: 200 })
  t.strictSame([seen, requests.map(({ query }) => query)], [['8'], ['', 'from=7', 'from=8']])

  const refused = await scripted(t, { status: 403, body: { statusCode: 403, error: 'Forbidden', message: 'Insufficient scope, expected any of: read:events', errorCode: 'insufficient_scope' } })
  t.match(await failure(take(refused.client.events.subscribe(), 1)), { status: 403, code: 'insufficient_scope' })
  const large = await scripted(t, { status: 400, headers: { 'content-type': 'text/html' }, body: 'x'.repeat(300_000) })
  t.match(await failure(take(large.client.events.subscribe(), 1)), { status: 400, code: 'bad_request' })
  const broken = await scripted(t, streamOf('data: {"offset":\n\n'))
  t.match(await failure(take(broken.client.events.subscribe(), 1)), { code: 'invalid_response', message: 'GET /events: an event is not valid JSON.' })
})

t.test('a connection that breaks or falls silent is followed by another one', async t => {
  const hold = (text: string, then: (response: ServerResponse) => void): Step => (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text)
    setTimeout(() => then(response), 30)
    return undefined
  }
  const { client, requests } = await scripted(t, [hold(message('1'), response => response.destroy()), hold(message('2'), () => {}), hold(message('3'), () => {})])
  t.strictSame(await take(client.events.subscribe({}, { timeout: 2 }), 3), ['1', '2', '3'])
  t.equal(requests.length, 3)
  const controller = new AbortController()
  const endless = await scripted(t, hold(message('1'), () => controller.abort()))
  t.match(await failure(take(endless.client.events.subscribe({}, { signal: controller.signal }), 2)), { code: 'aborted' })
})

t.test('who stops reading ends the connection', async t => {
  let end: () => void
  const ended = new Promise<void>((resolve) => { end = resolve })
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
      Readable.from((function * () { for (let i = 0; i < 4; i++) yield piece })()).pipe(response)
      return undefined
    })
    t.match(await failure(take(client.events.subscribe(), 1)), { code: 'response_too_large' })
  }
})

t.test('waitForJob', async t => {
  const job = (status: string, more: object = {}): Step => ({ body: { id: 'job_1', type: 'users_import', status, ...more } })
  const seen: Job[] = []
  const { client, requests } = await scripted(t, [job('pending'), job('processing', { percentage_done: 40 }), job('completed', { summary: { total: 2 } })])
  t.match(await waitForJob(client, { id: 'job_1' }, { interval: 0.01, onProgress: now => seen.push(now) }), { status: 'completed', summary: { total: 2 } })
  t.strictSame(seen.map(({ status, percentage_done }) => [status, percentage_done]), [['pending', undefined], ['processing', 40], ['completed', undefined]])
  t.ok(requests.every(({ path }) => path === '/api/v2/jobs/job_1'))

  for (const [details, text] of [[{ status_details: 'bad file' }, 'The job job_1 failed: bad file.'], [{}, 'The job job_1 failed.']] as const) {
    const failed = await scripted(t, job('failed', details))
    const error = await failure(waitForJob(failed.client, 'job_1'))
    t.ok(error instanceof ApiError)
    t.match(error, { code: 'job_failed', message: text, body: { status: 'failed' } })
  }
  const slow = await scripted(t, job('pending'))
  const late = await failure(waitForJob(slow.client, 'job_1', { interval: 0.01, timeout: 0.025 }))
  t.ok(late instanceof TimeoutError)
  t.equal(late.message, 'The job job_1 is still pending after 0.025 s.')
  t.equal(slow.requests.length, 3)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  t.match(await failure(waitForJob(slow.client, 'job_1', { signal: controller.signal })), { code: 'aborted' })
})

t.test('a users import', async t => {
  const users = JSON.stringify([{ email: 'ä@b.test' }])
  const bytes = Buffer.from(users)
  const path = t.testdir({ 'users.json': users }) + '/users.json'
  const accepted: Step = { status: 202, body: { id: 'job_1', status: 'pending' } }
  const total = bytes.length

  t.test('from a path, a URL, bytes and streams, read while it is sent', async t => {
    for (const [name, file, size] of [
      ['path', path, total],
      ['URL', pathToFileURL(path), total],
      ['bytes', new Uint8Array(bytes), total],
      ['stream', Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), undefined],
      ['generator', (async function * () { yield bytes })(), undefined]
    ] as const) {
      const { client, requests } = await scripted(t, accepted)
      const progress: unknown[] = []
      t.match(await client.jobs.usersImports.create({ users: file, connection_id: 'con_1', upsert: true, external_id: undefined as never }, { onProgress: now => progress.push(now) }), { id: 'job_1' }, name)
      const { headers, body } = requests[0]!
      const boundary = /^multipart\/form-data; boundary=(.*)$/.exec(headers['content-type']!)![1]!
      const parts = body.split(`--${boundary}`)
      t.strictSame(parts, [
        '',
        '\r\ncontent-disposition: form-data; name="connection_id"\r\n\r\ncon_1\r\n',
        '\r\ncontent-disposition: form-data; name="upsert"\r\n\r\ntrue\r\n',
        `\r\ncontent-disposition: form-data; name="users"; filename="users.json"\r\ncontent-type: application/json\r\n\r\n${users}\r\n`,
        '--\r\n'
      ])
      t.equal(headers['content-length'], size === undefined ? undefined : String(Buffer.byteLength(body)))
      t.strictSame(progress.at(-1), { sent: total, ...(size !== undefined && { total: size }) })
    }
  })

  t.test('a large file goes out in pieces, with progress', async t => {
    const large = `${t.testdirName}.json`
    writeFileSync(large, Buffer.alloc(300_000, ' '))
    const { client, requests } = await scripted(t, accepted)
    const progress: { sent: number, total?: number }[] = []
    await client.jobs.usersImports.create({ users: large, connection_id: 'con_1' }, { onProgress: now => progress.push(now) })
    t.ok(progress.length > 2)
    t.ok(progress.every(({ sent, total }, i) => total === 300_000 && sent > (progress[i - 1]?.sent ?? 0)))
    t.ok(requests[0]!.body.length > 300_000)
  })

  t.test('is repeated after 429 where the file can be read again', async t => {
    const limited: Step = { status: 429, headers: { 'retry-after': '0' }, body: {} }
    const again = await scripted(t, [limited, accepted])
    t.match(await again.client.jobs.usersImports.create({ users: path, connection_id: 'con_1' }), { id: 'job_1' })
    t.strictSame(again.requests.map(({ body }) => body.includes(users)), [true, true])
    for (const step of [limited, { status: 401, body: {} }]) {
      const once = await scripted(t, step, { token: async () => 'another' })
      t.match(await failure(once.client.jobs.usersImports.create({ users: Readable.from([bytes]), connection_id: 'con_1' })), { name: step === limited ? 'RateLimitError' : 'ApiError' })
      t.equal(once.requests.length, 1, 'a stream is gone')
    }
  })

  t.test('without a file', async t => {
    const { client, requests } = await scripted(t, accepted)
    t.match(await failure(client.jobs.usersImports.create({ users: `${path}.not`, connection_id: 'con_1' })), { name: 'InvalidArgumentError', argument: 'users', cause: { code: 'ENOENT' } })
    for (const file of [undefined, 7, null]) t.match(await failure(client.jobs.usersImports.create({ users: file as never, connection_id: 'con_1' })), { argument: 'users', message: /a path, a file URL, bytes or a stream/ })
    t.equal(requests.length, 0)
  })
})
