import { Redis } from 'ioredis'
import pg from 'pg'
import t, { type Test } from 'tap'
import { PostgresSessionStore, RedisSessionStore, type SessionEntry, type SessionStore } from '../../lib/stores/index.js'
import { isSessionCookie, sessionCookiesSet, World } from '../hostile/app.js'
import type { Browser } from '../hostile/browser.js'
import { canaryUser } from '../hostile/idp.js'
import { startFaultyProxy, type FaultyProxy } from '../servers/faulty-proxy.js'
import { startPostgres, withoutPostgres } from '../servers/postgres.js'
import { startRedis, withoutRedis } from '../servers/redis.js'

t.setTimeout(500_000)

/** A real server behind a proxy, and a store over it. */
interface Backend {
  proxy: FaultyProxy
  createStore (now: () => number, fault: Fault): SessionStore
  /** Forgets all sessions, behind the proxy's back. */
  empty (): Promise<void>
}

/** Whether waiting is what is tested; where it is not, a busy machine may take its time. */
const impatient = (fault: Fault): boolean => fault === 'killed' || fault === 'paused'
/** Milliseconds that a store is paused. */
const PAUSE = 10_000
const steps = ['login', 'read', 'refresh', 'refresh, after the token call', 'logout'] as const
const faults = ['killed', 'paused', 'restarted empty', 'stale'] as const
type Step = typeof steps[number]
type Fault = typeof faults[number]

/** What the person at whom the fault is aimed is told. */
const expected: Record<Fault, Record<Step, number[]>> = {
  killed: { login: [503], read: [503], refresh: [503], 'refresh, after the token call': [503], logout: [503] },
  paused: { login: [503], read: [503], refresh: [503], 'refresh, after the token call': [503], logout: [503] },
  // a session that is gone is a login to come; a connection that broke under a command may be told
  'restarted empty': { login: [302, 503], read: [401, 503], refresh: [401, 503], 'refresh, after the token call': [401, 503], logout: [302, 503] },
  stale: { login: [302], read: [200], refresh: [200, 401], 'refresh, after the token call': [200, 401], logout: [302] }
}

/** Answers reads with what was there when the fault began; writes go to the server. */
function forgetful (store: SessionStore): SessionStore & { stale: boolean } {
  const remembered = new Map<string, SessionEntry>()
  const forgetful = Object.create(store) as SessionStore & { stale: boolean }
  forgetful.stale = false
  forgetful.create = async (key, entry) => {
    if (!forgetful.stale) remembered.set(key, entry)
    await store.create(key, entry)
  }
  for (const name of ['update', 'touch', 'delete', 'deleteWhere', 'list', 'lock'] as const) {
    forgetful[name] = (store[name] as (...args: unknown[]) => never).bind(store)
  }
  forgetful.get = async key => {
    if (forgetful.stale) return remembered.get(key)
    const entry = await store.get(key)
    if (entry !== undefined) remembered.set(key, entry)
    return entry
  }
  return forgetful
}

const unhandled: unknown[] = []
process.on('unhandledRejection', reason => { unhandled.push(reason) })

async function table (t: Test, name: string, backend: Backend): Promise<void> {
  for (const fault of faults) {
    for (const step of steps) await t.test(`${name} ${fault}, at ${step}`, async t => await row(t, name, backend, fault, step))
  }
}

async function row (t: Test, name: string, backend: Backend, fault: Fault, step: Step): Promise<void> {
  const store = forgetful(backend.createStore(() => world.clock.now, fault))
  const world: World = new World({ plugin: { sessionStore: store, sessionConfiguration: { inactivityDuration: 400_000, absoluteDuration: 800_000, storeTimeout: impatient(fault) ? 0.25 : 30 } } })
  await world.app.ready()
  try {
    const ada = await eventually(async () => await member(world, 'auth0|ada'))
    const bob = await eventually(async () => await member(world, 'auth0|bob'))
    const strike = async (): Promise<void> => {
      if (fault === 'killed') backend.proxy.cut()
      if (fault === 'paused') backend.proxy.stall()
      if (fault === 'stale') store.stale = true
      if (fault === 'restarted empty') {
        await backend.empty()
        backend.proxy.reset()
      }
    }

    const kept = ada.copy()
    const act = await prepare(world, ada, step, strike)
    const begun = performance.now()
    const [response, ...bystanders] = await Promise.all([act(), bob.copy().call('/private'), world.browser().call('/')])
    const took = performance.now() - begun
    t.ok(expected[fault][step].includes(response.statusCode), `${response.statusCode}: ${response.body}`)
    t.ok(took < 10_000, `bounded: ${Math.round(took)} ms`)
    if (response.statusCode === 503) {
      t.strictSame(sessionCookiesSet(response), [], 'no session with an error')
      t.equal(response.headers['retry-after'], '5')
    }
    if (fault === 'paused') await whilePaused(t, bob, begun + PAUSE)
    if (step === 'logout') t.strictSame(ada.names().filter(isSessionCookie), [], 'the browser forgets the session, whatever the store says')
    t.equal(bystanders[1]?.statusCode, 200, 'a route without a guard is unharmed')
    t.ok([200, 401, 503].includes(bystanders[0]!.statusCode))
    if (bystanders[0]?.statusCode === 200) t.equal(bystanders[0].json().sub, 'auth0|bob', 'never a wrong user')

    store.stale = false
    backend.proxy.heal()
    const healed = performance.now()
    const newcomer = await eventually(async () => await member(world, 'auth0|cy'))
    const recovery = performance.now() - healed
    t.equal((await settled(newcomer, '/private')).json().sub, 'auth0|cy', 'recovers without a restart')
    for (const [browser, sub] of [[ada, step === 'login' ? 'auth0|eve' : 'auth0|ada'], [kept, 'auth0|ada'], [bob, 'auth0|bob']] as const) {
      const after = await settled(browser, '/private')
      t.ok(after.statusCode === 401 || (after.statusCode === 200 && after.json().sub === (browser === ada && response.statusCode !== 302 ? 'auth0|ada' : sub)), `never a wrong user: ${after.statusCode} ${after.body}`)
    }
    if (response.statusCode === 302) t.equal((await settled(kept, '/private')).statusCode, 401, 'never a session that was ended')
    if (fault !== 'restarted empty') {
      t.equal((await settled(bob, '/private')).statusCode, 200, 'whom the fault was not aimed at goes on')
      t.equal((await settled(bob, '/token')).statusCode, 200)
    }
    t.comment(`${name} ${fault}, at ${step}: ${response.statusCode} after ${Math.round(took)} ms, next login ${Math.round(recovery)} ms after the fault`)
  } finally {
    store.stale = false
    backend.proxy.heal()
    await world.app.close()
  }
}

/** Until the pause is over, nobody waits for long. */
async function whilePaused (t: Test, browser: Browser, until: number): Promise<void> {
  while (performance.now() < until) {
    const since = performance.now()
    const answers = await Promise.all([1, 2, 3].map(async () => await browser.copy().call('/private')))
    t.strictSame(answers.map(({ statusCode }) => statusCode), [503, 503, 503], 'while it lasts')
    t.ok(performance.now() - since < 10_000, 'bounded')
    await new Promise(resolve => setTimeout(resolve, 1000))
  }
}

/** A browser of a user who is logged in. */
async function member (world: World, sub: string): Promise<Browser> {
  const browser = world.browser()
  world.idp.user = { ...canaryUser, sub }
  passes(await world.login(browser))
  return browser
}

/** Gets everything ready for a step; what it returns takes it, with the fault at its place. */
async function prepare (world: World, ada: Browser, step: Step, strike: () => Promise<void>): Promise<() => ReturnType<Browser['call']>> {
  if (step === 'login') {
    world.idp.user = { ...canaryUser, sub: 'auth0|eve' }
    const path = world.back(await world.start(ada))
    return async () => { await strike(); return await ada.navigate(path, { accept: 'application/json', 'sec-fetch-site': 'cross-site' }) }
  }
  if (step === 'read') return async () => { await strike(); return await ada.call('/private') }
  if (step === 'logout') return async () => { await strike(); return await ada.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' }) }
  world.advance(86_390)
  if (step === 'refresh') return async () => { await strike(); return await ada.call('/token') }
  world.idp.defects = { answers: { token: async correct => { world.idp.defects = {}; await strike(); return correct } } }
  return async () => await ada.call('/token')
}

function passes (response: Awaited<ReturnType<Browser['call']>>): typeof response {
  if (![200, 302].includes(response.statusCode)) throw new Error(`${response.statusCode} ${response.body}`)
  return response
}

/** What a request is told once the store answers again, also on a machine that is busy. */
async function settled (browser: Browser, path: string): ReturnType<Browser['call']> {
  return await eventually(async () => {
    const response = await browser.copy().call(path)
    if (response.statusCode === 503) throw new Error(response.body)
    return response
  })
}

/** Tries for a while: connections come back when their clients notice. */
async function eventually<T> (attempt: () => Promise<T>): Promise<T> {
  for (let left = 400; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

t.test('Redis', { skip: withoutRedis }, async t => {
  const server = await startRedis()
  const proxy = await startFaultyProxy(server.port)
  const admin = new Redis(server.port, '127.0.0.1')
  const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  t.teardown(async () => {
    client.disconnect()
    await admin.quit()
    await proxy.close()
    await server.stop()
  })
  await table(t, 'Redis', { proxy, createStore: now => new RedisSessionStore({ client, now }), empty: async () => { await admin.flushall() } })
})

t.test('PostgreSQL', { skip: withoutPostgres }, async t => {
  const server = await startPostgres()
  const proxy = await startFaultyProxy(server.port)
  const admin = new pg.Pool(server.connection)
  const patientPool = new pg.Pool({ ...server.connection, port: proxy.port })
  const impatientPool = new pg.Pool({ ...server.connection, port: proxy.port, connectionTimeoutMillis: 500, query_timeout: 1000 })
  for (const pool of [patientPool, impatientPool]) pool.on('error', () => {})
  const createStore = (now: () => number, fault: Fault): PostgresSessionStore => new PostgresSessionStore({ pool: impatient(fault) ? impatientPool : patientPool, now, sweepInterval: 0 })
  await new PostgresSessionStore({ pool: admin, sweepInterval: 0 }).migrate()
  t.teardown(async () => {
    proxy.heal()
    for (const pool of [patientPool, impatientPool, admin]) await pool.end()
    await proxy.close()
    await server.stop()
  })
  await table(t, 'PostgreSQL', { proxy, createStore, empty: async () => { await admin.query('TRUNCATE auth0_sessions') } })
})

t.test('no rejection is left unhandled', async t => {
  t.strictSame(unhandled, [])
})
