import t from 'tap'
import { decodeTransaction, encodeTransaction } from '../../../lib/stores/transactions/transaction-format.js'
import type { Transaction } from '../../../types/stores.js'

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
