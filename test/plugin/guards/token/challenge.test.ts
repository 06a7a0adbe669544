import t from 'tap'
import { demandedAuthentication } from '../../../../lib/flows/api/step-up-challenge.js'
import {
  ApiError, ForbiddenError, NetworkError, OrganizationTokenValidationError, StepUpRequiredError, TimeoutError,
  TokenValidationError
} from '../../../../lib/errors.js'
import {
  challenges, insufficientAuthentication, MALFORMED, NO_CREDENTIALS, offered, refusalOf, withoutOfflineAccess,
  WRONG_SCHEME, type ChallengeFacts, type Refusal
} from '../../../../lib/plugin/guards/token/challenge.js'

const given = (value: unknown) => value as never

t.test('what the errors of a check mean for the caller', async t => {
  const cases: [error: unknown, refusal: object | undefined][] = [
    [new NetworkError('down'), { statusCode: 503, code: 'network_error', error: undefined }],
    [new TimeoutError('late'), { statusCode: 503, code: 'timeout', error: undefined }],
    [new ApiError({ code: 'x', message: 'm', status: 500 }), { statusCode: 503, code: 'x', error: undefined }],
    [new ForbiddenError('insufficient_actor', 'who acts'),
      { statusCode: 403, error: 'insufficient_actor', code: 'insufficient_actor', message: 'who acts' }],
    [new ForbiddenError('insufficient_permissions', 'more'),
      { statusCode: 403, error: 'insufficient_scope', code: 'insufficient_scope', message: 'more' }],
    [new OrganizationTokenValidationError('org_id', 'another'),
      { statusCode: 403, error: 'insufficient_scope', code: 'wrong_organization', message: 'another' }],
    [new TokenValidationError('expired', 'old'),
      { statusCode: 401, error: 'invalid_token', code: 'invalid_token', message: 'old' }],
    ...(['invalid_dpop_proof', 'use_dpop_nonce'] as const).map((code): [unknown, object] =>
      [new TokenValidationError('nonce', 'proof', { code }), { statusCode: 401, error: code, code }]),
    [new StepUpRequiredError('again', { maxAge: 60, acrValues: 'gold' }), {
      statusCode: 401,
      error: 'insufficient_user_authentication',
      code: 'insufficient_user_authentication',
      authentication: { maxAge: 60, acrValues: 'gold' }
    }],
    [new Error('bug'), undefined],
    [undefined, undefined]
  ]
  for (const [error, refusal] of cases) {
    if (refusal === undefined) t.equal(refusalOf(error), undefined)
    else t.match(refusalOf(error), refusal, String(error))
  }
})

t.test('challenges name each scheme, what is wrong, and what would help', async t => {
  const facts: ChallengeFacts = { mode: 'allowed', scopes: [], metadataUrl: undefined }
  const wrong: Refusal = { statusCode: 401, error: 'invalid_token', code: 'invalid_token', message: 'a "b"\n' }
  t.strictSame([given('allowed'), 'required', 'disabled'].map(mode => offered(given(mode))),
    [['Bearer', 'DPoP'], ['DPoP'], ['Bearer']])
  t.strictSame(challenges(facts, undefined, NO_CREDENTIALS), ['Bearer realm="api"', 'DPoP realm="api", algs="ES256"'])
  const described = 'error="invalid_token", error_description="a \'b\' "'
  t.strictSame(challenges(facts, 'Bearer', wrong), [`Bearer realm="api", ${described}`,
    'DPoP realm="api", algs="ES256"'])
  t.strictSame(challenges(facts, 'DPoP', wrong), ['Bearer realm="api"',
    `DPoP realm="api", ${described}, algs="ES256"`])
  t.strictSame(challenges({ ...facts, mode: 'disabled' }, 'DPoP', wrong), [`Bearer realm="api", ${described}`],
    'a scheme that is not taken')
  const more: ChallengeFacts = { mode: 'allowed', scopes: ['a', 'offline_access', 'b'], metadataUrl: 'https://x/"' }
  t.strictSame(challenges(more, undefined, NO_CREDENTIALS), [
    'Bearer realm="api", scope="a b", resource_metadata="https://x/\'"',
    'DPoP realm="api", scope="a b", algs="ES256", resource_metadata="https://x/\'"'
  ])
  t.match(challenges(more, 'DPoP', wrong)[0], /^Bearer realm="api", resource_metadata/, 'scopes stand with the error')
  t.match(challenges(more, 'DPoP', wrong)[1], 'scope="a b"')
  const forbidden: Refusal = { statusCode: 403, error: 'insufficient_scope', code: 'insufficient_scope', message: 'm' }
  t.match(challenges(more, 'Bearer', forbidden)[0], 'scope="a b"')
  const elsewhere: Refusal = { ...forbidden, code: 'wrong_organization' }
  t.notMatch(challenges(more, 'Bearer', elsewhere)[0], 'scope="', 'no scope would help')
  const again = insufficientAuthentication(new StepUpRequiredError('again', { maxAge: 0, acrValues: 'gold' }))
  t.match(challenges(facts, 'Bearer', again)[0], 'acr_values="gold", max_age="0"')
  const quoting = insufficientAuthentication(new StepUpRequiredError('again', { acrValues: 'a"b c\\d\ne' }))
  const [quoted] = challenges(facts, 'Bearer', quoting)
  t.match(quoted, 'acr_values="a\\"b c\\\\d e"', 'the value itself, for a client that asks Auth0 for it')
  t.equal(demandedAuthentication(quoted!)?.acrValues, 'a"b c\\d e')
  const plain = insufficientAuthentication(new StepUpRequiredError('again', {}))
  t.notMatch(challenges(facts, 'Bearer', plain)[0], /acr_values|max_age/)
  const long = challenges({ ...facts, scopes: ['s'.repeat(1001)], metadataUrl: 'm'.repeat(2001) }, 'Bearer',
    { ...wrong, message: 'x'.repeat(201), authentication: { maxAge: undefined, acrValues: 'g'.repeat(1001) } })[0]!
  for (const text of ['s'.repeat(1000), 'm'.repeat(2000), 'x'.repeat(200), 'g'.repeat(1000)]) {
    t.match(long, `="${text}"`, `${text.length} characters`)
  }
  const known = [NO_CREDENTIALS, MALFORMED, WRONG_SCHEME]
  t.strictSame(known.map(({ statusCode, error, code }) => [statusCode, error, code]),
    [[401, undefined, 'missing_token'], [400, 'invalid_request', 'invalid_request'],
      [401, 'invalid_token', 'invalid_token']])
  t.strictSame(withoutOfflineAccess(), [])
})
