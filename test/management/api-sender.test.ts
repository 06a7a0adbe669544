import { tracingChannel } from 'node:diagnostics_channel'
import { Readable } from 'node:stream'
import t from 'tap'
import { NetworkError } from '../../lib/errors.js'
import type { HttpRequest, HttpResponse, HttpStream } from '../../lib/http/send.js'
import { rateLimitOf } from '../../lib/management/rate-limit/rate-limit.js'
import { ApiSender, type ApiSenderOptions } from '../../lib/management/api-sender.js'
import type { ApiRequest } from '../../lib/management/call.js'

const now = 1_800_000_000
const reads = { verb: 'GET', path: '/x', returns: { optional: false } } as const

type Step = Partial<HttpResponse> | Error | ((request: HttpRequest) => Partial<HttpResponse>)

/** A sender whose answers are given, and what it has sent, waited for and asked for. */
function senderOf (steps: Step[], options: Partial<ApiSenderOptions> & { body?: Readable } = {}) {
  const sent: HttpRequest[] = []
  const waits: number[] = []
  const renewals: string[] = []
  const next = async <T>(request: HttpRequest, body: T) => {
    sent.push(request)
    const step = steps.length > 1 ? steps.shift()! : steps[0]!
    if (step instanceof Error) throw step
    return { status: 200, headers: {}, body, ...(typeof step === 'function' ? step(request) : step) }
  }
  const sender = new ApiSender({
    http: {
      send: (request: HttpRequest) => next(request, '{"a":1}'),
      stream: async (request: HttpRequest) =>
        ({ ...await next(request, ''), body: options.body ?? Readable.from([Buffer.from('x')]) })
    } as never,
    baseUrl: 'https://a.test/api/v2',
    tokens: {
      get: () => 'token',
      async renew (refused) {
        renewals.push(refused)
        return renewals.length < 2
      }
    },
    retry: { retries: 2, random: () => 0, sleep: async seconds => { waits.push(seconds) } },
    limit: undefined,
    throttle: undefined,
    customDomain: undefined,
    now: () => now,
    ...options
  })
  return { sender, sent, waits, renewals }
}

const request = (more: Partial<ApiRequest> = {}): ApiRequest => ({
  what: 'GET /x',
  verb: 'GET',
  target: '/x?a=b',
  headers: {},
  body: undefined,
  repeatable: true,
  options: {},
  ...more
})

t.test('what is sent for a call', async t => {
  const { signal } = new AbortController()
  const call = request({ verb: 'POST', headers: { a: 'b' }, body: () => '{}', options: { signal, timeout: 7 } })
  const expected = {
    method: 'POST',
    url: 'https://a.test/api/v2/x?a=b',
    headers: { a: 'b', authorization: 'Bearer token' },
    signal,
    timeout: 7,
    maxBytes: 16_777_216,
    body: '{}'
  }
  for (const [customDomain, counts, told] of [
    [undefined, undefined, false], [undefined, true, false], ['b.test', undefined, false], ['b.test', true, true]
  ] as const) {
    const { sender, sent } = senderOf([{}], { customDomain })
    await sender.call({ ...reads, ...(counts !== undefined && { customDomain: counts }) }, call)
    const headers = { ...expected.headers, ...(told && { 'auth0-custom-domain': 'b.test' }) }
    t.strictSame(sent, [{ ...expected, headers }])
  }
})

t.test('which answers hold a result', async t => {
  const { returns: _, ...silent } = reads
  for (const [answer, result, row] of [
    [{}, { a: 1 }], [{}, undefined, silent], [{ status: 204 }, undefined], [{ status: 202, body: '' }, undefined],
    [{ status: 202 }, { a: 1 }], [{ status: 299 }, { a: 1 }]
  ] as const) t.strictSame(await senderOf([answer]).sender.call(row ?? reads, request()), result)
  await t.rejects(senderOf([{ body: '' }]).sender.call(reads, request()), { code: 'invalid_response' })
  for (const status of [300, 304, 400]) {
    const { sender, sent } = senderOf([{ status }])
    await t.rejects(sender.call(reads, request()), { name: 'ApiError', status, call: 'GET /x' })
    await t.rejects(sender.open(reads, request()), { name: 'ApiError', status })
    await t.rejects(sender.download('https://b.test/f', 'The file', undefined), { name: 'ApiError', status })
    t.equal(sent.length, 3)
  }
})

t.test('a file is asked for without a token, and its address is told to nobody', async t => {
  const { sender, sent } = senderOf([{}, { status: 403, headers: { 'content-type': 'text/plain' } }],
    { body: Readable.from([Buffer.from('no https://b.test/key')]) })
  const { signal } = new AbortController()
  t.equal(String((await (await sender.download('https://b.test/key', 'The file', signal)).toArray())),
    'no https://b.test/key')
  t.strictSame(sent, [{ method: 'GET', url: 'https://b.test/key', signal, headers: { accept: '*/*' } }])
  const refused = senderOf([{ status: 403, headers: { 'content-type': 'text/plain' } }],
    { body: Readable.from([Buffer.from('no https://b.test/key')]) }).sender
  await t.rejects(refused.download('https://b.test/key', 'The file', signal), { message: 'no [redacted]' })
})

t.test('an error that comes as a stream is read as far as it is needed', async t => {
  let given = 0
  function * parts (): Generator<Buffer> {
    given++
    yield Buffer.alloc(64 * 1024, 'x')
    for (let i = 0; i < 9; i++) {
      given++
      yield Buffer.from('y')
    }
  }
  const { sender } = senderOf([{ status: 500 }], { body: Readable.from(parts(), { highWaterMark: 1 }) })
  await t.rejects(sender.open(reads, request({ repeatable: false })), { name: 'ApiError', status: 500 })
  t.ok(given >= 2 && given < 5, `${given} parts`)
})

t.test('a call is traced while somebody listens', async t => {
  const { sender } = senderOf([{}])
  const told: unknown[] = []
  const channel = tracingChannel('fastify-auth0:management')
  const start = (message: unknown) => { told.push({ ...message as object }) }
  channel.start.subscribe(start)
  t.strictSame(await sender.call(reads, request()), { a: 1 })
  channel.start.unsubscribe(start)
  await sender.call(reads, request())
  t.strictSame(told, [{ domain: 'a.test', method: 'GET', path: '/x' }])
})

t.test('which attempts are repeated, and when', async t => {
  const lost = new NetworkError('x')
  const busy = { status: 429, body: '{"errorCode":"too_many_active_jobs"}' }
  const cases: [string, Step[], waits: number[], sent: number, more?: Partial<ApiRequest>][] = [
    ['answers', [{ status: 500 }, { status: 503 }, {}], [0.375, 0.75], 3],
    ['failures', [lost, lost, {}], [0.375, 0.75], 3],
    ['as often as it may', [lost], [0.375, 0.75], 3],
    ['429, as long as it says', [{ status: 429, headers: { 'retry-after': '3' } }, {}], [3], 2, { verb: 'POST' }],
    ['not what may run once', [{ status: 500 }], [], 1, { verb: 'POST' }],
    ['not what cannot be sent again', [{ status: 500 }], [], 1, { repeatable: false }],
    ['not 429 of that', [{ status: 429 }], [], 1, { repeatable: false }],
    ['not what waits for jobs', [busy], [], 1],
    ['but another status', [{ ...busy, status: 500 }, {}], [0.375], 2],
    ['another 429', [{ ...busy, body: '{}' }, {}], [0.375], 2],
    ['not a refusal', [{ status: 404 }], [], 1]
  ]
  for (const [name, steps, expected, count, more] of cases) {
    const { sender, sent, waits } = senderOf(steps)
    const last = steps.at(-1)!
    const outcome = sender.call(reads, request(more))
    if (Object.keys(last).length === 0) t.strictSame(await outcome, { a: 1 }, name)
    else if (last instanceof Error) await t.rejects(outcome, last, name)
    else await t.rejects(outcome, { message: /./, status: (last as HttpResponse).status }, name)
    t.strictSame([waits, sent.length], [expected, count], name)
  }
})

t.test('a token that is refused is renewed once, for what can be sent again', async t => {
  for (const [repeatable, steps, sent, renewed] of [
    [true, [{ status: 401 }, {}], 2, 1], [true, [{ status: 401 }], 2, 1], [false, [{ status: 401 }], 1, 0],
    [true, [{ status: 403 }], 1, 0]
  ] as const) {
    const all = senderOf([...steps])
    await all.sender.call(reads, request({ repeatable })).catch(() => {})
    t.strictSame([all.sent.length, all.renewals], [sent, Array(renewed).fill('token')])
  }
  const none = senderOf([{ status: 401 }])
  none.renewals.push('x')
  await t.rejects(none.sender.call(reads, request()), { name: 'ApiError', status: 401 })
  t.equal(none.sent.length, 1, 'there is no other token')
})

t.test('which option would have waited longer', async t => {
  const message = async (retry: object, headers: object = { 'retry-after': '1' }, status = 429) =>
    await senderOf([{ status, body: '{"message":"m"}', headers } as never], {
      retry: { sleep: async () => {}, random: () => 0, ...retry } as never
    }).sender.call(reads, request()).catch((error: Error) => error.message)
  t.equal(await message({ retries: 1, maxDelay: 0.5 }),
    'GET /x: m The limit resets in 1 s. Option "retry.maxDelay" (0.5 s) is shorter.')
  t.equal(await message({ retries: 1, maxDelay: 1 }), 'GET /x: m')
  t.equal(await message({ retries: 0, maxDelay: 0 }), 'GET /x: m')
  t.equal(await message({ retries: 1, maxDelay: 0.5 }, {}), 'GET /x: m')
  t.equal(await message({ retries: 1, maxDelay: 0.5 }, { 'retry-after': '1' }, 404), 'GET /x: m')
  t.equal(await message({ retries: 1 }, { 'retry-after': '11' }),
    'GET /x: m The limit resets in 11 s. Option "retry.maxDelay" (0 s) is shorter.')
})

t.test('the rate limit of the latest answer, and defaults', async t => {
  const told = (remaining: number) =>
    ({ 'x-ratelimit-limit': '9', 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': '5' })
  const { sender } = senderOf([{ headers: told(3) }, { status: 404, headers: told(2) }, new NetworkError('x')])
  t.equal(sender.rateLimit, undefined)
  const result = await sender.call(reads, request()) as object
  t.strictSame(rateLimitOf(result), { limit: 9, remaining: 3, resetAt: 5 })
  t.strictSame(sender.rateLimit, { limit: 9, remaining: 3, resetAt: 5 })
  await sender.call(reads, request()).catch(() => {})
  t.match(sender.rateLimit, { remaining: 2 })
  await sender.call(reads, request()).catch(() => {})
  t.match(sender.rateLimit, { remaining: 2 })
  t.equal(sender.now(), now)
  t.equal(sender.random(), 0)
  const { random, sleep } = senderOf([{}], { retry: { retries: 0 } }).sender
  t.equal(random, Math.random)
  t.type(sleep, 'function')
})

t.test('a throttle is asked before each attempt, except for a call that waits in its old place', async t => {
  const log: string[] = []
  const { signal } = new AbortController()
  const throttle = async (given?: AbortSignal) => { log.push(given === signal ? 'throttle' : 'another signal') }
  const { sender } = senderOf([{ status: 500 }, {}], { throttle })
  await sender.call(reads, request({ options: { signal } }))
  t.strictSame(log.splice(0), ['throttle', 'throttle'])
  const limit = {
    enter: () => { log.push('enter') },
    leave (turn: { again?: Promise<void> | undefined }, answer: { status: number } | undefined, again = false) {
      log.push(`leave ${answer === undefined ? 'unanswered' : answer.status} ${String(again)}`)
      turn.again = again ? Promise.resolve() : undefined
    },
    cancel: () => { log.push('cancel') }
  }
  for (const [steps, expected, more] of [
    [[{ status: 429 }, { status: 429 }, {}],
      'throttle, enter, leave 429 true, enter, leave 429 true, enter, leave 200 false'],
    [[{ status: 429 }], 'throttle, enter, leave 429 true, enter, leave 429 true, enter, leave 429 false'],
    [[...Array<Step>(3).fill({ status: 429, headers: { 'retry-after': '1' } }), {}],
      'throttle, enter, leave 429 true, enter, leave 429 true, enter, leave 429 true, enter, leave 200 false'],
    [[{ status: 429 }], 'throttle, enter, leave 429 false', { repeatable: false }],
    [[{ status: 429, body: '"too_many_active_jobs"' }], 'throttle, enter, cancel'],
    [[new NetworkError('x'), {}], 'throttle, enter, leave unanswered false, throttle, enter, leave 200 false'],
    [[{ status: 400 }], 'throttle, enter, leave 400 false']
  ] as [Step[], string, Partial<ApiRequest>?][]) {
    log.length = 0
    const limited = senderOf(steps, { throttle, limit: limit as never })
    await limited.sender.call(reads, request({ options: { signal }, ...more })).catch(() => {})
    t.equal(log.join(', '), expected)
  }
  log.length = 0
  const failing = senderOf([{}], {
    limit: limit as never,
    tokens: { get: async () => await Promise.reject(new Error('none')), renew: async () => false }
  })
  await t.rejects(failing.sender.call(reads, request()), { message: 'none' })
  t.strictSame(log, ['enter', 'cancel'])
  const tooLong = { ...limit, enter: async () => await Promise.reject(new Error('too long')) }
  const refused = senderOf([{}], { limit: tooLong as never })
  await t.rejects(refused.sender.call(reads, request()), { message: 'too long' })
  t.strictSame(refused.sent, [])
})

t.test('a stream that is answered well is given as it comes', async t => {
  const { sender } = senderOf([{ headers: { a: 'b' } }])
  const { status, headers, body } = await sender.open(reads, request()) as HttpStream
  t.strictSame([status, headers, String(await body.toArray())], [200, { a: 'b' }, 'x'])
})
