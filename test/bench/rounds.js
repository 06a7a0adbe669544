const ROUNDS = 16
/** What each server does at most before it is measured. */
const WARM_UP = { requests: 30_000, seconds: 15 }
/** Seconds a server is loaded per round. */
export const SECONDS = 0.5

/**
 * Loads several servers in turn, shuffled anew in each round, and says what a request cost each of them: the CPU time
 * of the cheapest quarter of its rounds. Whatever else the machine does only adds to the others.
 * Before that every server answers requests until the compiler is done with it, which on a slow machine takes a while.
 * @param load asks a server for `SECONDS`; answers with numbers, `requests` among them
 * @returns per server `perRequest`, microseconds, and what `load` answered, summed up
 */
export async function rounds (servers, load) {
  const costs = servers.map(() => [])
  const totals = servers.map(() => ({}))
  for (const server of servers) {
    const end = performance.now() + WARM_UP.seconds * 1000
    for (let served = 0; served < WARM_UP.requests && performance.now() < end;) served += (await load(server)).requests
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of shuffled(servers.length)) {
      const before = await servers[i].cpu()
      const done = await load(servers[i])
      const spent = await servers[i].cpu() - before
      costs[i].push(spent / done.requests)
      for (const [name, count] of Object.entries(done)) totals[i][name] = (totals[i][name] ?? 0) + count
    }
  }
  return totals.map((total, i) => ({ ...total, perRequest: cheapestQuarter(costs[i]) }))
}

export const header = title =>
  console.log('\n%s: CPU of the server per request, the cheapest quarter of %d interleaved rounds', title, ROUNDS)

/** What is said of a goal; nothing where there is none. */
export const goalMet = (goal, met) => goal === undefined ? '' : ` (goal ${goal}: ${met ? 'met' : 'MISSED'})`

/** Prints a server's cost beside that of the first one. */
export function row ({ name, goal }, { perRequest, refused = 0 }, bare, more = '') {
  const ratio = bare.perRequest / perRequest
  console.log(
    `  ${name.padEnd(44)} ${perRequest.toFixed(1).padStart(7)} µs   ${ratio.toFixed(2)} of ` +
      `bare${goalMet(goal, ratio >= goal)}${more}${refused > 0 ? `   ${refused} REFUSED` : ''}`
  )
}

/** What a cost is when nothing disturbs: the mean of the cheapest quarter. */
export function cheapestQuarter (costs) {
  const cheapest = [...costs].sort((a, b) => a - b).slice(0, Math.ceil(costs.length / 4))
  return cheapest.reduce((sum, cost) => sum + cost, 0) / cheapest.length
}

function shuffled (length) {
  return Array.from({ length }, (_, i) => [Math.random(), i]).sort((a, b) => a[0] - b[0]).map(([, i]) => i)
}
