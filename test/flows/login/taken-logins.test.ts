import t from 'tap'
import { createTakenLogins } from '../../../lib/flows/login/taken-logins.js'

t.test('the return path of a login that was taken', async t => {
  const taken = createTakenLogins()
  for (let i = 0; i < 1001; i++) taken.add(`s${i}`, `/${i}`)
  taken.add('none', undefined)
  t.strictSame(['s0', 's1', 's1000', 'none', null].map(one => taken.returnTo(one)),
    [undefined, undefined, '/1000', undefined, undefined])
  t.strictSame(['s0', 's1', 's2', 's1000', 'none', null].map(one => taken.has(one)),
    [false, false, true, true, true, false])
})
