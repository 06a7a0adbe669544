import t from 'tap'
import { thumbprintOf } from '../../../lib/base/thumbprint.js'
import {
  createStatelessSessions, type StatelessSessionsOptions
} from '../../../lib/stores/stateless/stateless-sessions.js'
import { DeviceGate } from '../../../lib/stores/device/device-gate.js'
import { MemoryRevocationStore } from '../../../lib/stores/memory/memory-revocation-store.js'
import { ForeignCookies } from '../../../lib/stores/stateless/foreign-cookies.js'
import { encodeLastSeen } from '../../../lib/stores/stateless/claims-cookie.js'
import { createMac } from '../../../lib/stores/sealing/mac.js'
import { createSealer } from '../../../lib/stores/sealing/seal.js'
import { leastCpuTime } from '../../cpu-time.js'
import { Clock, jarOf, MapBrowser, type MapJar } from './map-jar.js'
import type { LiveSession } from '../../../lib/stores/sessions.js'
import type {
  CookieAttributes, RevocationStore, SessionRecord, SessionTokens, SessionData
} from '../../../types/stores.js'

const SECRET = 'a secret of quite enough characters, really'
const DAY = 86_400
const ATTRIBUTES: CookieAttributes = {
  path: '/app',
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  domain: 'example.com',
  partitioned: true
}
const [CLAIMS, TOKENS, SEEN] = ['__Host-a0', '__Host-a0_t', '__Host-a0_s']

interface Setup extends Partial<StatelessSessionsOptions> {
  clock?: Clock
  client?: string
  secrets?: string[]
}

function setup ({ clock = new Clock(), client = 'client-a', secrets = [SECRET], ...options }: Setup = {}) {
  const warnings: { code: string, detail: object }[] = []
  const sealerFor = (kind: string) =>
    createSealer({ secrets, purpose: `${client} ${kind}`, maxAgeDays: 3, now: clock.now })
  const sealers = { session: sealerFor('session'), tokens: sealerFor('tokens'), seen: sealerFor('seen') }
  const sessions = createStatelessSessions({
    names: ({ secure }) =>
      secure ? { session: CLAIMS, tokens: TOKENS, seen: SEEN } : { session: 'a0', tokens: 'a0_t', seen: 'a0_s' },
    attributes: secure => ({ ...ATTRIBUTES, secure }),
    sealers,
    lifetime: { rolling: true, inactivityDuration: DAY, absoluteDuration: 3 * DAY, touchAfter: 8640 },
    revocations: new MemoryRevocationStore({ now: clock.now }),
    now: clock.now,
    cacheEntries: 100,
    storeTimeout: 2,
    clockTolerance: 30,
    onStoreError: 'fail',
    warn: (code, detail) => {
      warnings.push({ code, detail })
    },
    ...options
  })
  return { clock, sessions, sealers, warnings, browser: new MapBrowser(clock) }
}

let ids = 0

function session (clock: Clock,
  { record = {}, tokens = {} }: { record?: Partial<SessionRecord>, tokens?: Partial<SessionTokens> } =
  {}): SessionData {
  const id = record.id ?? `session-${++ids}`
  const issuer = 'https://acme.eu.auth0.com/'
  return {
    record: {
      id,
      version: 0,
      user: { sub: 'auth0|1', name: 'Ann', org_id: 'org_1' },
      sid: `sid-of-${id}`,
      domain: 'acme.eu.auth0.com',
      issuer,
      createdAt: clock.now(),
      updatedAt: clock.now(),
      ...record
    },
    tokens: {
      id,
      version: 0,
      refreshToken: `refresh-of-${id}`,
      tokenSets: [accessToken()],
      connectionTokenSets: [],
      ...tokens
    }
  }
}

function accessToken (audience?: string, accessToken = 'opaque', expiresAt = 1_900_000_000) {
  return {
    accessToken,
    tokenType: 'Bearer' as const,
    scope: 'openid',
    requestedScope: 'openid',
    expiresAt,
    ...(audience !== undefined && { audience })
  }
}

/** A token as large as asked that cannot be packed. */
function large (characters: number): string {
  return '~'.repeat(characters)
}

/** Logs in and lets the browser have the cookies. */
async function login ({ clock, sessions, browser }: ReturnType<typeof setup>,
  more: Parameters<typeof session>[1] = {}): Promise<SessionData> {
  const made = session(clock, more)
  const createdAt = await sessions.begin(made.record)
  if (createdAt !== made.record.createdAt) made.record = { ...made.record, createdAt }
  const jar = browser.request()
  await sessions.create(jar, made)
  jar.send()
  return made
}

t.test('a session is read back as it was created, at once and frozen', async t => {
  const s = setup()
  const made = await login(s)
  t.same([...s.browser.cookies.keys()], [CLAIMS, TOKENS])
  const jar = s.browser.request()
  const read = s.sessions.read(jar)
  t.notOk(read instanceof Promise)
  t.strictSame(read, { record: made.record, lastActivity: s.clock.now(), expiresAt: s.clock.now() + DAY })
  t.equal((await s.sessions.read(s.browser.request()))?.record, (read as LiveSession).record,
    'one object for many requests')
  t.throws(() => {
    ;(read as LiveSession).record.user.name = 'Eve'
  }, TypeError)
  t.same(await s.sessions.tokens(jar, made.record), made.tokens)
  t.equal(jar.writes.size, 0)
  t.equal(s.sessions.kind, 'cookie')
})

t.test('plain http has names of its own', async t => {
  const s = setup()
  const plain = new MapBrowser(s.clock, { secure: false })
  const jar = plain.request()
  await s.sessions.create(jar, session(s.clock))
  jar.send()
  t.same([...plain.cookies.keys()], ['a0', 'a0_t'])
  t.equal(plain.cookies.get('a0')?.attributes.secure, false)
  t.ok(s.sessions.read(plain.request()))
})

t.test('SES-30: a request without a session sets nothing and asks nobody', async t => {
  const asked: unknown[] = []
  const { sessions, warnings } = setup({
    revocations: {
      revoke () {},
      revokedAt: owner => {
        asked.push(owner)
        return undefined
      }
    }
  })
  for (const header of ['', 'theme=dark', `${TOKENS}=x; ${SEEN}=y`]) {
    const jar = jarOf(header)
    t.equal(sessions.read(jar), undefined)
    t.equal(await sessions.update(jar, 'any', current => current), undefined)
    t.equal(jar.writes.size, 0)
  }
  t.same([asked, warnings], [[], []])
})

t.test('SES-01: an unreadable cookie is no session; it stays, and is told once', async t => {
  const s = setup({ cacheEntries: 0 })
  await login(s)
  const claims = s.browser.cookies.get(CLAIMS)?.value ?? ''
  const spoiled = [...claims].map((character, position) =>
    claims.slice(0, position) + (character === 'A' ? 'B' : 'A') + claims.slice(position + 1)
  )
  t.ok(spoiled.every(value => s.sessions.read(jarOf(`${CLAIMS}=${value}`)) === undefined))
  const jar = jarOf(`${CLAIMS}=garbage; ${TOKENS}=garbage; ${TOKENS}.0=2.x; ${TOKENS}.00=y; ${SEEN}=garbage; other=1`)
  t.equal(s.sessions.read(jar), undefined)
  t.equal(jar.writes.size, 0, 'another process, path or port may own it')
  t.match(s.warnings, [{ code: 'session_cookie_unreadable', detail: { cookie: CLAIMS, hint: /sessionSecret/ } }])
  t.equal(s.warnings.length, 1)
})

t.test('above 12 KiB of Cookie header, cookies of our names that cannot be opened are cleared', async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  const own = [...s.browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const filler = (bytes: number) => `theme=${'x'.repeat(bytes)}`
  const garbage = `${CLAIMS}.0=2~abcdef~x; ${CLAIMS}.7=x; ${TOKENS}=garbage; ${TOKENS}.4=x; ${SEEN}=y`
  const names = [`${CLAIMS}.0`, `${CLAIMS}.7`, TOKENS, `${TOKENS}.4`, SEEN]
  const calm = jarOf(`${own}; ${garbage}; ${filler(1000)}`)
  t.ok(s.sessions.read(calm))
  t.equal(calm.writes.size, 0)
  const full = jarOf(`${own}; ${garbage}; ${filler(8000)}`)
  t.match(await s.sessions.read(full), { record: { id: made.record.id } })
  t.same([...full.writes.keys()].sort(), names.sort())
  for (const { value, attributes } of full.writes.values()) t.same([value, attributes], [undefined, ATTRIBUTES])
  t.match(s.warnings.at(-1), { code: 'unreadable_cookies_cleared', detail: { cookies: [`${CLAIMS}.0`] } })
  t.strictSame(await s.sessions.tokens(full, made.record), made.tokens, 'what can be opened stays')
  const late = jarOf(`${CLAIMS}=garbage; ${filler(13_000)}`)
  late.writable = false
  t.equal(s.sessions.read(late), undefined)
  t.equal(late.writes.size, 0)
})

t.test('cookies of our names that are not ours are told of once each, and cleared where they are in the way', t => {
  const warnings: { code: string, detail: object }[] = []
  const foreign = new ForeignCookies((code, detail) => warnings.push({ code, detail }))
  const told = (count: number, opened: number, bytes = 0, names: string[] = [], writable = true) => {
    const jar = jarOf(`x=${'x'.repeat(Math.max(bytes - 4, 0))}`)
    jar.writable = writable
    foreign.notice(jar, { cookie: CLAIMS!, count, opened }, () => names, () => ATTRIBUTES)
    return [warnings.splice(0).map(({ code }) => code), [...jar.writes.keys()]]
  }
  t.same(told(0, 0), [[], []])
  t.same(told(1, 1), [[], []])
  t.same(told(2, 1), [['session_cookie_tossed'], []])
  t.same(told(3, 1), [[], []], 'once')
  t.same(told(1, 0), [['session_cookie_unreadable'], []])
  t.same(told(2, 0), [[], []], 'once')
  t.same(told(1, 1, 12_288, ['a']), [[], []], 'not too much')
  t.same(told(1, 1, 12_289, ['a'], false), [[], []], 'too late')
  t.same(told(1, 1, 12_289, []), [[], []], 'nothing to clear')
  t.same(told(1, 1, 12_289, ['c']), [['unreadable_cookies_cleared'], ['c']])
  t.same(told(1, 1, 12_289, ['a', 'b']), [[], ['a', 'b']], 'told once')
  t.end()
})

t.test('SES-05: a cookie of another application with the same secret is no session', async t => {
  const [a, b] = [setup(), setup({ client: 'client-b' })]
  await login(a)
  t.equal(b.sessions.read(a.browser.request()), undefined)
  t.ok(a.sessions.read(a.browser.request()))
})

t.test('SES-05: a tokens or last-seen cookie in place of the claims cookie is no session', async t => {
  const s = setup()
  await login(s)
  s.clock.pass(10_000)
  const touched = s.browser.request()
  await s.sessions.read(touched)
  touched.send()
  for (const name of [TOKENS, SEEN]) {
    t.equal(s.sessions.read(jarOf(`${CLAIMS}=${s.browser.cookies.get(name)?.value}`)), undefined)
  }
})

t.test('SES-06: a cookie that is copied to another browser works there: it is a bearer credential', async t => {
  const s = setup()
  const made = await login(s)
  t.match(s.sessions.read(jarOf(`${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`)), {
    record: { id: made.record.id }
  })
})

t.test('SES-08: a cookie made with a removed secret is no session, with a listed older one it is', async t => {
  const old = setup()
  await login(old)
  const newer = 'a newer secret of quite enough characters'
  t.ok(setup({ secrets: [newer, SECRET] }).sessions.read(old.browser.request()))
  t.equal(setup({ secrets: [newer] }).sessions.read(old.browser.request()), undefined)
})

t.test("SES-10: inactivity ends a session whatever the cookie's Max-Age says", async t => {
  const s = setup()
  await login(s)
  const jar = jarOf(`${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`)
  s.clock.pass(DAY - 1)
  t.ok(s.sessions.read(jar))
  const next = jarOf(`${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`)
  s.clock.pass(1)
  t.equal(s.sessions.read(next), undefined, 'although the cache of opened cookies still has it')
  t.equal(next.writes.get(CLAIMS)?.value, undefined)
})

t.test('SES-11: the absolute limit ends a session that is in use', async t => {
  const s = setup()
  const { record } = await login(s)
  for (let hours = 0; hours < 71; hours++) {
    s.clock.pass(3600)
    const jar = s.browser.request()
    t.ok(s.sessions.read(jar), `${hours + 1} h`)
    jar.send()
  }
  t.equal((await s.sessions.read(s.browser.request()))?.expiresAt, record.createdAt + 3 * DAY)
  const kept = [...s.browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  s.clock.pass(3600)
  t.equal(s.sessions.read(jarOf(kept)), undefined)
})

t.test("SES-11: the identity provider's ceiling ends a session half a minute early", async t => {
  const s = setup()
  await login(s, { record: { ceiling: s.clock.now() + 1000 } })
  t.equal(s.browser.cookies.get(CLAIMS)?.attributes.maxAge, 970)
  const kept = `${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`
  s.clock.pass(969)
  t.ok(s.sessions.read(jarOf(kept)))
  s.clock.pass(1)
  t.equal(s.sessions.read(jarOf(kept)), undefined)
})

t.test('use rewrites nothing but the last-seen cookie, and that once per touchAfter', async t => {
  const s = setup()
  const { record } = await login(s)
  const claims = s.browser.cookies.get(CLAIMS)?.value
  const visit = (pass: number) => {
    s.clock.pass(pass)
    const jar = s.browser.request()
    const read = s.sessions.read(jar) as LiveSession
    t.ok(read)
    void s.sessions.read(jar)
    return { set: jar.send().map(({ name }) => name), read }
  }
  t.same(visit(8639).set, [])
  const touched = visit(1)
  t.same(touched.set, [SEEN])
  t.equal(touched.read.lastActivity, s.clock.now())
  t.same(s.browser.cookies.get(SEEN)?.attributes, { ...ATTRIBUTES, maxAge: 3 * DAY - 8640 })
  t.same(visit(8639).set, [])
  t.equal(visit(0).read.lastActivity, record.createdAt + 8640)
  t.same(visit(1).set, [SEEN])
  t.same(visit(DAY - 1).set, [SEEN], 'a day after the last use, not after the login')
  t.equal(s.browser.cookies.get(CLAIMS)?.value, claims)
  t.equal(s.browser.cookies.get(SEEN)?.attributes.maxAge, Math.ceil(record.createdAt + 3 * DAY - s.clock.now()))
})

t.test('a last-seen cookie of another session, or an unreadable one, prolongs nothing', async t => {
  const s = setup()
  const other = setup({ clock: s.clock })
  await login(s)
  await login(other)
  s.clock.pass(20_000)
  const jar = other.browser.request()
  await other.sessions.read(jar)
  jar.send()
  s.clock.pass(DAY - 10_000)
  for (
    const value of [other.browser.cookies.get(SEEN)?.value ?? '', 'garbage', s.sealers.seen.seal('garbage'),
      s.sealers.seen.seal('[1,1,1]')]
  ) {
    t.equal(s.sessions.read(jarOf(`${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}; ${SEEN}=${value}`)), undefined)
  }
})

t.test('where nothing can be written any more, use is not written down', async t => {
  const s = setup()
  const { record } = await login(s)
  s.clock.pass(20_000)
  const jar = s.browser.request()
  jar.writable = false
  t.match(s.sessions.read(jar), { lastActivity: record.createdAt })
  t.equal(jar.writes.size, 0)
})

t.test('without rolling only the absolute limit counts, and use is never written down', async t => {
  const s = setup({ lifetime: { rolling: false, inactivityDuration: DAY, absoluteDuration: 3 * DAY, touchAfter: 0 } })
  const { record } = await login(s)
  s.clock.pass(2 * DAY)
  const jar = s.browser.request()
  t.equal((s.sessions.read(jar) as LiveSession).expiresAt, record.createdAt + 3 * DAY)
  t.equal(jar.writes.size, 0)
  s.browser.plant(SEEN!, s.sealers.seen.seal(encodeLastSeen({ id: record.id, at: s.clock.now() - 1 })))
  t.match(s.sessions.read(s.browser.request()), { lastActivity: record.createdAt })
  const kept = `${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`
  s.clock.pass(DAY)
  t.equal(s.sessions.read(jarOf(kept)), undefined)
})

t.test('SES-14: a login ends the session that was there before, also for copies of its cookie', async t => {
  const s = setup()
  const first = await login(s)
  const stolen = `${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}`
  s.clock.pass(10_000)
  const touch = s.browser.request()
  await s.sessions.read(touch)
  touch.send()
  const second = await login(s)
  t.not(second.record.id, first.record.id)
  t.equal(s.browser.cookies.has(SEEN), false)
  t.equal(s.sessions.read(jarOf(stolen)), undefined)
  t.match(s.sessions.read(s.browser.request()), { record: { id: second.record.id } })
})

t.test('SES-14: a session whose end has come anyway need not be ended by a login', async t => {
  const revocations = new MemoryRevocationStore()
  const s = setup({ revocations })
  await login(s)
  const kept = s.browser.cookies.get(CLAIMS)?.value ?? ''
  s.clock.pass(3 * DAY)
  s.browser.plant(CLAIMS, kept)
  await login(s)
  t.equal(revocations.size, 0)
})

t.test('SES-15: nothing of user A stays when B logs in', async t => {
  const s = setup()
  await login(s, {
    record: { custom: { cart: 1 } },
    tokens: { idToken: 'A', jkt: 'A', tokenSets: [accessToken('https://api', large(5000))] }
  })
  t.ok(s.browser.cookies.has(`${TOKENS}.1`))
  const b = await login(s, {
    record: { user: { sub: 'auth0|2' } },
    tokens: { refreshToken: undefined, tokenSets: [] } as unknown as SessionTokens
  })
  t.same([...s.browser.cookies.keys()], [CLAIMS])
  const jar = s.browser.request()
  t.strictSame((await s.sessions.read(jar))?.record, b.record)
  t.strictSame(await s.sessions.tokens(jar, b.record), {
    id: b.record.id,
    version: 0,
    tokenSets: [],
    connectionTokenSets: []
  })
})

t.test("SES-16: the same user's new login replaces claims, organization, sid and times", async t => {
  const s = setup()
  await login(s)
  s.clock.pass(100)
  const again = await login(s, { record: { user: { sub: 'auth0|1', org_id: 'org_2' }, sid: 'other' } })
  t.strictSame((await s.sessions.read(s.browser.request()))?.record, again.record)
})

t.test('SES-20: of several cookies of one name the newest living session counts, wherever it stands', async t => {
  const s = setup()
  const logIn = async (record: Partial<SessionRecord> = {}) => {
    const browser = new MapBrowser(s.clock)
    const made = await login({ ...s, browser }, { record })
    return { id: made.record.id, claims: browser.cookies.get(CLAIMS)!.value, made, browser }
  }
  const ended = await logIn({ ceiling: s.clock.now() + 31 })
  s.clock.pass(1)
  const older = await logIn()
  s.clock.pass(1)
  const revoked = await logIn()
  await s.sessions.revoke({ id: revoked.id })
  const newer = await logIn()
  const change = newer.browser.request()
  await setup({ clock: s.clock }).sessions.update(change, newer.id, ({ record, tokens }) => ({
    record: { ...record, custom: { later: true } },
    tokens
  }))
  const written = change.get(CLAIMS)!
  const found = async (...values: string[]) => {
    const jar = jarOf(values.map(value => `${CLAIMS}=${value}`).join('; '))
    const read = await s.sessions.read(jar)
    t.equal(jar.writes.size, 0, 'nothing is cleared')
    return read?.record
  }
  const permutations = (values: string[]): string[][] => values.length < 2
    ? [values]
    : values.flatMap((value, at) => permutations(values.toSpliced(at, 1)).map(rest => [value, ...rest]))
  for (const order of permutations(['tossed', ended.claims, older.claims, newer.claims])) {
    t.equal((await found(...order))?.id, newer.id)
  }
  for (const order of permutations([newer.claims, written])) t.match(await found(...order), { custom: { later: true } })
  for (const order of permutations([revoked.claims, older.claims])) t.equal((await found(...order))?.id, older.id)
  for (const order of permutations([revoked.claims, ended.claims, 'tossed'])) t.equal(await found(...order), undefined)
  t.equal((await found(...Array.from({ length: 9 }, (_, n) => `tossed${n}`), older.claims))?.id, older.id)
  t.equal(await found(...Array.from({ length: 10 }, (_, n) => `tossed${n}`), older.claims), undefined, 'ten are tried')
  t.same(s.warnings.map(({ code }) => code).sort(), ['session_cookie_tossed', 'session_cookie_unreadable'],
    'each told once')

  const both = [older, newer].flatMap(({ browser }) =>
    [...browser.cookies].map(([name, { value }]) => `${name}=${value}`)
  )
  const jar = jarOf(both.join('; '))
  t.match(await s.sessions.tokens(jar, newer.made.record), { refreshToken: `refresh-of-${newer.id}` })
  t.match(await s.sessions.tokens(jar, older.made.record), { refreshToken: `refresh-of-${older.id}` })
  t.equal(await s.sessions.update(jar, older.id, ({ record, tokens }) => ({ record: { ...record }, tokens })),
    undefined, 'the older one is not what the request is about')
  await s.sessions.destroy(jar)
  t.same([...jar.writes.keys()].sort(), [CLAIMS, TOKENS].sort())
  t.equal(await found(older.claims), undefined, 'a logout ends all of them')
  t.equal(await found(newer.claims), undefined)
})

t.test('a login ends the session before it and leaves an older one beside it to whom it belongs', async t => {
  const s = setup()
  const [older, newer] = [new MapBrowser(s.clock), new MapBrowser(s.clock)]
  await login({ ...s, browser: older })
  s.clock.pass(1)
  await login({ ...s, browser: newer })
  const values = [older, newer].map(browser => browser.cookies.get(CLAIMS)!.value)
  s.clock.pass(1)
  await s.sessions.create(jarOf(values.map(value => `${CLAIMS}=${value}`).join('; ')), session(s.clock))
  t.same(values.map(value => s.sessions.read(jarOf(`${CLAIMS}=${value}`)) !== undefined), [true, false])
})

t.test('tokens of another session are absent', async t => {
  const s = setup()
  const first = await login(s)
  const other = setup({ clock: s.clock })
  await login(other)
  const mixed = jarOf(
    `${CLAIMS}=${s.browser.cookies.get(CLAIMS)?.value}; ${TOKENS}=${other.browser.cookies.get(TOKENS)?.value}`
  )
  t.strictSame(await s.sessions.tokens(mixed, first.record), {
    id: first.record.id,
    version: 0,
    tokenSets: [],
    connectionTokenSets: []
  })
  for (const value of ['garbage', s.sealers.tokens.seal('garbage')]) {
    t.same((await s.sessions.tokens(jarOf(`${TOKENS}=${value}`), first.record))?.tokenSets, [])
  }
})

t.test('an update writes only what changed', async t => {
  let rooms = 0
  const s = setup({ makeRoom: () => rooms++ })
  const { record: made } = await login(s)
  const { id } = made
  const before = { claims: s.browser.cookies.get(CLAIMS)?.value, tokens: s.browser.cookies.get(TOKENS)?.value }

  s.clock.pass(50)
  const refresh = s.browser.request()
  const refreshed = await s.sessions.update(refresh, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'next' } }))
  t.match(refreshed, { record: { version: 0 }, tokens: { refreshToken: 'next', version: 1, id } })
  t.same(refresh.send().map(({ name }) => name), [TOKENS])
  t.equal(s.browser.cookies.get(TOKENS)?.attributes.maxAge, 3 * DAY - 50)
  t.equal((await s.sessions.tokens(s.browser.request(), made))?.refreshToken, 'next')

  const rename = s.browser.request()
  const renamed = await s.sessions.update(rename, id,
    ({ record, tokens }) => ({ record: { ...record, id: 'chosen', user: { ...record.user, name: 'Bea' } }, tokens }))
  t.match(renamed, {
    record: { id, version: 2, updatedAt: s.clock.now(), user: { name: 'Bea' } },
    tokens: { refreshToken: 'next' }
  })
  t.same(rename.send().map(({ name }) => name), [CLAIMS])
  t.match(await s.sessions.read(s.browser.request()), {
    record: { user: { name: 'Bea' } },
    lastActivity: s.clock.now()
  })
  t.match(await s.sessions.read(rename), { record: { user: { name: 'Bea' } } }, 'a read after the write sees the write')

  const both = s.browser.request()
  await s.sessions.update(both, id, ({ record, tokens }) => ({ record: { ...record }, tokens: { ...tokens } }))
  t.same(both.send().map(({ name }) => name), [CLAIMS, TOKENS])
  t.not(s.browser.cookies.get(CLAIMS)?.value, before.claims)

  const roomsBefore = rooms
  const nothing = s.browser.request()
  t.match(await s.sessions.update(nothing, id, current => current), { record: { id, version: 3 } })
  t.match(await s.sessions.update(nothing, id, ({ record, tokens }) => ({ record, tokens })), { record: { id } })
  t.equal(await s.sessions.update(nothing, id, () => undefined), undefined)
  t.same([nothing.writes.size, rooms], [0, roomsBefore])
  s.clock.pass(10_000)
  const late = s.browser.request()
  await s.sessions.update(late, id, ({ record, tokens }) => ({ record, tokens: { ...tokens } }))
  t.same([...late.writes.keys()], [TOKENS], 'a write is no use: whoever reads has written that down')
})

t.test('an update that takes every token away clears their cookie', async t => {
  const s = setup()
  const { record: made } = await login(s)
  const { id } = made
  const jar = s.browser.request()
  await s.sessions.update(jar, id, ({ record, tokens: { id, version } }) => ({
    record,
    tokens: { id, version, tokenSets: [], connectionTokenSets: [] }
  }))
  jar.send()
  t.same([...s.browser.cookies.keys()], [CLAIMS])
  const later = s.browser.request()
  await s.sessions.update(later, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, tokenSets: [accessToken()] } }))
  later.send()
  t.match(await s.sessions.tokens(s.browser.request(), made), { tokenSets: [{ accessToken: 'opaque' }], version: 2 })
})

t.test('a request with older cookies gets what other requests have written, and hands it on', async t => {
  const s = setup()
  const { record: made } = await login(s)
  const { id } = made
  const older = s.browser.request()
  const change = async (next: (current: SessionData) => SessionData) => {
    const jar = s.browser.request()
    await s.sessions.update(jar, id, next)
    jar.send()
  }
  /** Sends an answer as the plugin does. */
  const answer = (jar: MapJar) => {
    s.sessions.catchUp!(jar, id)
    return jar.send().map(({ name }) => name)
  }
  await change(({ record, tokens }) => ({ record: { ...record, user: { ...record.user, name: 'Bea' } }, tokens }))
  await change(({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'next' } }))
  const newest = () => s.browser.cookies.get(CLAIMS)!.value + s.browser.cookies.get(TOKENS)!.value
  const cookies = newest()

  t.match(await s.sessions.read(older), { record: { user: { name: 'Bea' }, version: 1 } })
  t.match(await s.sessions.tokens(older, made), { refreshToken: 'next', version: 2 })
  t.same(answer(older), [CLAIMS, TOKENS])
  t.equal(newest(), cookies, 'the very same cookies')
  t.same(answer(s.browser.request()), [], 'who is up to date gets nothing')

  const behind = s.browser.request()
  await change(({ record }) => ({ record, tokens: { id, version: 0, tokenSets: [], connectionTokenSets: [] } }))
  t.match(await s.sessions.tokens(behind, made), { id, tokenSets: [], version: 3 })
  t.same(answer(behind), [TOKENS])
  t.notOk(s.browser.cookies.has(TOKENS), 'tokens that were taken away stay so')
  t.same(answer(s.browser.request()), [])

  const between = s.browser.request()
  t.match(await s.sessions.read(between), { record: { user: { name: 'Bea' } } })
  await change(({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'last' } }))
  t.match(await s.sessions.tokens(between, made), { refreshToken: 'last' }, 'written after the session was read')
  t.same(answer(between), [TOKENS])

  const slow = s.browser.request()
  await s.sessions.update(slow, id, ({ record, tokens }) => ({ record: { ...record, custom: { a: 1 } }, tokens }))
  await change(({ record, tokens }) => ({ record: { ...record, custom: { ...record.custom, b: 2 } }, tokens }))
  t.same(answer(slow), [CLAIMS])
  t.match(await s.sessions.read(s.browser.request()), { record: { custom: { a: 1, b: 2 } } },
    'an answer that is sent late')

  const other = s.browser.request()
  await change(({ record, tokens }) => ({ record: { ...record, custom: { c: 3 } }, tokens }))
  s.sessions.catchUp!(other, 'another')
  t.equal(other.writes.size, 0, "another session's")
  s.clock.pass(60)
  t.match(await s.sessions.read(other), { record: { custom: { b: 2 } } },
    'a minute later every request speaks for itself')
  t.same(answer(other), [])
})

t.test('a clock that is set back days leaves a request the cookies it came with', async t => {
  const s = setup({
    cacheEntries: 0,
    lifetime: { rolling: false, inactivityDuration: DAY, absoluteDuration: 3 * DAY, touchAfter: 8640 }
  })
  const { record } = await login(s)
  s.clock.pass(2 * DAY)
  t.ok(await s.sessions.update(s.browser.request(), record.id,
    ({ record, tokens }) => ({ record: { ...record, custom: { a: 1 } }, tokens })))
  s.clock.pass(-2 * DAY)
  t.match(await s.sessions.read(s.browser.request()), { record: { version: 0 } }, 'the newer ones are of another day')
})

t.test('what was written lately comes back neither after logout nor after a revocation', async t => {
  for (const end of ['destroy', 'revoke', 'login'] as const) {
    const s = setup()
    const { record: made } = await login(s)
    const older = [s.browser.request(), s.browser.request()]
    const jar = s.browser.request()
    await s.sessions.update(jar, made.id,
      ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'next' } }))
    jar.send()
    s.clock.pass(1)
    if (end === 'destroy') await s.sessions.destroy(s.browser.request())
    else if (end === 'revoke') await s.sessions.revoke({ iss: made.issuer, sub: made.user.sub })
    else await login(s)
    for (const late of older) {
      t.equal(await s.sessions.tokens(late, made), undefined)
      s.sessions.catchUp!(late, made.id)
      t.same(late.send(), [], end)
    }
  }
})

t.test("an older state that is written once more does not take the newer one's place", async t => {
  const s = setup()
  const made = await login(s)
  const jar = s.browser.request()
  await s.sessions.update(jar, made.record.id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'next' } }))
  // As when another library's cookie is taken over by two requests at once.
  const second = jarOf('')
  await s.sessions.create(second, made)
  t.match(await s.sessions.tokens(second, made.record), { refreshToken: 'next' })
})

t.test('an update of another session, or of one that is over, writes nothing', async t => {
  const s = setup()
  const { record: { id } } = await login(s)
  const change = ({ record, tokens }: SessionData) => ({ record: { ...record }, tokens })
  const jar = s.browser.request()
  t.equal(await s.sessions.update(jar, 'another', change), undefined)
  t.equal(jar.writes.size, 0)
  await s.sessions.revoke({ id })
  t.equal(await s.sessions.update(jar, id, change), undefined)
  t.notOk(jar.send().some(({ value }) => value !== undefined))
})

t.test('RF-14: what a slow request writes after logout does not bring the session back', async t => {
  const s = setup()
  const { record: made } = await login(s)
  const { id } = made
  s.clock.pass(10_000)
  const [slow, slower, logout] = [s.browser.request(), s.browser.request(), s.browser.request()]
  await s.sessions.read(slow)
  await s.sessions.update(slow, id,
    ({ record, tokens }) => ({ record: { ...record }, tokens: { ...tokens, refreshToken: 'next' } }))
  t.ok(slow.writes.size >= 3)
  await s.sessions.destroy(logout)
  logout.send()
  t.same(slow.send(), [], 'dropped when the headers are sent')
  t.equal(await s.sessions.update(slower, id, ({ record, tokens }) => ({ record: { ...record }, tokens })), undefined)
  slower.send()
  t.equal(s.browser.cookies.size, 0)
})

t.test('a login that is overtaken by a back-channel logout writes no session', async t => {
  const s = setup()
  const jar = s.browser.request()
  const made = session(s.clock)
  await s.sessions.create(jar, made)
  s.clock.pass(1)
  await s.sessions.revoke({ iss: made.record.issuer, sid: made.record.sid ?? '' })
  t.same(jar.send(), [])
})

t.test('LO-10: logout clears every cookie with the attributes it was set with, and returns the session', async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(4500))] } })
  s.clock.pass(10_000)
  const visit = s.browser.request()
  await s.sessions.read(visit)
  visit.send()
  for (const odd of ['00', '1e0', '7', '999999999', '-1']) s.browser.plant(`${TOKENS}.${odd}`, 'x')
  s.browser.plant('other', 'x')
  s.browser.plant(`${TOKENS}x.0`, 'x')
  const jar = s.browser.request()
  t.strictSame(s.sessions.destroy(jar), made.record, 'at once')
  for (const { name, value, attributes } of jar.send()) t.same([value, attributes], [undefined, ATTRIBUTES], name)
  t.same([...s.browser.cookies.keys()], ['other', `${TOKENS}x.0`])
  t.equal(await s.sessions.destroy(s.browser.request()), undefined)
})

t.test('what is ours alone is cleared where an earlier configuration put it, too', async t => {
  const s = setup()
  const clearedEverywhere = async (jar: MapJar) => {
    const seen = new Set<unknown>()
    Object.assign(jar, { clear: (_name: string, _attributes: object, everywhere: unknown) => seen.add(everywhere) })
    await s.sessions.destroy(jar)
    return [...seen]
  }
  await login(s)
  t.same(await clearedEverywhere(s.browser.request()), [true])
  await login(s)
  const own = [...s.browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  t.same(await clearedEverywhere(jarOf(`${own}; ${CLAIMS}=foreign`)), [false])
  t.same(await clearedEverywhere(jarOf(`${CLAIMS}=foreign`)), [false])
})

t.test('logout clears what it cannot read', async t => {
  const { sessions } = setup()
  const jar = jarOf(`${CLAIMS}=garbage; ${TOKENS}=x; ${SEEN}=y`)
  t.equal(await sessions.destroy(jar), undefined)
  t.same([...jar.writes.keys()].sort(), [CLAIMS, TOKENS, SEEN].sort())
})

t.test('logout is final for copies of the cookie, even where the answer cannot be written any more', async t => {
  const s = setup()
  await login(s)
  const copy = s.browser.request()
  const socket = s.browser.request()
  socket.writable = false
  await s.sessions.destroy(socket)
  t.equal(socket.writes.size, 0)
  t.equal(s.sessions.read(copy), undefined)
})

t.test("logout holds when another process's clock was ahead at the login", async t => {
  const s = setup()
  await login(s, { record: { createdAt: s.clock.now() + 20 } })
  const copy = s.browser.request()
  await s.sessions.destroy(s.browser.request())
  t.equal(s.sessions.read(copy), undefined)
})

t.test('BCL-01, BCL-02: revocation ends the sessions it names and no later login', async t => {
  const s = setup()
  const ann = { record: { user: { sub: 'auth0|ann', org_id: 'org_1' } } }
  const bob = { record: { user: { sub: 'auth0|bob', org_id: 'org_2' } } }
  const browsers = [ann, ann, bob].map(() => new MapBrowser(s.clock))
  const made = await Promise.all(
    [ann, ann, bob].map(async (who, index) => await login({ ...s, browser: browsers[index]! }, who))
  )
  const live = () => browsers.map(browser => s.sessions.read(browser.request()) !== undefined)
  const iss = 'https://acme.eu.auth0.com/'

  t.equal(await s.sessions.revoke({ iss, sid: made[0]?.record.sid ?? '' }), 0, 'how many cannot be known')
  t.same(live(), [false, true, true])
  await s.sessions.revoke({ iss: 'https://other.eu.auth0.com/', sub: 'auth0|ann' })
  t.same(live(), [false, true, true], "another issuer's subject")
  await s.sessions.revoke({ iss, sub: 'auth0|ann' })
  t.same(live(), [false, false, true])
  await s.sessions.revoke({ iss, organization: 'org_2' })
  t.same(live(), [false, false, false])
  s.clock.pass(1)
  await login(s, ann)
  t.ok(s.sessions.read(s.browser.request()), 'a later login lives')
})

t.test('a session without sid and organization can be revoked by its subject', async t => {
  const s = setup()
  const { record: { sid: _, ...record } } = session(s.clock, { record: { user: { sub: 'auth0|1' } } })
  const jar = s.browser.request()
  await s.sessions.create(jar, {
    record,
    tokens: { id: record.id, version: 0, tokenSets: [], connectionTokenSets: [] }
  })
  jar.send()
  await s.sessions.revoke({ iss: record.issuer, sid: 'any' })
  await s.sessions.revoke({ iss: record.issuer, organization: 'any' })
  t.ok(s.sessions.read(s.browser.request()))
  await s.sessions.revoke({ iss: record.issuer, sub: 'auth0|1' })
  t.equal(s.sessions.read(s.browser.request()), undefined)
})

/** A revocation list on the network. */
function remoteRevocations (clock: Clock): RevocationStore & { memory: MemoryRevocationStore } {
  const memory = new MemoryRevocationStore({ now: clock.now })
  return {
    memory,
    revoke: async (...args) => {
      memory.revoke(...args)
    },
    revokedAt: async owner => memory.revokedAt(owner)
  }
}

t.test('a remote revocation list is shared by processes', async t => {
  const clock = new Clock()
  const revocations = remoteRevocations(clock)
  const [a, b] = [setup({ clock, revocations }), setup({ clock, revocations })]
  const made = await login(a)
  const copies = Array.from({ length: 3 }, () => a.browser.request())
  t.match(await b.sessions.read(copies[0] as MapJar), { record: { id: made.record.id } })
  t.match(
    await b.sessions.update(copies[0] as MapJar, made.record.id,
      ({ record, tokens }) => ({ record: { ...record }, tokens })),
    { record: { id: made.record.id } }
  )
  const ending = a.sessions.destroy(a.browser.request())
  t.ok(ending instanceof Promise, 'waits for the list')
  t.strictSame(await ending, made.record)
  t.equal(await b.sessions.read(copies[1] as MapJar), undefined)
  t.equal(a.sessions.read(copies[2] as MapJar), undefined, 'the process that ended it need not ask')

  const again = await login(a)
  const kept = a.browser.request()
  await login(a)
  t.equal(await b.sessions.read(kept), undefined, 'a login ends the session before it everywhere')
  await b.sessions.revoke({ iss: again.record.issuer, sub: again.record.user.sub })
  t.equal(await a.sessions.read(a.browser.request()), undefined)

  const jar = a.browser.request()
  await a.sessions.create(jar, session(clock))
  jar.send()
  const next = a.browser.request()
  const creating = a.sessions.create(next, session(clock))
  t.equal(next.writes.size, 0)
  await creating
  t.equal(next.writes.size, 2, 'when the session before is over')

  const four: string[] = []
  for (const id of ['one', 'two', 'three', 'four']) {
    clock.pass(31)
    const browser = new MapBrowser(clock)
    await login({ ...a, browser }, { record: { id } })
    four.push(`${CLAIMS}=${browser.cookies.get(CLAIMS)!.value}`)
  }
  const ofFour = async () => (await a.sessions.read(jarOf(four.join('; '))))?.record.id
  for (const [ended, left] of [['four', 'three'], ['three', 'two'], ['two', 'one'], ['one', undefined]] as const) {
    revocations.memory.revoke({ id: ended }, clock.now(), clock.now() + DAY)
    t.equal(await ofFour(), left, 'the newest that lives')
  }
})

t.test('a remote revocation list that fails', async t => {
  const clock = new Clock()
  const down = async () => {
    throw new Error('ECONNREFUSED')
  }
  const revocations: RevocationStore = { revoke: down, revokedAt: down }
  const strict = setup({ clock, revocations })
  await login(strict)
  await t.rejects(Promise.resolve(strict.sessions.read(strict.browser.request())), {
    name: 'SessionStoreError',
    statusCode: 503
  }, 'fails the request')
  await t.rejects(strict.sessions.revoke({ id: 'x' }), { name: 'SessionStoreError' }, 'BCL-27: and a revocation')

  const copy = strict.browser.request()
  t.ok(await strict.sessions.destroy(strict.browser.request()), 'but not a logout')
  t.match(strict.warnings, [{ code: 'revocation_failed', detail: { error: { name: 'SessionStoreError' } } }])
  t.equal(strict.sessions.read(copy), undefined, 'which this process remembers')

  const lenient = setup({ clock, revocations, onStoreError: 'anonymous' })
  const { record: { id } } = await login(lenient)
  const jar = lenient.browser.request()
  t.equal(await lenient.sessions.read(jar), undefined, 'or means that nobody is logged in')
  t.equal(jar.writes.size, 0, 'and the cookies stay')
  t.match(lenient.warnings, [{ code: 'revocation_failed' }, { code: 'revocation_failed' }], 'which is told of')
  for (const ask of [() => lenient.sessions.load(jar, id), () => lenient.sessions.update(jar, id, found => found)]) {
    await t.rejects(async () => await ask(), { name: 'SessionStoreError' }, 'but what is to be kept is not lost')
  }

  const throwing = setup({
    clock,
    revocations: {
      revoke: down,
      revokedAt: () => {
        throw new Error('bug')
      }
    }
  })
  await login(throwing)
  await t.rejects(Promise.resolve(throwing.sessions.read(throwing.browser.request())), { name: 'SessionStoreError' })

  const silent = setup({
    clock,
    revocations: { revoke: down, revokedAt: async () => await new Promise(() => {}) },
    storeTimeout: 0.02
  })
  await login(silent)
  await t.rejects(Promise.resolve(silent.sessions.read(silent.browser.request())), { name: 'SessionStoreError' })
})

t.test('a synchronous list other than ours answers at once', async t => {
  let revokedAt: number | undefined
  const told: unknown[] = []
  const s = setup({ revocations: { revoke: (...args) => { told.push(args) }, revokedAt: () => revokedAt } })
  const { record } = await login(s)
  t.match(s.sessions.read(s.browser.request()), { record: { id: record.id } })
  revokedAt = record.createdAt - 1
  t.match(s.sessions.read(s.browser.request()), { record: { id: record.id } })
  revokedAt = record.createdAt
  t.equal(s.sessions.read(s.browser.request()), undefined)
  await s.sessions.revoke({ id: 'x' })
  const at = s.clock.now() + 30
  t.strictSame(told, [[{ id: 'x' }, at, at + 3 * DAY]], 'as long as any session lives')
})

for (const where of ['the same process', 'another process'] as const) {
  for (const ahead of [-29, -10, 10, 29]) {
    t.test(`a revocation ends what began before it at a server ${ahead} s ahead, in ${where}`, async t => {
      const clock = new Clock()
      const [memory, remote] = [new MemoryRevocationStore({ now: clock.now }), remoteRevocations(clock)]
      const other = new Clock()
      other.pass(ahead)
      const setups = (clock: Clock) => setup({ clock, revocations: where === 'the same process' ? memory : remote })
      const [here, there] = [setups(clock), setups(other)]
      const { record } = await login(there)
      for (const each of [clock, other]) each.pass(1)
      await here.sessions.revoke({ iss: record.issuer, sub: record.user.sub })
      t.equal(await there.sessions.read(there.browser.request()), undefined)
      t.equal(await here.sessions.read(there.browser.request()), undefined)

      for (const each of [clock, other]) each.pass(ahead < 0 ? 30 : 1)
      await login(there)
      const jar = there.browser.request()
      const again = await there.sessions.read(jar)
      t.ok(again, 'a login after it lives')
      t.ok(await there.sessions.tokens(jar, again!.record))
      t.ok(await here.sessions.read(there.browser.request()), 'at the other server, too')
      for (const each of [clock, other]) each.pass(3600)
      await here.sessions.revoke({ iss: record.issuer, sub: record.user.sub })
      t.equal(await there.sessions.read(there.browser.request()), undefined, 'until the next revocation')
    })
  }
}

t.test('work under a lock just runs', async t => {
  t.equal(await setup().sessions.lock('id', async signal => signal ?? 'ran'), 'ran')
})

t.test("tokens above one cookie's size go into chunks, exactly named", async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  t.same([...s.browser.cookies.keys()], [CLAIMS, `${TOKENS}.0`, `${TOKENS}.1`])
  for (const [name, { value, attributes }] of s.browser.cookies) {
    const line =
      `${name}=${value}; Max-Age=259200; Domain=example.com; Path=/app; HttpOnly; Secure; Partitioned; SameSite=Lax`
    t.equal(attributes.maxAge, 259_200)
    t.ok(line.length <= 4096, `${name}: ${line.length}`)
  }
  t.strictSame(await s.sessions.tokens(s.browser.request(), made.record), made.tokens)

  const shrink = s.browser.request()
  const { id } = made.record
  await s.sessions.update(shrink, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, tokenSets: [accessToken()] } }))
  shrink.send()
  t.same([...s.browser.cookies.keys()].sort(), [CLAIMS, TOKENS])
  const grow = s.browser.request()
  await s.sessions.update(grow, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, tokenSets: [accessToken('a', large(3600))] } }))
  await s.sessions.update(grow, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, tokenSets: [accessToken('a', large(3700))] } }))
  grow.send()
  t.same([...s.browser.cookies.keys()].sort(), [CLAIMS, `${TOKENS}.0`, `${TOKENS}.1`])
  t.equal((await s.sessions.tokens(s.browser.request(), made.record))?.version, 3)
  const both = s.browser.request()
  await s.sessions.update(both, id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, tokenSets: [accessToken()] } }))
  both.send()
  t.same([...s.browser.cookies.keys()].sort(), [CLAIMS, TOKENS])
})

t.test('SES-03: chunks that are swapped, missing, repeated or of two sessions give no tokens', async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  const other = setup({ clock: s.clock })
  const others = await login(other, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  const chunk = (browser: MapBrowser, index: number) => browser.cookies.get(`${TOKENS}.${index}`)?.value ?? ''
  const [zero, one] = [chunk(s.browser, 0), chunk(s.browser, 1)]
  const tokensOf = async (cookies: Record<string, string>) => {
    const jar = jarOf(Object.entries(cookies).map(([name, value]) => `${TOKENS}${name}=${value}`).join('; '))
    const tokens = (await s.sessions.tokens(jar, made.record))!
    return tokens.tokenSets.length === 0 ? 'none' : tokens.refreshToken === made.tokens.refreshToken ? 'right' : 'wrong'
  }
  t.equal(await tokensOf({ '.0': zero, '.1': one }), 'right')
  t.equal(await tokensOf({ '.0': zero, '.1': one, '.2': one, '.00': one, '.1e0': 'x', '.-1': 'x', '.999999999': 'x' }),
    'right', 'an extra one is not looked at')
  const wrong: Record<string, string>[] = [
    { '.0': one, '.1': zero },
    { '.0': zero },
    { '.1': one },
    { '.0': zero, '.1': zero },
    { '.0': zero, '.1': chunk(other.browser, 1) },
    { '.0': chunk(other.browser, 0), '.1': one },
    { '.0': chunk(other.browser, 0), '.1': chunk(other.browser, 1) },
    { '.00': zero, '.1': one },
    { '.0': zero, '.01': one },
    { '': zero + one },
    { '': `${zero.slice(2)}` },
    { '.0': `3${zero.slice(1)}`, '.1': one, '.2': one },
    { '.0': `999999999${zero.slice(1)}`, '.1': one },
    { '.0': `1${zero.slice(1)}`, '.1': one },
    { '.0': `-1${zero.slice(1)}`, '.1': one },
    { '.0': `1e9${zero.slice(1)}`, '.1': one },
    { '.0': zero.slice(2), '.1': one },
    { '.0': '2.', '.1': '' },
    { '.0': '', '.1': one }
  ]
  for (const cookies of wrong) t.equal(await tokensOf(cookies), 'none', Object.keys(cookies).join())
  t.ok(others)
})

t.test('SES-03: where both forms are left, the newer tokens count', async t => {
  const s = setup()
  const { record } = await login(s)
  const single = s.browser.cookies.get(TOKENS)?.value
  const grow = s.browser.request()
  await s.sessions.update(grow, record.id, ({ record, tokens }) => ({
    record,
    tokens: { ...tokens, refreshToken: 'newer', tokenSets: [accessToken('a', large(3500))] }
  }))
  grow.send()
  s.browser.plant(TOKENS, single ?? '')
  t.equal((await s.sessions.tokens(s.browser.request(), record))?.refreshToken, 'newer')

  const newest = s.browser.request()
  await s.sessions.update(newest, record.id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'newest', tokenSets: [] } }))
  const value = newest.get(TOKENS) ?? ''
  s.browser.plant(TOKENS, value)
  t.equal((await s.sessions.tokens(s.browser.request(), record))?.refreshToken, 'newest')
})

t.test("claims above one cookie's size go into chunks; what an earlier form left is cleared", async t => {
  const s = setup()
  const groups = Array.from({ length: 90 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)
  const made = await login(s, { record: { user: { sub: 'auth0|1', groups } } })
  t.same([...s.browser.cookies.keys()], [`${CLAIMS}.0`, `${CLAIMS}.1`, TOKENS])
  t.comment(`${s.browser.headerBytes} bytes of Cookie header for 90 groups of 36 characters`)
  t.strictSame((await s.sessions.read(s.browser.request()))?.record, made.record)
  const parts = [0, 1].map(index => s.browser.cookies.get(`${CLAIMS}.${index}`)!.value)
  const other = setup({ clock: s.clock, client: 'client-b' })
  await login(other, { record: { user: { sub: 'auth0|1', groups } } })
  const foreign = [0, 1].map(index => other.browser.cookies.get(`${CLAIMS}.${index}`)!.value)
  const read = async (...chunks: (readonly [number, string])[]) => {
    const jar = jarOf(chunks.map(([index, value]) => `${CLAIMS}.${index}=${value}`).join('; '))
    return (await s.sessions.read(jar))?.record.id
  }
  t.equal(await read([0, foreign[0]!], [1, foreign[1]!], [0, parts[0]!], [1, parts[1]!]), made.record.id,
    'chunks of two hosts are told apart by their tags')
  t.equal(await read([1, parts[1]!], [0, 'x'], [1, foreign[1]!], [0, parts[0]!]), made.record.id)
  t.equal(await read([0, parts[0]!], [1, foreign[1]!]), undefined)
  t.equal(await read([0, parts[0]!]), undefined)

  const { id } = made.record
  const write = async (next: Partial<SessionRecord>) => {
    const jar = s.browser.request()
    await s.sessions.update(jar, id, ({ record, tokens }) => ({ record: { ...record, ...next }, tokens }))
    jar.send()
  }
  const refresh = s.browser.request()
  await s.sessions.update(refresh, id, ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'x' } }))
  t.same(refresh.send().map(({ name }) => name), [TOKENS], 'claims that do not change are not written')
  await write({ user: { sub: 'auth0|1' } })
  t.same([...s.browser.cookies.keys()].sort(), [CLAIMS, TOKENS])
  await write({ user: { sub: 'auth0|1', groups } })
  t.same([...s.browser.cookies.keys()].sort(), [`${CLAIMS}.0`, `${CLAIMS}.1`, TOKENS])
  const logout = s.browser.request()
  await s.sessions.destroy(logout)
  logout.send()
  t.equal(s.browser.cookies.size, 0)
})

t.test('chunks that 0.1 wrote are read, and replaced at the next write', async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  const whole = [0, 1].map(index => s.browser.cookies.get(`${TOKENS}.${index}`)!.value.replace(/^2~.{6}~/, '')).join('')
  s.browser.plant(`${TOKENS}.0`, `2.${whole.slice(0, 3900)}`)
  s.browser.plant(`${TOKENS}.1`, whole.slice(3900))
  const jar = s.browser.request()
  t.strictSame(await s.sessions.tokens(jar, made.record), made.tokens)
  await s.sessions.update(jar, made.record.id,
    ({ record, tokens }) => ({ record, tokens: { ...tokens, refreshToken: 'next' } }))
  jar.send()
  t.match(s.browser.cookies.get(`${TOKENS}.0`)?.value, /^2~/)
  t.equal((await s.sessions.tokens(s.browser.request(), made.record))?.refreshToken, 'next')
})

t.test('transient cookies have no Max-Age; the seal bounds the session all the same', async t => {
  const s = setup({ transient: true })
  await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  s.clock.pass(10_000)
  const visit = s.browser.request()
  t.ok(s.sessions.read(visit))
  visit.send()
  t.equal(s.browser.cookies.size, 4)
  for (const { attributes } of s.browser.cookies.values()) t.strictSame(attributes, ATTRIBUTES)
  s.clock.pass(DAY + 1)
  t.equal(s.sessions.read(s.browser.request()), undefined)
})

t.test('SES-04: a cookie whose name only begins like ours is never joined', async t => {
  const s = setup()
  const made = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  s.browser.plant(`${TOKENS}_x.0`, '2.x')
  s.browser.plant(`${TOKENS}_x.1`, 'x')
  s.browser.plant(`${TOKENS}x`, 'x')
  t.strictSame(await s.sessions.tokens(s.browser.request(), made.record), made.tokens)
})

t.test('a session that nears the budget is reported with what weighs what', async t => {
  const s = setup()
  await login(s, {
    record: { custom: { theme: 'dark' } },
    tokens: { tokenSets: [accessToken('https://api', large(3200))] }
  })
  t.same(s.warnings, [])
  await login(s, {
    record: { custom: { theme: 'dark' } },
    tokens: {
      tokenSets: [accessToken('https://api', large(4300))],
      connectionTokenSets: [{ accessToken: 'x', scope: '', expiresAt: 0, connection: 'github' }]
    }
  })
  t.match(s.warnings, [{
    code: 'session_cookie_large',
    detail: { limit: 8192, dropped: [], sizes: [{ part: 'accessToken["https://api"]' }] }
  }])
  const { bytes, sizes } = s.warnings[0]?.detail as { bytes: number, sizes: { part: string, bytes: number }[] }
  t.ok(bytes > 6144 && bytes < 8192)
  t.ok(s.browser.headerBytes <= bytes)
  const parts = sizes.map(({ part }) => part)
  for (const part of ['user["sub"]', 'custom["theme"]', 'refreshToken', 'connectionToken["github"]']) {
    t.ok(parts.includes(part), part)
  }
  t.notOk(JSON.stringify(s.warnings).includes('~~~'), 'without any token')
  await login(s, { tokens: { tokenSets: [accessToken('https://api', large(4300))] } })
  t.equal(s.warnings.length, 1, 'once, not at every write')
})

t.test('over the budget, tokens that can be had again are left out, the easiest to replace first', async t => {
  const s = setup({ audience: 'https://main' })
  const { record: made } = await login(s)
  const { id } = made
  const jar = s.browser.request()
  const kept = async () => {
    const { tokenSets, connectionTokenSets = [] } = (await s.sessions.tokens(jar, made))!
    return [...tokenSets.map(({ audience }) => audience), ...connectionTokenSets.map(({ connection }) => connection)]
  }
  const store = async (refreshToken: string | undefined, main: number, expiresAt = 1_900_000_300) =>
    await s.sessions.update(jar, id, ({ record, tokens: { id, version } }) => ({
      record,
      tokens: {
        id,
        version,
        ...(refreshToken !== undefined && { refreshToken }),
        tokenSets: [accessToken('https://main', large(main), expiresAt),
          accessToken('https://late', large(1000), 1_900_000_200),
          accessToken('https://soon', large(1000), 1_900_000_100)],
        connectionTokenSets: [{ accessToken: large(1000), scope: '', expiresAt: 1, connection: 'github' }]
      }
    }))

  const stored = await store('refresh', 2500)
  t.match(s.warnings, [{ detail: { dropped: ['accessToken["https://soon"]'] } }])
  t.equal(stored?.tokens.tokenSets.length, 3, 'the caller keeps what it just got')
  t.same(await kept(), ['https://main', 'https://late', 'github'])
  await store('refresh', 3500)
  t.same(await kept(), ['https://main', 'github'])
  await store('refresh', 4500)
  t.same(await kept(), ['https://main'])
  await store('refresh', 6000)
  t.same(await kept(), [])
  t.equal(s.warnings.length, 1, 'said once')
  t.match(await s.sessions.tokens(jar, made), { refreshToken: 'refresh', tokenSets: [], connectionTokenSets: [] })

  const before = jar.get(TOKENS)
  await t.rejects(store(undefined, 4000), { name: 'SessionTooLargeError' },
    'without a refresh token nothing can be had again')
  t.equal(jar.get(TOKENS), before, 'and nothing is written')
  await store(undefined, 6000, s.clock.now())
  t.same(await kept(), ['https://late', 'https://soon'], 'but what has expired is no loss')
})

t.test('what cannot fit is an error that lists what weighs what and points to a store', async t => {
  const s = setup()
  await t.rejects(login(s, { tokens: { refreshToken: large(6000) } }), {
    name: 'SessionTooLargeError',
    code: 'session_too_large',
    statusCode: 500,
    message: /8192.*refreshToken 6002.*sessionStore/,
    sizes: [{ part: 'refreshToken', bytes: 6002 }]
  })
  const roles = {
    record: { user: { sub: 'auth0|1', 'https://acme/roles': large(7000) }, authorizationDetails: [{ type: 'payment' }] }
  }
  await t.rejects(login(s, roles), {
    name: 'SessionTooLargeError',
    message: /8192.*user\["https:\/\/acme\/roles"\] 7002/
  })
  t.equal(s.browser.cookies.size, 0)
  const { record: { id } } = await login(s)
  const jar = s.browser.request()
  t.throws(
    () => s.sessions.update(jar, id, ({ record, tokens }) => ({ record: { ...record, ...roles.record }, tokens })),
    { name: 'SessionTooLargeError' }
  )
  t.equal(jar.writes.size, 0)
})

t.test('a growing user makes tokens give way', async t => {
  const s = setup()
  const { record: made } = await login(s, { tokens: { tokenSets: [accessToken('https://api', large(4400))] } })
  const { id } = made
  const jar = s.browser.request()
  await s.sessions.update(jar, id,
    ({ record, tokens }) => ({ record: { ...record, custom: { note: large(1800) } }, tokens }))
  jar.send()
  t.same(await s.sessions.tokens(s.browser.request(), made), {
    id,
    version: 0,
    refreshToken: `refresh-of-${id}`,
    tokenSets: [],
    connectionTokenSets: []
  })
})

t.test('the reference session fits into two cookies of 4,000 bytes', async t => {
  const s = setup()
  const jwt = (length: number) =>
    ['{"alg":"RS256","typ":"JWT","kid":"0123456789abcdefghijk"}', 'x'.repeat(Math.ceil(length * 0.75) - 57 - 256),
      'y'.repeat(256)].map(part => Buffer.from(part).toString('base64url')).join('.')
  const user = {
    sub: 'auth0|0123456789abcdef01234567',
    ...Object.fromEntries(
      Array.from({ length: 14 }, (_, index) => [`claim_${index}_name`, 'a value of quite some length'])
    )
  }
  t.ok(JSON.stringify(user).length >= 640)
  await login(s, {
    record: { user },
    tokens: { refreshToken: 'v1.'.padEnd(57, 'r'), tokenSets: [accessToken('https://api.example.com', jwt(1470))] }
  })
  t.comment(`${s.browser.headerBytes} bytes`)
  t.ok(s.browser.headerBytes <= 4000)
  t.equal(s.browser.cookies.size, 2)
  await login(s, {
    record: { user },
    tokens: {
      idToken: jwt(1319),
      refreshToken: 'v1.'.padEnd(57, 'r'),
      tokenSets: [accessToken('https://api.example.com', jwt(1470))]
    }
  })
  t.comment(`${s.browser.headerBytes} bytes with the ID token`)
  t.equal(s.browser.cookies.size, 2)
})

t.test('RE-03: no Cookie header makes a session, an error or a wait', async t => {
  const s = setup()
  await login(s, { tokens: { tokenSets: [accessToken('https://api', large(3500))] } })
  const real = [...s.browser.cookies].map(([name, { value }]): [string, string] => [name, value])
  const names = [CLAIMS, TOKENS, `${TOKENS}.0`, `${TOKENS}.1`, `${TOKENS}.2`, SEEN, '__proto__', 'constructor']
  const noise = ['', '.', '..', '=', '%', '%00', '\u0000', '"', '2.', '9.', 'e30', '[]', 'A'.repeat(5000),
    '.'.repeat(5000), ...real.map(([, value]) => value)]
  let seed = 42
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  const build = (cookies: [name: string, value: string][]) => {
    const jar = jarOf('')
    for (const [name, value] of cookies) jar.set(name, value, ATTRIBUTES)
    return jar
  }
  /** One request: whether it had a session. */
  const serve = async (cookies: [name: string, value: string][]) => {
    const jar = build(cookies)
    const read = s.sessions.read(jar)
    if (read !== undefined) await s.sessions.tokens(jar, (read as LiveSession).record)
    else await s.sessions.destroy(jar)
    return read !== undefined
  }
  let slow = 0
  let strange = 0
  let found = 0
  for (let run = 0; run < 4000; run++) {
    const cookies = Array.from({ length: 1 + random(5) }, (): [string, string] => {
      const value = noise[random(noise.length)] ?? ''
      const at = random(value.length + 1)
      const spoiled = random(2) === 0
        ? value
        : value.slice(0, at) + String.fromCharCode(random(256)) + value.slice(random(value.length + 1))
      return [names[random(names.length)] ?? '', spoiled]
    })
    let has = false
    const took = await leastCpuTime(async () => {
      has = await serve(cookies)
    }, 1)
    if (has) found++
    if (has && build(cookies).get(CLAIMS) !== real[0]?.[1]) strange++
    // A pause of the machine is not the header's doing: a slow case is slow again.
    if (took > 5 && await leastCpuTime(() => serve(cookies)) > 5) slow++
  }
  t.equal(strange, 0)
  t.equal(slow, 0)
  t.ok(found > 0, 'the right cookie was among them')
})

t.test('a write that a logout or a revocation overtook on its way is dropped', async t => {
  for (const [end, answers] of (['logout', 'revocation', 'login'] as const).flatMap(end =>
    (['before', 'after'] as const).map(answers => [end, answers] as const))) {
    const clock = new Clock()
    let answer!: () => void
    let asked = Promise.resolve()
    const remote = remoteRevocations(clock)
    const s = setup({
      clock,
      revocations: {
        revoke: remote.revoke,
        revokedAt: async owner => {
          const early = remote.memory.revokedAt(owner)
          await asked
          return answers === 'before' ? early : remote.memory.revokedAt(owner)
        }
      }
    })
    const { record } = await login(s)
    const jar = s.browser.request()
    asked = new Promise<void>(resolve => {
      answer = resolve
    })
    const writing = Promise.resolve(
      s.sessions.update(jar, record.id, current => ({ record: { ...current.record }, tokens: current.tokens }))
    )
    if (end === 'logout') await s.sessions.destroy(jar)
    if (end === 'revocation') await s.sessions.revoke({ iss: record.issuer, sub: record.user.sub })
    // A login asks the list, too.
    const begun = end === 'login' ? s.sessions.create(jar, session(clock)) : undefined
    answer()
    await begun
    t.equal(await writing, undefined, `${end}, the list answers as it was ${answers} it`)
  }
})

t.test('sessions that can be bound to devices', async t => {
  const clock = new Clock()
  const revocations = remoteRevocations(clock)
  const names = () => ({ session: CLAIMS!, tokens: TOKENS!, seen: SEEN!, bound: 'bound' })
  const made = () => {
    const gate = new DeviceGate({
      names,
      attributes: () => ATTRIBUTES,
      mac: createMac(['a secret of at least 32 characters'], 'bound'),
      refreshAfter: 600,
      required: false,
      clockTolerance: 30,
      now: clock.now,
      cacheEntries: 10,
      boundIds: id => [`${id}*`]
    })
    return setup({ clock, revocations, names, gate })
  }
  const [here, there] = [made(), made()]
  const key = { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' } as const
  const device = { key, thumbprint: thumbprintOf(key) }
  const change = ({ record, tokens }: SessionData) => ({ record: { ...record }, tokens })
  const bound = async () => {
    const { record: { id } } = await login(here)
    const [before, stale] = [here.browser.request(), here.browser.request()]
    const jar = here.browser.request()
    t.match(await here.sessions.device!.bind(jar, id, device), { id: `${id}*` })
    jar.send()
    const [claims, bound] = [CLAIMS!, 'bound'].map(name => `${name}=${here.browser.cookies.get(name)!.value}`)
    return { id, before, stale, proved: () => jarOf(`${claims}; ${bound}`), copy: () => jarOf(claims!) }
  }
  const idOf = async ({ sessions }: typeof here, jar: MapJar) => (await sessions.read(jar))?.record.id

  const first = await bound()
  t.equal(await idOf(here, first.proved()), `${first.id}*`)
  const copy = first.copy()
  t.equal(await idOf(here, copy), undefined)
  t.match(here.sessions.device!.refused(copy), { reason: 'unbound_copy' })
  t.equal(await idOf(there, first.before), first.id, 'for a minute')
  t.match(await here.sessions.update(first.before, first.id, change), { record: { id: `${first.id}*` } })
  t.equal(await idOf(there, first.stale), first.id)
  t.equal(await there.sessions.update(first.stale, first.id, change), undefined, 'another process knows no successor')

  const mine = await bound()
  await there.sessions.create(mine.copy(), session(clock))
  t.equal(await idOf(here, mine.proved()), `${mine.id}*`, "a login on a copy leaves the owner's session")
  await there.sessions.create(mine.proved(), session(clock))
  t.equal(await idOf(here, mine.proved()), undefined, 'a login on the session itself ends it')

  const last = await bound()
  await there.sessions.destroy(last.proved())
  for (const jar of [last.proved(), last.before]) t.equal(await idOf(there, jar), undefined, 'by both of its ids')
  revocations.revoke = async () => { throw new Error('ECONNREFUSED') }
  t.ok(await there.sessions.destroy((await login(there), there.browser.request())))
  t.match(there.warnings.at(-1), { code: 'revocation_failed' })
})
