import t from 'tap'
import { toCamelCase, toResult, toSnakeCase } from '../../../lib/authentication/server/naming.js'

t.test('names on the wire and in results', async t => {
  t.strictSame(toCamelCase({ a_b_c: 1, a_1: 2, A: 3, b: undefined, _x: 4 }), { aBC: 1, a1: 2, A: 3, X: 4 })
  t.strictSame(toSnakeCase({ aBC: 1, a: undefined, b: { cD: 1 } }), { a_b_c: 1, b: { cD: 1 } })
  const result = toResult({ a_b: 1, c: 2 })
  t.strictSame([Object.keys(result), result.a_b, result.aB], [['aB', 'c'], 1, 1])
})
