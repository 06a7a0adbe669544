import { createHash } from 'node:crypto'
import t from 'tap'
import {
  ForbiddenError, InvalidArgumentError, IssuerValidationError, OrganizationTokenValidationError, TokenValidationError
} from '../../lib/errors.js'
import { MFA_ACR } from '../../lib/tokens/claim-rules.js'
import {
  checkAccessTokenClaims, checkIdTokenClaims, checkOrganization, type AccessTokenExpectations, type IdTokenExpectations
} from '../../lib/tokens/claims.js'
import type { JwtClaims } from '../../types/tokens.js'
import { errorOf, problemOf } from './problem.js'

const now = 1_800_000_000
const issuer = 'https://acme.eu.auth0.com/'
const clientId = 'client-1'

const idToken = { iss: issuer, sub: 'auth0|1', aud: clientId, exp: now + 3600, iat: now }
const idExpectations: IdTokenExpectations = { issuer, clientId, now, clockTolerance: 30, alg: 'RS256' }

const api = 'https://api.example.com'
const accessToken = {
  iss: issuer,
  sub: 'auth0|1',
  aud: [api, `${issuer}userinfo`],
  exp: now + 3600,
  iat: now,
  azp: clientId,
  scope: 'openid read:users write:users',
  permissions: ['read:users', 'write:users']
}
/** What RFC 9068 adds. */
const profile = { client_id: 'client-9', jti: 'token-1' }
const accessExpectations: AccessTokenExpectations = { issuers: [issuer], audience: api, now, clockTolerance: 30 }

const idProblem = (claims: object, expected: Partial<IdTokenExpectations> = {}) =>
  problemOf(() => checkIdTokenClaims({ ...idToken, ...claims }, { ...idExpectations, ...expected }))

/** How a check ended, and for a refusal the claim it names. */
function outcomeOf (work: () => unknown): [problem: string, claim?: string] {
  try {
    work()
    return ['accepted']
  } catch (error) {
    if (error instanceof TokenValidationError) return [error.reason, error.claim!]
    if (error instanceof ForbiddenError) return [error.code]
    throw error
  }
}

/** The title of a case begins with the claim that a refusal names. */
function wantedOutcome (title: string, wanted: string): [problem: string, claim?: string] {
  return wanted === 'accepted' || wanted.startsWith('insufficient') ? [wanted] : [wanted, title.split(' ')[0]!]
}

/** Who acts, for whom somebody acts, and so on. */
function actors (count: number): object | undefined {
  let act: object | undefined
  for (let i = 0; i < count; i++) act = { sub: `actor-${i}`, ...act && { act } }
  return act
}

t.test('an ID token as it should be is returned', async t => {
  t.strictSame(checkIdTokenClaims(idToken, idExpectations), idToken)
})

t.test('ID token claims', async t => {
  const cases: [string, object, Partial<IdTokenExpectations>, string][] = [
    ['iss missing', { iss: undefined }, {}, 'issuer'],
    ['iss without its slash', { iss: issuer.slice(0, -1) }, {}, 'issuer'],
    ['iss in another case', { iss: issuer.toUpperCase() }, {}, 'issuer'],
    ['iss a list', { iss: [issuer] }, {}, 'issuer'],
    ['iss null', { iss: null }, {}, 'issuer'],
    ['iss one of several', {}, { issuer: ['https://login.example.com/', issuer] }, 'accepted'],
    ['iss none of several', {}, { issuer: ['https://login.example.com/', 'https://b.example.com/'] }, 'issuer'],
    ['sub missing', { sub: undefined }, {}, 'claim_missing'],
    ['sub empty', { sub: '' }, {}, 'claim_invalid'],
    ['sub a number', { sub: 1 }, {}, 'claim_invalid'],
    ['sub of 255 characters', { sub: 'x'.repeat(255) }, {}, 'accepted'],
    ['sub of 256 characters', { sub: 'x'.repeat(256) }, {}, 'claim_invalid'],
    ['sub with a line feed', { sub: 'a\nb' }, {}, 'claim_invalid'],
    ['sub ending in a line feed', { sub: 'a\n' }, {}, 'claim_invalid'],
    ['sub with a bidi override', { sub: 'a\u202eb' }, {}, 'claim_invalid'],
    ['sub with half a surrogate pair', { sub: 'a\ud800' }, {}, 'claim_invalid'],
    ['sub beyond ASCII', { sub: 'samlp|acmé|søren' }, {}, 'accepted'],
    ['aud missing', { aud: undefined }, {}, 'claim_missing'],
    ['aud a number', { aud: 1 }, {}, 'claim_invalid'],
    ['aud an object', { aud: { [clientId]: true } }, {}, 'claim_invalid'],
    ['aud an empty list', { aud: [] }, {}, 'claim_invalid'],
    ['aud a list with another type in it', { aud: [clientId, 1] }, {}, 'claim_invalid'],
    ['aud another', { aud: 'client-2' }, {}, 'audience'],
    ['aud with a suffix', { aud: `${clientId}0` }, {}, 'audience'],
    ['aud one of several clients', {}, { clientId: ['client-0', clientId] }, 'accepted'],
    ['aud none of several clients', {}, { clientId: ['client-0', 'client-2'] }, 'audience'],
    ['aud a list of one', { aud: [clientId] }, {}, 'accepted'],
    ['aud a list with azp', { aud: [clientId, 'other'], azp: clientId }, {}, 'accepted'],
    ['azp missing beside two aud', { aud: [clientId, 'other'] }, {}, 'authorized_party'],
    ['azp another beside two aud', { aud: [clientId, 'other'], azp: 'other' }, {}, 'authorized_party'],
    ['azp ours beside one aud', { azp: clientId }, {}, 'accepted'],
    ['azp another beside one aud', { azp: 'other' }, {}, 'authorized_party'],
    ['azp a list', { azp: [clientId] }, {}, 'authorized_party'],
    ['azp null', { azp: null }, {}, 'authorized_party'],
    ['exp missing', { exp: undefined }, {}, 'claim_missing'],
    ['exp text', { exp: String(now + 60) }, {}, 'claim_invalid'],
    ['exp with a fraction', { exp: now + 60.5 }, {}, 'claim_invalid'],
    ['exp in milliseconds', { exp: (now + 60) * 1000 }, {}, 'claim_invalid'],
    ['exp infinite', { exp: Infinity }, {}, 'claim_invalid'],
    ['exp NaN', { exp: NaN }, {}, 'claim_invalid'],
    ['exp negative', { exp: -1 }, {}, 'claim_invalid'],
    ['exp null', { exp: null }, {}, 'claim_invalid'],
    ['exp within the tolerance', { exp: now - 29 }, {}, 'accepted'],
    ['exp just outside the tolerance', { exp: now - 30 }, {}, 'expired'],
    ['exp now, no tolerance', { exp: now }, { clockTolerance: 0 }, 'expired'],
    ['nbf absent', {}, {}, 'accepted'],
    ['nbf at the tolerance', { nbf: now + 30 }, {}, 'accepted'],
    ['nbf outside the tolerance', { nbf: now + 31 }, {}, 'not_yet_valid'],
    ['nbf text', { nbf: 'now' }, {}, 'claim_invalid'],
    ['iat missing', { iat: undefined }, {}, 'claim_missing'],
    ['iat with a fraction', { iat: now - 0.5 }, {}, 'claim_invalid'],
    ['iat at the tolerance', { iat: now + 30 }, {}, 'accepted'],
    ['iat outside the tolerance', { iat: now + 31 }, {}, 'issued_in_future'],
    ['iat old', { iat: now - 604_800 }, {}, 'accepted'],
    ['iat older than the longest age', { iat: now - 3631 }, { maxTokenAge: 3600 }, 'too_old'],
    ['iat as old as the longest age', { iat: now - 3630 }, { maxTokenAge: 3600 }, 'accepted'],
    ['nonce not asked for', { nonce: 'n' }, {}, 'accepted'],
    ['nonce equal', { nonce: 'n' }, { nonce: 'n' }, 'accepted'],
    ['nonce missing', {}, { nonce: 'n' }, 'nonce'],
    ['nonce in another case', { nonce: 'N' }, { nonce: 'n' }, 'nonce'],
    ['nonce a list', { nonce: ['n'] }, { nonce: 'n' }, 'nonce'],
    ['auth_time recent', { auth_time: now - 60 }, { maxAge: 60 }, 'accepted'],
    ['auth_time within the tolerance', { auth_time: now - 90 }, { maxAge: 60 }, 'accepted'],
    ['auth_time too long ago', { auth_time: now - 91 }, { maxAge: 60 }, 'auth_too_old'],
    ['auth_time missing, max age asked for', {}, { maxAge: 60 }, 'claim_missing'],
    ['auth_time missing, max age 0', {}, { maxAge: 0 }, 'claim_missing'],
    ['auth_time a minute ago, max age 0', { auth_time: now - 60 }, { maxAge: 0 }, 'auth_too_old'],
    ['auth_time now, max age 0', { auth_time: now }, { maxAge: 0 }, 'accepted'],
    ['auth_time ahead', { auth_time: now + 31 }, { maxAge: 60 }, 'auth_in_future'],
    ['auth_time ahead, no max age', { auth_time: now + 31 }, {}, 'auth_in_future'],
    ['auth_time long ago, no max age', { auth_time: 1 }, {}, 'accepted'],
    ['auth_time text', { auth_time: '1' }, {}, 'claim_invalid'],
    ['auth_time null', { auth_time: null }, {}, 'claim_invalid'],
    ['exp 0', { exp: 0 }, {}, 'expired'],
    ['exp as late as can be', { exp: 1e10 - 1 }, {}, 'accepted'],
    ['exp a second later', { exp: 1e10 }, {}, 'claim_invalid'],
    ['acr not asked for', { acr: 'silver' }, {}, 'accepted'],
    ['acr asked for with blanks only', {}, { acrValues: '  ' }, 'accepted'],
    ['acr one of those asked for', { acr: 'gold' }, { acrValues: 'silver gold' }, 'accepted'],
    ['acr another', { acr: 'bronze' }, { acrValues: 'silver gold' }, 'acr'],
    ['acr missing', {}, { acrValues: 'gold' }, 'acr'],
    ['acr missing, with a second factor', { amr: ['pwd', 'mfa'] }, { acrValues: MFA_ACR }, 'accepted'],
    ['acr missing, without a second factor', { amr: ['pwd'] }, { acrValues: MFA_ACR }, 'acr'],
    ['acr missing, amr text', { amr: 'mfa' }, { acrValues: MFA_ACR }, 'acr'],
    ['acr missing, another asked for than the second factor', { amr: ['mfa'] }, { acrValues: 'gold' }, 'acr'],
    ['act names who acts', { act: { sub: 'agent' } }, {}, 'accepted'],
    ['act without a name', { act: { client_id: 'agent' } }, {}, 'accepted'],
    ['act text', { act: 'agent' }, {}, 'claim_invalid'],
    ['act null', { act: null }, {}, 'claim_invalid'],
    ['act a list', { act: [{ sub: 'agent' }] }, {}, 'claim_invalid'],
    ['act with a number for a name', { act: { sub: 1 } }, {}, 'claim_invalid'],
    ['act of an act that is text', { act: { sub: 'agent', act: 'other' } }, {}, 'claim_invalid'],
    ['act as deep as can be', { act: actors(16) }, {}, 'accepted'],
    ['act one deeper', { act: actors(17) }, {}, 'claim_invalid'],
    ['at_hash of another access token', { at_hash: 'x' }, { accessToken: 'access' }, 'at_hash'],
    ['org_id as asked for', { org_id: 'org_A' }, { organization: 'org_A' }, 'accepted'],
    ['org_id another', { org_id: 'org_B' }, { organization: 'org_A' }, 'organization'],
    ['org_id missing', {}, { organization: 'org_A' }, 'organization'],
    ['org_name another', { org_name: 'b' }, { organization: 'a' }, 'organization']
  ]
  for (const [title, claims, expected, wanted] of cases) {
    const check = () => checkIdTokenClaims({ ...idToken, ...claims }, { ...idExpectations, ...expected })
    t.strictSame(outcomeOf(check), wantedOutcome(title, wanted), title)
  }
})

t.test('at_hash ties the ID token to the access token', async t => {
  const hashOf = (hash: string) => {
    const digest = createHash(hash).update('access').digest()
    return digest.subarray(0, digest.length / 2).toString('base64url')
  }
  const hashes = {
    RS256: 'sha256',
    PS384: 'sha384',
    ES384: 'sha384',
    RS512: 'sha512',
    EdDSA: 'sha512',
    HS256: 'sha256'
  }
  for (const [alg, hash] of Object.entries(hashes)) {
    t.equal(await idProblem({ at_hash: hashOf(hash) }, { alg, accessToken: 'access' }), 'accepted', alg)
    t.equal(await idProblem({ at_hash: hashOf(hash) }, { alg, accessToken: 'other' }), 'at_hash', alg)
  }
  t.equal(await idProblem({}, { accessToken: 'access' }), 'accepted', 'absent')
  t.equal(await idProblem({ at_hash: 'x' }), 'accepted', 'no access token to compare with')
  t.equal(await idProblem({ at_hash: 1 }, { accessToken: 'access' }), 'at_hash', 'a number')
  t.equal(await idProblem({ at_hash: hashOf('sha256') }, { alg: 'unknown', accessToken: 'access' }), 'at_hash',
    'an algorithm of unknown hash')
})

t.test('organizations', async t => {
  const problem = (claims: JwtClaims, organization: string) => problemOf(() => checkOrganization(claims, organization))
  t.equal(await problem({ org_id: 'org_A' }, 'org_A'), 'accepted')
  t.equal(await problem({ org_id: 'org_a' }, 'org_A'), 'organization', 'ids are compared exactly')
  t.equal(await problem({ org_name: 'org_A' }, 'org_A'), 'organization', 'a name is no id')
  t.equal(await problem({ org_name: 'acme' }, 'ACME'), 'accepted', 'names are compared without case')
  t.equal(await problem({ org_name: 'ACME' }, 'acme'), 'accepted')
  t.equal(await problem({ org_name: 'caf\u00e9' }, 'CAFE\u0301'), 'accepted', 'and in one normal form')
  t.equal(await problem({ org_name: 'acme2' }, 'acme'), 'organization')
  t.equal(await problem({ org_id: 'acme' }, 'acme'), 'organization', 'an id is no name')
  t.equal(await problem({ org_name: ['acme'] }, 'acme'), 'organization')
  t.match(await errorOf(() => checkOrganization({ org_id: 'org_B' }, 'org_A')), { message: /is not the organization/ })
  const error = await errorOf(() => checkOrganization({}, 'org_A'))
  t.match(error.message, /must have a string "org_id"/)
  t.type(error, OrganizationTokenValidationError)
  t.match(error, { code: 'organization_token_validation_error', claim: 'org_id', statusCode: 401 })
  t.match(await errorOf(() => checkOrganization({}, 'acme')), { claim: 'org_name' })
  for (const blank of ['', ' \t', 1 as unknown as string]) {
    const error = await errorOf(() => checkOrganization({ org_name: '' }, blank))
    t.type(error, InvalidArgumentError)
    t.match(error, { code: 'invalid_argument', argument: 'organization' })
  }
})

t.test('demands that mean nothing are argument errors, before anything else is looked at', async t => {
  const cases: [string, Partial<IdTokenExpectations>][] = [
    ['nonce', { nonce: '' }],
    ['nonce', { nonce: 1 as unknown as string }],
    ['maxAge', { maxAge: -1 }],
    ['maxAge', { maxAge: NaN }],
    ['maxAge', { maxAge: '60' as unknown as number }],
    ['maxTokenAge', { maxTokenAge: Infinity }],
    ['maxTokenAge', { maxTokenAge: -1 }],
    ['organization', { organization: ' ' }]
  ]
  for (const [argument, demand] of cases) {
    const error = await errorOf(() => checkIdTokenClaims({}, { ...idExpectations, ...demand }))
    t.match(error, { code: 'invalid_argument', argument })
  }
  t.match(await errorOf(() => checkAccessTokenClaims({}, { ...accessExpectations, organization: '' })), {
    code: 'invalid_argument',
    argument: 'organization'
  })
})

t.test('the first rule that is broken is the one that is told', async t => {
  const broken = {
    iss: 'x',
    sub: '',
    aud: 'x',
    exp: 1,
    nbf: now + 100,
    iat: now + 100,
    nonce: 'x',
    org_id: 'x',
    azp: 'x',
    auth_time: 1,
    at_hash: 'x'
  }
  const expected = { nonce: 'n', organization: 'org_A', maxAge: 1, accessToken: 'a' }
  const order: [string, string][] = [
    ['iss', 'issuer'],
    ['sub', 'claim_invalid'],
    ['aud', 'audience'],
    ['exp', 'expired'],
    ['nbf', 'not_yet_valid'],
    ['iat', 'issued_in_future'],
    ['nonce', 'nonce'],
    ['org_id', 'organization'],
    ['azp', 'authorized_party'],
    ['auth_time', 'auth_too_old'],
    ['at_hash', 'at_hash']
  ]
  const right: Record<string, unknown> = {
    ...idToken,
    nbf: now,
    nonce: 'n',
    org_id: 'org_A',
    azp: clientId,
    auth_time: now
  }
  const claims: Record<string, unknown> = { ...broken }
  for (const [claim, reason] of order) {
    const error = await errorOf(() => checkIdTokenClaims(claims, { ...idExpectations, ...expected }))
    t.match(error, { reason, claim, statusCode: 401 })
    claims[claim] = right[claim]
  }
  t.equal(await problemOf(() => checkIdTokenClaims(claims, { ...idExpectations, ...expected })), 'accepted')
})

t.test('messages show what differs, bounded and on one line, and no secrets', async t => {
  const error = await errorOf(() =>
    checkIdTokenClaims({ ...idToken, iss: `https://evil.example/\r\n\u202e${'x'.repeat(400)}` }, idExpectations)
  )
  t.type(error, IssuerValidationError)
  t.match(error.message,
    /^The issuer of the token is "https:\/\/evil\.example\/x+…", expected "https:\/\/acme\.eu\.auth0\.com\/"\.$/)
  t.ok(error.message.length < 400)
  t.match(await errorOf(() => checkIdTokenClaims({ ...idToken, aud: ['a', 'b'] }, idExpectations)), {
    message: 'The audience of the token is ["a", "b"], expected "client-1".'
  })
  t.match(await errorOf(() => checkIdTokenClaims({ ...idToken, iss: undefined }, idExpectations)), {
    message: /is nothing, expected/
  })
  t.match(await errorOf(() => checkIdTokenClaims({ ...idToken, iss: null }, idExpectations)), {
    message: /is null, expected/
  })
  t.match(await errorOf(() => checkIdTokenClaims({ ...idToken, iss: { secret: 1 } }, idExpectations)), {
    message: /is a value of type object, expected/
  })
  for (const [nonce, message] of [['sent-secret', /is not the one that was sent/], [undefined, /has no "nonce"/]]) {
    const error = await errorOf(() =>
      checkIdTokenClaims({ ...idToken, nonce }, { ...idExpectations, nonce: 'wanted-secret' }))
    t.notMatch(error.message, /secret/)
    t.match(error.message, message)
  }
  const audienceIn = async (aud: string) =>
    (await errorOf(() => checkIdTokenClaims({ ...idToken, aud }, idExpectations))).message
  t.match(await audienceIn('x'.repeat(256)), `"${'x'.repeat(256)}"`, 'as long as can be')
  t.match(await audienceIn('x'.repeat(257)), `"${'x'.repeat(256)}…"`, 'one longer')
  t.match(await errorOf(() => checkIdTokenClaims({ ...idToken, aud: ['x'.repeat(300)] }, idExpectations)), {
    message: `[${`"${'x'.repeat(256)}…"`.slice(0, 256)}…], expected`
  })
  t.match(await errorOf(() => checkIdTokenClaims(idToken, { ...idExpectations, clientId: ['a', 'b'] })), {
    message: /expected \["a", "b"\]\.$/
  })
})

t.test('an access token as it should be is returned', async t => {
  t.strictSame(checkAccessTokenClaims(accessToken, accessExpectations), accessToken)
})

t.test('access token claims', async t => {
  const cases: [string, object, Partial<AccessTokenExpectations>, string][] = [
    ['iss other (API-07)', { iss: 'https://other.example/' }, {}, 'issuer'],
    ['iss without slash (API-07)', { iss: issuer.slice(0, -1) }, {}, 'issuer'],
    ['iss a list (API-07)', { iss: [issuer] }, {}, 'issuer'],
    ['iss one of several', {}, { issuers: ['https://login.example.com/', issuer] }, 'accepted'],
    ['sub absent', { sub: undefined }, {}, 'accepted'],
    ['sub empty', { sub: '' }, {}, 'claim_invalid'],
    ['aud other (API-08)', { aud: 'https://other.example' }, {}, 'audience'],
    ['aud a list with ours (API-08)', { aud: ['https://other.example', api] }, {}, 'accepted'],
    ['aud missing (API-08)', { aud: undefined }, {}, 'claim_missing'],
    ['aud a list of objects (API-08)', { aud: [{ [api]: api }] }, {}, 'claim_invalid'],
    ['aud a part of ours (API-08)', { aud: 'https://api' }, {}, 'audience'],
    ['aud longer than ours (API-08)', { aud: `${api}/v2` }, {}, 'audience'],
    ['aud one of several accepted', {}, { audience: ['https://x.example', api] }, 'accepted'],
    ['exp over (API-06)', { exp: now - 31 }, {}, 'expired'],
    ['exp missing (API-06)', { exp: undefined }, {}, 'claim_missing'],
    ['nbf ahead (API-06)', { nbf: now + 3600 }, {}, 'not_yet_valid'],
    ['iat ahead (API-06)', { iat: now + 3600 }, {}, 'issued_in_future'],
    ['iat absent', { iat: undefined }, {}, 'accepted'],
    ['org_id as asked for', { org_id: 'org_A' }, { organization: 'org_A' }, 'accepted'],
    ['org_id another', { org_id: 'org_B' }, { organization: 'org_A' }, 'organization'],
    ['act a list', { act: [] }, {}, 'claim_invalid'],
    ['events of a logout token', { events: {} }, {}, 'security_event'],
    ['sub missing in the profile', { ...profile, sub: undefined }, { strict: true }, 'claim_missing'],
    ['iat missing in the profile', { ...profile, iat: undefined }, { strict: true }, 'claim_missing'],
    ['client_id missing in the profile', { ...profile, client_id: undefined }, { strict: true }, 'claim_missing'],
    ['client_id empty in the profile', { ...profile, client_id: '' }, { strict: true }, 'claim_invalid'],
    ['client_id a number in the profile', { ...profile, client_id: 1 }, { strict: true }, 'claim_invalid'],
    ['jti missing in the profile', { ...profile, jti: undefined }, { strict: true }, 'claim_missing'],
    ['jti empty in the profile', { ...profile, jti: '' }, { strict: true }, 'claim_invalid'],
    ['jti a list in the profile', { ...profile, jti: ['j'] }, { strict: true }, 'claim_invalid'],
    ['the profile as it should be', profile, { strict: true }, 'accepted'],
    ['jti and client_id are of the profile only', { jti: 1, client_id: 1 }, {}, 'accepted'],
    ['one of any scopes', {}, { anyScope: ['x', 'write:users'] }, 'accepted'],
    ['none of any scopes', {}, { anyScope: ['x', 'y'] }, 'insufficient_scope'],
    ['none where none is named', {}, { anyScope: [] }, 'insufficient_scope'],
    ['a list of scopes', { scope: ['read:users'] }, { scopes: ['read:users'], scopeLists: true }, 'accepted'],
    ['a list of scopes with a number', { scope: ['read:users', 1] }, { scopes: ['read:users'], scopeLists: true },
      'insufficient_scope'],
    ['a list of scopes without another', { scope: ['read:users'] }, { scopes: ['x'], scopeLists: true },
      'insufficient_scope'],
    ['scopes with two blanks between them', { scope: 'a  b' }, { scopes: ['a'] }, 'insufficient_scope'],
    ['permissions a list with a number', { permissions: ['write:users', 1] }, { permissions: ['write:users'] },
      'insufficient_permissions'],
    ['scopes granted', {}, { scopes: ['write:users', 'openid'] }, 'accepted'],
    ['one scope missing', {}, { scopes: ['read:users', 'delete:users'] }, 'insufficient_scope'],
    ['a scope as a part of another', {}, { scopes: ['read'] }, 'insufficient_scope'],
    ['scope not a string', { scope: ['read:users'] }, { scopes: ['read:users'] }, 'insufficient_scope'],
    ['permissions granted', {}, { permissions: ['write:users'] }, 'accepted'],
    ['a permission missing', {}, { permissions: ['write:users', 'x'] }, 'insufficient_permissions'],
    ['permissions not a list', { permissions: 'write:users' }, { permissions: ['write:users'] },
      'insufficient_permissions'],
    ['a scope is no permission', { permissions: undefined }, { permissions: ['write:users'] },
      'insufficient_permissions']
  ]
  for (const [title, claims, expected, wanted] of cases) {
    const check = () => checkAccessTokenClaims({ ...accessToken, ...claims }, { ...accessExpectations, ...expected })
    const outcome = outcomeOf(check)
    if (wanted === 'security_event') t.equal(outcome[0], wanted, title)
    else t.strictSame(outcome, wantedOutcome(title, wanted), title)
  }
  t.match(await errorOf(() => checkAccessTokenClaims(accessToken, { ...accessExpectations, scopes: ['x', 'y'] })), {
    statusCode: 403,
    message: /"scope" claim .* x y/
  })
  const withPermissions = { ...accessExpectations, permissions: ['x', 'y'] }
  t.match(await errorOf(() => checkAccessTokenClaims(accessToken, withPermissions)), {
    statusCode: 403,
    message: /"permissions" claim .* x y/
  })
})

t.test('API-09, API-10: an ID token is no access token', async t => {
  const expected = { ...accessExpectations, audience: clientId }
  const problem = (claims: object, typ?: string) =>
    problemOf(() => checkAccessTokenClaims({ ...idToken, ...claims }, { ...expected, typ }))
  t.equal(await problemOf(() => checkAccessTokenClaims(idToken, accessExpectations)), 'audience',
    'API-09 it is for the client')
  t.equal(await problem({}), 'id_token', 'API-10 the API is named like the client')
  for (const claim of ['nonce', 'at_hash', 'c_hash', 's_hash']) {
    t.equal(await problem({ scope: 'read', [claim]: 'x' }), 'id_token', claim)
    t.equal(await problem({ scope: 'read', [claim]: 'x' }, 'at+jwt'), 'id_token', `${claim}, typed at+jwt`)
  }
  t.equal(await problem({ azp: clientId, scope: 'read' }), 'id_token', 'azp is the audience')
  t.equal(await problem({ client_id: clientId, scope: 'read' }), 'id_token', 'client_id is the audience')
  t.equal(await problem({ client_id: clientId, scope: 'read' }, 'application/AT+JWT'), 'accepted', 'typed at+jwt')
  for (const typ of ['JWT', 'x-at+jwt', 'at+jwt2', 'undefined']) {
    t.equal(await problem({ client_id: clientId, scope: 'read' }, typ), 'id_token', `typed ${typ}`)
  }
  t.equal(await problem({}, 'at+jwt'), 'accepted', 'typed at+jwt, with no other mark')
  for (const claim of ['azp', 'client_id', 'scope', 'permissions', 'gty']) {
    t.equal(await problem({ [claim]: 'something' }), 'accepted', `control: ${claim} is what access tokens have`)
  }
  t.equal(await problemOf(() => checkAccessTokenClaims({ ...idToken, aud: api }, accessExpectations)), 'accepted',
    'control: an audience that is a URI is no client')
})
