/**
 * The CPU time of the cheapest of a few runs, in milliseconds.
 * Neither what other programs do meanwhile nor a machine that stands still counts: a run that is dear for
 * another reason is dear each time.
 */
export async function leastCpuTime (work: () => unknown, runs = 7): Promise<number> {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    const started = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(started)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
