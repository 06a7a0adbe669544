import type { RouteOptions } from 'fastify'
import t from 'tap'
import { PASS, type Guard } from '../../../lib/plugin/guards/guard/guard.js'
import { guard } from '../../../lib/plugin/guards/guard/make-guard.js'
import { checkBeforeHandler } from '../../../lib/plugin/guards/last-check.js'
import { requestState } from '../../../lib/plugin/request/request-state.js'
import { errorOf } from '../../tokens/problem.js'

t.test('a handler that gets no request of ours does not run', async t => {
  let runs = 0
  const run = () => ++runs
  const route = { method: 'GET', url: '/x', handler: run, wsHandler: undefined } as unknown as RouteOptions
  checkBeforeHandler(route, [])
  t.not(route.handler, run)
  t.notOk(route.wsHandler)
  for (const args of [[], [{}, {}], [null, 'x']]) {
    t.match(await errorOf(() => (route.handler as (...args: unknown[]) => unknown)(...args)),
      { code: 'configuration_error', option: 'hooks', message: /route GET \/x did not run/ })
  }
  t.equal(runs, 0)
})

t.test('a handler runs for requests that the guards have let pass', async t => {
  const calls: string[] = []
  let answers = false
  const pass = guard({}, () => PASS)
  const wait = guard({}, async (_request, reply) => {
    calls.push('asked')
    await new Promise(resolve => setImmediate(resolve))
    if (answers) Object.assign(reply, { sent: true })
    else calls.push('passed')
  })
  type Run = (this: unknown, ...args: unknown[]) => unknown
  const run = (member: 'handler' | 'wsHandler', before: Guard[],
    args: (request: object, reply: object) => unknown[]) => {
    const route = { method: 'GET', url: '/x', [member] (...args: unknown[]) { return [this, ...args] } }
    checkBeforeHandler(route as unknown as RouteOptions, [pass, wait])
    const request = {}
    const reply = { sent: false, hijack () {} }
    requestState(request as never)
    for (const one of before) void one(request as never, reply)
    const given = args(request, reply)
    const result = (route as unknown as Record<string, Run>)[member]!.apply('this', given)
    return { result, ran: ['this', ...given], reply }
  }
  const http = (request: object, reply: object) => [request, reply, 'more']
  const socket = (request: object) => [{}, request]

  const once = run('handler', [pass, wait], http)
  t.strictSame(await once.result, once.ran)
  t.strictSame(calls.splice(0), ['asked', 'passed'], 'who was asked is waited for')
  const unasked = run('handler', [], http)
  t.strictSame(await unasked.result, unasked.ran)
  t.strictSame(calls.splice(0), ['asked', 'passed'])
  answers = true
  const answered = run('handler', [pass], http)
  t.equal(await answered.result, answered.reply, 'the handler does not run')
  answers = false
  calls.length = 0
  const open = run('wsHandler', [pass, wait], socket)
  t.strictSame(await open.result, open.ran)
  t.match(await errorOf(async () => await run('wsHandler', [pass], socket).result), { option: 'hooks' },
    'nobody can ask without a reply')

  const route = { method: 'GET', url: '/x', handler: () => 'at once' }
  checkBeforeHandler(route as unknown as RouteOptions, [pass])
  const request = {}
  requestState(request as never)
  void pass(request as never, { sent: false })
  t.equal((route.handler as (...args: unknown[]) => unknown)(request, {}), 'at once')
})
