import fc from 'fast-check'
import t from 'tap'
import { decodeLastSeen, decodeRecord, encodeLastSeen, encodeRecord } from '../../lib/stores/stateless/claims-cookie.js'
import { decodeTokens, encodeTokens } from '../../lib/stores/stateless/tokens-cookie.js'
import { decodeTransaction, encodeTransaction } from '../../lib/stores/transactions/transaction-format.js'
import { deepFreeze } from '../../lib/base/json.js'
import type { SessionRecord, SessionTokens, Transaction } from '../../types/stores.js'

const record: SessionRecord = {
  id: 'session-1',
  version: 3,
  user: { sub: 'auth0|1', email: 'ä@example.com', 'https://acme/roles': ['admin'] },
  domain: 'acme.eu.auth0.com',
  issuer: 'https://acme.eu.auth0.com/',
  createdAt: 1_800_000_000,
  updatedAt: 1_800_000_100.5
}
const full: SessionRecord = {
  ...record,
  issuer: 'https://login.acme.com/',
  sid: 's1',
  ceiling: 1_800_100_000,
  custom: { theme: 'dark' },
  authorizationDetails: [{ type: 'payment' }]
}

const jwt = ['{"alg":"RS256"}', '{"sub":"auth0|1","n":1234567}', 'x'.repeat(256)].map(part =>
  Buffer.from(part).toString('base64url')
).join('.')
const jwe = `${
  Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')
}..AAAAAAAAAAAAAAAA.c29tZSB0ZXh0.AAAAAAAAAAAAAAAAAAAAAA`
const tokens: SessionTokens = {
  id: 'session-1',
  version: 3,
  refreshToken: 'v1.Mf6_refresh-token-that-is-opaque-and-long-enough-to-matter',
  idToken: jwt,
  jkt: 'thumbprint',
  tokenSets: [
    {
      accessToken: jwt,
      tokenType: 'Bearer',
      scope: 'openid profile',
      requestedScope: 'openid profile',
      expiresAt: 1_800_003_600
    },
    {
      accessToken: jwe,
      tokenType: 'DPoP',
      scope: 'read:a',
      requestedScope: 'read:a read:b',
      expiresAt: 0,
      audience: 'https://api.acme.com'
    }
  ],
  connectionTokenSets: [
    { accessToken: 'ya29.opaque', scope: '', expiresAt: 1, connection: 'google-oauth2' },
    { accessToken: jwt, scope: 'repo', expiresAt: 2, connection: 'github', loginHint: 'me' }
  ]
}

const transaction: Transaction = {
  kind: 'login',
  state: 's',
  nonce: 'n',
  codeVerifier: 'v',
  redirectUri: 'https://app.example.com/auth/callback',
  domain: 'acme.eu.auth0.com',
  issuer: 'https://acme.eu.auth0.com/',
  createdAt: 1
}

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

/** Any UTF-16 text, lone surrogates included. */
function anyText (maxLength: number) {
  return fc.uint16Array({ maxLength }).map(units => String.fromCharCode(...units))
}

t.test('records come back as they were', async t => {
  t.strictSame(decodeRecord(Buffer.from(encodeRecord(record))), record)
  t.strictSame(decodeRecord(Buffer.from(encodeRecord(full))), full)
})

t.test('what JSON cannot express is an error that names the session', async t => {
  t.throws(() => encodeRecord({ ...record, custom: { big: 1n } }), {
    name: 'InvalidArgumentError',
    argument: 'session'
  })
  t.throws(() => encodeTransaction({ transaction: { ...transaction, appState: 1n }, expiresAt: 1 }), {
    name: 'InvalidArgumentError',
    argument: 'appState'
  })
})

t.test('SES-26: a claims cookie of another version or shape is no session', async t => {
  const good = JSON.parse(encodeRecord(full)) as unknown[]
  const wrong: [at: number, values: unknown[]][] = [
    [0, [0, 2, '1', null]],
    [1, [1, null, {}]],
    [2, ['1', null]],
    [3, ['1', null]],
    [4, ['1', null]],
    [5, [1, null]],
    [6, [1, {}]],
    [7, [1, {}]],
    [8, ['1', {}]],
    [9, [null, [], 'x', {}, { sub: 1 }]],
    [10, [[], 'x', 1]],
    [11, [{}, 'x', 1]]
  ]
  for (const [at, values] of wrong) {
    for (const value of values) {
      t.equal(decodeRecord(bytes(good.with(at, value))), undefined, `${at}: ${JSON.stringify(value)}`)
    }
  }
  for (const value of [null, 1, 'x', {}, [], good.slice(1), [...good, null], { length: 12, 0: 1 }]) {
    t.equal(decodeRecord(bytes(value)), undefined)
  }
  for (const text of ['', '{', '\u0000', 'undefined']) t.equal(decodeRecord(Buffer.from(text)), undefined)
  t.ok(decodeRecord(bytes(good)))
})

t.test('SES-26: a last-seen cookie of another version or shape says nothing', async t => {
  t.strictSame(decodeLastSeen(Buffer.from(encodeLastSeen({ id: 'a', at: 1.5 }))), { id: 'a', at: 1.5 })
  for (const value of [null, {}, [], [2, 'a', 1], [1, 1, 1], [1, 'a', '1'], [1, 'a'], [1, 'a', 1, 1]]) {
    t.equal(decodeLastSeen(bytes(value)), undefined)
  }
  t.equal(decodeLastSeen(Buffer.from('{')), undefined)
})

t.test('SES-26: a transaction of another version or shape is none', async t => {
  t.strictSame(decodeTransaction(Buffer.from(encodeTransaction({ transaction, expiresAt: 2 }))), {
    transaction,
    expiresAt: 2
  })
  for (
    const value of [null, {}, [], [2, 1, transaction], [1, '1', transaction], [1, 1, transaction, 1], [1, 1, []], [1, 1,
      null]]
  ) t.equal(decodeTransaction(bytes(value)), undefined)
  for (const member of ['kind', 'state', 'nonce', 'codeVerifier', 'redirectUri', 'domain', 'issuer', 'createdAt']) {
    t.equal(decodeTransaction(bytes([1, 1, { ...transaction, [member]: ['x'] }])), undefined, member)
  }
  t.equal(decodeTransaction(Buffer.from('{')), undefined)
})

t.test('tokens come back as they were, and JWTs take three quarters of their length', async t => {
  const packed = encodeTokens(tokens)
  t.strictSame(decodeTokens(packed), tokens)
  const saved = Buffer.byteLength(JSON.stringify(tokens)) - packed.length
  t.ok(saved > 3 * jwt.length / 4, `${saved} bytes saved`)
  const none: SessionTokens = { id: 'x', version: 0, tokenSets: [], connectionTokenSets: [] }
  t.strictSame(decodeTokens(encodeTokens(none)), none)
})

t.test('any string comes back as it was, packed or not', async t => {
  const spellings = [
    '',
    '.',
    '..',
    'a.b.c',
    jwt,
    jwe,
    `${jwt}.`,
    `.${jwt}`,
    `${jwt}=`,
    jwt.replaceAll('-', '+'),
    'A'.repeat(40),
    'A'.repeat(41),
    `${'A'.repeat(41)}B`,
    `${'A'.repeat(42)}B`,
    'x.'.repeat(40),
    'AAAA.'.repeat(7) + 'AAAA',
    'AAAA.'.repeat(8) + 'AAAA',
    '[30,2]',
    '\ud800 lone',
    'ü'.repeat(40),
    '\u0000'.repeat(40),
    '__proto__'.repeat(8)
  ]
  const roundTrips = (token: string) => {
    const decoded = decodeTokens(
      encodeTokens({ ...tokens, refreshToken: token, idToken: token, jkt: token, nonce: token })
    )
    return decoded?.refreshToken === token && decoded.idToken === token && decoded.jkt === token &&
      decoded.nonce === token && decoded.tokenSets[1]?.accessToken === jwe
  }
  for (const token of spellings) t.ok(roundTrips(token), JSON.stringify(token).slice(0, 50))
  fc.assert(fc.property(anyText(80), roundTrips), { numRuns: 300 })
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'AQgwBx-_=+'), maxLength: 20 }), { maxLength: 10 }),
      parts => roundTrips(parts.join('.'))),
    { numRuns: 500 }
  )
})

t.test('SES-26: a tokens cookie of another version or shape is none', async t => {
  const pack = (json: unknown, raw = Buffer.alloc(0)) => {
    const text = bytes(json)
    const prefix = Buffer.from([1, 0, 0, 0, 0])
    prefix.writeUInt32BE(text.length, 1)
    return Buffer.concat([prefix, text, raw])
  }
  const set: unknown[] = ['a', 'Bearer', 's', 1, null, null]
  const connection: unknown[] = ['a', 's', 1, 'c', null]
  const good: unknown[] = ['id', 1, null, null, [set], [connection], null, null]
  t.ok(decodeTokens(pack(good)))
  const wrong: [at: number, values: unknown[]][] = [
    [0, [1, null]],
    [1, ['1']],
    [2, [1, {}, ['x'], [-1], [1.5], [1]]],
    [3, [1, [9]]],
    [4, [null, {}, [null], [1], [[]], [set.with(0, 1)], [set.with(1, 'mac')], [set.with(2, null)], [set.with(3, '1')], [
      set.with(4, 1)
    ], [set.with(5, 1)]]],
    [5, [null, {}, [null], [{}], [connection.with(0, 1)], [connection.with(1, 1)], [connection.with(2, '1')], [
      connection.with(3, null)
    ], [connection.with(4, 1)]]],
    [6, [1, {}]],
    [7, [1, {}]]
  ]
  for (const [at, values] of wrong) {
    for (const value of values) {
      t.equal(decodeTokens(pack(good.with(at, value))), undefined, `${at}: ${JSON.stringify(value)}`)
    }
  }
  t.equal(decodeTokens(pack(good, Buffer.from('more'))), undefined, 'left-over bytes')
  t.equal(decodeTokens(pack(good.with(2, [3, 3]), Buffer.from('four'))), undefined, 'missing bytes')
  t.equal(decodeTokens(pack(good.with(2, [2 ** 40]))), undefined, 'an absurd length')
  for (
    const odd of [Buffer.alloc(0), Buffer.alloc(4), Buffer.from([2, 0, 0, 0, 0]), Buffer.from([1, 255, 255, 255, 255]),
      pack({}), pack([1, 2])]
  ) t.equal(decodeTokens(odd), undefined)
})

t.test('PP-01: keys that name prototypes do no harm', async t => {
  const hostile = JSON.parse(
    '{"sub":"auth0|1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},' +
      '"deep":[{"__proto__":{"polluted":1}}]}'
  ) as SessionRecord['user']
  const decoded = decodeRecord(Buffer.from(encodeRecord({ ...record, user: hostile, custom: hostile })))
  const escaped = decodeRecord(
    Buffer.from(encodeRecord({ ...record, user: hostile }).replaceAll('__proto__', '\\u005f_proto__'))
  )
  for (const user of [decoded?.user, decoded?.custom, escaped?.user]) {
    t.equal((Object.assign({}, user) as Record<string, unknown>)['polluted'], undefined)
    t.equal(Object.hasOwn(user ?? {}, '__proto__'), false)
    t.equal(Object.hasOwn((user as { deep: object[] }).deep[0] ?? {}, '__proto__'), false)
    t.same((user as Record<string, unknown>)['constructor'], { prototype: { polluted: 1 } }, 'only data')
  }
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

t.test('PP-05: token sets of audiences that name prototypes are kept apart', async t => {
  const sets = ['__proto__', 'constructor', 'toString'].map(audience => ({
    accessToken: `for ${audience}`,
    tokenType: 'Bearer' as const,
    scope: '',
    requestedScope: '',
    expiresAt: 1,
    audience
  }))
  t.strictSame(decodeTokens(encodeTokens({ ...tokens, tokenSets: sets }))?.tokenSets, sets)
})

t.test('frozen values are frozen to the bottom', async t => {
  const value = deepFreeze({ a: [{ b: { c: 1 } }], d: null, e: 'x' })
  t.throws(() => {
    value.a[0]!.b.c = 2
  }, TypeError)
  t.throws(() => {
    value.a.push({ b: { c: 2 } })
  }, TypeError)
})
