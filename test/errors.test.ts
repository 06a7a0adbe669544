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
    [new errors.ApiError({ code: 'x', message: 'm' }), 'x', 502]
  ]
  for (const [error, code, statusCode] of made) {
    t.strictSame([error.code, error.statusCode, error.name], [code, statusCode, error.constructor.name])
  }
  t.equal(new errors.NetworkError('m', cause).cause, cause)
  const { body, headers, status } = new errors.ApiError({ code: 'x', message: 'm', body: 1, headers: { a: 'b' } })
  t.strictSame([body, headers.a, status, Object.keys(headers)], [1, 'b', 0, []])
})
