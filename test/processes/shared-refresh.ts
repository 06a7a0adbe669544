import type { Answer, Visitor } from '../fixtures/visitor.js'
import { until } from '../until.js'
import { ask, TOKEN_LIFETIME, type Deployment } from './deployment.js'

/** What came of requests on an expired access token. */
export interface Outcome {
  calls: number
  failures: number
  /** Answers by status and code. */
  answers: Record<string, number>
  /** Whether the tenant has ended the family of refresh tokens, so that the user must log in again. */
  revoked: boolean
}

/** When the process dies that makes the call; or the store is away instead, until the requests are answered. */
export type Death = 'none' | 'before' | 'after' | 'store away'

/** How requests come. */
export type Arrival = 'burst' | 'spread'

/** Milliseconds over which spread requests come. */
const SPREAD = 400

/**
 * Some requests of one browser, all with the cookies from before, reach all processes with an expired access token.
 * With a `death` of the first process it gets one before the others, and is killed while its call is under way. The
 * store can be away where the deployment is a faulty one.
 */
export async function refreshEverywhere (deployment: Deployment,
  { store, user, requests, arrival, death = 'none' }: {
    store: string,
    user: number,
    requests: number,
    arrival: Arrival,
    death?: Death
  }): Promise<Outcome> {
  const { processes } = deployment
  const visitor = await deployment.member(store, `user-${user}@example.com`)
  await deployment.advance(TOKEN_LIFETIME)
  const before = tokenCalls(deployment)
  let alive = processes
  const proxies = Object.values(deployment.proxies).filter(proxy => proxy !== undefined)
  if (death === 'store away') {
    for (const proxy of proxies) proxy.cut()
  } else if (death !== 'none') {
    const [first, ...rest] = processes
    const stuck = first!.stuck
    // Never answered: the process is killed.
    visitor.copy().call(`/token?stuck=${death}`, {}, first!.origin(store)).catch(() => {})
    await until(() => first!.stuck > stuck)
    await first!.end('SIGKILL')
    alive = rest
  }
  const answers: Record<string, number> = {}
  await Promise.all(Array.from({ length: requests }, async (_, n) => {
    if (arrival === 'spread') await new Promise(resolve => setTimeout(resolve, n * SPREAD / requests))
    const via = alive[n % alive.length]!.origin(store)
    const { status, code } = await ask<{ code?: string }>(visitor.copy(), '/token', via)
    const name = status === 200 ? '200' : `${status} ${code}`
    answers[name] = (answers[name] ?? 0) + 1
  }))
  for (const proxy of proxies) proxy.heal()
  const calls = tokenCalls(deployment) - before
  const failures = requests - (answers['200'] ?? 0)
  const origins = alive.map(one => one.origin(store))
  return { calls, failures, answers, revoked: await isRevoked(deployment, visitor.copy(), origins) }
}

/** Whether the user must log in again: a browser takes the new cookies over, and renews its token once more. */
async function isRevoked (deployment: Deployment, browser: Visitor<Answer>,
  origins: readonly string[]): Promise<boolean> {
  await ask(browser, '/token', origins[0])
  await deployment.advance(TOKEN_LIFETIME)
  return (await ask(browser, '/token', origins.at(-1))).status !== 200
}

export function tokenCalls ({ tenant }: Deployment): number {
  return tenant.requests.filter(({ path }) => path === '/oauth/token').length
}
