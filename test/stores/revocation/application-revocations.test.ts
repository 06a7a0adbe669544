import t from 'tap'
import { applicationRevocations } from '../../../lib/stores/revocation/application-revocations.js'

t.test('revocations of one application', async t => {
  const calls: unknown[] = []
  const here = applicationRevocations({
    revoke: (...all) => { calls.push(all) },
    revokedAt: asked => { calls.push(asked); return 5 }
  }, 'c')
  await here.revoke({ id: 'x' }, 1, 2)
  await here.revoke({ iss: 'i', sub: 's' }, 1, 2)
  t.strictSame(calls.splice(0), [[{ id: 'x' }, 1, 2], [{ iss: 'i', sub: 's', clientId: 'c' }, 1, 2]])
  const plain = { id: 'x', iss: 'i', sub: 's' }
  t.equal(here.revokedAt(plain), 5)
  await here.revokedAt(plain)
  t.not(calls[0], calls[1], 'what may change is looked at each time')
  t.strictSame(calls[0], { ...plain, clientId: 'c' })
  await here.revokedAt(Object.freeze(plain))
  await here.revokedAt(plain)
  t.equal(calls[2], calls[3])
  t.ok(Object.isFrozen(calls[2]))
})
