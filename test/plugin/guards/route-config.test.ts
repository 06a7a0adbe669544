import t from 'tap'
import { requireSameOrigin } from '../../../lib/plugin/guards/require-same-origin.js'
import { requireSession } from '../../../lib/plugin/guards/require-session.js'
import { answerOf, kRecord, nameOfRoute, optedOut } from '../../../lib/plugin/guards/route-config.js'
import { isExempt, keepRecord, recordOf } from '../../../lib/plugin/guards/route-record.js'
import { kOwnRoute, requestState } from '../../../lib/plugin/request/request-state.js'
import { errorOf } from '../../tokens/problem.js'

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

/** A route of a scope, read with `declared`; `request` gives a request of it whose `config` somebody has changed. */
function routeOf (declared: unknown, config: object = {}, server = {}, url = '/x') {
  const route = { method: 'GET', url, config }
  const record = keepRecord(given(server), given(route), given(declared))
  const request = (changes: object = {}, about: object = {}) => {
    const routeOptions = { method: 'GET', url, config: { ...route.config, method: 'GET', url, ...changes }, ...about }
    return given({ server, routeOptions }) as Parameters<typeof recordOf>[0]
  }
  return { record, request, config: route.config as Record<string | symbol, unknown> }
}

t.test('what is read of a route when it is registered', async t => {
  const read = { method: 'GET', url: '/x', declared: undefined, guards: [], exempt: false, own: false, late: false }
  const session = { session: true }
  const cases: [declared: unknown, config: object, expected: object][] = [
    [undefined, {}, {}], [{}, {}, {}], [session, {}, { guards: [requireSession] }], [false, {}, { exempt: true }],
    [{ public: true }, {}, { exempt: true }], [undefined, { [kOwnRoute]: true }, { exempt: true, own: true }]
  ]
  for (const [declared, about, expected] of cases) {
    const { record, request, config } = routeOf(declared, { other: 1, ...about })
    t.strictSame(record, { ...read, declared, ...expected }, JSON.stringify(declared))
    t.match(config, { other: 1, [kRecord]: record })
    t.equal('auth0' in config, declared !== undefined)
    t.equal(recordOf(request()), record, 'while nobody changes it')
    t.equal(isExempt(request()), record.exempt)
  }
  t.equal(keepRecord(given({}), given({ method: 'GET', url: '/x' }), undefined).own, false, 'without any config')
  const asked = routeOf(false).request()
  requestState(asked).exempt = false
  t.notOk(isExempt(asked), 'what the request knows already is not looked up again')
})

t.test('what a hook changes of a route later comes on top of what was read', async t => {
  const [session, sameOrigin] = [{ session: true }, { sameOrigin: true }]
  const guarded = routeOf(session)
  const late = { method: 'GET', url: '/x', own: false, late: true, exempt: false }
  const lost = { [kRecord]: undefined }
  t.strictSame(recordOf(guarded.request({ auth0: sameOrigin })),
    { ...late, declared: sameOrigin, guards: [requireSession, requireSameOrigin] })
  t.strictSame(recordOf(guarded.request({ auth0: { session: true } })),
    { ...late, declared: session, guards: [requireSession] }, 'each guard once')
  for (const changes of [lost, { ...lost, auth0: undefined }, { url: '/y' }, { method: 'POST' }]) {
    t.match(recordOf(guarded.request(changes)), { guards: [requireSession], exempt: false, late: true })
  }
  t.strictSame(recordOf(guarded.request({ auth0: sameOrigin }, { url: '/y', method: 'HEAD' })),
    { ...late, url: '/y', method: 'HEAD', declared: sameOrigin, guards: [requireSession, requireSameOrigin] },
    'another route with the same config')
  for (const changes of [{ auth0: false }, { auth0: { public: true } }, { ...lost, auth0: false }]) {
    t.match(await errorOf(() => recordOf(guarded.request(changes))),
      { option: 'config.auth0', message: /route GET \/x was registered with guards/ })
  }
  t.match(recordOf(routeOf(undefined).request({ auth0: false })), { guards: [], exempt: true, late: true })
  t.match(recordOf(routeOf(false).request({ auth0: session })), { guards: [requireSession], exempt: false })
  for (const changes of [lost, { ...lost, auth0: undefined }]) {
    t.match(recordOf(routeOf(false).request(changes)), { guards: [], exempt: true, late: true }, 'what was read holds')
  }
  const server = {}
  const routes = [routeOf(false, {}, server), routeOf(session, {}, server), routeOf(sameOrigin, {}, server, '/y')]
  t.match(recordOf(routes[0]!.request({ ...lost, auth0: undefined })), { guards: [requireSession], exempt: false },
    'of two routes by one name the stricter one counts')
  t.strictSame(recordOf(given({ ...routes[0]!.request(lost), server: {} })).guards, [], 'another scope')
  for (const own of [true, false]) {
    const config = own ? { [kOwnRoute]: true } : {}
    const unread = given({ server: {}, routeOptions: { url: '/x', method: 'GET', config } })
    t.match(recordOf(unread), { own, exempt: own, guards: [], late: true }, 'a route that was never read')
    t.equal(recordOf(unread), recordOf(unread), 'read once')
  }
})
