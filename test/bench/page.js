import { median, startChild } from './child.js'
import { loadFor } from './load.js'
import { rounds } from './rounds.js'

const VARIANTS = [
  { name: 'bare route, same Cookie header', variant: 'bare', sessions: 0 },
  { name: 'guarded, one session', variant: 'hit', sessions: 1, goal: 0.93 },
  { name: 'guarded, 2,000 sessions', variant: 'hit', sessions: 2000, goal: 0.85 },
  { name: 'guarded, cache off', variant: 'miss', sessions: 2000, goal: 0.58 },
  { name: 'guarded, activity written on every request', variant: 'rolling', sessions: 2000 },
  { name: '@fastify/secure-session', variant: 'secure-session', sessions: 2000 }
]
const ROUNDS = 7
const SECONDS = 1

/** A guarded page against the same route without a guard: CPU of the server per request. */
export async function run () {
  const servers = []
  for (const { variant, sessions } of VARIANTS) servers.push(await startChild('./page-server.js', { variant, sessions }))
  const cookies = servers[1].headers
  const results = await rounds(servers, ROUNDS, server => loadFor(server.url, server.headers.length === 0 ? cookies : server.headers, SECONDS))
  console.log('\nGuarded page: CPU of the server per request, medians of %d interleaved rounds', ROUNDS)
  const sum = (i, name) => results[i].reduce((total, each) => total + each[name], 0)
  VARIANTS.forEach(({ name, goal }, i) => {
    const perRequest = results[i].map(each => each.perRequest)
    const [setCookie, requests, refused] = ['setCookie', 'requests', 'refused'].map(each => sum(i, each))
    const ratio = median(perRequest.map((each, round) => results[0][round].perRequest / each))
    const verdict = goal === undefined ? '' : ratio >= goal ? `(goal ${goal}: met)` : `(goal ${goal}: MISSED)`
    console.log(`  ${name.padEnd(44)} ${median(perRequest).toFixed(1).padStart(7)} µs   ${ratio.toFixed(2)} of bare ${verdict}   Set-Cookie ${(setCookie / requests).toFixed(1)} B/response${refused > 0 ? `   ${refused} REFUSED` : ''}`)
  })
  console.log(`  cookies of the reference session: ${servers[1].own} bytes with names (goal 3,900)`)
  for (const server of servers) server.stop()
}
