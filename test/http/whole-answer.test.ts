import type { Dispatcher } from 'undici'
import t from 'tap'
import { dispatchWhole } from '../../lib/http/whole-answer.js'

t.test('an exchange that is given up before it began ends when it begins, and is counted until then', async t => {
  const told: unknown[] = []
  let handler: Dispatcher.DispatchHandler | undefined
  const dispatcher = { dispatch: (_: unknown, given: Dispatcher.DispatchHandler) => (handler = given) }
  const request = { path: '/', method: 'GET' } as const
  const controller = new AbortController()
  const limits = { seconds: 60, host: 'a.test', signal: controller.signal, maxBytes: 9 }
  const send = () => dispatchWhole(dispatcher as unknown as Dispatcher, request, limits, () => told.push('ended'))
  const waiting = send()
  controller.abort(new Error('enough'))
  await t.rejects(waiting, { code: 'aborted' })
  t.strictSame(told, [], 'undici still has it')
  handler!.onConnect!(error => told.push(error!.message))
  handler!.onError!(new Error('aborted'))
  t.strictSame(told, ['The request was aborted.', 'ended'])
  handler = undefined
  await t.rejects(send(), { code: 'aborted' })
  t.strictSame([told.length, handler], [3, undefined], 'nothing is sent once the signal is aborted')
})
