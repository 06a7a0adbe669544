import t from 'tap'
import { isSafeToRepeat, resetAt, retryAfter, retryDelay } from '../../lib/http/retry.js'

const now = 1_800_000_000

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

t.test('retries at the limits', async t => {
  const policy = { retries: 2, now: () => now, random: () => 0 }
  const delay = (headers: Record<string, string>, status = 429, more: object = {}) =>
    retryDelay({ method: 'GET', number: 1, status, headers }, { ...policy, ...more })
  t.equal(delay({ 'retry-after': '10' }), 10)
  t.equal(delay({ 'retry-after': '11' }), undefined)
  t.equal(delay({ 'retry-after': '3' }, 429, { maxDelay: 3 }), 3)
  t.equal(delay({ 'retry-after': '3' }, 429, { random: () => 0.5 }), 3.125)
  t.equal(delay({}, 500, { random: () => 0.5 }), 0.875)
  t.equal(retryDelay({ method: 'GET', number: 2, status: 500 }, policy), undefined)
  for (const retries of [0, undefined as never, NaN, 'x' as never]) {
    t.equal(retryDelay({ method: 'GET', number: 0, status: 500 }, { ...policy, retries }), undefined, String(retries))
  }
  const own = retryDelay({ method: 'GET', number: 0, status: 500 }, { retries: 1 })!
  t.ok(own >= 0.375 && own <= 0.5)
  t.equal(retryAfter({ 'retry-after': '999999999' }, now), 999_999_999)
  t.equal(retryAfter({ 'retry-after': new Date((now + 2) * 1000).toUTCString() }, now + 0.5), 2)
  t.equal(retryAfter({ 'retry-after': 'Fri, nonsense' }, now), undefined)
  t.equal(retryAfter({ 'retry-after': '2030-01-01' }, now), undefined, 'a date of another form')
  t.equal(resetAt({ 'x-ratelimit-reset': '999999999999' }), 999_999_999_999)
  t.equal(resetAt({ 'x-ratelimit-reset': '1000000000000' }), -1)
})
