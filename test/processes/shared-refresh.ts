import { TOKEN_LIFETIME, type Deployment } from './deployment.js'
import type { Visitor } from './visitor.js'

/** What came of requests on an expired access token. */
export interface Outcome {
  calls: number
  failures: number
  /** Answers by status and code. */
  answers: Record<string, number>
  /** Whether the tenant has ended the family of refresh tokens, so that the user must log in again. */
  revoked: boolean
}

/** When the process dies that makes the call. */
export type Death = 'none' | 'before' | 'after'

/** How requests come. */
export type Arrival = 'burst' | 'spread'

/** Milliseconds over which spread requests come. */
const SPREAD = 400

/**
 * Some requests of one browser, all with the cookies from before, reach all processes with an expired access token.
 * With `death` the first process gets one before the others, and is killed while its call is under way.
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
  const visitor = await deployment.visitor(store).login(`user-${user}@example.com`)
  await deployment.advance(TOKEN_LIFETIME)
  const before = tokenCalls(deployment)
  let alive = processes
  if (death !== 'none') {
    const [first, ...rest] = processes
    const stuck = first!.stuck
    // Never answered: the process is killed.
    visitor.copy().get(`/token?stuck=${death}`, { port: first!.ports[store] }).catch(() => {})
    while (first!.stuck === stuck) await new Promise(resolve => setTimeout(resolve, 5))
    await first!.end('SIGKILL')
    alive = rest
  }
  const answers: Record<string, number> = {}
  await Promise.all(Array.from({ length: requests }, async (_, n) => {
    if (arrival === 'spread') await new Promise(resolve => setTimeout(resolve, n * SPREAD / requests))
    const port = alive[n % alive.length]!.ports[store]
    const { status, code } = await visitor.copy().json<{ code?: string }>('/token', port)
    const name = status === 200 ? '200' : `${status} ${code}`
    answers[name] = (answers[name] ?? 0) + 1
  }))
  const calls = tokenCalls(deployment) - before
  const failures = requests - (answers['200'] ?? 0)
  const ports = alive.map(one => one.ports[store]!)
  return { calls, failures, answers, revoked: await isRevoked(deployment, visitor.copy(), ports) }
}

/** Whether the user must log in again: a browser takes the new cookies over, and renews its token once more. */
async function isRevoked (deployment: Deployment, browser: Visitor, ports: readonly number[]): Promise<boolean> {
  await browser.json('/token', ports[0])
  await deployment.advance(TOKEN_LIFETIME)
  return (await browser.json('/token', ports.at(-1))).status !== 200
}

export function tokenCalls ({ tenant }: Deployment): number {
  return tenant.requests.filter(({ path }) => path === '/oauth/token').length
}
