import t from 'tap'
import { decodeTransaction, encodeTransaction } from '../../../lib/stores/transactions/transaction-format.js'
import type { Transaction } from '../../../types/stores.js'
import { bytes, transaction } from '../format-samples.js'
import { loginUnderWay } from './login-under-way.js'

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

t.test('how a login under way is written and read', async t => {
  const whole = loginUnderWay('s', 5)
  const link = { ...whole, kind: 'link', sessionId: 'i', sub: 'u' }
  const { nonce: _, ...connect } = { ...link, kind: 'connect', authSession: 'a' }
  const { codeVerifier: __, ...magic } = { ...whole, kind: 'magic-link' }
  const read = (value: unknown) =>
    decodeTransaction(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  for (const transaction of [whole, { ...whole, kind: 'enterprise' }, magic, link, { ...link, kind: 'unlink' }, connect,
    { ...whole, issuer: 'https://other/', appState: { a: 1 }, returnTo: '/x' }]) {
    const text = encodeTransaction({ transaction: transaction as never, expiresAt: 9 })
    t.strictSame(read(text), { transaction, expiresAt: 9 } as never, JSON.stringify(transaction))
    t.strictSame(read([1, 9, transaction]), { transaction, expiresAt: 9 } as never, 'as 0.1 wrote it')
    for (const name of ['kind', 'state', 'redirectUri', 'domain', 'issuer', 'createdAt',
      ...Object.keys(transaction).filter(name =>
        ['nonce', 'codeVerifier', 'sessionId', 'sub', 'connection', 'authSession'].includes(name))]) {
      t.equal(read([1, 9, { ...transaction, [name]: null }]), undefined, `${transaction.kind} without ${name}`)
    }
  }
  t.match(JSON.parse(encodeTransaction({ transaction: whole as never, expiresAt: 9 })), [2, 9, 'login', 's', 'n', 'v',
    'r', 'd', null, 5, {}])
  for (const wrong of ['{', {}, [], [3, 9, whole], [1, '9', whole], [1, 9, whole, 1], [1, 9], [2, 9, 'login'], [1, 9,
    { ...whole, kind: 'toString' }],
  [2, 9, 'login', 's', 'n', 'v', 'r', 'd', null, 5, 'rest'], [2, 9, 'login', 's', 'n', 'v', 'r', 'd', null, 5, {},
    1]]) {
    t.equal(read(wrong), undefined, JSON.stringify(wrong))
  }
  t.throws(() => encodeTransaction({ transaction: { ...whole, appState: 1n } as never, expiresAt: 9 }),
    { argument: 'appState', message: /./ })
})
