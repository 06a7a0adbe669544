import { readFileSync } from 'node:fs'
import { minifySync, transformSync } from 'rolldown/utils'
import t from 'tap'
import * as errors from '../lib/errors.js'
import { Auth0Error } from '../lib/errors.js'

t.test('an error of this package is an Error, and has a cause only if it got one', async t => {
  t.type(new Auth0Error('x', { code: 'c', statusCode: 500 }), Error)
  const error = new Auth0Error('m', { code: 'c', statusCode: 500 })
  t.notOk('cause' in error)
})

t.test('the code and the status of each error', async t => {
  const cause = new Error('cause')
  const made: [error: Auth0Error, code: string, statusCode: number][] = [
    [new errors.MissingTransactionError(), 'missing_transaction_error', 400],
    [new errors.MissingRequiredArgumentError('a'), 'missing_required_argument_error', 400],
    [new errors.InvalidArgumentError('a', 'm'), 'invalid_argument', 400],
    [new errors.ConfigurationError('a', 'm'), 'configuration_error', 500],
    [new errors.LoginRequiredError(), 'login_required', 401],
    [new errors.ForbiddenError('x', 'm'), 'x', 403],
    [new errors.AccessTokenError('missing_session', 'm'), 'missing_session', 401],
    [new errors.AccessTokenError('session_not_writable' as never, 'm'), 'session_not_writable', 500],
    [new errors.AccessTokenForConnectionError('missing_session', 'm'), 'missing_session', 401],
    [new errors.AccessTokenForConnectionError('session_not_writable' as never, 'm'), 'session_not_writable', 500],
    [new errors.SessionExpiredError(), 'session_expired', 401],
    [new errors.SessionStoreError('m'), 'session_store_error', 503],
    [new errors.SessionNotWritableError(), 'session_not_writable', 500],
    [new errors.SessionTooLargeError('m', []), 'session_too_large', 500],
    [new errors.SessionNotKeptError('strict', undefined), 'session_not_kept', 400],
    [new errors.TokenValidationError('expired', 'm'), 'token_validation_error', 401],
    [new errors.OrganizationTokenValidationError('org_id', 'm'), 'organization_token_validation_error', 401],
    [new errors.IssuerValidationError('m'), 'issuer_validation_error', 401],
    [new errors.BackchannelLogoutError('m', cause), 'backchannel_logout_error', 400],
    [new errors.StartLinkUserError('m', cause), 'start_link_user_error', 400],
    [new errors.CustomTokenExchangeError('invalid_token_format', 'm'), 'invalid_token_format', 400],
    [new errors.CustomTokenExchangeError('invalid_token_format', 'm', cause), 'invalid_token_format', 502],
    [new errors.CustomTokenExchangeError('invalid_response' as never, 'm'), 'invalid_response', 502],
    [new errors.NetworkError('m'), 'network_error', 502],
    [new errors.TimeoutError('m'), 'timeout', 504],
    [new errors.PaginationLimitError('m'), 'pagination_limit', 500],
    [new errors.StepUpRequiredError('m', {}), 'insufficient_user_authentication', 401],
    [new errors.ApiError({ code: 'x', message: 'm' }), 'x', 502],
    [new errors.ApiError({ code: 'x', message: 'm', statusCode: 400 }), 'x', 400],
    [new errors.PollingApiError({ code: 'x', message: 'm', interval: 5 }), 'x', 502],
    [new errors.RateLimitError({ code: 'x', message: 'm', resetAt: 1 }), 'x', 503],
    [new errors.RateLimitError({ code: 'x', message: 'm', resetAt: 1, statusCode: 429 }), 'x', 429],
    [new errors.MfaRequiredError({ code: 'x', message: 'm', mfaToken: 't', requirements: {} }), 'x', 403],
    [new errors.MfaRequiredError({ code: 'x', message: 'm', mfaToken: 't', requirements: {}, statusCode: 401 }), 'x',
      401]
  ]
  for (const [error, code, statusCode] of made) {
    t.strictSame([error.code, error.statusCode, error.name], [code, statusCode, error.constructor.name])
  }
  t.equal(new errors.NetworkError('m', cause).cause, cause)
  const { body, headers, status } = new errors.ApiError({ code: 'x', message: 'm', body: 1, headers: { a: 'b' } })
  t.strictSame([body, headers.a, status, Object.keys(headers)], [1, 'b', 0, []])
})

t.test('what each error tells besides its code', async t => {
  const details = { code: 'x', message: 'm' }
  t.match(new errors.PollingApiError({ ...details, interval: 7 }), { interval: 7 })
  t.match(new errors.RateLimitError({ ...details, resetAt: 1, retryAfter: 2 }), { resetAt: 1, retryAfter: 2 })
  t.match(new errors.MyAccountApiError({ ...details, title: 'a', type: 'b', detail: 'c', validationErrors: [{}] }),
    { title: 'a', type: 'b', detail: 'c', validationErrors: [{}] })
  t.match(new errors.MissingRequiredArgumentError('a'), { argument: 'a', message: 'The argument "a" is required.' })
  t.match(new errors.InvalidArgumentError('a', 'm'), { argument: 'a' })
  t.match(new errors.ConfigurationError('a', 'm'), { option: 'a' })
  t.match(new errors.StepUpRequiredError('m', { maxAge: 5, acrValues: 'b' }), { maxAge: 5, acrValues: 'b' })
  t.match(new errors.SessionTooLargeError('m', [{ part: 'a', bytes: 1 }]), { sizes: [{ part: 'a', bytes: 1 }] })
  t.match(new errors.TokenValidationError('expired', 'm', { claim: 'exp' }), { reason: 'expired', claim: 'exp' })
  t.match(new errors.OrganizationTokenValidationError('org_name', 'm'), { reason: 'organization', claim: 'org_name' })
  t.match(new errors.IssuerValidationError('m'), { reason: 'issuer', claim: 'iss' })
  for (const reason of ['strict', 'path', 'domain', 'ended', 'unknown'] as const) {
    const error = new errors.SessionNotKeptError(reason, '/a')
    t.strictSame([error.reason, error.returnTo], [reason, '/a'])
    t.match(error.message, /^You have just logged in, but your session is not there: \w.* For the developer: .*\.$/)
  }
})

t.test('Fastify finds no header of Auth0, and nobody finds a token, in the members of an error', async t => {
  const error = new errors.MfaRequiredError({
    code: 'x',
    message: 'm',
    mfaToken: 't',
    requirements: {},
    body: 1,
    headers: { a: 'b' }
  })
  t.strictSame([error.mfaToken, error.body, error.headers.a], ['t', 1, 'b'])
  t.strictSame(Object.keys(error).filter(name => ['mfaToken', 'body', 'headers'].includes(name)), [])
  t.strictSame(Object.keys(error.headers), [])
  const { headers } = new errors.ApiError({ code: 'y', message: 'm', headers: error.headers })
  t.strictSame([headers.a, Object.keys(headers)], ['b', []], 'an error takes over those of another one')
  for (const [store, retryAfter] of [
    [new errors.SessionStoreError('m'), 5], [new errors.SessionStoreError('m', undefined, 9), 9]
  ] as const) {
    t.equal(store.retryAfter, retryAfter)
    t.strictSame(store.headers, { 'retry-after': String(retryAfter), 'cache-control': 'no-store' })
    t.notOk(Object.keys(store).includes('headers'))
  }
})

t.test('the names of errors stay what they are when the classes are renamed', async t => {
  const source = transformSync('errors.ts', readFileSync(new URL('../lib/errors.ts', import.meta.url), 'utf8')).code
  // as bundlers have it: what the application does not export may be renamed
  const joined = `${source.replaceAll('export class', 'class')}\nexport { ${Object.keys(errors).join(', ')} }`
  const { code } = minifySync('errors.js', joined, { module: true, mangle: { toplevel: true } })
  t.notMatch(code, /class ApiError\b/, 'control: the classes are renamed')
  const minified = await import(`data:text/javascript,${encodeURIComponent(code)}`) as typeof errors
  t.strictSame(Object.keys(minified), Object.keys(errors))
  for (const [name, type] of Object.entries(minified)) t.equal(type.name, name)
  t.equal(new minified.LoginRequiredError().name, 'LoginRequiredError')
})
