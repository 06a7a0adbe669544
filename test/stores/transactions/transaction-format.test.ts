import t from 'tap'
import { decodeTransaction, encodeTransaction } from '../../../lib/stores/transactions/transaction-format.js'
import type { Transaction } from '../../../types/stores.js'
import { bytes, transaction } from '../format-samples.js'

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

t.test('a transaction has what its kind has, also one that says with an empty text what it lacks', async t => {
  const { nonce, codeVerifier, kind: _, ...facts } = transaction
  const ofSession = { sessionId: 'i', sub: 'u' }
  const kinds: Transaction[] = [
    transaction,
    { ...facts, kind: 'magic-link', nonce },
    { ...facts, ...ofSession, kind: 'link', nonce, codeVerifier },
    { ...facts, ...ofSession, kind: 'unlink', nonce, codeVerifier },
    { ...facts, ...ofSession, kind: 'connect', codeVerifier, authSession: 'a' }
  ]
  for (const one of kinds) {
    const kept = { transaction: one, expiresAt: 2 }
    t.strictSame(decodeTransaction(Buffer.from(encodeTransaction(kept))), kept, one.kind)
    t.strictSame(decodeTransaction(bytes([1, 2, { nonce: '', codeVerifier: '', connection: 'c', ...one }])), kept,
      `0.1: ${one.kind}`)
    t.equal(encodeTransaction(kept).includes('"connection":""'), 'sessionId' in one, 'older processes can read it')
    for (const member of Object.keys(one)) {
      t.equal(decodeTransaction(bytes([1, 2, { ...one, [member]: ['x'] }])), undefined, member)
      const lacking = Object.fromEntries(Object.entries(one).filter(([name]) => name !== member))
      t.equal(decodeTransaction(bytes([1, 2, lacking])), undefined, `${one.kind} without ${member}`)
    }
  }
})
