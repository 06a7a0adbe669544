import t from 'tap'
import { isState } from '../../../lib/stores/transactions/transaction-states.js'

t.test('what a state may be', async t => {
  t.strictSame([isState('a-_9'), isState(''), isState('a'.repeat(128)), isState('a'.repeat(129)), isState('a.b')],
    [true, false, true, false, false])
})
