import t from 'tap'
import { noTokens } from '../../../lib/stores/sessions.js'
import { bindableStoredSessions } from '../../../lib/stores/stateful/bindable-stored-sessions.js'
import { identityOf } from '../../../lib/stores/stateful/identity-cookies.js'

const record = {
  id: 'a',
  version: 3,
  user: { sub: 's', name: 'n' },
  sid: 'd',
  domain: 'h',
  issuer: 'i',
  createdAt: 900,
  updatedAt: 950
}
const found = (more: object = {}) => ({
  ...identityOf('a'),
  entry: { value: 'v', version: 7, expiresAt: 1600 },
  record: { ...record, ...more }
})

/** Bindable sessions over a store, and all that was asked. */
function made (changes: object = {}) {
  const asked: unknown[][] = []
  const telling = (name: string, answer?: unknown) => (...all: unknown[]) => {
    asked.push([name, ...all])
    return answer
  }
  const state = {
    found: found() as object | undefined,
    updated: [true],
    overdue: false,
    proves: true,
    overtaken: false
  }
  const sessions = bindableStoredSessions({
    gate: {
      isOverdue: () => state.overdue,
      proves: () => state.proves,
      admit: telling('admit'),
      refuse: telling('refuse'),
      refused: telling('refused', 'refused'),
      attributes: telling('attributes', 'attributes'),
      write: telling('bound cookie')
    },
    store: {
      create: telling('create'),
      update: async (...all: unknown[]) => {
        asked.push(['update', ...all])
        return state.updated.shift() ?? false
      },
      delete: telling('delete')
    },
    stored: {
      find: async () => state.found,
      newest: async () => state.found,
      tokensOf: () => ({ id: 'a', version: 3, refreshToken: 'r' }),
      overtaken: async () => state.overtaken
    },
    cookies: { held: telling('held'), write: telling('cookie') },
    codec: { pack: (session: unknown) => session },
    lifetime: { rolling: true, inactivityDuration: 100, absoluteDuration: 1000, touchAfter: 10 },
    now: () => 1000.5,
    timeout: 1,
    update: async (_jar: unknown, _id: string, change: (session: object) => object | undefined) =>
      change({ record: { ...record, device: { round: 4 } }, tokens: 'tokens' }),
    onBound: telling('onBound'),
    ...changes
  } as never)
  const named = (name: string) => asked.filter(([what]) => what === name).map(([, ...args]) => args)
  return { sessions, state, asked, named }
}

const jar = 'the jar' as never
const key = { key: { kty: 'EC' }, thumbprint: 't' } as never

t.test('which sessions a request may open', async t => {
  for (const [overdue, proves, byFormerId, admitted, told] of [
    [false, true, undefined, true, []],
    [false, false, undefined, false, [['refuse', jar, found().record, 'unbound_copy']]],
    [false, false, true, true, [['admit', jar, 'a']]],
    [true, true, undefined, false, [['refuse', jar, found().record, 'not_bound']]],
    [true, true, true, false, [['refuse', jar, found().record, 'not_bound']]]
  ] as const) {
    const { sessions, state, asked } = made()
    Object.assign(state, { overdue, proves })
    t.equal(sessions.admits(jar, { ...found(), ...(byFormerId && { byFormerId }) } as never), admitted)
    t.strictSame(asked, told)
  }
  const { sessions, state, asked } = made()
  sessions.refuseReplaced(jar)(record)
  t.strictSame(asked, [['refuse', jar, record, 'unbound_copy']])
  t.equal(sessions.refused(jar), 'refused')
  t.equal(sessions.attributes(jar), 'attributes')
  t.equal(await sessions.held(jar), (state.found as { record: object }).record)
  state.overdue = true
  t.equal(await sessions.held(jar), undefined)
  state.found = undefined
  t.equal(await sessions.held(jar), undefined)
})

t.test('a session is bound: it gets an id of its own, and its former one leads to it', async t => {
  const { sessions, asked, named } = made()
  const next = (await sessions.bind(jar, 'a', key))!
  t.match(next.id, /^[\w-]{24}$/)
  const device = { ...key as object, since: 1000, from: 'a', round: 0 }
  t.strictSame(next, { ...record, id: next.id, version: 4, updatedAt: 1000.5, device })
  t.strictSame(asked.map(([what]) => what), ['create', 'update', 'cookie', 'bound cookie', 'onBound'])
  const to = identityOf(next.id)
  const entry = {
    value: { record: next, tokens: { id: next.id, version: 4, refreshToken: 'r' } },
    version: 1,
    owner: { iss: 'i', sub: 's', sid: 'd' },
    createdAt: 900,
    expiresAt: 1600
  }
  t.strictSame(named('create'), [[to.key, entry]])
  t.strictSame(named('update'), [[identityOf('a').key, {
    value: {
      record: {
        id: 'a',
        version: 8,
        user: { sub: 's' },
        domain: 'h',
        issuer: 'i',
        createdAt: 900,
        updatedAt: 1000.5,
        successor: { id: next.id, at: 1000.5 }
      },
      tokens: noTokens('a')
    },
    version: 8,
    owner: { iss: 'bound', sub: identityOf('a').key },
    createdAt: 900,
    expiresAt: 1600
  }]])
  t.strictSame(named('cookie'), [[jar, next.id, 899]])
  t.strictSame(named('bound cookie'), [[jar, next]])
  t.strictSame(named('onBound'), [[jar, { ...to, entry, record: next }]])

  const later = made()
  later.state.found = found({ updatedAt: 1001, ceiling: 990 })
  t.match(await later.sessions.bind(jar, 'a', key), { updatedAt: 1001, ceiling: 990 })
  t.match(later.named('update'), [[String, { value: { record: { ceiling: 990 } } }]])
  t.strictSame(later.named('cookie').map(([, , maxAge]) => maxAge), [0], 'it is over already')
})

t.test('what is not bound', async t => {
  for (const state of [{ found: undefined }, { found: found({ device: {} }) }]) {
    const world = made()
    Object.assign(world.state, state)
    t.equal(await world.sessions.bind(jar, 'a', key), undefined)
    t.strictSame(world.asked, [])
  }
  const overtaken = made()
  overtaken.state.overtaken = true
  t.equal(await overtaken.sessions.bind(jar, 'a', key), undefined)
  t.strictSame(overtaken.asked.map(([what]) => what), ['create', 'update'])
  const busy = made()
  busy.state.updated = []
  t.equal(await busy.sessions.bind(jar, 'a', key), undefined)
  t.strictSame(busy.asked.map(([what]) => what),
    Array.from({ length: 5 }, () => ['create', 'update', 'delete']).flat(), 'five times')
  t.strictSame(busy.named('delete').map(([one]) => one), busy.named('create').map(([one]) => one))
  const second = made()
  second.state.updated = [false, true]
  t.ok(await second.sessions.bind(jar, 'a', key))
})

t.test('a session that ends is not bound any more', async t => {
  const { sessions, asked, named } = made()
  const young = found() as never
  t.equal(await sessions.close(young), young)
  t.match(named('update'), [[identityOf('a').key, {
    value: { record: { id: 'a', version: 8, successor: { id: /^[\w-]{24}$/ } }, tokens: noTokens('a') },
    version: 8,
    owner: { iss: 'bound' }
  }]])
  t.equal(asked.length, 1)
  for (const [record, asks] of [[{ device: {} }, 0], [{ createdAt: 100.5 }, 1], [{ createdAt: 100.4 }, 0]] as const) {
    const world = made()
    const one = found(record) as never
    t.equal(await world.sessions.close(one), one)
    t.equal(world.asked.length, asks, JSON.stringify(record))
  }
  const bound = made()
  bound.state.updated = []
  bound.state.found = found({ id: 'b', device: {} })
  t.equal(await bound.sessions.close(young), bound.state.found)
  t.equal(bound.named('update').length, 1, 'it was bound first')
  const gone = made()
  gone.state.updated = []
  gone.state.found = undefined
  t.equal(await gone.sessions.close(young), young)
  t.equal(gone.named('update').length, 1)
  const busy = made()
  busy.state.updated = []
  t.equal(await busy.sessions.close(young), busy.state.found)
  t.equal(busy.named('update').length, 5)
})

t.test('each call to the store is named', async t => {
  const down = () => { throw new Error('down') }
  for (const call of ['create', 'update', 'delete']) {
    const store = { create () {}, update: async () => false, delete () {}, [call]: down }
    await t.rejects(made({ store }).sessions.bind(jar, 'a', key),
      { message: `The session store failed at "${call}".` }, call)
  }
  await t.rejects(made({ store: { update: down } }).sessions.close(found() as never),
    { message: 'The session store failed at "update".' })
})

t.test('a proof counts for its round only', async t => {
  const { sessions, named } = made()
  t.equal(await sessions.prove(jar, record, 5), undefined)
  t.strictSame(named('bound cookie'), [])
  const proved = await sessions.prove(jar, record, 4)
  t.match(proved, { device: { round: 5 } })
  t.strictSame(named('bound cookie'), [[jar, proved]])
})
