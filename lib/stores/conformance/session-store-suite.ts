import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../base/clock.js'
import { entryRequirements, expiryRequirements } from './session-suite-entries.js'
import { lockRequirements } from './session-suite-locks.js'
import type { Check } from './session-suite-material.js'
import { ownerRequirements } from './session-suite-owners.js'
import type { SuiteCase } from './transaction-store-suite.js'
import type { Awaitable, SessionStore } from '../../../types/stores.js'

/** Options of `sessionStoreSuite()`. */
export interface SessionSuiteOptions {
  /** For a store whose clock cannot be set: expiry is waited for, which takes some seconds each time. */
  realTime?: boolean
  /** For a store that cannot find sessions by their owner, such as a bridge over a store without `all`. */
  withoutIndex?: boolean
}

/**
 * What every `SessionStore` must do. For any test runner:
 * `for (const { name, run } of sessionStoreSuite(({ now }) => new MyStore({ now }))) test(name, run)`
 * The store may be the same each time and hold other entries: keys and owners are drawn anew.
 */
export function sessionStoreSuite (
  createStore: (options: { now: () => number }) => Awaitable<SessionStore>,
  { realTime = false, withoutIndex = false }: SessionSuiteOptions = {}
): SuiteCase[] {
  const cases: SuiteCase[] = []

  function requirement (name: string, check: Check): void {
    cases.push({
      name,
      async run () {
        const begun = systemClock()
        let passed = 0
        const now = (): number => realTime ? systemClock() : begun + passed
        const moment = realTime ? 2 : 60
        const wait = async (moments: number): Promise<void> => {
          if (realTime) await sleep(moments * moment * 1000)
          else passed += moments * moment
        }
        await check(await createStore({ now }), { now, wait, moment })
      }
    })
  }

  entryRequirements(requirement)
  expiryRequirements(requirement)
  if (!withoutIndex) ownerRequirements(requirement)
  lockRequirements(requirement)
  return cases
}
