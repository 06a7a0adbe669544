import t from 'tap'
import { ForbiddenError } from '../../../lib/errors.js'
import { reportFailure } from '../../../lib/plugin/routes/report.js'

t.test('what is reported of a failure', async t => {
  const told: unknown[] = []
  const report = (config: object, type?: 'logout') => reportFailure({
    config,
    emit: (...all: unknown[]) => told.push(all)
  } as never,
  { id: 'r', log: 'log' } as never, new ForbiddenError('x', 'y'), type)
  report({ domain: 'd' })
  report({}, 'logout')
  const event = { outcome: 'failure', reason: 'x', blame: 'user', requestId: 'r' }
  t.match(told, [[{ type: 'login', ...event, domain: 'd' }, 'log', ForbiddenError], [{ type: 'logout', ...event },
    'log']])
  t.notOk('domain' in (told[1] as [object])[0])
})
