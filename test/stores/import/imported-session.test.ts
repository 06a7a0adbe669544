import t from 'tap'
import { customFields, numberOf, textOf } from '../../../lib/stores/import/imported-session.js'

t.test('members of the sessions of other libraries', async t => {
  t.strictSame([textOf('x'), textOf(''), textOf(5)], ['x', undefined, undefined])
  t.strictSame([numberOf(0), numberOf(NaN), numberOf('5')], [0, undefined, undefined])
  const ours = ['id', 'sid', 'user', 'domain', 'createdAt', 'expiresAt', 'authorizationDetails', '__proto__', 'own']
  const payload = Object.fromEntries([...ours, 'cart'].map(name => [name, 1]))
  Object.defineProperty(payload, '__proto__', { value: 1, enumerable: true })
  t.strictSame(customFields(payload, ['own']), { cart: 1 })
})
