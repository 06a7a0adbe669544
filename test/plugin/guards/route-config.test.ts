import t from 'tap'
import { answerOf, nameOfRoute, optedOut } from '../../../lib/plugin/guards/route-config.js'

const given = (value: unknown) => value as never

t.test('what routes say of themselves', async t => {
  t.strictSame([undefined, {}, { public: false }, { public: true }, false].map(declared => optedOut(given(declared))),
    [false, false, false, true, true])
  t.equal(nameOfRoute({ method: ['GET', 'HEAD'], url: '/x' }), 'GET, HEAD /x')
  t.equal(nameOfRoute({ method: 'GET', url: '/' }), 'GET /')
  const answer = (auth0: unknown) => answerOf(given({ routeOptions: { config: { auth0 } } }))
  t.strictSame([undefined, false, {}, { onUnauthenticated: '401' }].map(answer),
    [undefined, undefined, undefined, '401'])
})
