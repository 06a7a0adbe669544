import { median } from './child.js'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7)
/** Seconds a server is loaded per round. */
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 1)
/** What each server does at most before it is measured. */
const WARM_UP = { requests: 30_000, seconds: 5 }
/** A run in which the server had less of its core is repeated: the load, or somebody else, was in its way. */
const BUSY = 0.9
const ATTEMPTS = 2

/**
 * Loads several servers in turn, shuffled anew in each round, and says what a request cost each of them: CPU time of
 * all its threads over the requests done. What is compared are the ratios within a round, and their median.
 * Before that every server answers requests until the compiler is done with it.
 * @param load asks a server for `SECONDS`; answers with numbers, `requests` among them
 * @param references how many of the servers, from the first on, the others are compared with: processes of one and the
 * same server differ by some percent
 * @param groupOf what a server has in common with those of the references that it is compared with
 * @returns per server `costs`, microseconds per request of each round, `perRequest`, their median, `ratio` of what a
 * request cost the references on the average (median, lowest, highest), `busy`, the share of its core it had, and what
 * `load` answered, summed up
 */
export async function rounds (servers, load, references = 1, groupOf = () => 0) {
  const costs = servers.map(() => [])
  const shares = servers.map(() => [])
  const totals = servers.map(() => ({}))
  for (const server of servers) {
    const end = performance.now() + WARM_UP.seconds * 1000
    for (let served = 0; served < WARM_UP.requests && performance.now() < end;) served += (await load(server)).requests
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of shuffled(servers.length)) {
      const { cost, busy, done } = await measured(servers[i], load)
      costs[i].push(cost)
      shares[i].push(busy)
      for (const [name, count] of Object.entries(done)) totals[i][name] = (totals[i][name] ?? 0) + count
    }
  }
  const reference = (round, server) => {
    const compared = costs.filter((_, i) => i < references && groupOf(servers[i]) === groupOf(server))
    return compared.reduce((sum, ofServer) => sum + ofServer[round], 0) / compared.length
  }
  return totals.map((total, i) => {
    const ratios = costs[i].map((cost, round) => reference(round, servers[i]) / cost)
    const ratio = { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
    return { ...total, costs: costs[i], perRequest: median(costs[i]), ratio, busy: median(shares[i]) }
  })
}

/** The run in which the server had most of its core. */
async function measured (server, load) {
  let best = { busy: 0 }
  for (let attempt = 0; attempt < ATTEMPTS && best.busy < BUSY; attempt++) {
    const before = await server.cpu()
    const begun = performance.now()
    const done = await load(server)
    const elapsed = (performance.now() - begun) * 1000
    const spent = await server.cpu() - before
    if (spent / elapsed > best.busy) best = { busy: spent / elapsed, cost: spent / done.requests, done }
  }
  return best
}

export const header = title =>
  console.log('\n%s: CPU of the server per request, and the median ratio of %d interleaved rounds', title, ROUNDS)

/**
 * Each of the bare servers with one header, and each with many: a server that reads the next header every time is
 * slower. Those that are compared with them come behind.
 */
export const bareBefore = (bare, one, many) =>
  [one, many].flatMap(headers => bare.map(server => Object.assign({}, server, { headers })))

/** Names the rows of `bareBefore`. */
export const bareRows = bare =>
  ['one Cookie header', 'many Cookie headers'].flatMap(headers =>
    bare.map((_, i) => ({ name: i === 0 ? `bare route, ${headers}` : 'the same once more: what is noise' })))

/** Tells the bare servers with one header from those with many. */
export const hasMany = ({ headers }) => headers.length > 1

/** What is said of a goal; nothing where there is none. */
export const goalMet = (goal, met) => goal === undefined ? '' : ` (goal ${goal}: ${met ? 'met' : 'MISSED'})`

/** Prints a server's cost beside that of the first one. */
export function row ({ name, goal }, { perRequest, ratio, busy, refused = 0 }, more = '') {
  console.log(
    `  ${name.padEnd(44)} ${perRequest.toFixed(1).padStart(7)} µs   ${ratio.median.toFixed(3)} of bare ` +
      `(${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)}, ${Math.round(busy * 100)} % busy)` +
      `${goalMet(goal, ratio.median >= goal)}${more}${refused > 0 ? `   ${refused} REFUSED` : ''}`
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
