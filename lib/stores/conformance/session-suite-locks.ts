import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStore } from '../../../types/stores.js'
import { random, type Requirement } from './session-suite-material.js'

const LEASE = { leaseSeconds: 60, waitSeconds: 30 }
const idle = async (): Promise<void> => {}

/** A store without `lock` passes: the lock is not part of what is demanded. */
export function lockRequirements (requirement: Requirement): void {
  const locking = (name: string, check: (lock: NonNullable<SessionStore['lock']>) => Promise<void>): void => {
    requirement(name, async store => {
      if (store.lock !== undefined) await check(store.lock.bind(store) as NonNullable<SessionStore['lock']>)
    })
  }

  locking('gives what the work under a lock came to', async lock => {
    assert.equal(await lock(random(), LEASE, async () => 42), 42)
    const failure = new Error('the work failed')
    const name = random()
    await assert.rejects(lock(name, LEASE, async () => {
      throw failure
    }), error => error === failure)
    assert.equal(await lock(name, { ...LEASE, waitSeconds: 5 }, async () => 'free again'), 'free again')
  })

  locking('lets one holder at a time work under a lock', async lock => {
    const name = random()
    let working = 0
    let most = 0
    await Promise.all(Array.from({ length: 5 }, async () =>
      await lock(name, LEASE, async () => {
        most = Math.max(most, ++working)
        await sleep(10)
        working--
      })))
    assert.equal(most, 1)
  })

  locking('keeps locks of different names apart', async lock => {
    await lock(random(), LEASE, async () => {
      await lock(random(), { ...LEASE, waitSeconds: 0 }, idle)
    })
  })

  locking('rejects with a TimeoutError when a lock is not free in time', async lock => {
    const name = random()
    await lock(name, LEASE, async () => {
      await assert.rejects(lock(name, { ...LEASE, waitSeconds: 0.1 }, idle), { name: 'TimeoutError', code: 'timeout' })
    })
  })

  locking('tells the work to stop as its lease ends, and gives the lock to the next', async lock => {
    const name = random()
    await lock(name, { leaseSeconds: 0.5, waitSeconds: 30 }, async signal => {
      assert.equal(signal.aborted, false)
      const stopped = once(signal, 'abort')
      await lock(name, LEASE, async () => {
        await stopped
      })
    })
  })

  locking('does not let who overstayed the lease free the lock of the next', async lock => {
    const name = random()
    let leave = (): void => {}
    let overstayed: Promise<void> | undefined
    await new Promise<void>((resolve, reject) => {
      overstayed = lock(name, { leaseSeconds: 0.5, waitSeconds: 30 }, async () => {
        resolve()
        await new Promise<void>(resolve => {
          leave = resolve
        })
      })
      overstayed.catch(reject)
    })
    await lock(name, LEASE, async () => {
      leave()
      await overstayed
      await assert.rejects(lock(name, { leaseSeconds: 1, waitSeconds: 0.1 }, idle), { code: 'timeout' })
    })
  })
}
