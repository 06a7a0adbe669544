import fc from 'fast-check'
import t from 'tap'
import { decodeTokens, encodeTokens } from '../../../lib/stores/stateless/tokens-cookie.js'
import type { SessionTokens } from '../../../types/stores.js'

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
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
/** Any UTF-16 text, lone surrogates included. */
function anyText (maxLength: number) {
  return fc.uint16Array({ maxLength }).map(units => String.fromCharCode(...units))
}

t.test('tokens come back as they were, and JWTs take three quarters of their length', async t => {
  const packed = encodeTokens(tokens)
  t.strictSame(decodeTokens(packed), tokens)
  const saved = Buffer.byteLength(JSON.stringify(tokens)) - packed.length
  t.ok(saved > 3 * jwt.length / 4, `${saved} bytes saved`)
  const none: SessionTokens = { id: 'x', version: 0, tokenSets: [], connectionTokenSets: [] }
  t.strictSame(decodeTokens(encodeTokens(none)), none)
  const more: SessionTokens = { ...tokens, nonce: 'n', extraClaims: ['acr'] }
  t.strictSame(decodeTokens(encodeTokens(more)), more)
})

t.test('what is packed, and what takes no room', async t => {
  const json = (packed: Buffer) => JSON.parse(packed.toString('utf8', 5, 5 + packed.readUInt32BE(1))) as unknown[]
  const refresh = (refreshToken: string) => json(encodeTokens({ ...tokens, refreshToken }))[2]
  t.equal(refresh('A'.repeat(31)), 'A'.repeat(31))
  t.strictSame(refresh('A'.repeat(32)), [24])
  const segments = (count: number) => Array.from({ length: count }, () => 'AAAA').join('.')
  t.strictSame(refresh(segments(8)), [3, 3, 3, 3, 3, 3, 3, 3])
  t.equal(refresh(segments(9)), segments(9))
  const [, , , , sets] = json(encodeTokens(tokens)) as [unknown, unknown, unknown, unknown, unknown[][]]
  t.strictSame(sets.map(set => set.slice(4)), [[null, null], ['https://api.acme.com', 'read:a read:b']])
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
    [2, [1, {}, ['x'], [-1], [1.5], [1], [3, -3], [0.5, -0.5]]],
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
      pack({}), pack([1, 2]), pack(good.slice(1)), pack([...good, ['acr'], null])]
  ) t.equal(decodeTokens(odd), undefined)
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
