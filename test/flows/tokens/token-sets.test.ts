import t from 'tap'
import {
  AccessTokenError, ApiError, CustomTokenExchangeError, InvalidArgumentError, MfaRequiredError
} from '../../../lib/errors.js'
import type { PluginContext } from '../../../lib/flows/context.js'
import { createConnectionTokens } from '../../../lib/flows/tokens/connection-tokens.js'
import { usableWith } from '../../../lib/flows/tokens/dpop-key.js'
import { openMfaToken, sealMfaToken } from '../../../lib/flows/tokens/mfa-token.js'
import {
  configuredScope, includesScopes, joinScopes, loginScope, splitScope
} from '../../../lib/flows/tokens/scopes.js'
import { joined, refusalOf } from '../../../lib/flows/tokens/spent.js'
import {
  accessTokenOf, audiencesOf, findTokenSet, hasScopes, mergeTokens, tokenSetOf, withoutRefreshToken, withRefreshToken
} from '../../../lib/flows/tokens/token-sets.js'
import type { SessionData, SessionTokens } from '../../../types/stores.js'
import type { TokenSet } from '../../../types/tokens.js'
import { errorOf } from '../../tokens/problem.js'

const now = 1_800_000_000
const api = 'https://api.example.com'

function setOf (changes: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: 'token',
    tokenType: 'Bearer',
    scope: 'openid',
    requestedScope: 'openid',
    expiresAt: now + 3600,
    ...changes
  }
}

function tokensOf (tokenSets: TokenSet[], changes: Partial<SessionTokens> = {}): SessionTokens {
  return { id: 'session', version: 1, refreshToken: 'refresh', tokenSets, connectionTokenSets: [], ...changes }
}

t.test('scopes are a set, in the order they are named', async t => {
  t.strictSame([undefined, '', ' ', 'a', ' b  a\tb '].map(splitScope), [[], [], [], ['a'], ['b', 'a']])
  t.equal(joinScopes('b a', undefined, 'c a'), 'b a c')
  t.strictSame([['a b', 'b'], ['a b', ''], ['a', 'a b'], ['', 'a']].map(([held, wanted]) =>
    includesScopes(held!, wanted!)), [true, true, false, false])
  const map = { default: 'read:d', [api]: 'read:x' }
  t.equal(loginScope('profile', api), 'openid profile')
  t.equal(loginScope(map, undefined), 'openid profile email offline_access read:d')
  t.equal(loginScope(map, api), 'openid profile email offline_access read:x')
  t.equal(loginScope(map, 'toString'), 'openid profile email offline_access')
  t.strictSame([undefined, api, 'https://b'].map(audience => configuredScope(map, audience, api)),
    ['read:d', 'read:x', ''])
  t.strictSame([undefined, api].map(audience => configuredScope('read:x', audience, api)), ['', 'read:x'])
})

t.test('the token set of an answer', async t => {
  const asked = { audience: api, scope: 'read:x', now: now + 0.9 }
  t.strictSame(tokenSetOf({ access_token: 'a', token_type: 'DPoP', expires_in: 60, scope: 'read:y' }, asked), {
    accessToken: 'a',
    tokenType: 'DPoP',
    scope: 'read:y',
    requestedScope: 'read:x',
    expiresAt: now + 60,
    audience: api
  })
  t.strictSame(tokenSetOf({ access_token: 'a', token_type: 'bearer' }, { ...asked, audience: undefined }), {
    accessToken: 'a',
    tokenType: 'Bearer',
    scope: 'read:x',
    requestedScope: 'read:x',
    expiresAt: 0
  })
  t.strictSame(accessTokenOf(setOf({ audience: api })),
    { accessToken: 'token', tokenType: 'Bearer', scope: 'openid', expiresAt: now + 3600, audience: api })
  t.strictSame(accessTokenOf(setOf()),
    { accessToken: 'token', tokenType: 'Bearer', scope: 'openid', expiresAt: now + 3600 })
})

t.test('the kept token that serves', async t => {
  const wide = setOf({ accessToken: 'wide', requestedScope: 'a bb', scope: 'a bb' })
  const narrow = setOf({ accessToken: 'narrow', requestedScope: 'a', scope: 'a' })
  const same = setOf({ accessToken: 'same', requestedScope: 'b', scope: 'a' })
  const other = setOf({ accessToken: 'other', audience: api, requestedScope: 'a', scope: 'a' })
  const find = (sets: TokenSet[], wanted: { audience?: string, scope?: string, preferredScope?: string } = {},
    leeway = 30, at = now) =>
    findTokenSet(sets, { audience: undefined, scope: undefined, preferredScope: 'a', ...wanted }, at,
      leeway)?.accessToken
  t.equal(find([wide, narrow, other]), 'narrow', 'the narrowest that has the preferred scopes')
  t.equal(find([narrow, same]), 'narrow', 'the first of two alike')
  t.equal(find([wide, narrow], { audience: api }), undefined)
  t.equal(find([other], { audience: api }), 'other')
  t.equal(find([narrow, wide], { preferredScope: 'bb' }), 'wide')
  t.equal(find([narrow, wide], { preferredScope: 'c' }), 'narrow', 'or else the first')
  t.equal(find([narrow, wide], { scope: 'c' }), undefined, 'unless scopes are demanded')
  t.equal(find([narrow, wide], { scope: 'a bb' }), 'wide')
  t.equal(find([narrow], {}, 30, now + 3569), 'narrow')
  t.equal(find([narrow], {}, 30, now + 3570), undefined, 'not long enough')
  t.equal(find([narrow], {}, 0, now + 3599), 'narrow')
  t.equal(find([narrow], {}, 0, now + 3600), undefined)
})

t.test('what a token was asked for or granted counts, and offline_access does not', async t => {
  const set = setOf({ requestedScope: 'a offline_access', scope: 'b' })
  t.strictSame(['a offline_access', 'a', 'b a', 'offline_access b', '', 'c', 'a c'].map(scope => hasScopes(set, scope)),
    [true, true, true, true, true, false, false])
  t.ok(hasScopes(setOf({ requestedScope: 'a', scope: '' }), 'a offline_access'))
})

t.test('a grant takes the place of what it covers', async t => {
  const set = setOf({ accessToken: 'new', requestedScope: 'a b' })
  const response = { access_token: 'new', token_type: 'Bearer' }
  const merged = (others: TokenSet[], more: object = {}, storeIdToken = true) =>
    mergeTokens(tokensOf(others, { idToken: 'old' }), set, { ...response, ...more }, now, storeIdToken)
  const left = (other: Partial<TokenSet>) =>
    merged([setOf({ accessToken: 'old', ...other })]).tokenSets.map(({ accessToken }) => accessToken)
  t.strictSame(left({ requestedScope: 'a' }), ['new'], 'fewer scopes')
  t.strictSame(left({ requestedScope: 'a c' }), ['new', 'old'], 'other scopes')
  t.strictSame(left({ requestedScope: 'a', audience: api }), ['new', 'old'], 'another audience')
  t.strictSame(left({ requestedScope: 'c', expiresAt: now + 1 }), ['new', 'old'])
  t.strictSame(left({ requestedScope: 'c', expiresAt: now }), ['new'], 'over')
  t.strictSame(left({ requestedScope: 'c', expiresAt: 0 }), ['new', 'old'], 'nobody knows until when')
  const many = Array.from({ length: 12 }, (_, n) => setOf({ requestedScope: `c${n}`, accessToken: `old-${n}` }))
  t.strictSame(merged(many).tokenSets.map(({ accessToken }) => accessToken),
    ['new', ...many.slice(0, 9).map(({ accessToken }) => accessToken)], 'ten are kept')
  t.match(merged([]), { refreshToken: 'refresh', idToken: 'old' })
  t.match(merged([], { refresh_token: 'next', id_token: 'newer' }), { refreshToken: 'next', idToken: 'newer' })
  t.match(merged([], { id_token: 'newer' }, false), { idToken: 'old' }, 'no ID token is to be kept')
})

t.test('a refresh token comes and goes alone', async t => {
  const session = { record: { id: 'session' }, tokens: tokensOf([setOf()]) } as SessionData
  t.strictSame(withRefreshToken(session, 'next'), { ...session, tokens: { ...session.tokens, refreshToken: 'next' } })
  const without = withoutRefreshToken(session)
  t.notOk('refreshToken' in without.tokens)
  t.strictSame({ ...without.tokens, refreshToken: 'refresh' }, session.tokens)
})

t.test('the audiences that a token names', async t => {
  const jwt = (payload: string) => `x.${Buffer.from(payload).toString('base64url')}.x`
  t.strictSame(['opaque', 'x.x.x', jwt('{'), jwt('{}'), jwt('null'), jwt('{"aud":7}')].map(audiencesOf),
    [undefined, undefined, undefined, undefined, undefined, undefined])
  t.strictSame(audiencesOf(jwt('{"aud":"a"}')), ['a'])
  t.strictSame(audiencesOf(jwt('{"aud":["a",7,"b"]}')), ['a', 'b'])
})

t.test('tokens that are bound to another key than the one in use do not serve', async t => {
  const bound = setOf({ accessToken: 'bound', tokenType: 'DPoP' })
  const tokens = tokensOf([bound, setOf()], { jkt: 'one' })
  t.equal(usableWith(tokens, 'one'), tokens)
  t.strictSame(usableWith(tokens, 'two'), { ...tokens, jkt: 'two', tokenSets: [setOf()] })
  const unbound = usableWith(tokens, undefined)
  t.notOk('jkt' in unbound)
  t.strictSame(unbound.tokenSets, [setOf()])
})

t.test("providers' tokens are remembered of so many sessions", async t => {
  const kept = createConnectionTokens()
  const set = { accessToken: 'a', scope: '', expiresAt: 0, connection: 'github' }
  t.strictSame(kept.get('s0'), [])
  for (let n = 0; n < 10_000; n++) kept.set(`s${n}`, [set])
  t.strictSame(kept.get('s0'), [set])
  kept.set('s0', [set, set])
  t.strictSame(kept.get('s1'), [set], 'nothing is dropped for one that is there')
  kept.set('more', [set])
  t.strictSame(kept.get('s1'), [], 'the one written longest ago')
  t.strictSame(kept.get('s0'), [set, set])
  kept.forget('s0')
  t.strictSame(kept.get('s0'), [])
})

t.test('changes follow each other', async t => {
  const session = { record: {}, tokens: tokensOf([]) } as unknown as SessionData
  const named = (name: string) => ({ record, tokens }: SessionData): SessionData =>
    ({ record, tokens: { ...tokens, refreshToken: `${tokens.refreshToken} ${name}` } })
  t.strictSame(joined(undefined, undefined), {})
  t.equal(joined(named('a'), undefined).next!(session).tokens.refreshToken, 'refresh a')
  t.equal(joined(undefined, named('b')).next!(session).tokens.refreshToken, 'refresh b')
  t.equal(joined(named('a'), named('b')).next!(session).tokens.refreshToken, 'refresh a b')
})

t.test('a refusal of the refresh token, as it came or behind what is told of it', async t => {
  const refusal = new ApiError({ code: 'invalid_grant', message: 'refused', status: 403 })
  const other = new ApiError({ code: 'invalid_client', message: 'refused', status: 401 })
  const behind = (cause?: Error) => new AccessTokenError('failed_to_refresh_token', 'told', cause as ApiError)
  t.equal(refusalOf(refusal), refusal)
  t.equal(refusalOf(behind(refusal)), refusal)
  const elsewhere = new CustomTokenExchangeError('token_exchange_failed', 'told', refusal)
  for (const error of [other, behind(other), behind(), elsewhere, new Error('x'), undefined, null]) {
    t.equal(refusalOf(error), undefined)
  }
})

t.test('a sealed MFA token is of this application and domain, and of this hour', async t => {
  let time = now
  const context = {
    now: () => time,
    config: { mfaTokenTtl: 600 },
    mfaSealer: {
      seal: (text: string) => `sealed ${text}`,
      open: (sealed: string) => sealed.startsWith('sealed ') ? Buffer.from(sealed.slice(7)) : undefined
    }
  } as unknown as PluginContext
  const requirements = { challenge: [{ type: 'otp' }] }
  const error = new MfaRequiredError({
    code: 'mfa_required',
    message: 'more',
    status: 403,
    statusCode: 401,
    mfaToken: 'secret',
    requirements
  } as never)
  const asked = { audience: api, scope: 'a', organization: 'org_1', sessionId: 's' }
  const sealed = sealMfaToken(context, { domain: 'a.example' }, error, asked)
  t.match(sealed, { code: error.code, message: error.message, status: error.status, statusCode: error.statusCode })
  t.strictSame({ ...openMfaToken(context, sealed.mfaToken, { domain: 'a.example' }) },
    { mfaToken: 'secret', domain: 'a.example', requirements: error.requirements, createdAt: now, ...asked })
  const refused = async (token: unknown, server?: { domain: string }) => {
    const refusal = await errorOf(() => openMfaToken(context, token as string, server))
    t.type(refusal, InvalidArgumentError)
    t.match(refusal, { argument: 'mfaToken' })
    return refusal.message
  }
  t.match(await refused('forged'), /not one this application/)
  t.match(await refused(7), /not one this application/)
  t.match(await refused(sealed.mfaToken, { domain: 'b.example' }), /of another domain/)
  t.equal(openMfaToken(context, sealed.mfaToken).domain, 'a.example', 'where it goes is not known yet')
  time = now + 600
  t.ok(openMfaToken(context, sealed.mfaToken))
  time = now + 601
  t.match(await refused(sealed.mfaToken), /expired/)
})
