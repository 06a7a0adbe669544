import t from 'tap'
import { isWeakSecret } from '../../../lib/plugin/options/weak-secret.js'

t.test('secrets that are weak', async t => {
  for (const weak of ['s'.repeat(64), '01'.repeat(32), 'abcdefghijklmnopqrstuvwxyz012345',
    'secretsecretsecretsecretsecretse',
    'zyxwvutsrqponmlkjihgfedcba9876543210']) t.ok(isWeakSecret(weak), weak)
  for (const strong of ['8f14e45fceea167a5a36dedd4bea2543', 'Xk2-9fQ_bZ7rT1mWq8LpV3cYh6NdJ0sG', 'a session secret of ' +
    'enough characters']) {
    t.notOk(isWeakSecret(strong), strong)
  }
})
