import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { TimeoutError } from '../../../lib/errors.js'
import {
  MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, MemoryTransactionStore, refreshStoreSuite,
  revocationStoreSuite, sessionStoreSuite, transactionStoreSuite, type CookieJar, type SessionStore,
  type Transaction, type TransactionStore
} from '../../../lib/stores/index.js'

interface SuiteCase {
  name: string
  run: () => Promise<void>
}

/** What a broken store does in place of one answer: each of these for what it fits. */
const faults: [name: string, fault: (answer: unknown, call: string) => unknown][] = [
  ['the opposite', (answer, call) => {
    if (typeof answer === 'boolean') return !answer
    if (answer === undefined) return wrongly[call]
    if (Array.isArray(answer)) return answer.length === 0 ? [{ key: 'wrong' }] : answer.slice(0, -1)
    return call === 'deleteWhere' ? (answer as number) + 1 : undefined
  }],
  ['another value', (answer, call) => call === 'get' && typeof answer === 'object'
    ? { ...answer, value: 'wrong' }
    : answer],
  ['another time', (answer, call) => call === 'revokedAt' && typeof answer === 'number' ? answer + 0.0625 : answer],
  ['another text', answer => typeof answer === 'string' ? `${answer}x` : answer],
  ['in reverse', answer => Array.isArray(answer) ? [...answer].reverse() : answer],
  ['too many', answer => Array.isArray(answer) ? [...answer, { key: 'wrong' }] : answer],
  ['another transaction', (answer, call) => call === 'take' && answer !== undefined
    ? { ...answer, nonce: 'wrong', appState: 'wrong' }
    : answer]
]

/** What a broken store says where there is nothing. */
const wrongly: Record<string, unknown> = {
  get: { value: 'wrong' }, revokedAt: 1, take: { state: 'wrong' }, lock: () => {}
}

/** Calls without an answer: a broken store forgets them. */
const silent = new Set(['create', 'delete', 'set', 'revoke'])

type Fault = typeof faults[number][1]

/** A store whose call of this number goes wrong; `forget` does nothing at all. */
function faulty (store: object, at: number, fault: Fault | 'forget') {
  const calls: [name: string, answer: unknown][] = []
  const broken = new Proxy(store, {
    get (_, name: string) {
      const method = (store as Record<string, unknown>)[name]
      // The locks of sessions wait in real time.
      if (typeof method !== 'function' || (name === 'lock' && store instanceof MemorySessionStore)) return undefined
      return async (...args: unknown[]) => {
        const call: typeof calls[number] = [name, undefined]
        const own = calls.push(call) === at
        if (own && fault === 'forget') return undefined
        call[1] = await (method as (...args: unknown[]) => unknown).apply(store, args)
        return own && fault !== 'forget' ? fault(call[1], name) : call[1]
      }
    }
  })
  return { broken, calls }
}

/** Faults that the requirements of a suite do not notice, and how many there were. */
async function unnoticed (cases: (create: () => object) => SuiteCase[], makeStore: () => object): Promise<string[]> {
  const found: string[] = []
  let count = 0
  let store = {}
  for (const { name, run } of cases(() => store)) {
    const sound = faulty(makeStore(), 0, 'forget')
    store = sound.broken
    await run()
    for (const [i, [call, answer]] of sound.calls.slice(0, sound.calls.length > 100 ? 1 : 25).entries()) {
      const tried = silent.has(call)
        ? [['forgotten', 'forget'] as const]
        : faults.filter(([, fault]) => fault(answer, call) !== answer)
      count += tried.length
      for (const [kind, fault] of tried) {
        store = faulty(makeStore(), i + 1, fault).broken
        const failure = await run().then(() => undefined, (error: unknown) => error)
        if (failure === undefined) found.push(`${name}: ${call} ${i + 1}, ${kind}`)
      }
    }
  }
  return [...found, `${count} faults were tried`]
}

t.test('session stores', async t => {
  let now: () => number
  t.strictSame(await unnoticed(create => sessionStoreSuite(options => {
    now = options.now
    return create() as SessionStore
  }), () => new MemorySessionStore({ now: () => now() })), [
    'has nothing under a key it does not know: create 1, forgotten',
    'never brings back a deleted entry, by update or touch: create 1, forgotten',
    'deletes an entry, and does not mind when there is none: create 1, forgotten',
    'deletes an entry, and does not mind when there is none: delete 3, forgotten',
    'deletes an entry, and does not mind when there is none: delete 4, forgotten',
    'deletes an entry, and does not mind when there is none: get 6, another value',
    'does not give an entry past its end: get 2, another value',
    'goes by the end that update and touch gave: get 5, another value',
    'ends one session by issuer and session id: get 5, another value',
    "ends all sessions of a user, and nobody else's: get 10, another value",
    "ends all sessions of a user, and nobody else's: get 11, another value",
    'ends all sessions of an organization: get 7, another value',
    'ends only what matches every field of the filter: get 7, another value',
    'ends only what matches every field of the filter: get 8, another value',
    'finds nothing for owners it does not know: list 2, in reverse',
    'refuses a filter that would mean everybody: get 14, another value',
    'takes every character of a filter literally: get 10, another value',
    'lists the sessions of a user, newest first: create 3, forgotten',
    'lists and counts no session that was deleted or is past its end: create 1, forgotten',
    'lists and counts no session that was deleted or is past its end: create 2, forgotten',
    'lists and counts no session that was deleted or is past its end: list 5, in reverse',
    'lists and counts no session that was deleted or is past its end: list 7, in reverse',
    'finds a session after it was prolonged, past the end it was created with: list 5, in reverse',
    '167 faults were tried'
  ])
})

t.test('transaction stores', async t => {
  let now: () => number
  t.strictSame(await unnoticed(create => transactionStoreSuite(options => {
    now = options.now
    return create() as never
  }), () => new MemoryTransactionStore({ now: () => now() })), [
    'gives a transaction once: take 2, another transaction',
    'gives a transaction to one of many who ask at the same time: take 2, another transaction',
    'gives a transaction only to the browser that began it: set 1, forgotten',
    'gives a transaction only to the browser that began it: set 3, forgotten',
    'forgets a transaction when its time is over: set 1, forgotten',
    'forgets a transaction when its time is over: take 4, another transaction',
    'deletes one transaction and leaves the others: set 1, forgotten',
    'deletes one transaction and leaves the others: take 5, another transaction',
    'deletes all transactions of a browser, and of no other: set 1, forgotten',
    'deletes all transactions of a browser, and of no other: set 2, forgotten',
    'deletes all transactions of a browser, and of no other: take 7, another transaction',
    'deletes what is not there without complaint: delete 1, forgotten',
    'deletes what is not there without complaint: delete 2, forgotten',
    'keeps the Cookie header small when 200 logins are begun and left (CB-07): set 1, forgotten',
    'sends its cookies to a callback that is posted from the tenant: take 2, another transaction',
    'hides its cookies from scripts and from plain http: set 1, forgotten',
    '81 faults were tried'
  ])
})

t.test('revocation stores', async t => {
  t.strictSame(await unnoticed(create => revocationStoreSuite(() => create() as never),
    () => new MemoryRevocationStore()), [
    'never takes one kind of name for another: revoke 1, forgotten',
    'ends the sessions of the application it names, or of all: revoke 1, forgotten',
    'ends the sessions of the application it names, or of all: revoke 3, forgotten',
    'ends the sessions of the application it names, or of all: revoke 5, forgotten',
    'ends the sessions of the application it names, or of all: revoke 7, forgotten',
    'gives the latest of several revocations: revoke 1, forgotten',
    'gives the latest of several revocations: revoke 3, forgotten',
    'does not let an earlier revocation replace a later one: revoke 2, forgotten',
    '101 faults were tried'
  ])
})

t.test('refresh stores', async t => {
  let now = 1000
  t.strictSame(await unnoticed(create => refreshStoreSuite(() => create() as never, seconds => { now += seconds }),
    () => new MemoryRefreshStore({ now: () => now })), [
    'forgets a value when its time is over: set 1, forgotten',
    'keeps locks and values apart: lock 1, the opposite',
    '43 faults were tried'
  ])
})

interface Lease {
  leaseSeconds: number
  waitSeconds: number
}
type Work = (signal: AbortSignal) => Promise<unknown>
type Lock = (name: string, how: Lease, work: Work) => Promise<unknown>

/** A lock that waits until its lease or the time to wait is over, but never longer than the suite needs. */
function soundLock (): Lock {
  const held = new Map<string, object>()
  return async (name, { leaseSeconds, waitSeconds }, work) => {
    for (let waited = 0; held.has(name); waited += 0.005) {
      if (waited >= Math.min(waitSeconds, 0.2)) throw new TimeoutError('The lock is not free.')
      await sleep(5)
    }
    const mine = {}
    held.set(name, mine)
    const stop = new AbortController()
    const free = () => held.get(name) === mine && held.delete(name)
    const timer = setTimeout(() => {
      stop.abort()
      free()
    }, leaseSeconds < 1 ? 50 : leaseSeconds * 1000)
    if (leaseSeconds >= 1) timer.unref()
    try {
      return await work(stop.signal)
    } finally {
      clearTimeout(timer)
      free()
    }
  }
}

t.test('locks of session stores', async t => {
  const sound = soundLock()
  const tries: [name: string, lock: Lock, broken: string[]][] = [
    ['a lock', sound, []],
    ['no answer', async (...args) => { await sound(...args) }, ['gives what the work under a lock came to']],
    ['no failure', async (name, how, work) => await sound(name, how, async signal => {
      try { return await work(signal) } catch { return undefined }
    }), ['gives what the work under a lock came to', 'rejects with a TimeoutError when a lock is not free in time',
      'does not let who overstayed the lease free the lock of the next'].slice(0, 1)],
    ['another failure', async (name, how, work) => await sound(name, how, async signal => {
      try { return await work(signal) } catch (error) {
        if ((error as Error).message === 'the work failed') throw new Error('another')
        throw error
      }
    }), ['gives what the work under a lock came to']],
    ['no lock', async (_name, _how, work) => await soundLock()('own', { leaseSeconds: 0.5, waitSeconds: 0 }, work),
      ['lets one holder at a time work under a lock',
        'rejects with a TimeoutError when a lock is not free in time',
        'does not let who overstayed the lease free the lock of the next']],
    ['one lock for all names', async (_name, how, work) => await sound('all', how, work),
      ['keeps locks of different names apart']],
    ['another error', async (...args) => {
      try { return await sound(...args) } catch (error) {
        if (error instanceof TimeoutError) throw Object.assign(new Error('x'), { name: 'TimeoutError', code: 'busy' })
        throw error
      }
    }, ['rejects with a TimeoutError when a lock is not free in time',
      'does not let who overstayed the lease free the lock of the next']],
    ['an error of another name', async (...args) => {
      try { return await sound(...args) } catch (error) {
        if (error instanceof TimeoutError) throw Object.assign(new Error('x'), { code: 'timeout' })
        throw error
      }
    }, ['rejects with a TimeoutError when a lock is not free in time']],
    ['work that must stop at once', async (name, how, work) =>
      await sound(name, how, async () => await work(AbortSignal.abort())),
    ['tells the work to stop as its lease ends, and gives the lock to the next']],
    ['a lease that never ends', async (name, how, work) => await sound(name, { ...how, leaseSeconds: 60 }, work),
      ['tells the work to stop as its lease ends, and gives the lock to the next',
        'does not let who overstayed the lease free the lock of the next']]
  ]
  await Promise.all(tries.map(async ([name, lock, broken]) => {
    const failed: string[] = []
    // One after the other: a lock may be one for all.
    for (const { name, run } of sessionStoreSuite(() => ({ lock }) as never).slice(-6)) {
      await run().catch(() => failed.push(name))
    }
    t.strictSame(failed, broken, name)
  }))
  const without = sessionStoreSuite(() => ({}) as never).slice(-6)
  for (const { run } of without) await t.resolves(run())
})

t.test('cookies of transaction stores', async t => {
  const HIDES = 'hides its cookies from scripts and from plain http'
  const SENDS = 'sends its cookies to a callback that is posted from the tenant'
  const inCookies = (more: object = {}, less: object = {}): TransactionStore => ({
    set (jar, state, transaction) {
      const sameSite = transaction.kind === 'login' && transaction.responseMode === 'form_post' ? 'none' : 'lax'
      jar.set(`tx.${state}`, JSON.stringify(transaction), {
        httpOnly: true,
        secure: true,
        path: '/',
        sameSite,
        ...more
      })
    },
    take (jar, state) {
      const text = jar.get(`tx.${state}`)
      jar.clear(`tx.${state}`, {} as never)
      return text === undefined ? undefined : JSON.parse(text) as Transaction
    },
    delete (jar, state) {
      for (const name of jar.names(`tx.${state ?? ''}`)) jar.clear(name, {} as never)
    },
    ...less
  })
  const usual = ['gives a transaction to one of many who ask at the same time',
    'forgets a transaction when its time is over',
    'keeps the Cookie header small when 200 logins are begun and left (CB-07)',
    'is not moved by an appState that names prototypes (PP-01)']
  for (const [name, store, broken] of [
    ['as they must be', inCookies(), []],
    ['readable by scripts', inCookies({ httpOnly: false }), [HIDES]],
    ['over plain http', inCookies({ secure: false }), [SENDS, HIDES]],
    ['from everywhere', inCookies({ sameSite: 'none' }), [HIDES]],
    ['from the own site only', inCookies({ sameSite: 'lax' }), [SENDS]],
    ['written by what deletes', inCookies({}, {
      delete (jar: CookieJar, state?: string) {
        for (const name of jar.names(`tx.${state ?? ''}`)) jar.clear(name, {} as never)
        jar.set('deleted', '1', {} as never)
      }
    }), ['deletes what is not there without complaint']]
  ] as const) {
    const failed: string[] = []
    for (const { name, run } of transactionStoreSuite(() => store)) {
      await run().catch(() => failed.push(name))
    }
    t.strictSame(failed.sort(), [...usual, ...broken].sort(), name)
  }
})
