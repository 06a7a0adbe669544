import t from 'tap'
import { bindableSessions } from '../../../lib/stores/stateless/bindable-sessions.js'
import type { OpenedSession } from '../../../lib/stores/stateless/opened-claims.js'
import type { Awaitable, DeviceBinding, SessionRecord } from '../../../types/stores.js'
import { Clock, jarOf } from './map-jar.js'

type Options = Parameters<typeof bindableSessions>[0]

const START = new Clock().time
const device = { key: { kty: 'EC' }, thumbprint: 'tp' } as unknown as DeviceBinding
const binding = { ...device, since: START, from: 'plain', round: 3 }
const lifetime = { rolling: true, inactivityDuration: 60, absoluteDuration: 5000, touchAfter: 1 }

function openedOf (record: Partial<SessionRecord> = {}): OpenedSession {
  const user = { sub: 'u' }
  const whole = { id: 'plain', version: 4, user, createdAt: START, updatedAt: START, ...record } as SessionRecord
  return {
    record: whole,
    owner: { id: whole.id } as never,
    createdAt: whole.createdAt,
    neverBound: false,
    provedBy: undefined,
    provedUntil: 0
  }
}

/** Sessions with a gate, cookies and a list of revocations that answer as the test says and keep what they are told. */
function setup () {
  const clock = new Clock()
  const jar = jarOf('')
  const told: unknown[][] = []
  const say = {
    proves: false,
    askedAt: undefined as number | undefined,
    cameBefore: false,
    isOverdue: (_record: SessionRecord) => false,
    ended: (_opened: OpenedSession): Awaitable<boolean> => false,
    marked: (_name: string): Awaitable<number | undefined> => undefined,
    find: (): OpenedSession | undefined => undefined,
    sessions: [] as OpenedSession[],
    tries: (..._written: unknown[]) => {},
    lastActivity: (_opened: OpenedSession): number | undefined => START
  }
  const tell = (name: string) => (of: unknown, ...more: unknown[]) => {
    told.push([name, ...of === jar ? [] : [of], ...more])
    return `what ${name} answers` as never
  }
  const gate = {
    grace: 60,
    proves: (_jar: unknown, _record: unknown, time: number | undefined) => {
      say.askedAt = time
      return say.proves
    },
    isOverdue: (record: SessionRecord) => say.isOverdue(record),
    admit: tell('admit'),
    refuse: tell('refuse'),
    refused: tell('refused'),
    attributes: tell('attributes'),
    write: tell('proof'),
    boundIds: (id: string) => [`${id}*`, `${id}+`]
  } as unknown as Options['gate']
  const cookies = {
    cameBefore: () => say.cameBefore,
    find: () => say.find(),
    sessions: () => say.sessions,
    tokens: (_jar: unknown, id: string) => ({ id, version: 7, idToken: 'it', tokenSets: [], connectionTokenSets: [] }),
    write (to: unknown, ...more: unknown[]) {
      if (to === jar) return tell('write')(to, ...more)
      say.tries(...more)
    },
    replace: tell('replace'),
    forgetSeen: tell('forgetSeen')
  } as unknown as Options['cookies']
  const revocations = {
    ended: (opened: OpenedSession) => say.ended(opened),
    marked (name: string) {
      told.push(['marked', name])
      return say.marked(name)
    },
    mark: tell('mark')
  } as unknown as Options['revocations']
  const sessions = bindableSessions({
    gate,
    cookies,
    revocations,
    lifetime,
    now: clock.now,
    lastActivity: (_jar, opened) => say.lastActivity(opened),
    stillWanted: tell('stillWanted')
  })
  return { clock, jar, say, told: () => told.splice(0), sessions }
}

t.test('a session that is bound needs the proof of its device, or to come under its former id', t => {
  const { clock, jar, say, told, sessions } = setup()
  const opened = openedOf({ id: 'plain*', device: binding })
  t.equal(sessions.isOver(jar, opened, clock.now()), true)
  t.strictSame(told(), [['refuse', opened.record, 'unbound_copy']])
  t.equal(sessions.own(jar, opened), undefined)
  t.strictSame(told(), [], 'nobody is told of a question')
  say.cameBefore = true
  t.equal(sessions.isOver(jar, opened, clock.now()), false)
  t.strictSame(told(), [['admit', 'plain*']])
  say.proves = true
  t.equal(sessions.isOver(jar, opened, clock.now()), false)
  t.equal(say.askedAt, START, 'at the time of the request')
  t.equal(sessions.own(jar, opened), opened)
  say.isOverdue = () => true
  t.equal(sessions.isOver(jar, opened, clock.now()), false)
  t.strictSame(told(), [], 'the list is not asked')
  t.end()
})

t.test('a session without a device is over a minute after another process bound it', t => {
  const { clock, jar, say, told, sessions } = setup()
  const opened = openedOf({ createdAt: START - 2000 })
  say.marked = () => START
  clock.pass(59.9)
  t.equal(sessions.isOver(jar, opened, clock.now()), false)
  t.strictSame(told(), [['marked', 'bound plain']])
  clock.pass(0.1)
  t.equal(sessions.isOver(jar, opened, clock.now()), true)
  t.strictSame(told(), [['marked', 'bound plain'], ['refuse', opened.record, 'unbound_copy']])
  t.equal(sessions.own(jar, opened), undefined)
  told()
  say.isOverdue = record => record === opened.record
  t.equal(sessions.isOver(jar, opened, clock.now()), true)
  t.strictSame(told(), [['refuse', opened.record, 'not_bound']])
  t.end()
})

t.test('a session that was not bound for a quarter of an hour is not asked about any more', t => {
  const { clock, jar, told, sessions } = setup()
  const [opened, other] = [openedOf(), openedOf()]
  const asks = (opened: OpenedSession) => {
    t.equal(sessions.isOver(jar, opened, clock.now()), false)
    return told().length
  }
  clock.pass(900)
  t.same([asks(opened), asks(opened)], [1, 1])
  clock.pass(0.1)
  t.same([asks(opened), asks(opened)], [1, 0])
  t.equal(asks(other), 1)
  t.end()
})

t.test('whether a session is over: at once where the list answers at once', async t => {
  const { clock, jar, say, told, sessions } = setup()
  const opened = openedOf()
  const refused = ['refuse', opened.record, 'unbound_copy']
  const answers = async (ended: Awaitable<boolean>, marked: Awaitable<number | undefined>) => {
    say.ended = of => of === opened && ended
    say.marked = () => marked
    const over = sessions.isOver(jar, opened, clock.now())
    const isLate = over instanceof Promise
    return [isLate, await over, told().filter(([name]) => name !== 'marked')]
  }
  const later = async <T>(value: T) => value
  t.strictSame(await answers(true, START - 60), [false, true, []])
  t.strictSame(await answers(false, undefined), [false, false, []])
  t.strictSame(await answers(false, START - 60), [false, true, [refused]])
  t.strictSame(await answers(false, later(undefined)), [true, false, []])
  t.strictSame(await answers(false, later(START - 60)), [true, true, [refused]])
  t.strictSame(await answers(later(false), undefined), [true, false, []])
  t.strictSame(await answers(later(false), later(START - 60)), [true, true, [refused]])
  t.strictSame(await answers(later(true), later(START - 60)), [true, true, []], 'nobody is told of an ended one')
})

t.test('whether another session took the place of one', async t => {
  const { say, told, sessions } = setup()
  t.equal(sessions.isReplaced(openedOf().record), false)
  t.strictSame(told(), [['marked', 'bound plain']])
  say.marked = () => 0
  t.equal(sessions.isReplaced(openedOf().record), true)
  told()
  t.equal(sessions.isReplaced(openedOf({ device: binding }).record), false)
  t.strictSame(told(), [])
  say.marked = async () => undefined
  t.equal(await sessions.isReplaced(openedOf().record), false)
})

t.test('the ids that end together', async t => {
  const { clock, jar, say, sessions } = setup()
  const bound = openedOf({ id: 'plain*', device: binding })
  clock.pass(119.9)
  t.strictSame(sessions.idsOf(jar, bound), ['plain*', 'plain', 'plain+'], 'those that other secrets make, too')
  clock.pass(0.1)
  t.strictSame(sessions.idsOf(jar, bound), ['plain*'])
  t.strictSame(sessions.idsOf(jar, openedOf()), ['plain', 'plain*', 'plain+'], 'it may be bound by now')
  const old = openedOf({ createdAt: START - 900 })
  t.strictSame(sessions.idsOf(jar, old), ['plain'], 'it never will')
  say.marked = async () => START
  t.strictSame(await sessions.idsOf(jar, openedOf()), ['plain'], 'a copy does not end the session of the device')
})

t.test('the session that a request holds, without a proof', async t => {
  const { jar, say, sessions } = setup()
  const [idle, overdue, ended, first, second] = ['idle', 'overdue', 'ended', 'a', 'b'].map(id => openedOf({ id }))
  say.lastActivity = opened => opened === idle ? undefined : START
  say.isOverdue = ({ id }) => id === 'overdue'
  say.ended = async opened => opened === ended
  say.sessions = [idle!, overdue!, ended!, first!, second!]
  t.equal(await sessions.held(jar), first!.record)
  say.sessions = [idle!, overdue!, ended!]
  t.equal(await sessions.held(jar), undefined)
})

t.test('binding puts another session in the place of one, once it is on the list', async t => {
  const { clock, jar, say, told, sessions } = setup()
  clock.pass(1.5)
  const opened = openedOf({ updatedAt: START - 1 })
  say.find = () => opened
  const next = await sessions.bind(jar, 'plain', device)
  const expected = {
    ...opened.record,
    id: 'plain*',
    version: 8,
    updatedAt: START + 1.5,
    device: { ...device, since: START + 1, from: 'plain', round: 0 }
  }
  t.strictSame(next, expected)
  const tokens = { id: 'plain*', version: 8, idToken: 'it', tokenSets: [], connectionTokenSets: [] }
  const [first, mark, second, wanted, ...rest] = told()
  t.strictSame([first, mark, second], [['marked', 'bound plain'],
    ['mark', 'bound plain tp', START + 1.5, START + 121.5], ['mark', 'bound plain', START + 1.5, START + 5000]])
  t.match(wanted, ['stillWanted', { record: expected }])
  t.strictSame(rest, [
    ['write', { record: expected, tokens }, { record: true, tokens: true }, 'what stillWanted answers'],
    ['replace', 'plain', 'plain*', 'what write answers'],
    ['forgetSeen'],
    ['proof', expected]
  ])
  say.find = () => openedOf({ ...expected, version: 9, updatedAt: START + 9 })
  t.strictSame(await sessions.bind(jar, 'plain', { ...device, thumbprint: 'other' }), {
    ...expected,
    version: 10,
    updatedAt: START + 9
  }, 'bound before: its device stays')
  t.match(told().slice(0, 2), [['marked', 'bound plain'], ['mark', 'bound plain other']])
  say.find = () => undefined
  t.equal(await sessions.bind(jar, 'plain', device), undefined)
  t.strictSame(told(), [])
})

t.test('a session that is on the list is bound again within a minute, and to the same key only', async t => {
  const { clock, jar, say, told, sessions } = setup()
  say.find = () => openedOf()
  const list = new Map([['bound plain', START], ['bound plain tp', START]])
  say.marked = async name => list.get(name)
  const isBound = async (thumbprint: string) => {
    const next = await sessions.bind(jar, 'plain', { ...device, thumbprint })
    const names = told().map(([name]) => name)
    return next !== undefined && names.includes('write') && !names.includes('mark')
  }
  t.equal(await isBound('other'), false)
  clock.pass(59.9)
  t.equal(await isBound('tp'), true)
  clock.pass(0.1)
  t.equal(await isBound('tp'), false)
})

t.test('a session that has no room for a key is not put on the list', async t => {
  const { jar, say, told, sessions } = setup()
  say.find = () => openedOf()
  const tried: unknown[][] = []
  say.tries = (...written) => {
    tried.push(written)
    throw new Error('too large')
  }
  await t.rejects(sessions.bind(jar, 'plain', device), { message: 'too large' })
  t.strictSame(told(), [])
  t.match(tried, [[{ record: { id: 'plain*', device }, tokens: { id: 'plain*' } }, { record: true, tokens: true }]])
})

t.test('a session that ends, or goes, while it is bound stays as it is', async t => {
  const { jar, say, told, sessions } = setup()
  say.find = () => openedOf()
  say.ended = async () => true
  t.equal(await sessions.bind(jar, 'plain', device), undefined)
  say.ended = async () => { throw new Error('down') }
  await t.rejects(sessions.bind(jar, 'plain', device), { message: 'down' })
  t.notOk(told().some(([name]) => name === 'mark'), 'nor is it put on the list')
  say.ended = () => false
  let finds = 0
  say.find = () => finds++ === 0 ? openedOf() : undefined
  t.equal(await sessions.bind(jar, 'plain', device), undefined)
  t.notOk(told().some(([name]) => name === 'write'))
  // Of two at once the second one finds what the first has put on the list.
  const list = new Map<unknown, number>()
  say.find = () => openedOf()
  say.marked = async name => {
    for (const [told_, name] of told()) if (told_ === 'mark') list.set(name, START)
    return list.get(name)
  }
  const two = await Promise.all(['one', 'two'].map(async thumbprint =>
    await sessions.bind(jar, 'plain', { ...device, thumbprint })))
  t.strictSame(two.map(next => next?.device?.thumbprint), ['one', undefined])
})

t.test('a proof is written for the session that it is for', async t => {
  const { jar, told, sessions } = setup()
  const { record } = openedOf({ device: binding })
  t.equal(sessions.prove(jar, record, 0), record)
  t.equal(sessions.refused(jar), 'what refused answers')
  t.equal(sessions.attributes(jar), 'what attributes answers')
  sessions.admit(jar, 'plain')
  t.strictSame(told(), [['proof', record], ['refused'], ['attributes'], ['admit', 'plain']])
})
