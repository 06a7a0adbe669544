import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import { Auth0Error, SessionStoreError, TimeoutError } from '../../lib/errors.js'
import { decodeDevice, encodeDevice } from '../../lib/stores/device/binding-format.js'
import { BoundCookie } from '../../lib/stores/device/bound-cookie.js'
import { DeviceGate } from '../../lib/stores/device/device-gate.js'
import { auth0Fastify } from '../../lib/stores/import/auth0-fastify.js'
import { openDirectJwe } from '../../lib/stores/import/direct-jwe.js'
import { expressOpenidConnect } from '../../lib/stores/import/express-openid-connect.js'
import { customFields, numberOf, textOf } from '../../lib/stores/import/imported-session.js'
import { clearPeerCookie, readPeerCookie } from '../../lib/stores/import/peer-cookie.js'
import { MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, MemoryTransactionStore } from
  '../../lib/stores/index.js'
import { bornAfter, delegatedCeiling } from '../../lib/stores/lifetime.js'
import { applicationRevocations } from '../../lib/stores/revocation/application-revocations.js'
import { namesOfOwner, revocationName, revocationTarget, sidAndSub } from
  '../../lib/stores/revocation/revocation-names.js'
import { isRevoked, watchRevocations } from '../../lib/stores/revocation/revocation-watch.js'
import { byAge, filterPairs, ownerMatches, toListing } from '../../lib/stores/session-filter.js'
import { withLease } from '../../lib/stores/stateful/lease.js'
import { ownerOf, stamp } from '../../lib/stores/stateful/stored-sessions.js'
import { bounded, boundedLock, boundedSoon } from '../../lib/stores/store-deadline.js'
import { createCookieTransactions } from '../../lib/stores/transactions/cookie-transactions.js'
import { decodeTransaction, encodeTransaction } from '../../lib/stores/transactions/transaction-format.js'
import { isState } from '../../lib/stores/transactions/transaction-states.js'
import { auth0ServerJsCookies, expressOidcCookies } from './import/peer-cookies.js'

/** Cookies of one browser; what is written is there at once. */
class Jar {
  readonly cookies = new Map<string, string>()
  readonly written: [name: string, attributes: object][] = []
  readonly cleared: string[] = []
  writable = true
  secure = true
  host = 'app.example.com'
  bytes = 0

  constructor (cookies: Record<string, string> = {}) {
    for (const [name, value] of Object.entries(cookies)) this.cookies.set(name, value)
  }

  get (name: string): string | undefined { return this.cookies.get(name) }
  entries (prefix: string): [string, string][] { return [...this.cookies].filter(([name]) => name.startsWith(prefix)) }
  family (name: string): [string, string][] {
    return this.entries(name).filter(([cookie]) => cookie === name || cookie.startsWith(`${name}.`))
  }

  names (prefix: string): string[] { return this.entries(prefix).map(([name]) => name) }
  set (name: string, value: string, attributes: object): void {
    this.cookies.set(name, value)
    this.written.push([name, attributes])
  }

  clear (name: string, attributes?: object): void {
    this.cookies.delete(name)
    this.cleared.push(attributes === undefined ? name : `${name} ${JSON.stringify(attributes)}`)
  }
}

/** Seals nothing: what it opens is what it has made. */
const sealer = {
  seal: (text: string | Buffer) => `s.${Buffer.from(text).toString('base64url')}`,
  open: (value: string) => value.startsWith('s.') ? Buffer.from(value.slice(2), 'base64url') : undefined
} as never

t.test('filters of sessions', async t => {
  t.strictSame(filterPairs({ iss: 'i', organization: 'o', sub: 's', sid: 'd' }),
    [['sid', 'd'], ['sub', 's'], ['organization', 'o'], ['iss', 'i']])
  t.strictSame(filterPairs({ organization: 'o', sub: undefined } as never), [['organization', 'o']])
  for (const filter of [{}, { iss: 'i' }]) {
    t.throws(() => filterPairs(filter as never), {
      argument: 'filter',
      message: /./
    })
  }
  for (const [filter, argument] of [[{ sub: '' }, 'sub'], [{ sid: 5 }, 'sid'], [{ sub: 'x', iss: null },
    'iss']] as const) {
    t.throws(() => filterPairs(filter as never), { argument: `filter.${argument}`, message: /non-empty string/ })
  }
  t.equal(ownerMatches({ iss: 'i', sub: 's' }, [['sub', 's'], ['iss', 'i']]), true)
  t.equal(ownerMatches({ iss: 'i', sub: 's' }, [['sub', 's'], ['iss', 'j']]), false)
  t.strictSame(toListing('k', { owner: { iss: 'i', sub: 's' }, createdAt: 1, expiresAt: 2 }),
    { iss: 'i', sub: 's', key: 'k', createdAt: 1, expiresAt: 2 })
  t.ok(byAge({ createdAt: 1 } as never, { createdAt: 2 } as never) > 0)
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 'o' }, sid: 'd' } as never),
    { iss: 'i', sub: 's', sid: 'd', organization: 'o' })
  t.strictSame(ownerOf({ issuer: 'i', user: { sub: 's', org_id: 5 } } as never), { iss: 'i', sub: 's' })
})

t.test('names of revocations', async t => {
  for (const [filter, target] of [
    [{ id: 'x' }, { kind: 'id', value: 'x' }], [{ iss: 'i', sub: 's' }, { kind: 'sub', value: 's' }],
    [{ iss: 'i', sid: 'd', clientId: 'c' }, { kind: 'sid', value: 'd' }],
    [{ iss: 'i', organization: 'o' }, { kind: 'organization', value: 'o' }],
    [{ iss: 'i', sid: 'd', sub: 's' }, { kind: 'sid+sub', value: '1|d|s' }]
  ] as const) t.strictSame(revocationTarget(filter as never), target)
  for (const filter of [{}, { id: '' }, { id: 'x', clientId: 'c' }, { id: 'x', iss: 'i', sub: 's' }, {
    id: '',
    iss: 'i',
    sub: 's'
  },
  { sub: 's' }, { iss: '', sub: 's' }, { iss: 'i' }, { iss: 'i', sub: '' }, { iss: 'i', sub: 's', clientId: '' },
  { iss: 'i', sub: 's', organization: 'o' }, { iss: 'i', sid: 'd', organization: 'o' }, {
    iss: 'i',
    sid: 'd',
    sub: ''
  },
  { iss: 'i', sid: 'd', sub: 's', organization: 'o' }]) {
    t.throws(() => revocationTarget(filter as never), { argument: 'filter', message: /names exactly one/ },
      JSON.stringify(filter))
  }
  t.not(sidAndSub('a', 'b|c'), sidAndSub('a|b', 'c'))
  const owner = { id: 'x', iss: 'i', sub: 's', sid: 'd', organization: 'o', clientId: 'c' }
  const filters = [{ sid: 'd' }, { sub: 's' }, { organization: 'o' }, { sid: 'd', sub: 's' }]
  const all = [{ id: 'x' }, ...filters.flatMap(one => [{ iss: 'i', ...one }, { iss: 'i', ...one, clientId: 'c' }])]
  t.strictSame(namesOfOwner(owner), all.map(filter => revocationName(filter as never)))
  t.equal(new Set(namesOfOwner(owner)).size, 9)
  t.equal(namesOfOwner({ id: 'x', iss: 'i', sub: 's' }).length, 2)
  t.not(namesOfOwner(owner), namesOfOwner(owner))
  const frozen = Object.freeze({ ...owner })
  t.equal(namesOfOwner(frozen), namesOfOwner(frozen))
  const calls: unknown[] = []
  const here = applicationRevocations({
    revoke: (...all) => { calls.push(all) },
    revokedAt: asked => { calls.push(asked); return 5 }
  }, 'c')
  await here.revoke({ id: 'x' }, 1, 2)
  await here.revoke({ iss: 'i', sub: 's' }, 1, 2)
  t.strictSame(calls.splice(0), [[{ id: 'x' }, 1, 2], [{ iss: 'i', sub: 's', clientId: 'c' }, 1, 2]])
  const plain = { id: 'x', iss: 'i', sub: 's' }
  t.equal(here.revokedAt(plain), 5)
  await here.revokedAt(plain)
  t.not(calls[0], calls[1], 'what may change is looked at each time')
  t.strictSame(calls[0], { ...plain, clientId: 'c' })
  await here.revokedAt(Object.freeze(plain))
  await here.revokedAt(plain)
  t.equal(calls[2], calls[3])
  t.ok(Object.isFrozen(calls[2]))
})

t.test('revocations in this process, beside another list or alone', async t => {
  t.strictSame([isRevoked(undefined, 5), isRevoked(4, 5), isRevoked(5, 5), isRevoked(6, 5)], [false, false, true, true])
  const warned: unknown[] = []
  const make = (store: object) => watchRevocations({
    store: store as never, now: () => 10, timeout: 1, tolerance: 30, warn: (...all) => { warned.push(all) }
  })
  const session = (id = 'x', createdAt = 5) => ({ owner: { id, iss: 'i', sub: 's' }, createdAt })
  const alone = new MemoryRevocationStore({ now: () => 10 })
  const own = make(alone)
  t.strictSame([own.endedHere(session()), own.ended(session()), own.begin(session()), own.marked('a mark')],
    [false, false, 5, undefined])
  t.equal(own.end({ id: 'x' }, 5, 100), undefined)
  t.equal(own.mark('a mark', 7, 100), undefined)
  t.strictSame([own.endedHere(session()), own.ended(session()), own.begin(session()), own.marked('a mark')],
    [true, true, 6, 7])
  const calls: unknown[] = []
  let answer: unknown
  const other = make({
    revoke: async (...all: unknown[]) => { calls.push(all) },
    revokedAt: (owner: unknown) => {
      calls.push(owner)
      if (answer instanceof Error) throw answer
      return answer
    }
  })
  t.strictSame([other.ended(session()), other.begin(session()), other.marked('a mark')], [false, 5, undefined])
  t.equal(calls.length, 3)
  answer = 5
  t.strictSame([other.ended(session()), other.ended(session('x', 6)), other.begin(session()), other.marked('a mark')],
    [true, false, 6, 5])
  answer = Promise.resolve(5)
  t.strictSame(await Promise.all([other.ended(session()), other.ended(session('x', 6)), other.marked('a mark')]), [true,
    false, 5])
  answer = new Error('down')
  for (const ask of [() => other.ended(session()), () => other.marked('a mark')]) {
    await t.rejects(async () => await ask(), { code: 'session_store_error' })
  }
  t.equal(await other.begin(session()), 5)
  t.match(warned, [['revocation_failed', { error: { code: 'session_store_error' } }]])
  calls.splice(0)
  await other.end({ id: 'x' }, 5, 100)
  await other.mark('a mark', 7, 100)
  t.strictSame(calls.splice(0), [[{ id: 'x' }, 5, 100], [{ id: 'a mark' }, 7, 100]])
  t.strictSame([other.endedHere(session()), other.ended(session()), other.marked('a mark')], [true, true, 7])
  t.strictSame(calls, [], 'what is known here is not asked')
})

t.test('when a session counts as created', async t => {
  const warn = () => {}
  const born = (revokedAt: number | undefined) => bornAfter(revokedAt, 100, { tolerance: 30, warn })
  t.strictSame([undefined, 99, 100, 100.5, 129, 129.9, 130, 200].map(born), [100, 100, 101, 101, 130, 130, 100, 100])
  t.equal(await bornAfter(Promise.resolve(100), 100, { tolerance: 30, warn }), 101)
  t.equal(delegatedCeiling(5), 5 + 7200 + 30)
})

t.test('deadlines of stores', async t => {
  await t.rejects(bounded('get', 0.01, () => new Promise(() => {})),
    { name: 'SessionStoreError', message: 'The session store did not answer "get" in time.' })
  t.equal(await bounded('get', 1, () => 5), 5)
  t.equal(await bounded('get', 1, async () => 5), 5)
  const own = new TimeoutError('own')
  for (const work of [() => { throw own }, async () => { throw own }]) {
    await t.rejects(bounded('get', 1, work), own)
    await t.rejects(new Promise(resolve => { resolve(boundedSoon('get', 1, work)) }), own)
  }
  const client = Object.assign(new Error('down'), { code: 'ECONN', secret: 'x' })
  for (const work of [() => { throw client }, async () => { throw client }]) {
    const error = await bounded('get', 1, work).catch((error: unknown) => error) as SessionStoreError
    t.type(error, SessionStoreError)
    t.match(error, { message: 'The session store failed at "get".', cause: { message: 'down', code: 'ECONN' } })
    t.notOk('secret' in (error.cause as object))
  }
  const text: unknown = 'text'
  await t.rejects(bounded('get', 1, async () => { throw text }),
    { cause: { message: 'No error object was given.' } })
  const coded = await bounded('get', 1, async () => { throw Object.assign(new Error('x'), { code: 5 }) })
    .catch((error: unknown) => error) as Error
  t.notOk('code' in (coded.cause as object))
  t.equal(boundedSoon('get', 1, () => 5), 5)
  t.equal(await boundedSoon('get', 1, async () => 5), 5)
  t.throws(() => boundedSoon('get', 1, () => { throw client }), { message: 'The session store failed at "get".' })
  await t.rejects(Promise.resolve(boundedSoon('get', 0.01, () => new Promise(() => {}))), { message: /in time/ })
  const { signal } = new AbortController()
  t.equal(await boundedLock(1, async work => await work(signal), async given => given === signal), true)
  t.equal(await boundedLock(1, async work => { await work(signal); throw client }, async () => 5), 5)
  await t.rejects(boundedLock(1, async work => await work(signal), async () => { throw own }), own)
  await t.rejects(boundedLock(1, async () => {}, async () => 5),
    { cause: { message: 'The store never ran the work.' } })
  await t.rejects(boundedLock(1, async () => { throw own }, async () => 5), own)
  await t.rejects(boundedLock(1, async () => { throw client }, async () => 5),
    { message: 'The session store failed at "lock".' })
  let ran = false
  let begin: ((signal: AbortSignal) => Promise<void>) | undefined
  const late = boundedLock(0.01, async work => { begin = work; await new Promise(() => {}) },
    async () => { ran = true })
  await t.rejects(late, { message: 'The session store did not answer "lock" in time.' })
  await t.rejects(begin!(signal), { message: /in time/ })
  t.equal(ran, false, 'nobody waits for the work any more')
})

t.test('leases', async t => {
  const tries: [string, number][] = []
  const released: string[] = []
  let free = 1
  const lease = {
    acquire: async (token: string, seconds: number) => tries.push([token, seconds]) >= free,
    release: async (token: string) => { released.push(token); throw new Error('down') }
  }
  t.equal(await withLease(lease, { leaseSeconds: 5, waitSeconds: 0 }, async signal => signal.aborted), false)
  t.strictSame([tries.length, tries[0]![1], released], [1, 5, [tries[0]![0]]])
  free = 3
  t.equal(await withLease(lease, { leaseSeconds: 5, waitSeconds: 9 }, async () => 7), 7)
  t.equal(tries.length, 3)
  free = Infinity
  await t.rejects(withLease(lease, { leaseSeconds: 5, waitSeconds: 0.02 }, async () => 7),
    { name: 'TimeoutError', message: 'The lock was not free in time.' })
  free = 0
  await t.rejects(withLease(lease, { leaseSeconds: 5, waitSeconds: 0 }, async () => { throw new Error('own') }),
    { message: 'own' })
  const begun = performance.now()
  const reason = await withLease(lease, { leaseSeconds: 0.05, waitSeconds: 0 }, async signal =>
    await new Promise(resolve => signal.addEventListener('abort', () => resolve(signal.reason))))
  t.match(reason, { name: 'TimeoutError', message: /about to end/ })
  t.ok(performance.now() - begun >= 35 && performance.now() - begun < 5000)
})

t.test('JWEs of other libraries, and the members they hold', async t => {
  const b64 = (value: string | Buffer) => Buffer.from(value).toString('base64url')
  const gcm = (header: object, text: string, key: Buffer, { ivLength = 12, tagLength = 16 } = {}) => {
    const aad = b64(JSON.stringify(header))
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength }).setAAD(Buffer.from(aad))
    const body = Buffer.concat([cipher.update(text), cipher.final()])
    return [aad, '', b64(iv), b64(body), b64(cipher.getAuthTag())]
  }
  const cbc = (header: object, text: string, key: Buffer) => {
    const aad = b64(JSON.stringify(header))
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
    const body = Buffer.concat([cipher.update(text), cipher.final()])
    const bits = Buffer.alloc(8)
    bits.writeBigUInt64BE(BigInt(aad.length * 8))
    const mac = createHmac('sha512', key.subarray(0, 32)).update(Buffer.concat([Buffer.from(aad), iv, body,
      bits])).digest()
    return [aad, '', b64(iv), b64(body), b64(mac.subarray(0, 32))]
  }
  const key = randomBytes(32)
  const long = randomBytes(64)
  const header = { alg: 'dir', enc: 'A256GCM', kid: 'k' }
  const parts = gcm(header, '{"a":1}', key)
  const open = (parts: string[], keys: Buffer[] = [randomBytes(32), key]) => openDirectJwe(parts.join('.'), 'A256GCM',
    () => keys)
  t.strictSame(open(parts), { header, payload: { a: 1 } })
  t.strictSame(open(gcm(header, 'no json', key)), { header, payload: undefined })
  const cbcHeader = { alg: 'dir', enc: 'A256CBC-HS512' }
  const sealed = cbc(cbcHeader, '{"a":1}', long)
  const openCbc = (parts: string[]) => openDirectJwe(parts.join('.'), 'A256CBC-HS512', given => {
    t.strictSame(given, cbcHeader)
    return [randomBytes(64), long]
  })
  t.strictSame(openCbc(sealed), { header: cbcHeader, payload: { a: 1 } })
  for (const [name, broken] of Object.entries({
    'six parts': [...parts, ''],
    'four parts': parts.slice(0, 4),
    'a key part': parts.with(1, 'AA'),
    'no header': parts.with(0, ''),
    'a header that is no object': parts.with(0, b64('[]')),
    'another algorithm': gcm({ ...header, alg: 'RSA' }, '{}',
      key),
    'another encryption': gcm({ ...header, enc: 'A128GCM' }, '{}', key),
    'a short IV': gcm(header, '{}', key,
      { ivLength: 8 }),
    'a short tag': gcm(header, '{}', key, { tagLength: 8 }),
    'an IV that is no base64url': parts.with(2, '!'),
    'a text that is none': parts.with(3, 'a!'),
    'a tag that is none': parts.with(4, '!'),
    'another tag': parts.with(4,
      b64(randomBytes(16)))
  })) t.equal(open(broken), undefined, name)
  t.equal(open(parts, []), undefined)
  for (const at of [2, 3, 4]) t.equal(openCbc(sealed.with(at, b64(randomBytes(at === 4 ? 32 : 16)))), undefined)
  t.equal(openCbc(sealed.with(4, sealed[4]!.slice(0, 20))), undefined)
  t.equal(openCbc(sealed.with(2, sealed[2]!.slice(0, 11))), undefined)

  t.strictSame([textOf('x'), textOf(''), textOf(5)], ['x', undefined, undefined])
  t.strictSame([numberOf(0), numberOf(NaN), numberOf('5')], [0, undefined, undefined])
  const ours = ['id', 'sid', 'user', 'domain', 'createdAt', 'expiresAt', 'authorizationDetails', '__proto__', 'own']
  const payload = Object.fromEntries([...ours, 'cart'].map(name => [name, 1]))
  Object.defineProperty(payload, '__proto__', { value: 1, enumerable: true })
  t.strictSame(customFields(payload, ['own']), { cart: 1 })
  const jar = new Jar({
    'a.0': 'x',
    'a.1': 'y',
    'a.3': 'z',
    b: 'whole',
    ...Object.fromEntries(
      Array.from({ length: 21 }, (_, i) => [`c.${i}`, i === 20 ? '!' : 'c']))
  })
  t.strictSame(['a', 'b', 'c', 'd'].map(name => readPeerCookie(jar as never, name)), ['xy', 'whole', 'c'.repeat(20),
    undefined])
  clearPeerCookie(jar as never, 'a', {})
  clearPeerCookie(jar as never, 'b', { path: '/p', domain: 'd' })
  clearPeerCookie(jar as never, 'none', {})
  const plain = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' }
  t.strictSame(jar.cleared, [...['a.0', 'a.1', 'a.3'].map(name => `${name} ${JSON.stringify(plain)}`),
    `b ${JSON.stringify({ ...plain, path: '/p', domain: 'd' })}`])
})

t.test('sessions of other libraries, member by member', async t => {
  const secret = 'secret-of-the-library-before-0123456789'
  const time = Math.floor(Date.now() / 1000)
  const join = (cookies: Record<string, string>) => Object.entries(cookies).sort(([a], [b]) => a.localeCompare(b, 'en',
    { numeric: true }))
    .map(([, value]) => value).join('')
  const about = (name: string, now = time) => ({
    name,
    secrets: ['other', secret],
    now,
    audience: 'aud',
    scope: 'configured'
  })
  const openServerJs = async (state: object, now?: number, absoluteDuration = 100) => {
    const value = join(await auth0ServerJsCookies(state, { name: 'n', secrets: secret, absoluteDuration }))
    return auth0Fastify.open(value, about('n', now))
  }
  const least = { user: { sub: 's' }, internal: { createdAt: time } }
  const set = { accessToken: 'at', expiresAt: 5, audience: 'default', scope: 'a' }
  t.match(await openServerJs({
    ...least,
    internal: { createdAt: time, sid: 'd' },
    domain: 'dom',
    sessionExpiresAt: 9,
    refreshToken: 'r',
    idToken: 'i',
    cart: 1,
    tokenSets: [set, { accessToken: 'bt', audience: 'api' }, { audience: 'x' }, null],
    connectionTokenSets: [{ accessToken: 'ct', scope: 's', expiresAt: 7, connection: 'c', loginHint: 'h' },
      { accessToken: 'dt' }, {}]
  }), {
    claims: { sub: 's' },
    createdAt: time,
    sid: 'd',
    domain: 'dom',
    ceiling: 9,
    refreshToken: 'r',
    idToken: 'i',
    custom: { cart: 1 },
    tokenSets: [
      { accessToken: 'at', tokenType: 'Bearer', scope: 'a', requestedScope: 'a', expiresAt: 5, audience: undefined },
      { accessToken: 'bt', scope: 'configured', requestedScope: 'configured', expiresAt: 0, audience: 'api' }
    ],
    connectionTokenSets: [{ accessToken: 'ct', scope: 's', expiresAt: 7, connection: 'c', loginHint: 'h' },
      { accessToken: 'dt', scope: '', expiresAt: 0, connection: '' }]
  })
  t.strictSame(JSON.parse(JSON.stringify(await openServerJs(least))), {
    claims: { sub: 's' },
    createdAt: time,
    custom: {},
    tokenSets: [],
    connectionTokenSets: []
  })
  for (const broken of [{ user: { sub: 's' } }, { internal: { createdAt: time } }, { ...least, user: 'x' }, {
    ...least,
    internal: {}
  }]) {
    t.equal(await openServerJs(broken).catch(() => undefined), undefined, JSON.stringify(broken))
  }
  t.ok(await openServerJs(least, time + 110), 'a little after its end')
  t.equal(await openServerJs(least, time + 130), undefined, 'over')
  t.equal(auth0Fastify.cookie, '__a0_session')
  t.equal(expressOpenidConnect.cookie, 'appSession')

  const openOidc = async (session: object, now?: number) => {
    const value = join(await expressOidcCookies(session, { name: 'n', secrets: secret, absoluteDuration: 100 }))
    return expressOpenidConnect.open(value, about('n', now))
  }
  const idToken = `e30.${Buffer.from('{"sub":"s","sid":"of-token"}').toString('base64url')}.x`
  t.match(await openOidc({
    id_token: idToken,
    access_token: 'at',
    refresh_token: 'r',
    token_type: 'Bearer',
    expires_at: 5,
    sid: 'd',
    sessionExpiresAt: time + 50,
    cart: 1
  }), {
    claims: { sub: 's' },
    idToken,
    sid: 'd',
    ceiling: time + 50,
    refreshToken: 'r',
    custom: { cart: 1 },
    connectionTokenSets: [],
    tokenSets: [{
      accessToken: 'at',
      tokenType: 'Bearer',
      scope: 'configured',
      requestedScope: 'configured',
      expiresAt: 5,
      audience: 'aud'
    }]
  })
  const bare = await openOidc({ id_token: idToken, access_token: 'at' })
  t.match(bare, { sid: 'of-token', custom: {}, tokenSets: [{ expiresAt: 0 }] })
  t.strictSame((await openOidc({ id_token: idToken }))?.tokenSets, [])
  for (const broken of [{}, { id_token: '' }, { id_token: 'x' },
    { id_token: 'a.!.b' }]) t.equal(await openOidc(broken), undefined)
  t.ok(await openOidc({ id_token: idToken }, time + 90))
  t.equal(await openOidc({ id_token: idToken }, time + 110), undefined)
})

t.test('what a session says of devices', async t => {
  const ec = { key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint: 't', since: 1, from: 'f', round: 2 }
  const rsa = { ...ec, key: { e: 'e', kty: 'RSA', n: 'n' } }
  const successor = { id: 'i', at: 5 }
  t.equal(encodeDevice({}), undefined)
  t.strictSame(encodeDevice({ device: ec } as never), ['EC', 'x', 'y', 't', 1, 'f', 2])
  t.strictSame(encodeDevice({ device: rsa } as never), ['RSA', 'n', 'e', 't', 1, 'f', 2])
  t.strictSame(encodeDevice({ device: ec, successor } as never), ['successor', 'i', 5])
  for (const part of [{ device: ec }, { device: rsa },
    { successor }]) t.strictSame(decodeDevice(encodeDevice(part as never)), part as never)
  const good = ['EC', 'x', 'y', 't', 1, 'f', 2]
  for (const at of good.keys()) {
    const other = at === 0 ? 'OKP' : typeof good[at] === 'string' ? 5 : 'x'
    t.equal(decodeDevice(good.with(at, other)), undefined, `member ${at}`)
  }
  for (const wrong of [undefined, {}, 'x', ['successor', 5, 5], ['successor', 'i', 'x']]) {
    t.equal(decodeDevice(wrong),
      undefined)
  }

  let now = 1000
  const cookie = new BoundCookie(sealer, 10)
  const device = { ...ec } as never
  const jar = new Jar()
  const proves = (id = 'i', given: object = device) => cookie.proves(jar as never, 'b', id, given as never, now)
  t.equal(proves(), false)
  cookie.write(jar as never, 'b', { id: 'i', thumbprint: 't', until: 1010 }, { path: '/' } as never)
  t.strictSame(jar.written, [['b', { path: '/' }]])
  t.equal(proves('other'), false)
  t.equal(proves('i', { ...ec, thumbprint: 'u' }), false)
  t.equal(proves(), true)
  now = 1009
  t.equal(proves(), true)
  now = 1010
  t.equal(proves(), false)
  now = 1000
  t.equal(proves(), true)
  const value = jar.get('b')!
  const family = (count: number) => [...Array.from({ length: count }, (): [string, string] => ['b', 's.x']), ['b',
    value] as [string, string]]
  for (const [count, is] of [[1, true], [9, true], [10, false]] as const) {
    const many = { get: () => 's.x', family: () => [['b.0', value], ...family(count)] }
    t.equal(cookie.proves(many as never, 'b', 'i', { ...ec } as never, now), is, `${count} others`)
  }
  t.equal(cookie.proves({ get: () => 's.x', family: () => [['b', 's.x'], ['b.0', value]] } as never, 'b', 'i',
    { ...ec } as never, now), false)
  for (const wrong of [[1, 'i', 't'], [2, 'i', 't', 5], [1, 5, 't', 5], [1, 'i', 5, 5], [1, 'i', 't', '5'], {}, [1,
    'i', 't', 5, 6]]) {
    t.equal(cookie.open(`s.${Buffer.from(JSON.stringify(wrong)).toString('base64url')}`), undefined,
      JSON.stringify(wrong))
  }
  t.equal(cookie.open('x'), undefined)

  const gate = (more: object = {}) => new DeviceGate({
    names: () => ({ session: 's', tokens: 't', seen: 'x', bound: 'b' }),
    attributes: secure => ({
      path: '/',
      secure
    }) as never,
    sealer,
    refreshAfter: 600,
    required: true,
    clockTolerance: 30,
    now: () => now,
    cacheEntries: 5,
    boundId: id => `b${id}`,
    ...more
  })
  const plain = gate()
  const record = { id: 'i', createdAt: 1000, device: ec } as never
  t.equal(plain.proves(new Jar() as never, { id: 'i' } as never), true)
  t.equal(plain.proves(new Jar() as never, record), false)
  const admitted = new Jar()
  plain.admit(admitted as never, 'i')
  t.equal(plain.proves(admitted as never, record), true)
  t.equal(plain.proves(admitted as never, { ...record as object, id: 'j' } as never), false)
  for (const [at, device, is, required] of [[1059, undefined, false, true], [1060, undefined, true, true], [1060, ec,
    false, true],
  [1060, undefined, false, false]] as const) {
    now = at
    t.equal(gate({ required }).isOverdue({ id: 'i', createdAt: 1000, device } as never), is)
  }
  now = 1000.7
  for (const [refreshAfter, clockTolerance, maxAge] of [[600, 30, 570], [180, 30, 150], [180, 60, 150], [150, 0, 150],
    [140, 30, 140]] as const) {
    const bound = new Jar()
    const one = gate({ refreshAfter, clockTolerance })
    one.write(bound as never, record)
    t.strictSame(bound.written, [['b', { path: '/', secure: true, maxAge }]])
    t.strictSame(JSON.parse(Buffer.from(bound.get('b')!.slice(2), 'base64url').toString()), [1, 'i', 't',
      Math.floor(1000.7 + refreshAfter)])
    t.equal(one.proves(bound as never, record), true)
  }
  t.equal(plain.refused(jar as never), undefined)
  plain.refuse(jar as never, record, 'not_bound')
  t.strictSame(plain.refused(jar as never), { reason: 'not_bound', record })
  t.equal(plain.boundId('x'), 'bx')
})

t.test('logins under way, in cookies', async t => {
  let now = 1000
  const make = (more: object = {}) => createCookieTransactions({
    name: () => 'tx',
    attributes: (secure, formPost) => ({ path: '/', secure, formPost }) as never,
    sealer,
    now: () => now,
    maxCount: 8,
    maxTaken: 100,
    onFull: () => { full++ },
    ...more
  })
  const login = (state: string, more: object = {}) => ({
    kind: 'login',
    state,
    nonce: 'n',
    codeVerifier: 'v',
    redirectUri: 'r',
    domain: 'd',
    issuer: 'https://d/',
    createdAt: now,
    ...more
  }) as never
  const store = make()
  const jar = new Jar()
  await store.set(jar as never, 'a', login('a', { responseMode: 'form_post' }), 9.5)
  t.strictSame(jar.written, [['tx_a', { path: '/', secure: true, formPost: true, maxAge: 10 }]])
  t.throws(() => store.set(jar as never, 'a b', login('a b'), 9), { argument: 'state', message: /1 to 128 letters/ })
  t.throws(() => store.set(jar as never, 'b', login('b', { appState: 'x'.repeat(4000) }), 9), {
    argument: 'appState',
    message: /a cookie holds 4096/
  })
  const copy = new Jar(Object.fromEntries(jar.cookies))
  t.match(store.take(jar as never, 'a'), { state: 'a' })
  t.match(jar.cleared, [/^tx_a .*"formPost":true/])
  t.equal(store.take(copy as never, 'a'), undefined, 'once')
  t.equal(store.take(copy as never, 'a b'), undefined)
  await store.set(copy as never, 'c', login('c'), 10)
  const renamed = new Jar({ tx_other: copy.get('tx_c')! })
  t.equal(store.take(renamed as never, 'other'), undefined, 'of another state')
  now = 1010
  t.equal(store.take(copy as never, 'c'), undefined, 'over')
  now = 1000
  const several = store
  const many = new Jar({ tx_unknown: 'x', 'tx_a b': 'x', other: 'y' })
  for (const state of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
    await several.set(many as never, state, login(state), 100)
    now++
  }
  const held = () => many.names('tx_').map(name => name.slice(3)).sort().join(' ')
  t.equal(held(), 'a b b c d e f g h i')
  await several.set(many as never, 'i', login('i'), 100)
  t.equal(held(), 'a b b c d e f g h i', 'begun again, it takes no further room')
  now = 1101
  await several.set(many as never, 'j', login('j'), 100)
  t.equal(held(), 'a b c d e f g h i j', 'what is over goes first')
  several.makeRoom(many as never, 0)
  t.strictSame([...many.cookies.keys()].sort(), ['other', 'tx_a b'])
  for (const state of ['f', 'g']) await several.set(many as never, state, login(state), 100)
  await several.delete(many as never, 'f')
  t.strictSame(many.names('tx_').sort(), ['tx_a b', 'tx_g'])
  await several.delete(many as never)
  t.strictSame(many.names('tx_'), ['tx_a b'])
  const small = make({ sessionBytes: () => 12 * 1024 - 300 })
  const tight = new Jar()
  await small.set(tight as never, 'a', login('a'), 100)
  await small.set(tight as never, 'b', login('b'), 100)
  t.strictSame([...tight.cookies.keys()], ['tx_b'])
  t.strictSame([isState('a-_9'), isState(''), isState('a'.repeat(128)), isState('a'.repeat(129)), isState('a.b')],
    [true, false, true, false, false])
  let full = 0
  const few = make({ maxTaken: 1, onFull: () => { full++ } })
  const twice = new Jar()
  for (const state of ['a', 'b']) {
    await few.set(twice as never, state, login(state), 100)
    await few.take(twice as never, state)
  }
  t.equal(full, 1)
})

t.test('how a login under way is written and read', async t => {
  const whole = {
    kind: 'login',
    state: 's',
    nonce: 'n',
    codeVerifier: 'v',
    redirectUri: 'r',
    domain: 'd',
    issuer: 'https://d/',
    createdAt: 5
  }
  const link = { ...whole, kind: 'link', sessionId: 'i', sub: 'u' }
  const { nonce: _, ...connect } = { ...link, kind: 'connect', authSession: 'a' }
  const { codeVerifier: __, ...magic } = { ...whole, kind: 'magic-link' }
  const read = (value: unknown) =>
    decodeTransaction(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  for (const transaction of [whole, { ...whole, kind: 'enterprise' }, magic, link, { ...link, kind: 'unlink' }, connect,
    { ...whole, issuer: 'https://other/', appState: { a: 1 }, returnTo: '/x' }]) {
    const text = encodeTransaction({ transaction: transaction as never, expiresAt: 9 })
    t.strictSame(read(text), { transaction, expiresAt: 9 } as never, JSON.stringify(transaction))
    t.strictSame(read([1, 9, transaction]), { transaction, expiresAt: 9 } as never, 'as 0.1 wrote it')
    for (const name of ['kind', 'state', 'redirectUri', 'domain', 'issuer', 'createdAt',
      ...Object.keys(transaction).filter(name =>
        ['nonce', 'codeVerifier', 'sessionId', 'sub', 'connection', 'authSession'].includes(name))]) {
      t.equal(read([1, 9, { ...transaction, [name]: null }]), undefined, `${transaction.kind} without ${name}`)
    }
  }
  t.match(JSON.parse(encodeTransaction({ transaction: whole as never, expiresAt: 9 })), [2, 9, 'login', 's', 'n', 'v',
    'r', 'd', null, 5, {}])
  for (const wrong of ['{', {}, [], [3, 9, whole], [1, '9', whole], [1, 9, whole, 1], [1, 9], [2, 9, 'login'], [1, 9,
    { ...whole, kind: 'toString' }],
  [2, 9, 'login', 's', 'n', 'v', 'r', 'd', null, 5, 'rest'], [2, 9, 'login', 's', 'n', 'v', 'r', 'd', null, 5, {},
    1]]) {
    t.equal(read(wrong), undefined, JSON.stringify(wrong))
  }
  t.throws(() => encodeTransaction({ transaction: { ...whole, appState: 1n } as never, expiresAt: 9 }),
    { argument: 'appState', message: /./ })
})

t.test('stores in memory at their limits', async t => {
  let now = 1000
  const clock = () => now
  for (const wrong of [0, -1, 1.5, Infinity]) {
    t.throws(() => new MemorySessionStore({ maxEntries: wrong }), { option: 'maxEntries', message: /positive integer/ })
  }
  const entry = (expiresAt: number, sub = 's') => ({
    value: 'v',
    version: 1,
    owner: { iss: 'i', sub },
    createdAt: 1,
    expiresAt
  })
  const sessions = new MemorySessionStore({ maxEntries: 2, now: clock })
  await sessions.create('a', entry(2000))
  await sessions.create('b', entry(2000))
  t.equal(sessions.size, 2)
  await sessions.touch('a', 2001)
  await sessions.create('c', entry(1500))
  t.strictSame([await sessions.get('b'), sessions.size], [undefined, 2])
  now = 1500
  t.strictSame([await sessions.get('c'), await sessions.update('c', { ...entry(9999), version: 2 }),
    await sessions.touch('c', 9)],
  [undefined, false, false])
  t.ok(Object.isFrozen(await sessions.get('a')))
  await sessions.create('d', entry(1501))
  now = 1501
  t.strictSame((await sessions.list({ sub: 's' })).map(({ key }) => key), ['a'])
  await sessions.create('e', entry(3000))
  t.equal(sessions.size, 1, 'what is over goes, too')
  const first = sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => {
    await t.rejects(sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => {}), { code: 'timeout' })
    return await sessions.lock('l', { leaseSeconds: 60, waitSeconds: 0 }, async () => 'other')
  })
  t.equal(await first, 'other')
  t.equal(await sessions.lock('k', { leaseSeconds: 60, waitSeconds: 0 }, async () => 'free'), 'free')

  const refreshes = new MemoryRefreshStore({ maxEntries: 2, now: clock })
  refreshes.set('a', '1', 10)
  t.equal(refreshes.get('a'), '1')
  now += 10
  t.equal(refreshes.get('a'), undefined)
  refreshes.set('b', '1', 10)
  refreshes.set('b', '2', 10)
  refreshes.set('c', '3', 10)
  t.strictSame([refreshes.get('b'), refreshes.get('c')], ['2', '3'])
  const release = refreshes.lock('k', 10)
  t.equal(refreshes.lock('k', 10), undefined)
  now += 10
  const next = refreshes.lock('k', 10)
  t.ok(next)
  release!()
  t.equal(refreshes.lock('k', 10), undefined)
  next!()
  t.ok(refreshes.lock('k', 10))

  now = 1000
  let full = 0
  const revocations = new MemoryRevocationStore({ maxEntries: 2, now: clock, onFull: () => { full++ } })
  const owner = (sub: string) => ({ id: `id-${sub}`, iss: 'i', sub })
  revocations.revoke({ iss: 'i', sub: 'a' }, 10, 2000)
  revocations.revoke({ iss: 'i', sub: 'a' }, 5, 1500)
  t.strictSame([revocations.revokedAt(owner('a')), revocations.revokedAt(owner('b')), revocations.size], [10,
    undefined, 1])
  revocations.revoke({ id: 'id-b' }, 20, 2000)
  revocations.revoke({ iss: 'i', sub: 'c' }, 30, 2000)
  t.strictSame([full, revocations.size], [1, 2])
  t.strictSame(['a', 'b', 'c', 'd'].map(sub => revocations.revokedAt(owner(sub))), [10, 20, 30, 10])
  t.strictSame(['a', 'b'].map(sub => revocations.known(owner(sub))), [undefined, 20])
  now = 2000
  t.equal(revocations.revokedAt(owner('d')), undefined)

  const transactions = new MemoryTransactionStore({ maxBrowsers: 2, now: clock })
  const login = (state: string, more: object = {}) => ({
    kind: 'login',
    state,
    nonce: 'n',
    codeVerifier: 'v',
    redirectUri: 'r',
    domain: 'd',
    issuer: 'https://d/',
    createdAt: now,
    ...more
  }) as never
  const jars = [new Jar(), new Jar(), new Jar()]
  for (const jar of jars) transactions.set(jar as never, 'a', login('a'), 10)
  t.strictSame(jars.map(jar => transactions.take(jar as never, 'a') !== undefined), [false, true, true],
    'the first browser is forgotten')
  const jar = new Jar()
  for (let i = 0; i < 9; i++) {
    transactions.set(jar as never, `s${i}`, login(`s${i}`,
      i === 0 ? { responseMode: 'form_post' } : {}), 10.5)
  }
  t.strictSame(jar.written[0], ['__Host-auth0_login', {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'none',
    maxAge: 11
  }])
  t.match(jar.written.at(-1), ['__Host-auth0_login', { sameSite: 'lax' }])
  t.strictSame(['s0', 's1'].map(state => transactions.take(jar as never, state) !== undefined), [false, true])
  now += 10.5
  t.equal(transactions.take(jar as never, 's2'), undefined, 'over')
  const named = new MemoryTransactionStore({ cookieName: 'own' })
  t.equal(named.forRegistration('x'), named)
  const plain = new Jar()
  plain.secure = false
  await transactions.forRegistration('x').set(plain as never, 'a', login('a'), 10)
  t.strictSame(plain.names(''), ['auth0_login_x'])
  t.ok(transactions.forRegistration('x').take(plain as never, 'a'))
  t.strictSame(plain.names(''), [])
  const old = new Jar()
  transactions.set(old as never, 'a', login('a'), 10)
  t.ok(transactions.forRegistration('x').take(old as never, 'a'), 'begun with an older version')
})

t.test('a change of a session gets its place in time', async t => {
  const current = {
    record: { id: 'i', version: 2, a: 1 },
    tokens: {
      id: 'i',
      version: 5,
      b: 1
    }
  } as never as Parameters<typeof stamp>[0]
  t.strictSame(stamp(current, current, 9), current)
  t.equal(stamp(current, current, 9).record, current.record)
  const changed = stamp(current, { record: { ...current.record, id: 'x' }, tokens: { ...current.tokens, id: 'x' } }, 9)
  t.match(changed, { record: { id: 'i', version: 6, updatedAt: 9 }, tokens: { id: 'i', version: 6 } })
  t.ok(Object.isFrozen(changed.record))
  t.type(new Auth0Error('x', { code: 'c', statusCode: 500 }), Error)
})
