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

t.test('how little is too little', async t => {
  const bits = 'qwwwzmqqwmwqqzwmwzmwzzzmmmzzmmwqqmqqzzqw'
  t.notOk(isWeakSecret(bits), '80 bits by how often each character stands there')
  t.ok(isWeakSecret(bits.slice(0, -1)), '78 bits')
  t.notOk(isWeakSecret('d5phwbkqt3zvm9xd5phwbkqt3zvm9xd5phwbkqt3zvm9xd5phwbkq'), 'packed into 20 bytes')
  t.ok(isWeakSecret('zkhxbvpq3tmd5wzkhxbvpq3tmd5wzkhxbvpq3tmd5wzkhx'), 'packed into 19 bytes')
  const steps = 'abqrFGxymnJKuvdeHIopstABklPQ78WX45LMRS'
  t.notOk(isWeakSecret(`${steps}gh`), '20 of 40 characters follow the one before')
  t.ok(isWeakSecret(`${steps}TU`), '21 of 40')
})
