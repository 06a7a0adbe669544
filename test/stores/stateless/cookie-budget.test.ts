import t from 'tap'
import { SessionTooLargeError } from '../../../lib/errors.js'
import {
  candidatesOf, chunked, clearChunked, COOKIE_LIMIT, cookieSize, headerBytes, presentNames, writeChunked
} from '../../../lib/stores/stateless/chunks.js'
import { COOKIE_BUDGET, fitTokens, slimmed, weigh } from '../../../lib/stores/stateless/cookie-budget.js'
import { createRecentWrites } from '../../../lib/stores/stateless/recent-writes.js'
import { SessionFit } from '../../../lib/stores/stateless/session-fit.js'
import type { SessionData, SessionTokens } from '../../../types/stores.js'
import { Clock, jarOf, MapBrowser } from './map-jar.js'

const now = 1_800_000_000
const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' as const }
const api = 'https://api.example.com'

const tokenOf = (audience: string | undefined, expiresAt: number) => ({
  accessToken: `for ${audience}`,
  tokenType: 'Bearer' as const,
  scope: '',
  requestedScope: '',
  expiresAt,
  ...audience !== undefined && { audience }
})

const tokens: SessionTokens = {
  id: 'session',
  version: 1,
  refreshToken: 'refresh',
  tokenSets: [tokenOf(api, now + 1), tokenOf('https://b', now + 3), tokenOf('https://c', now + 2),
    tokenOf(undefined, 0)],
  connectionTokenSets: [{ accessToken: 'x', scope: '', expiresAt: now + 1, connection: 'github' }]
}
const session = {
  record: { id: 'session', user: { sub: 'auth0|1', name: 'n'.repeat(50) }, custom: { theme: 'dark' } },
  tokens
} as unknown as SessionData

t.test('a value of one cookie at most, or in chunks that fill theirs', async t => {
  const room = COOKIE_LIMIT - cookieSize('name', '', attributes)
  t.same(chunked('name', 'x'.repeat(room), attributes), [['name', 'x'.repeat(room)]])
  const value = `${'x'.repeat(room - 5)}abcdef`
  const chunks = chunked('name', value, attributes)
  t.same(chunks.map(([name, part]) => [name, part.slice(0, 9)]), [['name.0', '2~abcdef~'], ['name.1', '2~abcdef~']])
  t.equal(cookieSize(...chunks[0]!, attributes), COOKIE_LIMIT)
  t.equal(COOKIE_LIMIT, 4096)
  t.same(candidatesOf(chunks, 'name'), [value])
  t.same(candidatesOf([...chunks].reverse(), 'name'), [value], 'in any order')
  t.equal(headerBytes([['a', 'bc'], ['d', '']]), 10)
  t.equal(headerBytes([]), 0)
})

t.test('ten values of a name are tried', async t => {
  const pairs = Array.from({ length: 11 }, (_, n): [string, string] => ['name', `v${n}`])
  t.equal(candidatesOf(pairs, 'name').length, 10)
  t.same(candidatesOf(pairs.slice(0, 10), 'name'), pairs.slice(0, 10).map(([, value]) => value))
  t.same([candidatesOf([['name', 'x']], 'name'), candidatesOf([['name', 'x'], ['name', 'y']], 'name')],
    [['x'], ['x', 'y']])
  for (const value of ['x', 'name', '2~abcdef~x']) {
    t.same(candidatesOf([['name.0', value]], 'name'), [], 'a chunk alone')
  }
  t.same(candidatesOf([['name.00', '2.a'], ['name.1', 'b']], 'name'), [], 'another number')
  t.same(candidatesOf([['name_0', 'x'], ['name.10', 'x'], ['name.x', 'x']], 'name'), [], 'no chunks')
  const untagged: [string, string][] = [['name.0', '2.a'], ['name.1', 'b']]
  t.same(candidatesOf(untagged, 'name'), ['ab'], 'as 0.1 wrote them')
  t.same(candidatesOf([['name.1', '2.a'], ['name.0', 'b']], 'name'), [], 'the count stands in the first')
  t.same(candidatesOf([...untagged, ['name.1', 'c']], 'name'), ['ab'], 'the first of one name')
  t.same(candidatesOf([['name.1', 'b'], ['name.0', '2.a'], ['name.0', '2.c']], 'name'), ['ab'])
  t.same(candidatesOf([['name.0', '2~abcdef~a'], ['name.0', '2~abcdef~c'], ['name.1', '2~abcdef~b']], 'name'), ['ab'])
  t.same(candidatesOf([...untagged, ['name.0', '2~abcdef~c'], ['name.1', '2~abcdef~d'], ['name', 'e']], 'name'),
    ['e', 'cd', 'ab'])
  t.same(candidatesOf([['name.0', '1~abcdef~x']], 'name'), [], 'one chunk is none')
})

t.test('what is cleared with a cookie: nine chunks, and what else is there, within reason', async t => {
  const odd = Array.from({ length: 20 }, (_, n) => `n.${n + 9}`)
  const names = ['n', 'n.0', 'n.8', ...odd, `n.${'x'.repeat(16)}`, `n.${'x'.repeat(17)}`, 'n.~', 'nn', 'n_1']
  const present = presentNames(jarOf(names.map(name => `${name}=1`).join('; ')), 'n')
  t.same([...present], ['n', 'n.0', 'n.8', ...odd.slice(0, 16)])
  const few = presentNames(jarOf(names.filter(name => !odd.includes(name)).map(name => `${name}=1`).join('; ')), 'n')
  t.same([...few], ['n', 'n.0', 'n.8', `n.${'x'.repeat(16)}`])
  const browser = new MapBrowser(new Clock())
  browser.plant('n', '1')
  browser.plant('n.3', '1')
  const cleared: unknown[] = []
  const jar = Object.assign(browser.request(), { clear: (...args: unknown[]) => cleared.push(args) })
  clearChunked(jar, 'n', attributes)
  t.strictSame(cleared, [['n', attributes, false], ['n.3', attributes, false]])
  const next = browser.request()
  const wanted = () => false
  writeChunked(next, 'n', 'value', attributes, wanted)
  t.strictSame([...next.writes.values()], [{ name: 'n.3', value: undefined, attributes },
    { name: 'n', value: 'value', attributes }].map(write =>
    ({ ...write, stillWanted: next.writes.get(write.name)!.stillWanted })))
  t.equal(next.writes.get('n')!.stillWanted, wanted)
})

t.test('tokens are left out by how easily they are had again', async t => {
  const dropped = (from: SessionTokens, audience: string | undefined = api) =>
    [...slimmed(from, { audience, now })].map(({ dropped }) => dropped)
  t.same(dropped(tokens), ['accessToken[""]', 'accessToken["https://c"]', 'accessToken["https://b"]',
    'connectionToken["github"]', `accessToken["${api}"]`])
  const { refreshToken: _, ...lasting } = tokens
  t.same(dropped(lasting), [], 'without a refresh token none is')
  const over = { ...lasting, tokenSets: [tokenOf('https://b', now), tokenOf('https://c', now + 1), tokenOf(api, 0)] }
  t.same(dropped(over), ['accessToken["https://b"]'], 'but what is over')
  const steps = [...slimmed(tokens, { audience: api, now })]
  t.same(steps.map(({ tokens: { tokenSets, connectionTokenSets } }) => [tokenSets.length, connectionTokenSets.length]),
    [[3, 1], [2, 1], [1, 1], [1, 0], [0, 0]])
  const last = steps.at(-1)!
  t.same(last.tokens, { ...tokens, tokenSets: [], connectionTokenSets: [] })
})

t.test('as many tokens are left out as the budget asks for', async t => {
  const fit = (sizes: number[]) => {
    let at = 0
    const seal = () => 'sealed'
    return fitTokens(session, seal, () => sizes[at++] ?? 0, { audience: api, now })
  }
  t.match(fit([COOKIE_BUDGET]), { dropped: [], needed: COOKIE_BUDGET, bytes: COOKIE_BUDGET })
  t.match(fit([COOKIE_BUDGET + 1, COOKIE_BUDGET]), {
    dropped: ['accessToken[""]'],
    needed: COOKIE_BUDGET + 1,
    bytes: COOKIE_BUDGET
  })
  t.match(fit([COOKIE_BUDGET + 2, COOKIE_BUDGET + 1, COOKIE_BUDGET]), {
    dropped: ['accessToken[""]', 'accessToken["https://c"]'],
    bytes: COOKIE_BUDGET
  })
  const much = Array.from({ length: 6 }, () => 9000)
  t.throws(() => fit(much), { name: 'SessionTooLargeError', message: /needs 9000 bytes .* may have 8192/ })
  try {
    fit(much)
  } catch (error) {
    t.same((error as SessionTooLargeError).message.match(/ \d+(?=[,.] )/g)?.length, 4, 'the three heaviest are named')
  }
})

t.test('what weighs what, the heaviest first', async t => {
  const parts = weigh(session)
  t.same(parts.map(({ part }) => part).filter(part => !part.startsWith('acc')), ['connectionToken["github"]',
    'user["name"]', 'user["sub"]', 'refreshToken', 'custom["theme"]'])
  t.same(parts.find(({ part }) => part === 'custom["theme"]')?.bytes, 6)
  t.same([...parts].sort((a, b) => b.bytes - a.bytes), parts)
  const more = {
    record: { ...session.record, user: { one: 1 }, custom: undefined, authorizationDetails: [{ type: 'payment' }] },
    tokens: { ...tokens, idToken: 'id', tokenSets: [], connectionTokenSets: [] }
  } as unknown as SessionData
  t.same(weigh(more), [{ part: 'authorizationDetails', bytes: 20 }, { part: 'refreshToken', bytes: 9 },
    { part: 'idToken', bytes: 4 }, { part: 'user["one"]', bytes: 1 }])
})

t.test('near the budget and over it are told once each', async t => {
  const warned: object[] = []
  const fit = new SessionFit({
    now: () => now,
    audience: api,
    seal: ({ refreshToken = '' }) => refreshToken,
    warn: (_code, detail) => warned.push(detail)
  })
  const names = { session: 'n', tokens: 't', seen: 's' }
  const warnings = (claims: number, sealed = 0, more = {}, device = {}) => {
    const { refreshToken: _, ...without } = tokens
    const kept = sealed === 0 ? without : { ...without, refreshToken: 'x'.repeat(sealed) }
    const { bytes } = fit.fit({ ...names, ...more }, { record: { ...session.record, ...device }, tokens: kept },
      'x'.repeat(claims), attributes)
    return [bytes, warned.splice(0).length]
  }
  t.same(warnings(100), [256 + 104, 0])
  t.same(warnings(100, 50), [256 + 104 + 54, 0])
  t.same(warnings(100, 0, { bound: 'b' }), [256 + 128 + 272 + 104, 0], "room for a device's cookie and its key")
  t.same(warnings(100, 0, { bound: 'b' }, { device: {} }), [256 + 128 + 104, 0], 'which is in the claims then')
  t.same(warnings(2980, 2900), [6144, 0], 'three quarters')
  t.same(warnings(2981, 2900), [6145, 1])
  t.same(warnings(2996, 2900), [6160, 0], 'once')
  t.throws(() => warnings(4000, 4050), SessionTooLargeError)
})

t.test('what nears the budget, and what exceeds it', async t => {
  const warned: unknown[] = []
  const fit = new SessionFit({
    now: () => now,
    audience: api,
    seal: ({ tokenSets }) => 'x'.repeat(1000 * tokenSets.length),
    warn: (code, { bytes, limit, dropped }: { bytes?: number, limit?: number, dropped?: string[] }) =>
      warned.push([code, bytes, limit, dropped])
  })
  for (const claims of [3928, 3929]) {
    fit.fit({ session: 'n', tokens: 't', seen: 's' }, session, 'x'.repeat(claims), attributes)
  }
  t.strictSame(warned, [['session_cookie_large', 8192, 8192, []],
    ['session_cookie_large', 8193, 8192, ['accessToken[""]']]])
})

t.test('what was written lately counts for a minute', async t => {
  const clock = new Clock()
  const recent = createRecentWrites(clock.now)
  const tokensOf = (version: number) => ({ tokens: { value: 't', version } })
  recent.add('a', tokensOf(1))
  clock.pass(59.9)
  t.same(recent.get('a'), tokensOf(1))
  clock.pass(0.1)
  t.equal(recent.get('a'), undefined)
  recent.add('a', { claims: { value: 'c', version: 2, at: 1 } })
  t.notOk(recent.get('a')?.tokens, 'what is over does not come back')
  recent.add('a', tokensOf(3))
  t.same(recent.get('a'), { claims: { value: 'c', version: 2, at: 1 }, ...tokensOf(3) }, 'parts add up')
  recent.add('b', tokensOf(4))
  recent.follow('a', 'b')
  t.equal(recent.successor('a'), 'b')
  t.same(recent.get('a'), tokensOf(4), 'its successor')
  recent.add('a', tokensOf(5))
  t.same(recent.get('b'), tokensOf(5))
  clock.pass(60)
  t.equal(recent.successor('a'), undefined)
  t.equal(recent.successor('b'), undefined)
  for (let n = 0; n < 10_000; n++) recent.add(`s${n}`, tokensOf(n))
  t.same(recent.get('s0'), tokensOf(0))
  recent.add('more', tokensOf(1))
  t.equal(recent.get('s0'), undefined, 'so many are remembered')
  t.same(recent.get('s1'), tokensOf(1))
  recent.add('s1', tokensOf(2))
  recent.add('another', tokensOf(1))
  t.same(recent.get('s1'), tokensOf(2), 'those that were written last')
  t.equal(recent.get('s2'), undefined)
})
