import type { RouteOptions } from 'fastify'
import t from 'tap'
import { checkBeforeHandler } from '../../../lib/plugin/guards/last-check.js'
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
