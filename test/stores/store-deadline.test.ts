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
  await t.rejects(boundedLock(1, async () => { throw own }, async () => 5), own)
  await t.rejects(boundedLock(1, async () => { throw client }, async () => 5),
    { message: 'The session store failed at "lock".' })
  let ran = false
  let begin: ((signal: AbortSignal) => Promise<void>) | undefined
  const late = boundedLock(0.01, async work => { begin = work; await new Promise(() => {}) },
    async () => { ran = true })
  await t.rejects(late, { message: 'The session store did not answer "lock" in time.' })
  await t.rejects(begin!(signal), { message: /in time/ })
  t.equal(ran, false, 'nobody waits for the work any more')
})
