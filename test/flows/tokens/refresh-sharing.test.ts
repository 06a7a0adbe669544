import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import t from 'tap'
import { AccessTokenError, ApiError, NetworkError, SessionStoreError, TimeoutError } from '../../../lib/errors.js'
import { createRefreshSharing, type RefreshSharingOptions } from '../../../lib/flows/tokens/refresh-sharing.js'
import { refusedRefresh } from '../../../lib/flows/tokens/refresh.js'
import { adopt, refused, renewed, sharedEntry } from '../../../lib/flows/tokens/shared-refresh.js'
import { FailedAfterSpending, type Spender } from '../../../lib/flows/tokens/spent.js'
import { accessTokenOf, findTokenSet, mergeTokens, tokenSetOf } from '../../../lib/flows/tokens/token-sets.js'
import { MemoryRefreshStore, type RefreshStore, type SessionData } from '../../../lib/stores/index.js'
import type { AccessToken } from '../../../types/tokens.js'

const secrets = ['the first secret, of 32 characters', 'the second one, as long as the first']
const wanted = { audience: 'https://api.example.com', scope: '' }

/** What a session's cookies hold. */
function session (refreshToken = 'rt-0', changes: Partial<SessionData['record']> = {}): SessionData {
  return {
    record: {
      id: 'session-1',
      version: 1,
      user: { sub: 'auth0|ada' },
      domain: 'acme.eu.auth0.com',
      issuer: 'https://acme.eu.auth0.com/',
      createdAt: 1000,
      updatedAt: 1000,
      ...changes
    },
    tokens: { id: 'session-1', version: 1, refreshToken, tokenSets: [], connectionTokenSets: [] }
  }
}

/** A tenant that rotates refresh tokens without an overlap, and the processes that use it. */
class World {
  now = 1_800_000_000
  calls: string[] = []
  /** Whether a refresh brings a new refresh token. */
  rotates = true
  /** Instead of an answer. */
  failure: unknown
  /** Resolves what a call waits for. */
  held: Promise<void> = Promise.resolve()
  warnings: string[] = []
  #valid = 'rt-0'
  readonly store = new MemoryRefreshStore({ now: () => this.now })

  sharing (changes: Partial<RefreshSharingOptions> = {}) {
    return createRefreshSharing({
      store: this.store,
      onError: 'fail',
      secrets,
      clientId: 'client-1',
      timeout: 1,
      lease: { leaseSeconds: 5, waitSeconds: 2 },
      now: () => this.now,
      warn: code => this.warnings.push(code),
      ...changes
    })
  }

  process (changes: Partial<RefreshSharingOptions> = {}) {
    const sharing = this.sharing(changes)
    return async (from = session(), audience = wanted.audience) =>
      await sharing.spend(this.spender(audience), from, undefined)
  }

  spender (audience = wanted.audience): Spender<AccessToken> {
    return {
      kept: ({ tokens }) => {
        const found = findTokenSet(tokens.tokenSets, { audience, scope: '', preferredScope: '' }, this.now, 30)
        return found && accessTokenOf(found)
      },
      call: async ({ tokens }) => {
        const { refreshToken } = tokens
        if (refreshToken === undefined) throw new AccessTokenError('missing_refresh_token', 'none')
        this.calls.push(refreshToken)
        await this.held
        if (this.failure !== undefined) throw this.failure
        if (refreshToken !== this.#valid) throw refusedRefresh(invalidGrant())
        const response = {
          access_token: `at-${this.calls.length}`,
          token_type: 'Bearer',
          expires_in: 120,
          ...this.rotates && { refresh_token: this.#valid = `rt-${this.calls.length}` }
        }
        const set = tokenSetOf(response, { audience, scope: '', now: this.now })
        return {
          result: accessTokenOf(set),
          next: ({ record, tokens }) => ({ record, tokens: mergeTokens(tokens, set, response, this.now, false) })
        }
      },
      refused: refusedRefresh
    }
  }
}

function invalidGrant (): ApiError {
  return new ApiError({ code: 'invalid_grant', message: 'Unknown or invalid refresh token.', status: 403 })
}

t.test('processes that spend one token make one call, at the same time and later', async t => {
  const world = new World()
  const processes = [world.process(), world.process(), world.process()]
  const burst = await Promise.all(processes.map(async spend => await spend()))
  world.now += 80
  const late = await world.process()()
  t.strictSame(world.calls, ['rt-0'])
  for (const { result, next } of [...burst, late]) {
    t.equal(result.accessToken, 'at-1')
    const { tokens } = next!(session())
    t.equal(tokens.refreshToken, 'rt-1', 'every response brings the new token')
    t.equal(tokens.tokenSets[0]!.accessToken, 'at-1')
  }
})

t.test('a token that was followed by others leads to the newest', async t => {
  const world = new World()
  for (const audience of [wanted.audience, 'https://b.example.com', 'https://c.example.com']) {
    await world.process()(session('rt-0'), audience)
    world.now += 1
  }
  t.strictSame(world.calls, ['rt-0', 'rt-1', 'rt-2'], 'each audience needs a call, with the newest token')
  const { result, next } = await world.process()(session('rt-0'))
  t.equal(result.accessToken, 'at-1')
  const { tokens } = next!(session('rt-0'))
  t.equal(tokens.refreshToken, 'rt-3', 'not the one in the middle, which was spent')
  t.strictSame(tokens.tokenSets.map(({ accessToken }) => accessToken), ['at-3', 'at-2', 'at-1'])
  t.equal(world.calls.length, 3)
})

t.test('a token that is not rotated serves each audience once', async t => {
  const world = new World()
  world.rotates = false
  const audiences = ['https://a.example.com', 'https://b.example.com']
  for (let round = 0; round < 3; round++) {
    for (const audience of audiences) await world.process()(session(), audience)
  }
  t.strictSame(world.calls, ['rt-0', 'rt-0'])
})

t.test('a result is kept as long as its access token, and no longer', async t => {
  const world = new World()
  await world.process()()
  world.now += 121
  world.failure = new NetworkError('down')
  await t.rejects(world.process()(), { code: 'network_error' })
  t.strictSame(world.calls, ['rt-0', 'rt-0'])
})

t.test('a refusal is shared for seconds, a failure that may pass is not', async t => {
  const world = new World()
  world.failure = refusedRefresh(invalidGrant())
  for (let n = 0; n < 3; n++) {
    const error = await world.process()().catch((error: unknown) => error) as AccessTokenError
    t.match(error, { code: 'failed_to_refresh_token', cause: { code: 'invalid_grant', status: 403 } })
  }
  t.equal(world.calls.length, 1)
  world.now += 11
  await t.rejects(world.process()())
  t.equal(world.calls.length, 2, 'for seconds only')

  const other = new World()
  for (const failure of [new NetworkError('down'), new ApiError({ code: 'server_error', message: 'x', status: 503 })]) {
    other.failure = failure
    await t.rejects(other.process()(), failure)
  }
  other.failure = undefined
  t.equal((await other.process()()).result.accessToken, 'at-3', 'the next one tries by itself')
})

t.test('what a call brought is shared although its caller gets an error', async t => {
  const world = new World()
  const failing: Spender<AccessToken> = {
    ...world.spender(),
    call: async (current, signal) => {
      const { next } = await world.spender().call(current, signal)
      throw new FailedAfterSpending(new AccessTokenError('incorrect_audience', 'x'), next!)
    }
  }
  const error = await world.sharing().spend(failing, session(), undefined).catch((error: unknown) => error)
  t.match(error, { error: { code: 'incorrect_audience' } })
  t.equal((await world.process()()).next!(session()).tokens.refreshToken, 'rt-1', 'the old token is not sent again')
  t.strictSame(world.calls, ['rt-0'])
})

t.test('how long others learn what became of a token', async t => {
  const world = new World()
  let tokens = 0
  const times = async (expiresAt: number, error?: unknown) => {
    const kept: number[] = []
    const store: RefreshStore = {
      get: name => world.store.get(name),
      lock: (name, seconds) => world.store.lock(name, seconds),
      set: (name, value, seconds) => {
        kept.push(seconds)
        return world.store.set(name, value, seconds)
      }
    }
    const spender: Spender<{ expiresAt: number }> = {
      kept: () => undefined,
      call: async () => {
        if (error !== undefined) throw error
        return { result: { expiresAt }, next: saved => saved }
      },
      refused: refusedRefresh
    }
    await world.sharing({ store }).spend(spender, session(`timed-${++tokens}`), undefined).catch(() => {})
    return kept
  }
  const { now } = world
  const month = 30 * 86_400
  t.strictSame([await times(now + 120), await times(now + 120.9)], [[120], [120]])
  t.strictSame([await times(now + month), await times(now + month + 1)], [[month], [month]], 'a month at most')
  t.strictSame([await times(now + 1), await times(now + 0.5), await times(now - 5)], [[1], [1], [1]],
    'a second at least')
  t.strictSame(await times(0), [60], 'nobody knows until when')
  t.strictSame(await times(0, refusedRefresh(invalidGrant())), [10], 'a refusal')
  t.strictSame(await times(0, new FailedAfterSpending(new Error('x'), 'end')), [10])
  t.strictSame(await times(0, new FailedAfterSpending(new Error('x'), saved => saved)), [60])
  t.strictSame(await times(0, new NetworkError('down')), [])
})

t.test('what is asked of the store, and that nothing is sent where another process was faster', async t => {
  const asked: string[] = []
  const listen = (message: unknown) => {
    const { store, operation } = message as { store: string, operation: string }
    asked.push(`${store} ${operation}`)
  }
  subscribe('tracing:fastify-auth0:store:start', listen)
  t.teardown(() => unsubscribe('tracing:fastify-auth0:store:start', listen))
  const spends = async (world: World, changes: Partial<RefreshSharingOptions> = {}, spender = world.spender(),
    from = session()) => {
    asked.length = 0
    const spent = await world.sharing(changes).spend(spender, from, undefined)
    return { ...spent, asked: asked.map(what => what.replace('refresh ', '')) }
  }
  t.strictSame((await spends(new World())).asked, ['get', 'lock', 'get', 'set'])

  const result = { accessToken: 'theirs', tokenType: 'Bearer', scope: '', expiresAt: 0 } as const
  const unchanged = await spends(new World(), {}, { ...new World().spender(), call: async () => ({ result }) })
  t.strictSame(unchanged, { result, asked: ['get', 'lock', 'get'] }, 'nothing new to tell of')

  const without = session()
  delete without.tokens.refreshToken
  await t.rejects(spends(new World(), {}, undefined, without), { code: 'missing_refresh_token' })
  t.strictSame(asked, [], 'nothing to share')

  for (const isFree of [true, false]) {
    const world = new World()
    const store: RefreshStore = {
      get: name => world.store.get(name),
      set: (name, value, seconds) => world.store.set(name, value, seconds),
      lock: (name, seconds) => {
        const set = tokenSetOf({ access_token: 'theirs', token_type: 'Bearer', expires_in: 120 },
          { ...wanted, now: world.now })
        const before = session()
        const entry = sharedEntry({ secrets, clientId: 'client-1', now: () => world.now }, 'rt-0')
        const after = { ...before, tokens: { ...before.tokens, refreshToken: 'rt-9', tokenSets: [set] } }
        world.store.set(entry.name, entry.seal(renewed(before, after)), 60)
        return isFree ? world.store.lock(name, seconds) : undefined
      }
    }
    const spent = await spends(world, { store, lease: { leaseSeconds: 5, waitSeconds: 0.1 } })
    t.match(spent, { result: { accessToken: 'theirs' }, asked: ['get', 'lock', 'get', 'get', 'get'] })
    t.strictSame(world.calls, [], isFree ? 'it is asked again under the lock' : 'and while the lock is waited for')
  }
})

t.test('a store that does not take its lock back, or answers with what no process has written', async t => {
  for (const release of [() => new Promise<void>(() => {}), async () => { throw new Error('x') },
    () => { throw new Error('x') }]) {
    const world = new World()
    const store = { get: () => undefined, set: () => {}, lock: () => release } as unknown as RefreshStore
    t.match(await world.process({ store, timeout: 0.01 })(), { result: { accessToken: 'at-1' } }, String(release))
  }
  for (const value of [null, 'x', '']) {
    const world = new World()
    const store = { get: () => value, set: () => {}, lock: () => () => {} } as unknown as RefreshStore
    t.match(await world.process({ store })(), { result: { accessToken: 'at-1' } }, String(value))
  }
})

t.test('a chain of tokens is followed for sixteen links', async t => {
  const world = new World()
  const follow = async (name: string, links: number) => {
    for (let at = 0; at < links; at++) {
      const from = session(`${name}-${at}`)
      const entry = sharedEntry({ secrets, clientId: 'client-1', now: () => world.now }, `${name}-${at}`)
      const after = { ...from, tokens: { ...from.tokens, refreshToken: `${name}-${at + 1}` } }
      world.store.set(entry.name, entry.seal(renewed(from, after)), 60)
    }
    return await world.process()(session(`${name}-0`)).catch((error: unknown) => error)
  }
  t.match(await follow('short', 15), { error: { code: 'failed_to_refresh_token' } }, 'the last is sent')
  t.strictSame(world.calls, ['short-15'])
  t.match(await follow('long', 16), { error: { code: 'session_store_error', retryAfter: 2 } })
  t.strictSame(world.calls, ['short-15'], 'nothing is sent')
})

t.test('what is taken over of another process', async t => {
  const set = (audience: string, accessToken: string, requestedScope = '') =>
    ({ audience, accessToken, requestedScope, scope: '', tokenType: 'Bearer' as const, expiresAt: 1 })
  const before = session('rt-0')
  const shared = (tokens: object, version = 5) =>
    renewed(before, { ...before, tokens: { ...before.tokens, version, ...tokens } }) as Parameters<typeof adopt>[0]
  const saved = (tokens: object) => ({ ...before, tokens: { ...before.tokens, version: 7, ...tokens } })
  const newer = shared({ tokenSets: [set('a', 'new'), set('a', 'new', 'x')] })
  const next = adopt(newer)(saved({ tokenSets: [set('a', 'old'), set('b', 'old')] }))
  t.equal(next.tokens.version, 7)
  t.equal(adopt(shared({}, 9))(saved({})).tokens.version, 9)
  t.strictSame(next.tokens.tokenSets, [set('a', 'new'), set('a', 'new', 'x'), set('b', 'old')])
  const many = Array.from({ length: 12 }, (_, n) => set(`c${n}`, 'old'))
  t.equal(adopt(newer)(saved({ tokenSets: many })).tokens.tokenSets.length, 10)
  const connection = (loginHint: string, accessToken: string) =>
    ({ connection: 'github', loginHint, accessToken, scope: '', expiresAt: 1 })
  t.strictSame(adopt(shared({ connectionTokenSets: [connection('ada', 'new')] }))(saved({
    connectionTokenSets: [connection('ada', 'old'), connection('eve', 'old')]
  })).tokens.connectionTokenSets, [connection('ada', 'new'), connection('eve', 'old')])
  t.notOk('changed' in shared({}))
  for (const user of [{ sub: 'auth0|ada' }, { sub: 'auth0|ada', name: 'Ada' }]) {
    for (const custom of [undefined, { cart: ['book'] }]) {
      const fields = { user, ...custom !== undefined && { custom } }
      t.match(renewed(before, { ...before, record: { ...before.record, ...fields } }), { changed: fields })
    }
  }
  t.strictSame(refused(before, 'no'), { kind: 'refused', id: 'session-1', status: 400, message: 'no' })
  let time = 1000
  const entry = sharedEntry({ secrets, clientId: 'client-1', now: () => time }, 'rt-0')
  const sealedAs = (kind: string) => entry.open(entry.seal({ ...newer, kind } as never))?.kind
  t.strictSame(['renewed', 'refused', 'other'].map(sealedAs), ['renewed', 'refused', undefined])
  const sealed = entry.seal(newer)
  const opensOn = (day: number) => {
    time = day * 86_400
    return entry.open(sealed) !== undefined
  }
  t.strictSame([opensOn(31), opensOn(32)], [true, false], 'as long as an access token can live')
  t.equal(entry.name, '4ebZNlrRAb_sH78tdMYt5b1uN1-qjWIvHGHRE6b3xcc', 'as other releases name it')
})

t.test('what another process has made is kept, also when the next call fails', async t => {
  const world = new World()
  await world.process()()
  world.failure = new NetworkError('down')
  const error = await world.process()(session(), 'https://b.example.com').catch((error: unknown) => error)
  t.match(error, { error: { code: 'network_error' } })
  const kept = (error as FailedAfterSpending).next as (saved: SessionData) => SessionData
  t.equal(kept(session()).tokens.refreshToken, 'rt-1')
  world.failure = refusedRefresh(invalidGrant())
  const refused = await world.process()(session(), 'https://b.example.com').catch((error: unknown) => error)
  const dropped = (refused as FailedAfterSpending).next as (saved: SessionData) => SessionData
  t.equal(dropped(session()).tokens.refreshToken, undefined, 'a token that was refused is not kept')
  t.equal(dropped(session()).tokens.tokenSets[0]!.accessToken, 'at-1')
  const cause = new AccessTokenError('incorrect_audience', 'x')
  for (const next of ['end', (saved: SessionData) => saved] as const) {
    const other = new World()
    await other.process()()
    other.failure = new FailedAfterSpending(cause, next)
    const failed = await other.process()(session(), 'https://b.example.com')
      .catch((error: unknown) => error) as FailedAfterSpending
    t.equal(failed.error, cause)
    t.equal(typeof failed.next === 'string' ? failed.next : failed.next(session()).tokens.refreshToken,
      next === 'end' ? next : 'rt-1')
  }
})

t.test('whoever waits longer than a lease is told to come again, and sends nothing', async t => {
  const world = new World()
  let free = (): void => {}
  world.held = new Promise(resolve => {
    free = resolve
  })
  const lease = { leaseSeconds: 60, waitSeconds: 0.2 }
  const holder = world.process({ lease })()
  const waiting = await world.process({ lease })().catch((error: unknown) => error)
  t.match(waiting, { statusCode: 503, retryAfter: 2, headers: { 'retry-after': '2' } })
  t.type(waiting, SessionStoreError)
  free()
  t.equal((await holder).result.accessToken, 'at-1')
  t.equal(world.calls.length, 1)
})

t.test('a holder that died is followed when its lease ends', async t => {
  const world = new World()
  const dead = new World()
  dead.held = new Promise(() => {})
  dead.process({ store: world.store, lease: { leaseSeconds: 0.5, waitSeconds: 5 } })().catch(() => {})
  while (dead.calls.length === 0) await new Promise(resolve => setImmediate(resolve))
  const follower = world.process({ lease: { leaseSeconds: 5, waitSeconds: 20 } })()
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(world.calls, [])
  world.now += 1
  t.equal((await follower).result.accessToken, 'at-1')
})

t.test('a call ends with the lease, and where its caller gives up', async t => {
  for (const ended of ['neither', 'caller', 'lease'] as const) {
    const world = new World()
    const caller = new AbortController()
    let seen: AbortSignal | undefined
    const spender: Spender<AccessToken> = {
      ...world.spender(),
      call: async (current, signal) => {
        seen = signal
        if (ended === 'caller') caller.abort()
        if (ended === 'lease') await once(signal!, 'abort')
        return await world.spender().call(current, signal)
      }
    }
    const lease = { leaseSeconds: ended === 'lease' ? 0.01 : 5, waitSeconds: 2 }
    for (const signal of ended === 'caller' ? [caller.signal] : [undefined, caller.signal]) {
      await world.sharing({ lease }).spend(spender, session(`rt-${world.calls.length}`), signal)
      t.equal(seen?.aborted, ended !== 'neither', ended)
    }
  }
})

t.test('a call that failed is not taken for a store that is away', async t => {
  const world = new World()
  for (const failure of [new TimeoutError('late'), new SessionStoreError('not saved')]) {
    world.failure = failure
    world.calls = []
    await t.rejects(world.process({ onError: 'alone' })(), failure)
    t.strictSame(world.calls, ['rt-0'], 'made once')
  }
  t.strictSame(world.warnings, [])
})

t.test('a store that is away', async t => {
  const away: RefreshStore = {
    get: async () => await Promise.reject(new Error('ECONNREFUSED')),
    set: async () => await Promise.reject(new Error('ECONNREFUSED')),
    lock: async () => await Promise.reject(new Error('ECONNREFUSED'))
  }
  const world = new World()
  const error = await world.process({ store: away })().catch((error: unknown) => error)
  t.match(error, { statusCode: 503, code: 'session_store_error', message: /refresh store/ })
  t.strictSame(world.calls, [], 'by default nothing is sent')
  t.equal((await world.process({ store: away, onError: 'alone' })()).result.accessToken, 'at-1')
  t.strictSame(world.warnings, ['refresh_store_failed'])

  const full = new World()
  let tries = 0
  const cannotWrite: RefreshStore = {
    get: key => full.store.get(key),
    lock: (key, seconds) => full.store.lock(key, seconds),
    set: async () => {
      tries++
      throw new Error('OOM')
    }
  }
  t.equal((await full.process({ store: cannotWrite })()).result.accessToken, 'at-1', 'what was had is not lost')
  t.strictSame([tries, full.warnings], [2, ['refresh_not_shared']])
})

t.test('the store sees neither tokens nor who they are of, and any configured secret opens', async t => {
  const world = new World()
  const seen: string[] = []
  const spying: RefreshStore = {
    get: key => world.store.get(key),
    lock: (key, seconds) => {
      seen.push(key)
      return world.store.lock(key, seconds)
    },
    set: (key, value, seconds) => {
      seen.push(key, value)
      world.store.set(key, value, seconds)
    }
  }
  await world.process({ store: spying, secrets: [secrets[1]!] })()
  t.notOk(/rt-\d|at-\d|session-1|auth0\|ada/.test(seen.join(' ')))
  t.notOk(/rt-\d|at-\d|session-1/.test(seen.flatMap(text =>
    text.split('.').map(part => Buffer.from(part, 'base64url').toString('latin1'))).join(' ')))
  t.equal((await world.process()()).result.accessToken, 'at-1', 'sealed with what is the older secret here')
  t.equal(world.calls.length, 1)
  await t.rejects(world.process({ secrets: ['a secret that nobody else knows of!'] })(), {
    code: 'failed_to_refresh_token'
  }, 'another secret opens nothing')
  const other = new World()
  await other.process({ store: world.store })(session('rt-0', { id: 'session-2' }))
  t.strictSame(other.calls, ['rt-0'], 'another session takes nothing over')
})

t.test('fields the application has written since are not overwritten', async t => {
  const world = new World()
  const renewing: Spender<AccessToken> = {
    ...world.spender(),
    call: async (current, signal) => {
      const { result, next } = await world.spender().call(current, signal)
      return {
        result,
        next: saved => {
          const after = next!(saved)
          return { ...after, record: { ...after.record, user: { sub: 'auth0|ada', name: 'Ada' } } }
        }
      }
    }
  }
  await world.sharing().spend(renewing, session(), undefined)
  const { next } = await world.process()()
  t.equal(next!(session()).record.user.name, 'Ada')
  const cart = session('rt-0', { version: 2, custom: { cart: ['book'] } })
  t.strictSame(next!(cart).record, cart.record)
})
