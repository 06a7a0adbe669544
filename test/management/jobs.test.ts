import { writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { multipart } from '../../lib/management/multipart.js'
import { ApiError, exportUsers, importUsers, TimeoutError, waitForJob, type Job } from '../../lib/management/index.js'
import { failure, scripted, type Step } from './scripted.js'

t.test('waitForJob', async t => {
  const job = (status: string, more: object = {}): Step => ({
    body: { id: 'job_1', type: 'users_import', status, ...more }
  })
  const seen: Job[] = []
  const { client, requests } = await scripted(t, [
    job('pending'),
    job('processing', { percentage_done: 40 }),
    job('completed', { summary: { total: 2 } })
  ])
  t.match(await waitForJob(client, { id: 'job_1' }, { interval: 0.01, onProgress: now => seen.push(now) }), {
    status: 'completed',
    summary: { total: 2 }
  })
  t.strictSame(
    seen.map(({ status, percentage_done }) => [status, percentage_done]),
    [
      ['pending', undefined],
      ['processing', 40],
      ['completed', undefined]
    ]
  )
  t.ok(requests.every(({ path }) => path === '/api/v2/jobs/job_1'))

  for (
    const [details, text] of [
      [{ status_details: 'bad file' }, 'The job job_1 failed: bad file.'],
      [{}, 'The job job_1 failed.']
    ] as const
  ) {
    const failed = await scripted(t, job('failed', details))
    const error = await failure(waitForJob(failed.client, 'job_1'))
    t.ok(error instanceof ApiError)
    t.match(error, { code: 'job_failed', message: text, body: { status: 'failed' } })
  }
  const slow = await scripted(t, job('pending'))
  const late = await failure(waitForJob(slow.client, 'job_1', { interval: 0.01, timeout: 0.025 }))
  t.ok(late instanceof TimeoutError)
  t.equal(late.message, 'The job job_1 is still pending after 0.025 s.')
  t.equal(slow.requests.length, 3)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  t.match(await failure(waitForJob(slow.client, 'job_1', { signal: controller.signal })), { code: 'aborted' })
})

t.test('options of what waits for jobs are checked before anything is asked', async t => {
  const { client, requests } = await scripted(t, { body: { id: 'job_1', status: 'pending' } })
  const waiters: Record<string, (options: object) => Promise<unknown>> = {
    'waitForJob()': async options => await waitForJob(client, 'job_1', options),
    'importUsers()': async options => await importUsers(client, { connectionId: 'c', users: [{}], ...options }),
    'exportUsers()': async options => await exportUsers(client, options).next()
  }
  for (const [what, wait] of Object.entries(waiters)) {
    for (const [option, values, range] of [
      ['interval', [0, -1, '2', NaN, null], 'above 0'], ['timeout', [-1, '2', NaN, null], '0 or more']
    ] as const) {
      for (const value of values) {
        t.match(await failure(wait({ [option]: value })), {
          name: 'InvalidArgumentError',
          argument: option,
          message: `Option "${option}" of ${what} must be a number of seconds, ${range}.`
        })
      }
    }
    t.match(await failure(wait({ intervall: 2 })), {
      argument: 'intervall',
      message: `Option "intervall" of ${what} is not known. Did you mean "interval"?`
    })
    t.match(await failure(wait({ signal: {} })), { name: 'InvalidArgumentError', argument: 'signal' })
  }
  for (const job of [null, undefined, {}] as never[]) {
    t.match(await failure(waitForJob(client, job)), { argument: 'id' })
  }
  for (const options of [null, 'x'] as never[]) {
    t.match(await failure(waitForJob(client, 'job_1', options)), { argument: 'options' })
    t.match(await failure(exportUsers(client, options).next()), { argument: 'options' })
  }
  for (const maxReconnects of [-1, NaN, 'x', null] as never[]) {
    const events = client.events.subscribe({}, { maxReconnects })[Symbol.asyncIterator]()
    t.match(await failure(events.next()), { name: 'InvalidArgumentError', argument: 'maxReconnects' })
  }
  t.equal(requests.length, 0)
})

t.test('a users import', async t => {
  const users = JSON.stringify([{ email: 'ä@b.test' }])
  const bytes = Buffer.from(users)
  const path = t.testdir({ 'users.json': users }) + '/users.json'
  const accepted: Step = { status: 202, body: { id: 'job_1', status: 'pending' } }
  const total = bytes.length

  t.test('from a path, a URL, bytes and streams, read while it is sent', async t => {
    for (
      const [name, file, size] of [
        ['path', path, total],
        ['URL', pathToFileURL(path), total],
        ['bytes', new Uint8Array(bytes), total],
        ['stream', Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), undefined],
        [
          'generator',
          (async function * () {
            yield bytes
          })(),
          undefined
        ]
      ] as const
    ) {
      const { client, requests } = await scripted(t, accepted)
      const progress: unknown[] = []
      t.match(
        await client.jobs.usersImports.create(
          { users: file, connection_id: 'con_1', upsert: true, external_id: undefined as never },
          { onProgress: now => progress.push(now) }
        ),
        { id: 'job_1' },
        name
      )
      const { headers, body } = requests[0]!
      const boundary = /^multipart\/form-data; boundary=(.*)$/.exec(headers['content-type']!)![1]!
      const parts = body.split(`--${boundary}`)
      t.strictSame(parts, [
        '',
        '\r\ncontent-disposition: form-data; name="connection_id"\r\n\r\ncon_1\r\n',
        '\r\ncontent-disposition: form-data; name="upsert"\r\n\r\ntrue\r\n',
        '\r\ncontent-disposition: form-data; name="users"; filename="users.json"\r\ncontent-type: ' +
        `application/json\r\n\r\n${users}\r\n`,
        '--\r\n'
      ])
      t.equal(headers['content-length'], size === undefined ? undefined : String(Buffer.byteLength(body)))
      t.strictSame(progress.at(-1), { sent: total, ...(size !== undefined && { total: size }) })
    }
  })

  t.test('a large file goes out in pieces, with progress', async t => {
    const large = `${t.testdirName}.json`
    writeFileSync(large, Buffer.alloc(300_000, ' '))
    const { client, requests } = await scripted(t, accepted)
    const progress: { sent: number, total?: number }[] = []
    await client.jobs.usersImports.create(
      { users: large, connection_id: 'con_1' },
      { onProgress: now => progress.push(now) }
    )
    t.ok(progress.length > 2)
    t.ok(progress.every(({ sent, total }, i) => total === 300_000 && sent > (progress[i - 1]?.sent ?? 0)))
    t.ok(requests[0]!.body.length > 300_000)
  })

  t.test('bytes are sent as they are: in pieces, and not copied', async t => {
    const bytes = new Uint8Array(200_000).fill(32)
    const { body } = await multipart({ users: bytes, connection_id: 'con_1' }, 'users')
    const chunks: Buffer[] = await body().toArray()
    const own = chunks.filter(({ buffer }) => buffer === bytes.buffer)
    t.strictSame(
      own.map(({ length }) => length),
      [65_536, 65_536, 65_536, 3392]
    )
  })

  t.test('bytes that fill their last piece are told once', async t => {
    const sent: number[] = []
    const bytes = new Uint8Array(131_072)
    const { body } = await multipart({ users: bytes }, 'users', progress => sent.push(progress.sent))
    await body().toArray()
    t.strictSame(sent, [65_536, 131_072])
  })

  t.test('is repeated after 429 where the file can be read again', async t => {
    const limited: Step = { status: 429, headers: { 'retry-after': '0' }, body: {} }
    const again = await scripted(t, [limited, accepted])
    t.match(await again.client.jobs.usersImports.create({ users: path, connection_id: 'con_1' }), { id: 'job_1' })
    t.strictSame(
      again.requests.map(({ body }) => body.includes(users)),
      [true, true]
    )
    for (const step of [limited, { status: 401, body: {} }]) {
      const once = await scripted(t, step, { token: async () => 'another' })
      t.match(
        await failure(once.client.jobs.usersImports.create({ users: Readable.from([bytes]), connection_id: 'con_1' })),
        { name: step === limited ? 'RateLimitError' : 'ApiError' }
      )
      t.equal(once.requests.length, 1, 'a stream is gone')
    }
  })

  t.test('without a file', async t => {
    const { client, requests } = await scripted(t, accepted)
    t.match(await failure(client.jobs.usersImports.create({ users: `${path}.not`, connection_id: 'con_1' })), {
      name: 'InvalidArgumentError',
      argument: 'users',
      cause: { code: 'ENOENT' }
    })
    for (const file of [undefined, 7, null]) {
      t.match(await failure(client.jobs.usersImports.create({ users: file as never, connection_id: 'con_1' })), {
        argument: 'users',
        message: /a path, a file URL, bytes or a stream/
      })
    }
    t.equal(requests.length, 0)
  })
})

t.test('fields beside a file are texts, and their names stay inside their quotes', async t => {
  const users = Buffer.from('[]')
  for (const value of [null, {}, ['a'], NaN, () => {}]) {
    t.match(await failure(multipart({ users, external_id: value }, 'users')), {
      name: 'InvalidArgumentError',
      argument: 'external_id',
      message: 'The field "external_id" must be a text, a number or a boolean.'
    })
  }
  const { body } = await multipart({ users, upsert: false, 'a"\r\nb': 7, gone: undefined }, 'users')
  let written = ''
  for await (const chunk of body()) written += String(chunk)
  t.match(written, /name="upsert"\r\n\r\nfalse\r\n/)
  t.match(written, /name="a%22%0D%0Ab"\r\n\r\n7\r\n/)
  t.notMatch(written, /gone/)
})
