import t from 'tap'
import { inspect } from 'node:util'
import { ApiError, MfaRequiredError, MyAccountApiError, PollingApiError, RateLimitError } from '../../lib/errors.js'
import { toApiError } from '../../lib/http/api-error.js'
import { redactText, redactValue } from '../../lib/http/redact.js'

const now = 1_800_000_000

function errorOf (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  secrets: string[] = [],
  api?: 'management' | 'my-account'
): ApiError {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json; charset=utf-8'
  return toApiError(
    { status, headers: { 'content-type': type, ...headers }, body: text },
    { what: 'The call', now, secrets, call: 'GET /x/{id}', ...(api !== undefined && { api }) }
  )
}

t.test('every form of error body', async t => {
  const forms: [string, number, unknown, Partial<ApiError>][] = [
    ['OAuth', 401, { error: 'invalid_client', error_description: 'Unauthorized' }, {
      code: 'invalid_client',
      message: 'Unauthorized',
      description: 'Unauthorized',
      statusCode: 502
    }],
    ['OAuth with a status', 403, { error: 'access_denied', error_description: 'No', statusCode: 403 }, {
      code: 'access_denied',
      message: 'No',
      statusCode: 403
    }],
    ['validation', 400, {
      error: 'invalid_request',
      error_description: 'Bad',
      validation_errors: [{ field: 'email', message: 'no' }]
    }, { code: 'invalid_request', body: { validation_errors: [{ field: 'email', message: 'no' }] } }],
    ['database connection', 400, {
      name: 'BadRequestError',
      code: 'invalid_signup',
      description: 'Invalid sign up',
      statusCode: 400
    }, { code: 'invalid_signup', message: 'Invalid sign up', statusCode: 400 }],
    ['password strength', 400, {
      name: 'PasswordStrengthError',
      code: 'invalid_password',
      message: 'Password is too weak',
      description: { rules: [{ message: 'length', verified: false }], verified: false },
      policy: '* 8 characters',
      statusCode: 400
    }, {
      code: 'invalid_password',
      message: 'Password is too weak',
      description: { rules: [{ message: 'length', verified: false }], verified: false }
    }],
    ['Management', 404, {
      statusCode: 404,
      error: 'Not Found',
      message: 'The user does not exist.',
      errorCode: 'inexistent_user'
    }, { code: 'inexistent_user', message: 'The user does not exist.' }],
    ['Management without a code', 400, { statusCode: 400, error: 'Bad Request', message: 'Payload validation error' }, {
      code: 'bad_request',
      message: 'Payload validation error'
    }],
    ['errorMessage', 500, { errorMessage: 'broken' }, { code: 'internal_server_error', message: 'broken' }],
    ['error only', 400, { error: 'bad.connection' }, { code: 'bad.connection', message: 'bad.connection' }],
    ['a sentence for an error', 403, { error: 'Origin https://a.test is not allowed.' }, {
      code: 'forbidden',
      message: 'Origin https://a.test is not allowed.'
    }],
    ['plain text', 403, 'Origin https://a.test is not allowed.', {
      code: 'forbidden',
      message: 'Origin https://a.test is not allowed.'
    }],
    ['JSON sent as text', 400, '{"error":"invalid_request"}', { code: 'invalid_request', message: 'invalid_request' }],
    ['a JSON list', 500, [], { code: 'internal_server_error', message: 'The call was answered with HTTP 500.' }],
    ['a page sent as text', 502, '<html>s3cret</html>', {
      code: 'bad_gateway',
      message: 'The call was answered with HTTP 502.'
    }],
    ['empty', 503, '', { code: 'service_unavailable', message: 'The call was answered with HTTP 503.' }],
    ['a status nobody knows', 599, '', { code: 'unexpected_response' }],
    ['members that are not texts', 400, { error: 7, error_description: null, message: '' }, {
      code: 'bad_request',
      message: 'The call was answered with HTTP 400.'
    }]
  ]
  for (const [name, status, body, expected] of forms) {
    const error = errorOf(status, body)
    t.ok(error instanceof ApiError, name)
    t.match(error, { ...expected, status, name: /^ApiError$/ }, name)
  }
})

t.test('TOK-01: a page is neither shown nor kept', async t => {
  const error = toApiError({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>token=s3cret</h1>' }, {
    what: 'The token endpoint',
    now
  })
  t.match(error, { code: 'bad_gateway', message: 'The token endpoint was answered with HTTP 502.', statusCode: 502 })
  t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /s3cret/)
  t.equal(toApiError({ status: 400, headers: {}, body: 'x' }, { what: 'X', now }).message,
    'X was answered with HTTP 400.')
})

t.test('what the visitor caused is answered with 4xx, all else with 502', async t => {
  const statuses: Record<string, number> = {
    user_exists: 400,
    invalid_grant: 400,
    invalid_user_password: 401,
    access_denied: 403,
    blocked_user: 403,
    invalid_client: 502,
    unauthorized_client: 502,
    toString: 502
  }
  for (const [code, statusCode] of Object.entries(statuses)) {
    t.equal(errorOf(403, { error: code }).statusCode, statusCode, code)
  }
})

t.test('RateLimitError: when it resets, how long to wait', async t => {
  const error = errorOf(429, { error: 'too_many_requests', error_description: 'Global limit has been reached' }, {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(now + 5),
    'retry-after': '6'
  }) as RateLimitError
  t.ok(error instanceof RateLimitError)
  t.match(error, { code: 'too_many_requests', status: 429, statusCode: 503, resetAt: now + 5, retryAfter: 6 })
  const bare = errorOf(429, '') as RateLimitError
  t.match(bare, { code: 'too_many_requests', resetAt: -1, retryAfter: undefined }, 'the headers are unset')
  t.match(errorOf(429, '', { 'auth0-client-quota-limit': 'b=per_hour;q=100;r=0;t=1800' }), {
    resetAt: -1,
    retryAfter: 1800
  }, 'a quota is used up')
  t.match(errorOf(429, { error: 'too_many_attempts' }), { name: 'RateLimitError', statusCode: 429 },
    "brute force is the visitor's doing")
  t.match(toApiError({ status: 429, headers: { 'content-type': 'text/html' }, body: '<p>' }, { what: 'X', now }), {
    name: 'RateLimitError'
  }, 'a page')
})

t.test('MfaRequiredError carries the token beside itself, and what may be used', async t => {
  const error = errorOf(403, {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: 'Fe26.mfa-token',
    mfa_requirements: { challenge: [{ type: 'otp' }, { type: 7 }, null], enroll: 'x' }
  }) as MfaRequiredError
  t.ok(error instanceof MfaRequiredError)
  t.match(error, { code: 'mfa_required', statusCode: 403, mfaToken: 'Fe26.mfa-token' })
  t.strictSame(error.requirements, { challenge: [{ type: 'otp' }] })
  t.strictSame(error.body, {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: '[redacted]',
    mfa_requirements: { challenge: [{ type: 'otp' }, { type: 7 }, null], enroll: 'x' }
  })
  t.notMatch(JSON.stringify(error) + inspect(error), /Fe26/)
  t.strictSame(
    (errorOf(401, {
      error: 'mfa_required',
      mfa_token: 'x',
      mfa_requirements: { enroll: [{ type: 'otp' }] }
    }) as MfaRequiredError).requirements,
    { enroll: [{ type: 'otp' }] }
  )
  t.strictSame((errorOf(401, { error: 'mfa_required', mfa_token: 'x' }) as MfaRequiredError).requirements, {})
  t.match(errorOf(403, { error: 'mfa_required' }), { name: /^ApiError$/ }, 'without a token nothing can be done')
})

t.test('PollingApiError', async t => {
  t.match(errorOf(400, { error: 'authorization_pending' }), { name: 'PollingApiError', interval: 5, statusCode: 400 })
  const slow = errorOf(403, { error: 'slow_down' }, { 'retry-after': '12' })
  t.ok(slow instanceof PollingApiError)
  t.match(slow, { code: 'slow_down', interval: 12 })
})

t.test('MyAccountApiError', async t => {
  const error = errorOf(400, {
    type: 'https://auth0.com/api-errors#A0E-400-0003',
    title: 'Invalid Request',
    detail: 'The payload is invalid',
    status: 400,
    validation_errors: [{ detail: 'must be text', field: 'connection', pointer: '/connection' }]
  }, { 'content-type': 'application/problem+json' }, [], 'my-account') as MyAccountApiError
  t.ok(error instanceof MyAccountApiError)
  t.match(error, {
    code: 'my_account_api_error',
    status: 400,
    message: 'The payload is invalid (connection: must be text)',
    call: 'GET /x/{id}',
    title: 'Invalid Request',
    type: 'https://auth0.com/api-errors#A0E-400-0003',
    detail: 'The payload is invalid',
    validationErrors: [{ detail: 'must be text', field: 'connection', pointer: '/connection' }]
  })
  t.match(errorOf(404, { title: 'Not Found', type: 'about:blank' }, {}, [], 'my-account'), {
    name: 'MyAccountApiError',
    detail: '',
    validationErrors: [],
    message: 'Not Found'
  })
  t.match(errorOf(404, { title: 'Not Found', detail: 'Gone' }, {}, [], 'my-account'), {
    name: 'MyAccountApiError',
    type: '',
    message: 'Gone'
  })
  t.match(errorOf(404, { title: 'Not Found' }, {}, [], 'my-account'), { name: /^ApiError$/, message: 'Not Found' })
})

t.test('a problem of another API is an ApiError', async t => {
  const problem = {
    type: 'https://auth0.com/api-errors#x',
    title: 'Bad',
    detail: 'The payload is invalid',
    status: 400
  }
  for (const api of [undefined, 'management'] as const) {
    const error = errorOf(400, problem, { 'content-type': 'application/problem+json' }, [], api)
    t.notOk(error instanceof MyAccountApiError)
    t.match(error, { name: 'ApiError', code: 'bad_request', status: 400, message: /The payload is invalid$/ })
  }
})

t.test('the call is named, and the fields that were refused', async t => {
  const limited = {
    statusCode: 429,
    error: 'Too Many Requests',
    message: 'Global limit has been ' +
      'reached',
    errorCode: 'too_many_requests'
  }
  t.match(errorOf(429, limited, {}, [], 'management'), {
    call: 'GET /x/{id}',
    message: 'The call: Global limit ' +
      'has been reached'
  })
  t.match(errorOf(429, limited), { call: 'GET /x/{id}', message: /^Global limit/ }, "elsewhere the message is Auth0's")
  t.equal(errorOf(500, '', {}, [], 'management').message, 'The call was answered with HTTP 500.')
  const problems = (list: unknown): string =>
    errorOf(400, { error: 'invalid_request', error_description: 'Bad', validation_errors: list }, {}, ['s3cret'])
      .message
  t.equal(
    problems([{ field: 'email', message: 'no s3cret' }, { pointer: '/a/b', detail: 'too long' }, { field: 'c' }]),
    'Bad (email: no [redacted]; /a/b: too long; c)'
  )
  t.equal(problems([{ nothing: 1 }, null, 'x']), 'Bad')
  t.equal(problems('email'), 'Bad')
  t.match(problems(Array.from({ length: 11 }, (_, i) => ({ field: `f${i}` }))), /f9; …\)$/)
})

t.test('nothing secret is left: tokens, what was sent, cookies', async t => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
  const error = errorOf(400, {
    error: 'invalid_request',
    error_description: `Code c0de-123 of ${jwt} is used`,
    access_token: 'at-1',
    refresh_token: 'rt-1',
    id_token: 'it-1',
    client_secret: 'cs-1',
    nested: { list: [`x ${jwt}`, { password: 'pw-1' }, 5, null, true] }
  }, { 'set-cookie': 'ck-1', authorization: 'au-1', location: 'https://a.test/?code=lo-1', 'x-request-id': 'r1' }, [
    'c0de-123',
    'no'
  ])
  t.equal(error.message, 'Code [redacted] of [redacted] is used')
  t.strictSame((error.body as { nested: unknown }).nested, {
    list: ['x [redacted]', { password: '[redacted]' }, 5, null, true]
  })
  t.strictSame(Object.getOwnPropertyNames(error.headers).map(name => [name, error.headers[name]]), [['content-type',
    'application/json; charset=utf-8'], ['x-request-id', 'r1']])
  t.strictSame(Object.keys(error.headers), [], 'Fastify would copy them into its own answer')
  t.notMatch(inspect(error, { showHidden: true, depth: 9 }), /eyJ|c0de-123|at-1|rt-1|it-1|cs-1|pw-1|ck-1|au-1|lo-1/)
  t.notMatch(JSON.stringify(error), /headers|body/)
})

t.test('a text of any length and a body of any depth are cut', async t => {
  t.equal(errorOf(400, { error: 'x', error_description: 'y'.repeat(10_000) }).message.length, 500)
  const deep = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) as unknown
  t.ok(JSON.stringify(redactValue({ deep }, [])).length < 200)
  t.equal(redactValue(undefined, []), undefined)
})

t.test('a value that was sent is hidden as it is and as a form spells it', t => {
  const secret = 'pass word&more|'
  t.equal(redactText(`a=${secret} b=pass+word%26more%7C c=pass`, [secret]), 'a=[redacted] b=[redacted] c=pass')
  t.end()
})

t.test('no member of an error repeats what was sent, as it is or as a form spells it', async t => {
  const secrets = ['the-code-0123456789', 'refresh|token & more', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig']
  const spellings = secrets.flatMap(secret => [secret, new URLSearchParams([['', secret]]).toString().slice(1)])
  const bodies: ((text: string) => unknown)[] = [
    text => ({ error: text }),
    text => ({ error: `bad_${text}`, error_description: 'No' }),
    text => ({ errorCode: text, message: 'No' }),
    text => ({ code: text, description: { rules: [text] } }),
    text => ({ error: 'invalid_grant', [text]: 'a name', list: [{ [text]: text }] }),
    text => ({ error: 'mfa_required', mfa_token: 'm', mfa_requirements: { challenge: [{ type: text }] } }),
    text => ({ title: text, type: text, detail: text, validation_errors: [{ field: text }] }),
    text => ({ error: 'invalid_grant', error_description: `${'x'.repeat(8190 - text.length / 2)}${text}` }),
    text => ({ error: 'invalid_grant', error_description: `${'a.b '.repeat(3000)}${text}` }),
    text => ({ error: 'invalid_grant', error_description: `${`${secrets[2]} `.repeat(400)}${text}` }),
    text => text
  ]
  for (const text of spellings) {
    for (const status of [401, 429]) {
      for (const body of bodies) {
        const headers = { 'www-authenticate': `Bearer error="${text}"`, 'x-a': text }
        const error = errorOf(status, body(text), headers, secrets)
        const shown = inspect({
          ...error,
          message: error.message,
          code: error.code,
          body: error.body,
          stack: error.stack,
          headers: error.headers
        }, { depth: 9, maxStringLength: null })
        for (const [index, spelling] of spellings.entries()) {
          t.notOk(shown.includes(spelling), `${index} in ${status} ${inspect(body('…'))}`)
          t.notOk(shown.includes(spelling.slice(0, 12)), `the beginning of ${index}`)
        }
      }
    }
  }
})

t.test('tokens are taken out wherever they stand in a text', async t => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig'
  const places = [[''], ['a_'], ['Bearer '], ['-', '-'], ['x-'], ['token=', '&a=1'], ['"', '"'], ['a.', '.b'], ['\n',
    '\n'], [`${token},`], ['é', 'é'], ['eyJ-']]
  for (const [before = '', after = ''] of places) {
    t.notOk(redactText(`${before}${token}${after}`, []).includes('eyJhbG'), before)
  }
  for (const text of ['Hey Joe.', 'monkeyJungle.example.com', 'eyJ', 'a.b.c', 'keyJ.x']) {
    t.equal(redactText(text, []), text, 'what is no token stays')
  }
  t.ok(redactText('x'.repeat(100_000), []).length <= 8193)
})

t.test('errors of answers, at the edges', async t => {
  const given = (status: number, body: unknown, more: object = {}, headers: Record<string, string> = {}) =>
    toApiError({ status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) },
      { what: 'The call', now, ...more })
  for (const [error, code] of [
    ['x'.repeat(100), 'x'.repeat(100)], ['x'.repeat(101), 'x'.repeat(101)], ['a.b:c-d_1', 'a.b:c-d_1'],
    ['Not Found', 'not_found'], ['One two three four', 'one_two_three_four'], ['One two three four five',
      'bad_request'],
    ['Bad', 'bad'], ['a b', 'a_b'], ['é', 'bad_request']
  ] as const) t.equal(given(400, { error }).code, code.length > 100 ? 'x'.repeat(101) : code, error.slice(0, 30))
  t.equal(given(400, { errorCode: 'a', error: 'b', code: 'c' }).code, 'a')
  t.equal(given(400, { error: 'b', code: 'c' }).code, 'b')
  const texts = {
    error_description: '1',
    message: '2',
    description: '3',
    detail: '4',
    errorMessage: '5',
    title: '6',
    error: '7'
  }
  const names = Object.keys(texts)
  names.forEach((_, i) => {
    const left = Object.fromEntries(Object.entries(texts).slice(i))
    t.equal(given(400, left).message, String(i + 1))
  })
  t.strictSame(['error_description', 'description', 'detail'].map(name => given(400, { [name]: 'x' }).description),
    ['x', 'x', 'x'])
  t.equal(given(400, { error_description: 'a', description: 'b', detail: 'c' }).description, 'a')
  t.equal(given(400, { description: 'b', detail: 'c' }).description, 'b')
  t.equal(given(400, { error: 'x' }, { advice: 'Do it.' }).message, 'x Do it.')
  t.equal(given(400, { message: 'x'.repeat(501) }, { advice: 'Do it.' }).message, `${'x'.repeat(500)} Do it.`)
  t.equal(given(400, { message: 'x'.repeat(500) }).message, 'x'.repeat(500))
  const fields = (count: number) => given(400, {
    message: 'm', validation_errors: Array.from({ length: count }, (_, i) => ({ field: `f${i}` }))
  }).message
  t.equal(fields(10), 'm (f0; f1; f2; f3; f4; f5; f6; f7; f8; f9)')
  t.equal(fields(11), 'm (f0; f1; f2; f3; f4; f5; f6; f7; f8; f9; …)')
  t.equal(given(400, { message: 'm', validation_errors: [{ field: 'a', pointer: 'b', detail: 'c', message: 'd' }] })
    .message, 'm (a: c)')
  t.match(given(429, {}, {}, { 'retry-after': '5', 'auth0-ratelimit': 'q=1;r=0;t=9' }), { retryAfter: 5 })
  t.match(given(400, { title: 'x', type: 'y' }, { api: 'my-account' }), { code: 'my_account_api_error' })
  t.match(given(400, { title: 'x', type: 'y', errorCode: 'z' }, { api: 'my-account' }),
    { name: 'MyAccountApiError', code: 'z', validationErrors: [], detail: '' })
  t.match(given(400, { type: 'y', detail: 'z' }, { api: 'my-account' }), { name: /^ApiError$/ })
  for (const [type, body, message] of [
    ['text/html', '{"message":"x"}', 'The call was answered with HTTP 400.'],
    ['application/xhtml+xml', 'x', 'The call was answered with HTTP 400.'],
    ['text/plain', ' a text ', 'a text'], ['text/plain', ' ', 'The call was answered with HTTP 400.'],
    ['text/plain', '"x"', 'The call was answered with HTTP 400.'], ['application/json', 'x', 'The call was answered'],
    ['text/plain', ' <p>', 'The call was answered with HTTP 400.']
  ] as const) {
    const error = toApiError({ status: 400, headers: { 'content-type': type }, body }, { what: 'The call', now })
    t.match(error.message, message, `${type} ${body}`)
  }
})
