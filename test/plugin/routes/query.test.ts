import t from 'tap'
import { queryOf, single } from '../../../lib/plugin/routes/query.js'

t.test('queries', async t => {
  const query = queryOf({ url: '/x?a=1&a=2&b=3&c=&d[]=4?e' } as never)
  t.strictSame(['a', 'b', 'c', 'd[]', 'e'].map(name => single(query, name)), [undefined, '3', undefined, '4?e',
    undefined])
  t.equal(queryOf({ url: '/x' } as never).size, 0)
})
