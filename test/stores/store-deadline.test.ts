import { tracingChannel } from 'node:diagnostics_channel'
import { mock } from 'node:test'
import t from 'tap'
import { SessionStoreError, TimeoutError } from '../../lib/errors.js'
import { bounded, boundedLock, boundedSoon } from '../../lib/stores/store-deadline.js'

t.test('deadlines of stores', async t => {
  await t.rejects(bounded('get', 0.01, () => new Promise(() => {})),
    { name: 'SessionStoreError', message: 'The session store did not answer "get" in time.' })
  t.equal(await bounded('get', 1, () => 5), 5)
  t.equal(await bounded('get', 1, async () => 5), 5)
  const own = new TimeoutError('own')
  for (const work of [() => { throw own }, async () => { throw own }]) {
    await t.rejects(bounded('get', 1, work), own)
    await t.rejects(new Promise(resolve => { resolve(boundedSoon('get', 1, work)) }), own)
  }
  const client = Object.assign(new Error('down'), { code: 'ECONN', secret: 'x' })
  for (const work of [() => { throw client }, async () => { throw client }]) {
    const error = await bounded('get', 1, work).catch((error: unknown) => error) as SessionStoreError
    t.type(error, SessionStoreError)
    t.match(error, { message: 'The session store failed at "get".', cause: { message: 'down', code: 'ECONN' } })
    t.notOk('secret' in (error.cause as object))
  }
  const text: unknown = 'text'
  await t.rejects(bounded('get', 1, async () => { throw text }),
    { cause: { message: 'No error object was given.' } })
  const coded = await bounded('get', 1, async () => { throw Object.assign(new Error('x'), { code: 5 }) })
    .catch((error: unknown) => error) as Error
  t.notOk('code' in (coded.cause as object))
  t.equal(boundedSoon('get', 1, () => 5), 5)
  t.equal(await boundedSoon('get', 1, async () => 5), 5)
  t.throws(() => boundedSoon('get', 1, () => { throw client }), { message: 'The session store failed at "get".' })
  await t.rejects(Promise.resolve(boundedSoon('get', 0.01, () => new Promise(() => {}))), { message: /in time/ })
  const { signal } = new AbortController()
  t.equal(await boundedLock(1, async work => await work(signal), async given => given === signal), true)
  t.equal(await boundedLock(1, async work => { await work(signal); throw client }, async () => 5), 5)
  await t.rejects(boundedLock(1, async work => await work(signal), async () => { throw own }), own)
  await t.rejects(boundedLock(1, async () => {}, async () => 5),
    { cause: { message: 'The store never ran the work.' } })
  await t.rejects(boundedLock(1, async () => { throw own }, async () => 5),
    { code: 'session_store_error', retryAfter: 2 } as never, 'a lock that is not free in time is no fault of Auth0')
  await t.rejects(boundedLock(1, async () => { throw client }, async () => 5),
    { message: 'The session store failed at "lock".' })
  let ran = false
  let begin: ((signal: AbortSignal) => Promise<void>) | undefined
  const late = boundedLock(0.01, async work => { begin = work; await new Promise(() => {}) },
    async () => { ran = true })
  await t.rejects(late, { message: 'The session store did not answer "lock" in time.' })
  await t.rejects(begin!(signal), { message: 'The session store did not answer "lock" in time.' })
  t.equal(ran, false, 'nobody waits for the work any more')
})

const never = async (): Promise<never> => await new Promise<never>(() => {})
const { signal } = new AbortController()

t.test('a store is waited for exactly as long as is said', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => { mock.timers.reset() })
  const ended: string[] = []
  const wait = (name: string, work: Promise<unknown>) => {
    work.then(() => ended.push(`${name} done`), () => ended.push(`${name} late`))
  }
  const turn = async () => await new Promise(setImmediate)
  let finish = (): void => {}
  wait('call', bounded('get', 2, never))
  wait('soon', Promise.resolve(boundedSoon('get', 2, never)))
  wait('lock', boundedLock(2, never, never))
  wait('work', boundedLock(2, async work => await work(signal), async () =>
    await new Promise<void>(resolve => { finish = resolve })))
  await turn()
  mock.timers.tick(1999)
  await turn()
  t.strictSame(ended, [])
  mock.timers.tick(1)
  await turn()
  await turn()
  t.strictSame(ended.sort(), ['call late', 'lock late', 'soon late'], 'the work under a lock has all its time')
  mock.timers.tick(5000)
  finish()
  await turn()
  t.equal(ended.at(-1), 'work done')
})

t.test('calls that begin together share a timer, and nothing else', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => { mock.timers.reset() })
  let time = performance.now() + 1000
  t.intercept(performance, 'now', { value: () => time })
  const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout).args
  const ended: string[] = []
  const turn = async () => await new Promise(setImmediate)
  const begin = (name: string, seconds: number) => {
    let finish = (): void => {}
    bounded('get', seconds, async () => await new Promise<void>(resolve => { finish = resolve }))
      .then(() => ended.push(`${name} done`), () => ended.push(`${name} late`))
    return () => { finish() }
  }
  const first = begin('first', 2)
  begin('second', 2)
  t.equal(timers().length, 1, 'one for both')
  begin('longer', 3)
  t.equal(timers().length, 1, 'another time is another timer')
  time += 1
  mock.timers.tick(1)
  begin('later', 2)
  t.equal(timers().length, 1, 'nobody gets less time than is said')
  first()
  mock.timers.tick(1999)
  await turn()
  await turn()
  t.strictSame(ended.splice(0), ['first done', 'second late'])
  mock.timers.tick(1)
  await turn()
  await turn()
  t.strictSame(ended.splice(0), ['later late'])
  mock.timers.tick(999)
  await turn()
  await turn()
  t.strictSame(ended.splice(0), ['longer late'])
  const [one, two] = [begin('one', 2), begin('two', 2)]
  one()
  two()
  await turn()
  begin('again', 2)
  t.equal(timers().length, 2, 'the last answer stops a timer; the next call starts one anew')
  mock.timers.tick(2000)
  await turn()
  await turn()
  t.strictSame(ended.splice(0), ['one done', 'two done', 'again late'])
  begin('before', 2)
  time -= 1000
  mock.timers.tick(1000)
  begin('in a test that sets the clock back', 2)
  mock.timers.tick(1000)
  await turn()
  await turn()
  t.strictSame(ended, ['before late'], 'nobody gets less time than is said')
  mock.timers.tick(1000)
})

t.test('an answer leaves no timer behind', async t => {
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  await bounded('get', 60, () => 5)
  t.ok(timers() <= before, 'at once')
  const later = bounded('get', 60, async () => await new Promise(resolve => { setImmediate(resolve) }))
  await Promise.resolve()
  await Promise.resolve()
  t.ok(timers() > 0, 'control')
  await later
  t.ok(timers() <= before, 'later')
  await boundedLock(60, async work => await work(signal), async () => 5)
  await t.rejects(boundedLock(60, async () => {}, async () => 5))
  await t.rejects(boundedLock(60, async () => { throw new Error('down') }, async () => 5))
  t.ok(timers() <= before, 'locks')
})

t.test('whoever listens is told of each call, and of the way to a lock', async t => {
  const told: string[] = []
  const listener = {
    start: ({ store, operation }: { store: string, operation: string }) => told.push(`${store} ${operation}`),
    asyncEnd: ({ operation, outcome }: { operation: string, outcome: string }) => told.push(`${operation} ${outcome}`)
  }
  const channel = tracingChannel('fastify-auth0:store')
  channel.subscribe(listener as never)
  t.teardown(() => { channel.unsubscribe(listener as never) })
  await bounded('a', 1, () => 5)
  await bounded('b', 1, () => 5, 'revocation')
  t.equal(boundedSoon('c', 1, () => 5), 5)
  await boundedSoon('d', 1, async () => 5, 'revocation')
  t.strictSame(told.splice(0), ['session a', 'a success', 'revocation b', 'b success', 'session c', 'revocation d',
    'd success'])
  const result = await boundedLock(1, async work => await work(signal), async given => {
    await new Promise(setImmediate)
    t.strictSame(told.splice(0), ['session lock', 'lock success'], 'the lock is there before the work has ended')
    return given === signal
  })
  t.equal(result, true)
  await t.rejects(boundedLock(1, async () => { throw new Error('down') }, async () => 5), { message: /"lock"/ })
  await new Promise(setImmediate)
  t.strictSame(told, ['session lock', 'lock failure'])
})
