import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { Batch, JOB_BYTES, readBatches } from '../../lib/management/jobs/batches.js'
import { unpacked } from '../../lib/management/jobs/bytes.js'
import { forAll, withLines } from '../../lib/management/jobs/import-errors.js'
import { startProgress } from '../../lib/management/jobs/import-progress.js'
import { RecordSplitter } from '../../lib/management/jobs/user-records.js'
import { openUsers } from '../../lib/management/jobs/users-input.js'
import { followJob, waitForJob } from '../../lib/management/jobs/wait-for-job.js'
import { failure } from './scripted.js'

const newBuffer = (): Buffer => Buffer.alloc(JOB_BYTES)
const batchOf = (...users: object[]): Batch => {
  const batch = new Batch(newBuffer(), 0)
  users.forEach((user, i) => batch.add(Buffer.from(JSON.stringify(user)), 10 + i))
  return batch
}

t.test('a job takes 500,000 bytes', async t => {
  t.equal(JOB_BYTES, 500_000)
  const json = (length: number) => Buffer.from(`"${'x'.repeat(length - 2)}"`)
  const full = new Batch(newBuffer(), 3)
  t.equal(full.add(json(499_999), 1), false)
  t.equal(full.add(json(499_998), 1), true)
  t.equal(full.file().length, 500_000)
  t.strictSame([full.first, full.next, full.bytes, full.lines, full.refused, full.job], [3, 3, 0, [1], [], undefined])
  const two = new Batch(newBuffer(), 0)
  t.equal(two.add(json(499_900), 1), true)
  t.equal(two.add(json(98), 2), false)
  t.equal(two.add(json(97), 2), true)
  t.equal(two.file().length, 500_000)
  t.equal((JSON.parse(String(two.file())) as string[]).length, 2)
  const some = batchOf({ a: 1 }, { b: 'é' }, { c: [] })
  t.strictSame(some.users(), [{ a: 1 }, { b: 'é' }, { c: [] }])
  t.equal(String(some.file()), '[{"a":1},{"b":"é"},{"c":[]}]')
})

t.test('batches of an import that goes on', async t => {
  const records = (...texts: (string | undefined)[]) => Readable.from([texts.map((text, i) =>
    ({ json: text === undefined ? undefined : Buffer.from(text), line: i + 1 }))])
  const read = async (texts: (string | undefined)[], next: number, ...active: [first: number, count: number][]) => {
    const batches: unknown[] = []
    const jobs = active.map(([first, count], i) => ({ id: `j${i}`, first, count }))
    for await (const batch of readBatches(records(...texts), { next, active: jobs }, newBuffer)) {
      const { job, first, next, lines, bytes, refused } = batch
      batches.push([job?.id, first, next, lines, bytes, refused.map(({ line }) => line), batch.users()])
    }
    return batches
  }
  t.strictSame(await read(['1', '2'], 0), [[undefined, 0, 2, [1, 2], 2, [], [1, 2]]])
  t.strictSame(await read([], 0), [[undefined, 0, 0, [], 0, [], []]])
  t.strictSame(await read(['1', '2', '33', '4', '5'], 3, [0, 1], [2, 1]), [
    ['j0', 0, 0, [1], 0, [], [1]], ['j1', 2, 2, [3], 0, [], [33]], [undefined, 3, 5, [4, 5], 6, [], [4, 5]]
  ])
  t.strictSame(await read(['1', 'x', '3'], 3, [0, 3]),
    [['j0', 0, 0, [1, 3], 0, [], [1, 3]], [undefined, 3, 3, [], 3, [], []]], 'jobs under way come all the same')
  t.strictSame(await read(['1', 'x', undefined, '4'], 1), [[undefined, 1, 4, [4], 3, [2, 3], [4]]])
  const large = `"${'x'.repeat(300_000)}"`
  t.strictSame((await read([large, large, '3'], 0) as unknown[][]).map(batch => batch.slice(0, 5)), [
    [undefined, 0, 1, [1], 300_002], [undefined, 1, 3, [2, 3], 600_005]
  ])
  t.match(await failure(read(['1'], 2)), {
    argument: 'resume',
    message: 'The progress is of 2 users, but there are only 1: it belongs to another input.'
  })
  const [refused] = await (async () => {
    for await (const batch of readBatches(records('x', undefined), { next: 0, active: [] }, newBuffer)) return [batch]
    return []
  })()
  t.strictSame(refused!.refused, [
    { line: 1, user: {}, errors: [{ code: 'invalid_json', message: 'The user is not valid JSON.' }] },
    { line: 2, user: {}, errors: [{ code: 'user_too_large', message: 'The user has more than 500000 bytes.' }] }
  ])
})

t.test('the lines of the users that a report is about', async t => {
  const users = [{ email: 'A@b.test' }, { user_id: '1', email: 'c@d.test' }, { username: 'u' }, { phone_number: '+1' },
    { name: 'n' }, { email: 'a@b.test' }, 7]
  const batch = batchOf(...users as object[])
  const line = (user: unknown) => withLines([{ user } as never], batch)[0]
  for (const [user, at, told] of [
    [{ email: 'a@B.test' }, 10, { email: 'a@B.test' }], [{ user_id: '1' }, 11, { user_id: '1' }],
    [{ username: 'U' }, 12, { username: 'U' }], [{ phone_number: '+1' }, 13, { phone_number: '+1' }],
    [{ name: 'n' }, 14, {}], [{ name: 'm' }, undefined, {}], [{ email: 5 }, undefined, {}], [7, 16, {}],
    [undefined, undefined, {}], [null, undefined, {}], [{ user_id: '2', email: 'C@d.test' }, 11,
      { user_id: '2', email: 'C@d.test' }]
  ] as const) t.strictSame(line(user), { line: at, user: told, errors: [] }, JSON.stringify(user))
  const same = { user: { email: 'a@b.test' }, errors: [{}, { code: 'c', message: 'm', path: 'p' }] } as never
  t.strictSame(withLines([same, same, same], batch).map(({ line }) => line), [10, 15, undefined], 'each line once')
  t.strictSame(withLines([same], batch)[0]!.errors,
    [{ code: 'unknown', message: 'Auth0 gave no reason.' }, { code: 'c', message: 'm', path: 'p' }])
  t.strictSame(forAll(batchOf({ email: 'a' }, { name: 'n' }), 'c', 'm'), [
    { line: 10, user: { email: 'a' }, errors: [{ code: 'c', message: 'm' }] },
    { line: 11, user: {}, errors: [{ code: 'c', message: 'm' }] }
  ])
})

t.test('the progress an import begins with', async t => {
  const none = { users: 0, jobs: 0, errors: 0, inserted: 0, updated: 0, next: 0, bytes: 0, active: [] }
  t.strictSame(startProgress(undefined, 7), { ...none, size: 7 })
  const active = [{ id: 'j', first: 0, count: 1 }]
  const given = { users: 1, jobs: 2, errors: 3, inserted: 4, updated: 5, next: 6, bytes: 7, size: 1, active }
  const progress = startProgress({ ...given, more: 1 }, 9)
  t.strictSame(progress, { ...given, size: 9 })
  t.not(progress.active[0], given.active[0], 'a copy')
  const message = 'Option "resume" must be the last progress that onProgress() was told.'
  const refused = { argument: 'resume', message }
  for (const name of Object.keys(given).filter(name => name !== 'size')) {
    t.throws(() => startProgress({ ...given, [name]: '1' }, 9), refused, name)
    t.throws(() => startProgress({ ...given, [name]: undefined }, 9), refused, name)
  }
  for (const job of [null, 'x', { id: 1, first: 0, count: 1 }, { id: 'j', first: '0', count: 1 },
    { id: 'j', first: 0, count: 0.5 }]) t.throws(() => startProgress({ ...given, active: [job] }, 9), refused)
  for (const wrong of [null, [], 'x', 0]) t.throws(() => startProgress(wrong, 9), refused)
})

t.test('bytes, packed or not', async t => {
  const read = async (...chunks: (Uint8Array | string)[]) => {
    const parts: Buffer[] = []
    for await (const part of unpacked(Readable.from(chunks))) parts.push(part)
    return Buffer.concat(parts)
  }
  const packed = gzipSync('hello')
  t.equal(String(await read()), '')
  t.equal(String(await read('', 'hé', new Uint8Array([0x6c]))), 'hél')
  t.equal(String(await read('', packed)), 'hello')
  t.equal(String(await read(packed.subarray(0, 5), packed.subarray(5))), 'hello')
  for (const plain of [Buffer.from([0x1f, 0x61]), Buffer.from([0x61, 0x8b]), Buffer.from([0x1f])]) {
    t.strictSame(await read(plain), plain)
  }
  await t.rejects(read(packed.subarray(0, 12)), { code: 'Z_BUF_ERROR' })
})

t.test('users one after another: marks, blanks and lengths', async t => {
  const split = (text: string | Buffer, most = 10, size = Infinity) => {
    const splitter = new RecordSplitter(most)
    const bytes = Buffer.from(text)
    const records = []
    for (let i = 0; i < bytes.length; i += size) {
      for (const { json, line } of splitter.push(bytes.subarray(i, i + size))) records.push([json?.toString(), line])
    }
    splitter.end()
    return records
  }
  for (const size of [1, 2, 100]) {
    t.strictSame(split('{"a":12345}', 11, size), [['{"a":12345}', 1]])
    t.strictSame(split('{"a":12345}{}', 10, size), [[undefined, 1], ['{}', 1]])
    t.strictSame(split('\t\r\n {}', 10, size), [['{}', 2]])
    t.strictSame(split('{"a":"\\\\"}{}', 10, size), [['{"a":"\\\\"}', 1], ['{}', 1]])
  }
  for (const wrong of ['{}\ufeff', '\ufeff\ufeff{}', '[\ufeff{}]', 'x', '{}]', ',{}', '[,[]]', '{},']) {
    t.throws(() => split(wrong), { argument: 'users', message: /^Line 1 of the users must hold a JSON object\.$/ })
  }
  t.throws(() => split('{"a":['), { message: 'The users end inside the one that begins on line 1.' })
  t.throws(() => split('[\n'), { message: 'The users end on line 2, before their list does.' })
})

t.test('where users come from', async t => {
  const read = async (source: object, most = 20) => {
    const { size, records } = await openUsers(source as never, most)
    const read = []
    for await (const some of records()) for (const { json, line } of some) read.push([json?.toString(), line])
    return [size, read]
  }
  t.strictSame(await read({ users: [{ a: 1 }, {}] }), [undefined, [['{"a":1}', 1], ['{}', 2]]])
  t.strictSame(await read({ users: new Set([{ a: 1 }]) }, 7), [undefined, [['{"a":1}', 1]]])
  t.strictSame(await read({ users: Readable.from([{ a: 1 }]) }, 6), [undefined, [[undefined, 1]]])
  t.strictSame(await read({ stream: ['{}{}'], users: undefined }), [undefined, [['{}', 1], ['{}', 1]]])
  const folder = t.testdir({ 'users.ndjson': '{}\n{}' })
  t.strictSame(await read({ file: `${folder}/users.ndjson` }), [5, [['{}', 1], ['{}', 2]]])
  for (const [source, argument, message] of [
    [{ file: `${folder}/none.ndjson` }, 'file', 'The file of users cannot be read.'],
    [{}, 'users', 'importUsers() takes one of "users", "file" and "stream"; given: none.'],
    [{ users: [], stream: [] }, 'users',
      'importUsers() takes one of "users", "file" and "stream"; given: users, stream.'],
    [{ stream: 'x' }, 'stream', 'Option "stream" must be a stream of bytes.'],
    [{ stream: null }, 'stream', 'Option "stream" must be a stream of bytes.'],
    [{ users: {} }, 'users', 'Option "users" must be a list of objects.'],
    [{ users: null }, 'users', 'Option "users" must be a list of objects.'],
    [{ users: [{}, 'x'] }, 'users', 'User 2 must be an object.'],
    [{ users: [null] }, 'users', 'User 1 must be an object.'],
    [{ users: [[]] }, 'users', 'User 1 must be an object.']
  ] as const) t.match(await failure(read(source)), { argument, message })
  t.match(await failure(read({ stream: ['{'] })), { message: 'The users end inside the one that begins on line 1.' })
})

t.test('how long a job is waited for', async t => {
  const follow = async (statuses: string[], options: object = {}) => {
    const waits: number[] = []
    const asked: unknown[][] = []
    const client = {
      jobs: {
        async get (...args: unknown[]) {
          asked.push(args)
          return { id: 'j', status: statuses.length > 1 ? statuses.shift()! : statuses[0]! }
        }
      }
    }
    const sleep = async (seconds: number) => { waits.push(seconds) }
    const outcome = await followJob(client as never, 'j', { sleep, ...options }).catch((error: unknown) => error)
    return { waits, asked, outcome }
  }
  const { signal } = new AbortController()
  for (const status of ['completed', 'failed']) {
    const { waits, asked, outcome } = await follow(['pending', status])
    t.strictSame([waits, asked, outcome], [[2], [['j', {}], ['j', {}]], { id: 'j', status }])
  }
  t.strictSame((await follow(['completed'], { signal })).asked, [['j', { signal }]])
  const late = await follow(['pending'])
  t.strictSame([late.waits.length, (late.outcome as Error).message],
    [1800, 'The job j is still pending after 3600 s.'])
  t.strictSame((await follow(['pending'], { interval: 5, timeout: 10 })).waits, [5, 5])
  t.strictSame((await follow(['pending'], { interval: 5, timeout: 9 })).waits, [5])
  const jobs = { get: async (id: string) => ({ id, status: 'completed' }) }
  t.match(await waitForJob({ jobs } as never, 'a'), { id: 'a' })
  t.match(await waitForJob({ jobs } as never, { id: 'b' }), { id: 'b' })
})
