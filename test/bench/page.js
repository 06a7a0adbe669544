import { Pool } from 'undici'
import { median, startChild } from './child.js'

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
const IN_FLIGHT = 32

/** A guarded page against the same route without a guard: CPU of the server per request. */
export async function run () {
  const servers = []
  for (const { variant, sessions } of VARIANTS) servers.push(await startChild('./page-server.js', { variant, sessions }))
  const cookies = servers[1].headers
  const results = VARIANTS.map(() => ({ perRequest: [], setCookie: 0, requests: 0, refused: 0 }))
  for (let round = -1; round < ROUNDS; round++) {
    for (const i of shuffled(VARIANTS.length)) {
      const server = servers[i]
      const headers = server.headers.length === 0 ? cookies : server.headers
      const before = await server.cpu()
      const load = await loadFor(server.url, headers, SECONDS)
      const spent = await server.cpu() - before
      if (round < 0) continue
      results[i].perRequest.push(spent / load.requests)
      results[i].requests += load.requests
      results[i].setCookie += load.setCookie
      results[i].refused += load.refused
    }
  }
  console.log('\nGuarded page: CPU of the server per request, medians of %d interleaved rounds', ROUNDS)
  const bare = results[0].perRequest
  VARIANTS.forEach(({ name, goal }, i) => {
    const { perRequest, setCookie, requests, refused } = results[i]
    const ratio = median(perRequest.map((each, round) => bare[round] / each))
    const verdict = goal === undefined ? '' : ratio >= goal ? `(goal ${goal}: met)` : `(goal ${goal}: MISSED)`
    console.log(`  ${name.padEnd(44)} ${median(perRequest).toFixed(1).padStart(7)} µs   ${ratio.toFixed(2)} of bare ${verdict}   Set-Cookie ${(setCookie / requests).toFixed(1)} B/response${refused > 0 ? `   ${refused} REFUSED` : ''}`)
  })
  console.log(`  cookies of the reference session: ${servers[1].own} bytes with names (goal 3,900)`)
  for (const server of servers) server.stop()
}

async function loadFor (url, cookies, seconds) {
  const pool = new Pool(url, { connections: IN_FLIGHT })
  const end = performance.now() + seconds * 1000
  let requests = 0; let setCookie = 0; let refused = 0; let next = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      const { statusCode, headers, body } = await pool.request({ path: '/me', method: 'GET', headers: { cookie: cookies[next++ % cookies.length], accept: 'application/json' } })
      await body.dump()
      requests++
      if (statusCode !== 200) refused++
      setCookie += [headers['set-cookie'] ?? []].flat().join('').length
    }
  }))
  await pool.close()
  return { requests, setCookie, refused }
}

function shuffled (length) {
  return Array.from({ length }, (_, i) => [Math.random(), i]).sort((a, b) => a[0] - b[0]).map(([, i]) => i)
}
