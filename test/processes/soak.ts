import { ask, TOKEN_LIFETIME, type Deployment } from './deployment.js'

/** What came of a soak. */
export interface SoakResult {
  requests: number
  logins: number
  logouts: number
  /** Answers with another user's canary. */
  swaps: number
  /** Other answers than those that were due. */
  errors: Record<string, number>
  tokenCalls: number
  /** Bytes by process after a forced collection, at the end of each third. */
  heaps: number[][]
  unhandled: number
}

/**
 * Full load on two processes: each person logs in, uses the application, has their token renewed, and logs out,
 * over and over, for some seconds and `atLeast` so many requests, while time jumps past the end of the access tokens
 * now and then, never of a login under way.
 */
export async function soak (deployment: Deployment,
  options: { store: string, seconds: number, people: number, atLeast?: number }): Promise<SoakResult> {
  const { tenant, processes } = deployment
  const result: SoakResult = {
    requests: 0,
    logins: 0,
    logouts: 0,
    swaps: 0,
    errors: {},
    tokenCalls: 0,
    heaps: [],
    unhandled: 0
  }
  const third = options.seconds * 1000 / 3
  const begun = performance.now()
  const end = begun + options.seconds * 1000
  const going = (): boolean => performance.now() < end || result.requests < (options.atLeast ?? 0)

  const wrong = (what: string): void => {
    result.errors[what] = (result.errors[what] ?? 0) + 1
  }

  async function life (n: number): Promise<void> {
    while (going()) {
      const visitor = await deployment.member(options.store, `user-${n}@example.com`)
      result.logins++
      for (let round = 0; round < 20 && going(); round++) {
        const answers = await Promise.all(
          ['/me', '/token', '/me', '/token'].map(async path => ({
            path,
            ...await ask<{ canary?: string, code?: string }>(visitor, path)
          }))
        )
        for (const { path, status, canary, code } of answers) {
          result.requests++
          if (status !== 200) wrong(`${path} ${status} ${code}`)
          else if (canary !== `canary-${n}`) result.swaps++
        }
      }
      const kept = visitor.copy()
      const left = await visitor.call('/auth/logout')
      if (left.statusCode !== 200) wrong(`logout ${left.statusCode}`)
      result.logouts++
      const { status } = await ask(kept, '/me')
      if (status !== 401) wrong(`after logout ${status}`)
    }
  }

  const lives = Promise.all(Array.from({ length: options.people }, async (_, n) => {
    try {
      await life(n)
    } catch (error) {
      const { cause } = error as { cause?: { code?: string, message?: string } }
      wrong([error, cause?.code, cause?.message].filter(Boolean).join(' '))
    }
  }))
  for (let at = 1; at <= 3; at++) {
    while (performance.now() - begun < at * third) {
      await new Promise(resolve => setTimeout(resolve, Math.min(700, third / 3)))
      await deployment.advance(TOKEN_LIFETIME)
    }
    result.heaps.push(await Promise.all(processes.map(async one => (await one.order({ type: 'collect' })).heapUsed)))
  }
  await lives
  for (const one of processes) result.unhandled += (await one.order({ type: 'collect' })).unhandled
  result.tokenCalls = tenant.requests.filter(({ path }) => path === '/oauth/token').length
  return result
}

/**
 * How much the heap grew from the end of the second third to the end of the last, as a share; the worst process counts.
 */
export function growth ({ heaps: [, second = [], last = []] }: Pick<SoakResult, 'heaps'>): number {
  return Math.max(...last.map((bytes, at) => bytes / second[at]! - 1))
}
