import { randomBytes } from 'node:crypto'
import { sleep } from '../../base/sleep.js'
import { TimeoutError } from '../../errors.js'

/** How a lock is taken and given back; the token tells the holder from whoever comes after the lease ended. */
interface Lease {
  /** Takes the lock if it is free, for at most `leaseSeconds`; says whether it did. */
  acquire(token: string, leaseSeconds: number): Promise<boolean>
  /** Gives the lock back if `token` still holds it. */
  release(token: string): Promise<void>
}

/** The share of the lease after which `work` is told to stop, so that it ends while the lock is still held. */
const WORKING_SHARE = 0.8
const FIRST_PAUSE = 10
const LONGEST_PAUSE = 200

/** Holds the lock while `work` runs; waits by polling with jitter, so that waiters do not move in step. */
export async function withLease<T> (
  lease: Lease,
  how: { leaseSeconds: number, waitSeconds: number },
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const token = randomBytes(16).toString('base64url')
  const heldSince = await take(lease, token, how)
  const controller = new AbortController()
  const left = how.leaseSeconds * 1000 * WORKING_SHARE - (performance.now() - heldSince)
  const timer = setTimeout(() => controller.abort(new TimeoutError("The lock's lease is about to end.")),
    Math.max(0, left))
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    // What the work came to counts; a lock that could not be given back ends with its lease.
    await lease.release(token).catch(() => undefined)
  }
}

/** Returns the moment the successful attempt was sent: the lease cannot have begun before. */
async function take (lease: Lease, token: string, how: { leaseSeconds: number, waitSeconds: number }): Promise<number> {
  const deadline = performance.now() + how.waitSeconds * 1000
  let pause = FIRST_PAUSE
  let sentAt = performance.now()
  while (!await lease.acquire(token, how.leaseSeconds)) {
    const rest = deadline - performance.now()
    if (rest <= 0) throw new TimeoutError('The lock was not free in time.')
    await sleep(Math.min(rest, pause * (0.5 + Math.random())) / 1000)
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    sentAt = performance.now()
  }
  return sentAt
}
