/** The time of this machine, in epoch seconds: the clock wherever no other one is given. */
export function systemClock (): number {
  return Date.now() / 1000
}
