import t from 'tap'
import { ApiError, ConfigurationError, NetworkError, RateLimitError, TimeoutError } from '../../lib/errors.js'
import { senderOptions } from '../../lib/management/options.js'
import { givenToken, keptToken } from '../../lib/management/token.js'
import { tokenRequestFailure } from '../../lib/management/token-failure.js'

t.test('a token is kept until five seconds before its end, and renewed up to a minute before', async t => {
  for (const [lifetime, renewed, last] of [
    [1000, 940, 995], [600, 540, 595], [100, 90, 95], [undefined, Infinity, Infinity]
  ] as const) {
    let now = 5000
    let asked = 0
    const source = keptToken(async () => ({
      access_token: `t${++asked}`,
      ...(lifetime !== undefined && { expires_in: lifetime })
    }), () => now)
    t.equal(await source.get(), 't1')
    now = 5000 + Math.min(renewed - 0.1, 1e9)
    t.equal(source.get(), 't1')
    t.equal(asked, 1)
    if (lifetime === undefined) continue
    now = 5000 + renewed
    t.equal(source.get(), 't1', 'the old one serves meanwhile')
    t.equal(asked, 2)
    await new Promise(resolve => setImmediate(resolve))
    t.equal(source.get(), 't2')
    now += last - 0.1
    t.equal(source.get(), 't2')
    await new Promise(resolve => setImmediate(resolve))
    now += last
    const waiting = source.get()
    t.ok(waiting instanceof Promise, 'in the last seconds it is waited for')
    t.equal(await waiting, 't4')
  }
})

t.test('a renewal that fails, and a token that is refused', async t => {
  let now = 0
  let asked = 0
  const answers = [{ access_token: 'a', expires_in: 100 }, new Error('down'), { access_token: 'b' }]
  const source = keptToken(async () => {
    const answer = answers[asked++]!
    if (answer instanceof Error) throw answer
    return answer
  }, () => now)
  t.equal(await source.get(), 'a')
  now = 92
  t.equal(source.get(), 'a')
  await new Promise(resolve => setImmediate(resolve))
  t.equal(await source.renew('another'), true, 'it was renewed meanwhile')
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame([source.get(), asked], ['b', 3])
  answers.push({ access_token: 'c' })
  t.equal(await source.renew('b'), true)
  t.strictSame([source.get(), asked], ['c', 4])
  t.equal(await source.renew('b'), true)
  t.equal(asked, 4, 'another one was refused')
})

t.test('a token that is given', async t => {
  const fixed = givenToken('a')
  t.strictSame([fixed.get(), await fixed.renew('a')], ['a', false])
  const asked: unknown[] = []
  const own = givenToken(refused => {
    asked.push(refused)
    return refused === 'a' ? 'b' : refused ?? 'a'
  })
  t.equal(await own.get(), 'a')
  t.equal(await own.renew('a'), true)
  t.equal(await own.get(), 'b', 'the one that was renewed, once')
  t.equal(await own.get(), 'a')
  t.equal(await own.renew('c'), false, 'the same again')
  t.strictSame(asked, [undefined, 'a', undefined, 'c'])
  for (const wrong of ['', 'a b', 'é', 7, undefined, null]) {
    const message = 'Option "token" must be an access token, or a function that returns one.'
    const refused = { option: 'token', message }
    if (typeof wrong === 'string') t.throws(() => givenToken(wrong), refused)
    await t.rejects(Promise.resolve(givenToken(() => wrong as never).get()), refused)
    await t.rejects(givenToken(() => wrong as never).renew('x'), refused)
  }
})

t.test('a failure on the way to a token', async t => {
  const details = {
    code: 'x',
    message: 'm',
    status: 429,
    statusCode: 418,
    description: 'd',
    body: { b: 1 },
    headers: { h: '1' },
    call: 'POST /oauth/token'
  }
  const members = (error: ApiError) => [error.name, error.code, error.message, error.status, error.statusCode,
    error.description, error.body, error.headers.h, error.call]
  const expected = ['x', 'The token request for the Management API was refused: m', 429, 418, 'd', { b: 1 }, '1',
    'POST /oauth/token']
  const refused = new ApiError(details)
  const api = tokenRequestFailure(refused) as ApiError
  t.strictSame([members(api), api.cause], [['ApiError', ...expected], refused])
  const limited = new RateLimitError({ ...details, resetAt: 5, retryAfter: 7 })
  const rate = tokenRequestFailure(limited) as RateLimitError
  t.strictSame([members(rate), rate.cause, rate.resetAt, rate.retryAfter],
    [['RateLimitError', ...expected], limited, 5, 7])
  for (const [error, name, code] of [
    [new TimeoutError('m'), 'TimeoutError', 'timeout'],
    [new NetworkError('m', undefined, 'invalid_response'), 'NetworkError', 'invalid_response']
  ] as const) {
    t.match(tokenRequestFailure(error),
      { name, code, message: 'The token request for the Management API failed: m', cause: error })
  }
  const own = new ConfigurationError('a', 'b')
  t.equal(tokenRequestFailure(own), own)
})

t.test('what follows from the options of a client', async t => {
  const domain = 'acme.eu.auth0.com'
  const { retry, limit, throttle, customDomain, baseUrl, now } = senderOptions({ domain, token: 't' })
  t.strictSame([retry, throttle, customDomain, baseUrl],
    [{ retries: 3, maxDelay: 30, now }, undefined, undefined, 'https://acme.eu.auth0.com/api/v2'])
  t.ok(limit)
  for (const audience of [7, '', ['a'], null] as never[]) {
    t.throws(() => senderOptions({ domain, clientId: 'c', clientSecret: 's', audience }),
      { option: 'audience', message: 'Option "audience" must be a string that is not empty.' })
  }
  t.ok(Math.abs(now() - Date.now() / 1000) < 60, 'epoch seconds')
  t.equal(senderOptions({ domain, token: 't', rateLimit: 'each' }).limit, undefined)
  t.strictSame(senderOptions({ domain, token: 't', retry: false, now }).retry, { retries: 0, now })
  t.strictSame(senderOptions({ domain, token: 't', retry: { retries: 0, maxDelay: 1 }, now }).retry,
    { retries: 0, maxDelay: 1, now })
  for (const value of [0.5, 1]) {
    t.type(senderOptions({ domain, token: 't', throttle: { perSecond: value, burst: value } }).throttle, 'function')
  }
  for (const value of [0, -1, NaN, Infinity, '1']) {
    for (const [name, given] of [['perSecond', { perSecond: value }], ['burst', { perSecond: 1, burst: value }]]) {
      const option = `throttle.${name as string}`
      t.throws(() => senderOptions({ domain, token: 't', throttle: given as never }),
        { option, message: `Option "${option}" must be a number above 0.` })
    }
  }
  for (const maxWait of [0, Infinity]) t.ok(senderOptions({ domain, token: 't', maxWait }).limit)
  for (const beside of [{ clientSecret: 's' }, { clientAssertionSigningKey: 'k' }]) {
    t.throws(() => senderOptions({ domain, token: 't', clientId: 'c', ...beside }),
      { name: 'ConfigurationError', option: 'token' })
    t.ok(senderOptions({ domain, clientId: 'c', ...beside }).tokens)
  }
  t.ok(senderOptions({ domain, clientId: 'c', tls: { cert: 'x', key: 'y' } }).tokens)
  t.throws(() => senderOptions({ domain, clientSecret: 's' }), { name: 'ConfigurationError', option: 'token' })
  t.throws(() => senderOptions({ domain, clientId: 'c' }), { name: 'ConfigurationError', option: 'clientSecret' })
  const { setTimeout } = globalThis
  const times: number[] = []
  t.teardown(() => Object.assign(globalThis, { setTimeout }))
  globalThis.setTimeout = ((run: () => void, ms = 0) => {
    // Shorter ones are of others.
    if (ms >= 3000) times.push(ms)
    return setTimeout(run, ms)
  }) as typeof setTimeout
  for (const [httpTimeout, ms] of [[undefined, 10_000], [3, 3000]] as const) {
    const customFetch = async () => Response.json({})
    const { http } = senderOptions({ domain, token: 't', customFetch, httpTimeout })
    await http.send({ method: 'GET', url: 'https://a.test/' })
    t.strictSame(times.splice(0), [ms])
  }
})
