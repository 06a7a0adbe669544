import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import t from 'tap'
import { aborted, withinDeadline } from '../../lib/base/deadline.js'
import { isObject, parseText } from '../../lib/base/json.js'
import { mediaType, parseJson, parseJsonObject } from '../../lib/http/json.js'
import { isPublicAddress, publicLookup } from '../../lib/http/public-address.js'
import { parseQuota, quotaDelay } from '../../lib/http/quota.js'
import { isSafeToRepeat, resetAt, retryAfter, retryDelay } from '../../lib/http/retry.js'
import { createSingleFlight } from '../../lib/base/single-flight.js'
import { sleep } from '../../lib/base/sleep.js'
import { version } from '../../lib/http/version.js'

const now = 1_800_000_000

t.test("the version is the package's", async t => {
  t.equal(version,
    (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version)
})

t.test('only what can do no harm is repeated', async t => {
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
    for (
      const outcome of [{ status: 429 }, { status: 500 }, { status: 502 }, { status: 503 }, { status: 504 }, {
        failure: 'network_error'
      }]
    ) {
      t.ok(isSafeToRepeat({ method, number: 0, ...outcome }), `${method} ${JSON.stringify(outcome)}`)
    }
    for (
      const outcome of [{ status: 200 }, { status: 400 }, { status: 404 }, { status: 501 }, { failure: 'timeout' }, {
        failure: 'aborted'
      }, { failure: 'invalid_response' }]
    ) {
      t.notOk(isSafeToRepeat({ method, number: 0, ...outcome }), `${method} ${JSON.stringify(outcome)}`)
    }
  }
  for (const method of ['POST', 'PATCH']) {
    t.ok(isSafeToRepeat({ method, number: 0, status: 429 }), `${method} 429: it was not processed`)
    for (const outcome of [{ status: 500 }, { status: 503 }, { failure: 'network_error' }]) {
      t.notOk(isSafeToRepeat({ method, number: 0, ...outcome }),
        `${method} ${JSON.stringify(outcome)}: it may have been`)
    }
  }
})

t.test('waits as long as the server asks, else twice as long each time', async t => {
  const policy = { retries: 3, now: () => now, random: () => 0 }
  const delay = (headers: Record<string, string>, status = 429, number = 0): number | undefined =>
    retryDelay({ method: 'GET', number, status, headers }, policy)
  t.equal(delay({ 'retry-after': '7' }), 7)
  t.equal(delay({ 'retry-after': new Date((now + 4) * 1000).toUTCString() }), 4)
  t.equal(delay({ 'x-ratelimit-reset': String(now + 3) }), 3)
  t.equal(delay({ 'x-ratelimit-reset': String(now - 3) }), 0, 'a reset in the past is now')
  t.equal(delay({ 'retry-after': '2', 'x-ratelimit-reset': String(now + 9) }), 2, 'Retry-After comes first')
  t.equal(delay({ 'retry-after': '2' }, 503), 2)
  t.equal(delay({}), 0.375, '429 without a word about when')
  t.equal(delay({ 'x-ratelimit-reset': String(now + 9) }, 503), 0.375, 'the reset is about limits only')
  t.strictSame([0, 1, 2].map(number => delay({}, 500, number)), [0.375, 0.75, 1.5])
  t.equal(delay({}, 500, 3), undefined, 'the attempts are used up')
  t.equal(delay({ 'retry-after': '11' }), undefined, 'longer than is bearable')
  t.equal(
    retryDelay({ method: 'GET', number: 0, status: 429, headers: { 'retry-after': '11' } }, {
      ...policy,
      maxDelay: 20
    }),
    11
  )
  t.equal(
    retryDelay({ method: 'GET', number: 8, failure: 'network_error' }, { ...policy, retries: 9, random: () => 1 }),
    10,
    'never longer than the limit'
  )
  t.equal(
    retryDelay({ method: 'GET', number: 0, status: 429, headers: { 'retry-after': '7' } }, {
      ...policy,
      random: () => 1
    }),
    7.25,
    'spread a little'
  )
})

t.test('the clock and the dice have defaults', async t => {
  const delay = retryDelay({
    method: 'GET',
    number: 0,
    status: 429,
    headers: { 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 5) }
  }, { retries: 1 })!
  t.ok(delay > 3 && delay < 7)
})

t.test('Retry-After and x-ratelimit-reset that make no sense are not there', async t => {
  for (const value of ['', ' ', 'soon', '1e3', '1.5', '99999999999']) {
    t.equal(retryAfter({ 'retry-after': value }, now), undefined, value)
  }
  t.equal(retryAfter({}, now), undefined)
  t.equal(retryAfter({ 'retry-after': 'Fri, 01 Jan 2021 00:00:00 GMT' }, now), 0)
  for (
    const headers of [{}, { 'x-ratelimit-reset': '' }, { 'x-ratelimit-reset': 'x' }, { 'x-ratelimit-reset': '-5' }]
  ) t.equal(resetAt(headers), -1)
  t.equal(resetAt({ 'x-ratelimit-reset': ' 1800000000 ' }), now)
})

t.test('quota headers', async t => {
  t.strictSame(parseQuota('b=per_hour;q=100;r=0;t=1800,b=per_day; q=1000; r=40; t=3600'), [
    { bucket: 'per_hour', limit: 100, remaining: 0, resetAfter: 1800 },
    { bucket: 'per_day', limit: 1000, remaining: 40, resetAfter: 3600 }
  ])
  t.strictSame(parseQuota('client;q=10;t=1;r=9'), [{ bucket: '', limit: 10, remaining: 9, resetAfter: 1 }])
  for (const broken of [undefined, '', 'b=per_hour', 'b=per_hour;q=x;r=0;t=1', 'q=1;r=;t']) {
    t.strictSame(parseQuota(broken).filter(({ limit }) => limit !== 1), [])
  }
  t.equal(quotaDelay({}), undefined)
  t.equal(quotaDelay({ 'auth0-client-quota-limit': 'b=per_hour;q=1;r=1;t=5' }), undefined)
  t.equal(
    quotaDelay({
      'auth0-client-quota-limit': 'b=per_hour;q=1;r=0;t=5',
      'auth0-organization-quota-limit': 'b=per_day;q=1;r=0;t=50'
    }),
    50
  )
})

t.test('JSON', async t => {
  const response = (body: string, type = 'application/json') => ({
    status: 200,
    headers: { 'content-type': type },
    body
  })
  t.strictSame(parseJsonObject(response('{"a":1}'), 'X'), { a: 1 })
  t.strictSame(parseJson(response('[1]', 'APPLICATION/JSON; charset=utf-8'), 'X'), [1])
  t.strictSame(parseJson(response('{}', 'application/problem+json'), 'X'), {})
  t.equal(mediaType({ status: 200, headers: {}, body: '' }), '')
  for (const type of ['text/html', 'application/jwt', 'application/xml']) {
    t.throws(() => parseJson(response('{}', type), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not JSON.'
    })
  }
  for (const type of ['text/plain', 'text/plain;charset=UTF-8', '']) {
    t.strictSame(parseJson(response('{"a":1}', type), 'X'), { a: 1 }, `"${type}" is tried`)
    t.throws(() => parseJson(response('OK', type), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not JSON.'
    })
  }
  t.strictSame(parseJson({ status: 200, headers: {}, body: '[]' }, 'X'), [], 'no content type is tried')
  for (const body of ['', '{"a":', '{"a":NaN}', "{'a':1}"]) {
    t.throws(() => parseJson(response(body), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not valid JSON.'
    })
  }
  for (const body of ['[]', '"x"', 'null', '1']) {
    t.throws(() => parseJsonObject(response(body), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not a JSON object.'
    })
  }
  t.notOk(isObject([]))
})

t.test("the parser's complaint does not quote the answer", async t => {
  try {
    parseJson({ status: 200, headers: { 'content-type': 'application/json' }, body: 's3cret{' }, 'X')
    t.fail()
  } catch (error) {
    t.notMatch((error as Error).stack, /s3cret/)
    t.equal((error as Error).cause, undefined)
  }
})

t.test('DISC-06, DISC-20: a byte order mark is skipped; __proto__ is dropped however it is spelled', async t => {
  t.strictSame(parseText('\ufeff{"a":1}'), { a: 1 })
  for (
    const text of ['{"a":{"__proto__":{"x":1},"b":2}}', '{"a":{"\\u005f_proto__":{"x":1},"b":2}}',
      '{"a":{"_\\u005Fproto\\u005f\\u005F":{"x":1},"b":2}}']
  ) {
    const { a } = parseText(text) as { a: Record<string, unknown> }
    t.strictSame(Object.keys(a), ['b'])
    t.equal(a.x, undefined)
  }
  t.equal(({} as Record<string, unknown>).x, undefined)
})

t.test('single flight: callers at the same time share one piece of work', async t => {
  const flight = createSingleFlight<number>()
  let runs = 0
  const work = async (): Promise<number> => {
    await sleep(0.01)
    return ++runs
  }
  t.strictSame(await Promise.all([flight('a', work), flight('a', work), flight('b', work)]), [1, 1, 2])
  t.equal(await flight('a', work), 3, 'nothing is remembered')
  const failing = flight('c', () => Promise.reject(new Error('no')))
  await t.rejects(Promise.all([failing, flight('c', work)]), { message: 'no' })
  t.equal(await flight('c', work), 4, 'a failure is not remembered either')
})

t.test('a deadline that is over leaves nothing behind, also when the work never ends', async t => {
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const controller = new AbortController()
  const waiting = withinDeadline({ seconds: 300, host: 'a.test', signal: controller.signal },
    () => new Promise(() => {}))
  t.equal(timers(), before + 1, 'control')
  controller.abort()
  await t.rejects(waiting, { code: 'aborted' })
  t.equal(timers(), before)
})

t.test('sleep', async t => {
  const controller = new AbortController()
  await sleep(0.001, controller.signal)
  const pending = sleep(60, controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(pending, { code: 'aborted', cause: { message: 'enough' } })
  await t.rejects(sleep(60, controller.signal), { code: 'aborted' })
  t.equal(aborted(undefined).code, 'aborted')
})

t.test("DR-03 which addresses are the Internet's", async t => {
  const all = (addresses: string): string[] => addresses.trim().split(/\s+/)
  const open = all(`93.184.216.34 8.8.8.8 172.15.0.1 172.32.0.1 192.169.0.1 100.128.0.1 198.17.255.255 198.20.0.0
    223.255.255.255 192.0.1.1 2606:2800:220:1::1 2606:4700::1111 2001:200::1 2001:4860:4860::8888 2a00:1450::1
    2003::1 3ffe:ffff::1 ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::808:808 64:ff9b::8.8.8.8
    0:0:0:0:0:ffff:808:808`)
  const closed = all(`0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
    192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
    255.255.255.255 :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::a9fe:a9fe ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1
    0:0:0:0:0:ffff:7f00:1 ::ffff:0:7f00:1 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::a00:1 64:ff9b::7f00:1
    64:ff9b::169.254.169.254 64:ff9b:1::7f00:1 64:ff9b:1::808:808 64:ff9b:0:1::808:808 100::1 2001::1 2001:0:7f00:1::
    2001:1::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2001:DB8::1 2002:7f00:1:: 2002:a9fe:a9fe::1
    2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1 1fff::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
    ff02::1 ffff::1`)
  for (const address of open) t.ok(isPublicAddress({ address, family: isIP(address) }), address)
  for (const address of closed) t.notOk(isPublicAddress({ address, family: isIP(address) }), address)
  for (const address of ['', 'localhost', '127.1', '1.2.3.4.5']) {
    t.notOk(isPublicAddress({ address, family: 4 }), address)
  }
})

t.test('DR-03 a lookup for connections', async t => {
  const lookup = promisify(publicLookup) as unknown as (name: string, options: { all?: boolean }) => Promise<unknown>
  t.equal(await lookup('93.184.216.34', {}), '93.184.216.34')
  t.strictSame(await lookup('93.184.216.34', { all: true }), [{ address: '93.184.216.34', family: 4 }])
  await t.rejects(lookup('127.0.0.1', { all: true }), { code: 'private_address' })
  await t.rejects(lookup('10.0.0.1', {}), { code: 'private_address' })
  await t.rejects(lookup('no host', {}), { code: /^E/ })
})
