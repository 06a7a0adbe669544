import t from 'tap'
import { LoginRequiredError } from '../../../lib/errors.js'
import { Leash } from '../../../lib/plugin/proxy/leash.js'

t.test('what aborts a call', async t => {
  const leash = new Leash()
  const heard: unknown[] = []
  leash.on('abort', () => heard.push(leash.reason))
  t.strictSame([leash.aborted, leash.reason], [false, undefined])
  const [first, second] = [new LoginRequiredError(), new LoginRequiredError()]
  leash.abort(first)
  leash.abort(second)
  t.strictSame([leash.aborted, leash.signal.reason, heard.length], [true, first, 1])
})
