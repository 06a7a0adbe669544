import t from 'tap'
import { ApiError } from '../../lib/errors.js'
import { NetworkError, PaginationLimitError, paginate } from '../../lib/management/index.js'
import type { Answer, Received } from '../fixtures/loopback.js'
import { failure, scripted } from './scripted.js'

const number = (request: Received, name: string): number | undefined => {
  const value = new URLSearchParams(request.query).get(name)
  return value === null ? undefined : Number(value)
}
const things = (from: number, to: number): { id: string }[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({ id: `t${from + i}` }))

/** A list of `count` things with page numbers, as Auth0 answers it; more than 1,000 are refused. */
/** What is answered beyond the pages that can be numbered. */
const wall = {
  status: 400,
  body: {
    statusCode: 400,
    error: 'Bad Request',
    message: 'You can only page through the first 1000 records.',
    errorCode: 'invalid_paging'
  }
}
const numbered = (count: number, key: string, counted = true) => (request: Received): Answer => {
  const page = number(request, 'page') ?? 0
  const size = number(request, 'per_page') ?? 50
  if ((page + 1) * size > 1000) {
    return wall
  }
  const items = things(page * size, Math.min(count, (page + 1) * size))
  return {
    body: request.query.includes('include_totals=true')
      ? { start: page * size, limit: size, ...(counted && { total: count }), [key]: items }
      : items
  }
}

/** A list of `count` things that is read from checkpoints. */
const checkpointed = (count: number, key: string) => (request: Received): Answer => {
  const from = Number(new URLSearchParams(request.query).get('from')?.slice(1) ?? 0)
  const to = Math.min(count, from + (number(request, 'take') ?? 50))
  return { body: { [key]: things(from, to), ...(to < count && { next: `c${to}` }) } }
}

async function collect<T> (items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

t.test('a list with page numbers is read with the largest pages, and no further than its total', async t => {
  const { client, requests } = await scripted(t, numbered(250, 'users'))
  const users = await collect(paginate(client.users.list, { q: 'email:*', search_engine: 'v3' }))
  t.strictSame(users as unknown[], things(0, 250))
  t.strictSame(
    requests.map(({ query }) => query),
    [0, 1, 2].map(page => `q=email%3A*&search_engine=v3&include_totals=true&page=${page}&per_page=100`)
  )
  requests.length = 0
  t.equal((await paginate(client.users.list).all()).length, 250)
  t.equal(requests.length, 3)
  requests.length = 0
  t.strictSame(
    (await collect(paginate(client.users.list, { per_page: 60, page: 2 }).pages())).map(page => page.length),
    [60, 60, 10]
  )
  t.strictSame(
    requests.map(request => number(request, 'page')),
    [2, 3, 4]
  )
})

t.test('lists that end with a full page, that are empty, that Auth0 does not count', async t => {
  const full = await scripted(t, numbered(200, 'users'))
  t.equal((await paginate(full.client.users.list).all()).length, 200)
  t.equal(full.requests.length, 2)
  const empty = await scripted(t, numbered(0, 'users'))
  t.strictSame(await collect(paginate(empty.client.users.list).pages()), [])
  const uncounted = await scripted(t, numbered(150, 'invitations', false))
  t.equal((await paginate(uncounted.client.organizations.invitations.list, 'org_1').all()).length, 150)
  t.strictSame(
    uncounted.requests.map(({ path, query }) => `${path}?${query}`),
    [0, 1].map(page => `/api/v2/organizations/org_1/invitations?include_totals=true&page=${page}&per_page=100`)
  )
  const actions = await scripted(t, request => ({
    body: {
      actions: things((number(request, 'page') ?? 0) * 100, 130).slice(0, 100),
      total: 130,
      page: number(request, 'page'),
      per_page: 100
    }
  }))
  t.equal((await paginate(actions.client.actions.list).all()).length, 130)
  t.strictSame(
    actions.requests.map(({ query }) => query),
    ['page=0&per_page=100', 'page=1&per_page=100'],
    'no totals are asked for where they always come'
  )
  for (const body of [{ unexpected: true }, { users: {} }, 'null', '7', '"x"']) {
    const odd = await scripted(t, { headers: { 'content-type': 'application/json' }, body })
    t.match(await failure(paginate(odd.client.users.list).all()),
      { code: 'invalid_response', message: 'The list cannot be read: the answer holds no "users".' }, String(body))
  }
  t.match(await failure(listOf({ key: '' }, () => ({ k: [1] })).read().all()),
    { code: 'invalid_response', message: 'The list cannot be read: the answer is no list.' })
  const nothing = await scripted(t, { status: 204 })
  t.match(await failure(paginate(nothing.client.agents.list).all()), { code: 'invalid_response' })
})

t.test('checkpoints are chosen where the endpoint has them', async t => {
  const { client, requests } = await scripted(t, checkpointed(250, 'organizations'))
  t.equal((await paginate(client.organizations.list).all()).length, 250)
  t.strictSame(
    requests.map(({ query }) => query),
    ['take=100', 'take=100&from=c100', 'take=100&from=c200']
  )
  requests.length = 0
  t.strictSame(
    (await collect(paginate(client.organizations.list, { from: 'c150', take: 60 }).pages())).map(
      ({ length }) => length
    ),
    [60, 40]
  )
  const byNumber = await scripted(t, numbered(120, 'organizations'))
  t.equal((await paginate(byNumber.client.organizations.list, { per_page: 50 }).all()).length, 120)
  t.match(byNumber.requests[0]!.query, /page=0/, 'unless the query asks for page numbers')
  const sessions = await scripted(t, checkpointed(70, 'sessions'))
  t.equal(
    (
      await paginate(
        sessions.client.users.sessions.list,
        'auth0|1',
        { take: 50 },
        { headers: { 'x-trace': '1' } }
      ).all()
    ).length,
    70
  )
  t.ok(
    sessions.requests.every(
      ({ headers, path }) => headers['x-trace'] === '1' && path === '/api/v2/users/auth0%7C1/sessions'
    )
  )
  const stuck = await scripted(t, { body: { organizations: things(0, 10), next: 'c1' } })
  const error = await failure(paginate(stuck.client.organizations.list).all())
  t.ok(error instanceof NetworkError)
  t.match(error, { code: 'invalid_response', message: /checkpoint does not move/ })
  t.equal(stuck.requests.length, 2)
})

t.test("logs: page numbers for a search, checkpoints after a log's id", async t => {
  const logs = things(0, 250).map(({ id }) => ({ log_id: id }))
  const after = (request: Received): Answer => {
    const query = new URLSearchParams(request.query)
    const at = logs.findIndex(({ log_id }) => log_id === query.get('from'))
    return {
      body: query.has('from')
        ? logs.slice(at + 1, at + 1 + Number(query.get('take')))
        : numbered(250, 'logs')(request).body
    }
  }
  const { client, requests } = await scripted(t, after)
  t.equal((await paginate(client.logs.list).all()).length, 250)
  t.match(requests[0]!.query, 'include_totals=true&page=0&per_page=100')
  requests.length = 0
  const read = await paginate(client.logs.list, { from: 't49' }).all()
  t.strictSame([read.length, read[0]!.log_id], [200, 't50'])
  t.strictSame(
    requests.map(({ query }) => query),
    ['from=t49&take=100', 'from=t149&take=100', 'from=t249&take=100']
  )
})

t.test("deliveries are read on from the last one's id, which Auth0 may repeat", async t => {
  const deliveries = things(0, 120)
  const { client } = await scripted(t, request => {
    const query = new URLSearchParams(request.query)
    const at = Math.max(
      0,
      deliveries.findIndex(({ id }) => id === query.get('from'))
    )
    return { body: deliveries.slice(at, at + Number(query.get('take'))) }
  })
  const read = await paginate(client.eventStreams.deliveries.list, 'est_1').all()
  t.strictSame(
    read.map(({ id }) => id),
    deliveries.map(({ id }) => id)
  )
})

t.test('the wall of 1,000 records', async t => {
  t.test('iterating gives the first 1,000, then the error that names the export', async t => {
    const { client, requests } = await scripted(t, numbered(1200, 'users'))
    let count = 0
    const error = await failure(
      (async () => {
        for await (const user of paginate(client.users.list)) count += Number('id' in user)
      })()
    )
    t.ok(error instanceof PaginationLimitError)
    t.match(error, {
      code: 'pagination_limit',
      message:
        'Auth0 numbers the first 1,000 records of a list only; export them with jobs.usersExports.create() and ' +
        'waitForJob().'
    })
    t.equal(count, 1000)
    t.equal(requests.length, 10, 'no eleventh page is asked for')
  })

  t.test('all() fails after the first page', async t => {
    const { client, requests } = await scripted(t, numbered(1200, 'users'))
    t.match(await failure(paginate(client.users.list).all()), { code: 'pagination_limit' })
    t.equal(requests.length, 1)
    const exact = await scripted(t, numbered(1000, 'users'))
    t.equal((await paginate(exact.client.users.list).all()).length, 1000)
    const crooked = await scripted(t, numbered(1000, 'users'))
    t.match(
      await failure(paginate(crooked.client.users.list, { per_page: 30 }).all()),
      { code: 'pagination_limit' },
      'the last page would reach beyond'
    )
  })

  t.test('other lists name their own way out', async t => {
    const organizations = await scripted(t, numbered(1200, 'organizations'))
    t.match(await failure(paginate(organizations.client.organizations.list, { per_page: 100 }).all()), {
      message: /read them from a checkpoint with "take"/
    })
    const logs = await scripted(t, numbered(1200, 'logs'))
    t.match(await failure(paginate(logs.client.logs.list).all()), { message: /after a log id/ })
  })

  t.test('where Auth0 itself refuses, that is the cause; another refusal passes as it is', async t => {
    const { client } = await scripted(t, wall)
    t.match(await failure(paginate(client.users.roles.list, 'u').all()), {
      code: 'pagination_limit',
      message: 'Auth0 numbers the first 1,000 records of a list only.',
      cause: { status: 400, code: 'invalid_paging' }
    })
    const other = await scripted(t, {
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: 'Bad q', errorCode: 'invalid_query_string' }
    })
    t.match(await failure(paginate(other.client.users.list).all()), { name: 'ApiError', code: 'invalid_query_string' })
  })
})

t.test('what does not list cannot be paged', async t => {
  const { client, requests } = await scripted(t, { body: {} })
  for (const method of [client.users.get, undefined, () => {}]) {
    t.throws(() => (paginate as unknown as (...args: unknown[]) => unknown)(method, 'u'), {
      name: 'InvalidArgumentError',
      argument: 'method',
      message: /such as client\.users\.list/
    })
  }
  t.equal(requests.length, 0)
})

t.test('who stops early fetches no more; who begins again reads anew', async t => {
  const { client, requests } = await scripted(t, numbered(900, 'users'))
  const users = paginate(client.users.list)
  t.equal(requests.length, 0, 'nothing is fetched before it is read')
  for await (const user of users) if ((user as { id?: string }).id === 't150') break
  t.equal(requests.length, 2)
  for await (const page of users.pages()) {
    t.equal(page.length, 100)
    break
  }
  t.equal(requests.length, 3)
})

/** A method that lists, by its row alone; and what it was called with. */
function listOf (listing: object, answer: (query: Record<string, number & string>) => unknown) {
  const calls: unknown[][] = []
  const list = async (...args: unknown[]) => {
    calls.push(args)
    return answer(args.find(argument => typeof argument === 'object') as never)
  }
  const row = { key: 'k', size: 3, offset: undefined, checkpoint: undefined, walled: false, beyond: '', ...listing }
  const read = (...args: unknown[]) => (paginate as (...args: unknown[]) => ReturnType<typeof paginate>)(
    Object.assign(list, { listing: row }), ...args)
  return { calls, read }
}

t.test('a list by its row: which pages are asked for, and when it ends', async t => {
  const byNumber = (count: number, total?: number) => ({ page, per_page: size }: Record<string, number>) =>
    ({ k: things(page! * size!, Math.min(count, (page! + 1) * size!)), ...(total !== undefined && { total }) })
  for (const [count, total, pages] of [
    [0, undefined, [0]], [2, undefined, [0]], [3, undefined, [0, 1]], [4, undefined, [0, 1]], [6, 6, [0, 1]],
    [5, 6, [0, 1, 2]], [3, 3, [0]], [3, 4, [0, 1]], [0, 5, [0]]
  ] as [number, number | undefined, number[]][]) {
    const { calls, read } = listOf({ offset: 'numbered' }, byNumber(count, total))
    t.equal((await read().all()).length, count)
    t.strictSame(calls, pages.map(page => [{ page, per_page: 3 }, undefined]), `${count} of ${total}`)
  }
  const first = async (...args: unknown[]) => {
    const { calls, read } = listOf({ offset: 'totals' }, byNumber(9))
    await read(...args).all()
    return calls[0]
  }
  const options = {}
  t.strictSame(await first('a', 'b', { q: 'x', page: 1, per_page: 5 }, options),
    ['a', 'b', { q: 'x', include_totals: true, page: 1, per_page: 5 }, options])
  t.strictSame(await first('a'), ['a', { include_totals: true, page: 0, per_page: 3 }, undefined])
  t.strictSame(await first(undefined, options), [{ include_totals: true, page: 0, per_page: 3 }, options])
  t.strictSame(await listOf({ offset: 'numbered' }, () => ({ k: [], total: '9' })).read().all(), [])
  t.strictSame(await listOf({ offset: 'numbered' }, () => [1]).read().all(), [1])
})

t.test('a list by its row: when checkpoints are read, and where they end', async t => {
  const row = { checkpoint: 'next' }
  for (const [listing, query, asked] of [
    [row, {}, { include_totals: undefined, take: 3, from: undefined }],
    [row, { take: 2, from: 'c' }, { include_totals: undefined, take: 2, from: 'c' }],
    [{ ...row, offset: 'totals' }, {}, { include_totals: undefined, take: 3, from: undefined }],
    [{ ...row, offset: 'numbered' }, { page: 0 }, { page: 0, per_page: 3 }],
    [{ ...row, offset: 'numbered' }, { per_page: 1 }, { page: 0, per_page: 1 }],
    [{ offset: 'numbered' }, { from: 'c' }, { from: 'c', page: 0, per_page: 3 }],
    [{ offset: 'numbered', checkpoint: 'log_id' }, {}, { page: 0, per_page: 3 }],
    [{ offset: 'numbered', checkpoint: 'log_id' }, { from: 'c' }, { include_totals: undefined, take: 3, from: 'c' }]
  ] as const) {
    const { calls, read } = listOf(listing, () => ({ k: [] }))
    await read(query).all()
    t.strictSame(calls, [[asked, undefined]], JSON.stringify([listing, query]))
  }
  for (const next of ['', 7, null]) {
    const { calls, read } = listOf(row, () => ({ k: [1], next }))
    t.strictSame(await read().all(), [1])
    t.equal(calls.length, 1)
  }
  const ids = (from: number, to: number) => things(from, to)
  const answers = [ids(0, 3), ids(2, 5), ids(5, 8), ids(8, 9)]
  const { calls, read } = listOf({ checkpoint: 'id' }, () => answers.shift())
  t.strictSame(await read().all() as unknown[], ids(0, 9), 'the last one may come again')
  t.strictSame(calls.map(([query]) => (query as { from: string }).from), [undefined, 't2', 't4', 't7'])
  for (const [items, message] of [
    [[{}, {}, {}], /have no "id"\. Ask for that field/], [[{ id: 1 }, { id: 2 }, { id: 3 }], /have no "id"/],
    [[1, 2, null], /have no "id"/], [ids(0, 3), /does not move/]
  ] as const) {
    const same = listOf({ checkpoint: 'id' }, () => items.slice())
    t.match(await failure(same.read().all()), { code: 'invalid_response', message })
  }
})

t.test('a list by its row: the wall of 1,000 records', async t => {
  const endless = ({ page, per_page: size }: Record<string, number>) =>
    ({ k: things(page! * size!, (page! + 1) * size!) })
  const counted = (total: number) => (query: Record<string, number>) => ({ ...endless(query), total })
  const walled = { offset: 'numbered', walled: true, size: 100 }
  const plain = 'Auth0 numbers the first 1,000 records of a list only.'
  for (const [listing, answer, count, message] of [
    [walled, counted(1000), 10, undefined], [walled, counted(1001), 1, plain], [walled, endless, 10, plain],
    [{ ...walled, beyond: 'stop' }, counted(1001), 1, plain.replace('.', '; stop.')],
    [{ ...walled, walled: false }, counted(1100), 11, undefined], [{ ...walled, size: 300 }, endless, 3, plain],
    [{ ...walled, size: 250 }, counted(1000), 4, undefined]
  ] as const) {
    const { calls, read } = listOf(listing, answer)
    const outcome = await read().all().then(() => undefined, (error: Error) => error.message)
    t.strictSame([calls.length, outcome], [count, message])
  }
  const refusal = (status: number, message: string) => new ApiError({ code: 'x', message, status })
  for (const [error, isLimit] of [
    [refusal(400, 'the first 1000 records'), true], [refusal(400, 'the first 1,000 records'), true],
    [refusal(404, 'the first 1000 records'), false], [refusal(400, '11000 records'), false],
    [new Error('the first 1000 records'), false]
  ] as const) {
    const thrown = await failure(listOf({ offset: 'numbered' }, () => { throw error }).read().all())
    t.equal(isLimit ? thrown.cause : thrown, error)
    t.equal(thrown instanceof PaginationLimitError, isLimit)
  }
})
