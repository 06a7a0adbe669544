import t from 'tap'
import { pathWriter, queryString } from '../../lib/management/address.js'
import { callReader, type ApiRequest } from '../../lib/management/call.js'
import * as endpoint from '../../lib/management/endpoint.js'
import { branding } from '../../lib/management/resources/branding.js'
import * as lists from '../../lib/management/lists.js'

const { of, optional, omittable, get, post, put, patch, del, upload, stream } = endpoint

t.test('rows', async t => {
  t.strictSame([of(), optional(), omittable()],
    [{ optional: false }, { optional: true }, { optional: true, omitted: true }])
  const facts = { returns: of() }
  for (const [verb, make] of Object.entries({ GET: get, POST: post, PUT: put, PATCH: patch, DELETE: del })) {
    t.strictSame((make as typeof post)('/a'), { verb, path: '/a' })
    t.strictSame((make as typeof post)('/a', facts), { verb, path: '/a', ...facts })
  }
  const [body, query, returns] = [of(), of(), of()]
  t.strictSame(upload('/a', { body, returns }), { verb: 'POST', path: '/a', body, returns, form: 'multipart' })
  t.strictSame(stream('/a', { query, returns }), { verb: 'GET', path: '/a', query, returns, form: 'events' })
})

t.test('rows of lists', async t => {
  const items = of<object>()
  const query = of<object>()
  const plain = { key: 'k', size: 100, walled: false, beyond: '' }
  for (const [name, make, expected] of [
    ['offset', lists.offsetList, { offset: 'totals', checkpoint: undefined }],
    ['uncounted', lists.uncountedList, { offset: 'totals', checkpoint: undefined }],
    ['logs', lists.logList, { offset: 'totals', checkpoint: 'log_id' }],
    ['numbered', lists.numberedList, { offset: 'numbered', checkpoint: undefined }],
    ['checkpoint', lists.checkpointList, { offset: undefined, checkpoint: 'next' }],
    ['array or checkpoint', lists.arrayOrCheckpointList, { offset: undefined, checkpoint: 'next' }],
    ['either', lists.eitherList,
      { offset: 'totals', checkpoint: 'next', walled: true, beyond: 'read them from a checkpoint with "take"' }],
    ['array', (path, _, facts) => lists.arrayList(path, facts as never),
      { key: '', offset: undefined, checkpoint: 'id' }]
  ] as [string, (path: string, key: string, facts: object) => unknown, object][]) {
    const expectedRow = { verb: 'GET', path: '/a', returns: items }
    t.strictSame(make('/a', 'k', { items }),
      { ...expectedRow, query: { optional: false }, listing: { ...plain, ...expected } }, name)
    t.strictSame(make('/a', 'k', { items, query, size: 7, beyond: 'stop' }),
      { ...expectedRow, query, listing: { ...plain, ...expected, size: 7, walled: true, beyond: 'stop' } }, name)
  }
})

t.test('addresses', async t => {
  const write = pathWriter('/a/{b}/c/{d}', ['b', 'd'])
  t.equal(write(['x|y', 'z/']), '/a/x%7Cy/c/z%2F')
  t.equal(pathWriter('/a', [])([]), '/a')
  for (const id of ['', '.', '..', undefined, null, 7]) {
    t.throws(() => write(['x', id]), {
      argument: 'd',
      message: 'The argument "d" must be a text that is not empty, "." or "..".'
    })
  }
  for (const id of ['...', ' ', '.a']) t.doesNotThrow(() => write([id, id]))
  t.throws(() => write(['\ud800', 'x']), { argument: 'b', message: 'The argument "b" holds half a surrogate pair.' })
  for (const [query, written] of [
    [undefined, ''], [{}, ''], [{ a: undefined, b: [] }, ''], [{ a: [undefined, 1], b: false, 'c d': 'e&f' },
      '?a=1&b=false&c%20d=e%26f'], [{ a: ['x', 'y'], b: 0 }, '?a=x&a=y&b=0'], [{ a: '' }, '?a=']
  ] as const) t.equal(queryString(query), written)
  for (const query of [null, [], 'x', 7, new URLSearchParams('a=b'), new Map([['a', 'b']])]) {
    t.throws(() => queryString(query), { argument: 'query', message: 'The argument "query" must be an object.' })
  }
  for (const value of [null, {}, Infinity, NaN, () => {}]) {
    t.throws(() => queryString({ a: value }), {
      argument: 'query.a',
      message: 'The query parameter "a" must be a text, a number, a boolean or an array of these.'
    })
  }
  t.throws(() => queryString({ '\ud800': 'x' }), { message: /surrogate/, argument: 'query' })
  t.throws(() => queryString({ a: '\ud800' }), { message: /surrogate/, argument: 'query.a' })
})

t.test('the arguments of a call: ids, the body, the query and the options, as the row has them', async t => {
  const read = (row: object, ...args: unknown[]) => {
    const { body, options, ...call } = callReader(row as never)(args) as ApiRequest
    return { ...call, body: body?.(), options }
  }
  const plain = { headers: {}, body: undefined, repeatable: true, options: {} }
  const json = { 'content-type': 'application/json' }
  const options = { headers: { 'X-A': 'b' } }
  const [body, query] = [of(), of()]
  t.strictSame(read(get('/a')), { ...plain, what: 'GET /a', verb: 'GET', target: '/a' })
  t.strictSame(read(get('/a/{id}'), 'b', options),
    { ...plain, what: 'GET /a/{id}', verb: 'GET', target: '/a/b', headers: { 'x-a': 'b' }, options })
  t.throws(() => read(get('/a/{b}/{id}'), 'b', ''), { message: /./, argument: 'id' })
  t.strictSame(read(get('/a', { query }), { c: 1 }, options),
    { ...plain, what: 'GET /a', verb: 'GET', target: '/a?c=1', headers: { 'x-a': 'b' }, options })
  t.strictSame(read({ ...post('/a/{id}', { body }), query }, 'b', { d: 1 }, { c: 1 }, options), {
    ...plain,
    what: 'POST /a/{id}',
    verb: 'POST',
    target: '/a/b?c=1',
    headers: { 'x-a': 'b', ...json },
    body: '{"d":1}',
    options
  })
  for (const [kind, text, headers] of [
    [optional(), '{}', json], [omittable(), undefined, {}]
  ] as const) t.match(read(post('/a', { body: kind } as never)), { body: text, headers })
  t.match(read(post('/a', { body: omittable() } as never), { b: 1 }), { body: '{"b":1}', headers: json })
  for (const wrong of [null, 'x', 7, () => {}, new Map([['a', 'b']]), new URLSearchParams('a=b'), new FormData()]) {
    for (const kind of [body, omittable()]) {
      t.throws(() => read(post('/a', { body: kind } as never), wrong),
        { argument: 'body', message: 'The body of POST /a must be an object.' })
    }
    t.throws(() => read(upload('/a', { body, returns: of() }), wrong), { message: /body/, argument: 'body' })
  }
  t.match(read(post('/a', { body } as never), [{ b: 1 }]), { body: '[{"b":1}]' })
  const { updateUniversalLogin } = branding.templates
  t.match(read(updateUniversalLogin as never, '<p>"'), { body: '"<p>\\""', headers: json }, 'a page template is a text')
  t.match(read(updateUniversalLogin as never, { template: 'x' }), { body: '{"template":"x"}' })
  for (const wrong of [null, 7]) {
    t.throws(() => read(updateUniversalLogin as never, wrong), { message: /must be an object/, argument: 'body' })
  }
  t.throws(() => read(post('/a', { body } as never)),
    { name: 'MissingRequiredArgumentError', argument: 'body', message: 'POST /a needs a body.' })
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  t.throws(() => read(post('/a', { body } as never), cyclic), { argument: 'body', cause: TypeError })
  for (const wrong of [null, 'x', 7]) {
    t.throws(() => read(get('/a'), wrong), { argument: 'options', message: 'The call options must be an object.' })
  }
  for (const [row, args, known] of [
    [get('/a'), [], ''], [upload('/a', { body, returns: of() }), [{ users: Buffer.from('x') }], ', onProgress'],
    [stream('/a', { query, returns: of() }), [{}], ', maxReconnects']
  ] as [object, unknown[], string][]) {
    t.throws(() => read(row, ...args, { onProgres: 1 }), {
      argument: 'options',
      message: `The call options have no "onProgres"; they are signal, timeout, headers${known}.`
    })
    for (const name of ['signal', 'timeout', ...known.split(', ').filter(Boolean)]) {
      await callReader(row as never)([...args, { [name]: undefined }])
    }
  }
  for (const [argument, given] of [
    ['signal', { signal: {} }], ['signal', { signal: null }], ['timeout', { timeout: '5' }],
    ['headers', { headers: null }], ['headers', { headers: 'x' }], ['headers', { headers: new Headers({ a: 'b' }) }],
    ['headers', { headers: { a: 7 } }], ['headers', { headers: { a: 'b\nc' } }],
    ['headers', { headers: { 'a b': 'c' } }]
  ] as const) t.throws(() => read(get('/a'), given), { message: RegExp(`"${argument}"`), argument }, argument)
  t.match(read(get('/a'), { headers: { a: undefined } }), { headers: {} })
  const form = await callReader(upload('/a', { body, returns: of() }) as never)(
    [{ users: Buffer.from('x'), a: 'b' }, options])
  t.match(form, { headers: { 'x-a': 'b', 'content-type': /^multipart\/form-data/ }, repeatable: true, options })
})
