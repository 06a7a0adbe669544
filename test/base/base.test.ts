import { channel, tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { andThen, isPromiseLike } from '../../lib/base/awaitable.js'
import { CLIENT_OPTIONS, readHttpTimeout, refuseUnknownOptions, usesMutualTls } from '../../lib/base/client-options.js'
import { aborted, withinDeadline } from '../../lib/base/deadline.js'
import { createExpiringMap } from '../../lib/base/expiring-map.js'
import { ForbiddenMemory, SMALL, type Forbidden } from '../../lib/base/forbidden-memory.js'
import { jsonCopy } from '../../lib/base/json-copy.js'
import { isObject, parseSafely, parseText } from '../../lib/base/json.js'
import { createKeyedMutex } from '../../lib/base/keyed-mutex.js'
import { nearestName, unknownName } from '../../lib/base/nearest-name.js'
import { sleep } from '../../lib/base/sleep.js'
import { parseFieldList, parseFieldString } from '../../lib/base/structured-fields.js'
import { errorType, noteFailure, trace, traceChannel } from '../../lib/base/trace.js'
import { createUsedIds } from '../../lib/base/use-once.js'
import { ApiError, NetworkError, TimeoutError } from '../../lib/errors.js'

t.test('what is at hand is used at once, what is promised later', async t => {
  t.equal(andThen(1, value => value + 1), 2)
  t.throws(() => andThen(1, () => { throw new Error('at once') }), /at once/)
  const later = andThen(Promise.resolve(1), value => value + 1)
  t.type(later, Promise)
  t.equal(await later, 2)
  for (const [value, is] of [[null, false], [undefined, false], [{}, false], [{ then: 1 }, false],
    [{ then () {} }, true]] as const) t.equal(isPromiseLike(value), is)
})

t.test('JSON', async t => {
  t.strictSame(parseText('\ufeff{"a":1}'), { a: 1 })
  t.throws(() => parseText('\ufeff\ufeff{}'), SyntaxError)
  t.equal(parseText('"x"'), 'x')
  for (const name of ['__proto__', '\\u005f_proto__']) {
    t.strictSame(Object.keys(parseText(`{"${name}":{"a":1},"b":{"${name}":1}}`) as object), ['b'])
  }
  t.strictSame(parseText('{"a":"\\u00e9"}'), { a: 'é' })
  t.equal(parseSafely('{'), undefined)
  t.strictSame(parseSafely('[1]'), [1])
  for (const [value, is] of [[null, false], [[], false], ['x', false], [undefined, false], [{}, true]] as const) {
    t.equal(isObject(value), is)
  }
})

t.test('copies as JSON has them', async t => {
  const date = new Date(0)
  const shared = { x: 1 }
  const given = {
    a: [undefined, 1, null, () => {}].slice(0, 3),
    b: undefined,
    date,
    one: shared,
    two: shared,
    t: true,
    s: 'x',
    ['__proto__']: 1
  }
  Object.defineProperty(given, '__proto__', { value: 1, enumerable: true })
  const copied = jsonCopy(given, 'user')
  t.strictSame(copied, JSON.parse(JSON.stringify({ ...given, a: [null, 1, null] }), (key, value) =>
    key === '__proto__' ? undefined : value as unknown))
  t.not((copied as { one: object }).one, shared)
  const deep = (levels: number): unknown => levels === 0 ? 1 : { a: deep(levels - 1) }
  t.doesNotThrow(() => jsonCopy(deep(64), 'user'))
  t.throws(() => jsonCopy(deep(65), 'user'), /more than 64 levels/)
  const circle: Record<string, unknown> = { list: [] }
  ;(circle.list as unknown[]).push(circle)
  class Own { toJSON (): unknown { return this } }
  for (const [value, argument, holds] of [
    [{ a: NaN }, 'user.a', 'a number that is not finite'],
    [{ a: [1, Infinity] }, 'user.a[1]', 'a number that is not finite'],
    [{ a: 1n }, 'user.a', 'a bigint'],
    [{ a: Symbol('x') }, 'user.a', 'a symbol'],
    [{ a () {} }, 'user.a', 'a function'],
    [circle, 'user.list[0]', 'a value that contains itself'],
    [new Own(), 'user', 'a value that contains itself'],
    [new Uint8Array(1), 'user', 'binary data'],
    [new DataView(new ArrayBuffer(1)), 'user', 'binary data'],
    [new ArrayBuffer(1), 'user', 'binary data'],
    [new Map(), 'user', 'a Map'],
    [new Set(), 'user', 'a Set'],
    [new WeakMap(), 'user', 'a WeakMap'],
    [new WeakSet(), 'user', 'a WeakSet'],
    [/x/, 'user', 'a RegExp'],
    [new TypeError('x'), 'user', 'a TypeError'],
    [Promise.resolve(), 'user', 'a Promise']
  ] as const) {
    t.throws(() => jsonCopy(value, 'user'),
      { name: 'InvalidArgumentError', argument, message: `The session field "${argument}" holds ${holds}, which` })
  }
})

t.test('names that are nearly known', async t => {
  for (const [name, known, nearest] of [
    ['ab', ['abcd'], 'abcd'], ['ab', ['abcde'], undefined], ['abcdefghi', ['abcdefXYZ'], 'abcdefXYZ'],
    ['abcdefghi', ['abcdeWXYZ'], undefined], ['ABC', ['xyz', 'abc'], 'abc'], ['abc', ['ABC'], 'ABC'],
    ['abcd', ['abXd', 'abcX', 'abc'], 'abXd'], ['abcd', ['abXX', 'abcX'], 'abcX'], ['', ['a'], 'a'], ['a', [],
      undefined],
    ['acbd', ['abcd'], 'abcd'], ['xabcd', ['abcd'], 'abcd'], ['abcdx', ['abcd'], 'abcd']
  ] as const) t.equal(nearestName(name, known), nearest, `${name} of ${known.join()}`)
  t.equal(unknownName('ab', ['abc', 'x']), 'Did you mean "abc"?')
})

t.test('options of clients', async t => {
  t.strictSame(CLIENT_OPTIONS, ['algorithm', 'audience', 'clientAssertionSigningAlg', 'clientAssertionSigningKey',
    'clientAssertionSigningKeyId', 'clientId', 'clientSecret', 'clientSecretMethod', 'clockTolerance', 'customDomain',
    'customFetch', 'discoveryTtl', 'dispatcher', 'domain', 'dpop', 'httpTimeout', 'idTokenSigningAlg', 'issuer', 'jwks',
    'jwksMaxAge', 'jwksUri', 'keys', 'maxWait', 'now', 'onWait', 'organization', 'rateLimit', 'retry', 'secret',
    'telemetry', 'throttle', 'timeout', 'tls', 'token', 'useMtls'])
  for (const name of CLIENT_OPTIONS) t.doesNotThrow(() => refuseUnknownOptions({ [name]: 'x' }), name)
  const members = {
    dpop: ['key'],
    retry: ['retries', 'maxDelay', 'sleep', 'now', 'random'],
    telemetry: ['name', 'version', 'env'],
    throttle: ['perSecond', 'burst'],
    tls: ['cert', 'key', 'passphrase', 'ca']
  }
  for (const [name, known] of Object.entries(members)) {
    for (const member of known) t.doesNotThrow(() => refuseUnknownOptions({ [name]: { [member]: 1 } }), member)
    t.throws(() => refuseUnknownOptions({ [name]: { zzzzzzzzzz: 1 } }),
      { option: `${name}.zzzzzzzzzz`, message: `Known are: ${known.join(', ')}.` })
    t.doesNotThrow(() => refuseUnknownOptions({ [name]: { zzzzzzzzzz: undefined } }))
    t.doesNotThrow(() => refuseUnknownOptions({ [name]: null }))
  }
  t.doesNotThrow(() => refuseUnknownOptions({ keys: { x: 1 }, zzzzzzzzzz: undefined }))
  for (const wrong of [null, undefined, 'x']) {
    t.throws(() => refuseUnknownOptions(wrong), {
      option: 'options',
      message: /./
    })
  }
  for (const seconds of [0.001, 3600]) {
    t.equal(readHttpTimeout({ timeout: seconds }), seconds)
    t.equal(readHttpTimeout({ httpTimeout: seconds }), seconds)
    t.equal(readHttpTimeout({ httpTimeout: seconds, timeout: seconds }), seconds)
  }
  t.equal(readHttpTimeout({}), undefined)
  for (const wrong of [0, 3600.1, NaN, '5' as never]) {
    t.throws(() => readHttpTimeout({ timeout: wrong }), { option: 'timeout', message: /above 0, and at most 3600/ })
    t.throws(() => readHttpTimeout({ httpTimeout: wrong }), { option: 'httpTimeout', message: /./ })
  }
  t.throws(() => readHttpTimeout({ timeout: 1, httpTimeout: 2 }), { option: 'timeout', message: /must not differ/ })
  for (const [given, uses] of [
    [{}, false], [{ tls: {} }, true], [{ tls: {}, useMtls: false }, true], [{ useMtls: false }, false],
    [{ useMtls: true, dispatcher: {} }, true], [{ useMtls: true, customFetch: {} }, true]
  ] as const) t.equal(usesMutualTls(given), uses, JSON.stringify(given))
  t.throws(() => usesMutualTls({ useMtls: true, tls: {}, dispatcher: {} }), {
    option: 'useMtls',
    message: /beside "tls"/
  })
  t.throws(() => usesMutualTls({ useMtls: true }), { option: 'useMtls', message: /without "customFetch"/ })
})

t.test('a deadline', async t => {
  const given = { seconds: 0.02, host: 'a.test' }
  let late: AbortSignal | undefined
  const slow = withinDeadline(given, signal => {
    late = signal
    return new Promise(() => {})
  })
  await t.rejects(slow, new TimeoutError('a.test did not answer within 0.02 s.'))
  t.ok(late?.aborted)
  t.equal(await withinDeadline({ ...given, seconds: 60 }, async () => 5), 5)
  await t.rejects(withinDeadline(given, async () => { throw new Error('own') }), { message: 'own' })
  const controller = new AbortController()
  const listeners: string[] = []
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  t.capture(signal, 'addEventListener', (...args: Parameters<typeof add>) => {
    listeners.push('add')
    add(...args)
  })
  t.capture(signal, 'removeEventListener', (...args: Parameters<typeof remove>) => {
    listeners.push('remove')
    remove(...args)
  })
  await withinDeadline({ ...given, signal }, async () => 5)
  await sleep(0, signal)
  t.strictSame(listeners.sort(), ['add', 'add', 'remove', 'remove'])
  let told: AbortSignal | undefined
  const waiting = withinDeadline({ ...given, seconds: 60, signal }, inner => {
    told = inner
    return new Promise(() => {})
  })
  controller.abort('enough')
  await t.rejects(waiting, { code: 'aborted', cause: 'enough', message: 'The request was aborted.' })
  t.equal((told?.reason as NetworkError).code, 'aborted')
  let ran = false
  await t.rejects(withinDeadline({ ...given, signal }, async () => { ran = true }), { code: 'aborted' })
  t.notOk(ran, 'work is not begun for a request that was given up')
  t.equal(aborted(undefined).cause, undefined)
  const begun = performance.now()
  await sleep(0.02)
  t.ok(performance.now() - begun >= 18)
})

t.test('values that expire', async t => {
  let now = 100
  const map = createExpiringMap<string>({ maxEntries: 2, now: () => now })
  map.set('a', 'A', 110)
  map.set('b', 'B', 120)
  map.set('a', 'A2', 111)
  t.equal(map.get('a'), 'A2')
  t.equal(map.get('b'), 'B', 'a value set again takes no further room')
  now = 111
  t.equal(map.get('a'), undefined)
  now = 100
  t.equal(map.get('a'), undefined, 'what expired is gone')
  map.set('c', 'C', 120)
  map.set('d', 'D', 120)
  t.strictSame(['b', 'c', 'd'].map(key => map.get(key)), [undefined, 'C', 'D'], 'the oldest goes')
})

t.test('work of one key, one after another', async t => {
  const mutex = createKeyedMutex()
  const ran: string[] = []
  const work = (name: string) => async () => {
    ran.push(`${name} begins`)
    await sleep(0.001)
    ran.push(`${name} ends`)
    if (name === 'a1') throw new Error(name)
    return name
  }
  const all = await Promise.allSettled([mutex('a', work('a1')), mutex('a', work('a2')), mutex('b', work('b1'))])
  t.match(all, [{ reason: { message: 'a1' } }, { value: 'a2' }, { value: 'b1' }])
  t.strictSame(ran.filter(name => name.startsWith('a')), ['a1 begins', 'a1 ends', 'a2 begins', 'a2 ends'])
  t.ok(ran.indexOf('b1 begins') < ran.indexOf('a1 ends'))
  const first = mutex('a', work('a3'))
  const second = mutex('a', work('a4'))
  await first
  const third = mutex('a', work('a5'))
  await Promise.all([second, third])
  t.strictSame(ran.slice(-4), ['a4 begins', 'a4 ends', 'a5 begins', 'a5 ends'])
})

t.test('lists of fields at the limits', async t => {
  t.ok(parseFieldList('a'.repeat(8192)))
  const many = (count: number, piece: string, by = '') => Array.from({ length: count }, () => piece).join(by)
  t.equal(parseFieldList(many(16, 'a', ','))?.length, 16)
  t.equal(parseFieldList(many(17, 'a', ',')), undefined)
  t.equal(parseFieldList(`(${many(16, 'a', ' ')})`)?.[0]?.value.length, 16)
  t.equal(parseFieldList(`(${many(17, 'a', ' ')})`), undefined)
  const params = (count: number) => Array.from({ length: count }, (_, i) => `;p${i}`).join('')
  t.equal(parseFieldList(`a${params(16)}`)?.[0]?.params.size, 16)
  t.equal(parseFieldList(`a${params(17)}`), undefined)
  t.equal(parseFieldString('a'.repeat(100), 100)?.length, 100)
  t.equal(parseFieldString('a'.repeat(101), 100), undefined)
})

t.test('a memory of what is forbidden', async t => {
  const forgotten: string[] = []
  let full = 0
  const memory = new ForbiddenMemory<Forbidden & { name: string }>({
    maxEntries: 2,
    forget: ({ name }) => forgotten.push(name),
    onFull: () => { full++ }
  })
  const entry = (name: string, at: number, until: number) => ({ name, at, until })
  t.equal(memory.isFloored, false)
  t.equal(memory.floor(0), -Infinity)
  memory.dropOldest()
  t.strictSame([memory.size, full, memory.isFloored], [0, 0, false], 'nothing to drop')
  const a = entry('a', 10, 20)
  memory.add(a, 10)
  memory.add(entry('b', 5, 50), 10)
  t.equal(memory.size, 2)
  memory.sweep(19)
  t.equal(memory.size, 2, 'nothing has expired')
  memory.add(entry('c', 11, 60), 20)
  t.strictSame([forgotten, full, memory.isFloored], [['a'], 0, false], 'what has expired makes room')
  memory.add(entry('d', 12, 40), 21)
  t.strictSame([forgotten, full, memory.isFloored], [['a', 'b'], 1, true])
  t.strictSame([memory.floor(49), memory.floor(50)], [5, -Infinity])
  memory.add(entry('e', 13, 70), 21)
  t.strictSame([forgotten, full], [['a', 'b', 'c'], 1], 'told once')
  t.strictSame([memory.floor(59), memory.floor(60)], [11, -Infinity])
  memory.sweep(40)
  t.strictSame(forgotten, ['a', 'b', 'c', 'd'])
  const heir = new ForbiddenMemory<Forbidden>({ maxEntries: 0 })
  heir.inherit(memory as never)
  t.strictSame([heir.floor(59), heir.floor(60)], [11, -Infinity])
  memory.remove([...[a]][0]!)
  t.equal(memory.size, 1)
  const silent = new ForbiddenMemory<Forbidden>({ maxEntries: 1 })
  const one = { at: 1, until: 100 }
  silent.add(one, 1)
  silent.remove(one)
  t.equal(silent.size, 0)
  silent.add({ at: 3, until: 90 }, 1)
  silent.add({ at: 2, until: 95 }, 1)
  t.strictSame([silent.floor(89), silent.floor(94)], [3, -Infinity])

  for (const [size, looksAgain] of [[SMALL - 1, true], [SMALL, false]] as const) {
    const large = new ForbiddenMemory<Forbidden>({ maxEntries: 5000 })
    large.add({ at: 0, until: 1 }, 0)
    large.add({ at: 0, until: 1.5 }, 0)
    for (let i = 0; i < size; i++) large.add({ at: 0, until: 100 }, 0)
    large.sweep(1)
    t.equal(large.size, size + 1)
    large.sweep(1.5)
    t.equal(large.size, looksAgain ? size : size + 1)
    large.sweep(1 + 1)
    t.equal(large.size, size)
  }
})

t.test('ids that count once', async t => {
  let full = 0
  const used = createUsedIds({ maxEntries: 4, maxEach: 2, onFull: () => { full++ } })
  const add = (id: string, at: number, until: number, owner: string, now = at) =>
    used.add(id, { at, until }, now, owner)
  add('1', 10, 20, 'a')
  t.equal(used.has('1', 10, 19, 'a'), true)
  t.equal(used.has('1', 10, 20, 'a'), false, 'it is over')
  t.equal(used.has('1', 10, 19, 'b'), false, 'the id of another')
  t.equal(used.has('2', 10, 19, 'a'), false)
  add('1', 8, 15, 'a', 10)
  t.equal(used.has('1', 10, 19, 'a'), true, 'what is said again shortens nothing')
  add('2', 11, 30, 'a')
  add('3', 12, 30, 'a')
  t.equal(full, 1)
  t.strictSame([used.has('x', 10, 12, 'a'), used.has('x', 10.5, 12, 'a')], [true, false], 'the floor of this owner')
  t.equal(used.has('x', 10, 12, 'b'), false)
  add('4', 12, 30, 'b')
  add('5', 12, 30, 'c')
  add('6', 13, 30, 'd')
  t.strictSame([used.has('2', 12, 14, 'a'), used.has('3', 12, 14, 'a')], [false, true], 'the first owner paid')
  t.equal(used.has('x', 11, 14, 'a'), true)
  t.equal(used.has('x', 11, 14, 'b'), false)
  t.equal(full, 1, 'told once')
  add('7', 13, 30, 'e')
  t.equal(used.has('x', 12, 14, 'a'), true, 'an owner without ids leaves its floor to everybody')
  t.equal(used.has('x', 12, 14, 'z'), true)
  t.equal(used.has('x', 12.5, 14, 'z'), false)
  t.equal(used.has('x', 12, 30, 'z'), false, 'until it would have expired')
  t.strictSame([used.has('4', 12.5, 14, 'b'), used.has('6', 13, 14, 'd'), used.has('7', 13, 14, 'e')], [true, true,
    true])
  let reports = 0
  const each = createUsedIds({ maxEntries: 10, maxEach: 1, onFull: () => { reports++ } })
  for (const owner of ['a', 'b']) for (const id of ['1', '2']) each.add(id, { at: 1, until: 9 }, 1, owner)
  t.equal(reports, 1, 'told once, whoever is full')
  const pays = createUsedIds({ maxEntries: 2 })
  for (const owner of ['a', 'b']) pays.add('1', { at: 1, until: 9 }, 1, owner)
  pays.add('2', { at: 2, until: 9 }, 2, 'b')
  t.strictSame([pays.has('x', 1, 2, 'a'), pays.has('x', 1, 2, 'b')], [false, true], 'who fills the memory pays')
  const again = createUsedIds({ maxEntries: 2 })
  for (const id of ['1', '1', '2']) again.add(id, { at: 1, until: 9 }, 1)
  t.equal(again.has('x', 1, 2), false, 'an id that is said again takes no further room')
  const plain = createUsedIds({ maxEntries: 1 })
  plain.add('1', { at: 1, until: 5 }, 1)
  plain.add('2', { at: 2, until: 9 }, 5)
  t.strictSame([plain.has('x', 1, 5), plain.has('2', 3, 8)], [false, true], 'what has expired makes room')
  plain.add('3', { at: 3, until: 9 }, 6)
  t.strictSame([plain.has('x', 2, 8), plain.has('x', 2.5, 8), plain.has('x', 2, 9)], [true, false, false])
})

t.test('what a channel is told of work', async t => {
  const told: [event: string, outcome: unknown, errorType: unknown][] = []
  const spans = tracingChannel('fastify-auth0:api')
  const listen = Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(event =>
    [event, (message: { outcome?: string, errorType?: string }) =>
      told.push([event, message.outcome, message.errorType])]))
  spans.subscribe(listen as never)
  t.teardown(() => spans.unsubscribe(listen as never))
  const name = 'api' as never
  const run = (work: () => unknown, message: object = {}) => trace(traceChannel(name), message as never, work)
  const all = () => told.splice(0)
  t.equal(run(() => 5), 5)
  t.strictSame(all(), [['start', undefined, undefined], ['end', 'success', undefined]])
  t.equal(run(() => 5, { outcome: 'denied' }), 5)
  t.strictSame(all(), [['start', 'denied', undefined], ['end', 'denied', undefined]])
  t.equal(run(() => 5, { around: (work: () => number) => work() + 1 }), 6)
  all()
  t.throws(() => run(() => { throw new NetworkError('x', undefined, 'aborted') }), { code: 'aborted' })
  t.strictSame(all(), [['start', undefined, undefined], ['error', 'failure', 'aborted'], ['end', 'failure', 'aborted']])
  t.equal(await run(async () => 5), 5)
  t.strictSame(all(), [['start', undefined, undefined], ['end', undefined, undefined],
    ['asyncStart', 'success', undefined], ['asyncEnd', 'success', undefined]])
  await t.rejects(run(async () => { throw new Error('x') }) as Promise<unknown>, { message: 'x' })
  t.strictSame(all(), [['start', undefined, undefined], ['end', undefined, undefined], ['error', 'failure', '_OTHER'],
    ['asyncStart', 'failure', '_OTHER'], ['asyncEnd', 'failure', '_OTHER']])
  t.doesNotThrow(() => noteFailure(undefined, new Error('x')))
  t.ok(channel('tracing:fastify-auth0:api:start').hasSubscribers)
})

t.test('failures are named out of a fixed list', async t => {
  for (const code of ['access_denied', 'account_selection_required', 'authorization_pending', 'consent_required',
    'expired_token', 'insufficient_scope', 'interaction_required', 'invalid_client', 'invalid_dpop_proof',
    'invalid_grant', 'invalid_request', 'invalid_scope', 'invalid_target', 'invalid_token', 'login_required',
    'mfa_required', 'server_error', 'slow_down', 'temporarily_unavailable', 'too_many_requests', 'unauthorized',
    'unauthorized_client', 'unsupported_grant_type', 'use_dpop_nonce']) {
    t.equal(errorType(new ApiError({ code, message: 'x', status: 400 })), code)
  }
  const other = (status?: number) => errorType(new ApiError({ code: 'x', message: 'x', ...status && { status } }))
  t.strictSame([other(418), other(1), other(), errorType(new NetworkError('x', undefined, 'aborted')),
    errorType(new Error('x')), errorType(undefined)], ['418', '1', '_OTHER', 'aborted', '_OTHER', '_OTHER'])
})
