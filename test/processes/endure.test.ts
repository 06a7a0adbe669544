import t from 'tap'
import type { Answer } from '../fixtures/visitor.js'
import { endure, type Endured, type Person } from './endure.js'

interface Answers {
  /** What `/me` and `/token` answer. */
  used?: { status: number, canary?: string }
  loggedOut?: number
  /** What the session's cookies are worth after the logout. */
  after?: number
  login?: () => Promise<Answer>
}

/** A deployment that gives these answers to one person, and the report about it. */
async function reported (answers: Answers, { explained = false } = {}): Promise<Endured> {
  const { used = { status: 200, canary: 'canary-0' }, loggedOut = 200, after = 401 } = answers
  const answer = ({ status, ...body }: { status: number }): Answer =>
    ({ statusCode: status, headers: {}, body: '', json: () => body as never })
  const person: Person = {
    login: answers.login ?? (async () => answer({ status: 302 })),
    copy: () => ({ call: async () => answer({ status: after }) }),
    call: async path => answer(path === '/auth/logout' ? { status: loggedOut } : used)
  }
  const faults = {
    counts: {},
    one: async () => { await new Promise(resolve => setTimeout(resolve, 5)) },
    explains: () => explained,
    mayHaveLost: () => explained
  }
  const order = async () => ({ type: 'done' as const, heapUsed: 1, unhandled: 0, handles: 1 })
  return await endure({ visitor: () => person, processes: [{ order }] },
    { store: 'redis', seconds: 0.06, people: 1, faults })
}

const blank = { explained: 0, lost: 0, swaps: 0, revived: 0, errors: {} }
const verdict = ({ explained, lost, swaps, revived, errors }: Endured): object =>
  ({
    explained: Math.sign(explained),
    lost: Math.sign(lost),
    swaps: Math.sign(swaps),
    revived: Math.sign(revived),
    errors: Object.fromEntries(Object.keys(errors).map(what => [what.trim(), 1]))
  })

t.test('an endurance run sees what must not be', async t => {
  const well = await reported({})
  t.strictSame(verdict(well), blank, 'nothing where all is well')
  t.ok(well.logins > 0 && well.logouts === well.logins && well.requests > well.logins)
  t.strictSame(verdict(await reported({ used: { status: 200, canary: 'canary-1' } })), { ...blank, swaps: 1 })
  t.strictSame(verdict(await reported({ after: 200 })), { ...blank, revived: 1 })
  t.strictSame(verdict(await reported({ used: { status: 503 } })), {
    ...blank,
    errors: { '/me: 503 undefined': 1, '/token: 503 undefined': 1 }
  })
  t.strictSame(verdict(await reported({ used: { status: 401 } })), {
    ...blank,
    errors: { '/me 401 undefined': 1, '/token 401 undefined': 1 }
  })
  t.strictSame(verdict(await reported({ loggedOut: 500 })), { ...blank, errors: { 'logout: 500': 1 } })
  const refused = async (): Promise<never> => { throw new Error('the login failed') }
  t.strictSame(verdict(await reported({ login: refused })), { ...blank, errors: { 'login: the login failed': 1 } })
})

t.test('what a fault explains is counted apart', async t => {
  t.strictSame(verdict(await reported({ used: { status: 503 } }, { explained: true })), { ...blank, explained: 1 })
  t.strictSame(verdict(await reported({ used: { status: 401 } }, { explained: true })), { ...blank, lost: 1 })
  t.strictSame(verdict(await reported({ used: { status: 200, canary: 'canary-1' } }, { explained: true })),
    { ...blank, swaps: 1 }, 'a swap is never explained')
  t.strictSame(verdict(await reported({ after: 200 }, { explained: true })), { ...blank, revived: 1 })
})
