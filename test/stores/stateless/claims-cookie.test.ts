import t from 'tap'
import { thumbprintOf } from '../../../lib/base/thumbprint.js'
import {
  decodeLastSeen, decodeRecord, encodeLastSeen, encodeRecord
} from '../../../lib/stores/stateless/claims-cookie.js'
import { encodeTransaction } from '../../../lib/stores/transactions/transaction-format.js'
import type { SessionRecord } from '../../../types/stores.js'
import { bytes, transaction } from '../format-samples.js'

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

t.test('records come back as they were', async t => {
  t.strictSame(decodeRecord(Buffer.from(encodeRecord(record))), record)
  t.strictSame(decodeRecord(Buffer.from(encodeRecord(full))), full)
  t.equal((JSON.parse(encodeRecord(record)) as unknown[])[6], null, "an issuer that is the domain's takes no room")
  const key = { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' } as const
  const bound = { ...full, device: { key, thumbprint: thumbprintOf(key), since: 1, from: 'f', round: 2 } }
  const encoded = JSON.parse(encodeRecord(bound)) as unknown[]
  t.strictSame(decodeRecord(bytes(encoded)), bound)
  t.equal(decodeRecord(bytes([...encoded, null])), undefined)
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
