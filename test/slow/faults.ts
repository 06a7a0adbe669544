import type { Test } from 'tap'
import type { SessionEntry, SessionStore } from '../../lib/stores/index.js'
import { isSessionCookie, sessionCookiesSet, World } from '../hostile/app.js'
import type { Visitor } from '../fixtures/visitor.js'
import { canaryUser } from '../hostile/idp.js'
import type { FaultyProxy } from '../servers/faulty-proxy.js'

/** A real server behind a proxy, and a store over it. */
export interface Backend {
  proxy: FaultyProxy
  createStore(now: () => number): SessionStore
  /** Forgets all sessions, behind the proxy's back. */
  empty(): Promise<void>
}

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
  'restarted empty': {
    login: [302, 503],
    read: [401, 503],
    refresh: [401, 503],
    'refresh, after the token call': [401, 503],
    logout: [302, 503]
  },
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
process.on('unhandledRejection', reason => {
  unhandled.push(reason)
})

/** Each fault at each step of a session's life. */
export async function faultTable (t: Test, name: string, backend: Backend): Promise<void> {
  for (const fault of faults) {
    for (const step of steps) {
      await t.test(`${name} ${fault}, at ${step}`, async t => {
        for (let left = 10; !await row(t, name, backend, fault, step); left--) {
          if (left === 0) throw new Error('The step was never reached.')
        }
      })
    }
  }
  await t.test('no rejection is left unhandled', async t => {
    t.strictSame(unhandled, [])
  })
}

/** Says whether the step was reached: a machine that stood still may have failed the request before. */
async function row (t: Test, name: string, backend: Backend, fault: Fault, step: Step): Promise<boolean> {
  // where waiting is not what is tested, a busy machine may take its time
  const storeTimeout = fault === 'killed' || fault === 'paused' ? 2 : 30
  const store = forgetful(backend.createStore(() => world.clock.now))
  const world: World = new World({
    plugin: {
      sessionStore: store,
      sessionConfiguration: { inactivityDuration: 400_000, absoluteDuration: 800_000, storeTimeout }
    }
  })
  await world.app.ready()
  try {
    const ada = await eventually(async () => await member(world, 'auth0|ada'))
    const bob = await eventually(async () => await member(world, 'auth0|bob'))
    let struck = false
    let missed = false
    const strike = async (): Promise<void> => {
      if (missed) return
      struck = true
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
    const awake = awakeSoFar()
    const [response, ...bystanders] = await Promise.all([act(), bob.copy().call('/private'), world.browser().call('/')])
    const took = awakeSoFar() - awake
    missed = !struck
    if (missed) return false
    t.ok(expected[fault][step].includes(response.statusCode), `${response.statusCode}: ${response.body}`)
    t.ok(took < 10_000, `bounded: ${took} ms`)
    if (response.statusCode === 503) {
      t.strictSame(sessionCookiesSet(response), [], 'no session with an error')
      t.equal(response.headers['retry-after'], '5')
    }
    if (fault === 'paused') await whilePaused(t, bob, begun + PAUSE)
    if (step === 'logout') {
      t.strictSame(ada.names().filter(isSessionCookie), [], 'the browser forgets the session, whatever the store says')
    }
    t.equal(bystanders[1]?.statusCode, 200, 'a route without a guard is unharmed')
    t.ok([200, 401, 503].includes(bystanders[0]!.statusCode))
    if (bystanders[0]?.statusCode === 200) t.equal(bystanders[0].json().sub, 'auth0|bob', 'never a wrong user')

    store.stale = false
    backend.proxy.heal()
    const healed = performance.now()
    const newcomer = await eventually(async () => await member(world, 'auth0|cy'))
    const recovery = performance.now() - healed
    t.equal((await settled(newcomer, '/private')).json().sub, 'auth0|cy', 'recovers without a restart')
    for (
      const [browser, sub] of [[ada, step === 'login' ? 'auth0|eve' : 'auth0|ada'], [kept, 'auth0|ada'], [bob,
        'auth0|bob']] as const
    ) {
      const after = await settled(browser, '/private')
      t.ok(
        after.statusCode === 401 ||
          (after.statusCode === 200 &&
            after.json().sub === (browser === ada && response.statusCode !== 302 ? 'auth0|ada' : sub)),
        `never a wrong user: ${after.statusCode} ${after.body}`
      )
    }
    if (response.statusCode === 302) {
      t.equal((await settled(kept, '/private')).statusCode, 401, 'never a session that was ended')
    }
    if (fault !== 'restarted empty') {
      t.equal((await settled(bob, '/private')).statusCode, 200, 'whom the fault was not aimed at goes on')
      t.equal((await settled(bob, '/token')).statusCode, 200)
    }
    t.comment(
      `${name} ${fault}, at ${step}: ${response.statusCode} after ${took} ms, next login ${Math.round(recovery)} ms ` +
        'after the fault'
    )
    return true
  } finally {
    store.stale = false
    backend.proxy.heal()
    await world.app.close()
  }
}

const TICK = 25
let ticks = 0
setInterval(() => {
  ticks++
}, TICK).unref()

/**
 * Milliseconds that this process could run, give or take a tick: where a machine stands still, nobody can be answered.
 */
function awakeSoFar (): number {
  return ticks * TICK
}

/** Until the pause is over, nobody waits for long. */
async function whilePaused (t: Test, browser: Visitor, until: number): Promise<void> {
  while (performance.now() < until) {
    const since = awakeSoFar()
    const answers = await Promise.all([1, 2, 3].map(async () => await browser.copy().call('/private')))
    t.strictSame(answers.map(({ statusCode }) => statusCode), [503, 503, 503], 'while it lasts')
    t.ok(awakeSoFar() - since < 10_000, 'bounded')
    await new Promise(resolve => setTimeout(resolve, 1000))
  }
}

/** A browser of a user who is logged in. */
async function member (world: World, sub: string): Promise<Visitor> {
  const browser = world.browser()
  world.idp.user = { ...canaryUser, sub }
  passes(await world.login(browser))
  return browser
}

/** Gets everything ready for a step; what it returns takes it, with the fault at its place. */
async function prepare (world: World, ada: Visitor, step: Step,
  strike: () => Promise<void>): Promise<() => ReturnType<Visitor['call']>> {
  if (step === 'login') {
    world.idp.user = { ...canaryUser, sub: 'auth0|eve' }
    const path = world.back(await world.start(ada))
    return async () => {
      await strike()
      return await ada.navigate(path, { accept: 'application/json', 'sec-fetch-site': 'cross-site' })
    }
  }
  if (step === 'read') {
    return async () => {
      await strike()
      return await ada.call('/private')
    }
  }
  if (step === 'logout') {
    return async () => {
      await strike()
      return await ada.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    }
  }
  world.advance(86_390)
  if (step === 'refresh') {
    return async () => {
      await strike()
      return await ada.call('/token')
    }
  }
  world.idp.defects = {
    answers: {
      token: async correct => {
        world.idp.defects = {}
        await strike()
        return correct
      }
    }
  }
  return async () => await ada.call('/token')
}

function passes (response: Awaited<ReturnType<Visitor['call']>>): typeof response {
  if (![200, 302].includes(response.statusCode)) throw new Error(`${response.statusCode} ${response.body}`)
  return response
}

/** What a request is told once the store answers again, also on a machine that is busy. */
async function settled (browser: Visitor, path: string): ReturnType<Visitor['call']> {
  return await eventually(async () => {
    const response = await browser.copy().call(path)
    if (response.statusCode === 503) throw new Error(response.body)
    return response
  })
}

/** Tries for a while: connections come back when their clients notice. */
async function eventually<T> (attempt: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  while (true) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() - begun > 60_000) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
