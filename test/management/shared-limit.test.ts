import { getEventListeners } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { rateLimitOf, readRateLimit, remember } from '../../lib/management/rate-limit/rate-limit.js'
import { Refill } from '../../lib/management/rate-limit/refill.js'
import { SharedLimit, type RateLimitWait } from '../../lib/management/rate-limit/shared-limit.js'
import { createThrottle } from '../../lib/management/rate-limit/throttle.js'
import { Queue, Turn } from '../../lib/management/rate-limit/turn.js'
import { waitTooLong } from '../../lib/management/rate-limit/wait-too-long.js'

const start = 1_800_000_000

interface Alarm {
  seconds: number
  signal: AbortSignal
  ring: () => Promise<void>
}

/** A limit whose calls are made by hand: `enter` says whether the call may start at once. */
function limitOf ({ maxWait = 600, deaf = false } = {}) {
  const clock = { now: start }
  const alarms: Alarm[] = []
  const waits: RateLimitWait[] = []
  const limit = new SharedLimit({
    maxWait,
    onWait: wait => waits.push(wait),
    now: () => clock.now,
    random: () => 0.5,
    sleep: (seconds, signal) =>
      new Promise((resolve, reject) => {
        const ring = async (): Promise<void> => {
          resolve()
          await nextTurn()
        }
        alarms.push({ seconds: seconds - 0.125, signal: signal!, ring })
        if (!deaf) signal!.addEventListener('abort', () => { reject(new Error('cancelled')) })
      })
  })
  const running = new Set<Turn>()
  const failures = new Map<Turn, unknown>()
  const begin = (turn: Turn): boolean => {
    const waiting = limit.enter(turn)
    if (waiting === undefined) running.add(turn)
    waiting?.then(() => running.add(turn), (error: unknown) => failures.set(turn, error))
    return waiting === undefined
  }
  const turns = (count: number, signal?: AbortSignal): Turn[] =>
    Array.from({ length: count }, () => {
      const turn = new Turn('GET /x', signal)
      begin(turn)
      return turn
    })
  /** Ends a call; says which of these run then. */
  const end = async (turn: Turn, answer: [status: number, headers?: Record<string, string>] | undefined,
    again = false): Promise<void> => {
    running.delete(turn)
    limit.leave(turn, answer && { status: answer[0], headers: answer[1] ?? {} }, again)
    if (again) begin(turn)
    await nextTurn()
  }
  return { limit, clock, alarms, waits, turns, end, begin, running, failures }
}

const told = (remaining: number, reset: number): Record<string, string> =>
  ({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': String(reset) })
const pick = <T>(all: T[], ...at: number[]) => at.map(i => all[i])

t.test('the headers of a limit', async t => {
  t.strictSame(readRateLimit(told(12, 1_800_000_010)), { limit: 10, remaining: 12, resetAt: 1_800_000_010 })
  for (const name of Object.keys(told(1, 1))) {
    const { [name]: _, ...others } = told(1, 1)
    t.equal(readRateLimit(others), undefined, name)
    t.equal(readRateLimit({ ...others, [name]: 'x' }), undefined, name)
  }
  const [result, error] = [{}, { headers: told(3, 5) }]
  for (const one of [result, null, undefined, 'x', 7]) remember(one, told(2, 5))
  t.match(rateLimitOf(result), { remaining: 2 })
  t.match(rateLimitOf(error), { remaining: 3 })
  t.equal(rateLimitOf({}), undefined)
})

t.test('how fast a limit fills that tells nothing', async t => {
  const refill = new Refill()
  const pass = (count: number) => { for (let i = 0; i < count; i++) refill.pass() }
  pass(3)
  t.equal(refill.empty(10, 9), 0, 'when it was empty before is not known')
  pass(2)
  t.equal(refill.empty(12, 9), 3, 'one a second, for as many as passed in a row')
  t.equal(refill.empty(13, 9), 0, 'nothing passed')
  pass(2)
  t.equal(refill.empty(14, 1), 0.5, 'for those that wait')
  pass(2)
  t.equal(refill.empty(18, 9), 5, 'not for ever')
})

t.test('a throttle from the first call on', async t => {
  for (const [perSecond, burst, expected] of [
    [0.5, undefined, [2, 4]], [2, undefined, [0.5]], [4, 1, [0.25, 0.5]], [2, 2, [0.5]]
  ] as [number, number | undefined, number[]][]) {
    for (const now of [0, 100]) {
      const waits: number[] = []
      const next = createThrottle({ perSecond, burst }, () => now, async seconds => { waits.push(seconds) })
      for (let i = 0; i < 3; i++) await next()
      t.strictSame(waits, expected)
    }
  }
})

t.test('a queue', async t => {
  let emptied = 0
  const queue = new Queue(() => { emptied++ })
  const controller = new AbortController()
  const turns = [3, 1, 2].map(order => Object.assign(new Turn('x', controller.signal), { order }))
  const ends = turns.map(turn => queue.wait(turn).then(() => 'resumed', (error: Error) => error.message))
  t.strictSame(queue.all().map(({ order }) => order), [1, 2, 3])
  t.equal(queue.first, turns[1])
  turns[2]!.resume()
  turns[2]!.fail(new Error('late'))
  t.equal(queue.length, 2, 'it leaves once')
  t.equal(getEventListeners(controller.signal, 'abort').length, 2)
  turns[0]!.fail(new Error('failed'))
  t.equal(await ends[2], 'resumed')
  t.equal(await ends[0], 'failed')
  controller.abort()
  t.equal(await ends[1], 'The request was aborted.')
  t.strictSame([queue.length, emptied], [0, 1])
  t.equal(getEventListeners(controller.signal, 'abort').length, 0)
  await t.rejects(queue.wait(new Turn('x', controller.signal)), { code: 'aborted' })
  t.equal(queue.length, 0)
})

t.test('the error of a wait that is too long', async t => {
  const error = waitTooLong({
    call: 'GET /x',
    opensAt: start + 0.2,
    seconds: 6.1,
    maxWait: 5,
    headers: { a: 'b', cookie: 'c' }
  })
  t.match(error, { code: 'too_many_requests', status: 429, call: 'GET /x', resetAt: start + 1, retryAfter: 7 })
  t.strictSame([error.headers.a, error.headers.cookie], ['b', undefined])
  t.equal(error.message,
    'GET /x: the rate limit resets at 2027-01-15T08:00:01.000Z, in 7 s. Option "maxWait" (5 s) is shorter.')
})

t.test('where no answer tells a limit, calls wait for those under way and for no alarm', async t => {
  const { turns, end, begin, running, alarms } = limitOf()
  const all = turns(4)
  t.strictSame([...running], pick(all, 0, 1))
  await end(all[0]!, undefined)
  t.strictSame([...running], pick(all, 1, 2))
  t.notOk(begin(all[0]!))
  await end(all[1]!, [200])
  t.strictSame([...running], pick(all, 2, 0), 'one that comes again goes before those that came later')
  t.equal(all[1]!.again, undefined)
  t.equal(alarms.length, 0)
})

for (const answer of [undefined, [200] as [number]]) {
  t.test(`calls that fail, or whose answers tell no limit, use it up: ${String(answer)}`, async t => {
    const { turns, end, begin, running, alarms, clock, waits } = limitOf({ maxWait: 60 })
    await end(turns(1)[0]!, [200, told(5, start + 60)])
    const all = turns(8)
    t.strictSame([...running], all.slice(0, 5))
    for (const turn of all.slice(0, 4)) await end(turn, answer)
    t.strictSame([alarms.length, running.size], [0, 1], 'one is left, and under way')
    await end(all[4]!, answer)
    t.strictSame(alarms.map(({ seconds }) => seconds), [60])
    t.strictSame(waits, [{ until: start + 60, waiting: 3 }])
    t.strictSame(all.map(({ waited }) => waited), [0, 0, 0, 0, 0, 60, 60, 60])
    clock.now = start + 60
    const later = turns(1)[0]!
    t.equal(later.waited, 0, 'no longer than the others')
    await alarms[0]!.ring()
    t.strictSame([...running], [all[5]], 'one call finds out')
    t.equal(alarms.length, 1, 'the others wait for its answer')
    await end(all[5]!, answer)
    t.strictSame([...running], [all[6]], 'nothing is known: the next one')
    t.notOk(begin(new Turn('GET /x', undefined)))
    await end(all[6]!, [200, told(2, start + 60)])
    t.strictSame([...running], [all[7], later], 'what the probe is told counts, whenever the reset is')
    t.equal(alarms.length, 1)
  })
}

t.test('a reset that is over', async t => {
  const { turns, end, running, alarms, clock, begin } = limitOf()
  await end(turns(1)[0]!, [200, told(2, start - 1)])
  const all = turns(3)
  t.strictSame([...running], pick(all, 0, 1), 'what is left counts all the same')
  await end(all[0]!, undefined)
  t.strictSame([...running], [all[1]])
  await end(all[1]!, undefined)
  t.strictSame([[...running], alarms.length], [[all[2]], 0], 'one finds out at once')
  await end(all[2]!, [200, told(0, start - 1)])
  clock.now = start + 0.5
  const next = new Turn('GET /x', undefined)
  t.notOk(begin(next), 'the reset that was told is not over while its second lasts')
  t.equal(alarms[0]!.seconds, 0)
  await alarms[0]!.ring()
  t.ok(running.has(next))
})

t.test('which of two answers counts', async t => {
  const { turns, end, running } = limitOf()
  const [one, two] = turns(2) as [Turn, Turn]
  await end(one, [200, told(3, start + 5)])
  await end(two, [200, told(9, start + 5)])
  const first = turns(5)
  t.strictSame([...running], first.slice(0, 3), 'of the same reset, the one that leaves less')
  await end(first[0]!, [200, told(4, start + 6)])
  t.equal(running.size, 4, 'the one of the later reset')
  await end(first[1]!, [200, told(9, start + 5)])
  t.equal(running.size, 3, 'not one of an earlier reset')
})

t.test('after 429 calls wait for half a second, and twice as long each time', async t => {
  const { turns, end, running, alarms, clock } = limitOf()
  const [turn] = turns(1) as [Turn]
  for (let i = 0; i < 8; i++) {
    await end(turn, [429], true)
    t.equal(running.size, 0)
    clock.now += alarms[i]!.seconds
    await alarms[i]!.ring()
    t.ok(running.has(turn))
  }
  t.strictSame(alarms.map(({ seconds }) => seconds), [0.5, 1, 2, 4, 8, 16, 30, 30])
  await end(turn, [200])
  const [next] = turns(1) as [Turn]
  await end(next, [429, { 'retry-after': '0' }], true)
  t.equal(alarms[8]!.seconds, 0, 'after an answer what is asked for counts again')
  await alarms[8]!.ring()
  await end(next, [429, { 'retry-after': '0' }], true)
  t.equal(alarms[9]!.seconds, 1, 'once, and no more')
  await alarms[9]!.ring()
  await end(next, [429, { 'retry-after': '7' }], true)
  t.equal(alarms[10]!.seconds, 7)
})

t.test('answers to calls that began before a 429', async t => {
  t.test('tell nothing of a limit', async t => {
    const { turns, end, running, alarms, clock } = limitOf()
    for (let i = 0; i < 24; i++) await end(turns(1)[0]!, [200])
    const all = turns(7)
    t.equal(running.size, 5)
    await end(all[0]!, [429, { 'retry-after': '7' }], true)
    clock.now += 2
    await end(all[1]!, [429, { 'retry-after': '2' }], true)
    t.strictSame(alarms.map(({ seconds }) => seconds), [7], 'the longest wait counts')
    t.strictSame(pick(all, 0, 1).map(turn => turn!.waited), [7, 5])
    await end(all[2]!, [200])
    clock.now += 5
    await end(all[3]!, [429, { 'retry-after': '1' }], true)
    t.equal(alarms[0]!.signal.aborted, true, 'it waits longer')
    t.strictSame(alarms.map(({ seconds }) => seconds), [7, 1])
    t.strictSame(pick(all, 0, 1, 3).map(turn => turn!.waited), [8, 6, 1])
    await alarms[0]!.ring()
    t.strictSame([...running], [all[4]], 'an alarm that was taken back does not ring')
    await end(all[4]!, [200])
    clock.now += 1
    await alarms[1]!.ring()
    t.strictSame([...running], [all[0]], 'one at a time')
    await end(all[0]!, [200])
    t.strictSame([...running], pick(all, 1, 3), 'then half as many as before')
    t.equal(alarms.length, 2)
    await end(all[1]!, [429], true)
    t.equal(alarms[2]!.seconds, 5, 'what passed since the last 429 is how fast the limit fills')
  })

  t.test('tell a limit of which nothing is left', async t => {
    const { turns, end, running, alarms, clock, failures, begin } = limitOf({ maxWait: 8 })
    const [one, two] = turns(2) as [Turn, Turn]
    await end(one, [429, { 'retry-after': '7' }], true)
    await end(two, [200, told(4, start + 100)])
    t.strictSame([running.size, alarms.length], [0, 1], 'the 429 counts')
    clock.now += 7
    await alarms[0]!.ring()
    t.strictSame([...running], [one])
    const waiting = new Turn('GET /x', undefined)
    t.notOk(begin(waiting), 'it is a probe')
    await end(one, [429, told(0, start + 10)], true)
    t.equal(alarms[1]!.seconds, 3)
    t.match(failures.get(one), { resetAt: start + 10, retryAfter: 3, status: 429 }, 'the waits count together')
    await alarms[1]!.ring()
    t.strictSame([...running], [waiting])
  })

  t.test('do not move the reset, nor end the row of refusals', async t => {
    const { turns, end, alarms, limit, running } = limitOf({ deaf: true })
    const [one, two] = turns(2) as [Turn, Turn]
    await end(one, [429, told(0, start + 3)])
    await end(two, [200, told(4, start + 9)])
    const controller = new AbortController()
    const [given] = turns(1, controller.signal) as [Turn]
    controller.abort()
    t.ok(alarms[0]!.signal.aborted, 'nobody waits')
    const [next] = turns(1) as [Turn]
    t.strictSame(alarms.map(({ seconds }) => seconds), [3, 3])
    await alarms[0]!.ring()
    t.strictSame([...running], [], 'an alarm that was taken back rings in vain')
    await alarms[1]!.ring()
    t.strictSame([...running], [next])
    t.notOk(given!.waited > 3)
    await end(next, [429, { 'retry-after': '0' }], true)
    t.equal(alarms[2]!.seconds, 1, 'the second in a row')
    limit.cancel(next)
  })
})

t.test('the first answer is 429, and tells a limit', async t => {
  const { turns, end, running, alarms, clock } = limitOf()
  const [one] = turns(1) as [Turn]
  await end(one, [429, told(0, start)], true)
  const others = turns(3)
  t.equal(alarms[0]!.seconds, 0)
  t.equal(running.size, 0)
  clock.now += 1
  await alarms[0]!.ring()
  t.strictSame([...running], [one])
  await end(one, [200, told(2, start)])
  t.strictSame([...running], others.slice(0, 2), 'it was a probe')
})

t.test('a shorter wait after a longer one, and who waits for nothing', async t => {
  const { turns, end, running, alarms, limit } = limitOf()
  const [one, two] = turns(2) as [Turn, Turn]
  await end(one, [200, told(1, start + 100)])
  await end(two, [429, { 'retry-after': '2' }])
  const controller = new AbortController()
  const [first] = turns(1, controller.signal) as [Turn]
  const [second] = turns(1) as [Turn]
  t.strictSame(alarms.map(({ seconds }) => seconds), [2])
  controller.abort()
  t.notOk(alarms[0]!.signal.aborted, 'another one waits')
  await nextTurn()
  await alarms[0]!.ring()
  t.strictSame([...running], [second])
  const [third] = turns(1) as [Turn]
  t.equal(alarms.length, 1)
  limit.cancel(second)
  await nextTurn()
  t.ok(running.has(third), 'the turn of a call that was not sent')
  t.equal(first.again, undefined)
})

t.test('a probe ends only by its own answer, and an alarm ends with its last call', async t => {
  const { turns, end, running, alarms, clock } = limitOf()
  const [one, two, three] = turns(3) as [Turn, Turn, Turn]
  await end(one, [200, told(2, start + 5)])
  t.strictSame([...running], [two, three])
  await end(three, [200, told(0, start + 5)])
  const [probe, next] = turns(2) as [Turn, Turn]
  clock.now += 6
  await alarms[0]!.ring()
  t.strictSame([...running], [two, probe])
  await end(two, undefined)
  t.strictSame([...running], [probe])
  await end(probe, [200, told(0, start + 20)])
  t.strictSame(alarms.map(({ seconds }) => seconds), [5, 14])
  t.equal(next.waited, 19)
})

t.test('a window that opens early', async t => {
  const { turns, end, running, alarms } = limitOf()
  const [one, two, three] = turns(3) as [Turn, Turn, Turn]
  await end(one, [200, told(2, start + 5)])
  await end(two, [200, told(0, start + 5)])
  const [next] = turns(1) as [Turn]
  t.strictSame([...running], [three])
  await end(three, [200, told(5, start + 9)])
  t.strictSame([...running], [next])
  t.strictSame(alarms.map(({ seconds, signal }) => [seconds, signal.aborted]), [[5, true]], 'nobody waits any more')
})

t.test('waits that nobody sees, or that are too long', async t => {
  const { turns, end, alarms, waits, failures, limit } = limitOf({ maxWait: 1 })
  await end(turns(1)[0]!, [200, told(0, start + 5)])
  const [late] = turns(1) as [Turn]
  await nextTurn()
  t.match(failures.get(late), { resetAt: start + 5, retryAfter: 5 })
  t.strictSame([alarms, waits], [[], []], 'nobody waits')
  const turn = new Turn('GET /x', undefined)
  limit.leave(turn, undefined)
  t.equal(turn.again, undefined)
  const other = limitOf()
  const [first, second, third] = other.turns(2) as [Turn, Turn, Turn?]
  t.equal(third, undefined)
  other.limit.leave(first, { status: 429, headers: { 'retry-after': '7' } }, true)
  t.ok(first.again instanceof Promise, 'it waits in its old place')
  await other.end(second, [200])
})

t.test('the longest wait and the latest reset that a 429 tells', async t => {
  const { turns, end, alarms } = limitOf()
  const [one, two] = turns(2) as [Turn, Turn]
  await end(one, [429, { 'retry-after': '7' }])
  await end(two, [429, { 'retry-after': '2' }])
  turns(1)
  t.strictSame(alarms.map(({ seconds }) => seconds), [7])

  const limited = limitOf()
  const [first, second] = limited.turns(2) as [Turn, Turn]
  await limited.end(first, [200, told(1, start + 100)])
  await limited.end(second, [429, told(0, start + 5)])
  const [probe] = limited.turns(2) as [Turn]
  await limited.alarms[0]!.ring()
  await limited.end(probe, [200, told(0, start + 50)])
  t.strictSame(limited.alarms.map(({ seconds }) => seconds), [5, 50])
})
