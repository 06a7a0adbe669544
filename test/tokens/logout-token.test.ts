import t from 'tap'
import { BackchannelLogoutError, NetworkError } from '../../lib/errors.js'
import { verifyLogoutToken, type LogoutTokenOptions } from '../../lib/tokens/logout-token.js'
import { createTestKey, hmacJwt, publicKeyForms, signJwt, unsignedJwt } from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

const now = 1_800_000_000
const issuer = 'https://acme.eu.auth0.com/'
const clientId = 'client-1'
const event = 'http://schemas.openid.net/event/backchannel-logout'
const claims = {
  iss: issuer,
  aud: clientId,
  sub: 'auth0|1',
  sid: 'sid-1',
  iat: now,
  exp: now + 120,
  jti: 'jti-1',
  events: { [event]: {} }
}

const key = createTestKey()
const other = createTestKey()
const options: LogoutTokenOptions = {
  keys: { get: () => key.publicKey },
  algorithms: ['RS256'],
  issuer,
  clientId,
  now,
  clockTolerance: 30
}

const withClaims = (changes: object, header: Record<string, unknown> = {}) =>
  signJwt({ ...claims, ...changes }, key, header)

/** The reason inside the `BackchannelLogoutError`. */
async function refusalOf (token: string, changes: Partial<LogoutTokenOptions> = {}): Promise<string> {
  const work = () => verifyLogoutToken(token, { ...options, ...changes })
  if (await problemOf(work) === 'accepted') return 'accepted'
  const error = await errorOf(work)
  return error instanceof BackchannelLogoutError
    ? problemOf(() => {
      throw error.cause
    })
    : error.code
}

t.test('logout tokens', async t => {
  const cases: [string, string, string, Partial<LogoutTokenOptions>?][] = [
    ['BCL-01 with sid and sub', withClaims({}), 'accepted'],
    ['BCL-01 with sid only', withClaims({ sub: undefined }), 'accepted'],
    ['BCL-02 with sub only', withClaims({ sid: undefined }), 'accepted'],
    ['typ logout+jwt', withClaims({}, { typ: 'logout+jwt' }), 'accepted'],
    ['typ application/logout+jwt', withClaims({}, { typ: 'application/logout+jwt' }), 'accepted'],
    ['no typ', withClaims({}, { typ: undefined }), 'accepted'],
    ['BCL-05 alg none', unsignedJwt(claims), 'algorithm'],
    ['BCL-06 signed by another key', signJwt(claims, other, { kid: key.kid }), 'signature'],
    ['BCL-06 HS256 with the public key', hmacJwt(claims, publicKeyForms(key.publicKey)['SPKI PEM'] as string),
      'algorithm'],
    ['BCL-06 HS256 with the client secret', hmacJwt(claims, 'client-secret'), 'algorithm'],
    ['BCL-07 iss other', withClaims({ iss: 'https://evil.example/' }), 'issuer'],
    ['BCL-07 iss missing', withClaims({ iss: undefined }), 'issuer'],
    ['BCL-07 iss without slash', withClaims({ iss: issuer.slice(0, -1) }), 'issuer'],
    ['BCL-08 aud other', withClaims({ aud: 'client-2' }), 'audience'],
    ['BCL-08 aud missing', withClaims({ aud: undefined }), 'claim_missing'],
    ['BCL-08 aud [client_id, other]', withClaims({ aud: [clientId, 'other'] }), 'accepted'],
    ['BCL-09 iat missing', withClaims({ iat: undefined }), 'claim_missing'],
    ['BCL-09 iat one hour ahead', withClaims({ iat: now + 3600, exp: now + 3720 }), 'issued_in_future'],
    ['BCL-09 iat one day old', withClaims({ iat: now - 86_400 }), 'too_old'],
    ['iat five minutes old', withClaims({ iat: now - 300 }), 'accepted'],
    ['iat older than the option says', withClaims({ iat: now - 91 }), 'too_old', { maxAge: 60 }],
    ['iat as old as the option says', withClaims({ iat: now - 60 }), 'accepted', { maxAge: 60 }],
    ['BCL-10 exp missing', withClaims({ exp: undefined }), 'claim_missing'],
    ['BCL-10 exp passed', withClaims({ iat: now - 120, exp: now - 60 }), 'expired'],
    ['BCL-10 exp ten years ahead', withClaims({ exp: now + 315_360_000 }), 'claim_invalid'],
    ['exp a day after iat', withClaims({ exp: now + 86_400 }), 'accepted'],
    ['exp a second later', withClaims({ exp: now + 86_401 }), 'claim_invalid'],
    ['iat older than five minutes and the tolerance', withClaims({ iat: now - 331 }), 'too_old'],
    ['nbf ahead', withClaims({ nbf: now + 60 }), 'not_yet_valid'],
    ['BCL-11 neither sub nor sid', withClaims({ sub: undefined, sid: undefined }), 'claim_missing'],
    ['sid empty', withClaims({ sid: '' }), 'claim_invalid'],
    ['sid a number', withClaims({ sid: 1 }), 'claim_invalid'],
    ['sid null beside a sub', withClaims({ sid: null }), 'claim_invalid'],
    ['sub empty', withClaims({ sub: '' }), 'claim_invalid'],
    ['sub a number beside a sid', withClaims({ sub: 1 }), 'claim_invalid'],
    ['BCL-13 events missing', withClaims({ events: undefined }), 'claim_invalid'],
    ['BCL-14 events with another member only', withClaims({ events: { 'http://schemas.openid.net/event/other': {} } }),
      'claim_invalid'],
    ['events with another member beside',
      withClaims({ events: { [event]: {}, 'http://schemas.openid.net/event/other': {} } }), 'accepted'],
    ['events a list', withClaims({ events: [event] }), 'claim_invalid'],
    ['events null', withClaims({ events: null }), 'claim_invalid'],
    ['the event is null', withClaims({ events: { [event]: null } }), 'claim_invalid'],
    ['the event is a list', withClaims({ events: { [event]: [] } }), 'claim_invalid'],
    ['the event is true', withClaims({ events: { [event]: true } }), 'claim_invalid'],
    ['BCL-16 nonce present', withClaims({ nonce: 'n' }), 'claim_invalid'],
    ['BCL-16 nonce empty', withClaims({ nonce: '' }), 'claim_invalid'],
    ['BCL-16 nonce null', withClaims({ nonce: null }), 'claim_invalid'],
    ['BCL-17 jti missing', withClaims({ jti: undefined }), 'claim_missing'],
    ['jti a number', withClaims({ jti: 1 }), 'claim_invalid'],
    ['jti empty', withClaims({ jti: '' }), 'claim_invalid'],
    ['BCL-20 typ at+jwt', withClaims({}, { typ: 'at+jwt' }), 'type'],
    ['BCL-20 typ dpop+jwt', withClaims({}, { typ: 'dpop+jwt' }), 'type'],
    ['BCL-20 typ token-introspection+jwt', withClaims({}, { typ: 'token-introspection+jwt' }), 'type'],
    ['no typ', withClaims({}, { typ: undefined }), 'accepted'],
    ['typ logout+jwt', withClaims({}, { typ: 'logout+jwt' }), 'accepted'],
    ['not a token', 'x', 'malformed'],
    ['empty', '', 'missing']
  ]
  for (const [title, token, ends, changes] of cases) t.equal(await refusalOf(token, changes), ends, title)
})

t.test('a refusal names the claim', async t => {
  const cases: [claim: string, changes: object][] = [
    ['iat', { iat: undefined }],
    ['exp', { exp: now + 86_401 }],
    ['jti', { jti: undefined }],
    ['jti', { jti: 1 }],
    ['events', { events: {} }],
    ['sid', { sid: undefined, sub: undefined }],
    ['sid', { sid: 1 }],
    ['sub', { sub: 1 }],
    ['nonce', { nonce: 'n' }]
  ]
  for (const [claim, changes] of cases) {
    const { cause } = await errorOf(() => verifyLogoutToken(withClaims(changes), options))
    t.match(cause, { claim }, JSON.stringify(changes))
  }
})

t.test('the claims are returned', async t => {
  t.strictSame(await verifyLogoutToken(signJwt(claims, key), options), claims)
})

t.test('a refusal is a 400 that holds nothing of the token', async t => {
  const token = withClaims({ nonce: 'secret' })
  const error = await errorOf(() => verifyLogoutToken(token, options))
  t.type(error, BackchannelLogoutError)
  t.match(error, {
    code: 'backchannel_logout_error',
    statusCode: 400,
    message: 'The logout token was refused. A logout token must not have a nonce.'
  })
  t.notMatch(`${error.message}${String(error.cause)}`, /secret/)
})

t.test('BCL-27 keys that cannot be had are no refusal', async t => {
  const keys = { get: () => Promise.reject(new NetworkError('down')) }
  t.equal(await refusalOf(signJwt(claims, key), { keys }), 'network_error')
})
