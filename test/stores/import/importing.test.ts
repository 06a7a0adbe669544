import t from 'tap'
import { SessionStoreError, SessionTooLargeError } from '../../../lib/errors.js'
import { importingSessions } from '../../../lib/stores/import/index.js'
import { Jar } from '../jar.js'
import { auth0ServerJsCookies, expressOidcCookies } from './peer-cookies.js'

const secret = 'secret-of-the-library-before-0123456789'
const now = Math.floor(Date.now() / 1000) + 60
const iss = 'https://tenant.test/'
const idToken = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
const cookie = async (name: string, session: object = {}, claims: object = { iss, sub: 'ada' }) =>
  await expressOidcCookies({ id_token: idToken(claims), sid: 'sid-1', ...session },
    { name, secrets: secret, absoluteDuration: 86_400 })

interface Session {
  record: { id: string, createdAt: number, issuer: string, custom?: object, ceiling?: number }
  tokens: { idToken?: string }
}

/** Sessions that take over those of another library, and all that is asked of what is below. */
function made (changes: object = {}) {
  const asked: [what: string, ...args: unknown[]][] = []
  const inner = {
    found: undefined as object | undefined,
    loaded: undefined as object | undefined,
    revokedAt: undefined as number | undefined,
    /** What the list of revocations fails with. */
    away: undefined as Error | undefined,
    failure: (_session: Session): Error | undefined => undefined
  }
  const sessions = importingSessions({
    read: (_jar: unknown, touch: unknown) => {
      asked.push(['read', touch])
      return inner.found
    },
    load: async (_jar: unknown, id: string) => {
      asked.push(['load', id])
      return inner.loaded
    },
    create: async (_jar: unknown, session: Session) => {
      const failure = inner.failure(session)
      if (failure !== undefined) throw failure
      asked.push(['create', session])
      inner.found = session
    },
    tokens: async () => ({ of: 'the store' }),
    ...('device' in changes && { device: changes.device }),
    destroy: async () => inner.found && (inner.found as Session).record
  } as never, {
    from: { expressOpenidConnect: { secret } },
    revocations: {
      revokedAt: async (owner: object) => {
        asked.push(['revokedAt', owner])
        if (inner.away !== undefined) throw inner.away
        return inner.revokedAt
      },
      revoke: async (...all: unknown[]) => {
        asked.push(['revoke', ...all])
        if (inner.away !== undefined) throw inner.away
      }
    } as never,
    lifetime: { rolling: true, inactivityDuration: 3600, absoluteDuration: 86_400, touchAfter: 60 },
    now: () => now,
    names: () => ({ session: 'own', tokens: 'own_t', seen: 'own_s' }),
    cookieName: undefined,
    timeout: 1,
    onStoreError: 'fail',
    warn: (code: string, detail: object) => { asked.push(['warn', code, detail]) },
    issuer: iss,
    audience: 'https://api.test/',
    scope: 'openid',
    userOf: claims => ({ sub: claims.sub as string }),
    keepIdToken: false,
    keepConnectionTokens: false,
    ...changes
  })
  const named = (name: string) => asked.filter(([what]) => what === name).map(([, ...args]) => args)
  return { sessions, inner, asked, named }
}

t.test('a session of ours is asked for first, and is enough', async t => {
  const { sessions, inner, asked } = made()
  const jar = new Jar(await cookie('appSession'))
  inner.found = { record: { id: 'ours' } }
  t.equal(sessions.read(jar as never, false), inner.found, 'no promise is made')
  t.strictSame(asked, [['read', false]])
  inner.found = Promise.resolve(inner.found)
  t.match(await sessions.read(jar as never), { record: { id: 'ours' } })
  inner.found = undefined
  t.equal(sessions.read(new Jar() as never), undefined)
  t.strictSame(jar.cleared, [])
})

t.test('a session is only looked at where no cookie can be written', async t => {
  const tokens = { access_token: 'a', refresh_token: 'r', expires_at: now + 60 }
  const closed = async () => Object.assign(new Jar(await cookie('appSession', tokens)), { writable: false })
  const { sessions, inner, named } = made()
  const jar = await closed()
  const read = (await sessions.read(jar as never))!
  t.match(read, { record: { user: { sub: 'ada' } }, lastActivity: now, expiresAt: now + 3600 })
  const held = await sessions.tokens(jar as never, read.record)
  t.match(held, { id: read.record.id, tokenSets: [{ accessToken: 'a' }] })
  t.notOk('refreshToken' in held!, 'a new one could not be kept')
  t.strictSame([named('create'), jar.cleared], [[], []])
  t.ok(Object.isFrozen(read.record) && Object.isFrozen(held))

  inner.loaded = { record: { ...read.record, version: 7 }, tokens: {} }
  const other = await closed()
  t.match(await sessions.read(other as never), { record: { version: 7 } }, 'what another request has taken over counts')
  t.strictSame(await sessions.tokens(other as never, read.record), { of: 'the store' })
  inner.revokedAt = now
  t.equal(await sessions.read(await closed() as never), undefined, 'a revoked one is none')
  const short = { lifetime: { rolling: true, inactivityDuration: 3600, absoluteDuration: 10, touchAfter: 60 } }
  t.equal(await made(short).sessions.read(await closed() as never), undefined, 'nor is one that has ended')
  t.equal(await made({ device: {} }).sessions.read(await closed() as never), undefined, 'nor one to be bound')
  const away = made({ onStoreError: 'anonymous' })
  away.inner.away = new SessionStoreError('away')
  t.equal(await away.sessions.read(await closed() as never), undefined)
})

t.test('a session is taken over, once', async t => {
  const { sessions, named, asked } = made()
  const jar = new Jar({ ...await cookie('appSession'), own: 'x' })
  const read = await sessions.read(jar as never) as unknown as Session
  const about = { domain: 'tenant.test', issuer: iss, sid: 'sid-1', createdAt: Number, updatedAt: now }
  t.match(read.record, { id: /^imported-[\w-]{43}$/, version: 1, user: { sub: 'ada' }, ...about })
  t.notOk('custom' in read.record || 'ceiling' in read.record)
  t.match(read.tokens, { id: read.record.id, version: 1, tokenSets: [], connectionTokenSets: [] })
  t.strictSame(Object.keys(read.tokens).sort(), ['connectionTokenSets', 'id', 'tokenSets', 'version'])
  t.strictSame(named('revokedAt'), [[{ id: read.record.id, iss, sub: 'ada', sid: 'sid-1' }]])
  t.strictSame(named('load'), [[read.record.id]])
  t.strictSame(asked.map(([what]) => what), ['read', 'revokedAt', 'load', 'create', 'read'])
  t.strictSame(jar.cleared.map(text => text.split(' ')[0]), ['appSession'])

  const again = made()
  again.inner.loaded = { record: { id: 'refreshed' } }
  await again.sessions.read(new Jar(await cookie('appSession')) as never)
  t.strictSame(again.named('create'), [[{ record: { id: 'refreshed' } }]], 'what another request has written counts')
})

t.test('what of a session is taken over', async t => {
  const take = async (session: object, claims?: object, changes: object = {}) => {
    const { sessions } = made(changes)
    return await sessions.read(new Jar(await cookie('appSession', session, claims)) as never) as unknown as Session
  }
  const all = await take({ refresh_token: 'r', access_token: 'a', cart: 1, sessionExpiresAt: now + 900 },
    { iss, sub: 'ada', nonce: 'n' }, { keepIdToken: true })
  t.match(all, {
    record: { custom: { cart: 1 }, ceiling: now + 900 },
    tokens: { refreshToken: 'r', nonce: 'n', idToken: /^h\./, tokenSets: [{ accessToken: 'a' }] }
  })
  const bare = await take({ sid: undefined })
  t.notOk('sid' in bare.record)
  t.match(await take({}, { sub: 'ada' }), { record: { issuer: iss } }, 'of the one tenant')
  t.match(await take({}, { iss: 'https://other.test/', sub: 'ada' }, { issuer: undefined }),
    { record: { issuer: 'https://other.test/', domain: 'other.test' } })
  for (const [claims, changes] of [
    [{ iss: 'https://other.test/', sub: 'ada' }], [{ iss }], [{ iss, sub: 5 }],
    [{ iss: 'no URL', sub: 'ada' }, { issuer: undefined }], [{ sub: 'ada' }, { issuer: undefined }]
  ] as const) t.equal(await take({}, claims, changes), undefined, JSON.stringify(claims))

  const { sessions } = made({ from: { auth0Fastify: { secret } }, issuer: undefined, keepConnectionTokens: true })
  const server = await auth0ServerJsCookies({
    user: { sub: 'ada' },
    domain: 'kept.test',
    connectionTokenSets: [{ accessToken: 'c', scope: 's', expiresAt: now + 60, connection: 'google' }],
    internal: { sid: 'sid-1', createdAt: now }
  }, { name: '__a0_session', secrets: secret, absoluteDuration: 86_400 })
  t.match(await sessions.read(new Jar(server) as never), {
    record: { issuer: 'https://kept.test/', domain: 'kept.test' },
    tokens: { connectionTokenSets: [{ accessToken: 'c' }] }
  })
})

t.test('a session that was revoked is none, and loses its cookie', async t => {
  const { sessions, inner, named } = made()
  const jar = new Jar(await cookie('appSession'))
  inner.revokedAt = now + 10
  t.equal(await sessions.read(jar as never), undefined)
  t.strictSame([named('load').length, named('create').length, jar.get('appSession')], [0, 0, undefined])
})

t.test('a session that cookies cannot hold: without its fields, or not at all, and told once', async t => {
  const { sessions, inner, named } = made()
  const tooLarge = new SessionTooLargeError('too large', {} as never)
  inner.failure = ({ record }) => record.custom === undefined ? undefined : tooLarge
  for (const time of [1, 2]) {
    inner.found = undefined
    const read = await sessions.read(new Jar(await cookie('appSession', { cart: time, theme: 'x' })) as never)
    t.notOk('custom' in (read as unknown as Session).record)
  }
  t.strictSame(named('warn'), [['imported_fields_too_large', { fields: ['cart', 'theme'] }]])
  inner.failure = () => tooLarge
  for (let times = 0; times < 2; times++) {
    inner.found = undefined
    const jar = new Jar(await cookie('appSession'))
    t.equal(await sessions.read(jar as never), undefined)
    t.equal(jar.get('appSession'), undefined)
  }
  t.strictSame(named('warn').slice(1), [['imported_session_too_large', {}]])
  inner.failure = () => new Error('down')
  inner.found = undefined
  await t.rejects(Promise.resolve(sessions.read(new Jar(await cookie('appSession')) as never)), { message: 'down' })
})

t.test('a login and a logout end what was imported', async t => {
  const { sessions, inner, named, asked } = made()
  const old = await cookie('appSession')
  const jar = new Jar(old)
  const login = { record: { id: 'new' } }
  await sessions.create(jar as never, login as never)
  const [[{ id }, at, until]] = named('revoke') as [[{ id: string }, number, number]]
  t.match(id, /^imported-/)
  t.strictSame([at, until > now + 86_000], [now, true])
  t.strictSame(named('revoke')[1]?.[0], { iss, sid: 'sid-1', sub: 'ada' })
  t.strictSame([named('create'), jar.get('appSession')], [[[login]], undefined])

  const record = { id: 'imported-x', issuer: iss, user: { sub: 'ada' }, createdAt: now + 5 }
  asked.length = 0
  inner.found = { record }
  await sessions.create(new Jar() as never, login as never)
  t.strictSame(named('revoke'), [[{ id: 'imported-x' }, now + 5, now + 5 + 86_400]], 'without a sid')
  asked.length = 0
  inner.found = { record: { ...record, id: 'ours' } }
  await sessions.create(new Jar() as never, login as never)
  t.strictSame(named('revoke'), [], 'ours is ended by the store')

  for (const [found, cookies, ends] of [
    [undefined, {}, 0], [undefined, old, 2], [{ record }, {}, 1], [{ record }, old, 3],
    [{ record: { ...record, id: 'ours' } }, {}, 0], [{ record: { ...record, createdAt: now - 86_400 } }, {}, 0]
  ] as const) {
    asked.length = 0
    inner.found = found
    const leaving = new Jar(cookies)
    t.equal(await sessions.destroy(leaving as never), found?.record)
    t.equal(named('revoke').length, ends)
    t.equal(leaving.get('appSession'), undefined)
  }
  const closed = Object.assign(new Jar(old), { writable: false })
  await sessions.destroy(closed as never)
  t.ok(closed.get('appSession'), 'a response that cannot clear it leaves it')
})

t.test('a list of revocations that fails is told, and keeps nobody logged in', async t => {
  const old = await cookie('appSession')
  const away = Object.assign(new Error('down'), { command: { args: ['a secret'] } })
  const failure = { code: 'session_store_error', cause: { message: 'down', command: undefined } }
  for (const onStoreError of ['fail', 'anonymous'] as const) {
    const { sessions, inner, named } = made({ onStoreError })
    inner.away = away
    const jar = new Jar(old)
    const read = Promise.resolve(sessions.read(jar as never))
    if (onStoreError === 'fail') await t.rejects(read, failure)
    else t.equal(await read, undefined)
    t.ok(jar.get('appSession'), 'the old cookie stays for when it answers again')
    t.match(named('warn'), onStoreError === 'fail' ? [] : [['session_store_failed', { error: failure }]])
    await sessions.destroy(jar as never)
    t.equal(jar.get('appSession'), undefined)
    await sessions.create(new Jar(old) as never, { record: { id: 'new' } } as never)
    t.equal(named('create').length, 1)
    t.strictSame(named('warn').slice(-4).map(([code]) => code), Array.from({ length: 4 }, () => 'revocation_failed'))
  }
  const { sessions, inner } = made({ onStoreError: 'anonymous' })
  inner.revokedAt = true as never
  t.equal(await sessions.read(new Jar(old) as never), undefined, 'an answer that is no moment is a failure')
  inner.revokedAt = undefined
  const fault = new TypeError('a fault')
  inner.failure = () => fault
  await t.rejects(Promise.resolve(sessions.read(new Jar(old) as never)), fault)
})

t.test('by which names the old cookie is looked for, and which are cleared', async t => {
  for (const [changes, name, cleared] of [
    [{}, 'appSession', true], [{ cookieName: 'mine' }, 'mine', true], [{ cookieName: 'mine' }, 'appSession', true],
    [{ cookieName: 'own' }, 'own', false],
    [{ from: { expressOpenidConnect: { secret: ['another', secret], name: 'given' } } }, 'given', true]
  ] as const) {
    const { sessions } = made(changes)
    const jar = new Jar(await cookie(name))
    t.ok(await sessions.read(jar as never), name)
    t.equal(jar.get(name) === undefined, cleared, name)
  }
  const { sessions } = made({ from: { expressOpenidConnect: { secret, name: 'given' } }, cookieName: 'mine' })
  for (const name of ['appSession', 'mine']) {
    t.equal(await sessions.read(new Jar(await cookie(name)) as never), undefined, name)
  }
})
