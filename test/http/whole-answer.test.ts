import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import t from 'tap'
import { checkCallLimits } from '../../lib/http/call-limits.js'
import { dispatchWhole } from '../../lib/http/whole-answer.js'
import { flattened, fromRaw, isStream } from '../../lib/http/wire.js'

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

t.test('a whole answer, part by part', async t => {
  for (const [maxBytes, parts, ends] of [
    [4, ['ab', 'cd'], 'abcd'], [3, ['ab', 'cd'], undefined], [4, ['abcd'], 'abcd'], [0, [], '']
  ] as [number, string[], string | undefined][]) {
    const { signal } = new AbortController()
    const told: unknown[] = []
    let handler!: Dispatcher.DispatchHandler
    const request = { path: '/', method: 'GET' } as const
    const dispatcher = {
      dispatch (given: unknown, its: Dispatcher.DispatchHandler) {
        told.push(given)
        handler = its
      }
    }
    const limits = { seconds: 60, host: 'a.test', signal, maxBytes }
    const answer = dispatchWhole(dispatcher as unknown as Dispatcher, request, limits, () => told.push('ended'))
    handler.onConnect!(error => told.push(error!.message))
    t.equal(getEventListeners(signal, 'abort').length, 1)
    const raw = ['Content-Type', 'a/b', 'Set-Cookie', 'c'].map(text => Buffer.from(text))
    t.equal(handler.onHeaders!(201, raw, () => {}, ''), true, 'undici goes on')
    for (const part of parts) t.equal(handler.onData!(Buffer.from(part)), true)
    if (ends === undefined) handler.onError!(new Error('aborted'))
    else handler.onComplete!(null)
    const tooLarge = 'The answer is larger than 3 bytes.'
    if (ends === undefined) await t.rejects(answer, { code: 'response_too_large', message: tooLarge })
    else {
      t.strictSame(await answer,
        { status: 201, headers: { 'content-type': 'a/b' }, body: Buffer.from(ends), decoded: false })
    }
    t.strictSame(told, [request, ...(ends === undefined ? [tooLarge] : []), 'ended'])
    t.equal(getEventListeners(signal, 'abort').length, 0, 'nothing listens any more')
  }
})

t.test('headers as they come', async t => {
  t.strictSame(flattened({ a: '1', b: ['2', '3'], c: undefined, 'set-cookie': ['d', 'e'] }), { a: '1', b: '2, 3' })
  const raw = ['A', '1', 'a', '2', 'A', '3', 'SET-Cookie', 'c', 'B', 'é', 'constructor', 'd']
  t.strictSame(fromRaw(raw.map(text => Buffer.from(text, 'latin1'))), { a: '1, 2, 3', b: 'é', constructor: 'd' })
  t.strictSame([undefined, 'x', new Uint8Array(1), Buffer.from('x')].map(isStream), [false, false, false, false])
  t.equal(isStream(Readable.from([])), true)
})

t.test('what a caller may give for a call', async t => {
  const { signal } = new AbortController()
  for (const good of [{}, { signal }, { timeout: 0.1 }, { timeout: 1 }, { timeout: 86_400 }]) checkCallLimits(good)
  for (const wrong of [null, 'x', {}, 7]) {
    t.throws(() => checkCallLimits({ signal: wrong }),
      { argument: 'signal', message: 'The argument "signal" must be an AbortSignal.' })
  }
  for (const wrong of [0, -1, 86_401, NaN, Infinity, '5', null]) {
    t.throws(() => checkCallLimits({ timeout: wrong }), {
      argument: 'timeout',
      message: 'The argument "timeout" must be a number of seconds above 0, and at most 86400.'
    })
  }
})
