import t from 'tap'
import { declarationOf, hooksOf, watchRoutes } from '../../../lib/plugin/guards/written-route.js'

const given = (value: unknown) => value as never

t.test('what a route has declared', async t => {
  const session = { session: true }
  const declared = declarationOf(given({ config: { auth0: session } }))
  t.strictSame(declared, session)
  t.not(declared, session, 'a copy')
  t.strictSame([{}, { config: {} }, { config: { auth0: false } }].map(route => declarationOf(given(route))),
    [undefined, undefined, false])
})

t.test('routes keep what the application wrote of them', async t => {
  const calls: unknown[][] = []
  const method = (name: string) => function (this: unknown, ...args: unknown[]) {
    calls.push([name, this, ...args])
    return name
  }
  const fastify = {
    supportedMethods: ['GET', 'QUERY', 'LOCK'],
    lock: 7,
    ...Object.fromEntries(['route', 'all', 'get', 'query', 'post'].map(name => [name, method(name)]))
  } as unknown as Record<string, (...args: unknown[]) => unknown>
  const { post } = fastify
  watchRoutes(given(fastify))
  t.strictSame([fastify.lock, fastify.post], [7, post], 'what is no method that this application has')

  const [one, two] = [() => {}, () => {}]
  const auth0 = { session: true }
  for (const [name, before, after] of [['route', [], []], ['all', ['/x'], [() => {}]], ['get', ['/x'], []],
    ['query', ['/x'], []]] as const) {
    const options = { url: '/x', config: { auth0 }, preHandler: [one], onRequest: two }
    t.equal(fastify[name]!(...before, options, ...after), name)
    const [called, self, ...args] = calls.splice(0)[0]!
    t.strictSame([called, self === fastify, args.length], [name, true, before.length + 1 + after.length])
    const route = args[before.length] as typeof options
    t.not(route, options, 'a copy')
    t.match(route, options)
    const changed = { ...route, preHandler: [], onRequest: one, config: {} as object }
    t.strictSame(hooksOf(given(changed)), [two, one])
    t.strictSame(hooksOf(given({ ...changed, preHandler: [auth0] })), [two, one, auth0], 'and those it has now')
    t.strictSame(declarationOf(given(changed)), auth0, 'what was lost')
    for (const [now, says] of [[auth0, { session: true }], [false, false], [{ mfa: true }, { mfa: true }]] as const) {
      t.strictSame(declarationOf(given({ ...changed, config: { auth0: now } })), says)
    }
    auth0.session = false
    t.strictSame(declarationOf(given(route)), { session: true }, 'an edit')
    auth0.session = true
  }
  fastify.get!('/x', two)
  t.strictSame(calls[0]!.slice(2), ['/x', two], 'a handler alone')
  t.strictSame(hooksOf(given({ preParsing: one, preValidation: [two, one] })), [one, two])
})
