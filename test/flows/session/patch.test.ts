import t from 'tap'
import { withChanges } from '../../../lib/flows/session/patch.js'

t.test('changes of a session', async t => {
  const record = { id: 'i', user: { sub: 'x', a: 1 }, custom: { b: 1 }, createdAt: 5.9, domain: 'd' } as never
  t.equal(withChanges(record, { user: { a: 1 }, custom: { b: 1, c: undefined } }), record)
  t.match(withChanges(record, { user: { a: undefined }, custom: { c: 2 } }),
    { user: { sub: 'x', a: undefined }, custom: { b: 1, c: 2 } })
  const proto = JSON.parse('{"__proto__":{"z":1}}') as Record<string, unknown>
  t.equal(withChanges(record, { user: proto, custom: {} }), record)
})
