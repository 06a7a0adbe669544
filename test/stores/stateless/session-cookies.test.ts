import t from 'tap'
import { encodeLastSeen, encodeRecord } from '../../../lib/stores/stateless/claims-cookie.js'
import { LastSeenCookie } from '../../../lib/stores/stateless/last-seen-cookie.js'
import { OpenedClaims, toOpened } from '../../../lib/stores/stateless/opened-claims.js'
import { OpenedTokens } from '../../../lib/stores/stateless/opened-tokens.js'
import { sessionBytes } from '../../../lib/stores/stateless/session-bytes.js'
import { SessionCookies } from '../../../lib/stores/stateless/session-cookies.js'
import { encodeTokens } from '../../../lib/stores/stateless/tokens-cookie.js'
import type { Sealer } from '../../../lib/stores/sealing/seal.js'
import type { SessionRecord, SessionTokens } from '../../../types/stores.js'
import { sealer } from '../jar.js'
import { Clock, jarOf, MapBrowser } from './map-jar.js'

const START = new Clock().time
const record: SessionRecord = {
  id: 'a',
  version: 0,
  user: { sub: 'auth0|1' },
  domain: 'acme.eu.auth0.com',
  issuer: 'https://acme.eu.auth0.com/',
  createdAt: START,
  updatedAt: START
}
const tokens: SessionTokens = { id: 'a', version: 0, refreshToken: 'rt', tokenSets: [], connectionTokenSets: [] }
const device: NonNullable<SessionRecord['device']> = {
  key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint: 'tp', since: START, from: 'a', round: 0
}
const both = { record: true, tokens: true }
const wanted = () => true

const sealed = (more: Partial<SessionRecord>) => (sealer as Sealer).seal(encodeRecord({ ...record, ...more }))
const sealedTokens = (more: Partial<SessionTokens>) => (sealer as Sealer).seal(encodeTokens({ ...tokens, ...more }))

/** A sealer that counts what it opens. */
function counting () {
  const counted = { opened: 0 }
  const open = (value: string) => {
    counted.opened++
    return (sealer as Sealer).open(value)
  }
  return { counted, sealer: { ...sealer as Sealer, open } }
}

function setup (more: object = {}) {
  const clock = new Clock()
  const cookies = () => new SessionCookies({
    names: () => ({ session: 'c', tokens: 't', seen: 's' }),
    attributes: secure => ({ path: '/', httpOnly: true, secure, sameSite: 'lax' }),
    sealers: { session: sealer, tokens: sealer, seen: sealer },
    lifetime: { rolling: true, inactivityDuration: 1000, absoluteDuration: 5000, touchAfter: 10 },
    now: clock.now,
    cacheEntries: 10,
    warn () {},
    ...more
  })
  return { clock, cookies, browser: new MapBrowser(clock) }
}

t.test('what is remembered of opened cookies can be forgotten', t => {
  const jar = jarOf(`c=${sealed({})}; t=${sealedTokens({})}`)
  for (const [Cookie, name] of [[OpenedClaims, 'c'], [OpenedTokens, 't']] as const) {
    const { counted, sealer } = counting()
    const cookie = new Cookie(sealer, 10)
    const value = jar.get(name)!
    for (let n = 0; n < 3; n++) t.ok(cookie.open(value))
    t.equal(counted.opened, 1)
    cookie.forget(jar, name)
    t.ok(cookie.open(value))
    t.equal(counted.opened, 2)
  }
  t.end()
})

t.test('what opened is remembered, and what did not open takes no place', t => {
  for (
    const [Cookie, value] of [[OpenedTokens, sealedTokens({})],
      [LastSeenCookie, (sealer as Sealer).seal(encodeLastSeen({ id: 'a', at: 1 }))]] as const
  ) {
    const { counted, sealer: counts } = counting()
    const cookie = new Cookie(counts, 4)
    const foreign = (sealer as Sealer).seal('{}')
    const first = cookie.open(value)
    t.equal(first?.id, 'a')
    for (let n = 0; n < 9; n++) t.equal(cookie.open(`${foreign}${n || ''}`), undefined)
    counted.opened = 0
    t.equal(cookie.open(value), first)
    t.equal(counted.opened, 0, 'not opened again')
    t.equal(cookie.open(foreign), undefined)
    t.equal(counted.opened, 1, 'opened again')
  }
  t.end()
})

t.test('the claims cookie of a version of a session', t => {
  const claims = new OpenedClaims(sealer, 10)
  const values = [sealed({ id: 'b', version: 2 }), sealed({ version: 1 }), sealed({ version: 2 }), 'x']
  const jar = jarOf(values.map(value => `c=${value}`).join('; '))
  t.equal(claims.valueOf(jar, 'c', { ...record, version: 2 }), values[2])
  t.equal(claims.valueOf(jar, 'c', { ...record, version: 3 }), undefined)
  t.strictSame(claims.held(jarOf(''), 'c'), { opened: [], count: 0 })
  t.strictSame(claims.held(jarOf('c=x'), 'c'), { opened: [], count: 1 })
  for (const header of ['c.0=x', 'c.0=c']) t.strictSame(claims.held(jarOf(header), 'c'), { opened: [], count: 0 })
  t.equal(claims.held(jarOf(`c=${values[1]}`), 'c').count, 1)
  t.strictSame(claims.held(jarOf('c=x; c=y'), 'c'), { opened: [], count: 2 })
  const { opened, count } = claims.held(jar, 'c')
  t.strictSame([count, opened.map(({ record: { id, version } }) => `${id}${version}`)], [4, ['b2', 'a2', 'a1']])
  t.end()
})

t.test('the tokens cookie of a session', t => {
  const { counted, sealer } = counting()
  const cookie = new OpenedTokens(sealer, 10)
  const value = sealedTokens({ version: 4 })
  t.strictSame(cookie.held(jarOf(`t=${value}`), 't', 'a', { value, version: 4 }), {
    id: 'a', version: 4, tokenSets: [], connectionTokenSets: []
  })
  t.equal(counted.opened, 0, 'one that is known need not be opened')
  t.equal(cookie.open(value)?.id, 'a')
  t.equal(cookie.open(value, 'a')?.version, 4)
  t.equal(cookie.open(value, 'b'), undefined)
  const newest = (...versions: number[]) =>
    cookie.held(jarOf(versions.map(version => `t=${sealedTokens({ version })}`).join('; ')), 't', 'a').version
  t.same([newest(2, 3), newest(3, 2), newest(0)], [3, 3, 0])
  t.equal(cookie.held(jarOf(`t=${sealedTokens({})}`), 't', 'a').refreshToken, 'rt', 'those of a new session, too')
  t.end()
})

t.test('what revocations are asked about', t => {
  const { id, issuer: iss, createdAt } = record
  const owner = { id, iss, sub: 'auth0|1' }
  for (const [more, known] of [[{}, {}], [{ sid: 's' }, { sid: 's' }],
    [{ user: { sub: 'auth0|1', org_id: 'org_1' } }, { organization: 'org_1' }],
    [{ user: { sub: 'auth0|1', org_id: 7 } }, {}]]) {
    const whole = { ...record, ...more } as SessionRecord
    t.strictSame(toOpened(whole), {
      record: whole,
      owner: { ...owner, ...known },
      createdAt,
      neverBound: false,
      provedBy: undefined,
      provedUntil: 0
    })
  }
  t.end()
})

t.test('no tokens need no cookie', t => {
  const cookie = new OpenedTokens(sealer, 10)
  const { refreshToken: _, ...none } = tokens
  const set = { accessToken: 'at', tokenType: 'Bearer' as const, scope: '', requestedScope: '', expiresAt: 1 }
  const other = { accessToken: 'at', scope: '', expiresAt: 1, connection: 'github' }
  t.equal(cookie.seal(none), '')
  t.equal(cookie.seal({ ...none, nonce: 'n' }), '')
  for (
    const more of [{ refreshToken: 'rt' }, { idToken: 'it' }, { jkt: 'j' }, { tokenSets: [set] },
      { connectionTokenSets: [other] }, { tokenSets: [set], connectionTokenSets: [other] }]
  ) t.strictSame(cookie.open(cookie.seal({ ...none, ...more })), { ...none, ...more }, Object.keys(more).join())
  t.end()
})

t.test('when a session was last seen', t => {
  const cookie = new LastSeenCookie(sealer, 10)
  const seen = (id: string, at: number) => `s=${(sealer as Sealer).seal(encodeLastSeen({ id, at }))}`
  const at = (...cookies: string[]) => cookie.at(jarOf(cookies.join('; ')), 's', 'a')
  t.equal(at(), 0)
  t.equal(at('s=x', seen('b', 5)), 0)
  t.equal(at(seen('a', 2), seen('a', 3), seen('b', 5), seen('a', 1)), 3)
  t.end()
})

t.test('a session in the place of another one', t => {
  const { clock, cookies: make, browser } = setup()
  const cookies = make()
  cookies.write(browser.request(), { record, tokens }, both, wanted)
  const first = browser.request()
  cookies.write(first, { record, tokens }, both, wanted)
  first.send()
  const old = browser.request()
  const next = { ...record, id: 'b', version: 1, device }
  const jar = browser.request()
  t.equal(cookies.cameBefore(jar, next), false, 'not yet in its place')
  cookies.replace('a', 'b', cookies.write(jar, {
    record: next,
    tokens: { ...tokens, id: 'b', version: 1, refreshToken: 'next' }
  }, both, wanted))
  jar.send()

  t.equal(cookies.successor('a'), 'b')
  t.match(cookies.find(old, 'a'), { record: { id: 'b' } })
  t.equal(cookies.find(old, 'c'), undefined)
  t.match(cookies.tokens(old, 'a'), { id: 'b', version: 1, refreshToken: 'next' })
  t.equal(cookies.cameBefore(old, next), true)
  t.equal(cookies.cameBefore(old, { ...next, id: 'c' }), false)
  t.equal(cookies.cameBefore(old, { ...record, id: 'b' }), false)
  t.equal(cookies.cameBefore(browser.request(), next), false, 'it came by its own id')
  cookies.catchUp(old, 'a', () => false)
  t.equal(old.get('c'), browser.cookies.get('c')!.value)
  clock.pass(60)
  t.equal(cookies.successor('a'), undefined)
  t.match(cookies.find(browser.request(), 'b'), { record: { id: 'b' } })
  t.end()
})

t.test('an answer brings what was written before it was asked, as far as its request knows of it', t => {
  const { cookies: make, browser } = setup()
  const cookies = make()
  const login = browser.request()
  cookies.write(login, { record, tokens }, both, wanted)
  login.send()
  const [unaware, reader, over, asker] = [1, 2, 3, 4].map(() => browser.request())
  cookies.sessions(unaware!)
  const jar = browser.request()
  cookies.remember('a', cookies.write(jar, { record: { ...record, version: 1 }, tokens }, {
    record: true, tokens: false
  }, wanted))
  jar.send()
  t.match(cookies.sessions(reader!), [{ record: { version: 1 } }])
  const current = browser.request()
  cookies.sessions(current)
  cookies.remember('a', cookies.write(browser.request(), { record: { ...record, version: 2 }, tokens }, {
    record: true, tokens: false
  }, wanted))
  const caught = (jar: typeof reader, id = 'a', ended = false) => {
    cookies.catchUp(jar!, id, () => ended)
    return [...jar!.writes.keys()]
  }
  for (const jar of [unaware, current]) t.same(caught(jar), [], 'somebody else may have logged in there by now')
  t.same(caught(reader, 'b'), [])
  t.same(caught(reader), ['c'])
  cookies.sessions(over!)
  t.same(caught(over, 'a', true), [])
  t.match(cookies.tokens(asker!, 'a'), { version: 0 })
  t.same(caught(asker), [])
  const writer = browser.request()
  cookies.remember('a', cookies.write(writer, { record, tokens: { ...tokens, version: 3 } }, {
    record: false, tokens: true
  }, wanted))
  t.same(caught(writer), ['t', 'c'], 'what it has not written itself')
  t.same(caught(writer), ['t', 'c'], 'once')
  t.end()
})

t.test('of two that were written as the same version, the one in the cookies counts', t => {
  const { cookies: make, browser } = setup()
  const [here, there] = [make(), make()]
  const login = browser.request()
  here.write(login, { record, tokens }, both, wanted)
  login.send()
  for (const [cookies, refreshToken] of [[here, 'here'], [there, 'there']] as const) {
    const jar = browser.request()
    const write = cookies.write(jar, { record, tokens: { ...tokens, version: 1, refreshToken } },
      { record: false, tokens: true }, wanted)
    cookies.remember('a', write)
    jar.send()
  }
  t.match(here.tokens(browser.request(), 'a'), { refreshToken: 'there' })
  t.end()
})

t.test('what a session writes, and how long it lasts', t => {
  const { clock, cookies: make, browser } = setup()
  const cookies = make()
  const login = browser.request()
  t.same(Object.keys(cookies.write(login, { record, tokens }, both, wanted)), ['claims', 'tokens'])
  login.send()
  clock.pass(0.5)
  const jar = browser.request()
  t.same(cookies.write(jar, { record, tokens }, { record: false, tokens: false }, wanted), {})
  t.equal(jar.writes.size, 0)
  cookies.see(jar, record, START, () => false)
  t.same([jar.writes.get('s')?.attributes.maxAge, jar.send()], [5000, []])
  clock.pass(6000)
  const late = jarOf('s=x')
  cookies.see(late, record, START, wanted)
  t.equal(late.writes.get('s')?.attributes.maxAge, 0)
  const other = jarOf('')
  cookies.forgetSeen(other)
  cookies.forgetSeen(late)
  t.same([other.writes.size, late.writes.get('s')?.value], [0, undefined])
  t.end()
})

t.test('several sessions, and cookies that are nobody\'s', t => {
  const warned: string[] = []
  const cookies = setup({ warn: (code: string) => warned.push(code) }).cookies()
  const jar = jarOf(`c=${sealed({})}; c=${sealed({ id: 'b', createdAt: START + 1 })}; t=x`)
  t.same(cookies.sessions(jar).map(({ record }) => record.id), ['b', 'a'])
  t.same(cookies.sessions(jarOf('c=x')), [])
  t.same(warned, ['session_cookie_tossed', 'session_cookie_unreadable'])
  const cleared = (header: string) => {
    const everywhere = new Set<unknown>()
    cookies.clear(Object.assign(jarOf(header), { clear: (...args: unknown[]) => everywhere.add(args[2]) }))
    return [...everywhere]
  }
  t.same([cleared(`c=${sealed({})}; t=x`), cleared('t=x'), cleared('c=x; t=x')], [[true], [false], [false]])
  const names = { session: 'c', tokens: 'c_t', seen: 'c_s' }
  t.equal(sessionBytes(jarOf('c=12; c.0=1; cx=1; c_t=1; c_t.12=1; c_s=; c_x=1; x=1'), names), 6 + 7 + 7 + 10 + 6)
  t.end()
})

t.test('a session leaves its room to logins under way, and what it took from the cache', t => {
  const { counted, sealer } = counting()
  const rooms: number[] = []
  const { cookies: make, browser } = setup({
    makeRoom: (_jar: unknown, bytes: number) => rooms.push(bytes),
    sealers: { session: sealer, tokens: sealer, seen: sealer }
  })
  const cookies = make()
  const jar = browser.request()
  cookies.write(jar, { record, tokens }, both, wanted)
  const bytes = ['c', 't'].reduce((sum, name) => sum + name.length + jar.get(name)!.length + 3, 256)
  t.same(rooms, [8192 - bytes])
  jar.send()
  const opens = () => {
    counted.opened = 0
    const jar = browser.request()
    return [cookies.sessions(jar).length, cookies.tokens(jar, 'a').version, counted.opened]
  }
  t.same([opens(), opens()], [[1, 0, 2], [1, 0, 0]])
  cookies.clear(browser.request())
  t.same(opens(), [1, 0, 2])
  t.end()
})
