import t from 'tap'
import { RefusedTokens } from '../../../lib/plugin/proxy/refused-tokens.js'

t.test('tokens that were refused, the newest of them', async t => {
  const refused = new RefusedTokens()
  for (let i = 0; i <= 1000; i++) refused.add(`t${i}`)
  t.strictSame([refused.has('t0'), refused.has('t1'), refused.has('t1000')], [false, true, true])
})
