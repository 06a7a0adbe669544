/** The time of this machine, in epoch seconds: the clock wherever no other one is given. */
export function systemClock (): number {
  return Date.now() / 1000
}

/**
 * Whether a moment is less than so many seconds away. One that is ahead is of a clock that was set back: it must not
 * count until the clock is there again.
 * @param moment epoch seconds, as `now`
 */
export function isWithin (seconds: number, moment: number, now: number): boolean {
  return Math.abs(now - moment) < seconds
}
