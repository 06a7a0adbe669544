import t from 'tap'
import {
  ApiError, Auth0Error, OrganizationTokenValidationError, RateLimitError, SessionStoreError, TokenValidationError
} from '../../../lib/errors.js'
import { publicError, sayWhenToComeBack } from '../../../lib/plugin/routes/answer-error.js'

t.test('what an error says to the outside', async t => {
  const upstream = 'The identity provider could not be reached or could not help. Please try again.'
  const broken = 'Something went wrong in this application.'
  const own = (statusCode: number) => new Auth0Error('own words', { code: 'c', statusCode })
  const api = (statusCode: number, status: number) => new ApiError({
    code: 'c',
    message: 'own words',
    statusCode,
    status
  })
  const thrown = (statusCode: number, code?: string) => Object.assign(new Error('internal'), { statusCode, code })
  for (const [error, statusCode, code, message] of [
    [new OrganizationTokenValidationError('org_id', 'x'), 403, 'organization_token_validation_error',
      'The login was for another organization than the one that was asked for.'],
    [new TokenValidationError('expired', 'x'), 502, 'token_validation_error',
      'The identity provider answered with a token that cannot be trusted.'],
    [new SessionStoreError('x'), 503, 'session_store_error',
      'The sessions of this application cannot be reached at the moment. Please try again.'],
    [own(499), 499, 'c', 'own words'], [own(500), 500, 'c', broken], [own(502), 502, 'c', upstream],
    [own(503), 503, 'c', upstream], [own(504), 504, 'c',
      'The identity provider did not answer in time. Please try again.'],
    [api(502, 0), 502, 'c', 'own words'], [api(502, 500), 502, 'c', upstream], [api(403, 403), 403, 'c', 'own words'],
    [new Error('internal'), 500, 'internal_error', broken], [undefined, 500, 'internal_error', broken],
    [thrown(399), 500, 'internal_error', broken], [thrown(400, 'FST_X'), 400, 'fst_x', 'Bad Request'],
    [thrown(404), 404, 'bad_request', 'Not Found'], [thrown(499), 499, 'bad_request', 'The request cannot be used.'],
    [thrown(500), 500, 'internal_error', broken], [thrown(600), 500, 'internal_error', broken],
    [thrown(503), 503, 'service_unavailable', 'The application cannot answer at the moment. Please try again.'],
    [thrown(599), 599, 'unexpected_response', 'The application cannot answer at the moment. Please try again.']
  ] as const) t.strictSame(publicError(error), { statusCode, code, message }, `${statusCode} ${code}`)
  const wait = (error: unknown) => {
    let said: unknown
    sayWhenToComeBack(error, { header: (...all: unknown[]) => { said = all } } as never)
    return said
  }
  const limited = (retryAfter: number | undefined) =>
    new RateLimitError({ code: 'c', message: 'm', resetAt: -1, retryAfter } as never)
  t.strictSame(wait(limited(undefined)), ['retry-after', '5'])
  t.strictSame(wait(limited(1.2)), ['retry-after', '2'])
  t.equal(wait(new SessionStoreError('x')) === undefined, new SessionStoreError('x').retryAfter === undefined)
  t.equal(wait(new Error('x')), undefined)
})
