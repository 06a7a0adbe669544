import t from 'tap'
import { declarationOf } from '../../../lib/plugin/guards/written-route.js'

const given = (value: unknown) => value as never

t.test('what a route has declared', async t => {
  const session = { session: true }
  const declared = declarationOf(given({ config: { auth0: session } }))
  t.strictSame(declared, session)
  t.not(declared, session, 'a copy')
  t.strictSame([{}, { config: {} }, { config: { auth0: false } }].map(route => declarationOf(given(route))),
    [undefined, undefined, false])
})
