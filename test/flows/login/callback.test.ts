import t from 'tap'
import { ApiError } from '../../../lib/errors.js'
import { callbackParams, receiveCallback } from '../../../lib/flows/login/callback.js'

t.test('a callback and its transaction', async t => {
  const issuer = 'https://acme.test/'
  const login = { kind: 'login', state: 's', issuer, domain: 'acme.test', returnTo: '/x' }
  const receive = async (query: string, {
    transaction = login, mode = 'query', metadata = {},
    config = { domain: 'acme.test' },
    here = 'acme.test'
  }: {
    transaction?: object | undefined,
    mode?: 'query' | 'form_post',
    metadata?: object,
    config?: object,
    here?: string
  } = {}) => {
    const taken: unknown[] = []
    const context = {
      config,
      now: () => 5,
      transactions: { take: async (_jar: unknown, state: string) => state === 's' ? transaction : undefined },
      takenLogins: { add: (...args: unknown[]) => taken.push(args) },
      servers: { get: (asked: string) => ({ asked, metadata: async () => metadata }) }
    }
    const request = { server: async () => ({ domain: here }) }
    const got = await receiveCallback(context as never, request as never, new URLSearchParams(query), mode)
    return { ...got, taken }
  }
  t.match(await receive('state=s&code=c'),
    { receivedAt: 5, transaction: login, server: { asked: issuer }, taken: [['s', '/x']] })
  t.equal((await receive('state=s&code=c') as { refusal?: unknown }).refusal, undefined)
  const promises = { metadata: { authorization_response_iss_parameter_supported: true } }
  const connect = { transaction: { ...login, kind: 'connect' } }
  t.ok(await receive(`state=s&iss=${issuer}`, promises))
  t.ok(await receive('state=s', { ...promises, ...connect }))
  t.ok(await receive('state=s', { metadata: { authorization_response_iss_parameter_supported: 'yes' } }))
  t.ok(await receive(`state=s&code=${'x'.repeat(4096)}`))
  t.ok(await receive('state=s&error=x&error_description=%00%e9'))
  t.ok(await receive('state=s', { mode: 'form_post', transaction: { ...login, responseMode: 'form_post' } }))
  t.ok(await receive('state=s', { config: {}, here: 'acme.test' }))
  t.ok(await receive('state=s', { config: { domain: 'x' }, here: 'other.test' }), 'one domain: nothing to compare')
  for (const [query, expected, how] of [
    ['', { code: 'missing_required_argument_error', argument: 'state', message: /Please start the login first/ }],
    ['state=&code=c', { code: 'missing_transaction_error' }],
    ['code=c', { code: 'missing_transaction_error' }],
    ['error=x&error_description=shown', { code: 'x', statusCode: 400, message: /Please try again/ }],
    ['error=&code=c', { code: 'missing_transaction_error' }],
    ['state=s&state=s', { argument: 'state' }],
    [`state=${'s'.repeat(128)}`, { code: 'missing_transaction_error' }],
    [`state=${'s'.repeat(129)}`, { argument: 'state', message: /is not one this application has made/ }],
    ['state=other', { code: 'missing_transaction_error' }],
    ...['code', 'iss', 'error', 'error_description', 'connect_code'].map(name =>
      [`state=s&${name}=a&${name}=a`, { argument: name, message: /more than once/ }] as const),
    ...['code', 'iss', 'error', 'connect_code'].flatMap(name => [`${name}=%00`, `${name}=%7f`, `${name}=%e9`,
      `${name}=${'x'.repeat(4097)}`].map(bad => [`state=s&${bad}`, {
      argument: name,
      message: /longer than 4096/
    }] as const)),
    ...['id_token', 'access_token', 'token_type', 'response'].map(name =>
      [`state=s&${name}=x`, { argument: name, message: /which was not asked for/ }] as const),
    ['state=s', { argument: 'response_mode' }, { mode: 'form_post' }],
    ['state=s', { argument: 'response_mode' }, { transaction: { ...login, responseMode: 'form_post' } }],
    ['state=s', { code: 'issuer_validation_error', message: /does not name its issuer/ }, promises],
    ['state=s&iss=https://evil.test/', { code: 'issuer_validation_error', message: /from another issuer/ }],
    ['state=s&iss=https://evil.test/', { code: 'issuer_validation_error', message: /another issuer/ }, connect],
    ['state=s', { argument: 'domain', message: /begun at another address/ }, { config: {}, here: 'other.test' }]
  ] as [string, object, object?][]) {
    await t.rejects(receive(query, how), expected as never, query.slice(0, 40))
  }
  for (const [error, statusCode, code = error] of [
    ['access_denied', 403], ['unauthorized', 403], ['login_required', 401], ['interaction_required', 401],
    ['consent_required', 401], ['account_selection_required', 401], ['server_error', 502],
    ['temporarily_unavailable', 503], ['other', 400], ['ada@example.test', 400, 'unknown_error'],
    ['x'.repeat(65), 400, 'x'.repeat(64)]
  ] as const) {
    const { refusal } = await receive(`state=s&error=${error}&error_description=why%0A${'y'.repeat(300)}`)
    t.type(refusal, ApiError)
    t.match(refusal, { code, statusCode, status: 0, message: `why ${'y'.repeat(252)}`, description: /^why y/ })
  }
  t.match((await receive('state=s&error=x')).refusal, { message: /Please try again/, description: '' })
  t.equal(callbackParams('/cb?a=b').get('a'), 'b')
  t.throws(() => callbackParams('http://['), { argument: 'url', message: /is not a URL/ })
})
