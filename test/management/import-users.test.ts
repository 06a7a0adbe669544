import { writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { createTenant } from '../../lib/testing/index.js'
import { RecordSplitter } from '../../lib/management/jobs/user-records.js'
import {
  ManagementClient, exportUsers, importUsers, type ImportError, type ImportProgress, type ImportUsersOptions,
  type ManagementClientOptions
} from '../../lib/management/index.js'
import { failure, scripted, type Scripted } from './scripted.js'
import type { Answer, Received } from '../fixtures/loopback.js'

interface User {
  email?: string
  name?: string
  user_id?: string
}
interface FakeJob {
  id: string
  users: User[]
  looks: number
  failed: boolean
}

/** Auth0's imports: at most 500 KB a job and two jobs at a time; users named `bad…` are refused. */
interface Imports extends Scripted {
  jobs: FakeJob[]
  /** Jobs under way. */
  active: () => number
  sizes: number[]
  mostActive: () => number
}

async function imports (
  t: Test,
  { looks = 2, others = 0, ...options }: { looks?: number, others?: number } & Partial<ManagementClientOptions> = {}
): Promise<Imports> {
  const jobs: FakeJob[] = []
  const sizes: number[] = []
  let busyFor = others
  let most = 0
  const active = (): number => jobs.filter(job => job.looks < looks).length
  const create = ({ body }: Received): Answer => {
    if (busyFor > 0 || active() >= 2) {
      busyFor--
      return {
        status: 429,
        body: {
          statusCode: 429,
          error: 'Too Many Requests',
          message: 'There are 2 active import users jobs',
          errorCode: 'too_many_active_jobs'
        }
      }
    }
    const json = /application\/json\r\n\r\n(.*)\r\n--/s.exec(body)![1]!
    sizes.push(Buffer.byteLength(json))
    const users = JSON.parse(json) as User[]
    jobs.push({
      id: `job_${jobs.length}`,
      users,
      looks: 0,
      failed: users.some(({ name }) => name === 'breaks the job')
    })
    most = Math.max(most, active())
    return { status: 202, body: { id: jobs.at(-1)!.id, status: 'pending', type: 'users_import' } }
  }
  const isBad = ({ name }: User): boolean => name?.startsWith('bad') === true
  const all = await scripted(t, request => {
    const [, , , , id, errors] = request.path.split('/')
    if (request.method === 'POST') return create(request)
    const job = jobs.find(job => job.id === id)!
    if (errors !== undefined) {
      if (job.failed) {
        return { body: { id, status: 'failed', type: 'users_import', status_details: 'The file is broken.' } }
      }
      return {
        body: job.users
          .filter(isBad)
          .reverse()
          .map(user => ({ user, errors: [{ code: 'BAD', message: 'It is bad.', path: 'name' }] }))
      }
    }
    const ended = ++job.looks >= looks
    const failed = job.users.filter(isBad).length
    const summary = { total: job.users.length, inserted: job.users.length - failed, updated: 0, failed }
    if (ended && job.failed) return { body: { id, status: 'failed', type: 'users_import' } }
    return { body: { id, type: 'users_import', status: ended ? 'completed' : 'pending', ...(ended && { summary }) } }
  }, options)
  return Object.assign(all, { jobs, sizes, active, mostActive: () => most })
}

const user = (i: number, more: object = {}): User => ({ email: `user${i}@example.com`, ...more })
const padding = 'x'.repeat(1000)
const many = (count: number): User[] => Array.from({ length: count }, (_, i) => user(i, { nickname: padding }))
const ndjson = (users: object[]): string => users.map(one => JSON.stringify(one)).join('\n')

t.test('users are read from an array or one after another, whole or in pieces', t => {
  const a = '{"a":"}\\"{[ é"}'
  const b = '{"b":[{"c":{}}],"d":[]}'
  const cases: [name: string, text: string, records: [json: string, line: number][]][] = [
    ['an array', `[${a},${b}]`, [[a, 1], [b, 1]]],
    ['an array over lines', `[\n  ${a},\r\n\n  ${b}\n]\n`, [[a, 2], [b, 4]]],
    ['an empty array', ' [ ] ', []],
    ['lines', `${a}\n${b}\n`, [[a, 1], [b, 2]]],
    ['lines with blank ones', `\n\n${a}\n\n${b}`, [[a, 3], [b, 5]]],
    ['no blank between', `${a}${b}`, [[a, 1], [b, 1]]],
    ['an object over lines', '{\n"a":\n1}\n{}', [['{\n"a":\n1}', 1], ['{}', 4]]],
    ['a byte order mark', `\ufeff${a}`, [[a, 1]]],
    ['a byte order mark before an array', `\ufeff[${a}]`, [[a, 1]]],
    ['nothing', '', []]
  ]
  for (const [name, text, records] of cases) {
    const bytes = Buffer.from(text)
    for (const size of [1, 3, bytes.length + 1]) {
      const splitter = new RecordSplitter(1000)
      const read: [string, number][] = []
      for (let i = 0; i < bytes.length; i += size) {
        for (const { json, line } of splitter.push(bytes.subarray(i, i + size))) read.push([String(json), line])
      }
      splitter.end()
      t.strictSame(read, records, `${name}, in pieces of ${size}`)
    }
  }
  const refused: [text: string, message: RegExp][] = [
    ['[{},\n7]', /^Line 2 /],
    ['name,email\n', /^Line 1 /],
    ['{}\n[]', /^Line 2 /],
    ['{},{}', /^Line 1 /],
    ['[{}]\n{}', /^Line 2 /],
    ['[[{}]]', /^Line 1 /],
    ['{}\n{"a":', /end inside the one that begins on line 2/],
    ['[{}\n', /end on line 2, before their list does/]
  ]
  for (const [text, message] of refused) {
    t.throws(() => {
      const splitter = new RecordSplitter(1000)
      splitter.push(Buffer.from(text))
      splitter.end()
    }, { name: 'InvalidArgumentError', argument: 'users', message }, text)
  }
  const long = new RecordSplitter(10)
  t.strictSame(
    long.push(Buffer.from('{"a":"12345"}{"a":"1"}')).map(({ json }) => json?.toString()),
    [undefined, '{"a":"1"}']
  )
  t.end()
})

t.test('from a list, a path, a URL and a stream, in jobs of at most 500 KB, two at a time', async t => {
  const users = many(1200)
  const file = `${t.testdir()}/users.ndjson`
  writeFileSync(file, ndjson(users))
  const sources: [string, Pick<ImportUsersOptions, 'users' | 'file' | 'stream'>][] = [
    ['a list', { users }],
    [
      'users as they are made',
      {
        users: (async function * () {
          yield * users
        })()
      }
    ],
    ['a path', { file }],
    ['a file URL', { file: pathToFileURL(file) }],
    [
      'a stream',
      {
        stream: Readable.from(
          Buffer.from(JSON.stringify(users))
            .toString('latin1')
            .match(/.{1,70000}/gs)!
        )
      }
    ],
    ['a packed stream', { stream: Readable.from([gzipSync(ndjson(users))]) }]
  ]
  for (const [name, source] of sources) {
    const { client, jobs, sizes, mostActive, requests } = await imports(t)
    const progress: ImportProgress[] = []
    const result = await importUsers(client, {
      ...source,
      connectionId: 'con_1',
      onProgress: now => progress.push(now)
    })
    t.strictSame(result, { users: 1200, jobs: 3, errors: 0, inserted: 1200, updated: 0, failures: [] }, name)
    t.strictSame(
      jobs.flatMap(({ users }) => users.map(({ email }) => email)),
      users.map(({ email }) => email),
      `${name}: all of them, once`
    )
    t.ok(sizes.every(size => size <= 500_000), String(sizes))
    t.ok(name === 'a list' ? mostActive() === 2 : mostActive() <= 2, `${mostActive()} jobs at a time`)
    t.match(progress.at(-1), {
      users: 1200,
      jobs: 3,
      next: 1200,
      active: [],
      ...(name.endsWith('path') && { size: ndjson(users).length })
    })
    t.ok(
      progress.every(
        ({ users, jobs, next }, i) =>
          i === 0 || (users >= progress[i - 1]!.users && jobs >= progress[i - 1]!.jobs && next >= progress[i - 1]!.next)
      )
    )
    t.equal(requests.filter(({ method }) => method === 'POST').length, 3, 'no job is tried before there is room')
    const form = requests.find(({ method }) => method === 'POST')!.body
    for (
      const field of [
        'name="connection_id"\r\n\r\ncon_1',
        'name="upsert"\r\n\r\nfalse',
        'name="send_completion_email"\r\n\r\nfalse'
      ]
    ) {
      t.match(form, field)
    }
  }
})

t.test('users that are not imported are told with their line', async t => {
  const big = JSON.stringify({ email: 'big@example.com', name: 'x'.repeat(500_000) })
  const bad = (name: string): string => JSON.stringify(user(2, { name }))
  const rows = [JSON.stringify(user(1)), bad('bad 2'), "{'a': 1}", '{"name":"bad, and nobody"}', big, bad('bad again')]
  const text = `[\n${rows.join(',\n')}\n]`
  const expected: ImportError[] = [
    { line: 4, user: {}, errors: [{ code: 'invalid_json', message: 'The user is not valid JSON.' }] },
    { line: 6, user: {}, errors: [{ code: 'user_too_large', message: 'The user has more than 500000 bytes.' }] },
    { line: 3, user: { email: 'user2@example.com' }, errors: [{ code: 'BAD', message: 'It is bad.', path: 'name' }] },
    { line: 5, user: {}, errors: [{ code: 'BAD', message: 'It is bad.', path: 'name' }] },
    { line: 7, user: { email: 'user2@example.com' }, errors: [{ code: 'BAD', message: 'It is bad.', path: 'name' }] }
  ]
  const byLine = (errors: ImportError[]): ImportError[] => [...errors].sort((a, b) => a.line! - b.line!)
  const { client } = await imports(t)
  const { failures, ...counts } = await importUsers(client, {
    stream: Readable.from([text]),
    connectionId: 'con_1',
    upsert: true
  })
  t.strictSame(byLine(failures), byLine(expected))
  t.strictSame(counts, { users: 6, jobs: 1, errors: 5, inserted: 1, updated: 0 })

  const told: ImportError[] = []
  const again = await imports(t)
  t.strictSame(
    (
      await importUsers(again.client, {
        stream: Readable.from([text]),
        connectionId: 'con_1',
        onError: error => told.push(error)
      })
    ).failures,
    []
  )
  t.equal(told.length, 5)

  const whole = await imports(t)
  const broken = await importUsers(whole.client, {
    users: [user(1), user(2, { name: 'breaks the job' })],
    connectionId: 'con_1'
  })
  t.match(broken, { users: 2, jobs: 1, errors: 2, inserted: 0 })
  t.strictSame(
    broken.failures.map(({ line, user, errors }) => [line, user.email, errors]),
    [1, 2].map(i => [i, `user${i}@example.com`, [{ code: 'job_failed', message: 'The file is broken.' }]])
  )
})

t.test('while other imports into the tenant run, the job waits', async t => {
  const { client, waits, jobs } = await imports(t, { others: 3, looks: 1 })
  t.match(await importUsers(client, { users: [user(1)], connectionId: 'con_1', interval: 4 }), { inserted: 1 })
  t.strictSame([waits, jobs.length], [[4, 4, 4], 1])
  const never = await imports(t, { others: Infinity })
  t.match(
    await failure(importUsers(never.client, { users: [user(1)], connectionId: 'con_1', interval: 4, timeout: 10 })),
    { name: 'TimeoutError', cause: { code: 'too_many_active_jobs' } }
  )
  for (const [timeout, waits] of [[5, [4, 4]], [8, [4, 4]], [9, [4, 4, 4]]] as const) {
    const bounded = await imports(t, { others: Infinity })
    await failure(importUsers(bounded.client, { users: [user(1)], connectionId: 'con_1', interval: 4, timeout }))
    t.strictSame(bounded.waits, waits)
  }
})

t.test('an import that ended early goes on where it was', async t => {
  const users = many(2000)
  users[100] = user(100, { nickname: padding, name: 'bad 100' })
  users[1900] = user(1900, { nickname: padding, name: 'bad 1900' })
  const file = `${t.testdir()}/users.ndjson`
  writeFileSync(file, ndjson(users).replace('"user50@example.com"', 'user50@example.com'))
  for (const stopAfter of [1, 3, 6]) {
    const fake = await imports(t)
    const controller = new AbortController()
    let last: ImportProgress | undefined
    let told = 0
    const first = await failure(importUsers(fake.client, {
      file,
      connectionId: 'con_1',
      signal: controller.signal,
      onProgress: progress => {
        if (controller.signal.aborted) return
        last = progress
        if (++told === stopAfter) controller.abort()
      }
    }))
    t.match(first, { code: 'aborted' })
    const result = await importUsers(fake.client, {
      file,
      connectionId: 'con_1',
      resume: JSON.parse(JSON.stringify(last)) as ImportProgress
    })
    const sent = fake.jobs.flatMap(({ users }) => users.map(({ email }) => email))
    t.equal(new Set(sent).size, sent.length, `stopped after ${stopAfter}: nobody twice`)
    t.match(result, { users: 2000, errors: 3, inserted: 1997, jobs: fake.jobs.length })
    t.ok(result.failures.some(({ line }) => line === 1901), 'the lines are those of the whole file')
  }
  const { client } = await imports(t)
  const progress: ImportProgress = {
    users: 5,
    jobs: 1,
    errors: 0,
    inserted: 5,
    updated: 0,
    next: 5,
    bytes: 50,
    active: []
  }
  t.match(await failure(importUsers(client, { users: many(3), connectionId: 'con_1', resume: progress })), {
    argument: 'resume',
    message: /of 5 users, but there are only 3/
  })
})

t.test('what goes wrong ends the import at once', async t => {
  const { client, jobs } = await imports(t)
  const endless = (async function * () {
    for (let i = 0; ; i++) yield i < 2000 ? user(i, { nickname: padding }) : (7 as never)
  })()
  t.match(await failure(importUsers(client, { users: endless, connectionId: 'con_1' })), {
    argument: 'users',
    message: 'User 2001 must be an object.'
  })
  t.ok(jobs.length > 0)
  const refused = await scripted(t, {
    status: 403,
    body: { statusCode: 403, error: 'Forbidden', message: 'Insufficient scope', errorCode: 'insufficient_scope' }
  })
  t.match(await failure(importUsers(refused.client, { users: many(5), connectionId: 'con_1' })), {
    code: 'insufficient_scope',
    call: 'POST /jobs/users-imports'
  })
  t.equal(refused.requests.length, 1)
  const cases: [options: object, argument: string][] = [
    [{ connectionId: 'con_1' }, 'users'],
    [{ connectionId: 'con_1', users: [], file: 'x' }, 'users'],
    [{ users: [] }, 'connectionId'],
    [{ connectionId: 'con_1', users: 7 }, 'users'],
    [{ connectionId: 'con_1', stream: 'x' }, 'stream'],
    [{ connectionId: 'con_1', file: '/nowhere.json' }, 'file'],
    [{ connectionId: 'con_1', users: [], usert: true }, 'usert'],
    [{ connectionId: 'con_1', users: [], resume: {} }, 'resume'],
    [{ connectionId: 'con_1', users: [], resume: 7 }, 'resume']
  ]
  for (const [options, argument] of cases) {
    t.match(
      await failure(importUsers(client, options as never)),
      { name: 'InvalidArgumentError', argument },
      JSON.stringify(options)
    )
  }
  t.match(await failure(importUsers(client, undefined as never)), { argument: 'options' })
  for (const [name, advice] of [
    ['conectionId', /^ Did you mean "connectionId"\?$/], ['xyzzy', /^ Known are: .*\.$/]
  ] as const) {
    const { argument, message } = await failure(importUsers(client, { [name]: 1 } as never))
    const known = `Option "${name}" of importUsers() is not known.`
    t.strictSame([argument, message.slice(0, known.length)], [name, known])
    t.match(message.slice(known.length), advice)
  }
  t.match(await failure(importUsers({} as never, { users: [user(1)], connectionId: 'con_1' })), { name: 'TypeError' })
})

t.test('a source is read no faster than jobs take it', async t => {
  let read = 0
  const { client, jobs } = await imports(t, { looks: 1 })
  const stream = Readable.from((async function * () {
    for (let i = 0; i < 100; i++) {
      read++
      yield Buffer.from(ndjson(many(60)) + '\n')
      t.ok(read - jobs.length * 8 <= 40, `${read} pieces read, ${jobs.length} jobs`)
    }
  })())
  t.match(await importUsers(client, { stream, connectionId: 'con_1' }), { users: 6000 })
})

t.test('exportUsers', async t => {
  const users = [{ user_id: 'auth0|1', email: 'a@b.test', app_metadata: { plan: 'é' } }, { user_id: 'auth0|2' }]
  const text = ndjson(users) + '\n'
  const files: [string, Answer['body'], Record<string, string>][] = [
    ['packed', gzipSync(text), { 'content-type': 'application/octet-stream' }],
    ['packed on the way', gzipSync(text), { 'content-encoding': 'gzip' }],
    ['plain', text, {}],
    ['empty', '', {}]
  ]
  for (const [name, body, headers] of files) {
    const fake: Scripted = await scripted(t, (request, response) => {
      if (request.method === 'POST') return { body: { id: 'job_1', status: 'pending', type: 'users_export' } }
      if (request.path.startsWith('/api/')) {
        return {
          body: {
            id: 'job_1',
            status: 'completed',
            type: 'users_export',
            location: `http://${request.headers.host}/file?key=secret`
          }
        }
      }
      t.equal(request.headers.authorization, undefined, "the file's server gets no token")
      response.writeHead(200, headers).end(body)
      return undefined
    })
    const read: unknown[] = []
    for await (
      const one of exportUsers(fake.client, {
        connectionId: 'con_1',
        limit: 5,
        fields: ['email', { name: 'app_metadata.plan', export_as: 'plan' }]
      })
    ) read.push(one)
    t.strictSame(read, name === 'empty' ? [] : users, name)
    t.strictSame(JSON.parse(fake.requests[0]!.body), {
      format: 'json',
      connection_id: 'con_1',
      limit: 5,
      fields: [{ name: 'email' }, { name: 'app_metadata.plan', export_as: 'plan' }]
    })
  }
  const gone = await scripted(t, request => {
    if (request.method === 'POST') return { body: { id: 'job_1', status: 'pending' } }
    if (request.path.startsWith('/api/')) {
      return { body: { id: 'job_1', status: 'completed', location: `http://${request.headers.host}/file?key=secret` } }
    }
    return { status: 403, headers: { 'content-type': 'application/xml' }, body: '<Error>key=secret</Error>' }
  })
  const error = await failure((async () => {
    for await (const one of exportUsers(gone.client)) t.fail(String(one))
  })())
  t.match(error, { name: 'ApiError', status: 403, message: 'The export file was answered with HTTP 403.' })
  const none = await scripted(t, { body: { id: 'job_1', status: 'completed' } })
  t.match(
    await failure(
      (async () => {
        for await (const one of exportUsers(none.client)) t.fail(String(one))
      })()
    ),
    { code: 'invalid_response' }
  )
})

t.test('with the offline tenant: what is exported can be imported', async t => {
  const tenant = await createTenant({ clients: [{ clientId: 'app', clientSecret: 'app-secret' }] })
  t.teardown(() => tenant.close())
  const client = new ManagementClient({ domain: tenant.url, clientId: 'app', clientSecret: 'app-secret' })
  t.teardown(() => client.close())
  const [connection] = await client.connections.list({ strategy: ['auth0'] })
  const users = [{ email: 'one@example.com' }, { email: 'ada@example.com' }, { name: 'nobody' }]
  const result = await importUsers(client, { users, connectionId: connection!.id!, interval: 0.01 })
  t.match(result, { users: 3, inserted: 1, errors: 2 })
  t.strictSame(result.failures.map(({ line }) => line).sort(), [2, 3])
  const emails: unknown[] = []
  for await (const { email } of exportUsers(client, { interval: 0.01, fields: ['email'] })) emails.push(email)
  t.ok(emails.includes('one@example.com') && emails.includes('ada@example.com'))
})

t.test('jobs as Auth0 tells of them', async t => {
  type Told = Answer['body'] | { status: number, body: object }
  const run = async (job: object, errors: Told | null = [], options: object = {}, busy: Told[] = []) => {
    const asked: string[] = []
    const waits: number[] = []
    const client = new ManagementClient({
      domain: 'acme.eu.auth0.com',
      token: 't',
      retry: { retries: 0, sleep: async seconds => { waits.push(seconds) } },
      async customFetch (input, init) {
        const path = new URL(input as string).pathname.replace('/api/v2/jobs/', '')
        asked.push(`${init!.method} ${path}`)
        if (init!.method === 'POST') {
          await Readable.from(init!.body as unknown as Readable).toArray()
          const refusal = busy.length > 1 ? busy.shift() : busy[0]
          return Response.json(refusal ?? { id: 'j' }, { status: refusal === undefined ? 202 : 429 })
        }
        if (errors === null && path.endsWith('errors')) return new Response(null, { status: 204 })
        return Response.json(path.endsWith('errors') ? errors : { id: 'j', ...job })
      }
    })
    const told: ImportProgress[] = []
    const result = await importUsers(client, {
      users: [user(1), user(2)],
      connectionId: 'con_1',
      onProgress: progress => told.push(progress),
      ...options
    }).catch((error: Error) => error.message)
    return { asked, waits, result, told }
  }
  const counts = { users: 2, jobs: 1, errors: 0, inserted: 0, updated: 0, failures: [] }
  const silent = await run({ status: 'completed' })
  t.strictSame([silent.result, silent.asked, silent.waits], [counts, ['POST users-imports', 'GET j'], []])
  t.strictSame(silent.told.map(({ users, jobs, next, active }) => [users, jobs, next, active]), [
    [0, 0, 2, [{ id: 'j', first: 0, count: 2 }]], [2, 1, 2, []]
  ])
  const completed = (summary: object) => ({ status: 'completed', summary })
  t.strictSame((await run(completed({ inserted: 1, updated: 1, failed: 0 }))).result,
    { ...counts, inserted: 1, updated: 1 })
  const some = await run(completed({ inserted: 0, failed: 3 }), [{ user: user(2), errors: [] }])
  t.strictSame(some.result,
    { ...counts, errors: 3, failures: [{ line: 2, user: { email: 'user2@example.com' }, errors: [] }] })
  t.equal(some.asked.at(-1), 'GET j/errors')
  t.strictSame((await run(completed({ failed: 1 }), [])).result, { ...counts, errors: 1 }, 'Auth0 tells of none')
  t.match((await run(completed({ failed: 1 }), [{}, {}])).result, { errors: 2 }, 'Auth0 tells of more')
  for (const [errors, message] of [
    [[], 'The job failed.'], [{ status_details: 'bad' }, 'bad'], [{}, 'The job failed.']
  ] as const) {
    const { result } = await run({ status: 'failed' }, errors)
    const told = [1, 2].map(line => ({ line, errors: [{ code: 'job_failed', message }] }))
    t.match(result, { ...counts, errors: 2, failures: told })
  }
  const untold = await run({ status: 'failed' }, null)
  t.match(untold.result, { errors: 2 }, 'Auth0 answers nothing')
  const failures: ImportError[] = []
  t.match((await run({ status: 'failed' }, [], { onError: (error: ImportError) => failures.push(error) })).result,
    { errors: 2, failures: [] })
  t.equal(failures.length, 2)

  const active = { errorCode: 'too_many_active_jobs', message: 'busy' }
  t.strictSame((await run({ status: 'completed' }, [], {}, [active, undefined])).waits, [2])
  const never = await run({ status: 'completed' }, [], { interval: 1800 }, [active])
  t.strictSame([never.waits, never.result], [[1800, 1800], 'Other imports into the tenant did not end within 3600 s.'])
  const pending = await run({ status: 'pending' }, [], { interval: 1800 })
  t.strictSame([pending.waits, pending.result], [[1800, 1800], 'The job j is still pending after 3600 s.'])
  t.equal((await run({ status: 'pending' }, [], { timeout: 5 })).waits.length, 2, 'every two seconds')
  const limited = await run({ status: 'completed' }, [], {}, [{ errorCode: 'too_many_requests', message: 'limited' }])
  t.strictSame([limited.waits, limited.result], [[], 'POST /jobs/users-imports: limited'])

  for (const [length, imported] of [[499_998, true], [499_999, false]] as const) {
    const users = [{ n: 'x'.repeat(length - 8) }]
    const { result } = await run({ status: 'completed', summary: { inserted: 1 } }, [], { users })
    t.match(result, { users: 1, errors: imported ? 0 : 1, inserted: imported ? 1 : 0 }, `${length} bytes`)
  }
})
