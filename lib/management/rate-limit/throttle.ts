import { sleep as realSleep, type Sleep } from '../../base/sleep.js'

/** How fast a client may ask. */
export interface ThrottleOptions {
  /** Requests per second over time. */
  perSecond: number
  /** Requests that may go out at once. Default: `perSecond`, at least 1. */
  burst?: number | undefined
}

/** Waits for the next free slot. Slots are given out in the order they are asked for (generic cell rate algorithm). */
export function createThrottle (
  { perSecond, burst = Math.max(1, perSecond) }: ThrottleOptions,
  now: () => number,
  sleep: Sleep = realSleep
): (signal?: AbortSignal) => Promise<void> {
  const interval = 1 / perSecond
  const tolerance = interval * (burst - 1)
  let due = 0
  return async signal => {
    const at = now()
    due = Math.max(due, at)
    const wait = due - tolerance - at
    due += interval
    if (wait > 0) await sleep(wait, signal)
  }
}
