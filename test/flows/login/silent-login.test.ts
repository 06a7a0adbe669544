import t from 'tap'
import { isSilent, silentState } from '../../../lib/flows/login/silent-login.js'

t.test('states of silent logins', async t => {
  const state = 'x'.repeat(32)
  t.equal(silentState(state, '/a?b'), `${state}-${Buffer.from('/a').toString('base64url')}-silent`)
  t.equal(silentState(state, undefined), `${state}--silent`)
  t.equal(silentState(state, `/${'y'.repeat(400)}`), `${state}--silent`)
  t.strictSame([isSilent(silentState(state, '/a')), isSilent(state), isSilent(null), isSilent(`x${state}--silent`)],
    [true, false, false, false])
})
