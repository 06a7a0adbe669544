import t from 'tap'
import { sessionView } from '../../../lib/flows/session/view.js'

t.test('what is shown of a session', async t => {
  const record = { id: 'i', user: { sub: 'x', a: 1 }, custom: { b: 1 }, createdAt: 5.9, domain: 'd' } as never
  const shown = sessionView({ record, expiresAt: 9.9, lastActivity: 0 })
  t.strictSame(shown, { b: 1, id: 'i', user: { sub: 'x', a: 1 }, domain: 'd', createdAt: 5, expiresAt: 9 } as never)
  t.ok(Object.isFrozen(shown))
  t.match(sessionView({
    record: {
      ...record as object,
      sid: 's',
      user: { sub: 'x', act: { sub: 'y' } },
      authorizationDetails: [1],
      custom: { id: 'no' }
    },
    expiresAt: 9,
    lastActivity: 0
  } as never), { id: 'i', sid: 's', actor: { sub: 'y' }, authorizationDetails: [1] })
})
