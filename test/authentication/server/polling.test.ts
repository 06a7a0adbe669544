import t from 'tap'
import {
  ApiError, NetworkError, PollingApiError, RateLimitError, TimeoutError, type ApiErrorDetails
} from '../../../lib/errors.js'
import { poll } from '../../../lib/authentication/server/polling.js'
import { AuthenticationClient } from '../../../lib/authentication/client.js'
import { domain, failure, start, Tenant } from '../tenant.js'

const token = { access_token: 'at', token_type: 'Bearer' }
const pending = new PollingApiError({ code: 'authorization_pending', message: '', interval: 5 })

/** Polls with a clock that only the waiting moves; each outcome is an error or the token. */
async function polling (outcomes: unknown[],
  timing: { interval?: number, expiresIn?: number } = {}): Promise<{ waits: number[], result: unknown }> {
  let now = start
  const waits: number[] = []
  const sleep = async (seconds: number): Promise<void> => {
    waits.push(seconds)
    now += seconds
  }
  const attempt = async (): Promise<typeof token> => {
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0]
    if (outcome instanceof Error) throw outcome
    return outcome as typeof token
  }
  const result = await poll({ interval: 5, expiresIn: 300, now: () => now, sleep, ...timing }, attempt).catch((
    error: unknown
  ) => error)
  return { waits, result }
}

t.test('CI-03: the first poll comes after one interval', async t => {
  t.strictSame(await polling([token], { interval: 31 }), { waits: [31], result: token })
})

t.test('CI-02: pending goes on, slow_down takes five seconds more or what the server says', async t => {
  const slow = (interval: number): Error => new PollingApiError({ code: 'slow_down', message: '', interval })
  t.strictSame(await polling([pending, slow(5), slow(40), pending, token]), {
    waits: [5, 5, 10, 40, 40],
    result: token
  })
})

t.test('a server in trouble is asked less often', async t => {
  const limit = (retryAfter?: number): Error =>
    new RateLimitError({ code: 'too_many_requests', message: '', resetAt: -1, retryAfter })
  const outcomes = [limit(), limit(60), new TimeoutError(''), new NetworkError(''), token]
  t.strictSame((await polling(outcomes, { expiresIn: 900 })).waits, [5, 10, 60, 120, 240])
  for (const status of [500, 502, 503, 504, 520, 599]) {
    const trouble = new ApiError({ code: 'x', message: '', status })
    t.strictSame(await polling([pending, trouble, trouble, pending, token]), {
      waits: [5, 5, 10, 15, 15],
      result: token
    }, `${status}`)
  }
})

t.test('Retry-After counts for the next attempt, whichever error the answer holds', async t => {
  const asks = (seconds: string): Pick<ApiErrorDetails, 'message' | 'headers'> =>
    ({ message: '', headers: { 'retry-after': seconds } })
  const still = new PollingApiError({ code: 'authorization_pending', interval: 20, ...asks('20') })
  const busy = new ApiError({ code: 'x', status: 503, ...asks(new Date((start + 60) * 1000).toUTCString()) })
  t.strictSame(await polling([still, pending, busy, pending, token]), { waits: [5, 20, 5, 30, 10], result: token })
  const told = (seconds: string): Error =>
    new PollingApiError({ code: 'authorization_pending', interval: 5, ...asks(seconds) })
  t.strictSame((await polling([told('1'), token])).waits, [5, 5], 'never sooner than the interval')
  t.match(await polling([told('400'), token]), { waits: [5], result: { code: 'expired_token' } },
    'not beyond the life of the request')
})

t.test('CI-05: every other error ends the polling at once', async t => {
  for (
    const error of [new ApiError({ code: 'access_denied', message: '', status: 403 }),
      new ApiError({ code: 'expired_token', message: '', status: 400 }), new NetworkError('', undefined, 'aborted'),
      new Error('x')]
  ) {
    t.strictSame(await polling([error, token]), { waits: [5], result: error })
  }
})

t.test('CI-07: pending for ever ends with the request', async t => {
  const { waits, result } = await polling([pending], { expiresIn: 21 })
  t.strictSame(waits, [5, 5, 5, 5])
  t.match(result, { name: 'PollingApiError', code: 'expired_token', statusCode: 400 })
})

t.test('CI-07: an abort ends it, and no timer is left', async t => {
  const controller = new AbortController()
  const waiting = poll({ interval: 60, expiresIn: 300, now: () => start, signal: controller.signal }, async () => token)
  controller.abort()
  t.match(await failure(waiting), { code: 'aborted' })
})

t.test('the client polls for devices and for backchannel logins', async t => {
  const tenant = new Tenant({
    'POST /oauth/token': [{ status: 403, json: { error: 'authorization_pending' } }, { json: token }]
  })
  const client = new AuthenticationClient({
    domain,
    clientId: 'c',
    clientSecret: 's',
    customFetch: tenant.fetch,
    now: () => start
  })
  const sleep = async (): Promise<void> => {}
  t.strictSame(await client.device.poll({ deviceCode: 'd', interval: 5, expiresIn: 900 }, { sleep }), token)
  t.equal(tenant.seen.length, 2)
  t.strictSame(await client.backchannel.poll({ authReqId: 'q', interval: 5, expiresIn: 300 }, { sleep }), token)
  t.match(tenant.form, { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: 'q' })
  const controller = new AbortController()
  controller.abort()
  for (
    const waiting of [
      client.device.poll({ deviceCode: 'd', interval: 5, expiresIn: 900 }, { signal: controller.signal }),
      client.backchannel.poll({ authReqId: 'q', interval: 5, expiresIn: 300 }, { signal: controller.signal })
    ]
  ) {
    t.match(await failure(waiting), { code: 'aborted' })
  }
})

t.test('asking again and again', async t => {
  const polling = async (outcomes: unknown[], { interval = 5, expiresIn = 100 } = {}) => {
    let now = 1000
    const waits: number[] = []
    const signals: unknown[] = []
    const { signal } = new AbortController()
    const result = await poll({
      interval,
      expiresIn,
      now: () => now,
      signal,
      sleep: async (seconds, given) => { waits.push(seconds); signals.push(given); now += seconds }
    }, async () => {
      const outcome = outcomes.shift()
      if (outcome instanceof Error) throw outcome
      return outcome as never
    }).catch((error: unknown) => error)
    t.ok(signals.every(given => given === signal))
    return [waits, result]
  }
  const told = (code: string, more: object = {}) => new PollingApiError({ code, message: 'm', interval: 5, ...more })
  const api = (status: number) => new ApiError({ code: 'x', message: 'm', status })
  const limited = (retryAfter?: number) => new RateLimitError({
    code: 'x',
    message: 'm',
    resetAt: -1,
    retryAfter
  } as never)
  for (const [error, wait] of [
    [told('authorization_pending'), 5], [told('slow_down'), 10], [told('slow_down', { interval: 30 }), 30],
    [limited(), 10], [limited(3), 10], [limited(40), 40], [new TimeoutError('x'), 10], [new NetworkError('x'), 10],
    [api(500), 10], [api(503), 10]
  ] as const) t.strictSame(await polling([error, 'token']), [[5, wait], 'token'], String(error))
  for (const error of [api(499), new NetworkError('x', undefined, 'aborted'), new Error('x')]) {
    t.strictSame(await polling([error]), [[5], error])
  }
  const pending = () => Array.from({ length: 50 }, () => told('authorization_pending'))
  const [waits, over] = await polling(pending(), { expiresIn: 15 })
  t.strictSame(waits, [5, 5], 'not at its very end')
  t.match(over, { name: 'PollingApiError', code: 'expired_token', statusCode: 400, interval: 5 })
  t.equal((await polling(pending(), { expiresIn: 15.1 }) as [number[]])[0].length, 3)
  t.match(await polling([], { expiresIn: 5 }), [[], { code: 'expired_token' }])
})
