import { Pool } from 'undici'
import { median, startChild } from './child.js'
import { rounds } from './rounds.js'

const VARIANTS = [
  { name: 'bare route, same Authorization header', variant: 'bare', alg: 'RS256' },
  { name: 'requireToken, RS256, warm', variant: 'warm', alg: 'RS256', goal: 0.85 },
  { name: 'requireToken, ES256, warm', variant: 'warm', alg: 'ES256', goal: 0.85 },
  { name: 'requireToken, RS256, cold', variant: 'cold', alg: 'RS256', goal: 0.3 },
  { name: 'requireToken, ES256, cold', variant: 'cold', alg: 'ES256' },
  { name: '@fastify/jwt, RS256, with its cache', variant: '@fastify/jwt cache', alg: 'RS256' },
  { name: '@fastify/jwt, RS256, without', variant: '@fastify/jwt', alg: 'RS256' }
]
const ROUNDS = Number(process.env.ROUNDS ?? 7)
const SECONDS = 1
const IN_FLIGHT = 32

/** A route that wants an access token, a hundred of them in turn, against the same route without a guard. */
export async function run () {
  const servers = []
  for (const args of VARIANTS) servers.push(await startChild('./token-server.js', args))
  const results = await rounds(servers, ROUNDS, server => load(server))
  console.log('\nAccess tokens: CPU of the server per request, medians of %d interleaved rounds; tokens of %d bytes', ROUNDS, servers[0].headers[0].length - 7)
  VARIANTS.forEach(({ name, goal }, i) => {
    const ratio = median(results[i].map(({ perRequest }, round) => results[0][round].perRequest / perRequest))
    const verdict = goal === undefined ? '' : ratio >= goal ? `(goal ${goal}: met)` : `(goal ${goal}: MISSED)`
    const refused = results[i].reduce((sum, each) => sum + each.refused, 0)
    console.log(`  ${name.padEnd(44)} ${median(results[i].map(({ perRequest }) => perRequest)).toFixed(1).padStart(7)} µs   ${ratio.toFixed(2)} of bare ${verdict}${refused > 0 ? `   ${refused} REFUSED` : ''}`)
  })
  for (const server of servers) server.stop()
}

async function load ({ url, headers }) {
  const pool = new Pool(url, { connections: IN_FLIGHT })
  const end = performance.now() + SECONDS * 1000
  let requests = 0; let refused = 0; let next = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pool.request({ path: '/me', method: 'GET', headers: { authorization: headers[next++ % headers.length] } })
      await body.dump()
      requests++
      if (statusCode !== 200) refused++
    }
  }))
  await pool.close()
  return { requests, refused }
}
