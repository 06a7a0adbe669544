import t from 'tap'
import { ownerOf, stamp } from '../../../lib/stores/stateful/stored-sessions.js'

t.test('the owner of a session', async t => {
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 'o' }, sid: 'd' } as never),
    { iss: 'i', sub: 's', sid: 'd', organization: 'o' })
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 5 } } as never), { iss: 'i', sub: 's' })
})

t.test('a change of a session gets its place in time', async t => {
  const current = {
    record: { id: 'i', version: 2, a: 1 },
    tokens: {
      id: 'i',
      version: 5,
      b: 1
    }
  } as never as Parameters<typeof stamp>[0]
  t.strictSame(stamp(current, current, 9), current)
  t.equal(stamp(current, current, 9).record, current.record)
  const changed = stamp(current, { record: { ...current.record, id: 'x' }, tokens: { ...current.tokens, id: 'x' } }, 9)
  t.match(changed, { record: { id: 'i', version: 6, updatedAt: 9 }, tokens: { id: 'i', version: 6 } })
  t.ok(Object.isFrozen(changed.record))
})
