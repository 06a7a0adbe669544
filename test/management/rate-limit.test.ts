import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { RateLimitError, type ManagementClientOptions, type RateLimitWait } from '../../lib/management/index.js'
import { failure, scripted, start, type Scripted } from './scripted.js'
import type { Answer, Received } from '../fixtures/loopback.js'

type Tell = (
  bucket: { left: number, size: number, perSecond: number, now: number },
  refused: boolean
) => Record<string, string>

const told = (left: number, size: number, reset: number): Record<string, string> => ({
  'x-ratelimit-limit': String(size),
  'x-ratelimit-remaining': String(Math.floor(left)),
  'x-ratelimit-reset': String(reset)
})
/** Ways in which a reset is told. */
const ways: Record<string, Tell> = {
  'the next request': ({ left, size, perSecond, now }) =>
    told(left, size, Math.ceil(now + Math.max(0, 1 - left) / perSecond)),
  'a full bucket': ({ left, size, perSecond, now }) => told(left, size, Math.ceil(now + (size - left) / perSecond)),
  'Retry-After only': ({ left, perSecond }, refused) =>
    refused ? { 'retry-after': String(Math.ceil((1 - left) / perSecond)) } : {},
  nothing: () => ({}),
  'a clock that is slow': ({ left, size, now }) => told(left, size, Math.floor(now) - 3)
}

/** A bucket that refills by the client's clock. Other programs may take from it as well. */
async function bucket (
  t: Test,
  tell: Tell,
  {
    size = 10,
    perSecond = 2,
    others = 0,
    ...options
  }: { size?: number, perSecond?: number, others?: number } & Partial<ManagementClientOptions> = {}
): Promise<Scripted & { refused: () => number }> {
  let left = size
  let at = start
  let refused = 0
  const scriptedClient: Scripted = await scripted(
    t,
    async (): Promise<Answer> => {
      const { now } = scriptedClient.clock
      left = Math.min(size, left + (now - at) * (perSecond - others))
      at = now
      if (left < 1) {
        refused++
        return {
          status: 429,
          headers: tell({ left, size, perSecond, now }, true),
          body: {
            statusCode: 429,
            error: 'Too Many Requests',
            message: 'Global limit has been reached',
            errorCode: 'too_many_requests'
          }
        }
      }
      left--
      return { headers: tell({ left, size, perSecond, now }, false), body: { id: 'x' } }
    },
    options
  )
  return Object.assign(scriptedClient, { refused: () => refused })
}

for (const [name, tell] of Object.entries(ways)) {
  t.test(`40 calls at once on a bucket of 10 that refills 2 a second, which tells ${name}`, async t => {
    const { client, requests, refused, clock } = await bucket(t, tell)
    await Promise.all(Array.from({ length: 40 }, (_, i) => client.users.get(`u${i}`)))
    t.comment(`${requests.length} requests, ${refused()} refused, ${(clock.now - start).toFixed(1)} s`)
    t.ok(requests.length <= 50, `${requests.length} requests`)
    t.ok(clock.now - start < 25, 'in little more than the 15 s that the bucket needs')
    const started = requests.map(({ path }) => Number(path.split('/u').at(-1)))
    t.equal(new Set(started).size, 40)
  })
}

t.test('other programs use the same bucket', async t => {
  const { client, requests } = await bucket(t, ways['a full bucket']!, { others: 1 })
  await Promise.all(Array.from({ length: 40 }, (_, i) => client.users.get(`u${i}`)))
  t.ok(requests.length <= 50, `${requests.length} requests`)
})

t.test('each for itself, on request', async t => {
  const { client, requests } = await bucket(t, ways['the next request']!, { rateLimit: 'each' })
  const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => client.users.get(`u${i}`)))
  t.ok(requests.length > 40)
  t.ok(results.some(({ status }) => status === 'fulfilled'))
})

/** A server whose answers are given one by one, and what it has seen. */
type ByHand = Scripted & {
  seen: () => string[]
  answer: (answer?: Answer) => Promise<void>
  arrived: (count: number) => Promise<void>
}

async function byHand (t: Test, options: Partial<ManagementClientOptions> = {}): Promise<ByHand> {
  const held: ((answer: Answer) => void)[] = []
  const all = await scripted(
    t,
    () =>
      new Promise<Answer>(resolve => {
        held.push(resolve)
      }),
    options
  )
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await nextTurn()
  }
  return Object.assign(all, {
    seen: () => all.requests.map(({ path }) => path.split('/').at(-1)!),
    async answer (answer: Answer = { body: {} }) {
      held.shift()!(answer)
      await settle()
    },
    async arrived (count: number) {
      while (all.requests.length < count) await nextTurn()
      await settle()
      t.equal(all.requests.length, count)
    }
  })
}

t.test('before a first answer two calls are under way; then as many as answers say are left', async t => {
  const { client, seen, answer, arrived } = await byHand(t)
  const calls = Array.from({ length: 8 }, (_, i) => client.users.get(String(i)))
  await arrived(2)
  await answer({ headers: told(4, 10, start + 5), body: {} })
  await arrived(5)
  t.strictSame(seen(), ['0', '1', '2', '3', '4'], 'in order')
  await answer({ headers: told(3, 10, start + 5), body: {} })
  await arrived(5)
  for (const left of [2, 1, 0]) await answer({ headers: told(left, 10, start + 5), body: {} })
  await arrived(6)
  t.equal(seen()[5], '5', 'after the reset one call finds out')
  await answer({ headers: told(9, 10, start + 9), body: {} })
  await arrived(8)
  await answer()
  await answer()
  await Promise.all(calls)
})

t.test('where no answer tells a limit, one more call is under way after every eight answers', async t => {
  const { client, answer, arrived } = await byHand(t)
  const calls = Array.from({ length: 24 }, (_, i) => client.users.get(String(i)))
  await arrived(2)
  for (let answers = 1; answers < 24; answers++) {
    await answer()
    await arrived(Math.min(24, answers + 2 + Math.floor(answers / 8)))
  }
  await answer()
  await Promise.all(calls)
})

t.test('after 429 one call probes once the reset has come; the others follow in order', async t => {
  const waits: RateLimitWait[] = []
  const { client, seen, answer, arrived } = await byHand(t, { onWait: wait => waits.push(wait) })
  const calls = Array.from({ length: 4 }, (_, i) => client.users.get(String(i)))
  await arrived(2)
  const refused = { status: 429, headers: told(0, 10, start + 3), body: {} }
  await answer(refused)
  await answer({ headers: told(0, 10, start + 3), body: {} })
  await arrived(3)
  t.equal(seen()[2], '0', 'the one that was refused goes first')
  t.strictSame(waits[0], { until: start + 3, waiting: 3 })
  await answer({ headers: told(5, 10, start + 6), body: {} })
  await arrived(5)
  t.strictSame(seen().slice(3), ['2', '3'])
  await answer()
  await answer()
  await Promise.all(calls)
})

t.test('a call that waits can be given up, and fails when its time is up', async t => {
  const controller = new AbortController()
  let ring: () => void = () => {}
  const alarms: (AbortSignal | undefined)[] = []
  const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      alarms.push(signal)
      ring = resolve
    })
  const { client, requests, answer, arrived, clock } = await byHand(t, { retry: { sleep }, maxWait: 10 })
  const first = client.users.get('0')
  await arrived(1)
  await answer({ headers: told(0, 10, start + 8), body: {} })
  await first
  const given = failure(client.users.get('1', {}, { signal: controller.signal }))
  await nextTurn()
  t.equal(alarms.length, 1)
  controller.abort()
  t.match(await given, { code: 'aborted' })
  t.equal(alarms[0]!.aborted, true, 'no timer is left when nobody waits')
  t.match(
    await failure(client.users.get('1', {}, { signal: controller.signal })),
    { code: 'aborted' },
    'given up before'
  )

  const second = client.users.get('2')
  const late = failure(client.users.list())
  await nextTurn()
  clock.now += 8
  ring()
  await arrived(2)
  await answer({ headers: told(0, 10, start + 13), body: {} })
  await second
  const error = await late
  t.ok(error instanceof RateLimitError)
  t.match(
    error,
    {
      resetAt: start + 13,
      call: 'GET /users',
      message: /^GET \/users: the rate limit resets at 2027-01-15T08:00:13\.000Z, in 5 s\. Option "maxWait" \(10 s\)/
    },
    'the waits count together'
  )
  t.equal(requests.length, 2)
})

t.test('a clock that stands still does not hold calls for ever, nor does a sleep that fails', async t => {
  const limited = (remaining: number, request: Received): Answer => ({
    headers: told(remaining, 10, start + 5),
    body: { path: request.path }
  })
  const still = await scripted(t, request => limited(0, request), {
    now: () => start,
    retry: { sleep: async () => {} }
  })
  await Promise.all(Array.from({ length: 6 }, (_, i) => still.client.users.get(String(i))))
  t.equal(still.requests.length, 6)
  const broken = await scripted(t, request => limited(0, request), {
    retry: {
      sleep: async () => {
        throw new Error('no timers')
      }
    }
  })
  const results = await Promise.allSettled(Array.from({ length: 4 }, (_, i) => broken.client.users.get(String(i))))
  t.strictSame(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected']
  )
})

t.test('what fails on the way gives its place back', async t => {
  let tokens = 0
  const { client, requests } = await scripted(t, ['reset', 'reset', { body: { id: 'x' } }], {
    retry: { retries: 0 },
    token: async () => {
      if (tokens++ < 2) throw new Error('no token')
      return 'token'
    }
  })
  const results = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => client.users.get(String(i))))
  t.strictSame(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled', 'fulfilled']
  )
  t.equal(requests.length, 4)
})

t.test('two jobs that run already are no rate limit', async t => {
  const busy = {
    status: 429,
    body: {
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'There are 2 active import users jobs, please wait until some of them are finished and try again',
      errorCode: 'too_many_active_jobs'
    }
  }
  const { client, requests, waits } = await scripted(t, [busy, { body: { id: 'x' } }])
  t.match(await failure(client.jobs.usersImports.create({ users: Buffer.from('[]'), connection_id: 'con_1' })), {
    name: 'RateLimitError',
    code: 'too_many_active_jobs',
    call: 'POST /jobs/users-imports'
  })
  t.match(await client.users.get('u'), { id: 'x' })
  t.strictSame([requests.length, waits], [2, []], 'neither is it repeated, nor do others wait')
})
