import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { ForbiddenError, TokenValidationError } from '../../lib/errors.js'
import { checkActorDemands } from '../../lib/flows/api/actor-demand.js'
import { VerifiedToken } from '../../lib/flows/api/verified-tokens.js'
import { checkAccessTokenClaims } from '../../lib/tokens/claims.js'
import { areOrdinary, type OrdinaryDemands } from '../../lib/tokens/ordinary-claims.js'

const now = 1_800_000_000
const issuer = 'https://acme.eu.auth0.com/'
const api = 'https://api.example.com'
const demands: OrdinaryDemands = {
  issuer,
  audiences: [api],
  scopes: ['read:users'],
  anyScope: undefined,
  permissions: [],
  clockTolerance: 30
}
const claims = {
  iss: issuer,
  sub: 'auth0|1',
  aud: [api, `${issuer}userinfo`],
  exp: now + 3600,
  iat: now,
  azp: 'client-1',
  scope: 'openid read:users write:users',
  permissions: ['read:users', 'write:users']
}

t.test('the tokens that Auth0 issues are ordinary', async t => {
  const all = { ...demands, anyScope: ['admin', 'openid'], permissions: ['write:users'] }
  for (const [title, changes] of Object.entries({
    'of a user': {},
    'of a program': { sub: 'client-1@clients', gty: 'client-credentials', aud: api },
    'of the profile': { azp: undefined, client_id: 'client-1', jti: 'token-1' },
    'for several audiences': { aud: ['https://other.example.com', api] },
    'with claims of the application': { 'https://example.com/roles': ['a'], org_id: 'org_1', email: 'a@example.com' },
    'that says neither whom it is of nor since when': { sub: undefined, iat: undefined },
    'at the end of its time': { exp: now - 29, iat: now + 30 },
    'of any time': { exp: 1e10 - 1, iat: 0 },
    'of the longest name': { sub: 'x'.repeat(255) },
    'of a name with an @': { sub: 'abc@e@' },
    'of the first and the last character': { sub: ' ~', scope: 'openid read:users ! ~' }
  })) t.ok(areOrdinary(JSON.parse(JSON.stringify({ ...claims, ...changes })), all, now), title)
})

/** What the whole check says: the rules for claims, for bound tokens, and for visitors who have not logged in. */
function isAccepted (payload: Record<string, unknown>, { issuer, audiences, ...wanted }: OrdinaryDemands,
  typ: string | undefined): boolean {
  try {
    const found = checkAccessTokenClaims(payload, { ...wanted, issuers: [issuer], audience: audiences, now, typ })
    checkActorDemands(found, {}, undefined)
    return found.cnf === undefined
  } catch (error) {
    if (error instanceof TokenValidationError || error instanceof ForbiddenError) return false
    throw error
  }
}

t.test('nobody can change the claims that many requests share', async t => {
  const jws = { header: { alg: 'HS256' }, payload: structuredClone(claims), key: createSecretKey('secret', 'utf8') }
  const verified = new VerifiedToken('a.b.c', jws, 30)
  t.match(verified, { issuer, expiresAt: now + 3630 })
  t.strictSame(verified.claims, claims)
  t.ok(Object.isFrozen(verified.claims) && Object.isFrozen(verified.claims.aud))
  t.equal(verified.claims, verified.claims)
})

t.test('what the whole check refuses is not ordinary', async t => {
  for (const [title, changes] of Object.entries({
    'an audience without a colon, and no claim of an access token': {
      aud: 'orders',
      azp: undefined,
      scope: undefined,
      permissions: undefined
    },
    'an ID token': { aud: 'client-1' },
    'scopes with a blank at the end': { scope: 'read:users ' },
    'scopes with a blank in front': { scope: ' read:users' },
    'scopes between other blanks': { scope: 'openid\tread:users' },
    'a longer scope': { scope: 'read:users2 xread:users' }
  })) {
    const payload = JSON.parse(JSON.stringify({ ...claims, ...changes })) as Record<string, unknown>
    const scopes = title.includes('scope') ? ['read:users'] : []
    const all = { ...demands, audiences: [api, 'orders', 'client-1'], scopes }
    t.notOk(isAccepted(payload, all, 'JWT'), `${title} is refused`)
    t.notOk(areOrdinary(payload, all, now), title)
  }
})

const odd = fc.constantFrom<unknown>(null, true, 0, '', [], {}, [null], [''], ['a', 1])
const texts = fc.constantFrom(issuer, api, 'client-1', 'auth0|1', 'Ł', 'a\tb', 'x'.repeat(255), 'x'.repeat(256),
  `anon@${'0'.repeat(36)}`, `ANON@${'f'.repeat(36)}`, 'anon@acme', 'nobody@')
const words = fc.constantFrom('read', 'read:users', 'write:users', 'users', '', ' ', 'ä', 'read:users2', '\u007f')
const moments = fc.oneof(fc.integer({ min: now - 32, max: now + 32 }),
  fc.constantFrom<unknown>(0, -1, now + 0.5, 1e10, 1e10 - 1, String(now), null, 9e15))
const changed = fc.record({
  iss: fc.oneof(odd, texts),
  sub: fc.oneof(odd, texts),
  aud: fc.oneof(odd, texts, fc.array(fc.oneof({ weight: 5, arbitrary: texts }, odd), { maxLength: 3 })),
  exp: moments,
  iat: moments,
  nbf: moments,
  azp: fc.oneof(odd, texts),
  client_id: fc.oneof(odd, texts),
  scope: fc.oneof(odd, fc.array(words, { maxLength: 4 }).map(list => list.join(' ')), fc.array(words)),
  permissions: fc.oneof(odd, fc.array(fc.oneof({ weight: 5, arbitrary: words }, odd), { maxLength: 4 })),
  events: fc.oneof(odd, texts),
  nonce: fc.oneof(odd, texts),
  at_hash: fc.oneof(odd, texts),
  c_hash: fc.oneof(odd, texts),
  s_hash: fc.oneof(odd, texts),
  act: fc.oneof(odd, fc.constant({ sub: 'actor' })),
  cnf: fc.oneof(odd, fc.constant({ jkt: 'x' }))
}, { requiredKeys: [] })
const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('read:users', 'write:users') },
  fc.constantFrom('read', 'users'))
const names = fc.array(name, { maxLength: 2 })
const wanted = fc.record({
  scopes: names,
  anyScope: fc.option(fc.array(name, { minLength: 1, maxLength: 2 }), { nil: undefined }),
  permissions: names
})

const others = ['nbf', 'client_id', 'events', 'nonce', 'at_hash', 'c_hash', 's_hash', 'act', 'cnf']

/** At most two claims differ, or are missing, so that each is what decides. */
const payloads = fc.tuple(changed, fc.shuffledSubarray([...Object.keys(claims), ...others], { maxLength: 2 }))
  .map(([values, names]): Record<string, unknown> =>
    JSON.parse(JSON.stringify({
      ...claims, ...Object.fromEntries(names.map(name => [name, (values as Record<string, unknown>)[name]]))
    })))

t.test('what is ordinary is what the whole check accepts', async t => {
  const found = { ordinary: 0, others: 0 }
  fc.assert(fc.property(payloads, wanted, fc.constantFrom(undefined, 'JWT', 'at+jwt'), (payload, more, typ) => {
    const all = { ...demands, audiences: [api, 'client-1'], ...more }
    const isOrdinary = areOrdinary(payload, all, now)
    found[isOrdinary ? 'ordinary' : 'others']++
    return !isOrdinary || isAccepted(payload, all, typ)
  }), { numRuns: 10_000 })
  t.ok(found.ordinary > 1000, `${found.ordinary} ordinary ones`)
  t.ok(found.others > 1000, `${found.others} others`)
})
