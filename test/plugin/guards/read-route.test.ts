import t from 'tap'
import { PASS, type Guard } from '../../../lib/plugin/guards/guard/guard.js'
import { guard } from '../../../lib/plugin/guards/guard/make-guard.js'
import { handleStepUp } from '../../../lib/plugin/guards/handle-step-up.js'
import { beginRequest, checkDeclared, readRoute, readScopes } from '../../../lib/plugin/guards/read-route.js'
import { kOwnErrors, kRecord } from '../../../lib/plugin/guards/route-config.js'
import { kOwnRoute, requestState } from '../../../lib/plugin/request/request-state.js'
import { watchScopes } from '../../../lib/plugin/guards/scope-hooks.js'
import { requireMfa } from '../../../lib/plugin/guards/require-mfa.js'
import { requireSession } from '../../../lib/plugin/guards/require-session.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

type Route = Record<string, unknown> & { config?: Record<string | symbol, unknown> }

const config = given({ api: {}, resources: new Map() })
const handler = () => 'ran'
const read = (route: Route, scope = {}) => readRoute(given({ context: { config } }), given(scope), given(route))

/** A guard that keeps for which options it was checked. */
function checked () {
  const configs: unknown[] = []
  const made = guard({ checkSetup: config => configs.push(config), security: [{ made: [] }] }, () => PASS)
  return { made, configs }
}

t.test('a route is read when it is registered', async t => {
  const plain: Route = { method: 'GET', url: '/x', handler }
  const record = read(plain)
  t.match(record, { guards: [], exempt: false, late: false })
  t.strictSame([plain.onRequest, plain.handler, plain.config?.[kRecord], kOwnErrors in plain.config!],
    [undefined, handler, record, false])

  const first = () => {}
  const declared: Route = { method: 'GET', url: '/x', handler, onRequest: first, config: { auth0: { session: true } } }
  t.strictSame(read(declared).guards, [requireSession])
  t.strictSame(declared.onRequest, [requireSession, first])
  t.equal(declared.handler, handler, 'the declared guards are looked at elsewhere')
  const alone: Route = { method: 'GET', url: '/x', handler, config: { auth0: { session: true } } }
  read(alone)
  t.strictSame(alone.onRequest, [requireSession])

  const { made, configs } = checked()
  const own: Route = { method: 'GET', url: '/x', handler, preHandler: [first, made] }
  t.strictSame(read(own).guards, [])
  t.strictSame(configs, [config])
  t.strictSame([own.preHandler, own.onRequest], [[first, made], undefined])
  t.not(own.handler, handler)
  t.equal((own.handler as (...args: unknown[]) => unknown)(asked(made), {}), 'ran')
  for (const [errorHandler, isOwn] of [[undefined, undefined], [handleStepUp, undefined], [() => {}, true]] as const) {
    const route: Route = { method: 'GET', url: '/x', handler, errorHandler, config: { other: 1 } }
    read(route)
    t.strictSame([route.config![kOwnErrors], route.config!['other']], [isOwn, 1])
  }
  t.match(await errorOf(() => read({ method: 'GET', url: '/x', handler, preParsing: requireMfa })),
    { option: 'requireMfa', message: /must be called/ })
  t.match(await errorOf(() => read({ method: 'GET', url: '/x', handler, config: { auth0: { token: true } } })),
    { option: 'api.audience' }, 'its guards fit the options')
})

/** A request for which these guards have let it pass. */
function asked (...guards: Guard[]) {
  const request = given({})
  requestState(request)
  for (const one of guards) void one(request, given({ sent: false }))
  return request
}

t.test('a route is read again with the hooks of its scopes', t => {
  const { made, configs } = checked()
  const addHook = (): void => {}
  const scope = { addHook, setNotFoundHandler: addHook } as unknown as { addHook: (...args: unknown[]) => void }
  watchScopes(given(scope))
  scope.addHook('preHandler', made)
  const described = (route: Route, describes = true) => {
    const record = read(route, scope)
    configs.length = 0
    readScopes(given({ context: { config }, describes }), given(scope), given(route), record)
    return [(route['schema'] as { security?: unknown } | undefined)?.security, configs.length]
  }
  const route = (more: object = {}) => ({ method: 'GET', url: '/x', handler, ...more })
  const [security, session] = [[{ made: [] }], [{ session: [] }]]
  t.strictSame(described(route()), [security, 1])
  t.strictSame(described(route(), false), [undefined, 1])
  t.strictSame(described(route({ config: { auth0: false } })), [[], 0])
  t.strictSame(described(route({ config: { auth0: false }, onRequest: requireSession })), [session, 0])
  t.strictSame(described(route({ config: { [kOwnRoute]: true } })), [undefined, 0], "the plugin's own")
  t.strictSame(described(route({ config: { auth0: { session: true } } })), [security, 1], 'the outermost first')
  t.strictSame(described(route({ config: { auth0: false }, preHandler: made })), [security, 1])
  const other = { addHook, setNotFoundHandler: addHook }
  const open = route()
  readScopes(given({ context: { config }, describes: true }), given(other), given(open), read(open, other))
  t.notOk('schema' in open, 'nobody asks')
  t.end()
})

t.test('declared guards are asked once, and waited for, before the body is read', async t => {
  const calls: unknown[] = []
  let sent = false
  const reply = { get sent () { return sent } }
  const [one, two] = [1, 2].map(n => guard({}, async () => {
    calls.push(n)
    if (n === 1 && sent) return
    await new Promise(resolve => setImmediate(resolve))
    calls.push(-n)
  }))
  const record = { guards: [one, two], exempt: true, late: false, declared: { touch: false } }
  const requestOf = (changes: object = {}) => {
    const routeOptions = { config: { [kRecord]: { ...record, ...changes }, auth0: record.declared } }
    return given({ routeOptions }) as Parameters<typeof beginRequest>[0]
  }
  const request = requestOf()
  t.equal(beginRequest(request, given(reply)), undefined)
  t.match(requestState(request), { reply, exempt: true, touches: false })
  void one!(request, reply)
  t.strictSame(calls.splice(0), [1])
  await checkDeclared(request, given(reply))
  t.strictSame(calls.splice(0), [-1, 2, -2], 'the one that was asked is waited for')
  t.equal(checkDeclared(request, given(reply)), undefined)
  t.equal(checkDeclared(requestOf({ guards: [] }), given(reply)), undefined)

  const late = requestOf({ late: true, exempt: false })
  await beginRequest(late, given(reply))
  t.strictSame(calls.splice(0), [1, -1, 2, -2])
  t.equal(requestState(late).exempt, false)
  t.equal(beginRequest(requestOf({ late: true, guards: [] }), given(reply)), undefined)
  await beginRequest(requestOf({ late: true, guards: [two] }), given(reply))
  await checkDeclared(requestOf({ guards: [two] }), given(reply))
  t.strictSame(calls.splice(0), [2, -2, 2, -2], 'one guard alone')
  sent = true
  await checkDeclared(requestOf(), given(reply))
  t.strictSame(calls, [1], 'who has answered is the last one')
})
