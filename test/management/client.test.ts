import { generateKeyPairSync } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import t from 'tap'
import {
  ApiError, ConfigurationError, ManagementClient, NetworkError, RateLimitError, TimeoutError, rateLimitOf,
  type ManagementClientOptions
} from '../../lib/management/index.js'
import { until } from '../until.js'
import { failure, scripted, start, type Step } from './scripted.js'

const credentials = { clientId: 'm2m', clientSecret: 'very secret' }
const ok: Step = { body: { id: 'x' } }
const body = { connection: 'db', email: 'a@b.test' }

t.test('options are checked at construction', async t => {
  const refused = (options: Partial<ManagementClientOptions>, option: string): void => {
    t.throws(
      () => new ManagementClient({ domain: 'acme.eu.auth0.com', token: 't', ...options } as ManagementClientOptions),
      { name: 'ConfigurationError', option },
      `${option}: ${inspect(options)}`
    )
  }
  refused({ domain: 'a b' }, 'domain')
  refused({ domain: 'http://acme.eu.auth0.com' }, 'domain')
  refused({ token: '' }, 'token')
  refused({ token: 'a b' }, 'token')
  refused({ clientId: 'c', clientSecret: 's' }, 'token')
  refused({ clientAssertionSigningKey: 'pem' }, 'token')
  for (const timeout of [0, -1, Number.NaN, '5' as unknown as number]) refused({ timeout }, 'timeout')
  for (const rateLimit of ['none', null, true]) refused({ rateLimit: rateLimit as never }, 'rateLimit')
  for (const maxWait of [-1, Number.NaN, '60' as never]) refused({ maxWait }, 'maxWait')
  refused({ onWait: 'log' as never }, 'onWait')
  refused({ throttle: { perSecond: 0 } }, 'throttle.perSecond')
  refused({ throttle: { perSecond: 1, burst: -1 } }, 'throttle.burst')
  t.throws(() => new ManagementClient({ domain: 'acme.eu.auth0.com' }), { message: /./, option: 'token' })
  t.throws(() => new ManagementClient({ domain: 'acme.eu.auth0.com', clientId: 'c' }), {
    message: /./,
    option: 'clientSecret'
  })
  t.throws(
    () =>
      new ManagementClient({
        domain: 'acme.eu.auth0.com',
        clientId: 'c',
        tls: { cert: '', key: '' },
        customFetch: fetch
      }),
    { message: /./, option: 'tls' }
  )
  const client = new ManagementClient({ domain: 'acme.eu.auth0.com', token: async () => '' })
  t.match(await failure(client.users.get('u')), { name: 'ConfigurationError', option: 'token' })
})

t.test('an argument that would name another endpoint is refused before anything is sent', async t => {
  const { client, requests } = await scripted(t, ok)
  for (const id of ['', '.', '..', undefined, 7]) {
    t.match(
      await failure(client.users.delete(id as string)),
      { name: 'InvalidArgumentError', argument: 'id' },
      String(id)
    )
  }
  t.match(await failure(client.users.get('\ud800')), { argument: 'id', message: /surrogate/ })
  t.match(await failure(client.users.list('q' as never)), { argument: 'query' })
  t.match(await failure(client.users.list([] as never)), { argument: 'query' })
  t.match(await failure(client.users.list({ q: {} } as never)), { argument: 'query.q' })
  t.match(await failure(client.users.list({ page: Number.NaN } as never)), { argument: 'query.page' })
  t.match(await failure(client.users.create(undefined as never)), {
    name: 'MissingRequiredArgumentError',
    argument: 'body'
  })
  t.match(await failure(client.users.create({ ...body, app_metadata: cyclic() })), { argument: 'body' })
  t.match(await failure(client.users.delete('u', { per_page: 5 } as never)), {
    argument: 'options',
    message: 'The call options have no "per_page"; they are signal, timeout, headers.'
  })
  t.match(await failure(client.users.delete('u', null as never)), { argument: 'options' })
  t.equal(requests.length, 0)
  await client.users.list({ q: undefined, fields: 'email' } as never)
  t.equal(requests[0]!.query, 'fields=email', 'what is undefined is left out')
})

t.test('the first call of a method refuses what every later one refuses', async t => {
  const { client, requests } = await scripted(t, ok)
  const wrong: [argument: string, call: () => Promise<unknown>][] = [
    ['id', () => client.users.get('..')],
    ['body', () => client.users.create(undefined as never)],
    ['query', () => client.users.list('q' as never)],
    ['options', () => client.users.delete('u', { per_page: 5 } as never)],
    ['users', () => client.jobs.usersImports.create({ users: 7 as never, connection_id: 'con_1' })],
    ['options', async () => client.events.subscribe({}, { maxRetries: 1 } as never)]
  ]
  for (const [argument, call] of wrong) {
    for (const time of ['first', 'second']) t.match(await failure(call()), { argument }, `${argument}, ${time} call`)
  }
  t.equal(requests.length, 0)
  await client.users.get('a/b')
  await client.users.get('c')
  t.strictSame(requests.map(({ path }) => path), ['/api/v2/users/a%2Fb', '/api/v2/users/c'])
})

function cyclic (): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  object.self = object
  return object
}

t.test('429', async t => {
  const limited = (headers: Record<string, string> = {}): Step => ({
    status: 429,
    headers,
    body: {
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'Global limit has been reached',
      errorCode: 'too_many_requests'
    }
  })
  const between = (value: number | undefined, low: number, high: number): unknown =>
    t.ok(value! >= low && value! <= high, `${value} s`)

  t.test('with Retry-After, for every method', async t => {
    const { client, requests, waits } = await scripted(t, [
      limited({ 'retry-after': '2' }),
      ok,
      limited({ 'retry-after': '2' }),
      ok,
      limited({ 'retry-after': '0' }),
      ok
    ])
    t.match(await client.users.get('u'), { id: 'x' })
    t.match(await client.users.create(body), { id: 'x' })
    t.match(await client.users.update('u', {}), { id: 'x' })
    t.strictSame(
      requests.map(({ method }) => method),
      ['GET', 'GET', 'POST', 'POST', 'PATCH', 'PATCH']
    )
    t.equal(requests[2]!.body, requests[3]!.body, 'the same body again')
    for (const wait of waits.slice(0, 2)) between(wait, 2, 2.25)
    between(waits[2], 0, 0.25)
  })

  t.test('with x-ratelimit-reset', async t => {
    const { client, waits } = await scripted(t, [limited({ 'x-ratelimit-reset': String(start + 3) }), ok])
    await client.users.get('u')
    between(waits[0], 3, 3.25)
  })

  t.test('without headers: three more attempts, each later, then the error', async t => {
    const { client, requests, waits } = await scripted(t, limited())
    const error = await failure(client.users.create(body))
    t.ok(error instanceof RateLimitError && error instanceof ApiError)
    t.match(error, {
      status: 429,
      code: 'too_many_requests',
      message: 'POST /users: Global limit has been reached',
      call: 'POST /users',
      resetAt: -1,
      retryAfter: undefined
    })
    t.equal(requests.length, 4)
    ;[0.5, 1, 2].forEach((base, i) => between(waits[i], base, base + 0.25))
  })

  t.test(
    "a wait that is too long is the caller's to decide: the error says when the reset is, and which option counts",
    async t => {
      const told = limited({
        'x-ratelimit-limit': '2',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(start + 61)
      })
      for (
        const [options, message] of [
          [
            {},
            'GET /users/{id}: the rate limit resets at 2027-01-15T08:01:01.000Z, in 61 s. Option "maxWait" (60 s) ' +
            'is shorter.'
          ],
          [
            { rateLimit: 'each' },
            'GET /users/{id}: Global limit has been reached The limit resets in 61 s. Option "retry.maxDelay" (30 ' +
            's) is shorter.'
          ]
        ] as const
      ) {
        const { client, requests, waits } = await scripted(t, told, options)
        const error = await failure(client.users.get('u'))
        t.match(error, { name: 'RateLimitError', status: 429, resetAt: start + 61, call: 'GET /users/{id}' })
        t.equal(error.message, message)
        t.strictSame(rateLimitOf(error), { limit: 2, remaining: 0, resetAt: start + 61 })
        t.strictSame([requests.length, waits], [1, []])
      }
      for (
        const options of [
          { maxWait: 61 },
          { rateLimit: 'each', retry: { maxDelay: 61 } },
          { retry: { maxDelay: 61 } }
        ] as const
      ) {
        const { client, waits } = await scripted(t, [told, ok], options)
        t.match(await client.users.get('u'), { id: 'x' }, inspect(options))
        between(waits[0], 61, 61.25)
      }
    }
  )

  t.test('retry: false', async t => {
    const { client, requests } = await scripted(t, limited({ 'retry-after': '0' }), { retry: false })
    t.match(await failure(client.users.get('u')), { status: 429, retryAfter: 0 })
    t.equal(requests.length, 1)
  })
})

t.test('5xx and broken connections are repeated for GET, PUT and DELETE; POST and PATCH are sent once', async t => {
  for (const step of [{ status: 500, body: {} }, { status: 503, body: '<h1>down</h1>' }, 'reset'] as const) {
    for (
      const [method, sent, call] of [
        ['GET', 4, c => c.users.get('u')],
        ['PUT', 4, c => c.guardian.factors.set('sms', { enabled: true })],
        ['DELETE', 4, c => c.users.delete('u')],
        ['POST', 1, c => c.users.create(body)],
        ['PATCH', 1, c => c.users.update('u', {})]
      ] as [string, number, (client: ManagementClient) => Promise<unknown>][]
    ) {
      const { client, requests } = await scripted(t, step)
      const error = await failure(call(client))
      if (step === 'reset') t.match(error, { name: 'NetworkError', code: 'network_error', statusCode: 502 })
      else {
        t.match(error, {
          name: 'ApiError',
          status: step.status,
          statusCode: 502,
          code: step.status === 500 ? 'internal_server_error' : 'service_unavailable'
        })
      }
      t.notMatch(error.message, /</)
      t.equal(requests.length, sent, `${method} after ${inspect(step)}`)
    }
  }
  const { client, requests } = await scripted(t, [{ status: 502, body: {} }, 'reset', ok])
  t.match(await client.users.get('u'), { id: 'x' })
  t.equal(requests.length, 3)
})

t.test('a body that stalls is timed out, once', async t => {
  for (
    const [settings, call] of [
      [{ timeout: 2 }, {}],
      [{}, { timeout: 2 }]
    ]
  ) {
    const { client, requests } = await scripted(t, 'stall', settings)
    const error = await failure(client.users.get('u', {}, call))
    t.ok(error instanceof TimeoutError)
    t.match(error, { code: 'timeout', statusCode: 504, message: /did not answer within 2 s/ })
    t.equal(requests.length, 1)
  }
})

t.test('an answer that is not JSON is an error, even with 200', async t => {
  for (
    const answer of [
      { body: '<html>Please log in</html>' },
      { headers: { 'content-type': 'application/json' }, body: '{"id":' },
      { status: 200 }
    ]
  ) {
    const { client, requests } = await scripted(t, answer)
    const error = await failure(client.users.get('u'))
    t.ok(error instanceof NetworkError)
    t.match(error, { code: 'invalid_response' })
    t.match(error,
      { message: /^GET \/users\/\{id\}: the answer is not (valid )?JSON\.( Its content type is "text\/html"\.)?$/ })
    t.equal(requests.length, 1)
  }
  const { client } = await scripted(t, [{ status: 202, body: { id: 'later' } }, { status: 202 }])
  t.match(await client.jobs.usersExports.create(), { id: 'later' })
  t.equal(await client.jobs.errors.get('j'), undefined, '202 without a word')
})

t.test('JSON is tried without a content type, and as the text that a Response makes of it', async t => {
  for (const type of [undefined, 'text/plain;charset=UTF-8']) {
    const { client } = await scripted(t, (_, response) => {
      response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end('{"user_id":"u"}')
      return undefined
    })
    t.strictSame(await client.users.get('u'), { user_id: 'u' }, String(type))
  }
  const mocked = new ManagementClient({
    domain: 'acme.eu.auth0.com',
    token: 't',
    customFetch: async () => new Response('[{"user_id":"u"}]')
  })
  t.strictSame(await mocked.users.list(), [{ user_id: 'u' }])
})

t.test('errors of the API', async t => {
  const message = 'Payload validation error: token given was refused'
  const { client } = await scripted(
    t,
    [
      { status: 400, body: { statusCode: 400, error: 'Bad Request', message, errorCode: 'invalid_body' } },
      {
        status: 403,
        body: { statusCode: 403, error: 'Forbidden', message: 'Insufficient scope, expected any of: read:users' }
      },
      { status: 404, body: '' }
    ],
    { token: 'given-secret-token' }
  )
  t.match(await failure(client.users.create(body)), {
    name: 'ApiError',
    status: 400,
    statusCode: 502,
    code: 'invalid_body',
    call: 'POST /users',
    message: `POST /users: ${message}`
  })
  t.match(await failure(client.users.get('u')), {
    status: 403,
    code: 'forbidden',
    call: 'GET /users/{id}',
    message: /^GET \/users\/\{id\}: .*read:users/
  })
  const error = await failure(client.users.get('u'))
  t.match(error, { status: 404, code: 'not_found', message: 'GET /users/{id} was answered with HTTP 404.' })
  t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /given-secret-token/)
})

t.test('the rate limit of results and of the client', async t => {
  const headers = (remaining: number): Record<string, string> => ({
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': '1800000001'
  })
  const { client } = await scripted(t, [
    { body: { id: '1' }, headers: headers(9) },
    { body: [], headers: headers(8) },
    { body: { id: '3' } },
    { body: 'null', headers: { 'content-type': 'application/json' } }
  ])
  t.equal(client.rateLimit, undefined)
  const first = await client.users.get('u')
  t.strictSame(rateLimitOf(first), { limit: 10, remaining: 9, resetAt: 1_800_000_001 })
  const second = await client.users.list()
  t.strictSame(
    [rateLimitOf(second), client.rateLimit],
    [
      { limit: 10, remaining: 8, resetAt: 1_800_000_001 },
      { limit: 10, remaining: 8, resetAt: 1_800_000_001 }
    ]
  )
  t.equal(rateLimitOf(await client.users.get('u')), undefined)
  t.equal(rateLimitOf({}), undefined)
  t.equal(await client.users.get('u'), null)
})

t.test('what goes along with each request', async t => {
  const { client, requests } = await scripted(t, ok, {
    customDomain: 'login.acme.test',
    telemetry: { name: 'my-app', version: '1.2.3' }
  })
  await client.users.create(body)
  await client.users.get('u')
  await client.users.create(body, { headers: { 'Auth0-Custom-Domain': 'other.acme.test' } })
  t.strictSame(
    requests.map(({ headers }) => headers['auth0-custom-domain']),
    ['login.acme.test', undefined, 'other.acme.test']
  )
  t.match(JSON.parse(Buffer.from(String(requests[0]!.headers['auth0-client']), 'base64').toString()), {
    name: 'my-app',
    version: '1.2.3'
  })
  t.match(requests[0]!.headers, { accept: 'application/json', authorization: 'Bearer given' })
})

t.test('tokens', async t => {
  const tokenOf = (name: string, expires_in?: number): Step => ({
    body: { access_token: name, token_type: 'Bearer', ...(expires_in !== undefined && { expires_in }) }
  })
  const unauthorized: Step = {
    status: 401,
    body: { statusCode: 401, error: 'Unauthorized', message: 'Expired token received for JSON Web Token validation' }
  }

  t.test('one request for all who wait, with the credentials and the audience', async t => {
    const { client, requests, tokenRequests } = await scripted(t, ok, { ...credentials, organization: 'org_1' })
    await Promise.all(Array.from({ length: 20 }, () => client.users.get('u')))
    t.equal(requests.length, 20)
    t.ok(requests.every(({ headers }) => headers.authorization === 'Bearer at'))
    t.equal(tokenRequests.length, 1)
    t.strictSame(Object.fromEntries(new URLSearchParams(tokenRequests[0]!.body)), {
      grant_type: 'client_credentials',
      audience: `http://${tokenRequests[0]!.headers.host}/api/v2/`,
      organization: 'org_1',
      client_id: 'm2m',
      client_secret: 'very secret'
    })
  })

  t.test('an audience of its own, and a private key instead of a secret', async t => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const alg of [undefined, 'PS256'] as const) {
      const signing = {
        clientId: 'm2m',
        clientAssertionSigningKey: privateKey,
        clientAssertionSigningKeyId: 'k1',
        ...(alg !== undefined && { clientAssertionSigningAlg: alg })
      }
      const { client, tokenRequests } = await scripted(t, ok, {
        ...signing,
        audience: 'https://acme.eu.auth0.com/api/v2/'
      })
      await client.users.get('u')
      const sent = new URLSearchParams(tokenRequests[0]!.body)
      t.equal(sent.get('audience'), 'https://acme.eu.auth0.com/api/v2/')
      t.match(JSON.parse(Buffer.from(sent.get('client_assertion')!.split('.')[0]!, 'base64url').toString()), {
        alg: alg ?? 'RS256',
        kid: 'k1'
      })
      t.notOk(sent.has('client_secret'))
    }
  })

  t.test('kept until shortly before the end, then renewed while the old one serves', async t => {
    let release: () => void = () => {}
    const slow: Step = () =>
      new Promise(resolve => {
        release = () => resolve({ body: { access_token: 'two', token_type: 'Bearer', expires_in: 1000 } })
      })
    let failed = false
    const failing: Step = (_, response) => {
      response.on('finish', () => {
        failed = true
      })
      return { status: 503, body: {} }
    }
    const { client, requests, tokenRequests, clock } = await scripted(t, ok, credentials, [
      tokenOf('one', 1000),
      slow,
      failing,
      tokenOf('three')
    ])
    await client.users.get('u')
    clock.now += 939
    await client.users.get('u')
    t.equal(tokenRequests.length, 1)
    clock.now += 2
    await Promise.all([client.users.get('u'), client.users.get('u')])
    await until(() => tokenRequests.length > 1)
    t.equal(tokenRequests.length, 2, 'one renewal, and nobody waited for it')
    t.ok(requests.every(({ headers }) => headers.authorization === 'Bearer one'))
    release()
    await until(async () => {
      await client.users.get('u')
      return requests.at(-1)!.headers.authorization !== 'Bearer one'
    })
    t.equal(requests.at(-1)!.headers.authorization, 'Bearer two')
    clock.now += 950
    await client.users.get('u')
    await until(() => failed)
    // the client reads what the server has sent
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    t.equal(
      requests.at(-1)!.headers.authorization,
      'Bearer two',
      'a renewal that fails while the old one is good is no failure'
    )
    clock.now += 46
    await client.users.get('u')
    t.equal(requests.at(-1)!.headers.authorization, 'Bearer three', 'in the last seconds it is waited for')
    clock.now += 1e7
    await client.users.get('u')
    t.equal(tokenRequests.length, 4, 'without a lifetime it is kept until it is refused')
  })

  t.test('a token that expires mid-way is renewed once', async t => {
    const { client, requests, tokenRequests } = await scripted(t, [unauthorized, ok], credentials, [
      tokenOf('one', 1000),
      tokenOf('two', 1000)
    ])
    t.match(await client.users.create(body), { id: 'x' })
    t.strictSame(
      requests.map(({ headers }) => headers.authorization),
      ['Bearer one', 'Bearer two']
    )
    t.equal(tokenRequests.length, 2)
  })

  t.test('a second refusal is final', async t => {
    const { client, requests, tokenRequests } = await scripted(t, unauthorized, credentials)
    t.match(await failure(client.users.get('u')), { status: 401, code: 'unauthorized', message: /Expired token/ })
    t.equal(requests.length, 2)
    t.equal(tokenRequests.length, 2)
  })

  t.test('many calls that are refused at once renew it once', async t => {
    const { client, tokenRequests } = await scripted(
      t,
      ({ headers }) => (headers.authorization === 'Bearer one' ? { status: 401, body: {} } : { body: { id: 'x' } }),
      credentials,
      [tokenOf('one'), tokenOf('two')]
    )
    await Promise.all(Array.from({ length: 10 }, () => client.users.get('u')))
    t.equal(tokenRequests.length, 2)
  })

  t.test('a token that was given is not renewed; a function is told of the refused one', async t => {
    const given = await scripted(t, unauthorized)
    t.match(await failure(given.client.users.get('u')), { status: 401 })
    t.equal(given.requests.length, 1)

    const asked: unknown[] = []
    const source = (next: string) => async (refused?: string): Promise<string> => {
      asked.push(refused)
      return refused === undefined ? 'one' : next
    }
    const fresh = await scripted(t, [unauthorized, ok], { token: source('two') })
    t.match(await fresh.client.users.get('u'), { id: 'x' })
    t.strictSame(asked, [undefined, 'one'])
    await fresh.client.users.get('u')
    t.strictSame(
      fresh.requests.map(({ headers }) => headers.authorization),
      ['Bearer one', 'Bearer two', 'Bearer one']
    )
    const same = await scripted(t, unauthorized, { token: source('one') })
    t.match(await failure(same.client.users.get('u')), { status: 401 })
    t.equal(same.requests.length, 1, 'the same token again is not tried')
  })

  t.test('a token endpoint that fails', async t => {
    const cases: [Step, object, passing?: boolean][] = [
      [
        { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } },
        {
          name: 'ApiError',
          code: 'access_denied',
          status: 401,
          message: 'The token request for the Management API was refused: Unauthorized'
        }
      ],
      [
        { status: 429, headers: { 'retry-after': '7' }, body: {} },
        { name: 'RateLimitError', retryAfter: 7, resetAt: -1 },
        true
      ],
      [
        { status: 429, headers: { 'retry-after': '70' }, body: {} },
        { name: 'RateLimitError', retryAfter: 70 }
      ],
      [{ status: 503, body: '<h1>down</h1>' }, { name: 'ApiError', status: 503, call: 'POST /oauth/token' }, true],
      [
        'reset',
        { name: 'NetworkError', code: 'network_error', message: /^The token request for the Management API failed: / },
        true
      ],
      [
        'stall',
        { name: 'TimeoutError', code: 'timeout', message: /^The token request for the Management API failed: / }
      ],
      [{ body: '<html>' }, { name: 'NetworkError', code: 'invalid_response' }]
    ]
    for (const [step, expected, passing] of cases) {
      const { client, requests, tokenRequests, waits } = await scripted(
        t,
        ok,
        { ...credentials, ...(step === 'stall' && { timeout: 2 }) },
        step
      )
      const error = await failure(client.users.get('u'))
      t.match(error, expected)
      t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /very secret/)
      t.equal(requests.length, 0)
      t.strictSame(
        [tokenRequests.length, waits.length],
        passing ? [4, 3] : [1, 0],
        `${inspect(step)}: repeated by the rules of calls`
      )
    }
    const { client } = await scripted(t, ok, { clientId: 'c', clientAssertionSigningKey: 'no key' })
    t.ok((await failure(client.users.get('u'))) instanceof ConfigurationError, 'our own mistake stays what it is')
    for (
      const fault of [
        { status: 500, body: {} },
        { status: 429, headers: { 'retry-after': '1' }, body: {} },
        'reset'
      ] as Step[]
    ) {
      const once = await scripted(t, ok, credentials, [fault, tokenOf('one')])
      t.match(await once.client.users.get('u'), { id: 'x' }, inspect(fault))
      const never = await scripted(t, ok, { ...credentials, retry: false }, [fault, tokenOf('one')])
      await failure(never.client.users.get('u'))
      t.equal(never.tokenRequests.length, 1, 'retry: false')
      t.match(await never.client.users.get('u'), { id: 'x' }, 'the next call asks again')
    }
  })
})

t.test('a call that is given up', async t => {
  const reason = new Error('gone')
  const controller = new AbortController()
  // What is under way is waited for at the end, as long as a call may take.
  const { client, waits } = await scripted(t, ok, { ...credentials, timeout: 1 }, () => new Promise(() => {}))
  const waiting = client.users.get('u', {}, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  t.match(
    await failure(waiting),
    { name: 'NetworkError', code: 'aborted', cause: reason },
    'while a token is waited for'
  )
  t.match(
    await failure(client.users.get('u', {}, { signal: controller.signal })),
    { code: 'aborted' },
    'before it began'
  )

  const running = new AbortController()
  const stalled = await scripted(t, 'stall')
  const call = stalled.client.users.get('u', {}, { signal: running.signal })
  setTimeout(() => running.abort(reason), 20)
  t.match(await failure(call), { code: 'aborted' }, 'while the answer is waited for')
  const between = new AbortController()
  const limited = await scripted(t, () => {
    between.abort()
    return { status: 429, body: {} }
  })
  t.match(
    await failure(limited.client.users.create(body, { signal: between.signal })),
    { code: 'aborted' },
    'while a retry is waited for'
  )
  t.equal(limited.requests.length, 1)
  t.strictSame(waits, [])
})

t.test('a throttle spaces calls out', async t => {
  const { client, waits, clock } = await scripted(t, ok, { throttle: { perSecond: 2, burst: 1 } })
  for (let i = 0; i < 3; i++) await client.users.get('u')
  t.strictSame(waits, [0.5, 0.5])
  clock.now += 10
  waits.length = 0
  await client.users.get('u')
  t.strictSame(waits, [], 'after a pause there is no wait')

  const bursting = await scripted(t, ok, { throttle: { perSecond: 2 } })
  for (let i = 0; i < 4; i++) await bursting.client.users.get('u')
  t.strictSame(bursting.waits, [0.5, 0.5], 'two at once, then one each half second')
})

t.test('with real waits', async t => {
  const { client, requests } = await scripted(t, [{ status: 429, headers: { 'retry-after': '0' }, body: {} }, ok], {
    retry: { retries: 1, sleep: undefined as never }
  })
  t.match(await client.users.get('u'), { id: 'x' })
  t.equal(requests.length, 2)
  const plain = new ManagementClient({
    domain: 'acme.eu.auth0.com',
    token: 't',
    customFetch: async () => Response.json({ id: 'x' }),
    throttle: { perSecond: 100, burst: 1 }
  })
  t.match(await Promise.all([plain.users.get('u'), plain.users.get('u')]), [{ id: 'x' }, { id: 'x' }])
})
