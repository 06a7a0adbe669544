import t from 'tap'
import { answerPrefetch, isPrefetch } from '../../../lib/plugin/routes/prefetch.js'

const asked = (headers: object) => ({ headers, raw: { headers } }) as never

t.test('guesses of browsers and scripts', async t => {
  for (const name of ['sec-purpose', 'purpose', 'x-sec-purpose', 'x-purpose', 'x-moz']) {
    for (const value of ['prefetch', 'prefetch;prerender', 'Preview']) t.ok(isPrefetch(asked({ [name]: value })), name)
    for (const value of ['', 'other', 'xprefetch']) t.notOk(isPrefetch(asked({ [name]: value })), `${name}: ${value}`)
  }
  for (const name of ['sec-speculation-tags', 'next-router-prefetch', 'hx-preloaded']) {
    t.ok(isPrefetch(asked({ [name]: '' })), name)
  }
  t.notOk(isPrefetch(asked({})))
  let code = 0
  const reply = { code: (given: number) => { code = given; return reply }, send: () => reply }
  answerPrefetch(reply as never)
  t.equal(code, 403)
})
