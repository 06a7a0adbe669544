import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Visitor } from '../fixtures/visitor.js'
import { ask, type AppProcess } from './deployment.js'
import type { Faults } from './store-faults.js'

/** What came of a deployment under faults. */
export interface Endured {
  requests: number
  logins: number
  logouts: number
  /** Requests that failed while something was wrong. */
  explained: number
  /** Sessions that a fault took along. */
  lost: number
  faults: Faults['counts']
  /** Answers with another user's canary, and sessions that were alive after their logout. */
  swaps: number
  revived: number
  /** Failures that no fault explains. */
  errors: Record<string, number>
  unhandled: number
  /** Bytes, and open handles, by process after a forced collection at the end of each third. */
  heaps: number[][]
  handles: number[][]
}

class Ended extends Error {}

/** What a visitor does. */
export interface Person extends Pick<Visitor<Answer>, 'login' | 'call'> {
  copy(): Pick<Visitor<Answer>, 'call'>
}

/** What is tried: visitors of a site, and the processes behind it. */
export interface Endurable {
  visitor(store: string): Person
  processes: readonly Pick<AppProcess, 'order'>[]
}

/** What goes wrong meanwhile. */
export type ExplainingFaults = Pick<Faults, 'one' | 'counts' | 'explains' | 'mayHaveLost'>

/**
 * People log in, use the application and log out on two processes, while stores and tenant fail at random.
 * An answer of 503 counts as explained where a fault overlaps with the request, and 401 where one overlaps with the
 * session; whatever else is not as it should be counts as an error.
 */
export async function endure (deployment: Endurable, { store, seconds, people, faults }: {
  store: 'redis' | 'postgres', seconds: number, people: number, faults: ExplainingFaults
}): Promise<Endured> {
  const result: Endured = {
    requests: 0,
    logins: 0,
    logouts: 0,
    explained: 0,
    lost: 0,
    faults: {},
    swaps: 0,
    revived: 0,
    errors: {},
    unhandled: 0,
    heaps: [],
    handles: []
  }
  const end = performance.now() + seconds * 1000

  const wrong = (what: string): void => {
    result.errors[what] = (result.errors[what] ?? 0) + 1
  }

  /** Asks once; `undefined` where a fault explains that it failed. */
  async function asked<T> (what: string, work: () => Promise<T>): Promise<T | undefined> {
    const begun = performance.now()
    result.requests++
    try {
      return await work()
    } catch (error) {
      const { message, cause } = error as Error
      if (faults.explains(begun, performance.now())) result.explained++
      else wrong(`${what}: ${message} ${(cause as Error | undefined)?.message ?? ''}`)
      return undefined
    }
  }

  /** @throws Ended when the session is gone */
  async function use (visitor: Person, n: number, path: string, since: number): Promise<void> {
    const answer = await asked(path, async () => {
      const answer = await ask<{ canary?: string, code?: string }>(visitor, path)
      if (answer.status !== 200 && answer.status !== 401) throw new Error(`${answer.status} ${answer.code}`)
      return answer
    })
    if (answer?.status === 401) {
      if (faults.mayHaveLost(since)) result.lost++
      else wrong(`${path} 401 ${answer.code}`)
      throw new Ended()
    }
    if (answer !== undefined && answer.canary !== `canary-${n}`) result.swaps++
  }

  async function life (n: number): Promise<void> {
    const visitor = deployment.visitor(store)
    const since = performance.now()
    if (await asked('login', async () => await visitor.login({ user: `user-${n}@example.com` })) === undefined) {
      await wait(100)
      return
    }
    result.logins++
    for (let round = 0; round < 20 && performance.now() < end; round++) {
      const used = await Promise.allSettled(['/me', '/token', '/me'].map(path => use(visitor, n, path, since)))
      if (used.some(one => one.status === 'rejected')) return
      await wait(20)
    }
    const kept = visitor.copy()
    const left = await asked('logout', async () => {
      const { statusCode } = await visitor.call('/auth/logout')
      if (statusCode !== 200) throw new Error(String(statusCode))
      return statusCode
    })
    if (left === undefined) return
    result.logouts++
    const after = await asked('after logout', async () => {
      const { status } = await ask(kept, '/me')
      if (status !== 200 && status !== 401) throw new Error(String(status))
      return status
    })
    if (after === 200) result.revived++
  }

  const lives = Promise.all(Array.from({ length: people }, async (_, n) => {
    while (performance.now() < end) await life(n)
  }))
  for (let third = 1; third <= 3; third++) {
    const until = end - seconds * 1000 * (3 - third) / 3
    // Heaps are compared from the end of the second third on: no process may be younger.
    while (performance.now() < until) await faults.one(third === 1)
    const reports = await Promise.all(deployment.processes.map(async one => await one.order({ type: 'collect' })))
    result.heaps.push(reports.map(({ heapUsed }) => heapUsed))
    result.handles.push(reports.map(({ handles }) => handles))
    result.unhandled = reports.reduce((sum, { unhandled }) => sum + unhandled, 0)
  }
  await lives
  return { ...result, faults: faults.counts }
}
