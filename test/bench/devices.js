import { median, startChild } from './child.js'
import { loadFor } from './load.js'
import { goalMet, rounds, SECONDS } from './rounds.js'

/** Share that a session which is bound to a device may cost more than one that is not. */
const GOAL = 0.03
/** Processes of one and the same server differ by more than what is looked for: each kind has several. */
const PROCESSES = 3
const KINDS = [
  { name: 'without deviceBound', variant: 'hit' },
  { name: 'deviceBound, not bound', variant: 'unbound' },
  { name: 'bound to devices', variant: 'bound' }
]

/** A guarded page for sessions bound to devices, against as many that are not: CPU of the server per request. */
export async function run () {
  console.log('\nSessions bound to devices: CPU of the server per guarded request, %d processes of each kind', PROCESSES)
  for (const sessions of [1, 1000]) {
    const servers = []
    for (let process = 0; process < PROCESSES; process++) {
      for (const { variant } of KINDS) servers.push(await startChild('./page-server.js', { variant, sessions }))
    }
    const results = await rounds(servers, server => loadFor(server.url, server.headers, SECONDS))
    const costs = KINDS.map((_, kind) => together(results.filter((_, i) => i % KINDS.length === kind)))
    KINDS.forEach(({ name }, kind) => {
      const more = median(costs[kind].map((cost, round) => cost / costs[0][round])) - 1
      const said = kind === 0 ? '' : `   ${(more * 100).toFixed(1)} % more${goalMet(GOAL, more <= GOAL)}`
      console.log(`  ${`${sessions.toLocaleString('en')} ${name}`.padEnd(44)} ${median(costs[kind]).toFixed(1)} µs${said}`)
    })
    for (const server of servers) server.stop()
  }
}

/** What a request cost the process of one kind that is in the middle, by round. */
function together (results) {
  return results[0].costs.map((_, round) => median(results.map(({ costs }) => costs[round])))
}
